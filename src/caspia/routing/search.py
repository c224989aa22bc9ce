"""Least-cost trees and paths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from caspia.routing import kernels
from caspia.routing._arrays import Floats, Ints, Layout, as_row, as_vertex, refuse_arc
from caspia.routing.graph import Graph


@dataclass(frozen=True, eq=False)
class Tree:
    """Least costs between one vertex and all others.

    Parameters
    ----------
    dist : float64[n_vertices]
        Least cost from (or to) the root, in the unit of the weights; inf where there is no path.
    parent_arc : int32[n_vertices]
        Last arc of the path from the root (or first arc of the path to it); -1 at the root and
        where there is no path.
    """

    dist: Floats
    parent_arc: Ints


@dataclass(frozen=True, eq=False)
class Path:
    """A path without a repeated vertex.

    Parameters
    ----------
    arcs : int32[k]
        Its arcs in travel order; empty from a vertex to itself.
    cost : float
        Sum of their weights, added in travel order.
    bound : float
        Proven lower bound: no path that answers the same question costs less. The path is a proven
        optimum when this equals the cost.
    """

    arcs: Ints
    cost: float
    bound: float


def one_to_all(graph: Graph, weight: npt.ArrayLike, source: int) -> Tree:
    """Find the least-cost paths from one vertex to all others.

    Parameters
    ----------
    graph : Graph
        The graph.
    weight : array_like of float, shape (n_arcs,)
        Weight of every arc, in any one unit; zero or more, inf for a closed arc.
    source : int
        The root.

    Returns
    -------
    Tree
        Least costs and last arcs. The same input gives the same tree, ties included.

    Raises
    ------
    ValueError
        If a weight is negative or NaN, or there is no such vertex.

    References
    ----------
    Dijkstra, E. W. (1959). A note on two problems in connexion with graphs. Numer. Math. 1.

    Examples
    --------
    >>> from caspia.routing import build_graph
    >>> one_to_all(build_graph([0, 1, 0], [1, 2, 2], 3), [1.0, 1.0, 5.0], 0).dist.tolist()
    [0.0, 1.0, 2.0]
    """
    return _tree(graph, graph.forward, weight, as_vertex(source, graph.n_vertices, "source"))


def all_to_one(graph: Graph, weight: npt.ArrayLike, target: int) -> Tree:
    """Find the least-cost paths from all vertices to one.

    Parameters
    ----------
    graph : Graph
        The graph.
    weight : array_like of float, shape (n_arcs,)
        Weight of every arc, in any one unit; zero or more, inf for a closed arc.
    target : int
        The root.

    Returns
    -------
    Tree
        Least costs and first arcs.

    Raises
    ------
    ValueError
        If a weight is negative or NaN, or there is no such vertex.

    Examples
    --------
    >>> from caspia.routing import build_graph
    >>> all_to_one(build_graph([0, 1, 0], [1, 2, 2], 3), [1.0, 1.0, 5.0], 2).parent_arc.tolist()
    [0, 1, -1]
    """
    return _tree(graph, graph.backward, weight, as_vertex(target, graph.n_vertices, "target"))


def shortest_path(graph: Graph, weight: npt.ArrayLike, source: int, target: int) -> Path | None:
    """Find one least-cost path.

    Parameters
    ----------
    graph : Graph
        The graph.
    weight : array_like of float, shape (n_arcs,)
        Weight of every arc, in any one unit; zero or more, inf for a closed arc.
    source, target : int
        First and last vertex.

    Returns
    -------
    Path or None
        The path; None when the target cannot be reached. Among paths that cost the same up to
        rounding it may be another one than in `one_to_all`.

    Raises
    ------
    ValueError
        If a weight is negative or NaN, or there is no such vertex.

    References
    ----------
    Pohl, I. (1971). Bi-directional search. Machine Intelligence 6, 127-140.

    Examples
    --------
    >>> from caspia.routing import build_graph
    >>> shortest_path(build_graph([0, 1, 0], [1, 2, 2], 3), [1.0, 1.0, 5.0], 0, 2).arcs.tolist()
    [0, 1]
    """
    costs = check_weight(graph, weight)
    first = as_vertex(source, graph.n_vertices, "source")
    last = as_vertex(target, graph.n_vertices, "target")
    if first == last:
        return make_path(costs, np.empty(0, np.int32))
    starts = (graph.tail, graph.head)
    found, arcs = kernels.meet(graph.forward, graph.backward, starts, costs, first, last)
    return make_path(costs, arcs) if found else None


def check_weight(graph: Graph, weight: npt.ArrayLike, name: str = "weight") -> Floats:
    """Return weights as float64[n_arcs], or refuse a wrong shape, a negative number or NaN.

    Parameters
    ----------
    graph : Graph
        The graph.
    weight : array_like of float, shape (n_arcs,)
        Weight of every arc.
    name : str
        Name of the argument, for the message.

    Returns
    -------
    float64[n_arcs]
        The weights; the caller's own array when it already has this form.

    Raises
    ------
    ValueError
        If the shape is wrong or a weight is negative or NaN.

    Examples
    --------
    >>> from caspia.routing import build_graph
    >>> check_weight(build_graph([0], [1], 2), [3]).tolist()
    [3.0]
    """
    costs = as_row(weight, graph.n_arcs, name)
    refuse_arc(costs, kernels.first_bad(costs), name)
    return costs


def make_path(weight: Floats, arcs: Ints, bound: float | None = None) -> Path:
    """Return a frozen path with its cost.

    Parameters
    ----------
    weight : float64[n_arcs]
        Checked weights.
    arcs : int32[k]
        Arcs in travel order.
    bound : float, optional
        Proven lower bound, in the unit of the weights; the cost itself when not given.

    Returns
    -------
    Path
        The path.

    Examples
    --------
    >>> make_path(np.array([1.0, 2.0]), np.array([1, 0], np.int32)).cost
    3.0
    """
    cost = kernels.sum_along(weight, arcs)
    arcs.setflags(write=False)
    return Path(arcs, cost, cost if bound is None else min(bound, cost))


def _tree(graph: Graph, layout: Layout, weight: npt.ArrayLike, root: int) -> Tree:
    """Grow the tree of one direction."""
    indptr, ends, arcs = layout
    costs = kernels.spread(check_weight(graph, weight), arcs)
    dist = np.full(graph.n_vertices, np.inf)
    parent = np.full(graph.n_vertices, -1, np.int32)
    dist[root] = 0.0
    roots = np.array([root], np.int32)
    kernels.grow_tree(indptr, ends, costs, roots, np.empty(0, np.bool_), 0, (dist, parent))
    kernels.name_arcs(parent, arcs)
    dist.setflags(write=False)
    parent.setflags(write=False)
    return Tree(dist, parent)
