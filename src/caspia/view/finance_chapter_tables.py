"""Tables of the finance of a plan: money by year, returns, projects, loans, and who pays and who gains."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from caspia.view import finance_answers, finance_terminal, records
from caspia.view.chapters import Cell, Column, Line, Table, figure, plain, raw
from caspia.view.plan_chapter_tables import amount, ranged_column, year_cell
from caspia.view.plan_words import rate_text, ratio_text, span
from caspia.view.records import Row


def years(rows: Sequence[Row], price_year: str) -> Table:
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


def projects(rows: Sequence[Row], price_year: str) -> Table:
    """Make the table of the finance of each project.

    Parameters
    ----------
    rows
        Rows of plan_finance_projects.
    price_year
        Year of the dollars.

    Returns
    -------
    Table
        One line a project.
    """
    heads = (
        ("cost_usd", "Cost", ""),
        ("loan_usd", "Lent", ""),
        ("revenue_usd", "Revenue", "Of the fifth year of use"),
        ("user_benefit_usd", "Users gain", "Of the fifth year of use"),
        ("npv_usd", "Worth to owners", "Present value"),
        ("economic_npv_usd", "Worth to all", "Present value"),
    )
    columns = (
        Column("Project", numeric=False),
        *(Column(title, "million USD", hint=hint) for _, title, hint in heads),
        Column("IRR", "% a year"),
        Column("EIRR", "% a year"),
        Column("Least cover", "times", hint="Cash over debt service in the worst year"),
        Column("In"),
    )
    lines = []
    for row in rows:
        cover = span(row, "dscr_min")
        cells = (
            plain(records.text(row, "name")),
            *(amount(row, name, 1e-6) for name, *_ in heads),
            _rate(records.real(row, "irr")),
            _rate(records.real(row, "eirr")),
            Cell(ratio_text(cover) if math.isfinite(cover.p50) else "no debt", raw(cover.p50)),
            year_cell(row, "dscr_min_year"),
        )
        lines.append(Line(cells))
    return Table("plan-finance", f"Finance of each project, USD of {price_year}", columns, tuple(lines))


def _rate(value: float) -> Cell:
    return Cell(rate_text(value), raw(100.0 * value))


def loans(rows: Sequence[Row], price_year: str) -> Table:
    """Make the table of loans.

    Parameters
    ----------
    rows
        Rows of plan_loans; those of one lender on one kind of terms are taken together.
    price_year
        Year of the dollars.

    Returns
    -------
    Table
        The greatest first.
    """
    columns = (
        Column("Lender", numeric=False),
        Column("Currency", numeric=False),
        Column("Lent", "million USD"),
        Column("Interest", "% a year"),
        Column("Tenor", "years"),
        Column("Grace", "years"),
        Column("Gift", "%", hint="Grant element by the method of the OECD"),
    )
    terms = ("interest_pct", "tenor_years", "grace_years", "grant_oecd_pct")
    lines = tuple(
        Line(
            (
                plain(records.text(row, "lender")),
                plain(records.text(row, "currency")),
                amount(row, "amount_usd", 1e-6),
                *(figure(records.real(row, name), kind="") for name in terms),
            )
        )
        for row in sorted(finance_terminal.by_lender(rows), key=lambda r: -records.real(r, "amount_usd"))
    )
    return Table("plan-loans", f"Loans, USD of {price_year}", columns, lines)
