"""How amounts of flows are written, and the order and names of what is counted."""

from __future__ import annotations

import math

from caspia.view import records
from caspia.view.formats import THIN_SPACE, number, percent
from caspia.view.records import Row

KINDS = ("corridor", "crossing", "port", "pipeline", "line")
"""Kinds of counts in the order of every table."""
LEAST_T, LEAST_USD = 500.0, 50_000.0
"""Tonnes and dollars a year below which a change is rounding."""
_FAR = 1000.0


def tonnes(value_t: float) -> str:
    """Write tonnes as people say them.

    Parameters
    ----------
    value_t
        Tonnes a year.

    Returns
    -------
    str
        In Mt from a million tonnes on, else in thousand tonnes; less than half a thousand is nothing.

    Examples
    --------
    >>> tonnes(4_120_000.0), tonnes(52_000.0), tonnes(-250_000.0)
    ('4.1 Mt', '52 kt', '−250 kt')
    """
    if not math.isfinite(value_t):
        return number(value_t)
    if abs(value_t) < LEAST_T:
        return "0"
    return f"{number(value_t / 1e6)} Mt" if abs(value_t) >= 1e6 else f"{number(value_t / 1e3)} kt"


def dollars(value_usd: float, *, signed: bool = False) -> str:
    """Write a sum of money as people say it.

    Parameters
    ----------
    value_usd
        US dollars.
    signed
        Whether a plus sign is written.

    Returns
    -------
    str
        In million or billion dollars; less than half a hundred thousand is nothing.

    Examples
    --------
    >>> dollars(10.26e9), dollars(3.2e6, signed=True)
    ('10 billion USD', '+3.2 million USD')
    """
    if not math.isfinite(value_usd):
        return number(value_usd)
    if abs(value_usd) < LEAST_USD:
        return "0 USD"
    sign = "+" if signed and value_usd > 0 else ""
    if abs(value_usd) >= 1e9:
        return f"{sign}{number(value_usd / 1e9)} billion USD"
    return f"{sign}{number(value_usd / 1e6)} million USD"


def share_text(share: float) -> str:
    """Write a share; a small one is not nothing, and nothing is empty.

    Parameters
    ----------
    share
        0 to 1.

    Returns
    -------
    str
        For example ``3 %``, ``<1 %``, or empty for zero.

    Examples
    --------
    >>> share_text(0.0031).replace(THIN_SPACE, " "), share_text(0.0)
    ('<1 %', '')
    """
    if share == 0:
        return ""
    return f"<1{THIN_SPACE}%" if 0 < share < 0.005 else percent(share)


def published_id(row: Row) -> str:
    """Name a published number of a count or a total.

    Parameters
    ----------
    row
        A row of flow_counts, reconciliation or rollout_targets.

    Returns
    -------
    str
        The same for no two numbers.

    Examples
    --------
    >>> published_id({"count_id": "cnt-a", "unit": "t/year", "year": 2024})
    'cnt-a t/year 2024'
    """
    if "target" in row:
        return " ".join(records.text(row, name) for name in ("target", "quantity", "year"))
    name = records.text(row, "count_id") or records.text(row, "control_id")
    return f"{name} {records.text(row, 'unit')} {records.text(row, 'year')}"


def supposed(scenario: str) -> str:
    """Name what is supposed beyond the world of a year, which supposes nothing.

    Parameters
    ----------
    scenario
        Id of a scenario, or several joined by ``+``.

    Returns
    -------
    str
        Empty for a base.

    Examples
    --------
    >>> supposed("red-sea-diversion+base-2025"), supposed("base-2025+iran-closed")
    ('', 'iran-closed')
    """
    parts = scenario.split("+")
    worlds = [nth for nth, part in enumerate(parts) if part == "base" or part.startswith("base-")]
    return "+".join(parts[worlds[-1] + 1 :] if worlds else parts)


def fullness(ratio: float) -> str:
    """Write a flow as a share of capacity, a manifold of it in times; a unit or `its capacity` follows.

    Parameters
    ----------
    ratio
        Flow over capacity.

    Returns
    -------
    str
        For a label.

    Examples
    --------
    >>> fullness(0.953).replace(THIN_SPACE, " "), fullness(12.6).replace(THIN_SPACE, " ")
    ('95 %', '13 times')
    """
    return percent(ratio) if ratio < 2 or not math.isfinite(ratio) else f"{number(ratio)} times"


def of_capacity(ratio: float) -> str:
    """Write a flow against capacity in a sentence.

    Parameters
    ----------
    ratio
        Flow over capacity.

    Returns
    -------
    str
        For a sentence.

    Examples
    --------
    >>> of_capacity(0.953).replace(THIN_SPACE, " "), of_capacity(12.6)
    ('95 % of its capacity', '13 times its capacity')
    """
    said = fullness(ratio)
    return f"{said} its capacity" if said.endswith("times") else f"{said} of its capacity"


def counted(value: float) -> float:
    """Round away traces of a unit that an equilibrium leaves where nothing goes.

    Parameters
    ----------
    value
        Units a year.

    Returns
    -------
    float
        Zero below half a unit.

    Examples
    --------
    >>> counted(1e-30), counted(12.5)
    (0.0, 12.5)
    """
    return 0.0 if abs(value) < 0.5 else value


def shift_words(start: str, end: str) -> str:
    """Say from where to where something moved.

    Parameters
    ----------
    start, end
        Corridors; `none` is demand that was lost or won.

    Returns
    -------
    str
        For a table.

    Examples
    --------
    >>> shift_words("Northern", "Caspian"), shift_words("Northern", "none")
    ('Northern to Caspian', 'Northern, no longer moved')
    """
    if end == "none":
        return f"{start}, no longer moved"
    return f"{end}, newly moved" if start == "none" else f"{start} to {end}"


def factor_text(value: float) -> str:
    """Write a factor; one without bound (nothing modelled, something observed) as infinity.

    Parameters
    ----------
    value
        The greater over the lesser.

    Returns
    -------
    str
        With two decimals below ten.

    Examples
    --------
    >>> factor_text(1.234), factor_text(float("inf")), factor_text(float("nan"))
    ('1.23', '∞', '–')
    """
    if math.isinf(value):
        return "∞"
    if value > _FAR:
        return f">{number(_FAR)}"
    return f"{value:.2f}" if value < 10 else number(value)


def count_order(row: Row) -> tuple[int, str, str, float]:
    """Return the place of a count in tables.

    Parameters
    ----------
    row
        A row of `flow_counts`.

    Returns
    -------
    tuple
        By kind, name, unit and year.
    """
    kind = records.text(row, "kind")
    known = KINDS.index(kind) if kind in KINDS else len(KINDS)
    return known, records.text(row, "name"), records.text(row, "unit"), records.real(row, "year")
