"""Draws: moments of PERT, correlations of the copula, and numbers that depend on seed, name and place alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest, norm

from caspia.errors import InputError
from caspia.risk import Doubts, Hazards, stream_words, uniforms

MANY = 3000


def doubts(dependence: float, *bounds: tuple[float, float, float], groups: tuple[int, ...] = ()) -> Doubts:
    low, mode, high = (np.array([each[end] for each in bounds], dtype=float) for end in range(3))
    group = np.array(groups or [0] * len(bounds), dtype=np.int64)
    return Doubts(tuple(f"x{n}" for n in range(len(bounds))), low, mode, high, group, ("one", "two"), dependence)


def drawn(book: Doubts, seed: int = 1) -> np.ndarray:
    return np.stack([book.values(seed, nth) for nth in range(MANY)])


@given(low=st.floats(-5, 5), left=st.floats(0.0, 4.0), right=st.floats(0.01, 4.0), seed=st.integers(0, 2**40))
@settings(max_examples=15, deadline=None)
def test_values_have_the_moments_of_pert_and_stay_within_their_bounds(
    low: float, left: float, right: float, seed: int
) -> None:
    mode, high = low + left, low + left + right
    found = drawn(doubts(0.5, (low, mode, high)), seed)[:, 0]
    mean = (low + 4 * mode + high) / 6
    sd = np.sqrt((mean - low) * (high - mean) / 7)
    assert low <= found.min() <= found.max() <= high
    assert abs(found.mean() - mean) < 5 * sd / np.sqrt(MANY) + 1e-9
    assert found.std() == pytest.approx(sd, rel=0.08)


@given(dependence=st.sampled_from([0.0, 0.3, 0.7, 1.0]), seed=st.integers(0, 1000))
@settings(max_examples=8, deadline=None)
def test_scores_of_a_group_correlate_as_declared_and_groups_do_not(dependence: float, seed: int) -> None:
    book = doubts(dependence, *[(0.0, 1.0, 2.0)] * 3, groups=(0, 0, 1))
    scores = np.stack([book.scores(seed, nth) for nth in range(MANY)])
    found = np.corrcoef(scores.T)
    assert found[0, 1] == pytest.approx(dependence, abs=0.07)
    assert abs(found[0, 2]) < 0.07
    assert kstest(scores[:, 0], norm.cdf).pvalue > 1e-5


def test_a_draw_depends_on_seed_name_and_number_alone() -> None:
    some, more = doubts(0.7, (0, 1, 2), (3, 4, 9)), doubts(0.7, (0, 1, 2), (3, 4, 9), (1, 2, 3))
    assert (some.values(5, 17) == more.values(5, 17)[:2]).all()
    assert (some.values(5, 17) != some.values(6, 17)).all()
    assert (some.values(5, 17) != some.values(5, 18)).all()


def test_a_group_can_be_taken_from_another_draw() -> None:
    book = doubts(0.7, (0, 1, 2), (3, 4, 9), groups=(0, 1))
    mixed = book.values(1, 4, np.array([4, 9]))
    assert mixed[0] == book.values(1, 4)[0]
    assert mixed[1] == book.values(1, 9)[1]


def test_streams_are_even_and_know_nothing_of_each_other() -> None:
    found = uniforms(3, stream_words(["a", "b"])[:, None], np.arange(20_000))
    assert kstest(found[0], "uniform").pvalue > 1e-4
    assert abs(np.corrcoef(found)[0, 1]) < 0.03
    assert abs(np.corrcoef(found[0, 1:], found[0, :-1])[0, 1]) < 0.03


@pytest.mark.parametrize("bounds", [(2.0, 1.0, 3.0), (0.0, 4.0, 3.0), (3.0, 2.0, 1.0)])
def test_an_interval_out_of_order_is_refused(bounds: tuple[float, float, float]) -> None:
    with pytest.raises(InputError, match="out of order"):
        doubts(0.5, bounds)


@pytest.mark.parametrize("dependence", [-0.1, 1.1, float("nan")])
def test_a_correlation_outside_its_range_is_refused(dependence: float) -> None:
    with pytest.raises(InputError, match="correlation"):
        doubts(dependence, (0.0, 1.0, 2.0))


def hazards(days: tuple[float, float, float], rate: float, months: tuple[int, ...] = ()) -> Hazards:
    season = np.array([[month in months or not months for month in range(1, 13)]])
    return Hazards(("storm",), np.array([days]), season, np.array([rate]))


@pytest.mark.parametrize(
    ("rate", "days", "months"), [(4.0, (1.0, 2.0, 5.0), ()), (3.0, (1.0, 2.0, 4.0), (1, 2, 12))]
)
def test_short_events_take_their_rate_times_their_length(
    rate: float, days: tuple[float, float, float], months: tuple[int, ...]
) -> None:
    book = hazards(days, rate, months)
    share = np.array([book.year(1, nth, np.array([rate]))[0][0] for nth in range(MANY)])
    mean = rate * (days[0] + 4 * days[1] + days[2]) / 6 / 365
    # What overlaps counts once.
    assert 0.9 * mean < share.mean() < mean + 4 * share.std() / np.sqrt(MANY)


def test_a_long_event_is_under_way_from_the_year_before() -> None:
    book = hazards((700.0, 800.0, 900.0), 0.2)
    share = np.array([book.year(1, nth, np.array([0.2]))[0][0] for nth in range(MANY)])
    under_way = 1.0 - np.exp(-0.2 * 800 / 365)
    assert share.mean() == pytest.approx(under_way, abs=0.03)
    assert share.max() == 1.0


def test_what_never_comes_takes_nothing() -> None:
    share, days = hazards((1.0, 2.0, 3.0), 2.0).year(1, 1, np.array([0.0]))
    assert (share[0], days[0]) == (0.0, 0.0)


@pytest.mark.parametrize("days", [(3.0, 2.0, 4.0), (-1.0, 2.0, 4.0), (1.0, 2.0, 99_999.0)])
def test_an_event_out_of_order_is_refused(days: tuple[float, float, float]) -> None:
    with pytest.raises(InputError, match="event out of order"):
        hazards(days, 1.0)
