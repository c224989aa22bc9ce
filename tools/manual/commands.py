"""The commands as typer knows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer.main

from caspia.cli import app
from manual.markdown import code, table

Command = Any
"""A command of the library below typer, which is not always the same one."""


def every() -> Iterator[tuple[str, Command]]:
    """All commands with their full names, in the order in which `caspia --help` lists them."""
    yield from _below("caspia", typer.main.get_command(app))


def _below(name: str, command: Command) -> Iterator[tuple[str, Command]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command
    else:
        for short, each in inner.items():
            yield from _below(f"{name} {short}", each)


def options(command: Command) -> Iterator[set[str]]:
    """Options of a command, each with all of its spellings; what every command has is left out."""
    for parameter in command.params:
        if parameter.param_type_name == "option" and parameter.name != "help":
            yield {*parameter.opts, *parameter.secondary_opts}


def overview() -> str:
    """Write one line for each command."""
    rows = sorted((_link(name), _first_line(command)) for name, command in every())
    return table(("command", "what it does"), rows)


def _link(name: str) -> str:
    return f"[{code(name)}](#{name.replace(' ', '-')})"


def _first_line(command: Command) -> str:
    return (command.help or "").split("\n", maxsplit=1)[0]
