"""Facts of capacity as numbers, and servers and entries as they are put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from caspia.cost.capacity import Measure, Servers
from caspia.cost.delay import delay_table
from caspia.cost.lookup import Lookup
from caspia.cost.scarcity import Scarcity
from caspia.data import Dataset
from caspia.errors import InputError, Problem
from caspia.network import MODES, ArcKind
from caspia.units import DAYS_PER_YEAR, HOURS_PER_YEAR

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass
class Growth:
    """Servers and entries while they grow; never leaves this module."""

    rows: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    entries: list[tuple[int, str, Measure, float]] = field(default_factory=list)

    def server(self, key: str, *columns: Any) -> str:
        """Add a server, unless it is known."""
        self.rows.setdefault(key, columns)
        return key


@dataclass(frozen=True)
class Reader:
    """Facts of arcs and objects as numbers, NaN where there is none."""

    look: Lookup
    data: Dataset
    columns: Mapping[str, FloatArray]

    is_inner: npt.NDArray[np.bool_]
    open_share: FloatArray
    """Share of the year that each place is open."""

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
"""States of whose inner traffic demand is so small a part that their lines and inner crossings are no servers."""
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


CLOSURES = tuple(f"closure_share_m{month:02d}" for month in range(1, 13))


def open_shares(data: Dataset) -> FloatArray:
    """Share of the year that each place is open: what is shut by storms or ice serves less in a year.

    Parameters
    ----------
    data : Dataset
        Tables.

    Returns
    -------
    numpy.ndarray, shape (n_places,)
        1 where no closure is stated.
    """
    months = [data.values("places", name, 0.0) for name in CLOSURES]
    # What is shut all the year has no departures, and nobody asks for its capacity; a queue needs one above 0.
    return np.asarray(np.maximum(1.0 - np.mean(months, axis=0), 1.0 / DAYS_PER_YEAR), dtype=np.float64)


def inner(look: Lookup, data: Dataset) -> npt.NDArray[np.bool_]:
    """Lines and crossings all of whose states are interior; pipelines are known whole everywhere."""
    network, arcs = look.network, look.network.arcs
    inner = INTERIOR | set(data.blocs.get(INTERIOR_BLOC, ()))
    outer = network.passing_states([code for code in network.countries if code not in inner])
    # The arc of a crossing lies in the state that is left; the one that is entered counts too.
    crossings = np.flatnonzero(arcs.kind == ArcKind.BORDER)
    entered = data.tables["borders"]["to_country"].to_numpy()[arcs.row[crossings]]
    outer[crossings] |= ~np.isin(entered, list(inner))
    piped = np.isin(arcs.mode, [row for row, mode in enumerate(MODES) if mode.endswith("pipeline")])
    kinds = (arcs.kind == ArcKind.LINE) | (arcs.kind == ArcKind.BORDER)
    return np.asarray(kinds & ~piped & arcs.countries.any(axis=1) & ~outer, dtype=bool)


def _background(reader: Reader, arc: int) -> float:
    share = reader.at(arc, "background_share")
    return 0.0 if np.isnan(share) else share


def _check_open(capacity: float, key: str) -> None:
    """Refuse a capacity of zero, over which cargo would wait for ever."""
    if not capacity > 0:
        raise InputError(
            Problem(
                what="capacity of zero",
                where=f"facts, {key}",
                got=f"{capacity:g} a year",
                allowed="a capacity above 0",
                repair="close what carries nothing, or leave it a little",
            )
        )


def train_server(
    growth: Growth, reader: Reader, key: str, arc: int, payload: tuple[float, float], part: float | None = None
) -> str:
    """Add a server that counts trains.

    Parameters
    ----------
    growth : Growth
        Servers so far.
    reader : Reader
        Facts.
    key : str
        Key of the server.
    arc : int
        Arc whose facts hold.
    payload : (float, float)
        Tonnes and TEU of a train.
    part : float, optional
        Share of the section that a line is of: the trains wait once for a section, and scarcity is paid once. A
        crossing if left out.

    Returns
    -------
    str
        The key.

    Raises
    ------
    InputError
        The capacity is zero, or a fact of its queue is missing.
    """
    share = 1.0 if part is None else part
    kind = "crossing" if part is None else "line"
    trains = reader.at(arc, "capacity_trains_per_day") * DAYS_PER_YEAR
    _check_open(trains, key)
    channels, variability, price = reader.queue(arc, key)
    whole_day_h = HOURS_PER_YEAR / trains
    free = trains * (1 - _background(reader, arc))
    queue = (whole_day_h * share, free, variability, channels)
    return growth.server(key, kind, "trains/year", payload[0], queue, price * payload[0] * share)


def by_train(growth: Growth, arcs: Iterable[int], key: str, payload: tuple[float, float], *, empty: bool) -> None:
    t, teu = payload
    for arc in arcs:
        growth.entries.append((arc, key, Measure.EMPTY_BULK if empty else Measure.BULK, 1 / t))
        growth.entries.append((arc, key, Measure.EMPTY_BOX if empty else Measure.BOX, 1 / teu))


def _volume_server(growth: Growth, reader: Reader, key: str, kind: str, arc: int, amount: tuple[str, float]) -> str:
    """Server of tonnes or boxes."""
    unit, capacity = amount
    _check_open(capacity, key)
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


def volumes(
    growth: Growth, reader: Reader, name: str, kind: str, arcs: IntArray, amounts: tuple[float, float]
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


def grouped(arcs: IntArray, *keys: npt.NDArray[Any]) -> Iterable[tuple[tuple[Any, ...], IntArray]]:
    """Arcs by equal keys, in order of the first arc of each."""
    groups: dict[tuple[Any, ...], list[int]] = {}
    for arc in arcs.tolist():
        groups.setdefault(tuple(key[arc].item() for key in keys), []).append(arc)
    return ((key, np.array(members, dtype=np.int64)) for key, members in groups.items())


def amounts(reader: Reader, arc: int, open_share: float = 1.0) -> tuple[float, float]:
    t, teu = reader.at(arc, "capacity_t_per_year"), reader.at(arc, "capacity_teu_per_year")
    return t * open_share, teu * open_share


def payload(reader: Reader, arc: int, where: str) -> tuple[float, float]:
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


def freeze(growth: Growth, n_arcs: int) -> Servers:
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
