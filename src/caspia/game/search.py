"""Equilibria of games too large to enumerate: best replies from sampled profiles, each payoff asked once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from caspia.errors import InputError, Problem
from caspia.game.normal_form import TOLERANCE, Profile

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Searched:
    """What was found by best replies.

    Attributes
    ----------
    equilibria : tuple of tuple of int
        Profiles in which no player gains by another move: all of these moves were asked for. There may be others.
    regret : numpy.ndarray, shape (n_equilibria, n_players)
        What every player could gain in each.
    reached : numpy.ndarray of int, shape (n_equilibria,)
        Starts from which each was reached.
    circles : int
        Starts from which best replies went round.
    asked : int
        Profiles whose payoffs were asked for.
    """

    equilibria: tuple[Profile, ...]
    regret: FloatArray
    reached: npt.NDArray[np.int64]
    circles: int
    asked: int


@dataclass(frozen=True, eq=False)
class _Book:
    """Payoffs of profiles, each asked once."""

    payoff: Callable[[Profile], FloatArray]
    shape: tuple[int, ...]
    known: dict[Profile, FloatArray] = field(default_factory=dict)

    def at(self, profile: Profile) -> FloatArray:
        if profile not in self.known:
            self.known[profile] = self.payoff(profile)
        return self.known[profile]

    def line(self, player: int, profile: Profile) -> FloatArray:
        """What each move of a player brings against the others."""
        return np.array(
            [
                self.at((*profile[:player], move, *profile[player + 1 :]))[player]
                for move in range(self.shape[player])
            ]
        )


def search_equilibria(
    shape: tuple[int, ...], payoff: Callable[[Profile], FloatArray], *, starts: int, seed: int, rounds: int = 50
) -> Searched:
    """Follow best replies from sampled profiles until nobody moves.

    Parameters
    ----------
    shape : tuple of int
        Number of moves of every player.
    payoff : callable
        Payoffs of all players in a profile.
    starts : int
        Profiles to begin with; the first is that of the first moves, all others are drawn.
    seed : int
        Seed of the draws, and of the order in which players reply.
    rounds : int
        Rounds of replies after which a start counts as a circle.

    Returns
    -------
    Searched

    Raises
    ------
    InputError
        No starts.

    References
    ----------
    Monderer, D., Shapley, L. S. (1996). Potential games. Games and Economic Behavior 14 (1), 124-143.
    """
    if starts < 1:
        raise InputError(Problem("no starts", "game", str(starts), "one or more", "ask for one"))
    rng = np.random.default_rng(seed)
    book = _Book(payoff, shape)
    reached: dict[Profile, int] = {}
    circles = 0
    for start in range(starts):
        drawn = tuple(int(rng.integers(count)) for count in shape)
        profile = (0,) * len(shape) if start == 0 else drawn
        end = _settled(book, profile, rng, rounds)
        if end is None:
            circles += 1
        else:
            reached[end] = reached.get(end, 0) + 1
    found = sorted(reached, key=lambda item: (-reached[item], item))
    regret = [[float(np.ptp([book.line(i, p).max(), book.at(p)[i]])) for i in range(len(shape))] for p in found]
    counts = np.array([reached[item] for item in found], dtype=np.int64)
    table = np.array(regret).reshape(-1, len(shape))
    return Searched(tuple(found), table, counts, circles, len(book.known))


def _settled(book: _Book, profile: Profile, rng: np.random.Generator, rounds: int) -> Profile | None:
    """Where best replies end; none if they do not."""
    for _ in range(rounds):
        before = profile
        for player in rng.permutation(len(book.shape)).tolist():
            own = book.line(player, profile)
            if own.max() - own[profile[player]] > TOLERANCE * max(np.ptp(own), 1e-300):
                profile = (*profile[:player], int(own.argmax()), *profile[player + 1 :])
        if profile == before:
            return profile
    return None
