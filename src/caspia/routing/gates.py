"""The best simple path that passes a gate, for instance the best one of a corridor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from caspia.routing import kernels
from caspia.routing._arrays import Bools, Floats, Ints, as_vertex
from caspia.routing.graph import Graph
from caspia.routing.heap import ONE, ZERO, drop, lift
from caspia.routing.search import Path, Tree, check_weight, make_path, one_to_all
from caspia.routing.walks import as_group, fresh_stamps, is_simple

_MOST = 2_000_000  # labels in one search, 40 bytes each
_KEPT = 8  # labels kept per vertex and side of the gate; one is Dijkstra's algorithm
_REPAIRS = 64  # gate arcs tried when the labels give no proof, the cheapest walks first


def best_through(
    graph: Graph,
    weight: npt.ArrayLike,
    source: int,
    target: int,
    gate: npt.ArrayLike,
    *,
    group: npt.ArrayLike | None = None,
) -> Path | None:
    """Find the least-cost path that uses at least one gate arc and visits nothing twice.

    Partial paths are extended in order of the least cost at which they could pass a gate and end,
    were repeated visits allowed (backward trees from the target and from the gates). A step to a
    vertex, or back into a group, that the partial path has visited is refused.

    The question is NP-hard, so that not all partial paths can be kept: each vertex keeps the eight
    cheapest that have passed a gate and the eight cheapest that have not. The answer is the exact
    optimum among simple paths whenever `cost` equals `bound`; so it is when the least-cost walk
    through a gate repeats nothing, and when no partial path cheaper than the answer was thrown
    away. Otherwise paths are also made gate arc by gate arc: the best way to the arc with the best
    way onward around it, and the reverse; the cheapest of all is the answer, and `bound` says how
    far from the optimum it can be.

    Parameters
    ----------
    graph : Graph
        The graph.
    weight : array_like of float, shape (n_arcs,)
        Weight of every arc, in any one unit; zero or more, inf for a closed (banned) arc.
    source, target : int
        First and last vertex.
    gate : array_like of bool, shape (n_arcs,)
        The arcs of which the path must use one or more.
    group : array_like of int, shape (n_vertices,), optional
        Group of every vertex, for instance its place; the path never comes back to a group that it
        has left. Vertices with a negative number belong to no group.

    Returns
    -------
    Path or None
        The path; None if none was found. If no partial path was thrown away, as on small graphs,
        that is a proof that there is none.

    Raises
    ------
    ValueError
        If an array has the wrong shape or type, a weight is negative or NaN, or there is no such
        vertex.

    References
    ----------
    Hart, P. E., Nilsson, N. J., Raphael, B. (1968). A formal basis for the heuristic determination of
    minimum cost paths. IEEE Transactions on Systems Science and Cybernetics 4(2), 100-107.
    Fortune, S., Hopcroft, J., Wyllie, J. (1980). The directed subgraph homeomorphism problem.
    Theoretical Computer Science 10, 111-121 (why it is hard).

    Examples
    --------
    >>> from caspia.routing import build_graph
    >>> graph = build_graph([0, 1, 0, 2], [1, 3, 2, 3], 4)
    >>> best_through(graph, [1, 1, 2, 1], 0, 3, [False, False, True, False]).arcs.tolist()
    [2, 3]
    """
    costs = check_weight(graph, weight)
    first = as_vertex(source, graph.n_vertices, "source")
    last = as_vertex(target, graph.n_vertices, "target")
    mask = _as_gate(gate, graph.n_arcs)
    places = as_group(group, graph.n_vertices)
    potential, back = _potentials(graph, costs, mask, last)
    if potential[0, first] == np.inf:
        return None
    arcs, lost = _search(graph.forward, costs, mask, places, potential, (first, last))
    path = make_path(costs, arcs) if arcs.size else None
    # Sums in another order differ in the last digits: that much below the cost is still a proof.
    if lost == np.inf or (path is not None and lost >= path.cost * (1.0 - 1e-12)):
        return path
    halves = _Halves(graph, costs, places, potential[1], back, one_to_all(graph, costs, first))
    for arc in halves.cheapest(np.flatnonzero(mask)):
        if path is not None and halves.walk_cost(arc) >= path.cost:
            break
        for made in halves.repair(arc, first, last):
            found = make_path(costs, made)
            if path is None or found.cost < path.cost:
                path = found
    return None if path is None else make_path(costs, path.arcs, max(lost, float(potential[0, first])))


@dataclass(frozen=True, eq=False)
class _Halves:
    """Least-cost ways from the source to a gate arc and from it to the target.

    Parameters
    ----------
    graph, weight, group
        What is searched.
    to_target : float64[n_vertices]
        Least cost to the target.
    back : int32[n_vertices]
        First arc of it.
    onward : Tree
        Least costs from the source.
    """

    graph: Graph
    weight: Floats
    group: Ints
    to_target: Floats
    back: Ints
    onward: Tree

    def walk_cost(self, arc: int) -> float:
        """Return the least cost of a walk over the arc."""
        tail, head = self.graph.tail[arc], self.graph.head[arc]
        return float(self.onward.dist[tail] + self.weight[arc] + self.to_target[head])

    def cheapest(self, gates: npt.NDArray[np.intp]) -> list[int]:
        """Return the gate arcs of the cheapest walks, the cheapest first."""
        graph = self.graph
        costs = self.onward.dist[graph.tail[gates]] + self.weight[gates] + self.to_target[graph.head[gates]]
        order = np.argsort(costs, kind="stable")[:_REPAIRS]
        return [int(gates[i]) for i in order if costs[i] < np.inf]

    def repair(self, arc: int, source: int, target: int) -> Iterator[Ints]:
        """Yield allowed paths over the arc: one half is the best, the other goes around it."""
        graph, dist = self.graph, self.onward.dist
        tail, head = int(graph.tail[arc]), int(graph.head[arc])
        one = kernels.trace(self.onward.parent_arc, graph.tail, tail)
        two = kernels.trace(self.back, graph.head, head)[::-1]
        # Triangle inequality: reaching `tail` costs at least what is still missing to its distance.
        missing = np.maximum(dist[tail] - dist, 0.0)
        ways = ((one, tail, head, target, self.to_target), (two, head, source, tail, missing))
        for kept, near, start, end, potential in ways:
            blocked = self._blocked(kept, near, head if near == tail else tail)
            if blocked[start] or blocked[end]:
                continue
            cost, parent = kernels.seek(graph.forward, self.weight, start, end, potential, blocked)
            if cost[end] == np.inf:
                continue
            way = kernels.trace(parent, graph.tail, end)
            gate = np.array([arc], np.int32)
            arcs = np.concatenate((kept, gate, way) if kept is one else (way, gate, kept))
            if is_simple(graph.head, self.group, source, arcs, fresh_stamps(graph.n_vertices), 0):
                yield arcs

    def _blocked(self, kept: Ints, near: int, far: int) -> Bools:
        """Return bool[n_vertices]: what the half beyond the gate arc from `near` to `far` must not enter."""
        vertices = np.concatenate((self.graph.tail[kept], self.graph.head[kept], [near]))
        places = self.group[vertices]
        # The gate arc may lie within one group, and then the other half may begin there.
        places = places[(places >= 0) & (places != self.group[far])]
        blocked: Bools = np.isin(self.group, places)
        blocked[vertices] = True
        return blocked


def _as_gate(gate: npt.ArrayLike, n_arcs: int) -> Bools:
    """Return the gate as bool[n_arcs], or refuse another shape or type."""
    mask = np.ascontiguousarray(gate)
    if mask.shape != (n_arcs,) or mask.dtype != np.bool_:
        raise ValueError(f"gate: got shape {mask.shape} of {mask.dtype}; allowed: ({n_arcs},) of bool, one per arc")
    return mask


def _potentials(graph: Graph, weight: Floats, gate: Bools, target: int) -> tuple[Floats, Ints]:
    """Return float64[2, n]: least cost to the target with a gate still to pass, and without.

    And int32[n]: the first arc of the latter.
    """
    indptr, ends, arcs = graph.backward
    costs = kernels.spread(weight, arcs)
    nobody = np.empty(0, np.bool_)
    out = np.full((2, graph.n_vertices), np.inf)
    parent = np.full((2, graph.n_vertices), -1, np.int32)
    out[1, target] = 0.0
    kernels.grow_tree(indptr, ends, costs, np.array([target], np.int32), nobody, 0, (out[1], parent[1]))
    kernels.name_arcs(parent[1], arcs)
    gates = np.flatnonzero(gate)
    np.minimum.at(out[0], graph.tail[gates], weight[gates] + out[1][graph.head[gates]])
    roots = np.flatnonzero(out[0] < np.inf).astype(np.int32)
    kernels.grow_tree(indptr, ends, costs, roots, nobody, 0, (out[0], parent[0]))
    return out, parent[1]


@njit(cache=True, nogil=True)
def _search(
    layout: tuple[Ints, Ints, Ints],
    weight: Floats,
    gate: Bools,
    group: Ints,
    potential: Floats,
    ends: tuple[int, int],
) -> tuple[Ints, float]:
    """Extend simple partial paths best first; return the arcs and the least cost thrown away.

    Labels are numbered in order of birth; row i of `links` holds vertex, side of the gate (0 before,
    1 after), parent label and last arc of label i.
    """
    indptr, heads, arcs = layout
    n = potential.shape[1]
    most = min(2 * _KEPT * arcs.size + 1, _MOST)
    links = np.empty((most, 4), np.int32)
    reach = np.empty(most)
    keys = np.empty(most)
    items = np.empty(most, np.uint32)
    place = np.full(most, -1, np.int32)
    kept = np.zeros((2, n), np.int32)
    links[0, 0], links[0, 1], links[0, 2], links[0, 3] = ends[0], 0, -1, -1
    reach[0] = 0.0
    lift(keys, items, place, ZERO, potential[0, ends[0]], np.uint32(0))
    size = ONE
    born = 1
    lost = np.inf
    while size > ZERO:
        key = keys[0]
        label = int(items[0])
        size -= ONE
        drop(keys, items, place, size)
        vertex, side = int(links[label, 0]), int(links[label, 1])
        # Labels leave the heap in order of cost, so that the cheapest of a vertex are kept.
        if kept[side, vertex] == _KEPT:
            lost = min(lost, key)
            continue
        kept[side, vertex] += 1
        if vertex == ends[1]:
            if side == 1:
                return _read_back(links, label), lost
            continue  # a simple path cannot come back to the target
        for slot in range(indptr[vertex], indptr[vertex + 1]):
            arc, end = arcs[slot], int(heads[slot])
            after = 1 if gate[arc] else side
            cost = reach[label] + weight[arc]
            bound = cost + potential[after, end]
            if bound == np.inf or _visited(links, label, end, group):
                continue
            if born == most or kept[after, end] == _KEPT:
                lost = min(lost, bound)
                continue
            links[born, 0], links[born, 1], links[born, 2], links[born, 3] = end, after, label, arc
            reach[born] = cost
            lift(keys, items, place, size, bound, np.uint32(born))
            size += ONE
            born += 1
    return np.empty(0, np.int32), lost


@njit(cache=True, nogil=True)
def _visited(links: Ints, label: int, vertex: int, group: Ints) -> bool:
    """Tell whether a partial path has been at a vertex, or in its group and left it."""
    place = group[vertex]
    inside = place >= 0 and group[links[label, 0]] == place
    while label >= 0:
        at = links[label, 0]
        if at == vertex or (place >= 0 and not inside and group[at] == place):
            return True
        label = links[label, 2]
    return False


@njit(cache=True, nogil=True)
def _read_back(links: Ints, label: int) -> Ints:
    """Return the arcs of a label's path, in travel order."""
    count = 0
    at = label
    while links[at, 2] >= 0:
        count += 1
        at = links[at, 2]
    out = np.empty(count, np.int32)
    while count > 0:
        count -= 1
        out[count] = links[label, 3]
        label = links[label, 2]
    return out
