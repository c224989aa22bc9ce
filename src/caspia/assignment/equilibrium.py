"""Deterministic user equilibrium: nobody can do better by another route, everybody's delays taken as given.

The method is gradient projection on stored routes with column generation. Rounds alternate between least-
cost trees, which find new routes and measure the gap while flows rest, and sweeps, which level the costs
of the routes of each pair by Newton steps. Before any route is stored the demand goes through the trees in
shares, each share going round twice to answer the others: two thirds fewer routes turn out to be needless.

References
----------
Wardrop, J. G. (1952). Some theoretical aspects of road traffic research. Proc. Institution of Civil
Engineers 1(3), 325-362.
Jayakrishnan, R., Tsai, W. K., Prashker, J. N., Rajadhyaksha, S. (1994). A faster path-based algorithm for
traffic assignment. Transportation Research Record 1443, 75-83.
Dafermos, S. (1972). The traffic assignment problem for multiclass-user transportation networks.
Transportation Science 6(1), 73-87.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from caspia.assignment._leap import leap
from caspia.assignment._moves import refresh, sweep
from caspia.assignment._routes import (
    ARCS,
    BASE,
    DELAY,
    FELT,
    FIRST,
    FLOW,
    LAST,
    LOAD,
    MOVES,
    PAIR,
    ROUTES,
    STEPS,
    adopt,
    extend,
    rebase,
    rest,
)
from caspia.assignment._state import lay_out, with_room
from caspia.assignment._sums import tally, write_routes
from caspia.assignment._trees import grow_trees, load_trees
from caspia.assignment._warm import known_routes
from caspia.assignment.problem import Bools, Floats, Ints, Problem, check_problem
from caspia.assignment.result import Equilibrium, Routes
from caspia.errors import InputError
from caspia.errors import Problem as Wrong

SHARES = 32  # parts in which the demand is first loaded
TURNS = 3  # how often each part is loaded
INNER = 0.05  # part of the gap to which the stored routes are levelled before new trees
MOST_SWEEPS = 20  # in one round
NEAR = 1e-4  # gap below which leaps are worth their price
PATIENCE = 6  # rounds after which they are tried in any case
SLOW = 0.6  # part of the excess that a sweep must leave for a leap to follow
FLOOR = 0.03  # part of the gap that moves not worth making may add up to
MARGIN = 0.02  # part of the gap that routes not worth storing may add up to
WORTH_THREADS = 300_000  # arcs to look at in a round, below which one thread is faster


def equilibrium(
    problem: Problem,
    *,
    gap: float = 1e-6,
    max_iterations: int = 200,
    warm: Equilibrium | None = None,
    progress: Callable[[int, float], None] | None = None,
    workers: int | None = None,
) -> Equilibrium:
    """Find flows in which all demand uses routes of least cost, to a relative gap.

    Parameters
    ----------
    problem : Problem
        Graph, servers, classes and demand.
    gap : float
        Relative gap to reach, above zero.
    max_iterations : int
        Rounds after which to give up, at least 1.
    warm : Equilibrium, optional
        Result for the same graph and classes with other demand, delays or costs, to start from.
    progress : callable, optional
        Called with the number of the round and the gap before it.
    workers : int, optional
        Threads; by default as many as there are processors. The result does not depend on it.

    Returns
    -------
    Equilibrium
        Flows, routes, costs and the gap, measured once more at flows added up from the routes. Ask
        `converged` before using it.

    Raises
    ------
    DataError
        If the parts of the problem do not fit together or hold impossible numbers.
    InputError
        If another argument is out of range, or `warm` belongs to another graph.

    Notes
    -----
    Where classes differ in what they load and feel, an equilibrium exists but need not be unique, nor
    be the optimum of one function; the gap certifies it all the same.

    Examples
    --------
    Two roads; the wide one takes an hour, the narrow one as many hours as there are cars in units.

    >>> from caspia.assignment.problem import Demand, road_problem
    >>> from caspia.cost.delay import delay_table
    >>> delays = delay_table(["bpr", "bpr"], [[1.0, 1.0, 0.0, 0.0], [1e-9, 1.0, 1e9, 1.0]])
    >>> pair = [np.array([vertex], np.int32) for vertex in (0, 1, 0)]
    >>> found = equilibrium(road_problem([0, 0], [1, 1], 2, delays=delays, demand=Demand(*pair, np.array([3.0]))))
    >>> found.converged, found.flow.round(6).tolist()
    (True, [[2.0, 1.0]])
    """
    if not gap > 0.0:
        raise InputError(Wrong("gap must be above zero", "gap", str(gap), "above 0, such as 1e-6"))
    if max_iterations < 1:
        raise InputError(Wrong("too few iterations", "max_iterations", str(max_iterations), "1 or more"))
    if workers is not None and workers < 1:
        raise InputError(Wrong("too few workers", "workers", str(workers), "1 or more"))
    check_problem(problem)
    solver = _Solver(problem, workers or os.cpu_count() or 1)
    try:
        return solver.run(gap, max_iterations, warm, progress)
    finally:
        solver.close()


class _Solver:
    """The state of one run, and the steps that it is made of."""

    def __init__(self, problem: Problem, workers: int) -> None:
        self.problem = problem
        self.state, self.arc_name, self.pair_name = lay_out(problem)
        self.groups = np.arange(self.state.groups.root.size, dtype=np.int32)
        self.entry_arc = np.repeat(np.arange(problem.n_arcs), np.diff(self.state.entries.start))
        many = self.groups.size * problem.n_arcs >= WORTH_THREADS
        self.pool = ThreadPoolExecutor(workers) if workers > 1 and many else None
        self.workers = workers
        self.cost = self.state.fixed_cost
        self.flow = np.zeros_like(self.state.fixed_cost)
        self.sweeps = 0

    def close(self) -> None:
        """End the threads."""
        if self.pool is not None:
            self.pool.shutdown()

    def run(
        self,
        gap: float,
        max_iterations: int,
        warm: Equilibrium | None,
        progress: Callable[[int, float], None] | None,
    ) -> Equilibrium:
        """Alternate between trees and sweeps until the gap is reached or the rounds are used up."""
        if warm is None:
            self._load_in_shares()
        else:
            self._resume(warm)
        iteration = 0
        while True:
            iteration += 1
            self._grow(self.groups)
            now = self._gap()
            if now <= gap or iteration == max_iterations:
                self._add_up()  # takes off what rounding has gathered; only this gap counts
                self._grow(self.groups)
                now = self._gap()
            if progress is not None:
                progress(iteration, now)
            if now <= gap or iteration == max_iterations:
                return self._result(now, gap, iteration)
            self._improve(now, gap, iteration)

    def _load_in_shares(self) -> None:
        """Give every pair a first route: that of its tree when its share of the demand last went round."""
        state, groups = self.state, self.groups
        count = min(max(groups.size // 8, 1), SHARES)
        amount, flow = state.pairs.amount, self.flow
        for turn in range(TURNS if count > 1 else 1):
            for share in range(count):
                which = groups[share::count].copy()
                if turn:
                    load_trees(state.net, state.groups, state.forest, amount, which, -1.0, flow)
                self._put_on(flow)
                self._grow(which)
                load_trees(state.net, state.groups, state.forest, amount, which, 1.0, flow)
        state.servers.total[:] = 0.0
        self._extend(np.flatnonzero(self._wanting()), 0.0)

    def _resume(self, warm: Equilibrium) -> None:
        """Start from the routes of another result, and from the tree where a pair has none."""
        routes = known_routes(self.problem, warm, self.pair_name, self.arc_name)
        self.state = with_room(
            self.state, routes.pair.size + 1, routes.arcs.size + self.problem.n_vertices, routes.most_steps
        )
        adopt(self.state, routes.first, routes.arcs, routes.pair, routes.flow)
        self._add_up()
        self._grow(self.groups)
        self._extend(np.flatnonzero(self._wanting() & (self.state.pairs.table[:, BASE] < 0)), 0.0)

    def _wanting(self) -> Bools:
        """Say which pairs have demand and a way."""
        pairs = self.state.pairs
        return np.asarray((pairs.amount > 0.0) & (pairs.least < np.inf))

    def _grow(self, which: Ints) -> None:
        """Bring the trees of some groups up to date with the loads as they are."""
        state, entries, servers = self.state, self.state.entries, self.state.servers
        refresh(servers)
        felt = entries.weight[:, :, FELT] * servers.now[entries.server, DELAY]
        self.cost = state.fixed_cost.copy()
        for klass in range(felt.shape[0]):
            self.cost[klass] += np.bincount(self.entry_arc, felt[klass], minlength=self.problem.n_arcs)
        least, sign = state.pairs.least, state.pairs.sign

        def grow(part: Ints) -> None:
            grow_trees(state.net, state.groups, state.forest, self.cost, part, least, sign)

        if self.pool is None or which.size < 2 * self.workers:
            grow(which)
        else:
            list(self.pool.map(grow, np.array_split(which, self.workers)))

    def _spent(self) -> float:
        """Return the cost of all flow."""
        total, now = self.state.servers.total, self.state.servers.now
        return float(total[:-1, FELT] @ now[:, DELAY] + total[-1, FELT])

    def _gap(self) -> float:
        """Return the relative gap; trees and delays are up to date."""
        pairs, spent = self.state.pairs, self._spent()
        served = self._wanting()
        needed = float(pairs.amount[served] @ pairs.least[served])
        return max((spent - needed) / spent, 0.0) if spent > 0.0 else 0.0

    def _improve(self, now: float, gap: float, iteration: int) -> None:
        """Take in new routes and level the costs of all."""
        pairs = self.state.pairs
        known = self.state.store.sign[pairs.table[:, BASE]] == pairs.sign
        self._extend(np.flatnonzero(~known & self._wanting()), MARGIN * gap)
        spent = self._spent()
        last = np.inf
        for _ in range(MOST_SWEEPS):
            excess = float(sweep(self.state, FLOOR * now * spent / max(self.state.store.used[MOVES], 1)))
            self.sweeps += 1
            self._mend()
            if excess <= INNER * now * spent:
                break
            if (now < NEAR or iteration > PATIENCE) and excess > SLOW * last and leap(self.state):
                self._mend()
            last = excess
        rest(self.state.store)

    def _mend(self) -> None:
        """Give pairs whose base has too little flow another base."""
        uneven = self.state.pairs.uneven
        todo = np.flatnonzero(uneven).astype(np.int32)
        if todo.size:
            uneven[:] = False
            done = 0
            while (done := rebase(self.state, todo, done)) < todo.size:
                self._make_room()

    def _extend(self, todo: npt.NDArray[np.intp], margin: float) -> None:
        """Store new routes of some pairs, making room as needed."""
        which, done = todo.astype(np.int32), 0
        while (done := extend(self.state, which, done, self.cost, margin)) < which.size:
            self._make_room()

    def _make_room(self) -> None:
        """Make the store larger by a good part."""
        used, n_servers = self.state.store.used, self.state.servers.total.shape[0]
        steps = used[STEPS] // 2 + 100 * n_servers
        self.state = with_room(
            self.state, used[ROUTES] // 4 + 100, used[ARCS] // 4 + 100 * self.problem.n_vertices, steps
        )

    def _put_on(self, flow: Floats) -> None:
        """Load the servers with flows on arcs."""
        entries, total = self.state.entries, self.state.servers.total
        on_entry = flow[:, self.entry_arc]
        for column in (FELT, LOAD):
            weights = (entries.weight[:, :, column] * on_entry).sum(axis=0)
            total[:-1, column] = np.bincount(entries.server, weights, minlength=total.shape[0] - 1)

    def _add_up(self) -> None:
        """Take flows and loads from the routes anew."""
        self.flow = np.zeros_like(self.flow)
        self.state.servers.total[-1, FELT] = tally(self.state.store, self.state.pairs, self.flow)
        self._put_on(self.flow)

    def _result(self, now: float, gap: float, iteration: int) -> Equilibrium:
        """Write what was found in the numbering of the problem."""
        state, problem = self.state, self.problem
        flow = np.empty_like(self.flow)
        flow[:, self.arc_name] = self.flow
        least, lost = np.empty_like(state.pairs.least), np.zeros(problem.demand.n_pairs)
        least[self.pair_name] = state.pairs.least
        lost[np.isinf(least)] = problem.demand.amount[np.isinf(least)]
        return Equilibrium(
            flow=flow,
            server_load=state.servers.total[:-1, LOAD].copy(),
            server_delay=state.servers.now[:, DELAY].copy(),
            routes=self._routes(),
            demand=problem.demand,
            pair_cost=least,
            unserved=lost,
            relative_gap=now,
            gap=gap,
            iterations=iteration,
            sweeps=self.sweeps,
            converged=now <= gap,
        )

    def _routes(self) -> Routes:
        """Write the routes with flow, sorted by pair."""
        store = self.state.store
        count = store.used[ROUTES]
        which = np.flatnonzero(store.value[:count, FLOW] > 0.0)
        pair = self.pair_name[store.table[which, PAIR]]
        order = np.argsort(pair, kind="stable")
        which = which[order]
        first = np.zeros(which.size + 1, np.int64)
        np.cumsum(store.table[which, LAST] - store.table[which, FIRST], out=first[1:])
        arcs, cost = np.empty(first[-1], np.int32), np.empty(which.size)
        write_routes(store, self.state.pairs.table, which, self.cost, self.arc_name, (first, arcs, cost))
        return Routes(first, arcs, pair[order].astype(np.int32), store.value[which, FLOW], cost)
