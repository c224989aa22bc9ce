"""The command `caspia scenarios`: parse, ask the room of scenarios, hand on to the view."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from caspia.cli_tools import print_json, records

# Heavy rooms are imported inside the command, so that `caspia --help` answers at once.

scenario_app = typer.Typer()


@scenario_app.command()
def scenarios(
    name: Annotated[
        str | None,
        typer.Argument(help="Scenario by name, id of a project or move, or file; without it all are listed."),
    ] = None,
    data: Annotated[
        str, typer.Option("--data", help="Built-in data set or a folder of the same form.")
    ] = "caspian",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """List the scenarios, or show the edits of one and what they select in the data."""
    from caspia.scenario import built_in_scenarios, scenarios_frame

    if name is None:
        table = scenarios_frame(built_in_scenarios())
        if as_json:
            print_json(_rows(table))
            return
        from caspia.view import scenario_terminal

        scenario_terminal.print_scenarios(table)
        return
    from caspia.data import load_dataset
    from caspia.scenario import edits_frame, named_scenario

    tables = load_dataset(data)
    scenario = named_scenario(tables, name)
    table = edits_frame(tables, scenario)
    head = {key: getattr(scenario, key) for key in ("id", "title", "question", "description", "year")}
    if as_json:
        print_json({**head, "parts": list(scenario.parts), "edits": _rows(table)})
        return
    from caspia.view import scenario_terminal

    scenario_terminal.print_scenario(head, table)


def _rows(table: Any) -> list[dict[str, Any]]:
    """Rows of a table; lists of ids as lists, empty cells as null."""
    return [
        row | {"examples": str(row["examples"]).split(";")} if "examples" in row else row for row in records(table)
    ]
