"""The routes among which all edited worlds of the page choose, found once and kept.

These are the routes of the data, of the world of the base year, of every built-in scenario on it, and of the world
in which all projects are open. `Study.flow_model` adds routes found in the edited world itself; where those
matter, the two differ a little.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import BinaryIO
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from caspia.cost import Lookup, find_servers
from caspia.demand import Pairs, spread
from caspia.errors import InputError
from caspia.routing import RouteRows
from caspia.scenario import Edit, Scenario, built_in_scenarios, project_scenario
from caspia.study.flows import BASE_YEAR, FlowModel, compile_model
from caspia.study.market import OVER_SEA, Market, find_market, merge_markets
from caspia.study.study import Study, Tell

BoolArray = npt.NDArray[np.bool_]
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
    pairs, rows = model.market.pairs, np.flatnonzero(lost)
    some = Pairs(**{item.name: getattr(pairs, item.name)[rows] for item in fields(Pairs)})
    own = find_market(model.study, some, model.servers, detours=((), OVER_SEA))
    if not len(own.routes.pair):
        return model
    found = Market(pairs, replace(own.routes, pair=rows[own.routes.pair]), own.start)
    return compile_model(model.study, merge_markets(model.market, found))


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
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as found:
            rows = RouteRows(**{name: found[name] for name in _ROWS})
            first = found["first"]
    except (OSError, ValueError, LookupError, EOFError, RuntimeError, BadZipFile, zlib.error, struct.error):
        # Whatever the readers of archives and arrays say of a damaged one.
        return None
    pairs = spread(study.data)
    fits = len(first) == len(pairs.share) + 1 and (
        len(rows.arcs) == 0 or int(rows.arcs.max()) < study.network.n_arcs
    )
    return Market(pairs, rows, first) if fits and len(rows.start) == len(rows.pair) + 1 else None
