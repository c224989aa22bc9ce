"""Least-cost trees that are kept from round to round and repaired when costs change.

Costs change little between rounds, so most arcs of a tree stay. Each tree keeps its vertices in an order
in which none comes before its parent; one pass over the arcs in that order gives the least costs if the
tree still holds, and otherwise finds every vertex at which it does not. From these alone Dijkstra's
algorithm goes on.

Notes
-----
Numba's disk cache does not see a change made in another file: after editing a module whose compiled
functions are used here, delete the ``__pycache__`` folders of the room.

References
----------
Dijkstra, E. W. (1959). A note on two problems in connexion with graphs. Numer. Math. 1, 269-271.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from caspia.assignment.problem import Bools, Floats, Ints
from caspia.routing.heap import ONE, ZERO, drop, lift

Items = npt.NDArray[np.uint32]


class Net(NamedTuple):
    """The graph with its arcs sorted by tail; `start` has the first arc of every vertex."""

    start: Ints
    stop: Ints  # [n] where the arcs end that a route may go on by: start[v + 1], start[v] if none may
    tail: Ints
    head: Ints
    into_start: Ints  # [n + 1] where the arcs into every vertex stand in `into`
    into: Ints


class Groups(NamedTuple):
    """Pairs that share origin and class; pairs are sorted by group."""

    root: Ints
    klass: Ints
    pair_start: Ints
    destination: Ints


class Forest(NamedTuple):
    """A tree per group: last arc to every vertex, and the vertices that it reaches, in order."""

    parent: Ints  # [G, n], -1 at the root and where it does not reach
    order: Ints  # [G, n]
    grown: Ints  # [G], vertices in the order; 0 for a tree not grown yet
    dist: Floats  # [G, n], least cost when the tree was last brought up to date


class Heap(NamedTuple):
    """Working space of a search."""

    keys: Floats
    items: Items
    place: Ints


@njit(cache=True, nogil=True)
def grow_trees(net: Net, groups: Groups, forest: Forest, cost: Floats, which: Ints, least: Floats) -> None:
    """Bring the trees of some groups up to date, and write the least costs of their pairs.

    Parameters
    ----------
    net, groups, forest : Net, Groups, Forest
        Graph, groups, and the trees, which are changed.
    cost : float64[K, A]
        Cost of every arc by class; inf where the class is banned.
    which : int32[g]
        The groups.
    least : float64[P]
        Written: least cost of every pair of these groups, inf where no route leads.
    """
    n = net.stop.size
    seen = np.zeros(n, np.bool_)
    heap = Heap(np.empty(n), np.empty(n, np.uint32), np.full(n, -1, np.int32))
    for group in which:
        arc_cost = cost[groups.klass[group]]
        root, parent, order = groups.root[group], forest.parent[group], forest.order[group]
        dist, count = forest.dist[group], forest.grown[group]
        dist[:] = np.inf
        dist[root] = 0.0
        if count == 0:
            parent[:] = -1
            lift(heap.keys, heap.items, heap.place, ZERO, 0.0, np.uint32(root))
            forest.grown[group] = _search(net, arc_cost, (dist, parent), heap, ONE, order)
        else:
            _hang(net.tail, arc_cost, dist, parent, order[:count])
            size = _pass(net, arc_cost, (dist, parent), heap, order[:count], seen)
            if size > ZERO:
                _search(net, arc_cost, (dist, parent), heap, size, order[:0])
                _sort(net.tail, parent, order[:count], seen)
        for pair in range(groups.pair_start[group], groups.pair_start[group + 1]):
            least[pair] = dist[groups.destination[pair]]


@njit(cache=True, nogil=True)
def _hang(tail: Ints, cost: Floats, dist: Floats, parent: Ints, order: Ints) -> None:
    """Write the costs along the tree as it stands."""
    for i in range(1, order.size):
        vertex = np.uint32(order[i])
        arc = np.uint32(parent[vertex])
        dist[vertex] = dist[np.uint32(tail[arc])] + cost[arc]


@njit(cache=True, nogil=True)
def _pass(net: Net, cost: Floats, tree: tuple[Floats, Ints], heap: Heap, order: Ints, seen: Bools) -> np.uint64:
    """Relax all arcs once in the order of the tree; put vertices that were improved too late in the heap."""
    dist, parent = tree
    size = ZERO
    seen[:] = False
    for i in range(order.size):
        vertex = np.uint32(order[i])
        at = dist[vertex]
        seen[vertex] = True
        stop = np.uint32(net.start[vertex + np.uint32(1)]) if i == 0 else np.uint32(net.stop[vertex])
        for arc in range(np.uint32(net.start[vertex]), stop):
            end = np.uint32(net.head[arc])
            reach = at + cost[arc]
            if reach < dist[end]:
                dist[end] = reach
                parent[end] = np.int32(arc)
                if seen[end]:
                    hole = size
                    if heap.place[end] >= 0:
                        hole = np.uint64(heap.place[end])
                    else:
                        size += ONE
                    lift(heap.keys, heap.items, heap.place, hole, reach, end)
    return size


@njit(cache=True, nogil=True)
def _search(net: Net, cost: Floats, tree: tuple[Floats, Ints], heap: Heap, size: np.uint64, order: Ints) -> int:
    """Go on with Dijkstra's algorithm from the vertices in the heap; note the order if there is room."""
    dist, parent = tree
    count = 0
    while size > ZERO:
        vertex = heap.items[ZERO]
        at = heap.keys[ZERO]
        size -= ONE
        drop(heap.keys, heap.items, heap.place, size)
        if count < order.size:
            order[count] = vertex
            count += 1
        stop = np.uint32(net.stop[vertex])
        if at == 0.0 and parent[vertex] < 0:  # the root, which routes leave even if they may not pass it
            stop = np.uint32(net.start[vertex + np.uint32(1)])
        for arc in range(np.uint32(net.start[vertex]), stop):
            end = np.uint32(net.head[arc])
            reach = at + cost[arc]
            if reach < dist[end]:
                dist[end] = reach
                parent[end] = np.int32(arc)
                hole = size
                if heap.place[end] >= 0:
                    hole = np.uint64(heap.place[end])
                else:
                    size += ONE
                lift(heap.keys, heap.items, heap.place, hole, reach, end)
    return count


@njit(cache=True, nogil=True)
def _sort(tail: Ints, parent: Ints, order: Ints, seen: Bools) -> None:
    """Put parents before children again, otherwise keeping the order."""
    seen[:] = False
    old = order.copy()
    branch = np.empty(old.size, np.int32)
    count = 0
    for vertex in old:
        depth = 0
        at = vertex
        while not seen[at]:
            seen[at] = True
            branch[depth] = at
            depth += 1
            if parent[at] < 0:
                break
            at = tail[parent[at]]
        while depth > 0:
            depth -= 1
            order[count] = branch[depth]
            count += 1
