"""From a study to the model of its risk: every doubted number in its place, every event as edits of arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from caspia.cost import CLOSURES, Lookup, Servers, cargo_of
from caspia.data import NO_FACT, Dataset, attribute_column
from caspia.demand import demand_cells
from caspia.errors import InputError
from caspia.network import ArcKind
from caspia.risk import Doubts, Hazards
from caspia.study.corridors import CASPIAN_SEA
from caspia.study.drawn import GROUPS
from caspia.study.falling_sea import falling_sea
from caspia.study.flows import BASE_YEAR, Flows
from caspia.study.itinerary import Itinerary
from caspia.study.loading import CONSTANTS
from caspia.study.market import in_transit
from caspia.study.request import Request
from caspia.study.risk_capacity import CapacityLaw, capacity_law, effective_capacity
from caspia.study.risk_costs import Column, WayCosts, Ways, way_costs, ways_of
from caspia.study.risk_events import Events, event_bounds, find_events
from caspia.study.risk_metrics import Journey, find_metrics
from caspia.study.risk_model import RiskModel
from caspia.study.risk_outset import Outset, with_ways_round
from caspia.study.risk_parts import Shippers, Slots
from caspia.study.risk_ready import ready_for_draws
from caspia.study.risk_works import Works, find_works
from caspia.study.risk_year import PATIENCE_DAYS, WHOLE, Weather, YearLaw
from caspia.study.study import Study

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
BOXES = "containers"
MOST_JOURNEYS = 4
DOUBTS = (
    "money",
    "time",
    "demand",
    "capacity",
    "background",
    "scarcity",
    "goods",
    "choice",
    "events",
    "weather",
    "sea",
)
"""Groups of doubts, tied within and independent of each other."""
WORKS = "works"
"""The group of openings and yields of works, where some may be open."""
_NUDGE = 0.98


class _Book:
    """Doubted numbers while they are gathered; never leaves this module."""

    def __init__(self, data: Dataset, groups: tuple[str, ...]) -> None:
        self.facts, self.keys, self.groups = data.facts, data.facts.frame["key"].tolist(), groups
        self.names: list[str] = []
        self.bounds: list[tuple[float, float, float]] = []
        self.group: list[int] = []

    def columns(self, group: str, columns: Sequence[Column]) -> slice:
        """Add numbers that have names and bounds."""
        first = len(self.names)
        self.names += [name for name, _ in columns]
        self.bounds += [bounds for _, bounds in columns]
        self.group += [self.groups.index(group)] * len(columns)
        return slice(first, len(self.names))

    def of_facts(self, group: str | Sequence[str], fact: npt.NDArray[np.integer], default: float = 0.0) -> slice:
        """Add facts; what is none stands at a default."""
        groups = [group] * len(fact) if isinstance(group, str) else group
        first = len(self.names)
        for name, row in zip(groups, fact.tolist(), strict=True):
            known = row != NO_FACT
            key = f"{name}:{self.keys[row]}:VALUE" if known else f"{name}:none"
            ends = self.facts.low, self.facts.value, self.facts.high
            bounds = tuple(float(end[row]) if known else default for end in ends)
            self.columns(name, [(key, (bounds[0], bounds[1], bounds[2]))])
        return slice(first, len(self.names))

    def doubts(self, dependence: float) -> Doubts:
        """All of them."""
        low, mode, high = (np.array([bounds[end] for bounds in self.bounds]) for end in range(3))
        group = np.array(self.group, dtype=np.int64)
        return Doubts(tuple(self.names), low, mode, high, group, self.groups, dependence)


def compile_risk(outset: Outset, seed: int, laws: Laws) -> RiskModel:
    """Compile a study for draws of its risk.

    Parameters
    ----------
    outset : Outset
        The world and its flows at the likely values.
    seed : int
        Seed of all draws.
    laws : Laws
        What rests on capacities alone.

    Returns
    -------
    RiskModel
        A function of the number of a draw. It has the routes of the flows, and those by which cargo goes round
        events that last, but for those that carry next to nothing in any year.

    Raises
    ------
    InputError
        An event selects nothing, or an interval is out of order.
    """
    model, _ = assembled(with_ways_round(outset, lasting_closures(outset)), seed, laws)
    return ready_for_draws(model)


@dataclass(frozen=True, eq=False)
class Laws:
    """What rests on capacities alone, whatever the routes.

    Attributes
    ----------
    law : CapacityLaw
        Capacities by their facts.
    prices : tuple of numpy.ndarray of int
        Facts of prices of scarcity, and which of them each server has.
    storms : tuple of numpy.ndarray of int and Weather
        Facts of closed shares of months, and what they take.
    journeys : list of Journey
        Reference consignments.
    """

    law: CapacityLaw
    prices: tuple[IntArray, IntArray]
    storms: tuple[IntArray, Weather]
    journeys: list[Journey]


def find_laws(study: Study, outset: Outset) -> Laws:
    """Find what rests on capacities alone, and the ways of the reference journeys.

    Parameters
    ----------
    study : Study
        The world as it is, whose ways the journeys take.
    outset : Outset
        The same with the ways that works open.

    Returns
    -------
    Laws
    """
    own, servers = outset.study, outset.model.servers
    return Laws(capacity_law(own, servers), _prices(own, servers), _weather(own, servers), find_journeys(study))


def assembled(outset: Outset, seed: int, laws: Laws) -> tuple[RiskModel, Events]:
    """Put the model of some flows together.

    Parameters
    ----------
    outset : Outset
        The world and its flows at the likely values.
    seed : int
        Seed of all draws.
    laws : Laws
        What rests on capacities alone.

    Returns
    -------
    tuple of RiskModel and Events
        Without the effects of events at the likely values, which draws need.
    """
    study, flows, servers = outset.study, outset.flows, outset.model.servers
    data, market = study.data, flows.model.market
    journeys, law = laws.journeys, laws.law
    paths = [(way, item.commodity) for item in journeys for way in item.ways]
    ways = ways_of(study, market, [way for way, _ in paths], [goods for _, goods in paths])
    costs = way_costs(study, ways)
    events = find_events(study, market, ways, servers)
    demand, growth, shippers = _shippers(study, flows, ways.commodity)
    works = _works(outset, ways, len(market.routes.pair))
    book = _Book(data, DOUBTS if works is None else (*DOUBTS, WORKS))
    slots = _slots(book, data, laws, (costs, events, demand, growth), works)
    days = np.stack(event_bounds(data, events, 1, 1.0), axis=1).reshape(-1, 3)
    most = event_bounds(data, events, 0, 0.0)[2]
    ids = () if works is None else works.times.ids
    sea, years = falling_sea(data, servers, ids), float(flows.year - BASE_YEAR)
    model = RiskModel(
        seed=seed,
        doubts=book.doubts(study.settings.dependence),
        hazards=Hazards(events.ids, days, events.months, most),
        slots=slots,
        costs=costs,
        capacities=law,
        price_of=laws.prices[1],
        likely_price=np.maximum(data.facts.value[laws.prices[0]], 1e-9),
        shippers=shippers,
        law=YearLaw(events.touched, events.taken, events.closes, len(market.routes.pair), sea, years),
        weather=laws.storms[1],
        servers=servers,
        grouping=outset.model.grouping,
        shut=~np.isfinite(outset.model.table.cost),
        filled=flows.filled,
        metrics=find_metrics(flows, journeys),
        works=works,
    )
    return model, events


def _works(outset: Outset, ways: Ways, n_routes: int) -> Works | None:
    """What works change of routes, and of the journeys behind them; none where no works can be open."""
    if outset.projects is None or outset.times is None:
        return None
    data = outset.study.data
    ids = data.tables["commodities"]["id"]
    tonnes = [cargo_of(data, str(ids.iloc[row])).tonnes for row in ways.commodity[n_routes:].tolist()]
    journeys = ways.arcs[n_routes:]
    return find_works(outset.projects, outset.times, outset.flows.year, journeys, np.array(tonnes))


def _slots(
    book: _Book,
    data: Dataset,
    laws: Laws,
    parts: tuple[WayCosts, Events, IntArray, IntArray],
    works: Works | None,
) -> Slots:
    """Put every doubted number in its place."""
    costs, events, demand, growth = parts
    law, loss = laws.law, event_bounds(data, events, 2, 1.0)
    commodities, groups = (data.object_facts(name) for name in ("commodities", "groups"))
    return Slots(
        money=book.columns("money", costs.money_columns),
        time=book.columns("time", costs.time_columns),
        capacity=book.of_facts(_capacity_groups(data, law), law.fact),
        price=book.of_facts("scarcity", laws.prices[0]),
        growth=book.of_facts("demand", growth),
        demand=book.of_facts("demand", demand),
        worth=book.of_facts("goods", commodities[:, attribute_column("value_of_time_usd_per_t_h")]),
        reliability=book.of_facts("goods", commodities[:, attribute_column("reliability_ratio")]),
        scale=book.of_facts("choice", groups[:, attribute_column("choice_scale_t_per_usd")]),
        elasticity=book.of_facts("choice", groups[:, attribute_column("cost_elasticity")]),
        constant=book.of_facts("choice", groups[:, [attribute_column(name) for name in CONSTANTS]].ravel()),
        rate=book.of_facts("events", events.facts[:, 0]),
        loss=book.columns(
            "events", [(f"events:{key}.loss", _bounds(loss, row)) for row, key in enumerate(events.ids)]
        ),
        delay=book.of_facts("events", events.facts[:, 3]),
        storm=book.of_facts("weather", laws.storms[0]),
        sea=book.of_facts("sea", _sea(data)),
        yields=book.of_facts(WORKS, _yields(data, works), 1.0),
    )


def _yields(data: Dataset, works: Works | None) -> IntArray:
    """Facts on what works yield over what is computed."""
    if works is None:
        return np.empty(0, dtype=np.int64)
    known = data.tables["projects"]["id"].tolist()
    rows = [known.index(key) for key in works.times.ids]
    return np.asarray(data.object_facts("projects")[rows, attribute_column("yield_ratio")], dtype=np.int64)


def lasting_closures(outset: Outset) -> list[tuple[BoolArray, BoolArray]]:
    """Arcs and routes of events that may shut ways longer than cargo waits.

    Parameters
    ----------
    outset : Outset
        The world, with its events and flows.

    Returns
    -------
    list of tuple of numpy.ndarray of bool
    """
    study, market = outset.study, outset.flows.model.market
    events = find_events(study, market, ways_of(study, market, [], []), outset.model.servers)
    longest, worst = event_bounds(study.data, events, 1, 1.0)[2], event_bounds(study.data, events, 2, 1.0)[2]
    found = []
    for event in np.flatnonzero(events.closes & (longest > PATIENCE_DAYS) & (worst >= WHOLE)).tolist():
        touched = np.zeros(len(market.routes.pair), dtype=bool)
        touched[events.touched[event].indices] = True
        found.append((events.arcs[event], touched))
    return found


def find_journeys(study: Study) -> list[Journey]:
    """Reference consignments of boxes with ways over the Caspian.

    Parameters
    ----------
    study : Study
        The world.

    Returns
    -------
    list of Journey
        At most four, in the order of the table.
    """
    found: list[Journey] = []
    for item in study.data.tables["consignments"].itertuples():
        if item.commodity_id != BOXES or item.avoid or len(found) == MOST_JOURNEYS:
            continue
        ways = _caspian_ways(study, Request(item.origin_id, item.destination_id, item.commodity_id))
        if ways:
            found.append(Journey(str(item.id), str(item.name), str(item.commodity_id), ways))
    return found


def _caspian_ways(study: Study, asked: Request) -> tuple[Itinerary, ...]:
    """The best way over the Caspian, and the best ones without each place where it changes its mode."""
    network, found = study.network, _by_caspian(study, asked)
    if not found:
        return ()
    arcs = np.asarray(found[0].arcs)
    changes = arcs[network.arcs.kind[arcs] == ArcKind.TERMINAL]
    places = dict.fromkeys(network.place_ids[row] for row in network.vertices.place[network.arcs.tail[changes]])
    for place in places:
        found += _by_caspian(study, replace(asked, avoid=(str(place),)))
    return tuple(found)


def _by_caspian(study: Study, asked: Request) -> list[Itinerary]:
    try:
        return [way for way in study.itineraries(asked) if way.corridor == "Caspian"][:1]
    except InputError:
        return []


def _bounds(ends: tuple[FloatArray, ...], row: int) -> tuple[float, float, float]:
    return float(ends[0][row]), float(ends[1][row]), float(ends[2][row])


def _capacity_groups(data: Dataset, law: CapacityLaw) -> list[str]:
    names = data.facts.frame["attribute"].to_numpy()[law.fact]
    return ["background" if name in GROUPS["background"] else "capacity" for name in names]


def _sea(data: Dataset) -> IntArray:
    rows = np.flatnonzero(data.tables["waters"]["id"] == CASPIAN_SEA)
    fact = data.object_facts("waters")[rows, attribute_column("level_fall_m_per_year")]
    return np.asarray(fact[fact != NO_FACT], dtype=np.int64)


def _prices(study: Study, servers: Servers) -> tuple[IntArray, IntArray]:
    """Facts of prices of scarcity, and which of them each server has: that of its first arc."""
    look = Lookup(study.network, study.data.facts)
    arc = np.repeat(np.arange(look.n_arcs), np.diff(servers.arc_start))
    first = np.full(servers.n_servers, look.n_arcs - 1)
    np.minimum.at(first, servers.server, arc)
    fact = study.network.fact("overload_usd_per_t")[first].astype(np.int64)
    facts = study.data.facts
    doubted = (fact >= 0) & (facts.high[fact] > facts.low[fact]) & (facts.value[fact] > 0)
    known = np.unique(fact[doubted])
    return known, np.where(doubted, np.searchsorted(known, np.where(doubted, fact, 0)), -1).astype(np.int64)


def _weather(study: Study, servers: Servers) -> tuple[IntArray, Weather]:
    """Doubted closed shares of months, and what they take from capacities, found place by place."""
    data, facts = study.data, study.data.facts
    months = data.object_facts("places")[:, [attribute_column(name) for name in CLOSURES]].astype(np.int64)
    share = np.where(months != NO_FACT, facts.value[months], 0.0)
    closed = share.mean(axis=1)
    stormy = np.flatnonzero((closed > 0) & (closed < 1))
    felt = sparse.lil_matrix((servers.n_servers, len(closed)))
    place, fact = [], []
    for row in stormy.tolist():
        own = np.unique(months[row][months[row] != NO_FACT])
        own = own[facts.value[own] > 0]
        value = facts.value.copy()
        value[own] *= _NUDGE
        moved = effective_capacity(study, value, servers) / servers.capacity - 1.0
        opened = (1.0 - _NUDGE * closed[row]) / (1.0 - closed[row]) - 1.0
        some = np.flatnonzero(np.abs(moved) > 1e-9)
        felt[some, row] = moved[some] / opened
        doubted = months[row][(months[row] != NO_FACT) & (facts.high[months[row]] > facts.low[months[row]])]
        place += [row] * len(doubted)
        fact += doubted.tolist()
    rows = np.array(fact, dtype=np.int64)
    return rows, Weather(np.array(place, dtype=np.int64), facts.value[rows], closed, felt.tocsr())


def _shippers(study: Study, flows: Flows, commodity: IntArray) -> tuple[IntArray, IntArray, Shippers]:
    """What pairs and routes look up, with the facts of demand and of its growth that it stands on."""
    data, market, facts = study.data, flows.model.market, study.data.facts
    cells = demand_cells(data, flows.year)
    behind = cells["fact"].to_numpy(dtype=np.int64)
    grown = (cells["basis"] == "grown").to_numpy()
    rate = data.object_facts("demand")[:, attribute_column("growth_pct_per_year")].astype(np.int64)
    rate = np.where(grown, rate, NO_FACT)
    years = flows.year - facts.frame["value_year"].to_numpy(dtype=float)[behind]
    demand, observation = np.unique(behind, return_inverse=True)
    growth, of_rate = np.unique(rate[rate != NO_FACT], return_inverse=True)
    growth_of = np.full(len(rate), -1, dtype=np.int64)
    growth_of[rate != NO_FACT] = of_rate
    row = market.pairs.demand
    groups = _group_of_goods(data)
    group_of_route = groups[market.commodity]
    worth = data.values("commodities", "value_of_time_usd_per_t_h", 0.0)
    found = Shippers(
        commodity=commodity,
        likely_worth=worth,
        group_of_pair=groups[market.pairs.commodity],
        constant_of_route=group_of_route * len(CONSTANTS) + market.routes.kind,
        in_transit=in_transit(study, market),
        amount_t=flows.model.amounts(flows.year),
        observation=observation[row],
        growth=growth_of[row],
        likely_demand=facts.value[demand],
        likely_growth=facts.value[growth],
        years=np.where(grown, years, 0.0)[row],
    )
    return demand.astype(np.int64), growth.astype(np.int64), found


def _group_of_goods(data: Dataset) -> IntArray:
    """Row of the table groups of every commodity; goods without demand stand in the first."""
    ids = {key: row for row, key in enumerate(data.tables["commodities"]["id"])}
    found = np.zeros(len(ids), dtype=np.int64)
    for row, cell in enumerate(data.tables["groups"]["commodity_ids"]):
        found[[ids[key] for key in cell.split(";")]] = row
    return found
