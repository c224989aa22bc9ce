"""Present value, rate of return, payback and cover, by hand, by property and by another program."""

from __future__ import annotations

import math

import numpy as np
import numpy_financial
import pytest
import pyxirr
from hypothesis import given
from hypothesis import strategies as st

from caspia.errors import InputError
from caspia.investment.returns import (
    debt_service_cover,
    loan_life_cover,
    net_present_value,
    payback_years,
    rate_of_return,
)

money = st.floats(-1e6, 1e6).map(lambda x: round(x, 2))
outlay = st.floats(1, 1e6)
income = st.lists(st.floats(0, 1e6), min_size=1, max_size=40)


@given(st.lists(money, min_size=1, max_size=40), st.floats(-20, 60))
def test_present_value_agrees_with_two_other_programs(flows, discount):
    ours = net_present_value(flows, discount)
    for theirs in (pyxirr.npv(discount / 100, flows), numpy_financial.npv(discount / 100, flows)):
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-3)


@given(outlay, income)
def test_present_value_at_the_rate_of_return_is_nothing(cost, earned):
    flows = [-cost, *earned]
    rate = rate_of_return(flows)
    if math.isnan(rate.pct):
        assert rate.reason
    else:
        size = net_present_value(np.abs(flows), rate.pct)
        assert abs(net_present_value(flows, rate.pct)) <= 1e-7 * size


@given(outlay, st.lists(st.floats(1, 1e6), min_size=2, max_size=40))
def test_rate_agrees_with_another_program(cost, earned):
    flows = [-cost, *earned]
    ours, theirs = rate_of_return(flows).pct, pyxirr.irr(flows)
    if theirs is not None and -0.9 < theirs < 9:
        assert ours == pytest.approx(100 * theirs, abs=1e-5)


def test_published_rates():
    """Examples of the manual of numpy-financial (irr), and a textbook case with two rates."""
    for flows, rate in (
        ([-100, 39, 59, 55, 20], 28.095),
        ([-100, 0, 0, 74], -9.55),
        ([-100, 100, 0, -7], -8.33),
        ([-5, 10.5, 1, -8, 1], 8.86),
    ):
        found = rate_of_return(flows)
        several = found.reason.startswith("several rates")
        assert several or found.pct == pytest.approx(rate, abs=0.01)
        assert not several or f"{rate:.2f}" in found.reason
    both = rate_of_return([-100, 230, -132])
    assert math.isnan(both.pct)
    assert "10.00, 20.00" in both.reason


@pytest.mark.parametrize("flows", [[1, 2], [-1, -2], [0, 0], [-100, 200, -200]])
def test_no_rate_is_told_with_a_reason(flows):
    rate = rate_of_return(flows)
    assert math.isnan(rate.pct)
    assert rate.reason


@given(outlay, income)
def test_payback_splits_the_flows(cost, earned):
    years = payback_years([-cost, *earned])
    if math.isnan(years):
        assert sum(earned) < cost * (1 + 1e-9)
    else:
        whole = int(years)
        received = sum(earned[: whole - 1]) + (years - whole) * (earned[whole - 1] if whole <= len(earned) else 0)
        assert received == pytest.approx(cost)


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(1, 1e6)), min_size=1, max_size=40), st.floats(0.1, 10))
def test_cover_is_inverse_to_debt_service(years, factor):
    cash, service = np.array(years).T
    once, more = debt_service_cover(cash, service), debt_service_cover(cash, factor * service)
    assert more.ratio * factor == pytest.approx(once.ratio)
    assert once.lowest == once.ratio[once.lowest_year] == once.ratio.min()
    assert loan_life_cover(cash, service, 5.0) >= once.lowest * (1 - 1e-12)


def test_cover_without_debt():
    cover = debt_service_cover([1, 2], [0, 0])
    assert np.isnan(cover.ratio).all()
    assert math.isnan(cover.lowest)
    assert cover.lowest_year == -1
    assert math.isnan(loan_life_cover([1, 2], [0, 0], 5.0))


@pytest.mark.parametrize(
    "call",
    [
        lambda: net_present_value([], 5.0),
        lambda: net_present_value([1, float("nan")], 5.0),
        lambda: net_present_value([1], -100.0),
        lambda: rate_of_return([float("inf"), 1]),
        lambda: payback_years([[1, 2]]),
        lambda: debt_service_cover([1, 2], [1]),
        lambda: debt_service_cover([1], [-1]),
    ],
)
def test_what_is_no_series_is_refused(call):
    with pytest.raises(InputError):
        call()
