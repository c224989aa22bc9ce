"""`--scenario` of study and validate: the answers are of that world and say so; what cannot be is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import duckdb
import openpyxl
import pytest
from tests.study.flow_world import GRAIN, GRAIN_FACTS

from drawn import draw

Command = Callable[..., CompletedProcess[str]]
DRAWING = """
KZAAA -rail1520:300- KZBBB -ferry:300- AZCCC -rail1520:400- GEDDD
KZAAA -rail1520:900- RUEEE -rail1520:900- GEDDD
"""
ENDS = {"origin_id": "KZAAA", "destination_id": "GEDDD", "commodity_id": "containers"}
EDITS = {
    "consignments": {"cns-one": ENDS},
    "observations": {
        "obs-sea": ENDS | {"kind": "time", "corridor": "Caspian", "scope": "door"},
        "obs-land": ENDS | {"kind": "time", "corridor": "Northern", "scope": "door"},
    },
}
FACTS = {"obs-sea.transit_time_d": 5, "obs-land.transit_time_d": 6}
SCENARIO = """
id = "no-ferry"
title = "No <ferry> sails"
question = "What then?"
description = "A bar."

[[edit]]
action = "close"
table = "links"
mode = "ferry"
source_id = "drawn"
note = "Drawn"
"""
WORLD = "Scenario no-ferry: No <ferry> sails"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    draw(tmp_path / "world", DRAWING, FACTS, EDITS)
    (tmp_path / "no-ferry.toml").write_text(SCENARIO, encoding="utf-8")
    (tmp_path / "nothing.toml").write_text(
        SCENARIO.replace('"ferry"', '"ferry"\nplace = "RUEEE"'), encoding="utf-8"
    )
    return tmp_path


def asked(done: CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_study_is_of_its_scenario_and_says_so(command: Command, folder: Path) -> None:
    line = ("study", "--data", "world", "--out", "out", "--scenario", "no-ferry.toml")
    assert WORLD in asked(command(*line, cwd=folder))
    manifest = json.loads((folder / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["scenario"], manifest["scenario_title"]) == ("no-ferry", "No <ferry> sails")
    with duckdb.connect(str(folder / "out" / "results.duckdb"), read_only=True) as database:
        assert database.execute("select distinct corridor from routes").fetchall() == [("Northern",)]
    page = (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert f'<p class="world">{WORLD.replace("<", "&lt;").replace(">", "&gt;")}</p>' in page
    first = openpyxl.load_workbook(folder / "out" / "results.xlsx")["Contents"]
    assert ("scenario", "no-ferry") in [row[:2] for row in first.iter_rows(values_only=True)]


def test_a_study_without_scenario_names_none(command: Command, folder: Path) -> None:
    said = asked(command("study", "--data", "world", "--out", "out", cwd=folder))
    page = (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert "Scenario" not in said
    assert 'class="world"' not in page
    assert json.loads((folder / "out" / "manifest.json").read_text(encoding="utf-8"))["scenario"] == ""


def test_validation_is_of_its_scenario(command: Command, folder: Path) -> None:
    line = ("validate", "--data", "world", "--scenario", "no-ferry.toml", "--no-traffic")
    answer = json.loads(asked(command(*line, "--json", cwd=folder)))
    assert answer["scenario"] == "no-ferry"
    status = {row["observation_id"]: row["status"] for row in answer["observations"]}
    assert status == {"obs-land": "compared", "obs-sea": "no route"}
    assert WORLD in asked(command(*line, cwd=folder))


@pytest.mark.parametrize("words", [("study", "--out", "out"), ("validate",)])
@pytest.mark.parametrize(
    ("scenario", "said"), [("no-such-thing", "unknown scenario"), ("nothing.toml", "selects nothing")]
)
def test_refusals(command: Command, folder: Path, words: tuple[str, ...], scenario: str, said: str) -> None:
    done = command(*words, "--data", "world", "--scenario", scenario, cwd=folder)
    assert done.returncode == 2, done.stdout + done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "out").exists()


MOVING = GRAIN_FACTS | {
    "dem-grain.demand_t@2025": (400_000, 500_000, 600_000),
    "cnt-ferry.count_t@2024": (300_000, 400_000, 500_000),
}


@pytest.fixture
def flowing(tmp_path: Path) -> Path:
    draw(tmp_path / "world", DRAWING, FACTS | MOVING, EDITS | GRAIN)
    return tmp_path


def test_validation_has_the_intervals_of_traffic(command: Command, flowing: Path) -> None:
    line = ("validate", "--data", "world", "--draws", "12")
    rows = json.loads(asked(command(*line, "--json", cwd=flowing)))["traffic"]
    assert [(row["year"], row["role"], row["draws"]) for row in rows] == [
        (2024, "fitted", 12),
        (2025, "judged", 12),
    ]
    for row in rows:
        assert row["modelled_p10"] < row["modelled"] < row["modelled_p90"]
    text = asked(command(*line, cwd=flowing))
    within = rows[1]["modelled_p10"] <= rows[1]["observed"] <= rows[1]["modelled_p90"]
    assert f"{int(within)} of 1 judged count" in text
    assert "lie within their interval" in text
    assert "(12 in 2024 and 12 in 2025)" in text


def test_validation_without_draws(command: Command, flowing: Path) -> None:
    done = command("validate", "--data", "world", "--draws", "0", "--json", cwd=flowing)
    assert all("modelled_p10" not in row for row in json.loads(asked(done))["traffic"])
    refused = command("validate", "--data", "world", "--draws", "3", cwd=flowing)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "0 for point values only, or 10 to 1000" in refused.stderr


IRAN = "KZAAA -rail1520:500- TMFFF -rail1520:500- IRGGG -rail1435:500- TRHHH -rail1435:500- GEDDD"
RULE = {"action": "bar", "target_kind": "country", "target": "IR", "note": "Drawn"}


@pytest.fixture
def ruled(tmp_path: Path) -> Path:
    seen = ENDS | {"kind": "time", "corridor": "Southern", "scope": "door"}
    edits = EDITS | {"rules": {"rul-own": RULE}, "observations": EDITS["observations"] | {"obs-south": seen}}
    draw(tmp_path / "world", DRAWING + IRAN, FACTS | {"obs-south.transit_time_d": 7}, edits)
    return tmp_path


def test_routes_name_the_corridor_that_a_rule_bars(command: Command, ruled: Path) -> None:
    line = ("route", "KZAAA", "GEDDD", "--data", "world")
    for more in ((), ("--pareto",)):
        routes = json.loads(asked(command(*line, *more, "--json", cwd=ruled)))
        assert "Southern" not in {route["corridor"] for route in routes}
        for route in routes:
            (barred,) = route["barred_corridors"]
            assert (barred["corridor"], barred["lifted_by"]) == ("Southern", [])
            (rule,) = barred["rules"]
            assert (rule["rule_id"], rule["reason"], rule["source_id"]) == ("rul-own", "Drawn", "drawn")
        text = asked(command(*line, *more, cwd=ruled))
        assert "Southern: barred for this cargo: Drawn (Drawn in the test, Test; rul-own)." in text
    assert "barred" not in asked(command(*line, "--avoid", "Southern", cwd=ruled))


def test_a_study_keeps_what_is_barred(command: Command, ruled: Path) -> None:
    asked(command("study", "--data", "world", "--out", "out", cwd=ruled))
    with duckdb.connect(str(ruled / "out" / "results.duckdb"), read_only=True) as database:
        rows = database.execute("select consignment_id, corridor, rule_id, reason from barred").fetchall()
        assert rows == [("cns-one", "Southern", "rul-own", "Drawn")]
        (row,) = database.execute("select reason, barred_by from validation where status = 'no route'").fetchall()
        assert row == ("Drawn (Drawn in the test, Test)", "rul-own")


def test_validation_names_the_rule(command: Command, ruled: Path) -> None:
    line = ("validate", "--data", "world", "--no-traffic")
    rows = {
        row["observation_id"]: row for row in json.loads(asked(command(*line, "--json", cwd=ruled)))["observations"]
    }
    assert rows["obs-south"]["barred_by"] == "rul-own"
    assert rows["obs-sea"]["barred_by"] == ""
    assert "no route, barred by rul-own: Drawn" in asked(command(*line, cwd=ruled))
