"""The reader of routes of the built-in study, and the drawn game."""

from __future__ import annotations

import game_world
import pytest
from asked import Reader
from tests.drawn import open_drawn

from caspia.study import Settings, Study
from caspia.study.game import GameAnswer, GameRequest, Table, open_game, play


@pytest.fixture(scope="session")
def world(real: Study) -> Reader:
    """Return a reader of the built-in study with few draws, for the many routes of the property tests."""
    return Reader(Study(real.data, Settings(draws=200)))


@pytest.fixture(scope="session")
def arena(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Return the drawn world of the game."""
    folder = tmp_path_factory.mktemp("arena") / "data"
    return open_drawn(folder, game_world.DRAWING, facts=game_world.GAME_FACTS, edits=game_world.GAME_EDITS)


@pytest.fixture(scope="session")
def compiled(arena: Study) -> Table:
    """Return its game, compiled with all four actors."""
    return open_game(arena, GameRequest(("KZ", "AZ", "RU", "GE"), 2030, draws=40, limit_s=60.0))


@pytest.fixture(scope="session")
def played(compiled: Table) -> GameAnswer:
    """Return the game solved."""
    return play(compiled)
