"""Tables and records as JSON: numbers with six digits, null where there is none."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

SIGNIFICANT = 6


def plain_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any table.

    Returns
    -------
    list of dict
    """
    return [{str(key): plain(value) for key, value in row.items()} for row in frame.to_dict("records")]


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table; an empty cell is an empty text.

    Parameters
    ----------
    table : pandas.DataFrame
        An object table.

    Returns
    -------
    list of dict
    """
    return [
        {str(key): "" if pd.isna(value) else value for key, value in row.items()}
        for row in table.to_dict("records")
    ]


def plain(value: Any) -> Any:
    """A value as JSON knows it: tables become rows, numbers six digits, what is not finite null.

    Parameters
    ----------
    value : object
        Of a record.

    Returns
    -------
    object

    Examples
    --------
    >>> plain({"a": (1.23456789, float("nan"))})
    {'a': [1.23457, None]}
    """
    if isinstance(value, pd.DataFrame):
        return plain_rows(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset | np.ndarray):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return float(f"{value:.{SIGNIFICANT}g}") if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    return None if value is pd.NaT or value is pd.NA else str(value)


def known(value: float) -> float | None:
    """A number, or nothing where it is not finite: JSON has no word for that.

    Parameters
    ----------
    value : float
        Any number.

    Returns
    -------
    float or None

    Examples
    --------
    >>> known(1.5), known(float("nan"))
    (1.5, None)
    """
    return float(value) if math.isfinite(value) else None
