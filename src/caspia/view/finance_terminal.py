"""What `caspia finance` prints: whether the loans can be served, returns, projects, money by year, who pays."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd
from rich.table import Table
from rich.text import Text

from caspia.units import PRICE_YEAR
from caspia.view import finance_answers, records
from caspia.view.finance_answers import rate_range
from caspia.view.flow_ranges import figures
from caspia.view.formats import number, percent
from caspia.view.plan_terminal import MEDIUM, WIDE
from caspia.view.plan_words import rate_text, ratio_text, span
from caspia.view.records import Row
from caspia.view.screen import NARROW, empty_table, head, open_console, rows_of, say, say_next

_ALL_YEARS, _STEP = 12, 5
_PARTIES = 14


def returns_table(row: Row, *, width: int) -> Table:
    """Make the table of what the works return.

    Parameters
    ----------
    row
        Numbers of a finance in one row, as `caspia.view.finance_answers.flat`.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        With intervals, and the case of bad exchange rates beside it.
    """
    strained = math.isfinite(records.real(row, "exchange_npv_usd"))
    columns = [("Measure", "l"), ("Value", "r"), *([("Bad exchange\nrates", "r")] if strained else [])]
    table = empty_table(columns, width)
    lines = (
        ("Present value to owners, million USD", _millions(row, "npv_usd"), _millions(row, "exchange_npv_usd")),
        ("Rate of return to owners", rate_range(span(row, "irr")), rate_text(records.real(row, "exchange_irr"))),
        ("Present value to all, million USD", _millions(row, "economic_npv_usd"), ""),
        ("Rate of return to all", rate_range(span(row, "eirr")), ""),
        ("Least cover of debt service", _cover(row, "dscr_min"), _cover(row, "exchange_dscr_min")),
        ("Mean cover of debt service", _cover(row, "dscr_mean"), ""),
        ("Payback, years", _years(row), ""),
        ("Grant element, OECD", _share(row, "grant_oecd"), ""),
        ("Grant element, IMF and World Bank", _share(row, "grant_imf"), ""),
    )
    for words, value, bad in lines:
        table.add_row(words, value, *([bad] if strained else []))
    return table


def _millions(row: Row, column: str) -> str:
    return figures(span(row, column, 1e-6))


def _cover(row: Row, column: str) -> str:
    value = span(row, column)
    return ratio_text(value) if math.isfinite(value.p50) else "no debt"


def _years(row: Row) -> str:
    value = records.real(row, "payback_years")
    return number(value) if math.isfinite(value) else "never"


def _share(row: Row, column: str) -> str:
    value = records.real(row, column)
    return percent(value) if math.isfinite(value) else "no loan"


def projects_table(rows: Sequence[Row], *, width: int) -> Table:
    """Make the table of the finance of projects.

    Parameters
    ----------
    rows
        Rows of `caspia.study.finance_frames.projects_frame`.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        Million dollars and rates a year.
    """
    columns = [("Project", "l"), *([("Opens", "r")] if width >= MEDIUM else []), ("Cost", "r"), ("Lent", "r")]
    columns += [("Revenue\na year", "r")] if width >= NARROW else []
    columns += [("NPV", "r"), ("IRR", "r"), *([("EIRR", "r")] if width >= MEDIUM else []), ("Least\ncover", "r")]
    table = empty_table([*columns, *([("Worst\nyear", "r")] if width >= WIDE else [])], width)
    for row in rows:
        cells: list[str | Text] = [Text(records.text(row, "name"))]
        cells += [_year(row, "opening_year")] if width >= MEDIUM else []
        cells += [_millions(row, "cost_usd"), _millions(row, "loan_usd")]
        cells += [_millions(row, "revenue_usd")] if width >= NARROW else []
        cells += [_millions(row, "npv_usd"), rate_text(records.real(row, "irr"))]
        cells += [rate_text(records.real(row, "eirr"))] if width >= MEDIUM else []
        cells += [_cover(row, "dscr_min")]
        cells += [_year(row, "dscr_min_year")] if width >= WIDE else []
        table.add_row(*cells)
    return table


def _year(row: Row, column: str) -> str:
    value = records.real(row, column)
    return f"{value:.0f}" if math.isfinite(value) else ""


def some_years(rows: Sequence[Row]) -> list[Row]:
    """Choose years for a terminal: all of the first, then every fifth.

    Parameters
    ----------
    rows
        Rows by year.

    Returns
    -------
    list of Row
        In order.

    Examples
    --------
    >>> [r["year"] for r in some_years([{"year": y} for y in range(2026, 2052)])][-4:]
    [2037, 2040, 2045, 2050]
    """
    return [r for nth, r in enumerate(rows) if nth < _ALL_YEARS or int(records.real(r, "year")) % _STEP == 0]


def years_table(rows: Sequence[Row], *, width: int) -> Table:
    """Make the table of money by year.

    Parameters
    ----------
    rows
        Rows of `caspia.study.finance_frames.years_frame`.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        Million dollars.
    """
    columns = [("Year", "r"), ("Works", "r"), *([("Drawn", "r")] if width >= MEDIUM else []), ("Revenue", "r")]
    columns += [("Operation", "r")] if width >= MEDIUM else []
    columns += [("Debt\nservice", "r"), ("Cover", "r"), ("To owners", "r")]
    table = empty_table(columns, width)
    for row in some_years(rows):
        cells = [_year(row, "year"), _millions(row, "construction_usd")]
        cells += [_millions(row, "drawn_usd")] if width >= MEDIUM else []
        cells += [_millions(row, "revenue_usd")]
        cells += [_millions(row, "operation_usd")] if width >= MEDIUM else []
        cover = records.real(row, "dscr")
        cells += [_millions(row, "debt_service_usd"), number(cover) if math.isfinite(cover) else ""]
        table.add_row(*cells, _millions(row, "cash_usd"))
    return table


def loans_table(rows: Sequence[Row], *, width: int) -> Table:
    """Make the table of loans.

    Parameters
    ----------
    rows
        Rows of loans: `lender`, `currency`, `amount_usd`, `interest_pct`, `tenor_years`, `grace_years`,
        `grant_oecd_pct`; loans of one lender on one kind of terms are taken together.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        The greatest lender first.
    """
    columns = [("Lender", "l"), ("Currency", "l"), ("Million\nUSD", "r"), ("Interest,\n%", "r"), ("Years", "r")]
    columns += [("of grace", "r")] if width >= MEDIUM else []
    table = empty_table([*columns, ("Gift,\n%", "r")], width)
    for row in sorted(by_lender(rows), key=lambda r: -records.real(r, "amount_usd")):
        cells: list[str | Text] = [
            Text(records.text(row, "lender")),
            records.text(row, "currency"),
            _millions(row, "amount_usd"),
        ]
        cells += [number(records.real(row, name)) for name in ("interest_pct", "tenor_years")]
        cells += [number(records.real(row, "grace_years"))] if width >= MEDIUM else []
        table.add_row(*cells, number(records.real(row, "grant_oecd_pct")))
    return table


def by_lender(rows: Sequence[Row]) -> list[Row]:
    """Add up loans of one lender on the same terms.

    Parameters
    ----------
    rows
        Rows of loans.

    Returns
    -------
    list of Row
        One a lender and terms.
    """
    terms = ("lender", "currency", "interest_pct", "tenor_years", "grace_years", "grant_oecd_pct")
    sums: dict[tuple[str, ...], dict[str, object]] = {}
    for row in rows:
        key = tuple(records.text(row, name) for name in terms)
        lent = records.real(row, "amount_usd") + records.real(sums.get(key, {"amount_usd": 0.0}), "amount_usd")
        sums[key] = {**row, "amount_usd": lent}
    return list(sums.values())


def incidence_table(rows: Sequence[Row], *, width: int) -> Table:
    """Make the table of who pays and who gains.

    Parameters
    ----------
    rows
        Rows of `caspia.study.finance_frames.incidence_frame`.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        Present values in million dollars, the greatest by size first, ordered by net gain.
    """
    wide = width >= MEDIUM
    columns = [("Who", "l"), ("Pays", "r"), ("Earns", "r"), ("Users\ngain", "r")]
    table = empty_table([*columns, *([("Gifts", "r")] if wide else []), ("Net", "r")], width)
    chosen = sorted(rows, key=lambda r: -max(finance_answers.paid(r), finance_answers.gained(r)))[:_PARTIES]
    for row in sorted(chosen, key=lambda r: -records.real(r, "net_usd")):
        gift = records.real(row, "received_usd") - records.real(row, "given_usd")
        cells = [Text(finance_answers.party(row, {}))]
        cells += [Text(_millions(row, name)) for name in ("cost_usd", "revenue_usd", "user_benefit_usd")]
        cells += [Text(number(gift / 1e6))] if wide else []
        table.add_row(*cells, figures(span(row, "net_usd", 1e-6), signed=True))
    return table


def table_rows(record: Mapping[str, object], name: str) -> list[Row]:
    """Read a table of a record, which is a frame or a list of rows.

    Parameters
    ----------
    record
        An answer for machines.
    name
        Name of the table.

    Returns
    -------
    list of Row
        None where it is not there.
    """
    found = record.get(name)
    if isinstance(found, pd.DataFrame):
        return rows_of(found)
    return [dict(row) for row in found] if isinstance(found, list) else []


def print_finance(record: Mapping[str, object]) -> None:
    """Print the finance of a project or a plan.

    Parameters
    ----------
    record
        As `caspia.study.finance_answer.FinanceAnswer.record`: numbers, and the tables `years`, `projects`, `loans`
        and `incidence`.
    """
    screen = open_console()
    width, row = screen.width, finance_answers.flat(record)
    projects, years = table_rows(record, "projects"), table_rows(record, "years")
    name = records.text(projects[0], "name") if len(projects) == 1 else "The plan"
    say(screen, finance_answers.finance_answer(row, name))
    screen.print(returns_table(row, width=width))
    rates = [records.real(row, column) for column in ("discount_pct", "social_discount_pct")]
    if all(map(math.isfinite, rates)):
        own, social = map(number, rates)
        said = f"USD of {PRICE_YEAR}; owners discount at {own} % a year, all together at {social} %."
        screen.print(Text(said, style="dim"))
    for sentence in filter(None, (finance_answers.exchange_answer(row), finance_answers.grant_answer(row))):
        screen.print(Text(sentence))
    sections = (
        ("Projects, million USD", projects, projects_table),
        ("All together by year, million USD", years, years_table),
        ("Loans", table_rows(record, "loans"), loans_table),
        ("Who pays and who gains, present value, million USD", table_rows(record, "incidence"), incidence_table),
    )
    for title, rows, made in sections:
        if rows:
            head(screen, title)
            screen.print(made(rows, width=width))
    if len(some_years(years)) < len(years):
        screen.print(Text("After the first twelve, every fifth year; --json has all.", style="dim"))
    say_next(screen, "caspia rollout")
