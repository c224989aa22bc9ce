"""The drawn data and the built-in data, read once."""

from __future__ import annotations

import pytest
from worlds import world

from caspia.data import load_dataset


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    return world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="session")
def caspian():
    return load_dataset("caspian")
