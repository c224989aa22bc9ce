"""What docs/results.md says of the columns of a result."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "results.md"
ENDS = re.compile(r"_(p10|p90|low|high)$")


@cache
def sections() -> Mapping[str, frozenset[str]]:
    """Columns in the first cells of the tables of every section, by the table that it describes."""
    found: dict[str, frozenset[str]] = {}
    for title, body in re.findall(r"^## ([^\n]*)\n(.*?)(?=^## |\Z)", PAGE.read_text("utf-8"), re.M | re.S):
        cells = re.findall(r"^\| (`[^|]*) \|", body, re.M)
        columns = frozenset(column for cell in cells for column in re.findall(r"`(\w+)`", cell))
        found |= dict.fromkeys(title.split(", "), columns)
    return found


def undocumented(tables: Mapping[str, Iterable[str]]) -> list[str]:
    """Columns that the page does not name, as `table.column`; ends of an interval go with their number."""
    missing = []
    for name, columns in tables.items():
        known = sections()[name]
        missing += [f"{name}.{column}" for column in columns if not {column, ENDS.sub("", column)} & known]
    return missing
