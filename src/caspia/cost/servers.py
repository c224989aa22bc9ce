"""From facts on capacity to servers: lines, crossings, terminals, ports, sailings, fleets and pipelines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from caspia.cost._server_parts import (
    CAPACITIES,
    CLOSURES,
    READ,
    T_PER_TEU,
    Growth,
    Reader,
    amounts,
    by_train,
    freeze,
    grouped,
    inner,
    open_shares,
    payload,
    train_server,
    volumes,
)
from caspia.cost.capacity import Measure, Servers, read_key, server_key
from caspia.cost.lookup import Lookup
from caspia.data import NO_FACT, Dataset, attribute_column
from caspia.errors import InputError, Problem
from caspia.network import MODES, SEA_MODES, ArcKind, parts_of
from caspia.units import HOURS_PER_YEAR

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]


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
    columns = {name: look.value(name) for name in READ}
    reader = Reader(look, data, columns, inner(look, data), open_shares(data))
    growth = Growth()
    _lines(growth, reader)
    _crossings(growth, reader)
    _terminals(growth, reader)
    _ports(growth, reader)
    _sailings(growth, reader)
    _fleets(growth, reader)
    return freeze(growth, look.n_arcs)


def _lines(growth: Growth, reader: Reader) -> None:
    net = reader.look.network.arcs
    lines = reader.arcs_of(ArcKind.LINE)
    ids = reader.data.tables["links"]["id"]
    # The value of a class says what a usual line carries, not where this one is narrow: only own values count.
    own = reader.data.own_facts("links")[:, [attribute_column(name) for name in CAPACITIES]] != NO_FACT
    piped = np.array([mode.endswith("pipeline") for mode in MODES])[net.mode[lines]]
    lines = lines[piped | own.any(axis=1)[net.row[lines]]]
    trains = lines[np.isfinite(reader.columns["capacity_trains_per_day"][lines])]
    payloads: dict[str, tuple[tuple[float, float], IntArray]] = {}
    parts = _sections(reader, trains)
    for (row, reverse), arcs in grouped(trains, net.row, net.reverse):
        key = server_key("links", ids.iloc[row], reverse)
        size = payload(reader, int(arcs[0]), key)
        train_server(growth, reader, key, int(arcs[0]), size, parts[row])
        by_train(growth, arcs.tolist(), key, size, empty=False)
        payloads[key] = size, arcs
    # What goes out loaded comes back empty on the other direction of the line.
    for key, (size, arcs) in payloads.items():
        table, identity, reverse = read_key(key)
        back = server_key(table, identity, not reverse)
        if back in payloads:
            by_train(growth, arcs.tolist(), back, size, empty=True)
    # A line at sea has the capacity of its sailings, which are servers of their own.
    lines = lines[~np.isin(net.mode[lines], [MODES.index(mode) for mode in SEA_MODES])]
    volume = np.isfinite(reader.columns["capacity_t_per_year"]) | np.isfinite(
        reader.columns["capacity_teu_per_year"]
    )
    for (row, reverse), arcs in grouped(lines[volume[lines]], net.row, net.reverse):
        kind = "pipeline" if MODES[net.mode[arcs[0]]].endswith("pipeline") else "line"
        name = server_key("links", ids.iloc[row], reverse)
        volumes(growth, reader, name, kind, arcs, amounts(reader, int(arcs[0])))


def _sections(reader: Reader, arcs: IntArray) -> dict[int, float]:
    """Share of its section that each link is of: links that meet and have the same capacity are one bottleneck."""
    net = reader.look.network
    place = net.vertices.place
    like: dict[tuple[float, ...], list[tuple[int, int, int]]] = defaultdict(list)
    for arc in arcs.tolist():
        kind = tuple(np.nan_to_num([reader.at(arc, name) for name in SECTION]).tolist())
        head = int(place[net.arcs.head[arc]])
        # The tail may be the vertex of a crossing, which lies at the same place.
        like[kind].append((int(net.arcs.row[arc]), int(place[net.arcs.tail[arc]]), head))
    found: dict[int, float] = {}
    for members in like.values():
        rows, starts, ends = (np.array(column) for column in zip(*members, strict=True))
        part = parts_of(len(net.place_ids), starts, ends)[starts]
        for joined in (np.unique(rows[part == name]).tolist() for name in np.unique(part)):
            found.update(dict.fromkeys(joined, 1.0 / len(joined)))
    return found


def _crossings(growth: Growth, reader: Reader) -> None:
    net = reader.look.network.arcs
    borders = reader.data.tables["borders"]
    link_row = reader.data.rows("links", borders["link_id"])
    payload_of = _link_payloads(reader)
    for (row,), arcs in grouped(reader.arcs_of(ArcKind.BORDER), net.row):
        first, key = int(arcs[0]), f"borders:{borders['id'].iloc[row]}"
        size = payload_of.get(int(link_row[row]))
        if np.isfinite(reader.at(first, "capacity_trains_per_day")) and size:
            train_server(growth, reader, key, first, size)
            by_train(growth, arcs.tolist(), key, size, empty=False)
        elif np.isfinite(amounts(reader, first)).any():
            volumes(growth, reader, key, "crossing", arcs, amounts(reader, first))


def _link_payloads(reader: Reader) -> dict[int, tuple[float, float]]:
    lines = reader.look.arcs_of(ArcKind.LINE)
    known = lines[np.isfinite(reader.columns["train_payload_t"][lines])]
    rows = reader.look.network.arcs.row[known]
    t, teu = reader.columns["train_payload_t"][known], reader.columns["train_payload_teu"][known]
    return dict(zip(rows.tolist(), zip(t.tolist(), teu.tolist(), strict=True), strict=True))


def _terminals(growth: Growth, reader: Reader) -> None:
    net = reader.look.network.arcs
    ids = reader.data.tables["terminals"]["id"]
    both = np.concatenate([reader.look.arcs_of(kind) for kind in (ArcKind.TERMINAL, ArcKind.GAUGE_CHANGE)])
    wet = _wet(reader)
    place = reader.look.network.vertices.place[net.tail]
    for (row,), arcs in grouped(both, net.row):
        first = int(arcs[0])
        found = amounts(reader, first, reader.open_share[place[first]] if wet[first] else 1.0)
        if np.isfinite(found).any():
            volumes(growth, reader, f"terminals:{ids.iloc[row]}", "terminal", arcs, found)


def _wet(reader: Reader) -> npt.NDArray[np.bool_]:
    """Arcs to or from water."""
    network = reader.look.network
    on_water = np.isin(network.vertices.mode, [MODES.index(mode) for mode in SEA_MODES])
    return np.asarray(on_water[network.arcs.tail] | on_water[network.arcs.head], dtype=bool)


def _ports(growth: Growth, reader: Reader) -> None:
    """Capacity of a place: what changes there to or from water, or anything that changes at an inland place."""
    places = reader.data.tables["places"]
    stated = np.column_stack([reader.data.values("places", name) for name in CAPACITIES[:2]])
    network = reader.look.network
    at, wet = network.vertices.place[network.arcs.tail], _wet(reader)
    changes = np.isin(network.arcs.kind, [ArcKind.TERMINAL, ArcKind.GAUGE_CHANGE])
    for row in np.flatnonzero(np.isfinite(stated).any(axis=1)):
        here = changes & (at == row)
        arcs = np.flatnonzero(here & wet) if (here & wet).any() else np.flatnonzero(here)
        if len(arcs):
            name = f"places:{places['id'].iloc[row]}"
            share = float(reader.open_share[row]) if (here & wet).any() else 1.0
            found = float(stated[row, 0]) * share, float(stated[row, 1]) * share
            volumes(growth, reader, name, "port", arcs, found)


SECTION = ("capacity_trains_per_day", "background_share", "train_payload_t")


def _directions(reader: Reader) -> BoolArray:
    """Whether the line behind each wait runs in reverse; not so for waits at a port for ships to anywhere."""
    arcs = reader.look.network.arcs
    leaves = np.zeros(reader.look.network.n_vertices, dtype=bool)
    lines = reader.look.arcs_of(ArcKind.LINE)
    leaves[arcs.tail[lines]] = arcs.reverse[lines]
    linked = (reader.data.tables["services"]["link_id"] != "").to_numpy()
    waits = arcs.kind == ArcKind.WAIT
    found = np.zeros(reader.look.n_arcs, dtype=bool)
    chosen = np.flatnonzero(waits & linked[np.where(waits, arcs.row, 0)])
    found[chosen] = leaves[arcs.head[chosen]]
    return found


def _sails(reader: Reader, waits: IntArray) -> float:
    """Share of the year in which ships sail from waits: a storm shuts both ends, the longer closure counts."""
    network = reader.look.network
    lines = reader.look.arcs_of(ArcKind.LINE)
    shares = []
    for wait in waits.tolist():
        share = reader.open_share[network.vertices.place[network.arcs.tail[wait]]]
        after = lines[network.arcs.tail[lines] == network.arcs.head[wait]]
        if len(after) == 1:
            share = min(share, reader.open_share[network.vertices.place[network.arcs.head[after[0]]]])
        shares.append(share)
    return float(np.mean(shares))


def _fleet_services(data: Dataset) -> set[str]:
    return {service for cell in data.tables["fleets"]["service_ids"] for service in cell.split(";")}


def _sailings(growth: Growth, reader: Reader) -> None:
    """Capacity of single services that no fleet serves."""
    net = reader.look.network.arcs
    ids = reader.data.tables["services"]["id"]
    shared = _fleet_services(reader.data)
    direction = _directions(reader)
    for (row, reverse), arcs in grouped(reader.look.arcs_of(ArcKind.WAIT), net.row, direction):
        found = amounts(reader, int(arcs[0]), _sails(reader, arcs))
        if np.isfinite(found).any() and ids.iloc[row] not in shared:
            name = server_key("services", ids.iloc[row], reverse)
            volumes(growth, reader, name, "sailing", arcs, found)


def _fleets(growth: Growth, reader: Reader) -> None:
    """Pools of ships: hours of ships a year in each direction, used by the round trip of each line."""
    fleets = reader.data.tables["fleets"]
    stated = {name: reader.data.values("fleets", name) for name in FLEET}
    service_row = {key: row for row, key in enumerate(reader.data.tables["services"]["id"])}
    direction = _directions(reader)
    waits = reader.look.arcs_of(ArcKind.WAIT)
    rows = reader.look.network.arcs.row

    for row, (key, cell) in enumerate(zip(fleets["id"], fleets["service_ids"], strict=True)):
        members = waits[np.isin(rows[waits], [service_row[name] for name in cell.split(";")])]
        pool = {name: float(values[row]) for name, values in stated.items()}
        if len(members) == 0 or _lacking(pool):
            raise InputError(_bare_fleet(key, pool))
        trips = {int(arc): 2 * (_sailing_h(reader, int(arc)) + pool["port_stay_h"]) for arc in members}
        for back in (False, True):
            arcs = members[direction[members] == back]
            _pool(growth, reader, server_key("fleets", key, back), arcs, pool, trips)


FLEET = ("vessels", "availability_share", "load_factor", "port_stay_h", "payload_t", "payload_teu")


SERVED = frozenset({*READ, *CLOSURES, *FLEET, "payload_wagons"})
"""Quantities on which capacities and their queues rest."""


def _lacking(pool: Mapping[str, float]) -> list[str]:
    """Facts that a fleet needs and has not, and payloads of nothing; of these one may be missing."""
    return [name for name in FLEET[:3] if not pool[name] > 0] + [name for name in FLEET[4:] if pool[name] <= 0]


def _bare_fleet(key: str, pool: Mapping[str, float]) -> Problem:
    missing = _lacking(pool)
    return Problem(
        what="fleet without facts or sailings",
        where=f"fleets.csv, {key}",
        got=f"no {', '.join(missing)}" if missing else "no sailing of its services in the network",
        allowed=f"facts {', '.join(FLEET[:4])} above 0 and payload_t or payload_teu, and services that sail",
        repair="add them, or remove the fleet",
    )


def _pool(
    growth: Growth,
    reader: Reader,
    key: str,
    arcs: IntArray,
    pool: Mapping[str, float],
    trips: Mapping[int, float],
) -> None:
    if len(arcs) == 0:
        return
    ships = pool["vessels"] * pool["availability_share"] * _sails(reader, arcs)
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


def _sailing_h(reader: Reader, wait: int) -> float:
    """Hours at sea behind a wait; over all lines that leave its vertex where there are several."""
    arcs = reader.look.network.arcs
    lines = reader.look.arcs_of(ArcKind.LINE)
    after = lines[arcs.tail[lines] == arcs.head[wait]]
    transit = reader.columns["transit_h"][after]
    hours = np.where(np.isfinite(transit), transit, arcs.length_km[after] / reader.columns["speed_kmh"][after])
    return float(np.nanmean(hours))
