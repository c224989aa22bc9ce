"""Charts of risk: exceedance curves with their bands, what matters most, and critical places."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from caspia.view import canvas, records, theme
from caspia.view.formats import number, percent
from caspia.view.records import Row
from caspia.view.risk_words import GROUPS, KINDS, money, row_scale
from caspia.view.theme import Spec, token

_INK = theme.MEASURE
_LEAST = 0.01
MOST = 10
"""Places that are drawn."""


def exceedance(rows: Sequence[Row], metric: Row, title: str, *, width: int = 420, height: int = 260) -> Spec:
    """Plot the probability that a metric is above a value.

    Parameters
    ----------
    rows
        Rows of the exceedance of one metric, at least one.
    metric
        Its row of metrics.
    title
        The finding.
    width, height
        Size in pixels.

    Returns
    -------
    Spec
        A falling curve with the band within which it lies.
    """
    factor, word = row_scale(metric)
    points = [
        {
            "value": factor * records.real(row, "value"),
            "share": records.real(row, "share"),
            "low": records.real(row, "low"),
            "high": records.real(row, "high"),
            "text": f"{percent(records.real(row, 'share'))} of years above {_told(row, factor)} {word}",
        }
        for row in rows
    ]
    data = canvas.Rows()
    base = alt.Chart(data.add(points))
    axis = alt.Axis(format=".3~r", tickCount=5)
    xs = alt.X("value:Q", title=f"{records.text(metric, 'label')}, {word}", axis=axis, scale=alt.Scale(zero=False))
    ys = alt.Y("share:Q", title="Share of years above", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1]))
    band = base.mark_area(fill=_INK, opacity=0.18).encode(x=xs, y=alt.Y("low:Q", title=None), y2="high:Q")
    line = base.mark_line(color=_INK, strokeWidth=2.6).encode(x=xs, y=ys)
    tips = base.mark_point(size=60, opacity=0, filled=True).encode(
        x=xs, y=ys, tooltip=[alt.Tooltip("text:N", title="Exceedance")]
    )
    return data.finish(alt.layer(band, line, tips), title=title, width=width, height=height)


def _told(row: Row, factor: float) -> str:
    return number(factor * records.real(row, "value"))


def importance(
    rows: Sequence[Row], labels: Sequence[tuple[str, str]], title: str, *, width: int = 640, height: int = 320
) -> Spec:
    """Plot which groups of doubts make metrics vary: bars of the share of the variance, the longest first.

    Parameters
    ----------
    rows
        Rows of the sensitivity.
    labels
        Names of metrics and how they are called.
    title
        The finding.
    width, height
        Size in pixels.

    Returns
    -------
    Spec
        A bar for each group and metric, with its interval.
    """
    called = dict(labels)
    points = []
    for row in rows:
        total, error = records.real(row, "total"), records.real(row, "total_error")
        if records.text(row, "metric") in called and total >= _LEAST:
            group = GROUPS.get(records.text(row, "group"), records.text(row, "group"))
            points.append(
                {
                    "metric": called[records.text(row, "metric")],
                    "group": group,
                    "total": min(total, 1.0),
                    "low": max(total - error, 0.0),
                    "high": min(total + error, 1.0),
                    "text": f"{group}: {100 * min(total, 1.0):.0f} %",
                }
            )
    data = canvas.Rows()
    base = alt.Chart(data.add(points))
    ys = alt.Y("group:N", title=None, sort=alt.EncodingSortField("total", op="max", order="descending"))
    xs = alt.X("total:Q", title="Share of the variance", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1]))
    names = [name for _, name in labels]
    colours = alt.Scale(domain=names, range=[_INK, token("muted")])
    beside = alt.YOffset("metric:N", sort=names)
    bars = base.mark_bar(opacity=0.8).encode(
        x=xs,
        y=ys,
        yOffset=beside,
        color=alt.Color("metric:N", title=None, scale=colours, legend=alt.Legend(orient="bottom")),
        tooltip=[alt.Tooltip("metric:N", title="Of"), alt.Tooltip("text:N", title="Total share")],
    )
    ends = base.mark_rule(color=token("ink"), strokeWidth=1.2).encode(
        x=alt.X("low:Q"), x2="high:Q", y=ys, yOffset=beside
    )
    return data.finish(alt.layer(bars, ends), title=title, width=width, height=height)


def critical(rows: Sequence[Row], title: str, *, width: int = 420, height: int = 300) -> Spec:
    """Plot critical places by expected loss, on a logarithmic axis.

    Parameters
    ----------
    rows
        Rows of critical places, the most critical first.
    title
        The finding.
    width, height
        Size in pixels.

    Returns
    -------
    Spec
        Points: what a day of closure costs, and what a year of the record does.
    """
    points = []
    for row in rows[:MOST]:
        name, kind = records.text(row, "name"), KINDS.get(records.text(row, "kind"), "")
        for what, column in (
            ("a day of closure", "loss_usd_per_day"),
            ("a year of the record", "expected_loss_usd"),
        ):
            value = records.real(row, column)
            if value > 0:
                points.append(
                    {"name": name, "what": what, "value": value / 1e6, "text": f"{kind}; {what}: {money(value)}"}
                )
    data = canvas.Rows()
    colours = alt.Scale(domain=["a day of closure", "a year of the record"], range=[token("muted"), _INK])
    order = [records.text(row, "name") for row in rows[:MOST]]
    tens = alt.Axis(format=".3~r", values=[10.0**power for power in range(-4, 6)])
    marks = (
        alt.Chart(data.add(points))
        .mark_point(filled=True, size=90)
        .encode(
            x=alt.X("value:Q", title="Million USD", scale=alt.Scale(type="log"), axis=tens),
            y=alt.Y("name:N", title=None, sort=order),
            color=alt.Color("what:N", title=None, scale=colours, legend=alt.Legend(orient="bottom")),
            tooltip=[alt.Tooltip("name:N", title="Place"), alt.Tooltip("text:N", title="Loss")],
        )
    )
    return data.finish(alt.layer(marks), title=title, width=width, height=height)
