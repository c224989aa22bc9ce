"""The sentences of plans: what a budget buys, what the next billion brings, what a careful planner would change."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from caspia.view import records
from caspia.view.flow_words import dollars
from caspia.view.formats import listed, number, plural
from caspia.view.plan_words import amount_text, gap_text, measure, value_text, years_text
from caspia.view.records import Row

_NAMED = 3


def plan_answer(summary: Row, funded: Sequence[Row], unfunded: Sequence[Row]) -> str:
    """Answer what a budget buys.

    Parameters
    ----------
    summary
        The plan in a few numbers, as `caspia.study.plan_frames.summary`.
    funded, unfunded
        Rows of the portfolio, and of what is left out.

    Returns
    -------
    str
        With value, interval, value for a dollar and the gap to the bound; says so where nothing is funded.
    """
    budget, years = dollars(records.real(summary, "budget_usd")), years_text(summary)
    when = f" in {years}" if years else ""
    if not funded:
        return f"{budget}{when} fund nothing: {_why_nothing(summary, unfunded)}."
    spent = dollars(records.real(summary, "spent_usd"))
    scale = budget.partition(" ")[2]
    spent = spent.removesuffix(f" {scale}") if spent.endswith(scale) else spent
    among = f" of {len(funded) + len(unfunded)}" if unfunded else ""
    first = f"{spent} of {budget} fund {plural(len(funded), 'project')}{among}{when}"
    discount = records.real(summary, "discount_pct")
    discounted = f", discounted at {number(discount)} % a year" if math.isfinite(discount) else ""
    each = _each(summary)
    bound = f"; {_bound(summary)}" if math.isfinite(records.real(summary, "bound")) else ""
    return f"{first}: {value_text(summary)}{discounted}{each}{bound}."


def _each(summary: Row) -> str:
    spent, value = records.real(summary, "spent_usd"), records.real(summary, "value")
    unit = records.text(summary, "unit")
    if not spent > 0:
        return ""
    if unit == "USD":
        return f", {number(value / spent)} dollars for each dollar spent"
    if unit == "t":
        return f", {number(1e3 * value / spent)} t for each thousand dollars spent"
    return ""


def _bound(summary: Row) -> str:
    unit, bound = records.text(summary, "unit"), records.real(summary, "bound")
    gap = gap_text(records.real(summary, "gap"))
    return f"no plan brings more than {amount_text(bound, unit)} (gap {gap})"


def _why_nothing(summary: Row, unfunded: Sequence[Row]) -> str:
    priced = [r for r in unfunded if records.real(r, "cost_usd") > 0]
    if not priced:
        return "there is no project to choose from"
    least = min(priced, key=lambda r: records.real(r, "cost_usd"))
    cost = records.real(least, "cost_usd")
    if cost > records.real(summary, "budget_usd"):
        cheapest = f"the cheapest of {plural(len(priced), 'project')}, {records.text(least, 'name')}"
        return f"{cheapest}, asks for {dollars(cost)}"
    return f"none of {plural(len(priced), 'project')} can be funded or would add anything"


def averse_answer(summary: Row, averse: Row, names: Mapping[str, str]) -> str:
    """Say what the risk-averse plan does otherwise.

    Parameters
    ----------
    summary
        The plan in a few numbers.
    averse
        `value`, `value_at_risk`, `added` and `dropped`; empty where none was sought.
    names
        Names of projects by id.

    Returns
    -------
    str
        One or two sentences, empty where there is none.
    """
    if not averse:
        return ""
    unit = records.text(summary, "unit")
    own = records.real(summary, "value_at_risk")
    added, dropped = (_listed(averse, column, names) for column in ("added", "dropped"))
    if not added and not dropped:
        much = f": {amount_text(own, unit)}" if math.isfinite(own) else ""
        return f"No other plan does better in its worst tenth of worlds{much}."
    changes = listed(
        [words for words in (f"funds {added}" * bool(added), f"drops {dropped}" * bool(dropped)) if words]
    )
    worst, mean = (amount_text(records.real(averse, name), unit) for name in ("value_at_risk", "value"))
    return (
        f"The careful plan {changes}. Its worst tenth of worlds brings {worst}, that of the plan above "
        f"{amount_text(own, unit)}; its expected value is {mean}."
    )


def _listed(record: Row, column: str, names: Mapping[str, str]) -> str:
    cell = record.get(column)
    ids = [str(key) for key in cell] if isinstance(cell, list | tuple) else list(records.items(record, column))
    said = [names.get(key, key) for key in ids]
    rest = [plural(len(said) - _NAMED, "other")] if len(said) > _NAMED + 1 else said[_NAMED:]
    return listed(said[:_NAMED] + rest)


def sweep_answer(rows: Sequence[Row], unit: str) -> str:
    """Say how fast the worth of the next billion falls.

    Parameters
    ----------
    rows
        Plans by budget, ascending; at least one.
    unit
        Unit of their value.

    Returns
    -------
    str
        With the marginal value at the least and at the greatest budget.
    """
    how = measure(unit)
    first, last = rows[0], rows[-1]
    each = [number(how.per_factor * records.real(r, "marginal_value_per_usd")) for r in (first, last)]
    start, end = (dollars(records.real(r, "budget_usd")) for r in (first, last))
    if len(rows) == 1 or start == end:
        return f"Up to {start} a dollar brings {each[0]} {how.per_unit}" if unit == "USD" else _flat(each[0], unit)
    word = "dollar" if unit == "USD" else how.per_title.removeprefix("For a ").removesuffix("s")
    noun = "dollars" if unit == "USD" else how.per_unit.partition(" ")[0]
    if abs(records.real(last, "marginal_value_per_usd")) < 1e-12:
        done = next(r for r in rows if _is_all(r, last, "value"))
        return (
            f"Each of the first {start} brings {each[0]} {noun} for a {word}; beyond "
            f"{dollars(records.real(done, 'budget_usd'))} there is nothing more worth building"
        )
    return f"A {word} of the first {start} brings {each[0]} {noun}, the last before {end} only {each[1]}"


def _flat(each: str, unit: str) -> str:
    return f"One budget: {each} {measure(unit).per_unit}"


def _is_all(row: Row, last: Row, column: str) -> bool:
    return records.real(row, column) >= records.real(last, column) * (1.0 - 1e-9)
