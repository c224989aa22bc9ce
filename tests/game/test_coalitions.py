"""Coalitions: textbook values, axioms, and proofs that a core is empty."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caspia.errors import InputError
from caspia.game import CoalitionGame, coalition_game, core, shapley, shortfall


def test_airport_game_splits_the_runway():
    """Littlechild and Owen 1973: who needs a piece of the runway shares it."""
    need = (1.0, 3.0, 6.0, 10.0)
    game = coalition_game(("a", "b", "c", "d"), lambda who: -max(need[row] for row in who))
    pieces = np.diff((0.0, *need)) / (4, 3, 2, 1)
    assert -shapley(game) == pytest.approx(np.cumsum(pieces))
    assert not core(game).is_empty


def test_glove_game_gives_all_to_the_scarce():
    game = coalition_game(("left", "right", "other"), lambda who: float(0 in who and len(who) > 1))
    assert shapley(game) == pytest.approx([2 / 3, 1 / 6, 1 / 6])
    found = core(game)
    assert found.shares == pytest.approx([1, 0, 0], abs=1e-6)
    assert not found.is_empty


def test_majority_has_no_core_and_the_weights_prove_it():
    game = coalition_game(("a", "b", "c"), lambda who: float(len(who) >= 2))
    found = core(game)
    assert found.is_empty
    assert found.excess == pytest.approx(1 / 3)
    cover = {name: sum(weight for who, weight in found.balance if name in who) for name in game.players}
    assert all(weight == pytest.approx(1) for weight in cover.values())
    worth = sum(weight * (len(who) >= 2) for who, weight in found.balance)
    assert worth > game.worth[-1]


@given(st.lists(st.floats(-10, 10), min_size=16, max_size=16))
def test_shapley_shares_all_and_the_core_is_as_good_as_it_says(values):
    worth = np.array([0.0, *values[1:]])
    game = CoalitionGame(("a", "b", "c", "d"), worth)
    assert shapley(game).sum() == pytest.approx(worth[-1], abs=1e-9)
    found = core(game)
    assert found.shares.sum() == pytest.approx(worth[-1], abs=1e-6)
    assert shortfall(game, found.shares) == pytest.approx(max(found.excess, 0.0), abs=1e-5)
    assert found.excess <= max(shortfall(game, shapley(game)), 0.0) + 1e-5 or not found.is_empty


@given(st.lists(st.floats(0.1, 5), min_size=2, max_size=6))
def test_of_convex_games_the_shapley_value_is_in_the_core(sizes):
    game = coalition_game(tuple(map(str, range(len(sizes)))), lambda who: sum(sizes[row] for row in who) ** 2)
    assert shortfall(game, shapley(game)) <= 1e-6
    assert not core(game).is_empty


def test_one_player_keeps_all():
    assert core(coalition_game(("alone",), lambda _: 3.0)).shares.tolist() == [3.0]


@pytest.mark.parametrize("worth", [[0.0, 1.0, 2.0], [1.0, 1.0, 1.0, 1.0], [0.0, np.inf, 1.0, 1.0]])
def test_bad_worths_are_refused(worth):
    with pytest.raises(InputError):
        CoalitionGame(("a", "b"), np.array(worth))


def test_too_many_players_are_refused():
    with pytest.raises(InputError, match="too many"):
        coalition_game(tuple(map(str, range(20))), lambda _: 0.0)
