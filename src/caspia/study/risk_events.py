"""Events of the data as edits of arrays: the routes that each shuts or slows, and the capacities that it takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from caspia.cost import Servers
from caspia.data import NO_FACT, WITHHOLDS, Dataset, attribute_column
from caspia.data.dataset import records
from caspia.network import ArcKind, Network
from caspia.scenario import Edit, read_selectors, select_rows
from caspia.study.market import Market
from caspia.study.risk_costs import Ways
from caspia.study.study import Study
from caspia.units import MONTHS_PER_YEAR

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
KINDS = {
    "links": (ArcKind.LINE,),
    "borders": (ArcKind.BORDER,),
    "services": (ArcKind.WAIT,),
    "terminals": (ArcKind.TERMINAL, ArcKind.GAUGE_CHANGE),
}
"""Arcs that a row of a table makes."""
RATE, DAYS, LOSS, DELAY = "events_per_year", "event_days", "event_loss_share", "event_delay_h"


@dataclass(frozen=True, eq=False)
class Events:
    """Kinds of events, and what each does.

    Attributes
    ----------
    rows : numpy.ndarray of int, shape (n_events,)
        Rows of the table events.
    ids, names, kinds : tuple of str
        As there.
    facts : numpy.ndarray of int, shape (n_events, 4)
        Facts of rate, days, loss and delay; -1 where there is none.
    closes : numpy.ndarray of bool, shape (n_events,)
        Whether each takes capacity; others delay.
    months : numpy.ndarray of bool, shape (n_events, 12)
        Months in which one may begin.
    touched : scipy.sparse.csr_matrix, shape (n_events, n_ways)
        1 where a path is shut or slowed.
    taken : scipy.sparse.csr_matrix, shape (n_events, n_servers)
        Share of each capacity that a whole closure takes.
    arcs : numpy.ndarray of bool, shape (n_events, n_arcs)
        Arcs that each closes or slows.
    """

    rows: IntArray
    ids: tuple[str, ...]
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    facts: IntArray
    closes: BoolArray
    months: BoolArray
    touched: sparse.csr_matrix
    taken: sparse.csr_matrix
    arcs: BoolArray


def find_events(study: Study, market: Market, ways: Ways, servers: Servers) -> Events:
    """Compile the events of a study.

    Parameters
    ----------
    study : Study
        Tables and network.
    market : Market
        Routes, which are the first of the paths.
    ways : Ways
        Paths.
    servers : Servers
        Capacities.

    Returns
    -------
    Events

    Raises
    ------
    caspia.errors.InputError
        A selector of an event is unknown or selects nothing.
    """
    data, network = study.data, study.network
    felt = felt_rows(data)
    every = list(records(data.tables["events"]))
    table = [every[row] for row in felt.tolist()]
    columns = [attribute_column(name) for name in (RATE, DAYS, LOSS, DELAY)]
    facts = data.own_facts("events")[felt][:, columns].astype(np.int64)
    rows = [
        selected_rows(data, item, data.where("events", row)) for row, item in zip(felt.tolist(), table, strict=True)
    ]
    shut = [arcs_of_rows(data, network, item.table, own) for item, own in zip(table, rows, strict=True)]
    arcs = np.array(shut, dtype=bool).reshape(len(table), network.n_arcs)
    passes = (ways.arcs @ sparse.csr_matrix(arcs.T.astype(np.float64))).tocsc()
    closes = np.array([item.action == "close" for item in table], dtype=bool)
    touched, taken = [], []
    for row, item in enumerate(table):
        chosen = np.zeros(ways.n_ways)
        chosen[passes.indices[passes.indptr[row] : passes.indptr[row + 1]]] = 1.0
        chosen *= _concerned(data, market, ways, item, rows[row])
        touched.append(sparse.csr_matrix(chosen))
        # A bar on some goods or on transit leaves the capacity to all others, and a delay leaves it to all.
        some = item.commodity_ids or item.form or item.origin_ids or item.table == "countries"
        whole = closes[row] and not some
        taken.append(sparse.csr_matrix(share_taken(servers, arcs[row]) if whole else np.zeros(servers.n_servers)))
    return Events(
        rows=felt,
        ids=tuple(item.id for item in table),
        names=tuple(item.name for item in table),
        kinds=tuple(item.kind for item in table),
        facts=facts,
        closes=closes,
        months=np.array([_months(item.months) for item in table], dtype=bool).reshape(-1, MONTHS_PER_YEAR),
        touched=_stack(touched, ways.n_ways),
        taken=_stack(taken, servers.n_servers),
        arcs=arcs,
    )


def felt_rows(data: Dataset) -> IntArray:
    """Events that flows feel, as rows of the table.

    Parameters
    ----------
    data : Dataset
        Tables.

    Returns
    -------
    numpy.ndarray of int, shape (n_events,)
    """
    return np.flatnonzero(data.tables["events"]["action"] != WITHHOLDS).astype(np.int64)


def _stack(rows: list[sparse.csr_matrix], width: int) -> sparse.csr_matrix:
    return sparse.vstack(rows, format="csr") if rows else sparse.csr_matrix((0, width))


def selected_rows(data: Dataset, event: Any, where: str) -> IntArray:
    """Rows of its table that an event closes or slows.

    Parameters
    ----------
    data : Dataset
        Tables.
    event : row of the table events
        With `table` and `selectors`.
    where : str
        How messages name it.

    Returns
    -------
    numpy.ndarray of int, shape (n,)

    Raises
    ------
    caspia.errors.InputError
        A selector is unknown or selects nothing.
    """
    criteria = read_selectors(event.selectors, where)
    return select_rows(data, Edit("close", event.table, criteria, event.source_id, event.name, where=where))


def arcs_of_rows(data: Dataset, network: Network, table: str, rows: Iterable[int]) -> BoolArray:
    """Arcs of some objects of a table: of a place all that begin or end there, of a state all that pass it.

    Parameters
    ----------
    data : Dataset
        Tables.
    network : Network
        The graph.
    table : str
        Name of the table.
    rows : iterable of int
        Rows of it.

    Returns
    -------
    numpy.ndarray of bool, shape (n_arcs,)
    """
    chosen, arcs = np.asarray(list(rows), dtype=np.int64), network.arcs
    if table == "countries":
        codes = data.tables["countries"]["id"].iloc[chosen]
        return network.passing_states([code for code in codes if code in network.countries])
    if table == "places":
        place = network.vertices.place
        return np.asarray(np.isin(place[arcs.tail], chosen) | np.isin(place[arcs.head], chosen), dtype=bool)
    return np.asarray(np.isin(arcs.kind, KINDS[table]) & np.isin(arcs.row, chosen), dtype=bool)


def share_taken(servers: Servers, arcs: BoolArray) -> FloatArray:
    """Share of each capacity that is used on some arcs, all uses counted alike.

    Parameters
    ----------
    servers : Servers
        Capacities.
    arcs : numpy.ndarray of bool, shape (n_arcs,)
        Arcs.

    Returns
    -------
    numpy.ndarray, shape (n_servers,)
        1 where all arcs of a server are among them.
    """
    entry = np.repeat(arcs, np.diff(servers.arc_start)).astype(np.float64)
    whole = np.bincount(servers.server, minlength=servers.n_servers)
    return np.bincount(servers.server, entry, servers.n_servers) / np.maximum(whole, 1)


def _concerned(data: Dataset, market: Market, ways: Ways, event: Any, rows: IntArray) -> BoolArray:
    """Paths whose goods an event concerns."""
    goods = data.tables["commodities"]
    found = np.ones(ways.n_ways, dtype=bool)
    if event.commodity_ids:
        found &= goods["id"].isin(event.commodity_ids.split(";")).to_numpy()[ways.commodity]
    if event.form:
        found &= (goods["form"] == event.form).to_numpy()[ways.commodity]
    if event.origin_ids:
        states = data.tables["places"]["country"].isin(event.origin_ids.split(";")).to_numpy()
        found[: len(market.routes.pair)] &= states[market.pairs.origin[market.routes.pair]]
    if event.table == "countries":
        # As of rules: what stops transit does not stop the trade of the state itself.
        own = data.tables["countries"]["id"].iloc[rows]
        states = data.tables["places"]["country"].isin(own).to_numpy()
        for side in (market.pairs.origin, market.pairs.destination):
            found[: len(market.routes.pair)] &= ~states[side[market.routes.pair]]
    return found


def _months(cell: str) -> BoolArray:
    chosen = {int(month) for month in cell.split(";") if month} or set(range(1, MONTHS_PER_YEAR + 1))
    return np.array([month in chosen for month in range(1, MONTHS_PER_YEAR + 1)], dtype=bool)


def event_bounds(data: Dataset, events: Events, column: int, default: float) -> tuple[FloatArray, ...]:
    """Low, most likely and high value of a quantity of all events.

    Parameters
    ----------
    data : Dataset
        Facts.
    events : Events
        Events.
    column : int
        Place in `Events.facts`.
    default : float
        Stands in where an event has no such fact.

    Returns
    -------
    tuple of numpy.ndarray, each of shape (n_events,)
    """
    fact, facts = events.facts[:, column], data.facts
    known = fact != NO_FACT
    return tuple(
        np.where(known, end[np.where(known, fact, 0)], default) for end in (facts.low, facts.value, facts.high)
    )
