"""Stochastic equilibrium on shared capacities: logit choice over routes whose servers fill and queue.

The unknown is the load of every server. Loads give delays and prices of scarcity, these the costs of routes,
costs the choice, and the choice loads again; the equilibrium is where the loads that come out are those that
went in. It is found by Newton's method on the logarithms of loads, since the choice answers to costs by
exponentials: `log out(x) = log x`. Two things make full steps safe where delays and prices bend sharply:

- a step is taken along `log load + loss of log load by the cost of the load`, which is straight where a server is
  far below its capacity (then the load follows the step) and where it is full (then its cost does);
- its equations are solved by GMRES with the answers of routes at these very flows, never cut, and only the
  preconditioner is an approximation: answers found once for a model, with the slopes of the present loads.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np

from caspia.assignment._krylov import Near, Point, krylov_step, near_matrix
from caspia.assignment._logit_kernels import Rows, Wants, route_odds, rows_of, share_out, wants_of
from caspia.assignment._lu import factorised
from caspia.assignment.answers import Answers, Losses, find_answers, own_losses
from caspia.assignment.bundles import Bundles, bundle_routes
from caspia.assignment.routes import Choice, Floats, RouteTable

MAX_ITERATIONS = 4000
_FLOOR = 1e-12
"""Least load in the logarithms, in units of the capacity."""
_ANSWERS = 0.1
"""Servers that lose more than this for one unit more of load are solved together by the preconditioner."""
_NEAR = 5.0
"""Miss of loads, in units of the residual, at which it is first asked how far the flows are from those chosen."""
_ROUGH, _FINE = 0.1, 1e-4
"""Part of the right side that steps may leave, far from the equilibrium and near it."""
_PRODUCTS = 15
"""Products of a step at most."""
_GUARD = 0.3
"""Part of the miss that is wanted which a step may leave: solved any finer it would be for nothing."""
_TRIES, _SETTLED = 12, 3e-2
"""Newton's steps on a line at most, and the change of a logarithm at which they end."""
_PATIENCE = 100
"""Loadings of Newton's method before loads are led on a path of their own."""
_STRAY, _SOONER, _LATER = 0.5, 1.0 / 3.0, 2.0
"""Part of the miss by which a step of that path may leave it; what its time is multiplied by after one that strayed
further, and after one that did not."""
_WIDE = 0.7
"""How far beyond the loads that went in and came out a step may lead, as a logarithm."""


class Servers(Protocol):
    """What the solver asks of capacities: shapes (n_servers,) in and out."""

    def response(self, load: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Delay and price at a load, and what both rise by for one unit of load more.

        Parameters
        ----------
        load : numpy.ndarray, shape (n_servers,)
            Loads.

        Returns
        -------
        delay_h, price, delay_slope, price_slope : numpy.ndarray, shape (n_servers,)
            Hours of delay, price of scarcity for one unit of capacity used, and their derivatives.
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


def solve_logit(  # noqa: PLR0913 - the problem, and options by name
    routes: RouteTable,
    choice: Choice,
    servers: Servers,
    *,
    bundles: Bundles | None = None,
    answers: Answers | None = None,
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
    answers : Answers, optional
        Answers of servers at other flows of the same routes, if they are known; found if left out.
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
    Knoll, D. A., Keyes, D. E. (2004), Jacobian-free Newton-Krylov methods, Journal of Computational Physics 193
    (2), 357-397. Eisenstat, S. C., Walker, H. F. (1996), Choosing the forcing terms in an inexact Newton method,
    SIAM Journal on Scientific Computing 17 (1), 16-32. Minty, G. J. (1962), Monotone (nonlinear) operators in
    Hilbert space, Duke Mathematical Journal 29, 341-346 (the line along which steps are taken). Kelley, C. T.,
    Keyes, D. E. (1998), Convergence analysis of pseudo-transient continuation, SIAM Journal on Numerical Analysis
    35 (2), 508-523 (the path on which loads are led where Newton's steps circle). Daganzo, C. F.
    (1982), Unconstrained extremal formulation of some transportation equilibrium problems, Transportation Science
    16 (3), 332-360. Ben-Akiva, M., Bierlaire, M. (1999) for the path size.
    """
    solver = _Solver(
        routes, choice, servers, bundle_routes(routes) if bundles is None else bundles, (residual, max_iterations)
    )
    state = solver.load(np.maximum(servers.start() if warm is None else warm, _FLOOR * servers.capacity))
    known = solver.answers(state.flow) if answers is None else answers
    found = solver.descend(state, known, 0)
    while found.left > residual and found.count < max_iterations:
        found = solver.descend(*solver.led(found.state, known, found.count))
    return solver.result(found)


def answers_at(routes: RouteTable, choice: Choice, servers: Servers, bundles: Bundles, flow: Floats) -> Answers:
    """Answers of servers to each other at some flows, to be used for other equilibria on the same routes.

    Parameters
    ----------
    routes, choice, servers, bundles
        The problem, as in `solve_logit`.
    flow : numpy.ndarray, shape (n_routes,)
        Flows, for instance those of an equilibrium.

    Returns
    -------
    Answers
    """
    return _Solver(routes, choice, servers, bundles, (0.0, 0)).answers(flow)


@dataclass(frozen=True, eq=False)
class _State:
    """One loading of all routes: what goes in (`load`), at which delays and prices, and what comes out (`out`)."""

    load: Floats
    response: tuple[Floats, Floats, Floats, Floats]
    flow: Floats
    cost: Floats
    logsum: Floats
    out: Floats
    miss: float


@dataclass(frozen=True, eq=False)
class _Found:
    """A state, the one that its loads lead to, how far apart their flows are, and loadings made so far."""

    state: _State
    after: _State
    left: float
    count: int


@dataclass(frozen=True, eq=False)
class _Line:
    """The line of each server on which steps are taken: the most that it was seen to lose, as logarithms."""

    by_delay: Floats
    by_price: Floats

    def beside(self, losses: Losses, toward: Floats) -> _Line:
        """The line with what is seen at other flows."""
        return _Line(
            np.maximum(self.by_delay, losses.most_by_delay / toward),
            np.maximum(self.by_price, losses.most_by_price / toward),
        )

    def slope(self, state: _State) -> Floats:
        """Logarithm of load lost for a unit of load more."""
        _, _, delay, price = state.response
        return self.by_delay * delay + self.by_price * price

    def along(self, servers: Servers, state: _State, toward: Floats, step: Floats) -> Floats:
        """Loads where the line has risen by as much as its slope promises for a step."""
        load, (delay, price, _, _) = state.load, state.response
        rise = 1.0 + load * self.slope(state)
        aim = np.log(load) + self.by_delay * delay + self.by_price * price + rise * step / load
        low = np.log(np.minimum(load, toward)) - _WIDE
        high = np.maximum(np.minimum(np.log(np.maximum(load, toward)) + _WIDE, aim), low)
        at = np.clip(np.log(np.maximum(load + step, _FLOOR * load)), low, high)
        for _ in range(_TRIES):
            load = np.exp(at)
            delay, price, delay_slope, price_slope = servers.response(load)
            over = at + self.by_delay * delay + self.by_price * price - aim
            high, low = np.where(over > 0.0, at, high), np.where(over > 0.0, low, at)
            then = at - over / (1.0 + load * (self.by_delay * delay_slope + self.by_price * price_slope))
            then = np.where((then < low) | (then > high), 0.5 * (low + high), then)
            moved, at = np.abs(then - at).max(initial=0.0), then
            if moved < _SETTLED:
                break
        return np.asarray(np.exp(at))


@dataclass(frozen=True)
class _Caution:
    """How much of the loss that the line promises a step counts on, though routes deny it at the present flows.

    Newton's own step, without any, circles where all cargo of a server leaves it at once or comes back; then more
    and more of the promise is believed, and less again as the loads come nearer to each other: the slower, the
    more often it was found wanting.
    """

    share: float = 0.0
    best: float = np.inf
    idle: int = 0
    wanting: int = 0

    def after(self, miss: float) -> _Caution:
        """Caution after a step that left a miss."""
        if miss < self.best:
            less = self.share * 0.5 ** (1.0 / (1.0 + self.wanting))
            return _Caution(less if less > 0.005 else 0.0, miss, 0, self.wanting)
        if self.idle < 2:
            return replace(self, idle=self.idle + 1)
        return _Caution(min(max(4.0 * self.share, 0.25), 1.0), miss, 0, self.wanting + 1)


@dataclass(frozen=True, eq=False)
class _Solver:
    """The problem, and the steps of the method on it; `asked` is the residual and the most loadings."""

    routes: RouteTable
    choice: Choice
    servers: Servers
    bundles: Bundles
    asked: tuple[float, int]

    @cached_property
    def _rows(self) -> Rows:
        return rows_of(self.routes, self.bundles)

    @cached_property
    def _wants(self) -> Wants:
        return wants_of(self.choice)

    @cached_property
    def _floor(self) -> Floats:
        return _FLOOR * self.servers.capacity

    def load(self, load: Floats) -> _State:
        """Send all demand over the routes at the costs of a load."""
        response, table, wants = self.servers.response(load), self.routes, self._wants
        cost, flow = np.empty(table.n_routes), np.empty(table.n_routes)
        least, logsum, out = np.empty(table.n_pairs), np.empty(table.n_pairs), np.zeros(table.n_servers)
        route_odds(self._rows, wants.scale, response[:2], (cost, least, flow))
        # numpy's exponential of many is five times as fast as one in a loop.
        np.exp(flow, out=flow)
        share_out(self._rows, wants, least, (flow, logsum, out))
        gap = (out - load) / self.servers.capacity
        return _State(load, response, flow, cost, logsum, out, float(np.sqrt(gap @ gap)))

    def answers(self, flow: Floats) -> Answers:
        """Answers of servers to each other at some flows."""
        _, _, delay, price = self.servers.response(self.servers.capacity)
        return find_answers(self._rows, self._wants, self.bundles, flow, (delay, price))

    def descend(self, state: _State, answers: Answers, count: int) -> _Found:
        """Newton's steps on logarithms until the flows are those chosen at the costs that they cause."""
        (residual, most), floor = self.asked, self._floor
        line, caution = _Line(np.zeros(len(floor)), np.zeros(len(floor))), _Caution(best=state.miss)
        most, near, part = min(most, count + _PATIENCE), _NEAR * residual, _ROUGH
        while count < most:
            if state.miss <= near:
                found = self._settled(state, count := count + 1)
                if found.left <= residual:
                    return found
                # The two fall together; there is no use in asking again before the miss has fallen as far.
                near = max(min(0.5 * near, 2.0 * state.miss * residual / found.left), _FLOOR * len(floor))
            toward = np.maximum(state.out, floor)
            losses = self._losses(state)
            line = line.beside(losses, toward)
            rate = toward / state.load
            denied = toward * line.slope(state) - losses.own(*state.response[2:])
            firm = rate + caution.share * np.maximum(denied, 0.0)
            step = self._step(state, (answers, losses), (firm, toward * np.log(rate)), part)
            after = self.load(np.maximum(line.along(self.servers, state, toward, step), floor))
            spare = _GUARD * near / max(after.miss, near)
            part = min(max((after.miss / state.miss) ** 2, spare, _FINE), _ROUGH)
            state, count, caution = after, count + 1, caution.after(after.miss)
        return self._settled(state, count + 1)

    def led(self, state: _State, answers: Answers, count: int) -> tuple[_State, Answers, int]:
        """Loads led along the path on which each drifts towards what comes out, in implicit steps of time.

        Where Newton's steps circle this path does not, and it ends at the equilibrium; the longer the time of a
        step, the more the step is one of Newton's.
        """
        time, near = 1.0, _NEAR * self.asked[0]
        while state.miss > near and count < self.asked[1]:
            rate, right = np.full(len(state.load), 1.0 + 1.0 / time), state.out - state.load
            step = self._step(state, (answers, self._losses(state)), (rate, right), _FINE)
            after, count = self.load(np.maximum(state.load + step, self._floor)), count + 1
            strayed = (after.out - after.load - step / time) / self.servers.capacity
            strayed_far = np.sqrt(strayed @ strayed) > _STRAY * state.miss
            state, time = (state, _SOONER * time) if strayed_far else (after, _LATER * time)
        return state, answers, count

    def _losses(self, state: _State) -> Losses:
        return own_losses(self._rows, self._wants, state.flow, len(state.load))

    def _step(
        self, state: _State, known: tuple[Answers, Losses], equation: tuple[Floats, Floats], part: float
    ) -> Floats:
        """Loads to add so that `rate` times them and what servers then lose make up the right side."""
        (answers, losses), (rate, right) = known, equation
        _, _, delay, price = state.response
        own = losses.own(*state.response[2:])
        point = Point(state.flow, delay, price, rate, own, self.servers.capacity)
        place = np.flatnonzero((own > _ANSWERS * rate)[answers.server])
        server = answers.server[place]
        matrix = np.empty((len(server), len(server)))
        near_matrix((server, place), (answers.by_delay, answers.by_price), point, matrix)
        near = Near(server, *factorised(matrix))
        step, _ = krylov_step(self._rows, self._wants, point, near, right, (part, _PRODUCTS))
        return np.asarray(step)

    def _settled(self, state: _State, count: int) -> _Found:
        """A state and how far its flows are from those chosen at the costs that they cause."""
        after = self.load(state.out)
        apart = float(np.abs(after.flow - state.flow).sum() / max(state.flow.sum(), 1e-300))
        return _Found(state, after, apart, count)

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
            delay_h=after.response[0],
            price=after.response[1],
            residual=found.left,
            iterations=found.count,
            converged=found.left <= self.asked[0],
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
    delay, price, _, _ = servers.response(load)
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
