"""How long stocks last when a part of supply stops, and what the record of events leaves short."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
YEAR_DAYS = 365.0


def days_of_cover(stock_days: npt.ArrayLike, lost_share: npt.ArrayLike) -> FloatArray:
    """Days until stocks run out when a share of supply stops.

    Parameters
    ----------
    stock_days : array_like
        Stocks in days of the whole use.
    lost_share : array_like
        Share of supply that stops, 0 to 1.

    Returns
    -------
    numpy.ndarray
        Infinite where nothing stops.

    Examples
    --------
    >>> days_of_cover(60, [1.0, 0.5, 0.0]).tolist()
    [60.0, 120.0, inf]
    """
    stock, lost = np.broadcast_arrays(np.asarray(stock_days, float), np.asarray(lost_share, float))
    with np.errstate(over="ignore"):
        return np.asarray(np.divide(stock, lost, out=np.full(stock.shape, np.inf), where=lost > 0))


def shortfall_days(
    event_days: npt.ArrayLike,
    lost_share: npt.ArrayLike,
    lasting_share: npt.ArrayLike,
    answer_days: npt.ArrayLike,
    stock_days: npt.ArrayLike,
) -> FloatArray:
    """Days of use that one closure leaves uncovered.

    Until other ways and sellers answer, the whole share is lost; from then on only what they cannot replace. Stocks
    are drawn first.

    Parameters
    ----------
    event_days : array_like
        Duration of the closure.
    lost_share : array_like
        Share of supply that stops at once.
    lasting_share : array_like
        Share that cannot be replaced, at most `lost_share`.
    answer_days : array_like
        Time until what can be replaced has arrived.
    stock_days : array_like
        Stocks in days of the whole use.

    Returns
    -------
    numpy.ndarray
        In days of the whole use, of the broadcast shape.

    Examples
    --------
    >>> float(shortfall_days(100, 0.5, 0.1, 40, 10))
    16.0
    """
    duration, answer = np.asarray(event_days, float), np.asarray(answer_days, float)
    first = np.minimum(duration, answer)
    lost = np.asarray(lost_share, float) * first + np.asarray(lasting_share, float) * (duration - first)
    return np.asarray(np.maximum(lost - np.asarray(stock_days, float), 0.0))


def expected_shortfall(events_per_year: npt.ArrayLike, short_days: npt.ArrayLike) -> FloatArray:
    """Share of a year's use that a record of closures leaves uncovered, in the mean.

    Parameters
    ----------
    events_per_year : array_like, shape (..., n_events)
        Rate of each kind of closure; kinds are rare enough not to meet.
    short_days : array_like, shape (..., n_events)
        Days of use that one such closure leaves uncovered.

    Returns
    -------
    numpy.ndarray, shape (...)

    Examples
    --------
    >>> round(float(expected_shortfall([0.1, 0.5], [73.0, 0.0])), 3)
    0.02
    """
    rate, days = np.asarray(events_per_year, float), np.asarray(short_days, float)
    return np.asarray((rate * days).sum(axis=-1) / YEAR_DAYS)
