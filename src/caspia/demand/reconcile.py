"""Sums of demand beside published totals."""

from __future__ import annotations

import numpy as np
import pandas as pd

from caspia.data import Dataset
from caspia.demand.cells import demand_cells

TOTALS = {"total_t": "t", "total_teu": "TEU", "total_usd": "USD"}
LISTS = {"origin_ids": "origin_id", "destination_ids": "destination_id", "commodity_ids": "commodity_id"}


def reconcile(data: Dataset) -> pd.DataFrame:
    """Hold the cells of demand against every published total.

    Parameters
    ----------
    data : Dataset
        Tables.

    Returns
    -------
    pandas.DataFrame
        One row a total and year: `control_id`, `name`, `year`, `unit`, `published`, `low`, `high`, `modelled`
        (sum of the cells), `misfit` (modelled over published less one), `holds` (within low and high),
        `source_id` and `note`. Money is in dollars of the price year, tonnes times the value of a tonne.
    """
    controls = data.tables["controls"]
    rows = []
    for attribute, unit in TOTALS.items():
        for row, year, fact, value in data.series("controls", attribute).itertuples(index=False, name=None):
            control = controls.iloc[row]
            modelled = _sum(data, control, int(year), unit)
            low, high = float(data.facts.low[fact]), float(data.facts.high[fact])
            rows.append(
                {
                    "control_id": control["id"],
                    "name": control["name"],
                    "year": int(year),
                    "unit": f"{unit}/year",
                    "published": value,
                    "low": low,
                    "high": high,
                    "modelled": modelled,
                    "misfit": modelled / value - 1 if value else np.nan,
                    "holds": low <= modelled <= high,
                    "source_id": data.facts.frame["source_id"].iloc[fact],
                    "note": control["note"],
                }
            )
    return (
        pd.DataFrame(rows).sort_values(["control_id", "unit", "year"], ignore_index=True)
        if rows
        else pd.DataFrame()
    )


def _sum(data: Dataset, control: pd.Series, year: int, unit: str) -> float:
    cells = demand_cells(data, year)
    chosen = np.ones(len(cells), dtype=bool)
    for cell, column in LISTS.items():
        if control[cell]:
            chosen &= cells[column].isin(control[cell].split(";")).to_numpy()
    if unit == "USD":
        value = data.values("commodities", "value_usd_per_t")[data.rows("commodities", cells["commodity_id"])]
        return float((cells["demand_t"].to_numpy() * value)[chosen].sum())
    return float(cells["demand_t" if unit == "t" else "demand_teu"].to_numpy()[chosen].sum())
