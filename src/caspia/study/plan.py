"""What a budget buys: projects and years chosen by what they do to the flows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt

from caspia.demand import Case
from caspia.investment import (
    Averse,
    Horizon,
    Portfolio,
    Programme,
    Valuer,
    choose,
    horizon,
    payments,
    phase,
)
from caspia.investment.terms import social_rate
from caspia.investment.worlds import Worlds
from caspia.study.candidates import NOW, ProjectTable, candidates, coming, programme, project_table
from caspia.study.objectives import OBJECTIVES, measure
from caspia.study.plan_request import Money, PlanRequest, read_budgets
from caspia.study.plan_worlds import ANCHORS, Doubts, draw_worlds, yields_of
from caspia.study.project_model import ProjectModel, project_model
from caspia.study.study import Study

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Tell = Callable[[str, int, int], None]
SPARED = 0.01
"""What a dollar is worth elsewhere where the aim is not in dollars, over what all projects give for theirs."""
LAST_OPENING, END = 2042, 2050
"""Last year in which a project of a plan may open, and last year whose benefits count."""
WORLDS = 100
"""Worlds sampled for the interval of a plan and for the risk-averse one."""


@dataclass(frozen=True, eq=False)
class Plan:
    """A plan with all that it rests on.

    Attributes
    ----------
    request : PlanRequest
        What was asked.
    money : Money
        Budgets.
    programme : Programme
        Projects that could be funded.
    portfolio : Portfolio
        The plan.
    averse : Portfolio or None
        The plan whose worst worlds are best.
    barred : dict of str to str
        Projects that can never be built, and why.
    planner : Planner
        What valued it.
    span : Horizon
        Years that count.
    worlds : Worlds
        Worlds sampled.
    """

    request: PlanRequest
    money: Money
    programme: Programme
    portfolio: Portfolio
    averse: Portfolio | None
    barred: dict[str, str]
    planner: Planner
    span: Horizon
    worlds: Worlds


@dataclass(frozen=True, eq=False)
class Planner:
    """Projects compiled once, and the values of all sets that were asked for; budgets share them.

    Attributes
    ----------
    study : Study
        The world without the projects.
    table : ProjectTable
        All projects.
    ids : tuple of str
        Projects that may be funded.
    model : ProjectModel
        Flows with any of them, and any that come anyway, open.
    request : PlanRequest
        With aim, corridors and growth; its budgets do not matter here.
    """

    study: Study
    table: ProjectTable
    ids: tuple[str, ...]
    model: ProjectModel
    request: PlanRequest
    _measured: dict[tuple[bytes, int, Case], FloatArray] = field(default_factory=dict, repr=False)

    @property
    def discount(self) -> float:
        """Social rate of discount, a share a year."""
        return social_rate(self.study.data)

    def open_with(self, funded: BoolArray, year: int) -> BoolArray:
        """All projects that are open in a year: those that come anyway, and those funded.

        Parameters
        ----------
        funded : numpy.ndarray of bool, shape (n_ids,)
            Funded projects that are open.
        year : int
            Year.

        Returns
        -------
        numpy.ndarray of bool, shape (n_projects of the model,)
        """
        there = [*coming(self.table, year), *np.array(self.ids, dtype=object)[funded]]
        return self.model.mask(there)

    def worth(self, funded: BoolArray, year: int, case: Case | None = None) -> float:
        """Value of funded projects in a year, in the unit of the aim.

        Parameters
        ----------
        funded : numpy.ndarray of bool, shape (n_ids,)
            Funded projects that are open.
        year : int
            Year.
        case : {"low", "central", "high"}, optional
            Growth of demand; that of the request if left out.

        Returns
        -------
        float
        """
        return float(self.weights @ self.measures(funded, year, case))

    def measures(self, funded: BoolArray, year: int, case: Case | None = None) -> FloatArray:
        """What funded projects change in a year, by every objective, against what comes anyway.

        Parameters
        ----------
        funded : numpy.ndarray of bool, shape (n_ids,)
            Funded projects that are open.
        year : int
            Year.
        case : {"low", "central", "high"}, optional
            Growth of demand; that of the request if left out.

        Returns
        -------
        numpy.ndarray, shape (n_objectives,)
        """
        when = year, case or self.request.case
        return self._measure(funded, when) - self._measure(np.zeros_like(funded), when)

    def _measure(self, funded: BoolArray, when: tuple[int, Case]) -> FloatArray:
        key = funded.tobytes(), *when
        if key not in self._measured:
            self._measured[key] = measure(self.model, self.open_with(funded, when[0]), when, self.request.aim)
        return self._measured[key]

    @cached_property
    def weights(self) -> FloatArray:
        """What one unit of each objective counts for, shape (n_objectives,).

        One objective counts in its own unit; of a mix each counts as a share of what all projects together give
        in the middle anchor year.
        """
        given = dict(self.request.aim.weights)
        found = np.array([given.get(name, 0.0) for name in OBJECTIVES])
        if len(given) == 1:
            return (found > 0).astype(float)
        whole = self.measures(np.ones(len(self.ids), dtype=bool), ANCHORS[len(ANCHORS) // 2])
        return np.where(whole > 0, found / np.where(whole > 0, whole, 1.0), 0.0)

    def price(self, years: tuple[int, ...], cost_usd: FloatArray, build_years: IntArray) -> FloatArray:
        """What the money of projects is worth elsewhere, in the unit of the aim.

        Where the aim is benefit, a dollar is worth a dollar, discounted from the year in which it is spent. Other
        aims are not in dollars: there a dollar is worth a hundredth of what all projects give for theirs, which
        keeps out what does next to nothing.

        Parameters
        ----------
        years : tuple of int
            Years of start.
        cost_usd : numpy.ndarray, shape (n,)
            Costs.
        build_years : numpy.ndarray of int, shape (n,)
            Years from start to opening, over which money flows evenly.

        Returns
        -------
        numpy.ndarray, shape (n, n_years)
        """
        start = np.array(years)[None, :] - NOW
        last = start + build_years[:, None]
        rate = 1.0 / (1.0 + self.discount)
        mean = (rate**start - rate**last) / (1.0 - rate) / build_years[:, None]
        worth = 1.0
        if self.request.aim.weights != (("benefit", 1.0),):
            every = np.ones(len(self.ids), dtype=bool)
            span = horizon(NOW, NOW, END, ANCHORS, self.discount)
            given = sum(self.worth(every, anchor) * span.weight[0, nth] for nth, anchor in enumerate(ANCHORS))
            rows = [self.table.ids.index(key) for key in self.ids]
            worth = SPARED * max(given, 0.0) / float(self.table.asked_usd[rows].sum())
        return np.asarray(worth * cost_usd[:, None] * mean)

    @cached_property
    def valuer(self) -> Valuer:
        """Value of sets of the projects that may be funded."""
        _ = self.weights
        return Valuer(self.worth, ANCHORS)

    def plan(self, request: PlanRequest, tell: Tell | None = None, *, averse: bool = True) -> Plan:
        """Choose projects for a budget.

        Parameters
        ----------
        request : PlanRequest
            With budgets and years; all else as that of the planner.
        tell : callable, optional
            Told stage, number done and number of all.
        averse : bool
            Whether to find the risk-averse plan beside it.

        Returns
        -------
        Plan

        Raises
        ------
        InputError
            Budgets that are no money, or projects that contradict each other.
        caspia.errors.NotConverged
            No equilibrium was reached.
        """
        money = read_budgets(request, self.study)
        chosen, barred = programme(
            self.table, self.ids, money.years, money.sources, money.usd, partial(self.price, money.years)
        )
        place = np.array([self.ids.index(key) for key in chosen.ids], dtype=np.int64)

        def value(opened: BoolArray, anchor: int) -> float:
            funded = np.zeros(len(self.ids), dtype=bool)
            funded[place] = opened
            return self.valuer(funded, anchor)

        valuer = Valuer(value, ANCHORS)
        span = horizon(NOW, LAST_OPENING, END, ANCHORS, self.discount)
        portfolio = choose(chosen, valuer, span, progress=tell)
        worlds = sample_worlds(self, chosen, WORLDS)
        safe = None
        if averse and chosen.n:
            safe = self._averse(chosen, valuer, span, portfolio, worlds)
        return Plan(request, money, chosen, portfolio, safe, barred, self, span, worlds)

    def _averse(
        self, chosen: Programme, valuer: Valuer, span: Horizon, portfolio: Portfolio, worlds: Worlds
    ) -> Portfolio:
        """The plan whose worst worlds are best, by the second order around the plan of the greatest value."""
        found = phase(chosen, portfolio.second_order, span, averse=Averse(worlds))
        opening = chosen.opened(found.start)
        return replace(
            portfolio,
            start=found.start,
            opening=opening,
            pays_usd=payments(chosen, found.start),
            value=valuer.plan(opening, span) - chosen.given_up(found.start),
        )


def sample_worlds(planner: Planner, chosen: Programme, n: int) -> Worlds:
    """Sample worlds in which a programme may find itself.

    Parameters
    ----------
    planner : Planner
        Projects, and what they are worth where demand grows little or much.
    chosen : Programme
        Projects that compete.
    n : int
        Number of worlds.

    Returns
    -------
    Worlds
        Costs count where benefit in dollars is the aim.
    """
    everything = np.ones(len(planner.ids), dtype=bool)
    cases: tuple[Case, ...] = ("low", "central", "high")
    worth = [planner.worth(everything, ANCHORS[len(ANCHORS) // 2], case) for case in cases]
    ends = sorted((worth[0] / worth[1], 1.0, worth[2] / worth[1])) if worth[1] > 0 else [1.0, 1.0, 1.0]
    doubts = Doubts(
        table=planner.table,
        yields=yields_of(planner.study.data),
        growth=(ends[0], ends[1], ends[2]),
        in_dollars=planner.request.aim.weights == (("benefit", 1.0),),
    )
    return draw_worlds(doubts, chosen, planner.study.settings.seed, n)


def open_planner(study: Study, request: PlanRequest, tell: Tell | None = None) -> Planner:
    """Compile a study for plans.

    Parameters
    ----------
    study : Study
        The world without the projects.
    request : PlanRequest
        Aim, corridors, what is excluded and included, and growth of demand.
    tell : callable, optional
        Told stage, number done and number of all.

    Returns
    -------
    Planner

    Raises
    ------
    InputError
        A word of the request is unknown, or a project cannot be compiled.
    """
    read_budgets(request, study)
    table = project_table(study.data)
    ids = candidates(table, request.corridors, request.exclude, request.include)
    model = project_model(study, (*ids, *coming(table, END)), tell)
    return Planner(study, table, ids, model, request)
