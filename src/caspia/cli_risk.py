"""The command `caspia risk`: parse, ask the study, hand on to the view."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from caspia.cli_tools import open_study, print_json, progress, records

# Heavy rooms are imported inside the command, so that `caspia --help` answers at once.

risk_app = typer.Typer()


@risk_app.command()
def risk(  # noqa: PLR0913 - the options of a command are its parameters
    n: Annotated[int, typer.Option("-n", "--years", help="Number of years that are drawn, 1 or more.")] = 1000,
    seed: Annotated[int, typer.Option(help="Seed of all draws; the same seed gives the same numbers.")] = 1,
    year: Annotated[
        int,
        typer.Option(help="Year of the demand, of the level of the sea and of what has opened by then, 2025-2040."),
    ] = 2025,
    plan: Annotated[
        str, typer.Option(help="Plan written by `caspia plan --json`, whose works may be open by a later year.")
    ] = "",
    scheduler: Annotated[
        str,
        typer.Option(
            help="Where draws are found: threads, local (processes of this machine), or the address of a Dask "
            "scheduler, as tcp://10.0.0.1:8786."
        ),
    ] = "threads",
    workers: Annotated[int | None, typer.Option(help="Threads or processes; by default one for each core.")] = None,
    resume: Annotated[
        Path | None,
        typer.Option(help="Keep finished draws in this file, and go on with those that it holds already."),
    ] = None,
    critical: Annotated[
        bool,
        typer.Option("--critical/--no-critical", help="Also cut places one by one, and let an adversary choose."),
    ] = True,
    scenario: Annotated[
        list[str] | None, typer.Option("--scenario", help="Scenario by name or file; may be given several times.")
    ] = None,
    data: Annotated[
        str, typer.Option("--data", help="Built-in data set or a folder of the same form.")
    ] = "caspian",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Draw years of closures, storms and doubtful facts: what they do to time, cost and capacity."""
    from caspia.risk import Place
    from caspia.study.plan_file import read_plan_file
    from caspia.study.risk import PORTION, RiskRequest, risk_answer

    place = Place(scheduler, workers if workers is not None else max(os.cpu_count() or 1, 1), PORTION)
    rescue = Path(f"caspia-risk-{seed}.draws")
    request = RiskRequest(n, seed, year, place, resume, rescue, critical)
    study = open_study(data).with_scenario(*(scenario or ()))
    if plan:
        request = replace(request, starts=read_plan_file(plan, study.data).starts)
    before = _written(resume or rescue)
    try:
        with progress() as tell:
            answer = risk_answer(study, request, tell)
    except KeyboardInterrupt:
        keep = resume or rescue
        if _written(keep) == before:
            raise
        typer.echo(f"caspia: interrupted; finished draws are in {keep}, go on with --resume {keep}", err=True)
        raise typer.Exit(130) from None
    if as_json:
        record = answer.record()
        print_json({name: records(value) if hasattr(value, "to_dict") else value for name, value in record.items()})
        return
    from caspia.view import risk_terminal

    risk_terminal.print_risk(answer)


def _written(path: Path) -> int:
    """When a file was last written, in nanoseconds; 0 where there is none."""
    return path.stat().st_mtime_ns if path.exists() else 0
