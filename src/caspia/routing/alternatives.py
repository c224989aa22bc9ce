"""Several good and different ways between two vertices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from caspia.routing import kernels
from caspia.routing._arrays import Bools, Floats, Ints, as_vertex
from caspia.routing.graph import Graph
from caspia.routing.search import Path, Tree, all_to_one, check_weight, make_path, one_to_all

_SECTION = 0.25  # on either side of the via vertex, of the least cost (alpha of Abraham et al. 2013)
_PENALTY = 1.3  # factor on the weight of every arc used, each time (within the range of Bader et al.)
_ROUNDS = 12  # searches under penalties for each path asked for


@dataclass(frozen=True)
class AlternativesOptions:
    """What counts as another way, and as a reasonable one.

    Parameters
    ----------
    max_shared : float
        Largest share of the measure, 0 to 1, that two of the paths have in common, taken of the
        one with the smaller measure.
    max_stretch : float
        Largest cost as a multiple of the least cost, at least 1; of the whole path, and of its
        section around the place where it was made different.

    Raises
    ------
    ValueError
        If a number is outside its range.
    """

    max_shared: float = 0.7
    max_stretch: float = 2.0

    def __post_init__(self) -> None:
        """Refuse numbers outside their range."""
        if not 0.0 <= self.max_shared <= 1.0:
            raise ValueError(f"max_shared: got {self.max_shared}; allowed: 0 to 1")
        if not 1.0 <= self.max_stretch < np.inf:
            raise ValueError(f"max_stretch: got {self.max_stretch}; allowed: 1 or more, finite")


class _Chosen:
    """The paths taken so far, as marks on the arcs, so that an overlap is one walk."""

    def __init__(self, graph: Graph, weight: Floats, measure: Floats, k: int, options: AlternativesOptions) -> None:
        self.weight = weight
        self.measure = measure
        self.options = options
        self.used = np.zeros((k, graph.n_arcs), np.bool_)
        self.totals = np.zeros((k, 2))
        self.paths: list[Path] = []

    def take(self, arcs: Ints, bound: float | None) -> None:
        """Add a path."""
        row = len(self.paths)
        self.used[row, arcs] = True
        self.totals[row] = kernels.sum_along(self.measure, arcs), arcs.size
        self.paths.append(make_path(self.weight, arcs, bound))

    def differs(self, arcs: Ints) -> bool:
        """Tell whether a path is different enough from all taken ones."""
        n = len(self.paths)
        return _differs(arcs, self.used[:n], self.totals[:n], self.measure, self.options.max_shared)


def alternatives(
    graph: Graph,
    weight: npt.ArrayLike,
    source: int,
    target: int,
    k: int,
    *,
    measure: npt.ArrayLike,
    options: AlternativesOptions | None = None,
) -> list[Path]:
    """Find up to k good paths of which any two differ.

    First the ways that join two least-cost paths in a via vertex are taken in order of cost (one
    for each plateau, the stretch that both trees share); then, if too few of them differ, least-cost
    paths are sought while the arcs used so far are made dearer, at most by `max_stretch`, so that no
    section of such a path can cost more than that multiple of the direct way.

    Parameters
    ----------
    graph : Graph
        The graph.
    weight : array_like of float, shape (n_arcs,)
        Weight of every arc, in any one unit; zero or more, inf for a closed arc.
    source, target : int
        First and last vertex.
    k : int
        How many paths are wanted, at least 1.
    measure : array_like of float, shape (n_arcs,)
        What an overlap is measured in, for instance the length of line arcs in km and zero on
        transfers; zero or more, finite.
    options : AlternativesOptions, optional
        The limits.

    Returns
    -------
    list of Path
        An optimum, then the others by cost. Fewer than k if no more were found, which proves
        nothing: the question is NP-hard. Empty when the target cannot be reached. `bound` is the
        least cost.

    Raises
    ------
    ValueError
        If an input is outside its range.

    References
    ----------
    Abraham, I., Delling, D., Goldberg, A. V., Werneck, R. F. (2013). Alternative routes in road
    networks. ACM J. Exp. Algorithmics 18, 1.3.
    Bader, R., Dees, J., Geisberger, R., Sanders, P. (2011). Alternative route graphs in road
    networks. TAPAS 2011, LNCS 6595, 21-32.
    Chondrogiannis, T., Bouros, P., Gamper, J., Leser, U., Blumenthal, D. B. (2020). Finding k-shortest
    paths with limited overlap. VLDB Journal 29, 1023-1047.

    Examples
    --------
    >>> from caspia.routing import build_graph
    >>> graph = build_graph([0, 1, 0, 2], [1, 3, 2, 3], 4)
    >>> paths = alternatives(graph, [1, 1, 2, 1], 0, 3, 2, measure=[1, 1, 1, 1])
    >>> [(path.arcs.tolist(), path.cost) for path in paths]
    [([0, 1], 2.0), ([2, 3], 3.0)]
    """
    if k < 1:
        raise ValueError(f"k: got {k}; allowed: 1 or more")
    costs = check_weight(graph, weight)
    lengths = check_weight(graph, measure, "measure")
    if not np.isfinite(lengths).all():
        raise ValueError("measure: got inf; allowed: finite numbers; repair: zero on arcs that do not count")
    first = as_vertex(source, graph.n_vertices, "source")
    last = as_vertex(target, graph.n_vertices, "target")
    onward, back = one_to_all(graph, costs, first), all_to_one(graph, costs, last)
    if onward.dist[last] == np.inf:
        return []
    chosen = _Chosen(graph, costs, lengths, k, options or AlternativesOptions())
    chosen.take(kernels.trace(onward.parent_arc, graph.tail, last), None)
    if first == last:
        return chosen.paths
    for ways in (_via(graph, onward, back, chosen), _penalised(graph, back, chosen, (first, last))):
        for arcs in ways:
            if len(chosen.paths) == k:
                break
            chosen.take(arcs, chosen.paths[0].cost)
    return chosen.paths[:1] + sorted(chosen.paths[1:], key=lambda path: path.cost)


def _via(graph: Graph, onward: Tree, back: Tree, chosen: _Chosen) -> Iterator[Ints]:
    """Yield single-via paths in order of cost: simple, different, and without a hairpin."""
    best = chosen.paths[0].cost
    stretch = chosen.options.max_stretch
    order = _plateaus(onward.parent_arc, back.parent_arc, graph.tail)
    costs = onward.dist[order] + back.dist[order]
    near = costs <= stretch * best
    order = order[near][np.argsort(costs[near], kind="stable")]
    trees = (onward.parent_arc, back.parent_arc)
    starts = (graph.tail, graph.head)
    stamps = np.full(graph.n_vertices, -1, np.int32)
    at = 0
    while True:
        n = len(chosen.paths)
        limits = (chosen.used[:n], chosen.totals[:n], chosen.measure, chosen.options.max_shared)
        at, arcs = _next_via(order, at, trees, starts, limits, stamps)
        if at < 0:
            return
        if _no_hairpin(graph, chosen, (onward, back), int(order[at]), arcs):
            yield arcs
        at += 1


def _no_hairpin(graph: Graph, chosen: _Chosen, trees: tuple[Tree, Tree], via: int, arcs: Ints) -> bool:
    """Tell whether the section around the via vertex is no worse than the stretch allows."""
    onward, back = trees
    reach = _SECTION * chosen.paths[0].cost
    vertices = np.append(graph.tail[arcs], graph.head[arcs[-1]])
    middle = int(np.flatnonzero(vertices == via)[0])
    before = onward.dist[vertices[: middle + 1]]
    after = back.dist[vertices[middle:]]
    i = int(np.searchsorted(before, before[-1] - reach, side="right")) - 1
    i = max(i, 0)
    j = middle + int(np.searchsorted(-after, -(after[0] - reach)))
    j = min(j, vertices.size - 1)
    start, end = int(vertices[i]), int(vertices[j])
    # Triangle inequality: going to `end` costs at least what it saves on the way to the target.
    potential = np.maximum(back.dist - back.dist[end], 0.0)
    free = np.zeros(graph.n_vertices, np.bool_)
    dist, _ = kernels.seek(graph.forward, chosen.weight, start, end, potential, free)
    section = kernels.sum_along(chosen.weight, arcs[i:j])
    return bool(section <= chosen.options.max_stretch * dist[end] * (1.0 + 1e-9))


def _penalised(graph: Graph, back: Tree, chosen: _Chosen, ends: tuple[int, int]) -> Iterator[Ints]:
    """Yield different paths that are best once the arcs used so far cost more.

    The least costs to the target under the true weights stay lower bounds under the dearer ones, so
    the search is guided by them and touches little beside the path.
    """
    weight, stretch = chosen.weight, chosen.options.max_stretch
    dearest = weight * stretch
    inflated = weight.copy()
    free = np.zeros(graph.n_vertices, np.bool_)
    for path in chosen.paths:
        _inflate(inflated, dearest, chosen.measure, path.arcs)
    for _ in range(_ROUNDS * chosen.used.shape[0]):
        _, parent = kernels.seek(graph.forward, inflated, ends[0], ends[1], back.dist, free)
        arcs = kernels.trace(parent, graph.tail, ends[1])
        if kernels.sum_along(weight, arcs) <= stretch * chosen.paths[0].cost and chosen.differs(arcs):
            yield arcs
        if not _inflate(inflated, dearest, chosen.measure, arcs):
            return


@njit(cache=True, nogil=True)
def _inflate(inflated: Floats, dearest: Floats, measure: Floats, arcs: Ints) -> bool:
    """Make the arcs that count in an overlap dearer, up to a cap; tell whether any of them was."""
    changed = False
    for arc in arcs:
        if measure[arc] > 0.0 and inflated[arc] < dearest[arc]:
            inflated[arc] = min(inflated[arc] * _PENALTY, dearest[arc])
            changed = True
    return changed


@njit(cache=True, nogil=True)
def _plateaus(onward: Ints, back: Ints, tail: Ints) -> Ints:
    """Return the first vertex of every plateau: all its vertices give the same single-via path."""
    out = np.empty(onward.size, np.int32)
    count = 0
    for vertex in range(onward.size):
        arc = onward[vertex]
        if arc < 0 or back[tail[arc]] != arc:
            out[count] = vertex
            count += 1
    return out[:count].copy()


@njit(cache=True, nogil=True)
def _next_via(
    order: Ints,
    at: int,
    trees: tuple[Ints, Ints],
    starts: tuple[Ints, Ints],
    limits: tuple[Bools, Floats, Floats, float],
    stamps: Ints,
) -> tuple[int, Ints]:
    """Return position and arcs of the next via vertex whose path is simple and different."""
    used, totals, measure, max_shared = limits
    for position in range(at, order.size):
        arcs = kernels.join(trees[0], trees[1], starts, order[position])
        if _is_simple(arcs, starts, stamps, position) and _differs(arcs, used, totals, measure, max_shared):
            return position, arcs
    return -1, np.empty(0, np.int32)


@njit(cache=True, nogil=True)
def _is_simple(arcs: Ints, starts: tuple[Ints, Ints], stamps: Ints, stamp: int) -> bool:
    """Tell whether no vertex comes twice; `stamps` remembers who saw each vertex last."""
    if arcs.size == 0:
        return False
    tail, head = starts
    stamps[tail[arcs[0]]] = stamp
    for arc in arcs:
        if stamps[head[arc]] == stamp:
            return False
        stamps[head[arc]] = stamp
    return True


@njit(cache=True, nogil=True)
def _differs(arcs: Ints, used: Bools, totals: Floats, measure: Floats, max_shared: float) -> bool:
    """Tell whether a path shares little enough of the measure with every path marked in `used`."""
    total = kernels.sum_along(measure, arcs)
    for row in range(used.shape[0]):
        shared = 0.0
        common = 0
        for arc in arcs:
            if used[row, arc]:
                shared += measure[arc]
                common += 1
        if shared > max_shared * min(total, totals[row, 0]) or common == arcs.size == totals[row, 1]:
            return False
    return True
