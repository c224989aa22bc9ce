"""Percentiles with their errors, exceedance curves, and Sobol' indices of the function of Ishigami."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caspia.errors import InputError
from caspia.risk import estimate, exceedance, group_sensitivity

FIRST = (0.3139, 0.4424, 0.0)
TOTAL = (0.5576, 0.4424, 0.2437)
"""Ishigami, T., Homma, T. (1990), with a = 7 and b = 0.1."""


@given(seed=st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_standard_errors_are_those_of_other_samples(seed: int) -> None:
    rng = np.random.default_rng(seed)
    samples = rng.gamma(2.0, size=(300, 400))
    found = [estimate(sample) for sample in samples]
    for name in ("p5", "p50", "p95"):
        scatter = np.std([getattr(item, name) for item in found])
        said = np.median([getattr(item, f"se_{name}") for item in found])
        assert said == pytest.approx(scatter, rel=0.3)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60))
@settings(deadline=None)
def test_exceedance_falls_within_its_band(values: list[float]) -> None:
    found = exceedance(np.array(values))
    assert (np.diff(found.share) <= 0).all()
    assert (np.diff(found.value) >= 0).all()
    assert ((found.low <= found.share) & (found.share <= found.high)).all()
    assert found.share[-1] == 0.0


def test_the_band_holds_the_true_curve_as_often_as_it_says() -> None:
    rng, held = np.random.default_rng(1), 0
    for _ in range(200):
        found = exceedance(rng.uniform(size=100), points=200)
        held += bool(((found.low <= 1 - found.value) & (1 - found.value <= found.high)).all())
    assert held >= 186


def test_no_draws_are_no_estimate() -> None:
    with pytest.raises(InputError, match="no draws"):
        estimate(np.empty(0))
    with pytest.raises(InputError, match="no draws"):
        exceedance(np.empty(0))


def ishigami(x: np.ndarray) -> np.ndarray:
    return np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_indices_of_ishigami_are_the_known_ones() -> None:
    rng = np.random.default_rng(4)
    base, other = rng.uniform(-np.pi, np.pi, (2, 6000, 3))
    swapped = []
    for column in range(3):
        mixed = base.copy()
        mixed[:, column] = other[:, column]
        swapped.append(ishigami(mixed))
    found = group_sensitivity(ishigami(base), ishigami(other), np.stack(swapped, axis=1), ("a", "b", "c"))
    assert found.first == pytest.approx(FIRST, abs=0.04)
    assert found.total == pytest.approx(TOTAL, abs=0.04)
    assert (np.abs(found.total - TOTAL) < 2 * found.total_error + 0.01).all()


def test_what_does_not_vary_has_no_indices() -> None:
    still = np.ones(50)
    found = group_sensitivity(still, still, np.ones((50, 2)), ("a", "b"))
    assert not found.total.any()
