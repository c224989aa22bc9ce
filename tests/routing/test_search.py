"""Trees and paths against networkx and against their own certificate."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from drawn_graphs import Case, cases, check_walk
from hypothesis import given

from caspia.routing import Graph, all_to_one, build_graph, one_to_all, shortest_path


@given(cases())
def test_costs_equal_those_of_networkx(case: Case) -> None:
    expected = np.full(case.graph.n_vertices, np.inf)
    for vertex, cost in nx.single_source_dijkstra_path_length(case.peer(), case.source).items():
        expected[vertex] = cost
    np.testing.assert_array_equal(one_to_all(case.graph, case.weight, case.source).dist, expected)


@given(cases())
def test_certificate_of_the_tree(case: Case) -> None:
    graph, weight = case.graph, case.weight
    tree = one_to_all(graph, weight, case.source)
    tail, head = graph.tail, graph.head
    reached = np.isfinite(tree.dist[tail])
    assert (tree.dist[head][reached] <= (tree.dist[tail] + weight)[reached]).all()
    for vertex, arc in enumerate(tree.parent_arc.tolist()):
        if arc >= 0:
            assert head[arc] == vertex
            assert tree.dist[vertex] == tree.dist[tail[arc]] + weight[arc]
        else:
            assert vertex == case.source or tree.dist[vertex] == np.inf


@given(cases())
def test_against_the_arcs_is_the_tree_of_the_turned_graph(case: Case) -> None:
    turned = build_graph(case.graph.head, case.graph.tail, case.graph.n_vertices)
    back = all_to_one(case.graph, case.weight, case.target)
    np.testing.assert_array_equal(back.dist, one_to_all(turned, case.weight, case.target).dist)
    for vertex, arc in enumerate(back.parent_arc.tolist()):
        assert arc < 0 or case.graph.tail[arc] == vertex


@given(cases())
def test_shortest_path_is_an_open_walk_of_least_cost(case: Case) -> None:
    path = shortest_path(case.graph, case.weight, case.source, case.target)
    least = one_to_all(case.graph, case.weight, case.source).dist[case.target]
    if path is None:
        assert least == np.inf
    else:
        check_walk(case.graph, path.arcs, case.source, case.target)
        assert path.cost == path.bound == least
        assert np.isfinite(case.weight[path.arcs]).all()


def test_shortest_path_on_a_grid_equals_the_tree(square: tuple[Graph, np.ndarray]) -> None:
    graph, length = square
    tree = one_to_all(graph, length, 37)
    for target in range(graph.n_vertices):
        path = shortest_path(graph, length, 37, target)
        assert path is not None
        assert path.cost == pytest.approx(tree.dist[target], rel=1e-12)
        check_walk(graph, path.arcs, 37, target)


def test_the_same_question_has_the_same_answer(square: tuple[Graph, np.ndarray]) -> None:
    graph, length = square
    even = np.ones(length.size)  # ties everywhere
    first, second = one_to_all(graph, even, 0), one_to_all(graph, even.copy(), 0)
    np.testing.assert_array_equal(first.parent_arc, second.parent_arc)
    one, two = shortest_path(graph, even, 0, 399), shortest_path(graph, even, 0, 399)
    assert one is not None
    assert two is not None
    np.testing.assert_array_equal(one.arcs, two.arcs)


def test_a_cycle_without_cost_ends() -> None:
    #  0 → 1 ⇄ 2 → 3, all free
    graph = build_graph([0, 1, 2, 2], [1, 2, 1, 3], 4)
    path = shortest_path(graph, np.zeros(4), 0, 3)
    assert path is not None
    assert path.arcs.tolist() == [0, 1, 3]


def test_from_a_vertex_to_itself() -> None:
    graph = build_graph([0, 0], [0, 1], 2)
    path = shortest_path(graph, [1.0, 1.0], 0, 0)
    assert path is not None
    assert path.arcs.size == 0
    assert path.cost == 0.0


def test_a_graph_without_arcs() -> None:
    graph = build_graph([], [], 3)
    assert one_to_all(graph, [], 1).dist.tolist() == [np.inf, 0.0, np.inf]
    assert shortest_path(graph, [], 0, 1) is None


def test_results_and_inputs_stay_as_they_are(square: tuple[Graph, np.ndarray]) -> None:
    graph, length = square
    before = length.copy()
    tree = one_to_all(graph, length, 0)
    np.testing.assert_array_equal(length, before)
    assert length.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        tree.dist[0] = 1.0


@pytest.mark.parametrize(
    ("weight", "source", "message"),
    [
        ([1.0, -0.5], 0, r"weight: got -0.5 on arc 1; allowed: zero or more"),
        ([np.nan, 1.0], 0, "weight: got nan on arc 0"),
        ([1.0], 0, r"weight: got shape \(1,\); allowed: \(2,\)"),
        ([1.0, 1.0], 3, "source: got vertex 3; allowed: 0 to 2"),
        ([1.0, 1.0], -1, "source: got vertex -1"),
        ([1.0, 1.0], 0.5, "source: got 0.5"),
    ],
)
def test_bad_input_is_refused_by_name(weight: list[float], source: int, message: str) -> None:
    graph = build_graph([0, 1], [1, 2], 3)
    for call in (
        lambda: one_to_all(graph, weight, source),
        lambda: shortest_path(graph, weight, source, 2),
    ):
        with pytest.raises(ValueError, match=message):
            call()
