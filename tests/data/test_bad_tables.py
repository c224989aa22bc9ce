"""A broken table is refused with what, where, what is allowed and how to repair it."""

from __future__ import annotations

from pathlib import Path

import pytest

import caspia
from broken import BREAKS, DRAWING, cell, fact
from caspia.errors import DataError, InputError
from caspia.study.inspect import inspect
from drawn import draw


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return draw(tmp_path / "world", DRAWING)


def test_the_drawn_folder_is_whole(folder: Path) -> None:
    assert inspect(str(folder))[0] == []


@pytest.mark.parametrize("name", BREAKS)
def test_broken_table_is_refused(folder: Path, name: str) -> None:
    broken = BREAKS[name]
    broken.do(folder)
    with pytest.raises(InputError) as caught:
        caspia.load(str(folder))
    (problem, *_) = getattr(caught.value, "problems", [caught.value.problem])
    assert all(part in problem.where for part in broken.where), problem.where
    assert problem.what
    assert problem.repair
    assert all(word in str(caught.value) for word in broken.words), str(caught.value)
    found, counted = inspect(str(folder))
    assert problem in found
    assert counted == {}


def test_every_problem_is_listed_at_once(folder: Path) -> None:
    for do in (
        cell("places", "KZBBB", "lon", "east"),
        cell("places", "GEDDD", "lat", "-91"),
        cell("links", "rail-KZAAA-KZBBB", "mode", "airship"),
        fact("border.border_h", "source_id", "hearsay"),
    ):
        do(folder)
    with pytest.raises(DataError) as caught:
        caspia.load(str(folder))
    where = [problem.where for problem in caught.value.problems]
    assert [place.split(",")[0] for place in where] == ["places.csv", "places.csv", "links.csv", "facts.csv"]


def test_long_lists_of_problems_are_cut_and_counted(folder: Path) -> None:
    path = folder / "facts.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",drawn,", ",hearsay,"), encoding="utf-8")
    with pytest.raises(DataError, match="more; `caspia check DIR` lists all"):
        caspia.load(str(folder))


def test_unknown_folder_is_refused() -> None:
    with pytest.raises(InputError, match=r"no such data folder.*data export"):
        caspia.load("caspain")


@pytest.mark.parametrize("change", [lambda b: b"\xef\xbb\xbf" + b, lambda b: b.replace(b"\n", b"\r\n")])
def test_tables_saved_by_excel_are_read(folder: Path, change) -> None:
    path = folder / "places.csv"
    path.write_bytes(change(path.read_bytes()))
    assert caspia.load(str(folder)).data.tables["places"]["id"].iloc[0] == "KZAAA"


def test_hash_changes_with_any_byte(folder: Path) -> None:
    before = caspia.load(str(folder)).data.sha256
    cell("places", "KZBBB", "note", "seen")(folder)
    assert caspia.load(str(folder)).data.sha256 != before
