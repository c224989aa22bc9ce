"""The reader of routes of the built-in study."""

from __future__ import annotations

import pytest
from asked import Reader

from caspia.study import Settings, Study


@pytest.fixture(scope="session")
def world(real: Study) -> Reader:
    """Return a reader of the built-in study with few draws, for the many routes of the property tests."""
    return Reader(Study(real.data, Settings(draws=200)))
