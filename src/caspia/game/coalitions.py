"""Coalitions: what each member adds on average, and whether the whole can be shared so that nobody leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

from caspia.errors import InputError, Problem

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
MOST = 12
"""Players whose coalitions are all asked for: 4,096 of them."""
TOLERANCE = 1e-7
"""Shortfall, as a share of the greatest worth, that counts as none."""


@dataclass(frozen=True, eq=False)
class CoalitionGame:
    """Worth of every coalition of some players.

    Attributes
    ----------
    players : tuple of str
        Names.
    worth : numpy.ndarray, shape (2 ** n_players,)
        Worth of the coalition whose members are the bits of the index; that of nobody is 0.

    Raises
    ------
    InputError
        Too many players, too few worths, a worth that is no number, or nobody is worth something.
    """

    players: tuple[str, ...]
    worth: FloatArray

    def __post_init__(self) -> None:
        n = len(self.players)
        if not 1 <= n <= MOST or self.worth.shape != (2**n,):
            got, allowed = f"{n} players, {self.worth.size} worths", f"1 to {MOST} players, 2 ** n worths"
            raise InputError(Problem("worths do not fit the players", "coalitions", got, allowed, "mend them"))
        if not np.isfinite(self.worth).all() or self.worth[0] != 0.0:
            got, allowed = str(self.worth[0]), "finite numbers, 0 for nobody"
            raise InputError(
                Problem("worth is no number, or nobody is worth something", "coalitions", got, allowed)
            )


@dataclass(frozen=True, eq=False)
class Core:
    """Whether the worth of all can be shared so that no coalition does better alone.

    Attributes
    ----------
    is_empty : bool
        Whether it cannot.
    shares : numpy.ndarray, shape (n_players,)
        A sharing that leaves every coalition as much above its worth as possible: in the core, if there is one.
    excess : float
        What the worst-off coalition lacks in that sharing; at most 0 in the core.
    balance : tuple of (tuple of str, float)
        Coalitions with weights that cover every player once and are worth more than all together: the proof that
        the core is empty. Nothing where it is not.
    """

    is_empty: bool
    shares: FloatArray
    excess: float
    balance: tuple[tuple[tuple[str, ...], float], ...]


def coalition_game(players: tuple[str, ...], worth: Callable[[tuple[int, ...]], float]) -> CoalitionGame:
    """Ask for the worth of every coalition.

    Parameters
    ----------
    players : tuple of str
        Names.
    worth : callable
        Worth of the players of some rows; asked for every coalition but that of nobody.

    Returns
    -------
    CoalitionGame

    Raises
    ------
    InputError
        More than twelve players.

    Examples
    --------
    >>> gloves = coalition_game(("left", "right", "right too"), lambda who: float(0 in who and len(who) > 1))
    >>> shapley(gloves).round(3).tolist()
    [0.667, 0.167, 0.167]
    >>> core(gloves).is_empty
    False
    """
    n = len(players)
    if n > MOST:
        got, allowed = f"{2**n:,} coalitions of {n} players", f"at most {MOST} players"
        raise InputError(Problem("too many coalitions", "coalitions", got, allowed, "take fewer players"))
    found = np.zeros(2**n)
    for size in range(1, n + 1):
        for members in combinations(range(n), size):
            found[sum(1 << row for row in members)] = worth(members)
    return CoalitionGame(players, found)


def shapley(game: CoalitionGame) -> FloatArray:
    """What every player adds on average over all orders in which they may join.

    Parameters
    ----------
    game : CoalitionGame
        Worths.

    Returns
    -------
    numpy.ndarray, shape (n_players,)
        Sums to the worth of all.

    References
    ----------
    Shapley, L. S. (1953). A value for n-person games. Contributions to the Theory of Games II, 307-317.
    """
    n = len(game.players)
    index = np.arange(2**n)
    size = np.array([int(key).bit_count() for key in index])
    weight = np.array([factorial(k) * factorial(n - k - 1) / factorial(n) for k in range(n)])
    found = np.zeros(n)
    for row in range(n):
        without = index[(index >> row) & 1 == 0]
        found[row] = (weight[size[without]] * (game.worth[without | (1 << row)] - game.worth[without])).sum()
    return found


def core(game: CoalitionGame) -> Core:
    """Look for a sharing in the core, and prove it where there is none.

    The linear program makes the greatest shortfall of a coalition as small as it can be. Its dual prices are the
    weights of Bondareva and Shapley.

    Parameters
    ----------
    game : CoalitionGame
        Worths.

    Returns
    -------
    Core

    Raises
    ------
    RuntimeError
        The linear program was not solved; it always has a solution.

    References
    ----------
    Shapley, L. S. (1967). On balanced sets and cores. Naval Research Logistics Quarterly 14 (4), 453-460.
    """
    n = len(game.players)
    if n == 1:
        return Core(False, game.worth[1:].copy(), 0.0, ())
    some = np.arange(1, 2**n - 1)
    member = ((some[:, None] >> np.arange(n)) & 1).astype(np.float64)
    scale = max(float(np.abs(game.worth).max()), 1e-300)
    solved = linprog(
        c=np.append(np.zeros(n), 1.0),
        A_ub=np.column_stack([-member, -np.ones(len(some))]),
        b_ub=-game.worth[some] / scale,
        A_eq=np.append(np.ones(n), 0.0)[None, :],
        b_eq=game.worth[-1:] / scale,
        bounds=[(None, None)] * (n + 1),
        method="highs",
    )
    if solved.status != 0:
        raise RuntimeError(f"the program of the core was not solved: {solved.message}")
    excess = float(solved.x[-1])
    price = -np.asarray(solved.ineqlin.marginals)
    empty = excess > TOLERANCE
    balance: tuple[tuple[tuple[str, ...], float], ...] = ()
    if empty:
        cover = price / max((price[:, None] * member).sum(axis=0).max(), 1e-300)
        balance = tuple(
            (tuple(name for name, is_in in zip(game.players, member[row], strict=True) if is_in), float(cover[row]))
            for row in np.flatnonzero(cover > TOLERANCE)
        )
    return Core(empty, np.asarray(solved.x[:-1]) * scale, excess * scale, balance)


def shortfall(game: CoalitionGame, shares: FloatArray) -> float:
    """What the worst-off coalition could gain by leaving a sharing.

    Parameters
    ----------
    game : CoalitionGame
        Worths.
    shares : numpy.ndarray, shape (n_players,)
        What every player gets.

    Returns
    -------
    float
        At most 0 in the core.
    """
    some = np.arange(1, len(game.worth))
    member = ((some[:, None] >> np.arange(len(game.players))) & 1).astype(np.float64)
    return float((game.worth[some] - member @ shares).max())
