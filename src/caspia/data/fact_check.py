"""Holding facts against the declaration of their attributes, their recipes, and each other."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np
import pandas as pd

from caspia.data.parse import RawTable
from caspia.data.read import RawFolder
from caspia.data.recipes import KNOWN_RECIPES, MAX_RECIPE, is_recipe, recompute
from caspia.data.schema import attributes
from caspia.errors import Problem

SUBJECT_TABLES = (
    "places",
    "links",
    "claims",
    "classes",
    "terminals",
    "borders",
    "services",
    "commodities",
    "countries",
    "observations",
    "centroids",
    "demand",
    "controls",
    "counts",
    "groups",
    "fleets",
    "projects",
    "works",
    "loans",
    "currencies",
    "discount_rates",
    "targets",
    "waters",
    "budgets",
    "moves",
    "measures",
    "stakes",
    "preferences",
    "events",
    "minerals",
    "supplies",
    "needs",
    "imports",
    "sea_ways",
)
AMOUNT = "factor"
"""What a work or measure that scales multiplies its quantities by."""
EDITING = ("works", "measures")
"""Tables whose rows are edits of the other tables."""
DEFLATOR = "deflator_index"
DEFLATOR_SUBJECT = "US"
RECIPE_TOLERANCE = 0.011
"""Recipes are written in rounded numbers."""


def check_facts(folder: RawFolder) -> Iterator[Problem]:
    """Check every fact, and that no quantity has two that are used.

    Parameters
    ----------
    folder : RawFolder
        Text tables whose numbers are numbers.

    Yields
    ------
    Problem
        One a bad cell.
    """
    tables_of = {key: name for name in SUBJECT_TABLES for key in folder.tables[name].frame["id"]}
    editing = pd.concat([folder.tables[name].frame[["id", "attributes"]] for name in EDITING])
    changed = dict(zip(editing["id"], editing["attributes"].str.split(";"), strict=True))
    facts = [table for table in folder.tables.values() if table.schema.is_facts]
    for table in facts:
        yield from _table_problems(table, tables_of, changed)
    yield from _used_twice(facts)


def _table_problems(
    table: RawTable, tables_of: Mapping[str, str], changed: Mapping[str, Collection[str]]
) -> Iterator[Problem]:
    known_subject = table.frame["subject"].isin(tables_of).to_numpy()
    known = table.frame["attribute"].isin(attributes()).to_numpy()
    yield from table.problems(
        ~known_subject, "subject", "no object of that id", "an id of any object table", "add the object"
    )
    yield from table.problems(
        ~known, "attribute", "unknown attribute", "a name in attributes.csv", "use a declared attribute"
    )
    records = table.frame.to_dict("records")
    for row in np.flatnonzero(known_subject & known):
        cells = {str(key): str(value) for key, value in records[row].items()}
        own = changed.get(cells["subject"], ())
        for column, problem in _fact_problems(cells, tables_of[cells["subject"]], own):
            yield Problem(
                what=f"{cells['subject']}.{cells['attribute']}: {problem.what}",
                where=table.where(int(row), column),
                got=problem.got,
                allowed=problem.allowed,
                repair=problem.repair or "mend the fact",
            )


def _fact_problems(cells: Mapping[str, str], table: str, changed: Collection[str]) -> Iterator[tuple[str, Problem]]:
    """Problems of one fact, each with its column; a work may state what it changes, of whatever table that is."""
    attribute = attributes()[cells["attribute"]]
    if table not in attribute.tables and cells["attribute"] not in changed:
        yield (
            "attribute",
            Problem(
                what=f"attribute does not belong to {table}",
                got=f"{cells['subject']} of {table}.csv",
                allowed=f"subjects of {', '.join(attribute.tables)}",
            ),
        )
    if cells["unit"] != attribute.unit:
        yield (
            "unit",
            Problem(what="wrong unit", got=cells["unit"], allowed=attribute.unit, repair="convert the value"),
        )
    if attribute.is_money != bool(cells["price_year"]):
        yield (
            "price_year",
            Problem(
                what=f"price_year {'is missing' if attribute.is_money else 'without money'}",
                got=repr(cells["price_year"]),
                allowed="a year for dollars, empty otherwise",
            ),
        )
    if attribute.is_series:
        yield from _series_problems(cells)
    yield from _number_problems(cells)
    yield from _recipe_problems(cells)


def _series_problems(cells: Mapping[str, str]) -> Iterator[tuple[str, Problem]]:
    if cells["attribute"] == DEFLATOR and cells["subject"] != DEFLATOR_SUBJECT:
        allowed = f"{DEFLATOR_SUBJECT}, whose dollars all prices are in"
        yield "subject", Problem(what="subject has no such series", got=cells["subject"], allowed=allowed)
    if not cells["value_year"]:
        yield "value_year", Problem(what="series without a year", got="''", allowed="the year of the number")


def _number_problems(cells: Mapping[str, str]) -> Iterator[tuple[str, Problem]]:
    attribute = attributes()[cells["attribute"]]
    bounds = f"{attribute.minimum:g} to {attribute.maximum:g} {attribute.unit}"
    value = float(cells["value"])
    low = float(cells["low"] or value)
    high = float(cells["high"] or value)
    if not low <= value <= high:
        got = f"{low:g} … {value:g} … {high:g}"
        yield "value", Problem(what="interval does not hold the value", got=got, allowed="low <= value <= high")
    for column, number in {"value": value, "low": low, "high": high}.items():
        if cells[column] and not attribute.minimum <= number <= attribute.maximum:
            yield column, Problem(what=f"{column} out of range", got=cells[column], allowed=bounds)


def _recipe_problems(cells: Mapping[str, str]) -> Iterator[tuple[str, Problem]]:
    recipe, is_derived = cells["recipe"], cells["method"] == "derived"
    if is_derived != bool(recipe):
        yield (
            "recipe",
            Problem(
                what="derived facts, and only they, name a recipe",
                got=f"method {cells['method']} with recipe {_short(recipe)}",
                allowed=KNOWN_RECIPES if is_derived else "an empty recipe, or the method derived",
                repair="write the recipe" if is_derived else "empty the recipe or correct the method",
            ),
        )
    elif recipe and not is_recipe(recipe):
        yield "recipe", Problem(what="unknown recipe", got=_short(recipe), allowed=KNOWN_RECIPES)
    elif recipe.startswith("calc:"):
        yield from _arithmetic_problems(recipe, float(cells["value"]))


def _arithmetic_problems(recipe: str, value: float) -> Iterator[tuple[str, Problem]]:
    again = recompute(recipe)
    if again is None:
        allowed = f"numbers, + - * / ** and brackets, at most {MAX_RECIPE} characters, with a finite value"
        yield "recipe", Problem(what="recipe is no arithmetic", got=_short(recipe), allowed=allowed)
    elif not abs(again - value) <= RECIPE_TOLERANCE * max(abs(value), 1e-12):
        got, allowed = f"{_short(recipe)} = {again:g}", f"{value:g} within 1 %"
        yield "recipe", Problem(what="the recipe does not give the value", got=got, allowed=allowed)


def _short(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:79] + "…")


def _used_twice(tables: list[RawTable]) -> Iterator[Problem]:
    """Facts of rank 1 of a quantity that has one already, in whatever file and for whatever year."""
    facts = pd.concat([table.frame for table in tables], ignore_index=True)
    places = [(table, row) for table in tables for row in range(len(table.frame))]
    used = facts[pd.to_numeric(facts["rank"]) == 1]
    series = [name for name, attribute in attributes().items() if attribute.is_series]
    year = pd.to_numeric(used["value_year"]).where(used["attribute"].isin(series))
    quantity = pd.Series(
        list(zip(used["subject"], used["attribute"], year.fillna(0), strict=True)), index=used.index
    )
    first = dict(reversed(list(zip(quantity, used.index, strict=True))))
    for fact in used.index[quantity.duplicated()]:
        (table, row), (other, other_row) = places[fact], places[first[quantity[fact]]]
        subject, attribute, _ = quantity[fact]
        yield Problem(
            what=f"{subject}.{attribute}: two facts of rank 1",
            where=table.where(row, "rank"),
            got=f"rank 1 here and in {other.where(other_row)}",
            allowed="one fact of rank 1 for a quantity, whatever its year"
            if attribute not in series
            else "one fact of rank 1 for a year",
            repair="give one of them another rank",
        )
