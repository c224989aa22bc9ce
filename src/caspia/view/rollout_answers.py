"""The sentences of a roll-out: what works when, when announced targets are passed, and what binds the crossing."""

from __future__ import annotations

import math
from collections.abc import Sequence

from caspia.view import records
from caspia.view.flow_ranges import share_range, tonnes_text
from caspia.view.flow_words import tonnes
from caspia.view.formats import days, listed, number, percent, plural
from caspia.view.plan_words import HORIZON, brief, span, year_text
from caspia.view.records import Range, Row

_LATE = 3
UNITS = {"t": "Mt", "teu": "thousand TEU", "d": "days", "usd": "million USD"}
"""Units in which targets are written, by quantity."""
_FACTORS = {"t": 1e-6, "teu": 1e-3, "d": 1.0, "usd": 1e-6}
BINDS = 0.05
"""Share of the capacity of the crossing that a stage must limit to be said to bind."""


def last_year(years: Sequence[Row]) -> int:
    """Return the last year of a roll-out.

    Parameters
    ----------
    years
        Rows of rollout_years.

    Returns
    -------
    int
        `HORIZON` where there are none.
    """
    return max((int(records.real(r, "year")) for r in years), default=HORIZON)


def rollout_answer(years: Sequence[Row], passed: Row, targets: Sequence[Row] = ()) -> str:
    """Answer when the corridor works: the year in which its flow passes what is announced.

    Parameters
    ----------
    years
        Rows of rollout_years.
    passed
        `year`, `low`, `high` and `share_never` of the path of the official targets.
    targets
        Rows of rollout_targets, of which the main one answers where `passed` is empty.

    Returns
    -------
    str
        With intervals; says so where nothing is rolled out.
    """
    if not years:
        return "There is no roll-out: no year was computed."
    end = max(years, key=lambda r: records.real(r, "year"))
    year, share = last_year(years), share_range(span(end, "share"))
    of_land = f", {share} of what goes over land" if share else ""
    paper = [tonnes(records.real(end, f"{name}_capacity_t")) for name in ("announced", "financed")]
    said = (
        f"In {year} the corridor carries {tonnes_text(span(end, 'flow_t'))} a year{of_land}, and could carry "
        f"{tonnes_text(span(end, 'capacity_t'))}; capacity for {paper[0]} is announced and for {paper[1]} financed"
    )
    first = passing(passed, targets, year)
    return f"{first}. {said}." if first else f"{said}."


def passing(passed: Row, targets: Sequence[Row], horizon: int) -> str:
    """Say when the flow passes what is announced.

    Parameters
    ----------
    passed
        `year`, `low`, `high` and `share_never` of the path of the official targets.
    targets
        Rows of rollout_targets.
    horizon
        Last year of the roll-out.

    Returns
    -------
    str
        A sentence without its end; empty where there is no target.

    Examples
    --------
    >>> passing({"year": 2035, "low": 2032, "high": None}, [], 2040)
    'The actual flow passes the official targets in 2035 (2032–later)'
    >>> passing({"year": None, "low": None, "high": None}, [], 2040)
    'The actual flow does not pass the official targets before 2040'
    """
    if passed:
        value, what = (
            Range(*(records.real(passed, name) for name in ("low", "year", "high"))),
            "the official targets",
        )
    elif targets:
        main = main_target(targets)
        value, by = passed_in(main), records.real(main, "year")
        when = f", announced for {by:.0f}," if math.isfinite(by) else ""
        what = f"the target of {target_text(main)}{when}"
    else:
        return ""
    never = records.real(passed, "share_never") if passed else records.real(main_target(targets), "share_never")
    doubt = f"; {percent(never)} of the roll-outs do not" if 0.005 <= never < 0.995 else ""
    said = year_text(value, horizon)
    if said[0].isdigit():
        return f"The actual flow passes {what} in {said}{doubt}"
    return f"The actual flow does not pass {what} {said.removeprefix('not ')}"


def passed_in(row: Row) -> Range:
    """Read the year in which a target is passed.

    Parameters
    ----------
    row
        A row of rollout_targets: `passed_year`, `passed_year_low`, `passed_year_high`.

    Returns
    -------
    Range
        NaN where it is not passed in the years computed.
    """
    return span(row, "passed_year")


def main_target(targets: Sequence[Row]) -> Row:
    """Choose the target that answers where there is no path of targets: the one marked `main`, else the first.

    Parameters
    ----------
    targets
        Rows of rollout_targets, at least one.

    Returns
    -------
    Row
        Its row.

    Examples
    --------
    >>> main_target([{"target": "a", "main": False}, {"target": "b", "main": True}])["target"]
    'b'
    """
    return next((r for r in targets if records.text(r, "main").lower() in {"true", "1", "1.0"}), targets[0])


def target_text(row: Row) -> str:
    """Write the amount of a target.

    Parameters
    ----------
    row
        A row of rollout_targets: `quantity` and `value`.

    Returns
    -------
    str
        With its unit.

    Examples
    --------
    >>> target_text({"quantity": "teu", "value": 3e5}), target_text({"quantity": "t", "value": 1e7})
    ('300 thousand TEU', '10 Mt')
    """
    quantity = records.text(row, "quantity")
    value = number(records.real(row, "value") * factor(quantity))
    return f"{value} {UNITS.get(quantity, quantity)}".strip()


def factor(quantity: str) -> float:
    """Size of a unit of a quantity in the one that it is written in.

    Parameters
    ----------
    quantity
        `t`, `teu`, `d` or another.

    Returns
    -------
    float
        1 for another.

    Examples
    --------
    >>> factor("t"), factor("wagons")
    (1e-06, 1.0)
    """
    return _FACTORS.get(quantity, 1.0)


def modelled(row: Row) -> Range:
    """Read the flow in the year of a target, in the unit that it is written in.

    Parameters
    ----------
    row
        A row of rollout_targets.

    Returns
    -------
    Range
        With its interval.
    """
    return span(row, "modelled", factor(records.text(row, "quantity")))


def working(stages: Sequence[Row]) -> list[Row]:
    """Choose the stages as they work, not as they are announced or financed.

    Parameters
    ----------
    stages
        Rows of rollout_stages: `year`, `line`, `stage`, `capacity_t`, `binding`.

    Returns
    -------
    list of Row
        Those of the line `working`.
    """
    return [r for r in stages if records.text(r, "line") in ("", "working")]


def stages_answer(stages: Sequence[Row]) -> str:
    """Say what binds the crossing first and last.

    Parameters
    ----------
    stages
        Rows of rollout_stages, as `working`.

    Returns
    -------
    str
        Empty where there are none.
    """
    years = sorted({int(records.real(r, "year")) for r in stages})
    if not years:
        return ""
    first, last = (
        _binding([r for r in stages if records.real(r, "year") == year]) for year in (years[0], years[-1])
    )
    if not first or not last:
        return "What the stages of the crossing let through"
    if first == last or len(years) == 1:
        return f"From {years[0]} to {years[-1]} the crossing is bound by {first}"
    return f"In {years[0]} the crossing is bound by {first}, in {years[-1]} by {last}"


def _binding(rows: Sequence[Row]) -> str:
    tight = sorted(
        (r for r in rows if records.real(r, "binding") > BINDS), key=lambda r: -records.real(r, "binding")
    )
    return listed([f"the {records.text(r, 'stage')}" for r in tight[:2]])


def gap_answer(years: Sequence[Row]) -> str:
    """Say how far what is announced is from what works and from what moves.

    Parameters
    ----------
    years
        Rows of rollout_years, at least one.

    Returns
    -------
    str
        The title of the chart.
    """
    end = max(years, key=lambda r: records.real(r, "year"))
    return (
        f"Of {tonnes(records.real(end, 'announced_capacity_t'))} announced for {last_year(years)}, "
        f"{tonnes_text(span(end, 'capacity_t'))} work and {tonnes_text(span(end, 'flow_t'))} move"
    )


def times_answer(years: Sequence[Row]) -> str:
    """Say how the time door to door changes.

    Parameters
    ----------
    years
        Rows of rollout_years.

    Returns
    -------
    str
        Empty where no time is known.
    """
    known = [r for r in years if math.isfinite(records.real(r, "time_h_p50"))]
    if not known:
        return ""
    first, last = (f(known, key=lambda r: records.real(r, "year")) for f in (min, max))
    start, end = (_days(r, "time_h_p50") for r in (first, last))
    slow = [number(days(records.real(r, "time_h_p90"))) for r in (first, last)]
    when = [f"{records.real(r, 'year'):.0f}" for r in (first, last)]
    return (
        f"Half of the boxes arrive within {start} days in {when[0]} and {end} in {when[1]}; nine in ten within "
        f"{slow[0]} and {slow[1]}"
    )


def _days(row: Row, column: str) -> str:
    return brief(span(row, column, days(1.0)))


def sea_answer(years: Sequence[Row]) -> str:
    """Say how far the Caspian falls.

    Parameters
    ----------
    years
        Rows of rollout_years, with `fall_m`.

    Returns
    -------
    str
        Empty where it is not known or does not fall.
    """
    end = max(years, key=lambda r: records.real(r, "year"), default={})
    fall = span(end, "fall_m")
    if not fall.p50 > 0:
        return ""
    return (
        f"By {last_year(years)} the Caspian has fallen by {brief(fall)} m, which takes draught from ships and ports"
    )


def openings_answer(openings: Sequence[Row]) -> str:
    """Say how late projects open against what is announced.

    Parameters
    ----------
    openings
        Rows of rollout_openings: `name`, `announced_year`, `opening_year`.

    Returns
    -------
    str
        Empty where nothing is announced.
    """
    known = [r for r in openings if math.isfinite(_late(r))]
    if not known:
        return ""
    late = sorted((r for r in known if _late(r) >= 1), key=lambda r: -_late(r))
    if not late:
        return f"All {plural(len(known), 'project')} with an announced year open in time"
    worst = [f"{records.text(r, 'name')} by {plural(round(_late(r)), 'year')}" for r in late[:_LATE]]
    return f"{len(late)} of {plural(len(known), 'announced project')} open late: {listed(worst)}"


def _late(row: Row) -> float:
    return records.real(row, "opening_year") - records.real(row, "announced_year")


def opening(row: Row) -> Range:
    """Read the first year of use of a project.

    Parameters
    ----------
    row
        A row of rollout_openings.

    Returns
    -------
    Range
        The year with the mean delay of works of its class, between P10 and P90 of the samples.
    """
    return span(row, "opening_year")


def cost_text(row: Row) -> str:
    """Write what a box pays.

    Parameters
    ----------
    row
        A row of rollout_years.

    Returns
    -------
    str
        Dollars a TEU, empty where it is not known.
    """
    value = span(row, "cost_usd_per_teu")
    return brief(value) if math.isfinite(value.p50) else ""
