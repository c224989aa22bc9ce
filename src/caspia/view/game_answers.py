"""What the game says in words: the answer, the moves of a profile, coalitions, tariffs, what turns it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from caspia.view import records
from caspia.view.flow_words import dollars
from caspia.view.formats import listed, number, percent, plural
from caspia.view.records import Row

NARROW_SHARE = 0.1
"""Share from which on another answer is named."""
HIDDEN = "mov-"


def made(cell: object) -> dict[str, str]:
    """Moves by actor of a profile.

    Parameters
    ----------
    cell
        `JP=mov-a;KZ=mov-b`, or the same as a mapping.

    Returns
    -------
    dict of str to str

    Examples
    --------
    >>> made("JP=mov-jp-core;KZ=mov-kz-balance")
    {'JP': 'mov-jp-core', 'KZ': 'mov-kz-balance'}
    """
    if isinstance(cell, Mapping):
        return {str(actor): str(move) for actor, move in cell.items()}
    pairs = (part.partition("=") for part in str(cell).split(";") if part)
    return {actor: move for actor, _, move in pairs}


def names_of(moves: Sequence[Row]) -> dict[str, str]:
    """Names of moves by their ids.

    Parameters
    ----------
    moves
        Rows of game_moves.

    Returns
    -------
    dict of str to str
        With a small letter at the beginning.
    """
    return {records.text(r, "move"): lower(records.text(r, "name")) for r in moves}


def lower(name: str) -> str:
    """Write a name within a sentence.

    Parameters
    ----------
    name
        With a capital.

    Returns
    -------
    str
        With a small letter, unless it begins with a name of its own.

    Examples
    --------
    >>> lower("Transit discount"), lower("Caspian first")
    ('transit discount', 'Caspian first')
    """
    first = name.partition(" ")[0]
    proper = first in {"Caspian", "Global", "Russia", "China", "Japan", "CPC"} or not first[1:].islower()
    return name if proper and len(first) > 1 else name[:1].lower() + name[1:]


def profile_text(cell: object, names: Mapping[str, str]) -> str:
    """Write a profile for readers.

    Parameters
    ----------
    cell
        As of `made`.
    names
        Of `names_of`.

    Returns
    -------
    str
        As `JP plan for the nearest works, KZ balance`.
    """
    return ", ".join(f"{actor} {names.get(move, move)}" for actor, move in made(cell).items())


def give_or_take(share: float, error: float) -> str:
    """Write a share with its standard error.

    Parameters
    ----------
    share, error
        From 0 to 1.

    Returns
    -------
    str
        As `66 % ± 3`.

    Examples
    --------
    >>> give_or_take(0.655, 0.0336).replace(chr(0x202F), " ")
    '66 % ± 3'
    """
    if not math.isfinite(share):
        return number(share)
    return f"{percent(share)} ± {max(round(100 * error), 1)}"


def game_answer(summary: Row, moves: Sequence[Row]) -> str:
    """Say what is answered, how often, and beside what.

    Parameters
    ----------
    summary
        The game in a few numbers.
    moves
        Rows of game_moves.

    Returns
    -------
    str
    """
    who, names = records.text(summary, "answers"), names_of(moves)
    own = sorted((r for r in moves if r["player"] == who), key=lambda r: -records.real(r, "turn_share"))
    share = give_or_take(records.real(summary, "answer_share"), records.real(summary, "answer_se"))
    draws = int(records.real(summary, "draws"))
    said = f"{records.text(summary, 'answers_name')}’s best answer is: {names[records.text(summary, 'answer')]}"
    said += f" ({share} of {draws} sampled preferences)"
    nexts = [r for r in own[1:2] if records.real(r, "turn_share") >= NARROW_SHARE]
    said += "".join(
        f", else {names[records.text(r, 'move')]} ({percent(records.real(r, 'turn_share'))})" for r in nexts
    )
    others = {actor: move for actor, move in made(summary["outcome"]).items() if actor != who}
    played = listed([f"{actor}: {names[move]}" for actor, move in others.items()])
    return f"{said}; beside it {played}" if played else said


def stability(summary: Row) -> str:
    """Say how many equilibria there are, and what the solvers found.

    Parameters
    ----------
    summary
        The game in a few numbers.

    Returns
    -------
    str
    """
    pure = int(records.real(summary, "pure"))
    profiles, solved = (int(records.real(summary, name)) for name in ("profiles", "solved"))
    without, several = (records.real(summary, name) for name in ("without", "several"))
    said = f"{plural(profiles, 'profile')} from {solved} equilibria of flows hold "
    said += plural(pure, "pure equilibrium", "pure equilibria")
    said += f"; {percent(without)} of the sampled preferences have none, {percent(several)} more than one."
    mixed = {
        "found": "",
        "none": "none was found",
        "time limit": "the solver was ended",
        "failed": "the solver failed",
    }
    state = mixed.get(records.text(summary, "mixed_status"), "")
    return f"{said} Mixed equilibria: {state}." if state else said


def turns_answer(weights: Sequence[Row], names: Mapping[str, str], most: int = 3) -> str:
    """Say which weights turn the outcome within their intervals.

    Parameters
    ----------
    weights
        Rows of game_weights, the most telling first.
    names
        Of moves.
    most
        Weights that are named.

    Returns
    -------
    str
        Empty where none does.
    """
    near = [r for r in weights if records.text(r, "within") == "yes"][:most]
    said = []
    for row in near:
        unit, move = records.text(row, "unit"), names.get(records.text(row, "move"), "")
        at, taken = (worth(records.real(row, name), unit) for name in ("turns_at", "value"))
        what = f"“{records.text(row, 'name')}” passes {at} (taken: {taken})"
        said.append(f"{records.text(row, 'player')} would turn to {move} where {what}")
    return "; ".join(said) + "." if said else "No single weight turns it within its interval."


def worth(value: float, unit: str) -> str:
    """Write a weight.

    Parameters
    ----------
    value, unit
        Of a fact.

    Returns
    -------
    str
        Dollars in millions or billions, all else as it is.
    """
    return dollars(value) if unit.startswith("USD") else f"{number(value)}{' points' if unit == 'point' else ''}"


def coalition_answer(summary: Row, states: Sequence[Row]) -> str:
    """Say what the corridor earns its states, and whether they can share it.

    Parameters
    ----------
    summary
        The game in a few numbers.
    states
        Rows of game_coalitions.

    Returns
    -------
    str
    """
    surplus = records.real(summary, "surplus_usd")
    top = sorted(states, key=lambda r: -records.real(r, "shapley_usd"))[:2]
    keys = (
        listed([f"{r['state']} ({percent(records.real(r, 'shapley_usd') / surplus)})" for r in top])
        if surplus
        else ""
    )
    said = f"Transit over the Caspian earns its states {dollars(surplus)} a year"
    said += f", most of it by what {keys} add" if keys else ""
    if records.text(summary, "core_empty") == "yes":
        lacks = dollars(records.real(summary, "core_excess_usd"))
        return f"{said}; no sharing keeps every group from leaving: the best leaves one {lacks} short."
    return f"{said}; it can be shared so that no group does better alone."


def tariff_answer(rows: Sequence[Row]) -> str:
    """Say what a state would charge that leads.

    Parameters
    ----------
    rows
        Rows of game_tariffs.

    Returns
    -------
    str
        Empty where there are none.
    """
    said = [f"{r['state']} {number(1.0 + records.real(r, 'surcharge'))} times" for r in rows]
    if not said:
        return ""
    said_all = listed(said)
    return (
        f"Alone, and answered by shippers only, states would charge boxes in transit {said_all} the rates of now."
    )
