"""The sentences of a roll-out: what works when, when announced targets are passed, and what binds the crossing."""

from __future__ import annotations

import math
from collections.abc import Sequence

from caspia.view import records
from caspia.view.flow_ranges import figures, share_range, tonnes_text
from caspia.view.flow_words import tonnes
from caspia.view.formats import days, listed, number, plural
from caspia.view.plan_words import HORIZON, span, year_text
from caspia.view.records import Range, Row

_LATE = 3
UNITS = {"t": "Mt", "teu": "thousand TEU", "d": "days", "usd": "million USD"}
"""Units in which targets are written, by quantity."""
_FACTORS = {"t": 1e-6, "teu": 1e-3, "d": 1.0, "usd": 1e-6}
_PASSED = ("passed_year", "year_passed", "passed")
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


def rollout_answer(years: Sequence[Row], targets: Sequence[Row]) -> str:
    """Answer when the corridor works: flow against what is announced, and the year in which it passes that.

    Parameters
    ----------
    years
        Rows of rollout_years.
    targets
        Rows of rollout_targets; the first that is counted in tonnes is the announced target.

    Returns
    -------
    str
        With intervals; says so where nothing is rolled out.
    """
    if not years:
        return "There is no roll-out: no year was computed."
    end = max(years, key=lambda r: records.real(r, "year"))
    year, flow = last_year(years), span(end, "flow_t")
    share = share_range(span(end, "share"))
    of_land = f", {share} of what goes over land" if share else ""
    paper = [tonnes(records.real(end, f"{name}_capacity_t")) for name in ("announced", "financed")]
    said = (
        f"In {year} the corridor carries {tonnes_text(flow)} a year{of_land}, and could carry "
        f"{tonnes_text(span(end, 'capacity_t'))}; {paper[0]} are announced and {paper[1]} financed"
    )
    main = main_target(targets)
    return f"{passing(main, year)}. {said}." if main else f"{said}."


def main_target(targets: Sequence[Row]) -> Row:
    """Choose the target of the answer: the one marked `main`, else the first in tonnes.

    Parameters
    ----------
    targets
        Rows of rollout_targets.

    Returns
    -------
    Row
        Empty where there is none.

    Examples
    --------
    >>> main_target([{"quantity": "d"}, {"quantity": "t", "value": 1e7}])["value"]
    10000000.0
    """
    marked = [r for r in targets if records.text(r, "main").lower() in {"true", "1", "1.0"}]
    return next(iter(marked + [r for r in targets if records.text(r, "quantity") == "t"]), {})


def passed(row: Row) -> Range:
    """Read the year in which a target is passed.

    Parameters
    ----------
    row
        A row of rollout_targets, with `passed_year` and its ends.

    Returns
    -------
    Range
        NaN where it is not passed in the years computed.
    """
    name = next((name for name in _PASSED if name in row), _PASSED[0])
    return span(row, name)


def passing(row: Row, horizon: int) -> str:
    """Say when a target is passed.

    Parameters
    ----------
    row
        A row of rollout_targets.
    horizon
        Last year of the roll-out.

    Returns
    -------
    str
        A clause that begins a sentence.
    """
    when = year_text(passed(row), horizon)
    for_year = records.real(row, "year")
    announced = f", announced for {for_year:.0f}" if math.isfinite(for_year) else ""
    verb = "passes" if when[0].isdigit() else "does not pass"
    amount = target_text(row)
    when = f"in {when}" if when[0].isdigit() else when.replace("not before", "before", 1)
    return f"The actual flow {verb} the target of {amount}{announced}, {when}"


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
    """Read what is modelled for the year of a target, in the unit that it is written in.

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


def stages_answer(stages: Sequence[Row]) -> str:
    """Say what binds the crossing first and last.

    Parameters
    ----------
    stages
        Rows of rollout_stages: `year`, `stage`, `capacity_t`, `binding`.

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
    return figures(span(row, column, days(1.0)))


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
    return figures(value) if math.isfinite(value.p50) else ""
