"""The sentences about flows: generated from the tables of flows, never typed.

Rows are those of `flow_corridors` of one segment, `flow_bottlenecks`, `flow_countries`, `flow_moved` and
`flow_counts`, or of the frames of the same columns that the commands hold.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from statistics import median

from caspia.view import records, theme
from caspia.view.flow_ranges import (
    dollars_text,
    figures,
    fullness_range,
    of_capacity_range,
    share_range,
    span,
    tonnes_text,
)
from caspia.view.flow_words import factor_text, supposed
from caspia.view.formats import listed, percent, plural, whole
from caspia.view.records import Range, Row

TOLD_T = 50_000.0
"""Tonnes a year that a sentence tells of."""
_TOLD_SHARE = 0.02
"""Share of the greatest change from which on a sentence tells of another."""
ALL = "All"
"""Segment of the whole."""
OVERLAND = ("Caspian", "Northern", "Southern", "Eastern")
NEAR = 0.8
"""Ratio of flow to capacity from which on a capacity is said to bind."""
FACTOR = 1.5
"""Factor within which a port or a crossing is meant to be modelled."""
TOLERANCE = 0.25
"""Share within which a corridor is meant to be modelled."""


def whole_of(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of the whole, where the rows are of several segments.

    Parameters
    ----------
    rows
        Rows of flow_corridors of one scenario, or of a frame without segments.

    Returns
    -------
    list of Row
        One a corridor.
    """
    return [row for row in rows if records.text(row, "segment") in {"", ALL}]


def amount(rows: Sequence[Row], corridor: str, column: str = "flow_t") -> float:
    """Add a column over the rows of a corridor.

    Parameters
    ----------
    rows
        Rows with a corridor.
    corridor
        Its name; all if empty.
    column
        What is added.

    Returns
    -------
    float
        Zero without rows.
    """
    values = [records.real(r, column) for r in rows if not corridor or records.text(r, "corridor") == corridor]
    return math.fsum(v for v in values if math.isfinite(v))


def flows_answer(
    corridors: Sequence[Row], tight: Sequence[Row], year: int, scenario: str = "", totals: Row | None = None
) -> str:
    """Answer how much flows where, and what binds.

    Parameters
    ----------
    corridors
        Rows of flow_corridors of one scenario.
    tight
        Rows of flow_bottlenecks of the same scenario.
    year
        Year of the flows.
    scenario
        Id of the scenario; those of a base are not named.
    totals
        Row of flow_runs with the interval of `land_t`.

    Returns
    -------
    str
        With numbers and units; says so where nothing flows.
    """
    rows = whole_of(corridors)
    if amount(rows, "") <= 0:
        return f"No flows of {year}: the data hold no demand, or no equilibrium was reached."
    own = corridor_of(rows, "Caspian")
    carried, boxes = tonnes_text(span(own, "flow_t")), figures(span(own, "flow_teu", 1e-3))
    land = math.fsum(amount(rows, name) for name in OVERLAND)
    world = f" under {supposed(scenario)}" if supposed(scenario) else ""
    ground = tonnes_text(summed(land, totals, "land_t"))
    share = f"{_land(own, land)} of the {ground} that move over land" if land > 0 else ""
    lead = max(OVERLAND, key=lambda name: amount(rows, name))
    most = (
        "" if lead == "Caspian" else f"; {theme.corridor(lead).name} carries {_land(corridor_of(rows, lead), land)}"
    )
    much = f"{carried} and {boxes} thousand TEU"
    said = f"In {year}{world} the Caspian corridor carries {much}"
    return f"{said}, {share}{most if land > 0 else ''}; {binding(tight)}."


def summed(value: float, totals: Row | None, column: str) -> Range:
    """Put the interval of a total round a sum of rows, whose own intervals do not add up to it.

    Parameters
    ----------
    value
        The sum.
    totals
        Row with the ends of the interval; none where there is no interval.
    column
        Its column.

    Returns
    -------
    Range
        The sum in the middle.

    Examples
    --------
    >>> summed(20.0, {"flow_t_p10": 16.0, "flow_t_p90": 26.0}, "flow_t")
    Range(p10=16.0, p50=20.0, p90=26.0)
    """
    ends = span(totals or {}, column)
    return Range(ends.p10, value, ends.p90)


def corridor_of(rows: Sequence[Row], corridor: str) -> Row:
    """Find the row of a corridor.

    Parameters
    ----------
    rows
        Rows of flow_corridors of one scenario and segment.
    corridor
        Its name.

    Returns
    -------
    Row
        One without flow where there is none.
    """
    nothing: Row = {"corridor": corridor, "flow_t": 0.0, "flow_teu": 0.0, "change_t": 0.0}
    return next((r for r in rows if records.text(r, "corridor") == corridor), nothing)


def _land(row: Row, land: float) -> str:
    """Share of a corridor in what moves over land, with its interval."""
    ends = span(row, "share_land")
    return share_range(Range(ends.p10, records.real(row, "flow_t") / land, ends.p90)) or percent(0.0)


def binding(rows: Sequence[Row]) -> str:
    """Say what binds first.

    Parameters
    ----------
    rows
        Rows of flow_bottlenecks.

    Returns
    -------
    str
        A clause.
    """
    ranked = sorted(rows, key=lambda r: -records.real(r, "ratio"))
    if not ranked:
        return "no capacity is near its limit"
    first = ranked[0]
    name, ratio = records.text(first, "name"), span(first, "ratio")
    tight = [r for r in ranked if records.real(r, "ratio") >= NEAR]
    if not tight:
        return f"nothing binds, the fullest capacity is {name} at {fullness_range(ratio)}"
    others = list(dict.fromkeys(records.text(r, "name") for r in tight[1:] if records.text(r, "name") != name))
    then = f", then {listed(others[:2])}" if others else ""
    return f"{name} binds first, at {of_capacity_range(ratio)}{then}"


def moved_answer(
    corridors: Sequence[Row],
    countries: Sequence[Row],
    scenario: str,
    unserved_t: float = 0.0,
    totals: Row | None = None,
) -> str:
    """Answer who gains and who loses under a scenario.

    Parameters
    ----------
    corridors
        Rows of flow_corridors of the scenario, with changes.
    countries
        Rows of flow_countries of the scenario, with changes.
    scenario
        What is supposed.
    unserved_t
        Demand that the scenario leaves without a way, tonnes a year.
    totals
        Row with `change_t` and `change_unserved_t` and their intervals.

    Returns
    -------
    str
        Corridors and states that gain and lose most.
    """
    rows = whole_of(corridors)
    change = {r: amount(rows, r, "change_t") for r in theme.CORRIDORS}
    said = {r: f"{r} {tonnes_text(span(corridor_of(rows, r), 'change_t'), signed=True)}" for r in theme.CORRIDORS}
    total = math.fsum(change.values())
    told = max(TOLD_T, _TOLD_SHARE * max(map(abs, change.values())))
    gains = [said[n] for n, v in sorted(change.items(), key=lambda i: -i[1]) if v > told]
    losses = [said[n] for n, v in sorted(change.items(), key=lambda i: i[1]) if v < -told]
    if not gains and not losses:
        return f"{scenario}: hardly anything moves from one corridor to another."
    parts = [f"{scenario}: {listed([*losses[:2], *gains[:3]])}"]
    if total < -TOLD_T:
        lost = span(totals or {}, "change_t", -1.0)
        parts.append(f"{tonnes_text(Range(lost.p90, -total, lost.p10))} of trade is lost")
    if unserved_t >= TOLD_T:
        parts.append(f"{tonnes_text(summed(unserved_t, totals, 'change_unserved_t'))} has no open way")
    return "; ".join([*parts, *_earned(countries)]) + "."


def _earned(countries: Sequence[Row]) -> list[str]:
    ranked = sorted(countries, key=lambda r: records.real(r, "change_revenue_usd"))
    if not ranked:
        return []
    low, high = ranked[0], ranked[-1]
    parts = []
    if records.real(low, "change_revenue_usd") < -1e6:
        lost = span(low, "change_revenue_usd", -1.0)
        parts.append(f"{_state(low)} loses {dollars_text(Range(lost.p90, lost.p50, lost.p10))} of transit revenue")
    if records.real(high, "change_revenue_usd") > 1e6:
        parts.append(f"{_state(high)} gains {dollars_text(span(high, 'change_revenue_usd'))}")
    return [" and ".join(parts)] if parts else []


def _state(row: Row) -> str:
    return records.text(row, "name") or records.text(row, "country")


def counts_answer(rows: Sequence[Row]) -> str:
    """Answer how far modelled traffic is from observed, the judged apart from the fitted.

    Parameters
    ----------
    rows
        Rows of flow_counts.

    Returns
    -------
    str
        Medians of the factor, and how many lie within `FACTOR`.
    """
    judged, fitted = ([r for r in rows if records.text(r, "role") == role] for role in ("judged", "fitted"))
    if not judged and not fitted:
        return "No observed traffic stands beside the modelled: the data hold no count that can be compared."
    parts = []
    for name, group in (("judged", judged), ("fitted", fitted)):
        factors = [f for f in (records.real(r, "factor") for r in group) if not math.isnan(f)]
        if factors:
            within = sum(f <= FACTOR for f in factors)
            parts.append(
                f"{whole(within)} of {plural(len(factors), f'{name} count')} lie within a factor of {FACTOR:g} "
                f"(median factor {factor_text(median(factors))})"
            )
    return f"{'; '.join(parts)}."


def coverage(rows: Sequence[Row]) -> str:
    """Say how many judged counts lie within the intervals of the model.

    Parameters
    ----------
    rows
        Rows of flow_counts.

    Returns
    -------
    str
        Empty where no judged count has an interval.
    """
    judged = [r for r in rows if records.text(r, "role") == "judged" and math.isfinite(span(r, "modelled").p10)]
    if not judged:
        return ""
    within = sum(is_within(row) for row in judged)
    share = percent(within / len(judged))
    return (
        f"{whole(within)} of {plural(len(judged), 'judged count')} ({share}) lie within their interval, "
        "which holds what we doubt of the facts and not what the model leaves out."
    )


def is_within(row: Row) -> bool:
    """Tell whether a count lies within the interval of its modelled value.

    Parameters
    ----------
    row
        A row of flow_counts.

    Returns
    -------
    bool
        False where there is no interval.

    Examples
    --------
    >>> is_within({"observed": 4.0, "modelled": 6.0, "modelled_p10": 3.5, "modelled_p90": 7.0})
    True
    """
    value = span(row, "modelled")
    return value.p10 <= records.real(row, "observed") <= value.p90


def reconciliation_answer(rows: Sequence[Row]) -> str:
    """Answer how the sums of demand stand against published totals.

    Parameters
    ----------
    rows
        Rows of the table reconciliation.

    Returns
    -------
    str
        How many hold, and the median misfit.
    """
    if not rows:
        return "No published total stands beside the sums of demand."
    hold = sum(records.text(r, "holds").lower() in {"true", "1"} for r in rows)
    errors = [abs(v) for v in (records.real(r, "misfit") for r in rows) if math.isfinite(v)]
    middle = f"; half are off by {percent(median(errors))} or less" if errors else ""
    return f"{whole(hold)} of {plural(len(rows), 'published total')} hold within their intervals{middle}."


def between(rows: Sequence[Row]) -> list[tuple[str, str, float]]:
    """Add what moved over all goods and segments.

    Parameters
    ----------
    rows
        Rows of flow_moved of one scenario.

    Returns
    -------
    list of tuple
        From, to and tonnes a year, the most first.
    """
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for row in rows:
        sums[records.text(row, "from_corridor"), records.text(row, "to_corridor")] += records.real(row, "moved_t")
    return sorted(((a, b, t) for (a, b), t in sums.items()), key=lambda item: -item[2])
