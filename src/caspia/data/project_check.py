"""What projects, works and measures must be: amounts for every edit, needs without circles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

import numpy as np
import pandas as pd

from caspia.data.fact_check import AMOUNT, EDITING
from caspia.data.parse import RawTable
from caspia.data.read import RawFolder
from caspia.data.schema import attributes, table_schemas
from caspia.errors import Problem

Needs = Mapping[str, tuple[str, ...]]
PLAIN = ("open", "close", "ban")
"""Actions without an amount."""


def check_projects(folder: RawFolder) -> Iterator[Problem]:
    """Check projects, works and measures beyond the declared references.

    Parameters
    ----------
    folder : RawFolder
        Text tables whose numbers are numbers.

    Yields
    ------
    Problem
        One a bad row.
    """
    frame = folder.tables["projects"].frame
    needs = _listed(frame, "requires_ids")
    yield from _circles(folder, needs)
    yield from _contradictions(folder, needs, _listed(frame, "excludes_ids"))
    for name in EDITING:
        yield from _amounts(folder, name)


def _listed(frame: pd.DataFrame, column: str) -> Needs:
    return {key: tuple(filter(None, cell.split(";"))) for key, cell in zip(frame["id"], frame[column], strict=True)}


def _circles(folder: RawFolder, needs: Needs) -> Iterator[Problem]:
    table = folder.tables["projects"]
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        circle = list(error.args[1])[::-1]
        row = int(np.flatnonzero(table.frame["id"] == circle[0])[0])
        yield Problem(
            what="projects need each other in a circle",
            where=table.where(row, "requires_ids"),
            got=" needs ".join(circle),
            allowed="needs that lead to projects without needs",
            repair="cut the circle, or make one project of them",
        )


def needed(key: str, needs: Needs) -> frozenset[str]:
    """All that a project needs, directly or through others.

    Parameters
    ----------
    key : str
        Project.
    needs : mapping of str to tuple of str
        Direct needs of every project.

    Returns
    -------
    frozenset of str
        Without the project itself, unless it needs itself through others.

    Examples
    --------
    >>> sorted(needed("ship", {"ship": ("berth",), "berth": ("dredging",), "dredging": ()}))
    ['berth', 'dredging']
    """
    found: set[str] = set()
    rest = list(needs[key])
    while rest:
        other = rest.pop()
        if other not in found:
            found.add(other)
            rest += needs.get(other, ())
    return frozenset(found)


def _contradictions(folder: RawFolder, needs: Needs, excludes: Needs) -> Iterator[Problem]:
    """Projects that exclude what they need, or two needs of theirs that exclude each other."""
    table = folder.tables["projects"]
    for row, key in enumerate(table.frame["id"]):
        whole = needed(key, needs) | {key}
        for one in sorted(whole):
            for other in sorted(whole.intersection(excludes.get(one, ()))):
                yield Problem(
                    what="project can never be built: what it needs is excluded",
                    where=table.where(row, "excludes_ids"),
                    got=f"{one} excludes {other}, {key} needs both" if one != other else f"{one} excludes itself",
                    allowed="exclusions between projects that do without each other",
                    repair="correct requires_ids or excludes_ids",
                )


def _amounts(folder: RawFolder, name: str) -> Iterator[Problem]:
    """Edits of a table without their amount, and amounts that no edit uses."""
    table = folder.tables[name]
    facts = pd.concat([item.frame for item in folder.tables.values() if item.schema.is_facts], ignore_index=True)
    used = facts[(pd.to_numeric(facts["rank"]) == 1) & facts["subject"].isin(table.frame["id"])]
    stated = used.groupby("subject")["attribute"].agg(set).to_dict()
    for row, cells in enumerate(table.frame.to_dict("records")):
        names = set(filter(None, str(cells["attributes"]).split(";")))
        action = str(cells["action"])
        wanted = set() if action in PLAIN else {AMOUNT} if action == "scale" else names
        got = stated.get(cells["id"], set())
        if got != wanted:
            yield Problem(
                what="edit without its amounts" if wanted - got else "edit with facts that it does not use",
                where=table.where(row, "action"),
                got=", ".join(sorted(got)) or "none",
                allowed=", ".join(sorted(wanted)) or "none",
                repair="state each amount once, with rank 1, in a table of facts",
            )
        yield from _attribute_problems(table, row, str(cells["table"]), names)


def _attribute_problems(table: RawTable, row: int, target: str, names: set[str]) -> Iterator[Problem]:
    if (table.frame["action"].iloc[row] in PLAIN) == bool(names):
        allowed = "no attributes with open, close and ban, one or more with all else"
        got = ";".join(sorted(names)) or "none"
        yield Problem(
            "attributes do not fit the action", table.where(row, "attributes"), got, allowed, "mend the row"
        )
    for name in sorted(names):
        known = attributes().get(name)
        if known is None or target not in known.tables:
            has = [key for key, item in attributes().items() if target in item.tables]
            yield Problem(
                what=f"{target} have no such attribute",
                where=table.where(row, "attributes"),
                got=name,
                allowed=", ".join(has) or f"none; {table_schemas()[target].title}",
                repair="correct the attribute or the table",
            )
