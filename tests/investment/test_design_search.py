"""The search over subsets, against full enumeration and its own certificate."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caspia.errors import InputError
from caspia.investment import enumerate_all, improve, plain_lane, search


def quadratic(seed, count):
    """A value with gains of single things and of pairs, and what no set of a node falls below."""
    rng = np.random.default_rng(seed)
    single, pair = rng.uniform(-3, 3, count), np.triu(rng.uniform(-2, 2, (count, count)), 1)

    def value(chosen):
        return float(single[chosen].sum() + pair[np.ix_(chosen, chosen)].sum())

    def floor(inside, free, left):
        open_ = inside | free
        mixed = pair[np.ix_(open_, open_)]
        fixed = pair[np.ix_(inside, inside)]
        return value(inside) + min(
            single[free].clip(max=0).sum() + mixed.clip(max=0).sum() - fixed.clip(max=0).sum(), 0
        )

    return value, floor


@given(st.integers(0, 2**32 - 1), st.integers(0, 8), st.floats(0, 1))
def test_the_best_of_all_subsets(seed, count, part):
    value, floor = quadratic(seed, count)
    cost = np.random.default_rng(seed + 1).integers(0, 6, count).astype(float)
    budget = part * cost.sum()
    found, every = search(cost, budget, lambda: plain_lane(value, floor)), enumerate_all(cost, budget, value)
    assert found.value == pytest.approx(every.value, abs=1e-6 * abs(every.value) + 1e-12)
    assert found.value == pytest.approx(value(found.chosen), abs=1e-12)
    assert cost[found.chosen].sum() <= budget * (1 + 1e-9)
    assert found.complete
    assert found.bound <= every.value + 1e-12
    assert found.bound >= found.value - 1e-6 * abs(found.value) - 1e-12


@given(st.integers(0, 2**32 - 1), st.integers(1, 8))
def test_a_search_given_up_still_bounds(seed, nodes):
    value, floor = quadratic(seed, 7)
    found = search(np.ones(7), 4.0, lambda: plain_lane(value, floor), max_nodes=nodes)
    every = enumerate_all(np.ones(7), 4.0, value)
    assert found.bound <= every.value + 1e-12
    assert found.value >= every.value - 1e-12


@given(st.integers(0, 2**32 - 1))
def test_threads_change_nothing(seed):
    value, floor = quadratic(seed, 9)
    one, three = (search(np.ones(9), 5.0, lambda: plain_lane(value, floor), workers=count) for count in (1, 3))
    assert (one.value, one.bound, one.nodes) == (three.value, three.bound, three.nodes)
    assert one.chosen.tolist() == three.chosen.tolist()


@given(st.integers(0, 2**32 - 1))
def test_no_step_makes_an_improved_set_better(seed):
    value, _ = quadratic(seed, 6)
    chosen, best = improve(np.ones(6), 3.0, lambda other, cutoff: value(other), np.zeros(6, bool))
    assert best == value(chosen)
    for into in range(6):
        for out in range(6):
            other = chosen.copy()
            other[into], other[out] = True, False
            assert other.sum() > 3 or value(other) >= best


def test_nothing_to_choose():
    found = search(np.empty(0), 0.0, lambda: plain_lane(lambda chosen: 7.0, lambda *_: math.nan))
    assert (found.value, found.bound, found.complete) == (7.0, 7.0, True)


@pytest.mark.parametrize(
    ("cost", "budget", "options", "where"),
    [
        ([-1.0], 1.0, {}, "cost[0]"),
        ([np.nan], 1.0, {}, "cost[0]"),
        ([[1.0]], 1.0, {}, "cost"),
        ([1.0], -1.0, {}, "budget"),
        ([1.0], np.inf, {}, "budget"),
        ([1.0], 1.0, {"tolerance": -1.0}, "tolerance"),
        ([1.0], 1.0, {"workers": 0}, "workers"),
        ([1.0], 1.0, {"max_nodes": 0}, "max_nodes"),
    ],
)
def test_bad_input_is_named(cost, budget, options, where):
    with pytest.raises(InputError) as caught:
        search(np.array(cost), budget, lambda: plain_lane(lambda chosen: 0.0, lambda *_: 0.0), **options)
    assert caught.value.problem.where == where


def test_too_many_to_enumerate():
    with pytest.raises(InputError, match="too many sets"):
        enumerate_all(np.ones(25), 1.0, lambda chosen: 0.0)
