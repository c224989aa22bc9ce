"""TNTP, the text format of the published traffic assignment test problems.

Three files make an instance: the network (metadata in angle brackets, then a link a line), the trips (for every
origin, `destination : demand ;`) and the flows (from, to, volume, cost). Nodes are counted from 1 in the files and
from 0 in the records here; the zones are the first nodes. Units are those of the instance and stay as they are: the
format does not name them.

References
----------
Transportation Networks for Research Core Team, Transportation Networks for Research: notes on the format.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from caspia.errors import DataError, InputError, Problem
from caspia.exchange._files import Complaints, read_text, write_text
from caspia.exchange._tntp_text import (
    COLUMNS,
    check_header,
    check_once,
    check_total,
    read_cells,
    read_metadata,
    read_rows,
    read_whole,
)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Faults = Iterator[tuple[str, npt.NDArray[np.bool_], str]]

MOST_ZONES = 20_000
"""The trip table is dense; a square of this size is 3.2 GB."""
MOST_NODES = 50_000_000
MOST_TRIPS = 1e15
"""Of a cell; sums of larger numbers lose single trips, and then overflow."""


@dataclass(frozen=True, eq=False)
class RoadNetwork:
    """A road network in the units of its file; all arrays of shape (n_links,).

    The travel time of a link with volume v is free_flow_time * (1 + b * (v / capacity) ** power).

    Attributes
    ----------
    tail, head : numpy.ndarray of int32
        First and last node, counted from 0.
    capacity, length, free_flow_time, b, power, speed, toll : numpy.ndarray of float64
        As in the file.
    link_type : numpy.ndarray of int32
        Class of the link, without meaning to the model.
    n_zones : int
        The nodes 0 to n_zones - 1 are the zones.
    n_nodes : int
        Number of nodes.
    first_thru_node : int
        Counted from 0: paths may begin and end at the nodes below, but not pass through them.
    """

    tail: Ints
    head: Ints
    capacity: Floats
    length: Floats
    free_flow_time: Floats
    b: Floats
    power: Floats
    speed: Floats
    toll: Floats
    link_type: Ints
    n_zones: int
    n_nodes: int
    first_thru_node: int

    @property
    def n_links(self) -> int:
        """Number of links."""
        return int(self.tail.size)


@dataclass(frozen=True, eq=False)
class TripTable:
    """Demand between zones.

    Attributes
    ----------
    matrix : numpy.ndarray of float64, shape (n_zones, n_zones)
        Trips from the zone of the row to the zone of the column, both counted from 0.
    """

    matrix: Floats

    @property
    def n_zones(self) -> int:
        """Number of zones."""
        return int(self.matrix.shape[0])


@dataclass(frozen=True, eq=False)
class FlowTable:
    """Volume and cost by link; all arrays of shape (n_links,).

    Attributes
    ----------
    tail, head : numpy.ndarray of int32
        First and last node, counted from 0.
    volume, cost : numpy.ndarray of float64
        Flow of the link and cost of one unit of it.
    """

    tail: Ints
    head: Ints
    volume: Floats
    cost: Floats


def read_network(path: Path) -> RoadNetwork:
    """Read a TNTP network.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    RoadNetwork
        Nodes counted from 0; arrays are read-only.

    Raises
    ------
    InputError
        The file cannot be read.
    DataError
        It breaks the format; the problems name the line.
    """
    lines = read_text(path, "TNTP network").split("\n")
    complaints = Complaints(path)
    metadata, start = read_metadata(lines, complaints)
    n_nodes = read_whole(metadata, "NUMBER OF NODES", 1, MOST_NODES, complaints)
    n_zones = read_whole(metadata, "NUMBER OF ZONES", 1, min(n_nodes, MOST_ZONES), complaints)
    first = read_whole(metadata, "FIRST THRU NODE", 1, n_nodes + 1, complaints)
    n_links = read_whole(metadata, "NUMBER OF LINKS", 0, 10**9, complaints)
    complaints.settle()
    check_header(lines, start, complaints)
    rows, numbers = read_rows(lines, start, len(COLUMNS), complaints)
    for index in np.flatnonzero(~_are_whole(rows[:, [0, 1, 9]]).all(axis=1)):
        complaints.add("node or link type is not a whole number", numbers[index], allowed="whole numbers")
    if len(rows) != n_links:
        complaints.add(
            "number of links does not match",
            metadata["NUMBER OF LINKS"][1],
            got=f"{n_links} announced, {len(rows)} rows",
            allowed="as many rows as <NUMBER OF LINKS> says",
            repair="complete the file or correct the number",
        )
    complaints.settle()
    tail, head, link_type = (_frozen(rows[:, column] - base, np.int32) for column, base in ((0, 1), (1, 1), (9, 0)))
    capacity, length, free_flow_time, b, power, speed, toll = (
        _frozen(column, np.float64) for column in rows[:, 2:9].T
    )
    of_links = (tail, head, capacity, length, free_flow_time, b, power, speed, toll, link_type)
    network = RoadNetwork(*of_links, n_zones, n_nodes, first - 1)
    for column, wrong, allowed in _faults(network):
        for index in np.flatnonzero(wrong):
            got = f"{column} {rows[index, COLUMNS.index(column)]:g}"
            complaints.add("value out of range", numbers[index], got=got, allowed=allowed, repair="correct the row")
    complaints.settle()
    return network


def read_trips(path: Path) -> TripTable:
    """Read a TNTP trip table.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    TripTable
        Pairs that the file does not name have no demand; the matrix is read-only.

    Raises
    ------
    InputError
        The file cannot be read.
    DataError
        It breaks the format, names a zone that is not there or a pair twice, a demand is negative or not a number,
        or the sum is not the total that the file announces. The problems name the line.
    """
    lines = read_text(path, "TNTP trip table").split("\n")
    complaints = Complaints(path)
    metadata, start = read_metadata(lines, complaints)
    n_zones = read_whole(metadata, "NUMBER OF ZONES", 1, MOST_ZONES, complaints)
    complaints.settle()
    origins, destinations, demands, numbers = read_cells(lines, start, n_zones, complaints)
    complaints.settle()
    demand = np.array(demands, np.float64)
    allowed = f"demand from 0 to {MOST_TRIPS:g}"
    for index in np.flatnonzero(~((demand >= 0) & (demand <= MOST_TRIPS))):
        got = f"demand {demand[index]:g} from {origins[index]} to {destinations[index]}"
        complaints.add("value out of range", numbers[index], got=got, allowed=allowed, repair="correct it")
    cell = (np.array(origins, np.int64) - 1) * n_zones + np.array(destinations, np.int64) - 1
    check_once(cell, n_zones, numbers, complaints)
    check_total(metadata, demand, complaints)
    complaints.settle()
    matrix = np.zeros(n_zones * n_zones)
    matrix[cell] = demand
    return TripTable(_frozen(matrix.reshape(n_zones, n_zones), np.float64))


def read_flows(path: Path) -> FlowTable:
    """Read a TNTP flow table, as published with the solutions of the test problems.

    Parameters
    ----------
    path : pathlib.Path
        The file: from, to, volume, cost; metadata and colons of the older form are passed over.

    Returns
    -------
    FlowTable
        In the order of the file, nodes counted from 0.

    Raises
    ------
    InputError
        The file cannot be read.
    DataError
        A row has not four numbers, a node is below 1, or a volume is negative.
    """
    lines = read_text(path, "TNTP flow table").replace(":", " ").split("\n")
    complaints = Complaints(path)
    filled = (index for index, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("~"))
    start = next(filled, 0)
    if lines[start].lstrip().startswith("<"):
        _, start = read_metadata(lines, complaints)
    elif lines[start].split()[:1] and lines[start].split()[0].isalpha():
        start += 1
    rows, numbers = read_rows(lines, start, 4, complaints)
    good = _are_whole(rows[:, :2]).all(axis=1) & (rows[:, :2] >= 1).all(axis=1) & (rows[:, 2] >= 0)
    for index in np.flatnonzero(~(good & np.isfinite(rows).all(axis=1))):
        complaints.add("value out of range", numbers[index], allowed="nodes from 1, volume from 0, a finite cost")
    complaints.settle()
    return FlowTable(
        *(_frozen(rows[:, column] - 1, np.int32) for column in (0, 1)),
        *(_frozen(rows[:, column], np.float64) for column in (2, 3)),
    )


def write_network(path: Path, network: RoadNetwork) -> None:
    """Write a TNTP network, wholly or not at all; what is written reads back equal to the last bit.

    Parameters
    ----------
    path : pathlib.Path
        The file; an older one is replaced.
    network : RoadNetwork
        What is written.

    Raises
    ------
    InputError
        The file cannot be written.
    DataError
        The network holds values that no TNTP network may have.
    """
    problems = [
        Problem("value out of range", f"link {index}", column, allowed, "correct the network")
        for column, wrong, allowed in _faults(network)
        for index in np.flatnonzero(wrong)
    ]
    if problems:
        raise DataError(problems)
    values = (network.capacity, network.length, network.free_flow_time, network.b, network.power)
    columns = (network.tail + 1, network.head + 1, *values, network.speed, network.toll, network.link_type)
    head = {
        "NUMBER OF ZONES": network.n_zones,
        "NUMBER OF NODES": network.n_nodes,
        "FIRST THRU NODE": network.first_thru_node + 1,
        "NUMBER OF LINKS": network.n_links,
    }
    lines = [*_head(head), "~\t" + "\t".join(COLUMNS) + "\t;"]
    rows = zip(*(column.tolist() for column in columns), strict=True)
    lines += ["\t" + "\t".join(map(repr, row)) + "\t;" for row in rows]
    write_text(path, "\n".join(lines) + "\n")


def write_trips(path: Path, trips: TripTable) -> None:
    """Write a TNTP trip table, wholly or not at all; pairs without demand are left out.

    Parameters
    ----------
    path : pathlib.Path
        The file; an older one is replaced.
    trips : TripTable
        What is written.

    Raises
    ------
    InputError
        The file cannot be written, or the matrix is not square, or holds a negative or infinite number or NaN.
    """
    matrix = trips.matrix
    shape = matrix.shape
    if len(shape) != 2 or shape[0] != shape[1] or not 1 <= shape[0] <= MOST_ZONES:
        allowed = f"square, 1 to {MOST_ZONES} zones"
        raise InputError(Problem("trip table has another shape", str(path), str(shape), allowed))
    if not ((matrix >= 0) & (matrix <= MOST_TRIPS)).all():
        allowed = f"demand from 0 to {MOST_TRIPS:g}"
        raise InputError(Problem("trip table holds a negative or endless number or NaN", str(path), "", allowed))
    lines = _head({"NUMBER OF ZONES": trips.n_zones, "TOTAL OD FLOW": math.fsum(matrix.ravel().tolist())})
    for origin, row in enumerate(matrix, 1):
        lines += ["", f"Origin {origin}"]
        cells = [f"{column + 1} : {row[column].item()!r};" for column in np.flatnonzero(row)]
        lines += [" ".join(cells[first : first + 5]) for first in range(0, len(cells), 5)]
    write_text(path, "\n".join(lines) + "\n")


def write_flows(path: Path, flows: FlowTable) -> None:
    """Write a TNTP flow table, wholly or not at all.

    Parameters
    ----------
    path : pathlib.Path
        The file; an older one is replaced.
    flows : FlowTable
        What is written.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    columns = (flows.tail + 1, flows.head + 1, flows.volume, flows.cost)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    lines = ["From\tTo\tVolume\tCost", *("\t".join(map(repr, row)) for row in rows)]
    write_text(path, "\n".join(lines) + "\n")


def _head(values: Mapping[str, float]) -> list[str]:
    """Metadata as the files begin."""
    return [*(f"<{key}> {value!r}" for key, value in values.items()), "<END OF METADATA>", "", ""]


def _are_whole(values: Floats) -> npt.NDArray[np.bool_]:
    """Whole numbers that 32 bits hold."""
    return np.asarray((np.abs(values) < 2**31 - 1) & (values == np.round(values)))


def _faults(network: RoadNetwork) -> Faults:
    """Column, links that are wrong in it, and what is allowed."""
    for name, nodes in (("init_node", network.tail), ("term_node", network.head)):
        yield name, (nodes < 0) | (nodes >= network.n_nodes), f"1 to {network.n_nodes}"
    for name in COLUMNS[2:9]:
        values = getattr(network, name)
        yield name, ~((values >= 0) & (values < np.inf)), "a number from 0"
    yield "capacity", (network.capacity == 0) & (network.b > 0), "above 0 where b is above 0"


def _frozen(values: npt.ArrayLike, dtype: type[np.generic]) -> npt.NDArray[Any]:
    array = np.array(values, dtype=dtype)
    array.setflags(write=False)
    return array
