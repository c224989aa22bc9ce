"""Seeded draws of the variables, and the distribution of a path's cost, time or emission."""

from __future__ import annotations

from dataclasses import dataclass, field
from zlib import crc32

import numpy as np
import numpy.typing as npt

from caspia.cost.variables import FloatArray, IntArray, Quantity, Reading, Variables

QUANTILES = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class Sampler:
    """Draws of variables, the same for the same seed whatever else is asked.

    Every variable has a stream of its own, keyed by its fact and reading, so that a draw does not depend on
    which other variables a path uses.

    Attributes
    ----------
    keys : tuple of str
        Key of every fact (`subject.attribute`).
    seed : int
        Seed of all streams.
    draws : int
        Number of draws.
    """

    keys: tuple[str, ...]
    seed: int = 2025
    draws: int = 2000
    _cache: dict[tuple[object, ...], FloatArray] = field(default_factory=dict, repr=False, compare=False)

    def draw(self, variables: Variables, which: npt.ArrayLike) -> FloatArray:
        """Draw some variables.

        Parameters
        ----------
        variables : Variables
            Columns of all variables.
        which : array_like of int, shape (k,)
            The wanted ones.

        Returns
        -------
        numpy.ndarray, shape (k, draws)
        """
        rows = np.asarray(which, dtype=np.int64)
        return (
            np.vstack([self._one(variables, int(row)) for row in rows])
            if len(rows)
            else np.zeros((0, self.draws))
        )

    def _one(self, variables: Variables, row: int) -> FloatArray:
        reading = Reading(int(variables.reading[row]))
        low, mode, high = (float(getattr(variables, name)[row]) for name in ("low", "mode", "high"))
        key = (int(variables.fact[row]), reading, low, mode, high)
        if key not in self._cache:
            name = f"{self.keys[int(variables.fact[row])]}:{reading.name}"
            stream = np.random.Generator(np.random.Philox(key=[self.seed, crc32(name.encode())]))
            self._cache[key] = _sample(stream, reading, (low, mode, high), self.draws)
        return self._cache[key]

    def path(self, quantity: Quantity, arcs: npt.ArrayLike) -> FloatArray:
        """Draws of a quantity over a path.

        Parameters
        ----------
        quantity : Quantity
            Money, time or emission of all arcs.
        arcs : array_like of int, shape (n,)
            Arcs of the path.

        Returns
        -------
        numpy.ndarray, shape (draws,)
        """
        variable, coefficient = quantity.terms_of(arcs)
        return np.asarray(coefficient @ self.draw(quantity.variables, variable))


def _sample(
    stream: np.random.Generator, reading: Reading, bounds: tuple[float, float, float], draws: int
) -> FloatArray:
    low, mode, high = bounds
    if reading is Reading.HEADWAY:
        return stream.uniform(0.0, mode, draws)
    if reading is Reading.CLOSURE:
        return np.where(stream.uniform(size=draws) < low, stream.uniform(0.0, mode, draws), 0.0)
    if high <= low:
        return np.full(draws, mode)
    span = high - low
    first = 1 + 4 * (mode - low) / span
    return low + span * stream.beta(first, 6 - first, draws)


def interval(draws: FloatArray) -> tuple[float, float, float]:
    """P10, P50 and P90 of draws."""
    low, mid, high = np.quantile(draws, QUANTILES)
    return float(low), float(mid), float(high)


__all__ = ["QUANTILES", "IntArray", "Sampler", "interval"]
