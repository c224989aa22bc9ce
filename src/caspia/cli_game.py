"""The command `caspia game`: parse, ask the study, hand on to the view."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from caspia.cli_tools import open_study, print_json, progress

# Heavy rooms are imported inside the command, so that `caspia --help` answers at once.

game_app = typer.Typer()


@game_app.command()
def game(  # noqa: PLR0913 - the options of a command are its parameters
    players: Annotated[
        str, typer.Option(help="Who plays, by ids separated by commas, as JP,KZ,UZ,RU,CN; all others hold.")
    ] = "",
    year: Annotated[int, typer.Option(help="Year of the demand, 2025-2040.")] = 2034,
    case: Annotated[
        Literal["low", "central", "high"], typer.Option(help="Growth of demand after 2025.")
    ] = "central",
    draws: Annotated[int, typer.Option(help="Sampled preferences.")] = 200,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed of these.")] = 2025,
    sample: Annotated[
        int, typer.Option(help="Do not enumerate: search for equilibria from so many sampled profiles.")
    ] = 0,
    sequential: Annotated[
        bool, typer.Option("--sequential", help="Show every answer to what may go before, in the order of play.")
    ] = False,
    limit: Annotated[float, typer.Option(help="Seconds for a solver of mixed equilibria.")] = 10.0,
    scenario: Annotated[
        list[str] | None, typer.Option("--scenario", help="Scenario by name or file; may be given several times.")
    ] = None,
    data: Annotated[
        str, typer.Option("--data", help="Built-in data set or a folder of the same form.")
    ] = "caspian",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Play the game of the corridor: what is stable, and what Russia and China answer."""
    from caspia.study.game import GameRequest
    from caspia.study.game_answer import game_answer, record

    chosen = tuple(key for key in players.split(",") if key.strip())
    request = GameRequest(chosen, year, case, draws, seed, sample, limit)
    with progress() as tell:
        found = record(game_answer(open_study(data).with_scenario(*(scenario or ())), request, tell))
    if as_json:
        print_json(found)
        return
    from caspia.view import game_terminal

    game_terminal.print_game(found, every_reply=sequential)
