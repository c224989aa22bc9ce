"""Events of a year: they arrive at random, last for a while, and may still be under way from the year before."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from caspia.cost import pert_quantile
from caspia.errors import InputError, Problem
from caspia.risk.draws import FARTHEST, STEPS, WordArray, stream_words, uniforms
from caspia.units import DAYS_PER_YEAR, MONTHS_PER_YEAR

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
LONGEST_DAYS = 3650.0
"""Ten years: longer events are states of the world, which a scenario describes."""


@dataclass(frozen=True, eq=False)
class Hazards:
    """Kinds of events that arrive as Poisson processes and last as their record says.

    Attributes
    ----------
    names : tuple of str
        Name of each kind.
    days : numpy.ndarray, shape (n, 3)
        Low, most likely and high days that one lasts.
    months : numpy.ndarray of bool, shape (n, 12)
        Months in which one may begin.
    most_per_year : numpy.ndarray, shape (n,)
        Highest rate that is ever asked for.

    References
    ----------
    Kingman, J. F. C. (1993). Poisson processes. Oxford University Press.
    """

    names: tuple[str, ...]
    days: FloatArray
    months: BoolArray
    most_per_year: FloatArray

    def __post_init__(self) -> None:
        """Refuse what is no hazard.

        Raises
        ------
        InputError
            A duration is out of order or out of range, a rate below zero, or a season without a month.
        """
        low, mode, high = self.days.T
        ordered = (low >= 0) & (low <= mode) & (mode <= high) & (high <= LONGEST_DAYS)
        wrong = np.flatnonzero(~(ordered & (self.most_per_year >= 0) & self.months.any(axis=1)))
        if len(wrong):
            row = int(wrong[0])
            got = f"days {', '.join(f'{day:g}' for day in self.days[row])}; rate {self.most_per_year[row]:g} a year"
            allowed = f"days in order from 0 to {LONGEST_DAYS:g}, a rate of 0 or more, and a month to begin in"
            raise InputError(Problem("event out of order", self.names[row], got, allowed, "correct its facts"))

    def year(self, seed: int, draw: int, per_year: FloatArray) -> tuple[FloatArray, FloatArray]:
        """What a year of one draw brings.

        Parameters
        ----------
        seed : int
            Seed of all streams.
        draw : int
            Number of the draw.
        per_year : numpy.ndarray, shape (n,)
            Arrivals a year of each kind, at most `most_per_year`.

        Returns
        -------
        share : numpy.ndarray, shape (n,)
            Share of the year in which one or more of a kind are under way, 0 to 1.
        spell_days : numpy.ndarray, shape (n,)
            Mean length of what is under way in the year, seen from end to end; 0 where nothing is.
        """
        if not self.names:
            return np.zeros(0), np.zeros(0)
        gaps, lengths = self._words
        # A season is thinned from arrivals all the year, more of them so that the mean number stays.
        rate = per_year * MONTHS_PER_YEAR / self.months.sum(axis=1) / DAYS_PER_YEAR
        at = draw * self._most + np.arange(self._most)
        waits = -np.log(uniforms(seed, gaps[:, None], at)) / np.maximum(rate, 1e-300)[:, None]
        start = np.cumsum(waits, axis=1) - self.days[:, 2:]
        lasts = self._lengths(uniforms(seed, lengths[:, None], at))
        month = np.floor((start % DAYS_PER_YEAR) / DAYS_PER_YEAR * MONTHS_PER_YEAR).astype(np.int64)
        in_season = np.take_along_axis(self.months, np.clip(month, 0, MONTHS_PER_YEAR - 1), axis=1)
        lasts = np.where(in_season, lasts, 0.0)
        end = np.minimum(start + lasts, DAYS_PER_YEAR)
        before = np.maximum.accumulate(np.concatenate([np.zeros((len(start), 1)), end[:, :-1]], axis=1), axis=1)
        under_way = np.maximum(end - np.maximum(np.maximum(start, before), 0.0), 0.0)
        whole = under_way.sum(axis=1)
        weighed = (under_way * lasts).sum(axis=1)
        return whole / DAYS_PER_YEAR, np.where(whole > 0, weighed / np.where(whole > 0, whole, 1.0), 0.0)

    def _lengths(self, share: FloatArray) -> FloatArray:
        place = share * STEPS
        below = np.minimum(place.astype(np.int64), STEPS - 1)
        row, part = np.arange(len(share))[:, None], place - below
        return np.asarray(self._table[row, below] * (1.0 - part) + self._table[row, below + 1] * part)

    @cached_property
    def _table(self) -> FloatArray:
        share = np.linspace(0.0, 1.0, STEPS + 1)
        return np.stack([pert_quantile((float(a), float(b), float(c)), share) for a, b, c in self.days])

    @cached_property
    def _most(self) -> int:
        """Arrivals that are drawn of every kind; that more come within the year is as rare as `FARTHEST` says."""
        span = (DAYS_PER_YEAR + self.days[:, 2]) / DAYS_PER_YEAR
        mean = self.most_per_year * MONTHS_PER_YEAR / self.months.sum(axis=1) * span
        return int(np.ceil((mean + FARTHEST * np.sqrt(mean)).max(initial=0.0))) + 8

    @cached_property
    def _words(self) -> tuple[WordArray, WordArray]:
        gaps, days = ([f"{what}:{name}" for name in self.names] for what in ("gap", "days"))
        return stream_words(gaps), stream_words(days)
