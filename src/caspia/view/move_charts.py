"""Charts of what a scenario moves, and of whose transit revenue changes."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from caspia.view import canvas, records, theme
from caspia.view.flow_answers import ALL, amount
from caspia.view.flow_charts import whisker, whiskers
from caspia.view.flow_ranges import dollars_text, is_known, span, tonnes_text
from caspia.view.flow_words import dollars, tonnes
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
        row = next((r for r in whole if records.text(r, "corridor") == name), {})
        ends = span({**row, "change_t": change}, "change_t", 1e-6)
        bars.append(
            {
                "corridor": f"{look.glyph} {name}",
                "change": round(change / 1e6, 4),
                **whisker(ends, "change"),
                "far": round(max(ends.p50, ends.p90 if is_known(ends) else 0.0, 0.0), 4),
                "text": tonnes_text(ends.scaled(1e6), signed=True),
                "both": f"{tonnes(after - change)} before, {tonnes(after)} after",
                "col": look.colour,
            }
        )
    data = canvas.Rows()
    base = alt.Chart(data.add(bars))
    names = ("change", "far", "change_low")
    values = [records.real(b, name) for b in bars for name in names if name in b]
    low, high = min([*values, 0.0]), max([*values, 0.0])
    size = high - low or 1.0
    # Names of losses too stand to the right, where there is room for them.
    room = size * (0.75 if "change_low" in bars[0] else 0.4)
    scale = alt.Scale(domain=[low - 0.04 * size, high + room], nice=False)
    ys = alt.Y("corridor:N", sort=[str(b["corridor"]) for b in bars], title=None)
    xs = alt.X("change:Q", title="Change against the base, Mt a year", scale=scale, axis=alt.Axis(tickCount=5))
    tip = [alt.Tooltip("corridor:N", title="Corridor"), alt.Tooltip("both:N", title="Carries a year")]
    drawn = base.mark_bar(height=15, cornerRadiusEnd=2, stroke=token("muted"), strokeWidth=0.5).encode(
        x=xs, y=ys, fill=alt.Fill("col:N", scale=None), tooltip=tip
    )
    zero = alt.Chart(data.add([{"zero": 0}])).mark_rule(color=token("muted")).encode(x="zero:Q")
    texts = base.mark_text(align="left", dx=6, baseline="middle", fontSize=11).encode(
        x=alt.X("far:Q"), y=ys, text=alt.Text("text:N")
    )
    return data.finish(
        alt.layer(drawn, zero, whiskers(base, "change", ys), texts),
        title=title,
        width=width,
        height=26 * len(bars) + 10,
    )


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
        ends = span(row, "transit_revenue_usd", 1e-9)
        lines.append(
            {
                "state": records.text(row, "name") or records.text(row, "country"),
                "before": round((after - change) / 1e9, 5),
                "after": round(after / 1e9, 5),
                **whisker(ends, "after"),
                "far": round(max(after, after - change, ends.p90 * 1e9 if is_known(ends) else 0.0) / 1e9, 5),
                "text": dollars_text(span(row, "change_revenue_usd"), signed=True).removesuffix(" USD"),
                "both": f"{dollars(after - change)} before, {dollars(after)} after",
            }
        )
    data = canvas.Rows()
    base = alt.Chart(data.add(lines))
    most = max([records.real(b, "far") for b in lines] + [1e-9])
    scale = alt.Scale(domain=[0, most * (1.9 if "after_low" in lines[0] else 1.4)], nice=False)
    ys = alt.Y("state:N", sort=[str(b["state"]) for b in lines], title=None)
    said = "Billion USD a year: ring before, dot after" + (", thin line P10–P90" if "after_low" in lines[0] else "")
    xs = alt.X("before:Q", title=said, scale=scale, axis=alt.Axis(tickCount=5))
    tip = [alt.Tooltip("state:N", title="State"), alt.Tooltip("both:N", title="Transit revenue a year")]
    link = base.mark_rule(strokeWidth=3.2, color=token("muted")).encode(
        x=xs, x2=alt.X2("after:Q"), y=ys, tooltip=tip
    )
    ring = base.mark_point(
        shape="circle", size=55, filled=True, fill=token("ground"), stroke=token("ink"), opacity=1
    )
    dot = base.mark_point(shape="circle", size=60, filled=True, fill=token("ink"), opacity=1)
    texts = base.mark_text(align="left", dx=10, fontSize=11).encode(
        x=alt.X("far:Q"), y=ys, text=alt.Text("text:N"), color=alt.value(token("muted"))
    )
    marks = [ring.encode(x=xs, y=ys, tooltip=tip), dot.encode(x=alt.X("after:Q"), y=ys, tooltip=tip)]
    drawn = [whiskers(base, "after", ys), link, *marks, texts]
    return data.finish(alt.layer(*drawn), title=_revenue_title(lines), width=width, height=24 * len(lines) + 10)


def _revenue_title(lines: Sequence[dict[str, object]]) -> str:
    gains = [b for b in lines if records.real(b, "after") > records.real(b, "before")]
    losses = [b for b in lines if records.real(b, "after") < records.real(b, "before")]
    parts = []
    if gains:
        parts.append(f"{gains[0]['state']} gains most transit revenue, {gains[0]['text']} USD")
    if losses:
        parts.append(f"{losses[-1]['state']} loses most, {losses[-1]['text']} USD")
    return "; ".join(parts) or "No state's transit revenue changes"
