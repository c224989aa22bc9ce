"""The best simple path through a gate against the enumeration of all simple paths."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_graphs import Case, cases, check_walk
from hypothesis import given
from hypothesis import strategies as st

from caspia.routing import Graph, best_through, build_graph, one_to_all, shortest_path


def comes_back(graph: Graph, arcs: list[int], source: int, group: np.ndarray) -> bool:
    """Tell whether a path visits a group in two separate stretches."""
    places = [group[source], *group[graph.head[arcs]]]
    stretches = [p for i, p in enumerate(places) if p >= 0 and (i == 0 or places[i - 1] != p)]
    return len(set(stretches)) < len(stretches)


@given(cases(most_vertices=7, most_arcs=18), st.data())
def test_equals_enumeration_and_proves_it(case: Case, data: st.DataObject) -> None:
    graph = case.graph
    gate = np.array(data.draw(st.lists(st.booleans(), min_size=graph.n_arcs, max_size=graph.n_arcs)), bool)
    group = np.array(data.draw(st.lists(st.integers(-1, 3), min_size=graph.n_vertices, max_size=graph.n_vertices)))
    allowed = [
        sum(case.weight[arcs])
        for arcs in case.simple_paths()
        if gate[arcs].any() and not comes_back(graph, arcs, case.source, group)
    ]
    path = best_through(graph, case.weight, case.source, case.target, gate, group=group)
    if path is None:
        assert not allowed
        return
    check_walk(graph, path.arcs, case.source, case.target)
    assert gate[path.arcs].any()
    assert not comes_back(graph, path.arcs.tolist(), case.source, group)
    assert path.bound <= min(allowed) <= path.cost
    if path.bound == path.cost:
        assert path.cost == min(allowed)


def test_it_is_a_proven_optimum_where_the_walk_is_simple(square: tuple[Graph, np.ndarray]) -> None:
    graph, length = square
    from_source = one_to_all(graph, length, 0).dist
    rng = np.random.default_rng(2)
    proven = 0
    for arc in rng.integers(0, graph.n_arcs, 40):
        gate = np.zeros(graph.n_arcs, bool)
        gate[arc] = True
        path = best_through(graph, length, 0, 399, gate)
        if path is None:
            continue
        check_walk(graph, path.arcs, 0, 399)
        onward = one_to_all(graph, length, int(graph.head[arc])).dist[399]
        walk = from_source[graph.tail[arc]] + length[arc] + onward
        assert path.cost >= walk * (1 - 1e-12)
        if path.cost == pytest.approx(walk, rel=1e-12):
            assert path.bound == path.cost
            proven += 1
    assert proven > 10


def test_an_open_gate_everywhere_is_the_shortest_path(square: tuple[Graph, np.ndarray]) -> None:
    graph, length = square
    path = best_through(graph, length, 5, 390, np.ones(graph.n_arcs, bool))
    plain = shortest_path(graph, length, 5, 390)
    assert path is not None
    assert plain is not None
    assert path.cost == pytest.approx(plain.cost, rel=1e-12)


def test_a_gate_that_only_a_u_turn_passes_is_refused() -> None:
    #  0 → 1 → 3      the gate 1 → 2 has no other way back than 2 → 1
    #      ↕
    #      2
    graph = build_graph([0, 1, 1, 2], [1, 3, 2, 1], 4)
    assert best_through(graph, np.ones(4), 0, 3, np.array([False, False, True, False])) is None


def test_a_place_is_not_visited_twice() -> None:
    #  0 → 1 → 2 → 3 → 4    1 and 3 are one place: rail and road of a port; 2 is across the sea
    #       \_____↗         the dearer way from 0 over 5 reaches the gate 2 → 4 without coming back
    #  0 → 5 → 2 → 4
    tail, head = [0, 1, 2, 3, 0, 5, 2], [1, 2, 3, 4, 5, 2, 4]
    weight = [1.0, 1.0, 1.0, 1.0, 4.0, 4.0, 9.0]
    graph = build_graph(tail, head, 6)
    gate = np.array([False, True, False, False, False, True, False])
    free = best_through(graph, weight, 0, 4, gate)
    assert free is not None
    assert free.arcs.tolist() == [0, 1, 2, 3]
    guarded = best_through(graph, weight, 0, 4, gate, group=[0, 1, 2, 1, 3, 4])
    assert guarded is not None
    assert guarded.arcs.tolist() == [4, 5, 2, 3]
    assert guarded.cost == guarded.bound == 10.0
    closed = [np.inf if arc == 5 else cost for arc, cost in enumerate(weight)]
    other = best_through(graph, closed, 0, 4, gate, group=[0, 1, 2, 1, 3, 4])
    assert other is not None
    assert other.arcs.tolist() == [0, 1, 6]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"gate": [True]}, r"gate: got shape \(1,\)"),
        ({"gate": [1, 0]}, "gate: got shape .* of int64"),
        ({"group": [0, 1]}, r"group: got shape \(2,\)"),
        ({"group": [0.0, 1.0, 2.0]}, "group: got shape .* of float64"),
        ({"weight": [-1.0, 1.0]}, "weight: got -1.0 on arc 0"),
    ],
)
def test_bad_input_is_refused_by_name(change: dict, message: str) -> None:
    good = {"weight": [1.0, 1.0], "source": 0, "target": 2, "gate": [True, False]}
    with pytest.raises(ValueError, match=message):
        best_through(build_graph([0, 1], [1, 2], 3), **(good | change))
