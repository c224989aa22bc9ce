"""Charts of a roll-out: announced, financed and working capacity and flow, times, and stages of the crossing."""

from __future__ import annotations

import math
from collections.abc import Sequence

import altair as alt

from caspia.view import canvas, records, rollout_answers, theme
from caspia.view.flow_charts import letter_colour
from caspia.view.flow_ranges import figures, is_known, share_range
from caspia.view.formats import days, number, percent
from caspia.view.plan_words import span, year_text
from caspia.view.records import Row
from caspia.view.theme import Spec, token

_CASPIAN = theme.CORRIDORS["Caspian"].colour
LINES = (
    ("announced_t", "targets", "", (1, 3), 1.4),
    ("announced_capacity_t", "announced", "", (7, 4), 1.8),
    ("financed_capacity_t", "financed", theme.PAID, (2, 3), 2.0),
    ("capacity_t", "working", theme.GAIN, (), 2.2),
    ("flow_t", "actual flow", _CASPIAN, (), 3.2),
)
"""Columns of rollout_years with names, colours (that of letters if empty), dashes and widths of their lines."""
_ROOM = 0.34
"""Room for names at the end of lines, as a share of the years."""
_GAP = 0.062
"""Least distance of two names, as a share of the height."""
_CELL_PX = 40
_DARK = 0.85
"""Share from which on a cell is so full of colour that letters on it change theirs."""


def spread(values: Sequence[float], gap: float) -> list[float]:
    """Move values apart, so that names beside them do not cover each other.

    Parameters
    ----------
    values
        Places along an axis.
    gap
        Least distance.

    Returns
    -------
    list of float
        In the order given; none is moved further than need be from below upwards.

    Examples
    --------
    >>> [round(v, 1) for v in spread([10.0, 10.2, 3.0], 1.0)]
    [9.6, 10.6, 3.0]
    """
    order = sorted(range(len(values)), key=lambda nth: values[nth])
    groups: list[list[int]] = []
    for nth in order:
        groups.append([nth])
        while len(groups) > 1 and _floor(groups[-1], values, gap) < _top(groups[-2], values, gap) + gap:
            last = groups.pop()
            groups[-1] += last
    found = list(values)
    for group in groups:
        for place, nth in enumerate(group):
            found[nth] = _floor(group, values, gap) + gap * place
    return found


def _floor(group: Sequence[int], values: Sequence[float], gap: float) -> float:
    return sum(values[nth] for nth in group) / len(group) - gap * (len(group) - 1) / 2


def _top(group: Sequence[int], values: Sequence[float], gap: float) -> float:
    return _floor(group, values, gap) + gap * (len(group) - 1)


def _points(rows: Sequence[Row], line: tuple[str, str, str, tuple[int, ...], float]) -> list[dict[str, object]]:
    column, name = line[:2]
    points: list[dict[str, object]] = []
    for row in rows:
        value = span(row, column, 1e-6)
        if not math.isfinite(value.p50):
            continue
        point: dict[str, object] = {
            "year": int(records.real(row, "year")),
            "value": round(value.p50, 4),
            "name": name,
            "text": f"{figures(value)} Mt a year",
        }
        if is_known(value):
            point |= {"low": round(value.p10, 4), "high": round(value.p90, 4)}
        points.append(point)
    return points


def rollout(rows: Sequence[Row], targets: Sequence[Row], *, width: int = 880, height: int = 380) -> Spec:
    """Plot announced, financed and working capacity and actual flow over the years, with official targets.

    Parameters
    ----------
    rows
        Rows of rollout_years, at least one.
    targets
        Rows of rollout_targets; those in tonnes are diamonds.
    width, height
        Size in pixels.

    Returns
    -------
    Spec
        Four lines, two of them with a band from P10 to P90, and the path of the targets, named at their ends.
    """
    years = [int(records.real(r, "year")) for r in rows]
    first, last = min(years), max(years)
    right = last + _ROOM * max(last - first, 1)
    drawn = [(line, _points(rows, line)) for line in LINES]
    drawn = [(line, points) for line, points in drawn if points]
    aims = _aims(targets, (first, last))
    tops = [records.real(p, name) for _, ps in drawn for p in ps for name in ("value", "high") if name in p]
    most = max([*tops, *(records.real(a, "value") for a in aims)]) * 1.06
    data = canvas.Rows()
    scale = alt.Scale(domain=[first, right], nice=False)
    ticks = [year for year in range(first, last + 1) if year % 5 == 0]
    xs = alt.X("year:Q", title=None, scale=scale, axis=alt.Axis(format="d", values=ticks))
    ys = alt.Y("value:Q", title="Million tonnes a year", scale=alt.Scale(domain=[0, most], nice=False))
    bands, lines = [], []
    for (_, _, colour, dash, thick), points in drawn:
        base = alt.Chart(data.add(points))
        ink = colour or token("ink")
        bands += _bands(base, points, xs, ink)
        lines.append(base.mark_line(color=ink, strokeDash=list(dash), strokeWidth=thick).encode(x=xs, y=ys))
        tip = [
            alt.Tooltip("year:Q", title="Year", format="d"),
            alt.Tooltip("name:N", title="What"),
            alt.Tooltip("text:N", title="Amount"),
        ]
        lines.append(base.mark_point(size=70, opacity=0, filled=True).encode(x=xs, y=ys, tooltip=tip))
    layers = [*bands, *lines, *_names(data, drawn, most), *_diamonds(data, aims)]
    return data.finish(alt.layer(*layers), title=rollout_answers.gap_answer(rows), width=width, height=height)


def _bands(base: alt.Chart, points: Sequence[dict[str, object]], xs: alt.X, colour: str) -> list[alt.Chart]:
    """A band from P10 to P90 where points have them; Vega warns of a layer without any."""
    if not any("low" in point for point in points):
        return []
    banded = base.transform_filter("isValid(datum.low)")
    return [banded.mark_area(fill=colour, opacity=0.2).encode(x=xs, y="low:Q", y2="high:Q")]


_Drawn = Sequence[tuple[tuple[str, str, str, tuple[int, ...], float], list[dict[str, object]]]]


def _names(data: canvas.Rows, drawn: _Drawn, most: float) -> list[alt.Chart]:
    """Names at the ends of lines, moved apart, each after a dot of its colour."""
    ends = [points[-1] for _, points in drawn]
    places = spread([records.real(e, "value") for e in ends], _GAP * most)
    rows = [
        end
        | {
            "at": place,
            "words": f"{end['name']} {number(records.real(end, 'value'))}",
            "col": line[2] or token("ink"),
        }
        for (line, _), end, place in zip(drawn, ends, places, strict=True)
    ]
    base = alt.Chart(data.add(rows))
    return [
        base.mark_point(shape="circle", size=46, filled=True, opacity=1).encode(
            x="year:Q", y="value:Q", fill=alt.Fill("col:N", scale=None)
        ),
        base.mark_text(align="left", dx=9, fontSize=12).encode(x="year:Q", y="at:Q", text="words:N"),
    ]


def _aims(targets: Sequence[Row], years: tuple[int, int]) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for row in targets:
        year = records.real(row, "year")
        if records.text(row, "quantity") == "t" and years[0] <= year <= years[1]:
            found.append(
                {
                    "year": year,
                    "value": round(records.real(row, "value") / 1e6, 4),
                    "name": records.text(row, "name"),
                    "who": records.text(row, "who"),
                    "text": f"{rollout_answers.target_text(row)} in {year:.0f}",
                    "likely": percent(records.real(row, "likely")),
                    "passed": year_text(rollout_answers.passed_in(row), years[1]),
                }
            )
    return found


def _diamonds(data: canvas.Rows, aims: Sequence[dict[str, object]]) -> list[alt.Chart]:
    if not aims:
        return []
    base = alt.Chart(data.add(aims))
    tip = [
        alt.Tooltip("name:N", title="Target"),
        alt.Tooltip("who:N", title="Said by"),
        alt.Tooltip("text:N", title="Amount"),
        alt.Tooltip("likely:N", title="Likely by then"),
        alt.Tooltip("passed:N", title="Passed"),
    ]
    mark = base.mark_point(
        shape="diamond", size=95, filled=True, fill=token("ground"), stroke=token("ink"), strokeWidth=1.6, opacity=1
    )
    return [mark.encode(x="year:Q", y="value:Q", tooltip=tip)]


def times(rows: Sequence[Row], *, width: int = 420, height: int = 260) -> Spec:
    """Plot times door to door over the years.

    Parameters
    ----------
    rows
        Rows of rollout_years, at least one with a time.
    width, height
        Size in pixels.

    Returns
    -------
    Spec
        Days within which half and nine tenths of the boxes arrive, with the band of the half.
    """
    series = (("time_h_p50", "half", 2.8, ()), ("time_h_p90", "nine in ten", 1.8, (6, 3)))
    years = [int(records.real(r, "year")) for r in rows]
    first, last = min(years), max(years)
    data = canvas.Rows()
    scale = alt.Scale(domain=[first, last + _ROOM * max(last - first, 1)], nice=False)
    ticks = [year for year in range(first, last + 1) if year % 5 == 0]
    xs = alt.X("year:Q", title=None, scale=scale, axis=alt.Axis(format="d", values=ticks))
    ys = alt.Y("value:Q", title="Days door to door", scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=5))
    layers = []
    for column, name, thick, dash in series:
        points = [
            {
                "year": int(records.real(r, "year")),
                "value": round(days(records.real(r, column)), 3),
                **_band(r, column),
                "text": f"{figures(span(r, column, days(1.0)))} days",
                "name": name,
            }
            for r in rows
            if math.isfinite(records.real(r, column))
        ]
        if not points:
            continue
        base = alt.Chart(data.add(points))
        tip = [alt.Tooltip("year:Q", title="Year", format="d"), alt.Tooltip("text:N", title=f"{name} within")]
        end = alt.Chart(data.add([points[-1] | {"words": f"{name} {number(records.real(points[-1], 'value'))}"}]))
        layers += [
            *_bands(base, points, xs, _CASPIAN),
            base.mark_line(color=_CASPIAN, strokeWidth=thick, strokeDash=list(dash)).encode(x=xs, y=ys),
            base.mark_point(size=70, opacity=0, filled=True).encode(x=xs, y=ys, tooltip=tip),
            end.mark_text(align="left", dx=7, fontSize=11).encode(x="year:Q", y="value:Q", text="words:N"),
        ]
    return data.finish(alt.layer(*layers), title=rollout_answers.times_answer(rows), width=width, height=height)


def _band(row: Row, column: str) -> dict[str, object]:
    value = span(row, column, days(1.0))
    return {"low": round(value.p10, 3), "high": round(value.p90, 3)} if is_known(value) else {}


def stages(rows: Sequence[Row], *, width: int = 420) -> Spec:
    """Plot what each stage of the crossing lets through, and which stage limits it.

    Parameters
    ----------
    rows
        Rows of rollout_stages, as `working`, at least one.
    width
        Width in pixels.

    Returns
    -------
    Spec
        A row a stage and a cell a year, filled the more, the more of the capacity of the crossing the stage limits.
    """
    cells: list[dict[str, object]] = []
    for row in rows:
        share = records.real(row, "binding")
        share = share if math.isfinite(share) else 0.0
        value = span(row, "capacity_t", 1e-6)
        name = records.text(row, "stage")
        cells.append(
            {
                "year": int(records.real(row, "year")),
                "stage": name[:1].upper() + name[1:],
                "binding": round(share, 3),
                "mark": number(value.p50),
                "text": f"{figures(value)} Mt a year",
                "binds": share_range(span({"x": share}, "x")) or "nothing",
                "letters": letter_colour(_CASPIAN) if share > _DARK else token("ink"),
            }
        )
    order = list(dict.fromkeys(str(c["stage"]) for c in cells))
    years = sorted({int(records.real(c, "year")) for c in cells})
    data = canvas.Rows()
    base = alt.Chart(data.add(cells))
    ys = alt.Y("stage:N", sort=order, title=None, axis=None)
    xs = alt.X(
        "year:O",
        title="Million tonnes a year through each stage alone; filled: it limits the crossing",
        axis=alt.Axis(labelAngle=0, values=[y for y in years if y % 5 == 0], domain=False, ticks=False),
    )
    tip = [
        alt.Tooltip("stage:N", title="Stage"),
        alt.Tooltip("year:O", title="Year"),
        alt.Tooltip("text:N", title="Alone lets through"),
        alt.Tooltip("binds:N", title="Limits"),
    ]
    fill = alt.FillOpacity("binding:Q", scale=alt.Scale(domain=[0, 1], range=[0.08, 1.0]), legend=None)
    boxes = base.mark_rect(fill=_CASPIAN, height=18, stroke=token("ground"), strokeWidth=1)
    numbers = base.mark_text(fontSize=9, baseline="middle").encode(
        x=xs, y=ys, text="mark:N", color=alt.Color("letters:N", scale=None), tooltip=tip
    )
    names = (
        alt.Chart(data.add([{"stage": stage} for stage in order]))
        .mark_text(align="left", baseline="bottom", dy=-10, fontSize=11, x=alt.ExprRef("0"))
        .encode(y=ys, text="stage:N")
    )
    chart = alt.layer(boxes.encode(x=xs, y=ys, fillOpacity=fill, tooltip=tip), numbers, names)
    title = rollout_answers.stages_answer(rows)
    return data.finish(chart, title=title, width=width, height=_CELL_PX * len(order))
