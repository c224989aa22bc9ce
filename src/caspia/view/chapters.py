"""The chapters of the report: sentences, tables and names of charts, ready for the template.

Every number of a table is a `Cell`, which knows its evidence key and its kind: observed, modelled or assumed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from caspia.view import answers, records, theme
from caspia.view.bars import Bar, bars
from caspia.view.evidence import Evidence, Source
from caspia.view.formats import MISSING, interval, listed, number, percent, whole
from caspia.view.records import Consignment, Range, ResultLike, Route, Row


@dataclass(frozen=True)
class Cell:
    """One cell of a table: its text, the raw numbers behind it, and where they come from."""

    text: str
    value: str = ""
    low: str = ""
    high: str = ""
    key: str = ""
    kind: str = "modelled"
    ground: str = ""


@dataclass(frozen=True)
class Column:
    """Heading of a table: a title, a unit, and what sorting and export do with the column."""

    title: str
    unit: str = ""
    numeric: bool = True
    ranged: bool = False
    hint: str = ""


@dataclass(frozen=True)
class Line:
    """One row of a table with the corridor that colours its first cell."""

    cells: tuple[Cell, ...]
    look: theme.Corridor | None = None
    best: bool = False


@dataclass(frozen=True)
class Table:
    """A table that sorts and exports."""

    id: str
    caption: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Chapter:
    """One consignment: answer, pictures, table, computation and sources."""

    id: str
    question: Consignment
    answer: str
    choice: str
    charts: tuple[str, ...]
    table: Table | None
    routes: tuple[tuple[Route, str], ...]
    """Routes with their evidence keys."""
    sources: tuple[Source, ...]
    bars: tuple[Bar, ...] = ()
    """Corridors that rules bar."""


def raw(value: float) -> str:
    """Write a number for sorting and export.

    Parameters
    ----------
    value
        Any number.

    Returns
    -------
    str
        Six significant figures, empty if missing.

    Examples
    --------
    >>> raw(31.25), raw(float("nan"))
    ('31.25', '')
    """
    return f"{value:.6g}" if math.isfinite(value) else ""


def plain(text: str) -> Cell:
    """Return a cell of text.

    Parameters
    ----------
    text
        What it says.

    Returns
    -------
    Cell
        Without evidence.
    """
    return Cell(text, kind="")


def count(value: int) -> Cell:
    """Return a cell of a whole number that is counted, not modelled.

    Parameters
    ----------
    value
        Number of things.

    Returns
    -------
    Cell
        Without evidence.
    """
    return Cell(whole(value), f"{value}", kind="")


def figure(value: float, key: str = "", kind: str = "modelled") -> Cell:
    """Return a cell of one number.

    Parameters
    ----------
    value
        In the unit of its column.
    key
        Evidence key.
    kind
        observed, modelled or assumed; empty for a mere count.

    Returns
    -------
    Cell
        The number with two or three significant figures.
    """
    return Cell(number(value), raw(value), key=key, kind=kind)


def ranged(value: Range, key: str, kind: str = "modelled") -> Cell:
    """Return a cell of a number with its interval.

    Parameters
    ----------
    value
        P10, P50 and P90 in the unit of its column.
    key
        Evidence key.
    kind
        observed or modelled.

    Returns
    -------
    Cell
        As ``31 (24–43)``.
    """
    text = interval(value.p50, value.p10, value.p90)
    return Cell(text, raw(value.p50), raw(value.p10), raw(value.p90), key, kind)


def _count(value: int, key: str) -> Cell:
    return Cell(str(value), str(value), key=key)


def routes_table(question: Consignment, routes: Sequence[Route], keys: Mapping[str, str], price_year: str) -> Table:
    """Make the table of routes of one consignment.

    Parameters
    ----------
    question
        The consignment.
    routes
        Its routes, at least one.
    keys
        Evidence keys by route id.
    price_year
        Year of the dollars, named once in the caption.

    Returns
    -------
    Table
        One line a route; every number carries an evidence key.
    """
    unit = routes[0].cost_unit.partition("/")[2] or question.unit
    columns = (
        Column("Corridor", numeric=False),
        Column("Way", numeric=False),
        Column("Time", "days", ranged=True, hint="Median, P10–P90"),
        Column("Cost", f"USD/{unit}", ranged=True, hint="Median, P10–P90"),
        Column("Emissions", f"kg CO₂e/{unit}", ranged=True, hint="Well to wheel, median, P10–P90"),
        Column("Generalised cost", f"USD/{unit}", hint="Cost, insurance and the value of time"),
        Column("Length", "km"),
        Column("Borders", "crossings"),
        Column("Gauge changes", "number"),
        Column("Transfers", "number"),
        Column("Assumed", "share", hint="Share of money and time that rests on assumed facts"),
    )
    lines = []
    for r in routes:
        key = keys.get(r.id, "")
        share = Cell(percent(r.assumed_share), raw(r.assumed_share), key=f"{key}.assumed", kind="assumed")
        cells = (
            plain(r.label),
            plain(r.via),
            ranged(r.time_days, f"{key}.time"),
            ranged(r.cost_usd, f"{key}.cost"),
            ranged(r.co2e_kg, f"{key}.co2e"),
            figure(r.generalised_cost_usd, f"{key}.general"),
            figure(r.length_km, f"{key}.length"),
            _count(r.border_crossings, f"{key}.border"),
            _count(r.gauge_changes, f"{key}.gauge"),
            _count(r.transfers, f"{key}.transfer"),
            share,
        )
        lines.append(Line(cells, r.look, r.best))
    caption = f"Routes from {question.origin} to {question.destination}, USD of {price_year}"
    return Table(f"routes-{question.id}", caption, columns, tuple(lines))


def overview_table(
    questions: Sequence[Consignment],
    by_question: Mapping[str, Sequence[Route]],
    keys: Mapping[str, str],
    price_year: str,
) -> Table:
    """Make the table of all consignments, a column of days and one of dollars for each corridor.

    Parameters
    ----------
    questions
        All consignments.
    by_question
        Routes by consignment id.
    keys
        Evidence keys by route id.
    price_year
        Year of the dollars.

    Returns
    -------
    Table
        One line a consignment.
    """
    shown = [c for c in theme.CORRIDORS if any(r.look.name == c for rs in by_question.values() for r in rs)]
    columns = [Column("Consignment", numeric=False), Column("Best", numeric=False)]
    for name in shown:
        columns += [Column(name, "days"), Column(name, "USD")]
    lines = []
    for q in questions:
        routes = answers.leading(by_question[q.id])
        top = answers.best(routes)
        cells = [plain(q.name), plain(top.corridor if top else "no way")]
        for name in shown:
            r = next((r for r in routes if r.look.name == name), None)
            if r is None:
                cells += [plain(MISSING), plain(MISSING)]
            else:
                key = keys.get(r.id, "")
                cells += [figure(r.time_days.p50, f"{key}.time"), figure(r.cost_usd.p50, f"{key}.cost")]
        lines.append(Line(tuple(cells), top.look if top else None))
    caption = f"Median time and cost of the first route of each corridor, days and USD of {price_year} per unit"
    return Table("overview", caption, tuple(columns), tuple(lines))


def validation_table(rows: Sequence[Row], proof: Evidence) -> Table:
    """Make the table of observations.

    Parameters
    ----------
    rows
        Rows of the validation table.
    proof
        Evidence keys.

    Returns
    -------
    Table
        Observed (solid) beside modelled (outlined) and the misfit.
    """
    columns = (
        Column("Observation", numeric=False),
        Column("Corridor", numeric=False),
        Column("Year"),
        Column("Scope", numeric=False),
        Column("Unit", numeric=False),
        Column("Observed", ranged=True, hint="Value, low–high"),
        Column("Modelled", ranged=True, hint="Value, P10–P90"),
        Column("Misfit", "%"),
        Column("Counts"),
    )
    lines = []
    for row in rows:
        key = proof.observation_keys.get(records.text(row, "observation_id"), "")
        seen = Range(
            records.real(row, "observed_low"), records.real(row, "observed"), records.real(row, "observed_high")
        )
        said = Range(
            records.real(row, "modelled_p10"), records.real(row, "modelled"), records.real(row, "modelled_p90")
        )
        misfit = records.real(row, "misfit")
        year = records.real(row, "year")
        status = records.text(row, "status")
        cells = (
            plain(records.text(row, "name")),
            plain(records.text(row, "corridor")),
            Cell(raw(year), raw(year), kind=""),
            plain(records.text(row, "scope")),
            plain(records.text(row, "unit")),
            ranged(seen, key, "observed"),
            plain("no route") if status == "no route" else ranged(said, "", "modelled"),
            Cell(percent(misfit, signed=True), raw(misfit * 100), kind=""),
            plain(_counts(status, records.items(row, "barred_by"))),
        )
        lines.append(Line(cells, theme.corridor(records.text(row, "corridor"))))
    return Table("validation-table", "Observed and modelled", columns, tuple(lines))


def _counts(status: str, barred_by: Sequence[str]) -> str:
    if status == "compared":
        return "yes"
    why = "shares its source with an input" if status == "dependent" else ""
    why = f"barred by {listed(list(barred_by))}" if barred_by else why
    return f"no: {why}" if why else "no"


def assumptions_table(rows: Sequence[Row], catalogue: Mapping[str, Source]) -> Table:
    """Make the table of assumed facts.

    Parameters
    ----------
    rows
        Rows of the facts table.
    catalogue
        Sources by id.

    Returns
    -------
    Table
        Each assumption with its interval and its note.
    """
    columns = (
        Column("Fact", numeric=False),
        Column("Value", ranged=True, hint="Value, low–high"),
        Column("Unit", numeric=False),
        Column("Note", numeric=False),
        Column("Source", numeric=False),
    )
    lines = []
    for row in rows:
        if records.text(row, "method") == "assumed":
            value = Range(records.real(row, "low"), records.real(row, "value"), records.real(row, "high"))
            source = catalogue.get(records.text(row, "source_id"))
            cells = (
                plain(records.text(row, "key")),
                ranged(value, "", "assumed"),
                plain(records.text(row, "unit")),
                plain(records.text(row, "note")),
                plain(source.title if source else records.text(row, "source_id")),
            )
            lines.append(Line(cells))
    return Table("assumptions", "Assumed facts behind the results", columns, tuple(lines))


def chapter(
    result: ResultLike,
    question: Consignment,
    proof: Evidence,
    catalogue: Mapping[str, Source],
    names: Mapping[str, str],
) -> Chapter:
    """Make the chapter of one consignment.

    Parameters
    ----------
    result
        The result of a study.
    question
        The consignment.
    proof
        Evidence keys.
    catalogue
        Sources by id.
    names
        Names of countries by code.

    Returns
    -------
    Chapter
        Without charts where nothing can move.
    """
    routes = records.routes(result, question.id)
    price_year = str(result.manifest.get("price_year", ""))
    table = routes_table(question, routes, proof.route_keys, price_year) if routes else None
    asked = [r for r in records.rows(result, "barred") if records.text(r, "consignment_id") == question.id]
    barred = bars(asked)
    used = dict.fromkeys(s for r in routes for s in proof.route_sources.get(r.id, ()))
    used |= dict.fromkeys(reason.source_id for bar in barred for reason in bar.reasons)
    cited = sorted((catalogue[s] for s in used if s in catalogue), key=lambda s: s.title.lower())
    kinds = ("map", "cost-time", "times", "emissions") if routes else ()
    return Chapter(
        id=question.id,
        question=question,
        answer=answers.consignment_answer(question, routes, names),
        choice=answers.choice_answer(routes),
        charts=tuple(f"{kind}-{question.id}" for kind in kinds),
        table=table,
        routes=tuple((r, proof.route_keys.get(r.id, "")) for r in routes),
        sources=tuple(cited),
        bars=barred,
    )
