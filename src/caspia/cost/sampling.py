"""Seeded draws of the variables, and the distribution of a path's cost, time or emission."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from zlib import crc32

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv

from caspia.cost.variables import FloatArray, IntArray, Quantity, Reading

Bounds = tuple[float, float, float]
QUANTILES = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class Sampler:
    """Draws of variables, the same for the same seed whatever else is asked.

    Every variable has a stream of its own, keyed by its fact and reading, so that a draw does not depend on
    which other variables a path uses. Bad days come together (a storm, a shortage of wagons or a doubtful
    source touches many facts at once), so the variables of a quantity are tied by a one-factor Gaussian copula.

    Attributes
    ----------
    keys : tuple of str
        Key of every fact (`subject.attribute`).
    seed : int
        Seed of all streams.
    draws : int
        Number of draws.
    dependence : float
        Correlation of the normal scores of any two variables, 0 (independent) to 1 (all bad at once).
    stratified : bool
        Whether every variable takes the middle of each of `draws` equally likely strata once (a Latin hypercube)
        instead of values at random: less noise where draws are few, and a variable whose bounds are scaled takes
        the scaled values, draw by draw.

    References
    ----------
    McKay, M. D., Beckman, R. J. and Conover, W. J. (1979), A comparison of three methods for selecting values of
    input variables in the analysis of output from a computer code, Technometrics 21 (2), 239-245.

    Iman, R. L. and Conover, W. J. (1982), A distribution-free approach to inducing rank correlation among input
    variables, Communications in Statistics 11 (3), 311-334.
    """

    keys: tuple[str, ...]
    seed: int = 2025
    draws: int = 1000
    dependence: float = 0.7
    stratified: bool = False
    _cache: dict[tuple[object, ...], FloatArray] = field(default_factory=dict, repr=False, compare=False)

    def draw(self, quantity: Quantity, which: npt.ArrayLike) -> FloatArray:
        """Draw some variables of a quantity.

        Parameters
        ----------
        quantity : Quantity
            Money, time or emission.
        which : array_like of int, shape (k,)
            The wanted variables.

        Returns
        -------
        numpy.ndarray, shape (k, draws)
        """
        rows = np.asarray(which, dtype=np.int64)
        if not len(rows):
            return np.zeros((0, self.draws))
        return np.vstack([self._one(quantity, int(row)) for row in rows])

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
        return np.asarray(coefficient @ self.draw(quantity, variable))

    def facts(self, name: str, fact: IntArray, bounds: Sequence[FloatArray]) -> FloatArray:
        """Draw facts as they are, apart from any cost that rests on them.

        Parameters
        ----------
        name : str
            What they are (`demand`, `capacity`); the facts of one name are tied by a factor of its own.
        fact : numpy.ndarray of int, shape (k,)
            Rows of the facts.
        bounds : sequence of numpy.ndarray, each of shape (n_facts,)
            Low, value and high of every fact.

        Returns
        -------
        numpy.ndarray, shape (k, draws)
            PERT(low, value, high) of each.
        """
        found = np.empty((len(fact), self.draws))
        for nth, row in enumerate(np.asarray(fact).tolist()):
            low, mode, high = (float(bound[row]) for bound in bounds)
            found[nth] = self._drawn(name, row, Reading.VALUE, (low, mode, high))
        return found

    def yearly(self, quantity: Quantity) -> FloatArray:
        """Draw what every variable of a quantity is over a whole year.

        Parameters
        ----------
        quantity : Quantity
            Money, time or emission.

        Returns
        -------
        numpy.ndarray, shape (n_variables, draws)
            Waits for departures and for the weather are at their expectation, since they average out.
        """
        found = np.repeat(quantity.variables.mean[:, None], self.draws, axis=1)
        doubted = np.flatnonzero(quantity.variables.reading < Reading.HEADWAY)
        if len(doubted):
            found[doubted] = self.draw(quantity, doubted)
        return found

    def _stream(self, name: str) -> np.random.Generator:
        return np.random.Generator(np.random.Philox(key=[self.seed, crc32(name.encode())]))

    def _common(self, quantity: str) -> FloatArray:
        """Normal scores that all variables of a quantity share."""
        key = ("common", quantity)
        if key not in self._cache:
            self._cache[key] = self._stream(f"common:{quantity}").normal(size=self.draws)
        return self._cache[key]

    def _one(self, quantity: Quantity, row: int) -> FloatArray:
        variables = quantity.variables
        bounds = float(variables.low[row]), float(variables.mode[row]), float(variables.high[row])
        return self._drawn(quantity.name, int(variables.fact[row]), Reading(int(variables.reading[row])), bounds)

    def _drawn(self, name: str, fact: int, reading: Reading, bounds: Bounds) -> FloatArray:
        key = (name, fact, reading, *bounds)
        if key not in self._cache:
            stream = self._stream(f"{self.keys[fact]}:{reading.name}")
            if self.stratified:
                values = _quantile(reading, bounds, (np.arange(self.draws) + 0.5) / self.draws)
            else:
                values = np.sort(_sample(stream, reading, bounds, self.draws))
            scores = np.sqrt(self.dependence) * self._common(name)
            scores += np.sqrt(1 - self.dependence) * stream.normal(size=self.draws)
            tied = np.empty(self.draws)
            tied[np.argsort(scores)] = values
            self._cache[key] = tied
        return self._cache[key]


def _quantile(reading: Reading, bounds: Bounds, share: FloatArray) -> FloatArray:
    """Values below which a variable lies with some probabilities."""
    low, mode, _ = bounds
    if reading is Reading.HEADWAY:
        return mode * share
    if reading is Reading.CLOSURE:
        return mode * np.maximum(share - (1.0 - low), 0.0) / max(low, 1e-300)
    return pert_quantile(bounds, share)


def pert_quantile(bounds: Bounds, share: FloatArray) -> FloatArray:
    """Values below which a PERT variable lies with some probabilities.

    Parameters
    ----------
    bounds : tuple of float
        Low, most likely and high value.
    share : numpy.ndarray, shape (n,)
        Probabilities, 0 to 1.

    Returns
    -------
    numpy.ndarray, shape (n,)

    Examples
    --------
    >>> pert_quantile((0.0, 5.0, 10.0), np.array([0.0, 0.5, 1.0])).round(6).tolist()
    [0.0, 5.0, 10.0]
    """
    low, mode, high = bounds
    if high <= low:
        return np.full(len(share), mode)
    first = 1 + 4 * (mode - low) / (high - low)
    return np.asarray(low + (high - low) * betaincinv(first, 6 - first, share))


def _sample(stream: np.random.Generator, reading: Reading, bounds: Bounds, draws: int) -> FloatArray:
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
    """P10, P50 and P90 of draws.

    Parameters
    ----------
    draws : numpy.ndarray, shape (draws,)
        Draws of one quantity.

    Returns
    -------
    tuple of float
        P10, P50, P90, in the unit of the draws.
    """
    low, mid, high = np.quantile(draws, QUANTILES)
    return float(low), float(mid), float(high)
