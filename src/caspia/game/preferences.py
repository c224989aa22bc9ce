"""Payoffs as weighted sums: how often a profile is an equilibrium over sampled weights, and what turns it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from caspia.errors import InputError, Problem
from caspia.game.normal_form import NormalForm, Profile, along
from caspia.game.sequential import backward_induction

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class WeightedGame:
    """A game whose payoffs are sums of features, each times one or more weights.

    Attributes
    ----------
    players : tuple of str
        Names.
    moves : tuple of tuple of str
        Names of the moves of every player.
    names : tuple of str
        What each feature is.
    owner : numpy.ndarray of int, shape (n_features,)
        Player whose payoff a feature enters.
    features : numpy.ndarray, shape (n_features, n_moves of the first, ...)
        How much of it there is in every profile.
    weight_of : numpy.ndarray of int, shape (n_features, n_factors)
        Weights whose product each feature takes; several may share one, as what one pays another gets. The weights
        of a feature differ; one that is always 1 stands where there are fewer factors.
    sign : numpy.ndarray, shape (n_features,)
        What the product is multiplied by.
    """

    players: tuple[str, ...]
    moves: tuple[tuple[str, ...], ...]
    names: tuple[str, ...]
    owner: IntArray
    features: FloatArray
    weight_of: IntArray
    sign: FloatArray

    def at(self, weights: FloatArray) -> NormalForm:
        """The game at some weights.

        Parameters
        ----------
        weights : numpy.ndarray, shape (n_weights,)
            Worth of a unit of each feature.

        Returns
        -------
        NormalForm
        """
        by_feature = weights[self.weight_of].prod(axis=1) * self.sign
        belongs = self.owner[None, :] == np.arange(len(self.players))[:, None]
        payoffs = np.tensordot(belongs * by_feature[None, :], self.features, axes=([1], [0]))
        return NormalForm(self.players, self.moves, np.asarray(payoffs))


@dataclass(frozen=True, eq=False)
class Frequency:
    """How often profiles are an outcome over sampled weights.

    Attributes
    ----------
    profiles : tuple of tuple of int
        Profiles that are an equilibrium in a draw at least, the most frequent first.
    share : numpy.ndarray, shape (n_profiles,)
        Share of the draws in which each is; they need not sum to one.
    error : numpy.ndarray, shape (n_profiles,)
        Standard error of the share.
    without : float
        Share of the draws without a pure equilibrium.
    several : float
        Share of the draws with more than one.
    paths : numpy.ndarray of int, shape (n_draws, n_players)
        Outcome of the game in turn in every draw.
    """

    profiles: tuple[Profile, ...]
    share: FloatArray
    error: FloatArray
    without: float
    several: float
    paths: IntArray


def standard_error(share: FloatArray, n: int) -> FloatArray:
    """Standard error of a share of independent draws.

    Never quite 0: an event in none or all of the draws has the error of half an event.

    Parameters
    ----------
    share : numpy.ndarray
        Shares, 0 to 1.
    n : int
        Draws.

    Returns
    -------
    numpy.ndarray
    """
    near = np.clip(share, 0.5 / n, 1.0 - 0.5 / n)
    return np.asarray(np.sqrt(near * (1.0 - near) / n))


def frequency(game: WeightedGame, draws: FloatArray, order: Sequence[int]) -> Frequency:
    """Solve a game at sampled weights.

    Parameters
    ----------
    game : WeightedGame
        Features and what weighs them.
    draws : numpy.ndarray, shape (n_draws, n_weights)
        Weights.
    order : sequence of int
        Players in the order in which they move where they move in turn.

    Returns
    -------
    Frequency

    Raises
    ------
    InputError
        No draws.
    """
    n = len(draws)
    if n == 0:
        raise InputError(Problem("no draws", "game", "0", "one or more", "ask for draws"))
    held = np.zeros(game.features.shape[1:], dtype=np.int64)
    count = np.zeros(n, dtype=np.int64)
    paths = np.zeros((n, len(game.players)), dtype=np.int64)
    for row, weights in enumerate(draws):
        solved = game.at(weights)
        is_equilibrium = solved.is_equilibrium
        held += is_equilibrium
        count[row] = is_equilibrium.sum()
        paths[row] = backward_induction(solved, order).profile
    found = np.argwhere(held > 0)
    share = held[held > 0] / n
    rank = np.argsort(-share, kind="stable")
    return Frequency(
        profiles=tuple(tuple(item) for item in found[rank].tolist()),
        share=share[rank],
        error=standard_error(share[rank], n),
        without=float((count == 0).mean()),
        several=float((count > 1).mean()),
        paths=paths,
    )


@dataclass(frozen=True)
class Turn:
    """A weight at which a player would move otherwise.

    Attributes
    ----------
    player : int
        Who.
    weight : int
        Which weight.
    at : float
        Where the other move becomes as good, all else held.
    move : int
        The other move.
    """

    player: int
    weight: int
    at: float
    move: int


def turning_points(game: WeightedGame, weights: FloatArray, profile: Profile) -> tuple[Turn, ...]:
    """Where each weight, moved alone, makes a player leave a profile.

    Payoffs are linear in each weight, so that the point is exact.

    Parameters
    ----------
    game : WeightedGame
        Features and what weighs them.
    weights : numpy.ndarray, shape (n_weights,)
        Where one stands.
    profile : tuple of int
        An equilibrium there.

    Returns
    -------
    tuple of Turn
        Of every player and weight the nearest point above and below, if any.
    """
    found: list[Turn] = []
    for player in range(len(game.players)):
        mine = np.flatnonzero(game.owner == player)
        rows = [along(game.features[row], player, profile) * game.sign[row] for row in mine]
        held = np.array(rows).reshape(len(mine), len(game.moves[player]))
        lead = held[:, [profile[player]]] - held
        used = game.weight_of[mine]
        margin = weights[used].prod(axis=1) @ lead
        for weight in np.unique(used).tolist():
            factors = np.where(used == weight, 1.0, weights[used]).prod(axis=1)
            slope = np.where((used == weight).any(axis=1), factors, 0.0) @ lead
            with np.errstate(divide="ignore", invalid="ignore"):
                step = np.where(np.abs(slope) > 0, -margin / slope, np.nan)
            for side in (step > 0, step < 0):
                if side.any():
                    move = int(np.flatnonzero(side)[np.abs(step[side]).argmin()])
                    found.append(Turn(player, weight, float(weights[weight] + step[move]), move))
    return tuple(found)


def importance(draws: FloatArray, held: BoolArray) -> FloatArray:
    """How much each weight, as it was drawn, tells whether something held.

    Parameters
    ----------
    draws : numpy.ndarray, shape (n_draws, n_weights)
        Weights.
    held : numpy.ndarray of bool, shape (n_draws,)
        Whether it held.

    Returns
    -------
    numpy.ndarray, shape (n_weights,)
        Correlation, -1 to 1; 0 for weights that were not drawn, and for all where it held always or never.
    """
    centred = draws - draws.mean(axis=0)
    answer = held - held.mean()
    norm = np.sqrt((centred**2).sum(axis=0) * (answer**2).sum())
    known = norm > 1e-12 * max(float(np.abs(draws).max(initial=0.0)), 1e-300)
    return np.asarray(np.where(known, centred.T @ answer / np.where(known, norm, 1.0), 0.0))


def outcome_map(
    game: WeightedGame,
    weights: FloatArray,
    axes: tuple[tuple[int, FloatArray], tuple[int, FloatArray]],
    outcome: Callable[[NormalForm], int],
) -> IntArray:
    """An outcome where two weights take all values of a grid.

    Parameters
    ----------
    game : WeightedGame
        Features and what weighs them.
    weights : numpy.ndarray, shape (n_weights,)
        All other weights.
    axes : pair of (int, numpy.ndarray)
        Which weights, and their values.
    outcome : callable
        What is asked of each game, as a number.

    Returns
    -------
    numpy.ndarray of int, shape (values of the first, values of the second)
    """
    (one, ones), (other, others) = axes
    found = np.zeros((len(ones), len(others)), dtype=np.int64)
    for i, j in np.ndindex(found.shape):
        moved = weights.copy()
        moved[one], moved[other] = ones[i], others[j]
        found[i, j] = outcome(game.at(moved))
    return found
