"""How risk is said: amounts of metrics in the unit of their row, and the answers in a sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence

from caspia.view import records
from caspia.view.formats import MISSING, THIN_SPACE, listed, number, percent, whole
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
    "works": "when works open, and what they yield",
}
"""Groups of doubts in words."""
KINDS = {"border": "crossing", "port": "port", "line": "line", "pipeline": "pipeline", "strait": "strait"}
_SCALES: dict[str, tuple[tuple[float, float, str], ...]] = {
    "share": ((0.0, 100.0, "%"),),
    "hours": ((0.0, 1 / 24, "days"),),
    "tonnes": ((1e6, 1e-6, "Mt"), (0.0, 1e-3, "kt")),
    "TEU": ((1e4, 1e-3, "thousand TEU"), (0.0, 1.0, "TEU")),
    "dollars a box": ((0.0, 1.0, "USD a box"),),
    "dollars": ((1e9, 1e-9, "billion USD"), (1e6, 1e-6, "million USD"), (0.0, 1.0, "USD")),
}
"""By the beginning of a unit of the table: from which size on, by what it is multiplied, and how it is called."""


def scale_of(unit: str, size: float) -> tuple[float, str]:
    """Choose in what an amount is told.

    Parameters
    ----------
    unit
        As in the table of metrics.
    size
        The amount, or that of the row of a table.

    Returns
    -------
    tuple of float and str
        By what it is multiplied, and the unit that it then has.

    Examples
    --------
    >>> scale_of("tonnes a year", 9.2e6), scale_of("dollars a box", 7860.0)
    ((1e-06, 'Mt'), (1.0, 'USD a box'))
    """
    scales = next((found for name, found in _SCALES.items() if unit.startswith(name)), ((0.0, 1.0, unit),))
    return next((factor, word) for least, factor, word in scales if not abs(size) < least)


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
        With the unit that is said.

    Examples
    --------
    >>> amount(9.2e6, "tonnes a year"), amount(744.0, "hours")
    ('9.2 Mt', '31 days')
    >>> amount(0.075, "share").replace(THIN_SPACE, " "), amount(7860.0, "dollars a box").replace(THIN_SPACE, " ")
    ('7.5 %', '7 860 USD a box')
    """
    if not math.isfinite(value):
        return MISSING
    factor, word = scale_of(unit, value)
    return f"{number(factor * value)}{THIN_SPACE if word == '%' else ' '}{word}"


def money(value_usd: float) -> str:
    """Write a sum of money.

    Parameters
    ----------
    value_usd
        US dollars.

    Returns
    -------
    str
        In dollars below a million, else in million or billion dollars.

    Examples
    --------
    >>> money(8.2e8), money(786_000.0).replace(THIN_SPACE, " ")
    ('820 million USD', '786 000 USD')
    """
    return amount(value_usd, "dollars")


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
    '9.2 (7.2–12) Mt'
    """
    factor, word = row_scale(row)
    low, mid, high = (number(factor * records.real(row, name)) for name in ("p5", "p50", "p95"))
    return f"{mid} ({low}–{high}) {word}"


def row_scale(row: Row) -> tuple[float, str]:
    """Choose the one unit of a row of metrics: that of its median, or of its upper end where that is nothing.

    Parameters
    ----------
    row
        A row of metrics.

    Returns
    -------
    tuple of float and str
        As of `scale_of`.
    """
    middle, high = records.real(row, "p50"), records.real(row, "p95")
    return scale_of(records.text(row, "unit"), middle if middle else high)


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
        said.append(f"The Trans-Caspian route carries {span_text(cargo)}, oil included, in nine years of ten")
    if loss:
        low, high = (money(records.real(loss, name)) for name in ("p50", "p95"))
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
    return f"An adversary would close {listed(places)}, which costs {money(loss)} a day{more}"


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


def proof_text(row: Row) -> str:
    """Say how sure a worst closure is the worst.

    Parameters
    ----------
    row
        A row of the interdiction.

    Returns
    -------
    str

    Examples
    --------
    >>> proof_text({"exact": True, "sets": 364})
    'exact: all 364 sets solved'
    >>> proof_text({"exact": False, "bound_usd_per_day": 9e7})
    'at most 90 million USD, if closing more never helps'
    """
    if bool(row.get("exact")):
        return f"exact: all {whole(int(records.real(row, 'sets')))} sets solved"
    return f"at most {money(records.real(row, 'bound_usd_per_day'))}, if closing more never helps"


def openings_answer(rows: Sequence[Row]) -> str:
    """Say how many works are open by the year that was drawn.

    Parameters
    ----------
    rows
        Rows of the openings, at least one.

    Returns
    -------
    str

    Examples
    --------
    >>> openings_answer([{"open_share": 1.0}, {"open_share": 0.4}, {"open_share": 0.1}])
    'Of 3 works that are paid for or planned 1.5 are open by then in the mean'
    """
    mean = sum(records.real(row, "open_share") for row in rows)
    return f"Of {len(rows)} works that are paid for or planned {number(mean)} are open by then in the mean"
