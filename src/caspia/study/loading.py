"""From routes to what the equilibrium needs: their costs, the servers that they use, and how shippers choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from caspia.assignment import Choice, LogitEquilibrium, RouteTable, path_sizes
from caspia.cost import Lookup, Measure, Servers, empty_haul_usd_per_t
from caspia.data import Dataset
from caspia.demand import t_per_teu
from caspia.errors import InputError, Problem
from caspia.network import ArcKind
from caspia.study.corridors import CORRIDORS
from caspia.study.market import TRANSFER_KM, Group, Market, groups_of, in_transit
from caspia.study.priced import Priced

FloatArray = npt.NDArray[np.float64]
CONSTANTS = tuple(f"constant_{corridor.lower()}_usd_per_t" for corridor in CORRIDORS)


@dataclass(frozen=True, eq=False)
class Behaviour:
    """How each commodity chooses, by row of the table commodities.

    Attributes
    ----------
    group : numpy.ndarray of int, shape (n_commodities,)
        Row of the table groups.
    scale_t_per_usd : numpy.ndarray, shape (n_commodities,)
        Scale of the logit choice.
    elasticity : numpy.ndarray, shape (n_commodities,)
        Percent of demand for a percent of generalised cost.
    constant_usd_per_t : numpy.ndarray, shape (n_commodities, n_corridors)
        Corridor constants.
    """

    group: npt.NDArray[np.int64]
    scale_t_per_usd: FloatArray
    elasticity: FloatArray
    constant_usd_per_t: FloatArray


def behaviour(data: Dataset) -> Behaviour:
    """Read how commodities choose.

    Parameters
    ----------
    data : Dataset
        Tables.

    Returns
    -------
    Behaviour

    Raises
    ------
    InputError
        A commodity with demand belongs to no group or to two, or a group lacks its scale.
    """
    commodities, groups = data.tables["commodities"]["id"], data.tables["groups"]
    owner = np.full(len(commodities), -1, dtype=np.int64)
    row_of = {key: row for row, key in enumerate(commodities)}
    for row, cell in enumerate(groups["commodity_ids"]):
        for goods in cell.split(";"):
            if owner[row_of[goods]] >= 0:
                raise InputError(_grouped_wrong(goods, "belongs to two groups"))
            owner[row_of[goods]] = row
    moved = set(data.tables["demand"]["commodity_id"])
    for goods in commodities[owner < 0]:
        if goods in moved:
            raise InputError(_grouped_wrong(goods, "belongs to no group"))

    def column(name: str, default: float) -> FloatArray:
        return np.append(data.values("groups", name, default), default)[owner]

    scale = column("choice_scale_t_per_usd", np.nan)
    for goods in commodities[np.isnan(scale)]:
        if goods in moved:
            raise InputError(_grouped_wrong(goods, "belongs to a group without choice_scale_t_per_usd"))
    constants = np.stack([column(name, 0.0) for name in CONSTANTS], axis=1)
    return Behaviour(owner, scale, column("cost_elasticity", 0.0), constants)


def _grouped_wrong(goods: str, what: str) -> Problem:
    return Problem(
        what=f"commodity {goods} {what}",
        where="groups.csv, column commodity_ids",
        got=goods,
        allowed="one group with a scale of choice for every commodity that has demand",
        repair="correct groups.csv and its facts",
    )


def measures(data: Dataset) -> FloatArray:
    """What a tonne of each commodity brings to servers by each measure.

    Parameters
    ----------
    data : Dataset
        Tables.

    Returns
    -------
    numpy.ndarray, shape (n_commodities, n_measures)
    """
    boxes = 1.0 / t_per_teu(data)
    bulk = np.where(boxes > 0, 0.0, 1.0)
    empty = data.values("commodities", "empty_return_share", 0.0)
    found = np.zeros((len(boxes), len(Measure)))
    found[:, Measure.BOX], found[:, Measure.BULK] = boxes, bulk
    found[:, Measure.EMPTY_BOX], found[:, Measure.EMPTY_BULK] = boxes * empty, bulk * empty
    found[:, Measure.ANY] = 1.0
    return found


def route_costs(study: Priced, market: Market, groups: Sequence[Group] | None = None) -> FloatArray:
    """Generalised cost of every route without queues and constants, in dollars per tonne.

    Parameters
    ----------
    study : Study
        Data whose costs, closures and rules hold.
    market : Market
        Routes.
    groups : sequence of Group, optional
        Pairs by what binds them, where that is known; found if left out.

    Returns
    -------
    numpy.ndarray, shape (n_routes,)
        inf where an arc of the route is closed to the commodity.
    """
    routes, goods = market.routes, study.data.tables["commodities"]["id"]
    if len(routes.pair) == 0:
        return np.empty(0)
    bound = groups_of(study, market.pairs) if groups is None else groups
    empties = empty_haul_usd_per_t(Lookup(study.network, study.data.facts), study.data)
    costs = {row: study.costs(str(goods.iloc[row])) for row in {group.commodity for group in bound}}
    place = np.empty(len(market.pairs.share), dtype=np.int64)
    weight = np.empty((len(bound), study.network.n_arcs))
    for nth, group in enumerate(bound):
        own = costs[group.commodity]
        weight[nth] = np.where(group.barred, np.inf, own.generalised_usd) / own.cargo.tonnes
        weight[nth] += empties[group.commodity]
        place[group.pairs] = nth
    cost = weight[place[routes.pair][routes.route_of_arc], routes.arcs]
    return np.asarray(np.add.reduceat(cost, routes.start[:-1]), dtype=np.float64)


def route_constants(study: Priced, market: Market, rules: Behaviour) -> FloatArray:
    """What shippers think of the corridor of every route, beyond its cost.

    Parameters
    ----------
    study : Study
        Places.
    market : Market
        Routes.
    rules : Behaviour
        Corridor constants.

    Returns
    -------
    numpy.ndarray, shape (n_routes,)
        Dollars per tonne; 0 where a journey begins or ends in the state that the corridor is named for.
    """
    constants = rules.constant_usd_per_t[market.commodity, market.routes.kind]
    return np.asarray(constants * in_transit(study, market), dtype=np.float64)


def route_table(study: Priced, market: Market, servers: Servers, rules: Behaviour | None = None) -> RouteTable:
    """Compile the routes of a market under the costs and closures of a study.

    Parameters
    ----------
    study : Study
        Data whose costs, closures and rules hold.
    market : Market
        Routes.
    servers : Servers
        Capacities.
    rules : Behaviour, optional
        Corridor constants; those of the data if left out.

    Returns
    -------
    RouteTable
    """
    chosen = rules or behaviour(study.data)
    routes, goods = market.routes, market.commodity
    cost = route_costs(study, market) + route_constants(study, market, chosen)
    length = np.where(study.network.arcs.kind == ArcKind.LINE, study.network.arcs.length_km, TRANSFER_KM)
    route = routes.route_of_arc
    span = servers.arc_start[routes.arcs + 1] - servers.arc_start[routes.arcs]
    first = np.repeat(servers.arc_start[routes.arcs], span)
    entry = first + np.arange(len(first)) - np.repeat(np.cumsum(span) - span, span)
    owner = np.repeat(route, span)
    measure = servers.measure[entry]
    use = servers.use[entry] * measures(study.data)[goods[owner], measure]
    used = use > 0
    value = study.data.values("commodities", "value_of_time_usd_per_t_h", 0.0)[goods[owner]]
    felt = np.where(np.isin(measure, (Measure.EMPTY_BOX, Measure.EMPTY_BULK)), 0.0, value)
    start = np.searchsorted(owner[used], np.arange(len(routes.pair) + 1))
    return RouteTable(
        pair_start=market.start,
        pair_class=market.pairs.commodity,
        cost=cost,
        path_size=path_sizes(market.start, routes.start, routes.arcs.astype(np.int64), length),
        entry_start=start.astype(np.int64),
        server=servers.server[entry][used],
        use=use[used],
        felt=felt[used],
        n_servers=servers.n_servers,
    )


@dataclass(frozen=True, eq=False)
class Reference:
    """What demand answers to: the costs at which it is as in the data.

    Attributes
    ----------
    logsum_usd_per_t : numpy.ndarray, shape (n_pairs,)
        Expected least cost of every pair, with corridor constants; not finite where no route is open.
    cost_usd_per_t : numpy.ndarray, shape (n_pairs,)
        Mean generalised cost that the flows of every pair bear, without constants; NaN where nothing flows.
    """

    logsum_usd_per_t: FloatArray
    cost_usd_per_t: FloatArray


def reference_of(market: Market, found: LogitEquilibrium, constant: FloatArray) -> Reference:
    """Costs of an equilibrium, for the demand of others to answer to.

    Parameters
    ----------
    market : Market
        Routes.
    found : LogitEquilibrium
        Flows and costs on these routes.
    constant : numpy.ndarray, shape (n_routes,)
        Of `route_constants`.

    Returns
    -------
    Reference
    """
    pair, n_pairs = market.routes.pair, len(market.pairs.share)
    cost = np.where(found.flow > 0, found.cost - constant, 0.0)
    amount = np.bincount(pair, found.flow, n_pairs)
    paid = np.bincount(pair, found.flow * cost, n_pairs) / np.where(amount > 0, amount, np.nan)
    return Reference(found.logsum, paid)


def choice(market: Market, amount: FloatArray, rules: Behaviour, reference: Reference | None = None) -> Choice:
    """How the pairs of a market choose.

    Parameters
    ----------
    market : Market
        Pairs.
    amount : numpy.ndarray, shape (n_pairs,)
        Tonnes a year at the reference cost.
    rules : Behaviour
        Scales and elasticities.
    reference : Reference, optional
        Costs at which demand is `amount`; demand is fixed if left out, and where nothing flowed at them.

    Returns
    -------
    Choice
    """
    goods = market.pairs.commodity
    fixed = np.zeros(len(goods))
    if reference is None:
        return Choice(amount, rules.scale_t_per_usd[goods], fixed, fixed)
    logsum, paid = reference.logsum_usd_per_t, reference.cost_usd_per_t
    known = np.isfinite(logsum) & (paid > 0)
    # A percent is one of what is paid: the logsum holds constants, which may leave nothing of it, or less.
    response = np.where(known, rules.elasticity[goods] / np.where(known, paid, 1.0), 0.0)
    return Choice(amount, rules.scale_t_per_usd[goods], response, np.where(known, logsum, 0.0))
