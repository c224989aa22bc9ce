"""The command `caspia assign`: equilibrium on road networks in files of the field."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from caspia.cli_tools import bars, print_json

assign_app = typer.Typer(help="Equilibrium flows on a road network from files.", no_args_is_help=True)


@assign_app.callback()
def assign() -> None:
    """Equilibrium flows on a road network from files."""


@assign_app.command()
def tntp(  # noqa: PLR0913 - the options of a command are its parameters
    network: Annotated[Path, typer.Argument(metavar="NET", help="TNTP network file.")],
    trips: Annotated[Path, typer.Argument(metavar="TRIPS", help="TNTP trip table.")],
    gap: Annotated[float, typer.Option(help="Relative gap to reach.")] = 1e-6,
    out: Annotated[Path | None, typer.Option(help="TNTP flow file to write.")] = None,
    cost_of_toll: Annotated[float, typer.Option(help="Time that one unit of toll is worth.")] = 0.0,
    cost_of_length: Annotated[float, typer.Option(help="Time that one unit of length is worth.")] = 0.0,
    max_iterations: Annotated[int, typer.Option(help="Rounds after which the run is given up.")] = 1000,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Assign trips to a network until no trip could be made cheaper alone."""
    from caspia.exchange import check_target, write_flows
    from caspia.study.roads import Weights, assign_tntp, assignment_record

    if out:
        check_target(out, (network, trips))
    weights = Weights(cost_of_toll, cost_of_length)
    with _progress(gap) as tell:
        result = assign_tntp(network, trips, gap=gap, weights=weights, max_iterations=max_iterations, progress=tell)
    if out:
        write_flows(out, result.flows)
    record = assignment_record(result)
    if as_json:
        print_json(record)
        return
    from caspia.view.roads import print_assignment

    print_assignment(record, out)


@contextmanager
def _progress(gap: float) -> Iterator[Callable[[int, float], None]]:
    """Bar on standard error that fills as the gap falls by powers of ten."""
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn

    text = "round {task.fields[rounds]}, relative gap {task.fields[reached]:.2e}"
    powers = max(-math.log10(gap), 1.0) if 0 < gap < 1 else 1.0
    with bars(TextColumn("Assignment"), BarColumn(), TextColumn(text), TimeElapsedColumn()) as shown:
        task = shown.add_task("", total=powers, rounds=0, reached=1.0)

        def tell(rounds: int, reached: float) -> None:
            done = -math.log10(max(reached, 1e-300)) if reached < 1 else 0.0
            shown.update(task, completed=min(done, powers), rounds=rounds, reached=reached)

        yield tell
