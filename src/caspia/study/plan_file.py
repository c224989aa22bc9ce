"""Plans in files, as `caspia plan --json` writes them, read strictly: people edit them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caspia.data import Dataset
from caspia.errors import InputError, Problem
from caspia.scenario.parse import nearest
from caspia.study.candidates import FUNDS, NOW, project_table
from caspia.study.plan_request import LATEST, POOL

_PAYS = {f"pays_{source}_usd": source for source in (POOL, *FUNDS)}
_CENT = 0.01
"""Share by which what sources pay may miss the cost, since people round."""


@dataclass(frozen=True)
class PlanFile:
    """What a plan file says.

    Attributes
    ----------
    path : str
        The file, or how messages call the plan.
    starts : dict of str to int
        Year in which the works of each project start, in the order of the file.
    pays_usd : dict of str to dict of str to float
        What each source pays for each project; empty for projects of which the file does not say.
    """

    path: str
    starts: dict[str, int]
    pays_usd: dict[str, dict[str, float]]


def read_plan_file(path: str | Path, data: Dataset) -> PlanFile:
    """Read a plan.

    Parameters
    ----------
    path : str or pathlib.Path
        JSON with `portfolio`, a list of objects with `project` and `start_year`, and perhaps with `opening_year`,
        `cost_usd` and `pays_SOURCE_usd`.
    data : Dataset
        With the projects.

    Returns
    -------
    PlanFile

    Raises
    ------
    InputError
        There is no such file, it is no JSON, a key is missing or of the wrong type, a project is unknown or listed
        twice, a year is out of range or before works can start, a project lacks what it needs or stands beside what
        it excludes, or sources do not pay the cost.
    """
    return read_plan(_loaded(Path(path)), str(path), data)


def read_plan(plan: object, name: str, data: Dataset) -> PlanFile:
    """Read a plan that is loaded.

    Parameters
    ----------
    plan : object
        What the JSON of a plan says, as of `read_plan_file`.
    name : str
        How messages call it.
    data : Dataset
        With the projects.

    Returns
    -------
    PlanFile

    Raises
    ------
    InputError
        As of `read_plan_file`, for all but the file.
    """
    listed = _portfolio(plan, name)
    table = project_table(data)
    starts: dict[str, int] = {}
    pays: dict[str, dict[str, float]] = {}
    for row, item in enumerate(listed):
        where = f"{name}, portfolio[{row}]"
        key = _project(item, where, table.ids)
        if key in starts:
            raise _refused("project listed twice", f"{where}.project", key, "each project once", "drop one")
        earliest = table.earliest_start[table.ids.index(key)]
        starts[key] = _year(item, "start_year", where, max(NOW, int(earliest)), LATEST)
        if "opening_year" in item:
            _year(item, "opening_year", where, starts[key] + 1, LATEST + 40)
        pays[key] = _pays(item, where)
    frame = table.frame.set_index("id")
    there = {key for key, is_there in zip(table.ids, table.is_committed, strict=True) if is_there}
    for row, key in enumerate(starts):
        _check_rules(f"{name}, portfolio[{row}].project", key, frame.loc[key], set(starts), there)
    return PlanFile(name, starts, pays)


def _loaded(path: Path) -> object:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        got = getattr(error, "strerror", None) or "no text in UTF-8"
        raise _refused("cannot read the plan", str(path), got, "a file that `caspia plan --json` wrote") from error
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        got = str(error)
        raise _refused("the plan is no JSON", str(path), got, "a file that `caspia plan --json` wrote") from error


def _portfolio(plan: object, name: str) -> list[Mapping[str, Any]]:
    if not isinstance(plan, dict) or "portfolio" not in plan:
        got = f"keys {', '.join(sorted(map(str, plan))[:8]) or 'none'}" if isinstance(plan, dict) else _kind(plan)
        raise _refused("no plan in the file", f"{name}, portfolio", got, "an object with the key portfolio")
    listed = plan["portfolio"]
    if not isinstance(listed, list):
        raise _refused("portfolio is no list", f"{name}, portfolio", _kind(listed), "a list of projects")
    if not listed:
        raise _refused("the plan is empty", f"{name}, portfolio", "no project", "one project or more")
    for row, item in enumerate(listed):
        if not isinstance(item, dict):
            allowed = "an object with project and start_year"
            raise _refused("no project of a plan", f"{name}, portfolio[{row}]", _kind(item), allowed)
    return listed


def _project(item: Mapping[str, Any], where: str, known: list[str]) -> str:
    key = item.get("project")
    if not isinstance(key, str):
        raise _refused("project is no text", f"{where}.project", _kind(key), "the id of a project")
    if key not in known:
        allowed = nearest(key, known, limit=12)
        raise _refused("unknown project", f"{where}.project", repr(key), allowed, "correct the id")
    return key


def _year(item: Mapping[str, Any], name: str, where: str, first: int, last: int) -> int:
    year = item.get(name)
    if isinstance(year, bool) or not isinstance(year, int):
        raise _refused(f"{name} is no year", f"{where}.{name}", _kind(year), f"a year, {first} to {last}")
    if not first <= year <= last:
        what = "year out of range" if name == "start_year" else "opens before it can be built"
        raise _refused(what, f"{where}.{name}", str(year), f"{first} to {last}", "correct the year")
    return year


def _pays(item: Mapping[str, Any], where: str) -> dict[str, float]:
    """What sources pay, if the file says it."""
    found = {}
    for name in ("cost_usd", *(key for key in item if key.startswith("pays_"))):
        if name not in item:
            continue
        amount = item[name]
        if name != "cost_usd" and name not in _PAYS:
            raise _refused("unknown source of money", f"{where}.{name}", name, ", ".join(_PAYS), "correct the name")
        if isinstance(amount, bool) or not isinstance(amount, int | float) or not 0 <= amount < 1e15:
            got = f"{amount:g}" if isinstance(amount, int | float) else _kind(amount)
            raise _refused("no amount of money", f"{where}.{name}", got, "dollars, 0 or more", "mend the amount")
        found[name] = float(amount)
    pays = {_PAYS[name]: amount for name, amount in found.items() if name in _PAYS and amount > 0}
    cost = found.get("cost_usd", 0.0)
    if pays and cost and abs(sum(pays.values()) - cost) > _CENT * cost:
        got = f"{sum(pays.values()):.4g} USD paid of {cost:.4g}"
        raise _refused("sources do not pay the cost", where, got, "pays_SOURCE_usd that sum to cost_usd")
    return pays


def _check_rules(where: str, key: str, row: Any, chosen: set[str], there: set[str]) -> None:
    """Refuse a project without what it needs, or beside what it excludes."""
    lacking = [need for need in str(row["requires_ids"]).split(";") if need and need not in chosen | there]
    if lacking:
        got, allowed = f"{key} without {', '.join(lacking)}", "a plan with all that its projects need"
        raise _refused("project lacks what it needs", where, got, allowed, "add what it needs, or drop the project")
    beside = [other for other in str(row["excludes_ids"]).split(";") if other and other in chosen | there]
    if beside:
        got, allowed = f"{key} beside {', '.join(beside)}", "projects that do not exclude each other"
        raise _refused("projects exclude each other", where, got, allowed, "drop one")


def _kind(value: object) -> str:
    """How JSON calls a value."""
    names = {type(None): "nothing", bool: "true or false", str: "text", dict: "an object", list: "a list"}
    return names.get(type(value), f"the number {value}")


def _refused(what: str, where: str, got: str, allowed: str, repair: str = "mend the file") -> InputError:
    return InputError(Problem(what, where, got, allowed, repair))
