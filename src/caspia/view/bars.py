"""What rules bar, in words: a corridor that has no route, why, on whose word, and what lifts it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from caspia.view import records, theme
from caspia.view.formats import listed
from caspia.view.records import Row


@dataclass(frozen=True)
class Reason:
    """Why a rule bars a corridor."""

    text: str
    source_id: str
    source: str
    rules: tuple[str, ...]
    """Rules that give the same reason."""


@dataclass(frozen=True)
class Bar:
    """A corridor that rules bar wholly."""

    look: theme.Corridor
    reasons: tuple[Reason, ...]
    lifted: str
    """Which scenarios lift it, as a sentence; empty if none does."""

    @property
    def text(self) -> str:
        """The whole as one paragraph."""
        why = "; ".join(f"{r.text} ({r.source}; {listed(list(r.rules))})" for r in self.reasons)
        return " ".join(filter(None, [f"{self.look.name}: barred for this cargo: {why}.", self.lifted]))


def bars(rows: Sequence[Row]) -> tuple[Bar, ...]:
    """Put the rows of barred corridors into words.

    Parameters
    ----------
    rows
        Rows of the table barred of one consignment.

    Returns
    -------
    tuple of Bar
        One a corridor, in the order of tables.
    """
    by_corridor: dict[str, list[Row]] = {}
    for row in rows:
        by_corridor.setdefault(records.text(row, "corridor"), []).append(row)
    return tuple(
        Bar(theme.corridor(name), _reasons(by_corridor[name]), _lifted(by_corridor[name]))
        for name in sorted(by_corridor, key=theme.order)
    )


def _reasons(rows: Sequence[Row]) -> tuple[Reason, ...]:
    found: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        bare = f"no way through {records.text(row, 'target_kind')} {records.text(row, 'target')}"
        text = (records.text(row, "reason") or bare).rstrip(".")
        key = text, records.text(row, "source_id"), records.text(row, "source")
        found.setdefault(key, []).append(records.text(row, "rule_id"))
    return tuple(Reason(*key, tuple(rules)) for key, rules in found.items())


def _lifted(rows: Sequence[Row]) -> str:
    lifting = [set(filter(None, records.text(row, "lifted_by").split(";"))) for row in rows]
    return lifted_by(sorted(set.intersection(*lifting)))


def lifted_by(scenarios: Iterable[str]) -> str:
    """Say which scenarios lift a bar.

    Parameters
    ----------
    scenarios
        Their names.

    Returns
    -------
    str
        Empty without scenarios.

    Examples
    --------
    >>> lifted_by(["all-open"]), lifted_by(["all-open", "own"]), lifted_by([])
    ('Scenario all-open lifts it.', 'Scenarios all-open and own lift it.', '')
    """
    names = list(scenarios)
    if not names:
        return ""
    return f"Scenario{'s' if len(names) > 1 else ''} {listed(names)} lift{'' if len(names) > 1 else 's'} it."


def unrouted(rows: Sequence[Row]) -> list[str]:
    """Say why observations have no route.

    Parameters
    ----------
    rows
        Rows of the validation table.

    Returns
    -------
    list of str
        One for each observation without a route that has a reason.
    """
    said = []
    for row in rows:
        reason, rules = records.text(row, "reason"), records.items(row, "barred_by")
        if records.text(row, "status") != "no route" or not reason:
            continue
        barred = f"barred by {listed(list(rules))}: " if rules else ""
        line = f"{records.text(row, 'name')} ({records.text(row, 'kind')}): no route, {barred}{reason.rstrip('.')}."
        said.append(" ".join(filter(None, [line, lifted_by(records.items(row, "lifted_by"))])))
    return said
