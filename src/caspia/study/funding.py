"""Who pays for which project, from when, and how it may come otherwise: what the finance of a plan rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from caspia.errors import InputError, Problem
from caspia.investment import NEVER, Worlds
from caspia.study.candidates import FUNDS, ProjectTable, programme
from caspia.study.objectives import Aim
from caspia.study.plan import WORLDS, Plan, Planner, sample_worlds
from caspia.study.plan_loans import POOL_ORDER
from caspia.study.plan_request import POOL

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Funding:
    """Projects of a plan with their money.

    Attributes
    ----------
    planner : Planner
        Projects compiled.
    ids : tuple of str
        Projects that are built.
    start, opening : numpy.ndarray of int, shape (n,)
        Years in which works start and in which the project opens.
    pays_usd : numpy.ndarray, shape (n, n_sources)
        What is still to be spent, by source in the order of `candidates.FUNDS`: what the plan pays, and what is
        signed already and not spent, which the first of the funds of a project pays.
    worlds : Worlds
        Sampled worlds of these projects.
    """

    planner: Planner
    ids: tuple[str, ...]
    start: IntArray
    opening: IntArray
    pays_usd: FloatArray
    worlds: Worlds

    @property
    def row(self) -> IntArray:
        """Row of each project in the table projects."""
        return np.array([self.planner.table.ids.index(key) for key in self.ids], dtype=np.int64)

    @property
    def cost_usd(self) -> FloatArray:
        """What is still to be spent, shape (n,)."""
        return np.asarray(self.pays_usd.sum(axis=1))

    @property
    def build_years(self) -> IntArray:
        """Years of works, shape (n,)."""
        return self.opening - self.start

    def values(self, attribute: str) -> FloatArray:
        """A quantity of each project.

        Parameters
        ----------
        attribute : str
            Of the table projects.

        Returns
        -------
        numpy.ndarray, shape (n,)
            NaN where a project has no such fact.
        """
        return self.planner.study.data.values("projects", attribute)[self.row]

    def column(self, name: str) -> list[str]:
        """Cells of the table projects.

        Parameters
        ----------
        name : str
            Column.

        Returns
        -------
        list of str
            One a project.
        """
        return [str(cell) for cell in self.planner.table.frame[name].iloc[self.row]]


def plan_funding(plan: Plan) -> Funding:
    """The money of a plan.

    Parameters
    ----------
    plan : Plan
        The plan.

    Returns
    -------
    Funding

    Raises
    ------
    InputError
        The plan is empty.
    """
    portfolio, chosen = plan.portfolio, plan.programme
    built = np.flatnonzero(portfolio.start != NEVER)
    ids = tuple(chosen.ids[key] for key in built)
    paid = [dict(zip(chosen.sources, portfolio.pays_usd[key], strict=True)) for key in built]
    worlds = plan.worlds
    if plan.request.aim.weights == Aim().weights:
        worlds = Worlds(
            worlds.late_years[:, built], worlds.yields[:, built], worlds.growth, worlds.extra_usd[:, built]
        )
        pays = _pays(plan.planner.table, ids, paid)
        return Funding(plan.planner, ids, portfolio.start[built], portfolio.opening[built], pays, worlds)
    starts = {key: int(year) for key, year in zip(ids, portfolio.start[built], strict=True)}
    return starts_funding(plan.planner, starts, dict(zip(ids, paid, strict=True)))


def starts_funding(
    planner: Planner, starts: Mapping[str, int], pays_usd: Mapping[str, Mapping[str, float]] | None = None
) -> Funding:
    """The money of projects whose starts are given.

    Parameters
    ----------
    planner : Planner
        Projects compiled.
    starts : mapping of str to int
        Year in which the works of each project start.
    pays_usd : mapping of str to mapping of str to float, optional
        What each source pays for each project; the first suitable source for what it does not say.

    Returns
    -------
    Funding

    Raises
    ------
    InputError
        There is no project, what is paid for one is not what it asks for, or what comes anyway excludes one.
    """
    ids, table = tuple(starts), planner.table
    given = pays_usd or {}
    paid = [given.get(key) or {POOL: float(table.asked_usd[table.ids.index(key)])} for key in ids]
    start = np.array(list(starts.values()), dtype=np.int64)
    years = tuple(range(int(start.min(initial=NEVER)), int(start.max(initial=0)) + 1))
    chosen, barred = programme(table, ids, years, (POOL,), np.zeros((1, len(years))))
    for key, why in barred.items():
        raise InputError(Problem("project can never be built", "projects", f"{key} {why}", "projects that can"))
    build = table.build_years[[table.ids.index(key) for key in ids]]
    # Costs count in dollars here, whatever the plan made greatest; its measured values would be of its own aim.
    own = replace(planner, request=replace(planner.request, aim=Aim()), _measured={})
    worlds = sample_worlds(own, chosen, WORLDS)
    return Funding(planner, ids, start, start + build, _pays(table, ids, paid), worlds)


def _pays(
    table: ProjectTable, ids: tuple[str, ...], paid: list[Mapping[str, float]] | list[dict[str, float]]
) -> FloatArray:
    """What each source pays for what is still to be spent on each project."""
    if not ids:
        allowed = "a plan with one project or more; the budget may be below the cheapest"
        raise InputError(
            Problem("nothing is built, so that nothing is to be financed", "plan", "no project", allowed)
        )
    found = np.zeros((len(ids), len(FUNDS)))
    for place, (key, sources) in enumerate(zip(ids, paid, strict=True)):
        row = table.ids.index(key)
        funds = str(table.frame["funds"].iloc[row]).split(";")
        asked, given = float(table.asked_usd[row]), sum(sources.values())
        if abs(given - asked) > 0.02 * asked:
            got = f"{given:.4g} USD for {key}"
            allowed = f"{asked:.4g} USD: the cost with the mean overrun of its class, less what is signed"
            raise InputError(Problem("what is paid is not the cost", "plan, pays", got, allowed, "mend the plan"))
        first = next(source for source in POOL_ORDER if source in funds)
        for source, amount in sources.items():
            found[place, FUNDS.index(first if source == POOL else source)] += amount * asked / given
        signed = float(table.cost_usd[row] * max(table.financed[row] - table.spent[row], 0.0))
        found[place, FUNDS.index(funds[0])] += signed
    return found
