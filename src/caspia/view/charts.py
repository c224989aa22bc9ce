"""Charts of routes: cost against time, times and emissions, as Vega-Lite specifications.

Titles say the finding (see `caspia.view.answers`), axes say the unit, every mark has a tooltip and the
evidence key ``ref`` that a page may open.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import altair as alt
import shapely

from caspia.view import answers, canvas
from caspia.view.formats import number
from caspia.view.labels import Label, beside_points
from caspia.view.records import Range, Route
from caspia.view.theme import Spec, token

Refs = Mapping[str, str]
"""Evidence key by route id."""

_VALUES_OF_TIME = (0.5, 1.0, 2.0)
"""Multiples of the study's value of time for which lines of equal generalised cost are drawn."""


@dataclass(frozen=True)
class Extent:
    """The part of a plane that a chart shows."""

    low: float
    high: float


def padded(ranges: Sequence[Range], share: float = 0.08) -> Extent:
    """Return the extent of some ranges with a margin.

    Parameters
    ----------
    ranges
        P10, P50, P90 in one unit.
    share
        Margin as a share of the extent.

    Returns
    -------
    Extent
        Not below zero.

    Examples
    --------
    >>> padded([Range(10.0, 15.0, 20.0)], 0.1)
    Extent(low=9.0, high=21.0)
    """
    values = [v for r in ranges for v in (r.p10, r.p50, r.p90) if math.isfinite(v)] or [0.0, 1.0]
    low, high = min(values), max(values)
    margin = (high - low or abs(high) or 1.0) * share
    return Extent(max(0.0, low - margin), high + margin)


def _row(route: Route, refs: Refs) -> dict[str, object]:
    """Write a route as a row that charts read."""
    row: dict[str, object] = {
        "label": route.label,
        "size": 130 if route.rank == 1 else 45,
        "faint": 0.8 if route.rank == 1 else 0.3,
        "corridor": route.look.name,
        "via": route.via,
        "col": route.look.colour,
        "shape": route.look.shape,
        "ref": refs.get(route.id, ""),
        "cost_text": answers.interval_text(route.cost_usd, route.cost_unit),
        "time_text": answers.interval_text(route.time_days, "days"),
        "co2e_text": answers.interval_text(route.co2e_kg, "kg CO₂e"),
    }
    for name, value in (("cost", route.cost_usd), ("time", route.time_days), ("co2e", route.co2e_kg)):
        for end, figure in (("", value.p50), ("_low", value.p10), ("_high", value.p90)):
            row[name + end] = round(figure, 3) if math.isfinite(figure) else None
    return row


_TIP = [
    alt.Tooltip("label:N", title="Corridor"),
    alt.Tooltip("via:N", title="Way"),
    alt.Tooltip("time_text:N", title="Time (P10–P90)"),
    alt.Tooltip("cost_text:N", title="Cost (P10–P90)"),
    alt.Tooltip("co2e_text:N", title="Emissions (P10–P90)"),
]


def isolines(routes: Sequence[Route], x: Extent, y: Extent) -> list[dict[str, object]]:
    """Draw lines of equal generalised cost through the best route of three values of time.

    Parameters
    ----------
    routes
        Routes with cost in USD and time in days per unit.
    x, y
        What the chart shows, days and USD.

    Returns
    -------
    list of dict
        Ends of each line inside the chart, its text and where that is written; none without a value of time.
    """
    values = [r.value_of_time_usd_per_day for r in routes if r.value_of_time_usd_per_day > 0]
    if not values:
        return []
    lines: list[dict[str, object]] = []
    for factor in _VALUES_OF_TIME:
        worth = factor * sum(values) / len(values)
        least = min(r.cost_usd.p50 + worth * r.time_days.p50 for r in routes)
        left = max(x.low, (least - y.high) / worth)
        right = min(x.high, (least - y.low) / worth)
        if left < right:
            lines.append(
                {
                    "x": left,
                    "y": least - worth * left,
                    "x2": right,
                    "y2": least - worth * right,
                    "text": f"{number(worth)} USD a day",
                    "below": right < x.high,
                    "side": "left" if right < x.low + 0.8 * (x.high - x.low) else "right",
                    "lift": -8 - 12 * len(lines),
                }
            )
    return lines


def cost_time(routes: Sequence[Route], refs: Refs, *, width: int = 420, height: int = 320) -> Spec:
    """Plot cost against time, one mark a route.

    Parameters
    ----------
    routes
        Routes of one consignment, at least one.
    refs
        Evidence keys by route id.
    width, height
        Size in pixels.

    Returns
    -------
    Spec
        Marks with intervals as crosses and lines of equal generalised cost.
    """
    x, y = padded([r.time_days for r in routes]), padded([r.cost_usd for r in routes])
    rows = [{**_row(r, refs), **place} for r, place in zip(routes, _beside(routes, x, y, height), strict=True)]
    titles = "Door to door, days (P10–P90)", f"Cost, {routes[0].cost_unit} (P10–P90)"
    xs = alt.X("time:Q", title=titles[0], scale=alt.Scale(domain=[x.low, x.high], nice=False, zero=False))
    ys = alt.Y("cost:Q", title=titles[1], scale=alt.Scale(domain=[y.low, y.high], nice=False, zero=False))
    data = canvas.Rows()
    base = alt.Chart(data.add(rows))
    colour = alt.Color("col:N", scale=None)
    rule: canvas.Look = {"strokeWidth": 1.6, "opacity": alt.ExprRef("datum.faint"), "clip": True}
    crosses = [
        base.mark_rule(**rule).encode(x=_other(xs, "time_low:Q"), x2=alt.X2("time_high:Q"), y=ys, color=colour),
        base.mark_rule(**rule).encode(x=xs, y=_other(ys, "cost_low:Q"), y2=alt.Y2("cost_high:Q"), color=colour),
    ]
    marks = base.mark_point(
        filled=True, size=alt.ExprRef("datum.size"), opacity=1, stroke=token("ink"), strokeWidth=0.8
    ).encode(x=xs, y=ys, fill=alt.Fill("col:N", scale=None), shape=alt.Shape("shape:N", scale=None), tooltip=_TIP)
    layers = [*_isoline_layers(data, isolines(routes, x, y), (xs, ys)), *crosses, marks]
    layers += [_name_layer(base, halo=halo).encode(x=xs, y=ys, text=alt.Text("label:N")) for halo in (True, False)]
    return data.finish(
        alt.layer(*layers),
        title=answers.cost_time_finding(answers.leading(routes) or routes),
        width=width,
        height=height,
    )


_NARROW_PX = 330.0
"""Width for which names beside marks are placed, that of a phone; on a wider page they have more room."""


def _beside(routes: Sequence[Route], x: Extent, y: Extent, height: int) -> list[dict[str, object]]:
    """Find a free side for the name of each mark; alternatives and names without room are left to the tooltip."""

    def point(time: float, cost: float) -> tuple[float, float]:
        return (time - x.low) / (x.high - x.low) * _NARROW_PX, (y.high - cost) / (y.high - y.low) * height

    names, crosses = [], []
    for nth, r in enumerate(routes):
        names.append(Label(*point(r.time_days.p50, r.cost_usd.p50), r.label, "end", r.rank + nth / 100))
        spans = (
            (point(r.time_days.p10, r.cost_usd.p50), point(r.time_days.p90, r.cost_usd.p50)),
            (point(r.time_days.p50, r.cost_usd.p10), point(r.time_days.p50, r.cost_usd.p90)),
        )
        crosses += [span for span in spans if all(math.isfinite(v) for end in span for v in end)]
    placed = {p.label: p for p in beside_points(names, shapely.MultiLineString(crosses), _NARROW_PX, height)}
    found: list[dict[str, object]] = []
    for name, r in zip(names, routes, strict=True):
        spot = placed.get(name)
        if spot is None or r.rank > 1:
            found.append({"dx": 0, "dy": 0, "align": "left", "named": False})
        else:
            found.append({"dx": spot.dx, "dy": spot.dy, "align": spot.align, "named": True})
    return found


def _other(channel: alt.X | alt.Y, field: str) -> alt.X | alt.Y:
    """Return a channel of the same scale and title for another column."""
    copy = channel.copy()
    copy.shorthand = field
    return copy


def _name_layer(base: alt.Chart, *, halo: bool) -> alt.Chart:
    look: canvas.Look = (
        {"stroke": token("ground"), "strokeWidth": 4, "strokeJoin": "round"} if halo else {"color": token("ink")}
    )
    named: alt.Chart = base.transform_filter("datum.named").mark_text(
        dx=alt.ExprRef("datum.dx"),
        dy=alt.ExprRef("datum.dy"),
        align=alt.ExprRef("datum.align"),
        baseline="middle",
        fontSize=12,
        fontWeight=600,
        **look,
    )
    return named


def _isoline_layers(
    data: canvas.Rows, lines: Sequence[dict[str, object]], axes: tuple[alt.X, alt.Y]
) -> list[alt.Chart]:
    if not lines:
        return []
    xs, ys = axes
    base = alt.Chart(data.add(lines))
    tip = [alt.Tooltip("text:N", title="Equal generalised cost at")]
    text: canvas.Look = {"fontSize": 10, "color": token("muted")}
    ends = _other(xs, "x2:Q"), _other(ys, "y2:Q")
    return [
        base.mark_rule(strokeDash=[3, 3], strokeWidth=1, color=token("muted"), opacity=0.8).encode(
            x=_other(xs, "x:Q"), y=_other(ys, "y:Q"), x2=alt.X2("x2:Q"), y2=alt.Y2("y2:Q"), tooltip=tip
        ),
        base.transform_filter("datum.below")
        .mark_text(align=alt.ExprRef("datum.side"), dx=-2, dy=alt.ExprRef("datum.lift"), **text)
        .encode(x=ends[0], y=ends[1], text=alt.Text("text:N")),
        base.transform_filter("!datum.below")
        .mark_text(align="right", dx=-3, dy=-9, **text)
        .encode(x=ends[0], y=ends[1], text=alt.Text("text:N")),
    ]


def times(routes: Sequence[Route], refs: Refs, *, width: int = 420) -> Spec:
    """Plot the times of routes: bars from P10 to P90 with a tick at P50.

    Parameters
    ----------
    routes
        Routes of one consignment, at least one.
    refs
        Evidence keys by route id.
    width
        Width in pixels.

    Returns
    -------
    Spec
        One bar for the first route of each corridor, fastest first.
    """
    ordered = sorted(answers.leading(routes), key=lambda r: r.time_days.p50)
    data = canvas.Rows()
    ys = alt.Y("label:N", sort=[r.label for r in ordered], title=None)
    base = alt.Chart(data.add([_row(r, refs) for r in ordered]))
    scale = _roomy([r.time_days for r in ordered])
    xs = alt.X("time_low:Q", title="Door to door, days (P10, P50, P90)", scale=scale)
    bars = base.mark_bar(height=13, cornerRadius=2, opacity=0.9, stroke=token("muted"), strokeWidth=0.5).encode(
        x=xs, x2=alt.X2("time_high:Q"), y=ys, fill=alt.Fill("col:N", scale=None), tooltip=_TIP
    )
    ticks = base.mark_tick(thickness=2.5, size=20, color=token("ink")).encode(x=alt.X("time:Q"), y=ys, tooltip=_TIP)
    texts = base.mark_text(align="left", dx=6, fontSize=11).encode(
        x=alt.X("time_high:Q"), y=ys, text=alt.Text("time_text:N"), color=alt.value(token("muted"))
    )
    chart = alt.layer(bars, ticks, texts)
    return data.finish(chart, title=answers.time_finding(ordered), width=width, height=26 * len(ordered) + 10)


def emissions(routes: Sequence[Route], refs: Refs, *, width: int = 420) -> Spec:
    """Plot the emissions of routes as bars with their interval.

    Parameters
    ----------
    routes
        Routes of one consignment, at least one.
    refs
        Evidence keys by route id.
    width
        Width in pixels.

    Returns
    -------
    Spec
        One bar for the first route of each corridor, cleanest first.
    """
    ordered = sorted(answers.leading(routes), key=lambda r: r.co2e_kg.p50)
    data = canvas.Rows()
    unit = routes[0].cost_unit.partition("/")[2]
    ys = alt.Y("label:N", sort=[r.label for r in ordered], title=None)
    base = alt.Chart(data.add([_row(r, refs) for r in ordered]))
    scale = _roomy([r.co2e_kg for r in ordered])
    xs = alt.X("co2e:Q", title=f"Well-to-wheel emissions, kg CO₂e/{unit} (P10–P90)", scale=scale)
    bars = base.mark_bar(height=13, cornerRadiusEnd=2, opacity=0.9, stroke=token("muted"), strokeWidth=0.5).encode(
        x=xs, y=ys, fill=alt.Fill("col:N", scale=None), tooltip=_TIP
    )
    spans = base.mark_rule(strokeWidth=1.6, color=token("ink")).encode(
        x=alt.X("co2e_low:Q"), x2=alt.X2("co2e_high:Q"), y=ys
    )
    texts = base.mark_text(align="left", dx=6, fontSize=11).encode(
        x=alt.X("co2e_high:Q"), y=ys, text=alt.Text("co2e_text:N"), color=alt.value(token("muted"))
    )
    chart = alt.layer(bars, spans, texts)
    return data.finish(chart, title=answers.emissions_finding(ordered), width=width, height=26 * len(ordered) + 10)


def _roomy(ranges: Sequence[Range]) -> alt.Scale:
    """Return a scale from zero that leaves room for a number behind the longest bar."""
    return alt.Scale(domain=[0.0, padded(ranges, 0.0).high * 1.7], nice=False)
