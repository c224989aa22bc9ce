"""Cargo in transit: the states that it passes without beginning or ending there, and what it pays on its way."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from caspia.network import MODES, SEA_MODES, ArcKind
from caspia.study.flows import FlowModel, Flows
from caspia.study.priced import Priced

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def on_land(model: FlowModel, *, transit: bool) -> tuple[IntArray, IntArray, FloatArray]:
    """Arcs of routes in the states that they belong to, but for ships at sea.

    Parameters
    ----------
    model : FlowModel
        Routes.
    transit : bool
        Only in states in which the cargo is in transit.

    Returns
    -------
    place : numpy.ndarray of int, shape (n,)
        Place among the arcs of the routes.
    state : numpy.ndarray of int, shape (n,)
        Row of the states of the network.
    share : numpy.ndarray, shape (n,)
        Share of the arc that is the state's.
    """
    study, market = model.study, model.market
    network, routes = study.network, market.routes
    at_sea = (network.arcs.kind == ArcKind.LINE) & np.isin(
        network.arcs.mode, [MODES.index(mode) for mode in SEA_MODES]
    )
    arc_of, state_of = np.nonzero(network.arcs.countries & ~at_sea[:, None])
    first = np.searchsorted(arc_of, np.arange(network.n_arcs + 1))
    states = np.diff(first)
    count = states[routes.arcs]
    place = np.repeat(np.arange(len(routes.arcs)), count)
    offset = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count)
    state = state_of[first[routes.arcs[place]] + offset]
    if transit:
        foreign = ~_home(model)[routes.route_of_arc[place], state]
        place, state = place[foreign], state[foreign]
    return place, state, 1.0 / states[routes.arcs[place]]


def _home(model: FlowModel) -> npt.NDArray[np.bool_]:
    """Whether each route begins or ends in each state, shape (n_routes, n_states)."""
    study, market = model.study, model.market
    ends = study.data.tables["places"]["country"].to_numpy(dtype=object)
    codes = {code: column for column, code in enumerate(study.network.countries)}
    home = np.zeros((len(market.routes.pair), len(codes)), dtype=bool)
    for side in (market.pairs.origin, market.pairs.destination):
        at = np.array([codes.get(code, -1) for code in ends[side[market.routes.pair]]], dtype=np.int64)
        known = np.flatnonzero(at >= 0)
        home[known, at[known]] = True
    return home


def arc_prices(study: Priced, commodities: IntArray) -> FloatArray:
    """Dollars a tonne of commodities on every arc.

    Parameters
    ----------
    study : Study
        Prices.
    commodities : numpy.ndarray of int
        Rows of the table commodities that are asked for.

    Returns
    -------
    numpy.ndarray, shape (n_commodities, n_arcs)
        0 for all others, and where they cannot pass.
    """
    goods = study.data.tables["commodities"]["id"]
    found = np.zeros((len(goods), study.network.n_arcs))
    for row in commodities.tolist():
        costs = study.costs(str(goods.iloc[row]))
        found[row] = costs.money.mean / costs.cargo.tonnes
    return np.where(np.isfinite(found), found, 0.0)


def abroad(flows: Flows) -> tuple[IntArray, IntArray, FloatArray]:
    """Arcs of routes in states in which their cargo is in transit, but for ships at sea.

    Parameters
    ----------
    flows : Flows
        Flows in equilibrium.

    Returns
    -------
    place : numpy.ndarray of int, shape (n,)
        Place among the arcs of the routes.
    state : numpy.ndarray of int, shape (n,)
        Row of the states of the network.
    share : numpy.ndarray, shape (n,)
        Share of the arc that is the state's.
    """
    return on_land(flows.model, transit=True)


def route_money(flows: Flows) -> FloatArray:
    """Dollars a tonne of every arc of every route.

    Parameters
    ----------
    flows : Flows
        Flows in equilibrium.

    Returns
    -------
    numpy.ndarray, shape (n,)
        In the order of the arcs of the routes.
    """
    study, market = flows.model.study, flows.model.market
    goods = study.data.tables["commodities"]["id"]
    found = np.zeros(len(market.routes.arcs))
    commodity = market.commodity[market.routes.route_of_arc]
    for row in np.unique(market.pairs.commodity):
        costs = study.costs(str(goods.iloc[row]))
        own = commodity == row
        found[own] = costs.money.mean[market.routes.arcs[own]] / costs.cargo.tonnes
    return found
