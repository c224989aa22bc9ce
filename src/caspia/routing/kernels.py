"""The compiled searches of the room: a tree, a guided search, a search from both ends.

Everything here is called from compiled code or from the modules beside it, takes arrays that were
checked before, and checks nothing itself. Other rooms may call it from their own compiled loops.

Notes
-----
Numba's disk cache does not see a change made in another file: after editing this module or the
heap, delete the ``__pycache__`` folders of the room.

References
----------
Dijkstra, E. W. (1959). A note on two problems in connexion with graphs. Numer. Math. 1, 269-271.
Hart, P. E., Nilsson, N. J., Raphael, B. (1968). A formal basis for the heuristic determination of
minimum cost paths. IEEE Transactions on Systems Science and Cybernetics 4(2), 100-107.
Pohl, I. (1971). Bi-directional search. Machine Intelligence 6, 127-140.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from caspia.routing._arrays import Bools, Floats, Ints, Items, Layout
from caspia.routing.heap import ONE, ZERO, drop, lift

BATCH = 16  # vertices per turn of a side in `meet`; one by one, the turns cost more than the work


@njit(cache=True, nogil=True)
def first_bad(weight: Floats) -> int:
    """Return the first arc whose weight is negative or not a number, -1 if there is none.

    Parameters
    ----------
    weight : float64[n_arcs]
        Weight of every arc.

    Returns
    -------
    int
        The arc.
    """
    bad = 0
    for arc in range(weight.size):  # no early exit: this form runs in vector registers
        bad += not weight[arc] >= 0.0
    if bad:
        for arc in range(weight.size):
            if not weight[arc] >= 0.0:
                return arc
    return -1


@njit(cache=True, nogil=True)
def spread(weight: Floats, arcs: Ints) -> Floats:
    """Return the weights in the order of a sparse row layout, so that a search reads them in a line.

    Parameters
    ----------
    weight : float64[n_arcs]
        Weight of every arc.
    arcs : int32[n_arcs]
        Arc of every slot of the layout.

    Returns
    -------
    float64[n_arcs]
        Weight of every slot.
    """
    out = np.empty(arcs.size)
    for slot in range(arcs.size):
        out[slot] = weight[np.uint32(arcs[slot])]
    return out


@njit(cache=True, nogil=True)
def grow_tree(
    indptr: Ints,
    ends: Ints,
    weight: Floats,
    roots: Ints,
    wanted: Bools,
    n_wanted: int,
    tree: tuple[Floats, Ints],
) -> None:
    """Dijkstra's algorithm from some vertices to all, or until every wanted vertex is settled.

    Parameters
    ----------
    indptr : int32[n + 1]
        First slot of every vertex.
    ends : int32[n_arcs]
        Vertex at the other end of the arc in each slot.
    weight : float64[n_arcs]
        Weight per slot (see `spread`), not negative; inf for a closed arc.
    roots : int32[k]
        Where the tree starts.
    wanted : bool[n]
        The vertices to wait for; read only when `n_wanted` is not zero.
    n_wanted : int
        How many vertices are wanted; 0 for all.
    tree : (float64[n], int32[n])
        On entry the first holds the cost to start with at every root and inf elsewhere, the second
        -1. Written: least cost (inf where no root reaches), and slot of the last arc (-1 at a root
        and where none reaches). Costs of vertices beyond the last wanted one are upper bounds only.
    """
    dist, parent = tree
    n = dist.size
    keys = np.empty(n)
    items = np.empty(n, np.uint32)
    place = np.full(n, -1, np.int32)
    size = ZERO
    for root in roots:
        if place[root] < 0:
            lift(keys, items, place, size, dist[root], np.uint32(root))
            size += ONE
    left = n_wanted
    while size > ZERO:
        cost = keys[ZERO]
        vertex = np.uint64(items[ZERO])
        size -= ONE
        drop(keys, items, place, size)
        if n_wanted and wanted[vertex]:
            left -= 1
            if left == 0:
                return
        slot = np.uint64(indptr[vertex])
        stop = np.uint64(indptr[vertex + ONE])
        while slot < stop:
            end = np.uint32(ends[slot])
            reach = cost + weight[slot]
            if reach < dist[end]:
                if place[end] < 0:
                    hole = size
                    size += ONE
                else:
                    hole = np.uint64(place[end])
                dist[end] = reach
                parent[end] = np.int32(slot)
                lift(keys, items, place, hole, reach, end)
            slot += ONE


@njit(cache=True, nogil=True)
def name_arcs(parent: Ints, arcs: Ints) -> None:
    """Turn the slots that `grow_tree` wrote into arcs, in place.

    Parameters
    ----------
    parent : int32[n]
        Slot of the last arc to every vertex, -1 for none.
    arcs : int32[n_arcs]
        Arc of every slot.
    """
    for vertex in range(parent.size):
        if parent[vertex] >= 0:
            parent[vertex] = arcs[parent[vertex]]


@njit(cache=True, nogil=True)
def trace(parent: Ints, start: Ints, vertex: int) -> Ints:
    """Return the arcs from the root of a tree to a vertex, in travel order.

    Parameters
    ----------
    parent : int32[n]
        Last arc to every vertex, -1 at the root.
    start : int32[n_arcs]
        The vertex nearer to the root of every arc.
    vertex : int
        Where the path ends.

    Returns
    -------
    int32[k]
        The arcs, from the root to the vertex.
    """
    count = 0
    at = vertex
    while parent[at] >= 0:
        at = start[parent[at]]
        count += 1
    out = np.empty(count, np.int32)
    at = vertex
    while count > 0:
        count -= 1
        out[count] = parent[at]
        at = start[parent[at]]
    return out


@njit(cache=True, nogil=True)
def join(onward: Ints, back: Ints, starts: tuple[Ints, Ints], middle: int) -> Ints:
    """Return the arcs of the path through `middle` of two trees, in travel order.

    Parameters
    ----------
    onward, back : int32[n], int32[n]
        Last arc from the source, and first arc towards the target.
    starts : (int32[n_arcs], int32[n_arcs])
        Tail and head of every arc.
    middle : int
        A vertex that both trees reach.

    Returns
    -------
    int32[k]
        The arcs, from the source to the target.
    """
    tail, head = starts
    ahead = trace(back, head, middle)
    return np.concatenate((trace(onward, tail, middle), ahead[::-1]))


@njit(cache=True, nogil=True)
def sum_along(weight: Floats, arcs: Ints) -> float:
    """Return the weights of `arcs` added up in their order.

    Parameters
    ----------
    weight : float64[n_arcs]
        Weight of every arc.
    arcs : int32[k]
        Arcs.

    Returns
    -------
    float
        The sum, in the unit of the weights.
    """
    total = 0.0
    for arc in arcs:
        total += weight[arc]
    return total


@njit(cache=True, nogil=True)
def seek(
    layout: Layout, weight: Floats, source: int, target: int, potential: Floats, blocked: Bools
) -> tuple[Floats, Ints]:
    """Search from one vertex to another by A*, around blocked vertices.

    Parameters
    ----------
    layout : (int32[n + 1], int32[n_arcs], int32[n_arcs])
        First slot per vertex; head and arc per slot.
    weight : float64[n_arcs]
        Weight per arc (not per slot), not negative; inf for a closed arc.
    source, target : int
        First and last vertex; neither is tested for being blocked.
    potential : float64[n]
        Lower bound of the cost to the target, exact for some weights nowhere above `weight`; inf
        where the target cannot be reached. Zeros make this Dijkstra's algorithm.
    blocked : bool[n]
        Vertices not to enter.

    Returns
    -------
    dist, parent : float64[n], int32[n]
        Cost from the source and last arc, final on the path to the target; dist[target] is inf
        when there is no path.
    """
    indptr, heads, arcs = layout
    n = potential.size
    dist = np.full(n, np.inf)
    parent = np.full(n, -1, np.int32)
    keys = np.empty(n)
    items = np.empty(n, np.uint32)
    place = np.full(n, -1, np.int32)
    dist[source] = 0.0
    lift(keys, items, place, ZERO, potential[source], np.uint32(source))
    size = ONE
    while size > ZERO:
        vertex = np.uint64(items[ZERO])
        if vertex == np.uint64(target):
            break
        size -= ONE
        drop(keys, items, place, size)
        slot = np.uint64(indptr[vertex])
        stop = np.uint64(indptr[vertex + ONE])
        while slot < stop:
            end = np.uint32(heads[slot])
            reach = dist[vertex] + weight[np.uint32(arcs[slot])]
            # A settled vertex may come back: rounding can break the potential's consistency.
            if reach < dist[end] and potential[end] < np.inf and (not blocked[end] or end == target):
                hole = size
                if place[end] < 0:
                    size += ONE
                else:
                    hole = np.uint64(place[end])
                dist[end] = reach
                parent[end] = arcs[slot]
                lift(keys, items, place, hole, reach + potential[end], end)
            slot += ONE
    return dist, parent


@njit(cache=True, nogil=True)
def _advance(
    layout: Layout,
    weight: Floats,
    side: tuple[Floats, Ints, Floats, Items, Ints],
    size: np.uint64,
    across: tuple[Floats, float],
    best: float,
    middle: int,
) -> tuple[np.uint64, float, int]:
    """Settle some vertices of one side of `meet`; return the heap's size and the best meeting."""
    indptr, ends, arcs = layout
    dist, parent, keys, items, place = side
    other, top = across
    for _ in range(BATCH):
        if size == ZERO or keys[ZERO] + top >= best:
            break
        cost = keys[ZERO]
        vertex = np.uint64(items[ZERO])
        size -= ONE
        drop(keys, items, place, size)
        slot = np.uint64(indptr[vertex])
        stop = np.uint64(indptr[vertex + ONE])
        while slot < stop:
            end = np.uint32(ends[slot])
            reach = cost + weight[np.uint32(arcs[slot])]
            if reach < dist[end]:
                hole = size
                if place[end] < 0:
                    size += ONE
                else:
                    hole = np.uint64(place[end])
                dist[end] = reach
                parent[end] = arcs[slot]
                lift(keys, items, place, hole, reach, end)
                if reach + other[end] < best:
                    best = reach + other[end]
                    middle = int(end)
            slot += ONE
    return size, best, middle


@njit(cache=True, nogil=True)
def meet(
    forward: Layout, backward: Layout, starts: tuple[Ints, Ints], weight: Floats, source: int, target: int
) -> tuple[bool, Ints]:
    """Dijkstra's algorithm from both ends, the nearer side first, until no meeting can be cheaper.

    Parameters
    ----------
    forward, backward : (int32[n + 1], int32[n_arcs], int32[n_arcs])
        First slot per vertex; other end and arc per slot, along and against the arcs.
    starts : (int32[n_arcs], int32[n_arcs])
        Tail and head of every arc.
    weight : float64[n_arcs]
        Weight per arc (not per slot), not negative; inf for a closed arc.
    source, target : int
        First and last vertex, not the same.

    Returns
    -------
    found : bool
        Whether there is a path.
    arcs : int32[k]
        The arcs of a least-cost one in travel order.
    """
    n = forward[0].size - 1
    dist_a, dist_b = np.full(n, np.inf), np.full(n, np.inf)
    parent_a, parent_b = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    keys_a, keys_b = np.empty(n), np.empty(n)
    items_a, items_b = np.empty(n, np.uint32), np.empty(n, np.uint32)
    place_a, place_b = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    side_a = (dist_a, parent_a, keys_a, items_a, place_a)
    side_b = (dist_b, parent_b, keys_b, items_b, place_b)
    dist_a[source] = 0.0
    dist_b[target] = 0.0
    lift(keys_a, items_a, place_a, ZERO, 0.0, np.uint32(source))
    lift(keys_b, items_b, place_b, ZERO, 0.0, np.uint32(target))
    size_a = ONE
    size_b = ONE
    best = np.inf
    middle = -1
    while size_a > ZERO and size_b > ZERO and keys_a[ZERO] + keys_b[ZERO] < best:
        if keys_a[ZERO] <= keys_b[ZERO]:
            across = (dist_b, keys_b[ZERO])
            size_a, best, middle = _advance(forward, weight, side_a, size_a, across, best, middle)
        else:
            across = (dist_a, keys_a[ZERO])
            size_b, best, middle = _advance(backward, weight, side_b, size_b, across, best, middle)
    if middle < 0:
        return False, np.empty(0, np.int32)
    return True, join(parent_a, parent_b, starts, middle)
