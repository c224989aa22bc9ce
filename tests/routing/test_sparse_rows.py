"""The sparse rows hold every arc once, in the order given, and refuse what is not a graph."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_graphs import Case, cases
from hypothesis import given

from caspia.routing import build_graph


@given(cases())
def test_rows_hold_every_arc_once(case: Case) -> None:
    graph = case.graph
    for layout, start, end in (
        (graph.forward, graph.tail, graph.head),
        (graph.backward, graph.head, graph.tail),
    ):
        indptr, ends, arcs = layout
        assert indptr[0] == 0
        assert indptr[-1] == graph.n_arcs
        assert sorted(arcs.tolist()) == list(range(graph.n_arcs))
        for vertex in range(graph.n_vertices):
            row = slice(indptr[vertex], indptr[vertex + 1])
            assert (start[arcs[row]] == vertex).all()
            assert (end[arcs[row]] == ends[row]).all()
            assert (np.diff(arcs[row]) > 0).all()


def test_the_graph_is_frozen_and_owns_its_arrays() -> None:
    tail = np.array([0, 1])
    graph = build_graph(tail, [1, 0], 2)
    tail[0] = 1
    assert graph.tail.tolist() == [0, 1]
    with pytest.raises(ValueError, match="read-only"):
        graph.out_heads[0] = 0


@pytest.mark.parametrize(
    ("tail", "head", "n_vertices", "message"),
    [
        ([0, 1], [1], 2, "got 2 and 1 arcs"),
        ([0, 2], [1, 1], 2, "tail: got vertex 2 at position 1"),
        ([0, 0], [1, -1], 2, "head: got vertex -1 at position 1"),
        ([0.0], [1.0], 2, "of float64"),
        ([[0]], [[1]], 2, r"shape \(1, 1\)"),
        ([], [], 0, "n_vertices: got 0"),
    ],
)
def test_bad_input_is_refused_by_name(tail: list, head: list, n_vertices: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build_graph(tail, head, n_vertices)
