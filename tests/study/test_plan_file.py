"""Plan files that people edited: what is kept, and what is refused with its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from finance_world import DRAWING, EDITS, FACTS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.drawn import open_drawn

from caspia.errors import InputError
from caspia.study import Study
from caspia.study.plan_file import PlanFile, read_plan_file

SHIP: dict[str, Any] = {"project": "prj-ship", "start_year": 2026}
NOTE: dict[str, Any] = {"project": "prj-note", "start_year": 2027}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Study:
    rows = EDITS["projects"]
    beside = {"prj-line": dict(rows["prj-line"]) | {"excludes_ids": "prj-note"}}
    return open_drawn(tmp_path_factory.mktemp("file"), DRAWING, FACTS, EDITS | {"projects": rows | beside})


def read(world: Study, folder: Path, plan: object) -> PlanFile:
    path = folder / "plan.json"
    path.write_text(plan if isinstance(plan, str) else json.dumps(plan), encoding="utf-8")
    return read_plan_file(path, world.data)


def test_a_plan_is_read(world: Study, tmp_path: Path) -> None:
    paid = SHIP | {"cost_usd": 20.0, "pays_private_usd": 15.0, "pays_national_usd": 5.0, "pays_yen_usd": 0.0}
    found = read(world, tmp_path, {"value": 1, "portfolio": [paid, NOTE | {"opening_year": 2030}]})
    assert found.starts == {"prj-ship": 2026, "prj-note": 2027}
    assert found.pays_usd == {"prj-ship": {"private": 15.0, "national": 5.0}, "prj-note": {}}


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ("{", r"plan.json: the plan is no JSON"),
        ("[" * 100_000, r"plan.json: the plan is no JSON"),
        ([SHIP], r"portfolio: no plan in the file.*a list"),
        ({"projects": [SHIP]}, r"no plan in the file; got keys projects"),
        ({"portfolio": {"prj-ship": 2026}}, r"portfolio is no list; got an object"),
        ({"portfolio": []}, r"the plan is empty"),
        ({"portfolio": ["prj-ship"]}, r"portfolio\[0\]: no project of a plan; got text"),
        ({"portfolio": [{"start_year": 2026}]}, r"portfolio\[0\].project: project is no text; got nothing"),
        ({"portfolio": [SHIP | {"project": "prj-shop"}]}, r"unknown project; got 'prj-shop'; allowed: prj-ship"),
        ({"portfolio": [SHIP, SHIP]}, r"portfolio\[1\].project: project listed twice"),
        (
            {"portfolio": [{"project": "prj-ship"}]},
            r"portfolio\[0\].start_year: start_year is no year; got nothing",
        ),
        ({"portfolio": [SHIP | {"start_year": "2026"}]}, r"start_year is no year; got text"),
        ({"portfolio": [SHIP | {"start_year": 2026.5}]}, r"start_year is no year; got the number 2026.5"),
        ({"portfolio": [SHIP | {"start_year": True}]}, r"start_year is no year; got true or false"),
        ({"portfolio": [SHIP | {"start_year": 2025}]}, r"year out of range; got 2025; allowed: 2026 to 2040"),
        ({"portfolio": [SHIP | {"opening_year": 2026}]}, r"opening_year: opens before it can be built"),
        (
            {"portfolio": [NOTE]},
            r"portfolio\[0\].project: project lacks what it needs; got prj-note without prj-ship",
        ),
        (
            {"portfolio": [SHIP, NOTE, {"project": "prj-line", "start_year": 2026}]},
            r"portfolio\[2\].project: projects exclude each other; got prj-line beside prj-note",
        ),
        ({"portfolio": [SHIP | {"pays_gold_usd": 1}]}, r"pays_gold_usd: unknown source of money"),
        ({"portfolio": [SHIP | {"pays_yen_usd": "1"}]}, r"pays_yen_usd: no amount of money; got text"),
        ({"portfolio": [SHIP | {"pays_yen_usd": -1}]}, r"no amount of money; got -1"),
        ({"portfolio": [SHIP | {"pays_yen_usd": float("nan")}]}, r"no amount of money; got nan"),
        ({"portfolio": [SHIP | {"cost_usd": 20, "pays_yen_usd": 10}]}, r"sources do not pay the cost"),
    ],
)
def test_bad_plans_are_refused_with_their_place(world: Study, tmp_path: Path, plan: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read(world, tmp_path, plan)


def test_what_is_no_text_is_refused(world: Study, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="no text in UTF-8"):
        read_plan_file(path, world.data)
    with pytest.raises(InputError, match="cannot read the plan"):
        read_plan_file(tmp_path, world.data)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("prj-ship"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["portfolio", "project", "start_year", "pays_yen_usd"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(VALUES)
def test_no_file_gives_a_traceback(world: Study, tmp_path: Path, plan: object) -> None:
    try:
        found = read(world, tmp_path, {"portfolio": plan})
    except InputError:
        return
    assert set(found.starts) <= {"prj-ship", "prj-note", "prj-line"}
