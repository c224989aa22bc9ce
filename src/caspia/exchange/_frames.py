"""Data frames as the formats take them: named columns of numbers, truth values or text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from caspia.errors import InputError, Problem


def plain(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Copy a frame: text as strings or None whatever type pandas uses, nullable numbers as float with NaN.

    Raises
    ------
    InputError
        A column has no name of its own, or holds something else than numbers, truth values or text.
    """
    names = list(frame.columns)
    for name in names:
        if not isinstance(name, str) or not name or sum(other == name for other in names) > 1:
            allowed = "every column with a name of its own"
            raise InputError(
                Problem("table has a column without a name of its own", str(path), repr(name), allowed)
            )
    return pd.DataFrame(
        {name: _plain_column(frame[name], path) for name in names}, index=pd.RangeIndex(len(frame)), columns=names
    )


def _plain_column(column: pd.Series, path: Path) -> pd.Series:
    kind = column.dtype
    if pd.api.types.is_bool_dtype(kind) and not column.hasnans:
        return pd.Series(np.asarray(column, bool))
    if pd.api.types.is_unsigned_integer_dtype(kind) and (column > np.iinfo(np.int64).max).any():
        allowed = "whole numbers of 64 bits with a sign"
        raise InputError(
            Problem("column cannot be written", str(path), f"{column.max()} in {column.name}", allowed)
        )
    if pd.api.types.is_integer_dtype(kind) and not column.hasnans:
        return pd.Series(np.asarray(column, np.int64))
    if pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_complex_dtype(kind):
        return pd.Series(column.to_numpy(np.float64, na_value=np.nan))
    cells = [None if missing else cell for cell, missing in zip(column, column.isna(), strict=True)]
    odd = next((cell for cell in cells if cell is not None and not isinstance(cell, str)), None)
    if odd is not None:
        got = f"{type(odd).__name__} in column {column.name}"
        raise InputError(Problem("column cannot be written", str(path), got, "numbers, truth values or text"))
    return pd.Series(cells, dtype=object)
