"""What the commands print: the answer above, a table no wider than the terminal, the next command below.

Colour only on a terminal; the builders return tables of rich, the ``print_`` functions print them.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from caspia.errors import Problem
from caspia.units import PRICE_YEAR
from caspia.view import answers, records
from caspia.view.bars import bars, unrouted
from caspia.view.formats import interval, number, percent, plural, whole
from caspia.view.modes import MODE_NAMES, OPERATIONS
from caspia.view.records import Consignment, ResultLike, Route
from caspia.view.screen import NARROW, empty_table, open_console, rows_of, say, say_next
from caspia.view.worlds import world_line


class Asked(Protocol):
    """What `caspia.study.Request` tells about a question."""

    @property
    def commodity(self) -> str:
        """Commodity by id or name."""

    @property
    def avoid(self) -> tuple[str, ...]:
        """What is avoided."""

    @property
    def month(self) -> int | None:
        """Month of departure."""


def routes_table(routes: Sequence[Route], *, width: int) -> Table:
    """Make the table of routes of one consignment.

    Parameters
    ----------
    routes
        Routes in the order shown.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        Time in days, cost in USD per unit, emissions in kg; P10-P90 in brackets.
    """
    wide = width >= NARROW
    unit = routes[0].cost_unit if routes else "USD"
    columns = [("Corridor", "l"), ("Days", "r"), (unit, "r")]
    if wide:
        columns += [("kg CO₂e", "r"), ("km", "r"), ("Borders", "r"), ("Assumed", "r")]
    columns.append(("Way", "l"))
    table = empty_table(columns, width)
    for route in routes:
        name = Text(f"{route.look.glyph} {route.label}{' *' if route.best else ''}", style=route.look.colour)
        cells: list[Text | str] = [
            name,
            answers.interval_text(route.time_days),
            answers.interval_text(route.cost_usd),
        ]
        if wide:
            cells += [
                number(route.co2e_kg.p50),
                number(route.length_km),
                str(route.border_crossings),
                percent(route.assumed_share),
            ]
        table.add_row(*cells, Text(route.via))
    return table


def legs_table(legs: pd.DataFrame, *, width: int) -> Table:
    """Make the table of legs of one route.

    Parameters
    ----------
    legs
        Rows of the legs table.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        One line a leg: km, h, USD and kg.
    """
    wide = width >= NARROW
    columns = [("Leg", "r"), ("Operation", "l"), ("From", "l"), ("To", "l"), ("km", "r"), ("h", "r"), ("USD", "r")]
    if wide:
        columns[2:2] = [("Mode", "l")]
        columns.append(("kg CO₂e", "r"))
    table = empty_table(columns, width)
    for row in rows_of(legs):
        operation, mode = records.text(row, "operation"), records.text(row, "mode")
        start, end = records.text(row, "from_name"), records.text(row, "to_name")
        cells = [records.text(row, "leg"), OPERATIONS.get(operation, operation)]
        cells += [MODE_NAMES.get(mode, mode)] if wide else []
        cells += [start, "" if end == start else end]
        names = ("length_km", "time_h", "cost_usd", "co2e_kg") if wide else ("length_km", "time_h", "cost_usd")
        cells += [number(v) if v else "" for v in (records.real(row, name) for name in names)]
        table.add_row(*(Text(cell) for cell in cells))
    return table


def validation_table(validation: pd.DataFrame, *, width: int) -> Table:
    """Make the table of observations.

    Parameters
    ----------
    validation
        The validation table.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        Observed and modelled values with intervals, and the misfit.
    """
    columns = [("Observation", "l"), ("Corridor", "l"), ("Unit", "l"), ("Observed", "r"), ("Modelled", "r")]
    table = empty_table([*columns, ("Misfit", "r")], width)
    for row in rows_of(validation):
        values = [records.real(row, f"modelled{end}") for end in ("", "_p10", "_p90")]
        seen = [records.real(row, f"observed{end}") for end in ("", "_low", "_high")]
        lost = not math.isfinite(values[0])
        table.add_row(
            Text(records.text(row, "name")),
            Text(records.text(row, "corridor")),
            records.text(row, "unit"),
            interval(seen[0], seen[1], seen[2]),
            "no route" if lost else interval(values[0], values[1], values[2]),
            percent(records.real(row, "misfit"), signed=True),
        )
    return table


def summary_table(totals: pd.DataFrame, *, width: int) -> Table:
    """Make the table of median misfits.

    Parameters
    ----------
    totals
        As `caspia.study.summary` gives them.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        One line a kind and corridor.
    """
    columns = [("Kind", "l"), ("Corridor", "l"), ("Compared", "r"), ("Median error", "r"), ("Median misfit", "r")]
    table = empty_table([*columns, ("Within 25 %", "r"), ("In P10–P90", "r")], width)
    for row in rows_of(totals):
        table.add_row(
            records.text(row, "kind"),
            records.text(row, "corridor"),
            records.text(row, "compared"),
            percent(records.real(row, "median_absolute_error")),
            percent(records.real(row, "median_misfit"), signed=True),
            percent(records.real(row, "within_25_percent")),
            percent(records.real(row, "within_p10_p90")),
        )
    return table


def places_table(places: pd.DataFrame, *, width: int) -> Table:
    """Make a table of places.

    Parameters
    ----------
    places
        Rows of the table places, with ``id`` or ``place_id``.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        Code, name, country, kind, position in degrees, other names.
    """
    columns = [("Code", "l"), ("Name", "l"), ("Country", "l"), ("Kind", "l"), ("Lon", "r"), ("Lat", "r")]
    table = empty_table([*columns, ("Also", "l")] if width >= NARROW else columns, width)
    for row in rows_of(places):
        cells = [records.text(row, "id") or records.text(row, "place_id")]
        cells += [records.text(row, name) for name in ("name", "country", "kind")]
        cells += [f"{records.real(row, name):.2f}" for name in ("lon", "lat")]
        if width >= NARROW:
            cells.append(", ".join(records.items(row, "alt_names")))
        table.add_row(*(Text(cell) for cell in cells))
    return table


def why_table(facts: pd.DataFrame, *, width: int) -> Table:
    """Make the table of facts behind a key.

    Parameters
    ----------
    facts
        Facts joined with their sources; ``used`` tells which value counts.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        Value with interval, unit, method, and the source with address.
    """
    table = empty_table([("Fact", "l"), ("Value", "r"), ("Unit", "l"), ("Method", "l"), ("Source", "l")], width)
    for row in rows_of(facts):
        used = records.text(row, "used").lower() != "false"
        source = ", ".join(filter(None, (records.text(row, c) for c in ("title", "publisher", "date"))))
        detail = [source or records.text(row, "source_id"), records.text(row, "locator"), records.text(row, "url")]
        key = f"{records.text(row, 'subject')}.{records.text(row, 'attribute')}"
        table.add_row(
            Text(key if used else f"{key} (not used)"),
            interval(records.real(row, "value"), records.real(row, "low"), records.real(row, "high")),
            Text(records.text(row, "unit")),
            Text(records.text(row, "method")),
            Text("\n".join(filter(None, detail))),
            style="" if used else "dim",
        )
    return table


def check_table(problems: Sequence[Problem], *, width: int) -> Table:
    """Make the table of problems of a data folder.

    Parameters
    ----------
    problems
        What is wrong, where, what was got, what is allowed and how to repair.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        Errors in red, warnings in yellow on a colour terminal.
    """
    columns = [("", "l"), ("Where", "l"), ("What", "l"), ("Got", "l"), ("Allowed", "l"), ("Repair", "l")]
    table = empty_table(columns, width)
    for problem in problems:
        style = "red" if problem.severity == "error" else "yellow"
        cells = (problem.where, problem.what, problem.got, problem.allowed, problem.repair)
        table.add_row(Text(problem.severity, style=style), *(Text(cell) for cell in cells))
    return table


def print_routes(
    frame: pd.DataFrame,
    legs: Sequence[pd.DataFrame],
    ends: tuple[str, str],
    request: Asked,
    barred: pd.DataFrame | None = None,
) -> None:
    """Print the answer to one question.

    Parameters
    ----------
    frame
        The routes table, at least one row.
    legs
        The legs tables of the routes to show; none for the routes alone.
    ends
        Names of origin and destination.
    request
        What was asked.
    barred
        Of `caspia.study.barred_frame`: what rules leave no route by.
    """
    console = open_console()
    routes = records.sorted_routes([records.route(row) for row in rows_of(frame)])
    unit = routes[0].cost_unit.partition("/")[2]
    goods = request.commodity
    commodity = goods.replace("-", " ").replace("_", " ")
    ends_of = {"origin_id": "", "origin": ends[0], "destination_id": "", "destination": ends[1]}
    question = Consignment(
        **ends_of,
        id="",
        name="",
        commodity_id=goods,
        commodity=commodity,
        unit=unit,
        avoid=tuple(request.avoid),
        month=request.month,
        answered=True,
        reason="",
    )
    say(console, answers.consignment_answer(question, routes, {}))
    console.print(routes_table(routes, width=console.width))
    note = f"Median (P10–P90); USD of {PRICE_YEAR}. * least generalised cost. {answers.choice_answer(routes)}"
    console.print(Text(note, style="dim"))
    for bar in bars([] if barred is None else rows_of(barred)):
        console.print(Text(f"{bar.look.glyph} {bar.text}", style="dim"))
    labels = {route.id: route.label for route in routes}
    for table in legs:
        route_id = str(table["route_id"].iloc[0]) if len(table) else ""
        console.print()
        console.print(Text(f"{labels.get(route_id, route_id)}: expected values", style="bold"))
        console.print(legs_table(table, width=console.width))
    keys = [key for table in legs for row in rows_of(table) for key in records.items(row, "facts")]
    asked = f"caspia route {shlex.quote(ends[0])} {shlex.quote(ends[1])}"
    avoid = "" if request.avoid else " --avoid RU"
    say_next(console, f"caspia why {keys[0]}" if keys else f"{asked}{avoid} --legs")


def print_validation(table: pd.DataFrame, totals: pd.DataFrame, world: Mapping[str, object] | None = None) -> None:
    """Print how the model stands against observations.

    Parameters
    ----------
    table
        The validation table.
    totals
        Its summary by kind and corridor.
    world
        The scenario that it is of, as a manifest says it.
    """
    console = open_console()
    _say_world(console, world or {})
    say(console, answers.validation_answer(rows_of(table)))
    console.print(validation_table(table, width=console.width))
    for line in unrouted(rows_of(table)):
        console.print(Text(f"\n{line}", style="dim"))
    console.print()
    console.print(summary_table(totals, width=console.width))
    say_next(console, "caspia study")


def _say_world(console: Console, manifest: Mapping[str, object]) -> None:
    if line := world_line(manifest):
        console.print(Text(line))


def print_why(key: str, table: pd.DataFrame) -> None:
    """Print where a number came from.

    Parameters
    ----------
    key
        What was asked for.
    table
        Facts joined with their sources.
    """
    console = open_console()
    sources = table["source_id"].nunique() if "source_id" in table else 0
    assumed = int((table["method"] == "assumed").sum()) if "method" in table else 0
    say(
        console, f"{key} rests on {plural(len(table), 'fact')} from {plural(sources, 'source')}, {assumed} assumed."
    )
    console.print(why_table(table, width=console.width))
    say_next(console, "caspia check caspian")


def print_places(query: str, found: pd.DataFrame) -> None:
    """Print the places that a query found.

    Parameters
    ----------
    query
        What was asked for.
    found
        Rows of the table places.
    """
    console = open_console()
    say(console, f"{plural(len(found), 'place')} for {query!r}.")
    if len(found):
        console.print(places_table(found, width=console.width))
        first = records.text(rows_of(found)[0], "id") or "KZALA"
        say_next(console, f"caspia route {first} {'DEDUI' if first != 'DEDUI' else 'KZALA'}")


def print_check(folder: str, problems: Sequence[Problem], counted: Mapping[str, int]) -> None:
    """Print what is wrong with a data folder, or what it holds.

    Parameters
    ----------
    folder
        The folder.
    problems
        Errors and warnings.
    counted
        Objects by table and facts by method.
    """
    console = open_console()
    errors = sum(1 for problem in problems if problem.severity == "error")
    warnings = len(problems) - errors
    verdict = "can be used" if not errors else "cannot be used"
    say(console, f"{folder} {verdict}: {plural(errors, 'error')}, {plural(warnings, 'warning')}.")
    if problems:
        console.print(check_table(problems, width=console.width))
    if counted:
        table = empty_table([("Holds", "l"), ("Count", "r")], console.width)
        for what, count in counted.items():
            table.add_row(what.replace("_", " "), whole(count))
        console.print(table)
    say_next(console, f"caspia study --data {folder}" if not errors else f"caspia check {folder}")


def print_study(result: ResultLike, folder: Path) -> None:
    """Print the answers of a study and where they were written.

    Parameters
    ----------
    result
        The result of the study.
    folder
        Where the report lies.
    """
    console = open_console()
    _say_world(console, result.manifest)
    say(console, answers.headline(result))
    names = records.country_names(result)
    for question in records.consignments(result):
        sentence = answers.consignment_answer(question, records.routes(result, question.id), names)
        console.print(Text(f"– {sentence}"))
    console.print(Text(f"\n{answers.validation_answer(records.rows(result, 'validation'))}"))
    console.print(Text(f"Report: {folder / 'report.html'}; tables beside it: results.duckdb, results.xlsx"))
    say_next(console, "caspia validate")
