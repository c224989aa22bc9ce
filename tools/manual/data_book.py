"""The data book: every source, and what rests on it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

import pandas as pd

from caspia.data import Dataset, load_dataset
from caspia.scenario import built_in_scenarios
from manual.markdown import cell, plural, table

METHODS = ("measured", "reported", "derived", "estimated", "assumed")
MOST_NAMED = 6
"""Attributes that are named for a source; the others are counted."""
CITING = "source_id"


@dataclass
class Rests:
    """What rests on a source."""

    methods: Counter[str] = field(default_factory=Counter)
    attributes: Counter[str] = field(default_factory=Counter)
    objects: Counter[str] = field(default_factory=Counter)
    scenarios: Counter[str] = field(default_factory=Counter)


def rests_of(data: Dataset) -> dict[str, Rests]:
    """Count what rests on every source of the data, by its id."""
    found: dict[str, Rests] = defaultdict(Rests)
    facts = data.facts.frame
    for source, method, attribute in facts[["source_id", "method", "attribute"]].itertuples(index=False):
        found[source].methods[method] += 1
        found[source].attributes[attribute] += 1
    for name, rows in data.tables.items():
        for column in (column for column in rows.columns if column.endswith(CITING)):
            for source, count in rows[column].value_counts().items():
                if source:
                    found[str(source)].objects[name] += int(count)
    for name, scenario in built_in_scenarios().items():
        for edit in scenario.edits:
            found[edit.source_id].scenarios[name] += 1
    return dict(found)


def facts_by_method() -> str:
    """Write how many facts there are of each method, by file and in all."""
    frame = load_dataset("caspian").facts.frame
    methods = frame["method"].value_counts()
    rows = [(method, f"{methods.get(method, 0):,}", _share(methods, method)) for method in METHODS]
    return table(("method", "facts>", "share>"), [*rows, ("all", f"{methods.sum():,}", "100 %")])


def _share(methods: pd.Series, method: str) -> str:
    return f"{100 * methods.get(method, 0) / methods.sum():.0f} %"


def source_list() -> str:
    """Write every source with what rests on it, by the first letter of its id."""
    data = load_dataset("caspian")
    rests = rests_of(data)
    sources = sorted(data.tables["sources"].to_dict("records"), key=lambda row: str(row["id"]).lower())
    parts = []
    for letter, rows in groupby(sources, key=_letter):
        lines = "\n".join(_line(row, rests.get(row["id"], Rests())) for row in rows)
        parts.append(f"### {letter}\n\n{lines}")
    return "\n\n".join([f"{plural(len(sources), 'source')}.", *parts])


def _letter(row: dict[str, str]) -> str:
    first = row["id"][0].upper()
    return first if first.isalpha() else "0-9"


def _line(row: dict[str, str], rests: Rests) -> str:
    title = _safe(row["title"]).rstrip(".")
    linked = f"[{title}](<{row['url']}>)" if row["url"] else title
    said = ", ".join(_safe(row[name]) for name in ("publisher", "date") if row[name])
    licence = f" {_safe(row['licence'])[:1].upper()}{_safe(row['licence'])[1:]}." if row["licence"] else ""
    return f"- `{row['id']}` {linked}. {said}.{licence} {'; '.join(_rests(rests)) or 'Nothing rests on it'}."


def _rests(rests: Rests) -> Iterator[str]:
    if rests.methods:
        counts = ", ".join(f"{rests.methods[method]:,} {method}" for method in METHODS if rests.methods[method])
        named = [f"`{name}`" for name, _ in rests.attributes.most_common(MOST_NAMED)]
        more = len(rests.attributes) - len(named)
        listed = ", ".join(named) + (f" and {more} more" if more else "")
        yield f"Facts: {counts} ({listed})"
    if rests.objects:
        yield "rows: " + ", ".join(f"{name} {count:,}" for name, count in sorted(rests.objects.items()))
    if rests.scenarios:
        yield "scenarios: " + ", ".join(f"{name} {count}" for name, count in sorted(rests.scenarios.items()))


def _safe(text: str) -> str:
    """Text of the data that is not to be read as markup."""
    plain = cell(text).replace("\\|", "|").replace("\\", "\\\\")
    for mark in "*_`[]<>$#":
        plain = plain.replace(mark, f"\\{mark}")
    return plain
