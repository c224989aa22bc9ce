"""Writing a result where others can read it: documented tables (DuckDB, Excel), a manifest; all or nothing."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from caspia.exchange import replacing_in, unwritable
from caspia.study.flow_columns import COLUMNS
from caspia.study.optional_tables import OPTIONAL, PERCENTILES, optional_meaning
from caspia.study.result import Result
from caspia.study.workbook import by_ending, write_tables

STORED = (
    "consignments",
    "routes",
    "legs",
    "barred",
    "facts",
    "sources",
    "places",
    "links",
    "validation",
    "counts",
    *COLUMNS,
)
COMMENTS: dict[str, str] = {
    "consignments": "Reference consignments: what is moved from where to where and what it avoids",
    "routes": "Routes by consignment: best of each corridor (rank 1) and alternatives; costs per unit of cargo",
    "legs": "Runs and operations of every route, expected values; facts and sources joined by ;",
    "barred": "Corridors that rules bar wholly for a consignment: rule, reason, source, scenarios that lift it",
    "facts": "Facts behind the results as written in the data: value, interval, method, source",
    "sources": "Where the facts come from",
    "places": "Places of the network",
    "links": "Links of the network and the corridors whose best routes use them",
    "validation": "Observed beside modelled through times and prices; misfit is modelled over observed less one",
    "counts": "Objects by table and facts by method",
    "flow_runs": "Equilibria that the tables of flows come from: demand, unserved, gap, and why one is missing",
    "flow_corridors": "Tonnes, boxes and value a year by scenario, market segment and corridor, with the change",
    "flow_countries": "Transit through states and what carriage, handling and borders earn there in a year",
    "flow_links": "Tonnes and boxes a year on links by scenario, corridor and direction",
    "flow_servers": "Load of everything that has a capacity, in the unit of the row",
    "flow_bottlenecks": "Capacities that bind most, and what a unit more is worth to all users",
    "flow_moved": "Tonnes a year that move from corridor to corridor under a scenario; none is demand won or lost",
    "flow_shifts": "The same over all markets and goods, with the intervals of the sums",
    "flow_counts": "Observed beside modelled traffic of the counted years; role: fitted, judged or shown",
    "reconciliation": "Sums of demand beside published totals",
    "unserved": "Demand that has no open route, declared and never dropped",
}
YEARLY: Mapping[str, str] = {
    "_usd_per_t": "US dollars of the price year, a year, for a tonne a year of capacity more",
    "_t": "tonnes a year",
    "_teu": "TEU a year",
    "_usd": "US dollars of the price year, a year",
    "_h": "hours",
    "share": "share of the tonnes of its segment",
    "share_teu": "share of the boxes of its segment",
    "share_value": "share of the value of its segment",
    "share_land": "share of the tonnes that its segment moves over land",
}
"""Meaning of the columns of flows by their ending."""
UNITS: Mapping[str, str] = {
    "_km": "kilometres",
    "_h": "hours",
    "_h_p10": "hours, tenth percentile",
    "_h_p50": "hours, median",
    "_h_p90": "hours, ninetieth percentile",
    "_h_sd": "hours, standard deviation",
    "_usd": "US dollars of the price year per unit of cargo",
    "_usd_p10": "US dollars per unit, tenth percentile",
    "_usd_p50": "US dollars per unit, median",
    "_usd_p90": "US dollars per unit, ninetieth percentile",
    "co2e_kg": "kg CO2e well-to-wheel per unit of cargo, expected",
}


def meaning(table: str, column: str) -> str:
    """Unit or meaning of a measured column.

    Parameters
    ----------
    table : str
        Name of a table of a result.
    column : str
        Name of a column.

    Returns
    -------
    str
        By the ending of the column; empty for one that is not measured.
    """
    if table in OPTIONAL:
        return optional_meaning(table, column)
    units = YEARLY if table in COLUMNS else UNITS
    value, _, end = column.rpartition("_")
    if table in COLUMNS and end in PERCENTILES:
        return ", ".join(filter(None, [by_ending(units, value), PERCENTILES[end]]))
    return by_ending(units, column)


def write_folder(folder: Path, result: Result, report: Callable[[Result, Path], object] | None = None) -> Path:
    """Write a result into a folder, complete or not at all.

    Parameters
    ----------
    folder : pathlib.Path
        Where `results.duckdb`, `results.xlsx`, `manifest.json` and the report shall be; older ones are replaced.
    result : Result
        What is written.
    report : callable, optional
        Writes the report of a result to a path.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    InputError
        The folder cannot be written.
    """
    names: list[str] = []
    with replacing_in(folder, names) as made:
        write_database(made / "results.duckdb", result)
        write_workbook(made / "results.xlsx", result)
        (made / "manifest.json").write_text(
            json.dumps(dict(result.manifest), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        if report:
            report(result, made / "report.html")
        names += sorted(path.name for path in made.iterdir())
    return folder


def check_writable(folder: Path) -> None:
    """Refuse an unwritable folder before the work is done.

    Parameters
    ----------
    folder : pathlib.Path
        Where results shall be; made if it does not exist.

    Raises
    ------
    InputError
        The folder cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise unwritable(folder, error, "folder") from error


def write_database(path: Path, result: Result) -> None:
    """Write the tables of a result to a new DuckDB file with a comment on every table and measured column.

    Parameters
    ----------
    path : pathlib.Path
        A file that does not exist yet.
    result : Result
        What is written.
    """
    # Loaded here: it takes as long to load as the rest of the program, and most commands do not write.
    import duckdb

    comments = {**COMMENTS, **OPTIONAL}
    with duckdb.connect(str(path)) as database:
        for name in _stored(result):
            frame = _plain(result.tables[name])
            database.register("frame", frame)
            database.execute(f"CREATE TABLE {name} AS SELECT * FROM frame")
            database.unregister("frame")
            database.execute(f"COMMENT ON TABLE {name} IS '{comments[name]}'")
            for column in frame.columns:
                if said := meaning(name, column):
                    database.execute(f"COMMENT ON COLUMN {name}.{column} IS '{said}'")


def write_workbook(path: Path, result: Result) -> None:
    """Write the tables of a result as an Excel workbook, contents with units and sources first.

    Parameters
    ----------
    path : pathlib.Path
        The file, with the ending `.xlsx`.
    result : Result
        What is written.
    """
    tables = {name: result.tables[name] for name in _stored(result)}
    write_tables(path, tables, about(result.manifest), {**COMMENTS, **OPTIONAL}, meaning)


def _stored(result: Result) -> tuple[str, ...]:
    return (*STORED, *(name for name in OPTIONAL if name in result.tables))


def about(manifest: Mapping[str, object]) -> dict[str, object]:
    """What a workbook says of itself.

    Parameters
    ----------
    manifest : mapping
        Of a result.

    Returns
    -------
    dict of str to object
        Version, data, scenario, seed, price year and time, without what is nested.
    """
    return {key.replace("_", " "): value for key, value in manifest.items() if not isinstance(value, Mapping)}


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Columns of strings as objects, which DuckDB reads whatever string type pandas uses."""
    if frame.columns.empty:
        return pd.DataFrame({"empty": pd.Series(dtype=object)})
    return frame.astype({name: object for name in frame.columns if not pd.api.types.is_numeric_dtype(frame[name])})
