"""Tables of the chapter on the roll-out: years, stages of the crossing, targets and openings."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from caspia.view import records, rollout_answers
from caspia.view.chapters import Cell, Column, Line, Table, figure, plain, raw
from caspia.view.flow_ranges import figures
from caspia.view.flow_words import published_id
from caspia.view.formats import days, percent
from caspia.view.plan_chapter_tables import amount, ranged_column, share, year_cell
from caspia.view.plan_words import year_text
from caspia.view.records import Range, Row


def years(rows: Sequence[Row], price_year: str) -> Table:
    """Make the table of a roll-out by year.

    Parameters
    ----------
    rows
        Rows of rollout_years.
    price_year
        Year of the dollars.

    Returns
    -------
    Table
        Capacity, flow, share, time and cost.
    """
    columns = [
        Column("Year"),
        Column("Announced", "Mt a year"),
        Column("Financed", "Mt a year"),
        ranged_column("Working", "Mt a year"),
        ranged_column("Actual flow", "Mt a year"),
        ranged_column("Share", "% over land"),
        ranged_column("Half arrive within", "days"),
        ranged_column("Nine in ten within", "days"),
    ]
    priced = any(math.isfinite(records.real(r, "cost_usd_per_teu")) for r in rows)
    columns += [ranged_column("A box pays", "USD/TEU")] if priced else []
    lines = []
    for row in rows:
        cells = (
            year_cell(row, "year"),
            *(amount(row, name, 1e-6) for name in ("announced_capacity_t", "financed_capacity_t")),
            *(amount(row, name, 1e-6) for name in ("capacity_t", "flow_t")),
            share(row, "share"),
            *(amount(row, name, days(1.0)) for name in ("time_h_p50", "time_h_p90")),
            *([amount(row, "cost_usd_per_teu")] if priced else []),
        )
        lines.append(Line(cells))
    caption = f"Capacity, flow, time and cost by year, USD of {price_year}"
    return Table("rollout-years-table", caption, tuple(columns), tuple(lines))


def stages(rows: Sequence[Row]) -> Table:
    """Make the table of the stages of the crossing.

    Parameters
    ----------
    rows
        Rows of rollout_stages.

    Returns
    -------
    Table
        A line a year and stage.
    """
    columns = (
        Column("Year"),
        Column("Counts", numeric=False, hint="What is announced, what is financed, or what works"),
        Column("Stage", numeric=False),
        ranged_column("Alone lets through", "Mt a year"),
        Column("Limits", "% of capacity", hint="Share of the capacity of the crossing that this stage limits"),
    )
    lines = []
    for row in rows:
        limits = records.real(row, "binding")
        cells = (
            year_cell(row, "year"),
            plain(records.text(row, "line")),
            plain(records.text(row, "stage")),
            amount(row, "capacity_t", 1e-6),
            Cell(percent(limits), raw(100.0 * limits)),
        )
        lines.append(Line(cells))
    return Table("rollout-stages-table", "Stages of the crossing by year", columns, tuple(lines))


def targets(rows: Sequence[Row], horizon: int, keys: Mapping[str, str]) -> Table:
    """Make the table of official targets.

    Parameters
    ----------
    rows
        Rows of rollout_targets.
    horizon
        Last year of the roll-out.
    keys
        Evidence keys by `caspia.view.flow_words.published_id`.

    Returns
    -------
    Table
        With what is modelled for the year of each, and the year in which it is passed.
    """
    columns = (
        Column("Target", numeric=False),
        Column("For"),
        Column("Amount"),
        Column("Unit", numeric=False),
        ranged_column("Flow then"),
        Column("Likely", "% by then", hint="Share of the roll-outs that have it in that year"),
        ranged_column("Passed", hint="Year from which on it is kept"),
        Column("Said by", numeric=False),
    )
    lines = []
    for row in rows:
        quantity, likely = records.text(row, "quantity"), records.real(row, "likely")
        then, key = rollout_answers.modelled(row), keys.get(published_id(row), "")
        cells = (
            plain(records.text(row, "name")),
            year_cell(row, "year"),
            figure(records.real(row, "value") * rollout_answers.factor(quantity), key, "observed"),
            plain(rollout_answers.UNITS.get(quantity, quantity)),
            Cell(figures(then), raw(then.p50), raw(then.p10), raw(then.p90)),
            Cell(percent(likely), raw(100.0 * likely)),
            _passed(rollout_answers.passed_in(row), horizon),
            plain(records.text(row, "who")),
        )
        lines.append(Line(cells))
    return Table("rollout-targets-table", "Official targets, and when they are passed", columns, tuple(lines))


def openings(rows: Sequence[Row]) -> Table:
    """Make the table of openings.

    Parameters
    ----------
    rows
        Rows of rollout_openings that open.

    Returns
    -------
    Table
        Announced and expected years, and what each adds to the crossing.
    """
    columns = (
        Column("Project", numeric=False),
        Column("Announced"),
        ranged_column("Opens"),
        Column("Adds to", numeric=False, hint="The stage of the crossing that it adds to most"),
        Column("Adds", "Mt a year", hint="To that stage alone"),
    )
    lines = []
    for row in rows:
        value = rollout_answers.opening(row)
        cells = (
            plain(records.text(row, "name")),
            year_cell(row, "announced_year"),
            _passed(value, 9999),
            plain(records.text(row, "stage")),
            amount(row, "stage_gain_t", 1e-6),
        )
        lines.append(Line(cells))
    return Table("rollout-openings-table", "When projects open", columns, tuple(lines))


def _passed(value: Range, horizon: int) -> Cell:
    return Cell(year_text(value, horizon), raw(value.p50), raw(value.p10), raw(value.p90))
