"""A scenario as the text of a file: what `parse_scenario` reads back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

_DELETE = "\x7f"
"""The one character that JSON leaves as it is and TOML does not allow."""


def scenario_text(
    head: Mapping[str, Any], edits: Sequence[Mapping[str, Any]], sources: Sequence[Mapping[str, str]] = ()
) -> str:
    """Write a scenario as TOML.

    Parameters
    ----------
    head : mapping
        `id`, `title` and the other keys of the head; empty ones are left out.
    edits : sequence of mapping
        Keys and values of every edit, as in a scenario file.
    sources : sequence of mapping
        Sources that it brings with it.

    Returns
    -------
    str

    Examples
    --------
    >>> print(scenario_text({"id": "mine", "title": "Mine"}, [{"action": "close", "days": 3}]), end="")
    id = "mine"
    title = "Mine"
    <BLANKLINE>
    [[edit]]
    action = "close"
    days = 3
    """
    parts = [_table(head)]
    parts += [f"[[source]]\n{_table(cells)}" for cells in sources]
    parts += [f"[[edit]]\n{_table(cells)}" for cells in edits]
    return "\n".join(parts)


def _table(cells: Mapping[str, Any]) -> str:
    kept = {key: value for key, value in cells.items() if value is not None and value not in ("", [])}
    return "".join(f"{key} = {_value(value)}\n" for key, value in kept.items())


def _value(value: Any) -> str:
    """A text, number, truth value or list; texts are escaped as in JSON, but for one character."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace(_DELETE, "\\u007f")
    return json.dumps(value)
