"""What `caspia flows` prints: the answer above, tables no wider than the terminal, the next command below."""

from __future__ import annotations

from typing import Protocol

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from caspia.units import PRICE_YEAR
from caspia.view import flow_answers, flow_words, records, theme
from caspia.view.flow_answers import amount
from caspia.view.flow_ranges import by_ends, figures, fullness_range, share_range, span, tonnes_text
from caspia.view.flow_words import fullness, share_text
from caspia.view.formats import number, percent
from caspia.view.records import Row
from caspia.view.screen import NARROW, empty_table, head, open_console, rows_of, say, say_next

_STATES = 12
_SHIFTS = 12
_OTHER = "northern-closed"
"""Scenario that the next command proposes."""
_UNSERVED = 8
_USERS = 15
MEDIUM, WIDE = 80, 120
"""Widths in characters from which on bottlenecks, and shares, have their intervals."""
ROOM = 40
"""Characters more that a table of many columns needs for them."""


class FlowAnswer(Protocol):
    """What `caspia.study.FlowAnswer` tells: one equilibrium, and the world that it is compared with."""

    @property
    def year(self) -> int:
        """Year of the demand."""

    @property
    def scenario(self) -> str:
        """World, or scenarios joined by `+`."""

    @property
    def relative_gap(self) -> float:
        """Residual that certifies the equilibrium."""

    @property
    def corridors(self) -> pd.DataFrame:
        """Tonnes, boxes and value by corridor."""

    @property
    def segments(self) -> pd.DataFrame:
        """The same by market."""

    @property
    def countries(self) -> pd.DataFrame:
        """Transit through states."""

    @property
    def bottlenecks(self) -> pd.DataFrame:
        """Capacities nearest to their limit."""

    @property
    def unserved(self) -> pd.DataFrame:
        """Demand without an open route."""

    @property
    def totals(self) -> pd.DataFrame:
        """All that moves, one row."""

    @property
    def shifts(self) -> pd.DataFrame | None:
        """What moved from corridor to corridor, over all goods."""

    @property
    def draws(self) -> int:
        """Draws behind the intervals; 0 where there are none."""

    @property
    def interval_note(self) -> str:
        """What has to be said of the intervals."""

    @property
    def users(self) -> pd.DataFrame | None:
        """Who uses a place or link that was asked for."""

    @property
    def before(self) -> FlowAnswer | None:
        """The world that it is compared with."""

    @property
    def moved(self) -> pd.DataFrame | None:
        """What moved from corridor to corridor."""


def _mark(name: str) -> Text:
    look = theme.corridor(name)
    return Text(f"{look.glyph} {name}", style=look.colour)


def corridors_table(frame: pd.DataFrame, totals: pd.DataFrame | None = None, *, width: int) -> Table:
    """Make the table of corridors.

    Parameters
    ----------
    frame
        Of `corridors_frame`.
    totals
        Of `totals_frame`, with the intervals of the sums.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        Tonnes, boxes and value with their shares, and the sum.
    """
    columns = [("Corridor", "l"), ("Mt", "r"), ("Share", "r"), ("1000 TEU", "r"), ("Share", "r")]
    wide = width >= NARROW
    table = empty_table(columns + ([("Billion USD", "r"), ("Share", "r")] if wide else []), width)
    rows = sorted(rows_of(frame), key=lambda r: theme.order(records.text(r, "corridor")))
    for row in rows:
        cells = [
            figures(span(row, "flow_t", 1e-6)),
            _share(row, "share", width),
            figures(span(row, "flow_teu", 1e-3)),
            _share(row, "share_teu", width),
            figures(span(row, "value_usd", 1e-9)),
            _share(row, "share_value", width),
        ]
        table.add_row(_mark(records.text(row, "corridor")), *(cells if wide else cells[:4]))
    ends = rows_of(totals)[0] if totals is not None and len(totals) else {}
    sums = [
        figures(span({**ends, name: amount(rows, "", name)}, name, factor))
        for name, factor in (("flow_t", 1e-6), ("flow_teu", 1e-3), ("value_usd", 1e-9))
    ]
    last = [cell for text in sums for cell in (text, "")]
    table.add_row("All", *(last if wide else last[:4]), style="bold")
    return table


def _share(row: Row, column: str, width: int) -> str:
    """Share with its interval where there is room for it."""
    return share_range(span(row, column)) if width >= WIDE else share_text(records.real(row, column))


def segments_table(frame: pd.DataFrame, *, width: int) -> Table:
    """Make the table of shares by market segment.

    Parameters
    ----------
    frame
        Of `corridors_frame`, split by segment.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        Shares of tonnes, a column a corridor.
    """
    rows = rows_of(frame)
    shown = list(theme.CORRIDORS) if width >= NARROW else list(theme.CORRIDORS)[:4]
    table = empty_table([("Segment", "l"), ("Mt", "r"), *((name, "r") for name in shown)], width)
    sums: dict[str, float] = {}
    for row in rows:
        name = records.text(row, "segment")
        sums[name] = sums.get(name, 0.0) + records.real(row, "flow_t")
    for name in sorted(sums, key=lambda n: (n == "Other", -sums[n])):
        own = [r for r in rows if records.text(r, "segment") == name]
        of = {records.text(r, "corridor"): r for r in own}
        shares = [_share(of[corridor], "share", width - ROOM) if corridor in of else "" for corridor in shown]
        table.add_row(Text(name), number(sums[name] / 1e6), *shares)
    return table


def countries_table(answer: FlowAnswer, *, width: int) -> Table:
    """Make the table of transit by state.

    Parameters
    ----------
    answer
        Its countries, and those before where it compares.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        The states that earn most, or whose revenue changes most.
    """
    compared = answer.before is not None
    rows = rows_of(_with_change(answer))
    columns = [("State", "l"), ("Transit, Mt", "r"), ("1000 TEU", "r"), ("Revenue, million USD", "r")]
    table = empty_table([*columns, *([("Change", "r")] if compared else [])], width)
    column = "change_revenue_usd" if compared else "transit_revenue_usd"
    for row in sorted(rows, key=lambda r: -abs(records.real(r, column)))[:_STATES]:
        cells = [
            records.text(row, "name") or records.text(row, "country"),
            _long(row, "transit_t", 1e-6, width),
            _long(row, "transit_teu", 1e-3, width),
            figures(span(row, "transit_revenue_usd", 1e-6)),
        ]
        change = figures(span(row, "change_revenue_usd", 1e-6), signed=True)
        table.add_row(*cells, *([change] if compared else []))
    return table


def _long(row: Row, column: str, factor: float, width: int) -> str:
    """Write a number with its interval where there is room for it."""
    value = span(row, column, factor)
    return figures(value) if width >= NARROW else number(value.p50)


def _with_change(answer: FlowAnswer) -> pd.DataFrame:
    if answer.before is None or "change_revenue_usd" in answer.countries:
        return answer.countries
    change = _change(answer.countries, answer.before.countries, "country", "transit_revenue_usd")
    return answer.countries.assign(change_revenue_usd=change)


def _change(after: pd.DataFrame, before: pd.DataFrame, key: str, column: str) -> list[float]:
    """Change of a column, row by row of the later frame."""
    old = dict(zip(before[key], before[column], strict=True))
    return [now - old.get(name, 0.0) for name, now in zip(after[key], after[column], strict=True)]


def bottlenecks_table(frame: pd.DataFrame, *, width: int) -> Table:
    """Make the table of bottlenecks.

    Parameters
    ----------
    frame
        Of `bottlenecks_frame`.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        The fullest first, with what a unit more is worth in a year.
    """
    wide = width >= WIDE
    columns = [("Capacity", "l"), ("Flow", "r"), ("of", "r"), ("Unit", "l"), ("Full", "r")]
    more = [("Queue, h", "r")] if wide else []
    table = empty_table([*columns, *more, ("USD/unit more", "r")], width)
    for row in sorted(rows_of(frame), key=lambda r: -records.real(r, "ratio")):
        cells: list[Text | str] = [
            Text(records.text(row, "name")),
            _long(row, "flow", 1.0, width - ROOM),
            number(records.real(row, "capacity")),
            records.text(row, "unit"),
            fullness_range(span(row, "ratio")) if width >= MEDIUM else fullness(records.real(row, "ratio")),
        ]
        cells += [_long(row, "delay_h", 1.0, width - ROOM)] if wide else []
        worth = span(row, "shadow_value_usd")
        table.add_row(*cells, figures(worth) if width >= MEDIUM else number(worth.p50))
    return table


def unserved_table(frame: pd.DataFrame, *, width: int) -> Table:
    """Make the table of demand without an open route.

    Parameters
    ----------
    frame
        Of `unserved_frame`.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        The greatest first.
    """
    table = empty_table([("From", "l"), ("To", "l"), ("Goods", "l"), ("Unserved, kt", "r")], width)
    for row in rows_of(frame)[:_UNSERVED]:
        ends = (records.text(row, name) for name in ("origin_zone", "destination_zone", "commodity_id"))
        table.add_row(*ends, figures(span(row, "unserved_t", 1e-3)))
    return table


def moved_table(frame: pd.DataFrame, shifts: pd.DataFrame | None = None, *, width: int) -> Table:
    """Make the table of what moved.

    Parameters
    ----------
    frame
        Of `moved_frame`.
    shifts
        Of `shifts_frame`, with the intervals of the sums.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        From corridor to corridor, with the segment and goods that moved most.
    """
    table = empty_table([("Moved", "l"), ("Mt", "r"), ("Most of it", "l")], width)
    rows = rows_of(frame)
    ends = {} if shifts is None else by_ends(rows_of(shifts))
    for start, end, moved in flow_answers.between(rows)[:_SHIFTS]:
        own = [
            r for r in rows if records.text(r, "from_corridor") == start and records.text(r, "to_corridor") == end
        ]
        top = max(own, key=lambda r: records.real(r, "moved_t"))
        goods = records.text(top, "commodity_id").replace("-", " ")
        most = f"{goods}, {records.text(top, 'segment')} ({percent(records.real(top, 'moved_t') / moved)})"
        much = figures(span({"moved_t": moved, **ends.get((start, end), {})}, "moved_t", 1e-6))
        table.add_row(flow_words.shift_words(start, end), much, Text(most))
    return table


def print_flows(answer: FlowAnswer) -> None:
    """Print the flows of a year: corridors, transit revenue, bottlenecks, and what moved in a comparison.

    Parameters
    ----------
    answer
        Frames of one equilibrium, and of another where it compares.
    """
    screen = open_console()
    width = screen.width
    rows, tight = rows_of(answer.corridors), rows_of(answer.bottlenecks)
    say(screen, flow_answers.flows_answer(rows, tight, answer.year, answer.scenario, _total(answer)))
    if answer.before is not None:
        _print_moved(screen, answer, answer.before)
    screen.print(corridors_table(answer.corridors, answer.totals, width=width))
    if len(answer.segments):
        head(screen, "Share of the tonnes of each market")
        screen.print(segments_table(answer.segments, width=width))
    head(screen, f"Transit through states, USD of {PRICE_YEAR} a year")
    screen.print(countries_table(answer, width=width))
    if len(answer.bottlenecks):
        head(screen, "Fullest capacities, and what one unit more is worth to all users in a year")
        screen.print(bottlenecks_table(answer.bottlenecks, width=width))
    if answer.users is not None:
        used = flow_words.tonnes(float(answer.users["flow_t"].sum()))
        head(screen, f"Who uses it: {used} a year")
        screen.print(users_table(answer.users, width=width))
    if len(answer.unserved):
        lost = flow_answers.summed(_unserved(answer), _total(answer), "unserved_t")
        head(screen, f"{tonnes_text(lost)} of demand has no open way")
        screen.print(unserved_table(answer.unserved, width=width))
    screen.print(
        Text(f"\nEquilibrium to a relative gap of {answer.relative_gap:.0e}. {_behind(answer)}", style="dim")
    )
    say_next(
        screen,
        "caspia study" if answer.before is not None else f"caspia flows --year {answer.year} --compare {_OTHER}",
    )


def _behind(answer: FlowAnswer) -> str:
    if not answer.draws:
        return "Without intervals: --draws N finds them."
    said = f"In brackets P10–P90 of {answer.draws} draws of the facts, each an equilibrium of its own"
    return f"{said}; {answer.interval_note}." if answer.interval_note else f"{said}."


def _print_moved(screen: Console, answer: FlowAnswer, before: FlowAnswer) -> None:
    frame = answer.corridors
    if "change_t" not in frame:
        frame = frame.assign(change_t=_change(frame, before.corridors, "corridor", "flow_t"))
    corridors = rows_of(frame)
    lost = _unserved(answer) - _unserved(before)
    title = f"{flow_words.supposed(answer.scenario) or answer.scenario} against {before.scenario.split('+')[-1]}"
    said = flow_answers.moved_answer(
        corridors, rows_of(_with_change(answer)), title, max(lost, 0.0), _total(answer)
    )
    screen.print(Text(said, style="bold"))
    if answer.moved is not None and len(answer.moved):
        screen.print()
        screen.print(moved_table(answer.moved, answer.shifts, width=screen.width))
    screen.print()


def _total(answer: FlowAnswer) -> Row:
    return rows_of(answer.totals)[0] if len(answer.totals) else {}


def _unserved(answer: FlowAnswer) -> float:
    return float(answer.unserved["unserved_t"].sum()) if len(answer.unserved) else 0.0


def users_table(frame: pd.DataFrame, *, width: int) -> Table:
    """Make the table of who uses a place or link.

    Parameters
    ----------
    frame
        Of `caspia.study.flow_frames.users_frame`.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        The greatest users first, with the share of their own demand that relies on it.
    """
    columns = [("From", "l"), ("To", "l"), ("Goods", "l"), ("Mt", "r"), ("Share", "r"), ("Of its demand", "r")]
    table = empty_table(columns, width)
    for row in rows_of(frame)[:_USERS]:
        table.add_row(
            records.text(row, "origin_zone"),
            records.text(row, "destination_zone"),
            records.text(row, "commodity_id").replace("-", " "),
            figures(span(row, "flow_t", 1e-6)),
            _share(row, "share", width),
            _share(row, "reliance", width),
        )
    return table
