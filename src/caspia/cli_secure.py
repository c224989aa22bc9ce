"""The command `caspia secure`: parse, ask the study, hand on to the view."""

from __future__ import annotations

from typing import Annotated

import typer

from caspia.cli_tools import Draws, open_study, print_json, progress, records
from caspia.errors import InputError, Problem

# Heavy rooms are imported inside the commands, so that `caspia --help` answers at once.

Data = Annotated[str, typer.Option("--data", help="Built-in data set or a folder of the same form.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]

secure_app = typer.Typer()


@secure_app.command()
def secure(  # noqa: PLR0913 - the options of a command are its parameters
    commodity: Annotated[str, typer.Argument(help="Mineral or fuel; left out with --exporter.")] = "",
    importer: Annotated[str, typer.Option(help="State or bloc that uses it: ISO code, name, or EU. JP.")] = "",
    exporter: Annotated[str, typer.Option(help="Instead: how diversified the exports of this state are.")] = "",
    without: Annotated[
        str, typer.Option(help="States, blocs or waters to do without, separated by commas, as RU,CN.")
    ] = "",
    plan: Annotated[str, typer.Option(help="Plan written by `caspia plan --json`: what it changes.")] = "",
    within_cost: Annotated[
        float,
        typer.Option(help="What another way may cost more, percent of the price, for cargo not to be captive."),
    ] = 10.0,
    within_days: Annotated[float, typer.Option(help="What it may take longer, days.")] = 30.0,
    scenario: Annotated[
        list[str] | None, typer.Option("--scenario", help="Scenario by name or file; may be given several times.")
    ] = None,
    draws: Draws = None,
    data: Data = "caspian",
    as_json: AsJson = False,
) -> None:
    """Say how secure supply of a mineral is, or how diversified a state exports."""
    _check(commodity, importer, exporter, without)
    from caspia.study import Settings
    from caspia.study.exporters import export_worlds, find_exporter
    from caspia.study.exporters import exporter as answer_exporter
    from caspia.study.plan_file import read_plan_file
    from caspia.study.secure import DRAWS, SecureRequest, check_request
    from caspia.study.secure import secure as answer_secure
    from caspia.view import secure_terminal

    words = tuple(word.strip() for word in without.split(",") if word.strip())
    settings = Settings() if draws is None else Settings(flow_draws=draws)
    opened = open_study(data, settings).with_scenario(*(scenario or ()))
    starts = read_plan_file(plan, opened.data).starts if plan else None
    if exporter:
        state = find_exporter(opened, exporter)
        with progress() as tell:
            found = answer_exporter(export_worlds(opened, starts, tell, draw=settings.flow_draws > 0), state)
        _show(found.record(), as_json, secure_terminal.print_exporter)
        return
    asked = SecureRequest(
        commodity,
        importer or "JP",
        words,
        starts,
        within_cost / 100.0,
        within_days,
        DRAWS if draws is None else draws,
    )
    check_request(asked)
    _show(answer_secure(opened, asked).record(), as_json, secure_terminal.print_secure)


def _show(record: dict[str, object], as_json: bool, show: object) -> None:
    """Print for machines or for people."""
    if as_json:
        print_json({name: records(value) if hasattr(value, "to_dict") else value for name, value in record.items()})
    elif callable(show):
        show(record)


def _check(commodity: str, importer: str, exporter: str, without: str) -> None:
    """Refuse questions that contradict themselves."""
    if bool(commodity) == bool(exporter):
        got = f"{commodity} and --exporter {exporter}" if commodity else "neither"
        allowed = "COMMODITY [--importer JP], or --exporter KZ"
        raise InputError(
            Problem("one question at a time", "COMMODITY, --exporter", got, allowed, "drop or add one")
        )
    if exporter and (importer or without):
        got = "--importer" if importer else "--without"
        what = f"{got} says nothing of an exporter"
        raise InputError(Problem(what, "--exporter", got, "--exporter with --plan and --draws", "drop it"))
