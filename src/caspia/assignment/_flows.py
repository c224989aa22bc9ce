"""From pairs to flows and back: demand onto trees, flows into sums, and flows into routes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from caspia.assignment._state import AMOUNT, DELAY, FELT, LOAD, REFERENCE, RESPONSE, Entries, Longs, Servers, State
from caspia.assignment.problem import Floats, Ints

ROUTES, ARCS = 0, 1  # places in `Found.used`
MOST_EXPONENT = 600.0
TINY = 1e-11  # part of a pair's demand below which a flow is what rounding has left


class Found(NamedTuple):
    """Routes as they are taken out of the flows; arrays are longer than what `used` counts."""

    used: Longs  # [2] how many routes and arcs there are
    first: Longs  # [R + 1]
    arcs: Ints  # arcs of the problem, in travel order
    pair: Ints  # pair of the state
    flow: Floats


@njit(cache=True, nogil=True)
def price_arcs(entries: Entries, servers: Servers, fixed_cost: Floats, cost: Floats) -> None:
    """Write the cost of every arc to every class at the delays as they are.

    Parameters
    ----------
    entries, servers : Entries, Servers
        The servers of the arcs; their delays are up to date.
    fixed_cost : float64[K, A]
        Costs without delay.
    cost : float64[K, A]
        Written.
    """
    start, server, weight, now = entries.start, entries.server, entries.weight, servers.now
    for klass in range(cost.shape[0]):
        for arc in range(cost.shape[1]):
            total = fixed_cost[klass, arc]
            for entry in range(start[arc], start[arc + 1]):
                total += weight[klass, entry, FELT] * now[server[entry], DELAY]
            cost[klass, arc] = total


@njit(cache=True, nogil=True)
def load_trees(state: State, which: Ints, wanted: Floats) -> None:
    """Put demand on the trees of some groups.

    Parameters
    ----------
    state : State
        The state; flows and loads are changed, delays are not.
    which : int32[g]
        The groups.
    wanted : float64[P]
        Demand to put on of every pair; NaN for what it is at its least cost.
    """
    groups, forest, tail, flow = state.groups, state.forest, state.net.tail, state.flow
    destination, n_arcs = groups.destination, tail.size
    inflow, added = np.empty(state.net.stop.size), np.zeros(state.fixed_cost.shape)
    for group in which:
        inflow[:] = 0.0
        parent, order, cells = forest.parent[group], forest.order[group], group * n_arcs
        flow_of, added_of = flow[cells : cells + n_arcs], added[groups.klass[group]]
        for pair in range(groups.pair_start[group], groups.pair_start[group + 1]):
            amount, arc = wanted[pair], parent[destination[pair]]
            if np.isnan(amount):
                amount = _bear(state, pair, state.entries.ratio[groups.klass[group]])
            if arc >= 0:
                flow_of[arc] += amount
                added_of[arc] += amount
                inflow[tail[arc]] += amount
        for i in range(forest.grown[group] - 1, 0, -1):
            arc, amount = parent[order[i]], inflow[order[i]]
            if amount > 0.0:
                flow_of[arc] += amount
                added_of[arc] += amount
                inflow[tail[arc]] += amount
    _load_all(state, added)


@njit(cache=True, nogil=True)
def _bear(state: State, pair: int, ratio: float) -> float:
    """Carry as much of a pair's demand as bears its least cost, and return it."""
    pairs, servers, sinks = state.pairs, state.servers, state.groups.root.size * state.net.tail.size
    sink = pairs.sink[pair]
    server = servers.form.size - (state.flow.size - sinks) // 2 + sink
    row = servers.row[server]
    amount = row[AMOUNT] / ratio * np.exp(row[RESPONSE] * (pairs.least[pair] - row[REFERENCE]))
    state.flow[sinks + 2 * sink] = amount
    return float(amount)


@njit(cache=True, nogil=True)
def _load_all(state: State, flow: Floats) -> None:
    """Add flows on arcs to the totals of their servers."""
    start, server, weight = state.entries.start, state.entries.server, state.entries.weight
    total = state.servers.total
    for klass in range(flow.shape[0]):
        for arc in range(flow.shape[1]):
            amount = flow[klass, arc]
            if amount > 0.0:
                total[-1, FELT] += amount * state.fixed_cost[klass, arc]
                for entry in range(start[arc], start[arc + 1]):
                    total[server[entry], FELT] += amount * weight[klass, entry, FELT]
                    total[server[entry], LOAD] += amount * weight[klass, entry, LOAD]


@njit(cache=True, nogil=True)
def add_up(state: State, flow: Floats) -> None:
    """Take flows on arcs and loads of servers from the cells anew.

    Parameters
    ----------
    state : State
        The state; loads are written but for those of sinks, delays are not.
    flow : float64[K, A]
        Written: flow on every arc by class.
    """
    groups, n_arcs = state.groups, state.net.tail.size
    state.servers.total[:] = 0.0
    flow[:] = 0.0
    for group in range(groups.root.size):
        klass, cells = groups.klass[group], group * n_arcs
        for arc in range(n_arcs):
            flow[klass, arc] += state.flow[cells + arc]
    _load_all(state, flow)


@njit(cache=True, nogil=True)
def measure(state: State) -> tuple[float, float]:
    """Return the cost of all flow, and how much of it there would not be if nobody could do better.

    Parameters
    ----------
    state : State
        The state; trees and delays are up to date.

    Returns
    -------
    spent, excess : float, float
        Cost of all flow; its difference to that on least-cost routes and, of demand that answers to its cost,
        the difference between the cost that what is carried would bear and the least cost, for each unit that is
        carried or would be at the least cost, whichever are more.
    """
    pairs, flow, servers = state.pairs, state.flow, state.servers
    sinks = state.groups.root.size * state.net.tail.size
    first = servers.form.size - (flow.size - sinks) // 2
    spent, needed, excess = servers.total[-1, FELT], 0.0, 0.0
    for server in range(first):
        spent += servers.total[server, FELT] * servers.now[server, DELAY]
    for pair in range(pairs.amount.size):
        least, sink = pairs.least[pair], pairs.sink[pair]
        if pairs.amount[pair] > 0.0 and least < np.inf:
            if sink < 0:
                needed += pairs.amount[pair] * least
            else:
                carried, row = flow[sinks + 2 * sink], servers.row[first + sink]
                worth = -servers.now[first + sink, DELAY] - least
                wanted = carried * np.exp(min(-row[RESPONSE] * worth, MOST_EXPONENT))
                needed += carried * least
                excess += abs(worth) * max(carried, wanted)
    return spent, spent - needed + excess


@njit(cache=True, nogil=True)
def adopt(state: State, first: Longs, arcs: Ints, pair: Longs, amount: Floats) -> None:
    """Put flows of given routes into the cells.

    Parameters
    ----------
    state : State
        The state; loads are not touched.
    first : int64[r + 1]
        Where the arcs of each route start.
    arcs : int32[...]
        Arcs of all routes.
    pair : int64[r]
        Pair of every route.
    amount : float64[r]
        Flow of every route.
    """
    starts, n_arcs = state.groups.pair_start, state.net.tail.size
    for route in range(pair.size):
        group = np.searchsorted(starts, pair[route], side="right") - 1
        for k in range(first[route], first[route + 1]):
            state.flow[group * n_arcs + arcs[k]] += amount[route]


@njit(cache=True, nogil=True)
def take_routes(state: State, which: Ints, begin: int, carried: Floats, name: Ints, found: Found) -> int:
    """Split the flows of some groups into routes, each time along the strongest flow back from the destination.

    A route takes as much as there is on all its arcs, so there are few more routes than pairs. Circles are left
    out. The cells are written anew from the routes.

    Parameters
    ----------
    state : State
        The state.
    which : int32[g]
        The groups.
    begin : int
        Where in `which` to start.
    carried : float64[P]
        Demand carried of every pair, zero where no route leads.
    name : int32[A]
        What each arc is called outside.
    found : Found
        Where the routes are written, behind those that are there.

    Returns
    -------
    int
        Where in `which` there was no more room; the length of `which` when all is done.
    """
    groups, n_arcs, n = state.groups, state.net.tail.size, state.net.stop.size
    into_start, into, tail = state.net.into_start, state.net.into, state.net.tail
    destination, pair_start, root = groups.destination, groups.pair_start, groups.root
    used, first, arcs_of, pair_of, flow_of = found.used, found.first, found.arcs, found.pair, found.flow
    seen, branch, sole = np.zeros(n + 1, np.int64), np.empty(n, np.int32), np.empty(n, np.int32)
    left, fresh = np.empty(n_arcs), np.empty(n_arcs)
    for i in range(begin, which.size):
        group = which[i]
        cells = group * n_arcs
        routes, arcs = used[ROUTES], used[ARCS]
        left[:], fresh[:] = state.flow[cells : cells + n_arcs], 0.0
        _sole_ways(left, state.net.head, sole)
        for pair in range(pair_start[group], pair_start[group + 1]):
            rest = carried[pair]
            while rest > 0.0:
                if routes >= pair_of.size or arcs + n > arcs_of.size:
                    return i
                end = destination[pair]
                count, most = _strongest(into_start, into, tail, left, sole, seen, branch, end, root[group])
                if count < 0:
                    count, most = _along_tree(state.forest.parent[group], tail, end, branch), 0.0
                amount = rest if most <= TINY * carried[pair] or rest - most <= TINY * carried[pair] else most
                rest -= amount
                for k in range(count):
                    arc = np.uint32(branch[count - 1 - k])
                    arcs_of[arcs + k] = name[arc]
                    left[arc] = max(left[arc] - amount, 0.0)
                    fresh[arc] += amount
                pair_of[routes], flow_of[routes] = pair, amount
                routes, arcs = routes + 1, arcs + count
                first[routes] = arcs
        state.flow[cells : cells + n_arcs] = fresh
        used[ROUTES], used[ARCS] = routes, arcs
    return which.size


@njit(cache=True, nogil=True)
def _strongest(  # type: ignore[no-untyped-def] # noqa: PLR0913 - compiled; tuples of arrays cost counting of references
    into_start, into, tail, left, sole, seen, branch, end, root
):
    """Write the arcs from a destination back to the root along the strongest flow.

    Returns how many they are and the least flow on them, -1 and 0 where the flow breaks off, since rounding has
    eaten it. The last element of `seen` is what its others must reach to count.
    """
    stamp = seen[-1] + seen.size
    vertex, count, most = np.uint32(end), 0, np.inf
    while vertex != np.uint32(root):
        if seen[vertex] >= stamp:
            _break_circle(branch[seen[vertex] - stamp : count], left)
            stamp += seen.size
            vertex, count, most = np.uint32(end), 0, np.inf
        seen[vertex] = stamp + count
        best = sole[vertex]
        if best < 0:
            strongest = 0.0
            for k in range(into_start[vertex], into_start[vertex + 1]):
                if left[into[k]] > strongest:
                    best, strongest = into[k], left[into[k]]
            if best < 0:
                count, most = -1, 0.0
                break
        branch[count] = best
        count += 1
        arc = np.uint32(best)
        most = min(most, left[arc])
        vertex = np.uint32(tail[arc])
    seen[-1] = stamp
    return count, most


@njit(cache=True, nogil=True)
def _sole_ways(left: Floats, head: Ints, sole: Ints) -> None:
    """Write the one arc by which flow comes to every vertex, -1 where it comes by several or none."""
    sole[:] = -1
    for arc in range(left.size):
        end = np.uint32(head[arc])
        known = sole[end]
        found = np.int32(arc) if known == -1 else np.int32(-2)
        sole[end] = found if left[arc] > 0.0 else known


@njit(cache=True, nogil=True)
def _break_circle(circle: Ints, left: Floats) -> None:
    """Take the flow that goes round out of the arcs of a circle."""
    least = np.inf
    for arc in circle:
        least = min(least, left[arc])
    for arc in circle:
        left[arc] -= least


@njit(cache=True, nogil=True)
def _along_tree(parent: Ints, tail: Ints, vertex: int, branch: Ints) -> int:
    """Write the arcs of a tree from a vertex back to the root; return how many they are."""
    count = 0
    while parent[vertex] >= 0:
        branch[count] = parent[vertex]
        vertex = tail[parent[vertex]]
        count += 1
    return count


@njit(cache=True, nogil=True)
def price_routes(first: Longs, arcs: Ints, klass: Ints, cost: Floats) -> Floats:
    """Return the cost of routes.

    Parameters
    ----------
    first : int64[r + 1]
        Where the arcs of each route start.
    arcs : int32[...]
        Arcs of all routes.
    klass : int32[r]
        Class of every route.
    cost : float64[K, A]
        Cost of every arc.

    Returns
    -------
    float64[r]
        Cost of a unit of demand on each route.
    """
    price = np.empty(klass.size)
    for route in range(klass.size):
        total = 0.0
        for k in range(first[route], first[route + 1]):
            total += cost[np.uint32(klass[route]), np.uint32(arcs[k])]
        price[route] = total
    return price
