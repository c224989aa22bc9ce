"""Plans against full enumeration, and the rules that every plan keeps."""

from itertools import product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from caspia.errors import InputError
from caspia.investment import (
    NEVER,
    Averse,
    Programme,
    SecondOrder,
    Valuer,
    Worlds,
    by_order,
    choose,
    horizon,
    payments,
    phase,
    worst_mean,
)

YEARS = (2026, 2027)
SPAN = horizon(2026, 2034, 2040, (2028, 2036), 0.06)


def programme(seed: int, n: int = 5, sources: int = 1, *, share: float = 0.5, rules: bool = True) -> Programme:
    """A drawn programme."""
    rng = np.random.default_rng(seed)
    cost = rng.uniform(1.0, 10.0, n)
    budget = rng.uniform(0.5, 1.5, (sources, len(YEARS)))
    budget *= share * cost.sum() / budget.sum()
    may_pay = rng.random((n, sources)) < 0.7
    may_pay[np.arange(n), rng.integers(sources, size=n)] = True
    return Programme(
        ids=tuple(f"p{k}" for k in range(n)),
        cost_usd=cost,
        build_years=rng.integers(1, 6, n),
        earliest_start=rng.choice([2020, 2026, 2027], n),
        needs=((1, 0),) if rules else (),
        excludes=((2, 3),) if rules else (),
        years=YEARS,
        sources=tuple(f"s{k}" for k in range(sources)),
        budget_usd=budget,
        may_pay=may_pay,
        price=rng.uniform(0.0, 4.0, (n, len(YEARS))),
    )


def quadratic(seed: int, n: int = 5) -> dict[int, SecondOrder]:
    """A value of sets with works in series and in parallel, one a year."""
    rng = np.random.default_rng(seed + 1000)
    linear = rng.uniform(-1.0, 6.0, n)
    pair = np.triu(rng.uniform(-3.0, 3.0, (n, n)), 1)
    nothing = np.zeros(n, dtype=bool)
    return {
        anchor: SecondOrder(nothing, 0.0, linear * (1 + 0.1 * k), (pair + pair.T) * (1 + 0.1 * k))
        for k, anchor in enumerate(SPAN.anchors)
    }


def best_of_all(chosen: Programme, value: Valuer) -> float:
    """Greatest value of all plans that keep the rules."""
    found = -np.inf
    for starts in product((*YEARS, NEVER), repeat=chosen.n):
        start = np.array(starts)
        if not chosen.broken(start):
            found = max(found, value.plan(chosen.opened(start), SPAN) - chosen.given_up(start))
    return found


@settings(max_examples=40)
@example(seed=77, sources=1, share=1.0)
@given(st.integers(0, 10_000), st.sampled_from([1, 2]), st.floats(0.0, 1.2))
def test_the_program_finds_the_best_plan_of_a_second_order_value(seed: int, sources: int, share: float) -> None:
    chosen, worth = programme(seed, sources=sources, share=share), quadratic(seed)
    value = Valuer(lambda opened, anchor: worth[anchor](opened), SPAN.anchors, workers=1)
    found = phase(chosen, tuple(worth.values()), SPAN, gap=1e-9)
    assert not chosen.broken(found.start)
    own = value.plan(chosen.opened(found.start), SPAN) - chosen.given_up(found.start)
    assert found.value == pytest.approx(own, rel=1e-6, abs=1e-6)
    best = best_of_all(chosen, value)
    assert found.value >= best - 1e-5 * max(abs(best), 1.0)
    assert found.bound >= best - 1e-6 * max(abs(best), 1.0)
    built, pays = found.start != NEVER, payments(chosen, found.start)
    assert pays.sum(axis=1) == pytest.approx(np.where(built, chosen.cost_usd, 0.0), abs=1e-5)
    assert not pays[~chosen.may_pay].any()
    assert (pays.sum(axis=0) <= chosen.budget_usd.sum(axis=1) * (1 + 1e-5) + 1e-5).all()


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_choosing_by_value_alone_finds_the_best_plan_of_a_second_order_value(seed: int) -> None:
    chosen, worth = programme(seed), quadratic(seed)
    value = Valuer(lambda opened, anchor: worth[anchor](opened), SPAN.anchors, workers=1)
    found = choose(chosen, value, SPAN)
    best = best_of_all(chosen, value)
    assert found.value == pytest.approx(max(best, 0.0), rel=2e-3, abs=1e-6)
    assert found.bound >= best - 1e-6 * max(abs(best), 1.0)
    assert found.greedy_value <= found.value + 1e-9


def covered(seed: int, n: int) -> Valuer:
    """A value whose interactions run through all orders: places that at least one project reaches."""
    rng = np.random.default_rng(seed)
    reach, weight = rng.random((n, 30)) < 0.25, rng.uniform(0.0, 1.0, 30)

    def value(opened: np.ndarray, anchor: int) -> float:
        return float(weight @ reach[opened].any(axis=0)) * (1.0 + (anchor - 2028) / 50)

    return Valuer(value, SPAN.anchors, workers=1)


@settings(max_examples=25)
@example(seed=6897)
@example(seed=491)
@given(st.integers(0, 10_000))
def test_interactions_of_every_order_leave_the_plan_near_the_best(seed: int) -> None:
    chosen, value = programme(seed, rules=False), covered(seed, 5)
    found = choose(chosen, value, SPAN)
    best = best_of_all(chosen, value)
    assert found.value <= best + 1e-9
    assert found.value >= 0.97 * best


def test_a_ship_without_a_berth_is_worth_nothing_and_both_are_built() -> None:
    chosen = Programme(
        ids=("ship", "berth", "fence"),
        cost_usd=np.array([4.0, 4.0, 4.0]),
        build_years=np.array([1, 1, 1]),
        earliest_start=np.array([2026, 2026, 2026]),
        needs=(),
        excludes=(),
        years=YEARS,
        sources=("all",),
        budget_usd=np.array([[8.0, 0.0]]),
        may_pay=np.ones((3, 1), dtype=bool),
        price=np.zeros((3, 2)),
    )
    value = Valuer(lambda opened, _: 10.0 * (opened[0] and opened[1]) + opened[2], SPAN.anchors, workers=1)
    assert (choose(chosen, value, SPAN).start != NEVER).tolist() == [True, True, False]


@given(st.integers(0, 1000), st.permutations(range(5)))
def test_building_by_order_keeps_the_rules(seed: int, order: list[int]) -> None:
    chosen = programme(seed, sources=2)
    assert chosen.broken(by_order(chosen, order)) == ""


def test_a_budget_below_the_cheapest_project_gives_the_empty_plan() -> None:
    chosen, worth = programme(3, share=1e-4), quadratic(3)
    value = Valuer(lambda opened, anchor: worth[anchor](opened), SPAN.anchors, workers=1)
    found = choose(chosen, value, SPAN)
    assert (found.start == NEVER).all()
    assert found.value == 0.0


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"cost_usd": np.array([1.0, 0.0, 1.0])}, "without a cost"),
        ({"needs": ((0, 1), (1, 0))}, "circle"),
        ({"needs": ((0, 1),), "excludes": ((0, 1),)}, "need and exclude"),
        ({"budget_usd": np.array([[1.0, -1.0]])}, "below zero"),
        ({"build_years": np.array([1, 1])}, "wrong shape"),
    ],
)
def test_programmes_that_contradict_themselves_are_refused(change: dict[str, object], word: str) -> None:
    given_ = {
        "ids": ("a", "b", "c"),
        "cost_usd": np.ones(3),
        "build_years": np.ones(3, dtype=int),
        "earliest_start": np.full(3, 2026),
        "needs": (),
        "excludes": (),
        "years": YEARS,
        "sources": ("all",),
        "budget_usd": np.ones((1, 2)),
        "may_pay": np.ones((3, 1), dtype=bool),
        "price": np.zeros((3, 2)),
    }
    with pytest.raises(InputError, match=word):
        Programme(**(given_ | change))  # type: ignore[arg-type]


def drawn_worlds(seed: int, n: int, count: int = 12) -> Worlds:
    """Worlds that differ in all that may come otherwise."""
    rng = np.random.default_rng(seed)
    return Worlds(
        late_years=rng.integers(0, 4, (count, n)),
        yields=rng.uniform(0.2, 1.2, (count, n)),
        growth=rng.uniform(0.7, 1.2, count),
        extra_usd=rng.uniform(-1.0, 8.0, (count, n)),
    )


def world_values(chosen: Programme, worth: dict[int, SecondOrder], worlds: Worlds, start: np.ndarray) -> np.ndarray:
    """Value of a plan in every world, by the definition."""
    plain = [item.plain() for item in worth.values()]
    found = np.zeros(worlds.n)
    for nth in range(worlds.n):
        opening = chosen.opened(start)
        late = opening + worlds.late_years[nth]
        for row, year in enumerate(SPAN.years):
            for weight, (constant, linear, pair) in zip(SPAN.weight[row], plain, strict=True):
                there, planned = (late <= year).astype(float), (opening <= year).astype(float)
                found[nth] += weight * worlds.growth[nth] * (constant + planned @ pair @ planned)
                found[nth] += weight * worlds.growth[nth] * (there * worlds.yields[nth]) @ linear
        found[nth] -= worlds.extra_usd[nth][start != NEVER].sum() + chosen.given_up(start)
    return found


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.sampled_from([0.1, 0.25, 1.0]))
def test_the_risk_averse_plan_has_the_best_worst_worlds(seed: int, share: float) -> None:
    chosen, worth, worlds = programme(seed, n=4), quadratic(seed, 4), drawn_worlds(seed, 4)
    found = phase(chosen, tuple(worth.values()), SPAN, averse=Averse(worlds, share), gap=1e-9)
    best = -np.inf
    for starts in product((*YEARS, NEVER), repeat=chosen.n):
        start = np.array(starts)
        if not chosen.broken(start):
            best = max(best, worst_mean(world_values(chosen, worth, worlds, start), share))
    own = worst_mean(world_values(chosen, worth, worlds, found.start), share)
    assert own == pytest.approx(best, rel=1e-5, abs=1e-5)
    assert found.bound >= best - 1e-5 * max(abs(best), 1.0)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.floats(0.01, 1.0))
def test_the_mean_of_the_worst_is_between_the_worst_and_the_mean(values: list[float], share: float) -> None:
    assert min(values) - 1e-6 <= worst_mean(values, share) <= np.mean(values) + 1e-6
