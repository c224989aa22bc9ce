"""What is bought again is the optimum of the linear program, and never grows when more is closed."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_supply import questions
from hypothesis import given, settings
from hypothesis import strategies as st

from caspia.security import SupplyQuestion, choose_supply, refill


def _limits(question: SupplyQuestion) -> np.ndarray:
    return question.way_limit


@settings(max_examples=50, deadline=None)
@given(questions())
def test_agrees_with_the_linear_program(question: SupplyQuestion) -> None:
    free = SupplyQuestion(
        origin=question.origin,
        cost=question.cost,
        way_limit=_limits(question),
        available=question.available,
        origin_limit=1.0,
        passes=np.zeros((len(question.cost), 0), dtype=bool),
        passage_limit=np.zeros(0),
        need=question.need,
        shortage_cost=question.shortage_cost,
    )
    # One origin may send all, so that only availability and the ways limit; all is spare.
    exact = choose_supply(free)
    is_open = np.ones(len(question.cost), dtype=bool)
    found = refill(
        question.origin,
        is_open,
        question.cost,
        np.zeros(len(question.available)),
        question.available,
        _limits(question),
        question.need,
    )
    cost = float(found.amount @ question.cost) + (question.need - float(found.served)) * question.shortage_cost
    assert cost == pytest.approx(exact.cost, rel=1e-9, abs=1e-9)


@settings(max_examples=50, deadline=None)
@given(questions(), st.data())
def test_closing_more_never_serves_more(question: SupplyQuestion, data: st.DataObject) -> None:
    ways = len(question.cost)
    shut = np.array(data.draw(st.lists(st.booleans(), min_size=ways, max_size=ways)))
    also = np.array(data.draw(st.lists(st.booleans(), min_size=ways, max_size=ways)))
    present = 0.5 * question.available

    def served(is_open: np.ndarray) -> float:
        return float(
            refill(
                question.origin, is_open, question.cost, present, present, _limits(question), question.need
            ).served
        )

    assert served(~(shut | also)) <= served(~shut) + 1e-9


def test_present_sellers_come_first_and_draws_stand_apart() -> None:
    origin = np.array([0, 1])
    found = refill(
        origin,
        np.array([True, True]),
        np.array([9.0, 1.0]),
        np.array([[0.6, 0.0], [0.2, 0.0]]),
        np.array([[0.0, 1.0], [0.0, 0.5]]),
        np.array([np.inf, np.inf]),
    )
    np.testing.assert_allclose(found.kept, [0.6, 0.2])
    np.testing.assert_allclose(found.bought, [0.4, 0.5])
    np.testing.assert_allclose(found.amount, [[0.6, 0.4], [0.2, 0.5]])
