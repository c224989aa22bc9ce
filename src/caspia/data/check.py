"""Holding tables against their declaration: types, bounds, keys, references, the tree of classes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from caspia.data.claim_check import check_claims
from caspia.data.event_check import check_events
from caspia.data.fact_check import SUBJECT_TABLES, check_facts
from caspia.data.game_check import check_game
from caspia.data.object_check import check_objects, check_observations
from caspia.data.outlook_check import check_outlook
from caspia.data.parse import BoolArray, RawTable
from caspia.data.project_check import check_projects
from caspia.data.read import RawFolder
from caspia.data.schema import Field
from caspia.errors import Problem


def check_folder(folder: RawFolder) -> list[Problem]:
    """Hold every table against the schema.

    Parameters
    ----------
    folder : RawFolder
        Text tables.

    Returns
    -------
    list of Problem
        Empty if the folder keeps all rules.
    """
    problems: list[Problem] = []
    for table in folder.tables.values():
        for field in table.schema.fields:
            problems.extend(_check_field(table, field))
        problems.extend(_check_key(table))
    problems.extend(_check_references(folder))
    problems.extend(_check_unique_ids(folder))
    problems.extend(_check_class_tree(folder))
    problems.extend(check_objects(folder))
    if not problems:
        # These read numbers, which must be numbers first.
        problems.extend(check_facts(folder))
        problems.extend(check_observations(folder))
        problems.extend(check_projects(folder))
        problems.extend(check_events(folder))
        problems.extend(check_outlook(folder))
        problems.extend(check_claims(folder))
        problems.extend(check_game(folder))
    return problems


def _check_field(table: RawTable, field: Field) -> Iterator[Problem]:
    cells = table.frame[field.name]
    empty = (cells == "").to_numpy()
    if field.required and empty.any():
        what = field.description or "a value"
        yield from table.problems(empty, field.name, "cell is empty", what, "fill it in")
    filled = cells[~empty]
    if field.type in ("number", "integer"):
        yield from _check_number(table, field, filled)
    elif field.pattern:
        pattern = re.compile(field.pattern)
        matches = filled.map(lambda cell: pattern.fullmatch(cell) is not None).astype(bool)
        bad = ~_aligned(matches, cells.index)
        form = f"{field.description} ({field.pattern})"
        yield from table.problems(bad, field.name, "cell has the wrong form", form, "mend it")
    if field.enum:
        known = _aligned(filled.isin(field.enum), cells.index)
        words = ", ".join(field.enum)
        yield from table.problems(~known, field.name, "unknown word", words, "use one of the allowed words")


def _aligned(values: pd.Series, index: pd.Index) -> BoolArray:
    """Answers for the filled cells, spread over all cells; an empty cell is never bad."""
    return np.asarray(values.reindex(index, fill_value=True), dtype=bool)


def _check_number(table: RawTable, field: Field, filled: pd.Series) -> Iterator[Problem]:
    index = table.frame.index
    numbers = pd.to_numeric(filled, errors="coerce").astype(float)
    bad = ~_aligned(np.isfinite(numbers), index)
    yield from table.problems(
        bad, field.name, "not a finite number", "a number with a decimal point", "write the number"
    )
    if field.type == "integer":
        fractional = ~_aligned((numbers % 1 == 0) | ~np.isfinite(numbers), index)
        yield from table.problems(
            fractional, field.name, "not a whole number", "an integer", "round it or move it to facts"
        )
    low = -np.inf if field.minimum is None else field.minimum
    high = np.inf if field.maximum is None else field.maximum
    outside = ~_aligned(~((numbers < low) | (numbers > high)), index)
    yield from table.problems(outside, field.name, "out of range", f"{low:g} to {high:g}", "mend the number")


def _check_key(table: RawTable) -> Iterator[Problem]:
    key = table.schema.key
    yield from table.problems(
        table.frame.duplicated(list(key), keep="first").to_numpy(),
        key[0],
        "duplicate key",
        f"one row for each {', '.join(key)}",
        "remove one of the rows or give it another id (facts: another rank)",
    )


def _check_references(folder: RawFolder) -> Iterator[Problem]:
    for table in folder.tables.values():
        for column, target in table.schema.references.items():
            known = folder.tables[target].frame["id"]
            cells = table.frame[column]
            dangling = ~(cells.isin(known) | (cells == "")).to_numpy()
            allowed, repair = f"an id of {target}.csv", f"add it to {target}.csv"
            yield from table.problems(dangling, column, "dangling reference", allowed, repair)


def _check_unique_ids(folder: RawFolder) -> Iterator[Problem]:
    owner: dict[str, str] = {}
    for name in SUBJECT_TABLES:
        table = folder.tables[name]
        for row, key in enumerate(table.frame["id"]):
            if owner.setdefault(key, name) != name:
                yield Problem(
                    what="id is used in two tables",
                    where=table.where(row, "id"),
                    got=repr(key),
                    allowed="ids that are unique over all tables, since facts name them",
                    repair=f"rename it here or in {owner[key]}.csv",
                )


def _check_class_tree(folder: RawFolder) -> Iterator[Problem]:
    table = folder.tables["classes"]
    parent = dict(zip(table.frame["id"], table.frame["parent_id"], strict=True))
    for row, start in enumerate(table.frame["id"]):
        seen, node = {start}, parent[start]
        while node:
            if node in seen:
                yield Problem(
                    what="class inherits from itself",
                    where=table.where(row, "parent_id"),
                    got=repr(start),
                    allowed="a tree of classes",
                    repair="cut the circle",
                )
                break
            seen.add(node)
            node = parent.get(node, "")
