"""From the world of a request to scenarios: built-in ones, projects, saved ones, and its own edits.

Names are never paths, and no file is read here but those of the program: saved scenarios come in as texts.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from caspia.data import Dataset
from caspia.errors import DataError, InputError, Problem
from caspia.scenario import (
    Scenario,
    built_in_scenarios,
    load_scenario,
    parse_scenario,
    project_scenario,
    scenario_text,
)
from caspia.scenario.library import extended
from caspia.scenario.named import PROJECT_PREFIX
from caspia.scenario.parse import nearest
from caspia.web.models import Edit, World

DEEPEST = 40
"""Saved scenarios that extend each other, in a row."""
USER: Mapping[str, str] = {"id": "user-choice", "title": "Chosen by the user of the page", "licence": "none"}
"""Source of the edits of a request that name none."""


def edit_cells(edit: Edit) -> dict[str, Any]:
    """Keys and values of an edit as in a scenario file.

    Parameters
    ----------
    edit : Edit
        Of a request.

    Returns
    -------
    dict of str to object
        With source and note, which every edit needs.
    """
    cells = edit.model_dump(by_alias=True, exclude_none=True)
    chosen = ", ".join(str(cells[key]) for key in ("attribute", "id", "country", "place", "link") if key in cells)
    return {"source_id": USER["id"], "note": f"{edit.action} {edit.table} {chosen}".strip()} | cells


def world_scenarios(world: World, data: Dataset, saved: Mapping[str, str]) -> list[Scenario]:
    """Scenarios of a world, in order.

    Parameters
    ----------
    world : World
        Of a request.
    data : Dataset
        With the projects.
    saved : mapping of str to str
        Texts of saved scenarios by name.

    Returns
    -------
    list of Scenario

    Raises
    ------
    InputError
        A name is unknown, a saved scenario extends itself, or an edit breaks the rules of scenario files.
    """
    made: dict[str, Scenario] = {}
    found = [named_scenario(name, data, saved, (), made) for name in world.scenarios]
    if world.edits:
        cells = [edit_cells(edit) for edit in world.edits]
        count = f"{len(cells)}-edit{'s' if len(cells) > 1 else ''}"
        text = _text({"id": count, "title": "Edits of the request"}, cells)
        found.append(parse_scenario(text, "world").scenario)
    return found


def named_scenario(
    name: str,
    data: Dataset,
    saved: Mapping[str, str],
    chain: tuple[str, ...] = (),
    made: dict[str, Scenario] | None = None,
) -> Scenario:
    """A scenario by name.

    Parameters
    ----------
    name : str
        Built-in or saved scenario, or project.
    data : Dataset
        With the projects.
    saved : mapping of str to str
        Texts of saved scenarios by name.
    chain : tuple of str
        Saved scenarios that extend it.
    made : dict of str to Scenario, optional
        Saved scenarios that were put together before; each is so once, by however many ways it is reached.

    Returns
    -------
    Scenario

    Raises
    ------
    InputError
        There is none, it extends itself, or scenarios extend each other too deeply.
    """
    made = {} if made is None else made
    if name in made:
        return made[name]
    if name in built_in_scenarios():
        return load_scenario(name)
    if name.startswith(PROJECT_PREFIX):
        return project_scenario(data, (name,))
    if name not in saved:
        known = [*built_in_scenarios(), *saved]
        problem = Problem(
            "unknown scenario", "world.scenarios", repr(name), nearest(name, known), "correct the name"
        )
        raise InputError(problem)
    if name in chain:
        circle = " extends ".join([*chain, name])
        raise InputError(Problem("scenario extends itself", name, circle, "a tree of scenarios", "cut the circle"))
    if len(chain) >= DEEPEST:
        got = f"more than {DEEPEST} in a row"
        problem = Problem("scenarios extend each other too deeply", name, got, f"{DEEPEST}", "join some of them")
        raise InputError(problem)
    own = parse_scenario(saved[name], name)
    bases = [named_scenario(base, data, saved, (*chain, name), made) for base in own.extends]
    made[name] = extended(own.scenario, bases)
    return made[name]


def used_texts(world: World, saved: Mapping[str, str]) -> dict[str, str]:
    """Texts of the saved scenarios that a world rests on, directly or through what these extend.

    Parameters
    ----------
    world : World
        Of a request.
    saved : mapping of str to str
        All saved scenarios.

    Returns
    -------
    dict of str to str
    """
    found: dict[str, str] = {}
    waiting = list(world.scenarios)
    while waiting:
        name = waiting.pop()
        if name in saved and name not in found:
            found[name] = saved[name]
            waiting += parse_scenario(saved[name], name).extends
    return found


def world_text(name: str, head: Mapping[str, str], world: World) -> str:
    """A world as the text of a scenario file.

    Parameters
    ----------
    name : str
        Id of the scenario.
    head : mapping of str to str
        `title`, `question` and `description`.
    world : World
        Scenarios become what it extends, projects edits that open them.

    Returns
    -------
    str
    """
    note = "Opened by the user"
    opened = [
        {"action": "open", "table": "projects", "id": key, "source_id": USER["id"], "note": note}
        for key in world.scenarios
        if key.startswith(PROJECT_PREFIX)
    ]
    cells = [*opened, *(edit_cells(edit) for edit in world.edits)]
    extends = [key for key in world.scenarios if not key.startswith(PROJECT_PREFIX)]
    return _text({"id": name, **head, "extends": extends}, cells)


def _text(head: Mapping[str, Any], cells: Sequence[Mapping[str, Any]]) -> str:
    """A scenario as text, which brings the user along as a source where an edit names no other."""
    brought = [dict(USER)] if any(item["source_id"] == USER["id"] for item in cells) else []
    return scenario_text(head, cells, brought)


def text_world(text: str) -> World:
    """The world that the text of a scenario file makes.

    Parameters
    ----------
    text : str
        TOML.

    Returns
    -------
    World

    Raises
    ------
    DataError
        It breaks the rules of scenario files, has more edits than a request may carry, or extends what is no name.
    """
    parse_scenario(text, "scenario")
    raw = tomllib.loads(text)
    try:
        return World.model_validate({"scenarios": raw.get("extends", []), "edits": raw.get("edit", [])})
    except ValueError as error:
        problem = Problem(
            "scenario cannot be used here", "scenario", str(error)[:300], "names, and edits within limits"
        )
        raise DataError([problem]) from error
