"""What `caspia assign` prints: an equilibrium on a road network."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

_COUNTS = (("Links", "links"), ("Nodes", "nodes"), ("Zones", "zones"), ("Iterations", "iterations"))
_NUMBERS = (
    ("Trips", "demand"),
    ("  of them within a zone", "intrazonal"),
    ("Objective", "objective"),
    ("Total time", "total_time"),
    ("Total cost", "total_cost"),
)
_COLUMNS = (
    ("Volume", "volume", ",.1f"),
    ("Capacity", "capacity", ",.1f"),
    ("Volume/capacity", "ratio", ".3f"),
    ("Free time", "free_flow_time", ".3f"),
    ("Time", "time", ".3f"),
    ("Time lost", "lost_time", ",.1f"),
)


def print_assignment(record: Mapping[str, Any], out: Path | None) -> None:
    """Print an equilibrium: its certificate, its totals, and the links on which most time is lost.

    Parameters
    ----------
    record : mapping
        As `caspia.study.roads.assignment_record` makes it; numbers in the units of the files.
    out : pathlib.Path, optional
        Where the flows were written.
    """
    console = Console(width=shutil.get_terminal_size((100, 24)).columns, highlight=False)
    totals = Table(box=None, show_header=False, pad_edge=False)
    totals.add_column()
    totals.add_column(justify="right")
    for title, key in _COUNTS:
        totals.add_row(title, f"{record[key]:,}")
    totals.add_row("Relative gap", f"{record['relative_gap']:.3g}")
    for title, key in _NUMBERS:
        totals.add_row(title, f"{record[key]:,.6f}".rstrip("0").rstrip("."))
    totals.add_row("Seconds", f"{record['seconds']:.3f}")
    console.print(totals)
    if record["most_loaded"]:
        console.print("\nLinks on which most time is lost, in the units of the files")
        console.print(_most_loaded(record))
    if out:
        console.print(f"Flows written to {out}", soft_wrap=True)


def _most_loaded(record: Mapping[str, Any]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("Link")
    for title, _, _ in _COLUMNS:
        table.add_column(title, justify="right")
    for link in record["most_loaded"]:
        cells = (format(link[key], form) for _, key, form in _COLUMNS)
        table.add_row(f"{link['from']} → {link['to']}", *cells)
    return table
