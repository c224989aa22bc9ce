"""Tables of the chapter on plans and their finance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from caspia.view import finance_answers, plan_terminal, records
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


def amount(row: Row, column: str, factor: float = 1.0, *, signed: bool = False) -> Cell:
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

    Returns
    -------
    Cell
        As ``4.4 (3.6–5.1)``.
    """
    value = span(row, column, factor)
    return Cell(figures(value, signed=signed), raw(value.p50), raw(value.p10), raw(value.p90))


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
            amount(row, "cost_usd", 1e-6),
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
            amount(row, "cost_usd", 1e-6),
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
        Line((year_cell(r, "opening_year"), plain(records.text(r, "name")), plain(records.text(r, "corridor"))))
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


def finance_years(rows: Sequence[Row], price_year: str) -> Table:
    """Make the table of money by year.

    Parameters
    ----------
    rows
        Rows of plan_finance_years.
    price_year
        Year of the dollars.

    Returns
    -------
    Table
        Million dollars.
    """
    heads = (
        ("construction_usd", "Works"),
        ("drawn_usd", "Loans drawn"),
        ("revenue_usd", "Revenue"),
        ("operation_usd", "Operation"),
        ("debt_service_usd", "Debt service"),
        ("cash_usd", "To owners"),
        ("benefit_usd", "Benefit to all"),
    )
    columns = (Column("Year"), *(Column(title, "million USD") for _, title in heads), Column("Cover", "times"))
    lines = []
    for row in rows:
        cover = records.real(row, "dscr")
        cells = (
            year_cell(row, "year"),
            *(amount(row, name, 1e-6) for name, _ in heads),
            Cell(ratio_text(span(row, "dscr")) if math.isfinite(cover) else "", raw(cover)),
        )
        lines.append(Line(cells))
    return Table(
        "plan-money", f"Money of all projects together by year, USD of {price_year}", columns, tuple(lines)
    )


def returns(row: Row, price_year: str) -> Table:
    """Make the table of what the plan returns.

    Parameters
    ----------
    row
        Numbers of a finance in one row, as `caspia.view.finance_answers.flat`.
    price_year
        Year of the dollars.

    Returns
    -------
    Table
        One line a measure, with the case of bad exchange rates beside it.
    """
    columns = (
        Column("Measure", numeric=False),
        Column("Unit", numeric=False),
        ranged_column("Value"),
        Column("At bad exchange rates", hint="Loans in a currency that rises, tariffs in one that falls"),
    )
    asked = (
        ("Present value to owners", "million USD", "npv_usd", 1e-6),
        ("Rate of return to owners", "% a year", "irr", 100.0),
        ("Present value to all", "million USD", "economic_npv_usd", 1e-6),
        ("Rate of return to all", "% a year", "eirr", 100.0),
        ("Least cover of debt service", "times", "dscr_min", 1.0),
        ("Mean cover of debt service", "times", "dscr_mean", 1.0),
        ("Payback", "years", "payback_years", 1.0),
        ("Grant element of the loans, OECD", "%", "grant_oecd", 100.0),
        ("Grant element of the loans, IMF and World Bank", "%", "grant_imf", 100.0),
    )
    lines = tuple(
        Line((plain(words), plain(unit), amount(row, name, factor), _strained(row, name, factor)))
        for words, unit, name, factor in asked
        if math.isfinite(records.real(row, name))
    )
    return Table("plan-returns", f"What the plan returns, USD of {price_year}", columns, lines)


def _strained(row: Row, name: str, factor: float) -> Cell:
    key = f"exchange_{name}"
    return amount(row, key, factor) if math.isfinite(records.real(row, key)) else plain("")


def incidence(rows: Sequence[Row], names: Mapping[str, str], price_year: str) -> Table:
    """Make the table of who pays and who gains.

    Parameters
    ----------
    rows
        Rows of plan_incidence.
    names
        Names of states by code.
    price_year
        Year of the dollars.

    Returns
    -------
    Table
        The greatest net gain first.
    """
    heads = (
        ("cost_usd", "Pays"),
        ("given_usd", "Gives", "What is a gift in its loans"),
        ("received_usd", "Receives", "What is a gift in the loans to it"),
        ("revenue_usd", "Earns"),
        ("user_benefit_usd", "Users gain"),
    )
    columns = (
        Column("Who", numeric=False),
        *(Column(title, "million USD", hint="".join(hint)) for _, title, *hint in heads),
        ranged_column("Net", "million USD"),
    )
    lines = tuple(
        Line(
            (
                plain(finance_answers.party(row, names)),
                *(amount(row, name, 1e-6) for name, *_ in heads),
                amount(row, "net_usd", 1e-6, signed=True),
            )
        )
        for row in sorted(rows, key=lambda r: -records.real(r, "net_usd"))
    )
    return Table("plan-incidence", f"Who pays and who gains, present value, USD of {price_year}", columns, lines)
