"""All good compromises between two vertices under several criteria."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from caspia.routing import kernels, labels
from caspia.routing._arrays import Floats, Ints, as_vertex, refuse_arc
from caspia.routing.graph import Graph
from caspia.routing.search import Path, make_path


@dataclass(frozen=True, eq=False)
class ParetoSet:
    """Paths of which none is better than another in every criterion.

    Parameters
    ----------
    paths : tuple of Path
        The paths, sorted by their values, first criterion first; `cost` and `bound` of each are its
        value and the least value of the first criterion.
    values : float64[k, m]
        Sum of every criterion along every path.
    best : float64[m]
        Least value of every criterion on its own; inf where the target cannot be reached.
    epsilon : float
        Every path within the bound is matched by a path of the set that is at most 1 + epsilon
        times as large in every criterion.
    complete : bool
        Whether that holds; False when the search ended at its limit of labels, and then the set
        is only a part.
    n_labels : int
        Number of partial paths that were looked at.
    """

    paths: tuple[Path, ...]
    values: Floats
    best: Floats
    epsilon: float
    complete: bool
    n_labels: int


def pareto(
    graph: Graph,
    criteria: npt.ArrayLike,
    source: int,
    target: int,
    *,
    epsilon: float = 0.01,
    bound: float = 3.0,
    max_labels: int = 200_000,
) -> ParetoSet:
    """Find the Pareto set of paths under additive criteria, exactly or within a relative epsilon.

    Partial paths are extended in lexicographic order of what they cost at least. Exact lower bounds
    come from one backward tree per criterion. With epsilon, partial paths that end in one vertex are
    merged as long as one of them stays within 1 + epsilon of all it stands for; errors do not add up
    along a path.

    Parameters
    ----------
    graph : Graph
        The graph.
    criteria : array_like of float, shape (m, n_arcs)
        1 to 4 weights of every arc, each row in its own unit; zero or more, inf in any row for a
        closed arc. The search is fastest if the first row is the one that varies most.
    source, target : int
        First and last vertex.
    epsilon : float
        Relative tolerance, zero or more; zero gives one path for each point of the exact set.
    bound : float
        Paths larger than `bound` times the least value in any criterion are left out; 1 or more, inf
        for none. A path that stands for one within the bound may be 1 + epsilon times larger. A
        criterion whose least value is zero is not bounded.
    max_labels : int
        Largest number of partial paths, at least 1; each takes up to 130 bytes. The default ends
        within seconds even if the criteria have nothing to do with each other.

    Returns
    -------
    ParetoSet
        The paths; none when the target cannot be reached.

    Raises
    ------
    ValueError
        If an input is outside its range.

    References
    ----------
    Mandow, L., Perez de la Cruz, J. L. (2010). Multiobjective A* search with consistent heuristics.
    Journal of the ACM 57(5), 27.
    Pulido, F. J., Mandow, L., Perez de la Cruz, J. L. (2015). Dimensionality reduction in
    multiobjective shortest path search. Computers and Operations Research 64, 60-70.
    Zhang, H., Salzman, O., Kumar, T. K. S., Felner, A., Hernandez, C., Koenig, S. (2022). A*pex:
    efficient approximate multi-objective search on graphs. ICAPS 32, 394-403.
    Hernandez, C., Yeoh, W., Baier, J. A., Felner, A., Salzman, O., Zhang, H., Chan, S.-H., Koenig, S.
    (2023). Multi-objective search via lazy and efficient dominance checks. IJCAI 2023, 7223-7230.

    Examples
    --------
    >>> from caspia.routing import build_graph
    >>> graph = build_graph([0, 1, 0, 2], [1, 3, 2, 3], 4)
    >>> pareto(graph, [[1, 1, 2, 2], [5, 5, 1, 1]], 0, 3, bound=10).values.tolist()
    [[2.0, 10.0], [4.0, 2.0]]
    """
    _check_limits(epsilon, bound, max_labels)
    rows = _as_criteria(graph, criteria)
    first = as_vertex(source, graph.n_vertices, "source")
    last = as_vertex(target, graph.n_vertices, "target")
    heights = _lower_bounds(graph, rows, last)
    best = heights[first].copy()
    if not np.isfinite(best).all():
        return _result(rows, [], best, epsilon, (True, 0))
    # Sums in another order differ in the last digits; a path on the bound belongs to the set.
    limit = np.full(best.size, np.inf)
    limit[best > 0.0] = best[best > 0.0] * (bound * (1.0 + 1e-12))
    steps = np.ascontiguousarray(rows[:, graph.out_arcs].T)
    ends, links, count = labels.extend(
        graph.forward, steps, heights, (first, last), limit, 1.0 + epsilon, max_labels
    )
    paths = [_without_loops(labels.read_back(links, end), graph.tail, graph.head) for end in ends]
    return _result(rows, paths, best, epsilon, (count <= max_labels, min(count, max_labels)))


def _check_limits(epsilon: float, bound: float, max_labels: int) -> None:
    """Refuse settings outside their range."""
    if not 0.0 <= epsilon < np.inf:
        raise ValueError(f"epsilon: got {epsilon}; allowed: zero or more, finite")
    if not bound >= 1.0:
        raise ValueError(f"bound: got {bound}; allowed: 1 or more, inf for none")
    if not 1 <= max_labels < 2**31:
        raise ValueError(f"max_labels: got {max_labels}; allowed: 1 to {2**31 - 1}")


def _as_criteria(graph: Graph, criteria: npt.ArrayLike) -> Floats:
    """Return the criteria as float64[m, n_arcs] with inf in all rows of a closed arc."""
    rows = np.array(criteria, dtype=np.float64, order="C")
    if rows.ndim != 2 or not 1 <= rows.shape[0] <= labels.MOST_CRITERIA or rows.shape[1] != graph.n_arcs:
        raise ValueError(
            f"criteria: got shape {rows.shape}; allowed: (1 to {labels.MOST_CRITERIA}, {graph.n_arcs}), "
            "one row per criterion and one column per arc"
        )
    for i, row in enumerate(rows):
        refuse_arc(row, kernels.first_bad(row), f"criteria[{i}]")
    rows[:, np.isinf(rows).any(axis=0)] = np.inf
    return rows


def _lower_bounds(graph: Graph, rows: Floats, target: int) -> Floats:
    """Return float64[n_vertices, m]: least value of each criterion from each vertex to the target."""
    indptr, ends, arcs = graph.backward
    out = np.full((rows.shape[0], graph.n_vertices), np.inf)
    parent = np.full(graph.n_vertices, -1, np.int32)
    root = np.array([target], np.int32)
    for row, dist in zip(rows, out, strict=True):
        dist[target] = 0.0
        kernels.grow_tree(indptr, ends, kernels.spread(row, arcs), root, np.empty(0, np.bool_), 0, (dist, parent))
    return np.ascontiguousarray(out.T)


def _without_loops(arcs: Ints, tail: Ints, head: Ints) -> Ints:
    """Cut out the detours of a path back to a vertex it has been at.

    Merged labels can carry one, within epsilon; cutting it makes no criterion larger.
    """
    if arcs.size == 0:
        return arcs
    path: list[int] = []
    reached = {int(tail[arcs[0]]): 0}
    for arc in arcs.tolist():
        path.append(arc)
        end = int(head[arc])
        if end in reached:
            kept = reached[end]
            for cut in path[kept:]:
                del reached[int(head[cut])]
            del path[kept:]
            reached[end] = kept
        else:
            reached[end] = len(path)
    return np.array(path, np.int32)


def _result(rows: Floats, paths: list[Ints], best: Floats, epsilon: float, end: tuple[bool, int]) -> ParetoSet:
    """Sort the paths, leave out those that another one makes superfluous, and freeze the result."""
    values = np.array([[kernels.sum_along(row, arcs) for row in rows] for arcs in paths]).reshape(-1, rows.shape[0])
    order = np.lexsort(values.T[::-1])
    kept: list[int] = []
    for i in order:  # whatever dominates a point stands before it in lexicographic order
        if not (values[kept] <= values[i]).all(axis=1).any():
            kept.append(int(i))
    values = values[kept]
    values.setflags(write=False)
    best.setflags(write=False)
    chosen = tuple(make_path(rows[0], paths[i], float(best[0])) for i in kept)
    return ParetoSet(chosen, values, best, epsilon, *end)
