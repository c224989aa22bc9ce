"""Flows of any edited world within a second: all worlds choose among one set of routes, only costs are made anew.

The routes are those of the data, of the world of the base year, of every built-in scenario on it, and of the world
in which all projects are open. `Study.flow_model` adds routes that are found in the edited world itself; where these
matter, the two differ a little.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from caspia.cost import Lookup, Servers, find_servers
from caspia.demand import spread
from caspia.errors import InputError
from caspia.routing import RouteRows
from caspia.scenario import Edit, Scenario, built_in_scenarios, project_scenario
from caspia.study.flows import BASE_YEAR, FlowModel, compile_model
from caspia.study.loading import behaviour, measures, route_constants, route_costs
from caspia.study.market import OVER_SEA, Group, Market, find_market, merge_markets
from caspia.study.priced import Priced
from caspia.study.study import Study, Tell

FloatArray = npt.NDArray[np.float64]
_ROWS = ("pair", "kind", "cost", "start", "arcs")


def shared_market(study: Study, root: Market, tell: Tell | None = None) -> Market:
    """Routes of the data and of the worlds that users are likely to ask for.

    Parameters
    ----------
    study : Study
        Data as they are.
    root : Market
        Their routes.
    tell : callable, optional
        Told stage, number done and number of all.

    Returns
    -------
    Market
    """
    worlds = list(_worlds(study))
    found = root
    for done, world in enumerate(worlds):
        if tell is not None:
            tell("Routes of scenarios", done, len(worlds))
        servers = find_servers(Lookup(world.network, world.data.facts), world.data)
        found = merge_markets(found, find_market(world, found.pairs, servers, detours=((), OVER_SEA)))
    if tell is not None:
        tell("Routes of scenarios", len(worlds), len(worlds))
    return found


def _worlds(study: Study) -> Iterator[Study]:
    """Worlds whose routes are wanted; what the built-in scenarios edit need not be in a user's own data."""
    base = study.in_year(BASE_YEAR)
    if base is not study:
        yield base
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


def repriced(model: FlowModel, study: Study, groups: list[Group] | None = None) -> FlowModel:
    """Put an edited world on the routes of another, as `compile_model` does, but anew only what differs.

    Parameters
    ----------
    model : FlowModel
        Compiled from a world of the same graph.
    study : Study
        The edited world.
    groups : list of Group, optional
        Pairs by what binds them, where the rules of the two worlds are the same.

    Returns
    -------
    FlowModel
        Equal to `compile_model(study, model.market)`.
    """
    servers = find_servers(Lookup(study.network, study.data.facts), study.data)
    if not _same_use(model, study, servers):
        return compile_model(study, model.market)
    rules = behaviour(study.data)
    cost = route_costs(study, model.market, groups) + route_constants(study, model.market, rules)
    return replace(model.with_costs(cost), study=study, servers=servers)


def _same_use(model: FlowModel, study: Study, servers: Servers) -> bool:
    """Whether routes use capacities alike in two worlds; costs and the capacities themselves may differ."""
    old, before = model.servers, model.study
    arrays = ("server", "use", "measure", "arc_start")
    return (
        old.key == servers.key
        and all(np.array_equal(getattr(old, name), getattr(servers, name)) for name in arrays)
        and np.array_equal(before.network.arcs.length_km, study.network.arcs.length_km)
        and np.array_equal(measures(before.data), measures(study.data))
        and np.array_equal(_value_of_time(before), _value_of_time(study))
    )


def _value_of_time(study: Priced) -> FloatArray:
    return study.data.values("commodities", "value_of_time_usd_per_t_h", 0.0)


def save_market(stream: BinaryIO, market: Market) -> None:
    """Write the routes of a market.

    Parameters
    ----------
    stream : binary file
        Open for writing.
    market : Market
        Routes.
    """
    rows = {name: getattr(market.routes, name) for name in _ROWS}
    np.savez(stream, first=market.start, **rows)


def load_market(path: Path, study: Study) -> Market | None:
    """Read the routes of a market.

    Parameters
    ----------
    path : pathlib.Path
        Of `save_market`.
    study : Study
        The data that the routes were found in.

    Returns
    -------
    Market or None
        None where there is no such file, it is damaged, or its routes do not fit the data.
    """
    try:
        with np.load(path, allow_pickle=False) as found:
            rows = RouteRows(**{name: found[name] for name in _ROWS})
            first = found["first"]
    except (OSError, ValueError, KeyError, EOFError):
        return None
    pairs = spread(study.data)
    fits = len(first) == len(pairs.share) + 1 and (
        len(rows.arcs) == 0 or int(rows.arcs.max()) < study.network.n_arcs
    )
    return Market(pairs, rows, first) if fits and len(rows.start) == len(rows.pair) + 1 else None
