"""A broken table is refused with what, where, what is allowed and how to repair it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

import caspia
from broken import BREAKS, DRAWING, cell, fact
from caspia.errors import DataError, InputError
from caspia.study import validate
from caspia.study.inspect import inspect
from drawn import Number, Row, draw

CONSIGNMENT: Row = {"origin_id": "KZAAA", "destination_id": "GEDDD", "commodity_id": "containers"}


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


@pytest.mark.parametrize("name", ["facts_more.csv", "facts.csv"])
def test_second_fact_of_rank_one_is_refused(folder: Path, name: str) -> None:
    header, *rows = (folder / "facts.csv").read_text(encoding="utf-8").splitlines()
    (row,) = [text for text in rows if text.startswith("border,border_h")]
    other = row.replace(",8,h,8,8,2025", ",80,h,80,80,2020" if name == "facts.csv" else ",80,h,80,80,2025")
    old = (folder / name).read_text(encoding="utf-8") if (folder / name).exists() else header + "\n"
    (folder / name).write_text(old + other + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"border\.border_h: two facts of rank 1") as caught:
        caspia.load(str(folder))
    assert name in caught.value.problem.where
    assert f"facts.csv, row {rows.index(row) + 2}" in caught.value.problem.got


def test_second_fact_of_rank_two_stands_beside(folder: Path) -> None:
    path = folder / "facts.csv"
    (row,) = [text for text in path.read_text(encoding="utf-8").splitlines() if text.startswith("border,border_h")]
    with path.open("a", encoding="utf-8") as handle:
        handle.write(row.replace(",8,h,8,8,", ",80,h,80,80,").replace(",1,", ",2,") + "\n")
    assert inspect(str(folder))[0] == []


def test_series_has_a_fact_for_every_year(folder: Path) -> None:
    path = folder / "facts.csv"
    (row,) = [text for text in path.read_text(encoding="utf-8").splitlines() if text.startswith("US,")]
    with path.open("a", encoding="utf-8") as handle:
        handle.write(row.replace(",2025,", ",2024,") + "\n")
    assert inspect(str(folder))[0] == []
    with path.open("a", encoding="utf-8") as handle:
        handle.write(row.replace(",2025,", ",2024.0,") + "\n")
    assert "two facts of rank 1" in inspect(str(folder))[0][0].what


def test_rows_are_counted_as_the_lines_of_the_file(folder: Path) -> None:
    """Blank lines and cells of several lines do not shift them."""
    path = folder / "places.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    first = rows[0].removesuffix(",drawn,") + ',drawn,"one\ntwo"'
    bad = rows[1].replace("KZBBB", "kzbbb")
    path.write_text("\n".join([header, "", first, bad, *rows[2:]]) + "\n", encoding="utf-8")
    (problem, *_) = inspect(str(folder))[0]
    assert problem.where == "places.csv, row 5, kzbbb, column id"


def test_all_ragged_rows_are_named_at_once(folder: Path) -> None:
    path = folder / "places.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",drawn,", ",drawn"), encoding="utf-8")
    assert [problem.where for problem in inspect(str(folder))[0]] == [
        f"places.csv, row {row}" for row in range(2, 6)
    ]


def test_cells_may_be_as_long_as_outlines_are(folder: Path) -> None:
    cell("places", "KZBBB", "note", "x" * 200_000)(folder)
    assert inspect(str(folder))[0] == []


@pytest.mark.parametrize("kind", ["country", "mode", "place", "link", "class", "terminal", "border", "service"])
def test_rule_on_something_unknown_is_refused(tmp_path: Path, kind: str) -> None:
    rule = {"rul-x": {"commodity_id": "containers", "action": "bar", "target_kind": kind, "target": "QQ"}}
    (problem,) = inspect(str(draw(tmp_path / "world", DRAWING, edits={"rules": rule})))[0]
    assert problem.where == "rules.csv, row 2, rul-x, column target"
    assert (problem.what, problem.got, problem.severity) == (f"rule bars an unknown {kind}", "'QQ'", "error")
    assert problem.allowed


@pytest.mark.parametrize("column", ["origin", "destination"])
def test_rule_of_an_unknown_end_is_refused(tmp_path: Path, column: str) -> None:
    cells = {"action": "bar", "target_kind": "country", "target": "KZ", column: "GE;QQ"}
    (problem,) = inspect(str(draw(tmp_path / "world", DRAWING, edits={"rules": {"rul-x": cells}})))[0]
    assert problem.where == f"rules.csv, row 2, rul-x, column {column}"
    assert (problem.what, problem.got) == ("rule names an unknown state or bloc", "'GE;QQ'")


@pytest.mark.parametrize(
    ("facts", "cells", "column"),
    [
        ({}, {}, "id"),
        ({"obs-a.price_usd_per_feu": 5000}, {}, "id"),
        ({"obs-a.price_usd_per_feu": 5000, "obs-a.price_usd_per_teu": 3000}, {"kind": "price"}, "id"),
        ({"obs-a.transit_time_d": 5}, {"via": "KZBBB;QQQQQ"}, "via"),
        ({"obs-a.transit_time_d": 5}, {"commodity_id": "gold"}, "commodity_id"),
    ],
    ids=["no fact", "fact of the other kind", "two prices", "via nowhere", "unknown commodity"],
)
def test_observation_that_cannot_be_asked_is_refused(
    tmp_path: Path, facts: Mapping[str, Number], cells: Row, column: str
) -> None:
    seen = CONSIGNMENT | {"kind": "time", "corridor": "Caspian", "scope": "door"} | cells
    folder = draw(tmp_path / "world", DRAWING, facts, {"observations": {"obs-a": seen}})
    (problem,) = inspect(str(folder))[0]
    assert problem.where.startswith("observations.csv, row 2")
    assert problem.where.endswith(f"column {column}")
    with pytest.raises(InputError):
        validate(caspia.load(str(folder)))


def test_observation_with_its_fact_is_whole(tmp_path: Path) -> None:
    seen = CONSIGNMENT | {"kind": "time", "corridor": "Caspian", "scope": "door", "via": "KZBBB;AZCCC"}
    facts = {"obs-a.transit_time_d": 5}
    folder = draw(tmp_path / "world", DRAWING, facts, {"observations": {"obs-a": seen}})
    assert inspect(str(folder))[0] == []
    assert len(validate(caspia.load(str(folder)))) == 1


@pytest.mark.parametrize("word", ["Mordor", "RU"])
def test_consignment_that_avoids_nothing_known_is_named(tmp_path: Path, word: str) -> None:
    edits = {"consignments": {"cns-a": CONSIGNMENT | {"avoid": f"Northern;ir;{word}"}}}
    edits["countries"] = {"IR": {"name": "Iran"}}
    found = inspect(str(draw(tmp_path / "world", DRAWING, edits=edits)))[0]
    assert {problem.where for problem in found} == {"consignments.csv, row 2, cns-a, column avoid"}
    assert word in found[-1].got
