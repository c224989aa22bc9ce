"""The sentences that answer: generated from the result, never typed.

Each function takes records and returns one sentence with numbers and intervals, or says why there is none.
"""

from __future__ import annotations

import math
import re
from calendar import month_name
from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median

from caspia.view import records
from caspia.view.formats import interval, listed, number, percent, plural, times, whole
from caspia.view.records import Consignment, Range, ResultLike, Route

_PLAIN_CARGO = {"container", "containers", "containerised goods", "general cargo"}
_PACKING = re.compile(r" in (\S+ )?boxes$")
"""How goods are packed is said by the unit already."""
_SHORT_NAMES = {
    "RU": "Russia",
    "CN": "China",
    "IR": "Iran",
    "TR": "Türkiye",
    "TM": "Turkmenistan",
    "BY": "Belarus",
}
_NO_BIAS = 0.02
"""Median misfit under which the model is said to err on neither side."""


def cargo(consignment: Consignment) -> str:
    """Name one unit of what moves.

    Parameters
    ----------
    consignment
        The question.

    Returns
    -------
    str
        For example ``40-foot container of cotton yarn`` or ``tonne of wheat``.
    """
    unit = {"FEU": "40-foot container", "TEU": "20-foot container", "t": "tonne"}.get(
        consignment.unit, consignment.unit
    )
    if {consignment.commodity_id.lower(), consignment.commodity.lower()} & _PLAIN_CARGO:
        return unit
    name = _PACKING.sub("", consignment.commodity)
    first = name.split(" ")[0]
    if first[1:] == first[1:].lower():
        name = name[0].lower() + name[1:]
    return f"{unit} of {name}"


def country_list(codes: Sequence[str], names: Mapping[str, str], last: str = "and") -> str:
    """Name countries in a sentence.

    Parameters
    ----------
    codes
        ISO 3166 alpha-2 codes (anything else is written as it is).
    names
        Names by code.
    last
        The word before the last name.

    Returns
    -------
    str
        For example ``Russia and China``.

    Examples
    --------
    >>> country_list(["RU", "KZ"], {"KZ": "Kazakhstan"})
    'Russia and Kazakhstan'
    """
    return listed([_SHORT_NAMES.get(code) or names.get(code, code) for code in codes], last)


def leading(routes: Sequence[Route]) -> list[Route]:
    """Return the first route of each corridor.

    Parameters
    ----------
    routes
        Routes of one consignment.

    Returns
    -------
    list of Route
        Routes of rank 1, in the order given.
    """
    return [r for r in routes if r.rank == 1]


def best(routes: Sequence[Route]) -> Route | None:
    """Return the route of least generalised cost.

    Parameters
    ----------
    routes
        Routes of one consignment.

    Returns
    -------
    Route or None
        The route flagged best, else the cheapest; none without routes.
    """
    flagged = [r for r in routes if r.best]
    pool = flagged or [r for r in routes if math.isfinite(r.generalised_cost_usd)] or list(routes)
    return min(pool, key=lambda r: r.generalised_cost_usd, default=None)


def contrast(routes: Sequence[Route]) -> tuple[Route | None, Route | None]:
    """Choose the two routes that the answer sets side by side.

    Parameters
    ----------
    routes
        Routes of one consignment.

    Returns
    -------
    tuple of Route or None
        The Caspian route (else the best), and the Northern one (else the best of the others).
    """
    first = leading(routes)
    named = {r.corridor: r for r in reversed(first)}
    main = named.get("Caspian") or best(first)
    others = [r for r in first if main is not None and r.corridor != main.corridor]
    rival = next((r for r in others if r.corridor == "Northern"), None) or best(others)
    return main, rival


def _without(consignment: Consignment, names: Mapping[str, str]) -> str:
    return f"without {country_list(consignment.avoid, names, 'or')}" if consignment.avoid else ""


def consignment_answer(consignment: Consignment, routes: Sequence[Route], names: Mapping[str, str]) -> str:
    """Answer one question with one sentence.

    Parameters
    ----------
    consignment
        The question.
    routes
        Its routes.
    names
        Names of countries by code.

    Returns
    -------
    str
        Days of the two routes of `contrast` with P10-P90, and the ratio of their costs; or the reason why
        nothing can move.
    """
    ends = f"from {consignment.origin} to {consignment.destination}"
    sent = f" sent in {month_name[consignment.month]}" if consignment.month else ""
    without = _without(consignment, names)
    main, rival = contrast(routes)
    if main is None:
        reason = f": {consignment.reason.rstrip('.')}" if consignment.reason else ""
        return f"No open way takes a {cargo(consignment)}{sent} {ends}{' ' + without if without else ''}{reason}."
    subject = f"{without[0].upper()}{without[1:]}, a" if without else "A"
    start = f"{subject} {cargo(consignment)}{sent} {ends} takes {_spread(main.time_days, 'days')} {main.look.way}"
    if rival is None:
        return f"{start} and costs {interval_text(main.cost_usd, 'USD')}; no other corridor is open to it."
    dearer = times(main.cost_usd.p50 / rival.cost_usd.p50)
    return f"{start} and {_spread(rival.time_days)} {rival.look.way}, and costs {dearer}."


def _spread(value: Range, unit: str = "") -> str:
    """Write ``31 days (24–43)``, the order of a sentence."""
    middle, _, ends = interval(value.p50, value.p10, value.p90).partition(" ")
    return " ".join(part for part in (middle, unit, ends) if part)


def interval_text(value: Range, unit: str = "") -> str:
    """Write a range as ``31 (24–43) days``.

    Parameters
    ----------
    value
        P10, P50 and P90.
    unit
        Unit to set behind.

    Returns
    -------
    str
        See `caspia.view.formats.interval`.

    Examples
    --------
    >>> interval_text(Range(24.0, 31.0, 43.0), "days")
    '31 (24–43) days'
    """
    return interval(value.p50, value.p10, value.p90, unit)


def choice_answer(routes: Sequence[Route]) -> str:
    """Say which route has the least generalised cost.

    Parameters
    ----------
    routes
        Routes of one consignment.

    Returns
    -------
    str
        Empty without routes.
    """
    chosen = best(routes)
    if chosen is None:
        return ""
    value = chosen.value_of_time_usd_per_day
    worth = f" at {number(value)} USD a day" if math.isfinite(value) else ""
    return (
        f"Least generalised cost{worth}: {chosen.look.way}, {interval_text(chosen.time_days, 'days')}, "
        f"{interval_text(chosen.cost_usd, chosen.cost_unit)}."
    )


def _ratios(pairs: Sequence[tuple[Route, Route]], what: str) -> str:
    values = [
        (a.time_days.p50 / b.time_days.p50) if what == "time" else (a.cost_usd.p50 / b.cost_usd.p50)
        for a, b in pairs
    ]
    return interval(median(values), min(values), max(values))


def headline(result: ResultLike) -> str:
    """Answer for the whole study: how the Caspian compares with Russia.

    Parameters
    ----------
    result
        The result of a study.

    Returns
    -------
    str
        Counts of consignments, and median and range of the ratios of time and cost.
    """
    questions = records.consignments(result)
    by_question = {q.id: leading(records.routes(result, q.id)) for q in questions}
    if not any(by_question.values()):
        return f"None of {plural(len(questions), 'consignment')} can move: each one says why in its chapter."
    caspian = {c: r for c, rs in by_question.items() for r in rs if r.corridor == "Caspian"}
    northern = {c: r for c, rs in by_question.items() for r in rs if r.corridor == "Northern"}
    pairs = [(r, northern[c]) for c, r in caspian.items() if c in northern]
    wins = sum(1 for c in caspian if (top := best(by_question[c])) is not None and top.corridor == "Caspian")
    sentence = f"The Caspian carries {len(caspian)} of {plural(len(questions), 'consignment')}"
    if pairs:
        sentence += (
            f"; where Russia is open too ({len(pairs)}), it takes {_ratios(pairs, 'time')} times as long"
            f" and costs {_ratios(pairs, 'cost')} times as much"
        )
    if not caspian:
        return f"{sentence}."
    return f"{sentence}, and it is the best choice for {wins or 'none'}."


def validation_answer(rows: Sequence[records.Row]) -> str:
    """Say how far the model is from what was observed, and on which side.

    Parameters
    ----------
    rows
        Rows of the validation table.

    Returns
    -------
    str
        Median absolute misfit and median misfit for times and for prices.
    """
    parts = []
    for kind, noun, more, less in (("time", "time", "slow", "fast"), ("price", "price", "dear", "cheap")):
        misfits = compared(rows, kind)
        if misfits:
            side = median(misfits)
            where = (
                "errs on neither side"
                if abs(side) < _NO_BIAS
                else f"errs on the {more if side > 0 else less} side ({percent(side, signed=True)})"
            )
            error = percent(median(abs(m) for m in misfits))
            parts.append(
                f"against {plural(len(misfits), f'observed {noun}')} the model is off by {error} and {where}"
            )
    if not parts:
        return "The model cannot be judged: no observation has a modelled value."
    sentence = "; ".join(parts)
    lost = sum(1 for row in rows if records.text(row, "status") == "no route")
    tail = f"; for {plural(lost, 'observation')} it finds no route" if lost else ""
    return f"{sentence[0].upper()}{sentence[1:]}, at the median{tail}."


def compared(rows: Sequence[records.Row], kind: str) -> list[float]:
    """Return the misfits of the observations of one kind that judge the model.

    Observations that share their source with an input are shown but not counted.

    Parameters
    ----------
    rows
        Rows of the validation table.
    kind
        ``time`` or ``price``.

    Returns
    -------
    list of float
        Modelled divided by observed, minus one.
    """
    judges = [
        row for row in rows if records.text(row, "kind") == kind and records.text(row, "status") != "dependent"
    ]
    found = [records.real(row, "misfit") for row in judges]
    return [m for m in found if math.isfinite(m)]


def cost_time_finding(routes: Sequence[Route]) -> str:
    """Say what the picture of cost against time shows.

    Parameters
    ----------
    routes
        Routes of one consignment, at least one.

    Returns
    -------
    str
        Which way is fastest and which cheapest, and what a day saved costs.
    """
    fast = min(routes, key=lambda r: r.time_days.p50)
    cheap = min(routes, key=lambda r: r.cost_usd.p50)
    if len(routes) == 1:
        return f"One way is open: {fast.look.way}"
    if fast.id == cheap.id:
        return f"The way {fast.look.way} is both the fastest and the cheapest"
    price = (fast.cost_usd.p50 - cheap.cost_usd.p50) / (cheap.time_days.p50 - fast.time_days.p50)
    pair = f"Fastest {fast.look.way}, cheapest {cheap.look.way}"
    if fast.corridor == cheap.corridor:
        pair = f"Fastest and cheapest {fast.look.way}"
    return f"{pair}: a day saved costs {number(price)} USD"


def time_finding(routes: Sequence[Route]) -> str:
    """Say what the picture of times shows.

    Parameters
    ----------
    routes
        Routes of one consignment, at least one.

    Returns
    -------
    str
        Days within which nine in ten arrive.
    """
    known = [r for r in routes if math.isfinite(r.time_days.p90)] or list(routes)
    soon = min(known, key=lambda r: r.time_days.p90)
    late = max(known, key=lambda r: r.time_days.p90)
    said = f"Nine in ten arrive within {number(soon.time_days.p90)} days {soon.look.way}"
    return said if soon.corridor == late.corridor else f"{said}, {number(late.time_days.p90)} {late.look.way}"


def emissions_finding(routes: Sequence[Route]) -> str:
    """Say what the picture of emissions shows.

    Parameters
    ----------
    routes
        Routes of one consignment, at least one.

    Returns
    -------
    str
        The least emissions and how much the worst route exceeds them.
    """
    least = min(routes, key=lambda r: r.co2e_kg.p50)
    most = max(routes, key=lambda r: r.co2e_kg.p50)
    said = f"Least emissions {least.look.way}: {number(least.co2e_kg.p50)} kg CO₂e"
    if least.corridor == most.corridor or not least.co2e_kg.p50 > 0:
        return said
    return f"{said}; {most.look.way} {times(most.co2e_kg.p50 / least.co2e_kg.p50)}"


def map_finding(result: ResultLike) -> str:
    """Say what the overview map shows: where the ways over the Caspian change mode.

    Parameters
    ----------
    result
        The result of a study.

    Returns
    -------
    str
        The busiest transfer places of the Caspian corridor.
    """
    ways = [r.id for r in records.routes(result) if r.corridor == "Caspian" and r.rank == 1]
    seen: dict[str, set[str]] = {}
    for leg in records.rows(result, "legs"):
        if records.text(leg, "operation") == "terminal" and records.text(leg, "route_id") in ways:
            seen.setdefault(records.text(leg, "from_name"), set()).add(records.text(leg, "route_id"))
    busiest = Counter({place: len(ids) for place, ids in seen.items()}).most_common(2)
    if not busiest:
        return "The best way of each corridor"
    places = listed(
        [f"{count} {'change ' if i == 0 else ''}at {place}" for i, (place, count) in enumerate(busiest)]
    )
    return f"Of {plural(len(ways), 'way')} over the Caspian, {places}"


def facts_finding(rows: Sequence[records.Row]) -> str:
    """Say how many facts are assumed.

    Parameters
    ----------
    rows
        Rows of the facts table.

    Returns
    -------
    str
        Count and share of assumed facts.
    """
    assumed = sum(1 for row in rows if records.text(row, "method") == "assumed")
    if not rows:
        return "No fact entered the results"
    share = percent(assumed / len(rows))
    return f"{whole(assumed)} of {plural(len(rows), 'fact')} behind the results are assumed ({share})"
