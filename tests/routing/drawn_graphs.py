"""Small random graphs for the tests of the room, and slow programs to compare with."""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np
from hypothesis import strategies as st

from caspia.routing import Graph, build_graph


@dataclass(frozen=True)
class Case:
    """A graph with whole-number weights (sums are exact), inf for closed arcs."""

    graph: Graph
    weight: np.ndarray
    source: int
    target: int

    def peer(self) -> nx.MultiDiGraph:
        """Return the open part of the graph for networkx."""
        peer = nx.MultiDiGraph()
        peer.add_nodes_from(range(self.graph.n_vertices))
        arcs = zip(self.graph.tail.tolist(), self.graph.head.tolist(), self.weight.tolist(), strict=True)
        peer.add_edges_from((u, v, i, {"weight": w}) for i, (u, v, w) in enumerate(arcs) if w < np.inf)
        return peer

    def simple_paths(self) -> list[list[int]]:
        """Return every simple path from source to target as a list of arcs."""
        if self.source == self.target:
            return [[]]
        found = nx.all_simple_edge_paths(self.peer(), self.source, self.target)
        return [[arc for _, _, arc in path] for path in found]


@st.composite
def cases(draw: st.DrawFn, most_vertices: int = 9, most_arcs: int = 24, least_weight: int = 0) -> Case:
    """Draw a directed multigraph with loops, parallel arcs, zero weights and closed arcs."""
    n = draw(st.integers(1, most_vertices))
    vertex = st.integers(0, n - 1)
    weight = st.one_of(st.integers(least_weight, 9).map(float), st.just(np.inf))
    arcs = draw(st.lists(st.tuples(vertex, vertex, weight), max_size=most_arcs))
    graph = build_graph([a[0] for a in arcs], [a[1] for a in arcs], n)
    return Case(graph, np.array([a[2] for a in arcs], float), draw(vertex), draw(vertex))


def check_walk(graph: Graph, arcs: np.ndarray, source: int, target: int) -> None:
    """Assert that arcs lead from source to target without a repeated vertex."""
    vertices = [source, *graph.head[arcs].tolist()]
    assert graph.tail[arcs].tolist() == vertices[:-1]
    assert vertices[-1] == target
    assert len(set(vertices)) == len(vertices)


def grid(side: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return tail, head and length of a square grid with both directions and uneven lengths."""
    index = np.arange(side * side).reshape(side, side)
    one = np.concatenate((index[:, :-1].ravel(), index[:-1].ravel()))
    two = np.concatenate((index[:, 1:].ravel(), index[1:].ravel()))
    length = np.random.default_rng(seed).uniform(1.0, 2.0, one.size)
    return np.concatenate((one, two)), np.concatenate((two, one)), np.concatenate((length, length))
