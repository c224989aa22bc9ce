"""The command `caspia`: parse, ask the study, hand on to the view."""

from __future__ import annotations

import codecs
import gc
import io
import os
import sys
import unicodedata
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import typer
from typer.core import TyperGroup

from caspia.cli_assign import assign_app
from caspia.cli_claims import claims_app
from caspia.cli_flows import flow_app
from caspia.cli_game import game_app
from caspia.cli_invest import invest_app
from caspia.cli_risk import risk_app
from caspia.cli_scenarios import scenario_app
from caspia.cli_secure import secure_app
from caspia.cli_serve import serve_app
from caspia.cli_tools import Draws, open_study, print_json, progress, records, spinner
from caspia.errors import DataError, InputError, NotConverged, Problem

# Heavy rooms are imported inside the commands, so that `caspia --help` answers at once.


class _Interrupted(Exception):
    """Ctrl-C, under a name that typer does not swallow before it can be answered."""


class _Group(TyperGroup):
    """All commands."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command; the library would answer Ctrl-C without a word."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            raise _Interrupted from error


GARBAGE_THRESHOLD = 200_000
app = typer.Typer(
    cls=_Group,
    help="Caspia: the Caspian Route and its rivals as software.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
data_app = typer.Typer(
    help="The data: export the built-in tables as an example or to work on.", no_args_is_help=True
)
app.add_typer(data_app, name="data")
app.add_typer(flow_app)
app.add_typer(game_app)
app.add_typer(invest_app)
app.add_typer(claims_app)
app.add_typer(risk_app)
app.add_typer(scenario_app)
app.add_typer(secure_app)
app.add_typer(serve_app)
app.add_typer(assign_app, name="assign")

_LOOK_ALIKES = str.maketrans(
    "\N{EN DASH}\N{MINUS SIGN}\N{RIGHTWARDS ARROW}\N{LATIN SMALL LETTER L WITH STROKE}", "-->l"
)

Data = Annotated[str, typer.Option("--data", help="Built-in data set or a folder of the same form.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Scenarios = Annotated[
    list[str] | None, typer.Option("--scenario", help="Scenario by name or file; may be given several times.")
]
Out = Annotated[Path, typer.Option("--out", help="Folder to write into.")]


@app.command()
def route(  # noqa: PLR0913 - the options of a command are its parameters
    origin: Annotated[str, typer.Argument(help="Place: UN/LOCODE or name.")],
    destination: Annotated[str, typer.Argument(help="Place: UN/LOCODE or name.")],
    commodity: Annotated[str, typer.Option(help="What is moved.")] = "containers",
    avoid: Annotated[
        str, typer.Option(help="Countries, places, modes, waters or corridors to avoid, separated by commas.")
    ] = "",
    month: Annotated[
        int | None, typer.Option(help="Month of departure, 1-12; default the mean of the year.")
    ] = None,
    alternatives: Annotated[int, typer.Option(help="Dissimilar routes beside the best of each corridor.")] = 0,
    pareto: Annotated[
        bool,
        typer.Option("--pareto", help="Routes that none beats in money, time, reliability and emissions."),
    ] = False,
    legs: Annotated[bool, typer.Option("--legs", help="Show the legs of every route.")] = False,
    scenario: Scenarios = None,
    data: Data = "caspian",
    as_json: AsJson = False,
) -> None:
    """Compare what a consignment costs, how long it takes and how reliably, by every corridor."""
    with spinner("Searching"):
        from caspia.study import Request, barred_corridors, barred_frame, barred_records
        from caspia.study.frames import legs_frame, place_names, route_record, routes_frame

        study = open_study(data).with_scenario(*(scenario or ()))
        words = tuple(word for word in avoid.split(",") if word.strip())
        request = Request(origin, destination, commodity, words, month, alternatives)
        found = study.itineraries(request, pareto=pareto)
        barred = barred_frame(barred_corridors(study, request, found), study.data)
    frame = routes_frame(found, study.data, study.costs(commodity, month).cargo)
    if as_json:
        rows = frame.to_dict("records")
        closed = barred_records(barred)
        print_json([route_record(item, row, closed) for item, row in zip(found, rows, strict=True)])
        return
    from caspia.view import terminal

    names = place_names(study.data)
    tables = [legs_frame(key, item.legs, names) for key, item in zip(frame["route_id"], found, strict=True)]
    ends = (found[0].legs[0].from_id, found[0].legs[-1].to_id)
    shown = tables if legs else []
    terminal.print_routes(frame, shown, (names[ends[0]], names[ends[1]]), request, barred)


@app.command()
def study(
    out: Out = Path("out/study"),
    scenario: Scenarios = None,
    data: Data = "caspian",
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed of the draws.")] = 2025,
    plans: Annotated[
        bool,
        typer.Option(
            "--plans/--no-plans", help="With the chapters on investment and risk, the longer part of the work."
        ),
    ] = True,
) -> None:
    """Answer all reference consignments, validate, and write the report and the result store."""
    from caspia.study import Settings, check_writable, run_study, write_folder
    from caspia.view import terminal
    from caspia.view.report import write_report

    settings = Settings(seed=seed) if plans else Settings(seed=seed, rollout_draws=0, risk_draws=0)
    opened = open_study(data, settings).with_scenario(*(scenario or ()))
    check_writable(out)
    with progress() as tell:
        result = run_study(opened, tell)
        tell("Report", 0, 1)
        write_folder(out, result, write_report)
        tell("Report", 1, 1)
    terminal.print_study(result, out)


@app.command()
def validate(
    data: Data = "caspian",
    traffic: Annotated[
        bool, typer.Option(help="Also hold the flows of 2023, 2024 and 2025 against observed traffic.")
    ] = True,
    scenario: Scenarios = None,
    draws: Draws = None,
    as_json: AsJson = False,
) -> None:
    """Hold the model against published times, prices and traffic."""
    from caspia.study import Settings, check_draws, manifest, summary, validate_traffic
    from caspia.study import validate as run

    settings = Settings() if draws is None else Settings(flow_draws=draws)
    check_draws(settings.flow_draws)
    opened = open_study(data, settings).with_scenario(*(scenario or ()))
    world = {name: manifest(opened)[name] for name in ("scenario", "scenario_title")}
    with progress() as tell:
        table = run(opened, lambda done, total: tell("Validation", done, total))
        counted = validate_traffic(opened, tell) if traffic and len(opened.data.tables["counts"]) else None
    totals = summary(table)
    if as_json:
        found = {"scenario": world["scenario"], "observations": records(table), "summary": records(totals)}
        print_json(found if counted is None else found | {"traffic": records(counted)})
        return
    from caspia.view import count_terminal, terminal

    terminal.print_validation(table, totals, world)
    if counted is not None:
        count_terminal.print_counts(counted)


@app.command()
def why(
    key: Annotated[str, typer.Argument(help="subject.attribute, or the id of an object, class or source.")],
    data: Data = "caspian",
    as_json: AsJson = False,
) -> None:
    """Show where a number came from."""
    from caspia.data import load_dataset
    from caspia.study import why as lineage

    table = lineage(load_dataset(data), key)
    if as_json:
        print_json(records(table))
        return
    from caspia.view import terminal

    terminal.print_why(key, table)


@app.command()
def places(
    query: Annotated[str, typer.Argument(help="Any part of a name or code; two capitals list a country.")],
    data: Data = "caspian",
    as_json: AsJson = False,
) -> None:
    """Find places by code or name in any usual spelling."""
    from caspia.data import load_dataset
    from caspia.network import search_places

    found = search_places(load_dataset(data).tables["places"], query)
    if as_json:
        print_json(records(found))
        return
    from caspia.view import terminal

    terminal.print_places(query, found)


@app.command()
def check(
    folder: Annotated[str, typer.Argument(help="Data folder, or `caspian`.")], as_json: AsJson = False
) -> None:
    """Check a data folder: tables, references, facts, and the network that they make."""
    from caspia.study.inspect import inspect

    problems, counted = inspect(folder)
    if as_json:
        print_json({"problems": [vars(problem) for problem in problems], "counts": counted})
    else:
        from caspia.view import terminal

        terminal.print_check(folder, problems, counted)
    if any(problem.severity == "error" for problem in problems):
        raise typer.Exit(2)


@data_app.command("export")
def data_export(
    out: Annotated[Path, typer.Argument(help="Folder to write; must not exist yet or be empty.")],
    goods: Annotated[
        list[str] | None,
        typer.Option(help="Keep the demand of these goods only, to try things quickly; may be repeated."),
    ] = None,
) -> None:
    """Write the built-in tables into a folder, to read or to work on."""
    from caspia.study.export import export_tables

    count = export_tables(out, goods or ())
    typer.echo(f"{count} files written to {out}; check them with `caspia check {out}`")


@app.command()
def export(
    out: Annotated[Path, typer.Argument(help="Folder to write into.")],
    formats: Annotated[
        list[str] | None,
        typer.Option("--format", help="gmns, gpkg, parquet, omx or xlsx; may be repeated; default all."),
    ] = None,
    year: Annotated[int, typer.Option(help="Year of the demand, 2019-2040.")] = 2025,
    case: Annotated[
        Literal["low", "central", "high"], typer.Option(help="Growth of demand after 2025.")
    ] = "central",
    scenario: Scenarios = None,
    data: Data = "caspian",
) -> None:
    """Write network, tables, demand and flows for other programs: GMNS, GeoPackage, Parquet, OMX, Excel."""
    from caspia.study.interchange import Extent, export_files

    with progress() as tell:
        world = open_study(data).with_scenario(*(scenario or ()))
        paths = export_files(world, out, formats or (), Extent(year, case), tell)
    names = ", ".join(path.name for path in paths)
    typer.echo(f"{len(paths)} file{'s' if len(paths) > 1 else ''} written to {out}: {names}")


def main() -> None:
    """Run the command.

    Exit status 2 for bad input, 130 when interrupted, 1 where a solver did not converge, the answer cannot be
    written, or the failure is ours.
    """
    _replace_what_cannot_be_encoded()
    # Loading makes many objects and little garbage: collecting at the usual pace takes a fifth of a short command.
    gc.set_threshold(GARBAGE_THRESHOLD)
    try:
        status = _run()
        if sys.stdout:
            sys.stdout.flush()
    except DataError as error:
        _fail(f"{len(error.problems)} problem(s) in the data\n{error}", 2)
    except InputError as error:
        _fail(str(error), 2)
    except NotConverged as error:
        _fail(f"{error}\nnothing was written", 1)
    except (_Interrupted, KeyboardInterrupt):
        _fail("interrupted; nothing was written", 130)
    except OSError as error:
        if error.filename is not None:
            raise
        _fail_to_write(error)
    sys.exit(status)


def _run() -> int | str | None:
    """Status with which the command ends."""
    try:
        app()
    except SystemExit as done:
        # So end typer and rich, without a word, where the reader of a pipe has gone.
        if done.code == 1:
            raise BrokenPipeError("Broken pipe") from done
        return done.code
    return 0


def _replace_what_cannot_be_encoded() -> None:
    """Let no name in another script end the command on a terminal that lacks its letters."""
    codecs.register_error("caspia.nearest", _nearest)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="caspia.nearest")


def _nearest(error: UnicodeError) -> tuple[str, int]:
    """ASCII look-alikes of what cannot be encoded, one for each character so that columns stay in line."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(_LOOK_ALIKES)
    bases = (unicodedata.normalize("NFKD", character)[0] for character in text)
    return "".join(base if base.isascii() else "?" for base in bases), error.end


def _fail_to_write(error: OSError) -> NoReturn:
    # What is still in the buffer would fail again when the interpreter ends.
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    problem = Problem(
        what="answer cannot be written",
        where="standard output",
        got=error.strerror or str(error),
        allowed="an open terminal or pipe, or a file on a disk with room",
        repair="send it elsewhere",
    )
    _fail(str(problem), 1)


def _fail(message: str, status: int) -> NoReturn:
    # Without a stderr `print` would fall back on stdout.
    with suppress(OSError):
        print(f"caspia: {message}", file=sys.stderr or io.StringIO())
    sys.exit(status)


if __name__ == "__main__":
    main()
