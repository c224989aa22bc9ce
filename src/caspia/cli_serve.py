"""The command `caspia serve`: parse, make a token where one is needed, hand on to the server."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Annotated

import typer

from caspia.errors import InputError, Problem

# Heavy rooms are imported inside the command, so that `caspia --help` answers at once.

serve_app = typer.Typer()
LOOPBACK_RATE, OPEN_RATE = 0.0, 20.0


@serve_app.command()
def serve(  # noqa: PLR0913 - the options of a command are its parameters
    host: Annotated[str, typer.Option(help="Address to listen at; any but this machine's own needs a token.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes any that is free.")] = 8765,
    data: Annotated[
        str, typer.Option("--data", help="Built-in data set or a folder of the same form.")
    ] = "caspian",
    folder: Annotated[
        Path | None,
        typer.Option(help="Folder for scenarios and jobs, the only one written; default that of the user."),
    ] = None,
    name: Annotated[
        list[str] | None, typer.Option(help="Further host name under which it is asked for; may be repeated.")
    ] = None,
    workers: Annotated[int, typer.Option(help="Processes for long questions; 0 for all cores but one.")] = 0,
    rate: Annotated[
        float | None, typer.Option(help="Requests a second of one address; 0 for no limit. 20 for other machines.")
    ] = None,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
) -> None:
    """Serve the page and its interface until Ctrl-C."""
    from caspia.web import ServerSettings, is_loopback, user_folder
    from caspia.web import serve as run

    if not 0 <= workers <= 64:
        raise InputError(Problem("number of workers out of range", "--workers", str(workers), "0 to 64"))
    if rate is not None and not 0 <= rate <= 1e6:
        raise InputError(Problem("rate out of range", "--rate", f"{rate:g}", "0 to 1000000"))
    is_own = is_loopback(host)
    token = "" if is_own else secrets.token_urlsafe(32)
    settings = ServerSettings(
        folder=folder or user_folder(),
        data=data,
        host=host,
        port=port,
        token=token,
        names=tuple(name or ()),
        workers=workers or max(1, (os.cpu_count() or 2) - 1),
        rate_per_s=rate if rate is not None else LOOPBACK_RATE if is_own else OPEN_RATE,
    )

    def ready(address: str) -> None:
        whole = f"{address}?token={token}" if token else address
        typer.echo(f"Caspia serves {whole}")
        typer.echo(f"Scenarios and jobs lie in {settings.folder}; Ctrl-C ends it.", err=True)
        if open_page:
            import webbrowser

            webbrowser.open(whole)

    run(settings, ready)
    typer.echo("stopped", err=True)
