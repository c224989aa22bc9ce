"""Many dissimilar routes for many pairs at once: best ways through each of some arcs, a few of each kind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from caspia.routing._arrays import Floats, Ints
from caspia.routing.graph import Graph
from caspia.routing.search import Tree, all_to_one, check_weight, one_to_all
from caspia.routing.walks import as_group, is_simple

Longs = npt.NDArray[np.int64]
_LONGEST = 4096


@dataclass(frozen=True, eq=False)
class Kinds:
    """Which kind of route a path is, by what its arcs are.

    A path is of the kind of the first line of its rule of which it has both tags on some of its arcs, and of
    kind `rest` if it has none.

    Parameters
    ----------
    tags : int64[n_arcs]
        Bit mask of the tags of every arc.
    rules : int64[n_rules, n_lines, 3]
        Two masks of tags and a kind for each line, in order.
    rest : int
        Kind of all other paths.
    """

    tags: Longs
    rules: Longs
    rest: int = 0


@dataclass(frozen=True, eq=False)
class ViaOptions:
    """How many routes are kept.

    Parameters
    ----------
    of_each_kind : int
        Most routes of a kind for a pair.
    kind_stretch : float
        Routes of a kind cost at most this many times the best of the kind.
    stretch : float
        Routes cost at most this many times the best of the pair, but for the best of each kind.
    absurd : float
        The best of a kind costs at most this many times the best of the pair.
    """

    of_each_kind: int = 3
    kind_stretch: float = 1.4
    stretch: float = 2.5
    absurd: float = 3.0


@dataclass(frozen=True, eq=False)
class RouteRows:
    """Routes as sparse rows of arcs.

    Parameters
    ----------
    pair : int64[n_routes]
        Row of the pair that each route belongs to, ascending.
    kind : int64[n_routes]
        Kind of the route.
    cost : float64[n_routes]
        Sum of the weights with which it was found.
    start : int64[n_routes + 1]
        Arcs of route r are `arcs[start[r]:start[r + 1]]`, in travel order.
    arcs : int32[n]
        Arcs.
    """

    pair: Longs
    kind: Longs
    cost: Floats
    start: Longs
    arcs: Ints

    @property
    def route_of_arc(self) -> Longs:
        """Route of every element of `arcs`, int64[n]."""
        return np.repeat(np.arange(len(self.pair)), np.diff(self.start))

    def of(self, route: int) -> Ints:
        """Arcs of a route.

        Parameters
        ----------
        route : int
            Number of the route.

        Returns
        -------
        int32[k]
            In travel order.
        """
        return self.arcs[self.start[route] : self.start[route + 1]]


def routes_through(
    graph: Graph,
    weight: npt.ArrayLike,
    pairs: tuple[Ints, Ints, Ints],
    through: Ints,
    kinds: Kinds,
    group: npt.ArrayLike,
    options: ViaOptions | None = None,
) -> RouteRows:
    """Best path of each pair, and best paths through each of some arcs, a few of each kind.

    For every arc the best walk over it is joined from the tree of the origin and the tree of the destination;
    walks that come back to a group of vertices which they have left are dropped. The work is two trees for each
    end and one sum for each pair and arc.

    Parameters
    ----------
    graph : Graph
        The graph.
    weight : array_like of float, shape (n_arcs,)
        Weight of every arc; zero or more, inf for a closed arc.
    pairs : (int32[n_pairs], int32[n_pairs], int32[n_pairs])
        First vertex, last vertex, and row of `kinds.rules` for each pair.
    through : int32[n]
        Arcs of which each may make a route.
    kinds : Kinds
        What kinds of route there are.
    group : array_like of int, shape (n_vertices,)
        Group of every vertex, for instance its place; negative for none.
    options : ViaOptions, optional
        How many are kept.

    Returns
    -------
    RouteRows
        In order of pairs, and of cost within a pair.

    References
    ----------
    Abraham, I., Delling, D., Goldberg, A. V., Werneck, R. F. (2013). Alternative routes in road networks.
    ACM Journal of Experimental Algorithmics 18 (single-via paths).

    Examples
    --------
    >>> from caspia.routing import build_graph
    >>> graph = build_graph([0, 1, 0, 2], [1, 3, 2, 3], 4)
    >>> kinds = Kinds(np.array([0, 0, 1, 0]), np.array([[[1, 1, 1]]]))
    >>> ends = np.array([0], np.int32), np.array([3], np.int32), np.array([0], np.int32)
    >>> free = np.full(4, -1, np.int32)
    >>> rows = routes_through(graph, [1, 1, 2, 1], ends, np.array([2], np.int32), kinds, free)
    >>> rows.kind.tolist(), rows.cost.tolist()
    ([0, 1], [2.0, 3.0])
    """
    chosen = options or ViaOptions()
    costs = check_weight(graph, weight)
    places = as_group(group, graph.n_vertices)
    if len(pairs[0]) == 0:
        return _rows([])
    origins, from_row = np.unique(pairs[0], return_inverse=True)
    targets, to_row = np.unique(pairs[1], return_inverse=True)
    onward = _stack([one_to_all(graph, costs, root) for root in origins])
    backward = _stack([all_to_one(graph, costs, root) for root in targets])
    # Candidates of many pairs lie close together in memory: tails and heads by candidate.
    open_arcs = through[costs[through] < np.inf]
    reach = onward[0][:, graph.tail[open_arcs]] + costs[open_arcs]
    rest = backward[0][:, graph.head[open_arcs]]
    rng = np.random.default_rng(1)
    names = rng.integers(1, 2**62, graph.n_arcs)
    limits = (chosen.of_each_kind, chosen.kind_stretch, chosen.stretch, chosen.absurd)
    ends = (origins[from_row], targets[to_row], pairs[2])
    parts = []
    for p in range(len(pairs[0])):
        o, d = int(from_row[p]), int(to_row[p])
        best = onward[0][o, targets[d]]
        if best == np.inf:
            continue
        total = reach[o] + rest[d]
        order = np.argsort(total, kind="stable")
        order = order[: np.searchsorted(total[order], np.inf)]
        parts.append(
            (
                p,
                *_pick(
                    (graph.tail, graph.head, names, places),
                    (onward[1][o], backward[1][d]),
                    (int(ends[0][p]), int(ends[1][p])),
                    (open_arcs[order], total[order], best),
                    (kinds.tags, kinds.rules[ends[2][p]], kinds.rest),
                    limits,
                ),
            )
        )
    return _rows(parts)


def _stack(trees: list[Tree]) -> tuple[Floats, Ints]:
    """Least costs and last (or first) arcs of trees, a row each."""
    return np.stack([tree.dist for tree in trees]), np.stack([tree.parent_arc for tree in trees])


def _rows(parts: list[tuple[int, Longs, Floats, Longs, Ints]]) -> RouteRows:
    counts = [len(kind) for _, kind, *_ in parts]
    pair = np.repeat(np.array([part[0] for part in parts], dtype=np.int64), counts)
    empty = np.empty(0, dtype=np.int64)
    kind = np.concatenate([part[1] for part in parts]) if parts else empty
    cost = np.concatenate([part[2] for part in parts]) if parts else empty.astype(float)
    size = np.concatenate([part[3] for part in parts]) if parts else empty
    arcs = np.concatenate([part[4] for part in parts]) if parts else empty.astype(np.int32)
    return RouteRows(pair, kind, cost, np.concatenate([[0], np.cumsum(size)]).astype(np.int64), arcs)


@njit(cache=True, nogil=True)
def _pick(space, trees, ends, candidates, kinds, limits):  # type: ignore[no-untyped-def]
    """Keep the best path and the best through each candidate, as many of each kind as allowed."""
    tail, head, names, group = space
    arcs, totals, best = candidates
    tags, rules, rest = kinds
    most, kind_stretch, stretch, absurd = limits
    n_kinds = max(rules[:, 2].max(), rest) + 1
    kept_of = np.zeros(n_kinds, np.int64)
    best_of = np.full(n_kinds, np.inf)
    room = most * n_kinds + 1
    kind, cost, size = np.empty(room, np.int64), np.empty(room), np.empty(room, np.int64)
    hashes = np.empty(room, np.int64)
    out = np.empty(room * 256, np.int32)
    line = np.empty(_LONGEST, np.int32)
    count, filled = 0, 0
    stamps = (np.full(group.size, -2, np.int64), np.full(group.size, -2, np.int64))
    for c in range(-1, arcs.size):
        total = best if c < 0 else totals[c]
        if total > absurd * best:
            break
        n = _trace(tail, head, trees, ends, -1 if c < 0 else arcs[c], line)
        if n < 0:
            continue
        bits, name = np.int64(0), np.int64(0)
        for i in range(n):
            bits |= tags[line[i]]
            name ^= names[line[i]]
        k = kind_of(bits, rules, rest)
        if kept_of[k] >= most or total > kind_stretch * best_of[k] or (kept_of[k] > 0 and total > stretch * best):
            continue
        known = False
        for i in range(count):
            known = known or hashes[i] == name
        if known or filled + n > out.size or not is_simple(head, group, ends[0], line[:n], stamps, c):
            continue
        best_of[k] = min(best_of[k], total)
        kept_of[k] += 1
        kind[count], cost[count], size[count], hashes[count] = k, total, n, name
        out[filled : filled + n] = line[:n]
        filled += n
        count += 1
    return kind[:count], cost[:count], size[:count], out[:filled].copy()


@njit(cache=True, nogil=True)
def kind_of(bits: np.int64, rules: Longs, rest: int) -> int:
    """Kind of a path, by the tags that its arcs have.

    Parameters
    ----------
    bits : int
        Mask of the tags of all its arcs.
    rules : int64[n_lines, 3]
        Two masks of tags and a kind for each line, in order; see `Kinds`.
    rest : int
        Kind of what no line fits.

    Returns
    -------
    int
        That of the first line of which the path has both tags.
    """
    for i in range(rules.shape[0]):
        if (bits & rules[i, 0]) and (bits & rules[i, 1]):
            return int(rules[i, 2])
    return rest


@njit(cache=True, nogil=True)
def _trace(tail, head, trees, ends, arc, line):  # type: ignore[no-untyped-def]
    """Write the walk over an arc (or the best path) into `line`; its length, or -1 if it is too long."""
    onward, backward = trees
    n = 0
    at = ends[1] if arc < 0 else tail[arc]
    while at != ends[0]:
        a = onward[at]
        if a < 0 or n >= line.size - 1:
            return -1
        line[n] = a
        n += 1
        at = tail[a]
    for i in range(n // 2):
        line[i], line[n - 1 - i] = line[n - 1 - i], line[i]
    if arc < 0:
        return n
    line[n] = arc
    n += 1
    at = head[arc]
    while at != ends[1]:
        a = backward[at]
        if a < 0 or n >= line.size - 1:
            return -1
        line[n] = a
        n += 1
        at = head[a]
    return n
