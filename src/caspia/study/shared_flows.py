"""The routes among which all edited worlds of the page choose, found once and kept.

These are the routes of the world of the base year, and those that built-in scenarios on it and the world in which
all projects are open need besides. `Study.flow_model` adds routes found in the edited world itself; where those
matter, the two differ a little.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace

import numpy as np
import numpy.typing as npt

from caspia.cost import Lookup, Servers, find_servers
from caspia.demand import Pairs
from caspia.errors import InputError
from caspia.scenario import Edit, Scenario, built_in_scenarios, project_scenario
from caspia.study.flows import BASE_YEAR, FlowModel, compile_model
from caspia.study.loading import route_costs
from caspia.study.market import OVER_SEA, Market, find_market, merge_markets, some_routes, users_of
from caspia.study.priced import Priced
from caspia.study.study import Study, Tell
from caspia.study.ways_left import least_of_pairs, stuck_pairs

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]


def shared_market(study: Study, tell: Tell | None = None) -> Market:
    """Routes of the base year, and those that the worlds which users are likely to ask for need besides.

    A world adds routes through what it opens, and routes of pairs that it leaves none or none but dear ones. Others
    would be further choices in the base year too, and make more of a corridor the more often it is looked at.

    Parameters
    ----------
    study : Study
        Data as they are.
    tell : callable, optional
        Told stage, number done and number of all.

    Returns
    -------
    Market
    """
    base = study.in_year(BASE_YEAR)
    found = base.flow_model(tell).market
    least = least_of_pairs(route_costs(base, found), found.start)
    worlds = list(_worlds(study, base))
    added = []
    for done, world in enumerate(worlds):
        if tell is not None:
            tell("Routes of scenarios", done, len(worlds))
        stuck = stuck_pairs(least, route_costs(world, found), found.start)
        opened = world.network.arcs.is_open & ~base.network.arcs.is_open
        rows = np.arange(len(stuck)) if opened.any() else np.flatnonzero(stuck)
        if len(rows):
            servers = find_servers(Lookup(world.network, world.data.facts), world.data)
            own = _sought(world, found.pairs, rows, servers)
            added.append(some_routes(own, stuck[own.routes.pair] | users_of(own, opened)))
    if tell is not None:
        tell("Routes of scenarios", len(worlds), len(worlds))
    for own in added:
        found = merge_markets(found, own)
    return found


def _sought(study: Priced, pairs: Pairs, rows: IntArray, servers: Servers) -> Market:
    """Routes of some pairs in a world."""
    some = Pairs(**{item.name: getattr(pairs, item.name)[rows] for item in fields(Pairs)})
    own = find_market(study, some, servers, detours=((), OVER_SEA))
    routes = replace(own.routes, pair=rows[own.routes.pair])
    return Market(pairs, routes, np.searchsorted(routes.pair, np.arange(len(pairs.share) + 1)))


def _worlds(study: Study, base: Study) -> Iterator[Study]:
    """Worlds whose routes are wanted; what the built-in scenarios edit need not be in a user's own data."""
    for name, scenario in built_in_scenarios().items():
        if scenario.year is None:
            try:
                yield base.with_scenario(name)
            except InputError:
                continue
    opening = _openings(study)
    if opening.edits:
        yield base.with_scenario(opening)


def _openings(study: Study) -> Scenario:
    """All that projects open, as one scenario."""
    edits: list[Edit] = []
    for key in study.data.tables["projects"]["id"]:
        edits += [edit for edit in project_scenario(study.data, (key,)).edits if edit.action == "open"]
    return Scenario(
        id="everything-open", title="All that projects open", edits=tuple(edits), parts=("everything-open",)
    )


def widened(model: FlowModel, lost: BoolArray) -> FlowModel:
    """Seek routes in an edited world for pairs that its edits have left without any.

    Parameters
    ----------
    model : FlowModel
        The edited world.
    lost : numpy.ndarray of bool, shape (n_pairs,)
        Pairs.

    Returns
    -------
    FlowModel
        With the routes that were found; the same model where there are none.
    """
    own = _sought(model.study, model.market.pairs, np.flatnonzero(lost), model.servers)
    if not len(own.routes.pair):
        return model
    return compile_model(model.study, merge_markets(model.market, own))
