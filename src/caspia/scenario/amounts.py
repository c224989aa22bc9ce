"""Scale, set, add, and closures of some days, as changes of facts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from caspia.data import attributes
from caspia.errors import InputError, Problem
from caspia.scenario.ledger import IntArray, Ledger, Slots, Triple
from caspia.scenario.model import Edit
from caspia.scenario.parse import CLOSURE_SHARE
from caspia.units import HOURS_PER_DAY

DAYS_PER_YEAR = 365.0
DAYS_OF_MONTH = (31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
SPELL = "closure_spell_h"
DELAYED = {"borders": "border_h", "terminals": "handling_h", "services": "queue_h"}
"""The quantity that takes the mean delay of a closure of some days."""
CAPACITIES = ("capacity_t_per_year", "capacity_teu_per_year", "capacity_trains_per_day")
_NOUGHT = ("war_risk_pct", "queue_h", CLOSURE_SHARE)
"""Quantities that are nought where no fact states them, so that something may be added to them."""

BoolArray = npt.NDArray[np.bool_]
Setting = tuple[Edit, float, float, float]


def change_amounts(ledger: Ledger, edit: Edit, number: int, rows: IntArray) -> None:
    """Apply a scale, set or add.

    Parameters
    ----------
    ledger : Ledger
        Facts so far; changed.
    edit : Edit
        The edit.
    number : int
        Its number in the scenario.
    rows : numpy.ndarray of int, shape (n,)
        Rows selected.

    Raises
    ------
    InputError
        No selected object has the quantity, or a new number leaves the bounds of the attribute.
    """
    total = 0
    for name in edit.attributes:
        slots = ledger.find(edit.table, rows, name, edit.years)
        if edit.action != "set":
            slots = _kept(slots, _changeable(ledger, edit, slots))
        if len(slots):
            ledger.change(slots, _bounded(ledger, edit, slots, _new(ledger, edit, slots)), number)
        total += len(slots)
    if not total:
        got = f"{len(rows)} objects selected, none with {', '.join(edit.attributes)}"
        what, repair = f"nothing to {edit.action}", "use set, or correct selector or attribute"
        raise InputError(Problem(what, edit.where, got, "objects that have the attribute", repair))


def _kept(slots: Slots, keep: BoolArray) -> Slots:
    return Slots(slots.table, slots.attribute, slots.row[keep], slots.fact[keep], slots.year[keep])


def _changeable(ledger: Ledger, edit: Edit, slots: Slots) -> BoolArray:
    """Objects that have the quantity, or of which it is nought where nothing is stated."""
    there = slots.fact >= 0
    if edit.delta is None:
        return there
    if slots.attribute.startswith(_NOUGHT):
        return np.ones(len(slots), dtype=bool)
    if slots.attribute.startswith("fare_") and slots.table != "services":
        # A fare is nought where a tariff prices the way; where nothing does, it would open it.
        tariff = slots.attribute.replace("fare_", "tariff_", 1) + "_km"
        return there | (ledger.find(slots.table, slots.row, tariff).fact >= 0)
    return there


def _new(ledger: Ledger, edit: Edit, slots: Slots) -> Triple:
    if edit.action == "set" and edit.value is not None:
        money = ledger.deflation(edit)
        ends = (
            edit.value,
            edit.value if edit.low is None else edit.low,
            edit.value if edit.high is None else edit.high,
        )
        value, low, high = (np.full(len(slots), end * money) for end in ends)
        return value, low, high
    value, low, high = ledger.amounts(slots.fact)
    factor = 1.0 if edit.factor is None else edit.factor
    factor *= 1.0 if edit.percent is None else 1.0 + edit.percent / 100.0
    delta = 0.0 if edit.delta is None else edit.delta * ledger.deflation(edit)
    return value * factor + delta, low * factor + delta, high * factor + delta


def _bounded(ledger: Ledger, edit: Edit, slots: Slots, amounts: Triple) -> Triple:
    """The amounts, cut to the bounds of the attribute where the edit says so."""
    known = attributes()[slots.attribute]
    if edit.clip:
        value, low, high = (np.clip(amount, known.minimum, known.maximum) for amount in amounts)
        return value, low, high
    for name, amount in zip(("value", "low", "high"), amounts, strict=True):
        # Scaling forth and back may leave a bound by a rounding error.
        slack = 1e-9 * max(abs(known.minimum), abs(known.maximum))
        bad = np.flatnonzero((amount < known.minimum - slack) | (amount > known.maximum + slack))
        if len(bad):
            key = ledger.data.tables[slots.table]["id"].iloc[int(slots.row[bad[0]])]
            more = f" and {len(bad) - 1} more" if len(bad) > 1 else ""
            raise InputError(
                Problem(
                    what=f"{name} of {slots.attribute} leaves its bounds",
                    where=edit.where,
                    got=f"{amount[bad[0]]:g} for {key}{more}",
                    allowed=f"{known.minimum:g} to {known.maximum:g} {known.unit}",
                    repair="change the amount, or write clip = true to cut it at the bound",
                )
            )
    value, low, high = amounts
    return value, low, high


def close_for_days(ledger: Ledger, edit: Edit, number: int, rows: IntArray) -> None:
    """Apply a closure of some days as its expected effect in the year.

    With the share p of the year closed in spells of s hours, one in 1/p arrives while it is closed and waits s/2 on
    average: capacities lose the share p, and p s / 2 is added to the time. Places take it as closed shares of
    months, of which the model makes the waits.

    Parameters
    ----------
    ledger : Ledger
        Facts so far; changed.
    edit : Edit
        A close with days.
    number : int
        Its number in the scenario.
    rows : numpy.ndarray of int, shape (n,)
        Rows selected.

    Raises
    ------
    InputError
        The closure changes no fact, or a new number leaves the bounds of its attribute.
    """
    days = 0.0 if edit.days is None else edit.days
    spell_h = max(days * HOURS_PER_DAY if edit.spell_h is None else edit.spell_h, 1.0)
    before = len(ledger.slots)
    if edit.table == "places":
        _close_months(ledger, edit, (number, days, spell_h), rows)
    else:
        lost = days / DAYS_PER_YEAR * edit.share
        for name in CAPACITIES:
            if edit.table in attributes()[name].tables:
                slots = ledger.find(edit.table, rows, name)
                _shift(ledger, edit, number, _kept(slots, slots.fact >= 0), (1.0 - lost, 0.0))
        delay_h = lost * spell_h / 2
        if edit.table == "links":
            _slow(ledger, edit, number, rows, delay_h)
        else:
            slots = ledger.find(edit.table, rows, DELAYED[edit.table])
            nought = np.full(len(slots), DELAYED[edit.table].startswith(_NOUGHT))
            _shift(ledger, edit, number, _kept(slots, (slots.fact >= 0) | nought), (1.0, delay_h))
    if len(ledger.slots) == before:
        allowed = "objects with a capacity or a time"
        problem = Problem(
            "closure of days changes nothing", edit.where, edit.table, allowed, "close it without days"
        )
        raise InputError(problem)


def _shift(ledger: Ledger, edit: Edit, number: int, slots: Slots, line: tuple[float, float]) -> None:
    if len(slots):
        factor, delta = line
        value, low, high = (amount * factor + delta for amount in ledger.amounts(slots.fact))
        ledger.change(slots, _bounded(ledger, edit, slots, (value, low, high)), number)


def _slow(ledger: Ledger, edit: Edit, number: int, rows: IntArray, delay_h: float) -> None:
    """Add hours to links: to the scheduled time where there is one, else by the speed that takes as much longer."""
    scheduled = ledger.find("links", rows, "transit_h")
    _shift(ledger, edit, number, _kept(scheduled, scheduled.fact >= 0), (1.0, delay_h))
    unscheduled = rows[scheduled.fact < 0]
    length_km = ledger.amounts(ledger.find("links", unscheduled, "length_km").fact)[0]
    for name in ("speed_kmh", "speed_bulk_kmh"):
        slots = ledger.find("links", unscheduled, name)
        moving = (slots.fact >= 0) & (length_km > 0)
        slots, length = _kept(slots, moving), length_km[moving]
        if len(slots):
            value, low, high = (length / (length / speed + delay_h) for speed in ledger.amounts(slots.fact))
            ledger.change(slots, _bounded(ledger, edit, slots, (value, low, high)), number)


def _close_months(ledger: Ledger, edit: Edit, closure: tuple[int, float, float], rows: IntArray) -> None:
    """Join the closed days with the share that is closed already, as if each came whatever the other does."""
    number, days, spell_h = closure
    months = edit.months or tuple(range(1, 13))
    own = min(days / sum(DAYS_OF_MONTH[month - 1] for month in months) * edit.share, 1.0)
    for month in months:
        slots = ledger.find("places", rows, f"{CLOSURE_SHARE}_m{month:02d}")
        value, low, high = (1.0 - (1.0 - share) * (1.0 - own) for share in ledger.amounts(slots.fact))
        ledger.change(slots, (value, low, high), number)
    spells = ledger.find("places", rows, SPELL)
    bare = _kept(spells, spells.fact < 0)
    if len(bare):
        flat = np.full(len(bare), spell_h)
        ledger.change(bare, _bounded(ledger, edit, bare, (flat, flat, flat)), number)
