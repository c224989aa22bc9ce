"""What the tests of claims share: ways, flows of the base year, plans and roll-outs, each computed once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property, partial
from zlib import crc32

import numpy as np
import numpy.typing as npt

from caspia.assignment import LogitEquilibrium
from caspia.errors import InputError
from caspia.study.closing import read_closing
from caspia.study.flow_draws import FlowDraws
from caspia.study.flow_pairs import drawn_flows
from caspia.study.flows import BASE_YEAR, Flows
from caspia.study.itinerary import Itinerary
from caspia.study.plan import Plan, Planner, open_planner
from caspia.study.plan_request import PlanRequest
from caspia.study.plan_worlds import pert
from caspia.study.request import Request
from caspia.study.rollout import RolloutStudy, open_rollout, starts_of
from caspia.study.rollout_projects import Timetable, timetable
from caspia.study.rollout_worlds import (
    FIRST,
    ROUGH,
    CentralRun,
    Samples,
    World,
    central_run,
    draw_samples,
    run_samples,
    yield_ends,
)
from caspia.study.secure import DRAWS as SUPPLY_DRAWS
from caspia.study.study import Study
from caspia.study.supply_data import FactDraws, find_mineral, find_need, supply_case
from caspia.study.supply_ways import Ways, find_ways

FloatArray = npt.NDArray[np.float64]
Tell = Callable[[str, int, int], None]
WORKERS = 2
MOST_WORLDS = 30
"""Samples of a roll-out whose flows are solved again, for what its figures do not tell."""
LEAST_SAMPLES = 20
"""Samples of a roll-out below which its probabilities would be steps of more than a twentieth."""


@dataclass(frozen=True, eq=False)
class Way:
    """The best way of a corridor for a consignment.

    Attributes
    ----------
    itinerary : Itinerary
        Its legs and expected values.
    cost_usd, time_h : numpy.ndarray, shape (draws,)
        Generalised cost a unit of cargo, and time, in every draw.
    """

    itinerary: Itinerary
    cost_usd: FloatArray
    time_h: FloatArray


@dataclass(frozen=True, eq=False)
class Rolled:
    """A roll-out with its samples.

    Attributes
    ----------
    times : Timetable
        When projects open.
    central : CentralRun
        With the mean of what is drawn.
    samples : Samples
        What came otherwise.
    told : numpy.ndarray, shape (n_samples, n_years, n_columns)
        Figures of `rollout_worlds.COLUMNS`; samples without an equilibrium in some year are left out.
    """

    times: Timetable
    central: CentralRun
    samples: Samples
    told: FloatArray


@dataclass(frozen=True, eq=False)
class ClaimWorld:
    """A study, and what tests of claims have computed of it.

    Attributes
    ----------
    study : Study
        The world that claims are about.
    tell : callable
        Told stage, number done and number of all.
    planners : list of Planner
        A planner of the same study that is there already; none or one.
    """

    study: Study
    tell: Tell
    planners: list[Planner] = field(default_factory=list)
    _ways: dict[tuple[str, str, str, str], dict[str, Way]] = field(default_factory=dict, repr=False)
    _plans: dict[str, Plan] = field(default_factory=dict, repr=False)
    _rolled: dict[str, Rolled] = field(default_factory=dict, repr=False)
    _worlds: dict[str, Study] = field(default_factory=dict, repr=False)
    _supplies: dict[tuple[str, str, tuple[str, ...]], Ways] = field(default_factory=dict, repr=False)
    _solved: dict[tuple[str, int], list[LogitEquilibrium]] = field(default_factory=dict, repr=False)

    def doubted(self, name: str, low: float, mode: float, high: float) -> FloatArray:
        """Draw a quantity from the PERT distribution of its interval.

        Parameters
        ----------
        name : str
            Of the quantity; each has a stream of its own.
        low, mode, high : float
            Ends and most likely value.

        Returns
        -------
        numpy.ndarray, shape (draws,)
            The same for the same name and seed.
        """
        rng = np.random.default_rng([self.study.settings.seed, crc32(name.encode())])
        ends = np.array([low]), np.array([mode]), np.array([high])
        return pert(rng, *ends, n=self.study.settings.draws)[:, 0]

    def ways(self, origin: str, destination: str, goods: str, budget: str = "") -> dict[str, Way]:
        """Best ways of a consignment by corridor.

        Parameters
        ----------
        origin, destination, goods : str
            As of a request.
        budget : str
            Plan whose projects are open as well; empty for the world as it is.

        Returns
        -------
        dict of str to Way
            Empty where the consignment cannot move.

        Raises
        ------
        InputError
            A name is unknown.
        """
        key = (origin, destination, goods, budget)
        if key not in self._ways:
            study = self.built(budget) if budget else self.study
            self._ways[key] = _ways(study, Request(origin, destination, goods))
        return self._ways[key]

    @cached_property
    def consignments(self) -> list[dict[str, Way]]:
        """Ways of the reference consignments that avoid nothing; those that cannot move have none."""
        table = self.study.data.tables["consignments"]
        asked = [row for row in table.itertuples() if not row.avoid]
        found = []
        for done, row in enumerate(asked, start=1):
            try:
                found.append(self.ways(str(row.origin_id), str(row.destination_id), str(row.commodity_id)))
            except InputError:
                found.append({})
            self.tell("Ways", done, len(asked))
        return found

    @cached_property
    def today(self) -> tuple[Flows, FlowDraws | None]:
        """Flows of the base year, and their draws if the settings want any and enough of them converged."""
        world = self.study.in_year(BASE_YEAR)
        flows = world.flows(BASE_YEAR, progress=self.tell)
        drawn = drawn_flows(flows, world, worth=False, progress=partial(self.tell, "Draws"))
        return flows, None if drawn is None or drawn.refused else drawn

    @cached_property
    def flow_t(self) -> FloatArray:
        """Tonnes on every route of the base year: first at the values of the data, then in every draw."""
        flows, drawn = self.today
        many = [] if drawn is None else [drawn.flow_t[:, drawn.kept]]
        return np.concatenate([flows.flow_t[:, None], *many], axis=1)

    @cached_property
    def planner(self) -> Planner:
        """Projects compiled."""
        return self.planners[0] if self.planners else open_planner(self.study, PlanRequest(), self.tell)

    def plan(self, budget: str) -> Plan:
        """The best plan of a budget.

        Parameters
        ----------
        budget : str
            As of `caspia plan`.

        Returns
        -------
        Plan

        Raises
        ------
        InputError
            The budget is no money.
        caspia.errors.NotConverged
            No equilibrium was reached.
        """
        if budget not in self._plans:
            self._plans[budget] = self.planner.plan(PlanRequest(budgets=(budget,)), self.tell, averse=False)
        return self._plans[budget]

    def built(self, budget: str) -> Study:
        """The world in which a plan and what comes anyway are open.

        Parameters
        ----------
        budget : str
            As of `plan`.

        Returns
        -------
        Study
        """
        if budget not in self._worlds:
            starts = starts_of(self.plan(budget))
            coming = self.roll("").times
            paid = [key for key, role in zip(coming.ids, coming.role, strict=True) if role == "coming"]
            self._worlds[budget] = self.study.with_scenario(*sorted({*starts, *paid}))
        return self._worlds[budget]

    @cached_property
    def rollout(self) -> RolloutStudy:
        """The study compiled for roll-outs."""
        return open_rollout(self.study, self.planner, self.tell)

    def roll(self, budget: str) -> Rolled:
        """Roll the corridor out with a plan.

        Parameters
        ----------
        budget : str
            As of `plan`; empty for what is paid for alone.

        Returns
        -------
        Rolled

        Raises
        ------
        caspia.errors.NotConverged
            A year of the central run, or too many samples, have no equilibrium.
        """
        if budget not in self._rolled:
            starts = starts_of(self.plan(budget)) if budget else {}
            yearly = self.rollout.yearly
            times = timetable(self.rollout.table, yearly.model.ids, starts)
            central = central_run(yearly, times, self.tell)
            settings = self.study.settings
            samples = draw_samples(yearly, times, settings.seed, max(settings.rollout_draws, LEAST_SAMPLES))
            told = run_samples(yearly, samples, central, tell=self.tell)
            self._rolled[budget] = Rolled(times, central, samples, told[np.isfinite(told).all(axis=(1, 2))])
        return self._rolled[budget]

    def equilibria(self, budget: str, year: int) -> list[LogitEquilibrium]:
        """Flows of a year of a roll-out: first with the mean of what is drawn, then in samples.

        Parameters
        ----------
        budget : str
            As of `roll`.
        year : int
            Year of the roll-out.

        Returns
        -------
        list of LogitEquilibrium
            Samples of two plans with the same place are of the same draws; some may not have converged.
        """
        key = (budget, year)
        if key not in self._solved:
            rolled = self.roll(budget)
            numbers = [None, *range(min(rolled.samples.n, MOST_WORLDS))]
            made = []
            with ThreadPoolExecutor(WORKERS) as pool:
                solved = pool.map(lambda nth: self._solve(rolled, year, nth), numbers)
                for done, found in enumerate(solved, start=1):
                    made.append(found)
                    self.tell(f"Flows of {year}", done, len(numbers))
            self._solved[key] = made
        return self._solved[key]

    def _solve(self, rolled: Rolled, year: int, nth: int | None) -> LogitEquilibrium:
        """Equilibrium of a year in a sample, or with the mean of what is drawn."""
        yearly, samples, row = self.rollout.yearly, rolled.samples, year - FIRST
        if nth is None:
            opened, fall_m, growth = rolled.central.opened[row], float(rolled.central.fall_m[row]), 0.0
            low, mode, high = yield_ends(yearly)
            yields = (low + 4 * mode + high) / 6
        else:
            opened, growth = samples.opening[nth] <= year, float(samples.growth[nth])
            fall_m, yields = float(samples.fall_m_per_year[nth]) * row, samples.yields[nth]
        there = World(opened, yields, yearly.sea.left(fall_m, opened))
        return yearly.solve(year, there, rolled.central.filled[row], growth, ROUGH)[0]

    def supply(self, goods: str, importer: str, closing: tuple[str, ...] = ()) -> Ways:
        """Ways by which an importer gets a mineral or fuel, complete for a closing.

        Parameters
        ----------
        goods : str
            Mineral, by id or name.
        importer : str
            ISO 3166 code.
        closing : tuple of str
            States and waters that may close; none for supply as it is.

        Returns
        -------
        Ways
            Values first, then draws.

        Raises
        ------
        InputError
            A mineral, state or water is unknown, or the importer has no need of it.
        """
        key = (goods, importer, closing)
        if key not in self._supplies:
            data, settings = self.study.data, self.study.settings
            mineral = find_mineral(data, goods)
            facts = FactDraws(data, settings.seed, min(SUPPLY_DRAWS, settings.draws))
            case = supply_case(data, facts, mineral, find_need(data, mineral, importer))
            closings = [read_closing(data, closing)] if closing else []
            self._supplies[key] = find_ways(self.study, case, facts, closings)
            self.tell("Supply", len(self._supplies), len(self._supplies))
        return self._supplies[key]


def _ways(study: Study, request: Request) -> dict[str, Way]:
    costs = study.costs(request.commodity)
    cargo, sampler = costs.cargo, study.scene.world.sampler
    found: dict[str, Way] = {}
    for item in study.itineraries(request):
        if item.corridor not in found:
            time_h = sampler.path(costs.time, item.arcs)
            felt_h = time_h + cargo.reliability_ratio * item.time_h_sd
            money = sampler.path(costs.money, item.arcs) + item.insurance_usd
            found[item.corridor] = Way(item, money + cargo.value_of_time_usd_per_h * felt_h, time_h)
    return found
