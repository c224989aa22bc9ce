"""Costs of all routes as sums of doubted numbers, so that a draw of the facts is one product of a sparse matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from caspia.cost import ArcCosts, Lookup, Quantity, Reading, empty_haul_usd_per_t
from caspia.study.itinerary import Itinerary
from caspia.study.market import Market
from caspia.study.priced import Priced

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Column = tuple[str, tuple[float, float, float]]


@dataclass(frozen=True, eq=False)
class Ways:
    """Paths of cargo: all routes of a market, and some journeys beside them.

    Attributes
    ----------
    arcs : scipy.sparse.csr_matrix, shape (n_ways, n_arcs)
        How often each path uses each arc.
    commodity : numpy.ndarray of int, shape (n_ways,)
        Row of the table commodities.
    """

    arcs: sparse.csr_matrix
    commodity: IntArray

    @property
    def n_ways(self) -> int:
        """Number of paths."""
        return len(self.commodity)


def ways_of(study: Priced, market: Market, journeys: Sequence[Itinerary], goods: Sequence[str]) -> Ways:
    """Put routes and journeys together.

    Parameters
    ----------
    study : Priced
        Network.
    market : Market
        Routes.
    journeys : sequence of Itinerary
        Journeys; they follow the routes.
    goods : sequence of str
        Commodity of each journey.

    Returns
    -------
    Ways
    """
    routes = market.routes
    paths = [np.asarray(item.arcs, dtype=np.int64) for item in journeys]
    arcs = np.concatenate([routes.arcs.astype(np.int64), *paths])
    start = np.concatenate(
        [routes.start, routes.start[-1] + np.cumsum([len(path) for path in paths], dtype=np.int64)]
    )
    shape = len(start) - 1, study.network.n_arcs
    matrix = sparse.csr_matrix((np.ones(len(arcs)), arcs, start), shape=shape)
    ids = study.data.tables["commodities"]["id"].tolist()
    rows = np.array([ids.index(name) for name in goods], dtype=np.int64)
    return Ways(matrix, np.concatenate([market.commodity, rows]).astype(np.int64))


@dataclass(frozen=True, eq=False)
class WayCosts:
    """Money and time of paths as sums over columns of doubted numbers.

    Attributes
    ----------
    money : scipy.sparse.csr_matrix, shape (n_ways, n_money)
        Dollars a tonne for a unit of each doubted number.
    time : scipy.sparse.csr_matrix, shape (n_ways, n_time)
        Hours for a unit of each.
    money_usd_per_t, time_h : numpy.ndarray, shape (n_ways,)
        What is not doubted, empty returns included; waits for departures and storms at their expectation.
    spread_h : numpy.ndarray, shape (n_ways,)
        Sum of the standard deviations of time, which shippers feel by the ratio of reliability.
    storm_h : scipy.sparse.csr_matrix, shape (n_ways, n_places)
        Expected wait for the end of storms at each place of the table places.
    money_columns, time_columns : tuple
        Name and bounds of each column.
    """

    money: sparse.csr_matrix
    time: sparse.csr_matrix
    money_usd_per_t: FloatArray
    time_h: FloatArray
    spread_h: FloatArray
    storm_h: sparse.csr_matrix
    money_columns: tuple[Column, ...]
    time_columns: tuple[Column, ...]

    def some(self, ways: IntArray) -> WayCosts:
        """Costs of some of the paths.

        Parameters
        ----------
        ways : numpy.ndarray of int
            Paths to keep.

        Returns
        -------
        WayCosts
        """
        by_way = ("money", "time", "money_usd_per_t", "time_h", "spread_h", "storm_h")
        return replace(self, **{name: getattr(self, name)[ways] for name in by_way})


def way_costs(study: Priced, ways: Ways) -> WayCosts:
    """Compile the costs of paths.

    Parameters
    ----------
    study : Priced
        Data and network.
    ways : Ways
        Paths.

    Returns
    -------
    WayCosts
    """
    goods, n = study.data.tables["commodities"]["id"], ways.n_ways
    empties = empty_haul_usd_per_t(Lookup(study.network, study.data.facts), study.data)
    money, time = _Columns("money", study), _Columns("time", study)
    fixed = np.zeros((3, n))
    storms = []
    for row in np.unique(ways.commodity).tolist():
        costs, own = study.costs(str(goods.iloc[row])), np.flatnonzero(ways.commodity == row)
        paths = ways.arcs[own]
        tonnes = costs.cargo.tonnes
        fixed[0, own] = money.add(costs.money, paths, own, 1.0 / tonnes) + paths @ empties[row]
        fixed[1, own] = time.add(costs.time, paths, own, 1.0)
        fixed[2, own] = paths @ costs.time.sd
        storms.append(_storm_hours(study, costs, paths, own, n))
    return WayCosts(
        money=money.matrix(n),
        time=time.matrix(n),
        money_usd_per_t=fixed[0],
        time_h=fixed[1],
        spread_h=fixed[2],
        storm_h=sum(storms[1:], storms[0]),
        money_columns=money.columns,
        time_columns=time.columns,
    )


class _Columns:
    """Columns of a matrix while they grow; never leaves this module."""

    def __init__(self, name: str, study: Priced) -> None:
        self.name, self.keys = name, study.data.facts.frame["key"].tolist()
        self.place: dict[Column, int] = {}
        self.parts: list[tuple[IntArray, IntArray, FloatArray]] = []

    @property
    def columns(self) -> tuple[Column, ...]:
        """Names and bounds in the order of the columns."""
        return tuple(self.place)

    def add(self, quantity: Quantity, paths: sparse.csr_matrix, rows: IntArray, scale: float) -> FloatArray:
        """Add the doubted numbers of a quantity; the sum of the others for each path comes back."""
        known = quantity.variables
        doubted = (known.reading < Reading.HEADWAY) & (known.high > known.low)
        shape = len(quantity.start) - 1, len(known.fact)
        terms = sparse.csr_matrix((quantity.coefficient, quantity.variable, quantity.start), shape=shape)
        found = (paths @ terms).tocsc()
        for variable in np.flatnonzero(doubted).tolist():
            span = slice(found.indptr[variable], found.indptr[variable + 1])
            if span.start == span.stop:
                continue
            key = f"{self.keys[known.fact[variable]]}:{Reading(int(known.reading[variable])).name}"
            bounds = float(known.low[variable]), float(known.mode[variable]), float(known.high[variable])
            column = self.place.setdefault((f"{self.name}:{key}", bounds), len(self.place))
            members = rows[found.indices[span]]
            self.parts.append((members, np.full(len(members), column), found.data[span] * scale))
        return np.asarray(found @ np.where(doubted, 0.0, known.mean)) * scale

    def matrix(self, n_ways: int) -> sparse.csr_matrix:
        """All columns."""
        empty = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0)
        row, column, value = (np.concatenate(part) for part in zip(*(self.parts or [empty]), strict=True))
        return sparse.csr_matrix((value, (row, column)), shape=(n_ways, len(self.place)))


def _storm_hours(
    study: Priced, costs: ArcCosts, paths: sparse.csr_matrix, rows: IntArray, n_ways: int
) -> sparse.csr_matrix:
    """Expected hours that paths wait for the end of storms, by place."""
    network, quantity = study.network, costs.time
    known = quantity.variables
    closure = np.where(known.reading == Reading.CLOSURE, known.mean, 0.0)
    hours = quantity.at(closure)
    stormy = np.flatnonzero(hours > 0)
    place = network.vertices.place[network.arcs.tail[stormy]]
    shape = network.n_arcs, len(network.place_ids)
    at_place = sparse.csr_matrix((hours[stormy], (stormy, place)), shape=shape)
    found = (paths @ at_place).tocoo()
    return sparse.csr_matrix((found.data, (rows[found.row], found.col)), shape=(n_ways, shape[1]))
