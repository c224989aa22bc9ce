"""Games in normal form as arrays: best replies, regret, pure equilibria, moves that never pay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from caspia.errors import InputError, Problem

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
Profile = tuple[int, ...]
TOLERANCE = 1e-9
"""Regret that counts as none, as a share of the widest spread of payoffs of a player."""


@dataclass(frozen=True, eq=False)
class NormalForm:
    """A game of any number of players with any numbers of moves.

    Attributes
    ----------
    players : tuple of str
        Names.
    moves : tuple of tuple of str
        Names of the moves of every player.
    payoffs : numpy.ndarray, shape (n_players, n_moves of the first, n_moves of the second, ...)
        What every player gets in every profile; more is better.

    Raises
    ------
    InputError
        The shape does not fit players and moves, or a payoff is no finite number.

    Examples
    --------
    >>> dilemma = NormalForm(
    ...     ("row", "column"),
    ...     (("silent", "tell"), ("silent", "tell")),
    ...     np.array([[[3.0, 0.0], [5.0, 1.0]], [[3.0, 5.0], [0.0, 1.0]]]),
    ... )
    >>> dilemma.pure_equilibria()
    ((1, 1),)
    >>> float(dilemma.regret((0, 0)).max())
    2.0
    """

    players: tuple[str, ...]
    moves: tuple[tuple[str, ...], ...]
    payoffs: FloatArray

    def __post_init__(self) -> None:
        shape = (len(self.players), *self.shape)
        if self.payoffs.shape != shape or len(self.moves) != len(self.players) or 0 in shape:
            got, allowed = str(self.payoffs.shape), f"{shape}, with one player and one move of each at least"
            raise InputError(Problem("payoffs do not fit the moves", "game", got, allowed, "mend the array"))
        if not np.isfinite(self.payoffs).all():
            bad = int((~np.isfinite(self.payoffs)).sum())
            raise InputError(
                Problem("payoff is no number", "game", f"{bad} payoffs", "finite numbers", "mend them")
            )

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of moves of every player."""
        return tuple(len(own) for own in self.moves)

    @property
    def n_profiles(self) -> int:
        """Number of profiles."""
        return int(np.prod(self.shape))

    @cached_property
    def best(self) -> FloatArray:
        """What every player can get at most against the moves of the others, of the shape of the payoffs."""
        tops = [own.max(axis=player, keepdims=True) for player, own in enumerate(self.payoffs)]
        return np.stack([np.broadcast_to(top, self.shape) for top in tops])

    @cached_property
    def regrets(self) -> FloatArray:
        """What every player could gain by another move, of the shape of the payoffs; never below 0."""
        return np.asarray(self.best - self.payoffs)

    @cached_property
    def slack(self) -> FloatArray:
        """Regret of every player that counts as none, shape (n_players,)."""
        flat = self.payoffs.reshape(len(self.players), -1)
        return np.asarray(TOLERANCE * (flat.max(axis=1) - flat.min(axis=1)))

    def regret(self, profile: Profile) -> FloatArray:
        """What every player could gain by another move in a profile.

        Parameters
        ----------
        profile : tuple of int
            Move of every player.

        Returns
        -------
        numpy.ndarray, shape (n_players,)
        """
        return np.array([own[profile] for own in self.regrets])

    def best_replies(self, player: int, profile: Profile) -> tuple[int, ...]:
        """Best moves of a player against the moves of the others in a profile.

        Parameters
        ----------
        player : int
            Who replies.
        profile : tuple of int
            Moves of all; that of the player does not count.

        Returns
        -------
        tuple of int
            All moves that are best.
        """
        own = along(self.payoffs[player], player, profile)
        return tuple(np.flatnonzero(own >= own.max() - self.slack[player]).tolist())

    def pure_equilibria(self) -> tuple[Profile, ...]:
        """All profiles in which nobody gains by another move.

        Returns
        -------
        tuple of tuple of int
            In the order of the array; none where the game has no pure equilibrium.

        References
        ----------
        Nash, J. F. (1951). Non-cooperative games. Annals of Mathematics 54 (2), 286-295.
        """
        return tuple(tuple(row) for row in np.argwhere(self.is_equilibrium).tolist())

    @property
    def is_equilibrium(self) -> BoolArray:
        """Whether each profile is a pure equilibrium, of the shape of the moves."""
        slack = self.slack.reshape(-1, *([1] * len(self.players)))
        return np.asarray((self.regrets <= slack).all(axis=0))

    def without_dominated(self) -> tuple[NormalForm, tuple[tuple[int, ...], ...]]:
        """The game that is left when moves that another pure move always beats are taken out, again and again.

        Returns
        -------
        game : NormalForm
            With all equilibria of the whole game, pure and mixed.
        kept : tuple of tuple of int
            Moves of the whole game that are left, by player.
        """
        kept = [np.arange(count) for count in self.shape]
        payoffs = self.payoffs
        while True:
            gone = [_dominated(own, player, self.slack[player]) for player, own in enumerate(payoffs)]
            if not any(bad.any() for bad in gone):
                break
            for player, bad in enumerate(gone):
                payoffs = np.compress(~bad, payoffs, axis=player + 1)
                kept[player] = kept[player][~bad]
        rows = tuple(tuple(int(row) for row in own) for own in kept)
        moves = tuple(tuple(own[row] for row in left) for own, left in zip(self.moves, rows, strict=True))
        return NormalForm(self.players, moves, payoffs), rows

    def expected(self, mixture: Sequence[FloatArray]) -> FloatArray:
        """What every move of every player brings against mixed moves of the others.

        Parameters
        ----------
        mixture : sequence of numpy.ndarray
            Probability of every move of every player.

        Returns
        -------
        numpy.ndarray, shape (n_players, most moves)
            NaN behind the last move of a player.
        """
        found = np.full((len(self.players), max(self.shape)), np.nan)
        for player, own in enumerate(self.payoffs):
            value = own
            for other in reversed(range(len(self.players))):
                if other != player:
                    value = np.tensordot(value, mixture[other], axes=([other], [0]))
            found[player, : self.shape[player]] = value
        return found

    def mixed_regret(self, mixture: Sequence[FloatArray]) -> FloatArray:
        """What every player could gain by the best move over a mixture.

        Parameters
        ----------
        mixture : sequence of numpy.ndarray
            Probability of every move of every player.

        Returns
        -------
        numpy.ndarray, shape (n_players,)
            The certificate of a mixed equilibrium: 0 there, above 0 elsewhere.
        """
        value = self.expected(mixture)
        gets = [float(value[row, : len(own)] @ own) for row, own in enumerate(mixture)]
        return np.asarray(np.nanmax(value, axis=1) - np.array(gets))


def along(table: FloatArray, player: int, profile: Profile) -> FloatArray:
    """Entries of a table of profiles for every move of a player, the others moving as in a profile.

    Parameters
    ----------
    table : numpy.ndarray, shape (n_moves of the first, n_moves of the second, ...)
        Something of every profile.
    player : int
        Who moves.
    profile : tuple of int
        Moves of all; that of the player does not count.

    Returns
    -------
    numpy.ndarray, shape (n_moves of the player,)
    """
    others = profile[:player] + profile[player + 1 :]
    return np.asarray(np.moveaxis(table, player, -1)[others])


def _dominated(own: FloatArray, player: int, slack: float) -> BoolArray:
    """Moves of a player that another one beats against everything."""
    rows = np.moveaxis(own, player, 0).reshape(own.shape[player], -1)
    beats = (rows[:, None, :] > rows[None, :, :] + slack).all(axis=2)
    return np.asarray(beats.any(axis=0))
