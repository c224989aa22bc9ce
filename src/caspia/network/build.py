"""Expanding places, links, terminals, borders and services into the graph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from caspia.data import NO_FACT, Dataset, attribute_column, attributes, records
from caspia.network.network import FORMS, MODES, ArcKind, Arcs, Network, Role, Vertices

CLOSURES = (*(f"closure_share_m{month:02d}" for month in range(1, 13)), "closure_spell_h")
SAILING = frozenset({"open", "restricted"})
NO_JOURNEY_ENDS = frozenset({"waypoint", "chokepoint"})


FactRow = npt.NDArray[np.int32]


@cache
def _forms_mask(forms: str) -> int:
    """Bits of a `;` list of forms; an empty list is every form."""
    return sum(1 << FORMS.index(form) for form in (forms.split(";") if forms else FORMS))


@dataclass(frozen=True)
class _Traits:
    """What an arc carries and passes."""

    forms: str = ""
    states: tuple[str, ...] = ()
    waters: tuple[str, ...] = ()
    reverse: bool = False
    electrified: bool = False
    is_open: bool = True


@dataclass
class _Tables:
    """What the builder looks up again and again."""

    data: Dataset
    facts: dict[str, npt.NDArray[np.int32]]
    place_row: dict[str, int]
    forms_of_class: dict[str, str]
    # Services by port and mode or by link, planned and closed ones too: what sails may change, the graph does not.
    boarding: dict[tuple[int, str], list[int]]
    sailing: dict[str, list[int]]
    borders: dict[tuple[str, str], int]
    services: list[Any]
    states: npt.NDArray[np.object_]


@dataclass
class _Growth:
    """The graph while it grows; never leaves this module."""

    countries: dict[str, int]
    waters: dict[str, int]
    vertex: dict[tuple[int, int, int, int, str], int] = field(default_factory=dict)
    arcs: list[tuple[Any, ...]] = field(default_factory=list)
    facts: list[npt.NDArray[np.int32]] = field(default_factory=list)

    def node(self, place: int, mode: int, gauge: int, role: Role, tag: str = "") -> int:
        key = (place, mode, gauge, int(role), tag)
        return self.vertex.setdefault(key, len(self.vertex))

    def hub(self, place: int, mode: int, gauge: int) -> tuple[int, int]:
        """Arrival and departure vertex of a mode at a place, joined when they are made."""
        arrival = self.node(place, mode, gauge, Role.ARRIVAL)
        is_new = (place, mode, gauge, int(Role.DEPARTURE), "") not in self.vertex
        departure = self.node(place, mode, gauge, Role.DEPARTURE)
        if is_new:
            no_facts = np.full(len(attributes()), NO_FACT, dtype=np.int32)
            self.arc((arrival, departure), (ArcKind.THROUGH, -1, mode), no_facts, _Traits())
        return arrival, departure

    def arc(self, ends: tuple[int, int], label: tuple[ArcKind, int, int], facts: FactRow, traits: _Traits) -> None:
        """Add an arc; `label` is its kind, the row of its table and its mode."""
        mask = _forms_mask(traits.forms)
        states = tuple(self.countries[state] for state in traits.states if state in self.countries)
        waters = tuple(self.waters[water] for water in traits.waters)
        flags = (traits.reverse, mask, traits.electrified, traits.is_open)
        self.arcs.append((*ends, *label, *flags, states, waters))
        self.facts.append(facts)


def build_network(data: Dataset) -> Network:
    """Expand the tables of a data set into the frozen graph.

    Parameters
    ----------
    data : Dataset
        Checked tables.

    Returns
    -------
    Network
        Vertices and arcs with lineage to the rows and facts behind them.
    """
    tables = _look_up_tables(data)
    links = data.tables["links"]
    waters = sorted({water for cell in links["waters"] for water in cell.split(";") if water})
    growth = _Growth(
        countries={code: column for column, code in enumerate(data.tables["countries"]["id"])},
        waters={water: column for column, water in enumerate(waters)},
    )
    _add_links(growth, tables)
    _add_terminals(growth, tables)
    _add_journey_ends(growth, tables)
    return _freeze(growth, data)


def _look_up_tables(data: Dataset) -> _Tables:
    facts = {name: data.object_facts(name) for name in ("links", "terminals", "borders", "services", "places")}
    facts["classes"] = data.class_facts
    place_row = {key: row for row, key in enumerate(data.tables["places"]["id"])}
    boarding: dict[tuple[int, str], list[int]] = defaultdict(list)
    sailing: dict[str, list[int]] = defaultdict(list)
    services = data.tables["services"]
    sailings = records(services)
    for row, service in enumerate(sailings):
        served = (
            sailing[service.link_id] if service.link_id else boarding[place_row[service.place_id], service.mode]
        )
        served.append(row)
    borders = data.tables["borders"]
    crossing = {
        (link, state): row
        for row, (link, state) in enumerate(zip(borders["link_id"], borders["from_country"], strict=True))
    }
    forms = dict(zip(data.tables["classes"]["id"], data.class_forms, strict=True))
    states = data.tables["places"]["country"].to_numpy(dtype=object)
    return _Tables(data, facts, place_row, forms, boarding, sailing, crossing, sailings, states)


def _gauge(value: float) -> int:
    return 0 if pd.isna(value) else int(value)


def _add_links(growth: _Growth, tables: _Tables) -> None:
    for row, link in enumerate(records(tables.data.tables["links"])):
        _add_direction(growth, tables, row, link, reverse=False)
        if link.oneway != "yes":
            _add_direction(growth, tables, row, link, reverse=True)


def _add_direction(growth: _Growth, tables: _Tables, row: int, link: Any, *, reverse: bool) -> None:
    start, end = (link.to_id, link.from_id) if reverse else (link.from_id, link.to_id)
    mode, gauge = MODES.index(link.mode), _gauge(link.gauge_mm)
    places = tables.place_row
    states = [state for state in link.countries.split(";") if state]
    site = (places[start], mode, gauge)
    _, tail = growth.hub(*site)
    head, _ = growth.hub(places[end], mode, gauge)
    is_open = link.status == "open"
    if link.mode in ("rail", "road") and len(states) > 1:
        tail, is_open = _add_border(growth, tables, link, site, states[-1] if reverse else states[0])
    facts = tables.facts["links"][row]
    label = (ArcKind.LINE, row, mode)
    traits = _Traits(
        forms=tables.forms_of_class[link.class_id],
        states=tuple(states),
        waters=tuple(water for water in link.waters.split(";") if water),
        reverse=reverse,
        electrified=link.electrified == "yes",
        is_open=is_open,
    )
    sailings = tables.sailing.get(link.id)
    for service in sailings or ():
        deck = growth.node(*site, Role.SAILING, f"{link.id}>{end}#{service}")
        _add_wait(growth, tables, service, (tail, deck), site[0])
        own = tables.facts["services"][service]
        sails = replace(
            traits,
            forms=tables.services[service].forms or traits.forms,
            is_open=is_open and tables.services[service].status in SAILING,
        )
        growth.arc((deck, head), label, np.where(own == NO_FACT, facts, own), sails)
    if not sailings:
        growth.arc((tail, head), label, facts, traits)


def _add_border(
    growth: _Growth, tables: _Tables, link: Any, site: tuple[int, int, int], state: str
) -> tuple[int, bool]:
    _, tail = growth.hub(*site)
    is_open = link.status == "open"
    row = tables.borders.get((link.id, state))
    if row is None:
        return tail, is_open
    gate = growth.node(*site, Role.BORDER, f"{link.id}<{state}")
    is_open = is_open and tables.data.tables["borders"]["status"].iloc[row] != "closed"
    facts = tables.facts["borders"][row]
    traits = _Traits(states=(state,), is_open=is_open)
    growth.arc((tail, gate), (ArcKind.BORDER, row, site[1]), facts, traits)
    return gate, is_open


@cache
def _closure_columns() -> list[int]:
    return [attribute_column(name) for name in CLOSURES]


def _add_wait(growth: _Growth, tables: _Tables, service: int, ends: tuple[int, int], place: int) -> None:
    row = tables.services[service]
    facts = tables.facts["services"][service].copy()
    columns = _closure_columns()
    closures = tables.facts["places"][place][columns]
    facts[columns] = np.where(closures == NO_FACT, facts[columns], closures)
    forms = row.forms or tables.forms_of_class[row.class_id]
    mode = MODES.index(row.mode)
    is_open = row.status in SAILING
    traits = _Traits(forms=forms, states=(tables.states[place],), is_open=is_open)
    growth.arc(ends, (ArcKind.WAIT, service, mode), facts, traits)


def _entries(growth: _Growth, tables: _Tables, place: int, mode: int, gauge: int) -> int:
    """Vertex by which cargo enters a mode at a place: a boarding vertex where departures are scheduled."""
    _, departure = growth.hub(place, mode, gauge)
    services = tables.boarding.get((place, MODES[mode]))
    if services is None:
        return departure
    is_new = (place, mode, gauge, int(Role.BOARDING), "") not in growth.vertex
    board = growth.node(place, mode, gauge, Role.BOARDING)
    if is_new:
        for service in services:
            _add_wait(growth, tables, service, (board, departure), place)
    return board


def _add_terminals(growth: _Growth, tables: _Tables) -> None:
    gauges: dict[tuple[int, int], set[int]] = defaultdict(set)
    for place, mode, gauge, _, _ in growth.vertex:
        gauges[place, mode].add(gauge)
    for row, terminal in enumerate(records(tables.data.tables["terminals"])):
        place = tables.place_row[terminal.place_id]
        for a, b in _gauge_pairs(terminal, place, gauges):
            kind = ArcKind.GAUGE_CHANGE if terminal.kind == "gauge_change" else ArcKind.TERMINAL
            traits = _Traits(
                forms=terminal.forms or tables.forms_of_class[terminal.class_id],
                states=(tables.states[place],),
            )
            facts = tables.facts["terminals"][row]
            for start, end in ((a, b), (b, a)):
                ends = growth.hub(place, *start)[0], _entries(growth, tables, place, *end)
                growth.arc(ends, (kind, row, start[0]), facts, traits)


def _gauge_pairs(
    terminal: Any, place: int, gauges: Mapping[tuple[int, int], set[int]]
) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Pairs of (mode, gauge) that a terminal joins; an empty gauge stands for every gauge at the place."""

    def sides(mode_name: str, gauge: float) -> list[tuple[int, int]]:
        mode, wanted = MODES.index(mode_name), _gauge(gauge)
        return [(mode, present) for present in sorted(gauges.get((place, mode), ())) if wanted in (0, present)]

    first = sides(terminal.from_mode, terminal.from_gauge_mm)
    second = sides(terminal.to_mode, terminal.to_gauge_mm)
    return [(a, b) for a in first for b in second if a != b]


def _add_journey_ends(growth: _Growth, tables: _Tables) -> None:
    """Loading at the origin and unloading at the destination, by the class of a link of that mode there."""
    places = tables.data.tables["places"]
    kinds, states = places["kind"].to_numpy(), places["country"].to_numpy()
    class_row = {key: row for row, key in enumerate(tables.data.tables["classes"]["id"])}
    for (place, mode, gauge), (class_id, is_open) in _local_classes(tables).items():
        if kinds[place] in NO_JOURNEY_ENDS:
            continue
        arrival, _ = growth.hub(place, mode, gauge)
        entry = _entries(growth, tables, place, mode, gauge)
        row = class_row[class_id]
        traits = _Traits(forms=tables.forms_of_class[class_id], states=(states[place],), is_open=is_open)
        facts = tables.facts["classes"][row]
        origin = growth.node(place, -1, 0, Role.ORIGIN)
        destination = growth.node(place, -1, 0, Role.DESTINATION)
        growth.arc((origin, entry), (ArcKind.LOADING, row, mode), facts, traits)
        growth.arc((arrival, destination), (ArcKind.UNLOADING, row, mode), facts, traits)


def _local_classes(tables: _Tables) -> dict[tuple[int, int, int], tuple[str, bool]]:
    """Class of a link of each mode and gauge at each place, and whether one is open there.

    Places that only planned links reach have journey ends too, closed ones: a scenario that opens the links must
    change what is open and not the numbers of the arcs.
    """
    found: dict[tuple[int, int, int], tuple[str, bool]] = {}
    best: dict[tuple[int, int, int], tuple[bool, bool]] = {}
    state = tables.data.tables["places"]["country"].to_numpy()
    for link in records(tables.data.tables["links"]):
        for end in (link.from_id, link.to_id):
            place = tables.place_row[end]
            key = (place, MODES.index(link.mode), _gauge(link.gauge_mm))
            # At a border the operator of the place's own country loads, not that of the neighbour.
            merit = (link.status == "open", link.countries == state[place])
            if key not in found or merit > best[key]:
                found[key], best[key] = (link.class_id, merit[0]), merit
    return found


def _freeze(growth: _Growth, data: Dataset) -> Network:
    keys = np.array([key[:4] for key in growth.vertex], dtype=np.int32).reshape(-1, 4)
    columns = list(zip(*growth.arcs, strict=True))
    integers = [np.array(columns[i], dtype=np.int32) for i in range(5)]
    facts = np.concatenate(growth.facts).reshape(len(growth.facts), -1)
    length_fact = facts[:, attribute_column("length_km")]
    is_line = integers[2] == int(ArcKind.LINE)
    length = np.where(is_line & (length_fact >= 0), data.facts.value[length_fact], 0.0)
    arcs = Arcs(
        tail=integers[0],
        head=integers[1],
        kind=integers[2],
        row=integers[3],
        mode=integers[4],
        reverse=np.array(columns[5], dtype=bool),
        length_km=length,
        facts=facts,
        forms=np.array(columns[6], dtype=np.uint8),
        electrified=np.array(columns[7], dtype=bool),
        is_open=np.array(columns[8], dtype=bool),
        countries=_membership(columns[9], len(growth.countries)),
        waters=_membership(columns[10], len(growth.waters)),
    )
    vertices = Vertices(place=keys[:, 0], mode=keys[:, 1], gauge_mm=keys[:, 2], role=keys[:, 3])
    for record in (arcs, vertices):
        for item in fields(record):
            getattr(record, item.name).flags.writeable = False
    return Network(
        vertices,
        arcs,
        tuple(attributes()),
        tuple(growth.countries),
        tuple(growth.waters),
        tuple(data.tables["places"]["id"]),
    )


def _membership(members: Iterable[tuple[int, ...]], width: int) -> npt.NDArray[np.bool_]:
    rows = list(members)
    matrix = np.zeros((len(rows), width), dtype=bool)
    matrix[np.repeat(np.arange(len(rows)), [len(columns) for columns in rows]), list(chain.from_iterable(rows))] = (
        True
    )
    return matrix
