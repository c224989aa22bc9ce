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
    "withhold": (frozenset(), frozenset({"event_loss_share"})),
}
"""What an action must state beside rate and length, and what it may."""
WITHHOLDS = "withhold"
"""Action of a state that sells nothing, to one buyer as a rule: supply feels it, the flows of all do not."""


def check_events(folder: RawFolder) -> Iterator[Problem]:
    """Check that every event has its facts and no others, and that supply knows what it is to lose.

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
    yield from _supply(folder)
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
                what=f"event that does not {'close' if action == 'slow' else 'slow'} states how much it does",
                where=table.where(row, "action"),
                got=", ".join(idle),
                allowed=", ".join(sorted(wanted | may)),
                repair="correct the action, or remove the fact",
            )


def _supply(folder: RawFolder) -> Iterator[Problem]:
    """Check what supply loses: a state or a water that the data know, and what a state withholds is its own."""
    table = folder.tables["events"]
    cells = [cell for name in ("links", "sea_ways") for cell in folder.tables[name].frame["waters"]]
    waters = {water for cell in cells for water in cell.split(";") if water}
    states = set(folder.tables["countries"].frame["id"])
    rows = zip(*(table.frame[name] for name in ("action", "table", "selectors", "supply")), strict=True)
    for row, (action, objects, selectors, supply) in enumerate(rows):
        kind, _, target = supply.partition(":")
        if supply and target not in (waters if kind == "water" else states):
            yield Problem(
                what=f"supply loses an unknown {'water' if kind == 'water' else 'state'}",
                where=table.where(row, "supply"),
                got=supply,
                allowed="a state of countries, or a water of links or sea_ways",
                repair="correct the code or the water",
            )
        if action == WITHHOLDS and (objects, selectors, kind) != ("countries", f"id={target}", "origin"):
            yield Problem(
                what="a state withholds what is not its own",
                where=table.where(row, "action"),
                got=f"table {objects}, selectors {selectors}, supply {supply or 'nothing'}",
                allowed="table countries, selectors id=XX, supply origin:XX",
                repair="name the same state in all three, or correct the action",
            )
