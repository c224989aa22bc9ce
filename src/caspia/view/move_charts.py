"""Charts of what a scenario moves, and of whose transit revenue changes."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from caspia.view import canvas, records, theme
from caspia.view.flow_answers import ALL, amount
from caspia.view.flow_words import LEAST_T, dollars, tonnes
from caspia.view.records import Row
from caspia.view.theme import Spec, token

_STATES = 10
"""States of one chart."""


def moves(rows: Sequence[Row], title: str, *, width: int = 420) -> Spec:
    """Plot what each corridor gains or loses under a scenario.

    Parameters
    ----------
    rows
        Rows of flow_corridors of the scenario, with changes.
    title
        The finding.
    width
        Width in pixels.

    Returns
    -------
    Spec
        One bar a corridor, losses to the left.
    """
    whole = [r for r in rows if records.text(r, "segment") == ALL]
    bars: list[dict[str, object]] = []
    for name, look in theme.CORRIDORS.items():
        change = amount(whole, name, "change_t")
        after = amount(whole, name)
        bars.append(
            {
                "corridor": f"{look.glyph} {name}",
                "change": round(change / 1e6, 4),
                "end": "left" if change >= 0 else "right",
                "shift": 6 if change >= 0 else -6,
                "text": ("+" if change >= LEAST_T else "") + tonnes(change),
                "both": f"{tonnes(after - change)} before, {tonnes(after)} after",
                "col": look.colour,
            }
        )
    data = canvas.Rows()
    base = alt.Chart(data.add(bars))
    values = [records.real(b, "change") for b in bars]
    room = (max([*values, 0.0]) - min([*values, 0.0]) or 1.0) * 0.28
    scale = alt.Scale(domain=[min([*values, 0.0]) - room, max([*values, 0.0]) + room], nice=False)
    ys = alt.Y("corridor:N", sort=[str(b["corridor"]) for b in bars], title=None)
    xs = alt.X("change:Q", title="Change against the base, Mt a year", scale=scale, axis=alt.Axis(tickCount=5))
    tip = [alt.Tooltip("corridor:N", title="Corridor"), alt.Tooltip("both:N", title="Carries a year")]
    drawn = base.mark_bar(height=15, cornerRadiusEnd=2, stroke=token("muted"), strokeWidth=0.5).encode(
        x=xs, y=ys, fill=alt.Fill("col:N", scale=None), tooltip=tip
    )
    zero = alt.Chart(data.add([{"zero": 0}])).mark_rule(color=token("muted")).encode(x="zero:Q")
    texts = base.mark_text(
        align=alt.ExprRef("datum.end"), dx=alt.ExprRef("datum.shift"), baseline="middle", fontSize=11
    ).encode(x=xs, y=ys, text=alt.Text("text:N"))
    return data.finish(alt.layer(drawn, zero, texts), title=title, width=width, height=26 * len(bars) + 10)


def states_of(rows: Sequence[Row]) -> list[Row]:
    """List the states whose transit revenue changes most.

    Parameters
    ----------
    rows
        Rows of flow_countries of a scenario, with changes.

    Returns
    -------
    list of Row
        The greatest gain first.
    """
    chosen = sorted(rows, key=lambda r: -abs(records.real(r, "change_revenue_usd")))[:_STATES]
    return sorted(chosen, key=lambda r: -records.real(r, "change_revenue_usd"))


def revenues(rows: Sequence[Row], *, width: int = 420) -> Spec:
    """Plot transit revenue of states before and after.

    Parameters
    ----------
    rows
        Rows of flow_countries of a scenario, with changes; at least one.
    width
        Width in pixels.

    Returns
    -------
    Spec
        A line a state from a ring (before) to a dot (after).
    """
    lines: list[dict[str, object]] = []
    for row in states_of(rows):
        after, change = records.real(row, "transit_revenue_usd"), records.real(row, "change_revenue_usd")
        lines.append(
            {
                "state": records.text(row, "name") or records.text(row, "country"),
                "before": round((after - change) / 1e9, 5),
                "after": round(after / 1e9, 5),
                "far": round(max(after, after - change) / 1e9, 5),
                "text": dollars(change, signed=True).removesuffix(" USD"),
                "both": f"{dollars(after - change)} before, {dollars(after)} after",
            }
        )
    data = canvas.Rows()
    base = alt.Chart(data.add(lines))
    most = max([records.real(b, "far") for b in lines] + [1e-9])
    scale = alt.Scale(domain=[0, most * 1.4], nice=False)
    ys = alt.Y("state:N", sort=[str(b["state"]) for b in lines], title=None)
    said = "Transit revenue, billion USD a year (ring before, dot after)"
    xs = alt.X("before:Q", title=said, scale=scale, axis=alt.Axis(tickCount=5))
    tip = [alt.Tooltip("state:N", title="State"), alt.Tooltip("both:N", title="Transit revenue a year")]
    link = base.mark_rule(strokeWidth=2, color=token("muted")).encode(x=xs, x2=alt.X2("after:Q"), y=ys, tooltip=tip)
    ring = base.mark_point(
        shape="circle", size=55, filled=True, fill=token("ground"), stroke=token("ink"), opacity=1
    )
    dot = base.mark_point(shape="circle", size=60, filled=True, fill=token("ink"), opacity=1)
    texts = base.mark_text(align="left", dx=10, fontSize=11).encode(
        x=alt.X("far:Q"), y=ys, text=alt.Text("text:N"), color=alt.value(token("muted"))
    )
    drawn = [link, ring.encode(x=xs, y=ys, tooltip=tip), dot.encode(x=alt.X("after:Q"), y=ys, tooltip=tip), texts]
    return data.finish(alt.layer(*drawn), title=_revenue_title(lines), width=width, height=24 * len(lines) + 10)


def _revenue_title(lines: Sequence[dict[str, object]]) -> str:
    gains = [b for b in lines if records.real(b, "after") > records.real(b, "before")]
    losses = [b for b in lines if records.real(b, "after") < records.real(b, "before")]
    parts = []
    if gains:
        parts.append(f"{gains[0]['state']} gains most transit revenue ({gains[0]['text']} USD)")
    if losses:
        parts.append(f"{losses[-1]['state']} loses most ({losses[-1]['text']} USD)")
    return ", ".join(parts) or "No state's transit revenue changes"
