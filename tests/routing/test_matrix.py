"""The matrix is the trees, whatever the direction and the number of threads."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_graphs import Case, cases
from hypothesis import given
from hypothesis import strategies as st

from caspia.routing import Graph, build_graph, cost_matrix, one_to_all


@given(cases(), st.data())
def test_matrix_equals_the_trees(case: Case, data: st.DataObject) -> None:
    vertices = st.lists(st.integers(0, case.graph.n_vertices - 1), max_size=12)
    sources, targets = data.draw(vertices), data.draw(vertices)
    matrix = cost_matrix(case.graph, case.weight, sources, targets)
    assert matrix.shape == (len(sources), len(targets))
    for row, source in zip(matrix, sources, strict=True):
        np.testing.assert_array_equal(row, one_to_all(case.graph, case.weight, source).dist[targets])


@pytest.mark.parametrize(("sources", "targets"), [(range(40), range(100, 200)), (range(400), [7, 7, 300])])
def test_threads_change_nothing(
    square: tuple[Graph, np.ndarray], sources: range | list[int], targets: range | list[int]
) -> None:
    graph, length = square
    alone = cost_matrix(graph, length, list(sources), list(targets))
    np.testing.assert_array_equal(alone, cost_matrix(graph, length, list(sources), list(targets), workers=3))
    np.testing.assert_allclose(alone[5], one_to_all(graph, length, 5).dist[list(targets)], rtol=1e-12)


def test_bad_input_is_refused_by_name() -> None:
    graph = build_graph([0, 1], [1, 2], 3)
    with pytest.raises(ValueError, match="targets: got vertex 3 at position 1"):
        cost_matrix(graph, [1, 1], [0], [1, 3])
    with pytest.raises(ValueError, match="workers: got 0"):
        cost_matrix(graph, [1, 1], [0], [1], workers=0)
    with pytest.raises(ValueError, match=r"weight: got -1\.0 on arc 0"):
        cost_matrix(graph, [-1, 1], [0], [1])
