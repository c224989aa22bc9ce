"""The commands `caspia flows` and `caspia calibrate`: parse, ask the study, hand on to the view."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from caspia.cli_tools import Draws, open_study, print_json, progress, records

# Heavy rooms are imported inside the commands, so that `caspia --help` answers at once.

Data = Annotated[str, typer.Option("--data", help="Built-in data set or a folder of the same form.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


flow_app = typer.Typer()


@flow_app.command()
def flows(  # noqa: PLR0913 - the options of a command are its parameters
    year: Annotated[int, typer.Option(help="Year of the demand, 2019-2040.")] = 2025,
    scenario: Annotated[
        list[str] | None,
        typer.Option(
            help="Scenario, by name or file; repeat to compose. Default: the world of the year, if declared."
        ),
    ] = None,
    compare: Annotated[
        str, typer.Option(help="A further scenario: what it moves and who gains, against the one above.")
    ] = "",
    case: Annotated[
        Literal["low", "central", "high"], typer.Option(help="Growth of demand after 2025.")
    ] = "central",
    draws: Draws = None,
    users: Annotated[str, typer.Option(help="Who uses this port, link, crossing or service.")] = "",
    data: Data = "caspian",
    as_json: AsJson = False,
) -> None:
    """Show how much flows where, what binds, and what a scenario moves."""
    from caspia.study import Settings, flow_answer

    settings = Settings() if draws is None else Settings(flow_draws=draws)
    with progress() as tell:
        opened = open_study(data, settings)
        world = opened.with_scenario(*scenario) if scenario else opened.world_of(year)
        answer = flow_answer(world, year, case, compare, users, tell)
    if as_json:
        print_json(answer.record())
        return
    from caspia.view import flow_terminal

    flow_terminal.print_flows(answer)


@flow_app.command()
def calibrate(
    out: Annotated[
        Path | None,
        typer.Option(help="File facts_….csv to write; default facts_calibrated.csv of the folder of --data."),
    ] = None,
    data: Data = "caspian",
    as_json: AsJson = False,
) -> None:
    """Fit how shippers choose to the traffic of 2023 and 2024; write scales and corridor constants as facts."""
    from caspia.exchange import check_target
    from caspia.study import calibrate_study, write_facts

    target = out or (Path(data) / "facts_calibrated.csv" if Path(data).is_dir() else None)
    if target is not None:
        check_target(target)
    with progress() as tell:
        found = calibrate_study(open_study(data), tell)
    if target is not None:
        write_facts(target, found)
    if as_json:
        print_json({"facts": records(found.facts), "fit": records(found.fit), "evaluations": found.evaluations})
        return
    from caspia.view import count_terminal

    count_terminal.print_calibration(found.facts, found.fit, target)
