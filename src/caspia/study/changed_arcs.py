"""What a project changes of the cost of arcs: only these are priced anew, which takes a hundredth of the time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from caspia.cost import Cargo, Lookup, Servers, arc_costs, cargo_of, empty_haul_usd_per_t
from caspia.errors import InputError, Problem
from caspia.network import ArcKind
from caspia.study.market import Market
from caspia.study.study import Study

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]
ELSEWHERE = ("commodities", "countries", "groups")
"""Tables whose facts bear on the cost of every arc."""
BOXES = "containers"
"""Commodity for whose boxes time and money are told."""
_KIND = {"links": ArcKind.LINE, "borders": ArcKind.BORDER, "services": ArcKind.WAIT}


@dataclass(frozen=True, eq=False)
class ChangedArcs:
    """Arcs that cost something else in another world.

    Attributes
    ----------
    n_arcs : int
        Number of all arcs.
    arcs : numpy.ndarray of int, shape (n,)
        Arcs behind which other facts stand.
    saving_usd_per_t : numpy.ndarray, shape (n_commodities, n)
        What a tonne of each commodity pays less on each; 0 where it may not pass.
    """

    n_arcs: int
    arcs: IntArray
    saving_usd_per_t: FloatArray

    def of_routes(self, market: Market) -> FloatArray:
        """What a tonne pays less on each route.

        Parameters
        ----------
        market : Market
            Routes.

        Returns
        -------
        numpy.ndarray, shape (n_routes,)
        """
        routes = market.routes
        place = np.full(self.n_arcs, -1, dtype=np.int64)
        place[self.arcs] = np.arange(len(self.arcs))
        entry = np.flatnonzero(place[routes.arcs] >= 0)
        route = routes.route_of_arc[entry]
        saved = self.saving_usd_per_t[market.commodity[route], place[routes.arcs[entry]]]
        return np.bincount(route, saved, len(routes.pair)).astype(np.float64)

    def touched(self, servers: Servers, gain: FloatArray) -> npt.NDArray[np.bool_]:
        """Arcs that cost something else or have another capacity.

        Parameters
        ----------
        servers : Servers
            Capacities.
        gain : numpy.ndarray, shape (n_servers,)
            What is added to them.

        Returns
        -------
        numpy.ndarray of bool, shape (n_arcs,)
        """
        arc = np.repeat(np.arange(self.n_arcs), np.diff(servers.arc_start))
        found = np.bincount(arc, gain[servers.server] != 0.0, self.n_arcs) > 0
        found[self.arcs[(self.saving_usd_per_t != 0.0).any(axis=0)]] = True
        return np.asarray(found)


def changed_arcs(before: Study, after: Study, cargoes: Sequence[Cargo], name: str) -> ChangedArcs:
    """Find what arcs cost in another world of the same graph.

    Parameters
    ----------
    before, after : Study
        Worlds; the second is a scenario of the first.
    cargoes : sequence of Cargo
        One unit of every commodity, in the order of the table.
    name : str
        What makes the second world, for messages.

    Returns
    -------
    ChangedArcs

    Raises
    ------
    InputError
        The second world opens or bars arcs, or changes what every arc costs.
    """
    facts = [set(item.data.facts.frame["key"][item.data.facts.frame["rank"] == 1]) for item in (before, after)]
    new = {key.rpartition(".")[0] for key in facts[1] - facts[0]}
    for table in ELSEWHERE:
        known = new.intersection(before.data.tables[table]["id"])
        if known:
            raise InputError(_too_much(name, ", ".join(sorted(known))))
    differ = (before.network.arcs.facts != after.network.arcs.facts).any(axis=1)
    arcs = np.flatnonzero(differ).astype(np.int32)
    costs = [_weights(item, arcs, cargoes) for item in (before, after)]
    if (np.isfinite(costs[0]) != np.isfinite(costs[1])).any():
        problem = Problem(
            what="project bars or opens ways by an amount",
            where=f"works of {name}",
            got="a work with scale, add or set that makes a way passable or impassable",
            allowed="ways are opened by a work with the action open",
            repair="open the link, crossing or service, and give its facts to the object",
        )
        raise InputError(problem)
    usable = np.isfinite(costs[0])
    saving = np.where(usable, costs[0], 0.0) - np.where(usable, costs[1], 0.0)
    return ChangedArcs(before.network.n_arcs, arcs, saving)


def opened_arcs(study: Study, opened: Mapping[str, npt.NDArray[np.int64]]) -> npt.NDArray[np.bool_]:
    """Arcs that a project opens.

    Parameters
    ----------
    study : Study
        Network.
    opened : mapping of str to numpy.ndarray of int
        Rows that it opens, by table.

    Returns
    -------
    numpy.ndarray of bool, shape (n_arcs,)
    """
    arcs = study.network.arcs
    found = np.zeros(study.network.n_arcs, dtype=bool)
    for table, rows in opened.items():
        if table in _KIND:
            found |= (arcs.kind == _KIND[table]) & np.isin(arcs.row, rows)
    return found


def eased_boxes(before: Study, after: Study, arcs: IntArray) -> FloatArray:
    """Hours and dollars that a box spends less on some arcs in another world, waits in queues apart.

    Parameters
    ----------
    before, after : Study
        Worlds; the second is a scenario of the first.
    arcs : numpy.ndarray of int, shape (n,)
        Arcs.

    Returns
    -------
    numpy.ndarray, shape (2, n)
        Hours and dollars; 0 where boxes cannot pass, and where the data have no such boxes.
    """
    if BOXES not in set(before.data.tables["commodities"]["id"]):
        return np.zeros((2, len(arcs)))
    old, new = (
        arc_costs(
            Lookup(item.network.some_arcs(arcs), item.data.facts),
            cargo_of(item.data, BOXES),
            None,
            item.grid_g_per_kwh,
        )
        for item in (before, after)
    )
    saved = np.stack([old.time.mean - new.time.mean, old.money.mean - new.money.mean])
    return np.where(old.passable & new.passable, saved, 0.0)


def _too_much(name: str, got: str) -> Problem:
    return Problem(
        what="project changes what the cost of every way rests on",
        where=f"works of {name}",
        got=got,
        allowed="works on places, links, classes, terminals, borders, services and fleets",
        repair="say which ways become cheaper or faster",
    )


def _weights(study: Study, arcs: IntArray, cargoes: Sequence[Cargo]) -> FloatArray:
    """Generalised cost of a tonne of every commodity on some arcs, shape (n_commodities, n); inf where barred."""
    look = Lookup(study.network.some_arcs(arcs), study.data.facts)
    empties = empty_haul_usd_per_t(look, study.data)
    found = np.empty_like(empties)
    for row, cargo in enumerate(cargoes):
        found[row] = (
            arc_costs(look, cargo, None, study.grid_g_per_kwh).generalised_usd / cargo.tonnes + empties[row]
        )
    return found
