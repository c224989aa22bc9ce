"""Edited worlds on routes that are known: only what an edit changes is priced anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from caspia.cost import Lookup, Servers, arc_costs, cargo_of, empty_haul_usd_per_t, find_servers
from caspia.data import NO_FACT, Dataset
from caspia.study.flows import FlowModel, compile_model
from caspia.study.loading import behaviour, measures, route_constants
from caspia.study.market import Group, Market, groups_of
from caspia.study.priced import Priced
from caspia.study.study import Study

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
EVERYWHERE = ("commodities", "countries")
"""Tables whose facts bear on the cost of every arc."""
SAME = 1e-9
"""Difference of factors that are the same but for rounding."""


@dataclass(frozen=True, eq=False)
class Prices:
    """What a world asks on every arc.

    Attributes
    ----------
    groups : list of Group
        Pairs by commodity and by what binds them.
    weight_usd_per_t : numpy.ndarray, shape (n_commodities, n_arcs)
        Generalised cost of a tonne with empty hauls; inf where an arc carries none.
    money_usd_per_t : numpy.ndarray, shape (n_commodities, n_arcs)
        What of it is paid for carriage, handling and borders.
    numbers : numpy.ndarray, shape (3, n_arcs, n_attributes)
        Value, low and high of the fact behind every quantity of every arc; NaN where there is none.
    """

    groups: list[Group]
    weight_usd_per_t: FloatArray
    money_usd_per_t: FloatArray
    numbers: FloatArray


@dataclass(frozen=True, eq=False)
class Repricer:
    """A compiled world, from which edited worlds are priced.

    Attributes
    ----------
    model : FlowModel
        The world.
    prices : Prices
        What it asks.
    """

    model: FlowModel
    prices: Prices

    def of(self, study: Study) -> Repriced:
        """Put an edited world on the routes of this one.

        Parameters
        ----------
        study : Study
            The edited world, with the graph of this one.

        Returns
        -------
        Repriced
            Its model is equal to `compile_model(study, model.market)`, but for the last digits of its uses.
        """
        model, old = self.model, self.model.study
        servers = find_servers(Lookup(study.network, study.data.facts), study.data)
        changed = _changed_arcs(self.prices.numbers, old, study)
        busier = None if changed is None else _busier(model, study, servers)
        if changed is None or busier is None:
            return Repriced(compile_model(study, model.market), same_money=False)
        weight, money = (array.copy() for array in (self.prices.weight_usd_per_t, self.prices.money_usd_per_t))
        weight[:, changed], money[:, changed] = _asked(study, changed)
        groups = self.prices.groups
        if not study.data.tables["rules"].equals(old.data.tables["rules"]):
            groups = groups_of(study, model.market.pairs)
        rules = behaviour(study.data)
        cost = self._costs(weight, groups) + route_constants(study, model.market, rules)
        found = replace(busier.with_costs(cost), study=study, servers=servers)
        return Repriced(found, bool(np.array_equal(money, self.prices.money_usd_per_t)), money)

    def _costs(self, weight: FloatArray, groups: list[Group]) -> FloatArray:
        """Cost of every route without constants: anew where one of its arcs costs something else."""
        model = self.model
        routes, goods = model.market.routes, model.market.commodity
        constants = route_constants(model.study, model.market, behaviour(model.study.data))
        cost = np.asarray(model.table.cost - constants, dtype=np.float64)
        differs = weight != self.prices.weight_usd_per_t
        touched = differs.any(axis=0)[routes.arcs]
        entry = np.flatnonzero(touched)
        owner = routes.route_of_arc[entry]
        dearer = owner[differs[goods[owner], routes.arcs[entry]]]
        if groups is not self.prices.groups:
            bound = _bound_otherwise(len(model.market.pairs.share), self.prices.groups, groups)
            dearer = np.concatenate([dearer, np.flatnonzero(bound[routes.pair])])
        rows = np.unique(dearer)
        cost[rows] = _sums(model.market, weight, groups, rows)
        return cost


@dataclass(frozen=True, eq=False)
class Repriced:
    """An edited world on the routes of another.

    Attributes
    ----------
    model : FlowModel
        The edited world.
    same_money : bool
        Whether all arcs ask for the same money as in the other world.
    money_usd_per_t : numpy.ndarray, shape (n_commodities, n_arcs), optional
        What arcs ask for; none where the model was compiled anew.
    """

    model: FlowModel
    same_money: bool
    money_usd_per_t: FloatArray | None = None


def repricer(model: FlowModel) -> Repricer:
    """Make a compiled world ready to price edited ones.

    Parameters
    ----------
    model : FlowModel
        The world.

    Returns
    -------
    Repricer
    """
    study = model.study
    weight, money = _asked(study, np.arange(study.network.n_arcs))
    return Repricer(model, Prices(groups_of(study, model.market.pairs), weight, money, _numbers(study)))


def _numbers(study: Priced) -> FloatArray:
    facts, rows = study.data.facts, study.network.arcs.facts
    there = rows != NO_FACT
    return np.stack([np.where(there, column[rows], np.nan) for column in (facts.value, facts.low, facts.high)])


def _changed_arcs(numbers: FloatArray, before: Priced, after: Study) -> IntArray | None:
    """Arcs that may cost something else; none where an edit changes what the cost of every arc rests on."""
    if any(not _same_numbers(before.data, after.data, table) for table in EVERYWHERE):
        return None
    old, new = before.network.arcs, after.network.arcs
    now = _numbers(after)
    same = ((now == numbers) | (np.isnan(now) & np.isnan(numbers))).all(axis=(0, 2))
    return np.flatnonzero(~same | (old.is_open != new.is_open) | (old.forms != new.forms))


def _same_numbers(before: Dataset, after: Dataset, table: str) -> bool:
    if before.tables[table] is not after.tables[table] and not before.tables[table].equals(after.tables[table]):
        return False
    rows = [data.object_facts(table) for data in (before, after)]
    if rows[0].shape != rows[1].shape or not np.array_equal(rows[0] == NO_FACT, rows[1] == NO_FACT):
        return False
    there = rows[0] != NO_FACT
    return all(
        np.array_equal(getattr(before.facts, name)[rows[0]][there], getattr(after.facts, name)[rows[1]][there])
        for name in ("value", "low", "high")
    )


def _asked(study: Priced, arcs: IntArray) -> tuple[FloatArray, FloatArray]:
    """Generalised cost and money of a tonne of every commodity on some arcs."""
    goods = study.data.tables["commodities"]["id"]
    look = Lookup(study.network.some_arcs(arcs.astype(np.int32)), study.data.facts)
    weight = empty_haul_usd_per_t(look, study.data)
    money = np.zeros_like(weight)
    grid = study.data.values("countries", "grid_g_per_kwh")
    for row, identity in enumerate(goods):
        cargo = cargo_of(study.data, str(identity))
        costs = arc_costs(look, cargo, None, grid)
        weight[row] += costs.generalised_usd / cargo.tonnes
        money[row] = costs.money.mean / cargo.tonnes
    return weight, money


def _group_of_pairs(n_pairs: int, groups: Sequence[Group]) -> IntArray:
    found = np.empty(n_pairs, dtype=np.int64)
    for nth, group in enumerate(groups):
        found[group.pairs] = nth
    return found


def _bound_otherwise(n_pairs: int, before: Sequence[Group], after: Sequence[Group]) -> BoolArray:
    """Pairs that other arcs are barred for."""
    old, new = _group_of_pairs(n_pairs, before), _group_of_pairs(n_pairs, after)
    met, which = np.unique(np.stack([old, new], axis=1), axis=0, return_inverse=True)
    differs = [not np.array_equal(before[i].barred, after[j].barred) for i, j in met.tolist()]
    return np.array(differs, dtype=bool)[which.ravel()]


def _sums(market: Market, weight: FloatArray, groups: Sequence[Group], rows: IntArray) -> FloatArray:
    """Cost of some routes without constants."""
    routes, goods = market.routes, market.commodity
    if not len(rows):
        return np.empty(0)
    group_of = _group_of_pairs(len(market.pairs.share), groups)
    barred = np.stack([group.barred for group in groups])
    size = np.diff(routes.start)[rows]
    first = np.cumsum(size) - size
    arc = routes.arcs[np.repeat(routes.start[rows] - first, size) + np.arange(int(size.sum()))]
    cost = np.where(
        barred[np.repeat(group_of[routes.pair[rows]], size), arc], np.inf, weight[np.repeat(goods[rows], size), arc]
    )
    return np.asarray(np.add.reduceat(cost, first), dtype=np.float64)


def _busier(model: FlowModel, study: Study, servers: Servers) -> FlowModel | None:
    """The model with the uses of another world; none where these differ by more than a factor for each server.

    Costs and the capacities themselves may differ.
    """
    old, before = model.servers, model.study
    arrays = ("server", "measure", "arc_start")
    alike = (
        old.key == servers.key
        and (old.use > 0).all()
        and all(np.array_equal(getattr(old, name), getattr(servers, name)) for name in arrays)
        and np.array_equal(before.network.arcs.length_km, study.network.arcs.length_km)
        and np.array_equal(measures(before.data), measures(study.data))
    )
    if not alike:
        return None
    if np.array_equal(old.use, servers.use):
        return model
    ratio, factor = servers.use / old.use, np.ones(old.n_servers)
    factor[old.server] = ratio
    grouping = model.grouping.busier(factor)
    if grouping is None or not np.allclose(factor[old.server], ratio, rtol=SAME):
        return None
    return replace(model, table=model.table.busier(factor), grouping=grouping)
