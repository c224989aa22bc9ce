"""From announced to working: when projects open, what has opened by a year, and when a series passes a target."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from caspia.errors import InputError, Problem
from caspia.investment.programme import NEVER

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
PERCENTILES = (10.0, 50.0, 90.0)
_ROUND = 1e-9
"""What a year may be short by and still be full."""


def works_times(rng: np.random.Generator, mean_sd: FloatArray, least: FloatArray, n: int) -> FloatArray:
    """Draw times of works as multiples of the planned time, for works of which it is known that they last longer.

    Times are log-normal; that works are not done yet cuts the lower part of the distribution off.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    mean_sd : numpy.ndarray, shape (k, 2)
        Mean and standard deviation of the overrun of time, as shares of the planned time.
    least : numpy.ndarray, shape (k,)
        Multiple of the planned time that has passed already; 0 or less where works have not begun.
    n : int
        Number of draws.

    Returns
    -------
    numpy.ndarray, shape (n, k)
        Each above `least` and above 0.
    """
    return times_at(rng.uniform(size=(n, len(least))), mean_sd, least)


def times_at(share: FloatArray, mean_sd: FloatArray, least: FloatArray) -> FloatArray:
    """Times of works at some shares of their distribution, as multiples of the planned time.

    Parameters
    ----------
    share : numpy.ndarray, shape (..., k)
        Share of works like these that last longer, above 0 and below 1.
    mean_sd, least : numpy.ndarray
        As of `works_times`.

    Returns
    -------
    numpy.ndarray, shape (..., k)
        Each above `least` and above 0.

    Examples
    --------
    >>> times_at(np.array([0.9, 0.1]), np.array([[0.4, 0.3], [0.4, 0.3]]), np.array([0.0, 2.0])).round(2)
    array([1.04, 2.42])

    References
    ----------
    Flyvbjerg, B. (2008). Curbing optimism bias and strategic misrepresentation in planning: reference class
    forecasting in practice. European Planning Studies 16 (1), 3-21.
    """
    mean = np.maximum(1.0 + mean_sd[:, 0], 0.05)
    spread = np.sqrt(np.log1p((mean_sd[:, 1] / mean) ** 2))
    middle = np.log(mean) - spread**2 / 2
    sure = spread <= 0
    started = least > 0
    passed = np.log(np.where(started, least, 1.0)) - middle
    score = np.where(started, passed / np.where(sure, 1.0, spread), -np.inf)
    # The upper tail is drawn: far below it, one less the share of what is cut off would be lost to rounding.
    drawn = np.exp(middle + spread * -ndtri(np.maximum(ndtr(-score) * share, 1e-300)))
    return np.asarray(np.maximum(np.where(sure, np.exp(middle), drawn), np.where(started, least, 0.0)))


def opening_years(begin: FloatArray, works_years: FloatArray, times: FloatArray, not_before: int) -> IntArray:
    """First year of use of works.

    Parameters
    ----------
    begin : numpy.ndarray, shape (k,)
        Year in which works begin; NaN for works that never do.
    works_years : numpy.ndarray, shape (k,)
        Planned time of works.
    times : numpy.ndarray, shape (..., k)
        Time of works as a multiple of the planned time.
    not_before : int
        First year in which anything opens.

    Returns
    -------
    numpy.ndarray of int, shape (..., k)
        `NEVER` for works that never begin.

    Examples
    --------
    >>> opening_years(np.array([2026.0, np.nan]), np.array([2.5, 1.0]), np.array([[1.0, 1.0], [2.0, 2.0]]), 2026)
    array([[2029, 9999],
           [2031, 9999]])
    """
    done = np.ceil(np.where(np.isnan(begin), 0.0, begin) + works_years * times - _ROUND)
    found = np.clip(done, not_before, NEVER - 1)
    return np.asarray(np.where(np.isnan(begin), NEVER, found), dtype=np.int64)


def after_needs(opening: IntArray, needs: Iterable[tuple[int, int]]) -> IntArray:
    """Opening years in which nothing opens before what it needs.

    Parameters
    ----------
    opening : numpy.ndarray of int, shape (..., k)
        Years in which works are done.
    needs : iterable of (int, int)
        Project and project that it needs.

    Returns
    -------
    numpy.ndarray of int, shape (..., k)

    Examples
    --------
    >>> after_needs(np.array([2027, 2030, 2026]), [(0, 1), (2, 0)])
    array([2030, 2030, 2030])
    """
    pairs, found = list(needs), np.array(opening, dtype=np.int64)
    for _ in range(found.shape[-1]):
        before = found.copy()
        for one, other in pairs:
            found[..., one] = np.maximum(found[..., one], found[..., other])
        if (found == before).all():
            break
    return found


def has_opened(opening: IntArray, years: IntArray) -> BoolArray:
    """What is open in each year.

    Parameters
    ----------
    opening : numpy.ndarray of int, shape (..., k)
        First years of use.
    years : numpy.ndarray of int, shape (n_years,)
        Years.

    Returns
    -------
    numpy.ndarray of bool, shape (..., n_years, k)
    """
    return np.asarray(opening[..., None, :] <= years[:, None])


def capacities(base: FloatArray, gain: FloatArray, opened: BoolArray, left: FloatArray | None = None) -> FloatArray:
    """Capacities over the years.

    Parameters
    ----------
    base : numpy.ndarray, shape (n_servers,)
        Capacities without projects.
    gain : numpy.ndarray, shape (k, n_servers)
        What each project adds.
    opened : numpy.ndarray of bool, shape (..., k)
        Projects that are open; of `has_opened`.
    left : numpy.ndarray, shape (..., n_servers), optional
        Share of each capacity that is left; 1 if left out.

    Returns
    -------
    numpy.ndarray, shape (..., n_servers)
    """
    whole = base + opened.astype(float) @ gain
    return np.asarray(whole if left is None else whole * left)


@dataclass(frozen=True)
class YearPassed:
    """When a series passes a target for good.

    Attributes
    ----------
    years : tuple of (int or None)
        P10, P50 and P90 over the samples; None for a year after the last.
    share_never : float
        Share of samples that do not pass before the end.
    last : int
        Last year.
    """

    years: tuple[int | None, int | None, int | None]
    share_never: float
    last: int

    @property
    def year(self) -> int | None:
        """Year in which half of the samples have passed; None if that is after the last."""
        return self.years[1]

    @property
    def text(self) -> str:
        """The middle year, or that it is after the last."""
        return str(self.year) if self.year is not None else f"not before {self.last}"


def first_years(series: FloatArray, target: npt.ArrayLike, years: IntArray) -> IntArray:
    """First year in which a series has reached a target and from which on it stays there.

    Parameters
    ----------
    series : numpy.ndarray, shape (..., n_years)
        Amounts by year.
    target : array_like, shape () or (n_years,)
        Target; NaN in years that have none, in which nothing is passed or lost.
    years : numpy.ndarray of int, shape (n_years,)
        Years, ascending.

    Returns
    -------
    numpy.ndarray of int, shape (...)
        `NEVER` where the last year with a target falls short.

    Raises
    ------
    InputError
        No year has a target.

    Examples
    --------
    >>> years = np.arange(2025, 2029)
    >>> first_years(np.array([[1.0, 3.0, 2.0, 3.0], [3.0, 4.0, 4.0, 4.0]]), 3.0, years)
    array([2028, 2025])
    """
    aim = np.broadcast_to(np.asarray(target, dtype=float), years.shape)
    asked = np.isfinite(aim)
    if not asked.any():
        raise InputError(Problem("no target", "target", "no number for any year", "a number for one year or more"))
    fails = series[..., asked] < aim[asked]
    # The last failure decides: all before it, passed or not, was not for good.
    behind = np.argmax(fails[..., ::-1], axis=-1)
    position = np.where(fails.any(axis=-1), int(asked.sum()) - behind, 0)
    return np.asarray(np.append(years[asked], NEVER)[position], dtype=np.int64)


def year_passed(series: FloatArray, target: npt.ArrayLike, years: IntArray) -> YearPassed:
    """First year in which a series passes a target for good, over samples.

    Parameters
    ----------
    series : numpy.ndarray, shape (n_samples, n_years)
        Amounts by year.
    target : array_like, shape () or (n_years,)
        Target; NaN in years that have none.
    years : numpy.ndarray of int, shape (n_years,)
        Years, ascending.

    Returns
    -------
    YearPassed

    Raises
    ------
    InputError
        No year has a target.
    """
    found = first_years(np.atleast_2d(series), target, years)
    ends = np.percentile(found, PERCENTILES, method="inverted_cdf")
    low, middle, high = (int(end) if end < NEVER else None for end in ends)
    return YearPassed((low, middle, high), float((found == NEVER).mean()), int(years[-1]))


def percentiles(values: npt.ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    """P10, P50 and P90 over samples.

    Parameters
    ----------
    values : array_like, shape (n_samples, ...)
        Amounts; samples that are NaN do not count.

    Returns
    -------
    low, middle, high : numpy.ndarray, shape (...)
    """
    low, middle, high = np.nanpercentile(np.asarray(values, dtype=float), PERCENTILES, axis=0)
    return low, middle, high


def mixture_times(
    weight: FloatArray, mean: FloatArray, sd: FloatArray, shares: tuple[float, ...]
) -> tuple[float, ...]:
    """Times within which shares of a mixture of log-normal times lie.

    Parameters
    ----------
    weight : numpy.ndarray, shape (k,)
        What each part counts for, 0 or more.
    mean, sd : numpy.ndarray, shape (k,)
        Mean, above 0, and standard deviation of each part.
    shares : tuple of float
        Shares, each between 0 and 1.

    Returns
    -------
    tuple of float
        One for each share; NaN where nothing has weight.

    Examples
    --------
    >>> one = np.ones(1)
    >>> [round(value, 3) for value in mixture_times(one, 10 * one, 0 * one, (0.1, 0.9))]
    [10.0, 10.0]
    """
    kept = weight > 0
    if not kept.any():
        return tuple(np.nan for _ in shares)
    part = weight[kept] / weight[kept].sum()
    spread = np.sqrt(np.log1p((sd[kept] / mean[kept]) ** 2))
    middle = np.log(mean[kept]) - spread**2 / 2
    width = np.maximum(spread, 1e-12)
    ends = np.repeat([[np.min(middle - 9 * width)], [np.max(middle + 9 * width)]], len(shares), axis=1)
    for _ in range(28):
        half = ends.mean(axis=0)
        below = ndtr((half[:, None] - middle) / width) @ part < shares
        ends = np.stack([np.where(below, half, ends[0]), np.where(below, ends[1], half)])
    return tuple(np.exp(ends.mean(axis=0)).tolist())
