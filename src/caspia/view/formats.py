"""How numbers are written: significant figures, thin spaces, intervals and units.

Every number that people see in a table, a chart, a sentence or a terminal goes through this module.
"""

from __future__ import annotations

import math

HOURS_PER_DAY = 24.0
"""Hours in a day; results hold hours, people read days."""

MISSING = "–"
"""What stands for a number that is not known."""

THIN_SPACE = "\u202f"
"""Narrow no-break space, the separator of thousands (a number never breaks over a line)."""


def number(value: float) -> str:
    """Write a number with two (below 100) or three significant figures.

    Parameters
    ----------
    value
        Any number, in any unit.

    Returns
    -------
    str
        The rounded number, thousands separated by a thin space, ``–`` if it is missing.

    Examples
    --------
    >>> number(31.4), number(8.37), number(0.0421), number(104.4), number(9.96), number(99.6)
    ('31', '8.4', '0.042', '104', '10', '100')
    >>> number(5263.0).replace(THIN_SPACE, "_")
    '5_260'
    """
    if not math.isfinite(value):
        return MISSING
    if value == 0:
        return "0"
    size = abs(value)
    figures = 3 if size >= 100 else 2
    decimals = figures - 1 - math.floor(math.log10(size))
    rounded = round(value, decimals)
    if abs(rounded) >= 10 ** (math.floor(math.log10(size)) + 1) and figures == 2:
        decimals -= 1  # 9.96 becomes 10 and not 10.0
    return f"{rounded:,.{max(decimals, 0)}f}".replace(",", THIN_SPACE).replace("-", "\u2212")


def interval(middle: float, low: float, high: float, unit: str = "") -> str:
    """Write a number with its interval, as ``31 (24–43) days``.

    Parameters
    ----------
    middle, low, high
        The median (or mode) and the ends of its interval, in one unit.
    unit
        Unit to set behind; nothing if empty.

    Returns
    -------
    str
        The interval is left out where it is missing.

    Examples
    --------
    >>> interval(31.2, 24.0, 43.1, "days")
    '31 (24–43) days'
    >>> interval(31.2, float("nan"), 43.1, "days")
    '31 days'
    """
    text = number(middle)
    if math.isfinite(low) and math.isfinite(high) and text != MISSING:
        text += f" ({number(low)}–{number(high)})"
    return f"{text} {unit}" if unit and text != MISSING else text


def days(hours: float) -> float:
    """Turn hours into days.

    Parameters
    ----------
    hours
        Time in hours.

    Returns
    -------
    float
        Time in days.

    Examples
    --------
    >>> days(36.0)
    1.5
    """
    return hours / HOURS_PER_DAY


def percent(share: float, *, signed: bool = False) -> str:
    """Write a share as per cent.

    Parameters
    ----------
    share
        A share, 0.14 for 14 %.
    signed
        Whether a plus sign is written.

    Returns
    -------
    str
        Whole per cent with a thin space before the sign.

    Examples
    --------
    >>> percent(0.143).replace(THIN_SPACE, " "), percent(0.06, signed=True).replace(THIN_SPACE, " ")
    ('14 %', '+6 %')
    """
    if not math.isfinite(share):
        return MISSING
    whole = round(share * 100)
    sign = "+" if signed and whole > 0 else ""
    return f"{sign}{whole}{THIN_SPACE}%".replace("-", "\u2212")


def times(ratio: float) -> str:
    """Say a ratio of two costs in words.

    Parameters
    ----------
    ratio
        One cost divided by the other.

    Returns
    -------
    str
        ``1.5 times as much``, ``15 % more``, ``about as much`` or ``30 % less``.

    Examples
    --------
    >>> times(1.52), times(1.01)
    ('1.5 times as much', 'about as much')
    >>> times(0.7).replace(THIN_SPACE, " "), times(1.15).replace(THIN_SPACE, " ")
    ('30 % less', '15 % more')
    """
    if ratio >= 1.25:
        return f"{number(ratio)} times as much"
    if ratio > 1.035:
        return f"{percent(ratio - 1)} more"
    if ratio >= 0.965:
        return "about as much"
    return f"{percent(1 - ratio)} less"


def whole(count: int) -> str:
    """Write a count in full.

    Parameters
    ----------
    count
        How many.

    Returns
    -------
    str
        Thousands separated by a thin space.

    Examples
    --------
    >>> whole(12345).replace(THIN_SPACE, "_")
    '12_345'
    """
    return f"{count:,}".replace(",", THIN_SPACE)


def plural(count: int, noun: str, nouns: str = "") -> str:
    """Write a count with its noun.

    Parameters
    ----------
    count
        How many.
    noun, nouns
        Singular and plural; the plural is the singular and an ``s`` if empty.

    Returns
    -------
    str
        For example ``1 route`` or ``3 routes``.

    Examples
    --------
    >>> plural(1, "route"), plural(3, "country", "countries")
    ('1 route', '3 countries')
    """
    return f"{whole(count)} {noun if count == 1 else nouns or noun + 's'}"


def listed(items: list[str], last: str = "and") -> str:
    """Join words as a sentence does.

    Parameters
    ----------
    items
        The words.
    last
        The word before the last item.

    Returns
    -------
    str
        For example ``a, b and c``.

    Examples
    --------
    >>> listed(["Russia", "China", "Iran"])
    'Russia, China and Iran'
    """
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"
