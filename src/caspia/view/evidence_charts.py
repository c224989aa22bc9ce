"""Charts of evidence: what was observed against what the model says, and how the facts were obtained."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from statistics import median

import altair as alt

from caspia.view import answers, canvas, records, theme
from caspia.view.formats import interval, percent, whole
from caspia.view.records import Row
from caspia.view.theme import Spec, token

METHODS = ("measured", "reported", "derived", "estimated", "assumed")
"""Methods of facts, the firmest first."""

_FEW = 10
"""Fewer observations than this are said to be few."""
_BAND = 0.2
"""Half width of the band around perfect agreement."""


def _point(row: Row) -> dict[str, object]:
    unit = records.text(row, "unit")
    observed, modelled = records.real(row, "observed"), records.real(row, "modelled")
    look = theme.corridor(records.text(row, "corridor"))
    span = interval(modelled, records.real(row, "modelled_p10"), records.real(row, "modelled_p90"), unit)
    seen = interval(observed, records.real(row, "observed_low"), records.real(row, "observed_high"), unit)
    return {
        "name": records.text(row, "name"),
        "corridor": look.name,
        "col": look.colour,
        "shape": look.shape,
        "observed": observed,
        "modelled": modelled,
        "low": _finite(records.real(row, "modelled_p10")),
        "high": _finite(records.real(row, "modelled_p90")),
        "seen_low": _finite(records.real(row, "observed_low")),
        "seen_high": _finite(records.real(row, "observed_high")),
        "observed_text": seen,
        "modelled_text": span,
        "misfit": percent(records.real(row, "misfit"), signed=True),
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def comparable(rows: Sequence[Row], kind: str) -> dict[str, list[Row]]:
    """Group the observations of one kind that have a modelled value by their unit.

    Parameters
    ----------
    rows
        Rows of the validation table.
    kind
        ``time`` or ``price``.

    Returns
    -------
    dict of str to list
        Unit to rows, most frequent unit first.
    """
    usable = [
        r
        for r in rows
        if records.text(r, "kind") == kind and records.real(r, "observed") > 0 and records.real(r, "modelled") > 0
    ]
    units = Counter(records.text(r, "unit") for r in usable)
    return {unit: [r for r in usable if records.text(r, "unit") == unit] for unit, _ in units.most_common()}


def validation(rows: Sequence[Row], unit: str, *, width: int = 400, height: int = 340) -> Spec:
    """Plot observed against modelled values, with the line of agreement and lines at 20 % to both sides.

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
        One mark an observation, its modelled interval as a bar.
    """
    points = [_point(r) for r in rows]
    values = [
        v for p in points for v in (p["observed"], p["low"], p["high"], p["modelled"]) if isinstance(v, float)
    ]
    low, high = 0.0, max(values) * 1.05
    plural_unit = "days" if unit == "day" else unit
    scale = alt.Scale(domain=[low, high], nice=False, zero=True)
    xs = alt.X("observed:Q", title=f"Observed, {plural_unit}", scale=scale)
    ys = alt.Y("modelled:Q", title=f"Modelled, {plural_unit} (P10–P90)", scale=scale)
    data = canvas.Rows()
    base = alt.Chart(data.add(points))
    bars = base.mark_rule(strokeWidth=1.4, opacity=0.75, clip=True).encode(
        x=xs, y=_other(ys, "low:Q"), y2=alt.Y2("high:Q"), color=alt.Color("col:N", scale=None)
    )
    seen = base.mark_rule(strokeWidth=1.4, opacity=0.75, clip=True).encode(
        x=_other(xs, "seen_low:Q"), x2=alt.X2("seen_high:Q"), y=ys, color=alt.Color("col:N", scale=None)
    )
    tip = [
        alt.Tooltip("name:N", title="Observation"),
        alt.Tooltip("corridor:N", title="Corridor"),
        alt.Tooltip("observed_text:N", title="Observed"),
        alt.Tooltip("modelled_text:N", title="Modelled"),
        alt.Tooltip("misfit:N", title="Misfit"),
    ]
    marks = base.mark_point(filled=True, size=75, opacity=0.95, stroke=token("ink"), strokeWidth=0.6).encode(
        x=xs, y=ys, fill=alt.Fill("col:N", scale=None), shape=alt.Shape("shape:N", scale=None), tooltip=tip
    )
    error = median(abs(records.real(r, "misfit")) for r in rows)
    noun = "times" if unit == "day" else f"prices ({unit})"
    title = f"Half of {whole(len(rows))} modelled {noun} lie within {percent(error)} of the observed"
    if len(rows) < _FEW:
        title = f"Only {whole(len(rows))} observed {noun}: the model is off by {percent(error)} at the median"
    chart = alt.layer(*_agreement(data, high, xs, ys), bars, seen, marks)
    return data.finish(chart, title=title, width=width, height=height)


def _agreement(data: canvas.Rows, high: float, xs: alt.X, ys: alt.Y) -> list[alt.Chart]:
    lines = [
        {
            "x": 0.0,
            "y": 0.0,
            "x2": high / max(slope, 1.0),
            "y2": high * min(slope, 1.0),
            "t": text,
            "d": slope != 1.0,
        }
        for slope, text in ((1.0, "1:1"), (1 + _BAND, "+20 %"), (1 - _BAND, "−20 %"))
    ]
    base = alt.Chart(data.add(lines))
    drawn = [
        base.transform_filter(f"{'' if dashed else '!'}datum.d")
        .mark_rule(color=token("muted"), strokeWidth=1, strokeDash=[4, 3] if dashed else [1, 0])
        .encode(x=_other(xs, "x:Q"), y=_other(ys, "y:Q"), x2=alt.X2("x2:Q"), y2=alt.Y2("y2:Q"))
        for dashed in (False, True)
    ]
    names = base.mark_text(align="right", dx=-9, dy=-2, fontSize=10, color=token("muted")).encode(
        x=_other(xs, "x2:Q"), y=_other(ys, "y2:Q"), text="t:N"
    )
    return [*drawn, names]


def _other(channel: alt.X | alt.Y, field: str) -> alt.X | alt.Y:
    """Return a channel of the same scale and title for another column."""
    copy = channel.copy()
    copy.shorthand = field
    return copy


def methods(rows: Sequence[Row], *, width: int = 420) -> Spec:
    """Plot how many facts behind the results were obtained by which method.

    Parameters
    ----------
    rows
        Rows of the facts table.
    width
        Width in pixels.

    Returns
    -------
    Spec
        One bar a method, the firmest first; assumptions are outlined by a dashed line.
    """
    counts = Counter(records.text(r, "method") for r in rows)
    bars = [
        {"method": m, "count": counts.get(m, 0), "text": whole(counts.get(m, 0)), "assumed": m == "assumed"}
        for m in METHODS
    ]
    data = canvas.Rows()
    base = alt.Chart(data.add(bars))
    ys = alt.Y("method:N", sort=list(METHODS), title=None)
    xs = alt.X("count:Q", title="Facts behind the results", scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=5))
    tip = [alt.Tooltip("method:N", title="Method"), alt.Tooltip("count:Q", title="Facts")]
    solid = (
        base.transform_filter("!datum.assumed")
        .mark_bar(height=15, color=token("muted"))
        .encode(x=xs, y=ys, tooltip=tip)
    )
    hollow = (
        base.transform_filter("datum.assumed")
        .mark_bar(height=15, filled=False, stroke=token("muted"), strokeDash=[3, 2], strokeWidth=1.5)
        .encode(x=xs, y=ys, tooltip=tip)
    )
    texts = base.mark_text(align="left", dx=6, fontSize=11).encode(x=xs, y=ys, text=alt.Text("text:N"))
    chart = alt.layer(solid, hollow, texts)
    return data.finish(chart, title=answers.facts_finding(rows), width=width, height=140)
