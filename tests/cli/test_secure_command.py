"""`caspia secure` as a process: what it prints for machines and people, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from drawn import draw
from secure_world import DRAWING, SECURE_EDITS, SECURE_FACTS

Command = Callable[..., CompletedProcess[str]]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw(tmp_path_factory.mktemp("supply") / "world", DRAWING, SECURE_FACTS, SECURE_EDITS)


def test_json_has_the_fields_of_the_issue(command: Command, world: Path) -> None:
    done = command("secure", "ore", "--importer", "GE", "--without", "cape-of-good-hope", "--json", "--data", world)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {"origins", "transit_exposure", "hhi_origin", "hhi_transit", "bypass", "days_of_cover"} <= found.keys()
    assert all(len(code) == 2 and 0 <= share <= 1 for code, share in found["transit_exposure"].items())
    first = found["bypass"][0]
    assert first["without"] == "cape-of-good-hope"
    for name in ("feasible_share", "extra_cost_usd_per_t", "extra_time_h"):
        assert isinstance(first[name], float)
    # What stops nothing has no end of stocks, which JSON cannot write as a number.
    assert first["days_of_cover"] is None
    assert first["feasible_share"] == 1.0


def test_answer_for_people(command: Command, world: Path) -> None:
    done = command("secure", "ore", "--importer", "GE", "--data", world, "--draws", "0")
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    for word in ("Land GE", "Passes it", "Stocks cover 60 days", "Next: caspia secure"):
        assert word in said


def test_exporter(command: Command, world: Path) -> None:
    done = command("secure", "--exporter", "KZ", "--data", world, "--draws", "0", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found["transit_exposure"]) == {"RU", "AZ"}
    assert 0 < found["hhi_corridor"] <= 1
    shown = command("secure", "--exporter", "KZ", "--data", world, "--draws", "0")
    assert "By corridor" in shown.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("unobtainium",), ("unknown commodity", "ore")),
        (("ore", "--importer", "KZ"), ("importer without demand", "GE")),
        (("ore", "--importer", "GE", "--without", "GE"), ("cannot do without itself",)),
        (("ore", "--exporter", "KZ"), ("one question at a time",)),
        (("--exporter", "KZ", "--without", "RU"), ("says nothing of an exporter",)),
        (("--exporter", "CN"), ("exporter without demand", "KZ")),
        (("ore", "--importer", "GE", "--plan", "nowhere.json"), ("cannot read the plan",)),
    ],
)
def test_bad_input(command: Command, world: Path, words: tuple[str, ...], said: tuple[str, ...]) -> None:
    done = command("secure", *words, "--data", world)
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("caspia: ")
    assert "Traceback" not in done.stderr
    for word in said:
        assert word in done.stderr, done.stderr
