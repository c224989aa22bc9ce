"""Which objects of a table an edit means."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from fnmatch import translate

import numpy as np
import numpy.typing as npt

from caspia.data import Dataset
from caspia.errors import InputError, Problem
from caspia.scenario.model import Edit
from caspia.scenario.parse import nearest

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]
Cells = list[str]
_WILD = re.compile(r"[*?\[]")


def select_rows(data: Dataset, edit: Edit) -> IntArray:
    """Rows of the table of an edit for which all its selectors hold.

    Parameters
    ----------
    data : Dataset
        Tables.
    edit : Edit
        With selectors.

    Returns
    -------
    numpy.ndarray of int, shape (n,)
        Rows, ascending.

    Raises
    ------
    InputError
        A selector does not apply to the table, names something unknown, or nothing is selected.
    """
    if edit.table not in data.tables:
        allowed = ", ".join(data.tables)
        raise InputError(Problem("the data have no such table", edit.where, edit.table, allowed, "correct table"))
    chosen = np.ones(len(data.tables[edit.table]), dtype=bool)
    for key, values in edit.criteria:
        try:
            chosen &= _HOLDS[key](data, edit.table, values)
        except _Refused as refused:
            what, got, allowed = refused.args
            repair = "correct the selector"
            raise InputError(Problem(what, f"{edit.where}, key {key}", got, allowed, repair)) from None
    if not chosen.any():
        got = ", ".join(f"{key} {' '.join(values)}" for key, values in edit.criteria) or "all"
        allowed = f"what some row of {edit.table}.csv has" + (" at once" if len(edit.criteria) > 1 else "")
        repair = "widen the selectors; `caspia scenarios NAME` shows what each edit selects"
        raise InputError(Problem(f"edit selects nothing in {edit.table}", edit.where, got, allowed, repair))
    return np.flatnonzero(chosen)


class _Refused(Exception):
    """A selector that cannot be answered: what, got, allowed."""


def matching(values: Sequence[str], known: Sequence[str], what: str) -> BoolArray:
    """Which of the known words match one of the values, which may hold `*` and `?`.

    Parameters
    ----------
    values : sequence of str
        Words or patterns; each must match something.
    known : sequence of str
        Words to look at.
    what : str
        What the words are, for the message.

    Returns
    -------
    numpy.ndarray of bool, shape (len(known),)

    Raises
    ------
    _Refused
        A value matches nothing.
    """
    found = np.zeros(len(known), dtype=bool)
    for value in values:
        if _WILD.search(value):
            pattern = re.compile(translate(value))
            own = np.array([pattern.match(word) is not None for word in known], dtype=bool)
        else:
            own = np.array([word == value for word in known], dtype=bool)
        if not own.any():
            raise _Refused(f"unknown {what}", value, nearest(value, sorted({*known} - {""}), limit=12))
        found |= own
    return found


def _by_id(data: Dataset, table: str, values: Sequence[str]) -> BoolArray:
    return matching(values, _column(data, table, "id"), f"id of {table}")


def _column(data: Dataset, table: str, name: str) -> Cells:
    frame = data.tables[table]
    if name not in frame.columns:
        raise _Refused(f"selector does not apply to {table}", table, f"tables with a column {name}")
    return [str(cell) for cell in frame[name].tolist()]


def _by_class(data: Dataset, table: str, values: Sequence[str]) -> BoolArray:
    classes = data.tables["classes"]
    ids = classes["id"].tolist()
    parent = dict(zip(ids, classes["parent_id"].tolist(), strict=True))
    within = set(np.array(ids, dtype=object)[matching(values, ids, "class")])

    def is_within(key: str) -> bool:
        while key and key not in within:
            key = parent.get(key, "")
        return bool(key)

    member = {key for key in ids if is_within(key)}
    return _isin(_column(data, table, "id" if table == "classes" else "class_id"), member)


def _isin(cells: Cells, wanted: Collection[str]) -> BoolArray:
    return np.array([cell in wanted for cell in cells], dtype=bool)


def _by_word(name: str) -> Callable[[Dataset, str, Sequence[str]], BoolArray]:
    def holds(data: Dataset, table: str, values: Sequence[str]) -> BoolArray:
        return matching(values, _column(data, table, name), f"{name.removesuffix('_id')} in {table}")

    return holds


def _by_mode(data: Dataset, table: str, values: Sequence[str]) -> BoolArray:
    if table != "terminals":
        return _by_word("mode")(data, table, values)
    sides = [_column(data, table, name) for name in ("from_mode", "to_mode")]
    known = sorted({*sides[0], *sides[1]})
    wanted = set(np.array(known, dtype=object)[matching(values, known, "mode in terminals")])
    return _isin(sides[0], wanted) | _isin(sides[1], wanted)


def _by_water(data: Dataset, table: str, values: Sequence[str]) -> BoolArray:
    waters = [set(filter(None, cell.split(";"))) for cell in _column(data, "links", "waters")]
    known = sorted(set().union(*waters))
    wanted = set(np.array(known, dtype=object)[matching(values, known, "water")])
    passing = np.array([bool(cell & wanted) for cell in waters], dtype=bool)
    if table == "links":
        return passing
    return _of(passing, data, "links", _column(data, table, "link_id"))


def _of(holds: BoolArray, data: Dataset, table: str, ids: Cells) -> BoolArray:
    """What holds for rows of a table, for objects that name one of them; false where they name none."""
    row = {key: number for number, key in enumerate(data.tables[table]["id"].tolist())}
    numbers = np.array([row.get(key, -1) for key in ids], dtype=np.int64)
    return np.asarray((numbers >= 0) & holds[numbers])


def _at(data: Dataset, table: str, holds: BoolArray) -> BoolArray:
    """Objects at places for which something holds: either end of a link, of the link of a border or service."""
    columns = set(data.tables[table].columns)
    if table == "places":
        return holds
    found = np.zeros(len(data.tables[table]), dtype=bool)
    for name in ("place_id", "from_id", "to_id", "origin_id", "destination_id"):
        if name in columns and data.tables[table][name].isin(data.tables["places"]["id"]).any():
            found |= _of(holds, data, "places", _column(data, table, name))
    if "link_id" in columns:
        found |= _of(_at(data, "links", holds), data, "links", _column(data, table, "link_id"))
    if not columns & {"place_id", "from_id", "origin_id", "link_id"}:
        raise _Refused(f"selector does not apply to {table}", table, "tables of things at places")
    return found


def _by_place(data: Dataset, table: str, values: Sequence[str]) -> BoolArray:
    return _at(data, table, matching(values, _column(data, "places", "id"), "place"))


def _passes(data: Dataset, table: str, state: str) -> BoolArray:
    """Objects that touch a state."""
    columns = set(data.tables[table].columns)
    if table == "countries":
        return _isin(_column(data, table, "id"), {state})
    if table == "borders":
        return _isin(_column(data, table, "from_country"), {state}) | _isin(
            _column(data, table, "to_country"), {state}
        )
    if table in ("demand", "zones"):
        return _zones(data, table, state)
    listed = np.zeros(len(data.tables[table]), dtype=bool)
    if "countries" in columns:
        listed = np.array([state in cell.split(";") for cell in _column(data, table, "countries")], dtype=bool)
    if table == "services":
        # A ferry touches what its link touches.
        listed = _of(_passes(data, "links", state), data, "links", _column(data, table, "link_id"))
    return listed | _at(data, table, _isin(_column(data, "places", "country"), {state}))


def _zones(data: Dataset, table: str, state: str) -> BoolArray:
    cells = _column(data, "zones", "countries")
    of_state = np.array([state in cell.split(";") for cell in cells], dtype=bool)
    if table == "zones":
        return of_state
    ends = [_of(of_state, data, "zones", _column(data, table, name)) for name in ("origin_id", "destination_id")]
    return ends[0] | ends[1]


def _known_states(data: Dataset, values: Sequence[str]) -> list[str]:
    known = data.tables["countries"]["id"].tolist()
    return [known[row] for row in np.flatnonzero(matching(values, known, "country"))]


def _by_country(data: Dataset, table: str, values: Sequence[str]) -> BoolArray:
    touched = [_passes(data, table, state) for state in _known_states(data, values)]
    return np.asarray(np.any(touched, axis=0), dtype=bool)


def _by_countries(data: Dataset, table: str, values: Sequence[str]) -> BoolArray:
    touched = [_passes(data, table, state) for state in _known_states(data, values)]
    return np.asarray(np.all(touched, axis=0), dtype=bool)


def _by_bloc(data: Dataset, table: str, values: Sequence[str]) -> BoolArray:
    known = data.blocs
    names = np.array(sorted(known), dtype=object)[matching(values, sorted(known), "bloc")]
    return _by_country(data, table, [state for name in names for state in known[name]])


def _by_end(column: str, ends: str) -> Callable[[Dataset, str, Sequence[str]], BoolArray]:
    """The state at one end: a column of borders, that of the place or zone elsewhere."""

    def holds(data: Dataset, table: str, values: Sequence[str]) -> BoolArray:
        states = set(_known_states(data, values))
        if column in data.tables[table].columns:
            return _isin(_column(data, table, column), states)
        if table == "demand":
            cells = _column(data, "zones", "countries")
            of_states = np.array([bool(states & set(cell.split(";"))) for cell in cells], dtype=bool)
            return _of(
                of_states,
                data,
                "zones",
                _column(data, table, "origin_id" if ends == "from_id" else "destination_id"),
            )
        return _of(_isin(_column(data, "places", "country"), states), data, "places", _column(data, table, ends))

    return holds


_HOLDS: Mapping[str, Callable[[Dataset, str, Sequence[str]], BoolArray]] = {
    "id": _by_id,
    "class": _by_class,
    "country": _by_country,
    "countries": _by_countries,
    "bloc": _by_bloc,
    "mode": _by_mode,
    "water": _by_water,
    "place": _by_place,
    "link": _by_word("link_id"),
    "status": _by_word("status"),
    "kind": _by_word("kind"),
    "commodity": _by_word("commodity_id"),
    "from_country": _by_end("from_country", "from_id"),
    "to_country": _by_end("to_country", "to_id"),
}


def select_goods(data: Dataset, edit: Edit) -> tuple[str, ...]:
    """Ids of the commodities that a ban names.

    Parameters
    ----------
    data : Dataset
        Tables.
    edit : Edit
        A ban.

    Returns
    -------
    tuple of str
        In the order of the table; empty is all.

    Raises
    ------
    InputError
        No commodity answers to a name or form.
    """
    table = data.tables["commodities"]
    ids = table["id"].tolist()
    key, given = ("goods", edit.goods) if edit.goods else ("goods_form", (edit.goods_form,))
    if given == ("",):
        return ()
    try:
        known = ids if edit.goods else table["form"].tolist()
        found = matching(given, known, "commodity" if edit.goods else "form of cargo")
    except _Refused as refused:
        what, got, allowed = refused.args
        where = f"{edit.where}, key {key}"
        raise InputError(Problem(what, where, got, allowed, "correct the spelling")) from None
    return tuple(ids[row] for row in np.flatnonzero(found))


def check_ends(data: Dataset, edit: Edit) -> None:
    """Refuse a ban that names an unknown country or bloc as origin or destination.

    Parameters
    ----------
    data : Dataset
        Tables.
    edit : Edit
        A ban.

    Raises
    ------
    InputError
        A name is unknown.
    """
    known = {*data.tables["countries"]["id"], *data.blocs}
    for key, codes in (("origin", edit.origin), ("destination", edit.destination)):
        for code in codes:
            if code not in known:
                allowed = nearest(code, sorted(known), limit=20)
                problem = Problem(
                    "unknown country or bloc", f"{edit.where}, key {key}", code, allowed, "correct it"
                )
                raise InputError(problem)
