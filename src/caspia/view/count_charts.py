"""Charts of counts: observed against modelled traffic on logarithmic axes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from statistics import median

import altair as alt

from caspia.view import canvas, records, theme
from caspia.view.flow_answers import FACTOR
from caspia.view.flow_ranges import figures, is_known, span
from caspia.view.flow_words import counted, factor_text
from caspia.view.formats import interval, plural
from caspia.view.records import Range, Row
from caspia.view.theme import Spec, token

ROLES = {
    "judged": "judged: not used in the fit",
    "fitted": "fitted",
    "shown": "shown only: another scope",
}
"""Roles of counts and how a legend names them."""


def comparable(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Group the counts that have an observed number by their unit.

    Parameters
    ----------
    rows
        Rows of flow_counts.

    Returns
    -------
    dict of str to list
        Unit to rows, most frequent unit first.
    """
    usable = [r for r in rows if records.real(r, "observed") > 0 and records.real(r, "modelled") >= 0]
    units = Counter(records.text(r, "unit") for r in usable)
    return {unit: [r for r in usable if records.text(r, "unit") == unit] for unit, _ in units.most_common()}


def _point(row: Row, floor: float) -> dict[str, object]:
    unit = records.text(row, "unit")
    seen, said = records.real(row, "observed"), records.real(row, "modelled")
    ends = span(row, "modelled")
    return {
        "name": records.text(row, "name"),
        "kind": records.text(row, "kind"),
        "role": records.text(row, "role"),
        "year": f"{records.real(row, 'year'):.0f}",
        "observed": seen,
        "modelled": max(said, floor),
        "lost": said < floor,
        "seen": interval(seen, records.real(row, "low"), records.real(row, "high"), unit),
        **_ends(span(row, "modelled"), floor),
        "said": f"{figures(Range(*(counted(v) for v in (ends.p10, said, ends.p90))))} {unit}",
        "factor": factor_text(records.real(row, "factor")),
    }


def _ends(value: Range, floor: float) -> dict[str, object]:
    """Ends of the modelled interval, on an axis that begins at a floor; none where there is no interval."""
    if not is_known(value) or value.p90 < floor:
        return {}
    return {"least": max(value.p10, floor), "most": max(value.p90, floor)}


def traffic(rows: Sequence[Row], unit: str, *, width: int = 420, height: int = 380) -> Spec:
    """Plot observed against modelled traffic with the line of agreement and the band of a factor of 1.5.

    Parameters
    ----------
    rows
        Rows of one group of `comparable`, at least one.
    unit
        Their unit.
    width, height
        Size in pixels.

    Returns
    -------
    Spec
        A full mark for a judged count, a ring for a fitted one, a cross for one that is only shown. What the
        model leaves out lies on the lower edge as a triangle.
    """
    seen = [records.real(r, "observed") for r in rows]
    floor = min(seen) / 10
    points = [_point(r, floor) for r in rows]
    said = [records.real(p, name) for p in points for name in ("modelled", "least", "most") if name in p]
    low, high = min([*seen, *said]) / 1.5, max([*seen, *said]) * 1.6
    scale = alt.Scale(type="log", domain=[low, high], nice=False)
    powers = [10.0**n for n in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)]
    axis = alt.Axis(values=powers, format="~s")
    xs = alt.X("observed:Q", title=f"Observed, {unit}", scale=scale, axis=axis)
    ys = alt.Y("modelled:Q", title=f"Modelled, {unit}", scale=scale, axis=axis)
    data = canvas.Rows()
    drawn = [*_agreement(data, low, high, (xs, ys)), *_marks(data, points, (xs, ys)), *_legend(data, points)]
    return data.finish(alt.layer(*drawn), title=_title(rows, unit), width=width, height=height)


def _title(rows: Sequence[Row], unit: str) -> str:
    one = unit.partition("/")[0]
    for role in ("judged", "fitted", "shown"):
        factors = [records.real(r, "factor") for r in rows if records.text(r, "role") == role]
        if factors:
            middle = factor_text(median(factors))
            return (
                f"{plural(len(factors), f'{role} count')} in {one}: half are modelled within a factor of {middle}"
            )
    return f"No count in {one}"


def _agreement(data: canvas.Rows, low: float, high: float, axes: tuple[alt.X, alt.Y]) -> list[alt.Chart]:
    steps = [low * (high / low) ** (n / 24) for n in range(25)]
    band = [{"x": x, "y": max(x / FACTOR, low), "y2": min(x * FACTOR, high)} for x in steps]
    xs, ys = axes
    area = (
        alt.Chart(data.add(band))
        .mark_area(color=token("muted"), opacity=0.16, clip=True)
        .encode(x=_other(xs, "x:Q"), y=_other(ys, "y:Q"), y2=alt.Y2("y2:Q"))
    )
    line = (
        alt.Chart(data.add([{"x": low, "y": low}, {"x": high, "y": high}]))
        .mark_line(color=token("muted"), strokeWidth=1)
        .encode(x=_other(xs, "x:Q"), y=_other(ys, "y:Q"))
    )
    at = high / FACTOR / 1.35
    names = [{"x": at, "y": at * FACTOR, "t": f"factor {FACTOR:g}", "side": "right", "dy": -3}]
    text = (
        alt.Chart(data.add(names))
        .mark_text(align="right", dx=-2, dy=-4, fontSize=10, color=token("muted"))
        .encode(x=_other(xs, "x:Q"), y=_other(ys, "y:Q"), text="t:N")
    )
    return [area, line, text]


def _marks(data: canvas.Rows, points: Sequence[dict[str, object]], axes: tuple[alt.X, alt.Y]) -> list[alt.Chart]:
    xs, ys = axes
    tip = [
        alt.Tooltip("name:N", title="Count"),
        alt.Tooltip("year:N", title="Year"),
        alt.Tooltip("kind:N", title="Kind"),
        alt.Tooltip("role:N", title="Role"),
        alt.Tooltip("seen:N", title="Observed"),
        alt.Tooltip("said:N", title="Modelled"),
        alt.Tooltip("factor:N", title="Factor"),
    ]
    base = alt.Chart(data.add(list(points)))
    spans = (
        base.transform_filter("isValid(datum.least)")
        .mark_rule(strokeWidth=1, opacity=0.45, color=token("ink"), clip=True)
        .encode(x=xs, y=_other(ys, "least:Q"), y2=alt.Y2("most:Q"))
    )
    return [
        spans,
        *(
            base.transform_filter(f"datum.role === '{role}'")
            .mark_point(**_look(role), shape=alt.ExprRef("datum.lost ? 'triangle-down' : " + _shape(role)))
            .encode(x=xs, y=ys, tooltip=tip)
            for role in ("shown", "fitted", "judged")
        ),
    ]


def _shape(role: str) -> str:
    return "'cross'" if role == "shown" else "'circle'"


def _look(role: str) -> canvas.Look:
    full = theme.corridor("Caspian").colour
    judged: canvas.Look = {"size": 62, "opacity": 0.9, "fill": full, "stroke": token("ink"), "strokeWidth": 0.7}
    fitted: canvas.Look = {"size": 46, "fill": "transparent", "stroke": token("ink"), "strokeWidth": 1.2}
    shown: canvas.Look = {"size": 34, "opacity": 0.55, "fill": token("muted"), "strokeWidth": 0}
    looks: dict[str, canvas.Look] = {"judged": judged, "fitted": fitted, "shown": shown}
    return {"filled": True, "opacity": 1, **looks[role]}


def _legend(data: canvas.Rows, points: Sequence[dict[str, object]]) -> list[alt.Chart]:
    present = [role for role in ROLES if any(p["role"] == role for p in points)]
    rows = [{"i": nth, "role": role, "t": ROLES[role]} for nth, role in enumerate(present)]
    base = alt.Chart(data.add(rows))
    level = alt.ExprRef("14 + datum.i * 17")
    found = [
        base.transform_filter(f"datum.role === '{role}'")
        .mark_point(**_look(role), shape=_shape(role).strip("'"), x=alt.ExprRef("14"), y=level)
        .encode(detail=alt.Detail("i:O"))
        for role in present
    ]
    text = base.mark_text(align="left", baseline="middle", fontSize=11, x=alt.ExprRef("26"), y=level)
    return [*found, text.encode(text=alt.Text("t:N"))]


def _other(channel: alt.X | alt.Y, field: str) -> alt.X | alt.Y:
    """Return a channel of the same scale and title for another column."""
    copy = channel.copy()
    copy.shorthand = field
    return copy


def kinds_of(rows: Sequence[Row]) -> dict[str, float]:
    """Find the median factor of the judged counts of each kind.

    Parameters
    ----------
    rows
        Rows of flow_counts.

    Returns
    -------
    dict of str to float
        Kind to factor.
    """
    found: dict[str, list[float]] = {}
    for row in rows:
        factor = records.real(row, "factor")
        if records.text(row, "role") == "judged" and not math.isnan(factor):
            found.setdefault(records.text(row, "kind"), []).append(factor)
    return {kind: median(factors) for kind, factors in found.items()}
