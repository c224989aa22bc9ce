"""Tables of the chapters on flows; every observed number knows its source."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from caspia.view import flow_ranges, flow_words, records, theme
from caspia.view.chapters import Cell, Column, Line, Table, figure, plain, ranged, raw
from caspia.view.flow_answers import ALL, between
from caspia.view.flow_charts import segments_of
from caspia.view.flow_ranges import cell, share_cell
from caspia.view.flow_words import LEAST_USD, count_order, counted, factor_text, share_text, shift_words
from caspia.view.formats import percent
from caspia.view.records import Range, Row


def _share(value: float) -> Cell:
    return Cell(share_text(value), raw(100 * value))


def _ranged(title: str, unit: str = "", hint: str = "") -> Column:
    """Column of numbers with intervals."""
    return Column(title, unit, ranged=True, hint=f"{hint}; value, P10–P90" if hint else "Value, P10–P90")


def _full(row: Row) -> Cell:
    ratio = flow_ranges.span(row, "ratio")
    per_cent = ratio.scaled(100.0)
    return Cell(flow_ranges.fullness_range(ratio), raw(per_cent.p50), raw(per_cent.p10), raw(per_cent.p90))


def _modelled(row: Row) -> Cell:
    value = flow_ranges.span(row, "modelled")
    return ranged(Range(counted(value.p10), counted(value.p50), counted(value.p90)).scaled(1e-3), "")


def _thousands(unit: str) -> str:
    """Name a thousand of a unit of a count, in a narrow column."""
    name = unit.partition("/")[0]
    return {"t": "kt"}.get(name, f"1000 {name}")


def _whole(row: Row, column: str) -> Cell:
    value = records.real(row, column)
    return Cell(raw(value), raw(value), kind="")


def _year(row: Row) -> Cell:
    year = records.real(row, "year")
    return Cell(raw(year), raw(year), kind="")


def corridors(rows: Sequence[Row], price_year: str, *, split: bool) -> Table:
    """Make the table of corridors, of the whole or of every market.

    Parameters
    ----------
    rows
        Rows of flow_corridors of one scenario.
    price_year
        Year of the dollars.
    split
        Whether by market segment.

    Returns
    -------
    Table
        Tonnes, boxes and value with their shares.
    """
    columns = [
        Column("Corridor", numeric=False),
        *([Column("Market", numeric=False)] if split else []),
        _ranged("Tonnes", "Mt a year"),
        _ranged("Share", "% of tonnes"),
        _ranged("Boxes", "thousand TEU a year"),
        _ranged("Share", "% of TEU"),
        _ranged("Value", "billion USD a year"),
        _ranged("Share", "% of value"),
    ]
    lines: list[Line] = []
    for segment in segments_of(rows, "flow_t"):
        if (segment != ALL) != split:
            continue
        own = [r for r in rows if records.text(r, "segment") == segment and records.real(r, "flow_t") > 0]
        for row in sorted(own, key=lambda r: theme.order(records.text(r, "corridor"))):
            cells = (
                plain(records.text(row, "corridor")),
                *([plain(segment)] if split else []),
                cell(row, "flow_t", 1e-6),
                share_cell(row, "share"),
                cell(row, "flow_teu", 1e-3),
                share_cell(row, "share_teu"),
                cell(row, "value_usd", 1e-9),
                share_cell(row, "share_value"),
            )
            lines.append(Line(cells, theme.corridor(records.text(row, "corridor"))))
    name = "flow-segments" if split else "flow-corridors"
    caption = f"Flows by corridor{' and market' if split else ''}, USD of {price_year}"
    return Table(name, caption, tuple(columns), tuple(lines))


def bottlenecks(rows: Sequence[Row], price_year: str) -> Table:
    """Make the table of bottlenecks.

    Parameters
    ----------
    rows
        Rows of flow_bottlenecks of one scenario.
    price_year
        Year of the dollars.

    Returns
    -------
    Table
        The fullest first.
    """
    columns = (
        Column("Capacity", numeric=False),
        Column("Kind", numeric=False),
        Column("Unit", numeric=False),
        _ranged("Flow"),
        Column("Capacity"),
        _ranged("Full", "of capacity"),
        _ranged("Queue", "h"),
        _ranged("A unit more", "USD a year", "What one unit of capacity more is worth to all users together"),
        _ranged("A tonne more", "USD a year"),
    )
    lines: list[Line] = []
    for row in sorted(rows, key=lambda r: -records.real(r, "ratio")):
        cells = (
            plain(records.text(row, "name")),
            plain(records.text(row, "kind")),
            plain(records.text(row, "unit")),
            cell(row, "flow"),
            figure(records.real(row, "capacity")),
            _full(row),
            cell(row, "delay_h"),
            cell(row, "shadow_value_usd"),
            cell(row, "shadow_value_usd_per_t"),
        )
        lines.append(Line(cells))
    caption = f"Capacities nearest to their limit, and what more of them is worth, USD of {price_year}"
    return Table("flow-bottlenecks-table", caption, columns, tuple(lines))


def countries(rows: Sequence[Row], price_year: str, scenario: str = "", most: int = 0) -> Table:
    """Make the table of transit through states, or of its change under a scenario.

    Parameters
    ----------
    rows
        Rows of flow_countries of one scenario.
    price_year
        Year of the dollars.
    scenario
        Id of the scenario whose change is shown; empty for none.
    most
        Number of states; 0 for all.

    Returns
    -------
    Table
        The greatest revenue, or the greatest gain, first.
    """
    columns = [
        Column("State", numeric=False),
        _ranged("Transit", "Mt a year"),
        _ranged("Transit", "thousand TEU a year"),
        _ranged("Revenue", "million USD a year", "Carriage, handling and borders charged to transit"),
        *([_ranged("Change", "million USD a year", "Interval of the difference")] if scenario else []),
    ]
    order = "change_revenue_usd" if scenario else "transit_revenue_usd"
    lines: list[Line] = []
    for row in sorted(rows, key=lambda r: -records.real(r, order)):
        revenue, change = records.real(row, "transit_revenue_usd"), records.real(row, "change_revenue_usd")
        if abs(change if scenario else revenue) < LEAST_USD or 0 < most <= len(lines):
            continue
        cells = (
            plain(records.text(row, "name") or records.text(row, "country")),
            cell(row, "transit_t", 1e-6),
            cell(row, "transit_teu", 1e-3),
            cell(row, "transit_revenue_usd", 1e-6),
            *([cell(row, "change_revenue_usd", 1e-6, signed=True)] if scenario else []),
        )
        lines.append(Line(cells))
    name = f"flow-countries-{scenario}" if scenario else "flow-countries-first" if most else "flow-countries"
    against = f" under {scenario}, before and after" if scenario else ""
    caption = f"Transit and its revenue by state{against}, USD of {price_year}"
    return Table(name, caption, tuple(columns), tuple(lines))


def moved(rows: Sequence[Row], scenario: str, shifts: Sequence[Row] = ()) -> Table:
    """Make the table of what moves under a scenario.

    Parameters
    ----------
    rows
        Rows of flow_moved of the scenario.
    scenario
        Its id.
    shifts
        Rows of flow_shifts of the scenario, which know the intervals of the sums.

    Returns
    -------
    Table
        From corridor to corridor, with the goods and market that move most.
    """
    columns = (
        Column("Moved", numeric=False),
        _ranged("Tonnes", "Mt a year"),
        Column("Most of it", numeric=False),
        Column("Market", numeric=False),
        Column("Share", "% of what moved"),
    )
    lines: list[Line] = []
    sums = flow_ranges.by_ends(shifts)
    for start, end, total in between(rows):
        own = [
            r for r in rows if records.text(r, "from_corridor") == start and records.text(r, "to_corridor") == end
        ]
        top = max(own, key=lambda r: records.real(r, "moved_t"))
        cells = (
            plain(shift_words(start, end)),
            cell({"moved_t": total, **sums.get((start, end), {})}, "moved_t", 1e-6),
            plain(records.text(top, "commodity_id").replace("-", " ")),
            plain(records.text(top, "segment")),
            _share(records.real(top, "moved_t") / total),
        )
        lines.append(Line(cells, theme.corridor(end if end != "none" else start)))
    return Table(f"flow-moved-{scenario}", f"What moves under {scenario}", columns, tuple(lines))


def counts(rows: Sequence[Row], keys: Mapping[str, str]) -> Table:
    """Make the table of counts.

    Parameters
    ----------
    rows
        Rows of flow_counts.
    keys
        Evidence keys by `caspia.view.evidence.published_id`.

    Returns
    -------
    Table
        Observed (solid) beside modelled (outlined), by kind, in thousands so that all columns fit a small window.
    """
    columns = (
        Column("Count", numeric=False),
        Column("Kind", numeric=False),
        Column("Role", numeric=False),
        Column("Year"),
        Column("Unit", numeric=False, hint="A year"),
        Column("Observed", ranged=True, hint="Value, low–high"),
        _ranged("Modelled"),
        Column("Factor", hint="The greater over the lesser"),
        Column("GEH", hint="In thousands of units a year; below 5 is close"),
    )
    lines: list[Line] = []
    for row in sorted(rows, key=count_order):
        factor = records.real(row, "factor")
        key = keys.get(flow_words.published_id(row), "")
        seen = Range(records.real(row, "low"), records.real(row, "observed"), records.real(row, "high"))
        cells = (
            plain(records.text(row, "name")),
            plain(records.text(row, "kind")),
            plain(records.text(row, "role")),
            _year(row),
            plain(_thousands(records.text(row, "unit"))),
            ranged(seen.scaled(1e-3), key, "observed"),
            _modelled(row),
            Cell(factor_text(factor), raw(factor) if math.isfinite(factor) else "", kind=""),
            figure(records.real(row, "geh"), kind=""),
        )
        lines.append(Line(cells))
    caption = "Observed and modelled traffic, thousand tonnes (kt) or thousand TEU a year"
    return Table("flow-counts-table", caption, columns, tuple(lines))


def reconciliation(rows: Sequence[Row], keys: Mapping[str, str]) -> Table:
    """Make the table of sums of demand beside published totals.

    Parameters
    ----------
    rows
        Rows of reconciliation.
    keys
        Evidence keys by `caspia.view.flow_words.published_id`.

    Returns
    -------
    Table
        In the order of the data.
    """
    columns = (
        Column("Total", numeric=False),
        Column("Year"),
        Column("Unit", numeric=False),
        Column("Published", ranged=True, hint="Value, low–high"),
        Column("Sum of the cells"),
        Column("Misfit", "%"),
        Column("Holds", numeric=False, hint="Within low and high"),
    )
    lines: list[Line] = []
    for row in rows:
        misfit = records.real(row, "misfit")
        key = keys.get(flow_words.published_id(row), "")
        seen = Range(records.real(row, "low"), records.real(row, "published"), records.real(row, "high"))
        cells = (
            plain(records.text(row, "name")),
            _year(row),
            plain(records.text(row, "unit")),
            ranged(seen, key, "observed"),
            figure(records.real(row, "modelled")),
            Cell(percent(misfit, signed=True), raw(misfit * 100), kind=""),
            plain("yes" if records.text(row, "holds").lower() in {"true", "1"} else "no"),
        )
        lines.append(Line(cells))
    return Table("flow-reconciliation", "Sums of demand and published totals", columns, tuple(lines))


def runs(rows: Sequence[Row]) -> Table:
    """Make the table of the equilibria behind a chapter.

    Parameters
    ----------
    rows
        Rows of flow_runs.

    Returns
    -------
    Table
        With the gap that certifies each, or why there is none.
    """
    columns = (
        Column("World", numeric=False),
        Column("Supposes", numeric=False),
        Column("Year"),
        Column("Set beside", numeric=False),
        _ranged("Demand", "Mt a year"),
        _ranged("No open way", "Mt a year"),
        Column("Relative gap"),
        Column("Draws", hint="Equilibria of draws of the facts behind the intervals"),
        Column("Failed", "draws", hint="Draws without an equilibrium, which are not in the intervals"),
        Column("Status", numeric=False),
    )
    lines: list[Line] = []
    for row in rows:
        gap = records.real(row, "relative_gap")
        status, reason = records.text(row, "status"), records.text(row, "reason")
        cells = (
            plain(records.text(row, "scenario")),
            plain(records.text(row, "title")),
            _year(row),
            plain(records.text(row, "against")),
            cell(row, "demand_t", 1e-6),
            cell(row, "unserved_t", 1e-6),
            Cell(f"{gap:.0e}" if math.isfinite(gap) else "", raw(gap), kind=""),
            *(_whole(row, name) for name in ("draws", "failed_draws")),
            plain(": ".join(filter(None, [status, reason, records.text(row, "interval_note")]))),
        )
        lines.append(Line(cells))
    return Table("flow-runs", "Equilibria behind these chapters", columns, tuple(lines))
