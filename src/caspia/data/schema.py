"""The declared shape of the tables: `datapackage.json` and `attributes.csv`, read into records.

The built-in package is the one declaration; a user's folder is held against it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import pandas as pd

FACTS_PREFIX = "facts"
MAX_TABLE_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Field:
    """One column of a table; `unit` is that of its numbers, `as in unit` where a column of that name says it."""

    name: str
    type: str
    unit: str
    description: str
    required: bool
    pattern: str | None
    enum: tuple[str, ...]
    minimum: float | None
    maximum: float | None


@dataclass(frozen=True)
class TableSchema:
    """One table: its columns, key and references."""

    name: str
    title: str
    path: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    references: Mapping[str, str]

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns in order."""
        return tuple(field.name for field in self.fields)

    @property
    def is_facts(self) -> bool:
        """Whether rows are facts rather than objects."""
        return self.name.startswith(FACTS_PREFIX)


@dataclass(frozen=True)
class Attribute:
    """A quantity that facts may state; of a series every year is used, of all else one fact."""

    name: str
    tables: tuple[str, ...]
    unit: str
    minimum: float
    maximum: float
    is_series: bool
    description: str

    @property
    def is_money(self) -> bool:
        """Whether the unit is dollars, so that a price year is obligatory."""
        return self.unit.startswith("USD")


def _field(raw: Mapping[str, Any]) -> Field:
    rules = raw.get("constraints", {})
    return Field(
        name=raw["name"],
        type=raw["type"],
        unit=raw.get("unit", ""),
        description=raw.get("description", ""),
        required=bool(rules.get("required", False)),
        pattern=rules.get("pattern"),
        enum=tuple(str(value) for value in rules.get("enum", ())),
        minimum=rules.get("minimum"),
        maximum=rules.get("maximum"),
    )


def _table(raw: Mapping[str, Any]) -> TableSchema:
    schema = raw["schema"]
    key = schema["primaryKey"]
    references = {
        ref["fields"]: ref["reference"]["resource"] or raw["name"] for ref in schema.get("foreignKeys", ())
    }
    return TableSchema(
        name=raw["name"],
        title=raw["title"],
        path=raw["path"],
        fields=tuple(_field(item) for item in schema["fields"]),
        key=(key,) if isinstance(key, str) else tuple(key),
        references=MappingProxyType(references),
    )


@cache
def table_schemas() -> Mapping[str, TableSchema]:
    """All declared tables by name, in the order of the declaration."""
    text = files("caspia.datasets").joinpath("caspian", "datapackage.json").read_text(encoding="utf-8")
    return MappingProxyType({raw["name"]: _table(raw) for raw in json.loads(text)["resources"]})


def attribute_column(name: str) -> int:
    """Column of an attribute in the matrices of facts.

    Parameters
    ----------
    name : str
        One of `attributes`.

    Returns
    -------
    int
    """
    return list(attributes()).index(name)


@cache
def attributes() -> Mapping[str, Attribute]:
    """All quantities that facts may state, by name, in the order of the declaration."""
    with files("caspia.data").joinpath("attributes.csv").open(encoding="utf-8") as handle:
        rows = pd.read_csv(handle).itertuples(index=False)
        return MappingProxyType(
            {
                str(row.attribute): Attribute(
                    name=str(row.attribute),
                    tables=tuple(str(row.tables).split(";")),
                    unit=str(row.unit),
                    minimum=float(str(row.minimum)),
                    maximum=float(str(row.maximum)),
                    is_series=str(row.series) == "yes",
                    description=str(row.description),
                )
                for row in rows
            }
        )
