"""Random variables behind the costs, and sums of them over arcs.

Every quantity (money, time, emission) of an arc is a sum of terms `coefficient x variable`. A variable is one
fact under one reading, so two arcs that rest on the same fact vary together and the rest vary apart:

==========  =============================================  =====================
reading     variable                                       distribution
==========  =============================================  =====================
VALUE       the fact                                       PERT(low, value, high)
INVERSE     one over the fact (hours per km from km/h)     PERT(1/high, 1/value, 1/low)
HEADWAY     wait for the next of f departures a week       uniform(0, 168 h / f)
CLOSURE     share p of the month closed for spells of s    with probability p uniform(0, s), else 0
==========  =============================================  =====================

References
----------
Malcolm, D. G. et al. (1959), Application of a technique for research and development program evaluation,
Operations Research 7 (5), 646-669 (the PERT distribution).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from caspia.units import HOURS_PER_WEEK

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


class Reading(IntEnum):
    """How a fact becomes a variable."""

    VALUE = 0
    INVERSE = 1
    HEADWAY = 2
    CLOSURE = 3


@dataclass(frozen=True)
class Variables:
    """Variables as columns of shape (n_variables,).

    Attributes
    ----------
    fact : numpy.ndarray of int
        Row of the fact (of a closure: of its share in the month).
    reading : numpy.ndarray of int
        A Reading.
    low, mode, high : numpy.ndarray
        PERT parameters; of HEADWAY 0, headway, headway; of CLOSURE share, spell, spell.
    """

    fact: IntArray
    reading: IntArray
    low: FloatArray
    mode: FloatArray
    high: FloatArray

    @property
    def mean(self) -> FloatArray:
        """Expected value of each variable."""
        pert = (self.low + 4 * self.mode + self.high) / 6
        headway, closure = self.reading == Reading.HEADWAY, self.reading == Reading.CLOSURE
        return np.asarray(np.select([headway, closure], [self.mode / 2, self.low * self.mode / 2], pert))

    @property
    def sd(self) -> FloatArray:
        """Standard deviation of each variable."""
        mean = self.mean
        pert = (mean - self.low) * (self.high - mean) / 7
        closure = self.low * self.mode**2 / 3 - mean**2
        variance = np.select(
            [self.reading == Reading.HEADWAY, self.reading == Reading.CLOSURE],
            [self.mode**2 / 12, closure],
            pert,
        )
        return np.asarray(np.sqrt(np.maximum(variance, 0.0)))


@dataclass(frozen=True)
class Terms:
    """Terms that a cost function contributes: one per arc, all of the same reading.

    Attributes
    ----------
    arc : numpy.ndarray of int, shape (n,)
    coefficient : numpy.ndarray, shape (n,)
    fact : numpy.ndarray of int, shape (n,)
    reading : Reading
    low, mode, high : numpy.ndarray, shape (n,)
        Parameters as in `Variables`.
    """

    arc: IntArray
    coefficient: FloatArray
    fact: IntArray
    reading: Reading
    low: FloatArray
    mode: FloatArray
    high: FloatArray


@dataclass(frozen=True)
class Quantity:
    """Sums of variables over arcs.

    Attributes
    ----------
    name : str
        `money`, `time` or `emission`.
    variables : Variables
        Distinct variables.
    start : numpy.ndarray of int, shape (n_arcs + 1,)
        Terms of arc a are `start[a]:start[a + 1]`.
    variable, coefficient : numpy.ndarray, shape (n_terms,)
        The terms in order of arcs.
    mean, sd : numpy.ndarray, shape (n_arcs,)
        Expected value; standard deviation if the variables of an arc vary together (an upper bound).
    """

    name: str
    variables: Variables
    start: IntArray
    variable: IntArray
    coefficient: FloatArray
    mean: FloatArray
    sd: FloatArray

    def terms_of(self, arcs: npt.ArrayLike) -> tuple[IntArray, FloatArray]:
        """Variables and summed coefficients of a path.

        Parameters
        ----------
        arcs : array_like of int, shape (n,)
            Arcs of the path.

        Returns
        -------
        variable : numpy.ndarray of int, shape (k,)
            Distinct variables, ascending.
        coefficient : numpy.ndarray, shape (k,)
            Sum of their coefficients.
        """
        chosen = np.asarray(arcs, dtype=np.int64)
        spans = [np.arange(self.start[a], self.start[a + 1]) for a in chosen]
        terms = np.concatenate(spans) if spans else np.empty(0, dtype=np.int64)
        variable, inverse = np.unique(self.variable[terms], return_inverse=True)
        weights = np.bincount(inverse, weights=self.coefficient[terms], minlength=len(variable))
        return variable, weights.astype(float)

    def at(self, value: FloatArray) -> FloatArray:
        """Quantity of every arc where the variables have some values.

        Parameters
        ----------
        value : numpy.ndarray, shape (n_variables,)
            Value of every variable.

        Returns
        -------
        numpy.ndarray, shape (n_arcs,)
        """
        n_arcs = len(self.start) - 1
        arc = np.repeat(np.arange(n_arcs), np.diff(self.start))
        return _sum_by_arc(arc, self.coefficient * value[self.variable], n_arcs)


def gather(name: str, n_arcs: int, parts: Sequence[Terms]) -> Quantity:
    """Collect the terms of a quantity.

    Parameters
    ----------
    name : str
        Name of the quantity.
    n_arcs : int
        Number of arcs of the network.
    parts : sequence of Terms
        Contributions; an arc may occur in several.

    Returns
    -------
    Quantity
        Terms in order of arcs over distinct variables.
    """
    arc = np.concatenate([part.arc for part in parts]).astype(np.int64)
    coefficient = np.concatenate([part.coefficient for part in parts])
    fact = np.concatenate([part.fact for part in parts]).astype(np.int64)
    reading = np.concatenate([np.full(len(part.arc), int(part.reading)) for part in parts]).astype(np.int64)
    bounds = [np.concatenate([getattr(part, name) for part in parts]) for name in ("low", "mode", "high")]
    key = fact * len(Reading) + reading
    _, first, variable = np.unique(key, return_index=True, return_inverse=True)
    variables = Variables(fact[first], reading[first], *(bound[first] for bound in bounds))
    order = np.argsort(arc, kind="stable")
    start = np.searchsorted(arc[order], np.arange(n_arcs + 1))
    mean = _sum_by_arc(arc, coefficient * variables.mean[variable], n_arcs)
    sd = _sum_by_arc(arc, np.abs(coefficient) * variables.sd[variable], n_arcs)
    return Quantity(name, variables, start, variable[order], coefficient[order], mean, sd)


def _sum_by_arc(arc: IntArray, amount: FloatArray, n_arcs: int) -> FloatArray:
    return np.bincount(arc, weights=amount, minlength=n_arcs).astype(np.float64)


def value_terms(arc: IntArray, coefficient: FloatArray, fact: IntArray, bounds: Sequence[FloatArray]) -> Terms:
    """Terms that read facts as they are.

    Parameters
    ----------
    arc : numpy.ndarray of int, shape (n,)
        Arc of each term.
    coefficient : numpy.ndarray, shape (n,)
        Multiplies the fact.
    fact : numpy.ndarray of int, shape (n,)
        Row of the fact.
    bounds : sequence of numpy.ndarray, each of shape (n_facts,)
        Low, value and high of every fact.

    Returns
    -------
    Terms
        Of the reading VALUE.
    """
    low, mode, high = (bound[fact] for bound in bounds)
    return Terms(arc, coefficient, fact, Reading.VALUE, low, mode, high)


def inverse_terms(arc: IntArray, coefficient: FloatArray, fact: IntArray, bounds: Sequence[FloatArray]) -> Terms:
    """Terms that read facts as one over them (a speed as hours per km).

    Parameters
    ----------
    arc : numpy.ndarray of int, shape (n,)
        Arc of each term.
    coefficient : numpy.ndarray, shape (n,)
        Is divided by the fact.
    fact : numpy.ndarray of int, shape (n,)
        Row of the fact; its bounds are above 0.
    bounds : sequence of numpy.ndarray, each of shape (n_facts,)
        Low, value and high of every fact.

    Returns
    -------
    Terms
        Of the reading INVERSE.
    """
    low, mode, high = (bound[fact] for bound in bounds)
    return Terms(arc, coefficient, fact, Reading.INVERSE, 1 / high, 1 / mode, 1 / low)


def headway_terms(arc: IntArray, fact: IntArray, bounds: Sequence[FloatArray]) -> Terms:
    """Waits for scheduled departures, in hours.

    Parameters
    ----------
    arc : numpy.ndarray of int, shape (n,)
        Arc of each wait.
    fact : numpy.ndarray of int, shape (n,)
        Row of the fact that holds the departures per week.
    bounds : sequence of numpy.ndarray, each of shape (n_facts,)
        Low, value and high of every fact; only the value is read.

    Returns
    -------
    Terms
        Of the reading HEADWAY.
    """
    headway = HOURS_PER_WEEK / bounds[1][fact]
    zero = np.zeros(len(arc))
    return Terms(arc, np.ones(len(arc)), fact, Reading.HEADWAY, zero, headway, headway)


def closure_terms(arc: IntArray, fact: IntArray, share: FloatArray, spell_h: FloatArray) -> Terms:
    """Waits for the end of weather closures, in hours.

    Parameters
    ----------
    arc : numpy.ndarray of int, shape (n,)
        Arc of each wait.
    fact : numpy.ndarray of int, shape (n,)
        Row of the fact that holds the share.
    share : numpy.ndarray, shape (n,)
        Share of the time that is closed, 0 to 1.
    spell_h : numpy.ndarray, shape (n,)
        Length of one closure, in hours.

    Returns
    -------
    Terms
        Of the reading CLOSURE.
    """
    return Terms(arc, np.ones(len(arc)), fact, Reading.CLOSURE, share, spell_h, spell_h)
