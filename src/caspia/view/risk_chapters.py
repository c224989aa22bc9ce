"""The chapter on risk (Q9): what closures, security risks and a falling sea do to time, cost and capacity."""

from __future__ import annotations

from collections.abc import Sequence

from caspia.units import PRICE_YEAR
from caspia.view import records, risk_charts, risk_map
from caspia.view.atlas import Atlas
from caspia.view.chapters import Cell, Column, Line, Table, plain, raw
from caspia.view.evidence import Source
from caspia.view.flow_chapters import FlowChapter, Part
from caspia.view.formats import number
from caspia.view.records import ResultLike, Row
from caspia.view.risk_words import (
    KINDS,
    closures_answer,
    groups_answer,
    metric,
    money,
    proof_text,
    risk_answer,
    row_scale,
    share_text,
    span_text,
)
from caspia.view.theme import Spec

RISK = "risk"
"""Id of the chapter."""
LABELS = (("caspian_t", "Trans-Caspian cargo with oil"), ("loss_region_usd", "Loss of users in the region"))
CURVES = ("caspian_t", "loss_region_usd", "kz_oil_t", "almaty_duisburg_h")
_EVEN = "pictures even"
_HOW = (
    "Each year that is drawn gives every doubted fact a value from its interval (PERT, tied within groups by a "
    "Gaussian copula) and makes events of its own: they arrive at the rate of the record, last as it says, and may "
    "still be under way from the year before. Closures of at most two weeks are waited out: they cost capacity and "
    "time. For those that last, cargo finds a new equilibrium, and the year is the mean of its states by time.",
    "A place is critical by what users in Central Asia and the South Caucasus lose while it is closed, after all "
    "have gone round, times the days a year that the record closes it. What an adversary would close is sought "
    "among the places whose own closure costs most: exact says that every set of that size was solved, so that "
    "nothing is assumed of what closing more does. A place that is harmless alone and dear beside another is not "
    "among them.",
    "Rates of rare events rest on a handful of cases and on judgement; their intervals are wide and are drawn "
    "with all else. Events do not cause each other here: a war that closes two places is two events. Losses of "
    "producers whose goods have no way left are told as tonnes, and at their value where places are ranked.",
)


_CIRCLES = "Circles are as large as the expected loss of a year; lines are the links that are critical themselves."
_ADVERSARY = "Each set is an equilibrium of its own, after all cargo has gone round."


def risk_charts_of(result: ResultLike, world: Atlas) -> dict[str, Spec]:
    """Draw all charts of the chapter on risk.

    Parameters
    ----------
    result
        The result of a study.
    world
        The projected world.

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
        picture = risk_map.critical_picture(places, world)
        if picture.spots:
            found["risk-map"] = risk_map.critical_map(picture, _places_title(places))
        found["risk-critical"] = risk_charts.critical(places, "A day of closure beside a year of the record")
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
        charts = tuple(name for name in ("risk-map", "risk-critical") if name in drawn)
        parts.append(Part(_places_title(places), charts, folded=folded, note=_CIRCLES))
    if closures:
        parts.append(Part(closures_answer(closures), tables=(closures_table(closures),), note=_ADVERSARY))
    if events:
        parts.append(Part("Events of the record", folded=(("Events", events_table(events)),)))
    cited = {records.text(row, "source_id") for row in events}
    sources = sorted((catalogue[key] for key in cited if key in catalogue), key=lambda item: item.title.lower())
    answer = risk_answer(metrics, places)
    return [FlowChapter(RISK, "Risk: closures, storms and the sea", answer, tuple(parts), _HOW, tuple(sources))]


def _weights_title(rows: Sequence[Row]) -> str:
    return groups_answer(rows, *LABELS[0]) or "What is not known, and what it matters"


def _places_title(rows: Sequence[Row]) -> str:
    name, loss = records.text(rows[0], "name"), records.real(rows[0], "expected_loss_usd")
    if not loss > 0:
        return "The record of events cuts none of the places looked at"
    return f"{name} is the most critical place: closures cost {money(loss)} in the mean year"


def _scaled(value: float, factor: float = 1.0) -> Cell:
    """A number as it is told, which sorts and exports as it is."""
    return Cell(number(factor * value), raw(factor * value))


def _millions(row: Row, column: str) -> Cell:
    return _scaled(records.real(row, column), 1e-6)


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
        Column("Unit", numeric=False),
        Column("Likely", hint="Without events, at the likely values"),
        Column("P5"),
        Column("P50"),
        Column("P95"),
        Column("±", hint="Standard error of P50"),
    )
    lines = []
    for row in rows:
        factor, word = row_scale(row)
        cells = (_scaled(records.real(row, column), factor) for column in columns)
        lines.append(Line((plain(records.text(row, "label")), plain(word), *cells)))
    return Table("risk-metrics", f"Years that were drawn, dollars of {PRICE_YEAR}", heads, tuple(lines))


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
        Column("Loss", "million USD a day", hint="Of users, and the value of goods that have no way left"),
        Column("No way left", "t a day"),
        Column("Expected loss", "million USD a year"),
    )
    lines = tuple(
        Line(
            (
                plain(records.text(row, "name")),
                plain(KINDS.get(records.text(row, "kind"), "")),
                _millions(row, "flow_t"),
                _scaled(records.real(row, "outage_days_per_year")),
                _millions(row, "loss_usd_per_day"),
                _scaled(records.real(row, "stuck_t_per_day")),
                _millions(row, "expected_loss_usd"),
            )
        )
        for row in rows
    )
    return Table("risk-critical-places", f"Places by expected loss, dollars of {PRICE_YEAR}", heads, lines)


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
        Column("Loss", "million USD a day"),
        Column("By chance", "million USD a day", hint="Mean of sets of that size among the same places"),
        Column("Bound", "million USD a day", hint="No set of that size among these places loses more"),
        Column("How sure", numeric=False),
    )
    lines = tuple(
        Line(
            (
                Cell(f"{records.real(row, 'budget'):.0f}", raw(records.real(row, "budget"))),
                plain(records.text(row, "places").replace(";", "; ")),
                *(_millions(row, f"{name}_usd_per_day") for name in ("loss", "mean", "bound")),
                plain(proof_text(row)),
            )
        )
        for row in rows
    )
    return Table("risk-closures", f"What an adversary would close, dollars of {PRICE_YEAR}", heads, lines)


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
