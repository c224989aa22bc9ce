"""The chapter on risk (Q9): what closures, security risks and a falling sea do to time, cost and capacity."""

from __future__ import annotations

from collections.abc import Sequence

from caspia.view import records, risk_charts
from caspia.view.chapters import Cell, Column, Line, Table, plain, raw
from caspia.view.evidence import Source
from caspia.view.flow_chapters import FlowChapter, Part
from caspia.view.records import ResultLike, Row
from caspia.view.risk_words import (
    KINDS,
    amount,
    closures_answer,
    dollars,
    groups_answer,
    metric,
    risk_answer,
    share_text,
    span_text,
)
from caspia.view.theme import Spec

RISK = "risk"
"""Id of the chapter."""
LABELS = (("caspian_t", "Trans-Caspian cargo"), ("loss_region_usd", "Loss of users in the region"))
CURVES = ("caspian_t", "loss_region_usd", "kz_oil_t", "almaty_duisburg_h")
_EVEN = "pictures even"
_HOW = (
    "Each year that is drawn gives every doubted fact a value from its interval (PERT, tied within groups by a "
    "Gaussian copula) and makes events of its own: they arrive at the rate of the record, last as it says, and may "
    "still be under way from the year before. Closures of at most two weeks are waited out: they cost capacity and "
    "time. For those that last, cargo finds a new equilibrium, and the year is the mean of its states by time.",
    "A place is critical by what users in Central Asia and the South Caucasus lose while it is closed, after all "
    "have gone round, times the days a year that the record closes it. What an adversary would close is searched "
    "among the places whose closure costs most, set by set.",
    "Rates of rare events rest on a handful of cases and on judgement; their intervals are wide and are drawn "
    "with all else. Events do not cause each other here: a war that closes two places is two events. Losses of "
    "producers whose goods have no way left are told as tonnes, and at their value where places are ranked.",
)


def risk_charts_of(result: ResultLike) -> dict[str, Spec]:
    """Draw all charts of the chapter on risk.

    Parameters
    ----------
    result
        The result of a study.

    Returns
    -------
    dict of str to Spec
        Charts by name; none where the result holds no risk.
    """
    metrics, curves = records.rows(result, "risk_metrics"), records.rows(result, "risk_exceedance")
    found: dict[str, Spec] = {}
    for name in CURVES:
        own, row = [r for r in curves if records.text(r, "name") == name], metric(metrics, name)
        if own and row:
            title = f"{records.text(row, 'label')}: {span_text(row)}"
            found[f"risk-exceedance-{name.replace('_', '-')}"] = risk_charts.exceedance(own, row, title)
    weights = records.rows(result, "risk_sensitivity")
    if any(records.real(row, "total") >= 0.01 for row in weights):
        found["risk-importance"] = risk_charts.importance(weights, LABELS, _weights_title(weights))
    places = records.rows(result, "risk_critical")
    if places:
        found["risk-critical"] = risk_charts.critical(places, _places_title(places))
    return found


def risk_chapters(result: ResultLike, catalogue: dict[str, Source], drawn: dict[str, Spec]) -> list[FlowChapter]:
    """Make the chapter on risk.

    Parameters
    ----------
    result
        The result of a study: tables `risk_metrics`, `risk_exceedance`, `risk_sensitivity`, `risk_critical`,
        `risk_interdiction` and `risk_events`; all but the first may be missing.
    catalogue
        Sources by id.
    drawn
        Charts by name.

    Returns
    -------
    list of FlowChapter
        None where the result holds no risk.
    """
    metrics = records.rows(result, "risk_metrics")
    if not metrics:
        return []
    places, closures, events = (
        records.rows(result, f"risk_{name}") for name in ("critical", "interdiction", "events")
    )
    curves = tuple(name for name in drawn if name.startswith("risk-exceedance-"))
    parts = [Part("", curves, _EVEN, tables=(metrics_table(metrics),))]
    if "risk-importance" in drawn:
        parts.append(Part("What matters most", ("risk-importance",)))
    if places:
        folded = (("Critical places", critical_table(places)),)
        charts = ("risk-critical",) if "risk-critical" in drawn else ()
        parts.append(Part("Critical places", charts, folded=folded))
    if closures:
        parts.append(Part(closures_answer(closures), tables=(closures_table(closures),)))
    if events:
        parts.append(Part("Events of the record", folded=(("Events", events_table(events)),)))
    cited = {records.text(row, "source_id") for row in events}
    sources = sorted((catalogue[key] for key in cited if key in catalogue), key=lambda item: item.title.lower())
    answer = risk_answer(metrics, places)
    return [FlowChapter(RISK, "Risk: closures, storms and the sea", answer, tuple(parts), _HOW, tuple(sources))]


def _weights_title(rows: Sequence[Row]) -> str:
    return groups_answer(rows, *LABELS[0]) or "What is not known, and what it matters"


def _places_title(rows: Sequence[Row]) -> str:
    return f"{records.text(rows[0], 'name')} is the most critical place by expected loss"


def _amount(row: Row, column: str, unit: str) -> Cell:
    value = records.real(row, column)
    return Cell(amount(value, unit), raw(value))


def _dollars(row: Row, column: str) -> Cell:
    value = records.real(row, column)
    return Cell(dollars(value), raw(value))


def metrics_table(rows: Sequence[Row]) -> Table:
    """Make the table of metrics.

    Parameters
    ----------
    rows
        Rows of risk_metrics.

    Returns
    -------
    Table
    """
    columns = ("likely", "p5", "p50", "p95", "se")
    heads = (
        Column("In a year", numeric=False),
        Column("Likely", hint="Without events, at the likely values"),
        Column("P5"),
        Column("P50"),
        Column("P95"),
        Column("±", hint="Standard error of P50"),
    )
    lines = tuple(
        Line(
            (
                plain(records.text(row, "label")),
                *(_amount(row, column, records.text(row, "unit")) for column in columns),
            )
        )
        for row in rows
    )
    return Table("risk-metrics", "Years that were drawn", heads, lines)


def critical_table(rows: Sequence[Row]) -> Table:
    """Make the table of critical places.

    Parameters
    ----------
    rows
        Rows of risk_critical.

    Returns
    -------
    Table
    """
    heads = (
        Column("Place", numeric=False),
        Column("Kind", numeric=False),
        Column("Passes", "Mt a year"),
        Column("Cut", "days a year", hint="By the record of events"),
        Column("Loss", "a day cut"),
        Column("No way left", "t a day"),
        Column("Expected", "a year"),
    )
    lines = tuple(
        Line(
            (
                plain(records.text(row, "name")),
                plain(KINDS.get(records.text(row, "kind"), "")),
                _amount(row, "flow_t", "tonnes"),
                Cell(
                    f"{records.real(row, 'outage_days_per_year'):.1f}",
                    raw(records.real(row, "outage_days_per_year")),
                ),
                _dollars(row, "loss_usd_per_day"),
                Cell(f"{records.real(row, 'stuck_t_per_day'):.0f}", raw(records.real(row, "stuck_t_per_day"))),
                _dollars(row, "expected_loss_usd"),
            )
        )
        for row in rows
    )
    return Table("risk-critical-places", "Places by expected loss", heads, lines)


def closures_table(rows: Sequence[Row]) -> Table:
    """Make the table of the worst closures.

    Parameters
    ----------
    rows
        Rows of risk_interdiction.

    Returns
    -------
    Table
    """
    heads = (
        Column("Closed"),
        Column("Which", numeric=False),
        Column("Loss", "a day"),
        Column("By chance", "a day", hint="Mean of sets of that size among the same places"),
        Column(
            "Bound", "a day", hint="No set of that size loses more; equal to the loss where the search was whole"
        ),
    )
    lines = tuple(
        Line(
            (
                Cell(f"{records.real(row, 'budget'):.0f}", raw(records.real(row, "budget"))),
                plain(records.text(row, "places").replace(";", ", ")),
                *(_dollars(row, f"{name}_usd_per_day") for name in ("loss", "mean", "bound")),
            )
        )
        for row in rows
    )
    return Table("risk-closures", "What an adversary would close", heads, lines)


def events_table(rows: Sequence[Row]) -> Table:
    """Make the table of events.

    Parameters
    ----------
    rows
        Rows of risk_events.

    Returns
    -------
    Table
    """
    heads = (
        Column("Event", numeric=False),
        Column("A year", ranged=True, hint="How often it begins; likely, low, high"),
        Column("Lasts", "days", ranged=True, hint="Likely, low, high"),
        Column("Under way", "of a year"),
        Column("Record", numeric=False),
    )
    lines = tuple(
        Line(
            (
                plain(records.text(row, "name")),
                _ranged(row, "events_per_year"),
                _ranged(row, "event_days"),
                Cell(share_text(records.real(row, "share_of_year")), raw(records.real(row, "share_of_year"))),
                plain(records.text(row, "note")),
            )
        )
        for row in rows
    )
    return Table("risk-events", "Kinds of events, how often and how long", heads, lines)


def _ranged(row: Row, name: str) -> Cell:
    middle, low, high = (records.real(row, column) for column in (name, f"{name}_low", f"{name}_high"))
    return Cell(f"{middle:g} ({low:g}–{high:g})", raw(middle), raw(low), raw(high))
