"""What share of supply passes a state or a strait, and what share could not do without it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def exposure(passes: BoolArray, share: npt.ArrayLike) -> FloatArray:
    """Share of supply that passes each place.

    Parameters
    ----------
    passes : numpy.ndarray of bool, shape (n_ways, n_places)
        Whether a way passes a place: a state, a strait.
    share : array_like, shape (..., n_ways)
        Share of supply that takes each way.

    Returns
    -------
    numpy.ndarray, shape (..., n_places)

    Examples
    --------
    >>> exposure(np.array([[True, False], [True, True]]), [0.25, 0.5]).tolist()
    [0.75, 0.5]
    """
    return np.asarray(np.asarray(share, dtype=np.float64) @ passes.astype(np.float64))


def captive(
    passes: BoolArray,
    share: FloatArray,
    origin: IntArray,
    measure: FloatArray,
    within: npt.ArrayLike,
) -> FloatArray:
    """Share of supply that passes a place and has no other way from its origin within some further cost and time.

    Parameters
    ----------
    passes : numpy.ndarray of bool, shape (n_ways, n_places)
        Whether a way passes a place.
    share : numpy.ndarray, shape (n_ways,)
        Share of supply that takes each way.
    origin : numpy.ndarray of int, shape (n_ways,)
        Origin of each way; another way is one of the same origin.
    measure : numpy.ndarray, shape (n_ways, n_measures)
        Cost, time or whatever else of each way.
    within : array_like, shape (n_measures,)
        What another way may cost or take more, in each measure.

    Returns
    -------
    numpy.ndarray, shape (n_places,)
        Never above the exposure.
    """
    more = measure[None, :, :] - measure[:, None, :]
    # A way from w to v: v starts where w does and is not much worse.
    near = (origin[:, None] == origin[None, :]) & (more <= np.asarray(within, dtype=np.float64)).all(axis=-1)
    found = np.zeros(passes.shape[1])
    for place in range(passes.shape[1]):
        freed = (near & ~passes[None, :, place]).any(axis=1)
        found[place] = share[passes[:, place] & ~freed].sum()
    return found
