"""The text format of the published fixed-charge network design problems (files that end in `.dow`).

A title line; a line with the numbers of nodes, arcs and commodities; a line an arc: first node, last node, cost of
a unit, capacity, fixed cost, and what else the generator wrote, which is passed over; a line a commodity: origin,
destination, quantity. Nodes are counted from 1 in the files and from 0 in the records here.

References
----------
Gendron, B., Crainic, T. G., Frangioni, A. (1999). Multicommodity capacitated network design. In: Telecommunications
Network Planning, 1-19. Springer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from caspia.exchange._files import Complaints, quoted, read_text

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

MOST = 10_000_000
"""Nodes, arcs or commodities; a larger number is a file of another kind."""
ARC_COLUMNS = ("first node", "last node", "cost of a unit", "capacity", "fixed cost")
COMMODITY_COLUMNS = ("origin", "destination", "quantity")


@dataclass(frozen=True, eq=False)
class DowNetwork:
    """A fixed-charge network design problem in the units of its file.

    Attributes
    ----------
    n_nodes : int
        Number of nodes.
    tail, head : numpy.ndarray of int32, shape (n_arcs,)
        First and last node of each arc, counted from 0.
    unit_cost, capacity, fixed_cost : numpy.ndarray of float64, shape (n_arcs,)
        As in the file.
    origin, destination : numpy.ndarray of int32, shape (n_commodities,)
        Nodes, counted from 0.
    amount : numpy.ndarray of float64, shape (n_commodities,)
        Quantity of each commodity.
    """

    n_nodes: int
    tail: Ints
    head: Ints
    unit_cost: Floats
    capacity: Floats
    fixed_cost: Floats
    origin: Ints
    destination: Ints
    amount: Floats


def read_dow(path: Path) -> DowNetwork:
    """Read a fixed-charge network design problem.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    DowNetwork
        Nodes counted from 0; arrays are read-only.

    Raises
    ------
    InputError
        The file cannot be read.
    DataError
        It breaks the format; the problems name the line.
    """
    lines = [
        (number, line.split())
        for number, line in enumerate(read_text(path, "dow network").split("\n"), 1)
        if line.strip()
    ]
    complaints = Complaints(path)
    n_nodes, n_arcs, n_commodities = _sizes(lines, complaints)
    complaints.settle()
    body = lines[2:]
    if len(body) != n_arcs + n_commodities:
        complaints.add(
            "number of rows does not match",
            lines[1][0],
            got=f"{n_arcs} arcs and {n_commodities} commodities announced, {len(body)} rows",
            allowed="a row for each",
            repair="complete the file or correct the numbers",
        )
        complaints.settle()
    arcs = _rows(body[:n_arcs], ARC_COLUMNS, n_nodes, complaints)
    commodities = _rows(body[n_arcs:], COMMODITY_COLUMNS, n_nodes, complaints)
    complaints.settle()
    tail, head = (_whole(arcs[:, column]) for column in (0, 1))
    origin, destination = (_whole(commodities[:, column]) for column in (0, 1))
    unit_cost, capacity, fixed_cost = (_frozen(column) for column in arcs[:, 2:].T)
    amount = _frozen(commodities[:, 2])
    return DowNetwork(n_nodes, tail, head, unit_cost, capacity, fixed_cost, origin, destination, amount)


def _sizes(lines: list[tuple[int, list[str]]], complaints: Complaints) -> tuple[int, int, int]:
    """Numbers of nodes, arcs and commodities from the second line."""
    number, words = lines[1] if len(lines) > 1 else (0, [])
    counts = [int(word) if word.isascii() and word.isdigit() and len(word) < 9 else -1 for word in words]
    if len(counts) != 3 or not all(0 <= count <= MOST for count in counts) or counts[0] < 1:
        complaints.add(
            "the line below the title cannot be used",
            number,
            got=quoted(" ".join(words)),
            allowed="numbers of nodes, arcs and commodities",
            repair="give the three whole numbers in the second line",
        )
        return 1, 0, 0
    return counts[0], counts[1], counts[2]


def _rows(
    lines: list[tuple[int, list[str]]], columns: tuple[str, ...], n_nodes: int, complaints: Complaints
) -> Floats:
    """Rows that begin with two nodes, then numbers from 0; shape (n, len(columns))."""
    rows = np.zeros((len(lines), len(columns)))
    for row, (number, words) in enumerate(lines):
        values = [_number(word) for word in words[: len(columns)]]
        allowed = ", ".join(columns)
        if len(values) < len(columns):
            complaints.add("wrong number of columns", number, got=quoted(" ".join(words)), allowed=allowed)
        elif not all(0.0 <= value < math.inf for value in values):
            got = quoted(" ".join(words))
            complaints.add("value out of range", number, got=got, allowed=f"{allowed}; numbers from 0")
        elif not all(value == int(value) and 1 <= value <= n_nodes for value in values[:2]):
            complaints.add("no such node", number, got=quoted(" ".join(words[:2])), allowed=f"1 to {n_nodes}")
        else:
            rows[row] = values
    return rows


def _number(word: str) -> float:
    """Read a number, NaN where it is none."""
    try:
        return math.nan if "_" in word else float(word)
    except ValueError:
        return math.nan


def _whole(nodes: Floats) -> Ints:
    array = (nodes - 1).astype(np.int32)
    array.setflags(write=False)
    return array


def _frozen(values: Floats) -> Floats:
    array = np.array(values, np.float64)
    array.setflags(write=False)
    return array
