"""The unit of every column of a result, put beside its meaning in the page on results."""

from __future__ import annotations

import re
from collections.abc import Iterator

from caspia.study.optional_tables import OPTIONAL
from caspia.study.store import STORED, meaning

ROW = re.compile(r"^\| (`[^|]*) \| (.*) \|$")
HEAD, RULE = "| column | meaning |", "|---|---|"
PLAIN = "US dollars"


def with_units(text: str) -> str:
    """Add a column of units to the tables of the sections that are named after tables of a result.

    Parameters
    ----------
    text : str
        The page.

    Returns
    -------
    str
        The page, with units as the stored tables declare them.
    """
    return "\n".join(_lines(text))


def _lines(text: str) -> Iterator[str]:
    tables: tuple[str, ...] = ()
    for line in text.splitlines():
        if line.startswith("## "):
            tables = tuple(name for name in line[3:].split(", ") if name in {*STORED, *OPTIONAL})
        row = ROW.match(line)
        if tables and line == HEAD:
            yield "| column | unit | meaning |"
        elif tables and line == RULE:
            yield "|---|---|---|"
        elif tables and row:
            yield f"| {row[1]} | {_units(tables, row[1])} | {row[2]} |"
        else:
            yield line


def _units(tables: tuple[str, ...], cell: str) -> str:
    """Units of the columns of a cell, each once."""
    columns = re.findall(r"`(\w+)`", cell)
    found = dict.fromkeys(meaning(table, column) for column in columns for table in tables)
    return "; ".join(filter(None, found))
