"""Draws agree with their closed forms, and depend on the seed and on nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caspia.cost import Reading, Sampler, Variables, interval
from caspia.study import Request, Settings
from drawn import open_drawn

DRAWS = 50_000
amount = st.floats(0.01, 1000)
seeds = st.integers(0, 2**32)


def variable(reading: Reading, low: float, mode: float, high: float) -> Variables:
    columns = [np.array([value], dtype=float) for value in (low, mode, high)]
    return Variables(np.array([0]), np.array([int(reading)]), *columns)


@st.composite
def variables(draw: st.DrawFn) -> Variables:
    """A PERT variable, a wait for a departure or a closure."""
    reading = draw(st.sampled_from([Reading.VALUE, Reading.INVERSE, Reading.HEADWAY, Reading.CLOSURE]))
    if reading is Reading.HEADWAY:
        headway = draw(amount)
        return variable(reading, 0.0, headway, headway)
    if reading is Reading.CLOSURE:
        spell = draw(amount)
        return variable(reading, draw(st.floats(0.01, 0.95)), spell, spell)
    return variable(reading, *sorted(draw(st.tuples(amount, amount, amount))))


@given(variables(), seeds)
# Always the same examples, since one in ten thousand true samples lies beyond four standard errors.
@settings(max_examples=60, deadline=None, derandomize=True)
def test_draws_agree_with_the_closed_forms(columns: Variables, seed: int) -> None:
    (draws,) = Sampler(("x.y",), seed, DRAWS).draw(columns, [0])
    mean, sd = float(columns.mean[0]), float(columns.sd[0])
    assert draws.min() >= (0.0 if columns.reading[0] >= Reading.HEADWAY else columns.low[0])
    assert draws.max() <= columns.high[0]
    assert abs(draws.mean() - mean) <= 4 * sd / DRAWS**0.5 + 1e-9 * mean
    fourth = float(((draws - draws.mean()) ** 4).mean())
    error_of_variance = max(fourth - sd**4, 0.0) ** 0.5 / DRAWS**0.5
    assert abs(draws.var() - sd**2) <= 4 * error_of_variance + 1e-9 * mean**2


@given(variables(), seeds)
@settings(max_examples=30, deadline=None)
def test_percentiles_are_ordered(columns: Variables, seed: int) -> None:
    low, mid, high = interval(Sampler(("x.y",), seed, 500).draw(columns, [0])[0])
    assert low <= mid <= high


def many(n: int) -> Variables:
    low = np.linspace(1, 2, n)
    return Variables(np.arange(n), np.zeros(n, dtype=np.int64), low, low + 1, low + 5)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=10, unique=True), seeds)
@settings(max_examples=30, deadline=None)
def test_same_seed_same_draws_whatever_else_is_drawn(order: list[int], seed: int) -> None:
    keys = tuple(f"thing{number}.attribute" for number in range(10))
    together = Sampler(keys, seed, 50).draw(many(10), range(10))
    alone = Sampler(keys, seed, 50).draw(many(10), order)
    assert (together[order] == alone).all()


def test_draws_do_not_depend_on_the_row_of_the_fact() -> None:
    one, other = many(2), many(3)
    shifted = Variables(*(getattr(other, name).copy() for name in ("fact", "reading", "low", "mode", "high")))
    for name in ("low", "mode", "high"):
        getattr(shifted, name)[1:] = getattr(one, name)
    before = Sampler(("a.x", "b.x"), 7, 50).draw(one, [0, 1])
    after = Sampler(("new.x", "a.x", "b.x"), 7, 50).draw(shifted, [1, 2])
    assert (before == after).all()


@given(seeds, seeds)
@settings(max_examples=30, deadline=None)
def test_other_seed_other_draws(one: int, other: int) -> None:
    first, second = (Sampler(("a.x",), seed, 50).draw(many(1), [0]) for seed in (one, other))
    assert (first == second).all() == (one == other)


def test_facts_vary_apart() -> None:
    keys = tuple(f"thing{number}.attribute" for number in range(6))
    draws = Sampler(keys, 1, 20_000).draw(many(6), range(6))
    correlation = np.corrcoef(draws) - np.eye(6)
    assert np.abs(correlation).max() < 4 / 20_000**0.5


def test_arcs_on_one_fact_vary_together_and_others_apart(tmp_path: Path) -> None:
    """Two legs on one speed: the spread is twice that of one; on two speeds, root two of it."""
    drawing = "KZAAA -rail1520:100- KZBBB -rail1520:100- KZCCC"
    pert = (20, 40, 60)
    own = {"rail-KZAAA-KZBBB.speed_kmh": pert, "rail-KZBBB-KZCCC.speed_kmh": pert}
    spread = []
    for name, facts in (("shared", {"way.speed_kmh": pert}), ("own", own)):
        study = open_drawn(tmp_path / name, drawing, facts, settings=Settings(draws=20_000))
        (whole,) = study.itineraries(Request("KZAAA", "KZCCC"))
        (half,) = study.itineraries(Request("KZAAA", "KZBBB"))
        spread.append(whole.time_h_sd / half.time_h_sd)
    assert spread == pytest.approx([2, 2**0.5], rel=0.03)
