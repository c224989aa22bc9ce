"""The routes of an earlier result, made ready for a new problem on the same graph."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from caspia.assignment._state import Pairs
from caspia.assignment.problem import Bools, Demand, Floats, Ints, Problem
from caspia.assignment.result import Equilibrium
from caspia.errors import InputError
from caspia.errors import Problem as Wrong

Longs = npt.NDArray[np.int64]


class Known(NamedTuple):
    """Routes in the numbering of the solver."""

    first: Longs  # [r + 1]
    arcs: Ints
    pair: Longs  # [r]
    flow: Floats  # [r]


def known_routes(
    problem: Problem, warm: Equilibrium, names: tuple[npt.NDArray[np.intp], Ints], pairs: Pairs
) -> Known:
    """Take over the routes that are still open, with the new demand split as the old one was.

    Parameters
    ----------
    problem : Problem
        The new problem.
    warm : Equilibrium
        The earlier result.
    names : (int[P], int32[A])
        Pair and arc of the problem behind those of the solver.
    pairs : Pairs
        The solver's pairs. Of demand that answers to its cost as much is taken over as was carried.

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
    pair_name, arc_name = names
    _check(problem, warm)
    owner = np.repeat(np.arange(routes.n_routes), np.diff(routes.first))
    closed = _closed_arcs(problem, warm, owner)
    n_closed = np.bincount(owner, closed, minlength=routes.n_routes)
    pair = _match(problem, warm.demand, pair_name)[routes.pair]
    kept = np.flatnonzero((n_closed == 0) & (pair >= 0))
    sums = np.bincount(pair[kept], routes.flow[kept], minlength=pairs.amount.size)
    wanted = np.where(pairs.sink < 0, pairs.amount, sums)
    flow = routes.flow[kept] / sums[pair[kept]] * wanted[pair[kept]]
    kept, flow = kept[flow > 0.0], flow[flow > 0.0]
    size = np.diff(routes.first)[kept]
    first = np.zeros(kept.size + 1, np.int64)
    np.cumsum(size, out=first[1:])
    at = np.arange(first[-1]) + np.repeat(routes.first[kept] - first[:-1], size)
    return Known(first, _ranks(arc_name)[routes.arcs[at]], pair[kept].astype(np.int64), flow)


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
