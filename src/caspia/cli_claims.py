"""The command `caspia claims`: parse, ask the study, hand on to the view."""

from __future__ import annotations

from typing import Annotated

import typer

from caspia.cli_tools import open_study, print_json, progress

# Heavy rooms are imported inside the commands, so that `caspia --help` answers at once.

claims_app = typer.Typer()


@claims_app.command()
def claims(
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]...", help="Claims by id, with or without `clm-`; all if none."),
    ] = None,
    data: Annotated[
        str, typer.Option("--data", help="Built-in data set or a folder of the same form.")
    ] = "caspian",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Say which public claims about the route hold, with the number behind each verdict."""
    from caspia.study.claims_answer import claims_answer

    with progress() as tell:
        answer = claims_answer(open_study(data), tuple(ids or ()), tell)
    if as_json:
        print_json(answer.record())
        return
    from caspia.view import claims_terminal

    claims_terminal.print_claims(answer.record())
