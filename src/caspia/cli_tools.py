"""What commands share: progress on standard error, JSON and rows on standard output."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from caspia.study import Settings, Study

Draws = Annotated[
    int | None,
    typer.Option(
        "--draws", help="Draws of the facts behind the intervals of flows, 10-1000; 0 for point values only."
    ),
]
"""Option of the commands that find flows; without it that of the settings."""


def open_study(data: str, settings: Settings | None = None) -> Study:
    """Open a study whose routes are kept in the folder of the user, for the next command.

    Parameters
    ----------
    data : str
        Name or path.
    settings : Settings, optional
        Seed and number of draws.

    Returns
    -------
    Study

    Raises
    ------
    caspia.errors.DataError
        The folder breaks its rules.
    """
    from caspia.study import Study
    from caspia.study.kept_routes import user_routes

    return Study.open(data, settings, kept=user_routes())


def records(frame: Any) -> list[dict[str, Any]]:
    """Rows of a table with empty cells, and what is without bound, as null.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any table.

    Returns
    -------
    list of dict
    """
    import pandas as pd

    def plain(value: Any) -> Any:
        return None if pd.isna(value) or value in (math.inf, -math.inf) else value

    return [{name: plain(value) for name, value in row.items()} for row in frame.to_dict("records")]


def print_json(value: object) -> None:
    """Print JSON for machines.

    Parameters
    ----------
    value : object
        What `json` can write, and NumPy scalars.
    """
    # Names in all scripts, unless the terminal or pipe cannot carry them.
    has_unicode = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")
    typer.echo(json.dumps(value, ensure_ascii=not has_unicode, indent=1, default=_plain))


def _plain(value: Any) -> Any:
    """NumPy scalars as Python numbers."""
    return value.item() if hasattr(value, "item") else str(value)


def spinner(doing: str) -> AbstractContextManager[object]:
    """Sign of life on standard error while a short command works; nothing where nobody looks.

    Parameters
    ----------
    doing : str
        What is being done.

    Returns
    -------
    context manager
    """
    if not sys.stderr.isatty():
        return nullcontext()
    from rich.console import Console

    return Console(stderr=True).status(doing)


@contextmanager
def bars(*columns: Any) -> Iterator[Any]:
    """Progress bars on standard error, which appear when the first task is added.

    Parameters
    ----------
    *columns : rich.progress.ProgressColumn
        What each bar shows.

    Yields
    ------
    rich.progress.Progress
    """
    from rich.console import Console
    from rich.progress import Progress

    class Shown(Progress):
        def add_task(self, *given: Any, **named: Any) -> Any:
            if not self.live.is_started:
                self.start()
            return super().add_task(*given, **named)

    shown = Shown(*columns, console=Console(stderr=True))
    try:
        yield shown
    finally:
        if shown.live.is_started:
            shown.stop()


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Progress bars with remaining time on standard error.

    Yields
    ------
    callable
        To be told stage, number done and number of all.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description:<14}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with bars(*columns) as shown:
        tasks: dict[str, Any] = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = shown.add_task(stage, total=total)
            shown.update(tasks[stage], completed=done)

        yield tell
