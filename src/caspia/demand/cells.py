"""Demand of a year by zone pair and commodity: observed, interpolated, or grown from the nearest observation."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from caspia.data import NO_FACT, Dataset, attribute_column
from caspia.errors import InputError, Problem

FIRST_YEAR, LAST_OBSERVED_YEAR, LAST_YEAR = 2019, 2025, 2040
CASES = ("low", "central", "high")
Case = Literal["low", "central", "high"]


def demand_cells(data: Dataset, year: int, case: Case = "central") -> pd.DataFrame:
    """Tonnes and boxes of every row of the table demand in a year.

    A year with an observation has its value. Between two observations demand grows at a constant rate; before
    the first and after the last it grows at the rate of its class, of which `low` and `high` are the cases.

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
    pandas.DataFrame
        One row a row of demand: `demand_id`, `origin_id`, `destination_id`, `commodity_id`, `demand_t`,
        `demand_teu` (0 for goods that do not travel in boxes), `basis` (`observed`, `interpolated`, `grown`),
        `fact` (row of the fact that the number rests on) and `source_id`.

    Raises
    ------
    InputError
        The year or the case is out of range, or a row of demand has no observation.
    """
    _check(year, case)
    frame = data.tables["demand"]
    series = _observations(data)
    growth = _growth(data, case)
    rows = [_one_year(series.get(row), year, growth[row]) for row in range(len(frame))]
    if missing := [frame["id"].iloc[row] for row, found in enumerate(rows) if found is None]:
        raise InputError(
            Problem(
                what="demand without a number",
                where="demand.csv",
                got=", ".join(missing[:8]),
                allowed="at least one fact demand_t or demand_teu of rank 1 for every row",
                repair="add the fact, or remove the row",
            )
        )
    found = pd.DataFrame([row for row in rows if row], columns=["demand_t", "basis", "fact"])
    teu = found["demand_t"].to_numpy(dtype=float) / t_per_teu(data)[data.rows("commodities", frame["commodity_id"])]
    cells = frame[["id", "origin_id", "destination_id", "commodity_id"]].rename(columns={"id": "demand_id"})
    return cells.assign(
        demand_t=found["demand_t"].astype(float).to_numpy(),
        demand_teu=np.where(np.isfinite(teu), teu, 0.0),
        basis=found["basis"].to_numpy(),
        fact=found["fact"].to_numpy(),
        source_id=data.facts.frame["source_id"].to_numpy()[found["fact"].to_numpy(dtype=int)]
        if len(found)
        else np.array([], dtype=object),
    )


def t_per_teu(data: Dataset) -> npt.NDArray[np.float64]:
    """Net tonnes in a box of every commodity that travels in boxes.

    Parameters
    ----------
    data : Dataset
        Tables.

    Returns
    -------
    numpy.ndarray, shape (n_commodities,)
        Tonnes per TEU; inf for goods that do not travel in boxes.
    """
    tonnes = data.values("commodities", "cargo_t_per_teu", np.inf)
    return np.where(data.tables["commodities"]["form"] == "container", tonnes, np.inf)


def _check(year: int, case: str) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InputError(
            Problem(
                what="no demand for this year",
                where="year",
                got=str(year),
                allowed=f"{FIRST_YEAR} to {LAST_YEAR}",
                repair="choose a year within the data",
            )
        )
    if case not in CASES:
        raise InputError(
            Problem(
                what="unknown case", where="case", got=repr(case), allowed=", ".join(CASES), repair="correct it"
            )
        )


def _observations(data: Dataset) -> dict[int, list[tuple[int, float, int]]]:
    """Year, tonnes and fact of every row of demand; tonnes win where both tonnes and boxes are stated."""
    boxes = data.series("demand", "demand_teu")
    weight = t_per_teu(data)[data.rows("commodities", data.tables["demand"]["commodity_id"])]
    found: dict[tuple[int, int], tuple[float, int]] = {}
    for row, year, fact, teu in boxes.itertuples(index=False, name=None):
        if not np.isfinite(weight[row]):
            raise InputError(
                Problem(
                    what="boxes of goods that do not travel in boxes",
                    where=f"facts, {data.facts.frame['key'].iloc[fact]}",
                    got=f"demand_teu of {data.tables['demand']['commodity_id'].iloc[row]}",
                    allowed="demand_t for goods whose form is not container",
                    repair="state tonnes",
                )
            )
        found[row, year] = teu * weight[row], fact
    for row, year, fact, tonnes in data.series("demand", "demand_t").itertuples(index=False, name=None):
        found[row, year] = tonnes, fact
    series: dict[int, list[tuple[int, float, int]]] = {}
    for (row, year), (tonnes, fact) in sorted(found.items()):
        series.setdefault(row, []).append((year, tonnes, fact))
    return series


def _growth(data: Dataset, case: str) -> npt.NDArray[np.float64]:
    """Growth a year of every row of demand, as a factor."""
    fact = data.object_facts("demand")[:, attribute_column("growth_pct_per_year")]
    bound = {"low": data.facts.low, "central": data.facts.value, "high": data.facts.high}[case]
    return np.where(fact == NO_FACT, 1.0, 1.0 + bound[fact] / 100)


def _one_year(
    series: list[tuple[int, float, int]] | None, year: int, growth: float
) -> tuple[float, str, int] | None:
    if not series:
        return None
    before = [point for point in series if point[0] <= year]
    after = [point for point in series if point[0] > year]
    if before and before[-1][0] == year:
        return before[-1][1], "observed", before[-1][2]
    if before and after:
        (start, low, fact), (end, high, _) = before[-1], after[0]
        share = (year - start) / (end - start)
        # Demand that begins or ends has no constant rate of growth.
        value = low ** (1 - share) * high**share if low > 0 and high > 0 else low + share * (high - low)
        return value, "interpolated", fact
    at, value, fact = before[-1] if before else after[0]
    return value * growth ** (year - at), "grown", fact
