"""The reader of routes of the built-in study."""

from __future__ import annotations

import pytest
from asked import Reader

from caspia.study import Study


@pytest.fixture(scope="session")
def reader(real: Study) -> Reader:
    return Reader(real)
