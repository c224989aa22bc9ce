"""The store of routes: the routes of every pair, their flows, and how each differs from the pair's base.

Every pair has a base route, the one with much flow. Of every other route the store keeps the servers in
which it differs from the base: moving flow between the two touches these only.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from caspia.assignment._trees import Forest, Groups, Net, Signs
from caspia.assignment.problem import Bools, Floats, Ints

Longs = npt.NDArray[np.int64]

ROUTES, ARCS, STEPS, MOVES, STAMP = 0, 1, 2, 3, 4  # places of the counters in `Store.used`


class Store(NamedTuple):
    """Routes, one after the other; arrays are longer than what `used` counts."""

    used: Longs  # how many routes, arcs, steps and moves there are
    first: Longs  # [R + 1] where the arcs of a route start
    arcs: Ints  # arcs of all routes
    pair: Ints  # [R]
    flow: Floats  # [R]
    fixed: Floats  # [R] cost without delays
    sign: Signs  # [R]
    older: Ints  # [R] another route of the pair, -1 for none
    step_start: Longs  # [R] where the steps from the base to the route start and end
    step_end: Longs  # [R]
    spot: Ints  # [R] where in `moves` the route stands, -1 for a base
    moves: Ints  # routes that are not a base
    step_server: Ints  # servers in which a route differs from its base
    step_felt: Floats  # cost per unit of delay at the server, more than by the base
    step_load: Floats  # load of the server per unit of flow, more than by the base


class Pairs(NamedTuple):
    """What the solver knows of each pair; sorted by group."""

    amount: Floats
    klass: Ints
    group: Ints
    base: Ints  # route, -1 for none
    newest: Ints  # route from which `older` leads to all others, -1 for none
    settled: Signs  # sign of the least route last seen and found not worth storing, or stored
    least: Floats
    sign: Signs
    uneven: Bools  # whether the base may have too little flow


class Entries(NamedTuple):
    """Servers that the arcs use, by class."""

    start: Ints
    server: Ints
    felt: Floats  # [K, E] cost per unit of delay
    load: Floats  # [K, E] load per unit of flow


class Servers(NamedTuple):
    """State of the servers."""

    form: npt.NDArray[np.int8]
    row: Floats  # [S, 4]
    load: Floats  # [S]
    felt: Floats  # [S] cost of all flow per unit of delay
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
    money: Floats  # [1] fixed cost of all flow
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
        Part of its cost that a route must save to be stored.

    Returns
    -------
    int
        Where in `todo` the arrays of the store were full; the length of `todo` when all is done.
    """
    net, pairs, store = state.net, state.pairs, state.store
    used, newest, older, sign, spot = store.used, pairs.newest, store.older, store.sign, store.spot
    entries, servers = state.entries, state.servers
    loads = (servers.load, servers.felt)
    weights = (entries.start, entries.server, entries.felt, entries.load)
    steps = (store.step_server, store.step_felt, store.step_load)
    scratch = (state.scratch.mark, state.scratch.slot)
    n_servers, n_vertices = servers.load.size, net.stop.size
    for i in range(begin, todo.size):
        pair = todo[i]
        klass = pairs.klass[pair]
        base = pairs.base[pair]
        route = newest[pair]
        while route >= 0 and sign[route] != pairs.sign[pair]:
            route = older[route]
        if route == base and base >= 0:
            continue
        if base >= 0:
            if route >= 0 and spot[route] >= 0:
                continue
            total = 0.0
            for k in range(store.first[base], store.first[base + 1]):
                total += cost[klass, store.arcs[k]]
            if total - pairs.least[pair] <= margin * total:
                continue
        if (
            used[ROUTES] + 1 >= store.flow.size
            or used[ARCS] + n_vertices > store.arcs.size
            or used[STEPS] + n_servers > store.step_server.size
        ):
            return i
        if route < 0:
            route = used[ROUTES]
            begin_arcs = used[ARCS]
            end = _trace(
                state.forest.parent[pairs.group[pair]], net.tail, state.groups.destination[pair], store.arcs, begin_arcs
            )
            fixed = 0.0
            for k in range(begin_arcs, end):
                fixed += state.fixed_cost[klass, store.arcs[k]]
            store.fixed[route] = fixed
            store.first[route] = begin_arcs
            store.first[route + 1] = end
            used[ARCS] = end
            store.pair[route] = pair
            sign[route] = pairs.sign[pair]
            older[route] = newest[pair]
            store.flow[route] = 0.0
            store.step_start[route] = used[STEPS]
            store.step_end[route] = used[STEPS]
            spot[route] = -1
            used[ROUTES] += 1
            newest[pair] = route
        if base < 0:
            pairs.base[pair] = route
            amount = pairs.amount[pair]
            store.flow[route] = amount
            state.money[0] += amount * store.fixed[route]
            _load(loads, weights, klass, store.arcs[store.first[route] : store.first[route + 1]], amount)
        else:
            spot[route] = used[MOVES]
            store.moves[used[MOVES]] = route
            used[MOVES] += 1
            _settle(store, route, base, weights, klass, steps, scratch)
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
    pairs, store, entries = state.pairs, state.store, state.entries
    used, older = store.used, store.older
    weights = (entries.start, entries.server, entries.felt, entries.load)
    steps = (store.step_server, store.step_felt, store.step_load)
    scratch = (state.scratch.mark, state.scratch.slot)
    for i in range(begin, todo.size):
        pair = todo[i]
        old = pairs.base[pair]
        best, count = old, 0
        route = pairs.newest[pair]
        while route >= 0:
            count += 1
            if store.flow[route] > store.flow[best]:
                best = route
            route = older[route]
        if best == old:
            continue
        if used[STEPS] + count * state.servers.load.size > store.step_server.size:
            return i
        pairs.base[pair] = best
        store.spot[old] = store.spot[best]
        store.moves[store.spot[old]] = old
        store.spot[best] = -1
        route = pairs.newest[pair]
        while route >= 0:
            if store.spot[route] >= 0:
                _settle(store, route, best, weights, pairs.klass[pair], steps, scratch)
            route = older[route]
    return todo.size


@njit(cache=True, nogil=True)
def park(store: Store) -> None:
    """Take the routes without flow out of the moves; they stay in the store, to be woken up.

    Parameters
    ----------
    store : Store
        The store.
    """
    count = 0
    for i in range(store.used[MOVES]):
        route = store.moves[i]
        if store.flow[route] > 0.0:
            store.moves[count] = route
            store.spot[route] = count
            count += 1
        else:
            store.spot[route] = -1
    store.used[MOVES] = count


@njit(cache=True, nogil=True)
def _load(
    loads: tuple[Floats, Floats], weights: tuple[Ints, Ints, Floats, Floats], klass: int, arcs: Ints, flow: float
) -> None:
    """Add the flow of a route to the loads of its servers, without looking at delays."""
    start, servers, felt, load = weights
    for arc in arcs:
        for entry in range(start[arc], start[arc + 1]):
            server = servers[entry]
            loads[0][server] += flow * load[klass, entry]
            loads[1][server] += flow * felt[klass, entry]


@njit(cache=True, nogil=True)
def _trace(parent: Ints, tail: Ints, end: int, arcs: Ints, at: int) -> int:
    """Write the arcs of a tree from a vertex back to the root; return where they end."""
    arc = parent[end]
    while arc >= 0:
        arcs[at] = arc
        at += 1
        arc = parent[tail[arc]]
    return at


@njit(cache=True, nogil=True)
def _settle(
    store: Store,
    route: int,
    base: int,
    weights: tuple[Ints, Ints, Floats, Floats],
    klass: int,
    steps: tuple[Ints, Floats, Floats],
    scratch: tuple[Longs, Longs],
) -> None:
    """Write the steps from the base to a route where its old ones stood, or behind all others."""
    used = store.used
    used[STAMP] += 1
    begin = used[STEPS]
    theirs = store.arcs[store.first[base] : store.first[base + 1]]
    ours = store.arcs[store.first[route] : store.first[route + 1]]
    end = _compare(ours, theirs, weights, klass, steps, scratch, (begin, used[STAMP]))
    start = store.step_start[route]
    if end - begin <= store.step_end[route] - start:
        for k in range(end - begin):
            store.step_server[start + k] = store.step_server[begin + k]
            store.step_felt[start + k] = store.step_felt[begin + k]
            store.step_load[start + k] = store.step_load[begin + k]
        store.step_end[route] = start + end - begin
    else:
        store.step_start[route] = begin
        store.step_end[route] = end
        used[STEPS] = end


@njit(cache=True, nogil=True)
def _compare(
    ours: Ints,
    theirs: Ints,
    weights: tuple[Ints, Ints, Floats, Floats],
    klass: int,
    steps: tuple[Ints, Floats, Floats],
    scratch: tuple[Longs, Longs],
    at: tuple[int, int],
) -> int:
    """Write the servers that `ours` feels and loads more, or less, than `theirs`; return where they end."""
    start, servers, felt, load = weights
    step_server, step_felt, step_load = steps
    mark, slot = scratch
    begin, stamp = at
    for arc in theirs:
        mark[arc] = stamp
    end = begin
    for side in range(2):
        sense = 1.0 - 2.0 * side
        for arc in ours if side == 0 else theirs:
            if side == 0 and mark[arc] == stamp:
                mark[arc] = -stamp  # on both: no step
            elif side == 0 or mark[arc] == stamp:
                for entry in range(start[arc], start[arc + 1]):
                    server = servers[entry]
                    k = slot[server]
                    if k < 0:
                        k = end
                        slot[server] = k
                        step_server[k] = server
                        step_felt[k] = 0.0
                        step_load[k] = 0.0
                        end += 1
                    step_felt[k] += sense * felt[klass, entry]
                    step_load[k] += sense * load[klass, entry]
    for k in range(begin, end):
        slot[step_server[k]] = -1
    return end
