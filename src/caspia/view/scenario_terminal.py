"""What `caspia scenarios` prints: the answer above, a table below, the next command at the end."""

from __future__ import annotations

import shutil
from collections.abc import Mapping

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from caspia.view.formats import plural


def _console() -> Console:
    return Console(width=shutil.get_terminal_size((100, 24)).columns, highlight=False, soft_wrap=False)


def _table(columns: Mapping[str, str]) -> Table:
    """Make an empty table of columns given as heading and alignment (``left`` or ``right``)."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False, header_style="bold")
    for heading, side in columns.items():
        right = side == "right"
        table.add_column(heading, justify="right" if right else "left", no_wrap=right, overflow="fold")
    return table


def scenarios_table(scenarios: pd.DataFrame) -> Table:
    """Table of scenarios.

    Parameters
    ----------
    scenarios
        From `caspia.scenario.scenarios_frame`.

    Returns
    -------
    rich.table.Table
    """
    table = _table({"Scenario": "left", "Title": "left", "Year": "right", "Edits": "right", "Sources": "right"})
    for row in scenarios.itertuples():
        year = "" if pd.isna(row.year) else str(row.year)
        table.add_row(str(row.scenario), Text(str(row.title)), year, str(row.edits), str(row.sources))
    return table


def edits_table(edits: pd.DataFrame) -> Table:
    """Table of the edits of a scenario.

    Parameters
    ----------
    edits
        From `caspia.scenario.edits_frame`.

    Returns
    -------
    rich.table.Table
    """
    columns = {
        "": "right",
        "Edit": "left",
        "Selects": "right",
        "Changes": "right",
        "Such as": "left",
        "Source": "left",
    }
    table = _table(columns)
    for row in edits.itertuples():
        examples = str(row.examples).split(";")
        more = ", …" if row.selected > len(examples) else ""
        what = Text(str(row.what)).append(f"\n{row.note}", style="dim")
        such = Text(", ".join(examples) + more)
        table.add_row(str(row.edit), what, str(row.selected), str(row.changed), such, Text(str(row.source_id)))
    return table


def print_scenarios(scenarios: pd.DataFrame) -> None:
    """Print the scenarios that there are.

    Parameters
    ----------
    scenarios
        From `caspia.scenario.scenarios_frame`.
    """
    console = _console()
    console.print(Text(f"{plural(len(scenarios), 'scenario')}: declared edits of the data.", style="bold"))
    console.print(scenarios_table(scenarios))
    console.print(Text("Next: caspia scenarios base-2021", style="dim"))


def print_scenario(head: Mapping[str, object], edits: pd.DataFrame) -> None:
    """Print the edits of a scenario and what they select.

    Parameters
    ----------
    head
        `id`, `title`, `question` and `description` of the scenario.
    edits
        From `caspia.scenario.edits_frame`.
    """
    console = _console()
    console.print(Text(f"{head['id']}: {head['title']}.", style="bold"))
    for key in ("question", "description"):
        if head[key]:
            console.print(Text(str(head[key])))
    console.print(edits_table(edits))
    console.print(Text(f"Next: caspia route KZALA DEDUI --scenario {head['id']}", style="dim"))
