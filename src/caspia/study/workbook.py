"""Tables of a study as one Excel workbook: contents first, with units and sources, then a sheet for each table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from caspia.exchange import Sheet, write_workbook

CONTENTS = "Contents"
CITING = ("source_id", "sources")
"""Columns that name sources, as one id or as several joined by `;`."""
_SOURCE = ("source_id", "title", "publisher", "date", "url", "licence")
Meaning = Callable[[str, str], str]


def write_tables(
    path: Path,
    tables: Mapping[str, pd.DataFrame],
    about: Mapping[str, object],
    holds: Mapping[str, str],
    meaning: Meaning,
) -> None:
    """Write tables as a workbook, wholly or not at all.

    The first sheet says what the workbook is of, lists the sheets with what they hold and the sources that they
    name, the unit of every measured column, and the sources in full.

    Parameters
    ----------
    path : pathlib.Path
        The file, with the ending `.xlsx`.
    tables : mapping of str to pandas.DataFrame
        Tables by the name of their sheet; `sources`, with `source_id`, becomes the last part of the first sheet.
    about : mapping
        What the workbook is of: version, data, scenario and the like.
    holds : mapping of str to str
        What each table holds.
    meaning : callable
        Told table and column, says the unit or meaning; empty for what needs none.

    Raises
    ------
    caspia.errors.InputError
        The file cannot be written, or Excel does not hold a table.
    """
    shown = {name: _columned(table) for name, table in tables.items() if name != "sources"}
    cited = {name: _cited(table) for name, table in shown.items()}
    rows = [
        {"sheet": name, "holds": holds.get(name, ""), "rows": len(table), "sources": len(cited[name])}
        for name, table in shown.items()
    ]
    measured = [
        {"sheet": name, "column": column, "unit": meaning(name, column)}
        for name, table in shown.items()
        for column in table.columns
    ]
    known = [row for row in measured if row["unit"]]
    parts = (
        ("About", pd.DataFrame([(key, str(value)) for key, value in about.items()], columns=["what", "value"])),
        ("Tables", pd.DataFrame(rows, columns=["sheet", "holds", "rows", "sources"])),
        ("Units", pd.DataFrame(known, columns=["sheet", "column", "unit"])),
        ("Sources", _sources(tables.get("sources"), cited)),
    )
    sheets = [Sheet(name, (("", table),)) for name, table in shown.items()]
    write_workbook(path, [Sheet(CONTENTS, parts), *sheets])


def by_ending(endings: Mapping[str, str], column: str) -> str:
    """Meaning of a column by its ending.

    Parameters
    ----------
    endings : mapping of str to str
        Meanings.
    column : str
        Name of a column.

    Returns
    -------
    str
        That of the longest ending which the column has; empty where it has none.

    Examples
    --------
    >>> by_ending({"_teu": "TEU a year", "share_teu": "share of the boxes"}, "share_teu")
    'share of the boxes'
    """
    found = [end for end in endings if column.endswith(end)]
    return endings[max(found, key=len)] if found else ""


def _columned(table: pd.DataFrame) -> pd.DataFrame:
    """A table of which nothing is known still has a column, as a sheet needs one."""
    return pd.DataFrame({"empty": pd.Series(dtype=object)}) if table.columns.empty else table


def _cited(table: pd.DataFrame) -> set[str]:
    cells = {str(cell) for name in CITING if name in table.columns for cell in table[name].dropna().unique()}
    return {source for cell in cells for source in cell.split(";") if source}


def _sources(sources: pd.DataFrame | None, cited: Mapping[str, set[str]]) -> pd.DataFrame:
    """Sources that any sheet names, with the sheets that do."""
    columns = [*_SOURCE, "sheets"]
    if sources is None:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in columns})
    users = ["; ".join(name for name, ids in cited.items() if key in ids) for key in sources["source_id"]]
    found = sources.assign(sheets=users)
    return found.loc[found["sheets"] != "", columns].reset_index(drop=True)
