"""The sentences of supply security: where supply comes from, what it passes, what it can do without."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from caspia.view import records
from caspia.view.flow_ranges import share_range
from caspia.view.formats import days, listed, number, percent
from caspia.view.plan_words import brief, span
from caspia.view.records import Row

WATERS: Mapping[str, str] = {
    "hormuz": "Strait of Hormuz",
    "bab-el-mandeb": "Bab el-Mandeb",
    "suez-canal": "Suez Canal",
    "malacca": "Strait of Malacca",
    "panama-canal": "Panama Canal",
    "cape-of-good-hope": "Cape of Good Hope",
    "bosporus": "Bosporus",
    "danish-straits": "Danish straits",
    "gibraltar": "Gibraltar",
    "taiwan-strait": "Taiwan Strait",
    "caspian-sea": "Caspian Sea",
}
STATUS: Mapping[str, str] = {
    "sold": "Kazakhstan sells it to Japan",
    "agreed": "Kazakhstan has agreed to sell it to Japan",
    "made": "mined or made in Kazakhstan",
    "possible": "not made in Kazakhstan yet",
    "none": "not made in Kazakhstan",
}
"""What is known of a mineral between Kazakhstan and Japan; no list of the 22 was published."""
PLANNED = "with the plan"
"""World of a plan, as the answer names it."""
WHOLE = 0.995
"""Share from which on all is said to arrive."""
_FAR_DAYS = 3650.0
_CHOSEN = 4
_LEAVES = {
    "available": "of what is to be had in",
    "origin": "of leave to buy in",
    "passage": "of leave to pass",
    "way": "on the way by",
}
"""Limits of the choice at least cost, in words."""
_LEAST_SHORT = 5e-5


def passage_name(row: Row) -> str:
    """Name a state or water that is passed.

    Parameters
    ----------
    row
        A row of the transit or chokepoint table.

    Returns
    -------
    str

    Examples
    --------
    >>> passage_name({"water": "hormuz"}), passage_name({"country": "RU", "name": "Russia"})
    ('Strait of Hormuz', 'Russia')
    """
    water = records.text(row, "water")
    return WATERS.get(water, water.replace("-", " ")) if water else records.text(row, "name")


def closing_name(row: Row) -> str:
    """Name what is done without.

    Parameters
    ----------
    row
        A row with `without_name`, names joined by semicolons, and `without`, the codes.

    Returns
    -------
    str

    Examples
    --------
    >>> closing_name({"without": "RU,CN", "without_name": "Russia;China"})
    'Russia and China'
    >>> closing_name({"without": "hormuz", "without_name": "hormuz"})
    'Strait of Hormuz'
    """
    names = records.items(row, "without_name") or tuple(records.text(row, "without").split(","))
    return listed([WATERS.get(name, name.replace("-", " ")) for name in names])


def secure_answer(head: Row, transit: Sequence[Row], bypass: Sequence[Row]) -> str:
    """Answer how secure supply is.

    Parameters
    ----------
    head
        The summary.
    transit, bypass
        Rows of what is passed and of what supply can do without.

    Returns
    -------
    str
        With intervals.
    """
    importer, name = records.text(head, "importer_name"), records.text(head, "name")
    parts = [f"Of {importer}'s supply of {name[:1].lower() + name[1:]}"]
    central = share_range(span(head, "central_asia_share"))
    parts.append(f"{central} comes from Central Asia" if records.real(head, "central_asia_share") > 0 else "none")
    if parts[-1] == "none":
        parts[-1] = "nothing comes from Central Asia"
    russia = next((row for row in transit if records.text(row, "country") == "RU"), None)
    passes = f"{share_range(span(russia, 'share'))} passes Russia" if russia else "nothing passes Russia"
    said = f"{parts[0]} {parts[1]} and {passes}"
    both = next((row for row in bypass if records.text(row, "without") == "RU,CN"), None)
    if both is not None:
        said += f"; without Russia and China {_left(both, head)}"
    cover = span(head, "days_of_cover")
    return f"{said}. Stocks cover {brief(cover)} days of use."


def _left(row: Row, head: Row) -> str:
    """What arrives without something, at what more."""
    share = records.real(row, "feasible_share")
    more = [records.real(row, "extra_cost_usd_per_t"), days(records.real(row, "extra_time_h"))]
    unit = records.text(head, "unit") or "t"
    cost = f"{number(abs(more[0]))} USD/{unit} {'more' if more[0] >= 0 else 'less'} in carriage"
    time = f"{number(abs(more[1]))} days {'later' if more[1] >= 0 else 'sooner'}"
    if records.real(row, "lost_share") <= 0:
        return "nothing changes"
    arrives = "all of it still arrives" if share >= WHOLE else f"{share_range(span(row, 'feasible_share'))} arrives"
    return f"{arrives}, {cost} and {time} in the mean"


def passing_title(transit: Sequence[Row], waters: Sequence[Row]) -> str:
    """Say what supply passes most, and how much of it Russia and China.

    Parameters
    ----------
    transit, waters
        Rows of states and of chokepoints, the largest first.

    Returns
    -------
    str

    Examples
    --------
    >>> passing_title([{"country": "RU", "name": "Russia", "share": 0.2}], [])
    'Russia is passed by 20\u202f%, China by nothing'
    """
    if not transit and not waters:
        return "Supply passes no third state and no chokepoint"
    most = [f"{passage_name(row)} by {share_range(span(row, 'share'))}" for row in list(waters)[:1]]
    by = {records.text(row, "country"): share_range(span(row, "share")) for row in transit}
    said = [*most, f"Russia by {by.get('RU') or 'nothing'}", f"China by {by.get('CN') or 'nothing'}"]
    first = said[0][:1].upper() + said[0][1:]
    return ", ".join([first.replace(" by ", " is passed by ", 1), *said[1:]])


def bypass_title(rows: Sequence[Row]) -> str:
    """Say which closing hurts most.

    Parameters
    ----------
    rows
        Rows of what supply can do without, at least one.

    Returns
    -------
    str
    """
    worst = min(rows, key=lambda row: records.real(row, "feasible_share"))
    share = records.real(worst, "feasible_share")
    if share >= WHOLE:
        return "Supply can do without each of these"
    name = closing_name(worst)
    return f"Without {name} {share_range(span(worst, 'feasible_share'))} of the need is met"


def cover_text(value: float) -> str:
    """Write days, or that they do not matter.

    Parameters
    ----------
    value
        Days; infinite where nothing stops.

    Returns
    -------
    str

    Examples
    --------
    >>> cover_text(60.0), cover_text(20000.0), cover_text(float("inf")), cover_text(float("nan"))
    ('60', '>10 years', '–', '–')
    """
    if not math.isfinite(value):
        return "–"
    return ">10 years" if value > _FAR_DAYS else number(value)


def worlds_title(rows: Sequence[Row]) -> str:
    """Say what the corridor changes.

    Parameters
    ----------
    rows
        Rows of the worlds.

    Returns
    -------
    str
        Empty where there are none.
    """
    first = _world_rows(rows)
    shares = {name: records.real(row, "share_ru") for name, row in first.items()}
    if len(shares) < 2:
        return ""
    names = list(shares)
    before, now = shares[names[1]], shares[names[0]]
    if abs(before - now) < 0.005:
        return "The Caspian corridor changes little here"
    return (
        f"Without the Caspian corridor {share_range(span(first[names[1]], 'share_ru'))} would pass Russia, with it "
        f"{share_range(span(first[names[0]], 'share_ru'))}"
    )


def choice_answer(head: Row, choice: Sequence[Row], limits: Sequence[Row]) -> str:
    """Say what supply at least cost would be, and what its limits cost.

    Parameters
    ----------
    head
        The summary.
    choice, limits
        Rows of the choice at least cost and of the limits that bind, the largest first.

    Returns
    -------
    str
        Empty where nothing would be bought.
    """
    bought = [row for row in choice if records.real(row, "chosen_share") >= 0.005][:_CHOSEN]
    if not bought:
        return ""
    shares = [
        f"{records.text(row, 'name')} {percent(records.real(row, 'chosen_share'))} "
        f"({percent(records.real(row, 'present_share'))} now)"
        for row in bought
    ]
    most = percent(records.real(head, "origin_limit_share"))
    said = f"With at most {most} of one origin or over one state, supply at least cost is mostly {listed(shares)}."
    unit = records.text(head, "unit") or "t"
    saved = [
        f"{_LEAVES[records.text(row, 'limit')]} {records.text(row, 'name')} "
        f"{number(records.real(row, 'price_usd_per_t'))} USD/{unit}"
        for row in limits[:_CHOSEN]
    ]
    return f"{said} A little more would save: {listed(saved)}." if saved else said


def plan_answer(rows: Sequence[Row]) -> str:
    """Say what a plan changes on the way over the Caspian.

    Parameters
    ----------
    rows
        Rows of the worlds.

    Returns
    -------
    str
        Empty without a plan, or where nothing goes over the Caspian.
    """
    first = _world_rows(rows)
    if PLANNED not in first:
        return ""
    now, planned = next(iter(first.values())), first[PLANNED]
    cost, hours = (
        records.real(planned, name) - records.real(now, name) for name in ("caspian_usd_per_t", "caspian_time_h")
    )
    if not (math.isfinite(cost) and math.isfinite(hours)):
        return "No supply goes over the Caspian that the plan could change."
    moved = share_range(span(planned, "caspian_share"))
    return (
        f"With the plan the way over the Caspian takes {_by(days(hours), 'days')} and costs {_by(cost, 'USD/t')}; "
        f"{moved} of supply takes it, and the share that passes Russia is {share_range(span(planned, 'share_ru'))}."
    )


def _by(change: float, unit: str) -> str:
    """A difference in words."""
    return f"{number(abs(change))} {unit} {'more' if change > 0 else 'less'}"


def _world_rows(rows: Sequence[Row]) -> dict[str, Row]:
    """The first row of each world."""
    found: dict[str, Row] = {}
    for row in rows:
        found.setdefault(records.text(row, "world"), row)
    return found


def events_title(head: Row) -> str:
    """Say what events on record leave short.

    Parameters
    ----------
    head
        The summary.

    Returns
    -------
    str

    Examples
    --------
    >>> events_title({"expected_shortfall_share": 0.0})
    'Events on record would leave nothing short: stocks last longer'
    """
    short = records.real(head, "expected_shortfall_share")
    if not short >= _LEAST_SHORT:
        return "Events on record would leave nothing short: stocks last longer"
    return f"Events on record leave {number(100 * short)} percent of a year's use short in the mean"


def caveats(head: Row) -> list[str]:
    """Say what has to be known to read the numbers.

    Parameters
    ----------
    head
        The summary.

    Returns
    -------
    list of str
    """
    found = []
    if records.text(head, "basis") != "stated shares":
        found.append("Shares of origin are not published: those of world exports stand in.")
    found += [f"{text}." for text in (records.text(head, "need_note").rstrip("."),) if text]
    status = STATUS.get(records.text(head, "kz_jp"))
    if status and records.text(head, "importer") == "JP":
        found.append(f"Kazakhstan and Japan: {status}; no list of the 22 minerals was published.")
    gone = records.real(head, "without_way_share")
    if gone > 1.0 - WHOLE:
        found.append(f"No way is known for {share_range(span({'share': gone}, 'share'))} of supply.")
    return found


def exporter_answer(record: Row, worlds: Sequence[Row]) -> str:
    """Answer how diversified a state exports.

    Parameters
    ----------
    record
        The answer for machines.
    worlds
        Its worlds.

    Returns
    -------
    str
    """
    now = [row for row in worlds if records.text(row, "world") == records.text(worlds[0], "world")]
    said = []
    for row in now:
        goods = records.text(row, "goods")
        words = "of all tonnes" if goods == "all" else goods
        said.append(
            f"{words} the index of concentration is {brief(span(row, 'hhi_corridor'))} by corridor and "
            f"{brief(span(row, 'hhi_partner'))} by partner"
        )
    exposure = record.get("transit_exposure")
    passed = exposure.get("RU", 0.0) if isinstance(exposure, Mapping) else 0.0
    russia = f"{share_range(span({'share': passed}, 'share'))} of the exports of {records.text(record, 'name')}"
    return f"{russia} pass Russia to reach others; {'; '.join(said)}."
