"""Tables of the chapters on flows; every observed number knows its source."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from caspia.view import flow_words, records, theme
from caspia.view.chapters import Cell, Column, Line, Table, figure, plain, ranged, raw
from caspia.view.flow_answers import ALL, between
from caspia.view.flow_charts import segments_of
from caspia.view.flow_words import LEAST_USD, count_order, counted, factor_text, fullness, share_text, shift_words
from caspia.view.formats import percent
from caspia.view.records import Range, Row


def _share(value: float) -> Cell:
    return Cell(share_text(value), raw(100 * value))


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
        Column("Tonnes", "Mt a year"),
        Column("Share", "% of tonnes"),
        Column("Boxes", "thousand TEU a year"),
        Column("Share", "% of TEU"),
        Column("Value", "billion USD a year"),
        Column("Share", "% of value"),
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
                figure(records.real(row, "flow_t") / 1e6),
                _share(records.real(row, "share")),
                figure(records.real(row, "flow_teu") / 1e3),
                _share(records.real(row, "share_teu")),
                figure(records.real(row, "value_usd") / 1e9),
                _share(records.real(row, "share_value")),
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
        Column("Flow"),
        Column("Capacity"),
        Column("Full", "of capacity"),
        Column("Queue", "h"),
        Column("A unit more", "USD a year", hint="What one unit of capacity more is worth to all users together"),
        Column("A tonne more", "USD a year"),
    )
    lines: list[Line] = []
    for row in sorted(rows, key=lambda r: -records.real(r, "ratio")):
        ratio = records.real(row, "ratio")
        cells = (
            plain(records.text(row, "name")),
            plain(records.text(row, "kind")),
            plain(records.text(row, "unit")),
            figure(records.real(row, "flow")),
            figure(records.real(row, "capacity")),
            Cell(fullness(ratio), raw(100 * ratio)),
            figure(records.real(row, "delay_h")),
            figure(records.real(row, "shadow_value_usd")),
            figure(records.real(row, "shadow_value_usd_per_t")),
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
        Column("Transit", "Mt a year"),
        Column("Transit", "thousand TEU a year"),
        *([Column("Revenue before", "million USD a year")] if scenario else []),
        Column("Revenue", "million USD a year", hint="Carriage, handling and borders charged to transit"),
        *([Column("Change", "million USD a year")] if scenario else []),
    ]
    order = "change_revenue_usd" if scenario else "transit_revenue_usd"
    lines: list[Line] = []
    for row in sorted(rows, key=lambda r: -records.real(r, order)):
        revenue, change = records.real(row, "transit_revenue_usd"), records.real(row, "change_revenue_usd")
        if abs(change if scenario else revenue) < LEAST_USD or 0 < most <= len(lines):
            continue
        cells = (
            plain(records.text(row, "name") or records.text(row, "country")),
            figure(records.real(row, "transit_t") / 1e6),
            figure(records.real(row, "transit_teu") / 1e3),
            *([figure((revenue - change) / 1e6)] if scenario else []),
            figure(revenue / 1e6),
            *([_signed(change / 1e6)] if scenario else []),
        )
        lines.append(Line(cells))
    name = f"flow-countries-{scenario}" if scenario else "flow-countries-first" if most else "flow-countries"
    against = f" under {scenario}, before and after" if scenario else ""
    caption = f"Transit and its revenue by state{against}, USD of {price_year}"
    return Table(name, caption, tuple(columns), tuple(lines))


def _signed(value: float) -> Cell:
    cell = figure(value)
    return Cell(f"+{cell.text}" if value > 0 else cell.text, cell.value)


def moved(rows: Sequence[Row], scenario: str) -> Table:
    """Make the table of what moves under a scenario.

    Parameters
    ----------
    rows
        Rows of flow_moved of the scenario.
    scenario
        Its id.

    Returns
    -------
    Table
        From corridor to corridor, with the goods and market that move most.
    """
    columns = (
        Column("Moved", numeric=False),
        Column("Tonnes", "Mt a year"),
        Column("Most of it", numeric=False),
        Column("Market", numeric=False),
        Column("Share", "% of what moved"),
    )
    lines: list[Line] = []
    for start, end, total in between(rows):
        own = [
            r for r in rows if records.text(r, "from_corridor") == start and records.text(r, "to_corridor") == end
        ]
        top = max(own, key=lambda r: records.real(r, "moved_t"))
        cells = (
            plain(shift_words(start, end)),
            figure(total / 1e6),
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
        Observed (solid) beside modelled (outlined), by kind.
    """
    columns = (
        Column("Kind", numeric=False),
        Column("Count", numeric=False),
        Column("Year"),
        Column("Unit", numeric=False),
        Column("Observed", ranged=True, hint="Value, low–high"),
        Column("Modelled"),
        Column("Factor", hint="The greater over the lesser"),
        Column("GEH", hint="In thousands of units a year; below 5 is close"),
        Column("Role", numeric=False),
    )
    lines: list[Line] = []
    for row in sorted(rows, key=count_order):
        factor = records.real(row, "factor")
        key = keys.get(flow_words.published_id(row), "")
        seen = Range(records.real(row, "low"), records.real(row, "observed"), records.real(row, "high"))
        cells = (
            plain(records.text(row, "kind")),
            plain(records.text(row, "name")),
            _year(row),
            plain(records.text(row, "unit")),
            ranged(seen, key, "observed"),
            figure(counted(records.real(row, "modelled"))),
            Cell(factor_text(factor), raw(factor) if math.isfinite(factor) else "", kind=""),
            figure(records.real(row, "geh"), kind=""),
            plain(records.text(row, "role")),
        )
        lines.append(Line(cells))
    return Table("flow-counts-table", "Observed and modelled traffic of a year", columns, tuple(lines))


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
        Column("Demand", "Mt a year"),
        Column("No open way", "Mt a year"),
        Column("Relative gap"),
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
            figure(records.real(row, "demand_t") / 1e6),
            figure(records.real(row, "unserved_t") / 1e6),
            Cell(f"{gap:.0e}" if math.isfinite(gap) else "", raw(gap), kind=""),
            plain(f"{status}: {reason}" if reason else status),
        )
        lines.append(Line(cells))
    return Table("flow-runs", "Equilibria behind these chapters", columns, tuple(lines))
