"""Moves of actors as edits: what each changes while it is made, from the table measures and its facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from caspia.data import Dataset
from caspia.data.dataset import records
from caspia.data.game_check import Condition, conditions
from caspia.errors import InputError, Problem
from caspia.scenario.model import Edit, Scenario
from caspia.scenario.parse import nearest
from caspia.scenario.projects import edits_of, read_selectors


@dataclass(frozen=True)
class Measure:
    """One change that a move makes.

    Attributes
    ----------
    id, move : str
        Its id, and that of the move.
    edits : tuple of Edit
        What changes.
    conditions : tuple of (str, tuple of str)
        Actors and the moves of theirs under which it holds.
    transit_of : tuple of str
        States; the change holds only for cargo in transit through them. Empty is all cargo.
    payer : str
        Actor that pays the difference of the price for goods of its own; empty where carriers bear it.
    """

    id: str
    move: str
    edits: tuple[Edit, ...]
    conditions: tuple[Condition, ...]
    transit_of: tuple[str, ...]
    payer: str

    @property
    def key(self) -> tuple[object, ...]:
        """The same for measures that change the same in the same way, whoever makes them."""
        same = ("action", "table", "criteria", "attributes", "factor", "value", "delta", "goods", "origin")
        return (self.payer, self.transit_of, *(tuple(getattr(edit, name) for name in same) for edit in self.edits))


def measures(data: Dataset) -> tuple[Measure, ...]:
    """All measures of all moves.

    Parameters
    ----------
    data : Dataset
        Tables.

    Returns
    -------
    tuple of Measure
        In the order of the table.

    Raises
    ------
    InputError
        A selector is unknown.
    """
    facts = data.own_facts("measures")
    return tuple(
        Measure(
            id=row.id,
            move=row.move_id,
            edits=_edits(data, row, facts[place], data.where("measures", place)),
            conditions=conditions(row.conditions),
            transit_of=tuple(filter(None, row.transit_of.split(";"))),
            payer=row.payer_id,
        )
        for place, row in enumerate(records(data.tables["measures"]))
    )


def _edits(data: Dataset, row: Any, facts: np.ndarray, where: str) -> tuple[Edit, ...]:
    common: dict[str, Any] = {
        "action": row.action,
        "table": row.table,
        "criteria": read_selectors(row.selectors, where),
        "source_id": row.source_id,
        "note": row.note or row.id,
        "scenario": row.move_id,
        "where": where,
    }
    if row.action == "ban":
        goods, origin, target = (
            tuple(filter(None, cell.split(";"))) for cell in (row.goods, row.origin, row.destination)
        )
        return (Edit(**common, goods=goods, origin=origin, destination=target),)
    names = tuple(filter(None, row.attributes.split(";")))
    return tuple(edits_of(data, common, names, facts))


def holds(found: Sequence[Condition], made: Mapping[str, str]) -> bool:
    """Whether conditions are met.

    Parameters
    ----------
    found : sequence of (str, tuple of str)
        Actors and moves.
    made : mapping of str to str
        Move of every actor.

    Returns
    -------
    bool

    Examples
    --------
    >>> holds((("KZ", ("mov-a", "mov-b")),), {"KZ": "mov-b"})
    True
    """
    return all(made.get(actor) in moves for actor, moves in found)


def status_quo(data: Dataset) -> dict[str, str]:
    """What every actor does now.

    Parameters
    ----------
    data : Dataset
        Tables.

    Returns
    -------
    dict of str to str
        Move of every actor, in the order of the table.
    """
    moves = data.tables["moves"]
    now = moves[moves["is_status_quo"] == "yes"]
    return dict(zip(now["actor_id"], now["id"], strict=True))


def move_scenario(data: Dataset, ids: Sequence[str]) -> Scenario:
    """The world in which actors make some moves, as a scenario; all others keep their status quo.

    Parameters
    ----------
    data : Dataset
        Tables, with moves and measures.
    ids : sequence of str
        Moves, one of an actor at most.

    Returns
    -------
    Scenario
        With the edits of the measures whose conditions hold. Prices are edited for all goods, also those that only
        cargo in transit pays or that an actor pays for goods of its own.

    Raises
    ------
    InputError
        No such move, or two of one actor.
    """
    table = data.tables["moves"].set_index("id")
    made = status_quo(data)
    moved: set[str] = set()
    for key in ids:
        if key not in table.index:
            allowed = nearest(key, table.index.tolist(), limit=12)
            raise InputError(Problem("unknown move", "moves", repr(key), allowed, "correct the id"))
        actor = str(table.loc[key, "actor_id"])
        if actor in moved:
            raise InputError(Problem("two moves of one actor", "moves", ", ".join(ids), "one move of an actor"))
        moved.add(actor)
        made[actor] = key
    wanted = set(ids)
    edits = tuple(
        edit
        for measure in measures(data)
        if measure.move in wanted and holds(measure.conditions, made)
        for edit in measure.edits
    )
    title = "; ".join(f"{table.loc[key, 'actor_id']}: {table.loc[key, 'name']}" for key in ids)
    return Scenario(id="+".join(ids), title=title, edits=edits, parts=tuple(ids))
