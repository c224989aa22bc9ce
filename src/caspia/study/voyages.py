"""Voyages from states whose ports are not in the network: their cost, time, and what they pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from caspia.data import NO_FACT, attribute_column
from caspia.errors import InputError, Problem
from caspia.study.closing import BOTH
from caspia.study.corridors import CORRIDORS
from caspia.study.loading import behaviour
from caspia.study.study import Study
from caspia.study.supply_data import FactDraws, SupplyCase

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
SEA_CLASS = "deep_sea"
CANAL_CLASS, RED_SEA_CLASS = "deep_sea-suez", "deep_sea-red-sea"
CANAL, RED_SEA = "suez-canal", "red-sea"
RED_SEA_KM = 3100.0
"""From the entrance of the Gulf of Aden to Suez, for which ships ask more than elsewhere."""
OCEAN = "Ocean"
DAY_H = 24.0
_FORMS = {"container": "teu", "liquid": "liquid", "gas": "liquid"}


@dataclass(frozen=True)
class Way:
    """One way from an origin to where the need is delivered; money and hours have the value first, then draws.

    Attributes
    ----------
    origin : int
        Origin in the case.
    corridor : str
        One of the corridors, or `Home`.
    port : str
        Ports that it goes by, for a voyage that is not in the network; else empty.
    states, waters : frozenset of str
        States and waters passed; not those of origin and arrival.
    usd_per_t, hours : numpy.ndarray, shape (1 + draws,)
        Carriage of a tonne of the mineral, and time.
    generalised_usd_per_t : float
        What decides: money with the time at its value, and the constant of the corridor.
    limit : numpy.ndarray, shape (1 + draws,)
        Most that it carries, over the present sales of the origin; infinite where nothing is known.
    is_usual : bool
        Whether it is the best of its corridor while nothing is closed.
    """

    origin: int
    corridor: str
    port: str
    states: frozenset[str]
    waters: frozenset[str]
    usd_per_t: FloatArray
    hours: FloatArray
    generalised_usd_per_t: float
    limit: FloatArray
    is_usual: bool = True


def best_usual(ways: Sequence[Way]) -> list[Way]:
    """Mark the best of each corridor as usual, and no other; ways that are limited are for need.

    Parameters
    ----------
    ways : sequence of Way
        Ways of one origin.

    Returns
    -------
    list of Way
    """
    best: dict[str, float] = {}
    free = any(np.isinf(way.limit[0]) for way in ways)
    for way in ways:
        if way.is_usual and (np.isinf(way.limit[0]) or not free):
            best[way.corridor] = min(best.get(way.corridor, np.inf), way.generalised_usd_per_t)
    return [
        replace(way, is_usual=way.is_usual and way.generalised_usd_per_t == best.get(way.corridor)) for way in ways
    ]


def voyages(study: Study, case: SupplyCase, facts: FactDraws, origin: int, ends: tuple[str, str]) -> list[Way]:
    """Voyages of the table sea_ways between two states, the cheapest usual.

    Parameters
    ----------
    study : Study
        Data and network.
    case : SupplyCase
        What is supplied.
    facts : FactDraws
        Facts with draws.
    origin : int
        Origin in the case.
    ends : (str, str)
        States in which the voyage begins and ends.

    Returns
    -------
    list of Way
    """
    table = study.data.tables["sea_ways"]
    fits = [not cell or case.mineral["id"] in cell.split(BOTH) for cell in table["mineral_ids"]]
    rows = np.flatnonzero(
        (table["from_country"] == ends[0]) & (table["to_country"] == ends[1]) & np.array(fits, bool)
    )
    if not len(rows):
        return []
    money, hours, felt = _at_sea(study, case, facts, rows)
    limit = facts.of("sea_ways", rows, "way_limit_share", np.inf)
    found = []
    for number, row in enumerate(rows.tolist()):
        cells = table.iloc[row]
        way = Way(
            origin=origin,
            corridor=OCEAN,
            port=str(cells["port"]),
            states=frozenset(filter(None, cells["countries"].split(BOTH))) - case.members,
            waters=frozenset(filter(None, cells["waters"].split(BOTH))),
            usd_per_t=money[:, number],
            hours=hours[:, number],
            generalised_usd_per_t=float(felt[number]),
            limit=limit[:, number],
        )
        found.append(way)
    return best_usual(found)


def _at_sea(
    study: Study, case: SupplyCase, facts: FactDraws, rows: IntArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Dollars a tonne of the mineral and hours of voyages, shape (1 + draws, n), and what decides, shape (n,)."""
    data = study.data
    goods = str(case.mineral["commodity_id"])
    cargo = study.costs(goods).cargo
    measure = _FORMS.get(cargo.form, "")
    part = f"{measure}_" if measure == "liquid" else ""
    unit = "teu" if measure == "teu" else "t"
    of_class = {
        name: _class_fact(facts, SEA_CLASS, name)
        for name in (f"tariff_{part}usd_per_{unit}_km", f"loading_{part}usd_per_{unit}", "loading_h", "speed_kmh")
    }
    tariff, loading, waiting, speed = (values[:, None] for values in of_class.values())
    if measure != "teu":
        bulk = _class_fact(facts, SEA_CLASS, "speed_bulk_kmh")[:, None]
        speed = np.where(np.isfinite(bulk), bulk, speed)
    length = facts.of("sea_ways", rows, "length_km")
    boxes = cargo.teu / cargo.tonnes if measure == "teu" else 1.0
    charter = facts.of("sea_ways", rows, "charter_usd_per_t", 0.0)
    names = (f"fare_{part}usd_per_{unit}", f"tariff_{part}usd_per_{unit}_km")
    dues, risk = _passage_costs(case, facts, data.tables["sea_ways"]["waters"].iloc[rows], names)
    money = ((length * tariff + dues + 2.0 * loading) * boxes + charter) * case.cargo_t[:, None] + risk
    hours = length / speed + 2.0 * waiting + DAY_H * facts.of("sea_ways", rows, "wait_days", 0.0)
    row = data.tables["commodities"]["id"].tolist().index(goods)
    constant = behaviour(data).constant_usd_per_t[row, CORRIDORS.index(OCEAN)]
    worth = cargo.value_of_time_usd_per_h / cargo.tonnes * float(case.cargo_t[0])
    return money, hours, money[0] + worth * hours[0] + float(constant) * float(case.cargo_t[0])


def _passage_costs(
    case: SupplyCase, facts: FactDraws, waters: pd.Series, names: tuple[str, str]
) -> tuple[FloatArray, FloatArray]:
    """What the Suez Canal and the Red Sea cost besides: for a unit of cargo, and for what a tonne is worth.

    Both have shape (1 + draws, n) and are those of the network; nothing where the data have no such classes.
    """
    known = set(facts.data.tables["classes"]["id"])
    passes = [waters.str.split(BOTH).map(lambda cell, water=water: water in cell) for water in (CANAL, RED_SEA)]
    canal, red = (column.to_numpy(dtype=float) for column in passes)
    nothing = np.zeros((1 + facts.draws, len(waters)))
    fare, more, risk = (np.zeros(1 + facts.draws) for _ in range(3))
    if CANAL_CLASS in known:
        fare = np.nan_to_num(_class_fact(facts, CANAL_CLASS, names[0]))
    if RED_SEA_CLASS in known:
        usual, there = (_class_fact(facts, name, names[1]) for name in (SEA_CLASS, RED_SEA_CLASS))
        more = RED_SEA_KM * (there - usual)
        risk = np.nan_to_num(_class_fact(facts, RED_SEA_CLASS, "war_risk_pct")) / 100.0 * case.price_usd_per_t
    return nothing + fare[:, None] * canal + more[:, None] * red, nothing + risk[:, None] * red


def _class_fact(facts: FactDraws, name: str, attribute: str) -> FloatArray:
    """A number of a class with draws, own or inherited; NaN where neither is stated."""
    data = facts.data
    classes = data.tables["classes"]["id"].tolist()
    if name not in classes:
        what = "voyages need prices and speeds of ships"
        raise InputError(
            Problem(what, "classes.csv", f"no class {name}", f"a class {name} with its facts", "add it")
        )
    row = classes.index(name)
    fact = int(data.class_facts[row, attribute_column(attribute)])
    if fact == NO_FACT:
        return np.full(1 + facts.draws, np.nan)
    values = np.array([data.facts.value[fact]])
    if not facts.draws:
        return values
    bounds = (data.facts.low, data.facts.value, data.facts.high)
    return np.append(values, facts.sampler.facts("supply", np.array([fact]), bounds)[0])
