"""Payoffs as weighted sums: frequencies, exact turning points; and the search of large games."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from caspia.errors import InputError
from caspia.game import (
    WeightedGame,
    frequency,
    importance,
    outcome_map,
    search_equilibria,
    standard_error,
    turning_points,
)


def two_offers():
    """One player takes an offer worth its weight, or keeps 1; the other only looks on."""
    take = np.array([[0.0, 0.0], [1.0, 1.0]])
    keep = 1.0 - take
    return WeightedGame(
        players=("chooser", "watcher"),
        moves=(("keep", "take"), ("left", "right")),
        names=("offer", "kept", "view"),
        owner=np.array([0, 0, 1]),
        features=np.stack([take, keep, np.array([[0.0, 1.0], [0.0, 1.0]])]),
        weight_of=np.array([[1, 0], [0, 0], [0, 0]]),
        sign=np.array([1.0, 1.0, 1.0]),
    )


def test_frequencies_are_those_of_the_weight():
    draws = np.column_stack([np.ones(100), np.linspace(0, 2, 100)])
    found = frequency(two_offers(), draws, (0, 1))
    share = dict(zip(found.profiles, found.share, strict=True))
    assert share == {(0, 1): 0.5, (1, 1): 0.5}
    assert found.error == pytest.approx([0.05, 0.05])
    assert (found.paths[:, 0] == (draws[:, 1] > 1)).all()
    assert importance(draws, found.paths[:, 0] == 1)[1] > 0.8
    assert importance(draws, found.paths[:, 0] == 1)[0] == 0


def test_the_outcome_map_is_cut_where_the_offer_pays():
    game, values = two_offers(), np.array([0.5, 1.5])
    found = outcome_map(game, np.ones(2), ((1, values), (0, np.array([1.0]))), lambda g: g.pure_equilibria()[0][0])
    assert found.tolist() == [[0], [1]]


@st.composite
def weighted(draw):
    """Games of two players whose features take one weight or the product of two."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape, n = (2, 3), draw(st.integers(2, 6))
    used = np.sort(np.stack([rng.choice(4, 2, replace=False) for _ in range(n)]), axis=1)
    game = WeightedGame(
        ("a", "b"),
        (("0", "1"), ("0", "1", "2")),
        tuple(map(str, range(n))),
        rng.integers(0, 2, n),
        rng.normal(size=(n, *shape)),
        used,
        rng.choice([-1.0, 1.0], n),
    )
    return game, np.append(1.0, rng.uniform(0.5, 2, 3))


@given(weighted())
def test_at_a_turning_point_another_move_is_as_good(drawn):
    game, weights = drawn
    solved = game.at(weights)
    equilibria = solved.pure_equilibria()
    assume(equilibria)
    for turn in turning_points(game, weights, equilibria[0]):
        moved = weights.copy()
        moved[turn.weight] = turn.at
        other = list(equilibria[0])
        other[turn.player] = turn.move
        payoffs = game.at(moved).payoffs[turn.player]
        assert payoffs[equilibria[0]] == pytest.approx(payoffs[tuple(other)], rel=1e-6, abs=1e-6)


def test_no_event_has_no_error():
    assert standard_error(np.array([0.0, 1.0, 0.5]), 100) == pytest.approx([0.00705, 0.00705, 0.05], rel=0.01)


def test_no_draws_are_refused():
    with pytest.raises(InputError, match="draws"):
        frequency(two_offers(), np.empty((0, 2)), (0, 1))


@given(st.integers(0, 2**32 - 1))
def test_what_a_search_finds_is_an_equilibrium(seed):
    payoffs = np.random.default_rng(seed).normal(size=(3, 2, 3, 2))
    asked = []

    def payoff(profile):
        asked.append(profile)
        return payoffs[(slice(None), *profile)]

    found = search_equilibria((2, 3, 2), payoff, starts=6, seed=1)
    assert found.asked == len(asked) == len(set(asked)) <= 12
    assert (found.regret == 0).all()
    for profile in found.equilibria:
        for player, count in enumerate((2, 3, 2)):
            for move in range(count):
                other = (*profile[:player], move, *profile[player + 1 :])
                assert payoffs[(player, *profile)] >= payoffs[(player, *other)]


def test_matching_pennies_goes_round():
    payoffs = np.array([[[1.0, -1.0], [-1.0, 1.0]], [[-1.0, 1.0], [1.0, -1.0]]])
    found = search_equilibria((2, 2), lambda p: payoffs[(slice(None), *p)], starts=3, seed=0, rounds=5)
    assert (found.equilibria, found.circles) == ((), 3)
    with pytest.raises(InputError, match="starts"):
        search_equilibria((2, 2), lambda p: payoffs[(slice(None), *p)], starts=0, seed=0)
