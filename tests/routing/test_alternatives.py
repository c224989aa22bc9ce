"""Alternatives are simple, within the stretch, and share no more than allowed, pair by pair."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from drawn_graphs import Case, cases, check_walk
from hypothesis import given
from hypothesis import strategies as st

from caspia.routing import (
    AlternativesOptions,
    Graph,
    Path,
    alternatives,
    build_graph,
    one_to_all,
    shortest_path,
)


def check_promises(
    case: Case, paths: list[Path], measure: np.ndarray, max_shared: float, max_stretch: float
) -> None:
    """Assert all that the docstring promises about a list of paths."""
    least = one_to_all(case.graph, case.weight, case.source).dist[case.target]
    assert paths[0].cost == least
    costs = [path.cost for path in paths]
    assert costs == sorted(costs)
    for path in paths:
        check_walk(case.graph, path.arcs, case.source, case.target)
        assert path.cost == case.weight[path.arcs].sum() <= max_stretch * least
        assert path.bound == least
    for one, two in combinations(paths, 2):
        assert one.arcs.tolist() != two.arcs.tolist()
        shared = measure[np.intersect1d(one.arcs, two.arcs)].sum()
        smaller = min(measure[one.arcs].sum(), measure[two.arcs].sum())
        assert shared <= max_shared * smaller + 1e-9


@given(
    cases(most_arcs=40),
    st.integers(1, 6),
    st.sampled_from([0.0, 0.5, 0.7, 1.0]),
    st.sampled_from([1.0, 1.5, 4.0]),
    st.data(),
)
def test_promises_hold_on_any_graph(
    case: Case, k: int, max_shared: float, max_stretch: float, data: st.DataObject
) -> None:
    size = case.graph.n_arcs
    measure = np.array(data.draw(st.lists(st.integers(0, 3), min_size=size, max_size=size)), float)
    options = AlternativesOptions(max_shared, max_stretch)
    paths = alternatives(case.graph, case.weight, case.source, case.target, k, measure=measure, options=options)
    assert len(paths) <= k
    if shortest_path(case.graph, case.weight, case.source, case.target) is None:
        assert paths == []
    else:
        check_promises(case, paths, measure, max_shared, max_stretch)


def test_five_ways_across_a_grid(square: tuple[Graph, np.ndarray]) -> None:
    graph, length = square
    whole = np.round(length * 1000.0)  # whole numbers, so that sums are exact
    paths = alternatives(graph, whole, 21, 378, 5, measure=whole)
    assert len(paths) == 5
    check_promises(Case(graph, whole, 21, 378), paths, whole, 0.7, 2.0)


def test_two_bottlenecks_in_a_row_give_all_four_ways() -> None:
    #      1       4
    #    /   \   /   \      no single via vertex gives the way 0-2-3-5-6,
    #  0       3       6    the penalties do
    #    \   /   \   /
    #      2       5
    tail, head = [0, 0, 1, 2, 3, 3, 4, 5], [1, 2, 3, 3, 4, 5, 6, 6]
    weight = [10.0, 11.0, 10.0, 11.0, 10.0, 11.0, 10.0, 11.0]
    paths = alternatives(build_graph(tail, head, 7), weight, 0, 6, 5, measure=np.ones(8))
    assert [path.cost for path in paths] == [40.0, 42.0, 42.0, 44.0]


def test_a_hairpin_is_no_alternative() -> None:
    #  0 --- 1 --- 2 --- 3     the loop 1-4-2 is nine times as long as 1-2, which the whole
    #         \   /            path would hide behind its other 100
    #           4
    graph = build_graph([0, 1, 2, 1, 4], [1, 2, 3, 4, 2], 5)
    weight = [50.0, 1.0, 50.0, 20.0, 20.0]
    options = AlternativesOptions(max_shared=1.0, max_stretch=1.45)
    assert len(alternatives(graph, weight, 0, 3, 2, measure=weight, options=options)) == 2
    tight = AlternativesOptions(max_shared=1.0, max_stretch=1.35)
    assert len(alternatives(graph, weight, 0, 3, 2, measure=weight, options=tight)) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"k": 0}, "k: got 0"),
        ({"measure": [1.0, np.inf]}, "measure: got inf"),
        ({"measure": [1.0, -1.0]}, "measure: got -1.0 on arc 1"),
        ({"weight": [1.0, np.nan]}, "weight: got nan on arc 1"),
        ({"target": 9}, "target: got vertex 9"),
    ],
)
def test_bad_input_is_refused_by_name(change: dict, message: str) -> None:
    good = {"weight": [1.0, 1.0], "source": 0, "target": 2, "k": 2, "measure": [1.0, 1.0]}
    with pytest.raises(ValueError, match=message):
        alternatives(build_graph([0, 1], [1, 2], 3), **(good | change))


@pytest.mark.parametrize(("max_shared", "max_stretch"), [(-0.1, 2.0), (1.1, 2.0), (0.5, 0.9), (0.5, np.inf)])
def test_options_refuse_numbers_outside_their_range(max_shared: float, max_stretch: float) -> None:
    with pytest.raises(ValueError, match="allowed"):
        AlternativesOptions(max_shared, max_stretch)
