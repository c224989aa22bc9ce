"""From announced to working, year by year: what is open, what it can carry, and what moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from caspia.demand import Case
from caspia.errors import InputError, Problem
from caspia.investment import NEVER
from caspia.study.candidates import ProjectTable, coming, project_table
from caspia.study.crossing import find_crossing
from caspia.study.falling_sea import falling_sea
from caspia.study.plan import Plan, Planner
from caspia.study.project_model import project_model
from caspia.study.rollout_figures import find_figures, scope_ports
from caspia.study.rollout_frames import (
    RolloutAnswer,
    openings_frame,
    settings_of,
    stage_lines,
    targets_frame,
    years_frame,
)
from caspia.study.rollout_projects import timetable
from caspia.study.rollout_worlds import FIRST, LAST, Yearly, central_run, draw_samples, run_samples
from caspia.study.study import Study

BoolArray = npt.NDArray[np.bool_]
Tell = Callable[[str, int, int], None]
DRAWS = 1000
MOST_DRAWS = 100_000
CORRIDOR = "Caspian"


@dataclass(frozen=True, eq=False)
class RolloutStudy:
    """A study compiled for roll-outs; plans share it.

    Attributes
    ----------
    study : Study
        The world without the projects.
    table : ProjectTable
        All projects.
    yearly : Yearly
        Flows, stages, the sea and what is told of them.
    """

    study: Study
    table: ProjectTable
    yearly: Yearly


def open_rollout(
    study: Study, planner: Planner | None = None, tell: Tell | None = None, case: Case = "central"
) -> RolloutStudy:
    """Compile a study for roll-outs.

    Parameters
    ----------
    study : Study
        The world without the projects.
    planner : Planner, optional
        Planner of the same study, whose model is used; projects of the corridor and those that come anyway are
        compiled if left out.
    tell : callable, optional
        Told stage, number done and number of all.
    case : {"low", "central", "high"}
        Growth of demand of the central run.

    Returns
    -------
    RolloutStudy

    Raises
    ------
    InputError
        The data lack the official statistic of the route, or a project cannot be compiled.
    """
    if planner is not None:
        table, model = planner.table, planner.model
    else:
        table = project_table(study.data)
        model = project_model(study, _ids(table), tell)
    now, later = model.base(FIRST, case).found.flow, model.world(model.mask(model.ids), LAST, case).found.flow
    figures = find_figures(model, FIRST, (now, later))
    crossing = find_crossing(model.model, figures.scope["t"], scope_ports(model), now, later)
    modelled = float(now[figures.scope["t"]].sum())
    if modelled > 0:
        crossing = replace(crossing, counted=figures.observed["t"] / modelled)
    sea = falling_sea(study.data, model.model.servers, model.ids)
    return RolloutStudy(study, table, Yearly(model, crossing, sea, figures, case))


def rollout(
    study: Study | RolloutStudy,
    plan: Plan | Mapping[str, int] | None = None,
    tell: Tell | None = None,
    draws: int = DRAWS,
    *,
    workers: int = 2,
) -> RolloutAnswer:
    """Roll the corridor out from 2025 to 2040.

    What is paid for opens with the mean delay of works of its class, the projects of the plan by their start; the
    sea falls, dredging answers, demand grows, and the flows of every year are an equilibrium. Samples draw delays,
    growth, the fall of the sea and what projects yield; the central run takes the means. Actual flow is pivoted:
    what was observed in 2025 times what the model says has changed since; capacities are on the same scale.

    Parameters
    ----------
    study : Study or RolloutStudy
        The world without the projects; compiled if it is to be used again.
    plan : Plan or mapping of str to int, optional
        Projects that are funded, by the year in which their works start; none if left out.
    tell : callable, optional
        Told stage, number done and number of all.
    draws : int
        Number of samples; 0 for no intervals.
    workers : int
        Samples that are solved at the same time; the result does not depend on it.

    Returns
    -------
    RolloutAnswer

    Raises
    ------
    InputError
        The data lack the official statistic of the route, the plan does not fit, or draws are out of range.
    caspia.errors.NotConverged
        A year of the central run, or too many samples, have no equilibrium.

    References
    ----------
    Daly, A., Fox, J., Tuinenga, J. G. (2005). Pivot-point procedures in practical travel demand modeling. 45th
    Congress of the European Regional Science Association, Amsterdam.
    """
    check_draws(draws)
    if isinstance(study, Study):
        planner = plan.planner if isinstance(plan, Plan) else None
        study = open_rollout(study, planner, tell)
    yearly = study.yearly
    times = timetable(study.table, yearly.model.ids, starts_of(plan))
    central = central_run(yearly, times, tell)
    samples = draw_samples(yearly, times, study.study.settings.seed, draws)
    told = run_samples(yearly, samples, central, workers, tell) if draws else None
    stages = stage_lines(yearly, times, central)
    years = years_frame(yearly, times, central, samples, told, stages)
    targets, passed = targets_frame(yearly, central, told)
    return RolloutAnswer(
        years=years,
        stages=stages[stages["line"] == "working"].drop(columns="line").reset_index(drop=True),
        promised=stages[stages["line"] != "working"].reset_index(drop=True),
        openings=openings_frame(study.table, yearly, times, samples),
        targets=targets,
        passed=passed,
        settings=settings_of(yearly, study.study.settings.seed, told),
    )


def check_draws(draws: int) -> None:
    """Refuse a number of samples that is out of range.

    Parameters
    ----------
    draws : int
        Number of samples.

    Raises
    ------
    InputError
        The number is below 0 or too great.
    """
    if not 0 <= draws <= MOST_DRAWS:
        allowed = f"0 to {MOST_DRAWS}"
        raise InputError(Problem("number of samples out of range", "--draws", str(draws), allowed, "correct it"))


def starts_of(plan: Plan | Mapping[str, int] | None) -> dict[str, int]:
    """Years in which the works of a plan start.

    Parameters
    ----------
    plan : Plan or mapping of str to int, or None
        A plan, or starts as they are.

    Returns
    -------
    dict of str to int
        Without what is not built.
    """
    if plan is None:
        return {}
    if not isinstance(plan, Plan):
        return {key: int(year) for key, year in plan.items()}
    starts = zip(plan.programme.ids, plan.portfolio.start.tolist(), strict=True)
    return {key: year for key, year in starts if year < NEVER}


def _ids(table: ProjectTable) -> tuple[str, ...]:
    """Projects of the corridor that are not stopped, and all that come anyway."""
    frame = table.frame
    own = (frame["corridor"] == CORRIDOR) & (frame["status"] != "stopped")
    there = own | frame["id"].isin(coming(table, LAST))
    return tuple(frame["id"][there])
