"""Flows of the base year, of scenarios beside it, and of the counted years, as the tables of a result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from caspia.cost import read_key
from caspia.data import Dataset
from caspia.demand.reconcile import reconcile
from caspia.errors import CaspiaError, InputError, NotConverged
from caspia.scenario import built_in_scenarios
from caspia.study.flow_changes import (
    CARRIED_CHANGES,
    EARNED_CHANGES,
    SPLIT_CHANGES,
    TOTAL_CHANGES,
    shifts_frame,
    with_changes,
)
from caspia.study.flow_columns import ALL, COLUMNS, LEFT_OUT
from caspia.study.flow_counts import drawn_counts
from caspia.study.flow_draws import FlowDraws
from caspia.study.flow_frames import (
    bottlenecks_frame,
    corridors_frame,
    countries_frame,
    links_frame,
    moved_frame,
    servers_frame,
    totals_frame,
    unserved_frame,
)
from caspia.study.flow_intervals import Intervals
from caspia.study.flow_pairs import drawn_beside, drawn_flows
from caspia.study.flows import BASE_YEAR, Flows
from caspia.study.study import Study
from caspia.study.traffic import FIT_YEARS, JUDGED_YEAR

Progress = Callable[[str, int, int], None]
STAGE = "Flows"
COMPARED = ("northern-closed", "red-sea-diversion", "caspian-port-closures", "iran-closed")
"""Built-in scenarios that the report sets beside the base year."""
MOST, FEW = 20, 6
"""Bottlenecks of the base and of a scenario: the worth of each takes an equilibrium of its own."""


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
    return {name: stacked(name, frames) for name, frames in parts.items()}


def _fill(study: Study, parts: dict[str, list[pd.DataFrame]], tell: Progress) -> None:
    steps = 1 + len(COMPARED) + len(FIT_YEARS)
    now = _world(study, BASE_YEAR)
    tell(STAGE, 0, steps)
    found = _solved(now, BASE_YEAR, parts, tell)
    tell(STAGE, 1, steps)
    if found is None:
        return
    flows, intervals = found
    add_flows(parts, flows, now.name, intervals)
    for nth, name in enumerate(COMPARED, start=2):
        _compare(now, name, parts, intervals.draws)
        tell(STAGE, nth, steps)
    by_year = {JUDGED_YEAR: found}
    for nth, year in enumerate(FIT_YEARS, start=2 + len(COMPARED)):
        then = _solved(_world(study, year), year, parts)
        if then is not None:
            by_year[year] = then
        tell(STAGE, nth, steps)
    parts["flow_counts"].append(drawn_counts(dict(sorted(by_year.items()))))
    parts["reconciliation"].append(reconcile(now.study.data))


def _world(study: Study, year: int) -> World:
    """Study of a year: with the events of that year, where a scenario declares them and the data take it."""
    world = study.in_year(year)
    title = "The data as they are" if world.scenario is None else world.scenario.title
    return World("base" if world.scenario is None else world.scenario.id, title, world)


def _solved(
    world: World, year: int, parts: dict[str, list[pd.DataFrame]], tell: Progress | None = None
) -> tuple[Flows, Intervals] | None:
    """Flows of a world with their intervals; none if there is no equilibrium."""
    try:
        world.study.flow_model(tell)
        flows = world.study.flows(year)
    except (InputError, NotConverged) as error:
        parts["flow_runs"].append(_failed(world, year, "", error))
        return None
    intervals = Intervals(drawn_flows(flows, world.study, worth=year == BASE_YEAR))
    parts["flow_runs"].append(run_frame((world.name, world.title), flows, "", intervals))
    return flows, intervals


def _compare(base: World, name: str, parts: dict[str, list[pd.DataFrame]], near: FlowDraws | None) -> None:
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
    drawn = drawn_beside((before, after), (base.study, world.study), worth=False, near=near)[1]
    intervals = Intervals(drawn)
    parts["flow_runs"].append(run_frame((world.name, world.title), after, base.name, intervals, before))
    add_flows(parts, after, name, intervals, before)
    moved = moved_frame(before, after)
    parts["flow_moved"].append(_named(intervals.moved(moved, split=True), name, after.year))
    shifts = intervals.moved(shifts_frame(moved), split=False)
    parts["flow_shifts"].append(_named(shifts, name, after.year))


def run_frame(
    named: tuple[str, str], flows: Flows, against: str, intervals: Intervals, before: Flows | None = None
) -> pd.DataFrame:
    """Row of `flow_runs` of an equilibrium.

    Parameters
    ----------
    named : tuple of str
        Name and title of the world.
    flows : Flows
        The equilibrium.
    against : str
        World that it is set beside; empty for none.
    intervals : Intervals
        Spread of the flows.
    before : Flows, optional
        Flows of that world.

    Returns
    -------
    pandas.DataFrame
    """
    row = {
        "scenario": named[0],
        "title": named[1],
        "against": against,
        "status": "converged",
        "reason": "",
        "relative_gap": flows.result.residual,
        "iterations": flows.result.iterations,
    }
    totals, old = totals_frame(flows), totals_frame(before or flows)
    return intervals.totals(with_changes(totals, old, ("year",), TOTAL_CHANGES)).assign(**row, **intervals.told)


def _failed(world: World, year: int, against: str, error: CaspiaError) -> pd.DataFrame:
    status = "not converged" if isinstance(error, NotConverged) else "not applicable"
    return _unsolved(world, year, against, (status, str(error)))


def _unsolved(world: World, year: int, against: str, why: tuple[str, str]) -> pd.DataFrame:
    row = {"scenario": world.name, "title": world.title, "year": year, "against": against}
    row |= {"status": why[0], "reason": why[1], "draws": 0, "failed_draws": 0, "interval_note": ""}
    return pd.DataFrame([row | dict.fromkeys(LEFT_OUT, np.nan)])


def add_flows(
    parts: dict[str, list[pd.DataFrame]],
    flows: Flows,
    name: str,
    intervals: Intervals,
    before: Flows | None = None,
) -> None:
    """Add the tables of one equilibrium, with the change against another on the same routes.

    Parameters
    ----------
    parts : dict of str to list of pandas.DataFrame
        Frames by table; those of these flows are added.
    flows : Flows
        The equilibrium.
    name : str
        Name of its world.
    intervals : Intervals
        Spread of the flows.
    before : Flows, optional
        Flows that it is compared with.
    """
    data = flows.model.study.data
    tight = bottlenecks_frame(flows, MOST if before is None else FEW)
    found = {
        "flow_corridors": _corridors(flows, before, intervals),
        "flow_countries": _countries(flows, before, intervals),
        "flow_links": intervals.links(_links(flows, before)),
        "flow_servers": _located(intervals.servers(servers_frame(flows)), data),
        "flow_bottlenecks": _located(intervals.servers(tight), data),
        "unserved": intervals.unserved(unserved_frame(flows)),
    }
    for table, frame in found.items():
        parts[table].append(_named(frame, name, flows.year))


def _corridors(flows: Flows, before: Flows | None, intervals: Intervals) -> pd.DataFrame:
    whole, split = (
        intervals.corridors(
            with_changes(corridors_frame(flows, by), corridors_frame(before or flows, by), keys, SPLIT_CHANGES),
            split=bool(by),
        )
        for by, keys in (((), ("corridor",)), (("segment",), ("segment", "corridor")))
    )
    return pd.concat([whole.assign(segment=ALL), split], ignore_index=True)


def _countries(flows: Flows, before: Flows | None, intervals: Intervals) -> pd.DataFrame:
    frame = with_changes(countries_frame(flows), countries_frame(before or flows), ("country",), EARNED_CHANGES)
    ranked = intervals.countries(frame).sort_values("transit_revenue_usd", ascending=False, ignore_index=True)
    return named_states(ranked, flows)


def _links(flows: Flows, before: Flows | None) -> pd.DataFrame:
    """Links that carry something in either of two worlds."""
    keys = ("link_id", "corridor", "reverse")
    frame = with_changes(links_frame(flows), links_frame(before or flows), keys, CARRIED_CHANGES)
    return frame.assign(link_change_t=frame.groupby("link_id")["change_t"].transform("sum"))


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


def stacked(name: str, frames: list[pd.DataFrame]) -> pd.DataFrame:
    """One table of its frames, with all its columns.

    Parameters
    ----------
    name : str
        Of `COLUMNS`.
    frames : list of pandas.DataFrame
        Perhaps empty.

    Returns
    -------
    pandas.DataFrame
    """
    columns = list(COLUMNS[name])
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        return pd.DataFrame({column: pd.Series(dtype=object) for column in columns})
    # Without draws a table has the columns of its intervals all the same, and nothing in them.
    return pd.concat(filled, ignore_index=True).reindex(columns=columns)
