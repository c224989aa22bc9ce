"""Capacities as products of powers of the facts that they rest on, so that a draw is one sum of logarithms."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from caspia.cost import Lookup, Servers, find_servers, read_key
from caspia.data import NO_FACT, Dataset, attribute_column
from caspia.study.drawn import GROUPS
from caspia.study.priced import Priced

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
READ = (*GROUPS["capacity"], *GROUPS["background"])
"""Facts of capacities; the price of scarcity has a law of its own."""
COMPLEMENT = frozenset({"background_share"})
"""Shares of which what is left makes the capacity."""
_NUDGE = 0.98
_LEAST = 0.02
"""Least share of its likely value that a fact is drawn at: a queue needs a capacity above 0."""
_FELT = 1e-6
_WHOLE = 0.01
"""Powers as near to a whole number are whole: the fact is a factor, not part of a sum."""


@dataclass(frozen=True, eq=False)
class CapacityLaw:
    """How the capacity of every server answers to the facts behind it.

    Attributes
    ----------
    powers : scipy.sparse.csr_matrix, shape (n_servers, n_facts)
        Power of each fact in each capacity: 1 where it multiplies, -1 where it divides.
    shares : scipy.sparse.csr_matrix, shape (n_servers, n_facts)
        Share of each fact in a sum that multiplies a capacity, as of the payloads of boxes and of bulk.
    slower : scipy.sparse.csr_matrix, shape (n_servers, n_facts)
        Share of each fact in a sum that divides a capacity, as of the stay in port in a round trip.
    fact : numpy.ndarray of int, shape (n_facts,)
        Rows of the facts.
    likely : numpy.ndarray, shape (n_facts,)
        Most likely value of each; of a share of others, what is left of it.
    complement : numpy.ndarray of bool, shape (n_facts,)
        Facts of which what is left counts.
    """

    powers: sparse.csr_matrix
    shares: sparse.csr_matrix
    slower: sparse.csr_matrix
    fact: IntArray
    likely: FloatArray
    complement: npt.NDArray[np.bool_]

    def factor(self, value: FloatArray) -> FloatArray:
        """What capacities are multiplied by where the facts have some values.

        Parameters
        ----------
        value : numpy.ndarray, shape (n_facts,)
            Drawn values.

        Returns
        -------
        numpy.ndarray, shape (n_servers,)
        """
        taken = np.where(self.complement, 1.0 - value, value)
        ratio = np.maximum(taken / self.likely, _LEAST)
        summed = (1.0 + self.shares @ (ratio - 1.0)) / (1.0 + self.slower @ (ratio - 1.0))
        return np.asarray(np.exp(self.powers @ np.log(ratio)) * summed)


def capacity_law(study: Priced, servers: Servers, names: tuple[str, ...] = READ) -> CapacityLaw:
    """Find the law by nudging all facts of one name at a time.

    A capacity rests on one fact of each name: that of its object, or of the class of it. What a nudge does tells
    whether the fact is a factor, or part of a sum that multiplies or divides.

    Parameters
    ----------
    study : Priced
        Data and network.
    servers : Servers
        Its capacities.
    names : tuple of str
        Attributes of the facts.

    Returns
    -------
    CapacityLaw
        Over facts with an interval only.
    """
    data = study.data
    facts, parts = data.facts, []
    first = facts.frame["rank"].to_numpy() == 1
    attribute = facts.frame["attribute"].to_numpy()
    for name in names:
        rows = np.flatnonzero(first & (attribute == name))
        if not len(rows) or not (facts.high[rows] > facts.low[rows]).any():
            continue
        value = facts.value.copy()
        nudged = 1.0 - _NUDGE * (1.0 - value[rows]) if name in COMPLEMENT else _NUDGE * value[rows]
        value[rows] = nudged
        moved = effective_capacity(study, value, servers)
        power = _powers(moved / servers.capacity)
        felt = np.flatnonzero(np.abs(power) > _FELT)
        behind = _facts_behind(data, servers, name)[felt]
        known = (behind != NO_FACT) & (facts.high[behind] > facts.low[behind])
        parts.append((felt[known], behind[known], power[felt][known], np.full(known.sum(), name in COMPLEMENT)))
    empty = np.empty(0, dtype=np.int64)
    stack = [np.concatenate(part) for part in zip(*parts, strict=True)] if parts else [empty, empty, empty, empty]
    fact, column = np.unique(stack[1], return_inverse=True)
    whole = np.abs(stack[2] - np.rint(stack[2])) < _WHOLE
    kinds = ((whole, np.rint(stack[2])), (~whole & (stack[2] > 0), stack[2]), (~whole & (stack[2] < 0), -stack[2]))
    shape = servers.n_servers, len(fact)
    matrices = [sparse.csr_matrix((power[own], (stack[0][own], column[own])), shape=shape) for own, power in kinds]
    complement = np.zeros(len(fact), dtype=bool)
    complement[column] = stack[3].astype(bool)
    likely = np.where(complement, 1.0 - facts.value[fact], facts.value[fact])
    powers, shares, slower = matrices
    return CapacityLaw(powers, shares, slower, fact, np.maximum(likely, 1e-9), complement)


def _powers(moved: FloatArray) -> FloatArray:
    """Powers of factors, and shares of parts of sums: above 0 where the sum multiplies, else below."""
    power = np.log(moved) / np.log(_NUDGE)
    is_part = np.abs(power - np.rint(power)) > _WHOLE
    share = np.where(power > 0, moved - 1.0, 1.0 - 1.0 / moved) / (_NUDGE - 1.0)
    return np.asarray(np.where(is_part, share, power))


def effective_capacity(study: Priced, value: FloatArray, servers: Servers) -> FloatArray:
    """Capacities where the facts have other values; what trains and ships carry less counts as capacity lost.

    Parameters
    ----------
    study : Priced
        Data and network.
    value : numpy.ndarray, shape (n_facts,)
        Values of all facts.
    servers : Servers
        Capacities at the values of the data.

    Returns
    -------
    numpy.ndarray, shape (n_servers,)
    """
    data = replace(study.data, facts=replace(study.data.facts, value=value))
    found = find_servers(Lookup(study.network, data.facts), data)
    entries = np.maximum(np.bincount(servers.server, minlength=servers.n_servers), 1)
    lighter = np.bincount(servers.server, servers.use / found.use, servers.n_servers) / entries
    return np.asarray(found.capacity * np.where(lighter > 0, lighter, 1.0))


def _facts_behind(data: Dataset, servers: Servers, name: str) -> IntArray:
    """Fact of a name behind each server: that of its object, else, of a crossing, that of its link."""
    column = attribute_column(name)
    found = np.full(servers.n_servers, NO_FACT, dtype=np.int64)
    ids = {table: {key: row for row, key in enumerate(data.tables[table]["id"])} for table in _tables(servers)}
    # Gathered once: what objects inherit is put together anew at each call.
    facts = {table: data.object_facts(table)[:, column] for table in {*ids, "links"}}
    links = {key: row for row, key in enumerate(data.tables["links"]["id"])}
    for nth, key in enumerate(servers.key):
        table, identity, _ = read_key(key)
        row = ids[table][identity]
        found[nth] = facts[table][row]
        if found[nth] == NO_FACT and table == "borders":
            found[nth] = facts["links"][links[data.tables["borders"]["link_id"].iloc[row]]]
    return found


def _tables(servers: Servers) -> set[str]:
    return {read_key(key)[0] for key in servers.key}
