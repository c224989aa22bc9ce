"""Excel workbooks: another program reads what was written; text is never a formula; limits are refused."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caspia.errors import InputError
from caspia.exchange import Sheet, excel, write_workbook

# The reader itself turns what looks like an escape, and ends of lines, into other letters.
letters = st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"), exclude_characters="_")
words = st.one_of(st.none(), st.text(letters, min_size=1, max_size=12), st.sampled_from(["=1+1", "+1", "-x", "@a"]))


def one(table: pd.DataFrame, name: str = "Sheet") -> Sheet:
    return Sheet(name, (("", table),))


@given(
    texts=st.lists(words, max_size=5),
    numbers=st.lists(st.floats(-9e307, 9e307) | st.just(math.nan), max_size=5),
    wholes=st.lists(st.integers(-(2**53), 2**53), max_size=5),
)
def test_another_program_reads_the_same(
    tmp_path: Path, texts: list[str | None], numbers: list[float], wholes: list[int]
) -> None:
    path = tmp_path / "round.xlsx"
    size = min(len(texts), len(numbers), len(wholes))
    table = pd.DataFrame(
        {
            "name": pd.Series(texts[:size], dtype=object),
            "flow_t": np.array(numbers[:size], float),
            "count": np.array(wholes[:size], np.int64),
            "open": [number % 2 == 0 for number in wholes[:size]],
        },
        index=range(size),
    )
    write_workbook(path, [one(table, "Flows"), one(table.head(0), "Empty")])
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Flows", "Empty"]
    assert [cell.value for cell in book["Empty"][1]] == list(table.columns)
    rows = list(book["Flows"].iter_rows(min_row=2, max_col=4, values_only=True)) if size else []
    for found, expected in zip(rows, table.itertuples(index=False), strict=True):
        assert found[0] == expected.name
        if math.isnan(expected.flow_t):
            assert found[1] is None
        else:
            assert found[1] == pytest.approx(expected.flow_t, rel=1e-15, abs=0)
        assert found[2:] == (expected.count, bool(expected.open))


@pytest.mark.parametrize(
    "text", ["=1+1", "=HYPERLINK(1)", "+1", "-2+3", "@SUM(1)", "\t=1", "{=1}", "http://x.org", "1"]
)
def test_text_stays_text(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.xlsx"
    write_workbook(path, [Sheet("a", ((text, pd.DataFrame({text: [text]})),))])
    cells = [cell for row in openpyxl.load_workbook(path)["a"].iter_rows() for cell in row]
    assert [(cell.value, cell.data_type) for cell in cells] == [(text, "s")] * 3
    assert cells[2].quotePrefix == text.startswith(("=", "+", "-", "@", "\t"))
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet


def test_what_is_no_number_of_excel(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    wholes = np.array([2**63 - 1, -(2**63), 2**53, 1], np.int64)
    table = pd.DataFrame({"x": [np.inf, -np.inf, np.nan, 1.7976931348623157e308], "n": wholes})
    write_workbook(path, [one(table, "a")])
    rows = list(openpyxl.load_workbook(path)["a"].iter_rows(min_row=2, values_only=True))
    greatest = ("1.7976931348623157e+308", 1)
    assert rows == [("inf", str(2**63 - 1)), ("-inf", str(-(2**63))), (None, 2**53), greatest]


def test_tables_under_headings_follow_each_other(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    first, second = pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"b": ["x"], "c": ["y"]})
    write_workbook(path, [Sheet("a", (("First", first), ("Second", second)))])
    rows = list(openpyxl.load_workbook(path)["a"].iter_rows(values_only=True))
    nothing = (None, None)
    second_rows = [("Second", None), ("b", "c"), ("x", "y")]
    assert rows == [("First", None), ("a", None), (1, None), (2, None), nothing, *second_rows]


def test_a_sheet_for_other_programs_begins_with_its_names(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    table = pd.DataFrame({"flow_t": [1.5, 2.5], "name": ["=x", "y"]})
    write_workbook(path, [one(table, "a")])
    pd.testing.assert_frame_equal(pd.read_excel(path), table, check_dtype=False)
    sheet = openpyxl.load_workbook(path)["a"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:B3")


ROW = pd.DataFrame({"a": [1]})


@pytest.mark.parametrize(
    "names",
    [("",), ("x" * 32,), ("a/b",), ("[a]",), ("a?",), ("'a",), ("a'",), ("History",), ("a", "A"), ("a\nb",)],
)
def test_names_that_excel_does_not_take(tmp_path: Path, names: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match=r"name of a sheet cannot be used.*1 to 31 characters"):
        write_workbook(tmp_path / "a.xlsx", [one(ROW, name) for name in names])
    assert list(tmp_path.iterdir()) == []


def test_the_longest_name_is_taken(tmp_path: Path) -> None:
    write_workbook(tmp_path / "a.xlsx", [one(ROW, "x" * 31)])
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames == ["x" * 31]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (pd.DataFrame({"a": np.zeros(excel.MOST_ROWS)}), "1048577 rows, 1 columns"),
        (pd.DataFrame(np.zeros((1, 16_385)), columns=[f"c{n}" for n in range(16_385)]), "2 rows, 16385 columns"),
        (pd.DataFrame({"a": ["x", "y" * 32_768]}), "32768 characters in sheet Sheet, column a, row 2"),
        (pd.DataFrame({"a": ["\N{GRINNING FACE}" * 16_384]}), "32768 characters"),
        (pd.DataFrame({"a": ["\ud800"]}), "half a letter"),
        (pd.DataFrame({"a": [[1]]}), "list in column a"),
    ],
)
def test_what_excel_does_not_hold_is_refused(tmp_path: Path, table: pd.DataFrame, said: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"older")
    with pytest.raises(InputError, match=said):
        write_workbook(path, [one(ROW, "fine"), one(table)])
    assert [found.read_bytes() for found in tmp_path.iterdir()] == [b"older"]


@pytest.mark.parametrize(("name", "sheets"), [("a.xls", [one(ROW)]), ("a.xlsx", [])])
def test_files_that_are_no_workbook(tmp_path: Path, name: str, sheets: list[Sheet]) -> None:
    with pytest.raises(InputError, match="workbook cannot be written"):
        write_workbook(tmp_path / name, sheets)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_workbook_leaves_the_older_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"older")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(excel, "_write_sheet", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_workbook(path, [one(ROW)])
    assert [found.read_bytes() for found in tmp_path.iterdir()] == [b"older"]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="file cannot be written"):
        write_workbook(tmp_path / "none" / "a.xlsx", [one(ROW)])
