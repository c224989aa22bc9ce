"""Charts of the game: how often each move is played, what it gains, what is answered where, who adds what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from caspia.view import canvas, game_answers, records, theme
from caspia.view.flow_words import dollars
from caspia.view.formats import percent
from caspia.view.records import Row
from caspia.view.theme import Spec, token

FILLS = theme.PALE
"""Fills of moves."""
_WIDEST = 300
_ROW = 20
_WEIGHTS = 10
_TEXT = 9


def _legend(title: str | None = None, **more: Any) -> alt.Legend:
    """A legend above the chart, in ink."""
    look: canvas.Look = {"orient": "top", "symbolType": "square", "labelLimit": _WIDEST, "labelFontSize": 11}
    look |= {"labelColor": token("ink"), "titleColor": token("muted")}
    return alt.Legend(title=title, **(look | more))


def shares(moves: Sequence[Row], *, width: int = 420) -> Spec:
    """Plot how often each move is the outcome in turn, with its standard error.

    Parameters
    ----------
    moves
        Rows of game_moves, at least one.
    width
        Size in pixels.

    Returns
    -------
    Spec
    """
    points = [
        {
            "move": f"{row['player']}: {records.text(row, 'name')}",
            "share": 100 * records.real(row, "turn_share"),
            "least": 100 * max(records.real(row, "turn_share") - records.real(row, "turn_se"), 0.0),
            "most": 100 * min(records.real(row, "turn_share") + records.real(row, "turn_se"), 1.0),
            "played": records.text(row, "played"),
            "text": game_answers.give_or_take(records.real(row, "turn_share"), records.real(row, "turn_se")),
        }
        for row in moves
    ]
    data = canvas.Rows()
    named = data.add(points)
    order = [str(point["move"]) for point in points]
    ys = alt.Y("move:N", sort=order, title=None, axis=alt.Axis(labelLimit=300))
    fill = alt.Scale(domain=["yes", "no"], range=[theme.GAIN, token("naming")])
    key = _legend("Played at the most likely weights")
    title_x = "% of sampled preferences"
    bars = (
        alt.Chart(named)
        .mark_bar(height=12)
        .encode(
            y=ys,
            x=alt.X("share:Q", title=title_x, scale=alt.Scale(domain=[0, 100])),
            fill=alt.Fill("played:N", scale=fill, legend=key),
            tooltip=[alt.Tooltip("move:N", title="Move"), alt.Tooltip("text:N", title="Share")],
        )
    )
    errors = (
        alt.Chart(named).mark_rule(color=token("ink")).encode(y=ys, x=alt.X("least:Q", title=title_x), x2="most:Q")
    )
    title = "How often each move is played, each player knowing what went before"
    return data.finish(alt.layer(bars, errors), title=title, width=width, height=_ROW * len(points))


def gains(moves: Sequence[Row], player: str, who: str, *, width: int = 420) -> Spec:
    """Plot what the moves of a player gain over the one that is played.

    Parameters
    ----------
    moves
        Rows of game_moves, one of the player at least.
    player, who
        Id and name of the player.
    width
        Size in pixels.

    Returns
    -------
    Spec
        With P10-P90 of the sampled preferences.
    """
    points = [
        {
            "move": records.text(row, "name"),
            "gain": records.real(row, "gain_usd") / 1e6,
            "least": records.real(row, "gain_usd_p10") / 1e6,
            "most": records.real(row, "gain_usd_p90") / 1e6,
            "text": dollars(records.real(row, "gain_usd")),
        }
        for row in moves
        if row["player"] == player and records.text(row, "played") != "yes"
    ]
    data = canvas.Rows()
    named = data.add(points)
    ys = alt.Y("move:N", sort=[str(point["move"]) for point in points], title=None, axis=alt.Axis(labelLimit=300))
    scale = alt.Scale(nice=True)
    title_x = "Gain over the move that is played, million USD a year"
    xs = alt.X("least:Q", title=title_x, scale=scale)
    spans = alt.Chart(named).mark_rule(color=token("muted"), strokeWidth=2).encode(y=ys, x=xs, x2="most:Q")
    marks = (
        alt.Chart(named)
        .mark_point(filled=True, size=70, color=theme.MEASURE)
        .encode(
            y=ys,
            x=alt.X("gain:Q", title=title_x, scale=scale),
            tooltip=[alt.Tooltip("move:N", title="Move"), alt.Tooltip("text:N", title="Gain")],
        )
    )
    zero = (
        alt.Chart(data.add([{"zero": 0}]))
        .mark_rule(color=token("ink"), strokeDash=[3, 3])
        .encode(x=alt.X("zero:Q", title=title_x))
    )
    title = f"What other moves would bring {who}: most likely, and P10–P90 of the preferences"
    return data.finish(alt.layer(zero, spans, marks), title=title, width=width, height=30 * max(len(points), 2))


def outcomes(
    rows: Sequence[Row], names: Mapping[str, str], who: str, *, width: int = 420, height: int = 320
) -> Spec:
    """Plot what is answered where the two most telling weights take other values.

    Parameters
    ----------
    rows
        Rows of game_map, at least one.
    names
        Of moves.
    who
        Name of who answers.
    width, height
        Size in pixels.

    Returns
    -------
    Spec
    """
    xs, ys = (sorted({records.real(r, name) for r in rows}) for name in ("x", "y"))
    step = [(values[-1] - values[0]) / max(len(values) - 1, 1) / 2 for values in (xs, ys)]
    units = [1e6 if values[-1] > 1e4 else 1.0 for values in (xs, ys)]
    points = [
        {
            "x0": (records.real(r, "x") - step[0]) / units[0],
            "x1": (records.real(r, "x") + step[0]) / units[0],
            "y0": (records.real(r, "y") - step[1]) / units[1],
            "y1": (records.real(r, "y") + step[1]) / units[1],
            "move": names.get(records.text(r, "move"), records.text(r, "move")),
            "profile": game_answers.profile_text(r["profile"], names),
        }
        for r in rows
    ]
    data = canvas.Rows()
    there = list(dict.fromkeys(str(point["move"]) for point in points))
    colours = alt.Scale(domain=there, range=list(FILLS[: len(there)]))
    titles = [
        f"{records.text(rows[0], name)}{', million USD a year' if unit > 1 else ''}"
        for name, unit in zip(("x_name", "y_name"), units, strict=True)
    ]
    chart = (
        alt.Chart(data.add(points))
        .mark_rect(stroke=token("ground"), strokeWidth=0.3)
        .encode(
            x=alt.X("x0:Q", title=titles[0], scale=alt.Scale(nice=False, zero=False)),
            x2="x1:Q",
            y=alt.Y("y0:Q", title=titles[1], scale=alt.Scale(nice=False, zero=False)),
            y2="y1:Q",
            fill=alt.Fill("move:N", scale=colours, legend=_legend(columns=2)),
            tooltip=[alt.Tooltip("move:N", title="Answer"), alt.Tooltip("profile:N", title="Outcome")],
        )
    )
    title = f"What {who} answers, by the two weights that tell most"
    return data.finish(alt.layer(chart), title=title, width=width, height=height)


def replies(rows: Sequence[Row], names: Mapping[str, str], who: str, *, width: int = 420) -> Spec:
    """Plot the answer to every profile that may go before.

    Parameters
    ----------
    rows
        Rows of game_replies, at least one.
    names
        Of moves.
    who
        Name of who answers.
    width
        Size in pixels.

    Returns
    -------
    Spec
        A column a move of who moves first, a row a profile of the others; the share of the preferences in each.
    """
    points = []
    for row in rows:
        before = list(game_answers.made(row["before"]).items())
        first, others = before[:1], before[1:]
        points.append(
            {
                "first": "".join(f"{actor}: {names.get(move, move)}" for actor, move in first) or "nobody before",
                "others": ", ".join(f"{actor} {names.get(move, move)}" for actor, move in others) or "–",
                "move": names.get(records.text(row, "reply"), records.text(row, "reply")),
                "share": percent(records.real(row, "share")),
            }
        )
    data = canvas.Rows()
    named = data.add(points)
    columns, lines = (list(dict.fromkeys(point[name] for point in points)) for name in ("first", "others"))
    there = list(dict.fromkeys(point["move"] for point in points))
    xs = alt.X("first:N", sort=columns, title=None, axis=alt.Axis(orient="top", labelAngle=0, labelLimit=110))
    ys = alt.Y("others:N", sort=lines, title=None, axis=alt.Axis(labelLimit=320))
    colours = alt.Scale(domain=there, range=list(FILLS[: len(there)]))
    cells = (
        alt.Chart(named)
        .mark_rect(stroke=token("ground"), opacity=0.75)
        .encode(x=xs, y=ys, fill=alt.Fill("move:N", scale=colours, legend=_legend(orient="bottom")))
    )
    texts = alt.Chart(named).mark_text(fontSize=_TEXT, color=token("ink")).encode(x=xs, y=ys, text="share:N")
    title = f"What {who} answers most often to what goes before, and in how many preferences"
    return data.finish(alt.layer(cells, texts), title=title, width=width, height=24 * len(lines))


def telling(rows: Sequence[Row], *, width: int = 420) -> Spec:
    """Plot how much each weight tells of the answer.

    Parameters
    ----------
    rows
        Rows of game_weights, the most telling first, at least one.
    width
        Size in pixels.

    Returns
    -------
    Spec
    """
    points = [
        {
            "name": records.text(row, "name"),
            "tells": records.real(row, "importance"),
            "side": "more of it, the same answer" if records.real(row, "importance") > 0 else "more of it, another",
        }
        for row in rows[:_WEIGHTS]
    ]
    data = canvas.Rows()
    sides = ["more of it, the same answer", "more of it, another"]
    chart = (
        alt.Chart(data.add(points))
        .mark_bar(height=12)
        .encode(
            y=alt.Y("name:N", sort=[str(p["name"]) for p in points], title=None, axis=alt.Axis(labelLimit=320)),
            x=alt.X("tells:Q", title="Correlation with the answer"),
            fill=alt.Fill(
                "side:N",
                scale=alt.Scale(domain=sides, range=[theme.GAIN, theme.LOSS]),
                legend=_legend(),
            ),
            tooltip=[alt.Tooltip("name:N", title="Weight"), alt.Tooltip("tells:Q", title="Tells", format=".2f")],
        )
    )
    title = "Which preferences tell most of the answer"
    return data.finish(alt.layer(chart), title=title, width=width, height=_ROW * len(points))


def coalition(rows: Sequence[Row], *, width: int = 420) -> Spec:
    """Plot what corridor states earn and what they add.

    Parameters
    ----------
    rows
        Rows of game_coalitions, at least one.
    width
        Size in pixels.

    Returns
    -------
    Spec
    """
    heads = (("earned_usd", "earns", theme.MEASURE), ("shapley_usd", "adds", theme.GAIN))
    points = [
        {"state": records.text(row, "state"), "what": word, "usd": records.real(row, name) / 1e6}
        for row in rows
        for name, word, _ in heads
    ]
    data = canvas.Rows()
    chart = (
        alt.Chart(data.add(points))
        .mark_bar()
        .encode(
            x=alt.X(
                "state:N", sort=[records.text(r, "state") for r in rows], title=None, axis=alt.Axis(labelAngle=0)
            ),
            xOffset=alt.XOffset("what:N", sort=[word for _, word, _ in heads]),
            y=alt.Y("usd:Q", title="Million USD a year"),
            fill=alt.Fill(
                "what:N",
                scale=alt.Scale(domain=[word for _, word, _ in heads], range=[fill for _, _, fill in heads]),
                legend=_legend(),
            ),
            tooltip=[alt.Tooltip("state:N"), alt.Tooltip("what:N"), alt.Tooltip("usd:Q", format=".1f")],
        )
    )
    title = "Transit over the Caspian: what states earn, and what they add to the whole"
    return data.finish(alt.layer(chart), title=title, width=width, height=260)
