"""What a scenario does to the data, before it is done: rows closed and opened, bans, and changed facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from caspia.data import Dataset, attributes
from caspia.errors import InputError, Problem
from caspia.scenario.amounts import change_amounts, close_for_days
from caspia.scenario.ledger import FloatArray, IntArray, Ledger, Slots
from caspia.scenario.model import Edit, Scenario
from caspia.scenario.parse import CLOSURE_SHARE, nearest
from caspia.scenario.projects import expanded
from caspia.scenario.select import check_ends, select_goods, select_rows

OPEN_STATES = ("open", "restricted")
_CLOSED, _OPENED = 1, 2
_TARGET = {
    "links": "link",
    "borders": "border",
    "services": "service",
    "terminals": "terminal",
    "places": "place",
    "countries": "country",
    "classes": "class",
}


@dataclass(frozen=True)
class Ban:
    """Goods that may not pass something; becomes rows of the table rules.

    Attributes
    ----------
    target_kind, target : str
        As in the table rules.
    goods : tuple of str
        Ids of commodities; empty is all.
    origin, destination : tuple of str
        Countries or blocs; empty is anywhere.
    edit : int
        Number of the edit in the scenario, from 0.
    """

    target_kind: str
    target: str
    goods: tuple[str, ...]
    origin: tuple[str, ...]
    destination: tuple[str, ...]
    edit: int


@dataclass(frozen=True)
class FactChanges:
    """Facts that change, as columns of shape (n_changes,); money in dollars of `units.PRICE_YEAR`.

    Attributes
    ----------
    table, attribute : tuple of str
        Table of the object, and the quantity.
    row : numpy.ndarray of int
        Row of the object in its table.
    year : numpy.ndarray of int
        Year of a series; 0 of all else.
    base : numpy.ndarray of int
        Row of the fact that the object has or inherits without the scenario; -1 where none.
    value, low, high : numpy.ndarray
        New numbers.
    edit : numpy.ndarray of int
        Number of the last edit that changed the fact, from 0.
    """

    table: tuple[str, ...]
    attribute: tuple[str, ...]
    row: IntArray
    year: IntArray
    base: IntArray
    value: FloatArray
    low: FloatArray
    high: FloatArray
    edit: IntArray

    def __len__(self) -> int:
        return len(self.row)

    def frame(self, data: Dataset) -> pd.DataFrame:
        """Changes as a table with the ids of the objects and the numbers before.

        Parameters
        ----------
        data : Dataset
            The data that the effects were computed for.

        Returns
        -------
        pandas.DataFrame
            Columns `table`, `id`, `attribute`, `unit`, `year`, `before`, `value`, `low`, `high`, `edit`.
        """
        ids = {name: data.tables[name]["id"].tolist() for name in set(self.table)}
        return pd.DataFrame(
            {
                "table": list(self.table),
                "id": [ids[name][row] for name, row in zip(self.table, self.row.tolist(), strict=True)],
                "attribute": list(self.attribute),
                "unit": [attributes()[name].unit for name in self.attribute],
                "year": self.year,
                "before": np.where(self.base >= 0, data.facts.value[self.base], np.nan),
                "value": self.value,
                "low": self.low,
                "high": self.high,
                "edit": self.edit,
            }
        )


@dataclass(frozen=True)
class Effects:
    """What a scenario does to a data set; `apply` is made of it.

    Attributes
    ----------
    scenario : Scenario
        The scenario; edits that open projects are those of the works of these.
    closed : mapping of str to numpy.ndarray of int
        Rows by table (links, borders, services, terminals, places) that carried traffic and carry none.
    opened : mapping of str to numpy.ndarray of int
        Rows by table (links, borders, services) that carry traffic and carried none; of rules, those lifted.
    bans : tuple of Ban
        Bars on goods that come on top of the rules.
    facts : FactChanges
        Facts with other numbers.
    selected : tuple of numpy.ndarray of int
        Rows that each edit selects, changed or not.
    touched : tuple of int
        Number of facts that each edit changed, also where a later edit changed them again.
    """

    scenario: Scenario
    closed: Mapping[str, IntArray]
    opened: Mapping[str, IntArray]
    bans: tuple[Ban, ...]
    facts: FactChanges
    selected: tuple[IntArray, ...]
    touched: tuple[int, ...]


class _Gates:
    """Which rows are closed and opened, and by which edit."""

    def __init__(self, data: Dataset, edits: tuple[Edit, ...]) -> None:
        self.data, self.edits = data, edits
        self.state: dict[str, npt.NDArray[np.int8]] = {}
        self.by: dict[str, IntArray] = {}

    def turn(self, number: int, rows: IntArray, state: int) -> None:
        edit = self.edits[number]
        size = len(self.data.tables[edit.table])
        now = self.state.setdefault(edit.table, np.zeros(size, dtype=np.int8))
        by = self.by.setdefault(edit.table, np.full(size, -1, dtype=np.int64))
        against = rows[(now[rows] != 0) & (now[rows] != state)]
        if len(against) and not edit.override:
            other = self.edits[int(by[against[0]])]
            key = self.data.tables[edit.table]["id"].iloc[int(against[0])]
            raise _contradiction(edit, other, f"{key} is {other.action}d there" if other.action == "close" else key)
        now[rows], by[rows] = state, number

    def rows(self, state: int) -> Mapping[str, IntArray]:
        """Rows whose traffic changes."""
        found = {}
        for table, now in sorted(self.state.items()):
            changed = now == state
            frame = self.data.tables[table]
            if "status" in frame.columns:
                is_open = frame["status"].isin(OPEN_STATES).to_numpy()
                changed = changed & (is_open if state == _CLOSED else ~is_open)
            if changed.any():
                found[table] = np.flatnonzero(changed)
        return MappingProxyType(found)


def effects(data: Dataset, scenario: Scenario) -> Effects:
    """Work out what a scenario does to a data set.

    Parameters
    ----------
    data : Dataset
        The data; they stay as they are.
    scenario : Scenario
        Edits, applied in order.

    Returns
    -------
    Effects

    Raises
    ------
    InputError
        An edit selects nothing, changes nothing that is there, leaves the bounds of an attribute, contradicts an
        earlier edit, or names a source that neither data nor scenario have.
    """
    scenario = _with_works(data, scenario)
    _check_sources(data, scenario)
    ledger, gates = Ledger(data), _Gates(data, scenario.edits)
    settings: dict[tuple[str, int, str, int], int] = {}
    selected, bans = [], []
    for number, edit in enumerate(scenario.edits):
        rows = select_rows(data, edit)
        selected.append(rows)
        if edit.action == "ban":
            bans += _bans(data, edit, number, rows)
        elif edit.action == "open" or (edit.action == "close" and edit.days is None):
            gates.turn(number, rows, _CLOSED if edit.action == "close" else _OPENED)
        elif edit.action == "close":
            close_for_days(ledger, edit, number, rows)
        else:
            change_amounts(ledger, edit, number, rows)
            _check_settings(ledger, scenario.edits, number, settings)
    facts = _changes(ledger)
    _check_spells(ledger, scenario, facts)
    touched: Counter[int] = Counter()
    for slots, number in ledger.slots:
        touched[number] += len(slots)
    closed, opened = gates.rows(_CLOSED), gates.rows(_OPENED)
    counts = tuple(touched[number] for number in range(len(selected)))
    return Effects(scenario, closed, opened, tuple(bans), facts, tuple(selected), counts)


def _with_works(data: Dataset, scenario: Scenario) -> Scenario:
    """The scenario with the edits of the works of projects in the place of those that open projects."""
    rows = [select_rows(data, edit) if edit.table == "projects" else None for edit in scenario.edits]
    return scenario if all(found is None for found in rows) else expanded(data, scenario, rows)


def _contradiction(edit: Edit, other: Edit, got: str) -> InputError:
    what = f"edit contradicts {other.where or other.summary}"
    allowed = "edits that agree, or override = true in the later one"
    return InputError(Problem(what, edit.where, got, allowed, "remove one of them, or say which one holds"))


def _check_sources(data: Dataset, scenario: Scenario) -> None:
    known = {*data.tables["sources"]["id"], *(source.id for source in scenario.sources)}
    for edit in scenario.edits:
        if edit.source_id not in known:
            where, allowed = f"{edit.where}, key source_id", nearest(edit.source_id, sorted(known), limit=5)
            repair = "correct the key, or describe the source in a [[source]] table of the scenario"
            raise InputError(Problem("unknown source", where, repr(edit.source_id), allowed, repair))


def _check_settings(
    ledger: Ledger, edits: tuple[Edit, ...], number: int, settings: dict[tuple[str, int, str, int], int]
) -> None:
    """Refuse a quantity that two edits set to different numbers."""
    edit = edits[number]
    if edit.action != "set":
        return
    for slots, by in ledger.slots:
        if by != number:
            continue
        for row, year in zip(slots.row.tolist(), slots.year.tolist(), strict=True):
            key = (slots.table, row, slots.attribute, year)
            other = edits[settings.setdefault(key, number)]
            if _amount(other) != _amount(edit) and not edit.override:
                name = ledger.data.tables[slots.table]["id"].iloc[row]
                got = f"{name}.{slots.attribute} = {edit.value:g} here, {other.value:g} there"
                raise _contradiction(edit, other, got)
            settings[key] = number


def _amount(edit: Edit) -> tuple[float | int | None, ...]:
    return edit.value, edit.low, edit.high, edit.price_year


def _bans(data: Dataset, edit: Edit, number: int, rows: IntArray) -> list[Ban]:
    check_ends(data, edit)
    goods = select_goods(data, edit)
    if edit.table == "links" and len(edit.criteria) == 1 and edit.criteria[0][0] in ("mode", "water"):
        # One rule for the whole, where the rules have a word for it.
        kind, targets = edit.criteria[0]
    else:
        ids = data.tables[edit.table]["id"].tolist()
        kind, targets = _TARGET[edit.table], tuple(ids[row] for row in rows.tolist())
    return [Ban(kind, target, goods, edit.origin, edit.destination, number) for target in targets]


def _changes(ledger: Ledger) -> FactChanges:
    """The last number of every quantity that was changed."""
    last: dict[tuple[str, int, str, int], tuple[int, int]] = {}
    first: dict[tuple[str, int, str, int], int] = {}
    fact = ledger.n_base
    for slots, edit in ledger.slots:
        for row, year, base in zip(slots.row.tolist(), slots.year.tolist(), slots.fact.tolist(), strict=True):
            key = (slots.table, row, slots.attribute, year)
            first.setdefault(key, base)
            last[key] = (fact, edit)
            fact += 1
    keys = sorted(last)
    rows = np.array([last[key][0] for key in keys], dtype=np.int64)
    bases = np.array([_in_data(ledger, key, first[key]) for key in keys], dtype=np.int64)
    return FactChanges(
        table=tuple(key[0] for key in keys),
        attribute=tuple(key[2] for key in keys),
        row=np.array([key[1] for key in keys], dtype=np.int64),
        year=np.array([key[3] for key in keys], dtype=np.int64),
        base=bases,
        value=ledger.value[rows],
        low=ledger.low[rows],
        high=ledger.high[rows],
        edit=np.array([last[key][1] for key in keys], dtype=np.int64),
    )


def _in_data(ledger: Ledger, key: tuple[str, int, str, int], base: int) -> int:
    """Fact of the data behind a change; what was inherited may itself have been changed before."""
    if base < ledger.n_base:
        return base
    table, row, attribute, year = key
    return int(Ledger(ledger.data).find(table, np.array([row]), attribute, (year,) if year else ()).fact[0])


def _check_spells(ledger: Ledger, scenario: Scenario, facts: FactChanges) -> None:
    """Refuse closed shares of months without the length of a closure, of which the model would make nothing."""
    for table, name, row, value, edit in zip(
        facts.table, facts.attribute, facts.row.tolist(), facts.value.tolist(), facts.edit.tolist(), strict=True
    ):
        if name.startswith(CLOSURE_SHARE) and value > 0 and table == "places":
            spell = ledger.find(table, np.array([row]), "closure_spell_h").fact[0]
            if spell < 0:
                key = ledger.data.tables[table]["id"].iloc[row]
                allowed = "places with closure_spell_h"
                repair = f"set closure_spell_h of {key} too, or close it with days"
                what, where = "closed share without the length of a closure", scenario.edits[edit].where
                raise InputError(Problem(what, where, f"{key}.{name}", allowed, repair))


def quantity(
    data: Dataset, found: Effects, table: str, attribute: str
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Numbers of a quantity for every object of a table under a scenario, without an edited copy of the data.

    What a class passes on is in it, so that an array over arcs follows by the row of the table behind each arc.

    Parameters
    ----------
    data : Dataset
        The data that the effects were computed for.
    found : Effects
        From `effects`.
    table : str
        Table of the objects.
    attribute : str
        A quantity that is no series.

    Returns
    -------
    value, low, high : numpy.ndarray, shape (n_objects,)
        In the unit of the attribute, money in dollars of `units.PRICE_YEAR`; NaN where an object has no such fact.
    """
    ledger, changes = Ledger(data), found.facts
    names = np.array(changes.attribute, dtype=object)
    homes = np.array(changes.table, dtype=object)
    for home in {table, "classes"}:
        own = np.flatnonzero((names == attribute) & (homes == home))
        if len(own):
            slots = Slots(home, attribute, changes.row[own], changes.base[own], changes.year[own])
            ledger.change(slots, (changes.value[own], changes.low[own], changes.high[own]), 0)
    fact = ledger.facts(table, attribute)
    value, low, high = (np.where(fact >= 0, amount, np.nan) for amount in ledger.amounts(fact))
    return value, low, high
