"""What `caspia claims` prints: the verdicts, what was measured, and the command that shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from caspia.view import records
from caspia.view.claims_answers import (
    LOOKS,
    claims_answer,
    measured_text,
    ordered,
    probability_text,
    threshold_text,
)
from caspia.view.records import Row
from caspia.view.screen import NARROW, empty_table, head, open_console, say, say_next

_STYLES = {"holds": "green", "fails": "red", "open": "yellow", "untested": "dim"}
_FEW = 3
"""Claims up to which each is shown in full."""


def claims_table(rows: Sequence[Row], *, width: int) -> Table:
    """Make the table of claims.

    Parameters
    ----------
    rows
        Rows of claims.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        Verdict, claim, measure with interval, threshold and probability.
    """
    wide = width >= NARROW
    columns = [("Verdict", "l"), ("Claim", "l"), ("Measured", "l"), *([("Threshold", "l")] if wide else [])]
    table = empty_table([*columns, ("Likely", "r")], width)
    for row in rows:
        cells: list[str | Text] = [_verdict(row), Text(records.text(row, "statement")), measured_text(row)]
        cells += [threshold_text(row)] if wide else []
        table.add_row(*cells, probability_text(row))
    return table


def _verdict(row: Row) -> Text:
    verdict = records.text(row, "verdict")
    return Text(f"{LOOKS[verdict].glyph} {LOOKS[verdict].word}", style=_STYLES[verdict])


def claim_table(row: Row, *, width: int) -> Table:
    """Make the table of all that belongs to one claim.

    Parameters
    ----------
    row
        A row of claims.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        Two columns.
    """
    table = empty_table([("", "l"), ("", "l")], width)
    table.show_header = False
    said = f"{records.text(row, 'who')}, {records.text(row, 'said_on')}"
    for name, cell in (
        ("Verdict", _verdict(row)),
        ("Said by", said),
        ("Measure", records.text(row, "measure")),
        ("Scope", records.text(row, "scope")),
        ("Measured", measured_text(row)),
        ("Threshold", threshold_text(row)),
        ("Because", records.text(row, "reason")),
        ("Likely", f"{probability_text(row)} of {records.real(row, 'draws'):.0f} draws"),
        ("Source", f"{records.text(row, 'source')} ({records.text(row, 'source_id')})"),
        ("Shown by", records.text(row, "command")),
        ("Note", records.text(row, "note")),
    ):
        if str(cell):
            table.add_row(name, cell if isinstance(cell, Text) else Text(cell))
    return table


def print_claims(record: Mapping[str, Any]) -> None:
    """Print the answer.

    Parameters
    ----------
    record
        Of `caspia.study.claims_answer.ClaimsAnswer.record`.
    """
    screen = open_console()
    rows = ordered(record["claims"])
    say(screen, claims_answer(rows))
    if len(rows) > _FEW:
        screen.print(claims_table(rows, width=screen.width))
        note = "Intervals: P10–P90 of the draws. Likely: share of draws in which the claim holds. --json has all."
        screen.print(Text(note, style="dim"))
        say_next(screen, f"caspia claims {records.text(rows[0], 'id')}")
        return
    for row in rows:
        head(screen, records.text(row, "statement"))
        screen.print(claim_table(row, width=screen.width))
    say_next(screen, records.text(rows[0], "command") if rows else "caspia check caspian")
