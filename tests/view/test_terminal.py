"""What the commands print: the answer above, no line too long, the next command below, no colour into a pipe."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from caspia.errors import Problem
from caspia.view import terminal


@dataclass(frozen=True)
class Asked:
    commodity: str = "containers"
    avoid: tuple[str, ...] = ()
    month: int | None = None


def printed(capsys):
    return capsys.readouterr().out.splitlines()


def show_routes(result):
    frame = result.tables["routes"].query("consignment_id == 'ala-dui'")
    legs = result.tables["legs"].query("route_id == 'ala-dui:caspian-1'")
    terminal.print_routes(frame, [legs], ("Almaty", "Duisburg"), Asked())


def show_validation(result):
    totals = pd.DataFrame(
        [("time", "all", 2, 0.15, 0.15, 1.0)],
        columns=["kind", "corridor", "compared", "median_absolute_error", "median_misfit", "within_25_percent"],
    )
    terminal.print_validation(result.tables["validation"], totals)


def show_why(result):
    facts = (
        result.tables["facts"]
        .merge(result.tables["sources"], on="source_id")
        .assign(used=[True, False, True, True])
    )
    terminal.print_why("rail-KZ", facts)


def show_places(result):
    terminal.print_places("a", result.tables["places"].rename(columns={"place_id": "id"}))


def show_check(result):
    problems = [Problem("duplicate id", "links.csv, row 4", "[bold]x[/bold]", "unique ids", "remove one")]
    terminal.print_check("mydata", problems, {"places": 12345})


def show_study(result):
    terminal.print_study(result, Path("out"))


SHOWS = [show_routes, show_validation, show_why, show_places, show_check, show_study]


@pytest.mark.parametrize("width", [60, 80, 140])
@pytest.mark.parametrize("show", SHOWS)
def test_no_line_is_wider_than_the_terminal(result, capsys, monkeypatch, show, width):
    monkeypatch.setenv("COLUMNS", str(width))
    show(result)
    lines = printed(capsys)
    assert lines
    assert max(map(len, lines)) <= width
    assert not any("\x1b" in line for line in lines)
    assert any(line.startswith("Next: caspia ") for line in lines)


def test_the_answer_stands_above(result, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    show_routes(result)
    lines = printed(capsys)
    assert lines[0].startswith(
        "A 40-foot container from Almaty to Duisburg takes 31 days (24–43) over the Caspian and 17"
    )
    assert any("▲ Northern *" in line for line in lines)
    assert any("transfer" in line for line in lines)


def test_square_brackets_are_text(result, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    show_check(result)
    assert any("[bold]x[/bold]" in line for line in printed(capsys))


def test_errors_and_counts(result, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    show_check(result)
    lines = printed(capsys)
    assert lines[0] == "mydata cannot be used: 1 error, 0 warnings."
    assert any("12\u202f345" in line for line in lines)


def test_nothing_found(result, capsys):
    terminal.print_places("zz", result.tables["places"].head(0))
    assert printed(capsys)[0] == "0 places for 'zz'."
