"""Holding tables against their declaration: types, bounds, keys, references, facts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from caspia.data.read import RawFolder, RawTable
from caspia.data.recipes import recompute
from caspia.data.schema import Field, attributes, table_schemas
from caspia.errors import Problem

SUBJECT_TABLES = (
    "places",
    "links",
    "classes",
    "terminals",
    "borders",
    "services",
    "commodities",
    "countries",
    "observations",
)


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
    if not problems:
        problems.extend(_check_facts(folder))
    return problems


def _rows(table: RawTable, bad: np.ndarray, column: str, what: str, allowed: str, repair: str) -> Iterator[Problem]:
    cells = table.frame[column].to_numpy()
    for row in np.flatnonzero(bad)[:50]:
        yield Problem(
            what=what,
            where=f"{table.path.name}, row {row + 2}, column {column}",
            got=repr(str(cells[row])),
            allowed=allowed,
            repair=repair,
        )


def _check_field(table: RawTable, field: Field) -> Iterator[Problem]:
    cells = table.frame[field.name]
    empty = (cells == "").to_numpy()
    if field.required and empty.any():
        yield from _rows(table, empty, field.name, "cell is empty", field.description or "a value", "fill it in")
    filled = cells[~empty]
    if field.type in ("number", "integer"):
        yield from _check_number(table, field, filled)
    elif field.pattern:
        pattern = re.compile(field.pattern)
        matches = filled.map(lambda cell: pattern.search(cell) is not None).astype(bool)
        bad = ~_aligned(matches, cells.index, fill=True)
        yield from _rows(
            table,
            bad,
            field.name,
            "cell has the wrong form",
            f"{field.description} ({field.pattern})",
            "mend it",
        )
    if field.enum:
        known = _aligned(filled.isin(field.enum), cells.index, fill=True)
        yield from _rows(
            table, ~known, field.name, "unknown word", ", ".join(field.enum), "use one of the allowed words"
        )


def _aligned(values: pd.Series, index: pd.Index, *, fill: bool) -> np.ndarray:
    return np.asarray(values.reindex(index, fill_value=fill), dtype=bool)


def _check_number(table: RawTable, field: Field, filled: pd.Series) -> Iterator[Problem]:
    index = table.frame.index
    numbers = pd.to_numeric(filled, errors="coerce").astype(float)
    bad = ~_aligned(np.isfinite(numbers), index, fill=True)
    yield from _rows(
        table, bad, field.name, "not a finite number", "a number with a decimal point", "write the number"
    )
    if field.type == "integer":
        fractional = ~_aligned((numbers % 1 == 0) | ~np.isfinite(numbers), index, fill=True)
        yield from _rows(
            table, fractional, field.name, "not a whole number", "an integer", "round it or move it to facts"
        )
    low = -np.inf if field.minimum is None else field.minimum
    high = np.inf if field.maximum is None else field.maximum
    outside = ~_aligned(~((numbers < low) | (numbers > high)), index, fill=True)
    yield from _rows(table, outside, field.name, "out of range", f"{low:g} to {high:g}", "mend the number")


def _check_key(table: RawTable) -> Iterator[Problem]:
    duplicated = table.frame.duplicated(list(table.schema.key), keep="first").to_numpy()
    yield from _rows(
        table,
        duplicated,
        table.schema.key[0],
        "duplicate key",
        f"one row for each {', '.join(table.schema.key)}",
        "remove one of the rows or give it another id (facts: another rank)",
    )


def _check_references(folder: RawFolder) -> Iterator[Problem]:
    for table in folder.tables.values():
        for column, target in table.schema.references.items():
            known = folder.tables[target].frame["id"]
            cells = table.frame[column]
            dangling = ~(cells.isin(known) | (cells == "")).to_numpy()
            yield from _rows(
                table,
                dangling,
                column,
                "dangling reference",
                f"an id of {target}.csv",
                f"add it to {target}.csv",
            )


def _check_unique_ids(folder: RawFolder) -> Iterator[Problem]:
    owner: dict[str, str] = {}
    for name in SUBJECT_TABLES:
        for key in folder.tables[name].frame["id"]:
            if key in owner and owner[key] != name:
                yield Problem(
                    what="id is used in two tables",
                    where=f"{name}.csv",
                    got=repr(key),
                    allowed="ids that are unique over all tables, since facts name them",
                    repair=f"rename it here or in {owner[key]}.csv",
                )
            owner[key] = name


def _check_class_tree(folder: RawFolder) -> Iterator[Problem]:
    classes = folder.tables["classes"].frame
    parent = dict(zip(classes["id"], classes["parent_id"], strict=True))
    for start in parent:
        seen, node = {start}, parent[start]
        while node:
            if node in seen:
                yield Problem(
                    what="class inherits from itself",
                    where="classes.csv, column parent_id",
                    got=repr(start),
                    allowed="a tree of classes",
                    repair="cut the circle",
                )
                break
            seen.add(node)
            node = parent.get(node, "")


def _check_facts(folder: RawFolder) -> Iterator[Problem]:
    tables_of = _subject_tables(folder)
    declared = attributes()
    for table in folder.tables.values():
        if not table.schema.is_facts:
            continue
        frame = table.frame
        unknown_subject = ~frame["subject"].isin(tables_of).to_numpy()
        yield from _rows(
            table,
            unknown_subject,
            "subject",
            "no object of that id",
            "an id of any object table",
            "add the object",
        )
        unknown = ~frame["attribute"].isin(declared).to_numpy()
        yield from _rows(
            table,
            unknown,
            "attribute",
            "unknown attribute",
            "a name in attributes.csv",
            "use a declared attribute",
        )
        records = frame.to_dict("records")
        for row in np.flatnonzero(~(unknown_subject | unknown)):
            cells = {str(key): str(value) for key, value in records[row].items()}
            for problem in _fact_problems(cells, tables_of[cells["subject"]]):
                yield Problem(
                    what=problem.what,
                    where=f"{table.path.name}, row {row + 2}",
                    got=problem.got,
                    allowed=problem.allowed,
                    repair=problem.repair or "mend the fact",
                )


def _subject_tables(folder: RawFolder) -> Mapping[str, str]:
    return {key: name for name in SUBJECT_TABLES for key in folder.tables[name].frame["id"]}


def _fact_problems(cells: Mapping[str, str], table: str) -> Iterator[Problem]:
    attribute = attributes()[cells["attribute"]]
    name = f"{cells['subject']}.{cells['attribute']}"
    value = float(cells["value"])
    low = float(cells["low"]) if cells["low"] else value
    high = float(cells["high"]) if cells["high"] else value
    if table not in attribute.tables:
        yield Problem(
            what=f"{name}: attribute does not belong to {table}",
            allowed=f"subjects of {', '.join(attribute.tables)}",
        )
    if cells["unit"] != attribute.unit:
        yield Problem(
            what=f"{name}: wrong unit", got=cells["unit"], allowed=attribute.unit, repair="convert the value"
        )
    if not attribute.minimum <= value <= attribute.maximum:
        yield Problem(
            what=f"{name}: value out of range",
            got=cells["value"],
            allowed=f"{attribute.minimum:g} to {attribute.maximum:g} {attribute.unit}",
        )
    if not low <= value <= high or low < attribute.minimum:
        yield Problem(
            what=f"{name}: interval does not hold the value",
            got=f"{low:g} … {value:g} … {high:g}",
            allowed="low <= value <= high within the range of the attribute",
        )
    if attribute.is_money != bool(cells["price_year"]):
        yield Problem(
            what=f"{name}: price_year {'is missing' if attribute.is_money else 'without money'}",
            allowed="a year for dollars, empty otherwise",
        )
    yield from _recipe_problems(cells, name, value)


def _recipe_problems(cells: Mapping[str, str], name: str, value: float) -> Iterator[Problem]:
    if (cells["method"] == "derived") != bool(cells["recipe"]):
        yield Problem(what=f"{name}: derived facts, and only they, name a recipe", got=f"method {cells['method']}")
        return
    if cells["recipe"].startswith("calc:"):
        again = recompute(cells["recipe"])
        if again is None or abs(again - value) > 0.011 * max(abs(value), 1e-12):
            yield Problem(
                what=f"{name}: the recipe does not give the value",
                got=f"{cells['recipe']} = {again}",
                allowed=f"{value:g} within 1 %",
            )


def declared_tables() -> tuple[str, ...]:
    """Names of the tables that a folder must hold."""
    return tuple(table_schemas())
