"""Games in normal form: equilibria by definition, certificates, and moves that never pay."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from caspia.errors import InputError
from caspia.game import NormalForm

DILEMMA = [[[3, 0], [5, 1]], [[3, 5], [0, 1]]]
PENNIES = [[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]]
SEXES = [[[2, 0], [0, 1]], [[1, 0], [0, 2]]]


def game(payoffs):
    """A game of a nested list, players and moves with numbers for names."""
    table = np.array(payoffs, dtype=float)
    moves = tuple(tuple(map(str, range(count))) for count in table.shape[1:])
    return NormalForm(tuple(map(str, range(len(table)))), moves, table)


@st.composite
def games(draw):
    """Games of one to three players with whole payoffs, so that there are ties."""
    shape = tuple(draw(st.lists(st.integers(1, 3), min_size=1, max_size=3)))
    table = draw(arrays.arrays(np.int64, (len(shape), *shape), elements=st.integers(-4, 4)))
    return game(table)


@pytest.mark.parametrize(("payoffs", "pure"), [(DILEMMA, {(1, 1)}), (PENNIES, set()), (SEXES, {(0, 0), (1, 1)})])
def test_textbook_games(payoffs, pure):
    found = game(payoffs)
    assert set(found.pure_equilibria()) == pure
    for profile in pure:
        assert (found.regret(profile) == 0).all()


def test_cournot_duopoly_on_a_grid():
    """Price 12 less both quantities, no cost: each sells 4."""
    quantity = np.arange(0.0, 9.0)
    price = np.maximum(12 - quantity[:, None] - quantity[None, :], 0)
    found = game([quantity[:, None] * price, quantity[None, :] * price])
    assert (4, 4) in found.pure_equilibria()
    small, kept = found.without_dominated()
    assert 4 in kept[0]
    assert small.n_profiles < found.n_profiles


@given(games())
def test_pure_equilibria_are_those_of_the_definition(found):
    wanted = {
        profile
        for profile in product(*map(range, found.shape))
        if all(
            found.payoffs[(player, *profile)]
            >= found.payoffs[(player, *profile[:player], other, *profile[player + 1 :])]
            for player, count in enumerate(found.shape)
            for other in range(count)
        )
    }
    assert set(found.pure_equilibria()) == wanted


@given(games())
def test_best_replies_leave_no_regret(found):
    for profile in product(*map(range, found.shape)):
        for player in range(len(found.players)):
            for move in found.best_replies(player, profile):
                moved = (*profile[:player], move, *profile[player + 1 :])
                assert found.regret(moved)[player] == 0


@given(games())
def test_no_equilibrium_is_lost_with_dominated_moves(found):
    small, kept = found.without_dominated()
    back = {
        tuple(rows[move] for rows, move in zip(kept, profile, strict=True)) for profile in small.pure_equilibria()
    }
    assert back == set(found.pure_equilibria())


@given(games(), st.integers(0, 2**32 - 1))
def test_expected_payoffs_are_the_mean_over_profiles(found, seed):
    rng = np.random.default_rng(seed)
    mixture = [rng.dirichlet(np.ones(count)) for count in found.shape]
    value = found.expected(mixture)
    for player in range(len(found.players)):
        whole = sum(
            np.prod([own[move] for own, move in zip(mixture, profile, strict=True)])
            * found.payoffs[(player, *profile)]
            for profile in product(*map(range, found.shape))
        )
        assert value[player, : found.shape[player]] @ mixture[player] == pytest.approx(whole)
    assert (found.mixed_regret(mixture) >= -1e-12).all()


@pytest.mark.parametrize("payoffs", [[[1.0, np.nan]], [[[1, 2]]], np.zeros((2, 3))])
def test_bad_payoffs_are_refused(payoffs):
    with pytest.raises(InputError, match="payoff"):
        NormalForm(("one",), (("a", "b"),), np.array(payoffs, dtype=float))
