"""Stochastic equilibrium on shared capacities: logit choice over routes whose servers fill and queue.

The unknown is the load of every server. Loads give delays and prices of scarcity, these the costs of routes,
costs the choice, and the choice loads again; the equilibrium is where the loads that come out are those that
went in. It is found by Newton's method on the servers that answer to their load, with a line search.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from scipy.linalg import lu_factor, lu_solve

from caspia.assignment._logit_kernels import answers, bound, choose, rows_of, wants_of
from caspia.assignment.routes import Choice, Floats, Ints, RouteTable

MAX_ITERATIONS = 400
_ANSWERS = 0.02
"""Servers whose outgoing load falls by more than this for one unit more of load are solved by Newton's method."""
_REUSE = 0.3
"""A step that cuts the gap below this share of itself keeps the factors of the matrix for the next one."""
_SHORTEST = 2.0**-10


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
    delay: Floats
    price: Floats
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
    Kelley, C. T., Keyes, D. E. (1998), Convergence analysis of pseudo-transient continuation, SIAM Journal on
    Numerical Analysis 35 (2), 508-523. Daganzo, C. F. (1982), Unconstrained extremal formulation of some
    transportation equilibrium problems, Transportation Science 16 (3), 332-360. Ben-Akiva, M., Bierlaire, M.
    (1999) for the path size.
    """
    solver = _Solver(routes, choice, servers)
    load = servers.start() if warm is None else warm
    state, count, done = solver.solve(solver.load(load), residual, max_iterations)
    if not done:
        # The line search is caught where the choice is nearly all or nothing; the flow of the averaged iteration
        # leads away from there.
        state, spent = solver.follow(solver.load(load), residual, max_iterations)
        count += spent
    left = solver.residual(state)
    return solver.result(state, left, count, left <= residual)


@dataclass(frozen=True, eq=False)
class _Factors:
    """Servers that answer to their load, the bound of every answer, and the factors of the matrix of the former."""

    made_for: _State
    active: Ints
    answer: Floats
    matrix: Any
    slowness: float

    def step(self, state: _State) -> Floats:
        """Newton's step for the servers that answer, a damped one for the others."""
        gap = state.out - state.load
        step = gap / (1.0 + self.slowness + self.answer)
        if self.active.size:
            step[self.active] = lu_solve(self.matrix, gap[self.active], check_finite=False)
        return step


@dataclass(frozen=True, eq=False)
class _Solver:
    """The problem, and the steps of the method on it."""

    routes: RouteTable
    choice: Choice
    servers: Servers

    def load(self, load: Floats) -> _State:
        """Send all demand over the routes at the costs of a load."""
        delay, price = self.servers.delay_h(load), self.servers.price(load)
        table, choice = self.routes, self.choice
        flow, cost = np.empty(table.n_routes), np.empty(table.n_routes)
        logsum, out = np.empty(table.n_pairs), np.zeros(table.n_servers)
        choose(rows_of(table), wants_of(choice), (delay, price), (flow, cost, logsum, out))
        gap = (out - load) / self.servers.capacity
        return _State(load, delay, price, flow, cost, logsum, out, float(np.sqrt(gap @ gap)))

    def solve(self, state: _State, residual: float, most: int) -> tuple[_State, int, bool]:
        """State whose residual is as asked, loadings made, and whether it was reached."""
        count, wanted = 1, residual
        while True:
            state, spent, moved = self._descend(state, wanted, most - count)
            count += spent + 1
            if self.residual(state) <= residual:
                return state, count, True
            if not moved or count >= most:
                return state, count, False
            wanted *= 0.1

    def _descend(self, state: _State, wanted: float, most: int) -> tuple[_State, int, bool]:
        """Newton steps with a line search until the loads that come out are those that went in."""
        factors: _Factors | None = None
        threshold, count = _ANSWERS, 0
        while state.miss > wanted and count < most:
            factors = factors or self._factors(state, threshold)
            after, tried, better = self._search(state, factors.step(state))
            count += tried
            if better:
                factors = factors if after.miss <= _REUSE * state.miss else None
                state, threshold = after, _ANSWERS
            elif factors.made_for is not state:
                factors = None
            elif threshold > 0.0:
                # With every server in the matrix the step is that of Newton's method, and goes down.
                threshold, factors = 0.0, None
            else:
                return state, count, False
        return state, count, True

    def follow(self, state: _State, residual: float, most: int) -> tuple[_State, int]:
        """Pseudo-transient continuation: implicit steps in time of `dx/dt = X(x) - x`, longer as it settles."""
        pace = 1.0
        for count in range(1, 10 * most):
            step = self._factors(state, 0.0, 1.0 / pace).step(state)
            after = self.load(np.maximum(state.load + step, 0.0))
            pace = min(pace * 1.5, 1e12) if after.miss < state.miss else max(pace * 0.5, 1e-3)
            state = after
            if state.miss <= residual and self.residual(state) <= residual:
                return state, count
        return state, 10 * most

    def _search(self, state: _State, step: Floats) -> tuple[_State, int, bool]:
        """Shorten a step until it helps; the state after it, loadings made, and whether it did."""
        share, tried = 1.0, 0
        while True:
            after = self.load(np.maximum(state.load + share * step, 0.0))
            tried += 1
            if after.miss < (1.0 - 1e-4 * share) * state.miss:
                return after, tried, True
            if share < _SHORTEST:
                return after, tried, False
            share *= 0.5

    def _factors(self, state: _State, threshold: float, slowness: float = 0.0) -> _Factors:
        slopes = self.servers.delay_slope(state.load), self.servers.price_slope(state.load)
        answer = np.zeros(self.routes.n_servers)
        bound(rows_of(self.routes), wants_of(self.choice), state.flow, slopes, answer)
        active = np.flatnonzero(answer > threshold)
        place = np.full(self.routes.n_servers, -1, dtype=np.int64)
        place[active] = np.arange(active.size)
        matrix = np.eye(active.size) * (1.0 + slowness)
        answers(rows_of(self.routes), wants_of(self.choice), (state.flow, place), slopes, matrix)
        return _Factors(
            state, active, answer, lu_factor(matrix, check_finite=False) if active.size else None, slowness
        )

    def residual(self, state: _State) -> float:
        """How far flows are from those chosen at the costs that they themselves cause."""
        return fixed_point_residual(self.routes, self.choice, self.servers, state.flow)

    def result(self, state: _State, left: float, count: int, converged: bool) -> LogitEquilibrium:
        """Freeze a state with costs at its own flows."""
        pair = self.routes.pair
        amount = np.bincount(pair, weights=state.flow, minlength=self.routes.n_pairs).astype(np.float64)
        closed = ~np.isfinite(state.logsum)
        return LogitEquilibrium(
            flow=state.flow,
            cost=state.cost,
            amount=amount,
            unserved=np.where(closed, self.choice.amount, 0.0),
            logsum=state.logsum,
            load=state.out,
            delay_h=self.servers.delay_h(state.out),
            price=self.servers.price(state.out),
            residual=left,
            iterations=count,
            converged=converged,
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
