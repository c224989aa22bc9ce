"""`caspia check` names what tables alone cannot show."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from caspia.errors import Problem
from caspia.network import check_network
from caspia.study.inspect import inspect
from drawn import Edits, Number, draw, open_drawn

CHAIN = "KZAAA -rail1520:100- KZBBB -rail1435:100- CNCCC"
RAIL = "rail-KZAAA-KZBBB"


def found(
    tmp_path: Path, drawing: str, facts: Mapping[str, Number | None] | None = None, edits: Edits | None = None
) -> list[Problem]:
    return check_network(open_drawn(tmp_path, drawing, facts, edits).data)


def test_whole_network_has_no_problem(tmp_path: Path) -> None:
    assert found(tmp_path, CHAIN) == []


@pytest.mark.parametrize(
    ("facts", "edits", "what", "where"),
    [
        ({f"{RAIL}.length_km": 80}, {}, "shorter than the great circle", RAIL),
        ({f"{RAIL}.length_km": None}, {}, "link has no length", RAIL),
        ({"way.speed_kmh": 120}, {}, "impossible speed", RAIL),
        ({f"{RAIL}.transit_h": 0.5}, {}, "impossible speed", RAIL),
        ({"way.speed_kmh": None, "way.speed_bulk_kmh": None}, {}, "neither a speed nor a running time", RAIL),
        ({}, {"links": {RAIL: {"gauge_mm": ""}}}, "rail link without a gauge", RAIL),
        ({}, {"links": {RAIL: {"mode": "road"}}}, "gauge on a link that is no railway", RAIL),
        ({}, {"terminals": {"gau-KZBBB": None}}, "two gauges meet without a gauge change", "KZBBB"),
        ({}, {"borders": {"bcp-rail-KZBBB-CNCCC-CN-KZ": None}}, "border without a crossing", "rail-KZBBB-CNCCC"),
        ({}, {"links": {"rail-KZBBB-CNCCC": {"countries": "KZ"}}}, "names fewer than two", "rail-KZBBB-CNCCC"),
        ({}, {"links": {RAIL: {"to_id": "KZAAA"}}}, "place to itself", RAIL),
    ],
)
def test_problem_is_named_with_its_place(
    tmp_path: Path, facts: dict[str, Number | None], edits: Edits, what: str, where: str
) -> None:
    problems = found(tmp_path, CHAIN, facts, edits)
    named = [p for p in problems if what in p.what and where in p.where]
    assert named, problems
    assert all(problem.repair and problem.got and problem.allowed for problem in named)
    assert named[0].severity == "error"


def test_island(tmp_path: Path) -> None:
    drawing = "KZAAA -rail1520- KZBBB -rail1520- KZCCC\nJPDDD -rail1067- JPEEE"
    islands = [p.where for p in found(tmp_path, drawing) if "island" in p.what]
    assert sorted(islands) == ["JPDDD", "JPEEE"]


SEA = "KZAAA -rail1520- KZBBB -ferry- AZCCC -rail1520- GEDDD -rail1520- GEEEE"


def test_missing_terminal_makes_an_island(tmp_path: Path) -> None:
    """That cargo can be unloaded from the train and loaded on the ship does not join them."""
    islands = [p for p in found(tmp_path, SEA, edits={"terminals": {"trm-KZBBB": None}}) if "island" in p.what]
    assert [(p.where, p.severity) for p in islands] == [("KZAAA", "error"), ("KZBBB", "error")]
    assert islands[0].got == "rail 1520 mm, joined only with KZBBB"


def test_closed_services_make_an_island(tmp_path: Path) -> None:
    edits = {"services": {"svc-ferry-KZBBB-AZCCC": {"status": "closed"}}}
    assert [p.where for p in found(tmp_path, SEA, edits=edits)] == ["KZAAA", "KZBBB"]


def test_waypoints_may_lie_on_an_island(tmp_path: Path) -> None:
    edits = {"terminals": {"trm-KZBBB": None}, "places": {"KZAAA": {"kind": "waypoint"}}}
    assert [p.where for p in found(tmp_path, SEA, edits=edits) if "island" in p.what] == ["KZBBB"]


def test_modes_of_the_main_part_that_meet_unjoined_are_a_warning(tmp_path: Path) -> None:
    drawing = f"{SEA}\nKZAAA -road- KZBBB"
    # The terminals of KZBBB: ferry to rail, and rail to road.
    (problem,) = found(tmp_path, drawing, edits={"terminals": {"trm-KZBBB-1": None}})
    assert (problem.what, problem.where, problem.severity) == ("modes meet without a terminal", "KZBBB", "warning")
    assert problem.got == "ferry + rail 1520 mm | road"


def test_pipelines_are_networks_of_their_own(tmp_path: Path) -> None:
    assert found(tmp_path, f"{SEA}\nTMFFF -gas_pipeline- TMGGG") == []
    slow = {"crude_pipeline.speed_kmh": 5, "crude_pipeline.speed_bulk_kmh": 5}
    (problem,) = found(tmp_path, f"{SEA}\nTMFFF -crude_pipeline- TMGGG", slow)
    assert (problem.what, problem.severity) == ("crude pipeline without a terminal", "warning")
    assert problem.where == "TMFFF, TMGGG"
    assert found(tmp_path, f"{SEA}\nKZBBB -crude_pipeline- KZHHH", slow) == []


def test_nothing_open(tmp_path: Path) -> None:
    edits = {"links": {key: {"status": "planned"} for key in (RAIL, "rail-KZBBB-CNCCC")}}
    (problem,) = found(tmp_path, CHAIN, edits=edits)
    assert problem.what == "no place has an open link"


def test_place_without_a_link_is_a_warning(tmp_path: Path) -> None:
    lonely = {"places": {"KZLON": {"country": "KZ", "lon": 1, "lat": 1, "kind": "station"}}}
    (problem,) = found(tmp_path, CHAIN, edits=lonely)
    assert (problem.where, problem.severity) == ("KZLON", "warning")


def test_link_much_longer_than_its_line_is_a_warning(tmp_path: Path) -> None:
    (problem,) = found(tmp_path, CHAIN, {f"{RAIL}.length_km": 900})
    assert "three times as long" in problem.what
    assert problem.severity == "warning"


def test_way_points_draw_the_line(tmp_path: Path) -> None:
    bent = {"links": {RAIL: {"via": "50.4 3"}}}
    assert found(tmp_path, CHAIN, {f"{RAIL}.length_km": 700}, bent) == []


def test_too_many_assumptions_are_a_warning(tmp_path: Path) -> None:
    folder = draw(tmp_path / "world", CHAIN)
    path = folder / "facts.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("reported", "assumed"), encoding="utf-8")
    (problem,) = inspect(str(folder))[0]
    assert problem.what == "too many facts are assumed"
    assert problem.severity == "warning"


def test_rule_that_bars_nothing_is_a_warning(tmp_path: Path) -> None:
    rule = {"rul-none": {"commodity_id": "oil", "action": "bar", "target_kind": "water", "target": "red-sea"}}
    (problem,) = inspect(str(draw(tmp_path / "world", CHAIN, edits={"rules": rule})))[0]
    assert "bars nothing" in problem.what
    assert "rul-none" in problem.where
