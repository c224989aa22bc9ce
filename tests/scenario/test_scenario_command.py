"""`caspia scenarios` and `caspia route --scenario`."""

from __future__ import annotations

import json

import pytest

from caspia.scenario import built_in_scenarios


def test_the_list(command):
    done = command("scenarios", "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert [row["scenario"] for row in rows] == sorted(built_in_scenarios())
    assert all(row["edits"] > 0 and row["sources"] > 0 for row in rows)
    shown = command("scenarios").stdout
    assert all(row["title"] in shown for row in rows)


def test_one(command):
    done = command("scenarios", "base-2024", "--json")
    found = json.loads(done.stdout)
    assert (found["id"], found["year"], found["parts"]) == ("base-2024", 2024, ["red-sea-diversion", "base-2024"])
    assert all(edit["selected"] > 0 and edit["changed"] > 0 and edit["examples"] for edit in found["edits"])
    shown = command("scenarios", "base-2024").stdout
    assert "rail-KZ" in shown
    assert "--scenario base-2024" in shown


@pytest.mark.parametrize(("name", "table"), [("prj-dostyk-station", "borders"), ("mov-ru-ban", "countries")])
def test_projects_and_moves_are_scenarios(command, name, table):
    found = json.loads(command("scenarios", name, "--json").stdout)
    assert found["id"] == name
    assert table in {edit["table"] for edit in found["edits"]}
    unknown = command("scenarios", f"{name}-nowhere")
    assert unknown.returncode == 2
    assert "unknown" in unknown.stderr


def test_a_file(command, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        'id = "mine"\ntitle = "Mine"\nextends = ["northern-closed"]\n[[edit]]\naction = "add"\ntable = "borders"\n'
        'country = "GE"\nattribute = "border_h"\ndelta = 10\nunit = "h"\nnote = "n"\n'
        'source_id = "caspia_judgement"\n'
    )
    found = json.loads(command("scenarios", path, "--json").stdout)
    assert [edit["scenario"] for edit in found["edits"]] == ["northern-closed", "mine"]
    path.write_text(path.read_text().replace("border_h", "border_d"))
    done = command("scenarios", path)
    assert done.returncode == 2
    assert "mine.toml, edit 1, key attribute" in done.stderr
    assert "border_h (nearest)" in done.stderr
    assert "Traceback" not in done.stderr


def test_routes_of_a_scenario(command):
    done = command(
        "route", "KZALA", "DEDUI", "--scenario", "northern-closed", "--scenario", "iran-closed", "--json"
    )
    assert done.returncode == 0, done.stderr
    routes = json.loads(done.stdout)
    assert routes
    assert not {"RU", "IR"} & {state for route in routes for state in route["countries"]}


def test_an_unknown_scenario(command):
    for words in (("scenarios", "base-2052"), ("route", "KZALA", "DEDUI", "--scenario", "base-2052")):
        done = command(*words)
        assert done.returncode == 2
        assert "base-2025 (nearest)" in done.stderr
        assert not done.stdout
