"""How risk is said: amounts of metrics, and the answers in a sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence

from caspia.view import records
from caspia.view.formats import MISSING, days, listed, number, percent
from caspia.view.records import Row

GROUPS = {
    "money": "prices",
    "time": "speeds and times",
    "demand": "demand",
    "capacity": "capacities",
    "background": "other traffic on the lines",
    "scarcity": "prices of scarcity",
    "goods": "values of goods and time",
    "choice": "how shippers choose",
    "events": "events",
    "weather": "storms",
    "sea": "level of the sea",
}
"""Groups of doubts in words."""
KINDS = {"border": "crossing", "port": "port", "line": "line", "pipeline": "pipeline", "strait": "strait"}
_SCALES = ((1e9, "bn"), (1e6, "m"), (1e3, "k"))


def amount(value: float, unit: str) -> str:
    """Write an amount of a metric.

    Parameters
    ----------
    value
        In the unit.
    unit
        As in the table of metrics.

    Returns
    -------
    str
        With the unit, shortened.

    Examples
    --------
    >>> amount(9.2e6, "tonnes a year"), amount(744.0, "hours"), amount(0.075, "share")
    ('9.2 Mt', '31 days', '7.5 %')
    """
    if not math.isfinite(value):
        return MISSING
    if unit == "share":
        return f"{number(100.0 * value)} %"
    if unit == "hours":
        return f"{number(days(value))} days"
    if unit.startswith("tonnes"):
        return f"{number(value / 1e6)} Mt"
    if unit.startswith("TEU"):
        return f"{number(value / 1e3)}k TEU"
    return dollars(value)


def dollars(value: float) -> str:
    """Write dollars, shortened.

    Parameters
    ----------
    value
        Dollars.

    Returns
    -------
    str

    Examples
    --------
    >>> dollars(8.2e8), dollars(7860.0)
    ('$820m', '$7.9k')
    """
    if not math.isfinite(value):
        return MISSING
    for size, letter in _SCALES:
        if abs(value) >= size:
            return f"${number(value / size)}{letter}"
    return f"${number(value)}"


def metric(rows: Sequence[Row], name: str) -> Row:
    """Find a metric.

    Parameters
    ----------
    rows
        Rows of metrics.
    name
        Its name.

    Returns
    -------
    Row
        Empty where it is not there.
    """
    return next((row for row in rows if records.text(row, "name") == name), {})


def span_text(row: Row) -> str:
    """Write the median of a metric with its interval.

    Parameters
    ----------
    row
        A row of metrics.

    Returns
    -------
    str
        Median and, in brackets, P5 to P95.

    Examples
    --------
    >>> span_text({"unit": "tonnes a year", "p5": 7.2e6, "p50": 9.2e6, "p95": 11.5e6})
    '9.2 Mt (7.2 Mt–12 Mt)'
    """
    unit = records.text(row, "unit")
    low, mid, high = (amount(records.real(row, name), unit) for name in ("p5", "p50", "p95"))
    return f"{mid} ({low}–{high})"


def risk_answer(metrics: Sequence[Row], critical: Sequence[Row]) -> str:
    """Answer in a sentence what events and doubts do.

    Parameters
    ----------
    metrics
        Rows of metrics.
    critical
        Rows of critical places, perhaps none.

    Returns
    -------
    str
    """
    cargo, loss = metric(metrics, "caspian_t"), metric(metrics, "loss_region_usd")
    said = []
    if cargo:
        said.append(f"The Trans-Caspian route carries {span_text(cargo)} in nine years of ten")
    if loss:
        low, high = (dollars(records.real(loss, name)) for name in ("p50", "p95"))
        said.append(f"events cost the region's users {low} in a usual year, {high} or more in one of twenty")
    worst = [row for row in critical if records.real(row, "expected_loss_usd") > 0]
    if worst:
        said.append(f"the most critical place by expected loss is {records.text(worst[0], 'name')}")
    return f"{'; '.join(said)}." if said else "No metric was drawn."


def groups_answer(rows: Sequence[Row], name: str, label: str) -> str:
    """Say which doubts matter most for a metric.

    Parameters
    ----------
    rows
        Rows of the sensitivity.
    name
        Name of the metric.
    label
        What it is, in words.

    Returns
    -------
    str
        Empty where nothing is known.
    """
    own = [row for row in rows if records.text(row, "metric") == name and records.real(row, "total") > 0.05]
    own.sort(key=lambda row: -records.real(row, "total"))
    if not own:
        return ""
    names = [GROUPS.get(records.text(row, "group"), records.text(row, "group")) for row in own[:2]]
    return f"{label}: what is not known of {listed(names)} matters most"


def closures_answer(rows: Sequence[Row]) -> str:
    """Say what an adversary would close.

    Parameters
    ----------
    rows
        Rows of the interdiction.

    Returns
    -------
    str
        Empty where it was not asked for.
    """
    if not rows:
        return ""
    last = rows[-1]
    places = records.text(last, "places").split(";")
    loss, mean = (records.real(last, name) for name in ("loss_usd_per_day", "mean_usd_per_day"))
    more = f", {number(loss / mean)} times what chance would" if mean > 0 else ""
    return f"An adversary would close {listed(places)}, which costs {dollars(loss)} a day{more}"


def share_text(value: float) -> str:
    """Write a share of a year.

    Parameters
    ----------
    value
        0 to 1.

    Returns
    -------
    str
    """
    return percent(value) if math.isfinite(value) else MISSING
