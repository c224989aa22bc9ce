"""What the crossing of the Caspian can carry: the most tonnes that fit through all of its stages at once.

Capacities in series do not add up: what a port gains is worth nothing where ships are short. The crossing is
therefore a linear program over its ways, each a kind of cargo in one direction through ports, ships and the trunk
lines to and from them; capacity is the most that fits on all ways together. Beside it stands what each stage would
let through if nothing else were in the way.

References
----------
Ford, L. R., Fulkerson, D. R. (1956). Maximal flow through a network. Canadian Journal of Mathematics 8, 399-404.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from caspia.demand import t_per_teu
from caspia.investment.bottleneck import most_through
from caspia.network import MODES, SEA_MODES, ArcKind
from caspia.study.flows import FlowModel
from caspia.study.loading import measures

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
STAGES = ("ways to the sea", "ports east", "ships", "ports west", "ways onward")
TRUNK = 0.5
"""Share of what a port sends or takes by a mode from which on a line is one that it cannot do without."""
TRODDEN = 0.002
"""Share of all cargo of the crossing from which on a way counts: others are possible and nobody takes them."""
_IDLE_T = 1.0
"""What a route without flow weighs in the mean of its way, in tonnes."""


@dataclass(frozen=True, eq=False)
class Capacity:
    """What the crossing can carry.

    Attributes
    ----------
    through_t : float
        Tonnes a year through all stages.
    binding : numpy.ndarray, shape (n_stages,)
        Share of these tonnes that each stage limits: what its capacities are worth, in tonnes; sums to 1.
    """

    through_t: float
    binding: FloatArray


@dataclass(frozen=True, eq=False)
class Crossing:
    """Ways over the sea and the capacities that they share.

    Attributes
    ----------
    servers : numpy.ndarray of int, shape (n,)
        Servers of the stages, as rows of the servers of the model.
    stage : numpy.ndarray of int, shape (n,)
        Stage of each, as a row of `STAGES`.
    kept_for_others, base : numpy.ndarray, shape (n,)
        Load of other cargo in the first year and capacity of that year, in the unit of each. Other cargo keeps
        its load; where capacity falls below that of the first year, all give way alike.
    use : numpy.ndarray, shape (n, n_ways)
        Units of each server that one tonne of each way uses.
    balance : numpy.ndarray, shape (n_rules, n_ways)
        Rows that are not to exceed 0: cargo against the main direction keeps its share.
    routes : numpy.ndarray of int, shape (n_routes,)
        Routes of the crossing, as rows of the model.
    way : numpy.ndarray of int, shape (n_routes,)
        Way of each route.
    counted : float
        Tonnes of the official statistic for a tonne of the model: capacities are told on the scale of the flows.
    """

    servers: IntArray
    stage: IntArray
    kept_for_others: FloatArray
    base: FloatArray
    use: FloatArray
    balance: FloatArray
    routes: IntArray
    way: IntArray
    counted: float = 1.0

    @property
    def n_ways(self) -> int:
        """Number of ways."""
        return int(self.use.shape[1])

    def open_ways(self, shut: BoolArray) -> BoolArray:
        """Ways of which a route is open.

        Parameters
        ----------
        shut : numpy.ndarray of bool, shape (n_all_routes,)
            Routes of the model that are shut.

        Returns
        -------
        numpy.ndarray of bool, shape (n_ways,)
        """
        return np.bincount(self.way, ~shut[self.routes], self.n_ways) > 0

    def capacity(self, of_servers: FloatArray, open_ways: BoolArray) -> Capacity:
        """The most tonnes that fit through all stages.

        Parameters
        ----------
        of_servers : numpy.ndarray, shape (n_servers,)
            Capacities of all servers of the model.
        open_ways : numpy.ndarray of bool, shape (n_ways,)
            Ways that there are.

        Returns
        -------
        Capacity
        """
        free = self._free(of_servers)
        through, price = self._most(free, open_ways)
        worth: FloatArray = np.maximum(np.bincount(self.stage, price * free, len(STAGES)), 0.0)
        return Capacity(through, worth / worth.sum() if worth.sum() > 0 else worth)

    def alone(self, of_servers: FloatArray, open_ways: BoolArray, stage: int) -> float:
        """Tonnes that a stage would let through if nothing else were in the way.

        Parameters
        ----------
        of_servers : numpy.ndarray, shape (n_servers,)
            Capacities of all servers of the model.
        open_ways : numpy.ndarray of bool, shape (n_ways,)
            Ways that there are.
        stage : int
            Row of `STAGES`.

        Returns
        -------
        float
            Tonnes a year on the ways that have a capacity in that stage; NaN where none has.
        """
        own = self.stage == stage
        limited = open_ways & (self.use[own] > 0).any(axis=0)
        if not limited.any():
            return np.nan
        free = self._free(of_servers)
        return self._most(np.where(own, free, np.inf), limited)[0]

    def _free(self, of_servers: FloatArray) -> FloatArray:
        """What other cargo leaves of each server."""
        capacity = of_servers[self.servers]
        return np.maximum(capacity - self.kept_for_others * np.minimum(1.0, capacity / self.base), 0.0)

    def _most(self, free: FloatArray, ways: BoolArray) -> tuple[float, FloatArray]:
        """Most tonnes on some ways, and what a unit more of each server adds."""
        if not ways.any():
            return 0.0, np.zeros(len(free))
        through, price = most_through(self.use[:, ways], free, self.balance[:, ways])
        return self.counted * through, price


def find_crossing(
    model: FlowModel, members: BoolArray, ports: tuple[str, ...], flow_t: FloatArray, later_t: FloatArray
) -> Crossing:
    """Find the ways and stages of a crossing.

    Parameters
    ----------
    model : FlowModel
        Routes and capacities.
    members : numpy.ndarray of bool, shape (n_routes,)
        Routes of the crossing.
    ports : tuple of str
        Places of its eastern shore.
    flow_t : numpy.ndarray, shape (n_routes,)
        Flows of the first year, from which directions and the load of other cargo are taken.
    later_t : numpy.ndarray, shape (n_routes,)
        Flows of a year in which everything is open; with those of the first year they tell which ways are used.

    Returns
    -------
    Crossing
        Other cargo keeps what it uses in these flows; where a server is beyond its capacity, all give way alike.
    """
    routes = _trodden(model, np.flatnonzero(members), ports, (flow_t, later_t))
    steps = _steps(model, routes, ports)
    server, route, unit = _entries(model, routes, steps)
    n = model.servers.n_servers
    stage = _stages(model, steps, (server, route), flow_t[routes])
    kept = stage[server] >= 0
    server, route, unit = server[kept], route[kept], unit[kept]
    whole = sparse.csr_matrix((unit, (route, server)), shape=(len(routes), n))
    way, kind = _ways(model, routes, steps, whole)
    weight = np.maximum(flow_t, later_t)[routes] + _IDLE_T
    share = weight / np.bincount(way, weight)[way]
    n_ways = int(way.max(initial=-1)) + 1
    mean = sparse.csr_matrix((share, (way, np.arange(len(routes)))), shape=(n_ways, len(routes))) @ whole
    rows = np.flatnonzero(stage >= 0)
    table = model.table
    load = np.bincount(table.server, table.use * flow_t[table.route_of_entry], n)[rows]
    own = np.bincount(server, unit * flow_t[routes][route], n)[rows]
    fits = np.minimum(1.0, model.servers.capacity[rows] / np.maximum(load, 1e-12))
    others = np.maximum(load - own, 0.0) * fits
    return Crossing(
        servers=rows,
        stage=stage[rows],
        kept_for_others=others,
        base=model.servers.capacity[rows],
        use=np.asarray(mean.todense()).T[rows],
        balance=_balance(way, kind, flow_t[routes]),
        routes=routes,
        way=way,
    )


def _trodden(model: FlowModel, routes: IntArray, ports: tuple[str, ...], flows: tuple[FloatArray, ...]) -> IntArray:
    """Routes of ways on which a part of the cargo goes that is worth a word."""
    steps = _steps(model, routes, ports)
    server, route, unit = _entries(model, routes, steps)
    staged = _stages(model, steps, (server, route), flows[0][routes])[server] >= 0
    shape = len(routes), model.servers.n_servers
    whole = sparse.csr_matrix((unit[staged], (route[staged], server[staged])), shape=shape)
    way, _ = _ways(model, routes, steps, whole)
    found = np.zeros(len(routes), dtype=bool)
    for flow in flows:
        moved = np.bincount(way, flow[routes])
        found |= moved[way] >= TRODDEN * moved.sum()
    return routes[found]


@dataclass(frozen=True, eq=False)
class _Steps:
    """Arcs of the routes of a crossing, one after the other.

    Attributes
    ----------
    route, arc : route (counted among those of the crossing) and arc of each step.
    westward : whether each route leads west.
    shore : -1 before the sea seen from the east, 1 behind it, by step.
    port : port of the eastern shore that each route uses, as a number; of the western shore likewise.
    """

    route: IntArray
    arc: IntArray
    westward: BoolArray
    shore: IntArray
    port: tuple[IntArray, IntArray]


def _steps(model: FlowModel, routes: IntArray, ports: tuple[str, ...]) -> _Steps:
    network, rows = model.study.network, model.market.routes
    size = np.diff(np.append(rows.start, len(rows.arcs)))[routes]
    route = np.repeat(np.arange(len(routes)), size)
    position = np.repeat(rows.start[routes] - (np.cumsum(size) - size), size) + np.arange(len(route))
    arc = rows.arcs[position].astype(np.int64)
    place = network.vertices.place
    tail, head = place[network.arcs.tail[arc]], place[network.arcs.head[arc]]
    east = np.isin(np.arange(len(network.place_ids)), [network.place_ids.index(key) for key in ports])
    at_sea = np.isin(network.arcs.mode[arc], [MODES.index(mode) for mode in SEA_MODES])
    # The passage is the run over the sea that begins or ends at a port of the eastern shore.
    passage = at_sea & (network.arcs.kind[arc] == ArcKind.LINE) & (east[tail] | east[head])
    order = np.arange(len(route))
    first = np.full(len(routes), len(order))
    np.minimum.at(first, route[passage], order[passage])
    known = first < len(order)
    step = np.where(known, first, 0)
    westward = known & east[tail[step]]
    last = step + np.where(known, _run(at_sea, route, step), 0)
    before, behind = order < first[route], order > last[route]
    shore = np.where(before, -1, np.where(behind, 1, 0)) * np.where(westward, 1, -1)[route]
    shore[~known[route]] = 0
    near = np.where(westward, tail[step], head[last])
    far = np.where(westward, head[last], tail[step])
    return _Steps(route, arc, westward, shore, (near.astype(np.int64), far.astype(np.int64)))


def _run(at_sea: BoolArray, route: IntArray, step: IntArray) -> IntArray:
    """Steps at sea behind a first one, on the same route."""
    more = np.zeros(len(step), dtype=np.int64)
    going = np.ones(len(step), dtype=bool)
    while going.any():
        following = np.minimum(step + more + 1, len(route) - 1)
        going &= (following > step + more) & at_sea[following] & (route[following] == route[step])
        more += going
    return more


def _entries(model: FlowModel, routes: IntArray, steps: _Steps) -> tuple[IntArray, IntArray, FloatArray]:
    """Servers, routes and units for a tonne of everything that the steps use."""
    servers = model.servers
    span = servers.arc_start[steps.arc + 1] - servers.arc_start[steps.arc]
    entry = np.repeat(servers.arc_start[steps.arc] - (np.cumsum(span) - span), span) + np.arange(span.sum())
    route = np.repeat(steps.route, span)
    goods = model.market.commodity[routes][route]
    unit = servers.use[entry] * measures(model.study.data)[goods, servers.measure[entry]]
    used = unit > 0
    return servers.server[entry][used], route[used], unit[used]


def _stages(model: FlowModel, steps: _Steps, entries: tuple[IntArray, IntArray], flow_t: FloatArray) -> IntArray:
    """Stage of every server, -1 for those of none."""
    network, servers = model.study.network, model.servers
    place = network.vertices.place
    owner = np.repeat(np.arange(network.n_arcs), np.diff(servers.arc_start))
    found = np.full(servers.n_servers, -1, dtype=np.int64)
    kind = np.array(servers.kind, dtype=object)
    fixed, afloat = np.isin(kind, ("terminal", "port")), np.isin(kind, ("fleet", "sailing"))
    for nth, shore in enumerate(steps.port):
        at = np.zeros(len(network.place_ids), dtype=bool)
        at[shore[steps.westward | (flow_t >= 0)]] = True
        here = at[place[network.arcs.tail]] | at[place[network.arcs.head]]
        touched = np.bincount(servers.server, here[owner], servers.n_servers) > 0
        found[touched & fixed] = STAGES.index("ports west" if nth else "ports east")
        found[touched & afloat] = STAGES.index("ships")
    found[_trunk(model, steps, flow_t, 0)] = STAGES.index("ways to the sea")
    found[_trunk(model, steps, flow_t, 1)] = STAGES.index("ways onward")
    used = np.bincount(entries[0], minlength=servers.n_servers) > 0
    return np.where(used, found, -1)


def _trunk(model: FlowModel, steps: _Steps, flow_t: FloatArray, nth: int) -> IntArray:
    """Lines and crossings of a shore that a port cannot do without."""
    network, servers = model.study.network, model.servers
    ashore = steps.shore == (1 if nth else -1)
    route, arc = steps.route[ashore], steps.arc[ashore]
    mode = network.arcs.mode[arc].astype(np.int64)
    group = steps.port[nth][route] * len(MODES) + mode
    weight = flow_t + _IDLE_T
    n_groups = len(network.place_ids) * len(MODES)
    moved = np.bincount(*_once(group, route, weight, network.arcs.kind[arc] == ArcKind.LINE), n_groups)
    span = servers.arc_start[arc + 1] - servers.arc_start[arc]
    entry = np.repeat(servers.arc_start[arc] - (np.cumsum(span) - span), span) + np.arange(span.sum())
    server, of = servers.server[entry], np.repeat(np.arange(len(arc)), span)
    lines = np.isin(np.array(servers.kind, dtype=object), ("line", "crossing", "pipeline"))[server]
    key = group[of] * servers.n_servers + server
    keys, place = np.unique(key, return_inverse=True)
    through = np.bincount(*_once(place, route[of], weight, lines), len(keys))
    needed = through >= TRUNK * moved[keys // servers.n_servers]
    return np.unique((keys % servers.n_servers)[needed & (through > 0)])


def _once(group: IntArray, route: IntArray, weight: FloatArray, kept: BoolArray) -> tuple[IntArray, FloatArray]:
    """Groups and weights of routes, every route once in a group."""
    pairs = np.unique(np.stack([group[kept], route[kept]]), axis=1)
    return pairs[0], weight[pairs[1]]


def _ways(model: FlowModel, routes: IntArray, steps: _Steps, whole: sparse.csr_matrix) -> tuple[IntArray, IntArray]:
    """Way of each route, and its kind: 0 or 1 for other cargo westward and eastward, 2 or 3 for boxes."""
    boxed = np.isfinite(t_per_teu(model.study.data))[model.market.commodity[routes]]
    kind = 2 * boxed.astype(np.int64) + ~steps.westward
    random = np.random.default_rng(1).integers(1, 2**62, whole.shape[1])
    name = np.zeros(len(routes), dtype=np.int64)
    row, column = whole.nonzero()
    np.bitwise_xor.at(name, row, random[column])
    _, way = np.unique(np.stack([kind, name]), axis=1, return_inverse=True)
    return way.astype(np.int64).ravel(), kind


def _balance(way: IntArray, kind: IntArray, flow_t: FloatArray) -> FloatArray:
    """Rules by which boxes and other cargo keep the share of their lesser direction."""
    n_ways = int(way.max(initial=-1)) + 1
    of_way = np.zeros(n_ways, dtype=np.int64)
    of_way[way] = kind
    rows = []
    for boxed in np.unique(kind // 2).tolist():
        moved = np.array([flow_t[kind == 2 * boxed + side].sum() for side in (0, 1)])
        main = int(moved.argmax())
        share = moved[1 - main] / moved[main] if moved[main] > 0 else 0.0
        rows.append(np.where(of_way == 2 * boxed + 1 - main, 1.0, 0.0) - share * (of_way == 2 * boxed + main))
    return np.array(rows, dtype=np.float64).reshape(len(rows), n_ways)
