"""What actors, moves, stakes and preferences must be: one status quo each, conditions that name moves, amounts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from caspia.data.read import RawFolder
from caspia.errors import Problem

STAKES: Mapping[str, str] = {"money": "stake_usd_per_year", "influence": "influence_points"}
"""Attribute that states the amount of a stake, by its kind."""
COMPONENTS: Mapping[str, str] = {
    "transit": "preference_weight",
    "trade": "preference_weight",
    "exports": "preference_weight",
    "security": "point_value_usd_per_year",
    "diversification": "point_value_usd_per_year",
    "influence": "point_value_usd_per_year",
}
"""Attribute that states how much an actor cares, by component."""
Condition = tuple[str, tuple[str, ...]]


def conditions(cell: str) -> tuple[Condition, ...]:
    """Actors and the moves of theirs under which something holds, of a cell.

    Parameters
    ----------
    cell : str
        As `KZ=mov-a|mov-b;UZ=mov-c`; empty is always.

    Returns
    -------
    tuple of (str, tuple of str)

    Examples
    --------
    >>> conditions("KZ=mov-a|mov-b;UZ=mov-c")
    (('KZ', ('mov-a', 'mov-b')), ('UZ', ('mov-c',)))
    """
    parts = (part.partition("=") for part in cell.split(";") if part)
    return tuple((actor, tuple(moves.split("|"))) for actor, _, moves in parts)


def check_game(folder: RawFolder) -> Iterator[Problem]:
    """Check the tables of the game beyond the declared references.

    Parameters
    ----------
    folder : RawFolder
        Text tables whose numbers are numbers.

    Yields
    ------
    Problem
        One a bad row.
    """
    yield from _status_quo(folder)
    yield from _conditions(folder)
    facts = pd.concat([item.frame for item in folder.tables.values() if item.schema.is_facts], ignore_index=True)
    used = facts[pd.to_numeric(facts["rank"]) == 1]
    stated = used.groupby("subject")["attribute"].agg(set).to_dict()
    for name, column, wanted in (("stakes", "kind", STAKES), ("preferences", "component", COMPONENTS)):
        table = folder.tables[name]
        for row, (key, word) in enumerate(zip(table.frame["id"], table.frame[column], strict=True)):
            if stated.get(key, set()) != {wanted[word]}:
                yield Problem(
                    what="amount is missing or of another quantity",
                    where=table.where(row, column),
                    got=", ".join(sorted(stated.get(key, set()))) or "none",
                    allowed=f"{key}.{wanted[word]}, once with rank 1",
                    repair="state it in a table of facts",
                )


def _status_quo(folder: RawFolder) -> Iterator[Problem]:
    actors, moves = folder.tables["actors"], folder.tables["moves"].frame
    now = moves[moves["is_status_quo"] == "yes"].groupby("actor_id")["id"].agg(list).to_dict()
    turns = actors.frame["turn"].tolist()
    for row, (key, turn) in enumerate(zip(actors.frame["id"], turns, strict=True)):
        if len(now.get(key, [])) != 1:
            yield Problem(
                what="actor without one status quo",
                where=actors.where(row, "id"),
                got=", ".join(now.get(key, [])) or "none",
                allowed="one move with is_status_quo = yes",
                repair="say in moves.csv what the actor does now",
            )
        if turns.count(turn) > 1:
            yield Problem(
                what="two actors move at the same time",
                where=actors.where(row, "turn"),
                got=str(turn),
                allowed="a place in the order of play for each actor",
                repair="give one of them another place",
            )


def _conditions(folder: RawFolder) -> Iterator[Problem]:
    moves = folder.tables["moves"].frame
    owner = dict(zip(moves["id"], moves["actor_id"], strict=True))
    for name in ("measures", "stakes"):
        table = folder.tables[name]
        for row, (move, cell) in enumerate(zip(table.frame["move_id"], table.frame["conditions"], strict=True)):
            for actor, allowed in conditions(str(cell)):
                wrong = [key for key in allowed if owner.get(key) != actor]
                if wrong or actor == owner.get(move):
                    yield Problem(
                        what="condition names no move of another actor",
                        where=table.where(row, "conditions"),
                        got=f"{actor}={'|'.join(wrong or allowed)}",
                        allowed=f"moves of {actor}, which is not the actor of {move}",
                        repair="correct the condition",
                    )
