"""Against another program: pure equilibria of Gambit's catalogue, mixed ones with a certificate of our own."""

from __future__ import annotations

import numpy as np
import pygambit
import pytest

from caspia.errors import InputError
from caspia.game import NormalForm, mixed_equilibria, quantal_response

CATALOGUE = [
    "books/vonstengel2022/fig10.1",
    "books/watson2013/exercise29_6",
    "conf/itcs/jakobsen2016/fig1a",
    "journals/geb/bagwell1995",
    "journals/ijgt/nau2004/sec3",
    "journals/ijgt/nau2004/sec4",
    "journals/ijgt/nau2004/sec6",
    "journals/ijgt/selten1975/fig1",
    "journals/ijgt/selten1975/fig2",
    "journals/other/shapley1974/fig2",
]
PENNIES = np.array([[[1.0, -1.0], [-1.0, 1.0]], [[-1.0, 1.0], [1.0, -1.0]]])


def own(theirs):
    """The same game as arrays."""
    payoffs = np.stack([np.array(table, dtype=float) for table in theirs.to_arrays(dtype=float)])
    moves = tuple(tuple(str(row) for row in range(len(player.strategies))) for player in theirs.players)
    return NormalForm(tuple(str(row) for row in range(len(moves))), moves, payoffs)


@pytest.mark.parametrize("name", CATALOGUE)
def test_pure_equilibria_of_the_catalogue(name):
    theirs = pygambit.catalog.load(name)
    wanted = {
        tuple(
            next(row for row, move in enumerate(player.strategies) if profile[move] == 1)
            for player in theirs.players
        )
        for profile in pygambit.nash.enumpure_solve(theirs).equilibria
    }
    assert set(own(theirs).pure_equilibria()) == wanted


def test_seltens_horse_has_pure_equilibria_without_regret():
    horse = own(pygambit.catalog.load("journals/ijgt/selten1975/fig1"))
    found = horse.pure_equilibria()
    assert horse.shape == (2, 2, 2)
    assert found
    assert all((horse.regret(profile) == 0).all() for profile in found)


def test_matching_pennies_is_mixed_evenly():
    found = mixed_equilibria(NormalForm(("one", "two"), (("a", "b"), ("a", "b")), PENNIES), limit_s=60)
    assert found.status == "found"
    for own_mixture in found.mixtures[0]:
        assert own_mixture == pytest.approx([0.5, 0.5], abs=1e-3)
    assert (found.regret <= 1e-3).all()


def test_a_solver_without_time_is_ended():
    game = NormalForm(("one", "two"), (("a", "b"), ("a", "b")), PENNIES)
    found = mixed_equilibria(game, limit_s=0.001)
    assert found.status == "time limit"
    assert found.mixtures == ()


def test_quantal_responses_go_from_even_odds_to_an_equilibrium():
    dilemma = np.array([[[3.0, 0.0], [5.0, 1.0]], [[3.0, 5.0], [0.0, 1.0]]])
    game = NormalForm(("one", "two"), (("silent", "tell"), ("silent", "tell")), dilemma)
    told = [quantal_response(game, precision, limit_s=60).mixtures[0][0][1] for precision in (0.01, 1.0, 4.0)]
    assert told[0] == pytest.approx(0.5, abs=0.02)
    assert told == sorted(told)
    assert told[-1] > 0.95


@pytest.mark.parametrize(("method", "limit"), [("guess", 1.0), ("logit", 0.0)])
def test_bad_questions_are_refused(method, limit):
    game = NormalForm(("one", "two"), (("a", "b"), ("a", "b")), PENNIES)
    with pytest.raises(InputError):
        mixed_equilibria(game, method, limit_s=limit)
    with pytest.raises(InputError, match="precision"):
        quantal_response(game, -1.0)
