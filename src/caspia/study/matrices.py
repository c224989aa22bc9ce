"""Demand between zones as matrices, one for each commodity, for programs of transport planning; and back."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from caspia.data import Dataset
from caspia.demand import Case, demand_cells, t_per_teu
from caspia.errors import InputError, Problem
from caspia.exchange import MatrixSet, read_omx

UNITS = ("t", "teu")
"""Endings of the names of matrices: tonnes and boxes a year."""


def demand_matrices(data: Dataset, year: int, case: Case = "central") -> MatrixSet:
    """Demand of a year from zone to zone, a matrix a commodity.

    A commodity of which any number is stated in boxes is in TEU, all others are in tonnes; the name of the matrix
    says which: `containers_teu`, `crude-oil_t`.

    Parameters
    ----------
    data : Dataset
        Tables.
    year : int
        2019 to 2040.
    case : {"low", "central", "high"}
        Growth after the last observation.

    Returns
    -------
    MatrixSet
        Amounts a year; the zones are the ids of the table zones, in its order.

    Raises
    ------
    InputError
        The data hold no demand, or the year or the case is out of range.
    """
    cells = demand_cells(data, year, case)
    if cells.empty:
        problem = Problem(
            what="no demand to write as matrices",
            where="demand.csv",
            got="0 rows",
            allowed="at least one",
            repair="add demand, or choose other formats",
        )
        raise InputError(problem)
    zones = tuple(data.tables["zones"]["id"])
    origin, destination = (data.rows("zones", cells[name]) for name in ("origin_id", "destination_id"))
    boxed = _boxed(data)
    matrices = {}
    for goods, part in cells.groupby("commodity_id", sort=True):
        unit = "teu" if goods in boxed else "t"
        matrix = np.zeros((len(zones), len(zones)))
        np.add.at(matrix, (origin[part.index], destination[part.index]), part[f"demand_{unit}"].to_numpy())
        matrix.setflags(write=False)
        matrices[f"{goods}_{unit}"] = matrix
    return MatrixSet(MappingProxyType(matrices), zones)


def read_demand(path: Path, data: Dataset) -> pd.DataFrame:
    """Read matrices of demand back as cells.

    Parameters
    ----------
    path : pathlib.Path
        An OMX file with matrices named as by `demand_matrices`.
    data : Dataset
        Tables whose zones and commodities they are.

    Returns
    -------
    pandas.DataFrame
        `origin_id`, `destination_id`, `commodity_id`, `demand_t`, `demand_teu` (0 for goods that do not travel in
        boxes), a row for each cell above 0, sorted by these.

    Raises
    ------
    InputError
        The file cannot be read, is of other zones, holds NaN, a negative or an infinite number, or a matrix is
        not of a commodity of the data in a unit in which it travels.
    """
    content = read_omx(path, zones=tuple(data.tables["zones"]["id"]))
    weight = dict(zip(data.tables["commodities"]["id"], t_per_teu(data), strict=True))
    zones = np.array(content.zones, dtype=object)
    parts = []
    for name, matrix in content.matrices.items():
        goods, _, unit = name.rpartition("_")
        known = goods in weight and unit in UNITS
        if not known or (unit == "teu" and not np.isfinite(weight[goods])):
            allowed = "a commodity of the data, `_t`, or `_teu` where it travels in boxes"
            problem = Problem("matrix of unknown goods or unit", str(path), repr(name), allowed, "rename it")
            raise InputError(problem)
        origin, destination = np.nonzero(matrix)
        amount = matrix[origin, destination]
        tonnes = amount * weight[goods] if unit == "teu" else amount
        part = {"origin_id": zones[origin], "destination_id": zones[destination], "commodity_id": goods}
        parts.append(pd.DataFrame(part | {"demand_t": tonnes, "demand_teu": tonnes / weight[goods]}))
    keys = ["origin_id", "destination_id", "commodity_id"]
    return pd.concat(parts).sort_values(keys, ignore_index=True)


def _boxed(data: Dataset) -> set[str]:
    """Commodities of which any demand is stated in boxes."""
    rows = data.series("demand", "demand_teu")["row"].to_numpy()
    return set(data.tables["demand"]["commodity_id"].iloc[rows])
