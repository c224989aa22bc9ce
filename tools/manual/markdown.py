"""Tables in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def cell(text: object) -> str:
    """Text that stays within one cell; spaces that do not break stay as they are."""
    return re.sub(r"[ \t\r\n]+", " ", str(text)).strip(" ").replace("|", "\\|")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write rows as a table; columns whose name ends with `>` are set to the right."""
    names = [name.removesuffix(">") for name in head]
    rule = ["--:" if name.endswith(">") else "---" for name in head]
    lines = [names, rule, *([cell(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def code(text: str) -> str:
    """Text as code; nothing for nothing."""
    return f"`{text}`" if text else ""


def plural(count: int, noun: str) -> str:
    """Count with its noun.

    Examples
    --------
    >>> plural(1, "row"), plural(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
