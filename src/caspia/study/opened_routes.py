"""Routes of a world in which projects open new ways: the old ones, and of the new ones those that are any use."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt

from caspia.assignment import Overlaps, find_overlaps, useless_variants
from caspia.network import ArcKind
from caspia.study.flows import FlowModel, Flows, compile_model, flow_model, solve_flows
from caspia.study.loading import behaviour
from caspia.study.market import TRANSFER_KM, some_routes, users_of
from caspia.study.study import Study

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
BUSY = 2040
"""Year at whose queues new routes are held against old ones: the last of the demand."""
FOLLOWS = 0.5
"""Share of a new route from which on it is a variant of the old one that it shares it with."""


def opened_model(
    study: Study, opened: Study, ways: BoolArray, tell: Callable[[str, int, int], None] | None
) -> tuple[FlowModel, Overlaps]:
    """Routes of the world as it is and those that projects open, as far as these are any use.

    Parameters
    ----------
    study : Study
        The world as it is.
    opened : Study
        The world in which everything is open that projects open.
    ways : numpy.ndarray of bool, shape (n_arcs,)
        Arcs that they open.
    tell : callable, optional
        Told stage, number done and number of all.

    Returns
    -------
    model : FlowModel
        Of the opened world.
    overlaps : Overlaps
        What its routes share with those that projects open.
    """
    base = study.flow_model(tell)
    if not ways.any():
        model = compile_model(opened, base.market)
        return model, overlaps_of(model, ways, np.zeros(model.table.n_routes))
    found = flow_model(opened, base, None if tell is None else partial(tell, "More routes"), through=ways)
    busy = solve_flows(base, BUSY)
    cost = cost_at(found, busy)
    model = compile_model(opened, some_routes(found.market, ~_useless(found, users_of(found.market, ways), cost)))
    return model, overlaps_of(model, ways, cost_at(model, busy))


def cost_at(model: FlowModel, busy: Flows) -> FloatArray:
    """Cost of every route at the queues and prices of other flows; what is new is empty.

    Parameters
    ----------
    model : FlowModel
        Routes.
    busy : Flows
        Flows on other routes.

    Returns
    -------
    numpy.ndarray, shape (n_routes,)
        Dollars a tonne.
    """
    place = {key: row for row, key in enumerate(busy.model.servers.key)}
    row = np.array([place.get(key, -1) for key in model.servers.key], dtype=np.int64)
    delay, price = (np.where(row >= 0, values[row], 0.0) for values in (busy.result.delay_h, busy.result.price))
    table = model.table
    entries = table.felt * delay[table.server] + table.use * price[table.server]
    return np.asarray(table.cost + np.bincount(table.route_of_entry, entries, table.n_routes))


def _useless(model: FlowModel, is_new: BoolArray, cost: FloatArray) -> BoolArray:
    """New routes that mostly follow an old one of the same pair and are no better even where that is busy."""
    market = model.market
    arcs = market.routes.arcs.astype(np.int64)
    return useless_variants(market.start, market.routes.start, arcs, _lengths(model), is_new, cost, FOLLOWS)


def _lengths(model: FlowModel) -> FloatArray:
    """Length of every arc as it counts for overlaps."""
    arcs = model.study.network.arcs
    return np.where(arcs.kind == ArcKind.LINE, arcs.length_km, TRANSFER_KM)


def overlaps_of(model: FlowModel, ways: BoolArray, cost: FloatArray) -> Overlaps:
    """What routes share with those that projects open.

    Parameters
    ----------
    model : FlowModel
        Routes.
    ways : numpy.ndarray of bool, shape (n_arcs,)
        Arcs that projects open.
    cost : numpy.ndarray, shape (n_routes,)
        Cost of every route, by which the weight of what they share is found.

    Returns
    -------
    Overlaps
    """
    market = model.market
    scale = behaviour(model.study.data).scale_t_per_usd[market.commodity]
    arcs = market.routes.arcs.astype(np.int64)
    return find_overlaps(
        market.start, market.routes.start, arcs, _lengths(model), users_of(market, ways), -scale * cost
    )
