"""Moves in turn, and leaders whose choice is continuous."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caspia.errors import InputError
from caspia.game import NormalForm, backward_induction, best_choice


def _value(game, order, before):
    """Payoffs from a place in the tree on, by plain recursion."""
    if len(before) == len(order):
        profile = [0] * len(order)
        for player, move in zip(order, before, strict=True):
            profile[player] = move
        return game.payoffs[(slice(None), *profile)]
    player = order[len(before)]
    return max(
        (_value(game, order, (*before, move)) for move in range(game.shape[player])),
        key=lambda value: value[player],
    )


@given(st.integers(0, 2**32 - 1), st.permutations(range(3)))
def test_backward_induction_is_the_recursion(seed, order):
    payoffs = np.random.default_rng(seed).normal(size=(3, 2, 3, 2))
    game = NormalForm(("a", "b", "c"), tuple(tuple(map(str, range(n))) for n in (2, 3, 2)), payoffs)
    found = backward_induction(game, order)
    assert found.payoffs == pytest.approx(_value(game, tuple(order), ()))
    assert found.payoffs == pytest.approx(payoffs[(slice(None), *found.profile)])
    assert found.tied == ()


def test_a_tie_that_matters_to_others_is_told():
    payoffs = np.array([[[1.0, 1.0]], [[0.0, 0.0]]])
    assert backward_induction(NormalForm(("a", "b"), (("x",), ("y", "z")), payoffs), (0, 1)).tied == ()
    payoffs = np.array([[[1.0, 2.0]], [[0.0, 0.0]]])
    assert backward_induction(NormalForm(("a", "b"), (("x",), ("y", "z")), payoffs), (0, 1)).tied == (1,)


def test_an_order_without_a_player_is_refused():
    game = NormalForm(("a", "b"), (("x",), ("y",)), np.zeros((2, 1, 1)))
    with pytest.raises(InputError, match="order"):
        backward_induction(game, (0, 0))


@given(st.floats(5, 50), st.floats(0.2, 3))
def test_stackelberg_duopoly_with_linear_demand(a, b):
    """Price a - b(x + y), no cost: the leader sells a/2b, where the follower answers (a - bx)/2b."""
    found = best_choice(lambda x: x, lambda x: a - b * (x + (a - b * x) / (2 * b)), (0.0, a / b))
    assert found.falls
    assert found.value == pytest.approx(a**2 / (8 * b), rel=0.006)
    assert found.choice == pytest.approx(a / (2 * b), rel=0.1)
    assert found.bound >= a**2 / (8 * b) * (1 - 1e-9)


@given(st.lists(st.floats(0, 10), min_size=3, max_size=6))
def test_the_bound_holds_for_whatever_falls(steps):
    points = np.linspace(0, 1, len(steps) + 1)
    level = np.append(np.cumsum(steps[::-1])[::-1], 0.0)

    def falling(x):
        return float(np.interp(x, points, level))

    found = best_choice(lambda x: x, falling, (0.0, 1.0), gap=0.01)
    fine = max(x * falling(x) for x in np.linspace(0, 1, 2001))
    assert found.bound >= fine - 1e-9
    assert found.value <= found.bound


def test_what_rises_is_no_proof():
    assert not best_choice(lambda x: x, lambda x: 1 + x, (0.0, 1.0), most=20).falls
    assert best_choice(lambda x: x, lambda x: 1.0, (0.0, 1.0)).at_end


@pytest.mark.parametrize(("ends", "value"), [((1.0, 1.0), 1.0), ((0.0, 1.0), np.nan), ((-1.0, 1.0), 1.0)])
def test_bad_leaders_are_refused(ends, value):
    with pytest.raises(InputError):
        best_choice(lambda x: x, lambda _: value, ends)


def test_all_profiles_are_reached_by_some_order():
    payoffs = np.array([[[2.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 2.0]]])
    game = NormalForm(("a", "b"), (("x", "y"), ("x", "y")), payoffs)
    outcomes = {
        backward_induction(game, order).profile for order in product((0, 1), repeat=2) if len({*order}) == 2
    }
    assert outcomes == {(0, 0), (1, 1)}
