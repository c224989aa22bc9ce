"""The routes among which all demand chooses: found once for a network, shared by years and scenarios."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from caspia.cost import Lookup, Servers, empty_haul_usd_per_t
from caspia.demand import Pairs
from caspia.network import MODES, ArcKind, Role, resolve_rule
from caspia.routing import Kinds, RouteRows, ViaOptions, build_graph, routes_through
from caspia.study.corridors import CORRIDORS, signatures
from caspia.study.find import ABSURD
from caspia.study.priced import Priced
from caspia.study.request import binding_rules

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]
OVER_SEA = ("KZ", "RU", "MN", "KG", "TJ", "PK", "AF", "IR")
CHINA_BY_LAND = "CN by land"
"""Stands among states for all land crossings of China: without them its trade goes over its ports."""
OCEAN = "open sea"
"""Stands among states for lines over the open sea: without them trade between continents goes by land."""
DETOURS: tuple[tuple[str, ...], ...] = (
    (),
    ("RU",),
    ("IR",),
    ("RU", "IR"),
    ("CN",),
    ("RU", "CN"),
    OVER_SEA,
    ("KZ",),
    ("KZ", "MN"),
    ("LV", "LT"),
    (CHINA_BY_LAND,),
    (OCEAN,),
)
"""States without which routes are sought beside the best, so that each closure leaves some, and that not all
routes of a corridor share one crossing."""
OPTIONS = ViaOptions(of_each_kind=8, absurd=ABSURD)
MOST_OF_KINDS = (8, 8, 6, 5)
"""Most routes of a corridor for a pair that has one, two, three or more corridors."""
THROUGH = frozenset({"crossing", "terminal", "port", "sailing", "fleet", "pipeline"})
HOME_OF = {"Northern": "RU", "Southern": "IR"}
"""State whose transit a corridor is named for."""
AS_FAR_BY_SEA = 0.8
"""Share of the open sea of the way by sea from which on a way with another name is a detour from that."""
TRANSFER_KM = 50.0
"""What a transfer weighs in the overlap of routes, as kilometres of line."""


@dataclass(frozen=True, eq=False)
class Market:
    """Routes of all pairs of places.

    Attributes
    ----------
    pairs : Pairs
        Demand between places.
    routes : RouteRows
        Routes in order of pairs; `kind` is the row of CORRIDORS.
    start : numpy.ndarray of int, shape (n_pairs + 1,)
        Routes of pair p are `start[p]:start[p + 1]`.
    """

    pairs: Pairs
    routes: RouteRows
    start: IntArray

    @property
    def commodity(self) -> IntArray:
        """Row of the table commodities of every route."""
        return self.pairs.commodity[self.routes.pair]


def find_market(
    study: Priced,
    pairs: Pairs,
    servers: Servers,
    *,
    detours: Sequence[tuple[str, ...]] = DETOURS,
    progress: Callable[[int, int], None] | None = None,
) -> Market:
    """Find routes for all pairs: the best, the best of each corridor, and ways through other gates.

    Parameters
    ----------
    study : Study
        Data whose costs and closures lead the search.
    pairs : Pairs
        Demand between places.
    servers : Servers
        Capacities; routes are sought through each port, crossing, sailing and pipeline.
    detours : sequence of tuple of str
        Sets of states; routes are sought without each.
    progress : callable, optional
        Told the searches done and the number of all.

    Returns
    -------
    Market
        A pair without any route has none.
    """
    search = _Search(study, pairs, servers)
    tasks = [(group, detour) for group in groups_of(study, pairs) for detour in detours]
    found: list[RouteRows] = []
    with ThreadPoolExecutor(2) as pool:
        for done, rows in enumerate(pool.map(search.run, tasks), start=1):
            found.append(rows)
            if progress:
                progress(done, len(tasks))
    detour_of = np.repeat([detours.index(detour) for _, detour in tasks], [len(rows.pair) for rows in found])
    routes = _concatenate(found)
    kept = np.flatnonzero(~_detours_from_sea(study, pairs, routes))
    return _market(pairs, _take(routes, kept), np.asarray(detour_of[kept], dtype=np.int64))


def routes_around(
    study: Priced, market: Market, servers: Servers, closed: Sequence[tuple[BoolArray, IntArray]]
) -> Market:
    """Add routes for pairs that a closure leaves none or dear ones, found with its arcs closed.

    Parameters
    ----------
    study : Study
        Data whose costs lead the search.
    market : Market
        Routes that are known.
    servers : Servers
        Capacities.
    closed : sequence of (numpy.ndarray of bool, numpy.ndarray of int)
        Arcs of each closure, and the pairs for which routes are sought.

    Returns
    -------
    Market
        Every route once.
    """
    search, found = _Search(study, market.pairs, servers), [market.routes]
    groups = groups_of(study, market.pairs)
    for arcs, pairs in closed:
        for group in groups:
            own = np.intersect1d(group.pairs, pairs)
            if len(own):
                found.append(search.run((Group(group.commodity, group.barred | arcs, own), ())))
    return _market(market.pairs, _concatenate(found))


def merge_markets(one: Market, other: Market) -> Market:
    """Put the routes of two markets of the same pairs together; what is good in either world stays.

    Parameters
    ----------
    one, other : Market
        Markets.

    Returns
    -------
    Market
        Every route once.
    """
    return _market(one.pairs, _concatenate([one.routes, other.routes]))


def some_routes(market: Market, chosen: BoolArray) -> Market:
    """A market with some of its routes.

    Parameters
    ----------
    market : Market
        Routes.
    chosen : numpy.ndarray of bool, shape (n_routes,)
        Routes to keep.

    Returns
    -------
    Market
    """
    return _market(market.pairs, _take(market.routes, np.flatnonzero(chosen)))


def users_of(market: Market, arcs: BoolArray) -> BoolArray:
    """Routes that use one of some arcs.

    Parameters
    ----------
    market : Market
        Routes.
    arcs : numpy.ndarray of bool, shape (n_arcs,)
        Arcs.

    Returns
    -------
    numpy.ndarray of bool, shape (n_routes,)
    """
    routes = market.routes
    if len(routes.arcs) == 0:
        return np.zeros(0, dtype=bool)
    return np.asarray(np.logical_or.reduceat(arcs[routes.arcs], routes.start[:-1]), dtype=bool)


def in_transit(study: Priced, market: Market) -> BoolArray:
    """Routes that feel the constant of their corridor.

    The constant of a corridor stands for what shippers think of passing a state: Russia on the Northern, Iran on
    the Southern. Who sends to that state or from it has no choice about it, and does not feel it.

    Parameters
    ----------
    study : Study
        Places.
    market : Market
        Routes.

    Returns
    -------
    numpy.ndarray of bool, shape (n_routes,)
    """
    return ~_at_home(study, market.pairs, market.routes)


def _at_home(study: Priced, pairs: Pairs, rows: RouteRows) -> BoolArray:
    """Routes of a corridor that begin or end in the state that it is named for."""
    states = study.data.tables["places"]["country"].to_numpy(dtype=object)
    ends = states[pairs.origin], states[pairs.destination]
    found = np.zeros(len(rows.pair), dtype=bool)
    for corridor, state in HOME_OF.items():
        home = (ends[0] == state) | (ends[1] == state)
        found |= home[rows.pair] & (rows.kind == CORRIDORS.index(corridor))
    return found


def _detours_from_sea(study: Priced, pairs: Pairs, rows: RouteRows) -> BoolArray:
    """Routes that sail nearly as far as the way by sea and then pass a land corridor as well.

    Such a route bears the name of the corridor, but is no use of it that anybody makes: from China by sea to the
    Baltic, through Russia and back. Cargo of the state that a corridor is named for does have to pass it.
    """
    ocean = CORRIDORS.index("Ocean")
    at_sea = np.where(_open_sea(study), study.network.arcs.length_km, 0.0)
    route = np.repeat(np.arange(len(rows.pair)), np.diff(rows.start))
    sailed = np.bincount(route, at_sea[rows.arcs], len(rows.pair))
    by_sea = pd.DataFrame({"pair": rows.pair, "cost": rows.cost, "km": sailed})[rows.kind == ocean]
    best = by_sea.sort_values("cost").drop_duplicates("pair").set_index("pair")["km"]
    least = best.reindex(np.arange(len(pairs.share))).to_numpy(dtype=float)[rows.pair]
    past = (least > 0.0) & (sailed >= AS_FAR_BY_SEA * least)
    return np.asarray(past & (rows.kind != ocean) & ~_at_home(study, pairs, rows), dtype=bool)


def _open_sea(study: Priced) -> BoolArray:
    """Lines over the open sea."""
    arcs = study.network.arcs
    return np.asarray((arcs.kind == ArcKind.LINE) & (arcs.mode == MODES.index("deep_sea")), dtype=bool)


def _market(pairs: Pairs, rows: RouteRows, detour: IntArray | None = None) -> Market:
    """Routes in order of pairs, each once; of each corridor the best where their costs are of one world."""
    table = pd.DataFrame({"pair": rows.pair, "kind": rows.kind, "cost": rows.cost, "name": _names(rows)})
    if detour is not None:
        table["detour"] = detour
    table = table.sort_values(["pair", "cost"], kind="stable").drop_duplicates(["pair", "name"])
    if detour is not None:
        table = _best_of_each(table)
    routes = _take(rows, table.index.to_numpy())
    start = np.searchsorted(routes.pair, np.arange(len(pairs.share) + 1))
    return Market(pairs, routes, start.astype(np.int64))


def _best_of_each(table: pd.DataFrame) -> pd.DataFrame:
    """Of each corridor the best, those first that lead where some states are avoided: they differ most."""
    least = table.groupby("pair")["cost"].transform("min")
    best = table.groupby(["pair", "kind"])["cost"].transform("min")
    follows = table.groupby(["pair", "kind", "detour"]).cumcount() > 0
    order = table.assign(follows=follows).sort_values(["pair", "kind", "follows", "cost"], kind="stable")
    rank = (order.groupby(["pair", "kind"]).cumcount() + 1).reindex(table.index)
    kinds = table.groupby("pair")["kind"].transform("nunique").clip(upper=len(MOST_OF_KINDS) - 1)
    keep = (rank <= np.take(MOST_OF_KINDS, kinds)) & (table["cost"] <= OPTIONS.kind_stretch * best)
    return table[keep & (best <= ABSURD * least)]


def _concatenate(parts: Sequence[RouteRows]) -> RouteRows:
    sizes = np.concatenate([np.diff(part.start) for part in parts] or [np.empty(0, dtype=np.int64)])
    return RouteRows(
        pair=np.concatenate([part.pair for part in parts] or [np.empty(0, dtype=np.int64)]),
        kind=np.concatenate([part.kind for part in parts] or [np.empty(0, dtype=np.int64)]),
        cost=np.concatenate([part.cost for part in parts] or [np.empty(0)]),
        start=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        arcs=np.concatenate([part.arcs for part in parts] or [np.empty(0, dtype=np.int32)]),
    )


def _take(rows: RouteRows, chosen: IntArray) -> RouteRows:
    size = np.diff(rows.start)[chosen]
    start = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    source = np.repeat(rows.start[chosen] - start[:-1], size) + np.arange(start[-1])
    return RouteRows(rows.pair[chosen], rows.kind[chosen], rows.cost[chosen], start, rows.arcs[source])


def _names(rows: RouteRows) -> IntArray:
    """A number for each set of arcs, the same for the same set."""
    if len(rows.arcs) == 0:
        return np.empty(0, dtype=np.int64)
    random = np.random.default_rng(1).integers(1, 2**62, int(rows.arcs.max()) + 1)
    return np.asarray(np.bitwise_xor.reduceat(random[rows.arcs], rows.start[:-1]), dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Group:
    """Pairs of a commodity that the same rules bind.

    Attributes
    ----------
    commodity : int
        Row of the table commodities.
    barred : numpy.ndarray of bool, shape (n_arcs,)
        Arcs that the rules bar.
    pairs : numpy.ndarray of int, shape (n,)
        Rows of the pairs.
    """

    commodity: int
    barred: BoolArray
    pairs: IntArray


def groups_of(study: Priced, pairs: Pairs) -> list[Group]:
    """Sort pairs by commodity and by the rules that bind them.

    Parameters
    ----------
    study : Study
        Rules and network.
    pairs : Pairs
        Demand between places.

    Returns
    -------
    list of Group
        Every pair in one of them.
    """
    data, network = study.data, study.network
    states = data.tables["places"]["country"].to_numpy(dtype=object)
    ids = data.tables["commodities"]["id"].tolist()
    known: dict[tuple[int, tuple[str, str]], tuple[str, ...]] = {}
    rules: dict[str, Any] = {rule.id: rule for rule in data.rules}
    members: dict[tuple[int, tuple[str, ...]], list[int]] = defaultdict(list)
    for p, goods in enumerate(pairs.commodity.tolist()):
        ends = str(states[pairs.origin[p]]), str(states[pairs.destination[p]])
        if (goods, ends) not in known:
            known[goods, ends] = tuple(rule.id for rule in binding_rules(data, ids[goods], ends))
        members[goods, known[goods, ends]].append(p)
    binding = {key for _, names in members for key in names}
    masks = {key: resolve_rule(network, data, rules[key]) for key in binding}
    none = np.zeros(network.n_arcs, dtype=bool)
    return [
        Group(goods, np.logical_or.reduce([none, *(masks[key] for key in names)]), np.array(rows, dtype=np.int64))
        for (goods, names), rows in members.items()
    ]


class _Search:
    """What every search shares."""

    def __init__(self, study: Priced, pairs: Pairs, servers: Servers) -> None:
        self.study, self.pairs = study, pairs
        network = study.network
        self.graph = build_graph(network.arcs.tail, network.arcs.head, network.n_vertices)
        self.states = study.data.tables["places"]["country"].to_numpy(dtype=object)
        self.through = _through(study, servers)
        self.empties = empty_haul_usd_per_t(Lookup(study.network, study.data.facts), study.data)
        self.chinese = _crossings_of(study, "CN")
        self.open_sea = _open_sea(study)
        self.source, self.target = _ends(study, Role.ORIGIN), _ends(study, Role.DESTINATION)
        base = signatures(network)
        orders = [base.between(home) for home in ((), ("IR",), ("RU",), ("IR", "RU"))]
        rules = [order.rule() for order in orders]
        longest = max(len(rule) for rule in rules)
        padded = [np.vstack([rule, np.zeros((longest - len(rule), 3), dtype=np.int64)]) for rule in rules]
        self.kinds = Kinds(base.tags(), np.array(padded), CORRIDORS.index("Other"))

    def run(self, task: tuple[Group, tuple[str, ...]]) -> RouteRows:
        """Routes of a group without some states."""
        group, detour = task
        goods = str(self.study.data.tables["commodities"]["id"].iloc[group.commodity])
        costs = self.study.costs(goods)
        states = [state for state in detour if state not in (CHINA_BY_LAND, OCEAN)]
        barred = group.barred | self.study.network.passing_states(states)
        if CHINA_BY_LAND in detour:
            barred = barred | self.chinese
        if OCEAN in detour:
            barred = barred | self.open_sea
        weight = (
            np.where(barred, np.inf, costs.generalised_usd) / costs.cargo.tonnes + self.empties[group.commodity]
        )
        rows = group.pairs
        rows = rows[(self.source[self.pairs.origin[rows]] >= 0) & (self.target[self.pairs.destination[rows]] >= 0)]
        ends = self.pairs.origin[rows], self.pairs.destination[rows]
        home = [np.array([self.states[place] for place in side], dtype=object) for side in ends]
        in_iran, in_russia = (((home[0] == code) | (home[1] == code)).astype(np.int32) for code in ("IR", "RU"))
        order = (in_iran + 2 * in_russia).astype(np.int32)
        found = routes_through(
            self.graph,
            weight,
            (self.source[ends[0]], self.target[ends[1]], order),
            self.through,
            self.kinds,
            self.study.network.vertices.place,
            OPTIONS,
        )
        return replace(found, pair=rows[found.pair])


def _crossings_of(study: Priced, state: str) -> BoolArray:
    """Land crossings of a state."""
    borders = study.data.tables["borders"]
    touches = ((borders["from_country"] == state) | (borders["to_country"] == state)).to_numpy(dtype=bool)
    arcs = study.network.arcs
    crossing = arcs.kind == ArcKind.BORDER
    return np.asarray(crossing & touches[np.where(crossing, arcs.row, 0)], dtype=bool)


def _ends(study: Priced, role: Role) -> npt.NDArray[np.int32]:
    """Vertex at which journeys begin or end at each place; -1 where they cannot."""
    vertices = study.network.vertices
    found = np.full(len(study.network.place_ids), -1, dtype=np.int32)
    chosen = np.flatnonzero(vertices.role == role)
    found[vertices.place[chosen]] = chosen
    return found


def _through(study: Priced, servers: Servers) -> npt.NDArray[np.int32]:
    """Arcs of crossings and of everything that has a capacity but plain lines."""
    arcs = study.network.arcs
    gates = arcs.kind == ArcKind.BORDER
    named = np.array([kind in THROUGH for kind in servers.kind], dtype=bool)
    arc = np.repeat(np.arange(study.network.n_arcs), np.diff(servers.arc_start))
    gates[arc[named[servers.server]]] = True
    return np.flatnonzero(gates).astype(np.int32)
