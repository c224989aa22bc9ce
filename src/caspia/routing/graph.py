"""A directed graph as sparse rows, along and against its arcs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from caspia.routing._arrays import Ints, Layout, as_vertices

_MOST = 2**31 - 1


@dataclass(frozen=True, eq=False)
class Graph:
    """A directed multigraph, built by `build_graph`; all arrays are read-only.

    Parameters
    ----------
    n_vertices, n_arcs : int
        Numbers of vertices and arcs; both are named by 0, 1, 2, ...
    tail, head : int32[n_arcs]
        First and last vertex of every arc.
    out_indptr : int32[n_vertices + 1]
        Arcs that leave vertex v stand in the slots out_indptr[v] to out_indptr[v + 1].
    out_heads, out_arcs : int32[n_arcs]
        Head and number of the arc in each of these slots.
    in_indptr : int32[n_vertices + 1]
        Arcs that enter vertex v stand in the slots in_indptr[v] to in_indptr[v + 1].
    in_tails, in_arcs : int32[n_arcs]
        Tail and number of the arc in each of these slots.
    """

    n_vertices: int
    n_arcs: int
    tail: Ints
    head: Ints
    out_indptr: Ints
    out_heads: Ints
    out_arcs: Ints
    in_indptr: Ints
    in_tails: Ints
    in_arcs: Ints

    @property
    def forward(self) -> Layout:
        """First slot per vertex, head and arc per slot: what a search along the arcs reads."""
        return self.out_indptr, self.out_heads, self.out_arcs

    @property
    def backward(self) -> Layout:
        """First slot per vertex, tail and arc per slot: what a search against the arcs reads."""
        return self.in_indptr, self.in_tails, self.in_arcs


def build_graph(tail: npt.ArrayLike, head: npt.ArrayLike, n_vertices: int) -> Graph:
    """Lay out a directed graph for searching.

    Parallel arcs and loops are allowed. The arcs of a vertex keep the order in which they were
    given, so the same input always gives the same ties.

    Parameters
    ----------
    tail, head : array_like of int, shape (n_arcs,)
        First and last vertex of every arc.
    n_vertices : int
        Number of vertices, at least 1.

    Returns
    -------
    Graph
        The graph; it holds copies of the arrays.

    Raises
    ------
    ValueError
        If the arrays differ in length, name a vertex that is not there, or are too long for
        32-bit numbers.

    Examples
    --------
    >>> graph = build_graph([0, 1, 0], [1, 2, 2], 3)
    >>> graph.out_heads.tolist()
    [1, 2, 2]
    """
    if not 1 <= n_vertices <= _MOST:
        raise ValueError(f"n_vertices: got {n_vertices}; allowed: 1 to {_MOST}")
    first = as_vertices(tail, n_vertices, "tail").copy()
    last = as_vertices(head, n_vertices, "head").copy()
    if first.size != last.size:
        raise ValueError(f"tail, head: got {first.size} and {last.size} arcs; allowed: equal lengths")
    if first.size > _MOST:
        raise ValueError(f"tail, head: got {first.size} arcs; allowed: at most {_MOST}")
    arrays = (first, last, *_rows(first, last, n_vertices), *_rows(last, first, n_vertices))
    for array in arrays:
        array.setflags(write=False)
    return Graph(int(n_vertices), first.size, *arrays)


def _rows(start: Ints, end: Ints, n_vertices: int) -> Layout:
    """Return first slot per vertex, other end and arc per slot, arcs sorted by `start`."""
    arcs = np.argsort(start, kind="stable").astype(np.int32)
    indptr = np.zeros(n_vertices + 1, np.int32)
    np.cumsum(np.bincount(start, minlength=n_vertices), out=indptr[1:])
    return indptr, end[arcs], arcs
