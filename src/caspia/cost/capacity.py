"""From facts on capacity to servers: what can carry how much, and which arcs use how much of it.

A server is a line in one direction, a crossing in one direction, a terminal, a port, a sailing or a pool of
ships in one direction, each with its capacity in its own unit a year. Cargo uses it by the measure in which it
is counted:

=====================  =======================================================================
measure                what one tonne of a commodity brings
=====================  =======================================================================
BOX                    TEU, where it travels in boxes
BULK                   tonnes, where it does not
EMPTY_BOX, EMPTY_BULK  the same times the share of its boxes or wagons that go back empty
ANY                    one tonne, however it travels
=====================  =======================================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from caspia.cost.delay import DelayTable, delay_table
from caspia.cost.lookup import Lookup
from caspia.cost.scarcity import Scarcity
from caspia.data import NO_FACT, Dataset, attribute_column
from caspia.errors import InputError, Problem
from caspia.network import MODES, SEA_MODES, ArcKind
from caspia.units import DAYS_PER_YEAR, HOURS_PER_YEAR

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
START_SHARE = 0.9
LONGEST_WAIT_H = 480.0
"""Twenty days: beyond such queues railways and ports stop taking cargo, which is the price of scarcity."""


class Measure(IntEnum):
    """How cargo uses a server."""

    BOX = 0
    BULK = 1
    EMPTY_BOX = 2
    EMPTY_BULK = 3
    ANY = 4


@dataclass(frozen=True, eq=False)
class Servers:
    """Shared capacities, as columns of shape (n_servers,), and the arcs that use them.

    Attributes
    ----------
    key : tuple of str
        `table:id`, with `>` or `<` for one direction.
    kind : tuple of str
        `line`, `crossing`, `terminal`, `port`, `sailing`, `fleet` or `pipeline`.
    unit : tuple of str
        `trains/year`, `t/year`, `TEU/year` or `ship hours/year`.
    t_per_unit : numpy.ndarray
        Tonnes that one unit carries, roughly; turns a value of a unit into one of a tonne.
    delays : DelayTable
        Hours of waiting by load.
    prices : Scarcity
        Dollars a unit by load.
    arc_start : numpy.ndarray of int, shape (n_arcs + 1,)
        Entries of arc a are `arc_start[a]:arc_start[a + 1]`.
    server, measure : numpy.ndarray of int, shape (n_entries,)
        Server that the entry uses and the Measure by which it does.
    use : numpy.ndarray, shape (n_entries,)
        Units of capacity for one of the measure.
    """

    key: tuple[str, ...]
    kind: tuple[str, ...]
    unit: tuple[str, ...]
    t_per_unit: FloatArray
    delays: DelayTable
    prices: Scarcity
    arc_start: IntArray
    server: IntArray
    measure: IntArray
    use: FloatArray

    @property
    def n_servers(self) -> int:
        """Number of servers."""
        return len(self.key)

    @property
    def capacity(self) -> FloatArray:
        """Capacity of every server in its unit."""
        return self.delays.capacity

    def delay_h(self, load: FloatArray) -> FloatArray:
        """Hours of waiting at a load, shape (n_servers,); at most LONGEST_WAIT_H."""
        return np.asarray(LONGEST_WAIT_H * -np.expm1(-self.delays.delay(load) / LONGEST_WAIT_H))

    def delay_slope(self, load: FloatArray) -> FloatArray:
        """Hours of waiting for one unit more, shape (n_servers,)."""
        return np.asarray(self.delays.slope(load) * np.exp(-self.delays.delay(load) / LONGEST_WAIT_H))

    def price(self, load: FloatArray) -> FloatArray:
        """Price of scarcity of one unit in dollars, shape (n_servers,)."""
        return self.prices.value(load)

    def price_slope(self, load: FloatArray) -> FloatArray:
        """Change of the price for one unit more, shape (n_servers,)."""
        return self.prices.slope(load)

    def with_capacity(self, capacity: FloatArray) -> Servers:
        """Copy with other capacities.

        Parameters
        ----------
        capacity : numpy.ndarray, shape (n_servers,)
            Capacities in the units of the servers, above 0.

        Returns
        -------
        Servers
        """
        delays = self.delays.with_capacity(capacity)
        return replace(self, delays=delays, prices=replace(self.prices, capacity=delays.capacity))

    def start(self) -> FloatArray:
        """Loads from which a solver may begin, shape (n_servers,)."""
        return START_SHARE * self.capacity


@dataclass
class _Growth:
    """Servers and entries while they grow; never leaves this module."""

    rows: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    entries: list[tuple[int, str, Measure, float]] = field(default_factory=list)

    def server(self, key: str, *columns: Any) -> str:
        """Add a server, unless it is known."""
        self.rows.setdefault(key, columns)
        return key


@dataclass(frozen=True)
class _Reader:
    """Facts of arcs and objects as numbers, NaN where there is none."""

    look: Lookup
    data: Dataset
    columns: Mapping[str, FloatArray]

    is_inner: npt.NDArray[np.bool_]

    def at(self, arc: int, attribute: str) -> float:
        return float(self.columns[attribute][arc])

    def arcs_of(self, kind: ArcKind) -> IntArray:
        """Arcs of a kind that are not wholly within states of little modelled traffic."""
        arcs = self.look.arcs_of(kind)
        return arcs[~self.is_inner[arcs]]

    def queue(self, arc: int, where: str) -> tuple[float, float, float]:
        """Channels, variability and price of overload of the class of an arc."""
        found = tuple(self.at(arc, name) for name in QUEUE)
        if not np.isfinite(found).all():
            missing = [name for name, value in zip(QUEUE, found, strict=True) if not np.isfinite(value)]
            raise InputError(
                Problem(
                    what=f"capacity without {', '.join(missing)}",
                    where=f"facts, {where}",
                    allowed="a fact of its own, of its class or of a parent of it",
                    repair="add the fact to the root class of its table",
                )
            )
        return found[0], found[1], found[2]


QUEUE = ("queue_channels", "queue_variability", "overload_usd_per_t")
CAPACITIES = ("capacity_t_per_year", "capacity_teu_per_year", "capacity_trains_per_day")
INTERIOR = frozenset({"CH", "GB", "NO", "RS", "CN", "JP", "KR", "IN", "ID", "MY", "SG", "EG"})
INTERIOR_BLOC = "EU"
"""States of whose inner traffic the demand is so small a part that their lines and inner crossings are no servers."""
READ = (
    *QUEUE,
    "queue_batch_t",
    "queue_batch_teu",
    "capacity_t_per_year",
    "capacity_teu_per_year",
    "capacity_trains_per_day",
    "background_share",
    "train_payload_t",
    "train_payload_teu",
    "transit_h",
    "speed_kmh",
)
T_PER_TEU = 12.0
"""Only for showing a value of a box as one of a tonne."""


def find_servers(look: Lookup, data: Dataset) -> Servers:
    """Find all servers of a data set.

    Parameters
    ----------
    look : Lookup
        Network and facts.
    data : Dataset
        Tables, for fleets and ports.

    Returns
    -------
    Servers

    Raises
    ------
    InputError
        A capacity lacks what its queue needs, or is zero.
    """
    reader = _Reader(look, data, {name: look.value(name) for name in READ}, _inner(look, data))
    growth = _Growth()
    _lines(growth, reader)
    _crossings(growth, reader)
    _terminals(growth, reader)
    _ports(growth, reader)
    _sailings(growth, reader)
    _fleets(growth, reader)
    return _freeze(growth, look.n_arcs)


def _inner(look: Lookup, data: Dataset) -> npt.NDArray[np.bool_]:
    """Lines and crossings all of whose states are interior; pipelines are known whole everywhere."""
    network, countries = look.network, data.tables["countries"]
    blocs = zip(countries["id"], countries["bloc"], strict=True)
    inner = INTERIOR | {key for key, cell in blocs if INTERIOR_BLOC in cell.split(";")}
    arcs = network.arcs
    outer = network.passing_states([code for code in network.countries if code not in inner])
    # The arc of a crossing lies in the state that is left; the one that is entered counts too.
    crossings = np.flatnonzero(arcs.kind == ArcKind.BORDER)
    entered = data.tables["borders"]["to_country"].to_numpy()[arcs.row[crossings]]
    outer[crossings] |= ~np.isin(entered, list(inner))
    piped = np.isin(arcs.mode, [row for row, mode in enumerate(MODES) if mode.endswith("pipeline")])
    kinds = (arcs.kind == ArcKind.LINE) | (arcs.kind == ArcKind.BORDER)
    return np.asarray(kinds & ~piped & arcs.countries.any(axis=1) & ~outer, dtype=bool)


def _background(reader: _Reader, arc: int) -> float:
    share = reader.at(arc, "background_share")
    return 0.0 if np.isnan(share) else share


def _train_server(
    growth: _Growth, reader: _Reader, key: str, kind: str, arc: int, payload: tuple[float, float]
) -> str:
    trains = reader.at(arc, "capacity_trains_per_day") * DAYS_PER_YEAR
    channels, variability, price = reader.queue(arc, key)
    whole_day_h = HOURS_PER_YEAR / trains
    free = trains * (1 - _background(reader, arc))
    queue = (whole_day_h, free, variability, channels)
    return growth.server(key, kind, "trains/year", payload[0], queue, price * payload[0])


def _by_train(growth: _Growth, arcs: Iterable[int], key: str, payload: tuple[float, float], *, empty: bool) -> None:
    t, teu = payload
    for arc in arcs:
        growth.entries.append((arc, key, Measure.EMPTY_BULK if empty else Measure.BULK, 1 / t))
        growth.entries.append((arc, key, Measure.EMPTY_BOX if empty else Measure.BOX, 1 / teu))


def _volume_server(
    growth: _Growth, reader: _Reader, key: str, kind: str, arc: int, amount: tuple[str, float]
) -> str:
    """Server of tonnes or boxes."""
    unit, capacity = amount
    channels, variability, price = reader.queue(arc, key)
    t_per_unit = T_PER_TEU if unit == "TEU" else 1.0
    stated = [reader.at(arc, "queue_batch_teu")] if unit == "TEU" else []
    stated += [reader.at(arc, name) / t_per_unit for name in ("queue_batch_t", "train_payload_t")]
    batch = next((value for value in stated if np.isfinite(value)), np.nan)
    if np.isnan(batch):
        raise InputError(
            Problem(
                what="capacity without the size of what is served at a time",
                where=f"facts, {key}",
                allowed="queue_batch_t, queue_batch_teu or train_payload_t of the class",
                repair="add the fact to the root class of its table",
            )
        )
    free = capacity * (1 - _background(reader, arc))
    queue = (HOURS_PER_YEAR * batch / capacity, free, variability, channels)
    return growth.server(key, kind, f"{unit}/year", t_per_unit, queue, price * t_per_unit)


def _volumes(
    growth: _Growth, reader: _Reader, name: str, kind: str, arcs: IntArray, amounts: tuple[float, float]
) -> None:
    """Servers of tonnes and of boxes; tonnes count everything where boxes have no capacity of their own."""
    t, teu = amounts
    first = int(arcs[0])
    if np.isfinite(teu):
        key = _volume_server(growth, reader, f"{name}#TEU", kind, first, ("TEU", teu))
        growth.entries += [(int(arc), key, Measure.BOX, 1.0) for arc in arcs]
    if np.isfinite(t):
        measure = Measure.BULK if np.isfinite(teu) else Measure.ANY
        key = _volume_server(growth, reader, f"{name}#t", kind, first, ("t", t))
        growth.entries += [(int(arc), key, measure, 1.0) for arc in arcs]


def _grouped(arcs: IntArray, *keys: npt.NDArray[Any]) -> Iterable[tuple[tuple[Any, ...], IntArray]]:
    """Arcs by equal keys, in order of the first arc of each."""
    groups: dict[tuple[Any, ...], list[int]] = {}
    for arc in arcs.tolist():
        groups.setdefault(tuple(key[arc].item() for key in keys), []).append(arc)
    return ((key, np.array(members, dtype=np.int64)) for key, members in groups.items())


def _lines(growth: _Growth, reader: _Reader) -> None:
    net = reader.look.network.arcs
    lines = reader.arcs_of(ArcKind.LINE)
    ids = reader.data.tables["links"]["id"]
    # The value of a class says what a usual line carries, not where this one is narrow: only own values count.
    own = reader.data.own_facts("links")[:, [attribute_column(name) for name in CAPACITIES]] != NO_FACT
    piped = np.array([mode.endswith("pipeline") for mode in MODES])[net.mode[lines]]
    lines = lines[piped | own.any(axis=1)[net.row[lines]]]
    trains = lines[np.isfinite(reader.columns["capacity_trains_per_day"][lines])]
    payloads: dict[str, tuple[tuple[float, float], IntArray]] = {}
    for (row, reverse), arcs in _grouped(trains, net.row, net.reverse):
        key = f"links:{ids.iloc[row]}{'<' if reverse else '>'}"
        payload = _payload(reader, int(arcs[0]), key)
        _train_server(growth, reader, key, "line", int(arcs[0]), payload)
        _by_train(growth, arcs.tolist(), key, payload, empty=False)
        payloads[key] = payload, arcs
    # What goes out loaded comes back empty on the other direction of the line.
    for key, (payload, arcs) in payloads.items():
        back = key[:-1] + (">" if key.endswith("<") else "<")
        if back in payloads:
            _by_train(growth, arcs.tolist(), back, payload, empty=True)
    # A line at sea has the capacity of its sailings, which are servers of their own.
    lines = lines[~np.isin(net.mode[lines], [MODES.index(mode) for mode in SEA_MODES])]
    volume = np.isfinite(reader.columns["capacity_t_per_year"]) | np.isfinite(
        reader.columns["capacity_teu_per_year"]
    )
    for (row, reverse), arcs in _grouped(lines[volume[lines]], net.row, net.reverse):
        kind = "pipeline" if MODES[net.mode[arcs[0]]].endswith("pipeline") else "line"
        name = f"links:{ids.iloc[row]}{'<' if reverse else '>'}"
        _volumes(growth, reader, name, kind, arcs, _amounts(reader, int(arcs[0])))


def _amounts(reader: _Reader, arc: int) -> tuple[float, float]:
    return reader.at(arc, "capacity_t_per_year"), reader.at(arc, "capacity_teu_per_year")


def _payload(reader: _Reader, arc: int, where: str) -> tuple[float, float]:
    found = reader.at(arc, "train_payload_t"), reader.at(arc, "train_payload_teu")
    if not np.isfinite(found).all():
        raise InputError(
            Problem(
                what="trains a day without the payload of a train",
                where=f"facts, {where}",
                allowed="train_payload_t and train_payload_teu of the class",
                repair="add the facts to the class of the railway",
            )
        )
    return found


def _crossings(growth: _Growth, reader: _Reader) -> None:
    net = reader.look.network.arcs
    borders = reader.data.tables["borders"]
    link_row = reader.data.rows("links", borders["link_id"])
    payload_of = _link_payloads(reader)
    for (row,), arcs in _grouped(reader.arcs_of(ArcKind.BORDER), net.row):
        first, key = int(arcs[0]), f"borders:{borders['id'].iloc[row]}"
        payload = payload_of.get(int(link_row[row]))
        if np.isfinite(reader.at(first, "capacity_trains_per_day")) and payload:
            _train_server(growth, reader, key, "crossing", first, payload)
            _by_train(growth, arcs.tolist(), key, payload, empty=False)
        elif np.isfinite(_amounts(reader, first)).any():
            _volumes(growth, reader, key, "crossing", arcs, _amounts(reader, first))


def _link_payloads(reader: _Reader) -> dict[int, tuple[float, float]]:
    lines = reader.look.arcs_of(ArcKind.LINE)
    known = lines[np.isfinite(reader.columns["train_payload_t"][lines])]
    rows = reader.look.network.arcs.row[known]
    t, teu = reader.columns["train_payload_t"][known], reader.columns["train_payload_teu"][known]
    return dict(zip(rows.tolist(), zip(t.tolist(), teu.tolist(), strict=True), strict=True))


def _terminals(growth: _Growth, reader: _Reader) -> None:
    net = reader.look.network.arcs
    ids = reader.data.tables["terminals"]["id"]
    both = np.concatenate([reader.look.arcs_of(kind) for kind in (ArcKind.TERMINAL, ArcKind.GAUGE_CHANGE)])
    for (row,), arcs in _grouped(both, net.row):
        amounts = _amounts(reader, int(arcs[0]))
        if np.isfinite(amounts).any():
            _volumes(growth, reader, f"terminals:{ids.iloc[row]}", "terminal", arcs, amounts)


def _ports(growth: _Growth, reader: _Reader) -> None:
    """Capacity of a place: what changes there to or from water, or anything that changes at an inland place."""
    places = reader.data.tables["places"]
    facts = reader.data.object_facts("places")
    network = reader.look.network
    at, values = network.vertices.place[network.arcs.tail], reader.data.facts.value
    on_water = np.isin(network.vertices.mode, [MODES.index(mode) for mode in SEA_MODES])
    wet = on_water[network.arcs.tail] | on_water[network.arcs.head]
    changes = np.isin(network.arcs.kind, [ArcKind.TERMINAL, ArcKind.GAUGE_CHANGE])
    for row in np.flatnonzero((facts[:, _CAPACITY] != NO_FACT).any(axis=1)):
        amounts = tuple(float(values[f]) if f != NO_FACT else np.nan for f in facts[row, _CAPACITY])
        here = changes & (at == row)
        arcs = np.flatnonzero(here & wet) if (here & wet).any() else np.flatnonzero(here)
        if len(arcs):
            name = f"places:{places['id'].iloc[row]}"
            _volumes(growth, reader, name, "port", arcs, (amounts[0], amounts[1]))


_CAPACITY = [attribute_column(name) for name in CAPACITIES[:2]]


def _directions(reader: _Reader) -> FloatArray:
    """Whether the line behind each wait runs in reverse; NaN for waits at a port for ships to anywhere."""
    arcs = reader.look.network.arcs
    leaves = np.full(reader.look.network.n_vertices, np.nan)
    lines = reader.look.arcs_of(ArcKind.LINE)
    leaves[arcs.tail[lines]] = arcs.reverse[lines]
    linked = (reader.data.tables["services"]["link_id"] != "").to_numpy()
    waits = arcs.kind == ArcKind.WAIT
    found = np.full(reader.look.n_arcs, np.nan)
    chosen = np.flatnonzero(waits & linked[np.where(waits, arcs.row, 0)])
    found[chosen] = leaves[arcs.head[chosen]]
    return found


def _fleet_services(data: Dataset) -> set[str]:
    return {service for cell in data.tables["fleets"]["service_ids"] for service in cell.split(";")}


def _sailings(growth: _Growth, reader: _Reader) -> None:
    """Capacity of single services that no fleet serves."""
    net = reader.look.network.arcs
    ids = reader.data.tables["services"]["id"]
    shared = _fleet_services(reader.data)
    direction = np.nan_to_num(_directions(reader))
    for (row, reverse), arcs in _grouped(reader.look.arcs_of(ArcKind.WAIT), net.row, direction):
        amounts = _amounts(reader, int(arcs[0]))
        if np.isfinite(amounts).any() and ids.iloc[row] not in shared:
            name = f"services:{ids.iloc[row]}{'<' if reverse else '>'}"
            _volumes(growth, reader, name, "sailing", arcs, amounts)


def _fleets(growth: _Growth, reader: _Reader) -> None:
    """Pools of ships: hours of ships a year in each direction, used by the round trip of each line."""
    fleets = reader.data.tables["fleets"]
    facts = reader.data.object_facts("fleets")
    values = reader.data.facts.value
    service_row = {key: row for row, key in enumerate(reader.data.tables["services"]["id"])}
    direction = _directions(reader)
    waits = reader.look.arcs_of(ArcKind.WAIT)
    rows = reader.look.network.arcs.row

    def fact(row: int, name: str) -> float:
        found = facts[row, attribute_column(name)]
        return float(values[found]) if found != NO_FACT else np.nan

    for row, (key, cell) in enumerate(zip(fleets["id"], fleets["service_ids"], strict=True)):
        members = waits[np.isin(rows[waits], [service_row[name] for name in cell.split(";")])]
        pool = {name: fact(row, name) for name in FLEET}
        if len(members) == 0 or not np.isfinite([pool[name] for name in FLEET[:4]]).all():
            raise InputError(_bare_fleet(key, pool))
        trips = {int(arc): 2 * (_sailing_h(reader, int(arc)) + pool["port_stay_h"]) for arc in members}
        for back in (False, True):
            arcs = members[np.nan_to_num(direction[members]).astype(bool) == back]
            _pool(growth, reader, f"fleets:{key}{'<' if back else '>'}", arcs, pool, trips)


FLEET = ("vessels", "availability_share", "load_factor", "port_stay_h", "payload_t", "payload_teu")


def _bare_fleet(key: str, pool: Mapping[str, float]) -> Problem:
    missing = [name for name in FLEET[:4] if not np.isfinite(pool[name])]
    return Problem(
        what="fleet without facts or sailings",
        where=f"fleets.csv, {key}",
        got=f"no {', '.join(missing)}" if missing else "no sailing of its services in the network",
        allowed=f"facts {', '.join(FLEET[:4])} and payload_t or payload_teu, and services that sail",
        repair="add them, or remove the fleet",
    )


def _pool(
    growth: _Growth,
    reader: _Reader,
    key: str,
    arcs: IntArray,
    pool: Mapping[str, float],
    trips: Mapping[int, float],
) -> None:
    if len(arcs) == 0:
        return
    ships = pool["vessels"] * pool["availability_share"]
    channels, variability, price = reader.queue(int(arcs[0]), key)
    trip = float(np.mean([trips[int(arc)] for arc in arcs]))
    payload_t = pool["payload_t"] if np.isfinite(pool["payload_t"]) else pool["payload_teu"] * T_PER_TEU
    t_per_hour = payload_t * pool["load_factor"] / trip
    queue = (trip / ships, ships * HOURS_PER_YEAR, variability, max(channels, 1.0))
    growth.server(key, "fleet", "ship hours/year", t_per_hour, queue, price * t_per_hour)
    for arc in arcs.tolist():
        hours = trips[arc] / pool["load_factor"]
        if np.isfinite(pool["payload_teu"]):
            growth.entries.append((arc, key, Measure.BOX, hours / pool["payload_teu"]))
            if np.isfinite(pool["payload_t"]):
                growth.entries.append((arc, key, Measure.BULK, hours / pool["payload_t"]))
        else:
            growth.entries.append((arc, key, Measure.ANY, hours / pool["payload_t"]))


def _sailing_h(reader: _Reader, wait: int) -> float:
    """Hours at sea behind a wait; over all lines that leave its vertex where there are several."""
    arcs = reader.look.network.arcs
    lines = reader.look.arcs_of(ArcKind.LINE)
    after = lines[arcs.tail[lines] == arcs.head[wait]]
    transit = reader.columns["transit_h"][after]
    hours = np.where(np.isfinite(transit), transit, arcs.length_km[after] / reader.columns["speed_kmh"][after])
    return float(np.nanmean(hours))


def _freeze(growth: _Growth, n_arcs: int) -> Servers:
    number = {key: row for row, key in enumerate(growth.rows)}
    kinds, units, tonnes, queues, prices = zip(*growth.rows.values(), strict=True) if growth.rows else ((),) * 5
    entries = sorted((arc, number[key], int(measure), use) for arc, key, measure, use in growth.entries)
    arc, server, measure, use = zip(*entries, strict=True) if entries else ((),) * 4
    delays = delay_table(["queue"] * len(queues), np.array(queues, dtype=float).reshape(-1, 4))
    arcs = np.array(arc, dtype=np.int64)
    return Servers(
        key=tuple(growth.rows),
        kind=kinds,
        unit=units,
        t_per_unit=np.array(tonnes, dtype=float),
        delays=delays,
        prices=Scarcity(np.array(prices, dtype=float), delays.capacity),
        arc_start=np.searchsorted(arcs, np.arange(n_arcs + 1)),
        server=np.array(server, dtype=np.int64),
        measure=np.array(measure, dtype=np.int64),
        use=np.array(use, dtype=float),
    )
