"""Modelled beside observed traffic: which routes each count counts, and how far the model is off."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from caspia.data import Dataset, records
from caspia.demand import t_per_teu
from caspia.network import MODES, ArcKind, Network
from caspia.study.corridors import CORRIDORS
from caspia.study.flows import FlowModel, Flows
from caspia.study.market import users_of

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
ATTRIBUTES = {"count_t": "t/year", "count_teu": "TEU/year"}
HANDLED = (ArcKind.TERMINAL, ArcKind.GAUGE_CHANGE, ArcKind.LOADING, ArcKind.UNLOADING)
FIT_YEARS = (2023, 2024)
JUDGED_YEAR = 2025


def observed(data: Dataset) -> pd.DataFrame:
    """Observed traffic, one row a count, unit and year.

    Parameters
    ----------
    data : Dataset
        Tables.

    Returns
    -------
    pandas.DataFrame
        `row` (of the table counts), `count_id`, `name`, `kind`, `use`, `year`, `unit`, `observed`, `low`,
        `high`, `source_id`, `note`.
    """
    table = data.tables["counts"]
    parts = []
    for attribute, unit in ATTRIBUTES.items():
        frame = data.series("counts", attribute)
        fact = frame["fact"].to_numpy()
        parts.append(
            pd.DataFrame(
                {
                    "row": frame["row"].to_numpy(),
                    "count_id": table["id"].to_numpy()[frame["row"]],
                    "name": table["name"].to_numpy()[frame["row"]],
                    "kind": table["kind"].to_numpy()[frame["row"]],
                    "use": table["use"].to_numpy()[frame["row"]],
                    "year": frame["year"].to_numpy(),
                    "unit": unit,
                    "observed": frame["value"].to_numpy(),
                    "low": data.facts.low[fact],
                    "high": data.facts.high[fact],
                    "source_id": data.facts.frame["source_id"].to_numpy()[fact],
                    "note": table["note"].to_numpy()[frame["row"]],
                }
            )
        )
    return pd.concat(parts, ignore_index=True).sort_values(["kind", "count_id", "unit", "year"], ignore_index=True)


def counted(model: FlowModel) -> BoolArray:
    """Routes that each count counts.

    Parameters
    ----------
    model : FlowModel
        Routes and data.

    Returns
    -------
    numpy.ndarray of bool, shape (n_counts, n_routes)
    """
    data, market = model.study.data, model.market
    frame = data.tables["demand"].iloc[market.pairs.demand]
    ends = {
        name: frame[name].to_numpy()[market.routes.pair] for name in ("origin_id", "destination_id", "commodity_id")
    }
    corridor = np.array(CORRIDORS, dtype=object)[market.routes.kind]
    found = np.ones((len(data.tables["counts"]), len(market.routes.pair)), dtype=bool)
    for row, count in enumerate(records(data.tables["counts"])):
        if count.corridor:
            found[row] &= corridor == count.corridor
        for cell, name in (
            (count.origin_ids, "origin_id"),
            (count.destination_ids, "destination_id"),
            (count.commodity_ids, "commodity_id"),
        ):
            if cell:
                found[row] &= np.isin(ends[name], cell.split(";"))
        for arcs in _passed(count, data, model.study.network):
            found[row] &= users_of(market, arcs)
    return found


def _passed(count: Any, data: Dataset, network: Network) -> list[BoolArray]:
    """Sets of arcs of each of which a route must use one."""
    arcs = network.arcs
    sets = []
    mode = (
        np.isin(arcs.mode, [MODES.index(name) for name in count.modes.split(";") if name]) if count.modes else None
    )
    if count.link_ids:
        rows = data.rows("links", pd.Series(count.link_ids.split(";")))
        on = (arcs.kind == ArcKind.LINE) & np.isin(arcs.row, rows)
        if count.direction in ("forward", "reverse"):
            on &= arcs.reverse == (count.direction == "reverse")
        sets.append(on)
    if count.border_ids:
        rows = data.rows("borders", pd.Series(count.border_ids.split(";")))
        sets.append((arcs.kind == ArcKind.BORDER) & np.isin(arcs.row, rows))
    if count.place_ids:
        sets.append(_handled(count, network, mode))
    elif mode is not None and not (count.link_ids or count.border_ids):
        sets.append((arcs.kind == ArcKind.LINE) & mode)
    return sets


def _handled(count: Any, network: Network, mode: BoolArray | None) -> BoolArray:
    """Operations at places; with modes only those by which cargo comes from or leaves to one of them."""
    arcs, vertices = network.arcs, network.vertices
    rows = [network.place_ids.index(place) for place in count.place_ids.split(";")]
    here = np.isin(arcs.kind, HANDLED) & (
        np.isin(vertices.place[arcs.tail], rows) | np.isin(vertices.place[arcs.head], rows)
    )
    if mode is None:
        return np.asarray(here, dtype=bool)
    wanted = [MODES.index(name) for name in count.modes.split(";")]
    comes, leaves = np.isin(vertices.mode[arcs.tail], wanted), np.isin(vertices.mode[arcs.head], wanted)
    chosen = {"in": comes, "out": leaves}.get(count.direction, comes | leaves)
    return np.asarray(here & chosen, dtype=bool)


def amounts(model: FlowModel, flow_t: FloatArray, members: BoolArray) -> dict[str, FloatArray]:
    """Modelled amount of every count in each unit.

    Parameters
    ----------
    model : FlowModel
        Routes and data.
    flow_t : numpy.ndarray, shape (n_routes,)
        Tonnes a year.
    members : numpy.ndarray of bool, shape (n_counts, n_routes)
        Of `counted`.

    Returns
    -------
    dict of str to numpy.ndarray, each of shape (n_counts,)
        `t/year` and `TEU/year`.
    """
    teu = flow_t / t_per_teu(model.study.data)[model.market.commodity]
    return {"t/year": members @ flow_t, "TEU/year": members @ teu}


def compare_counts(flows_by_year: dict[int, Flows]) -> pd.DataFrame:
    """Observed beside modelled traffic.

    Parameters
    ----------
    flows_by_year : dict of int to Flows
        Flows of every year to be compared.

    Returns
    -------
    pandas.DataFrame
        As `observed`, for these years, with `modelled`, `misfit` (modelled over observed less one), `factor`
        (the greater over the lesser), `geh` (in thousands of units) and `role`: `fitted`, `judged`, or `shown`
        where the scope of the count is not that of the model.
    """
    parts = []
    for year, flows in flows_by_year.items():
        frame = observed(flows.model.study.data)
        frame = frame[frame["year"] == year].copy()
        found = amounts(flows.model, flows.flow_t, counted(flows.model))
        frame["modelled"] = [found[unit][row] for row, unit in zip(frame["row"], frame["unit"], strict=True)]
        parts.append(frame)
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    model, seen = table["modelled"].to_numpy(dtype=float), table["observed"].to_numpy(dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        table["misfit"] = model / seen - 1
        table["factor"] = np.maximum(model, seen) / np.minimum(model, seen)
    # The GEH statistic is made for hundreds of vehicles an hour; thousands of units a year are of that size.
    table["geh"] = np.sqrt(2 * (model - seen) ** 2 / np.maximum(model + seen, 1.0) / 1000)
    fitted = (table["use"] == "fit") & table["year"].isin(FIT_YEARS)
    table["role"] = np.where(table["use"] == "show", "shown", np.where(fitted, "fitted", "judged"))
    return table.drop(columns="row")
