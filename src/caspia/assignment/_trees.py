"""Least-cost trees that are kept from round to round and repaired when costs change.

Costs change little between rounds, so most arcs of a tree stay. Each tree keeps its vertices in an order
in which none comes before its parent; one pass over the arcs in that order gives the least costs if the
tree still holds, and otherwise finds every vertex at which it does not. From these alone Dijkstra's
algorithm goes on. Zones are mostly ends: no route goes on by them. They are left out of both, and take the
least of the ways in when all else is done.

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
    """The graph with its arcs sorted by tail, those to ends after others; `start` has the first of every vertex.

    An end is a vertex by which no route goes on, since it may not or since all its arcs lead back.
    """

    start: Ints  # [n + 1]
    middle: Ints  # [n] where the arcs to ends start
    stop: Ints  # [n] where the arcs stop that a route may go on by: middle[v], start[v] if v is an end
    tail: Ints
    head: Ints
    into_start: Ints  # [n + 1] where the arcs into every vertex stand in `into`
    into: Ints
    gate: Ints  # arcs from vertices that are no ends to such that are


class Groups(NamedTuple):
    """Pairs that share origin and class; pairs are sorted by group."""

    root: Ints
    klass: Ints
    pair_start: Ints
    destination: Ints


class Forest(NamedTuple):
    """A tree per group: last arc to every vertex, and the vertices that it reaches, in order."""

    parent: Ints  # [G, n], -1 at the root and where it does not reach
    order: Ints  # [G, n], without ends but the root
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
        _reach_ends(net, arc_cost, dist, parent, root)
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
    keys, items, place = heap
    start, middle, stops, head = net.start, net.middle, net.stop, net.head
    size = ZERO
    seen[:] = False
    for i in range(order.size):
        vertex = np.uint32(order[i])
        at = dist[vertex]
        seen[vertex] = True
        stop = np.uint32(middle[vertex]) if i == 0 else np.uint32(stops[vertex])
        for arc in range(np.uint32(start[vertex]), stop):
            end = np.uint32(head[arc])
            reach = at + cost[arc]
            if reach < dist[end]:
                dist[end] = reach
                parent[end] = np.int32(arc)
                if seen[end]:
                    hole = size
                    if place[end] >= 0:
                        hole = np.uint64(place[end])
                    else:
                        size += ONE
                    lift(keys, items, place, hole, reach, end)
    return size


@njit(cache=True, nogil=True)
def _search(net: Net, cost: Floats, tree: tuple[Floats, Ints], heap: Heap, size: np.uint64, order: Ints) -> int:
    """Go on with Dijkstra's algorithm from the vertices in the heap; note the order if there is room."""
    dist, parent = tree
    keys, items, place = heap
    start, middle, stops, head = net.start, net.middle, net.stop, net.head
    count = 0
    while size > ZERO:
        vertex = items[ZERO]
        at = keys[ZERO]
        size -= ONE
        drop(keys, items, place, size)
        if count < order.size:
            order[count] = vertex
            count += 1
        stop = np.uint32(stops[vertex])
        if at == 0.0 and parent[vertex] < 0:  # the root, which routes leave even if they may not pass it
            stop = np.uint32(middle[vertex])
        for arc in range(np.uint32(start[vertex]), stop):
            end = np.uint32(head[arc])
            reach = at + cost[arc]
            if reach < dist[end]:
                dist[end] = reach
                parent[end] = np.int32(arc)
                hole = size
                if place[end] >= 0:
                    hole = np.uint64(place[end])
                else:
                    size += ONE
                lift(keys, items, place, hole, reach, end)
    return count


@njit(cache=True, nogil=True)
def _reach_ends(net: Net, cost: Floats, dist: Floats, parent: Ints, root: int) -> None:
    """Take the least of the ways to every end; the root, should it be one, is left by all its arcs."""
    tail, head, gate = net.tail, net.head, net.gate
    for arc in range(net.middle[root], net.start[root + 1]):
        if cost[arc] < dist[head[arc]]:
            dist[head[arc]] = cost[arc]
            parent[head[arc]] = arc
    for i in range(gate.size):
        last = np.uint32(gate[i])
        end, reach = np.uint32(head[last]), dist[np.uint32(tail[last])] + cost[last]
        if reach < dist[end]:
            dist[end] = reach
            parent[end] = np.int32(last)


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
