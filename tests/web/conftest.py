"""A drawn world as the data of a server, and a server on it that all tests of a file share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from running import Running, running
from tests.study.flow_world import DOUBT, DRAWING, EDITS, FACTS

from caspia.web import ServerSettings
from drawn import draw


@pytest.fixture(scope="session")
def world(tmp_path_factory) -> Path:
    """Folder of a drawn world with flows."""
    return draw(tmp_path_factory.mktemp("world") / "data", DRAWING, FACTS | DOUBT, EDITS)


@pytest.fixture(scope="module")
def server(world, tmp_path_factory) -> Iterator[Running]:
    """A server on it."""
    with running(ServerSettings(tmp_path_factory.mktemp("served"), str(world))) as found:
        yield found


@pytest.fixture(scope="module")
def idle(world, tmp_path_factory) -> Iterator[Running]:
    """A server that takes jobs and does not work on them."""
    with running(ServerSettings(tmp_path_factory.mktemp("idle"), str(world), workers=0)) as found:
        yield found
