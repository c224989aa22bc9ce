"""Lineage: where a number came from."""

from __future__ import annotations

import pandas as pd

from caspia.data import NO_FACT, SUBJECT_TABLES, Dataset, attributes
from caspia.errors import Problem, UnknownName
from caspia.network import find_place

COLUMNS = (
    "subject",
    "attribute",
    "value",
    "unit",
    "low",
    "high",
    "value_year",
    "price_year",
    "method",
    "recipe",
    "rank",
    "source_id",
    "locator",
    "note",
)


def why(data: Dataset, key: str) -> pd.DataFrame:
    """Facts behind a key.

    Parameters
    ----------
    data : Dataset
        Tables.
    key : str
        `subject.attribute` (all facts of it, used or not); an object or class (every fact it has or
        inherits); a source (every fact that rests on it); or a place by name.

    Returns
    -------
    pandas.DataFrame
        Facts with title, publisher, date and address of the source; `used` tells whether the fact is in use.

    Raises
    ------
    UnknownName
        Nothing answers to the key.
    """
    frame = data.facts.frame
    if "." in key and (frame["key"] == key).any():
        return _with_sources(data, frame[frame["key"] == key])
    if (data.tables["sources"]["id"] == key).any():
        return _with_sources(data, frame[frame["source_id"] == key])
    for name in SUBJECT_TABLES:
        ids = data.tables[name]["id"]
        if (ids == key).any():
            return _with_sources(data, frame.iloc[_facts_of(data, name, key)])
    subject, _, attribute = key.rpartition(".")
    if attribute in attributes():
        return _inherited(data, subject, attribute)
    try:
        place = data.tables["places"]["id"].iloc[find_place(data.tables["places"], key)]
    except UnknownName as error:
        raise UnknownName(
            Problem(
                what="nothing answers to this key",
                where="why",
                got=repr(key),
                allowed="subject.attribute, or the id of an object, class or source "
                f"(for instance rail-KZ.speed_kmh); nearest places: {error.problem.allowed}",
                repair="take a key from the legs of `caspia route --legs --json`",
            )
        ) from error
    return _with_sources(data, frame.iloc[_facts_of(data, "places", place)])


def _inherited(data: Dataset, subject: str, attribute: str) -> pd.DataFrame:
    """The fact that a subject inherits for an attribute."""
    found = why(data, subject)
    return found[found["attribute"] == attribute].reset_index(drop=True)


def _facts_of(data: Dataset, table: str, key: str) -> list[int]:
    ids = data.tables[table]["id"]
    row = int(data.rows(table, ids[ids == key])[0])
    matrix = data.class_facts if table == "classes" else data.object_facts(table)
    used = [int(fact) for fact in matrix[row] if fact != NO_FACT]
    frame = data.facts.frame
    own = frame.index[frame["subject"] == key].tolist()
    return list(dict.fromkeys([*own, *used]))


def _with_sources(data: Dataset, facts: pd.DataFrame) -> pd.DataFrame:
    sources = data.tables["sources"].rename(columns={"id": "source_id"})
    shown = facts.loc[:, list(COLUMNS)].merge(sources, on="source_id", how="left")
    return shown.assign(used=shown["rank"] == 1)
