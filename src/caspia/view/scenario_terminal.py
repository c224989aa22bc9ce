"""What `caspia scenarios` prints: the answer above, a table below, the next command at the end."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from rich.table import Table
from rich.text import Text

from caspia.view.formats import plural
from caspia.view.screen import empty_table, open_console


def scenarios_table(scenarios: pd.DataFrame, width: int) -> Table:
    """Table of scenarios.

    Parameters
    ----------
    scenarios
        From `caspia.scenario.scenarios_frame`.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
    """
    columns = [("Scenario", "l"), ("Title", "l"), ("Year", "r"), ("Edits", "r"), ("Sources", "r")]
    table = empty_table(columns, width)
    for row in scenarios.itertuples():
        year = "" if pd.isna(row.year) else str(row.year)
        table.add_row(str(row.scenario), Text(str(row.title)), year, str(row.edits), str(row.sources))
    return table


def edits_table(edits: pd.DataFrame, width: int) -> Table:
    """Table of the edits of a scenario.

    Parameters
    ----------
    edits
        From `caspia.scenario.edits_frame`.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
    """
    columns = [("", "r"), ("Edit", "l"), ("Selects", "r"), ("Changes", "r"), ("Such as", "l"), ("Source", "l")]
    table = empty_table(columns, width)
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
    console = open_console()
    console.print(Text(f"{plural(len(scenarios), 'scenario')}: declared edits of the data.", style="bold"))
    console.print(scenarios_table(scenarios, console.width))
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
    console = open_console()
    console.print(Text(f"{head['id']}: {head['title']}.", style="bold"))
    for key in ("question", "description"):
        if head[key]:
            console.print(Text(str(head[key])))
    console.print(edits_table(edits, console.width))
    console.print(Text(f"Next: caspia route KZALA DEDUI --scenario {head['id']}", style="dim"))
