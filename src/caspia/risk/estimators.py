"""What draws say: percentiles with their standard errors, and exceedance curves with bands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betainc

from caspia.errors import InputError, Problem

FloatArray = npt.NDArray[np.float64]
PERCENTILES = (0.05, 0.5, 0.95)
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """Percentiles of a quantity over draws.

    Attributes
    ----------
    mean, p5, p50, p95 : float
        Mean, fifth percentile, median, ninety-fifth percentile.
    se_mean, se_p5, se_p50, se_p95 : float
        Standard error of each: how far it would move with other draws.
    """

    mean: float
    p5: float
    p50: float
    p95: float
    se_mean: float
    se_p5: float
    se_p50: float
    se_p95: float


def estimate(values: FloatArray) -> Estimate:
    """Estimate percentiles and their standard errors.

    Parameters
    ----------
    values : numpy.ndarray, shape (n,)
        One number a draw, finite.

    Returns
    -------
    Estimate
        Standard errors of percentiles after Maritz and Jarrett.

    Raises
    ------
    InputError
        There is no draw.

    References
    ----------
    Maritz, J. S., Jarrett, R. G. (1978). A note on estimating the variance of the sample median. Journal of the
    American Statistical Association 73 (361), 194-196.

    Examples
    --------
    >>> found = estimate(np.arange(101.0))
    >>> found.p5, found.p50, found.p95
    (5.0, 50.0, 95.0)
    """
    if not len(values):
        raise InputError(Problem("no draws to estimate from", "values", "none", "one draw or more"))
    ordered = np.sort(values)
    n = len(ordered)
    low, mid, high = np.quantile(ordered, PERCENTILES)
    errors = [_maritz_jarrett(ordered, share) for share in PERCENTILES]
    spread = float(ordered.std(ddof=1) / np.sqrt(n)) if n > 1 else np.nan
    return Estimate(float(ordered.mean()), float(low), float(mid), float(high), spread, *errors)


def _maritz_jarrett(ordered: FloatArray, share: float) -> float:
    """Standard error of a percentile: that of the order statistic beside it, by weights of a beta distribution."""
    n = len(ordered)
    if n < 2:
        return np.nan
    rank = min(max(round(share * n + 0.5), 1), n)
    steps = betainc(rank, n - rank + 1, np.arange(n + 1) / n)
    weight = np.diff(steps)
    mean = float(weight @ ordered)
    return float(np.sqrt(max(float(weight @ (ordered - mean) ** 2), 0.0)))


@dataclass(frozen=True, eq=False)
class Exceedance:
    """Probability that a quantity is above a value.

    Attributes
    ----------
    value : numpy.ndarray, shape (k,)
        Values, ascending.
    share : numpy.ndarray, shape (k,)
        Share of the draws above each; falls.
    low, high : numpy.ndarray, shape (k,)
        Band within which the whole curve lies with 95 % confidence.
    """

    value: FloatArray
    share: FloatArray
    low: FloatArray
    high: FloatArray


def exceedance(values: FloatArray, points: int = 101) -> Exceedance:
    """Exceedance curve of a quantity.

    Parameters
    ----------
    values : numpy.ndarray, shape (n,)
        One number a draw.
    points : int
        Values at which the curve is told, evenly from the least to the greatest.

    Returns
    -------
    Exceedance
        With the band of Dvoretzky, Kiefer and Wolfowitz, which holds for all values at once.

    References
    ----------
    Massart, P. (1990). The tight constant in the Dvoretzky-Kiefer-Wolfowitz inequality. Annals of Probability 18
    (3), 1269-1283.

    Examples
    --------
    >>> curve = exceedance(np.array([1.0, 2.0, 3.0, 4.0]), points=4)
    >>> curve.share.tolist()
    [0.75, 0.5, 0.25, 0.0]
    """
    if not len(values):
        raise InputError(Problem("no draws to estimate from", "values", "none", "one draw or more"))
    ordered = np.sort(values)
    at = np.linspace(ordered[0], ordered[-1], points)
    share = 1.0 - np.searchsorted(ordered, at, side="right") / len(ordered)
    half = np.sqrt(np.log(2.0 / (1.0 - CONFIDENCE)) / (2.0 * len(ordered)))
    return Exceedance(at, share, np.clip(share - half, 0.0, 1.0), np.clip(share + half, 0.0, 1.0))
