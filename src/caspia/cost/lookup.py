"""From attributes of arcs to terms: the one place where facts are looked up for the cost functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from caspia.cost.variables import FloatArray, IntArray, Terms, inverse_terms, value_terms
from caspia.data import Facts
from caspia.network import ArcKind, Network

BoolArray = npt.NDArray[np.bool_]
Read = Callable[[IntArray, FloatArray, IntArray, Sequence[FloatArray]], Terms]


@dataclass(frozen=True)
class Lookup:
    """A network and the facts behind its arcs."""

    network: Network
    facts: Facts

    @property
    def n_arcs(self) -> int:
        """Number of arcs."""
        return self.network.n_arcs

    @property
    def bounds(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Low, value and high of every fact."""
        return self.facts.low, self.facts.value, self.facts.high

    def arcs_of(self, kind: ArcKind) -> IntArray:
        """Arcs of a kind.

        Parameters
        ----------
        kind : ArcKind
            The kind.

        Returns
        -------
        numpy.ndarray of int, shape (n,)
            Numbers of the arcs, ascending.
        """
        return np.flatnonzero(self.network.arcs.kind == kind)

    def value(self, attribute: str, default: float = np.nan) -> FloatArray:
        """Value of an attribute on every arc.

        Parameters
        ----------
        attribute : str
            Name of the attribute.
        default : float
            Stands in where an arc has no such fact.

        Returns
        -------
        numpy.ndarray, shape (n_arcs,)
            Values in the unit of the attribute.
        """
        fact = self.network.fact(attribute)
        return np.where(fact >= 0, self.facts.value[fact], default)

    def direct(self, arcs: IntArray, attribute: str, coefficient: FloatArray) -> Terms:
        """Terms `coefficient x fact` on those of the arcs that have the fact.

        Parameters
        ----------
        arcs : numpy.ndarray of int, shape (n,)
            Arcs to look at.
        attribute : str
            Name of the attribute.
        coefficient : numpy.ndarray, shape (n_arcs,)
            Multiplies the fact.

        Returns
        -------
        Terms
            One for each arc that has the fact.
        """
        return self._terms(value_terms, arcs, attribute, coefficient)

    def inverse(self, arcs: IntArray, attribute: str, coefficient: FloatArray) -> Terms:
        """Terms `coefficient / fact` on those of the arcs that have the fact.

        Parameters
        ----------
        arcs : numpy.ndarray of int, shape (n,)
            Arcs to look at.
        attribute : str
            Name of the attribute.
        coefficient : numpy.ndarray, shape (n_arcs,)
            Is divided by the fact (a length in km by a speed in km/h).

        Returns
        -------
        Terms
            One for each arc that has the fact.
        """
        return self._terms(inverse_terms, arcs, attribute, coefficient)

    def _terms(self, read: Read, arcs: IntArray, attribute: str, coefficient: FloatArray) -> Terms:
        fact = self.network.fact(attribute)
        chosen = arcs[fact[arcs] >= 0]
        return read(chosen, coefficient[chosen], fact[chosen].astype(np.int64), self.bounds)

    def priced(
        self, arcs: IntArray, names: Sequence[tuple[str, float]], coefficient: FloatArray
    ) -> tuple[list[Terms], BoolArray]:
        """Terms from the first attribute that each arc has.

        Parameters
        ----------
        arcs : numpy.ndarray of int, shape (n,)
            Arcs to price.
        names : sequence of (str, float)
            Attributes, best first, each with its factor.
        coefficient : numpy.ndarray, shape (n_arcs,)
            Multiplies the factor.

        Returns
        -------
        terms : list of Terms
        found : numpy.ndarray of bool, shape (n_arcs,)
            Arcs that have one of the attributes.
        """
        found = np.zeros(self.n_arcs, dtype=bool)
        terms = []
        for name, factor in names:
            rest = arcs[~found[arcs]]
            terms.append(self.direct(rest, name, coefficient * factor))
            found |= self.network.fact(name) >= 0
        return terms, found
