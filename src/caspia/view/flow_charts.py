"""Charts of flows: shares of corridors, bottlenecks, what a scenario moves, and whose revenue changes."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from caspia.view import canvas, records, theme
from caspia.view.flow_answers import ALL, NEAR, amount
from caspia.view.flow_ranges import figures, fullness_range, is_known, share_range, span, tonnes_text
from caspia.view.flow_words import tonnes
from caspia.view.formats import listed, number, percent, plural
from caspia.view.records import Range, Row
from caspia.view.theme import Spec, token

_WRITTEN = 0.09
"""Share of a bar from which on its number is written into it."""
_DARK, _LIGHT = theme.LETTERS
_STEP_PX = 40
"""Room for a bar and its name above it."""
_FULL = 100.0
"""Per cent."""
_MOST = 14


def letter_colour(colour: str) -> str:
    """Choose the colour of letters on a bar.

    Parameters
    ----------
    colour
        Of the bar, hexadecimal.

    Returns
    -------
    str
        Nearly black or white, whichever is easier to read [1]_.

    Examples
    --------
    >>> letter_colour("#66CCEE"), letter_colour("#4477AA")
    ('#14171a', '#ffffff')

    References
    ----------
    .. [1] Web Content Accessibility Guidelines 2.1, W3C 2018, relative luminance and contrast ratio.
    """
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return _LIGHT if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.058 else _DARK


def segments_of(rows: Sequence[Row], column: str) -> list[str]:
    """List the segments, the whole first, then by size, the rest last.

    Parameters
    ----------
    rows
        Rows of flow_corridors of one scenario.
    column
        flow_t or flow_teu.

    Returns
    -------
    list of str
        Only segments in which something moves.
    """
    sums: dict[str, float] = {}
    for row in rows:
        name = records.text(row, "segment")
        sums[name] = sums.get(name, 0.0) + records.real(row, column)
    moving = [name for name in sums if sums[name] > 0]
    return sorted(moving, key=lambda n: (n != ALL, n == "Other", -sums[n]))


def shares(rows: Sequence[Row], column: str, *, width: int = 420) -> Spec:
    """Plot the shares of corridors by market segment as stacked bars.

    Parameters
    ----------
    rows
        Rows of flow_corridors of one scenario.
    column
        flow_t or flow_teu.
    width
        Width in pixels.

    Returns
    -------
    Spec
        One bar a segment.
    """
    order = segments_of(rows, column)
    bars: list[dict[str, object]] = []
    for name in order:
        own = [r for r in rows if records.text(r, "segment") == name]
        whole, at = amount(own, "", column), 0.0
        label = f"{name}: {_short(whole, column)}"
        for corridor in theme.CORRIDORS:
            share = amount(own, corridor, column) / whole
            if share > 0:
                row = next(r for r in own if records.text(r, "corridor") == corridor)
                bars.append(_bar(label, row, (at, share), column))
            at += share
    labels = list(dict.fromkeys(str(b["segment"]) for b in bars))
    data = canvas.Rows()
    base = alt.Chart(data.add(bars))
    ys = alt.Y("segment:N", sort=labels, title=None, axis=None)
    what = "tonnes" if column == "flow_t" else "TEU"
    scale, quarters = alt.Scale(domain=[0, 100], nice=False), alt.Axis(values=[0, 25, 50, 75, 100])
    xs = alt.X("from:Q", title=f"Share of {what}, %", scale=scale, axis=quarters)
    tip = [
        alt.Tooltip("segment:N", title="Market"),
        alt.Tooltip("corridor:N", title="Corridor"),
        alt.Tooltip("text:N", title="Carries a year"),
        alt.Tooltip("share:N", title="Share"),
    ]
    drawn = base.mark_bar(height=17, stroke=token("ground"), strokeWidth=0.8).encode(
        x=xs, x2=alt.X2("to:Q"), y=ys, fill=alt.Fill("col:N", scale=None), tooltip=tip
    )
    texts = (
        base.transform_filter("datum.written")
        .mark_text(fontSize=10, baseline="middle")
        .encode(
            x=alt.X("middle:Q"),
            y=ys,
            text=alt.Text("mark:N"),
            color=alt.Color("letters:N", scale=None),
            tooltip=tip,
        )
    )
    names = _names_above(data, [{"segment": label, "name": label} for label in labels], ys)
    height = _STEP_PX * len(labels)
    return data.finish(alt.layer(drawn, texts, names), title=_share_title(rows, column), width=width, height=height)


def _names_above(data: canvas.Rows, rows: Sequence[dict[str, object]], ys: alt.Y) -> alt.Chart:
    """Names above their bars: beside them they would leave no room for bars on a phone."""
    texts: alt.Chart = (
        alt.Chart(data.add(rows))
        .mark_text(align="left", baseline="bottom", dy=-10, fontSize=11, x=alt.ExprRef("0"))
        .encode(y=ys, text=alt.Text("name:N"))
    )
    return texts


def _short(whole: float, column: str) -> str:
    if column == "flow_t":
        return tonnes(whole)
    return f"{number(whole / 1e6)} million TEU" if whole >= 1e6 else f"{number(whole / 1e3)} thousand TEU"


def _bar(label: str, row: Row, place: tuple[float, float], column: str) -> dict[str, object]:
    corridor = records.text(row, "corridor")
    look = theme.corridor(corridor)
    start, share = place
    carried = span(row, column)
    ends = span(row, "share" if column == "flow_t" else "share_teu")
    return {
        "segment": label,
        "corridor": corridor,
        "from": round(100 * start, 3),
        "to": round(100 * (start + share), 3),
        "middle": round(100 * (start + share / 2), 3),
        "written": share >= _WRITTEN,
        "mark": f"{look.glyph} {percent(share)}",
        "share": share_range(ends) or percent(share),
        "text": tonnes_text(carried) if column == "flow_t" else f"{figures(carried.scaled(1e-3))} thousand TEU",
        "col": look.colour,
        "letters": letter_colour(look.colour),
    }


def _share_title(rows: Sequence[Row], column: str) -> str:
    whole = [r for r in rows if records.text(r, "segment") == ALL]
    total = amount(whole, "", column)
    lead = max(theme.CORRIDORS, key=lambda name: amount(whole, name, column))
    what = "tonnes" if column == "flow_t" else "boxes (TEU)"
    name = "share" if column == "flow_t" else "share_teu"

    def share(corridor: str) -> str:
        row = next((r for r in whole if records.text(r, "corridor") == corridor), {})
        ends = span(row, name)
        return share_range(Range(ends.p10, amount(whole, corridor, column) / total, ends.p90)) or percent(0.0)

    if lead == "Caspian":
        return f"The Caspian corridor carries most {what}, {share(lead)}"
    return f"{lead} carries {share(lead)} of the {what}, Caspian {share('Caspian')}"


def one_of(unit: str) -> str:
    """Name one unit of a capacity.

    Parameters
    ----------
    unit
        As ``t/year``.

    Returns
    -------
    str
        For a sentence.

    Examples
    --------
    >>> one_of("t/year"), one_of("trains/year"), one_of("TEU/year")
    ('tonne', 'train', 'TEU')
    """
    name = unit.partition("/")[0]
    return {"t": "tonne", "trains": "train"}.get(name, name)


def _tight(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda r: -records.real(r, "ratio"))[:_MOST]


def _capacity(row: Row) -> dict[str, object]:
    unit, capacity = records.text(row, "unit"), records.real(row, "capacity")
    ratio, worth = span(row, "ratio", 100.0), span(row, "shadow_value_usd_per_t")
    full = fullness_range(span(row, "ratio"))
    return {
        "name": records.text(row, "name"),
        "id": records.text(row, "id"),
        "ratio": round(ratio.p50, 2),
        **whisker(ratio, "ratio"),
        "far": max(100.0, round(ratio.p50, 2), _reach(ratio)),
        "text": f"{full} {'' if full.endswith('times') else 'of '}{number(capacity)} {unit}",
        "flow": f"{figures(span(row, 'flow'))} of {number(capacity)} {unit}",
        "worth": round(worth.p50, 4),
        **whisker(worth, "worth"),
        "reach": max(0.0, round(worth.p50, 4), _reach(worth)),
        "worth_text": _worth(row),
        "delay": f"{figures(span(row, 'delay_h'))} h",
        "binds": records.real(row, "ratio") >= NEAR,
    }


def whisker(value: Range, name: str) -> dict[str, object]:
    """Return the columns of a whisker; none where there is no interval.

    Parameters
    ----------
    value
        In the unit of the axis.
    name
        Column of the value.

    Returns
    -------
    dict
        Ends of the interval as `name_low` and `name_high`.
    """
    if not is_known(value):
        return {}
    return {f"{name}_low": round(value.p10, 4), f"{name}_high": round(value.p90, 4)}


def _reach(value: Range) -> float:
    return round(value.p90, 4) if is_known(value) else 0.0


def whiskers(base: alt.Chart, name: str, ys: alt.Y, colour: str = "") -> alt.Chart:
    """Draw the intervals of bars.

    Parameters
    ----------
    base
        Chart of rows with the columns of `whisker`.
    name
        Column of the value.
    ys
        Axis of the bars.
    colour
        Of the whiskers; that of letters if empty.

    Returns
    -------
    altair.Chart
        A rule from P10 to P90 where a row has them.
    """
    drawn: alt.Chart = (
        base.transform_filter(f"isValid(datum.{name}_low)")
        .mark_rule(strokeWidth=1.6, color=colour or token("ink"), clip=True)
        .encode(x=alt.X(f"{name}_low:Q"), x2=alt.X2(f"{name}_high:Q"), y=ys)
    )
    return drawn


def _worth(row: Row) -> str:
    unit = one_of(records.text(row, "unit"))
    each = f"{figures(span(row, 'shadow_value_usd_per_t'))} USD"
    return each if unit == "tonne" else f"{each}, {number(records.real(row, 'shadow_value_usd'))} a {unit}"


def _capacity_axis(bars: Sequence[dict[str, object]]) -> alt.Y:
    """An axis by id, since two directions may bear one name."""
    return alt.Y("id:N", sort=[str(b["id"]) for b in bars], title=None, axis=None)


def bottlenecks(rows: Sequence[Row], *, width: int = 420) -> Spec:
    """Plot volume against capacity of the fullest capacities.

    Parameters
    ----------
    rows
        Rows of flow_bottlenecks of one scenario, at least one.
    width
        Width in pixels.

    Returns
    -------
    Spec
        One bar a capacity, the fullest first; a line where it is full.
    """
    bars = [_capacity(r) for r in _tight(rows)]
    data = canvas.Rows()
    base = alt.Chart(data.add(bars))
    ys = _capacity_axis(bars)
    most = max(records.real(b, "far") for b in bars)
    scale, quarters = alt.Scale(domain=[0, most * 1.9], nice=False), alt.Axis(values=[0, 25, 50, 75, 100])
    if most > 2 * _FULL:
        quarters = alt.Axis(tickCount=4)
    xs = alt.X("ratio:Q", title="Flow, % of capacity", scale=scale, axis=quarters)
    tip = [
        alt.Tooltip("name:N", title="Capacity"),
        alt.Tooltip("flow:N", title="Flow"),
        alt.Tooltip("delay:N", title="Queue"),
        alt.Tooltip("worth_text:N", title="A unit more is worth a year"),
    ]
    drawn = [
        base.transform_filter(f"{'' if binds else '!'}datum.binds")
        .mark_bar(
            height=13,
            cornerRadiusEnd=2,
            fill=theme.corridor("Caspian").colour if binds else "transparent",
            stroke=theme.corridor("Caspian").colour,
            strokeWidth=1.2,
        )
        .encode(x=xs, y=ys, tooltip=tip)
        for binds in (True, False)
    ]
    full = alt.Chart(data.add([{"full": 100}])).mark_rule(color=token("ink"), strokeWidth=1.2).encode(x="full:Q")
    texts = base.mark_text(align="left", dx=6, fontSize=11).encode(
        x=alt.X("far:Q"), y=ys, text=alt.Text("text:N"), color=alt.value(token("muted"))
    )
    binding = [b for b in bars if b["binds"]]
    first = list(dict.fromkeys(str(b["name"]) for b in binding))
    names = _names_above(data, bars, ys)
    title = (
        f"{plural(len(binding), 'capacity is', 'capacities are')} at {percent(NEAR)} or more: {listed(first[:3])}"
        + (" and others" if len(first) > 3 else "")
        if binding
        else f"No capacity reaches {percent(NEAR)} of its limit"
    )
    marks = [*drawn, full, whiskers(base, "ratio", ys), texts, names]
    return data.finish(alt.layer(*marks), title=title, width=width, height=_STEP_PX * len(bars))


def shadow_values(rows: Sequence[Row], *, width: int = 420) -> Spec:
    """Plot what a tonne a year of capacity more is worth to all users, beside `bottlenecks` and in its order.

    Parameters
    ----------
    rows
        Rows of flow_bottlenecks of one scenario, at least one.
    width
        Width in pixels.

    Returns
    -------
    Spec
        One bar a capacity, the fullest first.
    """
    bars = [_capacity(r) for r in _tight(rows)]
    data = canvas.Rows()
    base = alt.Chart(data.add(bars))
    ys = _capacity_axis(bars)
    low = min([0.0, *(records.real(b, name) for b in bars for name in ("worth", "worth_low") if name in b)])
    high = max(records.real(b, "reach") for b in bars)
    room = (high - low or 1.0) * 0.9
    scale = alt.Scale(domain=[low - (0.1 * room if low < 0 else 0.0), high + room], nice=False)
    few = alt.Axis(tickCount=4)
    xs = alt.X("worth:Q", title="Worth of one tonne a year more, USD a year", scale=scale, axis=few)
    drawn = base.mark_bar(height=13, cornerRadiusEnd=2, color=token("muted")).encode(
        x=xs, y=ys, tooltip=[alt.Tooltip("name:N", title="Capacity"), alt.Tooltip("worth_text:N", title="Worth")]
    )
    texts = base.mark_text(align="left", dx=6, fontSize=11).encode(
        x=alt.X("reach:Q"), y=ys, text=alt.Text("worth_text:N"), color=alt.value(token("muted"))
    )
    top = max(bars, key=lambda b: records.real(b, "worth"))
    worth = str(top["worth_text"]).partition(" USD")[0]
    title = f"A tonne a year more is worth most at {top['name']}: {worth} USD a year"
    chart = alt.layer(drawn, whiskers(base, "worth", ys), texts, _names_above(data, bars, ys))
    return data.finish(chart, title=title, width=width, height=_STEP_PX * len(bars))
