"""The choice of supply carries its certificate: feasible, no gap, complementary slackness; bad input is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_supply import questions
from hypothesis import given, settings

from caspia.errors import InputError
from caspia.security import SupplyQuestion, choose_supply

CLOSE = 1e-6


@settings(max_examples=60, deadline=None)
@given(questions())
def test_certificate(question: SupplyQuestion) -> None:
    found = choose_supply(question)
    by_origin = np.bincount(question.origin, found.amount, len(question.available))
    by_place = found.amount @ question.passes
    share = question.origin_limit * question.need
    # Feasible.
    assert found.amount.sum() + found.shortage == pytest.approx(question.need, abs=CLOSE)
    assert (found.amount >= -CLOSE).all()
    assert (found.amount <= question.way_limit + CLOSE).all()
    assert (by_origin <= question.available + CLOSE).all()
    assert (by_origin <= share + CLOSE).all()
    assert (by_place <= question.passage_limit * question.need + CLOSE).all()
    # No gap.
    assert found.bound == pytest.approx(found.cost, rel=1e-7, abs=1e-6)
    # A limit with a price binds.
    assert (found.available_price * (question.available - by_origin) <= CLOSE * 200).all()
    assert (found.origin_price * (share - by_origin) <= CLOSE * 200).all()
    assert (found.passage_price * (question.passage_limit * question.need - by_place) <= CLOSE * 200).all()
    limited = np.isfinite(question.way_limit)
    assert (found.way_price[limited] * (question.way_limit - found.amount)[limited] <= CLOSE * 200).all()
    # A way that is used costs what the need is worth after all its prices.
    paid = question.cost + (found.available_price + found.origin_price)[question.origin] + found.way_price
    paid = paid + question.passes @ found.passage_price
    assert (paid >= found.need_price - 1e-5).all()
    assert (np.abs(paid - found.need_price)[found.amount > 1e-5] <= 1e-5).all()


@settings(max_examples=30, deadline=None)
@given(questions())
def test_more_leave_never_costs_more(question: SupplyQuestion) -> None:
    freer = replace(question, origin_limit=min(question.origin_limit * 1.3, 1.0))
    assert choose_supply(freer).cost <= choose_supply(question).cost + 1e-6


def _one(**changes: object) -> SupplyQuestion:
    question = SupplyQuestion(
        origin=np.array([0]),
        cost=np.array([10.0]),
        way_limit=np.array([np.inf]),
        available=np.array([5.0]),
        origin_limit=1.0,
        passes=np.zeros((1, 0), dtype=bool),
        passage_limit=np.zeros(0),
        need=3.0,
        shortage_cost=50.0,
    )
    return replace(question, **changes)


def test_price_of_a_limit() -> None:
    found = choose_supply(_one(available=np.array([2.0])))
    assert found.shortage == pytest.approx(1.0)
    assert found.available_price[0] == pytest.approx(40.0)


@pytest.mark.parametrize(
    "changes",
    [
        {"cost": np.array([np.nan])},
        {"available": np.array([-1.0])},
        {"need": np.inf},
        {"origin_limit": -0.1},
        {"way_limit": np.array([np.nan])},
        {"shortage_cost": 10.0},
    ],
)
def test_bad_numbers_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(InputError):
        choose_supply(_one(**changes))
