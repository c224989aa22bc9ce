"""Charts of plans: works and use by project, and what other budgets bring."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from caspia.view import canvas, records, theme
from caspia.view.flow_ranges import figures, is_known
from caspia.view.flow_words import dollars
from caspia.view.formats import number, plural
from caspia.view.plan_words import Measure, budget_years, kind, measure, ratio_text, span
from caspia.view.records import Row
from caspia.view.theme import Spec, token

MARKED = ((3.7, "3.7 billion USD"),)
"""Budgets that were spoken of in dollars, in billions."""
YEN = 3e12
"""Yen that Japan spoke of."""
VALUE_COLOUR = theme.MEASURE
_STEP_PX = 38
_IN_USE = 3
_DIAMOND = "diamond"


def _work(nth: int, row: Row, unit: str) -> dict[str, object]:
    look, cost = kind(records.text(row, "kind")), dollars(records.real(row, "cost_usd"))
    opening, how = span(row, "opening_year"), measure(unit)
    found: dict[str, object] = {
        "id": f"{nth:03d}",
        "name": f"{records.text(row, 'name')} · {look.name} · {cost}",
        "project": records.text(row, "name"),
        "start": records.real(row, "start_year"),
        "opening": opening.p50,
        "col": look.colour,
        "kind": look.name,
        "cost": cost,
        "years": f"works from {records.real(row, 'start_year'):.0f}, in use from {opening.p50:.0f}",
        "worth": f"{figures(span(row, 'benefit_usd', how.factor))} {how.unit}",
        "each": f"{ratio_text(span(row, 'benefit_per_usd', how.per_factor))} {how.per_unit}",
    }
    if is_known(opening) and opening.p10 < opening.p90:
        found |= {"early": opening.p10, "late": opening.p90}
    return found


def gantt(funded: Sequence[Row], summary: Row, *, width: int = 880) -> Spec:
    """Plot works and use of the funded projects over the years.

    Parameters
    ----------
    funded
        Rows of the portfolio, at least one.
    summary
        The plan in a few numbers, with the years of the budget.
    width
        Width in pixels.

    Returns
    -------
    Spec
        A bar of works, a diamond at the opening and a line of use for each project; the years of the budget are
        shaded.
    """
    works = [_work(nth, row, records.text(summary, "unit")) for nth, row in enumerate(funded)]
    ends = budget_years(summary)
    first = min([records.real(w, "start") for w in works] + ([ends[0]] if ends else []))
    last = max(records.real(w, name) for w in works for name in ("opening", "late") if name in w) + _IN_USE
    works = [w | {"last": last} for w in works]
    data = canvas.Rows()
    base = alt.Chart(data.add(works))
    ys = alt.Y("id:N", sort=[str(w["id"]) for w in works], title=None, axis=None)
    said = "Bar: works; diamond: opening; line: in use" + ("; shaded: years of the budget" if ends else "")
    axis = alt.Axis(format="d", tickMinStep=1, tickCount=8)
    scale = alt.Scale(domain=[first, last], nice=False, zero=False)

    def at(column: str) -> alt.X:
        return alt.X(f"{column}:Q", title=said, scale=scale, axis=axis)

    tip = [
        alt.Tooltip("project:N", title="Project"),
        alt.Tooltip("kind:N", title="Kind"),
        alt.Tooltip("years:N", title="Years"),
        alt.Tooltip("cost:N", title="Cost"),
        alt.Tooltip("worth:N", title=measure(records.text(summary, "unit")).title),
        alt.Tooltip("each:N", title=measure(records.text(summary, "unit")).per_title),
    ]
    fill = alt.Fill("col:N", scale=None)
    look: canvas.Look = {"stroke": token("muted"), "strokeWidth": 0.7}
    layers = [
        base.mark_bar(height=4, **look).encode(x=at("opening"), x2="last:Q", y=ys, fill=fill, tooltip=tip),
        base.mark_bar(height=13, **look).encode(x=at("start"), x2="opening:Q", y=ys, fill=fill, tooltip=tip),
        base.transform_filter("isValid(datum.early)")
        .mark_rule(strokeWidth=1.6, color=token("ink"))
        .encode(x=at("early"), x2="late:Q", y=ys),
        base.mark_point(
            shape=_DIAMOND, size=80, filled=True, opacity=1, stroke=token("ink"), strokeWidth=1.1
        ).encode(x=at("opening"), y=ys, fill=fill, tooltip=tip),
        base.mark_text(align="left", baseline="bottom", dy=-9, fontSize=11, x=alt.ExprRef("0"), dx=3).encode(
            y=ys, text="name:N"
        ),
    ]
    if ends:
        shade = alt.Chart(data.add([{"from": ends[0], "to": ends[1] + 1}]))
        layers.insert(0, shade.mark_rect(fill=token("land"), opacity=1).encode(x=at("from"), x2="to:Q"))
    return data.finish(
        alt.layer(*layers), title=_gantt_title(funded), width=width, height=_STEP_PX * len(works) + 8
    )


def _gantt_title(funded: Sequence[Row]) -> str:
    openings = sorted(records.real(r, "opening_year") for r in funded)
    late = max(funded, key=lambda r: records.real(r, "opening_year"))
    half = openings[(len(openings) - 1) // 2]
    if len(funded) == 1:
        return f"{records.text(late, 'name')} opens in {openings[0]:.0f}"
    return (
        f"Half of {plural(len(funded), 'project')} are in use by {half:.0f}, "
        f"the last, {records.text(late, 'name')}, in {openings[-1]:.0f}"
    )


def marks(summary: Row, greatest: float) -> list[dict[str, object]]:
    """List the budgets that are spoken of.

    Parameters
    ----------
    summary
        With `yen_per_usd`, without which there is no mark for yen.
    greatest
        Greatest budget of the chart, in billion dollars.

    Returns
    -------
    list of dict
        Budget in billion dollars and words.

    Examples
    --------
    >>> [(round(m["budget"], 1), m["words"]) for m in marks({"yen_per_usd": 150.0}, 30.0)]
    [(3.7, '3.7 billion USD'), (20.0, '3 trillion yen')]
    """
    found = [*MARKED]
    rate = records.real(summary, "yen_per_usd")
    if rate > 0:
        found.append((YEN / rate / 1e9, "3 trillion yen"))
    return [{"budget": budget, "words": words} for budget, words in found if budget <= greatest]


def _budget(row: Row, before: float, how: Measure) -> dict[str, object]:
    value, bound = span(row, "value", how.factor), records.real(row, "bound") * how.factor
    each = records.real(row, "marginal_value_per_usd") * how.per_factor
    return {
        "budget": records.real(row, "budget_usd") / 1e9,
        "before": before,
        "value": round(value.p50, 4),
        "bound": round(bound, 4),
        "each": round(each, 5),
        "zero": 0.0,
        "text": f"{figures(value)} {how.unit}, at most {number(bound)}",
        "each_text": f"{number(each)} {how.per_unit}",
        "spent": dollars(records.real(row, "spent_usd")),
        "projects": f"{records.real(row, 'projects'):.0f}",
    }


def _budgets(rows: Sequence[Row], how: Measure) -> list[dict[str, object]]:
    before = [0.0, *(records.real(r, "budget_usd") / 1e9 for r in rows)]
    return [_budget(row, start, how) for row, start in zip(rows, before, strict=False)]


_TIP = [
    alt.Tooltip("budget:Q", title="Budget, billion USD"),
    alt.Tooltip("spent:N", title="Spent"),
    alt.Tooltip("projects:N", title="Projects"),
    alt.Tooltip("text:N", title="Brings"),
    alt.Tooltip("each_text:N", title="The next dollar"),
]


def _marked(data: canvas.Rows, rows: Sequence[dict[str, object]]) -> list[alt.Chart]:
    base = alt.Chart(data.add(rows))
    rule = base.mark_rule(color=token("muted"), strokeDash=[3, 3]).encode(x="budget:Q")
    words = base.mark_text(align="left", baseline="top", dx=4, dy=2, fontSize=11, y=alt.ExprRef("0")).encode(
        x="budget:Q", text="words:N", color=alt.value(token("muted"))
    )
    return [rule, words]


def budgets(rows: Sequence[Row], summary: Row, *, width: int = 420, height: int = 260) -> Spec:
    """Plot what plans for other budgets bring.

    Parameters
    ----------
    rows
        Rows of plan_budgets, ascending; at least one.
    summary
        The plan in a few numbers, with its unit and `yen_per_usd`.
    width, height
        Size in pixels.

    Returns
    -------
    Spec
        Value by budget, its bound dashed.
    """
    unit = records.text(summary, "unit")
    how = measure(unit)
    points = _budgets(rows, how)
    data = canvas.Rows()
    base = alt.Chart(data.add(points))
    most = max(records.real(p, name) for p in points for name in ("value", "bound"))
    far = max(records.real(p, "budget") for p in points)
    xs = alt.X("budget:Q", title="Budget, billion USD", scale=alt.Scale(domain=[0, far * 1.02], nice=False))
    ys = alt.Y(
        "value:Q",
        title=f"{how.title}, {how.unit}",
        scale=alt.Scale(domain=[0, (most or 1.0) * 1.2], nice=False),
        axis=alt.Axis(tickCount=5),
    )
    layers = [
        base.mark_line(color=token("muted"), strokeDash=[4, 3], strokeWidth=1.2).encode(x=xs, y="bound:Q"),
        base.mark_line(color=VALUE_COLOUR, strokeWidth=2.2).encode(x=xs, y=ys),
        base.mark_point(
            shape="circle", size=52, filled=True, fill=VALUE_COLOUR, stroke=token("ground"), opacity=1
        ).encode(x=xs, y=ys, tooltip=_TIP),
        *_marked(data, marks(summary, far)),
    ]
    last = points[-1]
    bound = alt.Chart(data.add([last | {"words": "no plan can bring more"}]))
    layers.append(
        bound.mark_text(align="right", baseline="bottom", dy=-4, fontSize=11).encode(
            x="budget:Q", y="bound:Q", text="words:N", color=alt.value(token("muted"))
        )
    )
    half = next(p for p in points if records.real(p, "value") >= 0.5 * records.real(last, "value"))
    title = (
        f"{number(records.real(half, 'budget'))} billion USD bring half of what "
        f"{number(records.real(last, 'budget'))} billion bring"
    )
    return data.finish(alt.layer(*layers), title=title, width=width, height=height)


def marginal(rows: Sequence[Row], summary: Row, *, width: int = 420, height: int = 260) -> Spec:
    """Plot what a dollar more brings, beside `budgets`.

    Parameters
    ----------
    rows
        Rows of plan_budgets, ascending; at least one.
    summary
        The plan in a few numbers, with its unit and `yen_per_usd`.
    width, height
        Size in pixels.

    Returns
    -------
    Spec
        A bar from each budget to the next; where value is money, a line at one dollar.
    """
    unit = records.text(summary, "unit")
    how = measure(unit)
    points = _budgets(rows, how)
    data = canvas.Rows()
    base = alt.Chart(data.add(points))
    far = max(records.real(p, "budget") for p in points)
    most = max(records.real(p, "each") for p in points)
    scale = alt.Scale(domain=[0, far * 1.02], nice=False)
    ys = alt.Y(
        "each:Q",
        title=f"{how.per_title} more, {how.per_unit}",
        scale=alt.Scale(domain=[0, (most or 1.0) * 1.15], nice=False),
        axis=alt.Axis(tickCount=5),
    )
    layers = [
        base.mark_rect(fill=VALUE_COLOUR, stroke=token("ground"), strokeWidth=1, opacity=1).encode(
            x=alt.X("before:Q", title="Budget, billion USD", scale=scale),
            x2="budget:Q",
            y=ys,
            y2="zero:Q",
            tooltip=_TIP,
        ),
        *_marked(data, marks(summary, far)),
    ]
    if unit == "USD":
        even = alt.Chart(data.add([{"even": 1.0, "words": "a dollar brings a dollar", "far": far}]))
        layers += [
            even.mark_rule(color=token("ink"), strokeWidth=1.2).encode(y="even:Q"),
            even.mark_text(align="right", baseline="bottom", dy=-3, fontSize=11).encode(
                x="far:Q", y="even:Q", text="words:N"
            ),
        ]
    return data.finish(alt.layer(*layers), title=_marginal_title(points, how), width=width, height=height)


def _marginal_title(points: Sequence[dict[str, object]], how: Measure) -> str:
    if how.per_unit == "USD":
        less = next((p for p in points if records.real(p, "each") < 1.0), None)
        if less is None:
            return "The last dollar still brings more than a dollar"
        start = records.real(less, "before")
        return f"Beyond {number(start)} billion USD a dollar more brings less than a dollar" if start else _NEVER
    return f"{how.per_title} more: first {points[0]['each_text']}, last {number(records.real(points[-1], 'each'))}"


_NEVER = "No dollar brings a dollar"
