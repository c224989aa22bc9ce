"""What `caspia rollout` prints: announced, financed and working capacity beside actual flow, and targets passed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rich.table import Table
from rich.text import Text

from caspia.view import records, rollout_answers
from caspia.view.finance_terminal import table_rows
from caspia.view.flow_ranges import share_range
from caspia.view.formats import days, number, percent
from caspia.view.plan_terminal import MEDIUM, WIDE
from caspia.view.plan_words import brief, span, year_text
from caspia.view.records import Row
from caspia.view.screen import NARROW, empty_table, head, open_console, say, say_next

_STAGE_YEARS = (2025, 2028, 2030, 2035, 2040)
_LATEST = 16
_FAR = 9999


def years_table(rows: Sequence[Row], *, width: int) -> Table:
    """Make the table of years.

    Parameters
    ----------
    rows
        Rows of rollout_years.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        Million tonnes a year, shares, days and dollars a box.
    """
    medium, narrow, wide = (width >= least for least in (MEDIUM, NARROW, WIDE))
    columns = [("Year", "r"), ("Announced", "r"), *([("Financed", "r")] if medium else []), ("Working", "r")]
    columns += [("Flow", "r"), ("Share", "r"), *([("Days", "r")] if medium else [])]
    columns += [("Slowest\ntenth", "r")] if narrow else []
    table = empty_table([*columns, *([("USD/TEU", "r")] if wide else [])], width)
    for row in rows:
        cells = [f"{records.real(row, 'year'):.0f}", _mt(row, "announced_capacity_t")]
        cells += [_mt(row, "financed_capacity_t")] if medium else []
        cells += [_mt(row, "capacity_t"), _mt(row, "flow_t")]
        cells += [
            share_range(span(row, "share")) if narrow else share_range(span({"share": row.get("share")}, "share"))
        ]
        time = span(row, "time_h_p50", days(1.0))
        cells += [brief(time) if narrow else number(time.p50)] if medium else []
        cells += [number(days(records.real(row, "time_h_p90")))] if narrow else []
        table.add_row(*cells, *([rollout_answers.cost_text(row)] if wide else []))
    return table


def _mt(row: Row, column: str) -> str:
    return brief(span(row, column, 1e-6))


def targets_table(rows: Sequence[Row], horizon: int, *, width: int) -> Table:
    """Make the table of official targets.

    Parameters
    ----------
    rows
        Rows of rollout_targets.
    horizon
        Last year of the roll-out.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        With what is modelled for the year of each, and the year in which it is passed.
    """
    columns = [("Target", "l"), *([("Said by", "l")] if width >= WIDE else []), ("For", "r"), ("Amount", "r")]
    columns += [("Flow\nthen", "r"), ("Likely", "r")] if width >= MEDIUM else []
    table = empty_table([*columns, ("Passed", "l")], width)
    for row in rows:
        year = records.real(row, "year")
        cells: list[str | Text] = [Text(records.text(row, "name"))]
        cells += [Text(records.text(row, "who"))] if width >= WIDE else []
        cells += [f"{year:.0f}" if math.isfinite(year) else "", rollout_answers.target_text(row)]
        likely = percent(records.real(row, "likely"))
        cells += [brief(rollout_answers.modelled(row)), likely] if width >= MEDIUM else []
        table.add_row(*cells, year_text(rollout_answers.passed_in(row), horizon))
    return table


def stages_table(rows: Sequence[Row], *, width: int) -> Table:
    """Make the table of the stages of the crossing.

    Parameters
    ----------
    rows
        Rows of rollout_stages.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        What each stage alone would let through, in million tonnes a year, by year; `*` where it limits.
    """
    there = sorted({int(records.real(r, "year")) for r in rows})
    years = [year for year in there if year in _STAGE_YEARS] or there[:: max(len(there) // 4, 1)]
    table = empty_table([("Stage", "l"), *((str(year), "r") for year in years)], width)
    by = {(records.text(r, "stage"), int(records.real(r, "year"))): r for r in rows}
    for stage in dict.fromkeys(records.text(r, "stage") for r in rows):
        cells = [stage_cell(by.get((stage, year), {})) for year in years]
        table.add_row(stage[:1].upper() + stage[1:], *cells)
    return table


def stage_cell(row: Row) -> str:
    """Write what a stage lets through.

    Parameters
    ----------
    row
        A row of rollout_stages: `capacity_t` and `binding`.

    Returns
    -------
    str
        Million tonnes a year, with a star where the stage limits the crossing.

    Examples
    --------
    >>> stage_cell({"capacity_t": 9e6, "binding": 0.8}), stage_cell({"capacity_t": 9e6, "binding": 0.0})
    ('9.0 *', '9.0')
    """
    value = _mt(row, "capacity_t")
    return f"{value} *" if records.real(row, "binding") >= rollout_answers.BINDS else value


def openings_table(rows: Sequence[Row], *, width: int) -> Table:
    """Make the table of openings.

    Parameters
    ----------
    rows
        Rows of rollout_openings.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        Announced and expected years.
    """
    table = empty_table([("Project", "l"), ("Announced", "r"), ("Opens", "r")], width)
    for row in rows:
        announced = records.real(row, "announced_year")
        said = f"{announced:.0f}" if math.isfinite(announced) else ""
        table.add_row(Text(records.text(row, "name")), said, year_text(rollout_answers.opening(row), _FAR))
    return table


def opened(rows: Sequence[Row]) -> list[Row]:
    """Choose the projects that open, by year.

    Parameters
    ----------
    rows
        Rows of rollout_openings; those that are not funded have no year.

    Returns
    -------
    list of Row
        The soonest first.

    Examples
    --------
    >>> opened([{"name": "A", "opening_year": None}, {"name": "B", "opening_year": 2030}])
    [{'name': 'B', 'opening_year': 2030}]
    """
    known = [r for r in rows if math.isfinite(records.real(r, "opening_year"))]
    return sorted(known, key=lambda r: records.real(r, "opening_year"))


def print_rollout(record: Mapping[str, object]) -> None:
    """Print a roll-out.

    Parameters
    ----------
    record
        As `caspia.study.rollout_frames.RolloutAnswer.record`: `passed` (`year`, `low`, `high`, `share_never`), and
        the tables `years`, `targets`, `stages` and `openings`, as frames or rows.
    """
    screen = open_console()
    width = screen.width
    years, targets = table_rows(record, "years"), table_rows(record, "targets")
    stages, openings = rollout_answers.working(table_rows(record, "stages")), opened(table_rows(record, "openings"))
    passed = record.get("passed")
    say(screen, rollout_answers.rollout_answer(years, passed if isinstance(passed, Mapping) else {}, targets))
    if years:
        screen.print(Text("Capacity and flow of the corridor, million tonnes a year", style="bold"))
        screen.print(years_table(years, width=width))
        for said in filter(None, (rollout_answers.times_answer(years), rollout_answers.sea_answer(years))):
            screen.print(Text(f"{said}.", style="dim"))
    if targets:
        head(screen, "Official targets, and when they are passed")
        screen.print(targets_table(targets, rollout_answers.last_year(years), width=width))
    if stages:
        head(screen, rollout_answers.stages_answer(stages))
        screen.print(stages_table(stages, width=width))
        screen.print(Text("Million tonnes a year of each stage alone; * it limits the crossing.", style="dim"))
    late = rollout_answers.openings_answer(openings)
    if openings:
        head(screen, late or "Openings")
        screen.print(openings_table(openings[:_LATEST], width=width))
        if len(openings) > _LATEST:
            screen.print(Text(f"and {len(openings) - _LATEST} others; --json lists all", style="dim"))
    say_next(screen, "caspia rollout --plan plan.json")
