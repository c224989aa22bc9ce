"""What one world of one year says of the corridor: tonnes, boxes, shares, door-to-door time and cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from caspia.assignment import LogitEquilibrium
from caspia.cost import Sampler
from caspia.demand import t_per_teu
from caspia.errors import InputError, Problem
from caspia.investment.rollout import mixture_times
from caspia.study.changed_arcs import BOXES
from caspia.study.corridors import CORRIDORS
from caspia.study.flow_frames import LAND, SEGMENTS
from caspia.study.project_model import ProjectModel
from caspia.study.traffic import counted

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
COUNTS = {"t": "cnt-titr", "teu": "cnt-titr-teu"}
"""Rows of the table counts that are the official statistic of the Trans-Caspian route."""
FIGURES = ("modelled_t", "modelled_teu", "share", "share_teu", "time_h_p50", "time_h_p90", "cost_usd_per_teu")
EUROPE = SEGMENTS["China-Europe and Türkiye"][1]
EAST = SEGMENTS["China-Europe and Türkiye"][0] | SEGMENTS["Central Asia-Europe and Türkiye"][0]
WEST = EUROPE | SEGMENTS["Central Asia-Caucasus"][1]
"""Zones between which shares are told; times and costs are those to and from Europe and Türkiye alone."""
_WORTH_A_LOOK_T = 1.0
_DRAWS = 200
"""Draws behind the standard deviation of a route."""


@dataclass(frozen=True, eq=False)
class Figures:
    """What is counted, and how long and dear the routes are.

    Attributes
    ----------
    model : ProjectModel
        Routes.
    scope : mapping of str to numpy.ndarray of bool, each of shape (n_routes,)
        Routes of the official statistic, of `t` and `teu`.
    observed : mapping of str to float
        The statistic of the first year, of `t` and `teu`.
    by_land : numpy.ndarray of bool, shape (n_routes,)
        Routes over land between China or Central Asia and the West.
    caspian : numpy.ndarray of bool, shape (n_routes,)
        Routes of the corridor.
    t_per_teu : numpy.ndarray, shape (n_routes,)
        Tonnes in a box; inf for other cargo.
    boxes : numpy.ndarray of int, shape (n_boxes,)
        Routes of boxes by the corridor to and from Europe.
    pair : numpy.ndarray of int, shape (n_boxes,)
        Pair of each of these routes, counted from 0.
    basket_teu : numpy.ndarray, shape (n_pairs,)
        Boxes of each of these pairs in the first year: times and costs are told of the same cargo in every year.
    free_h, sd_h, money_usd : numpy.ndarray, shape (n_boxes,)
        Time without queues, its standard deviation, and money of a box on each.
    faster_h, cheaper_usd : numpy.ndarray, shape (n_projects, n_boxes)
        What each project takes from them.
    passed : scipy.sparse.csr_matrix, shape (n_boxes, n_servers)
        How often a box on each waits at each server.
    """

    model: ProjectModel
    scope: Mapping[str, BoolArray]
    observed: Mapping[str, float]
    by_land: BoolArray
    caspian: BoolArray
    t_per_teu: FloatArray
    boxes: IntArray
    pair: IntArray
    basket_teu: FloatArray
    free_h: FloatArray
    sd_h: FloatArray
    money_usd: FloatArray
    faster_h: FloatArray
    cheaper_usd: FloatArray
    passed: sparse.csr_matrix

    def of(self, found: LogitEquilibrium, opened: BoolArray, yields: FloatArray | None = None) -> FloatArray:
        """Figures of one world.

        Parameters
        ----------
        found : LogitEquilibrium
            Flows and queues.
        opened : numpy.ndarray of bool, shape (n_projects,)
            Projects that are open.
        yields : numpy.ndarray, shape (n_projects,), optional
            What each project yields over what was computed; 1 if left out.

        Returns
        -------
        numpy.ndarray, shape (n_figures,)
            In the order of `FIGURES`; shares, times and costs are NaN where nothing moves.
        """
        flow, teu = found.flow, found.flow / self.t_per_teu
        weight = opened.astype(float) if yields is None else np.where(opened, yields, 0.0)
        share = [self._share(amount) for amount in (flow, teu)]
        times, cost = self._boxes(found, teu[self.boxes], weight)
        return np.array([flow[self.scope["t"]].sum(), teu[self.scope["teu"]].sum(), *share, *times, cost])

    def _share(self, amount: FloatArray) -> float:
        whole = amount[self.by_land].sum()
        return float(amount[self.by_land & self.caspian].sum() / whole) if whole > 0 else np.nan

    def _boxes(
        self, found: LogitEquilibrium, teu: FloatArray, weight: FloatArray
    ) -> tuple[tuple[float, ...], float]:
        """Times within which half and nine tenths of the boxes arrive, and what one pays."""
        waits = np.asarray(self.passed @ found.delay_h, dtype=np.float64)
        mean: FloatArray = np.maximum(self.free_h - weight @ self.faster_h, 1.0) + waits
        moved = np.bincount(self.pair, teu, len(self.basket_teu))[self.pair]
        counts = np.where(moved > 0, self.basket_teu[self.pair] * teu / np.where(moved > 0, moved, 1.0), 0.0)
        if not counts.sum() > 0:
            return (np.nan, np.nan), np.nan
        money = self.money_usd - weight @ self.cheaper_usd
        return mixture_times(counts, mean, self.sd_h, (0.5, 0.9)), float(counts @ money / counts.sum())


def find_figures(model: ProjectModel, year: int, flows: tuple[FloatArray, ...]) -> Figures:
    """Find what is counted.

    Parameters
    ----------
    model : ProjectModel
        Routes and projects.
    year : int
        First year, for which the statistic is read.
    flows : tuple of numpy.ndarray, each of shape (n_routes,)
        Flows of some worlds, the first of them that of the first year; boxes are looked at on the routes that one
        of these uses.

    Returns
    -------
    Figures

    Raises
    ------
    InputError
        The data lack the statistic, or its number for that year.
    """
    compiled = model.model
    data, market = compiled.study.data, compiled.market
    members = counted(compiled)
    ids = data.tables["counts"]["id"].tolist()
    frame = data.tables["demand"].iloc[market.pairs.demand]
    one, other = (frame[name].to_numpy()[market.routes.pair] for name in ("origin_id", "destination_id"))

    def between(west: frozenset[str]) -> BoolArray:
        there = np.isin(one, list(EAST)) & np.isin(other, list(west))
        return there | (np.isin(other, list(EAST)) & np.isin(one, list(west)))

    caspian = market.routes.kind == CORRIDORS.index("Caspian")
    per_box = t_per_teu(data)[market.commodity]
    used = np.maximum.reduce(flows) > _WORTH_A_LOOK_T
    boxes = np.flatnonzero(between(EUROPE) & caspian & np.isfinite(per_box) & used)
    free, sd, money, faster, cheaper = _of_boxes(model, boxes)
    pairs, pair = np.unique(market.routes.pair[boxes], return_inverse=True)
    return Figures(
        model=model,
        scope={unit: members[_row(ids, key)] for unit, key in COUNTS.items()},
        observed={unit: _observed(model, f"count_{unit}", key, year) for unit, key in COUNTS.items()},
        by_land=between(WEST) & np.isin(np.array(CORRIDORS)[market.routes.kind], LAND),
        caspian=caspian,
        t_per_teu=per_box,
        boxes=boxes,
        pair=pair.astype(np.int64),
        basket_teu=np.bincount(pair, (flows[0] / per_box)[boxes], len(pairs)).astype(np.float64),
        free_h=free,
        sd_h=sd,
        money_usd=money,
        faster_h=faster,
        cheaper_usd=cheaper,
        passed=_passed(model, boxes),
    )


def scope_ports(model: ProjectModel) -> tuple[str, ...]:
    """Ports of the eastern shore over which the official statistic counts.

    Parameters
    ----------
    model : ProjectModel
        Data.

    Returns
    -------
    tuple of str

    Raises
    ------
    InputError
        The data lack the statistic.
    """
    table = model.model.study.data.tables["counts"]
    cell = table["place_ids"].iloc[_row(table["id"].tolist(), COUNTS["t"])]
    return tuple(str(cell).split(";"))


def _row(ids: list[str], key: str) -> int:
    if key not in ids:
        allowed = f"rows {', '.join(COUNTS.values())}, with the ports of the eastern shore in place_ids"
        raise InputError(
            Problem("no official statistic of the route", "counts.csv", f"no {key}", allowed, "add it")
        )
    return ids.index(key)


def _observed(model: ProjectModel, attribute: str, key: str, year: int) -> float:
    data = model.model.study.data
    frame = data.series("counts", attribute)
    row = _row(data.tables["counts"]["id"].tolist(), key)
    fact = frame["fact"][(frame["row"] == row) & (frame["year"] == year)].to_numpy()
    if not len(fact) or not data.facts.value[fact[0]] > 0:
        allowed = f"a fact {attribute} above 0 of {year}, from which the roll-out goes on"
        raise InputError(
            Problem("no official number", f"facts, {key}", f"no {attribute} of {year}", allowed, "add it")
        )
    return float(data.facts.value[fact[0]])


def _passed(model: ProjectModel, boxes: IntArray) -> sparse.csr_matrix:
    """How often a loaded box waits at each server; what comes back empty waits at no cost to it."""
    table = model.model.table
    felt = table.felt > 0
    shape = table.n_routes, table.n_servers
    whole = sparse.csr_matrix((felt.astype(float), (table.route_of_entry, table.server)), shape=shape)
    return whole[boxes]


def _of_boxes(model: ProjectModel, boxes: IntArray) -> tuple[FloatArray, ...]:
    """Time, its standard deviation and money of routes, and what projects take from time and money."""
    study, rows = model.model.study, model.model.market.routes
    if not len(boxes):
        nothing, none = np.zeros(0), np.zeros((len(model.ids), 0))
        return nothing, nothing, nothing, none, none
    costs = study.costs(BOXES)
    sampler = Sampler(tuple(study.data.facts.frame["key"]), draws=_DRAWS)
    end = np.append(rows.start, len(rows.arcs))
    ways = [rows.arcs[end[row] : end[row + 1]].astype(np.int64) for row in boxes.tolist()]
    sums = [np.array([each[arcs].sum() for arcs in ways]) for each in (costs.time.mean, costs.money.mean)]
    sd = np.array([sampler.path(costs.time, arcs).std() for arcs in ways])
    eased = [
        np.stack([each[:, arcs].sum(axis=1) for arcs in ways], axis=1)
        for each in (model.faster_h, model.cheaper_usd)
    ]
    return sums[0], sd, sums[1] + costs.insurance_usd, eased[0], eased[1]
