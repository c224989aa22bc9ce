"""Projects as edits: what each changes when it is open, from the table works and its facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from caspia.data import NO_FACT, Dataset, attribute_column, attributes
from caspia.data.dataset import records
from caspia.errors import InputError, Problem
from caspia.scenario.model import SELECTORS, Edit, Scenario
from caspia.scenario.parse import METHODS, nearest
from caspia.units import PRICE_YEAR

FACTOR = "factor"


def project_scenario(data: Dataset, ids: Sequence[str]) -> Scenario:
    """The world in which projects are open, as a scenario.

    Parameters
    ----------
    data : Dataset
        Tables, with projects and works.
    ids : sequence of str
        Ids of projects. What they need is not added.

    Returns
    -------
    Scenario
        With the edits of all works of the projects, in the order of the table.

    Raises
    ------
    InputError
        No such project, or a selector of a work is unknown.
    """
    known = data.tables["projects"]["id"].tolist()
    for key in ids:
        if key not in known:
            allowed = nearest(key, known, limit=12)
            raise InputError(Problem("unknown project", "projects", repr(key), allowed, "correct the id"))
    wanted = set(ids)
    edits = tuple(edit for edit in _edits(data) if edit.scenario in wanted)
    names = dict(zip(known, data.tables["projects"]["name"], strict=True))
    title = "; ".join(names[key] for key in ids)
    return Scenario(id="+".join(ids), title=title, edits=edits, parts=tuple(ids))


def expanded(data: Dataset, scenario: Scenario, rows_of: Sequence[np.ndarray | None]) -> Scenario:
    """A scenario in which edits that open projects have become the edits of their works.

    Parameters
    ----------
    data : Dataset
        Tables.
    scenario : Scenario
        Declared edits.
    rows_of : sequence of numpy.ndarray or None
        For each edit the projects that it opens, as rows; none where it opens no project.

    Returns
    -------
    Scenario
    """
    ids = data.tables["projects"]["id"].to_numpy()
    edits: list[Edit] = []
    for edit, rows in zip(scenario.edits, rows_of, strict=True):
        if rows is None:
            edits.append(edit)
            continue
        own = project_scenario(data, ids[rows].tolist()).edits
        edits += [replace(item, scenario=edit.scenario or item.scenario) for item in own]
    return replace(scenario, edits=tuple(edits))


def _edits(data: Dataset) -> Iterator[Edit]:
    facts = data.own_facts("works")
    for row, work in enumerate(records(data.tables["works"])):
        where = data.where("works", row)
        common: dict[str, Any] = {
            "action": work.action,
            "table": work.table,
            "criteria": read_selectors(work.selectors, where),
            "source_id": work.source_id,
            "note": work.note or work.id,
            "scenario": work.project_id,
            "where": where,
        }
        names = tuple(filter(None, work.attributes.split(";")))
        yield from edits_of(data, common, names, facts[row])


def edits_of(data: Dataset, common: dict[str, Any], names: tuple[str, ...], facts: np.ndarray) -> Iterator[Edit]:
    """Edits of a row whose amounts are facts of the row.

    Parameters
    ----------
    data : Dataset
        Tables.
    common : dict
        What all edits of the row share: action, table, criteria and so on.
    names : tuple of str
        Quantities that change.
    facts : numpy.ndarray of int, shape (n_attributes,)
        Facts of the row.

    Yields
    ------
    Edit
    """
    if common["action"] in ("open", "close"):
        yield Edit(**common)
    elif common["action"] == "scale":
        amount = _amount(data, facts, FACTOR)
        yield Edit(**common, attributes=names, factor=amount["value"], method=amount["method"])
    else:
        yield from (_of_fact(data, facts, name, common) for name in names)


def _of_fact(data: Dataset, facts: np.ndarray, name: str, common: dict[str, Any]) -> Edit:
    amount = _amount(data, facts, name)
    known = attributes()[name]
    common = {**common, "attributes": (name,), "unit": known.unit, "method": amount["method"]}
    # Facts are in dollars of the price year already.
    common["price_year"] = PRICE_YEAR if known.is_money else None
    if common["action"] == "add":
        return Edit(**common, delta=amount["value"])
    return Edit(**common, value=amount["value"], low=amount["low"], high=amount["high"])


def _amount(data: Dataset, facts: np.ndarray, name: str) -> dict[str, Any]:
    fact = int(facts[attribute_column(name)])
    if fact == NO_FACT:
        where = "works.csv"
        raise InputError(Problem("work without its amount", where, name, "a fact of rank 1", "add the fact"))
    method = str(data.facts.frame["method"].iloc[fact])
    return {
        "value": float(data.facts.value[fact]),
        "low": float(data.facts.low[fact]),
        "high": float(data.facts.high[fact]),
        "method": method if method in METHODS else "estimated",
    }


def read_selectors(text: str, where: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Read selectors as they stand in a cell.

    Parameters
    ----------
    text : str
        As `id=a|b;country=KZ`.
    where : str
        Where they stand, for messages.

    Returns
    -------
    tuple of (str, tuple of str)
        Criteria of an `Edit`.

    Raises
    ------
    InputError
        A selector is unknown.

    Examples
    --------
    >>> read_selectors("id=a|b;country=KZ", "works.csv")
    (('id', ('a', 'b')), ('country', ('KZ',)))
    """
    found = []
    for part in text.split(";"):
        key, _, values = part.partition("=")
        if key not in SELECTORS:
            allowed = nearest(key, SELECTORS)
            raise InputError(Problem("unknown selector", f"{where}, column selectors", key, allowed, "correct it"))
        found.append((key, tuple(values.split("|"))))
    return tuple(found)
