"""Path sizes where routes come and go."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caspia.assignment import find_overlaps, path_sizes


def one_pair(routes: list[list[int]], length: np.ndarray, is_new: list[bool], cost: list[float]):
    """Overlaps of the routes of one pair, with odds exp(-cost)."""
    starts = np.cumsum([0, *map(len, routes)])
    items = np.array([arc for route in routes for arc in route])
    pair_start = np.array([0, len(routes)])
    found = find_overlaps(pair_start, starts, items, length, np.array(is_new), -np.array(cost))
    return found, (pair_start, starts, items, length)


def logsum(sizes: np.ndarray, cost: list[float], is_open: np.ndarray) -> float:
    return float(np.log((sizes * np.exp(-np.array(cost)))[is_open].sum()))


@st.composite
def drawn(draw: st.DrawFn):
    """Distinct routes over some arcs, the first two always there."""
    n = draw(st.integers(3, 6))
    subsets = st.sets(st.integers(0, 7), min_size=1)
    routes = draw(st.lists(subsets, min_size=n, max_size=n, unique_by=frozenset))
    length = np.array(draw(st.lists(st.floats(1.0, 9.0), min_size=8, max_size=8)))
    is_new = [False, False, *draw(st.lists(st.booleans(), min_size=n - 2, max_size=n - 2))]
    cost = draw(st.lists(st.floats(0.0, 5.0), min_size=n, max_size=n))
    return [sorted(route) for route in routes], length, is_new, cost


@settings(deadline=None)
@given(drawn())
def test_without_anything_new_the_sizes_are_the_usual_ones(case) -> None:
    found, _ = one_pair(*case)
    old = [route for route, new in zip(case[0], case[2], strict=True) if not new]
    _, alone = one_pair(old, case[1], [False] * len(old), [0.0] * len(old))
    sizes = found.path_sizes(~np.array(case[2]))
    assert sizes[~np.array(case[2])] == pytest.approx(path_sizes(*alone))


@settings(deadline=None)
@given(drawn())
def test_sizes_are_shares(case) -> None:
    found, _ = one_pair(*case)
    sizes = found.path_sizes(np.ones(len(case[2]), dtype=bool))
    assert (sizes > 0).all()
    assert (sizes <= 1 + 1e-12).all()


@settings(deadline=None)
@given(st.floats(0.0, 4.0), st.lists(st.floats(1.0, 9.0), min_size=3, max_size=3))
def test_a_second_copy_of_a_route_changes_nothing(cost: float, length: list[float]) -> None:
    found, _ = one_pair([[0, 1], [0, 1], [2]], np.array(length), [False, True, False], [cost, cost, 1.0])
    before, after = (np.array([True, new, True]) for new in (False, True))
    gained = logsum(found.path_sizes(after), [cost, cost, 1.0], after) - logsum(
        found.path_sizes(before), [cost, cost, 1.0], before
    )
    assert gained == pytest.approx(0.0, abs=1e-12)


@settings(deadline=None)
@given(st.floats(0.0, 6.0), st.floats(0.0, 1.0))
def test_a_better_variant_is_a_gain_and_a_worse_one_hardly_a_loss(worse: float, shared: float) -> None:
    length = np.array([1.0 - shared, shared, 1.0 - shared])
    both = np.array([True, True])
    better, _ = one_pair([[0, 1], [1, 2]], length, [False, True], [worse, 0.0])
    assert logsum(better.path_sizes(both), [worse, 0.0], both) >= -worse - 1e-12
    other, _ = one_pair([[0, 1], [1, 2]], length, [False, True], [0.0, worse])
    assert logsum(other.path_sizes(both), [0.0, worse], both) >= np.log(0.79)
