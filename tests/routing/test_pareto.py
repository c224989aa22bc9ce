"""Pareto sets against the enumeration of all simple paths."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_graphs import Case, cases, check_walk, grid
from hypothesis import given
from hypothesis import strategies as st

from caspia.routing import Graph, ParetoSet, build_graph, one_to_all, pareto


def draw_criteria(case: Case, data: st.DataObject, m: int) -> np.ndarray:
    """Draw whole-number criteria; the arcs closed in the case are closed in the first of them."""
    size = m * case.graph.n_arcs
    rows = np.array(data.draw(st.lists(st.integers(0, 6), min_size=size, max_size=size)), float)
    rows = rows.reshape(m, case.graph.n_arcs)
    rows[0, np.isinf(case.weight)] = np.inf
    return rows


def enumerate_points(case: Case, criteria: np.ndarray, bound: float) -> np.ndarray:
    """Return the values of all simple paths within the bound, float64[k, m]."""
    points = np.array([criteria[:, arcs].sum(axis=1) for arcs in case.simple_paths()])
    points = points.reshape(-1, len(criteria))
    if not points.size:
        return points
    best = points.min(axis=0)
    limit = [least * bound if least > 0 else np.inf for least in best.tolist()]
    return points[(points <= limit).all(axis=1)]


def check_consistent(case: Case, criteria: np.ndarray, found: ParetoSet) -> None:
    """Assert that values belong to simple paths and that none makes another superfluous."""
    for path, value in zip(found.paths, found.values, strict=True):
        check_walk(case.graph, path.arcs, case.source, case.target)
        np.testing.assert_allclose(criteria[:, path.arcs].sum(axis=1), value, rtol=1e-12)
    for i, value in enumerate(found.values):
        others = np.delete(found.values, i, axis=0)
        assert not (others <= value).all(axis=1).any()


@given(cases(most_vertices=7, most_arcs=18), st.integers(1, 4), st.sampled_from([1.0, 2.0, np.inf]), st.data())
def test_exact_set_equals_enumeration(case: Case, m: int, bound: float, data: st.DataObject) -> None:
    criteria = draw_criteria(case, data, m)
    found = pareto(case.graph, criteria, case.source, case.target, epsilon=0.0, bound=bound)
    points = np.unique(enumerate_points(case, criteria, bound), axis=0)
    expected = [
        p for p in points.tolist() if not any(q != p and np.less_equal(q, p).all() for q in points.tolist())
    ]
    assert found.complete
    assert found.values.tolist() == expected
    check_consistent(case, criteria, found)


@given(
    cases(most_vertices=7, most_arcs=18),
    st.integers(2, 4),
    st.sampled_from([0.05, 0.3, 1.0]),
    st.sampled_from([2.0, np.inf]),
    st.data(),
)
def test_epsilon_set_covers_every_path(
    case: Case, m: int, epsilon: float, bound: float, data: st.DataObject
) -> None:
    criteria = draw_criteria(case, data, m)
    found = pareto(case.graph, criteria, case.source, case.target, epsilon=epsilon, bound=bound)
    check_consistent(case, criteria, found)
    for point in enumerate_points(case, criteria, bound):
        assert (found.values <= (1.0 + epsilon) * point + 1e-9).all(axis=1).any()


def grid_case(side: int) -> tuple[Case, np.ndarray]:
    """Return a grid with four criteria that contradict each other."""
    tail, head, length = grid(side, seed=3)
    noise = np.random.default_rng(4).uniform(0.2, 2.0, (4, length.size))
    return Case(build_graph(tail, head, side * side), length, 0, side * side - 1), noise * length


def test_epsilon_set_covers_the_exact_set_of_a_grid() -> None:
    case, criteria = grid_case(12)
    exact = pareto(case.graph, criteria[:2], case.source, case.target, epsilon=0.0, bound=np.inf)
    rough = pareto(case.graph, criteria[:2], case.source, case.target, epsilon=0.05, bound=np.inf)
    assert exact.complete
    assert rough.complete
    assert len(rough.paths) < len(exact.paths)
    assert rough.n_labels < exact.n_labels
    check_consistent(case, criteria[:2], exact)
    check_consistent(case, criteria[:2], rough)
    for point in exact.values:
        assert (rough.values <= 1.05 * point * (1 + 1e-12)).all(axis=1).any()


def test_the_ends_of_the_exact_set_are_the_single_optima() -> None:
    case, criteria = grid_case(8)
    found = pareto(case.graph, criteria, case.source, case.target, epsilon=0.0, bound=np.inf)
    for row, least, values in zip(criteria, found.best, found.values.T, strict=True):
        assert least == pytest.approx(one_to_all(case.graph, row, case.source).dist[case.target])
        assert values.min() == pytest.approx(least)


def test_the_search_says_when_it_was_cut_short() -> None:
    case, criteria = grid_case(12)
    found = pareto(case.graph, criteria, case.source, case.target, epsilon=0.0, max_labels=500)
    assert not found.complete
    assert found.n_labels == 500
    check_consistent(case, criteria, found)


def test_unreachable_target_and_itself() -> None:
    graph = build_graph([0], [1], 3)
    nothing = pareto(graph, [[1.0], [2.0]], 0, 2)
    assert nothing.paths == ()
    assert nothing.values.shape == (0, 2)
    assert nothing.complete
    assert np.isinf(nothing.best).all()
    itself = pareto(graph, [[1.0], [2.0]], 1, 1)
    assert itself.values.tolist() == [[0.0, 0.0]]
    assert itself.paths[0].arcs.size == 0


def test_an_arc_closed_in_one_criterion_is_closed(square: tuple[Graph, np.ndarray]) -> None:
    graph, length = square
    criteria = np.array([length, length[::-1]])
    open_set = pareto(graph, criteria, 0, 45, epsilon=0.0)
    closed = open_set.paths[0].arcs[0]
    criteria[1, closed] = np.inf
    shut = pareto(graph, criteria, 0, 45, epsilon=0.0)
    assert shut.paths
    assert all(closed not in path.arcs for path in shut.paths)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"criteria": [1.0, 1.0]}, r"criteria: got shape \(2,\)"),
        ({"criteria": [[1.0, 1.0]] * 5}, r"criteria: got shape \(5, 2\)"),
        ({"criteria": [[1.0, 1.0], [1.0, -2.0]]}, r"criteria\[1\]: got -2.0 on arc 1"),
        ({"epsilon": -0.1}, "epsilon: got -0.1"),
        ({"epsilon": np.nan}, "epsilon: got nan"),
        ({"bound": 0.5}, "bound: got 0.5"),
        ({"max_labels": 0}, "max_labels: got 0"),
        ({"source": 7}, "source: got vertex 7"),
    ],
)
def test_bad_input_is_refused_by_name(change: dict, message: str) -> None:
    good = {"criteria": [[1.0, 1.0], [1.0, 1.0]], "source": 0, "target": 2}
    with pytest.raises(ValueError, match=message):
        pareto(build_graph([0, 1], [1, 2], 3), **(good | change))
