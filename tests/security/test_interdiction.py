"""Worst closures against a look at every set, and the bound where not every set is looked at."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import combinations, product

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


@given(worlds(), st.integers(1, 3), st.sampled_from([0, 5, 1000]))
@settings(deadline=None)
def test_the_worst_set_is_that_of_all_sets(world: tuple[int, list[Cut]], budget: int, few: int) -> None:
    n, cuts = world
    loss = loss_of(cuts)
    for item in worst_closures(loss, n, budget, few_sets=few):
        every = [loss(some) for some in combinations(range(n), item.budget)]
        assert item.exact == (item.looked_at == len(every))
        assert item.exact or len(every) > few
        assert item.loss == pytest.approx(max(every))
        assert item.bound == item.loss == pytest.approx(loss(item.chosen))
        assert item.all_sets == len(every) >= item.looked_at
        assert item.mean <= item.loss + 1e-9


@given(worlds(), st.integers(1, 6))
@settings(deadline=None)
def test_a_search_that_is_cut_short_stands_beside_a_bound(world: tuple[int, list[Cut]], most: int) -> None:
    n, cuts = world
    loss = loss_of(cuts)
    for item in worst_closures(loss, n, 3, few_sets=0, most_sets=most):
        best = max(loss(some) for some in combinations(range(n), item.budget))
        assert item.loss <= best + 1e-9
        assert item.bound >= best - 1e-9
        assert not item.exact or item.loss == pytest.approx(best)


@given(st.integers(3, 6), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_what_is_called_exact_needs_no_assumption(n: int, chance: random.Random) -> None:
    """Losses as in a paradox of congestion: closing more may well lower them."""
    worth: dict[tuple[int, ...], float] = {}

    def loss(closed: tuple[int, ...]) -> float:
        return worth.setdefault(closed, chance.uniform(0.0, 10.0))

    for few in (0, 1000):
        for item in worst_closures(loss, n, 3, few_sets=few):
            best = max(loss(some) for some in combinations(range(n), item.budget))
            assert item.loss <= best
            assert item.loss == best or not item.exact
            assert item.exact or few == 0


ROADS = ((0.0, 10.0), (50.0, 1.0), (50.0, 1.0), (0.0, 10.0), (10.0, 1.0))
"""Braess's network: minutes of an empty road, and more for each car; the last is the bridge."""
WAYS = ((0, 1), (2, 3), (0, 4, 3))
CARS = 6


def minutes(closed: tuple[int, ...]) -> float:
    """What a car takes where none gains by another way; an hour and a half on foot where no way is left."""

    def takes(way: tuple[int, ...], cars: tuple[int, ...]) -> float:
        on = [sum(n for n, other in zip(cars, WAYS, strict=True) if road in other) for road in way]
        return sum(ROADS[road][0] + ROADS[road][1] * n for road, n in zip(way, on, strict=True))

    is_open = [not set(way) & set(closed) for way in WAYS]
    for cars in product(range(CARS + 1), repeat=len(WAYS)):
        used = [n for n, is_there in zip(cars, is_open, strict=True) if is_there]
        if not used or sum(used) != CARS or sum(cars) != CARS:
            continue
        stays = [takes(way, cars) for way in WAYS]
        moves = [takes(way, tuple(n + (w == at) for w, n in enumerate(cars))) for at, way in enumerate(WAYS)]
        best = min(move for move, is_there in zip(moves, is_open, strict=True) if is_there)
        if all(n == 0 or stay <= best for n, stay in zip(cars, stays, strict=True)):
            return max(stay for n, stay in zip(cars, stays, strict=True) if n)
    return 90.0


def test_users_who_choose_can_gain_by_a_closure_and_the_worst_is_found_all_the_same() -> None:
    assert minutes(()) == 92.0
    assert minutes((4,)) == 83.0
    assert minutes((1,)) > minutes((0, 1, 2))
    for item in worst_closures(minutes, len(ROADS), 3):
        assert item.exact
        assert item.loss == max(minutes(some) for some in combinations(range(len(ROADS)), item.budget))


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
