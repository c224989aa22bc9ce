"""Actors, moves, stakes and preferences are whole: one status quo each, conditions that name moves, amounts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

import caspia
from broken import DRAWING
from caspia.data import Dataset
from caspia.data.game_check import conditions
from caspia.errors import InputError
from caspia.scenario import measures, move_scenario, status_quo
from caspia.study.inspect import inspect
from drawn import Number, draw

Cells = Mapping[str, Mapping[str, str]]
ACTORS = {
    "KZ": {"name": "One", "countries": "KZ", "turn": "1", "is_default": "yes", "source_id": "drawn"},
    "RU": {"name": "Two", "countries": "RU", "turn": "2", "is_default": "yes", "source_id": "drawn"},
}


def _move(actor: str, now: str) -> dict[str, str]:
    return {"actor_id": actor, "name": "Do", "kind": "hold", "is_status_quo": now, "source_id": "drawn"}


MOVES = {"mov-kz-a": _move("KZ", "yes"), "mov-kz-b": _move("KZ", "no"), "mov-ru-a": _move("RU", "yes")}
STAKE = {"move_id": "mov-kz-b", "kind": "money", "payer_id": "KZ", "receiver_id": "RU", "source_id": "drawn"}
CARE = {"actor_id": "KZ", "component": "transit", "source_id": "drawn"}


def found(tmp_path: Path, facts: Mapping[str, Number | None] | None = None, **tables: Cells) -> list[str]:
    edits = {"actors": ACTORS, "moves": MOVES} | tables
    problems = inspect(str(draw(tmp_path / "world", DRAWING, facts, edits)))[0]
    return [problem.what for problem in problems]


def test_a_whole_game_is_accepted(tmp_path: Path) -> None:
    facts = {"stk-a.stake_usd_per_year@2025": (1e6, 2e6, 3e6), "prf-a.preference_weight": 0.5}
    stakes = {"stk-a": STAKE | {"conditions": "RU=mov-ru-a"}}
    assert found(tmp_path, facts, stakes=stakes, preferences={"prf-a": CARE}) == []


@pytest.mark.parametrize("now", ["yes", "no"])
def test_an_actor_has_one_status_quo(tmp_path: Path, now: str) -> None:
    moves = MOVES | {"mov-kz-a": _move("KZ", now), "mov-kz-b": _move("KZ", now)}
    assert found(tmp_path, moves=moves) == ["actor without one status quo"]


def test_no_two_actors_move_at_the_same_time(tmp_path: Path) -> None:
    actors = ACTORS | {"RU": ACTORS["RU"] | {"turn": "1"}}
    assert set(found(tmp_path, actors=actors)) == {"two actors move at the same time"}


@pytest.mark.parametrize("condition", ["RU=mov-kz-a", "RU=mov-ru-z", "KZ=mov-kz-a"])
def test_conditions_name_moves_of_others(tmp_path: Path, condition: str) -> None:
    facts = {"stk-a.stake_usd_per_year@2025": 1e6}
    stakes = {"stk-a": STAKE | {"conditions": condition}}
    assert found(tmp_path, facts, stakes=stakes) == ["condition names no move of another actor"]


@pytest.mark.parametrize(
    ("facts", "what"),
    [
        ({}, "amount is missing or of another quantity"),
        ({"stk-a.influence_points": 3}, "amount is missing or of another quantity"),
        (
            {"stk-a.stake_usd_per_year@2025": (3e6, 2e6, 1e6)},
            "stk-a.stake_usd_per_year: interval does not hold the value",
        ),
    ],
)
def test_a_stake_states_its_amount(tmp_path: Path, facts: Mapping[str, Number | None], what: str) -> None:
    assert what in found(tmp_path, facts, stakes={"stk-a": STAKE})


def test_a_weight_outside_its_range_is_refused(tmp_path: Path) -> None:
    problems = found(tmp_path, {"prf-a.preference_weight": 50}, preferences={"prf-a": CARE})
    assert any("out of range" in what for what in problems)


def test_conditions_of_nothing_are_none() -> None:
    assert conditions("") == ()


@pytest.fixture(scope="module")
def built_in() -> Dataset:
    return caspia.load("caspian").data


def test_every_move_of_the_built_in_data_is_a_scenario(built_in: Dataset) -> None:
    changed = {measure.move for measure in measures(built_in)}
    now = set(status_quo(built_in).values())
    assert not changed & now
    for key in built_in.tables["moves"]["id"]:
        scenario = move_scenario(built_in, (key,))
        assert scenario.id == key
        assert bool(scenario.edits) <= (key in changed)


def test_moves_of_two_actors_meet_their_conditions(built_in: Dataset) -> None:
    alone = move_scenario(built_in, ("mov-jp-exclusive",))
    taken = move_scenario(built_in, ("mov-jp-exclusive", "mov-kz-commit"))
    assert len(taken.edits) > len(alone.edits) + 1


@pytest.mark.parametrize(
    ("ids", "words"),
    [(("mov-ru-guess",), "unknown move"), (("mov-ru-ban", "mov-ru-hold"), "two moves of one actor")],
)
def test_bad_moves_are_refused(built_in: Dataset, ids: tuple[str, ...], words: str) -> None:
    with pytest.raises(InputError, match=words):
        move_scenario(built_in, ids)
