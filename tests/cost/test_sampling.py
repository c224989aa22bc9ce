"""Draws agree with their closed forms, and depend on the seed and on nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caspia.cost import Quantity, Reading, Sampler, Variables, interval
from caspia.study import Request, Settings
from drawn import open_drawn

DRAWS = 50_000
amount = st.floats(0.01, 1000)
seeds = st.integers(0, 2**32)
Bounds = tuple[float, float, float]


def quantity(*variables: tuple[Reading, Bounds], name: str = "time", first_fact: int = 0) -> Quantity:
    """A quantity of one arc for each variable, with coefficient one."""
    n = len(variables)
    columns = np.array([bounds for _, bounds in variables], dtype=float).reshape(n, 3).T
    readings = np.array([int(reading) for reading, _ in variables])
    made = Variables(np.arange(first_fact, first_fact + n), readings, *columns)
    return Quantity(name, made, np.arange(n + 1), np.arange(n), np.ones(n), made.mean, made.sd)


@st.composite
def variables(draw: st.DrawFn) -> tuple[Reading, Bounds]:
    """A PERT variable, a wait for a departure or a closure."""
    reading = draw(st.sampled_from([Reading.VALUE, Reading.INVERSE, Reading.HEADWAY, Reading.CLOSURE]))
    if reading is Reading.HEADWAY:
        headway = draw(amount)
        return reading, (0.0, headway, headway)
    if reading is Reading.CLOSURE:
        spell = draw(amount)
        return reading, (draw(st.floats(0.01, 0.95)), spell, spell)
    low, mode, high = sorted(draw(st.tuples(amount, amount, amount)))
    return reading, (low, mode, high)


# Always the same examples, since one in ten thousand true samples lies beyond four standard errors.
@given(variables(), seeds)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_draws_agree_with_the_closed_forms(variable: tuple[Reading, Bounds], seed: int) -> None:
    asked = quantity(variable)
    (draws,) = Sampler(("x.y",), seed, DRAWS).draw(asked, [0])
    mean, sd = float(asked.variables.mean[0]), float(asked.variables.sd[0])
    reading, (low, _, high) = variable
    assert draws.min() >= (0.0 if reading >= Reading.HEADWAY else low)
    assert draws.max() <= high
    assert abs(draws.mean() - mean) <= 4 * sd / DRAWS**0.5 + 1e-9 * mean
    fourth = float(((draws - draws.mean()) ** 4).mean())
    error_of_variance = max(fourth - sd**4, 0.0) ** 0.5 / DRAWS**0.5
    assert abs(draws.var() - sd**2) <= 4 * error_of_variance + 1e-9 * mean**2


@given(variables(), seeds)
@settings(max_examples=30, deadline=None, derandomize=True)
def test_percentiles_are_ordered(variable: tuple[Reading, Bounds], seed: int) -> None:
    low, mid, high = interval(Sampler(("x.y",), seed, 500).draw(quantity(variable), [0])[0])
    assert low <= mid <= high


def many(n: int, **more: object) -> Quantity:
    """A quantity of n unlike PERT variables."""
    return quantity(*((Reading.VALUE, (1.0 + k, 2.0 + 2 * k, 7.0 + 3 * k)) for k in range(n)), **more)  # type: ignore[arg-type]


@given(st.lists(st.integers(0, 9), min_size=1, max_size=10, unique=True), seeds)
@settings(max_examples=30, deadline=None, derandomize=True)
def test_same_seed_same_draws_whatever_else_is_drawn(order: list[int], seed: int) -> None:
    keys = tuple(f"thing{number}.attribute" for number in range(10))
    together = Sampler(keys, seed, 50).draw(many(10), range(10))
    alone = Sampler(keys, seed, 50).draw(many(10), order)
    assert (together[order] == alone).all()


def test_draws_do_not_depend_on_the_row_of_the_fact() -> None:
    before = Sampler(("a.x", "b.x"), 7, 50).draw(many(2), [0, 1])
    after = Sampler(("new.x", "a.x", "b.x"), 7, 50).draw(many(2, first_fact=1), [0, 1])
    assert (before == after).all()


@given(seeds, seeds)
@settings(max_examples=30, deadline=None, derandomize=True)
def test_other_seed_other_draws(one: int, other: int) -> None:
    first, second = (Sampler(("a.x",), seed, 50).draw(many(1), [0]) for seed in (one, other))
    assert (first == second).all() == (one == other)


@pytest.mark.parametrize("dependence", [0.0, 0.5, 0.7])
def test_facts_vary_together_as_much_as_is_set(dependence: float) -> None:
    """Rank correlation under a Gaussian copula of correlation rho is 6 / pi * arcsin(rho / 2)."""
    keys = tuple(f"thing{number}.attribute" for number in range(5))
    draws = Sampler(keys, 1, 20_000, dependence).draw(many(5), range(5))
    ranks = draws.argsort(axis=1).argsort(axis=1)
    apart = np.corrcoef(ranks)[~np.eye(5, dtype=bool)]
    assert apart == pytest.approx(6 / np.pi * np.arcsin(dependence / 2), abs=4 / 20_000**0.5)


def test_wholly_dependent_facts_are_bad_at_once() -> None:
    keys = ("a.x", "b.x", "c.x")
    sampler = Sampler(keys, 1, 5_000, dependence=1.0)
    apart = [interval(row)[2] for row in sampler.draw(many(3), range(3))]
    assert interval(sampler.path(many(3), [0, 1, 2]))[2] == pytest.approx(sum(apart))


def test_expected_value_does_not_depend_on_the_dependence() -> None:
    keys = tuple(f"thing{number}.attribute" for number in range(5))
    sums = [Sampler(keys, 1, 5_000, d).path(many(5), range(5)) for d in (0.0, 0.7, 1.0)]
    assert sums[1].mean() == pytest.approx(sums[0].mean())
    assert sums[2].mean() == pytest.approx(sums[0].mean())
    assert sums[0].std() < sums[1].std() < sums[2].std()


def test_arcs_on_one_fact_vary_wholly_together(tmp_path: Path) -> None:
    """Two legs on one speed have twice the spread of one; on two speeds of correlation r, root 2 + 2 r of it."""
    drawing = "KZAAA -rail1520:100- KZBBB -rail1520:100- KZCCC"
    pert = (20, 40, 60)
    own = {"rail-KZAAA-KZBBB.speed_kmh": pert, "rail-KZBBB-KZCCC.speed_kmh": pert}
    spread = []
    for name, facts in (("shared", {"way.speed_kmh": pert}), ("own", own)):
        study = open_drawn(tmp_path / name, drawing, facts, settings=Settings(draws=20_000))
        (whole,) = study.itineraries(Request("KZAAA", "KZCCC"))
        (half,) = study.itineraries(Request("KZAAA", "KZBBB"))
        spread.append(whole.time_h_sd / half.time_h_sd)
    dependence = study.scene.world.sampler.dependence
    assert spread == pytest.approx([2, (2 + 2 * dependence) ** 0.5], rel=0.03)


@given(variables(), seeds)
@settings(max_examples=40, deadline=None, derandomize=True)
def test_strata_have_the_distribution_of_draws_at_random(variable: tuple[Reading, Bounds], seed: int) -> None:
    (strata,) = Sampler(("x.y",), seed, 2_000, stratified=True).draw(quantity(variable), [0])
    (random,) = Sampler(("x.y",), seed, 20_000).draw(quantity(variable), [0])
    shares = np.arange(0.05, 1.0, 0.1)
    below = [(random <= bound + 1e-9 * abs(bound)).mean() for bound in np.quantile(strata, shares)]
    if variable[0] is Reading.CLOSURE:
        # At zero lies the whole of the time that is open.
        assert (strata == 0).mean() == pytest.approx(1 - variable[1][0], abs=0.002)
    elif np.ptp(strata) > 0:
        assert below == pytest.approx(shares, abs=4 * 0.5 / 20_000**0.5 + 0.001)


@given(variables(), st.floats(0.1, 10.0), st.integers(5, 60))
@settings(max_examples=30, deadline=None, derandomize=True)
def test_a_scaled_fact_has_scaled_draws_in_the_same_order(variable, factor: float, draws: int) -> None:
    reading, bounds = variable
    if reading is Reading.CLOSURE:
        return
    scaled = tuple(factor * bound for bound in bounds)
    one, other = (
        Sampler(("x.y",), 3, draws, stratified=True).draw(quantity((reading, each)), [0])[0]
        for each in (bounds, scaled)
    )
    assert other == pytest.approx(factor * one, rel=1e-6)


def test_facts_of_one_name_are_tied_and_of_two_are_apart() -> None:
    bounds = tuple(np.array(column, dtype=float) for column in ((1, 1, 1), (2, 3, 4), (5, 6, 7)))
    sampler = Sampler(("a.x", "b.x", "c.x"), 1, 5_000, dependence=0.7, stratified=True)
    one, two = sampler.facts("demand", np.array([0, 1]), bounds)
    (three,) = sampler.facts("capacity", np.array([2]), bounds)
    assert np.corrcoef(one, two)[0, 1] == pytest.approx(0.7, abs=0.05)
    assert abs(np.corrcoef(one, three)[0, 1]) < 0.06


def test_over_a_year_departures_and_weather_average_out() -> None:
    both = quantity((Reading.VALUE, (1.0, 2.0, 4.0)), (Reading.HEADWAY, (0.0, 24.0, 24.0)))
    found = Sampler(("a.x", "b.x"), 1, 50, stratified=True).yearly(both)
    assert (found[1] == 12.0).all()
    assert np.ptp(found[0]) > 1
    assert both.at(found[:, 7]).tolist() == found[:, 7].tolist()
