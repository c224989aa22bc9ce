"""Worst closures against a look at every set, and the bound where not every set is looked at."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caspia.errors import InputError
from caspia.security import worst_closures

Cut = tuple[frozenset[int], float]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[int, list[Cut]]:
    """Things, and sets of them that lose something when all of a set are closed: series, and rivals."""
    n = draw(st.integers(1, 8))
    some = st.frozensets(st.integers(0, n - 1), min_size=1, max_size=3)
    return n, draw(st.lists(st.tuples(some, st.floats(0.0, 10.0)), max_size=12))


def loss_of(cuts: list[Cut]) -> Callable[[tuple[int, ...]], float]:
    return lambda closed: sum(worth for some, worth in cuts if some <= set(closed))


@given(worlds(), st.integers(1, 3))
@settings(deadline=None)
def test_the_worst_set_is_that_of_all_sets(world: tuple[int, list[Cut]], budget: int) -> None:
    n, cuts = world
    loss = loss_of(cuts)
    for item in worst_closures(loss, n, budget):
        every = [loss(some) for some in combinations(range(n), item.budget)]
        assert item.exact
        assert item.loss == pytest.approx(max(every))
        assert item.bound == item.loss == pytest.approx(loss(item.chosen))
        assert item.all_sets == len(every) >= item.looked_at
        assert item.mean <= item.loss + 1e-9


@given(worlds(), st.integers(1, 6))
@settings(deadline=None)
def test_a_search_that_is_cut_short_stands_beside_a_bound(world: tuple[int, list[Cut]], most: int) -> None:
    n, cuts = world
    loss = loss_of(cuts)
    for item in worst_closures(loss, n, 3, most_sets=most):
        best = max(loss(some) for some in combinations(range(n), item.budget))
        assert item.loss <= best + 1e-9
        assert item.bound >= best - 1e-9
        assert not item.exact or item.loss == pytest.approx(best)


def test_each_set_is_asked_for_once_and_chance_is_its_own_sample() -> None:
    asked: list[tuple[int, ...]] = []

    def loss(closed: tuple[int, ...]) -> float:
        asked.append(closed)
        return float(len(closed))

    found = worst_closures(loss, 6, 2, sampled=40)
    assert len(asked) == len(set(asked))
    assert all(list(some) == sorted(some) for some in asked)
    assert [item.mean for item in found] == [1.0, 2.0]


@pytest.mark.parametrize(("n", "budget"), [(0, 1), (3, 0)])
def test_nothing_to_close_is_refused(n: int, budget: int) -> None:
    with pytest.raises(InputError, match="nothing to close"):
        worst_closures(lambda _: 0.0, n, budget)
