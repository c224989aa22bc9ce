"""What all commands print with: the console, empty tables, the answer above and the next command below."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from caspia.view.records import Row

TINY = 50
"""Below this width in characters numbers may break over lines."""
NARROW = 100
"""Below this width in characters tables leave out columns that a reader can do without."""


def open_console() -> Console:
    """Return a console as wide as the terminal.

    Returns
    -------
    rich.console.Console
        Without colour where the output is no terminal.
    """
    width = shutil.get_terminal_size((100, 24)).columns
    return Console(width=width, highlight=False, soft_wrap=False)


def empty_table(columns: Sequence[tuple[str, str]], width: int) -> Table:
    """Make an empty table.

    Parameters
    ----------
    columns
        Heading and alignment (``l`` or ``r``) of each.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        Numbers do not break over lines, unless the terminal is tiny.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False, header_style="bold")
    for heading, side in columns:
        table.add_column(
            heading,
            justify="right" if side == "r" else "left",
            overflow="fold",
            no_wrap=side == "r" and width >= TINY,
        )
    return table


def rows_of(frame: pd.DataFrame) -> list[Row]:
    """Turn a frame into rows.

    Parameters
    ----------
    frame
        Any.

    Returns
    -------
    list of mappings
        Column name to cell.
    """
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]


def say(console: Console, sentence: str) -> None:
    """Print the answer.

    Parameters
    ----------
    console
        Where.
    sentence
        What.
    """
    console.print(Text(sentence, style="bold"))
    console.print()


def say_next(console: Console, command: str) -> None:
    """Print the command for the next question.

    Parameters
    ----------
    console
        Where.
    command
        What.
    """
    console.print()
    console.print(Text("Next: ", style="dim") + Text(command))


def head(console: Console, text: str) -> None:
    """Print the title of a further table.

    Parameters
    ----------
    console
        Where.
    text
        What.
    """
    console.print()
    console.print(Text(text, style="bold"))
