"""Least costs between many pairs of vertices."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
from numba import njit

from caspia.routing import kernels
from caspia.routing._arrays import Bools, Floats, Ints, as_vertices
from caspia.routing.graph import Graph
from caspia.routing.search import check_weight


def cost_matrix(
    graph: Graph, weight: npt.ArrayLike, sources: npt.ArrayLike, targets: npt.ArrayLike, *, workers: int = 1
) -> Floats:
    """Find the least costs from some vertices to others.

    One tree is grown for each source, or against the arcs for each target if these are fewer, and
    only until all vertices asked for are settled.

    Parameters
    ----------
    graph : Graph
        The graph.
    weight : array_like of float, shape (n_arcs,)
        Weight of every arc, in any one unit; zero or more, inf for a closed arc.
    sources, targets : array_like of int, shapes (s,) and (t,)
        First and last vertices; a vertex may come more than once.
    workers : int
        Number of threads, at least 1. The result does not depend on it.

    Returns
    -------
    float64[s, t]
        Least costs; inf where there is no path. They equal those of `one_to_all`; up to rounding if
        the trees were grown against the arcs.

    Raises
    ------
    ValueError
        If a weight is negative or NaN, there is no such vertex, or `workers` is less than 1.

    Notes
    -----
    Python's threads run the compiled loop without the interpreter's lock. Numba's own threads are
    not used: their default layer ends the process when two callers, for instance two workers of
    Dask, enter it at once.

    Examples
    --------
    >>> from caspia.routing import build_graph
    >>> cost_matrix(build_graph([0, 1, 0], [1, 2, 2], 3), [1.0, 1.0, 5.0], [0, 1], [1, 2])
    array([[1., 2.],
           [0., 1.]])
    """
    if workers < 1:
        raise ValueError(f"workers: got {workers}; allowed: 1 or more")
    costs = check_weight(graph, weight)
    from_ = as_vertices(sources, graph.n_vertices, "sources")
    to = as_vertices(targets, graph.n_vertices, "targets")
    if np.unique(to).size < np.unique(from_).size:
        return np.ascontiguousarray(_rows(graph.n_vertices, graph.backward, costs, to, from_, workers).T)
    return _rows(graph.n_vertices, graph.forward, costs, from_, to, workers)


def _rows(
    n_vertices: int, layout: tuple[Ints, Ints, Ints], weight: Floats, roots: Ints, wanted: Ints, workers: int
) -> Floats:
    """Return one row of costs for each root."""
    indptr, ends, arcs = layout
    distinct, row = np.unique(roots, return_inverse=True)
    mask = np.zeros(n_vertices, np.bool_)
    mask[wanted] = True
    out = np.empty((distinct.size, wanted.size))
    slot_weight = kernels.spread(weight, arcs)

    def fill(part: slice) -> None:
        _fill((indptr, ends, slot_weight), distinct[part], wanted, mask, out[part])

    share = -(-distinct.size // workers) or 1
    parts = [slice(i, i + share) for i in range(0, distinct.size, share)]
    if len(parts) <= 1:
        fill(slice(None))
    else:
        with ThreadPoolExecutor(len(parts)) as pool:
            list(pool.map(fill, parts))
    return out if np.array_equal(distinct, roots) else out[row]


@njit(cache=True, nogil=True)
def _fill(layout: tuple[Ints, Ints, Floats], roots: Ints, wanted: Ints, mask: Bools, out: Floats) -> None:
    """Write the costs between each root and the wanted vertices."""
    indptr, ends, weight = layout
    n = mask.size
    n_wanted = mask.sum()
    if n_wanted == 0:
        return
    dist = np.empty(n)
    parent = np.empty(n, np.int32)
    for i in range(roots.size):
        dist[:] = np.inf
        dist[roots[i]] = 0.0
        parent[:] = -1
        kernels.grow_tree(indptr, ends, weight, roots[i : i + 1], mask, n_wanted, (dist, parent))
        for j in range(wanted.size):
            out[i, j] = dist[wanted[j]]
