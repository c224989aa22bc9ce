"""What `caspia validate` and `caspia calibrate` print about traffic: observed beside modelled, fitted constants."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import pandas as pd
from rich.table import Table
from rich.text import Text

from caspia.view import flow_answers, records
from caspia.view.flow_ranges import span
from caspia.view.flow_words import KINDS, count_order, counted, factor_text
from caspia.view.formats import listed, number, percent, plural, whole
from caspia.view.records import Row
from caspia.view.screen import NARROW, empty_table, head, open_console, rows_of, say, say_next

_ROOM = 30
"""Characters more that the table of counts needs for intervals."""


def counts_table(rows: Sequence[Row], *, width: int) -> Table:
    """Make the table of counts.

    Parameters
    ----------
    rows
        Rows of `caspia.study.traffic.compare_counts`.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        Observed beside modelled, grouped by kind; with intervals where there are some, and then on a narrow
        terminal without the factor.
    """
    ranged = any(_has_interval(row) for row in rows)
    # Names would break into pieces beside all columns at once.
    wide, medium = width >= NARROW + (_ROOM if ranged else 0), width >= NARROW or not ranged
    columns = [("Count", "l"), ("Year", "r"), ("Unit", "l"), ("Observed", "r"), ("Modelled", "r")]
    columns += [("P10", "r"), ("P90", "r"), ("Within", "l")] if ranged else []
    columns += [("Factor", "r")] if medium else []
    table = empty_table([*columns, *([("GEH", "r"), ("Misfit", "r")] if wide else [])], width)
    kind = ""
    for row in sorted(rows, key=count_order):
        if records.text(row, "kind") != kind:
            kind = records.text(row, "kind")
            table.add_row(Text(kind, style="italic"))
        cells = [
            f"{records.real(row, 'year'):.0f}",
            records.text(row, "unit"),
            number(records.real(row, "observed")),
            number(counted(records.real(row, "modelled"))),
        ]
        cells += _interval(row) if ranged else []
        cells += [factor_text(records.real(row, "factor"))] if medium else []
        more = [number(records.real(row, "geh")), percent(records.real(row, "misfit"), signed=True)]
        table.add_row(Text(f"  {records.text(row, 'name')}"), *cells, *(more if wide else []))
    return table


def _has_interval(row: Row) -> bool:
    return math.isfinite(span(row, "modelled").p10)


def _interval(row: Row) -> list[str]:
    """Ends of the interval, and whether the observed number lies between them."""
    if not _has_interval(row):
        return ["", "", ""]
    value = span(row, "modelled")
    mark = "yes" if flow_answers.is_within(row) else "no"
    return [number(counted(value.p10)), number(counted(value.p90)), mark]


def kinds_table(rows: Sequence[Row], *, width: int) -> Table:
    """Make the table of medians by kind and role.

    Parameters
    ----------
    rows
        Rows of `caspia.study.traffic.compare_counts`.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        Fitted and judged apart; those that are only shown are left out.
    """
    columns = [("Kind", "l"), ("Role", "l"), ("Counts", "r"), ("Median factor", "r"), ("Within 1.5", "r")]
    table = empty_table([*columns, ("Within 25 %", "r")], width)
    for kind in KINDS:
        for role in ("judged", "fitted"):
            own = [r for r in rows if records.text(r, "kind") == kind and records.text(r, "role") == role]
            factors = [f for f in (records.real(r, "factor") for r in own) if not math.isnan(f)]
            if factors:
                close = [abs(records.real(r, "misfit")) <= flow_answers.TOLERANCE for r in own]
                table.add_row(
                    kind,
                    role,
                    whole(len(own)),
                    factor_text(median(factors)),
                    percent(sum(f <= flow_answers.FACTOR for f in factors) / len(factors)),
                    percent(sum(close) / len(close)),
                )
    return table


def reasons_table(rows: Sequence[Row], *, width: int) -> Table:
    """Lay out why counts are shown and judge nothing.

    Parameters
    ----------
    rows
        Rows of `caspia.study.traffic.compare_counts` whose role is `shown`.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        One row a count that has a reason.
    """
    table = empty_table([("Count", "l"), ("Why it does not judge", "l")], width)
    reasons = {records.text(row, "name"): records.text(row, "note") for row in sorted(rows, key=count_order)}
    for name, reason in reasons.items():
        if reason:
            table.add_row(Text(name), Text(reason))
    return table


def print_counts(frame: pd.DataFrame) -> None:
    """Print observed beside modelled traffic, the judged counts apart from the fitted.

    Parameters
    ----------
    frame
        Of `caspia.study.flow_counts.drawn_counts`.
    """
    screen = open_console()
    rows = rows_of(frame)
    say(screen, flow_answers.counts_answer(rows))
    titles = {
        "judged": "Judged: not used in the fit",
        "fitted": "Fitted",
        "shown": "Shown only: counted in another scope than the model's",
    }
    for role, title in titles.items():
        own = [row for row in rows if records.text(row, "role") == role]
        if own:
            head(screen, title)
            screen.print(counts_table(own, width=screen.width))
            if role == "shown":
                screen.print(reasons_table(own, width=screen.width))
    if rows:
        head(screen, "By kind")
        screen.print(kinds_table(rows, width=screen.width))
        screen.print(Text(f"\n{_behind(rows)}", style="dim"))
    if said := flow_answers.coverage(rows):
        screen.print(Text(f"\n{said}", style="bold"))
    say_next(screen, "caspia flows")


def _behind(rows: Sequence[Row]) -> str:
    """Draws of every year behind its intervals, or why there are none."""
    years = {records.real(row, "year"): row for row in rows}
    known = [(f"{year:.0f}", row) for year, row in sorted(years.items()) if records.real(row, "draws") > 0]
    if not known:
        return "Without intervals: --draws N finds them."
    drawn = listed([f"{records.real(row, 'draws'):.0f} in {year}" for year, row in known])
    notes = [f"{year}: {note}" for year, row in known if (note := records.text(row, "interval_note"))]
    said = f"P10 and P90 of draws of the facts, each an equilibrium of its own ({drawn})"
    return f"{'; '.join([said, *notes])}."


def print_calibration(facts: pd.DataFrame, fit: pd.DataFrame, written: Path | None = None) -> None:
    """Print fitted constants and what they did to the counts.

    Parameters
    ----------
    facts
        Scales and constants of `caspia.study.calibrate.Calibration.facts`.
    fit
        Fitted counts of `Calibration.fit`: `observed`, `before` and `modelled`.
    written
        File to which the facts were written, if any.
    """
    screen = open_console()
    rows = rows_of(fit)
    before, after = (_median_factor(rows, name) for name in ("before", "modelled"))
    verb = "falls" if after <= before else "rises"
    fitted = f"{plural(len(facts), 'fact')} fitted to {plural(len(rows), 'count')}"
    say(screen, f"{fitted}: the median factor {verb} from {factor_text(before)} to {factor_text(after)}.")
    table = empty_table([("Fact", "l"), ("Value", "r"), ("P10", "r"), ("P90", "r"), ("Unit", "l")], screen.width)
    for row in rows_of(facts):
        values = (number(records.real(row, name)) for name in ("value", "low", "high"))
        key = f"{records.text(row, 'subject')}.{records.text(row, 'attribute')}"
        table.add_row(Text(key), *values, records.text(row, "unit"))
    screen.print(table)
    head(screen, "Fitted counts")
    columns = [("Count", "l"), ("Year", "r"), ("Unit", "l"), ("Observed", "r"), ("Before", "r"), ("Fitted", "r")]
    counts = empty_table(columns, screen.width)
    for row in sorted(rows, key=count_order):
        values = (number(records.real(row, name)) for name in ("observed", "before", "modelled"))
        counts.add_row(
            Text(records.text(row, "name")),
            f"{records.real(row, 'year'):.0f}",
            records.text(row, "unit"),
            *values,
        )
    screen.print(counts)
    if written is not None:
        screen.print(Text(f"\nWritten: {written}", style="dim"))
    say_next(screen, "caspia validate")


def _median_factor(rows: Sequence[Row], column: str) -> float:
    found = []
    for row in rows:
        seen, said = records.real(row, "observed"), records.real(row, column)
        if seen > 0 and said >= 0:
            found.append(max(seen, said) / min(seen, said) if said > 0 else math.inf)
    return median(found) if found else math.nan
