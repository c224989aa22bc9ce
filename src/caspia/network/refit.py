"""The graph of data of which only numbers were edited: the same vertices and arcs, other facts behind them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from caspia.data import NO_FACT, Dataset, attribute_column
from caspia.network.build import CLOSURES
from caspia.network.network import ArcKind, Network, Role

FactRows = npt.NDArray[np.int32]
WHOLE = ("places", "classes", "terminals", "countries")
STATUS = ("links", "borders", "services")
_TABLE = {
    ArcKind.LINE: "links",
    ArcKind.BORDER: "borders",
    ArcKind.WAIT: "services",
    ArcKind.TERMINAL: "terminals",
    ArcKind.GAUGE_CHANGE: "terminals",
}


def same_graph(before: Dataset, after: Dataset) -> bool:
    """Whether two data sets have the same graph: the second is an edit of the first that opens and closes nothing.

    Parameters
    ----------
    before, after : Dataset
        Tables.

    Returns
    -------
    bool
    """
    if any(after.tables[name] is not before.tables[name] for name in WHOLE):
        return False
    return all(
        after.tables[name] is before.tables[name]
        or after.tables[name]["status"].equals(before.tables[name]["status"])
        for name in STATUS
    )


def refit(network: Network, after: Dataset) -> Network:
    """Put the facts of an edited data set behind the arcs of a network.

    Parameters
    ----------
    network : Network
        Of a data set with the same graph; see `same_graph`.
    after : Dataset
        The edited data.

    Returns
    -------
    Network
        Equal to that which `build_network` makes of the data.
    """
    arcs = network.arcs
    facts = np.full_like(arcs.facts, NO_FACT)
    for kind, table in _TABLE.items():
        own = np.flatnonzero(arcs.kind == kind)
        facts[own] = after.object_facts(table)[arcs.row[own]]
    ends = np.flatnonzero(np.isin(arcs.kind, (ArcKind.LOADING, ArcKind.UNLOADING)))
    facts[ends] = after.class_facts[arcs.row[ends]]
    _sailings(network, after, facts)
    _weather(network, after, facts)
    length_fact = facts[:, attribute_column("length_km")]
    length = np.where((arcs.kind == ArcKind.LINE) & (length_fact >= 0), after.facts.value[length_fact], 0.0)
    for array in (facts, length):
        array.flags.writeable = False
    return replace(network, arcs=replace(arcs, facts=facts, length_km=length))


def _sailings(network: Network, after: Dataset, facts: FactRows) -> None:
    """Facts of a service stand before those of the line that it sails."""
    arcs = network.arcs
    waits = np.flatnonzero(arcs.kind == ArcKind.WAIT)
    service = np.full(network.n_vertices, -1, dtype=np.int64)
    on_deck = waits[network.vertices.role[arcs.head[waits]] == Role.SAILING]
    service[arcs.head[on_deck]] = arcs.row[on_deck]
    sailing = np.flatnonzero((arcs.kind == ArcKind.LINE) & (service[arcs.tail] >= 0))
    own = after.object_facts("services")[service[arcs.tail[sailing]]]
    facts[sailing] = np.where(own == NO_FACT, facts[sailing], own)


def _weather(network: Network, after: Dataset, facts: FactRows) -> None:
    """Facts on closures of a place stand before those of the services there."""
    arcs = network.arcs
    waits = np.flatnonzero(arcs.kind == ArcKind.WAIT)
    columns = np.array([attribute_column(name) for name in CLOSURES])
    own = after.object_facts("places")[network.vertices.place[arcs.tail[waits]]][:, columns]
    now = facts[np.ix_(waits, columns)]
    facts[np.ix_(waits, columns)] = np.where(own == NO_FACT, now, own)
