"""What `caspia plan` prints: what the money buys, works in order, what is left out and why, and other budgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from caspia.units import PRICE_YEAR
from caspia.view import finance_answers, plan_answers, records
from caspia.view.flow_ranges import figures
from caspia.view.formats import listed, number, plural
from caspia.view.plan_words import as_row, gap_text, kind, measure, names_of, ratio_text, span
from caspia.view.records import Row
from caspia.view.screen import NARROW, empty_table, head, open_console, rows_of, say, say_next

_UNFUNDED = 12
MEDIUM = 80
"""Width in characters below which headings break into more lines."""
WIDE = 120
"""Width in characters from which on states and sources of money are shown."""
_PAYS, _USD = "pays_", "_usd"


class PlanAnswer(Protocol):
    """What `caspia.study.plan_answer.PlanAnswer` tells: a plan as tables."""

    @property
    def summary(self) -> Mapping[str, object]:
        """The plan in a few numbers."""

    @property
    def portfolio(self) -> pd.DataFrame:
        """What is funded, in order."""

    @property
    def unfunded(self) -> pd.DataFrame:
        """What is not, and why."""

    @property
    def coming(self) -> pd.DataFrame:
        """What opens anyway."""

    @property
    def averse(self) -> Mapping[str, object] | None:
        """The risk-averse plan."""

    @property
    def budgets(self) -> pd.DataFrame | None:
        """Plans for other budgets."""


def funded_table(rows: Sequence[Row], unit: str, *, width: int) -> Table:
    """Make the table of what is funded.

    Parameters
    ----------
    rows
        Rows of the portfolio, in order.
    unit
        Unit of their value.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        Cost in million dollars; value in the unit of the aim.
    """
    how = measure(unit)
    columns = [("Start", "r"), ("Opens", "r"), ("Project", "l")]
    columns += [("Kind", "l")] if width >= NARROW else []
    columns += [("States", "l"), ("Paid by", "l")] if width >= WIDE else []
    heads = [stacked("Cost", "million USD", width), stacked(how.title, how.unit, width), _per(unit)]
    table = empty_table([*columns, *((heading, "r") for heading in heads)], width)
    for row in rows:
        cells: list[str | Text] = [
            f"{records.real(row, 'start_year'):.0f}",
            f"{records.real(row, 'opening_year'):.0f}",
            Text(records.text(row, "name")),
        ]
        cells += [kind(records.text(row, "kind")).name] if width >= NARROW else []
        cells += [" ".join(records.items(row, "countries")), listed(payers(row))] if width >= WIDE else []
        cells += [number(span(row, "cost_usd", 1e-6).p50), *_worth(row, unit)]
        table.add_row(*cells)
    return table


def stacked(title: str, unit: str, width: int) -> str:
    """Write a heading with its unit below, in more lines where the terminal is narrow.

    Parameters
    ----------
    title, unit
        What the column holds.
    width
        Width of the terminal in characters.

    Returns
    -------
    str
        Lines.

    Examples
    --------
    >>> stacked("Cost", "million USD", 60).splitlines()
    ['Cost,', 'million', 'USD']
    """
    return f"{title},\n{unit if width >= MEDIUM else unit.replace(' ', chr(10))}"


def _per(unit: str) -> str:
    return {"USD": "For a\ndollar", "t": "t for\n1000 USD"}.get(unit, "For a\nbillion")


def _worth(row: Row, unit: str) -> list[str]:
    how = measure(unit)
    return [figures(span(row, "benefit_usd", how.factor)), _each(row, unit)]


def _each(row: Row, unit: str) -> str:
    return ratio_text(span(row, "benefit_per_usd", measure(unit).per_factor))


def payers(row: Row) -> list[str]:
    """Name the sources of money that pay for a project, the greatest first.

    Parameters
    ----------
    row
        A row of the portfolio, with `pays_SOURCE_usd`.

    Returns
    -------
    list of str
        Sources that pay more than nothing.

    Examples
    --------
    >>> payers({"pays_yen_usd": 2e6, "pays_private_usd": 5e6, "pays_national_usd": 0.0})
    ['private', 'yen']
    """
    paid = {
        name.removeprefix(_PAYS).removesuffix(_USD): records.real(row, name)
        for name in row
        if name.startswith(_PAYS) and name.endswith(_USD)
    }
    return sorted((name for name, much in paid.items() if much > 0), key=lambda name: -paid[name])


def unfunded_table(rows: Sequence[Row], unit: str, names: Mapping[str, str], *, width: int) -> Table:
    """Make the table of what is left out.

    Parameters
    ----------
    rows
        Rows of what is not funded.
    unit
        Unit of their value.
    names
        Names of projects by id.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        What each costs, what it would bring for a dollar, and why it is not funded.
    """
    cost_head = stacked("Cost", "million USD", width)
    table = empty_table([("Project", "l"), (cost_head, "r"), (_per(unit), "r"), ("Why not", "l")], width)
    for row in rows:
        cost = number(records.real(row, "cost_usd") / 1e6)
        why = spoken(records.text(row, "reason"), names)
        table.add_row(Text(records.text(row, "name")), cost, _each(row, unit), Text(why))
    return table


def spoken(reason: str, names: Mapping[str, str]) -> str:
    """Put names of projects in the place of their ids.

    Parameters
    ----------
    reason
        Words in which ids may stand.
    names
        Names by id.

    Returns
    -------
    str
        The same with names.

    Examples
    --------
    >>> spoken("excluded by prj-a, prj-b", {"prj-a": "Port A"})
    'excluded by Port A, prj-b'
    """
    words = reason.split(" ")
    return " ".join(
        names.get(word.rstrip(",;."), word.rstrip(",;.")) + word[len(word.rstrip(",;.")) :] for word in words
    )


def budgets_table(rows: Sequence[Row], unit: str, *, width: int) -> Table:
    """Make the table of other budgets.

    Parameters
    ----------
    rows
        Plans by budget.
    unit
        Unit of their value.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        Budgets in billion dollars, with what the next dollar brings.
    """
    how = measure(unit)
    heads = [stacked("Budget", "billion USD", width), "Spent", "Projects", stacked(how.title, how.unit, width)]
    heads += ["Gap to\nbound", f"{_per(unit)}\nmore"]
    table = empty_table([(heading, "r") for heading in heads], width)
    for row in rows:
        table.add_row(
            number(records.real(row, "budget_usd") / 1e9),
            number(records.real(row, "spent_usd") / 1e9),
            f"{records.real(row, 'projects'):.0f}",
            figures(span(row, "value", how.factor)),
            gap_text(records.real(row, "gap")),
            number(records.real(row, "marginal_value_per_usd") * how.per_factor),
        )
    return table


def coming_lines(rows: Sequence[Row]) -> list[str]:
    """Say what opens whatever is planned, a line a year.

    Parameters
    ----------
    rows
        `name` and `opening_year`.

    Returns
    -------
    list of str
        As `2027: Port A and Line B`.

    Examples
    --------
    >>> coming_lines([{"name": "A", "opening_year": 2027}, {"name": "B", "opening_year": 2027}])
    ['2027: A; B']
    """
    by_year: dict[int, list[str]] = {}
    for row in rows:
        by_year.setdefault(int(records.real(row, "opening_year")), []).append(records.text(row, "name"))
    return [f"{year}: {'; '.join(names)}" for year, names in sorted(by_year.items())]


def print_plan(answer: PlanAnswer, finance: Mapping[str, object] | None = None) -> None:
    """Print a plan: what the money buys, works in order, what is left out, what opens anyway, other budgets.

    Parameters
    ----------
    answer
        A plan as tables.
    finance
        As `caspia.study.finance_frames.finance_record`, where it was asked for.
    """
    screen, summary = open_console(), as_row(answer.summary)
    width, unit = screen.width, records.text(summary, "unit")
    funded, rest = rows_of(answer.portfolio), rows_of(answer.unfunded)
    say(screen, plan_answers.plan_answer(summary, funded, rest))
    if funded:
        screen.print(funded_table(funded, unit, width=width))
        note = f"USD of {PRICE_YEAR}; {measure(unit).title.lower()} of a project is what it adds to all the others."
        screen.print(Text(note, style="dim"))
    careful = plan_answers.averse_answer(summary, as_row(answer.averse), names_of(funded, rest))
    if funded and careful:
        head(screen, "Against bad luck")
        screen.print(Text(careful))
    if funded and finance:
        head(screen, "Finance")
        row = finance_answers.flat(finance)
        said = (finance_answers.finance_answer(row), finance_answers.grant_answer(row))
        screen.print(Text(" ".join(filter(None, said))))
    if rest:
        names = names_of(funded, rest)
        _print_unfunded(screen, rest if funded else sorted(rest, key=_cost), (unit, names))
    if len(answer.coming):
        head(screen, "Opens anyway, paid for already")
        for line in coming_lines(rows_of(answer.coming)):
            screen.print(Text(line))
    budgets = rows_of(answer.budgets) if answer.budgets is not None else []
    if budgets:
        head(screen, plan_answers.sweep_answer(budgets, unit))
        screen.print(budgets_table(budgets, unit, width=width))
    _print_next(screen, funded, rest)


def _cost(row: Row) -> float:
    return records.real(row, "cost_usd")


def _print_unfunded(screen: Console, rows: Sequence[Row], said: tuple[str, Mapping[str, str]]) -> None:
    unit, names = said
    head(screen, f"Not funded: {plural(len(rows), 'project')}")
    screen.print(unfunded_table(rows[:_UNFUNDED], unit, names, width=screen.width))
    if len(rows) > _UNFUNDED:
        screen.print(Text(f"and {plural(len(rows) - _UNFUNDED, 'other')}; --json lists all", style="dim"))


def _print_next(screen: Console, funded: Sequence[Row], rest: Sequence[Row]) -> None:
    if funded:
        screen.print()
        screen.print(Text("Keep the plan: the same command with --json > plan.json", style="dim"))
        say_next(screen, "caspia finance plan.json")
        return
    costs = [_cost(r) for r in rest if _cost(r) > 0]
    more = max(min(costs, default=1e9) * 2, 1e6)
    say_next(screen, f'caspia plan --budget "{more / 1e6:.0f} million USD"')
