"""The store of routes: the routes of every pair, their flows, and how each differs from the pair's base.

Every pair has a base route, the one with much flow. Of every other route that is at work the store keeps
the steps: the servers in which it differs from the base. Moving flow between the two touches these only.
A route without flow is put to sleep and costs nothing until it is the least again.

Notes
-----
Compiled functions are handed few arrays: a call copies the description of each one, and counts its
references in every loop.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from caspia.assignment._trees import Forest, Groups, Net, Signs
from caspia.assignment.problem import Bools, Floats, Ints

Longs = npt.NDArray[np.int64]

ROUTES, ARCS, STEPS, MOVES, STAMP = 0, 1, 2, 3, 4  # places in `Store.used`
PAIR, OLDER, SPOT, FIRST, LAST, STEP, STEP_END = 0, 1, 2, 3, 4, 5, 6  # columns of `Store.table`
FLOW, FIXED = 0, 1  # columns of `Store.value`
KLASS, GROUP, BASE, NEWEST = 0, 1, 2, 3  # columns of `Pairs.table`
FELT, LOAD = 0, 1  # columns of all pairs of weights
DELAY, SLOPE = 0, 1  # columns of `Servers.now`


class Store(NamedTuple):
    """Routes, one after the other; arrays are longer than what `used` counts.

    Columns of `table`: pair; another, older route of the pair, -1 for none; place in `moves`, -1 for a
    base or a sleeper; where its arcs start and end; where its steps start and end.
    """

    used: Longs  # [5] how many routes, arcs, steps and moves there are, and how many comparisons there were
    table: Longs  # [R, 7]
    value: Floats  # [R, 2] flow, and cost of a unit without delays
    sign: Signs  # [R]
    arcs: Ints  # arcs of all routes, each route from its end to its start
    moves: Ints  # routes that exchange flow with the base of their pair
    step_server: Ints  # servers in which a route differs from its base
    step_weight: Floats  # [:, 2] cost per unit of delay, and load per unit of flow, more than by the base


class Pairs(NamedTuple):
    """What the solver knows of each pair; sorted by group.

    Columns of `table`: class, group, base route (-1 for none), newest route (-1 for none).
    """

    table: Longs  # [P, 4]
    amount: Floats
    least: Floats
    sign: Signs
    uneven: Bools  # whether the base may have too little flow


class Entries(NamedTuple):
    """Servers that the arcs use."""

    start: Ints
    server: Ints
    weight: Floats  # [K, E, 2] cost per unit of delay, and load per unit of flow


class Servers(NamedTuple):
    """State of the servers."""

    form: npt.NDArray[np.int8]
    row: Floats  # [S, 4]
    total: Floats  # [S + 1, 2] cost of all flow per unit of delay, and load; last: cost without delays, 0
    now: Floats  # [S, 2] delay and its derivative


class Scratch(NamedTuple):
    """Working space, clean between calls."""

    mark: Longs  # [A]
    slot: Longs  # [S], -1


class State(NamedTuple):
    """All that the solver works on."""

    net: Net
    groups: Groups
    forest: Forest
    pairs: Pairs
    store: Store
    entries: Entries
    servers: Servers
    fixed_cost: Floats  # [K, A]
    scratch: Scratch


@njit(cache=True, nogil=True)
def extend(state: State, todo: Ints, begin: int, cost: Floats, margin: float) -> int:
    """Store the least-cost routes of some pairs where they are new and worth it, or wake them up.

    The first route of a pair becomes its base and carries all its demand; later ones start empty.

    Parameters
    ----------
    state : State
        The state; trees, least costs and signs are up to date for these pairs.
    todo : int32[p]
        The pairs.
    begin : int
        Where in `todo` to start.
    cost : float64[K, A]
        The costs that the trees were grown with.
    margin : float
        Part of the cost of the pair's base that a route must save to be stored.

    Returns
    -------
    int
        Where in `todo` the arrays of the store were full; the length of `todo` when all is done.
    """
    store, pairs, entries = state.store, state.pairs, state.entries
    used, index, value, sign, arcs, moves = (
        store.used,
        store.table,
        store.value,
        store.sign,
        store.arcs,
        store.moves,
    )
    of_pair, least, now, amount = pairs.table, pairs.least, pairs.sign, pairs.amount
    parent, tail, end_of, fixed = state.forest.parent, state.net.tail, state.groups.destination, state.fixed_cost
    steps = (store.step_server, store.step_weight)
    weights = (entries.start, entries.server, entries.weight)
    scratch, total = (state.scratch.mark, state.scratch.slot), state.servers.total
    most_arcs, most_steps = arcs.size - state.net.stop.size, steps[0].size - total.shape[0]
    for i in range(begin, todo.size):
        pair = todo[i]
        klass, base = of_pair[pair, KLASS], of_pair[pair, BASE]
        route = _find(index, sign, of_pair[pair, NEWEST], now[pair])
        if base >= 0:
            if route >= 0 and (route == base or index[route, SPOT] >= 0):
                continue
            price = _price(arcs, index[base, FIRST], index[base, LAST], cost, klass)
            if price - least[pair] <= margin * price:
                continue
        if used[ROUTES] + 1 >= sign.size or used[ARCS] > most_arcs or used[STEPS] > most_steps:
            return i
        if route < 0:
            route = used[ROUTES]
            used[ROUTES] += 1
            value[route, FLOW], value[route, FIXED] = 0.0, 0.0
            index[route, PAIR], index[route, OLDER], index[route, SPOT] = pair, of_pair[pair, NEWEST], -1
            index[route, STEP], index[route, STEP_END] = 0, 0
            index[route, FIRST] = used[ARCS]
            sign[route] = now[pair]
            of_pair[pair, NEWEST] = route
            row, at, arc = parent[of_pair[pair, GROUP]], used[ARCS], parent[of_pair[pair, GROUP], end_of[pair]]
            while arc >= 0:
                arcs[at] = arc
                value[route, FIXED] += fixed[klass, arc]
                at += 1
                arc = row[tail[arc]]
            index[route, LAST] = at
            used[ARCS] = at
        if base < 0:
            of_pair[pair, BASE] = route
            value[route, FLOW] = amount[pair]
            total[-1, FELT] += amount[pair] * value[route, FIXED]
            _load(arcs, (index[route, FIRST], index[route, LAST]), weights, klass, amount[pair], total)
        else:
            index[route, SPOT] = used[MOVES]
            moves[used[MOVES]] = route
            used[MOVES] += 1
            _compare((used, index, arcs), (route, base, klass), weights, steps, scratch)
    return todo.size


@njit(cache=True, nogil=True)
def rebase(state: State, todo: Ints, begin: int) -> int:
    """Make the route with the most flow the base of some pairs.

    Parameters
    ----------
    state : State
        The state.
    todo : int32[p]
        The pairs; each has a route.
    begin : int
        Where in `todo` to start.

    Returns
    -------
    int
        Where in `todo` the arrays of the store were full; the length of `todo` when all is done.
    """
    store, of_pair, entries = state.store, state.pairs.table, state.entries
    used, index, value, moves = store.used, store.table, store.value, store.moves
    steps = (store.step_server, store.step_weight)
    weights = (entries.start, entries.server, entries.weight)
    scratch = (state.scratch.mark, state.scratch.slot)
    routes, n_servers = (used, index, store.arcs), state.servers.total.shape[0]
    for i in range(begin, todo.size):
        pair = todo[i]
        old = of_pair[pair, BASE]
        best, count = old, 0
        route = of_pair[pair, NEWEST]
        while route >= 0:
            count += 1
            if value[route, FLOW] > value[best, FLOW]:
                best = route
            route = index[route, OLDER]
        if best == old:
            continue
        if used[STEPS] + count * n_servers > steps[0].size:
            return i
        of_pair[pair, BASE] = best
        index[old, SPOT] = index[best, SPOT]
        moves[index[old, SPOT]] = old
        index[best, SPOT] = -1
        route = of_pair[pair, NEWEST]
        while route >= 0:
            if index[route, SPOT] >= 0:
                _compare(routes, (route, best, of_pair[pair, KLASS]), weights, steps, scratch)
            route = index[route, OLDER]
    return todo.size


@njit(cache=True, nogil=True)
def rest(store: Store) -> None:
    """Put the routes without flow to sleep: they leave the moves and stay in the store.

    Parameters
    ----------
    store : Store
        The store.
    """
    used, index, value, moves = store.used, store.table, store.value, store.moves
    count = 0
    for i in range(used[MOVES]):
        route = moves[i]
        if value[route, FLOW] > 0.0:
            moves[count] = route
            index[route, SPOT] = count
            count += 1
        else:
            index[route, SPOT] = -1
    used[MOVES] = count


@njit(cache=True, nogil=True)
def _find(index: Longs, sign: Signs, route: int, wanted: np.uint64) -> int:
    """Return the route with a sign among a route and the older ones of its pair, -1 if there is none."""
    while route >= 0 and sign[route] != wanted:
        route = index[route, OLDER]
    return route


@njit(cache=True, nogil=True)
def _price(arcs: Ints, begin: int, end: int, cost: Floats, klass: int) -> float:
    """Return the cost of some arcs to a class."""
    price = 0.0
    for k in range(begin, end):
        price += cost[klass, arcs[k]]
    return price


@njit(cache=True, nogil=True)
def _load(
    arcs: Ints, span: tuple[int, int], weights: tuple[Ints, Ints, Floats], klass: int, flow: float, total: Floats
) -> None:
    """Add the flow of a route to the totals of its servers, without looking at delays."""
    start, servers, weight = weights
    for k in range(span[0], span[1]):
        for entry in range(start[arcs[k]], start[arcs[k] + 1]):
            total[servers[entry], FELT] += flow * weight[klass, entry, FELT]
            total[servers[entry], LOAD] += flow * weight[klass, entry, LOAD]


@njit(cache=True, nogil=True)
def _compare(
    routes: tuple[Longs, Longs, Ints],
    which: tuple[int, int, int],
    weights: tuple[Ints, Ints, Floats],
    steps: tuple[Ints, Floats],
    scratch: tuple[Longs, Longs],
) -> None:
    """Write the steps from a base to a route where the route's old ones stood, or behind all others."""
    used, index, arcs = routes
    route, base, klass = which
    start, servers, weight = weights
    step_server, step_weight = steps
    mark, slot = scratch
    used[STAMP] += 1
    stamp = used[STAMP]
    begin = used[STEPS]
    end = begin
    for k in range(index[base, FIRST], index[base, LAST]):
        mark[arcs[k]] = stamp
    for side in range(2):
        sense, one = (1.0, route) if side == 0 else (-1.0, base)
        for k in range(index[one, FIRST], index[one, LAST]):
            arc = arcs[k]
            if side == 0 and mark[arc] == stamp:
                mark[arc] = -stamp  # on both: no step
            elif side == 0 or mark[arc] == stamp:
                for entry in range(start[arc], start[arc + 1]):
                    at = slot[servers[entry]]
                    if at < 0:
                        at = end
                        slot[servers[entry]] = at
                        step_server[at] = servers[entry]
                        step_weight[at, FELT], step_weight[at, LOAD] = 0.0, 0.0
                        end += 1
                    step_weight[at, FELT] += sense * weight[klass, entry, FELT]
                    step_weight[at, LOAD] += sense * weight[klass, entry, LOAD]
    for k in range(begin, end):
        slot[step_server[k]] = -1
    _place(used, index[route], steps, begin, end)


@njit(cache=True, nogil=True)
def _place(used: Longs, row: Longs, steps: tuple[Ints, Floats], begin: int, end: int) -> None:
    """Move new steps of a route to where its old ones stood, if they fit; otherwise keep them where they are."""
    step_server, step_weight = steps
    to = row[STEP]
    if end - begin > row[STEP_END] - to:
        to = begin
        used[STEPS] = end
        row[STEP] = to
    else:
        for k in range(end - begin):
            step_server[to + k] = step_server[begin + k]
            step_weight[to + k, FELT] = step_weight[begin + k, FELT]
            step_weight[to + k, LOAD] = step_weight[begin + k, LOAD]
    row[STEP_END] = to + end - begin


@njit(cache=True, nogil=True)
def adopt(state: State, first: Longs, arcs: Ints, pair: Longs, flow: Floats) -> None:
    """Store given routes with their flows; the first of each pair becomes its base.

    Parameters
    ----------
    state : State
        The state, with an empty store that has room for all; loads are not touched.
    first : int64[r + 1]
        Where the arcs of each route start.
    arcs : int32[...]
        Arcs of all routes, each from its end to its start.
    pair : int64[r]
        Pair of every route.
    flow : float64[r]
        Flow of every route.
    """
    store, of_pair, entries, key = state.store, state.pairs.table, state.entries, state.net.key
    used, index, value, sign, moves = store.used, store.table, store.value, store.sign, store.moves
    weights, steps = (entries.start, entries.server, entries.weight), (store.step_server, store.step_weight)
    scratch = (state.scratch.mark, state.scratch.slot)
    for route in range(pair.size):
        row = of_pair[pair[route]]
        index[route, PAIR], index[route, OLDER], index[route, SPOT] = pair[route], row[NEWEST], -1
        index[route, FIRST], index[route, LAST] = first[route], first[route + 1]
        index[route, STEP], index[route, STEP_END] = 0, 0
        value[route, FLOW], value[route, FIXED], sign[route] = flow[route], 0.0, np.uint64(0)
        for k in range(first[route], first[route + 1]):
            store.arcs[k] = arcs[k]
            value[route, FIXED] += state.fixed_cost[row[KLASS], arcs[k]]
            sign[route] += key[arcs[k]]
        used[ROUTES], used[ARCS] = route + 1, first[route + 1]
        row[NEWEST] = route
        if row[BASE] < 0:
            row[BASE] = route
        else:
            index[route, SPOT] = used[MOVES]
            moves[used[MOVES]] = route
            used[MOVES] += 1
            _compare((used, index, store.arcs), (route, row[BASE], row[KLASS]), weights, steps, scratch)
