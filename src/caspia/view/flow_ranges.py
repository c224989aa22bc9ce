"""How amounts of flows are written with the interval that the draws of the facts give them.

A column `flow_t` has its interval in `flow_t_p10` and `flow_t_p90`; where these are missing it stands alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from caspia.view import records
from caspia.view.chapters import Cell, raw
from caspia.view.flow_words import LEAST_T, LEAST_USD, dollars, fullness, share_text, tonnes
from caspia.view.formats import number
from caspia.view.records import Range, Row


def span(row: Row, column: str, factor: float = 1.0) -> Range:
    """Read a number with its interval.

    Parameters
    ----------
    row
        A row of a table of flows.
    column
        Name of the column of the value.
    factor
        Size of its unit in the one that is wanted.

    Returns
    -------
    Range
        The value in the middle; ends are NaN where there is no interval.

    Examples
    --------
    >>> span({"flow_t": 4e6, "flow_t_p10": 3e6, "flow_t_p90": 6e6}, "flow_t", 1e-6)
    Range(p10=3.0, p50=4.0, p90=6.0)
    """
    ends = (records.real(row, f"{column}{end}") for end in ("_p10", "", "_p90"))
    return Range(*ends).scaled(factor)


def is_known(value: Range) -> bool:
    """Tell whether a number has an interval that says something.

    Parameters
    ----------
    value
        A number with its ends.

    Returns
    -------
    bool
        False where an end is missing, or where all three are nothing.

    Examples
    --------
    >>> is_known(Range(3.0, 4.0, 6.0)), is_known(Range(float("nan"), 4.0, 6.0)), is_known(Range(0.0, 0.0, 0.0))
    (True, False, False)
    """
    ends = (value.p10, value.p50, value.p90)
    return all(map(math.isfinite, ends)) and any(ends)


def bracket(low: str, high: str) -> str:
    """Write the ends of an interval.

    Parameters
    ----------
    low, high
        Written numbers.

    Returns
    -------
    str
        With a dash, or with `to` where a sign would meet it.

    Examples
    --------
    >>> bracket("3.0", "6.0"), bracket("−5", "2")
    (' (3.0–6.0)', ' (−5 to 2)')
    """
    return f" ({low} to {high})" if {"−", "+"} & set(low + high) else f" ({low}–{high})"


def figures(value: Range, *, signed: bool = False) -> str:
    """Write a number with its interval.

    Parameters
    ----------
    value
        In the unit of its column.
    signed
        Whether plus signs are written; in the brackets only where the ends differ in sign.

    Returns
    -------
    str
        As `caspia.view.formats.interval`.

    Examples
    --------
    >>> figures(Range(3.6, 4.4, 5.1)), figures(Range(-9.0, -7.0, 1.5), signed=True)
    ('4.4 (3.6–5.1)', '−7.0 (−9.0 to +1.5)')
    >>> figures(Range(8.0, 12.0, 17.0), signed=True)
    '+12 (8.0–17)'
    """

    def one(part: float, *, plus: bool) -> str:
        return f"+{number(part)}" if plus and part > 0 else number(part)

    middle = one(value.p50, plus=signed)
    if not is_known(value):
        return middle
    mixed = signed and value.p10 < 0 < value.p90
    return middle + bracket(one(value.p10, plus=mixed), one(value.p90, plus=mixed))


def tonnes_text(value: Range, *, signed: bool = False) -> str:
    """Write tonnes a year with their interval, in one unit.

    Parameters
    ----------
    value
        Tonnes a year.
    signed
        Whether plus signs are written.

    Returns
    -------
    str
        In Mt where the value is a million tonnes or more, else in thousand tonnes.

    Examples
    --------
    >>> tonnes_text(Range(3.6e6, 4.4e6, 5.1e6)), tonnes_text(Range(-9e4, -7e4, -2e4))
    ('4.4 (3.6–5.1) Mt', '−70 (−90 to −20) kt')
    """
    middle = value.p50
    if not is_known(value) or abs(middle) < LEAST_T:
        return ("+" if signed and middle >= LEAST_T else "") + tonnes(middle)
    scale, unit = (1e6, "Mt") if abs(middle) >= 1e6 else (1e3, "kt")
    return f"{figures(value.scaled(1 / scale), signed=signed)} {unit}"


def dollars_text(value: Range, *, signed: bool = False) -> str:
    """Write money a year with its interval, in one unit.

    Parameters
    ----------
    value
        US dollars a year.
    signed
        Whether plus signs are written.

    Returns
    -------
    str
        In million or billion dollars.

    Examples
    --------
    >>> dollars_text(Range(2.3e9, 3.2e9, 4e9)), dollars_text(Range(-3e6, 5e6, 9e6), signed=True)
    ('3.2 (2.3–4.0) billion USD', '+5.0 (−3.0 to +9.0) million USD')
    """
    middle = value.p50
    if not is_known(value) or abs(middle) < LEAST_USD:
        return dollars(middle, signed=signed)
    scale, unit = (1e9, "billion") if abs(middle) >= 1e9 else (1e6, "million")
    return f"{figures(value.scaled(1 / scale), signed=signed)} {unit} USD"


def share_range(value: Range) -> str:
    """Write a share with its interval.

    Parameters
    ----------
    value
        Shares, 0 to 1.

    Returns
    -------
    str
        In whole per cent; without an interval that rounding hides.

    Examples
    --------
    >>> " ".join(share_range(Range(0.16, 0.19, 0.21)).split())
    '19 % (16–21)'
    >>> " ".join(share_range(Range(0.001, 0.001, 0.002)).split())
    '<1 %'
    """
    return share_text(value.p50) + _percents(value)


def _percents(value: Range) -> str:
    ends = [f"{100 * end:.0f}" for end in (value.p10, value.p50, value.p90)]
    return bracket(ends[0], ends[2]) if is_known(value) and len(set(ends)) > 1 else ""


def fullness_range(value: Range) -> str:
    """Write a flow as a share of capacity with its interval.

    Parameters
    ----------
    value
        Flow over capacity.

    Returns
    -------
    str
        As `caspia.view.flow_words.fullness`.

    Examples
    --------
    >>> " ".join(fullness_range(Range(0.9, 0.953, 1.1)).split()), fullness_range(Range(9.0, 12.6, 15.0))
    ('95 % (90–110)', '13 (9.0–15) times')
    """
    said = fullness(value.p50)
    if not is_known(value):
        return said
    return f"{figures(value)} times" if said.endswith("times") else f"{said}{_percents(value)}"


def of_capacity_range(value: Range) -> str:
    """Write a flow against capacity in a sentence, with its interval.

    Parameters
    ----------
    value
        Flow over capacity.

    Returns
    -------
    str
        For a sentence.

    Examples
    --------
    >>> " ".join(of_capacity_range(Range(0.9, 0.953, 1.1)).split())
    '95 % (90–110) of its capacity'
    """
    said = fullness_range(value)
    return f"{said} its capacity" if said.endswith("times") else f"{said} of its capacity"


def cell(row: Row, column: str, factor: float = 1.0, *, signed: bool = False) -> Cell:
    """Return a cell of a modelled number with its interval.

    Parameters
    ----------
    row
        A row of a table of flows.
    column
        Name of the column of the value.
    factor
        Size of its unit in that of the cell.
    signed
        Whether plus signs are written.

    Returns
    -------
    Cell
        As ``4.4 (3.6–5.1)``.
    """
    value = span(row, column, factor)
    return Cell(figures(value, signed=signed), raw(value.p50), raw(value.p10), raw(value.p90), kind="modelled")


def share_cell(row: Row, column: str) -> Cell:
    """Return a cell of a share with its interval.

    Parameters
    ----------
    row
        A row of a table of flows.
    column
        Name of the column of the share.

    Returns
    -------
    Cell
        In per cent.
    """
    value = span(row, column, 100.0)
    return Cell(share_range(value.scaled(0.01)), raw(value.p50), raw(value.p10), raw(value.p90), kind="modelled")


def by_ends(rows: Sequence[Row]) -> dict[tuple[str, str], Row]:
    """Find the rows of what moved by where it came from and where it went.

    Parameters
    ----------
    rows
        Rows of flow_shifts of one scenario.

    Returns
    -------
    dict
        From and to, to the ends of the interval of what moved.
    """
    names = ("moved_t_p10", "moved_t_p90")
    return {
        (records.text(r, "from_corridor"), records.text(r, "to_corridor")): {n: r.get(n) for n in names}
        for r in rows
    }
