"""What projects and their works must be: amounts for every edit, needs without circles, exclusions that agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

import numpy as np
import pandas as pd

from caspia.data.fact_check import AMOUNT
from caspia.data.read import RawFolder
from caspia.data.schema import attributes, table_schemas
from caspia.errors import Problem

Needs = Mapping[str, tuple[str, ...]]


def check_projects(folder: RawFolder) -> Iterator[Problem]:
    """Check projects and works beyond the declared references.

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
    yield from _amounts(folder)


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


def _amounts(folder: RawFolder) -> Iterator[Problem]:
    """Edits without their amount, and amounts that no edit uses."""
    table = folder.tables["works"]
    facts = pd.concat([item.frame for item in folder.tables.values() if item.schema.is_facts], ignore_index=True)
    used = facts[(pd.to_numeric(facts["rank"]) == 1) & facts["subject"].isin(table.frame["id"])]
    stated = used.groupby("subject")["attribute"].agg(set).to_dict()
    for row, cells in enumerate(table.frame.to_dict("records")):
        names = set(filter(None, str(cells["attributes"]).split(";")))
        wanted = {"open": set(), "scale": {AMOUNT}}.get(str(cells["action"]), names)
        got = stated.get(cells["id"], set())
        if got != wanted:
            yield Problem(
                what="work without its amounts" if wanted - got else "work with facts that it does not use",
                where=table.where(row, "action"),
                got=", ".join(sorted(got)) or "none",
                allowed=", ".join(sorted(wanted)) or "none",
                repair="state each amount once, with rank 1, in a table of facts",
            )
        yield from _attribute_problems(folder, row, cells["action"] == "open", str(cells["table"]), names)


def _attribute_problems(
    folder: RawFolder, row: int, is_opening: bool, target: str, names: set[str]
) -> Iterator[Problem]:
    table = folder.tables["works"]
    if is_opening == bool(names):
        allowed = "no attributes with open, one or more with all else"
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
