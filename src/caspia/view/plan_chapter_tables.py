"""Tables of the chapter on plans and their finance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from caspia.view import plan_terminal, records
from caspia.view.chapters import Cell, Column, Line, Table, figure, plain, raw
from caspia.view.flow_ranges import figures, share_range
from caspia.view.formats import listed
from caspia.view.plan_words import gap_text, kind, measure, ratio_text, span, year_text
from caspia.view.records import Row


def ranged_column(title: str, unit: str = "", hint: str = "") -> Column:
    """Make a column of numbers with intervals.

    Parameters
    ----------
    title, unit, hint
        Heading, unit, and what is said where one points at it.

    Returns
    -------
    Column
        Exports the ends of the intervals too.
    """
    return Column(title, unit, ranged=True, hint=f"{hint}; value, P10–P90" if hint else "Value, P10–P90")


def amount(row: Row, column: str, factor: float = 1.0, *, signed: bool = False, key: str = "") -> Cell:
    """Make a cell of a number with its interval.

    Parameters
    ----------
    row
        A row of a table.
    column
        Name of the column of the value.
    factor
        Size of its unit in that of the cell.
    signed
        Whether plus signs are written.
    key
        Evidence key.

    Returns
    -------
    Cell
        As ``4.4 (3.6–5.1)``.
    """
    value = span(row, column, factor)
    return Cell(figures(value, signed=signed), raw(value.p50), raw(value.p10), raw(value.p90), key=key)


def year_cell(row: Row, column: str) -> Cell:
    """Make a cell of a year.

    Parameters
    ----------
    row
        A row of a table.
    column
        Name of the column.

    Returns
    -------
    Cell
        Empty where there is none.
    """
    value = records.real(row, column)
    return Cell(raw(value), raw(value), kind="")


def share(row: Row, column: str) -> Cell:
    """Make a cell of a share with its interval.

    Parameters
    ----------
    row
        A row of a table.
    column
        Name of the column.

    Returns
    -------
    Cell
        In per cent.
    """
    value = span(row, column, 100.0)
    return Cell(share_range(value.scaled(0.01)), raw(value.p50), raw(value.p10), raw(value.p90))


def _opening(row: Row) -> Cell:
    value = span(row, "opening_year")
    return Cell(year_text(value, 9999), raw(value.p50), raw(value.p10), raw(value.p90))


def funded(rows: Sequence[Row], unit: str, price_year: str) -> Table:
    """Make the table of what is funded.

    Parameters
    ----------
    rows
        Rows of plan, in order.
    unit
        Unit of their value.
    price_year
        Year of the dollars.

    Returns
    -------
    Table
        One line a project.
    """
    how = measure(unit)
    columns = (
        Column("Project", numeric=False),
        Column("Start"),
        Column("Opens", hint="First year of use, with the mean delay of works of its class"),
        Column(
            "Cost", "million USD", hint="With the mean overrun of works of its class, less what is signed already"
        ),
        ranged_column(how.title, how.unit, "What it adds to all the others"),
        Column(how.per_title, how.per_unit),
        Column("Kind", numeric=False),
        Column("States", numeric=False),
        Column("Paid by", numeric=False),
    )
    lines = []
    for row in rows:
        each = span(row, "benefit_per_usd", how.per_factor)
        cells = (
            plain(records.text(row, "name")),
            year_cell(row, "start_year"),
            _opening(row),
            amount(row, "cost_usd", 1e-6, key=records.text(row, "proof")),
            amount(row, "benefit_usd", how.factor),
            Cell(ratio_text(each), raw(each.p50)),
            plain(kind(records.text(row, "kind")).name),
            plain(", ".join(records.items(row, "countries"))),
            plain(listed(plan_terminal.payers(row))),
        )
        lines.append(Line(cells))
    return Table("plan-funded", f"What is funded, in order, USD of {price_year}", columns, tuple(lines))


def unfunded(rows: Sequence[Row], unit: str, names: Mapping[str, str], price_year: str) -> Table:
    """Make the table of what is left out.

    Parameters
    ----------
    rows
        Rows of plan_unfunded.
    unit
        Unit of their value.
    names
        Names of projects by id.
    price_year
        Year of the dollars.

    Returns
    -------
    Table
        One line a project, with the reason.
    """
    how = measure(unit)
    columns = (
        Column("Project", numeric=False),
        Column("Kind", numeric=False),
        Column("Cost", "million USD"),
        ranged_column(how.title, how.unit, "What it would add"),
        Column(how.per_title, how.per_unit),
        Column("Why not", numeric=False),
    )
    lines = []
    for row in rows:
        each = span(row, "benefit_per_usd", how.per_factor)
        cells = (
            plain(records.text(row, "name")),
            plain(kind(records.text(row, "kind")).name),
            amount(row, "cost_usd", 1e-6, key=records.text(row, "proof")),
            amount(row, "benefit_usd", how.factor),
            Cell(ratio_text(each), raw(each.p50)),
            plain(plan_terminal.spoken(records.text(row, "reason"), names)),
        )
        lines.append(Line(cells))
    return Table("plan-unfunded", f"What is not funded, and why, USD of {price_year}", columns, tuple(lines))


def coming(rows: Sequence[Row]) -> Table:
    """Make the table of what opens anyway.

    Parameters
    ----------
    rows
        Rows of plan_coming.

    Returns
    -------
    Table
        By year.
    """
    columns = (Column("Opens"), Column("Project", numeric=False), Column("Corridor", numeric=False))
    lines = tuple(
        Line(
            (
                replace(year_cell(r, "opening_year"), key=records.text(r, "proof")),
                plain(records.text(r, "name")),
                plain(records.text(r, "corridor")),
            )
        )
        for r in rows
    )
    return Table("plan-coming", "Paid for already, and open whatever is planned", columns, lines)


def budgets(rows: Sequence[Row], unit: str, price_year: str) -> Table:
    """Make the table of other budgets.

    Parameters
    ----------
    rows
        Rows of plan_budgets.
    unit
        Unit of their value.
    price_year
        Year of the dollars.

    Returns
    -------
    Table
        One line a budget.
    """
    how = measure(unit)
    columns = (
        Column("Budget", "billion USD"),
        Column("Spent", "billion USD"),
        Column("Projects"),
        ranged_column(how.title, how.unit),
        Column("No plan brings more than", how.unit),
        Column("Gap", "%"),
        Column(f"{how.per_title} more", how.per_unit),
    )
    lines = []
    for row in rows:
        gap, count = records.real(row, "gap"), records.real(row, "projects")
        cells = (
            figure(records.real(row, "budget_usd") / 1e9, kind=""),
            figure(records.real(row, "spent_usd") / 1e9),
            Cell(raw(count), raw(count), kind=""),
            amount(row, "value", how.factor),
            amount(row, "bound", how.factor),
            Cell(gap_text(gap), raw(100.0 * gap)),
            amount(row, "marginal_value_per_usd", how.per_factor),
        )
        lines.append(Line(cells))
    return Table("plan-budgets", f"Plans for other budgets, USD of {price_year}", columns, tuple(lines))
