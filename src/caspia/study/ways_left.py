"""Pairs that a change leaves no way, or none but dear ones: for these further routes are worth a search."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
DEAR = 1.3
"""Cost of the best way that a change leaves over that before it, from which on further ways are sought."""


def stuck_pairs(least: FloatArray, after: FloatArray, start: IntArray) -> BoolArray:
    """Pairs that had a way and are left none, or none but dear ones.

    Parameters
    ----------
    least : numpy.ndarray, shape (n_pairs,)
        Least cost of every pair before, as of `least_of_pairs`.
    after : numpy.ndarray, shape (n_routes,)
        Cost of every route after the change; inf where it is closed.
    start : numpy.ndarray of int, shape (n_pairs + 1,)
        Routes of pair p are `start[p]:start[p + 1]`.

    Returns
    -------
    numpy.ndarray of bool, shape (n_pairs,)

    Examples
    --------
    >>> start = np.array([0, 2, 4])
    >>> least = least_of_pairs(np.array([10.0, 12.0, 10.0, 20.0]), start)
    >>> stuck_pairs(least, np.array([np.inf, 12.0, np.inf, 20.0]), start)
    array([False,  True])
    """
    left = least_of_pairs(after, start)
    return np.asarray(np.isfinite(least) & (left > np.abs(least) * DEAR))


def least_of_pairs(cost: FloatArray, start: IntArray) -> FloatArray:
    """Least cost of every pair.

    Parameters
    ----------
    cost : numpy.ndarray, shape (n_routes,)
        Cost of every route; inf where it is closed.
    start : numpy.ndarray of int, shape (n_pairs + 1,)
        Routes of pair p are `start[p]:start[p + 1]`.

    Returns
    -------
    numpy.ndarray, shape (n_pairs,)
        inf where it has no open route.
    """
    found = np.full(len(start) - 1, np.inf)
    filled = np.flatnonzero(np.diff(start) > 0)
    if len(filled):
        found[filled] = np.minimum.reduceat(cost, start[filled])
    return found
