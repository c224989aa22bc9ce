"""Measure the routing room against networkx and python-igraph on the same graphs, in one run.

Run ``python benchmarks/routing.py``; ``--small`` leaves out the graph of a million arcs. Compiling is
not measured: every call is made once before. Ratios are the peer's median time over ours.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Callable
from importlib.metadata import version

import igraph
import networkx as nx
import numpy as np
import numpy.typing as npt

from caspia.routing import (
    Graph,
    alternatives,
    best_through,
    build_graph,
    cost_matrix,
    one_to_all,
    pareto,
    shortest_path,
)

Row = tuple[str, float, str, float | None]


def grid_with_shortcuts(side: int, share: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return tail, head and weight of a jittered grid with some far links, both directions.

    Parameters
    ----------
    side : int
        Vertices along one side.
    share : float
        Share of the grid's links that are kept.
    seed : int
        Seed.
    """
    rng = np.random.default_rng(seed)
    n = side * side
    x, y = (axis.ravel() + rng.uniform(-0.4, 0.4, n) for axis in np.meshgrid(np.arange(side), np.arange(side)))
    index = np.arange(n).reshape(side, side)
    tail = np.concatenate((index[:, :-1].ravel(), index[:-1].ravel()))
    head = np.concatenate((index[:, 1:].ravel(), index[1:].ravel()))
    kept = rng.random(tail.size) < share
    far = rng.integers(0, n, (n // 50, 2))
    tail, head = np.append(tail[kept], far[:, 0]), np.append(head[kept], far[:, 1])
    length = np.hypot(x[tail] - x[head], y[tail] - y[head]) * rng.uniform(0.8, 1.6, tail.size)
    back = length * rng.uniform(0.95, 1.05, length.size)
    return np.append(tail, head), np.append(head, tail), np.append(length, back)


def median_s(call: Callable[[int], object], times: int) -> float:
    """Return the median time of `call(0)`, `call(1)`, ... in seconds, after one call not measured."""
    call(0)
    taken = []
    for turn in range(times):
        start = time.perf_counter()
        call(turn)
        taken.append(time.perf_counter() - start)
    return float(np.median(taken))


def compare_trees(
    tail: npt.ArrayLike, head: npt.ArrayLike, weight: npt.ArrayLike, *, times: int, with_networkx: bool = True
) -> list[Row]:
    """Time `one_to_all` and its peers on any network's arrays, and check that they agree.

    Parameters
    ----------
    tail, head : array_like of int, shape (n_arcs,)
        First and last vertex of every arc.
    weight : array_like of float, shape (n_arcs,)
        Finite weights.
    times : int
        Searches to take the median of; networkx gets fewer.
    with_networkx : bool
        Whether networkx takes part.
    """
    tails, heads, costs = np.asarray(tail), np.asarray(head), np.asarray(weight, dtype=float)
    n = int(max(tails.max(), heads.max())) + 1
    graph = build_graph(tails, heads, n)
    sources = np.random.default_rng(0).integers(0, n, times).tolist()
    peer = igraph.Graph(n=n, edges=np.column_stack((tails, heads)), directed=True)
    peer.es["weight"] = costs
    ours = median_s(lambda turn: one_to_all(graph, costs, sources[turn]), times)

    def by_igraph(turn: int) -> list[list[float]]:
        return peer.distances(sources[turn], weights="weight", algorithm="dijkstra")

    np.testing.assert_allclose(by_igraph(0)[0], one_to_all(graph, costs, sources[0]).dist, rtol=1e-12)
    name = f"one_to_all, {n} vertices, {costs.size} arcs"
    rows: list[Row] = [(name, ours, "igraph", median_s(by_igraph, times))]
    if with_networkx:
        slow = nx.MultiDiGraph()
        slow.add_weighted_edges_from(zip(tails.tolist(), heads.tolist(), costs.tolist(), strict=True))
        few = max(times // 10, 1)
        taken = median_s(lambda turn: nx.single_source_dijkstra_path_length(slow, sources[turn]), few)
        rows.append((name, ours, "networkx", taken))
    return rows


def time_the_rest(tail: npt.ArrayLike, head: npt.ArrayLike, weight: npt.ArrayLike, *, times: int) -> list[Row]:
    """Time paths, alternatives, gates, matrix and Pareto sets on any network's arrays.

    Parameters
    ----------
    tail, head : array_like of int, shape (n_arcs,)
        First and last vertex of every arc.
    weight : array_like of float, shape (n_arcs,)
        Finite weights.
    times : int
        Questions to take the median of.
    """
    tails, heads, costs = np.asarray(tail), np.asarray(head), np.asarray(weight, dtype=float)
    n = int(max(tails.max(), heads.max())) + 1
    graph = build_graph(tails, heads, n)
    rng = np.random.default_rng(1)
    pairs = _far_pairs(graph, costs, rng, times)
    gate = rng.random(costs.size) < 0.002
    place = np.arange(n, dtype=np.int32) // 2
    counts = [len(alternatives(graph, costs, s, t, 5, measure=costs)) for s, t in pairs]
    few = max(times // 20, 3)
    rows: list[Row] = [
        ("shortest_path", median_s(lambda i: shortest_path(graph, costs, *pairs[i]), times), "", None),
        (
            f"alternatives, k = 5 (all five found in {np.mean(np.array(counts) == 5):.0%})",
            median_s(lambda i: alternatives(graph, costs, *pairs[i], 5, measure=costs), times),
            "",
            None,
        ),
        ("best_through", median_s(lambda i: best_through(graph, costs, *pairs[i], gate), times), "", None),
        (
            "best_through, groups",
            median_s(lambda i: best_through(graph, costs, *pairs[i], gate, group=place), times),
            "",
            None,
        ),
        (
            "cost_matrix, 100 x 100",
            median_s(lambda i: cost_matrix(graph, costs, range(i, i + 100), range(100)), few),
            "",
            None,
        ),
    ]
    pareto(graph, np.stack((costs, costs)), *pairs[0], max_labels=1000)  # compiles
    for likeness in (0.8, 0.5, 0.0):
        noise = rng.uniform(0.2, 1.8, (4, costs.size))
        criteria = costs * (likeness + (1.0 - likeness) * noise)
        for epsilon in (0.01, 0.05):
            taken, sizes = [], []
            for pair in pairs[:20]:
                start = time.perf_counter()
                sizes.append(len(pareto(graph, criteria, *pair, epsilon=epsilon).paths))
                taken.append(time.perf_counter() - start)
            name = (
                f"pareto, 4 criteria, likeness {likeness}, epsilon {epsilon} "
                f"({int(np.median(sizes))} paths, slowest {max(taken) * 1e3:.0f} ms)"
            )
            rows.append((name, float(np.median(taken)), "", None))
    return rows


def _far_pairs(graph: Graph, weight: np.ndarray, rng: np.random.Generator, times: int) -> list[tuple[int, int]]:
    """Draw pairs of vertices of which the second can be reached and is not next to the first."""
    pairs: list[tuple[int, int]] = []
    while len(pairs) < times:
        source, target = rng.integers(0, graph.n_vertices, 2).tolist()
        path = shortest_path(graph, weight, source, target)
        if path is not None and path.arcs.size >= 8:
            pairs.append((source, target))
    return pairs


def show(rows: list[Row]) -> None:
    """Print a table with the ratio of each peer."""
    width = max(len(name) for name, *_ in rows)
    print(f"{'task':<{width}}  {'caspia_ms':>10}  {'peer':<8}  {'peer_ms':>10}  {'ratio':>6}")
    for name, ours, peer, theirs in rows:
        tail = "" if theirs is None else f"{peer:<8}  {theirs * 1e3:10.3f}  {theirs / ours:6.1f}"
        print(f"{name:<{width}}  {ours * 1e3:10.3f}  {tail}".rstrip())


def main() -> None:
    """Run all and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="leave out the graph of a million arcs")
    small = grid_with_shortcuts(55, 0.85, seed=0)
    rows = compare_trees(*small, times=100)
    if not parser.parse_args().small:
        rows += compare_trees(*grid_with_shortcuts(512, 1.0, seed=0), times=11)
    rows += time_the_rest(*small, times=100)
    names = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "networkx", "igraph"))
    print(f"Python {platform.python_version()}, {names}; {os.cpu_count()} processors")
    show(rows)


if __name__ == "__main__":
    main()
