"""Tables of the chapters on plans, finance and roll-outs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from caspia.view import finance_answers, plan_terminal, records, rollout_answers
from caspia.view.chapters import Cell, Column, Line, Table, figure, plain, raw
from caspia.view.flow_ranges import figures, share_range
from caspia.view.formats import days, listed, percent
from caspia.view.plan_words import gap_text, kind, measure, rate_text, ratio_text, span, year_text
from caspia.view.records import Range, Row


def _ranged(title: str, unit: str = "", hint: str = "") -> Column:
    return Column(title, unit, ranged=True, hint=f"{hint}; value, P10–P90" if hint else "Value, P10–P90")


def _amount(row: Row, column: str, factor: float = 1.0, *, signed: bool = False) -> Cell:
    value = span(row, column, factor)
    return Cell(figures(value, signed=signed), raw(value.p50), raw(value.p10), raw(value.p90))


def _year(row: Row, column: str) -> Cell:
    value = records.real(row, column)
    return Cell(raw(value), raw(value), kind="")


def _opening(row: Row) -> Cell:
    value = span(row, "opening_year")
    return Cell(year_text(value, 9999), raw(value.p50), raw(value.p10), raw(value.p90))


def _rate(value: float) -> Cell:
    return Cell(rate_text(value), raw(100.0 * value))


def _share(row: Row, column: str) -> Cell:
    value = span(row, column, 100.0)
    return Cell(share_range(value.scaled(0.01)), raw(value.p50), raw(value.p10), raw(value.p90))


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
        Column("Start"),
        Column("Opens", hint="First year of use, with the mean delay of works of its class"),
        Column("Project", numeric=False),
        Column("Kind", numeric=False),
        Column("States", numeric=False),
        Column("Paid by", numeric=False),
        Column(
            "Cost", "million USD", hint="With the mean overrun of works of its class, less what is signed already"
        ),
        _ranged(how.title, how.unit, "What it adds to all the others"),
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
            _year(row, "start_year"),
            _opening(row),
            _amount(row, "cost_usd", 1e-6),
            _amount(row, "benefit_usd", how.factor),
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
        _ranged(how.title, how.unit, "What it would add"),
        Column(how.per_title, how.per_unit),
        Column("Why not", numeric=False),
    )
    lines = []
    for row in rows:
        each = span(row, "benefit_per_usd", how.per_factor)
        cells = (
            plain(records.text(row, "name")),
            plain(kind(records.text(row, "kind")).name),
            _amount(row, "cost_usd", 1e-6),
            _amount(row, "benefit_usd", how.factor),
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
        Line((_year(r, "opening_year"), plain(records.text(r, "name")), plain(records.text(r, "corridor"))))
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
        _ranged(how.title, how.unit),
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
            _amount(row, "value", how.factor),
            _amount(row, "bound", how.factor),
            Cell(gap_text(gap), raw(100.0 * gap)),
            _amount(row, "marginal_value_per_usd", how.per_factor),
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
            _year(row, "year"),
            *(_amount(row, name, 1e-6) for name, _ in heads),
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
        _ranged("Value"),
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
        Line((plain(words), plain(unit), _amount(row, name, factor), _strained(row, name, factor)))
        for words, unit, name, factor in asked
        if math.isfinite(records.real(row, name))
    )
    return Table("plan-returns", f"What the plan returns, USD of {price_year}", columns, lines)


def _strained(row: Row, name: str, factor: float) -> Cell:
    key = f"exchange_{name}"
    return _amount(row, key, factor) if math.isfinite(records.real(row, key)) else plain("")


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
        _ranged("Net", "million USD"),
    )
    lines = tuple(
        Line(
            (
                plain(finance_answers.party(row, names)),
                *(_amount(row, name, 1e-6) for name, *_ in heads),
                _amount(row, "net_usd", 1e-6, signed=True),
            )
        )
        for row in sorted(rows, key=lambda r: -records.real(r, "net_usd"))
    )
    return Table("plan-incidence", f"Who pays and who gains, present value, USD of {price_year}", columns, lines)


def rollout_years(rows: Sequence[Row], price_year: str) -> Table:
    """Make the table of a roll-out by year.

    Parameters
    ----------
    rows
        Rows of rollout_years.
    price_year
        Year of the dollars.

    Returns
    -------
    Table
        Capacity, flow, share, time and cost.
    """
    columns = [
        Column("Year"),
        Column("Announced", "Mt a year"),
        Column("Financed", "Mt a year"),
        _ranged("Working", "Mt a year"),
        _ranged("Actual flow", "Mt a year"),
        _ranged("Share", "% over land"),
        _ranged("Half arrive within", "days"),
        _ranged("Nine in ten within", "days"),
    ]
    priced = any(math.isfinite(records.real(r, "cost_usd_per_teu")) for r in rows)
    columns += [_ranged("A box pays", "USD/TEU")] if priced else []
    lines = []
    for row in rows:
        cells = (
            _year(row, "year"),
            *(_amount(row, name, 1e-6) for name in ("announced_capacity_t", "financed_capacity_t")),
            *(_amount(row, name, 1e-6) for name in ("capacity_t", "flow_t")),
            _share(row, "share"),
            *(_amount(row, name, days(1.0)) for name in ("time_h_p50", "time_h_p90")),
            *([_amount(row, "cost_usd_per_teu")] if priced else []),
        )
        lines.append(Line(cells))
    caption = f"Capacity, flow, time and cost by year, USD of {price_year}"
    return Table("rollout-years-table", caption, tuple(columns), tuple(lines))


def rollout_stages(rows: Sequence[Row]) -> Table:
    """Make the table of the stages of the crossing.

    Parameters
    ----------
    rows
        Rows of rollout_stages.

    Returns
    -------
    Table
        A line a year and stage.
    """
    columns = (
        Column("Year"),
        Column("Counts", numeric=False, hint="What is announced, what is financed, or what works"),
        Column("Stage", numeric=False),
        _ranged("Alone lets through", "Mt a year"),
        Column("Limits", "% of capacity", hint="Share of the capacity of the crossing that this stage limits"),
    )
    lines = []
    for row in rows:
        share = records.real(row, "binding")
        cells = (
            _year(row, "year"),
            plain(records.text(row, "line")),
            plain(records.text(row, "stage")),
            _amount(row, "capacity_t", 1e-6),
            Cell(percent(share), raw(100.0 * share)),
        )
        lines.append(Line(cells))
    return Table("rollout-stages-table", "Stages of the crossing by year", columns, tuple(lines))


def rollout_targets(rows: Sequence[Row], horizon: int) -> Table:
    """Make the table of official targets.

    Parameters
    ----------
    rows
        Rows of rollout_targets.
    horizon
        Last year of the roll-out.

    Returns
    -------
    Table
        With what is modelled for the year of each, and the year in which it is passed.
    """
    columns = (
        Column("Target", numeric=False),
        Column("For"),
        Column("Amount"),
        Column("Unit", numeric=False),
        _ranged("Flow then"),
        Column("Likely", "% by then", hint="Share of the roll-outs that have it in that year"),
        _ranged("Passed", hint="Year from which on it is kept"),
        Column("Said by", numeric=False),
    )
    lines = []
    for row in rows:
        quantity, likely = records.text(row, "quantity"), records.real(row, "likely")
        then = rollout_answers.modelled(row)
        cells = (
            plain(records.text(row, "name")),
            _year(row, "by_year"),
            figure(records.real(row, "amount") * rollout_answers.factor(quantity), kind="observed"),
            plain(rollout_answers.UNITS.get(quantity, quantity)),
            Cell(figures(then), raw(then.p50), raw(then.p10), raw(then.p90)),
            Cell(percent(likely), raw(100.0 * likely)),
            _passed(rollout_answers.passed_in(row), horizon),
            plain(records.text(row, "who")),
        )
        lines.append(Line(cells))
    return Table("rollout-targets-table", "Official targets, and when they are passed", columns, tuple(lines))


def rollout_openings(rows: Sequence[Row]) -> Table:
    """Make the table of openings.

    Parameters
    ----------
    rows
        Rows of rollout_openings that open.

    Returns
    -------
    Table
        Announced and expected years, and what each adds to the crossing.
    """
    columns = (
        Column("Project", numeric=False),
        Column("Announced"),
        _ranged("Opens"),
        Column("Adds to", numeric=False, hint="The stage of the crossing that it adds to most"),
        Column("Adds", "Mt a year", hint="To that stage alone"),
    )
    lines = []
    for row in rows:
        value = rollout_answers.opening(row)
        cells = (
            plain(records.text(row, "name")),
            _year(row, "announced_year"),
            _passed(value, 9999),
            plain(records.text(row, "stage")),
            _amount(row, "stage_gain_t", 1e-6),
        )
        lines.append(Line(cells))
    return Table("rollout-openings-table", "When projects open", columns, tuple(lines))


def _passed(value: Range, horizon: int) -> Cell:
    return Cell(year_text(value, horizon), raw(value.p50), raw(value.p10), raw(value.p90))
