"""Parquet, the columnar format of tables, through DuckDB."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from caspia.errors import InputError, Problem
from caspia.exchange._files import check_source, replacing
from caspia.exchange._frames import plain


def write_parquet(path: Path, table: pd.DataFrame) -> None:
    """Write a table, wholly or not at all.

    Parameters
    ----------
    path : pathlib.Path
        The file; an older one is replaced.
    table : pandas.DataFrame
        Columns of numbers, truth values or text; the index is not written. Text columns are of type VARCHAR
        even where every cell is missing.

    Raises
    ------
    InputError
        The file cannot be written, a column holds something else, or there is no column.
    """
    # Loaded here, as in the other formats: the library takes longer to load than most commands to answer.
    import duckdb

    frame = plain(table, path)
    if frame.columns.empty:
        raise InputError(Problem("table has no columns", str(path), allowed="at least one column"))
    columns = ", ".join(
        f"CAST({_name(name)} AS VARCHAR) AS {_name(name)}" if frame[name].dtype == object else _name(name)
        for name in frame.columns
    )
    with replacing(path) as made, duckdb.connect() as database:
        database.register("frame", frame)
        target = str(made).replace("'", "''")
        database.execute(f"COPY (SELECT {columns} FROM frame) TO '{target}' (FORMAT parquet)")


def read_parquet(path: Path) -> pd.DataFrame:
    """Read a table.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    pandas.DataFrame
        Text as objects with None where missing.

    Raises
    ------
    InputError
        The file cannot be read or is no Parquet file.
    """
    import duckdb

    check_source(path, "Parquet file")
    with duckdb.connect() as database:
        try:
            frame: pd.DataFrame = database.execute("SELECT * FROM read_parquet(?)", [str(path)]).df()
        except duckdb.Error as error:
            got = str(error).splitlines()[0]
            raise InputError(
                Problem("not a Parquet file", str(path), got, "a file in the format Parquet")
            ) from error
    return plain(frame, path)


def _name(column: str) -> str:
    quoted = column.replace('"', '""')
    return f'"{quoted}"'
