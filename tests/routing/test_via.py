"""Routes through gates: walks are routes, costs are sums, kinds are right, and the best is the best."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caspia.routing import Kinds, ViaOptions, build_graph, routes_through, shortest_path


@st.composite
def worlds(draw: st.DrawFn):
    n = draw(st.integers(3, 9))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_arcs = draw(st.integers(n, 5 * n))
    tail, head = rng.integers(0, n, n_arcs), rng.integers(0, n, n_arcs)
    weight = np.where(rng.random(n_arcs) < 0.1, np.inf, rng.uniform(0.5, 5.0, n_arcs))
    graph = build_graph(tail, head, n)
    ends = rng.integers(0, n, 3), rng.integers(0, n, 3)
    pairs = (ends[0].astype(np.int32), ends[1].astype(np.int32), np.zeros(3, dtype=np.int32))
    tags = rng.integers(0, 4, n_arcs)
    kinds = Kinds(tags, np.array([[[1, 1, 1], [2, 2, 2]]]))
    group = rng.integers(-1, 4, n).astype(np.int32)
    return graph, weight, pairs, rng.permutation(n_arcs)[: n_arcs // 2].astype(np.int32), kinds, group


@settings(max_examples=150, deadline=None)
@given(worlds())
def test_what_is_found_is_a_simple_route_of_its_kind(world) -> None:
    graph, weight, pairs, through, kinds, group = world
    rows = routes_through(graph, weight, pairs, through, kinds, group)
    for route in range(len(rows.pair)):
        arcs = rows.of(route)
        start, end = pairs[0][rows.pair[route]], pairs[1][rows.pair[route]]
        if len(arcs) == 0:
            assert start == end
            continue
        stops = np.concatenate([[start], graph.head[arcs]])
        assert graph.tail[arcs].tolist() == stops[:-1].tolist()
        assert stops[-1] == end
        assert len(set(stops.tolist())) == len(stops)
        assert rows.cost[route] == pytest.approx(weight[arcs].sum())
        left = [g for g, after in zip(group[stops], [*group[stops][1:], -2], strict=True) if g >= 0 and g != after]
        assert len(set(left)) == len(left)
        bits = np.bitwise_or.reduce(kinds.tags[arcs])
        assert rows.kind[route] == (1 if bits & 1 else 2 if bits & 2 else 0)


@settings(max_examples=100, deadline=None)
@given(worlds())
def test_the_best_route_is_among_them_unless_it_comes_back_to_a_group(world) -> None:
    graph, weight, pairs, through, kinds, _ = world
    free = np.full(graph.n_vertices, -1, dtype=np.int32)
    rows = routes_through(graph, weight, pairs, through, kinds, free)
    for pair in range(3):
        best = shortest_path(graph, weight, int(pairs[0][pair]), int(pairs[1][pair]))
        own = rows.cost[rows.pair == pair]
        if best is None:
            assert len(own) == 0
        else:
            assert own.min() == pytest.approx(best.cost)


@settings(max_examples=50, deadline=None)
@given(worlds(), st.integers(1, 2))
def test_no_more_of_a_kind_than_asked_and_none_twice(world, most: int) -> None:
    graph, weight, pairs, through, kinds, group = world
    rows = routes_through(graph, weight, pairs, through, kinds, group, ViaOptions(of_each_kind=most))
    seen = [(int(rows.pair[r]), tuple(rows.of(r))) for r in range(len(rows.pair))]
    assert len(set(seen)) == len(seen)
    counted = np.unique(np.stack([rows.pair, rows.kind]), axis=1, return_counts=True)[1]
    assert (counted <= most).all()


def test_a_gate_makes_the_detour_that_the_best_route_does_not_take() -> None:
    graph = build_graph([0, 1, 0, 2], [1, 3, 2, 3], 4)
    kinds = Kinds(np.array([0, 0, 1, 0]), np.array([[[1, 1, 1]]]))
    ends = (np.array([0], np.int32), np.array([3], np.int32), np.array([0], np.int32))
    rows = routes_through(graph, [1, 1, 2, 1], ends, np.array([2], np.int32), kinds, np.full(4, -1, np.int32))
    assert [rows.of(r).tolist() for r in range(2)] == [[0, 1], [2, 3]]
    shut = routes_through(graph, [1, 1, np.inf, 1], ends, np.array([2], np.int32), kinds, np.full(4, -1, np.int32))
    assert [shut.of(r).tolist() for r in range(len(shut.pair))] == [[0, 1]]
