"""What `caspia risk` prints: metrics with intervals, what matters, critical places, and the worst closures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import pandas as pd
from rich.table import Table
from rich.text import Text

from caspia.units import PRICE_YEAR
from caspia.view import records
from caspia.view.formats import number, whole
from caspia.view.records import Row
from caspia.view.risk_words import (
    GROUPS,
    KINDS,
    closures_answer,
    groups_answer,
    openings_answer,
    proof_text,
    risk_answer,
    row_scale,
    share_text,
)
from caspia.view.screen import NARROW, empty_table, head, open_console, rows_of, say, say_next

MOST_PLACES, MOST_EVENTS = 10, 12
LAST = 2100
"""Years beyond stand for never."""
SHOWN = (
    ("caspian_t", "Trans-Caspian cargo with oil"),
    ("loss_region_usd", "Loss in the region"),
    ("kz_oil_t", "Oil of Kazakhstan"),
)
MILLIONS = f"Million dollars of {PRICE_YEAR}"
_SURE = 0.1
"""Half of an interval of a share above which the share is marked as rough."""


class Answer(Protocol):
    """What is printed."""

    @property
    def metrics(self) -> pd.DataFrame:
        """One row a metric."""

    @property
    def sensitivity(self) -> pd.DataFrame:
        """Shares of variance."""

    @property
    def critical(self) -> pd.DataFrame:
        """Places."""

    @property
    def interdiction(self) -> pd.DataFrame:
        """Worst closures."""

    @property
    def events(self) -> pd.DataFrame:
        """Events."""

    @property
    def openings(self) -> pd.DataFrame:
        """Works that may be open."""

    @property
    def failed(self) -> int:
        """Draws without equilibrium."""


def metrics_table(rows: Sequence[Row], *, width: int) -> Table:
    """Make the table of metrics.

    Parameters
    ----------
    rows
        Rows of metrics.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        Likely value without events, P5, P50, P95 and the standard error of the median.
    """
    columns = [("In a year", "l"), ("Unit", "l"), ("Likely", "r"), ("P5", "r"), ("P50", "r"), ("P95", "r")]
    table = empty_table([*columns, *([("±", "r")] if width >= NARROW else [])], width)
    shown = ("likely", "p5", "p50", "p95", *(("se",) if width >= NARROW else ()))
    for row in rows:
        factor, word = row_scale(row)
        cells = [number(factor * records.real(row, name)) for name in shown]
        table.add_row(Text(records.text(row, "label")), word, *cells)
    return table


def sensitivity_table(rows: Sequence[Row], *, width: int) -> Table:
    """Make the table of groups of doubts.

    Parameters
    ----------
    rows
        Rows of the sensitivity.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        Total share of the variance of each metric.
    """
    table = empty_table([("What is not known", "l"), *((label, "r") for _, label in SHOWN)], width)
    by = {(records.text(row, "metric"), records.text(row, "group")): row for row in rows}
    groups = dict.fromkeys(records.text(row, "group") for row in rows)
    for group in groups:
        cells = [_share(by.get((name, group), {})) for name, _ in SHOWN]
        if any(cells):
            table.add_row(GROUPS.get(group, group), *cells)
    return table


def _share(row: Row) -> str:
    total, error = records.real(row, "total"), records.real(row, "total_error")
    if not total >= 0.005:
        return ""
    return f"{share_text(min(total, 1.0))}{' ~' if error > _SURE else ''}"


def critical_table(rows: Sequence[Row], *, width: int) -> Table:
    """Make the table of critical places.

    Parameters
    ----------
    rows
        Rows of critical places.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        Expected loss a year, and what a day of closure costs.
    """
    columns = [("Place", "l"), ("", "l"), ("Mt a year", "r"), ("Days cut\na year", "r")]
    columns += [("Loss a day\nof it", "r"), ("Expected\na year", "r")]
    table = empty_table(columns, width)
    for row in rows:
        expected, cut = records.real(row, "expected_loss_usd"), records.real(row, "outage_days_per_year")
        table.add_row(
            Text(records.text(row, "name")),
            KINDS.get(records.text(row, "kind"), ""),
            number(records.real(row, "flow_t") / 1e6),
            number(cut) if cut > 0 else "",
            _millions(records.real(row, "loss_usd_per_day")),
            _millions(expected) if cut > 0 else "",
        )
    return table


def closures_table(rows: Sequence[Row], *, width: int) -> Table:
    """Make the table of the worst closures.

    Parameters
    ----------
    rows
        Rows of the interdiction.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
    """
    table = empty_table(
        [("Closed", "r"), ("Which", "l"), ("Loss\na day", "r"), ("By\nchance", "r"), ("How sure", "l")], width
    )
    for row in rows:
        table.add_row(
            whole(int(records.real(row, "budget"))),
            Text(records.text(row, "places").replace(";", "; ")),
            _millions(records.real(row, "loss_usd_per_day")),
            _millions(records.real(row, "mean_usd_per_day")),
            proof_text(row),
        )
    return table


def events_table(rows: Sequence[Row], *, width: int) -> Table:
    """Make the table of events.

    Parameters
    ----------
    rows
        Rows of events.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        How often, how long, and the share of a drawn year.
    """
    table = empty_table([("Event", "l"), ("A year", "r"), ("Days", "r"), ("Of the year", "r")], width)
    for row in rows:
        rate, days = (_ranged(row, name) for name in ("events_per_year", "event_days"))
        table.add_row(Text(records.text(row, "name")), rate, days, share_text(records.real(row, "share_of_year")))
    return table


def openings_table(rows: Sequence[Row], *, width: int) -> Table:
    """Make the table of works.

    Parameters
    ----------
    rows
        Rows of openings.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        When they are announced and expected, and the share of draws in which they are open.
    """
    columns = [("Works", "l"), ("Announced", "r"), ("Expected", "r"), ("Open in\ndrawn years", "r")]
    table = empty_table(columns, width)
    for row in rows:
        years = (int(records.real(row, name)) for name in ("announced_year", "expected_year"))
        said = ("" if year > LAST else str(year) for year in years)
        table.add_row(Text(records.text(row, "name")), *said, share_text(records.real(row, "open_share")))
    return table


def _millions(value_usd: float) -> str:
    """Millions of dollars, as the heads of the tables have them."""
    return number(value_usd / 1e6)


def _ranged(row: Row, name: str) -> str:
    middle, low, high = (number(records.real(row, column)) for column in (name, f"{name}_low", f"{name}_high"))
    return f"{middle} ({low}–{high})"


def print_risk(answer: Answer) -> None:
    """Print the risk of a study.

    Parameters
    ----------
    answer
        Of `caspia.study.risk.risk_answer`.
    """
    screen = open_console()
    width = screen.width
    metrics, sensitivity = rows_of(answer.metrics), rows_of(answer.sensitivity)
    critical, closures = rows_of(answer.critical), rows_of(answer.interdiction)
    say(screen, risk_answer(metrics, critical))
    screen.print(metrics_table(metrics, width=width))
    drawn = int(records.real(metrics[0], "n")) if metrics else 0
    failed = f" {answer.failed} draws found no equilibrium and are left out." if answer.failed else ""
    note = (
        f"{drawn} drawn years; dollars of {PRICE_YEAR}; Likely is the year without events at the likely values; "
        "± standard error of P50."
    )
    screen.print(Text(note + failed, style="dim"))
    if sensitivity:
        said = groups_answer(sensitivity, *SHOWN[0]) or "What is not known, and what it matters"
        head(screen, said)
        screen.print(sensitivity_table(sensitivity, width=width))
        screen.print(Text("Share of the variance that stays when all else is known; ~ rough.", style="dim"))
    if critical:
        head(screen, "Places by expected loss of users in Central Asia and the South Caucasus")
        screen.print(critical_table(critical[:MOST_PLACES], width=width))
        limit = f"{MILLIONS}, after all have gone round, with the value of goods that have no way left."
        screen.print(Text(limit, style="dim"))
    if closures:
        head(screen, closures_answer(closures))
        screen.print(closures_table(closures, width=width))
        rivals = whole(int(records.real(closures[-1], "rivals")))
        among = f"Among the {rivals} places whose own closing costs most; a place harmless alone is not among them."
        screen.print(Text(f"{MILLIONS}. {among}", style="dim"))
    openings = rows_of(answer.openings)
    if openings:
        head(screen, openings_answer(openings))
        screen.print(openings_table(openings[:MOST_EVENTS], width=width))
    events = sorted(rows_of(answer.events), key=lambda row: -records.real(row, "share_of_year"))
    if events:
        head(screen, "Events of the record")
        screen.print(events_table(events[:MOST_EVENTS], width=width))
        if len(events) > MOST_EVENTS:
            screen.print(Text(f"and {len(events) - MOST_EVENTS} others; --json lists all", style="dim"))
    say_next(screen, "caspia risk --year 2035 --json")
