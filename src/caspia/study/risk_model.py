"""A study compiled for thousands of draws: arrays only, so that it can be sent to another process.

A draw gives every fact a value, makes a year of events of its own, and finds the equilibrium of that year: one
without closures that last, in which short events cost capacity and time, and one for the closure that lasts so long
that cargo goes another way. The year is their mean by time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from caspia.assignment import Choice, Grouping, LogitEquilibrium
from caspia.cost import Servers
from caspia.errors import NotConverged, Problem
from caspia.risk import Doubts, Hazards
from caspia.study.flows import settle
from caspia.study.risk_capacity import CapacityLaw
from caspia.study.risk_costs import WayCosts
from caspia.study.risk_metrics import Metrics
from caspia.study.risk_parts import Shippers, Slots
from caspia.study.risk_works import Works
from caspia.study.risk_year import PATIENCE_DAYS, WHOLE, Weather, Year, YearLaw

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
RESIDUAL = 1e-3
"""Residual of a draw, where draws differ by tenths: beside 1e-7, metrics of 150 draws are off by 0.23 percent of
their standard deviation (root mean square), percentiles by 0.3 percent of it."""
FINE = 1e-6
"""Residual of what is found once at the likely values, where single closures are told apart."""
LEAST_LEFT = 0.02
"""Share of a capacity that is left however much is lost: a queue needs one above 0."""
FAILED = np.nan
LEVELS = (0.0, 0.25, 0.5, 0.75, WHOLE - 1e-9, 1.0)
"""Losses of capacity at which events are looked at beforehand."""


@dataclass(frozen=True, eq=False)
class RiskModel:
    """A study as a function of the number of a draw.

    Attributes
    ----------
    seed : int
        Seed of all draws.
    doubts : Doubts
        All doubted numbers.
    hazards : Hazards
        Events.
    slots : Slots
        Where the doubted numbers stand.
    costs : WayCosts
        Costs of routes and journeys.
    capacities : CapacityLaw
        Capacities by their facts.
    price_of : numpy.ndarray of int, shape (n_servers,)
        Place of the drawn price of scarcity of each server; -1 where none.
    likely_price : numpy.ndarray
        Most likely prices of scarcity.
    shippers : Shippers
        What pairs and routes look up.
    law : YearLaw
        What events, storms and the sea take.
    weather : Weather
        Storms by month.
    servers : Servers
        Capacities at the likely values.
    grouping : Grouping
        Routes over groups of servers.
    shut : numpy.ndarray of bool, shape (n_routes,)
        Routes that are closed in the data.
    filled : numpy.ndarray, shape (n_servers,)
        Loads as shares of capacities at the likely values, where every draw begins.
    metrics : Metrics
        What is read from the equilibria.
    effects : numpy.ndarray, shape (n_events, n_levels, n_read)
        What each event changes while it lasts, at the likely values of all else, by the share of capacity that it
        takes (`LEVELS`).
    likely : numpy.ndarray, shape (n_read,)
        What is read at the likely values without any event.
    exact : int
        Number of lasting closures of a year whose equilibrium is found in the very draw: those that matter most.
        Others change what they change at the likely values, in proportion to the sums of the draw.
    matters_usd : float
        Loss of users in a year from which on a closure is one of these.
    works : Works or None
        Works that may have opened by the year; none where none can.
    residual : float
        Residual of its equilibria.
    """

    seed: int
    doubts: Doubts
    hazards: Hazards
    slots: Slots
    costs: WayCosts
    capacities: CapacityLaw
    price_of: IntArray
    likely_price: FloatArray
    shippers: Shippers
    law: YearLaw
    weather: Weather
    servers: Servers
    grouping: Grouping
    shut: BoolArray
    filled: FloatArray
    metrics: Metrics
    effects: FloatArray = field(default_factory=lambda: np.zeros((0, 0, 0)))
    likely: FloatArray = field(default_factory=lambda: np.zeros(0))
    exact: int = 1
    matters_usd: float = 0.0
    works: Works | None = None
    residual: float = RESIDUAL

    @property
    def n_columns(self) -> int:
        """Numbers in the result of a draw."""
        return len(self.metrics.names)

    @cached_property
    def n_routes(self) -> int:
        """Number of routes; journeys follow them."""
        return len(self.shut)

    @cached_property
    def class_of_column(self) -> IntArray:
        """Commodity of each column of the bundles."""
        return self.grouping.bundles.class_of_column

    def __call__(self, tasks: IntArray) -> FloatArray:
        """Results of some draws.

        Parameters
        ----------
        tasks : numpy.ndarray of int, shape (n, 3)
            Number of the draw, number of another draw, and the group of doubts that is taken from that; -1 for
            none.

        Returns
        -------
        numpy.ndarray, shape (n, n_columns)
            NaN where no equilibrium was found.
        """
        return np.stack([self.draw(int(task[0]), int(task[1]), int(task[2])) for task in tasks])

    def draw(self, draw: int, other: int = 0, group: int = -1) -> FloatArray:
        """Result of a draw.

        Parameters
        ----------
        draw : int
            Its number.
        other : int
            Number of the draw from which one group of doubts is taken.
        group : int
            That group; -1 for none.

        Returns
        -------
        numpy.ndarray, shape (n_columns,)
        """
        return self._year(self.world(draw, other, group))

    def world(self, draw: int, other: int = 0, group: int = -1) -> World:
        """The world of a draw.

        Parameters
        ----------
        draw, other, group : int
            As of `draw`.

        Returns
        -------
        World
        """
        at = np.full(len(self.doubts.groups), draw, dtype=np.int64)
        if group >= 0:
            at[group] = other
        values = self.doubts.values(self.seed, draw, at)
        slots, law = self.slots, self.law
        happens = int(at[self.doubts.groups.index("events")])
        share, days = self.hazards.year(self.seed, happens, values[slots.rate])
        year = law.year((share, days), values[slots.loss], values[slots.delay])
        opened = None if self.works is None else self.works.opened(self.seed, int(at[-1]))
        return World(self, values, year, opened)

    def _year(self, world: World) -> FloatArray:
        """Mean by time of the states of a year."""
        year = world.year
        quiet = world.solve((), None)
        if quiet is None:
            return np.full(self.n_columns, FAILED)
        floor = world.row(year.always, quiet)
        marginal = np.array([self.effect(event, float(year.loss[event])) for event in year.lasting])
        lost = year.parts * np.abs(marginal[:, self.metrics.place_of_loss]) if len(marginal) else year.parts
        mean, scale = floor.copy(), self.metrics.scale(floor, self.likely)
        for rank, nth in enumerate(np.argsort(-lost, kind="stable").tolist()):
            change = marginal[nth] * scale
            if rank < self.exact and lost[nth] >= self.matters_usd:
                change = world.row((*year.always, year.lasting[nth]), quiet) - floor
            mean += year.parts[nth] * change
        slowed = quiet.flow * (world.worth * year.wait_h)[: self.n_routes]
        in_region = self.metrics.region[self.grouping.table.pair]
        return self.metrics.finish(mean, (float(slowed.sum()), float(slowed[in_region].sum())))

    def effect(self, event: int, loss: float) -> FloatArray:
        """What an event changes while it lasts, at the likely values of all else.

        Parameters
        ----------
        event : int
            The event.
        loss : float
            Share of the capacity that it takes; between two that were looked at the mean by distance.

        Returns
        -------
        numpy.ndarray
            As of `Metrics.read`.
        """
        at = float(np.interp(1.0 if loss >= WHOLE else loss, LEVELS, np.arange(len(LEVELS))))
        below = min(int(at), len(LEVELS) - 2)
        near = self.effects[event, below : below + 2]
        return np.asarray(near[0] * (below + 1 - at) + near[1] * (at - below))

    @property
    def lasting_events(self) -> IntArray:
        """Events that may last longer than cargo waits."""
        return np.flatnonzero(self.law.closes & (self.hazards.days[:, 2] > PATIENCE_DAYS))

    def likely_world(self, loss: float = 0.0) -> World:
        """The world at the likely values, in which nothing happens of its own.

        Parameters
        ----------
        loss : float
            Share of the capacity that events take when they are asked for.

        Returns
        -------
        World
        """
        calm = np.ones(self.servers.n_servers), np.zeros(self.costs.time.shape[0])
        year = Year(*calm, (), (), np.zeros(0), np.full(len(self.hazards.names), loss))
        return World(self, self.doubts.mode, year, self.expected)

    @property
    def expected(self) -> BoolArray | None:
        """Works that are expected to be open."""
        return None if self.works is None else self.works.expected


class World:
    """One draw: its costs, capacities and demand.

    Parameters
    ----------
    model : RiskModel
        The model.
    values : numpy.ndarray, shape (n_doubts,)
        Values of all doubted numbers.
    year : Year
        Events of the year.
    opened : numpy.ndarray of bool, shape (n_works,), optional
        Works that are open; none if left out.
    """

    def __init__(self, model: RiskModel, values: FloatArray, year: Year, opened: BoolArray | None = None) -> None:
        self.model, self.values, self.year = model, values, year
        slots, shippers, costs = model.slots, model.shippers, model.costs
        worth = values[slots.worth]
        self.worth = worth[shippers.commodity]
        storm = model.weather.year(values[slots.storm])
        self.money = costs.money_usd_per_t + costs.money @ values[slots.money]
        own_h = costs.time_h + costs.time @ values[slots.time]
        self.wait_h = year.wait_h + costs.storm_h @ (storm.wait_ratio - 1.0)
        self.time_h = own_h + self.wait_h
        felt = self.time_h + values[slots.reliability][shippers.commodity] * costs.spread_h
        self.constant = values[slots.constant][shippers.constant_of_route] * shippers.in_transit
        generalised = (self.money + self.worth * felt)[: model.n_routes] + self.constant
        self.path_size, self.servers, shut = model.grouping.table.path_size, model.servers, model.shut
        if model.works is not None and opened is not None:
            lacking, self.path_size = model.works.routes(opened)
            weight = np.where(opened, values[slots.yields], 0.0)
            shut, self.servers = shut | lacking, model.works.servers(model.servers, weight)
            generalised = generalised - weight @ model.works.saving
            self.money[model.n_routes :] -= weight @ model.works.cheaper_usd_per_t
            self.time_h[model.n_routes :] -= weight @ model.works.faster_h
        self.cost = np.where(shut, np.inf, generalised)
        self.capacity = (
            self.servers.capacity
            * model.capacities.factor(values[slots.capacity])
            * model.weather.capacity(storm)
            * model.law.sea_left(float(values[slots.sea].sum()), opened)
        )
        dearer = np.append(values[slots.price] / model.likely_price, 1.0)[model.price_of]
        self.price = model.servers.prices.price_usd * dearer
        self.dearer = np.where(shippers.likely_worth > 0, worth / np.maximum(shippers.likely_worth, 1e-300), 1.0)
        self.felt = model.grouping.bundles.felt * self.dearer[model.class_of_column]

    @property
    def felt_of_entries(self) -> FloatArray:
        """Felt delay of every use of a route; a certificate asks for it, what is solved goes by bundles."""
        table = self.model.grouping.table
        return table.felt * self.dearer[table.pair_class[table.pair]][table.route_of_entry]

    def quiet(self) -> LogitEquilibrium:
        """Find the equilibrium of the year without closures that last.

        Returns
        -------
        LogitEquilibrium

        Raises
        ------
        NotConverged
            There is none.
        """
        found = self.solve((), None)
        if found is None:
            repair = "look at the capacities of the data, or run `caspia flows`"
            raise NotConverged(Problem("no equilibrium in a trial world", "risk", repair=repair))
        return found

    def row(self, events: Sequence[int], quiet: LogitEquilibrium) -> FloatArray:
        """What is read while some events last.

        Parameters
        ----------
        events : sequence of int
            Events that last; none for the rest of the year.
        quiet : LogitEquilibrium
            That rest.

        Returns
        -------
        numpy.ndarray
            NaN where no equilibrium was found.
        """
        metrics = self.model.metrics
        if not events:
            return metrics.read(quiet, self.paths(quiet))
        found = self.solve(events, quiet)
        if found is None:
            return np.full(len(metrics.read(quiet, self.paths(quiet))), FAILED)
        return metrics.read(found, self.paths(found), quiet, self.wants(quiet))

    def solve(self, events: Sequence[int], quiet: LogitEquilibrium | None) -> LogitEquilibrium | None:
        """Find the equilibrium while some events last.

        Parameters
        ----------
        events : sequence of int
            Events that last; none for the rest of the year.
        quiet : LogitEquilibrium, optional
            That rest, to which demand answers; demand is as drawn if left out.

        Returns
        -------
        LogitEquilibrium or None
            None where it was not found.
        """
        year, law = self.year, self.model.law
        return self.closed(law.shut(events, year.loss), law.capacity_left(events, year.loss), quiet)

    def closed(
        self, shut: BoolArray, left: FloatArray, quiet: LogitEquilibrium | None = None
    ) -> LogitEquilibrium | None:
        """Find the equilibrium with some routes shut and less of some capacities.

        Parameters
        ----------
        shut : numpy.ndarray of bool, shape (n_routes,)
            Routes that are shut.
        left : numpy.ndarray, shape (n_servers,)
            Share of each capacity that is left, beside what short events leave.
        quiet : LogitEquilibrium, optional
            The world to which demand answers; demand is as drawn if left out.

        Returns
        -------
        LogitEquilibrium or None
            None where it was not found.
        """
        model = self.model
        capacity = self.capacity * np.maximum(self.year.left * left, LEAST_LEFT)
        table = replace(model.grouping.table, cost=np.where(shut, np.inf, self.cost), path_size=self.path_size)
        grouping = replace(model.grouping, table=table, bundles=replace(model.grouping.bundles, felt=self.felt))
        servers = self.servers.with_capacity(capacity)
        servers = replace(servers, prices=replace(servers.prices, price_usd=self.price))
        filled = model.filled if quiet is None else quiet.load / self.capacity
        wants = self.first_wants if quiet is None else self.wants(quiet)
        found = settle(grouping, servers, wants, filled, model.residual)
        return found if found.converged else None

    @cached_property
    def first_wants(self) -> Choice:
        """Demand of the year, which is as large as drawn."""
        slots, shippers = self.model.slots, self.model.shippers
        amount = shippers.amounts(self.values[slots.demand], self.values[slots.growth])
        scale = self.values[slots.scale][shippers.group_of_pair]
        fixed = np.zeros(len(amount))
        return Choice(amount, scale, fixed, fixed)

    def wants(self, quiet: LogitEquilibrium) -> Choice:
        """Demand while an event lasts, which answers to the costs of the rest of the year.

        Parameters
        ----------
        quiet : LogitEquilibrium
            That rest.

        Returns
        -------
        Choice
        """
        slots, shippers, first = self.model.slots, self.model.shippers, self.first_wants
        pair = self.model.grouping.table.pair
        own = np.where(quiet.flow > 0, quiet.cost - self.constant, 0.0)
        amount = np.bincount(pair, quiet.flow, len(first.amount))
        paid = np.bincount(pair, quiet.flow * own, len(first.amount)) / np.where(amount > 0, amount, np.nan)
        known = np.isfinite(quiet.logsum) & (paid > 0)
        elasticity = self.values[slots.elasticity][shippers.group_of_pair]
        response = np.where(known, elasticity / np.where(known, paid, 1.0), 0.0)
        return Choice(first.amount, first.scale, response, np.where(known, quiet.logsum, 0.0))

    def paths(self, found: LogitEquilibrium) -> tuple[FloatArray, FloatArray]:
        """Money and hours of the journeys, each on the best of its ways at the queues of an equilibrium.

        Parameters
        ----------
        found : LogitEquilibrium
            Queues.

        Returns
        -------
        money_usd_per_t, time_h : numpy.ndarray, shape (n_journeys,)
        """
        n, metrics = self.model.n_routes, self.model.metrics
        time = self.time_h[n:] + metrics.queues @ found.delay_h
        cost = self.money[n:] + self.worth[n:] * time
        order = np.lexsort((cost, metrics.journey))
        best = order[np.searchsorted(metrics.journey[order], np.arange(metrics.n_journeys))]
        return self.money[n:][best], time[best]
