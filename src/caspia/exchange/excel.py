"""Excel workbooks (Office Open XML), written through XlsxWriter: text stays text and never becomes a formula.

References
----------
ECMA International, Office Open XML File Formats, ECMA-376. Microsoft, Excel specifications and limits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from caspia.errors import InputError, Problem
from caspia.exchange._files import replacing
from caspia.exchange._frames import plain

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
"""Of a sheet, with the row of names."""
LONGEST_NAME, LONGEST_TEXT = 31, 32_767
"""Of a sheet and of a cell, in units of UTF-16."""
BARRED = "[]:*?/\\"
"""What no name of a sheet may hold."""
_WHOLE = 2**53
"""Numbers are of 64 bits with 53 digits; greater whole numbers are written as text, which keeps them."""
_GREATEST = 9.99999999999999e307
"""Of Excel; greater numbers are written as text."""
_LEADS = ("=", "+", "-", "@", "\t", "\r", "'")
_WIDEST = 60


@dataclass(frozen=True, eq=False)
class Sheet:
    r"""One sheet: a table, or several under headings.

    Attributes
    ----------
    name : str
        At most 31 characters, none of `[]:*?/\`.
    tables : tuple of (str, pandas.DataFrame)
        Heading and table. A table alone without heading begins in the first row, for other programs to read.
    """

    name: str
    tables: tuple[tuple[str, pd.DataFrame], ...]


def write_workbook(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write a workbook, wholly or not at all.

    Text is written as text: a name that begins with `=`, `+`, `-` or `@` is marked so that Excel does not take it
    for a formula even when it is edited. Empty cells stand for what is missing. What Excel cannot hold as a number
    is text: `inf` and `-inf`, numbers near 1e308, whole numbers above 2**53. Numbers have 16 digits.

    Parameters
    ----------
    path : pathlib.Path
        The file, with the ending `.xlsx`; an older one is replaced.
    sheets : sequence of Sheet
        What is written, at least one.

    Raises
    ------
    InputError
        The file cannot be written or has another ending; a sheet has a name that Excel does not take, or that
        another one has, or more rows or columns than it holds; a cell holds what it cannot.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import XlsxFileError

    if path.suffix != ".xlsx" or not sheets:
        got = f"{path.name}, {len(sheets)} sheets"
        allowed = "a name with .xlsx and at least one sheet"
        raise InputError(Problem("workbook cannot be written", str(path), got, allowed))
    _check_names(path, sheets)
    for sheet in sheets:
        _check_size(path, sheet)
    prepared = [[(heading, plain(table, path)) for heading, table in sheet.tables] for sheet in sheets]
    for sheet, tables in zip(sheets, prepared, strict=True):
        _check_texts(path, sheet.name, tables)
    with replacing(path) as made:
        try:
            with xlsxwriter.Workbook(str(made), {"tmpdir": str(made.parent)}) as book:
                looks = _Looks(
                    names=book.add_format({"bold": True, "bottom": 1}),
                    heading=book.add_format({"bold": True, "font_size": 13}),
                    quoted=book.add_format({"quote_prefix": True}),
                )
                for sheet, tables in zip(sheets, prepared, strict=True):
                    _write_sheet(book.add_worksheet(sheet.name), tables, looks)
        except XlsxFileError as error:
            allowed = "a folder with room, and less than 4 GB"
            raise InputError(Problem("workbook cannot be written", str(path), str(error), allowed)) from error


@dataclass(frozen=True)
class _Looks:
    """How cells look: names of columns, headings, and text that Excel would take for a formula."""

    names: Any
    heading: Any
    quoted: Any


def _check_names(path: Path, sheets: Sequence[Sheet]) -> None:
    known: set[str] = set()
    for sheet in sheets:
        name = sheet.name
        bad = not name or _length(name) > LONGEST_NAME or any(sign in BARRED or sign < " " for sign in name)
        # Excel keeps the name History for itself.
        if bad or name[0] == "'" or name[-1] == "'" or name.lower() == "history" or name.lower() in known:
            allowed = f"another name of 1 to {LONGEST_NAME} characters for each sheet, without {' '.join(BARRED)}"
            raise InputError(Problem("name of a sheet cannot be used", str(path), repr(name), allowed, "rename it"))
        known.add(name.lower())


def _check_size(path: Path, sheet: Sheet) -> None:
    n_rows = sum(_rows_of(heading, table) for heading, table in sheet.tables) + len(sheet.tables) - 1
    n_columns = max((len(table.columns) for _, table in sheet.tables), default=0)
    if n_rows > MOST_ROWS or n_columns > MOST_COLUMNS:
        got, allowed = f"{n_rows} rows, {n_columns} columns", f"{MOST_ROWS} rows and {MOST_COLUMNS} columns"
        repair = "write it as Parquet, or in parts"
        raise InputError(Problem(f"sheet {sheet.name} is too large for Excel", str(path), got, allowed, repair))


def _check_texts(path: Path, name: str, tables: Sequence[tuple[str, pd.DataFrame]]) -> None:
    for heading, table in tables:
        _check_text(path, f"a heading of sheet {name}", heading)
        for column in table.columns:
            _check_text(path, f"sheet {name}, the name of a column", column)
            if table[column].dtype == object:
                for row, text in enumerate(table[column]):
                    _check_text(path, f"sheet {name}, column {column}, row {row + 1}", text)


def _check_text(path: Path, where: str, text: str | None) -> None:
    if text is None:
        return
    try:
        size = _length(text)
    except UnicodeEncodeError as error:
        raise InputError(
            Problem("cell cannot be written", str(path), f"half a letter in {where}", "text")
        ) from error
    if size > LONGEST_TEXT:
        got, repair = f"{size} characters in {where}", "write it as Parquet, or shorten it"
        allowed = f"at most {LONGEST_TEXT}"
        raise InputError(Problem("text is too long for a cell of Excel", str(path), got, allowed, repair))


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _rows_of(heading: str, table: pd.DataFrame) -> int:
    return bool(heading) + 1 + len(table)


def _write_sheet(sheet: Any, tables: Sequence[tuple[str, pd.DataFrame]], looks: _Looks) -> None:
    widths: dict[int, int] = {}
    top = 0
    for heading, table in tables:
        if heading:
            sheet.write_string(top, 0, heading, looks.heading)
        first = top + bool(heading)
        for nth, name in enumerate(table.columns):
            sheet.write_string(first, nth, name, looks.names)
            column = table[name]
            for row, value in enumerate(column.tolist(), start=first + 1):
                _write_cell(sheet, row, nth, value, looks)
            texts = column.head(200).tolist() if column.dtype == object else []
            widths[nth] = max([widths.get(nth, 8), len(name) + 3, *(len(text or "") for text in texts)])
        if len(tables) == 1 and not heading and len(table.columns):
            sheet.freeze_panes(1, 0)
            sheet.autofilter(0, 0, len(table), len(table.columns) - 1)
        top += _rows_of(heading, table) + 1
    for nth, width in widths.items():
        sheet.set_column(nth, nth, min(width, _WIDEST))


def _write_cell(sheet: Any, row: int, column: int, value: object, looks: _Looks) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, str):
        # `write` would turn what looks like a formula, a number or an address into one.
        if value:
            sheet.write_string(row, column, value, looks.quoted if value.startswith(_LEADS) else None)
    elif isinstance(value, int | float) and not np.isnan(value):
        if abs(value) > (_WHOLE if isinstance(value, int) else _GREATEST):
            sheet.write_string(row, column, str(value), looks.quoted if value < 0 else None)
        else:
            sheet.write_number(row, column, value)
