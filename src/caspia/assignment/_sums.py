"""Sums over all stored routes: flows on arcs, and the routes as they are handed out."""

from __future__ import annotations

from numba import njit

from caspia.assignment._routes import (
    BASE,
    FIRST,
    FIXED,
    FLOW,
    KLASS,
    LAST,
    NEWEST,
    OLDER,
    PAIR,
    ROUTES,
    Longs,
    Pairs,
    Store,
)
from caspia.assignment.problem import Floats, Ints


@njit(cache=True, nogil=True)
def tally(store: Store, pairs: Pairs, flow: Floats) -> float:
    """Add up the flows of all routes on the arcs, after giving each base what the others leave of the demand.

    Parameters
    ----------
    store, pairs : Store, Pairs
        Routes and pairs.
    flow : float64[K, A]
        Zero; written: flow on every arc by class.

    Returns
    -------
    float
        Cost of all flow without delays.
    """
    index, value, arcs, of_pair = store.table, store.value, store.arcs, pairs.table
    for pair in range(of_pair.shape[0]):
        base = of_pair[pair, BASE]
        if base >= 0:
            left = pairs.amount[pair]
            route = of_pair[pair, NEWEST]
            while route >= 0:
                if route != base:
                    left -= value[route, FLOW]
                route = index[route, OLDER]
            value[base, FLOW] = max(left, 0.0)
    money = 0.0
    for route in range(store.used[ROUTES]):
        amount = value[route, FLOW]
        if amount > 0.0:
            klass = of_pair[index[route, PAIR], KLASS]
            money += amount * value[route, FIXED]
            for k in range(index[route, FIRST], index[route, LAST]):
                flow[klass, arcs[k]] += amount
    return money


@njit(cache=True, nogil=True)
def write_routes(
    store: Store, of_pair: Longs, which: Longs, cost: Floats, name: Ints, out: tuple[Longs, Ints, Floats]
) -> None:
    """Write the arcs of some routes in travel order, and the cost of each.

    Parameters
    ----------
    store : Store
        The routes.
    of_pair : int64[P, 4]
        The index of the pairs.
    which : int64[r]
        The routes to write.
    cost : float64[K, A]
        Cost of every arc.
    name : int32[A]
        What each arc is called outside.
    out : (int64[r + 1], int32[...], float64[r])
        Where each route starts; written: its arcs and its cost.
    """
    index, from_end = store.table, store.arcs
    first, arcs, price = out
    for i in range(which.size):
        klass = of_pair[index[which[i], PAIR], KLASS]
        last = index[which[i], LAST] - 1
        price[i] = 0.0
        for k in range(first[i], first[i + 1]):
            arc = from_end[last - (k - first[i])]
            arcs[k] = name[arc]
            price[i] += cost[klass, arc]
