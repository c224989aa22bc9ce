"""Flows of the base year, of scenarios beside it, and of the counted years, as the tables of a result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from caspia.cost import read_key
from caspia.data import Dataset
from caspia.demand.reconcile import reconcile
from caspia.errors import CaspiaError, InputError, NotConverged
from caspia.scenario import built_in_scenarios
from caspia.study.flow_frames import (
    bottlenecks_frame,
    corridors_frame,
    countries_frame,
    links_frame,
    moved_frame,
    servers_frame,
    unserved_frame,
)
from caspia.study.flows import BASE_YEAR, Flows
from caspia.study.study import Study
from caspia.study.traffic import FIT_YEARS, JUDGED_YEAR, compare_counts

Progress = Callable[[str, int, int], None]
STAGE = "Flows"
COMPARED = ("northern-closed", "red-sea-diversion", "caspian-port-closures", "iran-closed")
"""Built-in scenarios that the report sets beside the base year."""
MOST, FEW = 20, 6
"""Bottlenecks of the base and of a scenario: the worth of each takes an equilibrium of its own."""
ALL = "All"
"""Segment of a corridor's whole."""
SPLIT = ["flow_t", "flow_teu", "value_usd"]
SHARES = ["share", "share_teu", "share_value"]
EARNED = ["transit_t", "transit_teu", "transit_revenue_usd"]
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "flow_runs": (
        "scenario",
        "title",
        "year",
        "against",
        "status",
        "reason",
        "demand_t",
        "unserved_t",
        "relative_gap",
        "iterations",
    ),
    "flow_corridors": (
        "scenario",
        "year",
        "segment",
        "corridor",
        *SPLIT,
        *SHARES,
        "change_t",
        "change_teu",
        "change_value_usd",
    ),
    "flow_countries": (
        "scenario",
        "year",
        "country",
        "name",
        *EARNED,
        "change_t",
        "change_teu",
        "change_revenue_usd",
    ),
    "flow_links": (
        *("scenario", "year", "link_id", "corridor", "reverse"),
        *("flow_t", "flow_teu", "change_t", "change_teu"),
    ),
    "flow_servers": (
        "scenario",
        "year",
        "id",
        "kind",
        "name",
        "unit",
        "flow",
        "capacity",
        "ratio",
        "delay_h",
        "price_usd",
        "t_per_unit",
        "place_id",
        "link_id",
    ),
    "flow_bottlenecks": (
        "scenario",
        "year",
        "id",
        "kind",
        "name",
        "unit",
        "flow",
        "capacity",
        "ratio",
        "delay_h",
        "price_usd",
        "t_per_unit",
        "shadow_value_usd",
        "shadow_value_usd_per_t",
        "place_id",
        "link_id",
    ),
    "flow_moved": ("scenario", "year", "segment", "commodity_id", "from_corridor", "to_corridor", "moved_t"),
    "flow_counts": (
        "count_id",
        "name",
        "kind",
        "use",
        "role",
        "year",
        "unit",
        "observed",
        "low",
        "high",
        "modelled",
        "misfit",
        "factor",
        "geh",
        "source_id",
        "note",
    ),
    "reconciliation": (
        "control_id",
        "name",
        "year",
        "unit",
        "published",
        "low",
        "high",
        "modelled",
        "misfit",
        "holds",
        "source_id",
        "note",
    ),
    "unserved": (
        "scenario",
        "year",
        "demand_id",
        "commodity_id",
        "origin_zone",
        "destination_zone",
        "unserved_t",
    ),
}
"""Tables of flows and their columns."""


@dataclass(frozen=True)
class World:
    """A study under the name that its flows bear.

    Attributes
    ----------
    name : str
        Id of the scenario; `base` for the data as they are.
    title : str
        What it supposes.
    study : Study
        Data and network.
    """

    name: str
    title: str
    study: Study


def flow_tables(study: Study, progress: Progress | None = None) -> dict[str, pd.DataFrame]:
    """Flows of the base year, what scenarios would move, and modelled beside observed traffic.

    The base year is that of the world `base-2025` where the data take its edits, else of the study as it is. A
    scenario is set beside the base world on the same routes. Scenarios that cannot be applied and flows that do
    not converge are rows of `flow_runs` with their reason, and of no other table.

    Parameters
    ----------
    study : Study
        Data and settings.
    progress : callable, optional
        Told the stage, the number done and the number of all.

    Returns
    -------
    dict of str to pandas.DataFrame
        The tables of `COLUMNS`; empty where the data hold no demand.
    """
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in COLUMNS}
    if len(study.data.tables["demand"]):
        _fill(study, parts, progress or (lambda _stage, _done, _all: None))
    return {name: _stack(name, frames) for name, frames in parts.items()}


def _fill(study: Study, parts: dict[str, list[pd.DataFrame]], tell: Progress) -> None:
    steps = 1 + len(COMPARED) + len(FIT_YEARS)
    now = _world(study, BASE_YEAR)
    flows = _solved(now, BASE_YEAR, parts, tell)
    tell(STAGE, 1, steps)
    if flows is None:
        return
    _add(parts, flows, now.name)
    for nth, name in enumerate(COMPARED, start=2):
        _compare(now, name, parts)
        tell(STAGE, nth, steps)
    by_year = {JUDGED_YEAR: flows}
    for nth, year in enumerate(FIT_YEARS, start=2 + len(COMPARED)):
        then = _solved(_world(study, year), year, parts)
        if then is not None:
            by_year[year] = then
        tell(STAGE, nth, steps)
    parts["flow_counts"].append(compare_counts(dict(sorted(by_year.items()))))
    parts["reconciliation"].append(reconcile(now.study.data))


def _world(study: Study, year: int) -> World:
    """Study of a year: with the events of that year, where a scenario declares them and the data take it."""
    world = study.in_year(year)
    title = "The data as they are" if world.scenario is None else world.scenario.title
    return World("base" if world.scenario is None else world.scenario.id, title, world)


def _solved(
    world: World, year: int, parts: dict[str, list[pd.DataFrame]], tell: Progress | None = None
) -> Flows | None:
    """Flows of a world; none if there is no equilibrium."""
    try:
        world.study.flow_model(tell)
        flows = world.study.flows(year)
    except (InputError, NotConverged) as error:
        parts["flow_runs"].append(_failed(world, year, "", error))
        return None
    parts["flow_runs"].append(_run(world, flows, ""))
    return flows


def _compare(base: World, name: str, parts: dict[str, list[pd.DataFrame]]) -> None:
    """Add a scenario and what it moves against the base world on the same routes."""
    known = built_in_scenarios()
    if name not in known:
        return
    world = World(name, known[name].title, base.study)
    if base.study.scenario is not None and name in base.study.scenario.parts:
        parts["flow_runs"].append(_unsolved(world, BASE_YEAR, base.name, ("in the base", f"part of {base.name}")))
        return
    try:
        world = World(name, known[name].title, base.study.with_scenario(name))
        after = world.study.flows(BASE_YEAR)
        before = base.study.flows_beside(after)
    except (InputError, NotConverged) as error:
        parts["flow_runs"].append(_failed(world, BASE_YEAR, base.name, error))
        return
    parts["flow_runs"].append(_run(world, after, base.name))
    _add(parts, after, name, before)
    parts["flow_moved"].append(_named(moved_frame(before, after), name, after.year))


def _run(world: World, flows: Flows, against: str) -> pd.DataFrame:
    unserved = float(flows.result.unserved.sum())
    row = {
        "scenario": world.name,
        "title": world.title,
        "year": flows.year,
        "against": against,
        "status": "converged",
        "reason": "",
        "demand_t": float(flows.flow_t.sum()) + unserved,
        "unserved_t": unserved,
        "relative_gap": flows.result.residual,
        "iterations": flows.result.iterations,
    }
    return pd.DataFrame([row])


def _failed(world: World, year: int, against: str, error: CaspiaError) -> pd.DataFrame:
    status = "not converged" if isinstance(error, NotConverged) else "not applicable"
    return _unsolved(world, year, against, (status, str(error)))


def _unsolved(world: World, year: int, against: str, why: tuple[str, str]) -> pd.DataFrame:
    row = {"scenario": world.name, "title": world.title, "year": year, "against": against}
    row |= {"status": why[0], "reason": why[1]}
    return pd.DataFrame([row | dict.fromkeys(("demand_t", "unserved_t", "relative_gap", "iterations"), np.nan)])


def _add(parts: dict[str, list[pd.DataFrame]], flows: Flows, name: str, before: Flows | None = None) -> None:
    """Add the tables of one equilibrium, with the change against another on the same routes."""
    data = flows.model.study.data
    found = {
        "flow_corridors": _corridors(flows, before),
        "flow_countries": _countries(flows, before),
        "flow_links": _links(flows, before),
        "flow_servers": _located(servers_frame(flows), data),
        "flow_bottlenecks": _located(bottlenecks_frame(flows, MOST if before is None else FEW), data),
        "unserved": unserved_frame(flows),
    }
    for table, frame in found.items():
        parts[table].append(_named(frame, name, flows.year))


def _corridors(flows: Flows, before: Flows | None) -> pd.DataFrame:
    keys = ["segment", "corridor"]
    after, old = (_by_segment(each) for each in (flows, before or flows))
    both = after.merge(old[[*keys, *SPLIT]], on=keys, how="outer", suffixes=("", "_old")).fillna(0.0)
    for column, change in zip(SPLIT, ("change_t", "change_teu", "change_value_usd"), strict=True):
        both[change] = both[column] - both[f"{column}_old"]
    return both


def _links(flows: Flows, before: Flows | None) -> pd.DataFrame:
    """Links that carry something in either of two worlds."""
    keys, carried = ["link_id", "corridor", "reverse"], ["flow_t", "flow_teu"]
    after = links_frame(flows)
    if before is None:
        return after.assign(change_t=0.0, change_teu=0.0)
    both = after.merge(links_frame(before), on=keys, how="outer", suffixes=("", "_old"))
    names = [*carried, *(f"{name}_old" for name in carried)]
    both[names] = both[names].fillna(0.0)
    for column, change in zip(carried, ("change_t", "change_teu"), strict=True):
        both[change] = both[column] - both[f"{column}_old"]
    return both


def _by_segment(flows: Flows) -> pd.DataFrame:
    whole = corridors_frame(flows).assign(segment=ALL)
    return pd.concat([whole, corridors_frame(flows, ("segment",))], ignore_index=True)


def _countries(flows: Flows, before: Flows | None) -> pd.DataFrame:
    after, old = (countries_frame(each) for each in (flows, before or flows))
    both = after.merge(old, on="country", how="outer", suffixes=("", "_old")).fillna(0.0)
    for column, change in zip(EARNED, ("change_t", "change_teu", "change_revenue_usd"), strict=True):
        both[change] = both[column] - both[f"{column}_old"]
    return named_states(both, flows).sort_values("transit_revenue_usd", ascending=False, ignore_index=True)


def named_states(frame: pd.DataFrame, flows: Flows) -> pd.DataFrame:
    """Add the names of states.

    Parameters
    ----------
    frame : pandas.DataFrame
        With `country`.
    flows : Flows
        Whose data name the states.

    Returns
    -------
    pandas.DataFrame
        With `name`; the code where the data have none.
    """
    names = flows.model.study.data.tables["countries"].set_index("id")["name"]
    return frame.assign(name=[str(names.get(code, code)) for code in frame["country"]])


def _located(frame: pd.DataFrame, data: Dataset) -> pd.DataFrame:
    """Place or link at which each capacity lies, for the map."""
    links, places = [], []
    for key in frame["id"]:
        table, identity, _ = read_key(str(key))
        row = data.tables[table].set_index("id").loc[identity]
        links.append(identity if table == "links" else str(row.get("link_id", "")))
        places.append(identity if table == "places" else str(row.get("place_id", "")))
    return frame.assign(place_id=places, link_id=links)


def _named(frame: pd.DataFrame, scenario: str, year: int) -> pd.DataFrame:
    return frame.assign(scenario=scenario, year=year)


def _stack(name: str, frames: list[pd.DataFrame]) -> pd.DataFrame:
    columns = list(COLUMNS[name])
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        return pd.DataFrame({column: pd.Series(dtype=object) for column in columns})
    return pd.concat(filled, ignore_index=True)[columns]
