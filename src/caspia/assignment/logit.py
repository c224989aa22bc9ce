"""Stochastic equilibrium on shared capacities: logit choice over routes whose servers fill and queue.

The unknown is the load of every server. Loads give delays and prices of scarcity, these the costs of routes,
costs the choice, and the choice loads again; the equilibrium is where the loads that come out are those that
went in. It is found by Newton's method on the servers that answer to their load, with a line search.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np

from caspia.assignment._logit_kernels import Rows, Wants, answers, bound, choose, patterns_of, rows_of, wants_of
from caspia.assignment._lu import Factors, factorised, solved
from caspia.assignment.bundles import Bundles, bundle_routes
from caspia.assignment.routes import Choice, Floats, Ints, RouteTable

MAX_ITERATIONS = 400
_ANSWERS = 0.01
"""Servers whose outgoing load falls by more than this for one unit more of load are solved by Newton's method."""
_CUT = 3e-3
"""Routes with less of their pair than this are left out of Newton's matrix, though not of the flows."""
_NEAR = 3e-3
"""Miss of loads at which it is first asked how far the flows are from those chosen at their costs."""
_REUSE = 0.95
"""A step that cuts the miss below this share of itself keeps the factors of the matrix for the next one."""
_TRUSTED = 1e-3
"""Least share of its own length that a step must keep under the matrix for it to be learned from."""
_SHORTEST, _SHORT = 2.0**-10, 2.0**-1
"""Shortest share of a step that is tried, with factors made for it and with those of a step before."""


class Servers(Protocol):
    """What the solver asks of capacities: shapes (n_servers,) in and out."""

    def delay_h(self, load: Floats) -> Floats:
        """Hours of delay at a load.

        Parameters
        ----------
        load : numpy.ndarray, shape (n_servers,)
            Loads.

        Returns
        -------
        numpy.ndarray, shape (n_servers,)
        """

    def delay_slope(self, load: Floats) -> Floats:
        """Hours of delay for one unit of load more.

        Parameters
        ----------
        load : numpy.ndarray, shape (n_servers,)
            Loads.

        Returns
        -------
        numpy.ndarray, shape (n_servers,)
        """

    def price(self, load: Floats) -> Floats:
        """Price of scarcity for one unit of capacity used.

        Parameters
        ----------
        load : numpy.ndarray, shape (n_servers,)
            Loads.

        Returns
        -------
        numpy.ndarray, shape (n_servers,)
        """

    def price_slope(self, load: Floats) -> Floats:
        """Change of it for one unit of load more.

        Parameters
        ----------
        load : numpy.ndarray, shape (n_servers,)
            Loads.

        Returns
        -------
        numpy.ndarray, shape (n_servers,)
        """

    @property
    def capacity(self) -> Floats:
        """Capacity of every server in its own unit, above 0."""

    def start(self) -> Floats:
        """Loads from which a solver may begin."""


@dataclass(frozen=True, eq=False)
class LogitEquilibrium:
    """Flows that choose by logit at the costs that they cause.

    Attributes
    ----------
    flow : numpy.ndarray, shape (n_routes,)
        Units of demand a year on every route.
    cost : numpy.ndarray, shape (n_routes,)
        Generalised cost of every route at these flows.
    amount : numpy.ndarray, shape (n_pairs,)
        Demand that moves; 0 where no route is open.
    unserved : numpy.ndarray, shape (n_pairs,)
        Demand of pairs without an open route.
    logsum : numpy.ndarray, shape (n_pairs,)
        Expected least cost of every pair; inf where no route is open.
    load, delay_h, price : numpy.ndarray, shape (n_servers,)
        Load of every server, its delay and its price of scarcity.
    residual : float
        Sum over routes of the difference between flow and the flow chosen at its cost, over all flow.
    iterations : int
        Loadings of all routes.
    converged : bool
        Whether the residual is below what was asked.
    """

    flow: Floats
    cost: Floats
    amount: Floats
    unserved: Floats
    logsum: Floats
    load: Floats
    delay_h: Floats
    price: Floats
    residual: float
    iterations: int
    converged: bool


@dataclass(frozen=True, eq=False)
class _State:
    """One loading of all routes: what goes in (`load`) and what comes out (`out`)."""

    load: Floats
    flow: Floats
    cost: Floats
    logsum: Floats
    out: Floats
    miss: float


def solve_logit(
    routes: RouteTable,
    choice: Choice,
    servers: Servers,
    *,
    bundles: Bundles | None = None,
    residual: float = 1e-8,
    warm: Floats | None = None,
    max_iterations: int = MAX_ITERATIONS,
) -> LogitEquilibrium:
    """Find the flows that choose by path-size logit at the costs that they cause.

    A route of pair p with cost c and path size S has the share `S exp(-scale_p c)` over the sum of these;
    the demand of the pair is `amount exp(response (logsum - reference))`.

    Parameters
    ----------
    routes : RouteTable
        Routes, their costs and what they use.
    choice : Choice
        Demand and how it chooses.
    servers : Servers
        Delay and price of every server as functions of its load, increasing.
    bundles : Bundles, optional
        Uses of the same routes in bundles, if they are known; made if left out.
    residual : float
        Fixed-point residual to be reached.
    warm : numpy.ndarray, shape (n_servers,), optional
        Loads to begin with, for instance those of a neighbouring world.
    max_iterations : int
        Loadings before it gives up.

    Returns
    -------
    LogitEquilibrium
        `converged` says whether the residual was reached; what has not converged is no result.

    References
    ----------
    Broyden, C. G. (1965), A class of methods for solving nonlinear simultaneous equations, Mathematics of
    Computation 19 (92), 577-593. Kelley, C. T., Keyes, D. E. (1998), Convergence analysis of pseudo-transient
    continuation, SIAM Journal on Numerical Analysis 35 (2), 508-523. Daganzo, C. F. (1982), Unconstrained
    extremal formulation of some transportation equilibrium problems, Transportation Science 16 (3), 332-360.
    Ben-Akiva, M., Bierlaire, M. (1999) for the path size.
    """
    known = bundle_routes(routes) if bundles is None else bundles
    solver = _Solver(routes, choice, servers, known, residual, max_iterations)
    found = solver.descend(solver.load(servers.start() if warm is None else warm))
    if found.left > residual:
        # The line search is caught where the choice is nearly all or nothing; the flow of the averaged iteration
        # leads away from there.
        found = solver.follow(found)
    return solver.result(found)


@dataclass(frozen=True, eq=False)
class _Found:
    """A state, the one that its loads lead to, how far apart their flows are, and loadings made so far."""

    state: _State
    after: _State
    left: float
    count: int


@dataclass(frozen=True, eq=False)
class _Factors:
    """Servers that answer to their load, the bound of every answer, and the factors of the matrix of the former.

    What the steps since have shown of the matrix lies beside the factors, as one row and column a step.
    """

    made_for: _State
    active: Ints
    answer: Floats
    matrix: Factors
    slowness: float
    learned: tuple[tuple[Floats, Floats], ...] = ()

    def step(self, state: _State) -> Floats:
        """Newton's step for the servers that answer, a damped one for the others."""
        gap = state.out - state.load
        step = gap / (1.0 + self.slowness + self.answer)
        step[self.active] = self._solved(gap[self.active])
        return step

    def after(self, state: _State, then: _State) -> _Factors:
        """Factors that know of a step (Broyden's first update)."""
        step = (then.load - state.load)[self.active]
        change = (state.out - state.load - then.out + then.load)[self.active]
        seen = self._solved(change)
        along = float(step @ seen)
        if along <= _TRUSTED * float(step @ step):
            return self
        return replace(self, learned=(*self.learned, ((step - seen) / along, step)))

    def _solved(self, right: Floats) -> Floats:
        found = solved(self.matrix, right)
        for column, row in self.learned:
            found = found + column * float(row @ found)
        return found


@dataclass(frozen=True, eq=False)
class _Solver:
    """The problem, and the steps of the method on it."""

    routes: RouteTable
    choice: Choice
    servers: Servers
    bundles: Bundles
    residual: float
    most: int

    @cached_property
    def _rows(self) -> Rows:
        return rows_of(self.routes, self.bundles)

    @cached_property
    def _wants(self) -> Wants:
        return wants_of(self.choice)

    def load(self, load: Floats) -> _State:
        """Send all demand over the routes at the costs of a load."""
        state = self.servers.delay_h(load), self.servers.price(load)
        table = self.routes
        flow, cost = np.empty(table.n_routes), np.empty(table.n_routes)
        logsum, out = np.empty(table.n_pairs), np.zeros(table.n_servers)
        choose(self._rows, self._wants, state, (flow, cost, logsum, out))
        gap = (out - load) / self.servers.capacity
        return _State(load, flow, cost, logsum, out, float(np.sqrt(gap @ gap)))

    def descend(self, state: _State) -> _Found:
        """Newton steps with a line search until the flows are those chosen at the costs that they cause."""
        factors: _Factors | None = None
        rough, count, near = True, 1, _NEAR
        while count < self.most:
            if state.miss <= near:
                found = self._settled(state, count := count + 1)
                if found.left <= self.residual:
                    return found
                # The two fall together; there is no use in asking again before the miss has fallen as far.
                near = min(0.5 * near, 2.0 * state.miss * self.residual / found.left)
            factors = factors or self._factors(state, rough)
            shortest = _SHORTEST if factors.made_for is state else _SHORT
            after, tried, better = self._search(state, factors.step(state), (rough, shortest))
            count += tried
            if better:
                kept = tried == 1 and after.miss <= _REUSE * state.miss
                factors = factors.after(state, after) if kept else None
                state, rough = after, True
            elif factors.made_for is not state:
                factors = None
            elif rough:
                # With every server and route in the matrix the step is that of Newton's method, and goes down.
                rough, factors = False, None
            else:
                break
        return self._settled(state, count + 1)

    def follow(self, found: _Found) -> _Found:
        """Pseudo-transient continuation: implicit steps in time of `dx/dt = X(x) - x`, longer as it settles."""
        pace, state, first = 1.0, found.state, found.count
        for count in range(first + 1, first + 10 * self.most):
            step = self._factors(state, False, 1.0 / pace).step(state)
            after = self.load(np.maximum(state.load + step, 0.0))
            pace = min(pace * 1.5, 1e12) if after.miss < state.miss else max(pace * 0.5, 1e-3)
            state = after
            if state.miss <= max(self.residual, 1e-12):
                found = self._settled(state, count)
                if found.left <= self.residual:
                    return found
        return self._settled(state, first + 10 * self.most)

    def _settled(self, state: _State, count: int) -> _Found:
        """A state and how far its flows are from those chosen at the costs that they cause."""
        after = self.load(state.out)
        apart = float(np.abs(after.flow - state.flow).sum() / max(state.flow.sum(), 1e-300))
        return _Found(state, after, apart, count)

    def _search(self, state: _State, step: Floats, how: tuple[bool, float]) -> tuple[_State, int, bool]:
        """Shorten a step until it helps; the state after it, loadings made, and whether it did."""
        share, tried, full = 1.0, 0, self.servers.capacity
        rough, shortest = how
        while True:
            load = np.maximum(state.load + share * step, 0.0)
            if rough:
                # Price and wait bend at the capacity: what is known on one side says little of the other.
                load = np.where((state.load - full) * (load - full) < 0.0, full, load)
            after = self.load(load)
            tried += 1
            if after.miss < (1.0 - 1e-4 * share) * state.miss:
                return after, tried, True
            if share < shortest:
                return after, tried, False
            share *= 0.5

    def _factors(self, state: _State, rough: bool, slowness: float = 0.0) -> _Factors:
        """Factors of Newton's matrix, of the servers and routes that matter or of all."""
        columns, n_servers = self.bundles, self.routes.n_servers
        delay, price = self.servers.delay_slope(state.load), self.servers.price_slope(state.load)
        rise = columns.felt * delay[columns.server] + columns.use * price[columns.server]
        answer = np.zeros(n_servers)
        bound(self._rows, self._wants, state.flow, rise, answer)
        active = np.flatnonzero(answer > (_ANSWERS if rough else 0.0))
        place = np.full(n_servers, -1, dtype=np.int32)
        place[active] = np.arange(active.size, dtype=np.int32)
        matrix = np.eye(active.size) * (1.0 + slowness)
        cut = _CUT if rough else 0.0
        answers(self._rows, patterns_of(columns), self._wants, state.flow, (place, rise, cut), matrix)
        return _Factors(state, active, answer, factorised(matrix), slowness)

    def result(self, found: _Found) -> LogitEquilibrium:
        """Freeze a state with costs at its own flows."""
        state, after = found.state, found.after
        amount = np.bincount(self.routes.pair, weights=state.flow, minlength=self.routes.n_pairs)
        closed = ~np.isfinite(after.logsum)
        return LogitEquilibrium(
            flow=state.flow,
            cost=after.cost,
            amount=amount.astype(np.float64),
            unserved=np.where(closed, self.choice.amount, 0.0),
            logsum=after.logsum,
            load=state.out,
            delay_h=self.servers.delay_h(state.out),
            price=self.servers.price(state.out),
            residual=found.left,
            iterations=found.count,
            converged=found.left <= self.residual,
        )


def fixed_point_residual(routes: RouteTable, choice: Choice, servers: Servers, flow: Floats) -> float:
    """Certificate of a stochastic equilibrium, computed from the flows alone and without the solver's kernels.

    Parameters
    ----------
    routes, choice, servers
        The problem.
    flow : numpy.ndarray, shape (n_routes,)
        Flows of all routes.

    Returns
    -------
    float
        Sum of the differences between the flows and those chosen at the costs that the flows cause, over the
        sum of the flows; 0 at the equilibrium.
    """
    route, pair = routes.route_of_entry, routes.pair
    load = np.bincount(routes.server, routes.use * flow[route], routes.n_servers).astype(np.float64)
    delay, price = servers.delay_h(load), servers.price(load)
    extra = routes.felt * delay[routes.server] + routes.use * price[routes.server]
    cost = routes.cost + np.bincount(route, weights=extra, minlength=routes.n_routes)
    scale = choice.scale[pair]
    least = np.full(routes.n_pairs, np.inf)
    np.minimum.at(least, pair, cost)
    is_open = np.isfinite(cost)
    power = np.zeros(routes.n_routes)
    above = cost[is_open] - least[pair[is_open]]
    power[is_open] = routes.path_size[is_open] * np.exp(-scale[is_open] * above)
    total = np.bincount(pair, weights=power, minlength=routes.n_pairs)
    served = total > 0
    logsum = np.where(served, least - np.log(np.where(served, total, 1.0)) / choice.scale, np.inf)
    response = np.where(
        served & (choice.response != 0), choice.response * (np.where(served, logsum, 0.0) - choice.reference), 0.0
    )
    wanted = choice.amount * np.exp(response)
    chosen = wanted[pair] * power / np.where(served, total, 1.0)[pair]
    return float(np.abs(chosen - flow).sum() / max(flow.sum(), 1e-300))
