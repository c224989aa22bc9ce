"""Bad input: exit status 2, a message that says how to repair it, no traceback, and nothing written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from broken import BREAKS, DRAWING
from drawn import draw

Command = Callable[..., CompletedProcess[str]]

SOME = (
    *("missing table", "table of a gigabyte", "too many cells", "too few cells", "open quote", "not UTF-8"),
    *("wrong type", "not a number", "infinite", "duplicate id", "dangling place", "negative time"),
)
"""Those that the issue names; all others are tried without a process in tests/data."""


def refused(done: CompletedProcess[str], *words: str) -> None:
    """Assert that a command was refused and said why."""
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("caspia: ")
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr, done.stderr


def tree(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.lstat().st_size for path in folder.rglob("*")}


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return draw(tmp_path / "world", DRAWING)


@pytest.mark.parametrize("name", SOME)
def test_broken_table(command: Command, world: Path, name: str) -> None:
    broken = BREAKS[name]
    broken.do(world)
    before = tree(world.parent)
    done = command("study", "--data", world, "--out", "out", cwd=world.parent)
    refused(done, "problem(s) in the data", "repair", *broken.where, *broken.words)
    assert {path: size for path, size in tree(world.parent).items() if not path.startswith("out")} == before
    assert list((world.parent / "out").glob("*")) == []


def test_check_lists_the_problems(command: Command, world: Path) -> None:
    BREAKS["wrong type"].do(world)
    done = command("check", world)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "east" in done.stdout + done.stderr


def test_gauges_that_meet_without_a_change(command: Command, tmp_path: Path) -> None:
    drawing = "KZAAA -rail1520- KZBBB -rail1435- CNCCC"
    folder = draw(tmp_path / "world", drawing, edits={"terminals": {"gau-KZBBB": None}})
    done = command("check", folder, "--json")
    assert done.returncode == 2
    assert "two gauges meet without a gauge change" in done.stdout
    refused(command("route", "KZAAA", "CNCCC", "--data", folder), "no open link joins them")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("Duisbrug", "GEDDD"), ("unknown place", "'Duisbrug'", "caspia places")),
        (("Kzaab", "GEDDD"), ("unknown place", "KZAAA Kzaaa (KZ)")),
        (("KZAAA", "GEDDD", "--commodity", "gold"), ("unknown commodity", "'gold'", "containers, grain, oil")),
        (("KZAAA", "GEDDD", "--month", "13"), ("no such month", "13", "1 to 12")),
        (("KZAAA", "GEDDD", "--alternatives", "99"), ("alternatives", "99", "0 to 20")),
        (("KZAAA", "GEDDD", "--avoid", "KZ"), ("avoiding Land KZ cannot be honoured", "begins there")),
        (("KZAAA", "GEDDD", "--avoid", "US"), ("closing Land US cannot be honoured", "no link")),
        (("KZAAA", "GEDDD", "--avoid", "Mordor"), ("unknown thing to avoid", "'Mordor'", "ferry")),
        (("KZAAA", "GEDDD", "--avoid", "ferry"), ("no way from KZAAA to GEDDD", "cut by avoiding ferry")),
        (("KZAAA", "GEDDD", "--avoid", "AZ"), ("no way from KZAAA to GEDDD", "cut by avoiding Land AZ")),
        (("KZAAA", "KZAAA"), ("same place",)),
        (("", "GEDDD"), ("unknown place",)),
    ],
)
def test_request_that_cannot_be_answered(
    command: Command, world: Path, words: tuple[str, ...], message: tuple[str, ...]
) -> None:
    refused(command("route", *words, "--data", world, "--json"), "repair: ", *message)


@pytest.mark.parametrize(
    "words",
    [
        ("route", "KZALA"),
        ("route", "KZALA", "DEDUI", "--month", "May"),
        ("route", "KZALA", "DEDUI", "--colour", "red"),
        ("study", "--seed", "-1"),
        ("study", "--seed", str(10**22)),
        ("fly",),
    ],
)
def test_wrong_use_of_the_command(command: Command, words: tuple[str, ...]) -> None:
    done = command(*words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "Usage" in done.stderr


def test_unknown_data_folder(command: Command) -> None:
    refused(command("places", "Almaty", "--data", "nowhere"), "no such data folder", "data export")


def test_unknown_key(command: Command, world: Path) -> None:
    refused(command("why", "nothing.at_all", "--data", world), "nothing answers to this key", "rail-KZ.speed_kmh")


@pytest.mark.parametrize("out", ["file", "file/below"])
def test_folder_that_cannot_be_written(command: Command, world: Path, out: str) -> None:
    (world.parent / "file").write_text("mine", encoding="utf-8")
    before = tree(world.parent)
    for words in (("study", "--data", world, "--out"), ("data", "export")):
        refused(command(*words, out, cwd=world.parent), "repair")
    assert tree(world.parent) == before


def test_export_into_a_folder_that_is_not_empty(command: Command, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    refused(command("data", "export", tmp_path), "folder is not empty", "nothing is overwritten")
    assert tree(tmp_path) == {"mine.txt": 4}
