"""What events must be: how often and how long, and what they do while they last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from caspia.data.read import RawFolder
from caspia.errors import Problem

NEEDED = frozenset({"events_per_year", "event_days"})
DOES: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "close": (frozenset(), frozenset({"event_loss_share"})),
    "slow": (frozenset({"event_delay_h"}), frozenset({"event_delay_h"})),
}
"""What an action must state beside rate and length, and what it may."""


def check_events(folder: RawFolder) -> Iterator[Problem]:
    """Check that every event has its facts and no others.

    Parameters
    ----------
    folder : RawFolder
        Text tables whose numbers are numbers.

    Yields
    ------
    Problem
        One a bad row.
    """
    table = folder.tables["events"]
    facts = pd.concat([item.frame for item in folder.tables.values() if item.schema.is_facts], ignore_index=True)
    used = facts[(pd.to_numeric(facts["rank"]) == 1) & facts["subject"].isin(table.frame["id"])]
    stated = used.groupby("subject")["attribute"].agg(set).to_dict()
    for row, (key, action) in enumerate(zip(table.frame["id"], table.frame["action"], strict=True)):
        must, may = DOES[action]
        got = frozenset(stated.get(key, ()))
        wanted = NEEDED | must
        if missing := sorted(wanted - got):
            yield Problem(
                what="event without its facts",
                where=table.where(row, "action"),
                got=f"no {', '.join(missing)}",
                allowed=", ".join(sorted(wanted)),
                repair="state each once, with rank 1, in a table of facts",
            )
        if idle := sorted(got - wanted - may):
            yield Problem(
                what=f"event that does not {'slow' if action == 'close' else 'close'} states how much it does",
                where=table.where(row, "action"),
                got=", ".join(idle),
                allowed=", ".join(sorted(wanted | may)),
                repair="correct the action, or remove the fact",
            )
