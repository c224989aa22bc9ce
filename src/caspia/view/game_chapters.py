"""The chapter on the game (Q6): what Russia and China answer, and what the Central Asian states do."""

from __future__ import annotations

from collections.abc import Sequence

from caspia.view import game_answers, game_charts, records
from caspia.view.chapters import Cell, Column, Line, Table, figure, plain, raw
from caspia.view.evidence import Source
from caspia.view.flow_chapters import FlowChapter, Part
from caspia.view.formats import percent
from caspia.view.plan_chapter_tables import amount, ranged_column
from caspia.view.records import ResultLike, Row
from caspia.view.theme import Spec

GAME = "game"
"""Id of the chapter."""
_NAME = "Play: what Russia and China answer"
_EVEN = "pictures even"
_PROFILES = 14


def game_charts_of(result: ResultLike) -> dict[str, Spec]:
    """Draw the charts of the chapter on the game.

    Parameters
    ----------
    result
        The result of a study.

    Returns
    -------
    dict of str to Spec
        Charts by name; none where the result holds no game.
    """
    moves, summary = records.rows(result, "game_moves"), _summary(result)
    if not moves or not summary:
        return {}
    names, who = game_answers.names_of(moves), records.text(summary, "answers")
    name = records.text(summary, "answers_name")
    found = {"game-shares": game_charts.shares(moves), "game-gains": game_charts.gains(moves, who, name)}
    for chart, table, draw in (
        ("game-replies", "game_replies", lambda rows: game_charts.replies(rows, names, name, width=620)),
        ("game-outcomes", "game_map", lambda rows: game_charts.outcomes(rows, names, name)),
        ("game-telling", "game_weights", game_charts.telling),
        ("game-coalition", "game_coalitions", game_charts.coalition),
    ):
        rows = records.rows(result, table)
        if rows:
            found[chart] = draw(rows)
    return found


def game_chapters(result: ResultLike, catalogue: dict[str, Source], drawn: dict[str, Spec]) -> list[FlowChapter]:
    """Make the chapter on the game.

    Parameters
    ----------
    result
        The result of a study: tables `game_summary` (one row), `game_equilibria`, `game_moves`, `game_replies`,
        `game_weights`, `game_map`, `game_coalitions`, `game_tariffs`.
    catalogue
        Sources by id.
    drawn
        Charts by name.

    Returns
    -------
    list of FlowChapter
        None where the result holds no game.
    """
    moves, summary = records.rows(result, "game_moves"), _summary(result)
    if not moves or not summary:
        return []
    names = game_answers.names_of(moves)
    stable, weights = records.rows(result, "game_equilibria"), records.rows(result, "game_weights")
    states, tariffs = records.rows(result, "game_coalitions"), records.rows(result, "game_tariffs")
    replies = records.rows(result, "game_replies")
    parts = [
        Part(
            "",
            _present(drawn, "game-shares", "game-gains"),
            _EVEN,
            tables=(_moves(moves),),
            folded=((f"Equilibria and profiles that are stable ({len(stable)})", _equilibria(stable, names)),),
            note=game_answers.stability(summary),
        ),
        Part(
            "What is answered to what goes before",
            _present(drawn, "game-replies"),
            folded=((f"Every answer ({len(replies)})", _replies(replies, names)),),
        ),
        Part(
            "What turns it",
            _present(drawn, "game-outcomes", "game-telling"),
            _EVEN,
            folded=((f"Preferences, stakes and where they turn it ({len(weights)})", _weights(weights, names)),),
            note=game_answers.turns_answer(weights, names),
        ),
    ]
    if states:
        parts.append(
            Part(
                game_answers.coalition_answer(summary, states),
                _present(drawn, "game-coalition"),
                tables=(_coalitions(states), *([_tariffs(tariffs)] if tariffs else [])),
                note=game_answers.tariff_answer(tariffs),
            )
        )
    cited = {records.text(row, "source_id") for row in moves}
    sources = sorted((catalogue[key] for key in cited if key in catalogue), key=lambda item: item.title.lower())
    return [FlowChapter(GAME, _NAME, game_answers.game_answer(summary, moves), tuple(parts), _HOW, tuple(sources))]


def _summary(result: ResultLike) -> Row:
    return next(iter(records.rows(result, "game_summary")), {})


def _present(drawn: dict[str, Spec], *names: str) -> tuple[str, ...]:
    return tuple(name for name in names if name in drawn)


def _share(row: Row, column: str, error: str = "") -> Cell:
    value = records.real(row, column)
    text = game_answers.give_or_take(value, records.real(row, error)) if error else percent(value)
    return Cell(text, raw(100.0 * value))


def _moves(rows: Sequence[Row]) -> Table:
    columns = (
        Column("Player", numeric=False),
        Column("Move", numeric=False),
        Column("Played", numeric=False, hint="Whether it is played at the most likely weights"),
        ranged_column("Gain", "million USD a year", "Over the move that is played, all others moving as there"),
        Column("Best reply", "% of preferences", hint="Against the outcome"),
        Column("In turn", "% of preferences", hint="Played where each knows what went before"),
        Column("With errors", "%", hint="Quantal response"),
        Column("Precedent", numeric=False),
    )
    lines = tuple(
        Line(
            (
                plain(records.text(row, "player")),
                plain(records.text(row, "name")),
                plain(records.text(row, "played")),
                amount(row, "gain_usd", 1e-6),
                _share(row, "best_share", "best_se"),
                _share(row, "turn_share", "turn_se"),
                _share(row, "quantal"),
                plain(records.text(row, "precedent")),
            )
        )
        for row in rows
    )
    return Table("game-moves-table", "Best replies", columns, lines)


def _equilibria(rows: Sequence[Row], names: dict[str, str]) -> Table:
    columns = (
        Column("Kind", numeric=False),
        Column("Profile", numeric=False),
        Column("Regret", "million USD a year", hint="What a player could gain by another move at most"),
        Column("Stable", "% of preferences"),
        Column("In turn", "% of preferences"),
    )
    lines = tuple(
        Line(
            (
                plain(records.text(row, "kind")),
                plain(game_answers.profile_text(row["profile"], names)),
                figure(records.real(row, "regret_usd") / 1e6),
                _share(row, "share", "share_se"),
                _share(row, "share_in_turn"),
            )
        )
        for row in rows[:_PROFILES]
    )
    return Table("game-equilibria-table", "Equilibria, and profiles stable in sampled preferences", columns, lines)


def _replies(rows: Sequence[Row], names: dict[str, str]) -> Table:
    columns = (
        Column("Before", numeric=False),
        Column("Answer", numeric=False),
        Column("In", "% of preferences"),
        Column("Else", numeric=False),
    )
    lines = tuple(
        Line(
            (
                plain(game_answers.profile_text(row["before"], names)),
                plain(names.get(records.text(row, "reply"), "")),
                _share(row, "share", "share_se"),
                plain(names.get(records.text(row, "other"), "")),
            )
        )
        for row in rows
    )
    return Table("game-replies-table", "Answers to what goes before", columns, lines)


def _weights(rows: Sequence[Row], names: dict[str, str]) -> Table:
    columns = (
        Column("Weight", numeric=False),
        Column("Fact", numeric=False),
        Column("Taken", numeric=False),
        Column("From", numeric=False),
        Column("To", numeric=False),
        Column("Turns at", numeric=False, hint="Where a player would leave the outcome, all else held"),
        Column("Who, to what", numeric=False),
        Column("Tells", hint="Correlation with the answer over the draws"),
    )
    lines = []
    for row in rows:
        unit = records.text(row, "unit")
        value, low, high = (game_answers.worth(records.real(row, name), unit) for name in ("value", "low", "high"))
        within = records.text(row, "within") == "yes"
        at = game_answers.worth(records.real(row, "turns_at"), unit) if within else "beyond"
        turned = f"{records.text(row, 'player')}: {names.get(records.text(row, 'move'), '')}" if within else ""
        cells = (plain(records.text(row, name)) for name in ("name", "key"))
        line = (*cells, *map(plain, (value, low, high, at, turned)), figure(records.real(row, "importance")))
        lines.append(Line(line))
    return Table("game-weights-table", "Preferences and stakes", columns, tuple(lines))


def _coalitions(rows: Sequence[Row]) -> Table:
    heads = (
        ("Earns", "earned_usd", "More with the corridor than without"),
        ("Adds", "shapley_usd", "On average over all orders of joining: Shapley value"),
        ("Best sharing", "core_usd", "Leaves no group worse off than necessary"),
        ("Left without it", "without_usd", "What the others still have where it lets nothing pass"),
    )
    columns = (
        Column("State", numeric=False),
        *(Column(name, "million USD a year", hint=hint) for name, _, hint in heads),
    )
    lines = tuple(
        Line((plain(records.text(row, "state")), *(figure(records.real(row, name) / 1e6) for _, name, _ in heads)))
        for row in rows
    )
    return Table("game-coalitions-table", "What transit over the Caspian is worth", columns, lines)


def _tariffs(rows: Sequence[Row]) -> Table:
    heads = (
        ("Profit", "profit_usd"),
        ("At most", "bound_usd"),
        ("Profit now", "profit_now_usd"),
        ("Revenue", "revenue_usd"),
        ("Revenue now", "revenue_now_usd"),
    )
    columns = (
        Column("State", numeric=False),
        Column("Surcharge", "% of the rates of now"),
        *(Column(name, "million USD a year") for name, _ in heads),
    )
    lines = tuple(
        Line(
            (
                plain(records.text(row, "state")),
                _share(row, "surcharge"),
                *(figure(records.real(row, name) / 1e6) for _, name in heads),
            )
        )
        for row in rows
    )
    return Table(
        "game-tariffs-table", "Tariffs on boxes in transit of states that lead, each alone", columns, lines
    )


_HOW = (
    "Every move is a set of declared edits of the data, as projects and scenarios are. Every profile of moves is "
    "one equilibrium of flows, from which transit revenue, trade of users, export income, the share of supplies "
    "that comes without Russia and China, and the evenness of export ways are read for every actor. Costs of "
    "works, subsidies, transfers and penalties are added. Each actor weighs these by declared preferences, which "
    "are drawn from their intervals; payoffs are dollars a year more than under the status quo.",
    "In turn, Japan moves first, then the Central Asian states, then Russia, then China, each knowing what went "
    "before (backward induction). Pure equilibria are enumerated; mixed ones and quantal responses are sought by "
    "Gambit within a time limit, and their regret is computed apart. The worth of a group of corridor states is "
    "what its members earn more from transit where only they let cargo of others pass.",
    "Influence, penalties and what is withheld are mostly judged, with wide intervals: the frequencies say how far "
    "the answer stands above these, not how likely it is in the world. One game is played in one year; reputation, "
    "war and sanctions are beyond it. Tariffs of leaders rest on elasticities of the short run and are upper ends.",
)
