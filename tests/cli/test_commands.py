"""What the commands print, and that what they print can be used."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import duckdb
import pytest

from drawn import draw

Command = Callable[..., CompletedProcess[str]]
ROUTE = {
    "corridor": str,
    "countries": list,
    "length_km": float,
    "cost_usd": float,
    "cost_unit": str,
    "time_h_p10": float,
    "time_h_p50": float,
    "time_h_p90": float,
    "co2e_kg": float,
    "border_crossings": int,
    "gauge_changes": int,
    "legs": list,
}
LEG = {
    "from": str,
    "to": str,
    "mode": str,
    "length_km": float,
    "time_h": float,
    "cost_usd": float,
    "sources": list,
}


def asked(done: CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def routes(command: Command) -> list[dict[str, object]]:
    return json.loads(asked(command("route", "Almaty", "Duisburg", "--alternatives", "2", "--json")))


def test_json_of_a_route_has_the_fields_of_the_issue(routes: list[dict[str, object]]) -> None:
    assert len(routes) >= 4
    for route in routes:
        assert {name: type(route[name]) for name in ROUTE} == ROUTE
        assert route["legs"]
        for leg in route["legs"]:
            assert {name: type(leg[name]) for name in LEG} == LEG
            assert leg["sources"]
        assert all(len(state) == 2 and state.isupper() for state in route["countries"])


def test_json_sums_up(routes: list[dict[str, object]]) -> None:
    for route in routes:
        for name in ("time_h", "length_km", "co2e_kg"):
            assert sum(leg[name] for leg in route["legs"]) == pytest.approx(route[name])
        money = sum(leg["cost_usd"] for leg in route["legs"])
        assert money + route["insurance_usd"] == pytest.approx(route["cost_usd"])


def test_facts_of_a_leg_answer_to_why(command: Command, routes: list[dict[str, object]]) -> None:
    key = routes[0]["legs"][1]["facts"][0]
    (used,) = [row for row in json.loads(asked(command("why", key, "--json"))) if row["used"]]
    assert f"{used['subject']}.{used['attribute']}" == key
    assert used["title"]


def test_same_question_same_answer(command: Command, routes: list[dict[str, object]]) -> None:
    again = json.loads(asked(command("route", "KZALA", "DEDUI", "--alternatives", "2", "--json")))
    assert again == routes


def test_pareto_and_avoid(command: Command) -> None:
    line = ("route", "Tashkent", "Istanbul", "--pareto", "--avoid", "RU, IR", "--month", "1", "--json")
    found = json.loads(asked(command(*line)))
    assert found
    assert not any({"RU", "IR"} & set(route["countries"]) for route in found)


def test_country_codes_in_small_letters(command: Command, routes: list[dict[str, object]]) -> None:
    found = json.loads(asked(command("route", "KZALA", "DEDUI", "--avoid", "ru,ir", "--json")))
    assert found
    assert not any({"RU", "IR"} & set(route["countries"]) for route in found)


def test_table_of_routes_and_legs(command: Command) -> None:
    text = asked(command("route", "Almaty", "Duisburg", "--legs"))
    for word in ("Caspian", "Northern", "USD", "Duisburg"):
        assert word in text


def test_places(command: Command) -> None:
    found = json.loads(asked(command("places", "khorg", "--json")))
    assert "KZALTYN" in [place["id"] for place in found]
    assert "KZALTYN" in asked(command("places", "Khorgos"))
    assert json.loads(asked(command("places", "qqqqqqqqq", "--json"))) == []


def test_validate(command: Command) -> None:
    answer = json.loads(asked(command("validate", "--json")), parse_constant=pytest.fail)
    compared = [row for row in answer["observations"] if row["status"] == "compared"]
    assert len(compared) >= 25
    assert {row["kind"] for row in answer["summary"] if row["corridor"] == "all"} == {"time", "price"}


def test_export_then_check_gives_no_problem(command: Command, tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    assert "files written" in asked(command("data", "export", folder))
    assert not [path for path in tmp_path.iterdir() if path != folder]
    answer = json.loads(asked(command("check", folder, "--json")))
    assert [problem for problem in answer["problems"] if problem["severity"] == "error"] == []
    assert answer["counts"]["places"] >= 400


def test_study_on_a_folder_of_ones_own(command: Command, tmp_path: Path) -> None:
    drawing = "CNAAA -rail1435:300- KZBBB -rail1520:500- KZCCC -ferry:300- AZDDD -rail1520:400- GEEEE"
    one = {"origin_id": "CNAAA", "destination_id": "GEEEE", "commodity_id": "containers"}
    world = draw(tmp_path / "world", drawing, edits={"consignments": {"cns-one": one}})
    done = command("study", "--data", world, "--out", tmp_path / "out")
    asked(done)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "manifest.json",
        "report.html",
        "results.duckdb",
        "results.xlsx",
    ]
    with duckdb.connect(str(tmp_path / "out" / "results.duckdb"), read_only=True) as database:
        assert database.execute("select corridor from routes").fetchall() == [("Caspian",)]


@pytest.mark.parametrize("words", [("--help",), ("route", "--help"), ("study", "--help"), ("data", "--help")])
def test_help(command: Command, words: tuple[str, ...]) -> None:
    assert "Usage" in asked(command(*words))
