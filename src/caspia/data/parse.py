"""From the bytes of one file to text cells, each with the line of the file on which its row begins."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from caspia.data.schema import MAX_TABLE_BYTES, TableSchema
from caspia.errors import DataError, InputError, Problem

MAX_PROBLEMS = 50
"""Of one kind in one column; more would hide the others."""

BoolArray = npt.NDArray[np.bool_]
Row = tuple[int, list[str]]
"""Line on which a row begins, and its cells."""


@dataclass(frozen=True)
class RawTable:
    """One file as text cells.

    Attributes
    ----------
    schema : TableSchema
        What the file should hold.
    path : pathlib.Path
        The file.
    frame : pandas.DataFrame
        Cells as text.
    lines : numpy.ndarray of int, shape (n_rows,)
        Line of the file on which each row begins; the header is line 1.
    """

    schema: TableSchema
    path: Path
    frame: pd.DataFrame
    lines: npt.NDArray[np.int64]

    def where(self, row: int, column: str = "") -> str:
        """Name a cell as messages do.

        Parameters
        ----------
        row : int
            Row of `frame`.
        column : str
            Column; empty for the whole row.

        Returns
        -------
        str
            `places.csv, row 12, KZALA, column lon`.
        """
        key = self.frame["id"].iloc[row] if "id" in self.frame.columns else ""
        parts = (self.path.name, f"row {self.lines[row]}", key, f"column {column}" if column else "")
        return ", ".join(filter(None, parts))

    def problems(self, bad: BoolArray, column: str, what: str, allowed: str, repair: str) -> Iterator[Problem]:
        """Name the bad cells of a column.

        Parameters
        ----------
        bad : numpy.ndarray of bool, shape (n_rows,)
            Rows to name.
        column : str
            Column of `frame`.
        what, allowed, repair : str
            As in Problem.

        Yields
        ------
        Problem
            One a row, at most MAX_PROBLEMS.
        """
        cells = self.frame[column].to_numpy()
        for row in np.flatnonzero(bad)[:MAX_PROBLEMS]:
            yield Problem(what, self.where(row, column), repr(str(cells[row])), allowed, repair)


def parse_table(path: Path, content: bytes, schema: TableSchema) -> RawTable:
    """Read the bytes of a file as a table.

    Parameters
    ----------
    path : pathlib.Path
        The file, for messages.
    content : bytes
        What it holds.
    schema : TableSchema
        What it should hold.

    Returns
    -------
    RawTable
        Text cells.

    Raises
    ------
    InputError
        The file is not UTF-8 or not CSV, or its header is not that of the schema.
    DataError
        Rows are shorter or longer than the header.
    """
    rows = list(_rows(path, _text(path, content)))
    if not rows:
        raise InputError(
            Problem(
                what="file is empty",
                where=path.name,
                allowed=f"a header with the columns {', '.join(schema.columns)}",
                repair="write the header, even where there are no rows",
            )
        )
    (_, header), *body = rows
    _check_header(path, header, schema)
    if ragged := list(_ragged(path, len(header), body)):
        raise DataError(ragged)
    columns: Sequence[Sequence[str]] = list(zip(*(cells for _, cells in body), strict=True)) or [()] * len(header)
    frame = pd.DataFrame({name: pd.Series(cells, dtype="str") for name, cells in zip(header, columns, strict=True)})
    return RawTable(schema, path, frame, np.array([line for line, _ in body], dtype=np.int64))


def _text(path: Path, content: bytes) -> str:
    try:
        text = content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise InputError(
            Problem(
                what="file is not UTF-8",
                where=f"{path.name}, row {content[: error.start].count(10) + 1}",
                got=f"byte 0x{content[error.start]:02x}",
                allowed="UTF-8 text",
                repair="save the table as UTF-8 (in Excel: CSV UTF-8)",
            )
        ) from error
    if "\0" in text:
        raise InputError(
            Problem(
                what="file holds NUL bytes",
                where=f"{path.name}, row {text.count(chr(10), 0, text.index(chr(0))) + 1}",
                allowed="UTF-8 text",
                repair="save it as CSV",
            )
        )
    return text


@contextmanager
def _long_cells() -> Iterator[None]:
    """Let a cell be as long as a file may be (outlines of countries are long); the limit is one of the process."""
    usual = csv.field_size_limit(MAX_TABLE_BYTES)
    try:
        yield
    finally:
        csv.field_size_limit(usual)


def _rows(path: Path, text: str) -> Iterator[Row]:
    """Rows that are not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        with _long_cells():
            for cells in reader:
                if cells:
                    yield line, cells
                line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            Problem(
                what="row is not CSV",
                where=f"{path.name}, row {line}",
                got=str(error),
                allowed="cells separated by commas; a cell with a comma, a quote or a line break in double quotes",
                repair='close the quotes, and write a quote within a cell as ""',
            )
        ) from error


def _check_header(path: Path, header: list[str], schema: TableSchema) -> None:
    found = {
        "missing": [name for name in schema.columns if name not in header],
        "unknown": [name for name in header if name not in schema.columns],
        "twice": sorted({name for name in header if header.count(name) > 1}),
    }
    if any(found.values()):
        raise InputError(
            Problem(
                what="columns differ from the schema",
                where=f"{path.name}, header",
                got="; ".join(f"{what} {', '.join(names)}" for what, names in found.items() if names),
                allowed=", ".join(schema.columns),
                repair="rename or add the columns",
            )
        )


def _ragged(path: Path, width: int, body: Sequence[Row]) -> Iterator[Problem]:
    wrong = [(line, cells) for line, cells in body if len(cells) != width]
    for line, cells in wrong[:MAX_PROBLEMS]:
        is_short = len(cells) < width
        yield Problem(
            what=f"row has {'fewer' if is_short else 'more'} cells than the header",
            where=f"{path.name}, row {line}",
            got=f"{len(cells)} cells",
            allowed=f"{width} cells",
            repair="add the missing commas" if is_short else "quote cells that contain commas, or cut the rest",
        )
