"""Moves one after the other, each seen by those who follow: the outcome by backward induction, with its ties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from caspia.errors import InputError, Problem
from caspia.game.normal_form import TOLERANCE, FloatArray, NormalForm, Profile

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Sequential:
    """Outcome of a game in which players move in turn.

    Attributes
    ----------
    order : tuple of int
        Players in the order in which they move.
    profile : tuple of int
        Moves on the path that is played.
    payoffs : numpy.ndarray, shape (n_players,)
        What it brings.
    plans : tuple of numpy.ndarray of int
        For every place in the order the move of that player after all earlier moves, an axis for each of these in
        the order of play.
    tied : tuple of int
        Players who, on the path, lose nothing by another move that leads elsewhere.
    """

    order: tuple[int, ...]
    profile: Profile
    payoffs: FloatArray
    plans: tuple[IntArray, ...]
    tied: tuple[int, ...]


def backward_induction(game: NormalForm, order: Sequence[int]) -> Sequential:
    """Solve a game in which players move one after the other and see all earlier moves.

    Parameters
    ----------
    game : NormalForm
        Players and payoffs.
    order : sequence of int
        Players in the order in which they move.

    Returns
    -------
    Sequential
        Among equally good moves the first is taken; `tied` names who had such a choice on the path.

    Raises
    ------
    InputError
        The order does not name every player once.

    References
    ----------
    Selten, R. (1975). Reexamination of the perfectness concept for equilibrium points in extensive games.
    International Journal of Game Theory 4 (1), 25-55.

    Examples
    --------
    >>> entry = NormalForm(
    ...     ("entrant", "incumbent"),
    ...     (("out", "in"), ("fight", "share")),
    ...     np.array([[[0.0, 0.0], [-1.0, 1.0]], [[2.0, 2.0], [-1.0, 1.0]]]),
    ... )
    >>> backward_induction(entry, (0, 1)).profile
    (1, 1)
    """
    if sorted(order) != list(range(len(game.players))):
        allowed = f"each of 0 to {len(game.players) - 1} once"
        raise InputError(Problem("order does not name every player once", "game", str(list(order)), allowed))
    value = np.transpose(game.payoffs, (0, *(player + 1 for player in order)))
    values, plans = [value], []
    for player in reversed(order):
        own = value[player]
        choice = _first_best(own, float(game.slack[player]))
        plans.append(choice)
        value = np.take_along_axis(value, choice[None, ..., None], axis=-1)[..., 0]
        values.append(value)
    plans.reverse()
    values.reverse()
    path: list[int] = []
    tied: list[int] = []
    for depth, player in enumerate(order):
        after = np.stack([own[tuple(path)] for own in values[depth + 1]])
        took = int(plans[depth][tuple(path)])
        near = after[player] >= after[player].max() - game.slack[player]
        near[took] = False
        scale = np.maximum(game.slack, TOLERANCE)
        elsewhere = (np.abs(after[:, near] - after[:, [took]]) > scale[:, None]).any()
        if near.any() and elsewhere:
            tied.append(player)
        path.append(took)
    profile = [0] * len(order)
    for player, move in zip(order, path, strict=True):
        profile[player] = move
    return Sequential(tuple(order), tuple(profile), np.asarray(value), tuple(plans), tuple(tied))


def _first_best(own: FloatArray, slack: float) -> IntArray:
    """First move along the last axis that is as good as the best."""
    return np.asarray((own >= own.max(axis=-1, keepdims=True) - slack).argmax(axis=-1), dtype=np.int64)
