"""How plans are written: money, values in the unit of the aim, years with intervals, and looks of kinds of work."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from caspia.view import records, theme
from caspia.view.flow_ranges import bracket, dollars_text, figures, is_known, tonnes_text
from caspia.view.flow_words import dollars, tonnes
from caspia.view.formats import THIN_SPACE, number
from caspia.view.records import Range, Row

_ENDS = (("_low", "_high"), ("_p10", "_p90"))
HORIZON = 2040
"""Last year of a roll-out, where a table does not say another."""


@dataclass(frozen=True)
class Kind:
    """How a kind of work looks: a fill that dark letters can be read on, and its name."""

    name: str
    colour: str


KINDS: dict[str, Kind] = {
    key: Kind(name, theme.WORKS[key])
    for key, name in (
        ("rail", "railway"),
        ("road", "road"),
        ("port", "port"),
        ("dredging", "dredging"),
        ("vessels", "ships"),
        ("hub", "inland terminal"),
        ("border", "border"),
        ("digital", "digital"),
        ("organisation", "organisation"),
        ("pipeline", "pipeline"),
    )
}
"""Kinds of work of the table projects."""
_OTHER = Kind("other", theme.PALE[-1])


def kind(name: str) -> Kind:
    """Return the look of a kind of work; an unknown one keeps its name and is grey.

    Parameters
    ----------
    name
        Kind of the table projects.

    Returns
    -------
    Kind
        Name and fill.

    Examples
    --------
    >>> kind("rail").name, kind("cable-car").name, kind("cable-car").colour
    ('railway', 'cable car', '#DDDDDD')
    """
    found = KINDS.get(name)
    return found or Kind(name.replace("-", " ") or _OTHER.name, _OTHER.colour)


def span(row: Row, column: str, factor: float = 1.0) -> Range:
    """Read a number with its interval.

    Parameters
    ----------
    row
        A row of a table of plans or roll-outs.
    column
        Name of the column of the value; its ends are `column_low` and `column_high`, or `column_p10` and
        `column_p90`.
    factor
        Size of its unit in the one that is wanted.

    Returns
    -------
    Range
        Ends are NaN where there is no interval.

    Examples
    --------
    >>> span({"flow_t": 4e6, "flow_t_low": 3e6, "flow_t_high": 6e6}, "flow_t", 1e-6)
    Range(p10=3.0, p50=4.0, p90=6.0)
    """
    low, high = next((pair for pair in _ENDS if f"{column}{pair[0]}" in row), _ENDS[0])
    ends = (records.real(row, f"{column}{end}") for end in (low, "", high))
    return Range(*ends).scaled(factor)


def years_text(summary: Row) -> str:
    """Write the years of a budget.

    Parameters
    ----------
    summary
        With `years`, a list or words separated by `;`.

    Returns
    -------
    str
        First and last year.

    Examples
    --------
    >>> years_text({"years": [2026, 2027, 2028]}), years_text({"years": "2026;2027"}), years_text({"years": [2026]})
    ('2026–2028', '2026–2027', '2026')
    """
    ends = budget_years(summary)
    if ends is None:
        return ""
    return f"{ends[0]}" if ends[0] == ends[1] else f"{ends[0]}–{ends[1]}"


def budget_years(summary: Row) -> tuple[int, int] | None:
    """Return the first and last year in which works may start.

    Parameters
    ----------
    summary
        With `years`, a list or words separated by `;`.

    Returns
    -------
    (int, int) or None
        None where it says none.

    Examples
    --------
    >>> budget_years({"years": "2026;2027;2030"})
    (2026, 2030)
    """
    said = summary.get("years")
    found = [int(float(year)) for year in said] if isinstance(said, list | tuple) else []
    found = found or [int(float(part)) for part in records.items(summary, "years")]
    return (min(found), max(found)) if found else None


def value_text(summary: Row) -> str:
    """Say what a plan brings, in the unit of its aim, with its interval.

    Parameters
    ----------
    summary
        With `value`, `value_low`, `value_high` and `unit`.

    Returns
    -------
    str
        A clause.

    Examples
    --------
    >>> value_text({"value": 8.1e9, "value_low": 5.2e9, "value_high": 11e9, "unit": "USD"})
    'users gain 8.1 (5.2–11) billion USD beyond what the works cost'
    >>> value_text({"value": 5e7, "unit": "t"})
    'the Caspian corridor carries 50 Mt more'
    """
    value, unit = span(summary, "value"), records.text(summary, "unit")
    if unit == "USD":
        lost = Range(-value.p90, -value.p50, -value.p10)
        gained = f"users lose {dollars_text(lost)}" if value.p50 < 0 else f"users gain {dollars_text(value)}"
        return f"{gained} beyond what the works cost"
    if unit == "t":
        return f"the Caspian corridor carries {tonnes_text(value)} more"
    what = "years of full supply are won" if unit == "share" else f"is the value ({unit})"
    return f"{figures(value)} {what}"


def amount_text(value: float, unit: str) -> str:
    """Write a value in the unit of an aim.

    Parameters
    ----------
    value
        Value.
    unit
        `USD`, `t`, or a share.

    Returns
    -------
    str
        With its unit, which a share has not.

    Examples
    --------
    >>> amount_text(3.2e9, "USD"), amount_text(4.1e6, "t"), amount_text(0.31, "share")
    ('3.2 billion USD', '4.1 Mt', '0.31')
    """
    if unit == "USD":
        return dollars(value)
    return tonnes(value) if unit == "t" else number(value)


@dataclass(frozen=True)
class Measure:
    """How a column of values in the unit of an aim is written."""

    title: str
    unit: str
    factor: float
    per_title: str
    per_unit: str
    per_factor: float


def measure(unit: str) -> Measure:
    """Return how values of an aim are written in columns and on axes.

    Parameters
    ----------
    unit
        `USD`, `t`, or a share.

    Returns
    -------
    Measure
        Title, unit and factor of a value, and of a value for a dollar spent.

    Examples
    --------
    >>> measure("t").per_unit
    't a thousand USD'
    """
    if unit == "USD":
        return Measure("Benefit", "million USD", 1e-6, "For a dollar", "USD", 1.0)
    if unit == "t":
        return Measure("Caspian corridor", "Mt more", 1e-6, "For a thousand dollars", "t a thousand USD", 1e3)
    return Measure("Value", "discounted years", 1.0, "For a billion dollars", "years a billion USD", 1e9)


def gap_text(gap: float) -> str:
    """Write the gap between a plan and its bound.

    Parameters
    ----------
    gap
        A share.

    Returns
    -------
    str
        In per cent; what is less than a thousandth of one is none.

    Examples
    --------
    >>> " ".join(gap_text(0.0324).split()), " ".join(gap_text(0.0).split()), " ".join(gap_text(0.0002).split())
    ('3.2 %', '0 %', '<0.1 %')
    """
    if not math.isfinite(gap):
        return number(gap)
    if gap < 1e-5:
        return f"0{THIN_SPACE}%"
    return f"<0.1{THIN_SPACE}%" if gap < 1e-3 else f"{number(100.0 * gap)}{THIN_SPACE}%"


def rate_text(rate: float) -> str:
    """Write a rate of return.

    Parameters
    ----------
    rate
        A share a year.

    Returns
    -------
    str
        In per cent a year; `none` where no rate makes the cash flow worth nothing.

    Examples
    --------
    >>> " ".join(rate_text(0.0731).split()), rate_text(float("nan"))
    ('7.3 %', 'none')
    """
    return f"{number(100.0 * rate)}{THIN_SPACE}%" if math.isfinite(rate) else "none"


def year_text(value: Range, horizon: int = HORIZON) -> str:
    """Write a year that may never come, with its interval.

    Parameters
    ----------
    value
        Years; one that is missing or beyond the horizon is not reached in time.
    horizon
        Last year that is looked at.

    Returns
    -------
    str
        As `2031 (2029–2036)`, with `later` for an end beyond the horizon.

    Examples
    --------
    >>> year_text(Range(2029.0, 2031.0, 2036.0)), year_text(Range(2033.0, float("nan"), float("nan")))
    ('2031 (2029–2036)', 'not before 2040 (2033 at the earliest)')
    >>> year_text(Range(2029.0, 2031.0, float("inf"))), year_text(Range(2029.0, 2029.0, 2029.0))
    ('2031 (2029–later)', '2029')
    >>> year_text(Range(float("nan"), float("inf"), float("nan")))
    'not before 2040'
    """

    def comes(year: float) -> bool:
        return math.isfinite(year) and year <= horizon

    if not comes(value.p50):
        early = f" ({value.p10:.0f} at the earliest)" if comes(value.p10) else ""
        return f"not before {horizon}{early}"
    said = f"{value.p50:.0f}"
    if not comes(value.p10):
        return said
    last = f"{value.p90:.0f}" if comes(value.p90) else "later"
    return said if f"{value.p10:.0f}" == last else said + bracket(f"{value.p10:.0f}", last)


def brief(value: Range) -> str:
    """Write a number with its interval, unless rounding hides that.

    Parameters
    ----------
    value
        In the unit of its column.

    Returns
    -------
    str
        As `caspia.view.flow_ranges.figures`.

    Examples
    --------
    >>> brief(Range(36.1, 37.0, 41.0)), brief(Range(36.8, 37.0, 37.2))
    ('37 (36–41)', '37')
    """
    ends = {number(part) for part in (value.p10, value.p50, value.p90)}
    return number(value.p50) if len(ends) == 1 else figures(value)


def names_of(*tables: list[Row]) -> dict[str, str]:
    """Find names of projects.

    Parameters
    ----------
    tables
        Rows with `project` and `name`.

    Returns
    -------
    dict of str to str
        Id to name.

    Examples
    --------
    >>> names_of([{"project": "prj-a", "name": "Port A"}])
    {'prj-a': 'Port A'}
    """
    return {records.text(r, "project"): records.text(r, "name") for table in tables for r in table}


def ratio_text(value: Range) -> str:
    """Write a ratio, such as a cover or a benefit for a dollar, with its interval.

    Parameters
    ----------
    value
        A ratio.

    Returns
    -------
    str
        Two significant figures; infinity where there is nothing to divide by.

    Examples
    --------
    >>> ratio_text(Range(1.1, 1.34, 1.6)), ratio_text(Range(float("nan"), float("inf"), float("nan")))
    ('1.3 (1.1–1.6)', '∞')
    """
    if math.isinf(value.p50):
        return "∞"
    return figures(value) if is_known(value) else number(value.p50)


def as_row(record: Mapping[str, object] | None) -> Row:
    """Take a record for a row; none for an empty one.

    Parameters
    ----------
    record
        A record, or none.

    Returns
    -------
    Row
        Column name to cell.

    Examples
    --------
    >>> as_row(None)
    {}
    """
    return record or {}
