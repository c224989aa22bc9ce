"""What a year counts for: discounting, and values known for some years standing for those between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from caspia.errors import InputError, Problem

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Horizon:
    """Years over which a plan is valued, by the years for which values are known.

    Attributes
    ----------
    years : numpy.ndarray of int, shape (n_years,)
        Years in which projects may open, ascending; the last stands for itself and all after it.
    anchors : tuple of int
        Years for which values are known.
    weight : numpy.ndarray, shape (n_years, n_anchors)
        What a value of an anchor counts for in each year, discounted.
    """

    years: IntArray
    anchors: tuple[int, ...]
    weight: FloatArray


def horizon(first: int, last_opening: int, end: int, anchors: Sequence[int], discount_rate: float) -> Horizon:
    """Weights of years.

    Values between two anchors are their mean by distance; before the first and after the last anchor they stay
    as they are there. A value of year t is discounted to the first year by `(1 + rate) ** -(t - first)`.

    Parameters
    ----------
    first : int
        Year to which is discounted.
    last_opening : int
        Last year in which a project may open.
    end : int
        Last year that counts.
    anchors : sequence of int
        Years for which values are known, ascending.
    discount_rate : float
        Share a year, above -1.

    Returns
    -------
    Horizon

    Raises
    ------
    InputError
        Years are out of order, or the rate is out of range.

    Examples
    --------
    >>> found = horizon(2026, 2027, 2028, (2026, 2028), 0.0)
    >>> found.years.tolist(), found.weight.tolist()
    ([2026, 2027], [[1.0, 0.0], [0.5, 1.5]])
    """
    if not first <= last_opening <= end or list(anchors) != sorted(set(anchors)) or not anchors:
        got = f"first {first}, last opening {last_opening}, end {end}, anchors {list(anchors)}"
        raise InputError(Problem("years are out of order", "horizon", got, "first <= last opening <= end"))
    if not -1.0 < discount_rate < 10.0:
        raise InputError(Problem("discount rate out of range", "horizon", f"{discount_rate:g}", "-1 to 10"))
    whole = np.arange(first, end + 1)
    weight = np.stack([np.interp(whole, anchors, row) for row in np.eye(len(anchors))], axis=1)
    weight *= ((1.0 + discount_rate) ** -(whole - first).astype(float))[:, None]
    kept = last_opening - first + 1
    shown = weight[:kept].copy()
    shown[-1] += weight[kept:].sum(axis=0)
    return Horizon(whole[:kept], tuple(anchors), shown)
