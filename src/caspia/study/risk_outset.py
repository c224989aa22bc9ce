"""What all draws of risk begin with: a study, its likely flows, and works that may open by the year."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import numpy.typing as npt

from caspia.study.candidates import coming, project_table
from caspia.study.flows import BASE_YEAR, FlowModel, Flows, compile_model, solve_flows
from caspia.study.market import routes_around
from caspia.study.project_model import ProjectModel, project_model
from caspia.study.project_routes import on_routes
from caspia.study.rollout_projects import Timetable, timetable
from caspia.study.study import Study
from caspia.study.ways_left import least_of_pairs, stuck_pairs

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class Outset:
    """Where draws begin.

    Attributes
    ----------
    study : Study
        Data and network, with the ways that works open.
    flows : Flows
        Flows of the year at the likely values, with the works that are expected to be open.
    projects : ProjectModel or None
        What works change; none where no works can be open.
    times : Timetable or None
        When they open.
    """

    study: Study
    flows: Flows
    projects: ProjectModel | None = None
    times: Timetable | None = None

    @property
    def model(self) -> FlowModel:
        """Routes and capacities without any works."""
        return self.flows.model if self.projects is None else self.projects.model


def find_outset(
    study: Study, year: int, starts: Mapping[str, int] | None = None, tell: Tell | None = None
) -> Outset:
    """Solve the flows of a year at the likely values.

    Parameters
    ----------
    study : Study
        The world as it is.
    year : int
        Year of the demand. After the base year what is paid for may have opened.
    starts : mapping of str to int, optional
        Projects that a plan funds besides, by the year in which their works start.
    tell : callable, optional
        Told stage, number done and number of all.

    Returns
    -------
    Outset

    Raises
    ------
    InputError
        A project of the plan comes anyway, starts out of range or cannot be compiled.
    caspia.errors.NotConverged
        There is no equilibrium.
    """
    ids = works_of(study, year, starts)
    if not ids:
        return Outset(study, solve_flows(study.flow_model(tell), year, scenario=study.label))
    projects = project_model(study, ids, tell)
    funded = {key: start for key, start in (starts or {}).items() if key in projects.ids}
    times = timetable(project_table(study.data), projects.ids, funded)
    opened = cast(Study, projects.model.study)
    return Outset(opened, _likely(projects, times, year, study.label), projects, times)


def works_of(study: Study, year: int, starts: Mapping[str, int] | None) -> tuple[str, ...]:
    """Projects that may be open in a year: those that are paid for, and those of a plan.

    Parameters
    ----------
    study : Study
        The world; what its scenarios open is open for certain, and none of these.
    year : int
        Year.
    starts : mapping of str to int, or None
        Projects of the plan.

    Returns
    -------
    tuple of str
        None in the base year.
    """
    if year <= BASE_YEAR or study.data.tables["projects"].empty:
        return ()
    table = project_table(study.data)
    there = set(study.label.split("+"))
    # Works begin whatever is expected: one that is late in the mean may be in time in a draw.
    wanted = (*coming(table, np.iinfo(np.int64).max), *(starts or {}))
    return tuple(key for key in dict.fromkeys(wanted) if key not in there)


def _likely(projects: ProjectModel, times: Timetable, year: int, label: str) -> Flows:
    opened = times.expected <= year
    model = replace(projects.priced(opened), servers=projects.servers(opened))
    return solve_flows(model, year, scenario=label)


def with_ways_round(outset: Outset, closures: Sequence[tuple[BoolArray, BoolArray]]) -> Outset:
    """The same with the routes by which cargo goes round closures.

    Parameters
    ----------
    outset : Outset
        Study and flows.
    closures : sequence of tuple of numpy.ndarray of bool
        Arcs of each closure, and the routes that it shuts.

    Returns
    -------
    Outset
        Of the same year; routes are sought for pairs that a closure leaves none, or none but dear ones.
    """
    flows = outset.flows
    market, cost = flows.model.market, flows.result.cost
    least, closed = least_of_pairs(cost, market.start), []
    for arcs, touched in closures:
        stuck = stuck_pairs(least, np.where(touched, np.inf, cost), market.start)
        closed.append((arcs, np.flatnonzero(stuck)))
    if not any(len(pairs) for _, pairs in closed):
        return outset
    wider = routes_around(outset.study, market, outset.model.servers, closed)
    if outset.projects is None or outset.times is None:
        model = compile_model(outset.study, wider)
        return replace(outset, flows=solve_flows(model, flows.year, scenario=flows.scenario))
    projects = on_routes(outset.projects, wider, flows)
    return replace(outset, projects=projects, flows=_likely(projects, outset.times, flows.year, flows.scenario))
