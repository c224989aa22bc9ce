"""Flows of a year: all demand on its routes, in equilibrium with the queues and scarcity that it causes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from caspia.assignment import (
    Choice,
    Grouping,
    LogitEquilibrium,
    RouteTable,
    answers_at,
    group_servers,
    solve_logit,
)
from caspia.cost import Lookup, Servers, find_servers
from caspia.demand import demand_cells, spread, t_per_teu
from caspia.demand.cells import Case
from caspia.display import Drawn
from caspia.errors import NotConverged, Problem
from caspia.study.corridors import CORRIDORS
from caspia.study.loading import Reference, behaviour, choice, reference_of, route_constants, route_table
from caspia.study.market import OVER_SEA, Market, find_market, merge_markets, some_routes, users_of
from caspia.study.priced import Priced

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
RESIDUAL = 1e-7
BASE_YEAR = 2025


@dataclass(frozen=True, eq=False)
class FlowModel:
    """A study compiled for flows: routes, capacities and the way shippers choose.

    Attributes
    ----------
    study : Study
        Data and network.
    market : Market
        Routes of all pairs.
    servers : Servers
        Capacities.
    table : RouteTable
        Costs of the routes and their use of capacities.
    grouping : Grouping
        The same with servers that all routes use alike as one; the equilibrium is sought on it.
    """

    study: Priced
    market: Market
    servers: Servers
    table: RouteTable
    grouping: Grouping

    def settle(
        self, wants: Choice, *, servers: Servers | None = None, filled: FloatArray | None = None, residual: float
    ) -> LogitEquilibrium:
        """Equilibrium of a demand, with loads, delays and prices of every server.

        Parameters
        ----------
        wants : Choice
            Demand and how it chooses.
        servers : Servers, optional
            Servers with other capacities.
        filled : numpy.ndarray, shape (n_servers,), optional
            Loads of a neighbouring world as shares of its capacities, to begin with.
        residual : float
            Residual to be reached.

        Returns
        -------
        LogitEquilibrium
        """
        chosen = self.servers if servers is None else servers
        return settle(self.grouping, chosen, wants, filled, residual)

    def with_costs(self, cost: FloatArray) -> FlowModel:
        """Copy in which the routes cost something else.

        Parameters
        ----------
        cost : numpy.ndarray, shape (n_routes,)
            Dollars a tonne without queues.

        Returns
        -------
        FlowModel
        """
        grouping = replace(self.grouping, table=replace(self.grouping.table, cost=cost))
        return replace(self, table=replace(self.table, cost=cost), grouping=grouping)

    def amounts(self, year: int, case: Case = "central") -> FloatArray:
        """Tonnes a year of every pair.

        Parameters
        ----------
        year : int
            Year of the demand.
        case : {"low", "central", "high"}
            Growth after the last observation.

        Returns
        -------
        numpy.ndarray, shape (n_pairs,)
        """
        return self.market.pairs.amount(demand_cells(self.study.data, year, case))

    def choice(self, year: int, case: Case = "central", reference: Reference | None = None) -> Choice:
        """Demand of a year and how it chooses.

        Parameters
        ----------
        year : int
            Year of the demand.
        case : {"low", "central", "high"}
            Growth after the last observation.
        reference : Reference, optional
            Costs at which the demand is that of the data; fixed if left out.

        Returns
        -------
        Choice
        """
        return choice(self.market, self.amounts(year, case), behaviour(self.study.data), reference)


def settle(
    grouping: Grouping, servers: Servers, wants: Choice, filled: FloatArray | None, residual: float
) -> LogitEquilibrium:
    """Equilibrium of a demand on routes over groups of servers.

    Parameters
    ----------
    grouping : Grouping
        Routes and groups.
    servers : Servers
        Capacities.
    wants : Choice
        Demand and how it chooses.
    filled : numpy.ndarray, shape (n_servers,), optional
        Loads of a neighbouring world as shares of its capacities, to begin with.
    residual : float
        Residual to be reached.

    Returns
    -------
    LogitEquilibrium
        With loads, delays and prices of every server.
    """
    series = grouping.series(servers)
    # Where a capacity is another, its delay and price are more like those of the neighbour than its load is.
    begin = None if filled is None else series.gather(filled * servers.capacity)
    found = solve_logit(
        grouping.table,
        wants,
        series,
        bundles=grouping.bundles,
        answers=grouping.answers,
        residual=residual,
        warm=begin,
    )
    load = series.spread(found.load)
    delay, price, _, _ = servers.response(load)
    return replace(found, load=load, delay_h=delay, price=price)


@dataclass(frozen=True, eq=False)
class Flows(Drawn):
    """Flows of a year in equilibrium; what has not converged never becomes one.

    Attributes
    ----------
    model : FlowModel
        What was solved.
    year : int
        Year of the demand.
    scenario : str
        Names of the scenarios, joined by `+`; `base` for the data as they are.
    choice : Choice
        Demand and how it chose.
    result : LogitEquilibrium
        Flows, costs, loads, and the residual that certifies them.
    reference : Flows or None
        Flows of the same year on the same routes in the world without the scenario, to whose costs demand
        answered.
    """

    model: FlowModel
    year: int
    scenario: str
    choice: Choice
    result: LogitEquilibrium

    reference: Flows | None = None

    @property
    def flow_t(self) -> FloatArray:
        """Tonnes a year on every route, shape (n_routes,)."""
        return self.result.flow

    @cached_property
    def filled(self) -> FloatArray:
        """Load of every server as a share of its capacity, shape (n_servers,)."""
        return self.result.load / self.model.servers.capacity

    @cached_property
    def paid(self) -> Reference:
        """Costs of these flows, for the demand of other worlds to answer to."""
        study, market = self.model.study, self.model.market
        return reference_of(market, self.result, route_constants(study, market, behaviour(study.data)))

    @cached_property
    def route_frame(self) -> pd.DataFrame:
        """One row a route: demand row, pair, corridor, commodity, ends, tonnes, TEU, value and cost."""
        market, data = self.model.market, self.model.study.data
        pair, commodity = market.routes.pair, market.commodity
        value = data.values("commodities", "value_usd_per_t")[commodity]
        frame = data.tables["demand"].iloc[market.pairs.demand[pair]]
        return pd.DataFrame(
            {
                "pair": pair,
                "corridor": np.array(CORRIDORS, dtype=object)[market.routes.kind],
                "commodity_id": frame["commodity_id"].to_numpy(),
                "origin_zone": frame["origin_id"].to_numpy(),
                "destination_zone": frame["destination_id"].to_numpy(),
                "origin": market.pairs.origin[pair],
                "destination": market.pairs.destination[pair],
                "flow_t": self.flow_t,
                "flow_teu": self.flow_t / t_per_teu(data)[commodity],
                "value_usd": self.flow_t * value,
                "cost_usd_per_t": self.result.cost,
            }
        )


def compile_model(study: Priced, market: Market) -> FlowModel:
    """Put a study on routes that are known.

    Parameters
    ----------
    study : Priced
        Data and network, the graph of which is that of the routes.
    market : Market
        Routes.

    Returns
    -------
    FlowModel
    """
    servers = find_servers(Lookup(study.network, study.data.facts), study.data)
    return _compiled(study, market, servers)


def _compiled(study: Priced, market: Market, servers: Servers) -> FlowModel:
    """Model with the answers of its servers at an equilibrium, which guide the search for all others."""
    table = route_table(study, market, servers)
    model = FlowModel(study, market, servers, table, group_servers(table))
    wants = model.choice(BASE_YEAR)
    found = model.settle(wants, residual=RESIDUAL)
    grouping = model.grouping
    answers = answers_at(grouping.table, wants, grouping.series(servers), grouping.bundles, found.flow)
    return replace(model, grouping=replace(grouping, answers=answers))


def flow_model(
    study: Priced,
    base: FlowModel | None = None,
    progress: Callable[[int, int], None] | None = None,
    *,
    through: BoolArray | None = None,
) -> FlowModel:
    """Compile a study for flows.

    Parameters
    ----------
    study : Study
        Data and network.
    base : FlowModel, optional
        Model of a neighbouring study on the same graph; its routes are used, and those that the study adds.
    progress : callable, optional
        Told the searches done and the number of all.
    through : numpy.ndarray of bool, shape (n_arcs,), optional
        Arcs one of which routes must use to be added; any are if left out.

    Returns
    -------
    FlowModel
    """
    pairs = spread(study.data)
    servers = find_servers(Lookup(study.network, study.data.facts), study.data)
    if base is None:
        market = find_market(study, pairs, servers, progress=progress)
    else:
        own = find_market(study, pairs, servers, detours=((), OVER_SEA), progress=progress)
        market = merge_markets(base.market, own if through is None else some_routes(own, users_of(own, through)))
    return _compiled(study, market, servers)


def solve_flows(
    model: FlowModel,
    year: int = BASE_YEAR,
    *,
    case: Case = "central",
    scenario: str = "base",
    reference: Flows | None = None,
) -> Flows:
    """Find the flows of a year.

    Parameters
    ----------
    model : FlowModel
        Routes and capacities.
    year : int
        Year of the demand.
    case : {"low", "central", "high"}
        Growth after the last observation.
    scenario : str
        Name for the result.
    reference : Flows, optional
        Flows at whose costs the demand is as in the data; demand answers to the difference. Fixed if left out.

    Returns
    -------
    Flows

    Raises
    ------
    NotConverged
        The residual was not reached; there is no result.
    """
    wants = model.choice(year, case, None if reference is None else reference.paid)
    filled = None if reference is None else _filled(reference, model.servers)
    found = model.settle(wants, filled=filled, residual=RESIDUAL)
    if not found.converged:
        raise NotConverged(
            Problem(
                what="the flows have not converged",
                where=f"{scenario}, {year}",
                got=f"residual {found.residual:.1e} after {found.iterations} loadings",
                allowed=f"at most {RESIDUAL:.0e}",
                repair="soften the scenario, or check capacities that are near zero",
            )
        )
    return Flows(model, year, scenario, wants, found, reference)


def _filled(reference: Flows, servers: Servers) -> FloatArray:
    """Loads of a reference as shares of capacity, for servers that need not be all its own.

    An edit that gives a capacity to what had none makes a server that the reference lacks; it begins empty.
    """
    known = reference.model.servers.key
    if known == servers.key:
        return reference.filled
    filled = dict(zip(known, reference.filled, strict=True))
    return np.array([filled.get(key, 0.0) for key in servers.key], dtype=np.float64)
