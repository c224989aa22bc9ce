"""From the text of a scenario file to checked edits; every message names file, edit and key."""

from __future__ import annotations

import difflib
import math
import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from caspia.data import attributes, table_schemas
from caspia.data.schema import Attribute
from caspia.errors import DataError, InputError, Problem
from caspia.scenario.model import ACTIONS, SELECTORS, Edit, Scenario, Source

CLOSURE_SHARE = "closure_share"
"""Stands for the twelve shares `closure_share_m01` to `closure_share_m12`."""
METHODS = ("measured", "reported", "estimated", "assumed")
CLOSABLE = ("links", "borders", "services", "terminals", "places")
OPENABLE = ("links", "borders", "services", "rules", "projects")
BANNABLE = ("links", "borders", "services", "terminals", "places", "countries", "classes")
HEAD = ("id", "title", "question", "description", "extends", "year", "source", "edit")
MAX_SCENARIO_BYTES = 1024 * 1024

_COMMON = ("action", "table", "all", "source_id", "method", "note", "override", *SELECTORS)
_KEYS: Mapping[str, tuple[str, ...]] = {
    "close": ("days", "share", "spell_h", "months"),
    "open": (),
    "ban": ("goods", "goods_form", "origin", "destination"),
    "scale": ("attribute", "factor", "months", "years", "clip"),
    "set": ("attribute", "value", "low", "high", "unit", "price_year", "months", "years"),
    "add": ("attribute", "delta", "percent", "unit", "price_year", "months", "years", "clip"),
}
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "scale": ("attribute", "factor"),
    "set": ("attribute", "value", "unit"),
    "add": ("attribute",),
}
_NUMBERS = ("factor", "value", "low", "high", "delta", "percent", "days", "share", "spell_h")
_TEXTS = ("unit", "goods_form", "source_id", "method", "note")
_LISTS = ("goods", "origin", "destination")
_WHOLE = {"months": (1, 12), "years": (1990, 2060)}
_RANGES = {"factor": (0.0, 1e6), "days": (0.0, 365.0), "share": (0.0, 1.0), "spell_h": (1.0, 2000.0)}
_HUGE = 1e300
_ID = re.compile(r"[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True)
class ScenarioFile:
    """A file as it was read, before what it extends is put before it."""

    scenario: Scenario
    extends: tuple[str, ...]


def parse_scenario(text: str, name: str) -> ScenarioFile:
    """Read the text of a scenario.

    Parameters
    ----------
    text : str
        TOML.
    name : str
        Name of the file, for messages.

    Returns
    -------
    ScenarioFile

    Raises
    ------
    DataError
        The file breaks the rules of scenario files; every problem is listed.
    """
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        problem = Problem("file is not TOML", name, str(error), "TOML as in docs/scenarios.md", "mend the line")
        raise DataError([problem]) from error
    problems = list(_head_problems(raw, name))
    tables = raw.get("edit", [])
    if not isinstance(tables, list) or not all(isinstance(item, dict) for item in tables):
        problems.append(Problem("edits are no tables", f"{name}, key edit", repr(tables), "[[edit]] tables"))
        tables = []
    edits: list[Edit] = []
    for number, cells in enumerate(tables, start=1):
        where = f"{name}, edit {number}"
        found = list(_edit_problems(cells, where))
        problems += found
        if not found:
            edits.append(_edit(cells, where, str(raw.get("id", ""))))
    if problems:
        raise DataError(problems)
    scenario = Scenario(
        id=raw["id"],
        title=raw["title"],
        edits=tuple(edits),
        question=raw.get("question", ""),
        description=" ".join(str(raw.get("description", "")).split()),
        year=raw.get("year"),
        sources=tuple(Source(**cells) for cells in raw.get("source", [])),
        parts=(raw["id"],),
    )
    return ScenarioFile(scenario, tuple(raw.get("extends", [])))


def nearest(word: str, known: Collection[str], limit: int = 40) -> str:
    """Allowed words for a message, the nearest first where one is near.

    Parameters
    ----------
    word : str
        What was given.
    known : collection of str
        What is allowed.
    limit : int
        Number of words that are listed at most.

    Returns
    -------
    str

    Examples
    --------
    >>> nearest("scael", ["close", "scale"])
    'scale (nearest), close'
    """
    close = difflib.get_close_matches(word, known, n=3, cutoff=0.6)
    rest = [item for item in known if item not in close]
    words = [f"{close[0]} (nearest)", *close[1:]] if close else []
    listed = [*words, *rest][:limit]
    more = len(close) + len(rest) - len(listed)
    return ", ".join(listed) + (f" and {more} more" if more > 0 else "")


def _unknown_keys(cells: Mapping[str, Any], allowed: Collection[str], where: str) -> Iterator[Problem]:
    for key in cells:
        if key not in allowed:
            yield Problem("unknown key", f"{where}, key {key}", key, nearest(key, allowed), "correct or remove it")


def _head_problems(raw: Mapping[str, Any], name: str) -> Iterator[Problem]:
    yield from _unknown_keys(raw, HEAD, name)
    for key in ("id", "title"):
        if not isinstance(raw.get(key), str) or not raw[key].strip():
            yield Problem(f"scenario without {key}", f"{name}, key {key}", repr(raw.get(key)), "text", "write it")
    if isinstance(raw.get("id"), str) and raw["id"] and not _ID.fullmatch(raw["id"]):
        allowed = "small letters, digits and hyphens"
        yield Problem("id has the wrong form", f"{name}, key id", repr(raw["id"]), allowed, "rename it")
    for key in ("question", "description"):
        if not isinstance(raw.get(key, ""), str):
            yield Problem("not a text", f"{name}, key {key}", repr(raw[key]), "text in quotes", "quote it")
    if not _is_texts(raw.get("extends", [])) or isinstance(raw.get("extends"), str):
        got = repr(raw["extends"])
        yield Problem("not a list", f"{name}, key extends", got, 'a list as ["base-2025"]', "put it in brackets")
    year = raw.get("year", 2025)
    if not isinstance(year, int) or isinstance(year, bool) or not 1990 <= year <= 2060:
        yield Problem("no such year", f"{name}, key year", repr(year), "a whole number, 1990 to 2060", "correct it")
    yield from _source_problems(raw.get("source", []), name)


def _source_problems(sources: Any, name: str) -> Iterator[Problem]:
    columns = ("id", "title", "publisher", "date", "url", "licence")
    if not isinstance(sources, list) or not all(isinstance(cells, dict) for cells in sources):
        yield Problem("sources are no tables", f"{name}, key source", repr(sources), "[[source]] tables")
        return
    for number, cells in enumerate(sources, start=1):
        where = f"{name}, source {number}"
        yield from _unknown_keys(cells, columns, where)
        for key in {"id", "title", *cells} & set(columns):
            if not isinstance(cells.get(key), str) or not cells[key]:
                yield Problem("not a text", f"{where}, key {key}", repr(cells.get(key)), "text", "write it")


def _edit_problems(cells: Mapping[str, Any], where: str) -> Iterator[Problem]:
    action, table = cells.get("action"), cells.get("table")
    if action not in ACTIONS:
        allowed = nearest(str(action), ACTIONS)
        yield Problem("unknown action", f"{where}, key action", repr(action), allowed, "choose one of these")
        return
    tables = tuple(name for name, schema in table_schemas().items() if not schema.is_facts and name != "sources")
    if table not in tables:
        allowed = nearest(str(table), tables)
        yield Problem("unknown table", f"{where}, key table", repr(table), allowed, "choose one of these")
        return
    yield from _unknown_keys(cells, (*_COMMON, *_KEYS[action]), where)
    yield from _type_problems(cells, where)
    yield from _selector_problems(cells, where)
    for key in ("source_id", "note", *_NEEDED.get(action, ())):
        if cells.get(key) in (None, "", []):
            what = f"edit without {key}"
            yield Problem(what, f"{where}, key {key}", "nothing", f"{key} in every {action}", f"write {key}")
    check = {"close": _close_problems, "open": _open_problems, "ban": _ban_problems}.get(action, _amount_problems)
    yield from check(cells, where)


def _is_number(value: Any) -> bool:
    # Comparing also refuses what is no number, infinite, or a whole number too long for a float.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _HUGE


def _is_texts(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(item, str) for item in value))


def _type_problems(cells: Mapping[str, Any], where: str) -> Iterator[Problem]:
    checks: list[tuple[Collection[str], Callable[[Any], bool], str]] = [
        (_NUMBERS, _is_number, "a finite number"),
        (_TEXTS, lambda value: isinstance(value, str), "text"),
        (("attribute", *_LISTS, *SELECTORS), lambda value: bool(value) and _is_texts(value), "text or texts"),
        (("all", "clip", "override"), lambda value: isinstance(value, bool), "true or false"),
    ]
    for keys, holds, allowed in checks:
        for key in keys:
            if key in cells and not holds(cells[key]):
                yield Problem("wrong type", f"{where}, key {key}", repr(cells[key]), allowed, "mend the value")
    for key, (low, high) in _RANGES.items():
        if _is_number(cells.get(key)) and not low <= cells[key] <= high:
            got, allowed = f"{cells[key]:g}", f"{low:g} to {high:g}"
            yield Problem(f"{key} out of range", f"{where}, key {key}", got, allowed, "mend the value")
    for key, (first, last) in (_WHOLE | {"price_year": (1990, 2060)}).items():
        given = cells.get(key, [])
        listed = [given] if key == "price_year" and given != [] else given
        if not isinstance(listed, list) or not all(_is_whole(item, first, last) for item in listed):
            allowed = f"whole numbers from {first} to {last}"
            yield Problem("wrong type", f"{where}, key {key}", repr(given), allowed, "mend the value")
    if isinstance(cells.get("method"), str) and cells["method"] not in METHODS:
        allowed = nearest(cells["method"], METHODS)
        yield Problem("unknown method", f"{where}, key method", repr(cells["method"]), allowed, "choose one")


def _is_whole(value: Any, first: int, last: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and first <= value <= last


def _selector_problems(cells: Mapping[str, Any], where: str) -> Iterator[Problem]:
    chosen = [key for key in SELECTORS if key in cells]
    if not chosen and cells.get("all") is not True:
        allowed = f"one or more of {', '.join(SELECTORS)}, or all = true"
        yield Problem("edit without a selector", where, "nothing", allowed, "say which objects are meant")
    if chosen and cells.get("all") is True:
        got = f"all = true with {', '.join(chosen)}"
        yield Problem("all and a selector", f"{where}, key all", got, "one or the other", "remove one of them")


def _close_problems(cells: Mapping[str, Any], where: str) -> Iterator[Problem]:
    yield from _table_problems(cells, where, CLOSABLE)
    for key in ("share", "spell_h", "months"):
        if key in cells and "days" not in cells:
            yield Problem(f"{key} without days", f"{where}, key {key}", key, "a closure of some days", "give days")
    if "months" in cells and cells["table"] != "places":
        allowed = "closures of places; elsewhere the year is one"
        yield Problem("months do not apply", f"{where}, key months", cells["table"], allowed, "remove months")


def _open_problems(cells: Mapping[str, Any], where: str) -> Iterator[Problem]:
    yield from _table_problems(cells, where, OPENABLE)


def _ban_problems(cells: Mapping[str, Any], where: str) -> Iterator[Problem]:
    yield from _table_problems(cells, where, BANNABLE)
    if "goods" in cells and "goods_form" in cells:
        yield Problem("goods and goods_form", where, "both", "one of the two", "remove one of them")


def _table_problems(cells: Mapping[str, Any], where: str, tables: Collection[str]) -> Iterator[Problem]:
    if cells["table"] not in tables:
        what = f"nothing to {cells['action']} in {cells['table']}"
        yield Problem(what, f"{where}, key table", cells["table"], ", ".join(tables), "choose one of these")


def _amount_problems(cells: Mapping[str, Any], where: str) -> Iterator[Problem]:
    names = _texts(cells.get("attribute", ())) if _is_texts(cells.get("attribute", "")) else ()
    known = {**attributes(), CLOSURE_SHARE: attributes()[f"{CLOSURE_SHARE}_m01"]}
    for name in names:
        if name not in known:
            allowed = nearest(name, known)
            yield Problem(
                "unknown attribute",
                f"{where}, key attribute",
                name or "an empty name",
                allowed,
                "correct the spelling",
            )
        else:
            yield from _attribute_problems(cells, name, known[name], where)
    if cells["action"] == "add" and ("delta" in cells) == ("percent" in cells):
        got = "both" if "delta" in cells else "neither"
        yield Problem("add needs one amount", where, got, "delta (with its unit) or percent", "give one of them")
    if "delta" in cells and "unit" not in cells:
        yield Problem("delta without a unit", f"{where}, key unit", "nothing", "the unit of delta", "write unit")
    if "months" in cells and names != (CLOSURE_SHARE,):
        got, allowed = (
            ", ".join(names) or "no attribute",
            f"the attribute {CLOSURE_SHARE}; all else holds for the whole year",
        )
        yield Problem("months do not apply", f"{where}, key months", got, allowed, "remove months")


def _attribute_problems(cells: Mapping[str, Any], name: str, known: Attribute, where: str) -> Iterator[Problem]:
    if cells["table"] not in known.tables:
        got, allowed = f"{name} of {cells['table']}", f"{name} of {', '.join(known.tables)}"
        what = f"{cells['table']} have no such attribute"
        yield Problem(what, f"{where}, key attribute", got, allowed, "correct table or attribute")
    if "unit" in cells and cells["unit"] != known.unit:
        yield Problem("wrong unit", f"{where}, key unit", repr(cells["unit"]), known.unit, "convert the amount")
    has_amount = "value" in cells or "delta" in cells
    if has_amount and known.is_money != ("price_year" in cells):
        what = f"price_year {'is missing' if known.is_money else 'without money'}"
        allowed = "a year for dollars, none otherwise"
        yield Problem(what, f"{where}, key price_year", repr(cells.get("price_year")), allowed, "mend price_year")
    if "years" in cells and not known.is_series:
        what, allowed = "years do not apply", "quantities of which every year is used, as demand_t"
        yield Problem(what, f"{where}, key years", name, allowed, "remove years")
    if cells["action"] == "set" and known.is_series and not cells.get("years"):
        what = "set of a series without years"
        yield Problem(what, f"{where}, key years", "nothing", "the years whose number is set", "give years")
    if all(_is_number(cells.get(key, 0)) for key in ("value", "low", "high")):
        yield from _interval_problems(cells, known, where)


def _interval_problems(cells: Mapping[str, Any], known: Attribute, where: str) -> Iterator[Problem]:
    bounds = f"{known.minimum:g} to {known.maximum:g} {known.unit}"
    for key in ("value", "low", "high"):
        if key in cells and not known.minimum <= cells[key] <= known.maximum:
            got = f"{cells[key]:g}"
            yield Problem(f"{key} of {known.name} out of range", f"{where}, key {key}", got, bounds, "mend it")
    if "value" in cells and not cells.get("low", cells["value"]) <= cells["value"] <= cells.get("high", math.inf):
        got = f"{cells.get('low', cells['value']):g} … {cells['value']:g} … {cells.get('high', cells['value']):g}"
        yield Problem(
            "interval does not hold the value", f"{where}, key value", got, "low <= value <= high", "mend"
        )


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _attribute_names(cells: Mapping[str, Any]) -> tuple[str, ...]:
    """Attributes with the shares of single months in the place of their common name."""
    names: list[str] = []
    for name in _texts(cells.get("attribute", ())):
        months = cells.get("months") or range(1, 13)
        names += [f"{name}_m{month:02d}" for month in months] if name == CLOSURE_SHARE else [name]
    return tuple(dict.fromkeys(names))


def _edit(cells: Mapping[str, Any], where: str, scenario: str) -> Edit:
    criteria = tuple((key, _texts(cells[key])) for key in SELECTORS if key in cells)
    given: dict[str, Any] = {key: float(cells[key]) for key in _NUMBERS if key in cells}
    given |= {key: _texts(cells[key]) for key in _LISTS if key in cells}
    given |= {key: tuple(cells[key]) for key in _WHOLE if key in cells}
    given |= {key: cells[key] for key in (*_TEXTS, "price_year", "clip", "override") if key in cells}
    return Edit(
        action=cells["action"],
        table=cells["table"],
        criteria=criteria,
        attributes=_attribute_names(cells),
        scenario=scenario,
        where=where,
        **given,
    )


def unknown_scenario(name: str, known: Collection[str], where: str) -> InputError:
    """Say that no scenario answers to a name.

    Parameters
    ----------
    name : str
        What was given.
    known : collection of str
        Names of the built-in scenarios.
    where : str
        Where it was given.

    Returns
    -------
    InputError
    """
    allowed = f"a file that ends in .toml, or {nearest(name, known)}"
    return InputError(Problem("unknown scenario", where, repr(name), allowed, "`caspia scenarios` lists them"))
