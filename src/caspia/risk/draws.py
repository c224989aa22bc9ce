"""Counter-based draws: what draw i of a quantity is depends on the seed, its name and i, and on no more.

So the numbers are the same whatever the number of workers, the size of their portions and what else is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from caspia.cost import pert_quantile
from caspia.errors import InputError, Problem

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
WordArray = npt.NDArray[np.uint64]
FARTHEST, STEPS = 6.0, 480
"""Normal scores at which distributions are tabled: one in a thousand million lies beyond six deviations."""
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def stream_words(names: Sequence[str]) -> WordArray:
    """Name a stream of numbers by 64 bits.

    Parameters
    ----------
    names : sequence of str
        Names of quantities.

    Returns
    -------
    numpy.ndarray of uint64, shape (n,)

    Examples
    --------
    >>> a, b = stream_words(["rail-KZ.speed_kmh", "rail-UZ.speed_kmh"])
    >>> bool(a != b)
    True
    """
    digests = (blake2b(name.encode(), digest_size=8).digest() for name in names)
    return np.array([int.from_bytes(digest, "little") for digest in digests], dtype=np.uint64)


def uniforms(seed: int, words: WordArray, counter: int | IntArray) -> FloatArray:
    """Numbers between 0 and 1, both excluded, one for each stream and counter.

    Parameters
    ----------
    seed : int
        Seed of all streams, 0 or more.
    words : numpy.ndarray of uint64
        Streams, of `stream_words`.
    counter : int or numpy.ndarray of int
        Place in the stream; broadcast against the streams.

    Returns
    -------
    numpy.ndarray
        In the shape of streams and counters broadcast.

    References
    ----------
    Steele, G. L., Lea, D., Flood, C. H. (2014). Fast splittable pseudorandom number generators. ACM SIGPLAN
    Notices 49 (10), 453-472 (the mixing function). Salmon, J. K., and others (2011). Parallel random numbers: as
    easy as 1, 2, 3. Proceedings of SC11 (counters in place of states).

    Examples
    --------
    >>> one = uniforms(1, stream_words(["a", "b"]), 7)
    >>> bool((one == uniforms(1, stream_words(["a", "b", "c"]), 7)[:2]).all())
    True
    """
    with np.errstate(over="ignore"):
        state = _mixed(words ^ _mixed(np.array(seed, dtype=np.uint64) + _GOLDEN))
        state = _mixed(state + np.asarray(counter).astype(np.uint64) * _GOLDEN)
        state = _mixed(state ^ words)
    return np.asarray(((state >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53)


def _mixed(state: WordArray) -> WordArray:
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(state ^ (state >> np.uint64(31)))


@dataclass(frozen=True, eq=False)
class Doubts:
    """Quantities that are not known, each PERT(low, mode, high), tied in groups by a Gaussian copula.

    Attributes
    ----------
    names : tuple of str
        Name of each, by which its stream is found; two of one name are the same number from 0 to 1.
    low, mode, high : numpy.ndarray, shape (n,)
        Ends and most likely value.
    group : numpy.ndarray of int, shape (n,)
        Place in `groups`.
    groups : tuple of str
        Names of groups; quantities of different groups are independent.
    dependence : float
        Correlation of the normal scores of two quantities of a group, 0 to 1.

    References
    ----------
    Malcolm, D. G., and others (1959). Application of a technique for research and development program evaluation.
    Operations Research 7 (5), 646-669. Nelsen, R. B. (2006). An introduction to copulas. 2nd ed. Springer.
    """

    names: tuple[str, ...]
    low: FloatArray
    mode: FloatArray
    high: FloatArray
    group: IntArray
    groups: tuple[str, ...]
    dependence: float

    def __post_init__(self) -> None:
        """Refuse intervals and correlations that are none.

        Raises
        ------
        InputError
            Low lies above the mode or the mode above high, or the dependence is outside 0 to 1.
        """
        wrong = np.flatnonzero(~((self.low <= self.mode) & (self.mode <= self.high)))
        if len(wrong):
            row = int(wrong[0])
            got = f"{self.low[row]:g}, {self.mode[row]:g}, {self.high[row]:g}"
            allowed = "low, most likely and high in that order"
            raise InputError(Problem("interval out of order", self.names[row], got, allowed, "correct the fact"))
        if not 0.0 <= self.dependence <= 1.0:
            problem = Problem("dependence is no correlation", "dependence", f"{self.dependence:g}", "0 to 1")
            raise InputError(problem)

    def scores(self, seed: int, draw: int, others: IntArray | None = None) -> FloatArray:
        """Normal scores of a draw.

        Parameters
        ----------
        seed : int
            Seed of all streams.
        draw : int
            Number of the draw.
        others : numpy.ndarray of int, shape (n_groups,), optional
            Draw from which each group is taken instead.

        Returns
        -------
        numpy.ndarray, shape (n,)
        """
        own, shared = self._words
        at = np.full(len(self.groups), draw, dtype=np.int64) if others is None else others
        common = ndtri(uniforms(seed, shared, at))[self.group]
        apart = ndtri(uniforms(seed, own, at[self.group]))
        return np.asarray(np.sqrt(self.dependence) * common + np.sqrt(1.0 - self.dependence) * apart)

    def values(self, seed: int, draw: int, others: IntArray | None = None) -> FloatArray:
        """Values of a draw.

        Parameters
        ----------
        seed, draw, others
            As of `scores`.

        Returns
        -------
        numpy.ndarray, shape (n,)
        """
        place = np.clip((self.scores(seed, draw, others) + FARTHEST) * (STEPS / (2 * FARTHEST)), 0.0, STEPS)
        below = np.minimum(place.astype(np.int64), STEPS - 1)
        row, part, table = np.arange(len(below)), place - below, self._table
        return np.asarray(table[row, below] * (1.0 - part) + table[row, below + 1] * part)

    @cached_property
    def _words(self) -> tuple[WordArray, WordArray]:
        return stream_words(self.names), stream_words([f"common:{name}" for name in self.groups])

    @cached_property
    def _table(self) -> FloatArray:
        share = ndtr(np.linspace(-FARTHEST, FARTHEST, STEPS + 1))
        found = np.repeat(self.mode[:, None], STEPS + 1, axis=1)
        for row in np.flatnonzero(self.high > self.low).tolist():
            bounds = float(self.low[row]), float(self.mode[row]), float(self.high[row])
            found[row] = pert_quantile(bounds, share)
        return found
