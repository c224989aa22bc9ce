"""Stocks, shortfalls and captive shares keep their order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caspia.security import captive, days_of_cover, expected_shortfall, exposure, shortfall_days

DAYS = st.floats(0.0, 1e4)
SHARE = st.floats(0.0, 1.0)


@settings(deadline=None)
@given(DAYS, SHARE, SHARE)
def test_less_lost_lasts_longer(stock: float, one: float, other: float) -> None:
    least, most = sorted((one, other))
    assert days_of_cover(stock, least) >= days_of_cover(stock, most)


@settings(deadline=None)
@given(DAYS, SHARE, SHARE, DAYS, DAYS, DAYS)
def test_stocks_never_add_to_the_shortfall(
    event: float, lost: float, part: float, answer: float, less: float, more: float
) -> None:
    low, high = sorted((less, more))
    short = [float(shortfall_days(event, lost, lost * part, answer, stock)) for stock in (low, high)]
    assert 0.0 <= short[1] <= short[0] <= event * lost + 1e-6


def test_shortfall_by_hand() -> None:
    # Half is lost for 40 days, a tenth for the 60 days after; 10 days are in stock: 20 + 6 - 10.
    assert float(shortfall_days(100.0, 0.5, 0.1, 40.0, 10.0)) == pytest.approx(16.0)
    assert float(expected_shortfall([0.5, 0.1], [16.0, 0.0])) == pytest.approx(8.0 / 365.0)


def test_captive_cargo_has_no_other_way_in_reach() -> None:
    # Two ways of one origin, the second 30 dearer; one of another origin, which helps nobody else.
    passes = np.array([[True], [False], [True]])
    share = np.array([0.5, 0.0, 0.3])
    origin = np.array([0, 0, 1])
    measure = np.array([[10.0, 1.0], [40.0, 1.0], [5.0, 1.0]])
    np.testing.assert_allclose(captive(passes, share, origin, measure, (30.0, 0.0)), [0.3])
    np.testing.assert_allclose(captive(passes, share, origin, measure, (29.0, 0.0)), [0.8])


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_captive_share_is_part_of_the_exposure(seed: int) -> None:
    random = np.random.default_rng(seed)
    passes = random.random((6, 3)) < 0.5
    share = random.dirichlet(np.ones(6))
    origin = random.integers(0, 3, 6)
    measure = random.random((6, 2))
    bound = captive(passes, share, origin, measure, (0.2, 0.2))
    assert (bound <= exposure(passes, share) + 1e-12).all()
    assert (bound >= captive(passes, share, origin, measure, (0.4, 0.4)) - 1e-12).all()
