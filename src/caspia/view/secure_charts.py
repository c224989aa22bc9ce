"""Charts of supply security: what supply passes, what it can do without, and how exports are spread."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import altair as alt

from caspia.view import canvas, records, secure_answers, theme
from caspia.view.flow_charts import letter_colour, whisker, whiskers
from caspia.view.flow_ranges import share_range
from caspia.view.formats import number
from caspia.view.plan_words import span
from caspia.view.records import Row
from caspia.view.theme import Spec, token

_EXPOSED = theme.EXPOSED
"""Purple of Tol's bright scheme, which no corridor has."""
_MOST = 12
_LEAST = 0.005
_DARK = 0.6
_CELL_PX = 22


def exposure(transit: Sequence[Row], waters: Sequence[Row], *, title: str, width: int = 420) -> Spec:
    """Plot what share of supply passes each state and chokepoint, and what share has no other way.

    Parameters
    ----------
    transit, waters
        Rows of states and chokepoints, at least one of them.
    title
        Title of the chart.
    width
        Width in pixels.

    Returns
    -------
    Spec
        A bar each with a whisker; the full part has no other way within the cost and time stated.
    """
    bars = []
    both = [row for rows in (waters, transit) for row in list(rows)[:_MOST] if records.real(row, "share") >= _LEAST]
    for row in both:
        share, bound = span(row, "share", 100.0), records.real(row, "captive_share")
        bars.append(
            {
                "name": secure_answers.passage_name(row),
                "share": round(share.p50, 3),
                "bound": round(100.0 * bound, 3),
                "zero": 0.0,
                **whisker(share, "share"),
                "far": round(max(share.p50, share.p90 if math.isfinite(share.p90) else 0.0), 3),
                "text": share_range(span(row, "share")),
                "held": share_range(span({"s": bound}, "s")) or "none",
            }
        )
    data = canvas.Rows()
    base = alt.Chart(data.add(bars))
    order = [str(bar["name"]) for bar in bars]
    ys = alt.Y("name:N", sort=order, title=None)
    said = "Share of supply that passes, per cent; full: no other way in reach"
    xs = alt.X("share:Q", title=said, scale=alt.Scale(domain=[0, 125], nice=False), axis=alt.Axis(values=_TENS))
    tip = [
        alt.Tooltip("name:N", title="Passes"),
        alt.Tooltip("text:N", title="Share"),
        alt.Tooltip("held:N", title="Has no other way"),
    ]
    light = base.mark_bar(height=12, color=_EXPOSED, opacity=0.35).encode(x=xs, y=ys, tooltip=tip)
    full = base.mark_bar(height=12, color=_EXPOSED).encode(x=alt.X("zero:Q"), x2="bound:Q", y=ys, tooltip=tip)
    words = base.mark_text(align="left", dx=7, fontSize=11).encode(
        x="far:Q", y=ys, text="text:N", color=alt.value(token("muted"))
    )
    chart = alt.layer(light, full, whiskers(base, "share", ys), words)
    return data.finish(chart, title=title, width=width, height=20 * max(len(bars), 1) + 10)


_TENS = [0, 20, 40, 60, 80, 100]


def bypass(rows: Sequence[Row], names: Mapping[str, str], importer: str, *, width: int = 880) -> Spec:
    """Plot what share of each mineral's need is met without states or straits.

    Parameters
    ----------
    rows
        Rows of secure_bypass, at least one.
    names
        Names of minerals by id.
    importer
        Name of who needs them.
    width
        Width in pixels.

    Returns
    -------
    Spec
        A cell for each mineral and closing, filled the more, the less is met.
    """
    order = _by_need(rows)
    closings = list(dict.fromkeys(secure_answers.closing_name(row) for row in rows))
    cells = []
    for row in rows:
        share = records.real(row, "feasible_share")
        gone = min(max(1.0 - share, 0.0), 1.0)
        cells.append(
            {
                "mineral": names.get(records.text(row, "commodity"), records.text(row, "commodity")),
                "without": secure_answers.closing_name(row),
                "gone": round(gone, 3),
                "mark": f"{100.0 * share:.0f}" if share < secure_answers.WHOLE else "",
                "text": share_range(span(row, "feasible_share")),
                "cost": number(records.real(row, "extra_cost_usd_per_t")),
                "cover": secure_answers.cover_text(records.real(row, "days_of_cover")),
                "letters": letter_colour(_EXPOSED) if gone > _DARK else token("ink"),
            }
        )
    data = canvas.Rows()
    base = alt.Chart(data.add(cells))
    ys = alt.Y("mineral:N", sort=[names.get(key, key) for key in order], title=None, axis=alt.Axis(labelLimit=260))
    xs = alt.X(
        "without:N",
        sort=closings,
        title="Per cent of the need that is met without; empty: all",
        axis=alt.Axis(labelAngle=0, orient="top", labelLimit=130, domain=False, ticks=False),
    )
    tip = [
        alt.Tooltip("mineral:N", title="Mineral"),
        alt.Tooltip("without:N", title="Without"),
        alt.Tooltip("text:N", title="Is met"),
        alt.Tooltip("cost:N", title="More carriage, USD/t"),
        alt.Tooltip("cover:N", title="Stocks last, days"),
    ]
    fill = alt.FillOpacity("gone:Q", scale=alt.Scale(domain=[0, 1], range=[0.04, 1.0]), legend=None)
    boxes = base.mark_rect(fill=_EXPOSED, stroke=token("ground"), strokeWidth=1)
    marks = base.mark_text(fontSize=10, baseline="middle").encode(
        x=xs, y=ys, text="mark:N", color=alt.Color("letters:N", scale=None), tooltip=tip
    )
    chart = alt.layer(boxes.encode(x=xs, y=ys, fillOpacity=fill, tooltip=tip), marks)
    title = f"Of which minerals {importer} could not do without whom"
    return data.finish(chart, title=title, width=width - 260, height=_CELL_PX * max(len(order), 1))


def _by_need(rows: Sequence[Row]) -> list[str]:
    """Minerals, those of which most is lost in any closing first."""
    least: dict[str, float] = {}
    for row in rows:
        key = records.text(row, "commodity")
        least[key] = min(least.get(key, 1.0), records.real(row, "feasible_share"))
    return sorted(least, key=lambda key: (least[key], key))


def exporters(rows: Sequence[Row], names: Mapping[str, str], *, goods: str, width: int = 420) -> Spec:
    """Plot the corridors of the exports of each state, with and without the Caspian corridor.

    Parameters
    ----------
    rows
        Rows of exporter_corridors, at least one.
    names
        Names of states by code.
    goods
        Kind of goods.
    width
        Width in pixels.

    Returns
    -------
    Spec
        A bar for each state and world, cut into corridors.
    """
    chosen = [row for row in rows if records.text(row, "goods") == goods]
    worlds = list(dict.fromkeys(records.text(row, "world") for row in chosen))
    parts, ends = [], dict.fromkeys({(records.text(r, "exporter"), records.text(r, "world")) for r in chosen}, 0.0)
    for row in sorted(chosen, key=lambda r: theme.order(records.text(r, "corridor"))):
        key = records.text(row, "exporter"), records.text(row, "world")
        share = 100.0 * records.real(row, "share")
        parts.append(
            {
                "bar": _bar_name(key, names, worlds),
                "corridor": records.text(row, "corridor"),
                "start": round(ends[key], 3),
                "end": round(ends[key] + share, 3),
                "colour": theme.corridor(records.text(row, "corridor")).colour,
                "text": share_range(span(row, "share")),
            }
        )
        ends[key] += share
    states = list(dict.fromkeys(records.text(row, "exporter") for row in chosen))
    order = [_bar_name((state, world), names, worlds) for state in states for world in worlds]
    data = canvas.Rows()
    base = alt.Chart(data.add(parts))
    scale = alt.Scale(domain=[0, 100], nice=False)
    xs = alt.X("start:Q", title="Share of exports by corridor, per cent", scale=scale)
    tip = [
        alt.Tooltip("bar:N", title="Exports"),
        alt.Tooltip("corridor:N", title="Corridor"),
        alt.Tooltip("text:N", title="Share"),
    ]
    bars = base.mark_bar(height=13, stroke=token("ground"), strokeWidth=0.6).encode(
        x=xs,
        x2="end:Q",
        y=alt.Y("bar:N", sort=order, title=None),
        color=alt.Color("colour:N", scale=None),
        tooltip=tip,
    )
    title = "Corridors of the exports of Central Asia" + ("" if goods == "all" else f", {goods}")
    return data.finish(alt.layer(bars), title=title, width=width, height=19 * max(len(order), 1) + 10)


def _bar_name(key: tuple[str, str], names: Mapping[str, str], worlds: Sequence[str]) -> str:
    state, world = key
    name = names.get(state, state)
    return name if world == worlds[0] else f"{name}, {world.removesuffix(' corridor')}"
