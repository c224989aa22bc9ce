"""What `caspia game` prints: the answer, equilibria, best replies, replies in turn, coalitions, tariffs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from caspia.view import game_answers, records
from caspia.view.flow_words import dollars
from caspia.view.formats import number, percent
from caspia.view.records import Row
from caspia.view.screen import NARROW, empty_table, head, open_console, say, say_next

_EQUILIBRIA = 8
_WEIGHTS = 6
_SHOWN = 0.005


def print_game(found: Mapping[str, Any], *, every_reply: bool = False) -> None:
    """Print a game.

    Parameters
    ----------
    found
        The record of the answer.
    every_reply
        Whether the answer to everything that may go before is shown.
    """
    console = open_console()
    width = console.width
    if "searched" in found:
        say(console, searched_answer(found["searched"], len(found["equilibria"])))
        console.print(equilibria_table(found["equilibria"], {}, width=width))
        say_next(console, "caspia game --players KZ,RU,CN")
        return
    summary, moves = found["summary"], found["best_replies"]
    names = game_answers.names_of(moves)
    say(console, game_answers.game_answer(summary, moves))
    console.print(game_answers.stability(summary))
    console.print(equilibria_table(_stable(found), names, width=width))
    head(console, "Moves against the outcome: gain over the one that is played, million USD a year (P10-P90)")
    console.print(moves_table(moves, width=width))
    if every_reply:
        head(console, f"What {summary['answers_name']} answers to what goes before")
        console.print(replies_table(found["replies"], names, width=width))
    head(console, "What turns it")
    console.print(game_answers.turns_answer(found["turns"], names))
    console.print(weights_table(found["turns"], names, width=width))
    head(console, "Sharing what transit over the Caspian earns")
    console.print(game_answers.coalition_answer(summary, found["coalition"]["states"]))
    console.print(coalitions_table(found["coalition"]["states"], width=width))
    if found["stackelberg"]:
        head(console, "Tariffs of states that lead")
        console.print(game_answers.tariff_answer(found["stackelberg"]))
        console.print(tariffs_table(found["stackelberg"], width=width))
    say_next(console, "caspia flows --scenario mov-ru-discount" if every_reply else "caspia game --sequential")


def searched_answer(found: Mapping[str, Any], count: int) -> str:
    """Say what a search found.

    Parameters
    ----------
    found
        How it was searched.
    count
        Equilibria.

    Returns
    -------
    str
    """
    said = f"{count} pure {'equilibrium' if count == 1 else 'equilibria'} of {found['profiles']:,} profiles found"
    return (
        f"{said} from {found['starts']} starts, {found['circles']} of which went round; {found['asked']} profiles "
        "were asked for, and there may be other equilibria"
    )


def _stable(found: Mapping[str, Any]) -> list[Row]:
    """Equilibria, then the profiles that are stable most often."""
    sampled = [r | {"kind": "sampled"} for r in found["frequency"] if r["kind"] == "sampled"]
    return [*found["equilibria"], *sampled][:_EQUILIBRIA]


def equilibria_table(rows: Sequence[Row], names: Mapping[str, str], *, width: int) -> Table:
    """Make the table of equilibria.

    Parameters
    ----------
    rows
        Equilibria.
    names
        Of moves.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
    """
    wide = width >= NARROW
    columns = [("Kind", "l"), ("Profile", "l"), ("Regret", "r"), ("Stable in", "r")]
    table = empty_table([*columns, *([("In turn", "r")] if wide else [])], width)
    for row in rows:
        regret = records.real(row, "regret_usd")
        cells = [records.text(row, "kind"), game_answers.profile_text(row["profile"], names)]
        cells += ["0" if abs(regret) < 1.0 else dollars(regret)]
        cells += [game_answers.give_or_take(records.real(row, "share"), records.real(row, "share_se"))]
        table.add_row(*cells, *([percent(records.real(row, "share_in_turn"))] if wide else []))
    return table


def moves_table(rows: Sequence[Row], *, width: int) -> Table:
    """Make the table of best replies.

    Parameters
    ----------
    rows
        Rows of game_moves.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        `*` before the moves that are played.
    """
    wide = width >= NARROW
    columns = [("", "l"), ("Move", "l"), ("Gain", "r")]
    columns += [("P10", "r"), ("P90", "r")] if wide else []
    table = empty_table([*columns, ("Best in", "r"), *([("With errors", "r")] if wide else [])], width)
    before = ""
    for row in rows:
        who = records.text(row, "player")
        mark = "* " if records.text(row, "played") == "yes" else "  "
        cells = [who if who != before else "", mark + records.text(row, "name"), _millions(row, "gain_usd")]
        cells += [_millions(row, "gain_usd_p10"), _millions(row, "gain_usd_p90")] if wide else []
        cells += [game_answers.give_or_take(records.real(row, "turn_share"), records.real(row, "turn_se"))]
        table.add_row(*cells, *([percent(records.real(row, "quantal"))] if wide else []))
        before = who
    return table


def _millions(row: Row, column: str) -> str:
    return number(records.real(row, column) / 1e6)


def replies_table(rows: Sequence[Row], names: Mapping[str, str], *, width: int) -> Table:
    """Make the table of answers to what goes before.

    Parameters
    ----------
    rows
        Rows of game_replies.
    names
        Of moves.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
    """
    table = empty_table([("Before", "l"), ("Answer", "l"), ("In", "r"), ("Else", "l")], width)
    for row in rows:
        other = records.real(row, "other_share")
        table.add_row(
            game_answers.profile_text(row["before"], names),
            names.get(records.text(row, "reply"), ""),
            game_answers.give_or_take(records.real(row, "share"), records.real(row, "share_se")),
            f"{names.get(records.text(row, 'other'), '')} ({percent(other)})" if other > _SHOWN else "",
        )
    return table


def weights_table(rows: Sequence[Row], names: Mapping[str, str], *, width: int) -> Table:
    """Make the table of the weights that tell most of the answer.

    Parameters
    ----------
    rows
        Rows of game_weights.
    names
        Of moves.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
    """
    table = empty_table(
        [("Weight", "l"), ("Taken (low-high)", "r"), ("Turns at", "r"), ("To", "l"), ("Tells", "r")], width
    )
    for row in rows[:_WEIGHTS]:
        unit = records.text(row, "unit")
        ends = [game_answers.worth(records.real(row, name), unit) for name in ("value", "low", "high")]
        turns = records.text(row, "within") == "yes"
        table.add_row(
            records.text(row, "name"),
            f"{ends[0]} ({ends[1]}-{ends[2]})",
            game_answers.worth(records.real(row, "turns_at"), unit) if turns else "",
            f"{row['player']} {names.get(records.text(row, 'move'), '')}" if turns else "",
            number(records.real(row, "importance")),
        )
    return table


def coalitions_table(rows: Sequence[Row], *, width: int) -> Table:
    """Make the table of what corridor states share.

    Parameters
    ----------
    rows
        Rows of game_coalitions.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        Million dollars a year.
    """
    columns = [
        ("State", "l"),
        ("Earns", "r"),
        ("Adds (Shapley)", "r"),
        ("Best sharing", "r"),
        ("Left without it", "r"),
    ]
    table = empty_table(columns, width)
    for row in rows:
        numbers = ("earned_usd", "shapley_usd", "core_usd", "without_usd")
        table.add_row(records.text(row, "state"), *(_millions(row, name) for name in numbers))
    return table


def tariffs_table(rows: Sequence[Row], *, width: int) -> Table:
    """Make the table of tariffs of leaders.

    Parameters
    ----------
    rows
        Rows of game_tariffs.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        Million dollars a year.
    """
    columns = [("State", "l"), ("Surcharge", "r"), ("Profit", "r"), ("At most", "r"), ("Profit now", "r")]
    table = empty_table([*columns, ("Revenue", "r"), ("Revenue now", "r")], width)
    for row in rows:
        numbers = ("profit_usd", "bound_usd", "profit_now_usd", "revenue_usd", "revenue_now_usd")
        sure = "" if records.text(row, "certified") == "yes" else " (not certain)"
        cells = (_millions(row, name) for name in numbers)
        table.add_row(records.text(row, "state"), percent(records.real(row, "surcharge")) + sure, *cells)
    return table
