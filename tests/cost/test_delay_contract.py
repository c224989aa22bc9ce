"""What every volume-delay function promises, asked of each form with drawn parameters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caspia.cost.delay import delay_table, forms
from caspia.cost.delay.queue import KNEE
from caspia.errors import InputError

NAMES = ["bpr", "conical", "queue"]
GOOD = {"bpr": [10.0, 50.0, 0.15, 4.0], "conical": [10.0, 50.0, 4.0, 0.0], "queue": [12.0, 50.0, 1.2, 2.0]}


def number(low, high):
    return st.floats(low, high, allow_nan=False)


ROWS = {
    "bpr": st.tuples(
        number(0.1, 100), number(0.5, 1e5), number(0.0, 10), st.sampled_from([0.0, 1.0, 2.5, 4.0, 6.87])
    ),
    "conical": st.tuples(number(0.1, 100), number(0.5, 1e5), number(1.1, 12), st.just(0.0)),
    "queue": st.tuples(number(0.1, 400), number(0.5, 1e5), number(0.05, 4), st.integers(1, 30).map(float)),
}
ratios = st.floats(0.0, 5.0)


def drawn(name):
    return st.tuples(ROWS[name], ratios, ratios).map(lambda t: (name, *t))


cases = st.one_of([drawn(name) for name in NAMES])


def table(name, row):
    return delay_table([name], [row])


def test_the_contract_covers_every_form():
    assert [form.NAME for form in forms()] == NAMES
    assert all(len(form.RULES) == 4 for form in forms())


@settings(deadline=None)
@given(cases)
def test_more_load_never_means_less_delay(case):
    name, row, a, b = case
    low, high = sorted((a * row[1], b * row[1]))
    delay = table(name, row)
    assert delay.delay([low])[0] <= delay.delay([high])[0] * (1 + 1e-12)
    assert delay.slope([low])[0] >= 0.0


@settings(deadline=None)
@given(cases)
def test_the_integral_is_convex(case):
    """Area of a span between the rectangles of the delays at its ends; half-way below the chord."""
    name, row, a, b = case
    low, high = sorted((a * row[1], b * row[1]))
    delay = table(name, row)
    area = [delay.area([x])[0] for x in (low, (low + high) / 2, high)]
    scale = 1e-9 * max(abs(area[2]), 1e-300)
    assert area[1] <= (area[0] + area[2]) / 2 + scale
    between = area[2] - area[0]
    assert delay.delay([low])[0] * (high - low) - scale <= between <= delay.delay([high])[0] * (high - low) + scale


@settings(deadline=None)
@given(cases)
def test_the_derivative_is_that_of_the_delay(case):
    """By central differences, away from the knee of the queue and from no load, where higher ones jump."""
    name, row, a, _ = case
    x = row[1] * min(max(a, 0.05), 5.0)
    if name == "queue" and abs(x / row[1] - KNEE) < 1e-2:
        x = 0.9 * row[1]
    h = 1e-5 * row[1]
    delay = table(name, row)
    found = (delay.delay([x + h])[0] - delay.delay([x - h])[0]) / (2 * h)
    assert found == pytest.approx(delay.slope([x])[0], rel=1e-4, abs=1e-9 * row[0] / row[1])


@settings(deadline=None)
@given(cases)
def test_the_delay_is_the_derivative_of_the_integral(case):
    """Gauss-Legendre over a span gives the difference of areas; spans do not cross the knee."""
    name, row, a, b = case
    low, high = sorted((max(a, 0.01) * row[1], max(b, 0.01) * row[1]))
    if name == "queue" and low < KNEE * row[1] < high:
        high = KNEE * row[1]
    node, weight = np.polynomial.legendre.leggauss(20)
    edge = np.linspace(low, high, 21)
    half = np.diff(edge)[:, None] / 2
    at = (edge[:-1, None] + half + half * node).ravel()
    delay = table(name, row)
    many = delay_table([name] * at.size, [row] * at.size)
    found = ((half * weight).ravel() * many.delay(at)).sum()
    area = delay.area([high])[0]
    assert found == pytest.approx(area - delay.area([low])[0], rel=1e-9, abs=1e-10 * area)


@settings(deadline=None)
@given(cases, st.sampled_from([0.0, 1.0, 10.0, 1e3, 1e6]))
def test_everything_is_finite_however_great_the_load(case, ratio):
    name, row, _, _ = case
    delay = table(name, row)
    load = [ratio * row[1]]
    assert np.isfinite([delay.delay(load)[0], delay.slope(load)[0], delay.area(load)[0]]).all()


@pytest.mark.parametrize("name", NAMES)
def test_a_load_below_zero_counts_as_none(name):
    delay = table(name, GOOD[name])
    assert delay.delay([-1e-9])[0] == delay.delay([0.0])[0]
    assert delay.area([-1e-9])[0] == delay.area([0.0])[0] == 0.0


def test_known_values():
    """BPR by hand; conical doubles at capacity; M/M/1 in a queue of one with variability one."""
    assert delay_table(["bpr"], [[10.0, 50.0, 0.15, 4.0]]).delay([100.0])[0] == pytest.approx(10 * (1 + 0.15 * 16))
    assert delay_table(["conical"], [[10.0, 50.0, 4.0, 0.0]]).delay([50.0])[0] == pytest.approx(20.0)
    queue = delay_table(["queue"], [[2.0, 1.0, 1.0, 1.0]])
    assert queue.delay([0.8])[0] == pytest.approx(0.8 / 0.2 * 2.0)
    assert queue.area([0.8])[0] == pytest.approx(2.0 * (-0.8 - np.log(0.2)), rel=1e-13)


def test_the_wait_goes_on_smoothly_above_the_knee():
    queue = delay_table(["queue"], [[12.0, 100.0, 1.0, 3.0]])
    below, above = (KNEE - 1e-9) * 100, (KNEE + 1e-9) * 100
    assert queue.delay([below])[0] == pytest.approx(queue.delay([above])[0], rel=1e-6)
    assert queue.slope([below])[0] == pytest.approx(queue.slope([above])[0], rel=1e-6)


def test_a_mixture_is_evaluated_server_by_server():
    mixed = delay_table(NAMES, [GOOD[name] for name in NAMES])
    load = [60.0, 40.0, 30.0]
    alone = [table(name, GOOD[name]).delay([x])[0] for name, x in zip(NAMES, load, strict=True)]
    assert mixed.delay(load).tolist() == alone
    assert mixed.n_servers == 3


def test_other_capacities_make_a_new_table():
    one = table("bpr", GOOD["bpr"])
    assert one.with_capacity([100.0]).delay([100.0])[0] == one.delay([50.0])[0]
    assert one.capacity.tolist() == [50.0]
    with pytest.raises(InputError, match="capacity"):
        one.with_capacity([0.0])


@pytest.mark.parametrize(
    ("form", "row", "words"),
    [
        ("bpr", [10.0, 0.0, 0.15, 4.0], "server 0, bpr, capacity: out of range|server 0, bpr, capacity"),
        ("bpr", [10.0, 50.0, 0.15, 0.5], "power"),
        ("bpr", [float("nan"), 50.0, 0.15, 4.0], "free"),
        ("conical", [10.0, 50.0, 1.0, 0.0], "alpha"),
        ("queue", [-1.0, 50.0, 1.0, 1.0], "headway_h"),
        ("queue", [1.0, 50.0, 1.0, 0.0], "servers"),
        ("queue", [1.0, float("inf"), 1.0, 1.0], "capacity"),
        ("akcelik", [1.0, 1.0, 1.0, 1.0], "no such delay function"),
        ("bpr", [1.0, 1.0, 1.0], "wrong shape"),
    ],
)
def test_impossible_parameters_are_refused(form, row, words):
    with pytest.raises(InputError, match=words):
        delay_table([form], [row])


def test_loads_of_another_length_are_refused():
    with pytest.raises(InputError, match="another length"):
        table("bpr", GOOD["bpr"]).delay([1.0, 2.0])
