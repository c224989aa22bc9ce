"""Scenarios as tables: which there are, and what the edits of one select in the data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pandas as pd

from caspia.data import Dataset
from caspia.scenario.effects import effects
from caspia.scenario.model import Scenario

EXAMPLES = 3


def scenarios_frame(scenarios: Mapping[str, Scenario]) -> pd.DataFrame:
    """List scenarios.

    Parameters
    ----------
    scenarios : mapping of str to Scenario
        As from `built_in_scenarios`.

    Returns
    -------
    pandas.DataFrame
        Columns `scenario`, `title`, `question`, `year`, `edits` (number) and `sources` (number).
    """
    rows = [
        {
            "scenario": name,
            "title": item.title,
            "question": item.question,
            "year": item.year,
            "edits": len(item.edits),
            "sources": len(item.source_ids),
        }
        for name, item in scenarios.items()
    ]
    return pd.DataFrame(rows).astype({"year": "Int64"})


def edits_frame(data: Dataset, scenario: Scenario) -> pd.DataFrame:
    """List the edits of a scenario with what they select in a data set.

    Parameters
    ----------
    data : Dataset
        The data.
    scenario : Scenario
        The scenario.

    Returns
    -------
    pandas.DataFrame
        Columns `edit` (from 1), `scenario` (that declares it), `what`, `table`, `selected` (number of objects),
        `changed` (rows closed, opened or barred, and facts that change), `examples` (ids), `source_id`, `method`
        and `note`.

    Raises
    ------
    InputError
        As in `effects`.
    """
    found = effects(data, scenario)
    bans = Counter(ban.edit for ban in found.bans)
    rows = []
    for number, (edit, selected) in enumerate(zip(found.scenario.edits, found.selected, strict=True)):
        gates = {"close": found.closed, "open": found.opened}.get(edit.action, {})
        turned = set(gates.get(edit.table, ())) & set(selected) if edit.days is None else set()
        ids = data.tables[edit.table]["id"]
        rows.append(
            {
                "edit": number + 1,
                "scenario": edit.scenario or scenario.id,
                "what": edit.summary,
                "table": edit.table,
                "selected": len(selected),
                "changed": found.touched[number] + bans[number] + len(turned),
                "examples": ";".join(ids.iloc[selected[:EXAMPLES]]),
                "source_id": edit.source_id,
                "method": edit.method,
                "note": edit.note,
            }
        )
    columns = [
        "edit",
        "scenario",
        "what",
        "table",
        "selected",
        "changed",
        "examples",
        "source_id",
        "method",
        "note",
    ]
    return pd.DataFrame(rows, columns=columns)
