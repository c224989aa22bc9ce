"""The routes of an earlier result, made ready for a new problem on the same graph."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from caspia.assignment.problem import Bools, Demand, Floats, Ints, Problem
from caspia.assignment.result import Equilibrium, Routes
from caspia.errors import InputError
from caspia.errors import Problem as Wrong

Longs = npt.NDArray[np.int64]


class Known(NamedTuple):
    """Routes in the numbering of the solver, those of a pair together and the one with most flow first."""

    first: Longs  # [r + 1]
    arcs: Ints  # each route from its end to its start
    pair: Longs  # [r]
    flow: Floats  # [r]
    most_steps: int  # room that their comparison may need


def known_routes(problem: Problem, warm: Equilibrium, pair_name: npt.NDArray[np.intp], arc_name: Ints) -> Known:
    """Take over the routes that are still open, with the new demand split as the old one was.

    Parameters
    ----------
    problem : Problem
        The new problem.
    warm : Equilibrium
        The earlier result.
    pair_name, arc_name : int[P], int32[A]
        Pair and arc of the problem behind those of the solver.

    Returns
    -------
    Known
        The routes.

    Raises
    ------
    InputError
        If the result is of another graph, or has other classes.
    """
    routes = warm.routes
    _check(problem, warm)
    owner = np.repeat(np.arange(routes.n_routes), np.diff(routes.first))
    closed = _closed_arcs(problem, warm, owner)
    n_closed = np.bincount(owner, closed, minlength=routes.n_routes)
    pair = _match(problem, warm.demand, pair_name)[routes.pair]
    kept = np.flatnonzero((n_closed == 0) & (pair >= 0))
    amount = problem.demand.amount[pair_name]
    sums = np.bincount(pair[kept], routes.flow[kept], minlength=amount.size)
    flow = routes.flow[kept] / sums[pair[kept]] * amount[pair[kept]]
    order = np.lexsort((-flow, pair[kept]))
    order = order[flow[order] > 0.0]
    which = kept[order]
    return _reversed(routes, which, pair[which].astype(np.int64), flow[order], _ranks(arc_name), problem)


def _check(problem: Problem, warm: Equilibrium) -> None:
    """Refuse a result whose routes are no routes of the problem's graph."""
    routes, demand = warm.routes, warm.demand
    repair = "start without `warm`, or from a result for the same arcs and classes"
    shape = (problem.n_classes, problem.n_arcs)
    if warm.flow.shape != shape:
        raise InputError(Wrong("result of another graph", "warm", f"flows {warm.flow.shape}", f"{shape}", repair))
    size = np.diff(routes.first)
    some = np.flatnonzero(size > 0)
    tail, head = problem.tail[routes.arcs], problem.head[routes.arcs]
    joint = np.ones(max(routes.arcs.size - 1, 0), np.bool_)
    joint[routes.first[some][1:] - 1] = False
    fits = (
        np.array_equal(tail[1:][joint], head[:-1][joint])
        and np.array_equal(tail[routes.first[some]], demand.origin[routes.pair[some]])
        and np.array_equal(head[routes.first[some + 1] - 1], demand.destination[routes.pair[some]])
    )
    if not fits:
        raise InputError(Wrong("result of another graph", "warm", "routes that break off", "routes", repair))


def _closed_arcs(problem: Problem, warm: Equilibrium, owner: npt.NDArray[np.intp]) -> Bools:
    """Say where routes use an arc that their class is banned from, or pass a vertex that may not be passed."""
    routes = warm.routes
    klass = warm.demand.class_index[routes.pair[owner]]
    inside = np.ones(routes.arcs.size, np.bool_)
    inside[routes.first[:-1][np.diff(routes.first) > 0]] = False
    passed = inside & problem.no_through[problem.tail[routes.arcs]]
    return np.asarray(passed | np.isinf(problem.fixed_cost[klass, routes.arcs]))


def _match(problem: Problem, old: Demand, pair_name: npt.NDArray[np.intp]) -> Longs:
    """Return the pair of the solver with the class and ends of every old pair, -1 for none."""
    n = problem.n_vertices

    def key(demand: Demand) -> Longs:
        ends = demand.origin.astype(np.int64) * n + demand.destination
        return np.asarray(demand.class_index.astype(np.int64) * n * n + ends)

    new = key(problem.demand)[pair_name]
    order = np.argsort(new, kind="stable")
    wanted = key(old)
    if new.size == 0:
        return np.full(wanted.size, -1, np.int64)
    place = np.minimum(np.searchsorted(new[order], wanted), new.size - 1)
    found = order[place]
    return np.where(new[found] == wanted, found, -1).astype(np.int64)


def _ranks(names: Ints) -> Ints:
    """Invert a permutation."""
    ranks = np.empty_like(names)
    ranks[names] = np.arange(names.size, dtype=names.dtype)
    return ranks


def _reversed(
    routes: Routes, which: npt.NDArray[np.intp], pair: Longs, flow: Floats, rank: Ints, problem: Problem
) -> Known:
    """Write some routes backwards in the solver's arcs, and bound the room of their steps."""
    size = np.diff(routes.first)[which]
    first = np.zeros(which.size + 1, np.int64)
    np.cumsum(size, out=first[1:])
    last = routes.first[which + 1] - 1
    at = np.repeat(last + first[:-1], size) - np.arange(first[-1])
    arcs = routes.arcs[at]
    owner = np.repeat(np.arange(which.size), size)
    entries = np.bincount(owner, np.diff(problem.entry_start)[arcs], minlength=which.size)
    base = np.searchsorted(pair, pair)  # the first of each pair, since they are sorted by pair
    most_steps = int((entries + entries[base]).sum()) + problem.delays.n_servers + 1
    return Known(first, rank[arcs], pair, flow, most_steps)
