"""What is read from the equilibria of a year: tonnes, shares, losses, revenue, and journeys of boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from caspia.assignment import Choice, LogitEquilibrium
from caspia.cost import Measure, Servers, cargo_of
from caspia.demand import t_per_teu
from caspia.study.corridors import CORRIDORS
from caspia.study.flow_frames import LAND
from caspia.study.flows import Flows
from caspia.study.itinerary import Itinerary
from caspia.study.rollout_figures import EAST, WEST
from caspia.study.transit import abroad, route_money

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
EARNERS = ("KZ", "AZ", "GE", "TR", "UZ", "TM", "RU", "CN", "IR")
"""States whose revenue from transit is told."""
OIL, PRODUCER = "crude-oil", "KZ"
REGION = ("AM", "AZ", "GE", "KG", "KZ", "TJ", "TM", "UZ")
"""States whose trade is looked at apart: Central Asia and the South Caucasus."""


@dataclass(frozen=True)
class Metric:
    """A number of a year.

    Attributes
    ----------
    name : str
        With the unit at its end.
    label : str
        What it is, in words.
    unit : str
        Unit in words.
    higher_is_worse : bool
        Whether its bad end is the upper one.
    """

    name: str
    label: str
    unit: str
    higher_is_worse: bool


@dataclass(frozen=True, eq=False)
class Journey:
    """A reference consignment and its ways by the corridor.

    Attributes
    ----------
    id, name : str
        As in the table consignments.
    commodity : str
        Id of what is carried.
    ways : tuple of Itinerary
        The best and some others, between which queues choose.
    """

    id: str
    name: str
    commodity: str
    ways: tuple[Itinerary, ...]


@dataclass(frozen=True, eq=False)
class Metrics:
    """Metrics of a model.

    Attributes
    ----------
    metrics : tuple of Metric
        In the order of the columns.
    sums : scipy.sparse.csr_matrix, shape (n_sums, n_routes)
        What a tonne on each route adds to sums: tonnes and boxes of the Caspian corridor, its tonnes and those of
        all land corridors between East and West, oil of the producer abroad, and revenue of states.
    queues : scipy.sparse.csr_matrix, shape (n_ways, n_servers)
        How often each way of the journeys waits at each server.
    journey : numpy.ndarray of int, shape (n_ways,)
        Journey of each way, ascending.
    tonnes : numpy.ndarray, shape (n_journeys,)
        Tonnes of a unit of each.
    region : numpy.ndarray of bool, shape (n_pairs,)
        Pairs of which one end lies in Central Asia or the South Caucasus.
    """

    metrics: tuple[Metric, ...]
    sums: sparse.csr_matrix
    queues: sparse.csr_matrix
    journey: npt.NDArray[np.int64]
    tonnes: FloatArray
    region: BoolArray

    def some(self, chosen: BoolArray) -> Metrics:
        """The same for some of the routes.

        Parameters
        ----------
        chosen : numpy.ndarray of bool, shape (n_routes,)
            Routes to keep.

        Returns
        -------
        Metrics
        """
        return replace(self, sums=self.sums[:, chosen])

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the metrics."""
        return tuple(item.name for item in self.metrics)

    @property
    def n_journeys(self) -> int:
        """Number of journeys."""
        return len(self.tonnes)

    @property
    def place_of_loss(self) -> int:
        """Place of the loss of users in what is read."""
        return int(self.sums.shape[0]) + 1

    def scale(self, floor: FloatArray, likely: FloatArray) -> FloatArray:
        """By what changes at the likely values are multiplied in a draw: sums by how large they are, all else by 1.

        Parameters
        ----------
        floor, likely : numpy.ndarray
            What is read in the draw and at the likely values.

        Returns
        -------
        numpy.ndarray
            0 to 3.
        """
        found, n = np.ones(len(floor)), self.sums.shape[0]
        known = likely[:n] > 0
        found[:n] = np.where(known, floor[:n] / np.where(known, likely[:n], 1.0), 1.0)
        return np.asarray(np.clip(found, 0.0, 3.0))

    def read(
        self,
        found: LogitEquilibrium,
        journeys: tuple[FloatArray, FloatArray],
        quiet: LogitEquilibrium | None = None,
        wants: Choice | None = None,
    ) -> FloatArray:
        """Read what adds up over the states of a year.

        Parameters
        ----------
        found : LogitEquilibrium
            Equilibrium of the state.
        journeys : tuple of numpy.ndarray, each of shape (n_journeys,)
            Dollars a tonne, and hours.
        quiet : LogitEquilibrium, optional
            That of the rest of the year, against which the loss of users is told.
        wants : Choice, optional
            How demand answers to it.

        Returns
        -------
        numpy.ndarray
            Sums; unserved tonnes; loss of all users and of those of the region; journeys.
        """
        lost = np.zeros(len(self.region))
        if quiet is not None and wants is not None:
            lost = loss_by_pair(quiet, found, wants)
        losses = [found.unserved.sum(), lost.sum(), lost[self.region].sum()]
        return np.concatenate([self.sums @ found.flow, losses, *journeys])

    def finish(self, row: FloatArray, slowed_usd: tuple[float, float]) -> FloatArray:
        """Make metrics of the mean of a year.

        Parameters
        ----------
        row : numpy.ndarray
            Mean of what `read` gives.
        slowed_usd : (float, float)
            What all users, and those of the region, lose in waits for the end of short events.

        Returns
        -------
        numpy.ndarray, shape (n_metrics,)
        """
        n, journeys = self.sums.shape[0], len(self.tonnes)
        tonnes, boxes, own, land, oil = row[:5]
        share = own / land if land > 0 else 0.0
        losses = row[n + 1 : n + 3] + np.array(slowed_usd)
        money, time = row[n + 3 : n + 3 + journeys] * self.tonnes, row[n + 3 + journeys :]
        return np.array(
            [tonnes, boxes, share, row[n], *losses, oil, *row[5:n], *np.column_stack([time, money]).ravel()]
        )


def loss_by_pair(quiet: LogitEquilibrium, found: LogitEquilibrium, wants: Choice) -> FloatArray:
    """What users lose in another world: the area under the demand curve between the logsums.

    Parameters
    ----------
    quiet, found : LogitEquilibrium
        The world before, and that after.
    wants : Choice
        Demand, which is as large as its amount in the world before.

    Returns
    -------
    numpy.ndarray, shape (n_pairs,)
        Dollars a year, above 0 where they lose. Pairs that have a route in one of the worlds only count as nothing:
        their cargo is told as unserved.

    References
    ----------
    Small, K. A., Rosen, H. S. (1981). Applied welfare economics with discrete choice models. Econometrica 49 (1),
    105-130.
    """
    known = np.isfinite(quiet.logsum) & np.isfinite(found.logsum)
    rise = np.where(known, np.where(known, found.logsum, 0.0) - np.where(known, quiet.logsum, 0.0), 0.0)
    answers = wants.response < 0
    slope = np.where(answers, wants.response, -1.0)
    return np.where(answers, wants.amount * np.expm1(slope * rise) / slope, wants.amount * rise)


def find_metrics(flows: Flows, journeys: Sequence[Journey]) -> Metrics:
    """Say what is read from a model.

    Parameters
    ----------
    flows : Flows
        Flows of the model.
    journeys : sequence of Journey
        Journeys of boxes.

    Returns
    -------
    Metrics
    """
    market, data = flows.model.market, flows.model.study.data
    demand = data.tables["demand"].iloc[market.pairs.demand[market.routes.pair]]
    starts, ends = (demand[name].to_numpy() for name in ("origin_id", "destination_id"))
    between = (np.isin(starts, list(EAST)) & np.isin(ends, list(WEST))) | (
        np.isin(starts, list(WEST)) & np.isin(ends, list(EAST))
    )
    corridor = np.array(CORRIDORS, dtype=object)[market.routes.kind]
    caspian, by_land = corridor == "Caspian", np.isin(corridor, LAND)
    teu = 1.0 / t_per_teu(data)[market.commodity]
    states = data.tables["places"]["country"].to_numpy(dtype=object)
    home, away = (
        states[side[market.routes.pair]] == PRODUCER for side in (market.pairs.origin, market.pairs.destination)
    )
    oil = (data.tables["commodities"]["id"] == OIL).to_numpy()[market.commodity] & home & ~away
    rows = [caspian, caspian * teu, caspian & between, by_land & between, oil]
    earned, codes = _revenue(flows)
    sums = sparse.csr_matrix(np.vstack([np.asarray(row, dtype=np.float64) for row in [*rows, *earned]]))
    return Metrics(
        metrics=_metrics(codes, [(item.id, item.name) for item in journeys]),
        sums=sums,
        queues=_queues(flows.model.servers, [way for item in journeys for way in item.ways]),
        journey=np.repeat(np.arange(len(journeys)), [len(item.ways) for item in journeys]).astype(np.int64),
        tonnes=np.array([cargo_of(data, item.commodity).tonnes for item in journeys]),
        region=region_of(flows),
    )


def region_of(flows: Flows) -> BoolArray:
    """Pairs of which one end lies in Central Asia or the South Caucasus.

    Parameters
    ----------
    flows : Flows
        Flows.

    Returns
    -------
    numpy.ndarray of bool, shape (n_pairs,)
    """
    pairs = flows.model.market.pairs
    inside = flows.model.study.data.tables["places"]["country"].isin(REGION).to_numpy(dtype=bool)
    return np.asarray(inside[pairs.origin] | inside[pairs.destination])


def _revenue(flows: Flows) -> tuple[list[FloatArray], list[str]]:
    """Dollars that a tonne on each route pays in transit to each of the states, at the prices of the data."""
    network, routes = flows.model.study.network, flows.model.market.routes
    place, state, share = abroad(flows)
    paid = route_money(flows)[place] * share
    codes = [code for code in EARNERS if code in network.countries]
    rows: list[FloatArray] = []
    for code in codes:
        own = state == list(network.countries).index(code)
        rows.append(np.bincount(routes.route_of_arc[place[own]], paid[own], len(routes.pair)).astype(np.float64))
    return rows, codes


def _metrics(codes: Sequence[str], journeys: Sequence[tuple[str, str]]) -> tuple[Metric, ...]:
    found = [
        Metric("caspian_t", "Trans-Caspian cargo, oil and all other goods", "tonnes a year", False),
        Metric("caspian_teu", "Trans-Caspian cargo in boxes", "TEU a year", False),
        Metric("caspian_share", "Trans-Caspian share of land cargo between East and West", "share", False),
        Metric("unserved_t", "Cargo without any open way", "tonnes a year", True),
        Metric("loss_usd", "Loss of all users to events", "dollars a year", True),
        Metric("loss_region_usd", "of these in Central Asia and the South Caucasus", "dollars a year", True),
        Metric("kz_oil_t", "Oil of Kazakhstan delivered abroad", "tonnes a year", False),
    ]
    found += [
        Metric(f"revenue_{code.lower()}_usd", f"Transit revenue, {code}", "dollars a year", False) for code in codes
    ]
    for key, name in journeys:
        short = key.removeprefix("cns-").replace("-", "_")
        found.append(Metric(f"{short}_h", f"{name} over the Caspian, time", "hours", True))
        found.append(Metric(f"{short}_usd", f"{name} over the Caspian, cost", "dollars a box", True))
    return tuple(found)


def _queues(servers: Servers, journeys: Sequence[Itinerary]) -> sparse.csr_matrix:
    """How often a box waits at each server on journeys; returning empties wait on their own."""
    rows = np.zeros((len(journeys), servers.n_servers))
    for nth, item in enumerate(journeys):
        for arc in np.asarray(item.arcs).tolist():
            span = slice(servers.arc_start[arc], servers.arc_start[arc + 1])
            felt = np.isin(servers.measure[span], (Measure.BOX, Measure.ANY))
            np.add.at(rows[nth], np.unique(servers.server[span][felt]), 1.0)
    return sparse.csr_matrix(rows)
