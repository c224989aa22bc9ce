"""One run: the first flows, rounds of trees and sweeps, and the routes at the end."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from caspia.assignment._flows import (
    ARCS,
    ROUTES,
    Found,
    add_up,
    adopt,
    load_trees,
    measure,
    price_arcs,
    price_routes,
    take_routes,
)
from caspia.assignment._forks import fork_flow
from caspia.assignment._moves import prune, refresh, sweep
from caspia.assignment._state import AMOUNT, DELAY, LOAD, REFERENCE, RESPONSE, lay_out, with_room
from caspia.assignment._stretch import level_forks
from caspia.assignment._trees import grow_trees
from caspia.assignment._warm import known_routes
from caspia.assignment.problem import Floats, Ints, Problem
from caspia.assignment.result import Equilibrium, Longs, Routes

SHARES = 8  # parts in which the demand is first loaded
TURNS = 3  # how often the parts are gone through before the gap is measured
AFTER = 3  # sweeps over all forks after such a turn
INNER = 0.1  # part of the gap to which the forks are levelled before new trees
FLOOR = 0.02 / 30  # part of the gap, over the number of groups, of a move not worth making
FIRST_GAP = 5e-3  # gap that is worked at before it has been measured
FINE = 0.1  # part of that which sweeps may leave
WORTH_THREADS = 300_000  # arcs to look at in a round, below which one thread is faster


class Solver:
    """The state of one run, and the steps that it is made of.

    Parameters
    ----------
    problem : Problem
        A checked problem.
    workers : int
        Threads.
    """

    def __init__(self, problem: Problem, workers: int) -> None:
        self.problem = problem
        self.state, self.arc_name, self.pair_name = lay_out(problem)
        self.groups = np.arange(self.state.groups.root.size, dtype=np.int32)
        self.sinks = self.groups.size * problem.n_arcs  # first cell of the sinks
        self.answering = np.flatnonzero(self.state.pairs.sink >= 0)
        klass = problem.demand.class_index[self.pair_name[self.answering]]
        self.sink_ratio = self.state.entries.ratio[klass]
        many = self.groups.size * problem.n_arcs >= WORTH_THREADS
        self.workers = workers if many else 1
        self.pool = ThreadPoolExecutor(workers) if self.workers > 1 else None
        self.cost = self.state.fixed_cost.copy()
        self.flow = np.zeros_like(self.state.fixed_cost)
        self.found: list[Found] = []
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
        """Alternate between trees and sweeps until the gap is reached or the rounds are used up.

        Parameters
        ----------
        gap : float
            Relative gap to reach.
        max_iterations : int
            Most rounds.
        warm : Equilibrium, optional
            Result to start from.
        progress : callable, optional
            Called with the number of the round and the gap before it.

        Returns
        -------
        Equilibrium
            What was found.
        """
        if warm is None:
            self._load_in_shares()
        else:
            self._resume(warm)
        iteration = 0
        while True:
            iteration += 1
            self._grow(self.groups)
            now, excess = self._gap()
            if now <= gap or iteration == max_iterations:
                self._settle()
                now, excess = self._gap()
            if progress is not None:
                progress(iteration, now)
            if now <= gap or iteration == max_iterations:
                return self._result(now, gap, iteration)
            self._improve(excess)

    def _gap(self) -> tuple[float, float]:
        """Return the relative gap and the excess cost; trees and delays are up to date."""
        spent, excess = measure(self.state)
        return (max(excess / spent, 0.0) if spent > 0.0 else 0.0), excess

    def _load_in_shares(self) -> None:
        """Put the demand on trees, share after share at the loads of those before it; then look for forks so."""
        state, groups = self.state, self.groups
        wanted = np.where(state.pairs.sink < 0, state.pairs.amount, np.nan)
        count = min(max(groups.size // 8, 1), SHARES)
        for turn in range(TURNS):
            spent = measure(self.state)[0] if turn else 0.0
            for share in range(count):
                which = groups[share::count].copy()
                self._grow(which)
                if turn == 0:
                    load_trees(self.state, which, wanted)
                else:
                    self._fork(which, FIRST_GAP * spent)
                    self._sweep(FIRST_GAP * spent)
                if turn == 1:  # most forks of the first turn have but one way left before the next share
                    prune(self.state.forks, self.state.flow)
            if turn:
                for _ in range(AFTER):
                    self._sweep(FIRST_GAP * spent)
                prune(self.state.forks, self.state.flow)

    def _resume(self, warm: Equilibrium) -> None:
        """Start from the routes of another result, and from the tree where a pair has none."""
        pairs = self.state.pairs
        routes = known_routes(self.problem, warm, (self.pair_name, self.arc_name), pairs)
        adopt(self.state, routes.first, routes.arcs, routes.pair, routes.flow)
        carried = np.bincount(routes.pair, routes.flow, minlength=pairs.amount.size).astype(np.float64)
        self.state.flow[self.sinks :: 2] = carried[self.answering]
        add_up(self.state, self.flow)
        self._grow(self.groups)
        wanted = np.where(pairs.sink < 0, pairs.amount, np.nan)
        wanted[carried > 0.0] = 0.0
        load_trees(self.state, self.groups, wanted)

    def _grow(self, which: Ints) -> None:
        """Bring the trees of some groups up to date with the loads as they are."""
        state, cost = self.state, self.cost
        if self.answering.size:
            self._load_sinks()
        refresh(state.servers)
        price_arcs(state.entries, state.servers, state.fixed_cost, cost)

        def grow(part: Ints) -> None:
            grow_trees(state.net, state.groups, state.forest, cost, part, state.pairs.least)

        if self.pool is None or which.size < 2 * self.workers:
            grow(which)
        else:
            list(self.pool.map(grow, np.array_split(which, self.workers)))
        if self.answering.size:
            self._hold_back()

    def _load_sinks(self) -> None:
        """Take the loads of the sinks from their cells: rounding of a large load may exceed a small one."""
        n_servers = self.problem.delays.n_servers
        self.state.servers.total[n_servers:-1, LOAD] = self.sink_ratio * self.state.flow[self.sinks :: 2]

    def _hold_back(self) -> None:
        """Let as much demand wait as may come in this round: twice what is carried, or what bears the least cost.

        All that waits in truth is without bound where the cost at empty servers is far below the reference, and
        would drown what counts in rounding.
        """
        row = self.state.servers.row[self.problem.delays.n_servers :]
        with np.errstate(over="ignore"):
            wanted = np.exp(row[:, RESPONSE] * (self.state.pairs.least[self.answering] - row[:, REFERENCE]))
        carried = self.state.flow[self.sinks :: 2]
        self.state.flow[self.sinks + 1 :: 2] = np.maximum(2.0 * carried, row[:, AMOUNT] / self.sink_ratio * wanted)

    def _improve(self, excess: float) -> None:
        """Find forks and level them."""
        self._fork(self.groups, excess)
        floor = FINE * FLOOR * excess / max(self.groups.size, 1)
        self.sweeps += level_forks(self.state, floor, INNER * excess)
        prune(self.state.forks, self.state.flow)

    def _fork(self, which: Ints, excess: float) -> None:
        """Find forks of some groups, making room as needed."""
        done, floor = 0, FLOOR * excess / max(self.groups.size, 1)
        while (done := fork_flow(self.state, which, done, self.cost, floor)) < which.size:
            self.state = with_room(self.state)

    def _sweep(self, excess: float) -> float:
        """Level all forks once; return the excess met."""
        state, floor = self.state, FINE * FLOOR * excess / max(self.groups.size, 1)
        self.sweeps += 1
        left = sweep(state.forks, state.flow, state.servers, self.sinks, 0, floor)
        refresh(state.servers)
        return float(left)

    def _carried(self) -> Floats:
        """Return the demand carried of every pair."""
        pairs = self.state.pairs
        carried = np.where(pairs.least < np.inf, pairs.amount, 0.0)
        carried[self.answering] = self.state.flow[self.sinks :: 2]
        return carried

    def _settle(self) -> None:
        """Take the routes out of the flows, and flows, loads and trees from the routes anew."""
        carried = self._carried()

        def take(part: Ints) -> Found:
            return self._take(part, carried)

        if self.pool is None:
            self.found = [take(self.groups)]
        else:
            self.found = list(self.pool.map(take, np.array_split(self.groups, self.workers)))
        add_up(self.state, self.flow)
        self._grow(self.groups)

    def _take(self, which: Ints, carried: Floats) -> Found:
        """Take the routes of some groups, making room as needed."""
        start, n = self.state.groups.pair_start, self.problem.n_vertices
        pairs = int(start[which[-1] + 1] - start[which[0]]) if which.size else 0
        found = _room(int(1.05 * pairs) + 100, 16 * pairs + 2 * n, None)
        done = 0
        while (done := take_routes(self.state, which, done, carried, self.arc_name, found)) < which.size:
            part = which.size / max(done, 1)
            routes, arcs = found.used.tolist()
            found = _room(
                int(min(1.1 * part, 3.0) * routes) + pairs // 4 + 100,
                int(min(1.1 * part, 3.0) * arcs) + 20 * n,
                found,
            )
        return found

    def _result(self, now: float, gap: float, iteration: int) -> Equilibrium:
        """Write what was found in the numbering of the problem."""
        state, problem = self.state, self.problem
        flow, cost = np.empty_like(self.flow), np.empty_like(self.cost)
        flow[:, self.arc_name], cost[:, self.arc_name] = self.flow, self.cost
        n_pairs, n_servers = problem.demand.n_pairs, problem.delays.n_servers
        least, amount = np.empty(n_pairs), np.empty(n_pairs)
        least[self.pair_name], amount[self.pair_name] = state.pairs.least, self._carried()
        return Equilibrium(
            flow=flow,
            server_load=state.servers.total[:n_servers, LOAD].copy(),
            server_delay=state.servers.now[:n_servers, DELAY].copy(),
            routes=self._routes(cost),
            demand=problem.demand,
            pair_cost=least,
            amount=amount,
            unserved=np.where(np.isinf(least), problem.demand.amount, 0.0),
            relative_gap=now,
            gap=gap,
            iterations=iteration,
            sweeps=self.sweeps,
            converged=now <= gap,
        )

    def _routes(self, cost: Floats) -> Routes:
        """Write the routes, sorted by pair, with their costs."""
        sizes = [found.used.tolist() for found in self.found]
        size = np.concatenate(
            [np.diff(found.first[: r + 1]) for found, (r, _) in zip(self.found, sizes, strict=True)]
        )
        pair = np.concatenate([found.pair[:r] for found, (r, _) in zip(self.found, sizes, strict=True)])
        flow = np.concatenate([found.flow[:r] for found, (r, _) in zip(self.found, sizes, strict=True)])
        arcs = np.concatenate([found.arcs[:a] for found, (_, a) in zip(self.found, sizes, strict=True)])
        self.found = []
        pair = self.pair_name[pair].astype(np.int32)
        first = np.zeros(size.size + 1, np.int64)
        np.cumsum(size, out=first[1:])
        if np.any(np.diff(pair) < 0):
            order = np.argsort(pair, kind="stable")
            pair, flow = pair[order], flow[order]
            first, arcs = _reordered(first, arcs, order)
        klass = self.problem.demand.class_index[pair]
        return Routes(first, arcs, pair, flow, price_routes(first, arcs, klass, cost))


def _reordered(first: Longs, arcs: Ints, order: Longs) -> tuple[Longs, Ints]:
    """Put routes into another order; return where their arcs start, and these."""
    size = np.diff(first)[order]
    start = np.zeros_like(first)
    np.cumsum(size, out=start[1:])
    return start, arcs[np.arange(arcs.size) + np.repeat(first[order] - start[:-1], size)]


def _room(routes: int, arcs: int, old: Found | None) -> Found:
    """Return room for routes, with what there was in a smaller one."""
    found = Found(
        np.zeros(2, np.int64),
        np.zeros(routes + 1, np.int64),
        np.empty(arcs, np.int32),
        np.empty(routes, np.int32),
        np.empty(routes),
    )
    if old is not None:
        found.used[:] = old.used
        found.first[: old.used[ROUTES] + 1] = old.first[: old.used[ROUTES] + 1]
        found.arcs[: old.used[ARCS]] = old.arcs[: old.used[ARCS]]
        found.pair[: old.used[ROUTES]] = old.pair[: old.used[ROUTES]]
        found.flow[: old.used[ROUTES]] = old.flow[: old.used[ROUTES]]
    return found
