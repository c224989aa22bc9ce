"""Sentences and figures of claims: verdicts counted, measures and thresholds written in the unit of the claim."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from caspia.view import records
from caspia.view.formats import MISSING, THIN_SPACE, interval, listed, number, percent, plural, whole
from caspia.view.records import Row
from caspia.view.theme import GAIN, LOSS, token

_PERCENT = "%"
_BARE = frozenset({"times", "index"})
"""Units that are said without their name."""
_COUNTED = frozenset({"papers", "changes", "minerals", "states"})
"""Units of whole numbers."""


@dataclass(frozen=True)
class Look:
    """How a verdict looks and reads.

    Parameters
    ----------
    word
        As a table says it.
    colour
        Hexadecimal.
    glyph
        Sign that says the same as the colour.
    """

    word: str
    colour: str
    glyph: str


LOOKS: Mapping[str, Look] = {
    "holds": Look("holds", GAIN, "✓"),
    "fails": Look("fails", LOSS, "✗"),
    "open": Look("open", token("muted"), "?"),
    "untested": Look("untested", token("muted"), "–"),
}
"""The verdicts in the order of every table and legend."""
_SCALES: Mapping[str, tuple[tuple[float, str], ...]] = {
    "t": ((1e6, "million t"),),
    "USD": ((1e9, "billion USD"),),
    "JPY": ((1e12, "trillion JPY"),),
    "CNY": ((1e12, "trillion CNY"), (1e9, "billion CNY")),
}
"""Larger units in which great numbers are said."""


def claims_answer(rows: Sequence[Row]) -> str:
    """Say how many claims hold.

    Parameters
    ----------
    rows
        Rows of claims.

    Returns
    -------
    str
        One sentence.
    """
    counts = {verdict: sum(records.text(row, "verdict") == verdict for row in rows) for verdict in LOOKS}
    holds, fails, undecided, untested = (counts[verdict] for verdict in LOOKS)
    said = [
        f"{whole(holds)} {'holds' if holds == 1 else 'hold'}",
        f"{whole(fails)} {'fails' if fails == 1 else 'fail'}",
        f"{whole(undecided)} {'stays' if undecided == 1 else 'stay'} open",
    ]
    said += [f"{whole(untested)} cannot be tested here"] if untested else []
    return f"Of {plural(len(rows), 'public claim')}, {listed(said)}."


def _scale(unit: str, size: float) -> tuple[float, str]:
    for factor, name in _SCALES.get(unit, ()):
        if size >= factor:
            return factor, name
    if unit == "share":
        return 0.01, _PERCENT
    return 1.0, "" if unit in _BARE else unit


def _figure(value: float, unit: str) -> str:
    return whole(round(value)) if unit in _COUNTED and math.isfinite(value) else number(value)


def measured_text(row: Row) -> str:
    """Write the measure of a claim.

    Parameters
    ----------
    row
        A row of claims: `value`, `low`, `high`, `unit`.

    Returns
    -------
    str
        As ``4.2 (4.0–4.3) million t``; without an interval where there is none.
    """
    value, low, high = (records.real(row, name) for name in ("value", "low", "high"))
    if not math.isfinite(value):
        return records.text(row, "why_untested") or MISSING
    unit = records.text(row, "unit")
    factor, name = _scale(unit, abs(value))
    if unit in _COUNTED:
        said = _figure(value, unit)
        ends = f"{_figure(low, unit)}–{_figure(high, unit)}"
        said = said if low == high else f"{said} ({ends})"
    else:
        said = number(value / factor)
        if {number(low / factor), number(high / factor)} != {said}:
            said = interval(value / factor, low / factor, high / factor)
    return f"{said}{THIN_SPACE}%" if name == _PERCENT else f"{said} {name}".strip()


def threshold_text(row: Row) -> str:
    """Write the threshold of a claim.

    Parameters
    ----------
    row
        A row of claims: `operator`, `threshold`, `tolerance_share`, `unit`.

    Returns
    -------
    str
        As ``at least 10 million t`` or ``14 ± 10 % papers``.
    """
    threshold, unit = records.real(row, "threshold"), records.text(row, "unit")
    factor, name = _scale(unit, abs(threshold))
    said = _figure(threshold / factor, unit)
    amount = f"{said}{THIN_SPACE}%" if name == _PERCENT else f"{said} {name}".strip()
    sign = records.text(row, "operator")
    if sign == "=":
        return f"{amount}, ±{THIN_SPACE}{percent(records.real(row, 'tolerance_share'))}"
    return f"{'at least' if sign == '>=' else 'at most'} {amount}"


def probability_text(row: Row) -> str:
    """Write the probability of a claim.

    Parameters
    ----------
    row
        A row of claims.

    Returns
    -------
    str
        Whole per cent; ``< 1 %`` and ``> 99 %`` where rounding would claim certainty that draws do not give.
    """
    value = records.real(row, "probability")
    if not math.isfinite(value):
        return MISSING
    if 0 < value <= 0.005:
        return f"<{THIN_SPACE}1{THIN_SPACE}%"
    if 0.995 <= value < 1:
        return f">{THIN_SPACE}99{THIN_SPACE}%"
    return percent(value)


def ordered(rows: Sequence[Row]) -> list[Row]:
    """Order claims by verdict and probability.

    Parameters
    ----------
    rows
        Rows of claims.

    Returns
    -------
    list of Row
        Those that hold first, then those that stay open, then those that fail; the likelier first.
    """
    place = {"holds": 0, "open": 1, "fails": 2, "untested": 3}
    return sorted(rows, key=lambda r: (place.get(records.text(r, "verdict"), 4), -records.real(r, "probability")))
