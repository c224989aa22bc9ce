"""Applying a scenario: an edited copy of the data, with a new fact behind every number that changes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from caspia.data import Dataset, Facts, attribute_column, attributes
from caspia.scenario.effects import Effects, effects
from caspia.scenario.model import Scenario
from caspia.units import PRICE_YEAR

_BY_RULE = {"terminals": "terminal", "places": "place"}
"""Tables without a status: what is closed there is barred to all goods."""


def apply(data: Dataset, scenario: Scenario) -> Dataset:
    """Edit a copy of the data as a scenario declares.

    Objects keep their order and number; only rules and sources may come on top, and lifted rules go. Every changed
    number is a new fact of rank 1 whose locator names the scenario; the fact that it replaces stays with another
    rank.

    Parameters
    ----------
    data : Dataset
        The data; they stay as they are.
    scenario : Scenario
        Edits; without any, the data themselves come back.

    Returns
    -------
    Dataset
        With a hash of its own, the same for the same data and edits.

    Raises
    ------
    InputError
        As in `effects`.
    """
    return apply_effects(data, effects(data, scenario)) if scenario.edits else data


def apply_effects(data: Dataset, found: Effects) -> Dataset:
    """Edit a copy of the data as effects say that were computed for it.

    Parameters
    ----------
    data : Dataset
        The data that the effects were computed for.
    found : Effects
        From `effects`.

    Returns
    -------
    Dataset
    """
    tables = dict(data.tables)
    for changed, word in ((found.closed, "closed"), (found.opened, "open")):
        for name, rows in changed.items():
            if "status" in tables[name].columns:
                status = tables[name]["status"].to_numpy(dtype=object).copy()
                status[rows] = word
                tables[name] = tables[name].assign(status=pd.array(status, dtype=tables[name]["status"].dtype))
    tables["rules"] = _rules(data, found)
    tables["sources"] = _sources(data, found.scenario)
    lines = dict(data.lines)
    for name in ("rules", "sources"):
        if len(tables[name]) != len(data.tables[name]):
            lines[name] = _lines(data, name, tables[name])
    digest = hashlib.sha256(f"{data.sha256}\n{found.scenario.canonical}".encode()).hexdigest()
    return replace(
        data,
        sha256=digest,
        tables=MappingProxyType(tables),
        facts=_facts(data, found),
        lines=MappingProxyType(lines),
    )


def _lines(data: Dataset, name: str, table: pd.DataFrame) -> np.ndarray:
    """Lines of the rows that are in the file; 0 for those of the scenario."""
    line = dict(zip(data.tables[name]["id"], data.lines[name].tolist(), strict=True))
    return np.array([line.get(key, 0) for key in table["id"]], dtype=np.int64)


def _rules(data: Dataset, found: Effects) -> pd.DataFrame:
    rules = data.tables["rules"]
    lifted = found.opened.get("rules", np.empty(0, dtype=np.int64))
    kept = rules.drop(index=lifted).reset_index(drop=True) if len(lifted) else rules
    new = [*_ban_rows(found), *_closure_rows(data, found)]
    if not new:
        return kept
    added = pd.DataFrame([{**dict.fromkeys(rules.columns, ""), **row} for row in new], columns=rules.columns)
    return pd.concat([kept, added.astype(rules.dtypes.to_dict())], ignore_index=True)


def _ban_rows(found: Effects) -> list[Mapping[str, str]]:
    rows: list[Mapping[str, str]] = []
    for ban in found.bans:
        edit = found.scenario.edits[ban.edit]
        rows += [
            {
                "id": f"{edit.scenario or found.scenario.id}-ban-{len(rows) + number}",
                "commodity_id": goods,
                "action": "bar",
                "target_kind": ban.target_kind,
                "target": ban.target,
                "origin": ";".join(ban.origin),
                "destination": ";".join(ban.destination),
                "source_id": edit.source_id,
                "note": edit.note,
            }
            for number, goods in enumerate(ban.goods or ("",), start=1)
        ]
    return rows


def _closure_rows(data: Dataset, found: Effects) -> list[Mapping[str, str]]:
    rows: list[Mapping[str, str]] = []
    for table, kind in _BY_RULE.items():
        ids = data.tables[table]["id"].tolist()
        for row in found.closed.get(table, ()):
            number = max(n for n, chosen in enumerate(found.selected) if _closes(found, n, table) and row in chosen)
            edit = found.scenario.edits[number]
            rows.append(
                {
                    "id": f"{edit.scenario or found.scenario.id}-closed-{ids[row]}",
                    "action": "bar",
                    "target_kind": kind,
                    "target": ids[row],
                    "source_id": edit.source_id,
                    "note": edit.note,
                }
            )
    return rows


def _closes(found: Effects, number: int, table: str) -> bool:
    edit = found.scenario.edits[number]
    return edit.action == "close" and edit.days is None and edit.table == table


def _sources(data: Dataset, scenario: Scenario) -> pd.DataFrame:
    sources = data.tables["sources"]
    known = set(sources["id"])
    new = [asdict(source) for source in scenario.sources if source.id not in known]
    if not new:
        return sources
    added = pd.DataFrame(new, columns=sources.columns).astype(sources.dtypes.to_dict())
    return pd.concat([sources, added], ignore_index=True)


def _facts(data: Dataset, found: Effects) -> Facts:
    changes = found.facts
    if not len(changes):
        return data.facts
    frame, new = data.facts.frame, _new_facts(data, found)
    rank = frame["rank"].to_numpy(dtype=float).copy()
    # A replaced fact keeps its number under a rank that no fact of the quantity has yet.
    rank[_replaced(data, found)] = frame["rank"].max() + 1
    whole = pd.concat([frame.assign(rank=rank), new], ignore_index=True)
    arrays = [
        np.concatenate([old, more])
        for old, more in (
            (data.facts.value, changes.value),
            (data.facts.low, changes.low),
            (data.facts.high, changes.high),
        )
    ]
    for array in arrays:
        array.flags.writeable = False
    return Facts(whole, *arrays)


def _replaced(data: Dataset, found: Effects) -> list[int]:
    """Facts of objects' own in whose place others come; what was inherited stays with its class."""
    changes = found.facts
    rows = []
    for table, name, row, base in zip(
        changes.table, changes.attribute, changes.row.tolist(), changes.base.tolist(), strict=True
    ):
        is_series = attributes()[name].is_series
        own = base if is_series else int(data.own_facts(table)[row, attribute_column(name)])
        rows += [own] if own >= 0 else []
    return rows


def _new_facts(data: Dataset, found: Effects) -> pd.DataFrame:
    changes, frame = found.facts, data.facts.frame
    ids = {name: data.tables[name]["id"].tolist() for name in set(changes.table)}
    edits = [found.scenario.edits[number] for number in changes.edit.tolist()]
    subject = [ids[name][row] for name, row in zip(changes.table, changes.row.tolist(), strict=True)]
    world = found.scenario.year
    columns = {
        "subject": subject,
        "attribute": list(changes.attribute),
        "value": changes.value,
        "unit": [attributes()[name].unit for name in changes.attribute],
        "low": changes.low,
        "high": changes.high,
        "value_year": [float(year) if year else np.nan if world is None else world for year in changes.year],
        "price_year": [PRICE_YEAR if attributes()[name].is_money else np.nan for name in changes.attribute],
        "source_id": [edit.source_id for edit in edits],
        "locator": [f"scenario {edit.scenario or found.scenario.id}: {edit.where}" for edit in edits],
        "method": [edit.method for edit in edits],
        "recipe": "",
        "rank": 1.0,
        "note": [edit.note for edit in edits],
        "key": [f"{key}.{name}" for key, name in zip(subject, changes.attribute, strict=True)],
    }
    return pd.DataFrame(columns)[list(frame.columns)].astype(frame.dtypes.to_dict())
