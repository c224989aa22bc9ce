"""Sampled worlds of a programme: works that cost more, take longer and yield less than planned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from caspia.errors import InputError, Problem
from caspia.investment.horizon import Horizon
from caspia.investment.programme import NEVER, Programme

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Worlds:
    """What may come otherwise than planned, one row a world.

    What two projects change together comes in the planned years, and grows as demand does.

    Attributes
    ----------
    late_years : numpy.ndarray of int, shape (n_worlds, n)
        Years by which each project opens later than planned; below 0 if earlier.
    yields : numpy.ndarray, shape (n_worlds, n)
        What each project yields, as a multiple of what was computed.
    growth : numpy.ndarray, shape (n_worlds,)
        What all projects yield, as a multiple: demand that grows more or less.
    extra_usd : numpy.ndarray, shape (n_worlds, n)
        What each project costs more than planned, in the unit of the value; 0 where costs do not count.
    """

    late_years: IntArray
    yields: FloatArray
    growth: FloatArray
    extra_usd: FloatArray

    @property
    def n(self) -> int:
        """Number of worlds."""
        return len(self.growth)

    def starts(self, programme: Programme, linear: FloatArray, span: Horizon) -> FloatArray:
        """Value of every start in every world, by the first order.

        Parameters
        ----------
        programme : Programme
            Projects and years.
        linear : numpy.ndarray, shape (n_years, n)
            What each project adds in each year of the horizon.
        span : Horizon
            Its years.

        Returns
        -------
        numpy.ndarray, shape (n_worlds, n, n_starts)
        """
        gone = np.concatenate([np.cumsum(linear[::-1], axis=0)[::-1], np.zeros((1, programme.n))])
        opening = programme.opening[None, :, :] + self.late_years[:, :, None]
        row = np.clip(opening - span.years[0], 0, len(span.years))
        worth = gone[row, np.arange(programme.n)[None, :, None]]
        worth = worth * (self.yields * self.growth[:, None])[:, :, None] - self.extra_usd[:, :, None]
        return np.where(programme.opening[None, :, :] < NEVER, worth, 0.0)


@dataclass(frozen=True, eq=False)
class Averse:
    """Aversion to bad worlds.

    Attributes
    ----------
    worlds : Worlds
        Worlds that may come, each as likely as the others.
    share : float
        Share of the worst worlds whose mean counts, above 0, at most 1.
    """

    worlds: Worlds
    share: float = 0.1

    def __post_init__(self) -> None:
        if not 0.0 < self.share <= 1.0:
            allowed = "above 0, at most 1"
            raise InputError(Problem("share of the worst worlds out of range", "share", f"{self.share:g}", allowed))


def worst_mean(values: npt.ArrayLike, share: float) -> float:
    """Conditional value at risk: mean of the worst share of equally likely values.

    Parameters
    ----------
    values : array_like, shape (n,)
        The greater the better.
    share : float
        Above 0, at most 1; the value at its edge counts by the part that is within.

    Returns
    -------
    float

    References
    ----------
    Rockafellar, R. T., Uryasev, S. (2000). Optimization of conditional value-at-risk. Journal of Risk 2 (3), 21-41.

    Examples
    --------
    >>> worst_mean([4.0, 1.0, 3.0, 2.0], 0.5), worst_mean([4.0, 1.0, 3.0, 2.0], 1.0)
    (1.5, 2.5)
    """
    ordered = np.sort(np.asarray(values, dtype=float))
    weight = np.clip(share * len(ordered) - np.arange(len(ordered)), 0.0, 1.0)
    return float(ordered @ weight / weight.sum())
