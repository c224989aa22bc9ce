"""Targets, budgets and waters state the amounts that they are about, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

import caspia
from broken import DRAWING
from caspia.data import Dataset
from caspia.study.inspect import inspect
from drawn import Number, draw

TARGET = {
    "tgt-a": {"name": "Tonnes", "corridor": "Caspian", "quantity": "t", "who": "Minister", "source_id": "drawn"}
}
WATER = {"caspian-sea": {"name": "Caspian Sea", "source_id": "drawn"}}
BUDGET = {"bud-a": {"name": "Money", "who": "Bank", "source_id": "drawn"}}


def found(
    tmp_path: Path, facts: Mapping[str, Number | None], **tables: Mapping[str, Mapping[str, str]]
) -> list[str]:
    problems = inspect(str(draw(tmp_path / "world", DRAWING, facts, tables)))[0]
    return [problem.what for problem in problems]


def test_a_stated_outlook_is_whole(tmp_path: Path) -> None:
    facts = {
        "tgt-a.target_t_per_year": 1e7,
        "caspian-sea.level_m": -29.0,
        "caspian-sea.level_fall_m_per_year": (0.1, 0.2, 0.3),
        "bud-a.amount_usd@2025": 1e9,
    }
    assert found(tmp_path, facts, targets=TARGET, waters=WATER, budgets=BUDGET) == []


@pytest.mark.parametrize(
    ("tables", "missing"),
    [
        ({"targets": TARGET}, ["target_t_per_year is not stated"]),
        ({"waters": WATER}, ["level_m is not stated", "level_fall_m_per_year is not stated"]),
        ({"budgets": BUDGET}, ["amount_usd is not stated"]),
    ],
)
def test_a_row_without_its_amount_is_refused(
    tmp_path: Path, tables: Mapping[str, Mapping[str, Mapping[str, str]]], missing: list[str]
) -> None:
    assert found(tmp_path, {}, **tables) == missing


def test_a_target_has_one_quantity(tmp_path: Path) -> None:
    facts = {"tgt-a.target_t_per_year": 1e7, "tgt-a.target_d": 15.0}
    assert found(tmp_path, facts, targets=TARGET) == ["target with amounts of another quantity"]


def test_a_span_begins_before_it_ends(tmp_path: Path) -> None:
    span = {"tgt-a": TARGET["tgt-a"] | {"year_from": "2060"}}
    what = "span of a target does not begin before its last year"
    assert found(tmp_path, {"tgt-a.target_t_per_year": 1e7}, targets=span) == [what]


def built_in() -> Dataset:
    return caspia.load("caspian").data


def test_low_water_takes_from_ports_and_pools_of_the_sea_alone() -> None:
    data = built_in()
    waters = data.tables["links"].set_index("id")["waters"]
    beside = data.tables["links"][waters.str.contains("caspian-sea").to_numpy()]
    ports = {*beside["from_id"], *beside["to_id"]}
    loses = data.values("places", "capacity_loss_per_m", 0.0) > 0
    assert loses.any()
    assert set(data.tables["places"]["id"][loses]) <= ports
    pools = data.tables["fleets"][data.values("fleets", "capacity_loss_per_m", 0.0) > 0]
    services = data.tables["services"].set_index("id")
    for cell in pools["service_ids"]:
        for service in cell.split(";"):
            ends = services.loc[service, "place_id"] or services.loc[service, "link_id"]
            assert any(port in str(ends) for port in ports), service


def test_dredging_says_how_deep_and_how_long() -> None:
    data = built_in()
    depth = data.values("projects", "dredged_m", 0.0)
    years = data.values("projects", "dredging_hold_years", 0.0)
    assert (depth > 0).any()
    assert ((depth > 0) == (years > 0)).all()
    assert set(data.tables["projects"]["kind"][depth > 0]) == {"dredging"}
