"""Openings, targets and the most that fits: what must hold whatever the numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from caspia.errors import InputError, NotConverged
from caspia.investment import NEVER
from caspia.investment.bottleneck import most_through
from caspia.investment.rollout import (
    after_needs,
    capacities,
    first_years,
    has_opened,
    mixture_times,
    opening_years,
    percentiles,
    works_times,
    year_passed,
)

YEARS = np.arange(2025, 2041)
AMOUNTS = st.lists(st.floats(0.0, 20.0), min_size=len(YEARS), max_size=len(YEARS)).map(np.array)


@given(
    st.lists(st.tuples(st.floats(2020, 2035), st.floats(0.1, 10), st.floats(0.2, 4), st.floats(0, 3)), min_size=1),
)
def test_more_delay_never_opens_earlier(works) -> None:
    begin, years, times, more = np.array(works).T
    soon = opening_years(begin, years, times, 2026)
    assert (opening_years(begin, years, times + more, 2026) >= soon).all()
    assert (soon >= np.maximum(begin, 2026) - 1e-6).all()


@given(st.lists(st.integers(2026, 2045), min_size=4, max_size=4), st.permutations(range(4)))
def test_nothing_opens_before_what_it_needs(years, order) -> None:
    needs = [(order[0], order[1]), (order[1], order[2]), (order[3], order[2])]
    opening = np.array(years)
    found = after_needs(opening, needs)
    assert (found >= opening).all()
    assert all(found[one] >= found[other] for one, other in needs)
    assert found[order[2]] == opening[order[2]]
    assert set(found.tolist()) <= set(years)


def test_times_have_the_mean_and_spread_of_their_class() -> None:
    drawn = works_times(np.random.default_rng(1), np.array([[0.45, 0.3], [0.1, 0.0]]), np.zeros(2), 200_000)
    assert drawn[:, 0].mean() == pytest.approx(1.45, rel=0.01)
    assert drawn[:, 0].std() == pytest.approx(0.3, rel=0.02)
    assert drawn[:, 1] == pytest.approx(1.1)


@given(st.floats(0.05, 6.0))
@settings(max_examples=30)
def test_works_that_are_not_done_last_longer_than_what_has_passed(least: float) -> None:
    law = np.array([[0.3, 0.5]])
    drawn = works_times(np.random.default_rng(7), law, np.array([least]), 4000)
    assert (drawn >= least).all()
    free = works_times(np.random.default_rng(7), law, np.zeros(1), 400_000)
    longer = free[free > least]
    if len(longer) > 4000:
        assert np.median(drawn) == pytest.approx(np.median(longer), rel=0.05)


@given(AMOUNTS, st.floats(0.0, 20.0), st.floats(0.0, 5.0))
def test_a_higher_target_is_never_passed_earlier(series, target, more) -> None:
    assert first_years(series, target + more, YEARS) >= first_years(series, target, YEARS)


@given(AMOUNTS, AMOUNTS, st.integers(0, len(YEARS) - 1))
def test_a_target_is_passed_for_good(series, target, first) -> None:
    asked = np.where(np.arange(len(YEARS)) >= first, target, np.nan)
    found = int(first_years(series, asked, YEARS))
    good = [year for year in YEARS[first:].tolist() if (series[year <= YEARS] >= target[year <= YEARS]).all()]
    assert found == min(good, default=NEVER)


def test_year_passed_counts_samples_that_never_pass() -> None:
    series = np.array([np.linspace(4, 4 + rise, len(YEARS)) for rise in (0.0, 1.0, 15.0, 15.0, 30.0)])
    found = year_passed(series, 10.0, YEARS)
    assert found.share_never == pytest.approx(0.4)
    assert found.years == (2028, 2031, None)
    assert found.text == "2031"
    assert year_passed(series, 100.0, YEARS).text == "not before 2040"
    with pytest.raises(InputError):
        year_passed(series, np.nan, YEARS)


def test_capacities_grow_with_what_is_open_and_shrink_with_what_is_left() -> None:
    base, gain = np.array([10.0, 5.0]), np.array([[2.0, 0.0], [0.0, 3.0]])
    opened = has_opened(np.array([2027, NEVER]), YEARS)
    found = capacities(base, gain, opened, np.full(2, 0.5))
    assert found[0].tolist() == [5.0, 2.5]
    assert found[-1].tolist() == [6.0, 2.5]


@given(st.lists(st.tuples(st.floats(0.1, 9), st.floats(10, 900), st.floats(0.1, 200)), min_size=1, max_size=6))
@settings(max_examples=25, deadline=None)
def test_times_of_a_mixture_are_those_of_its_draws(parts) -> None:
    weight, mean, sd = np.array(parts).T
    low, middle, high = mixture_times(weight, mean, sd, (0.1, 0.5, 0.9))
    assert low <= middle <= high
    rng = np.random.default_rng(3)
    spread = np.sqrt(np.log1p((sd / mean) ** 2))
    part = rng.choice(len(mean), 100_000, p=weight / weight.sum())
    drawn = np.exp(np.log(mean) - spread**2 / 2 + spread * rng.standard_normal((100_000, len(mean))))
    taken = drawn[np.arange(len(part)), part]
    for end, share in ((low, 0.1), (middle, 0.5), (high, 0.9)):
        assert (taken <= end).mean() == pytest.approx(share, abs=0.01)


def test_times_of_nothing_are_nan() -> None:
    assert np.isnan(mixture_times(np.zeros(2), np.ones(2), np.ones(2), (0.5,))[0])


@given(st.integers(1, 6), st.integers(1, 8), st.integers(0, 2**31))
@settings(max_examples=40, deadline=None)
def test_the_most_is_that_of_another_solver_and_its_prices_add_up_to_it(n, ways, seed) -> None:
    rng = np.random.default_rng(seed)
    use = np.where(rng.uniform(size=(n, ways)) < 0.6, rng.uniform(0.01, 2.0, (n, ways)), 0.0)
    use[0] = rng.uniform(0.1, 1.0, ways)
    limit = rng.uniform(1e3, 1e6, n)
    balance = rng.uniform(-1.0, 1.0, (1, ways))
    amount, price = most_through(use, limit, balance)
    matrix, ends = np.concatenate([use, balance]), np.append(limit, 0.0)
    other = linprog(-np.ones(ways), A_ub=matrix, b_ub=ends, bounds=(0, None))
    assert amount == pytest.approx(-other.fun, rel=1e-6, abs=1.0)
    assert price @ limit == pytest.approx(amount, rel=1e-6, abs=1.0)
    assert (price >= -1e-9).all()


def test_ways_that_use_nothing_are_refused() -> None:
    with pytest.raises(NotConverged):
        most_through(np.array([[1.0, 0.0]]), np.array([5.0]), np.zeros((0, 2)))


def test_samples_that_failed_do_not_count() -> None:
    low, middle, high = percentiles(np.array([[1.0], [np.nan], [3.0]]))
    assert (low[0], middle[0], high[0]) == pytest.approx((1.2, 2.0, 2.8))
