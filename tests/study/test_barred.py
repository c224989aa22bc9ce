"""Corridors that rules bar: named where a way would open without the rules, and only there."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.drawn import open_drawn

from caspia.errors import Unreachable
from caspia.study import Request, Study, barred_corridors, barred_frame, barred_records, validate
from caspia.study.corridors import CORRIDORS

DRAWING = """
KZAAA -rail1520:300- KZBBB -ferry:300- AZCCC -rail1520:400- GEDDD
KZAAA -rail1520:900- RUEEE -rail1520:900- GEDDD
KZAAA -rail1520:500- TMFFF -rail1520:500- IRGGG -rail1435:500- TRHHH -rail1435:500- GEDDD
TMFFF -rail1520:900- IRKKK -rail1435:900- TRHHH
"""
ENDS = ("KZAAA", "GEDDD")
RULES = {
    "rul-iran": {"target_kind": "country", "target": "IR"},
    "rul-north": {"target_kind": "country", "target": "RU"},
    "rul-short": {"target_kind": "link", "target": "rail-TMFFF-IRGGG"},
    "rul-long": {"target_kind": "place", "target": "IRKKK"},
    "rul-ferry": {"target_kind": "mode", "target": "ferry"},
    "rul-oil": {"target_kind": "country", "target": "IR", "commodity_id": "oil"},
}
BAR = {"action": "bar", "note": "Drawn in the test"}


def opened(folder: Path, *rules: str, **more: dict[str, object]) -> Study:
    return open_drawn(folder, DRAWING, edits={"rules": {key: BAR | RULES[key] for key in rules}} | more)


def asked(study: Study, **more: object) -> tuple[set[str], dict[str, tuple[str, ...]]]:
    """Corridors with a route, and those that rules bar."""
    request = Request(*ENDS, **more)
    try:
        found = study.itineraries(request)
    except Unreachable:
        found = []
    return {item.corridor for item in found}, {
        item.corridor: item.rules for item in barred_corridors(study, request, found)
    }


@given(st.sets(st.sampled_from(sorted(RULES))))
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_rules_are_those_without_which_a_way_opens(tmp_path_factory: pytest.TempPathFactory, rules) -> None:
    folder = tmp_path_factory.mktemp("ruled")
    free, none = asked(opened(folder / "free"))
    assert not none
    routes, barred = asked(opened(folder / "all", *rules))
    assert routes | set(barred) == free
    assert not routes & set(barred)
    for corridor, named in barred.items():
        left = rules - set(named)
        assert corridor in asked(opened(folder / corridor, *left))[0]
        for kept in named:
            assert corridor not in asked(opened(folder / f"{corridor}-{kept}", *left, kept))[0]


def test_a_way_of_the_corridor_that_keeps_the_rules_is_enough(tmp_path: Path) -> None:
    routes, barred = asked(opened(tmp_path, "rul-short"))
    assert "Southern" in routes
    assert not barred


def test_what_is_avoided_is_not_barred(tmp_path: Path) -> None:
    study = opened(tmp_path, "rul-iran")
    assert asked(study)[1] == {"Southern": ("rul-iran",)}
    for words in (("Southern",), ("IR",), ("TM",)):
        assert not asked(study, avoid=words)[1]


def test_goods_that_a_rule_does_not_name_are_free(tmp_path: Path) -> None:
    study = opened(tmp_path, "rul-oil")
    assert asked(study, commodity="oil")[1] == {"Southern": ("rul-oil",)}
    assert not asked(study, commodity="grain")[1]


def test_a_way_that_would_not_be_shown_is_not_missed(tmp_path: Path) -> None:
    """A corridor that costs many times the best is left out, barred or not."""
    dear = {"rail-TMFFF-IRGGG.length_km": 20_000, "rail-TMFFF-IRKKK.length_km": 20_000}
    for name, rules in (("free", ()), ("barred", ("rul-iran",))):
        edits = {"rules": {key: BAR | RULES[key] for key in rules}}
        routes, barred = asked(open_drawn(tmp_path / name, DRAWING, facts=dear, edits=edits), commodity="grain")
        assert "Southern" not in routes
        assert not barred


def test_a_way_through_given_places(tmp_path: Path) -> None:
    study = opened(tmp_path, "rul-iran", "rul-north")
    request = Request(*ENDS, via=("IRGGG",), corridor="Southern")
    with pytest.raises(Unreachable, match="it is cut by rule rul-iran"):
        study.itineraries(request)
    assert [(item.corridor, item.rules) for item in barred_corridors(study, request)] == [
        ("Southern", ("rul-iran",))
    ]


def test_a_corridor_alone_is_not_cut_by_what_cuts_nothing(tmp_path: Path) -> None:
    study = opened(tmp_path, "rul-iran", "rul-north")
    with pytest.raises(Unreachable, match=r"it is cut by rule rul-iran \(all goods barred from country IR: Drawn"):
        study.itineraries(Request(*ENDS, corridor="Southern"))
    with pytest.raises(Unreachable, match="no open way of the Ocean corridor leads there"):
        study.itineraries(Request(*ENDS, corridor="Ocean"))


def test_observations_without_a_route_name_their_rule(tmp_path: Path) -> None:
    seen = {
        "origin_id": ENDS[0],
        "destination_id": ENDS[1],
        "commodity_id": "grain",
        "kind": "time",
        "scope": "door",
    }
    observations = {
        "obs-south": seen | {"corridor": "Southern"},
        "obs-north": seen | {"corridor": "Northern"},
        "obs-ocean": seen | {"corridor": "Ocean"},
    }
    facts = {f"{name}.transit_time_d": 10 for name in observations}
    edits = {"rules": {"rul-iran": BAR | RULES["rul-iran"]}, "observations": observations}
    table = validate(open_drawn(tmp_path, DRAWING, facts=facts, edits=edits)).set_index("observation_id")
    assert table["status"].to_dict() == {"obs-south": "no route", "obs-north": "compared", "obs-ocean": "no route"}
    assert table["barred_by"].to_dict() == {"obs-south": "rul-iran", "obs-north": "", "obs-ocean": ""}
    assert table.loc["obs-south", "reason"] == "Drawn in the test (Drawn in the test, Test)"
    assert "Ocean corridor" in table.loc["obs-ocean", "reason"]
    assert table.loc["obs-north", "reason"] == ""


def test_iran_is_barred_between_china_and_the_union_until_all_is_open(real: Study) -> None:
    request = Request("CNXIA", "DEHAM")
    found = real.itineraries(request)
    barred = barred_corridors(real, request, found)
    # The other corridor is that over Pakistan.
    assert [item.corridor for item in barred] == ["Southern", "Other"]
    record, other = barred_records(barred_frame(barred, real.data))
    assert record["lifted_by"] == other["lifted_by"] == ["all-open"]
    assert [rule["rule_id"] for rule in other["rules"]] == ["rul-china-pakistan-west"]
    (rule,) = record["rules"]
    assert rule["rule_id"] == "rul-iran-europe-asia-west"
    assert "secondary sanctions" in rule["reason"]
    assert rule["source_id"] in set(real.data.tables["sources"]["id"])
    routes = real.with_scenario("all-open").itineraries(request)
    assert "Southern" in {item.corridor for item in routes}


def test_what_built_in_scenarios_lift_is_lifted_by_them(real: Study) -> None:
    """A record that names a scenario is right about it: the rule is not in the data of that scenario."""
    lifted = set(real.data.tables["rules"]["id"]) - set(real.with_scenario("all-open").data.tables["rules"]["id"])
    for commodity in ("machinery", "uranium-concentrate", "crude-oil", "grain"):
        for ends in (("CNXIA", "DEHAM"), ("KZALA", "NLRTM"), ("KZUKK", "JPYOK")):
            request = Request(*ends, commodity=commodity)
            try:
                barred = barred_corridors(real, request, real.itineraries(request))
            except Unreachable:
                continue
            assert {item.corridor for item in barred} <= set(CORRIDORS)
            for row in barred_frame(barred, real.data).itertuples():
                assert ("all-open" in row.lifted_by.split(";")) == (row.rule_id in lifted)
