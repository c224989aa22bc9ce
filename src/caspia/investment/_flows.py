"""Least convex cost of a road network, compiled: routes by pair, and Newton steps between them.

One kernel serves the user equilibrium, the system optimum and what lies between: it minimises the sum over arcs of
the integral of ``base + slope * x ** power``, and only base and slope differ. Flows are kept by route, so that the
solution of one design is the start of the next.

References
----------
Jayakrishnan, R., Tsai, W. K., Prashker, J. N., Rajadhyaksha, S. (1994). A faster path-based algorithm for traffic
assignment. Transportation Research Record 1443, 75-83.
Larsson, T., Patriksson, M. (1992). Simplicial decomposition with disaggregated representation for the traffic
assignment problem. Transportation Science 26(1), 4-17.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from caspia.routing.heap import drop, lift

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
Longs = npt.NDArray[np.int64]
Items = npt.NDArray[np.uint32]

ROUTES = 12  # most routes of a pair that are kept; the one with least flow makes room
SWEEPS = 40  # most sweeps over all pairs between two rounds of trees
INNER = 0.05  # part of the excess to which routes are levelled before new trees
NEAR = 1e-14  # relative difference of costs that rounding makes
SURE = 1.5  # times the estimated error by which a value must pass the cutoff before work on it ends


class Net(NamedTuple):
    """Who is joined to whom, and how much must travel; pairs are sorted by origin."""

    tail: Ints  # [A]
    head: Ints
    out_start: Ints  # [V + 1]
    out_arc: Ints  # [A]
    no_through: Bools  # [V]
    origin: Ints  # [O]
    pair_start: Ints  # [O + 1]
    target: Ints  # [P]
    amount: Floats  # [P]


class Cost(NamedTuple):
    """Cost of a unit on every arc: base + slope * x ** power; inf as base closes the arc."""

    base: Floats  # [A]
    slope: Floats
    power: Floats


class Plan(NamedTuple):
    """Routes with their flows, by pair, and what they add up to."""

    arcs: Ints  # [P, ROUTES, V]; from the end of the route to its start
    length: Ints  # [P, ROUTES]
    n_routes: Ints  # [P]
    flow: Floats  # [P, ROUTES]
    load: Floats  # [A]
    distance: Floats  # [O, V]; of the last round of trees


class Work(NamedTuple):
    """Room for one solution."""

    now: Floats  # [A]; cost of a unit
    slope: Floats  # [A]; its derivative
    mark: Longs  # [A + 1]; the last is the newest mark
    before: Ints  # [V]
    keys: Floats
    items: Items
    place: Ints
    active: Ints  # [P]; pairs with several routes


def empty_plan(net: Net) -> Plan:
    """Make room for routes; the first solution loads the trees of an empty network."""
    pairs, vertices = net.target.size, net.out_start.size - 1
    return Plan(
        np.zeros((pairs, ROUTES, vertices), np.int32),
        np.zeros((pairs, ROUTES), np.int32),
        np.zeros(pairs, np.int32),
        np.zeros((pairs, ROUTES)),
        np.zeros(net.tail.size),
        np.zeros((net.origin.size, vertices)),
    )


@njit(cache=True, nogil=True)
def _room(arcs: int, vertices: int, pairs: int) -> Work:
    """Make room for one solution."""
    return Work(
        np.empty(arcs),
        np.empty(arcs),
        np.zeros(arcs + 1, np.int64),
        np.empty(vertices, np.int32),
        np.empty(vertices),
        np.empty(vertices, np.uint32),
        np.empty(vertices, np.int32),
        np.empty(pairs, np.int32),
    )


@njit(cache=True, nogil=True, inline="always")
def _cost_and_slope(base: Floats, slope: Floats, power: Floats, arc: int, load: float) -> tuple[float, float]:
    """Return the cost of a unit on an arc and its derivative by the load."""
    exponent = power[arc]
    if exponent == 4.0:  # the usual one; a general power costs ten times as much
        before = slope[arc] * load * load * load
    elif exponent == 1.0:
        before = slope[arc]
    else:
        before = slope[arc] * load ** (exponent - 1.0)
    return base[arc] + before * load, exponent * before


@njit(cache=True, nogil=True)
def _price(cost: Cost, load: Floats, work: Work) -> None:
    """Bring costs and derivatives up to date with the loads."""
    base, steepness, power, now, slope = cost.base, cost.slope, cost.power, work.now, work.slope
    for arc in range(load.size):
        now[arc], slope[arc] = _cost_and_slope(base, steepness, power, arc, max(load[arc], 0.0))


@njit(cache=True, nogil=True)
def _grow(net: Net, root: int, distance: Floats, work: Work) -> None:
    """Find the least cost from a vertex to all others and the last arc of every way."""
    keys, items, place, before, now = work.keys, work.items, work.place, work.before, work.now
    head, out_start, out_arc, no_through = net.head, net.out_start, net.out_arc, net.no_through
    distance[:] = np.inf
    place[:] = -1
    distance[root] = 0.0
    size = np.uint64(1)
    lift(keys, items, place, np.uint64(0), 0.0, np.uint32(root))
    while size > np.uint64(0):
        vertex = np.int64(items[0])
        size -= np.uint64(1)
        drop(keys, items, place, size)
        if no_through[vertex] and vertex != root:
            continue
        reached = distance[vertex]
        for k in range(out_start[vertex], out_start[vertex + 1]):
            arc = out_arc[k]
            end, key = head[arc], reached + now[arc]
            if key < distance[end]:
                distance[end] = key
                before[end] = arc
                if place[end] < 0:
                    lift(keys, items, place, size, key, np.uint32(end))
                    size += np.uint64(1)
                else:
                    lift(keys, items, place, np.uint64(place[end]), key, np.uint32(end))


@njit(cache=True, nogil=True)
def first_unreachable(net: Net, cost: Cost) -> int:
    """Return the first pair that no open way joins, -1 where there is none."""
    n_vertices = net.out_start.size - 1
    work = _room(net.tail.size, n_vertices, net.target.size)
    distance = np.empty(n_vertices)
    _price(cost, np.zeros(net.tail.size), work)
    for source in range(net.origin.size):
        _grow(net, net.origin[source], distance, work)
        for pair in range(net.pair_start[source], net.pair_start[source + 1]):
            if distance[net.target[pair]] == np.inf:
                return pair
    return -1


@njit(cache=True, nogil=True)
def _drop_route(plan: Plan, pair: int, route: int) -> None:
    """Forget a route; the last one takes its place."""
    last = plan.n_routes[pair] - 1
    if route != last:
        plan.flow[pair, route] = plan.flow[pair, last]
        size = plan.length[pair, last]
        plan.length[pair, route] = size
        plan.arcs[pair, route, :size] = plan.arcs[pair, last, :size]
    plan.n_routes[pair] = last


@njit(cache=True, nogil=True)
def _add_route(net: Net, plan: Plan, pair: int, before: Ints, root: int) -> None:
    """Write the way of the tree to the end of a pair as its last route; a first route carries all."""
    kept = net.amount[pair] if plan.n_routes[pair] == 0 else 0.0
    if plan.n_routes[pair] == ROUTES:
        least = 0
        for route in range(1, ROUTES):
            if plan.flow[pair, route] < plan.flow[pair, least]:
                least = route
        kept = plan.flow[pair, least]  # goes on by the new route
        for k in range(plan.length[pair, least]):
            plan.load[plan.arcs[pair, least, k]] -= kept
        _drop_route(plan, pair, least)
    route, size, vertex = plan.n_routes[pair], 0, net.target[pair]
    while vertex != root:
        arc = before[vertex]
        plan.arcs[pair, route, size] = arc
        plan.load[arc] += kept
        size += 1
        vertex = net.tail[arc]
    plan.flow[pair, route] = kept
    plan.length[pair, route] = size
    plan.n_routes[pair] = route + 1


@njit(cache=True, nogil=True)
def _clean(net: Net, cost: Cost, plan: Plan) -> None:
    """Drop routes that are closed or empty, keep the split of the others, and add up the loads."""
    arcs, length, count, flow, load, base = plan.arcs, plan.length, plan.n_routes, plan.flow, plan.load, cost.base
    load[:] = 0.0
    for pair in range(net.target.size):
        total, route = 0.0, 0
        while route < count[pair]:
            shut = flow[pair, route] <= 0.0
            for k in range(length[pair, route]):
                shut = shut or base[arcs[pair, route, k]] == np.inf
            if shut:
                _drop_route(plan, pair, route)
            else:
                total += flow[pair, route]
                route += 1
        for route in range(count[pair]):
            flow[pair, route] *= net.amount[pair] / total
            for k in range(length[pair, route]):
                load[arcs[pair, route, k]] += flow[pair, route]


@njit(cache=True, nogil=True, inline="always")
def _route_cost(arcs: Ints, length: Ints, pair: int, route: int, now: Floats) -> float:
    """Add up the costs of the arcs of a route."""
    total = 0.0
    for k in range(length[pair, route]):
        total += now[arcs[pair, route, k]]
    return total


@njit(cache=True, nogil=True)
def _grow_all(net: Net, plan: Plan, work: Work) -> tuple[float, int]:
    """Grow all trees and add their routes where they are better; return the least cost and the active pairs."""
    arcs, length, now = plan.arcs, plan.length, work.now
    least, many = 0.0, 0
    for source in range(net.origin.size):
        root = net.origin[source]
        distance = plan.distance[source]
        _grow(net, root, distance, work)
        for pair in range(net.pair_start[source], net.pair_start[source + 1]):
            way = distance[net.target[pair]]
            least += net.amount[pair] * way
            cheapest = np.inf
            for route in range(plan.n_routes[pair]):
                cheapest = min(cheapest, _route_cost(arcs, length, pair, route, now))
            if cheapest > way * (1.0 + NEAR):
                _add_route(net, plan, pair, work.before, root)
            if plan.n_routes[pair] > 1:
                work.active[many] = pair
                many += 1
    return least, many


@njit(cache=True, nogil=True, inline="always")
def _compare(  # noqa: PLR0913 - arrays by themselves: a record of them is counted at every call
    arcs: Ints, length: Ints, pair: int, route: int, best: int, now: Floats, slope: Floats, mark: Longs, stamp: int
) -> tuple[float, float]:
    """Return by how much a route costs more than the best one, and how this changes by a unit moved.

    Arcs of the best route bear the stamp; those that both share get the next number.
    """
    for k in range(length[pair, best]):
        mark[arcs[pair, best, k]] = stamp
    more, steep = 0.0, 0.0
    for k in range(length[pair, route]):
        arc = arcs[pair, route, k]
        if mark[arc] == stamp:
            mark[arc] = stamp + 1
        else:
            more += now[arc]
            steep += slope[arc]
    for k in range(length[pair, best]):
        arc = arcs[pair, best, k]
        if mark[arc] == stamp:
            more -= now[arc]
            steep += slope[arc]
    return more, steep


@njit(cache=True, nogil=True)
def _sweep(  # noqa: PLR0913 - see `_compare`
    cost: Cost,
    arcs: Ints,
    length: Ints,
    count: Ints,
    flow: Floats,
    load: Floats,
    now: Floats,
    slope: Floats,
    mark: Longs,
    active: Ints,
) -> float:
    """Move flow of every pair to its cheapest route by Newton steps; return the excess cost met."""
    base, steepness, power = cost.base, cost.slope, cost.power
    excess = 0.0
    for index in range(active.size):
        pair = active[index]
        best, least = 0, np.inf
        for route in range(count[pair]):
            price = _route_cost(arcs, length, pair, route, now)
            if price < least:
                best, least = route, price
        for route in range(count[pair]):
            carried = flow[pair, route]
            if route == best or carried <= 0.0:
                continue
            stamp = mark[-1] + 2  # never used before: an older mark may be of another best route
            mark[-1] = stamp
            more, steep = _compare(arcs, length, pair, route, best, now, slope, mark, stamp)
            if more <= NEAR * least:
                continue
            excess += more * carried
            moved = more / steep if more < carried * steep else carried
            flow[pair, route] = carried - moved
            flow[pair, best] += moved
            for side in range(2):
                which, change = (best, moved) if side else (route, -moved)
                for k in range(length[pair, which]):
                    arc = arcs[pair, which, k]
                    if mark[arc] != stamp + 1:
                        load[arc] = max(load[arc] + change, 0.0)
                        now[arc], slope[arc] = _cost_and_slope(base, steepness, power, arc, load[arc])
    return excess


@njit(cache=True, nogil=True)
def solve(net: Net, cost: Cost, plan: Plan, gap: float, cutoff: float, rounds: int) -> tuple[float, float, float]:
    """Minimise the cost, starting from the routes of the plan.

    Ends when the relative gap is reached, or when the cost spent passes the cutoff for certain. Returns the cost
    spent (load times cost), its excess over that of least-cost routes, and the spread, the sum of the squared loads
    times the derivatives of the costs: the root of twice excess times spread estimates how far the cost spent is
    from that of the optimum.
    """
    work = _room(net.tail.size, net.out_start.size - 1, net.target.size)
    now, slope, mark, active = work.now, work.slope, work.mark, work.active
    arcs, length, count, flow, load = plan.arcs, plan.length, plan.n_routes, plan.flow, plan.load
    turn = 0
    while True:
        _clean(net, cost, plan)
        _price(cost, plan.load, work)
        least, many = _grow_all(net, plan, work)
        spent, spread = 0.0, 0.0
        for arc in range(load.size):
            if load[arc] > 0.0:
                spent += load[arc] * now[arc]
                spread += load[arc] * load[arc] * slope[arc]
        excess = max(spent - least, 0.0)
        turn += 1
        done = excess <= gap * spent or spent - SURE * np.sqrt(2.0 * excess * spread) > cutoff
        if turn >= rounds or (turn > 1 and done):
            return spent, excess, spread
        _price(cost, plan.load, work)
        for _ in range(SWEEPS):
            left = _sweep(cost, arcs, length, count, flow, load, now, slope, mark, active[:many])
            if left <= INNER * excess:
                break
