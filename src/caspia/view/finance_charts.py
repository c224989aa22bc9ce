"""Charts of finance: money by year, what owners have put in and taken out, and who pays and who gains."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

import altair as alt

from caspia.view import canvas, finance_answers, records, theme
from caspia.view.flow_charts import whisker, whiskers
from caspia.view.flow_ranges import dollars_text
from caspia.view.flow_words import dollars
from caspia.view.formats import number
from caspia.view.plan_words import span
from caspia.view.records import Row
from caspia.view.theme import Spec, token

HEADS = (
    ("revenue_usd", "revenue", theme.GAIN, 1.0),
    ("drawn_usd", "loans drawn", theme.INFLOW, 1.0),
    ("construction_usd", "works", theme.PAID, -1.0),
    ("operation_usd", "operation", theme.OUTFLOW, -1.0),
    ("debt_service_usd", "debt service", theme.LOSS, -1.0),
)
"""Columns of plan_finance_years with their names, fills and signs."""
_PARTIES = 12
_WORST = 1.0


def cash_flow(rows: Sequence[Row], *, width: int = 420, height: int = 280) -> Spec:
    """Plot the money of a plan by year.

    Parameters
    ----------
    rows
        Rows of plan_finance_years, at least one.
    width, height
        Size in pixels.

    Returns
    -------
    Spec
        What comes in above zero and what goes out below it.
    """
    parts: list[dict[str, object]] = []
    for row in rows:
        ends = {1.0: 0.0, -1.0: 0.0}
        for column, name, _, sign in HEADS:
            much = records.real(row, column) / 1e9
            if not abs(much) > 0:
                continue
            side = sign if much > 0 else -sign
            start, ends[side] = ends[side], ends[side] + side * abs(much)
            parts.append(
                {
                    "year": int(records.real(row, "year")),
                    "head": name,
                    "from": round(start, 5),
                    "to": round(ends[side], 5),
                    "text": dollars(abs(much) * 1e9),
                    "cover": _cover(row),
                }
            )
    data = canvas.Rows()
    named = [head for head in HEADS if any(p["head"] == head[1] for p in parts)]
    colours = alt.Scale(domain=[head[1] for head in named], range=[head[2] for head in named])
    key = alt.Legend(
        title=None, orient="top", columns=3, symbolType="square", labelColor=token("ink"), labelFontSize=11
    )
    years = [int(records.real(r, "year")) for r in rows]
    xs = alt.X(
        "year:Q",
        title=None,
        scale=alt.Scale(domain=[min(years) - 0.6, max(years) + 0.6], nice=False),
        axis=alt.Axis(format="d", tickMinStep=1, tickCount=7, grid=False),
    )
    half = 0.42
    drawn = (
        alt.Chart(data.add(parts))
        .transform_calculate(a=f"datum.year - {half}", b=f"datum.year + {half}")
        .mark_rect(stroke=token("ground"), strokeWidth=0.4)
        .encode(
            x=alt.X("a:Q", title=None, scale=xs["scale"], axis=xs["axis"]),
            x2="b:Q",
            y=alt.Y("from:Q", title="Billion USD a year", axis=alt.Axis(tickCount=6)),
            y2="to:Q",
            fill=alt.Fill("head:N", scale=colours, legend=key),
            tooltip=[
                alt.Tooltip("year:Q", title="Year", format="d"),
                alt.Tooltip("head:N", title="What"),
                alt.Tooltip("text:N", title="Amount"),
                alt.Tooltip("cover:N", title="Cover of debt service"),
            ],
        )
    )
    zero = alt.Chart(data.add([{"zero": 0}])).mark_rule(color=token("muted")).encode(y="zero:Q")
    return data.finish(alt.layer(drawn, zero), title=_cash_title(rows), width=width, height=height)


def _cover(row: Row) -> str:
    cover = records.real(row, "dscr")
    return f"{number(cover)} times" if math.isfinite(cover) else "no debt service due"


def _cash_title(rows: Sequence[Row]) -> str:
    owing = [r for r in rows if math.isfinite(records.real(r, "dscr"))]
    if not owing:
        return "No debt service has to be borne by revenue"
    short = [r for r in owing if records.real(r, "dscr") < _WORST]
    worst = min(owing, key=lambda r: records.real(r, "dscr"))
    if not short:
        return f"Revenue covers debt service in every year, least in {records.real(worst, 'year'):.0f}"
    return (
        f"Revenue falls short of debt service in {len(short)} of {len(owing)} years, most in "
        f"{records.real(worst, 'year'):.0f}"
    )


def cumulative(rows: Sequence[Row], *, width: int = 420, height: int = 280) -> Spec:
    """Plot what owners have put in and taken out up to each year, beside `cash_flow`.

    Parameters
    ----------
    rows
        Rows of plan_finance_years, at least one.
    width, height
        Size in pixels.

    Returns
    -------
    Spec
        The sum of `cash_usd`, not discounted.
    """
    sums = list(itertools.accumulate(records.real(r, "cash_usd") / 1e9 for r in rows))
    points: list[dict[str, object]] = [
        {
            "year": int(records.real(r, "year")),
            "sum": round(each, 5),
            "zero": 0.0,
            "text": dollars(each * 1e9, signed=True),
            "own": dollars(records.real(r, "cash_usd"), signed=True),
        }
        for r, each in zip(rows, sums, strict=True)
    ]
    data = canvas.Rows()
    base = alt.Chart(data.add(points))
    axis = alt.Axis(format="d", tickMinStep=1, tickCount=7, grid=False)
    xs = alt.X("year:Q", title=None, scale=alt.Scale(nice=False), axis=axis)
    ys = alt.Y("sum:Q", title="Put in and taken out so far, billion USD", axis=alt.Axis(tickCount=6))
    tip = [
        alt.Tooltip("year:Q", title="Year", format="d"),
        alt.Tooltip("own:N", title="To owners"),
        alt.Tooltip("text:N", title="So far"),
    ]
    layers = [
        base.mark_area(fill=theme.MEASURE, opacity=0.22).encode(x=xs, y=ys, y2="zero:Q"),
        base.mark_line(color=theme.MEASURE, strokeWidth=2.2).encode(x=xs, y=ys),
        base.mark_point(size=40, opacity=0, filled=True).encode(x=xs, y=ys, tooltip=tip),
        alt.Chart(data.add([{"zero": 0}])).mark_rule(color=token("muted")).encode(y="zero:Q"),
    ]
    return data.finish(alt.layer(*layers), title=_sum_title(points), width=width, height=height)


def _sum_title(points: Sequence[dict[str, object]]) -> str:
    deepest = min(points, key=lambda p: records.real(p, "sum"))
    if records.real(deepest, "sum") >= 0:
        return "Owners never have money outstanding"
    most = dollars(-1e9 * records.real(deepest, "sum"))
    below = [p for p in points if records.real(p, "sum") < 0]
    if below[-1] is points[-1]:
        return f"Owners have up to {most} outstanding, and do not get all of it back by {points[-1]['year']}"
    back = next(p for p in points if records.real(p, "year") > records.real(below[-1], "year"))
    return f"Owners have up to {most} outstanding in {deepest['year']} and all of it back by {back['year']}"


def incidence(rows: Sequence[Row], names: Mapping[str, str], *, width: int = 880) -> Spec:
    """Plot who pays and who gains.

    Parameters
    ----------
    rows
        Rows of plan_incidence, at least one.
    names
        Names of states by code.
    width
        Width in pixels.

    Returns
    -------
    Spec
        Bars of what each pays (hollow, to the left) and gains, and a dot for what is left.
    """
    most = sorted(rows, key=lambda r: -_size(r))[:_PARTIES]
    bars: list[dict[str, object]] = []
    for row in sorted(most, key=lambda r: -records.real(r, "net_usd")):
        gains, net = finance_answers.gained(row), span(row, "net_usd", 1e-9)
        pays = finance_answers.paid(row) + finance_answers.lost(row)
        bars.append(
            {
                "party": finance_answers.party(row, names),
                "pays": round(-pays / 1e9, 5),
                "gains": round(gains / 1e9, 5),
                "zero": 0.0,
                **whisker(net, "net"),
                "net": round(net.p50, 5),
                "far": round(max(0.0, gains / 1e9, net.p50), 5),
                "text": dollars_text(span(row, "net_usd"), signed=True).removesuffix(" USD"),
                "both": f"pays or loses {dollars(pays)}, gains {dollars(gains)}",
                "of": _of(row),
            }
        )
    data = canvas.Rows()
    base = alt.Chart(data.add(bars))
    low = min([0.0, *(records.real(b, name) for b in bars for name in ("pays", "gains", "net"))])
    high = max(records.real(b, "far") for b in bars)
    size = (high - low) or 1.0
    scale = alt.Scale(domain=[low - 0.04 * size, high + 0.3 * size], nice=False)
    ys = alt.Y("party:N", sort=[str(b["party"]) for b in bars], title=None, axis=alt.Axis(labelLimit=130))
    said = "Present value, billion USD: hollow pays or loses, full gains, dot net"
    xs = alt.X("pays:Q", title=said, scale=scale, axis=alt.Axis(tickCount=6))
    tip = [
        alt.Tooltip("party:N", title="Who"),
        alt.Tooltip("both:N", title="Together"),
        alt.Tooltip("of:N", title="Of which"),
        alt.Tooltip("text:N", title="Net"),
    ]
    hollow = base.mark_bar(height=12, fill="transparent", stroke=theme.LOSS, strokeWidth=1.4)
    full = base.mark_bar(height=12, fill=theme.GAIN, stroke=theme.GAIN, strokeWidth=1)
    dot = base.mark_point(
        shape="circle", size=58, filled=True, fill=token("ink"), stroke=token("ground"), opacity=1
    )
    layers = [
        full.encode(x=alt.X("zero:Q"), x2="gains:Q", y=ys, tooltip=tip),
        hollow.encode(x=xs, x2="zero:Q", y=ys, tooltip=tip),
        alt.Chart(data.add([{"at": 0}])).mark_rule(color=token("muted")).encode(x="at:Q"),
        whiskers(base, "net", ys),
        dot.encode(x="net:Q", y=ys, tooltip=tip),
        base.mark_text(align="left", dx=9, fontSize=11).encode(
            x="far:Q", y=ys, text="text:N", color=alt.value(token("muted"))
        ),
    ]
    title = finance_answers.incidence_answer(rows, names) or "Nobody pays or gains"
    return data.finish(alt.layer(*layers), title=title, width=width, height=25 * len(bars) + 10)


def _size(row: Row) -> float:
    return max(finance_answers.paid(row), finance_answers.gained(row), finance_answers.lost(row))


def _of(row: Row) -> str:
    words = (
        ("cost_usd", "cost"),
        ("given_usd", "gifts given"),
        ("received_usd", "gifts received"),
        ("revenue_usd", "revenue"),
        ("user_benefit_usd", "users' benefit"),
    )
    parts = [f"{name} {dollars(records.real(row, column))}" for column, name in words if records.real(row, column)]
    return ", ".join(parts)
