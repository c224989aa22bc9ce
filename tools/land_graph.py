"""Shortest ways over the railway and highway graphs of the PyPI package `scgraph_data`.

The package holds each graph as a Python file of two literals, made from OpenStreetMap. They are read as text:
`scgraph_data` 2 imports a module that `scgraph` 3 no longer has, and compiling the files takes a minute and 5 GB.
"""

from __future__ import annotations

import functools
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import shapely

from caspia.routing import Graph, build_graph, shortest_path
from caspia.units import FloatArray, great_circle_km

Ints = npt.NDArray[np.int64]
Kind = Literal["railways", "highways"]

GAP_KM = 3.0
"""Dead ends of railways are joined with all nodes up to this distance."""

WIDE_GAP_KM = 15.0
"""Where that leaves a long detour, dead ends are joined with each other up to this distance."""

DETOUR = 1.6
"""Lengths above this multiple of the great circle are a long detour."""

DETOUR_GAIN = 0.8
"""The way over wide gaps is taken if it is shorter than this share of the other one."""

ACCESS_KM = 3.0
"""Every node up to this distance from a place may serve as its station."""

FAR_ACCESS_KM = 15.0
"""Where no node is that near, the nearest one up to this distance serves."""

LONG_EDGE_KM = 8.0
"""On edges from this length on, a place may lie between the two nodes."""

LONG_EDGE_OFFSET = (0.12, 0.3)
"""Largest distance of a place from the chord of a long edge as a share of the chord: with nodes near, without."""

LONG_EDGE_REACH_KM = (60.0, 110.0)
"""Long edges are looked for up to this distance: with nodes near, without."""

KM_PER_DEGREE = 111.0
"""Length of a degree of latitude, rounded down, for boxes that must not be too small."""


@dataclass(frozen=True, eq=False)
class LandGraph:
    """Railways or highways as arcs between nodes.

    Attributes
    ----------
    lonlat : numpy.ndarray, shape (n_nodes, 2)
        Longitude and latitude of the nodes in degrees.
    tail, head : numpy.ndarray of int, shape (n_arcs,)
        First and last node of every arc.
    km : numpy.ndarray, shape (n_arcs,)
        Its length in kilometres.
    """

    lonlat: FloatArray
    tail: Ints
    head: Ints
    km: FloatArray

    @property
    def dead_ends(self) -> Ints:
        """Nodes with at most one neighbour."""
        return np.flatnonzero(np.bincount(self.tail, minlength=len(self.lonlat)) <= 1)


@dataclass(frozen=True, eq=False)
class _Accesses:
    """Ways between places and nodes: what they cost in the search, how long they are, and on which arc they lie."""

    place: Ints
    node: Ints
    cost_km: FloatArray
    km: FloatArray


@dataclass(frozen=True, eq=False)
class _OnEdges:
    """Places beside long edges: the arc, the share of it before the place, and the distance from its chord."""

    place: Ints
    arc: Ints
    share: FloatArray
    offset_km: FloatArray


@functools.cache
def read_graph(kind: Kind) -> LandGraph:
    """Read a graph of `scgraph_data`, once.

    Parameters
    ----------
    kind : {"railways", "highways"}
        Which graph.

    Returns
    -------
    LandGraph
        The graph without loops, gaps not joined.

    Raises
    ------
    ModuleNotFoundError
        The package is not there.
    """
    spec = importlib.util.find_spec("scgraph_data")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("scgraph_data is missing; repair: python -m pip install scgraph_data")
    content = Path(spec.submodule_search_locations[0], f"world_{kind}.py").read_bytes()
    lines = content.splitlines()
    rows, nodes = (
        next(line for line in lines if line.startswith(name)).partition(b"=")[2] for name in (b"graph=", b"nodes=")
    )
    signs = np.frombuffer(rows, np.uint8)
    tail = np.searchsorted(np.flatnonzero(signs == ord("}")), np.flatnonzero(signs == ord(":")))
    neighbours = _numbers(rows).reshape(-1, 2)
    head = neighbours[:, 0].astype(np.int64)
    real = tail != head
    return LandGraph(_numbers(nodes).reshape(-1, 2)[:, ::-1], tail[real], head[real], neighbours[real, 1])


def _numbers(literal: bytes) -> FloatArray:
    blank = bytes.maketrans(b"[]{}:,", b"      ")
    return np.fromstring(literal.translate(blank).decode("ascii"), dtype=float, sep=" ")


def lengths_km(kind: Kind, lonlat: FloatArray, pairs: Ints) -> FloatArray:
    """Lengths of the shortest ways between pairs of places; wide gaps are used where they save a long detour.

    Parameters
    ----------
    kind : {"railways", "highways"}
        Which graph.
    lonlat : numpy.ndarray, shape (n_places, 2)
        Longitude and latitude in degrees.
    pairs : numpy.ndarray of int, shape (n_pairs, 2)
        Rows of `lonlat`.

    Returns
    -------
    numpy.ndarray, shape (n_pairs,)
        Kilometres; NaN where the graph does not join the places.
    """
    graph = read_graph(kind)
    if kind == "highways":
        return shortest_km(graph, lonlat, pairs)
    graph = join_gaps(graph, GAP_KM)
    km = shortest_km(graph, lonlat, pairs)
    straight = great_circle_km(*lonlat[pairs[:, 0]].T, *lonlat[pairs[:, 1]].T)
    far = np.flatnonzero(~(km <= DETOUR * straight))
    if far.size:
        wide = shortest_km(join_gaps(graph, WIDE_GAP_KM, read_graph(kind).dead_ends), lonlat, pairs[far])
        km[far] = np.where(np.isnan(km[far]) | (wide < DETOUR_GAIN * km[far]), wide, km[far])
    return km


def join_gaps(graph: LandGraph, gap_km: float, goals: Ints | None = None) -> LandGraph:
    """Join dead ends with what is near.

    Parameters
    ----------
    graph : LandGraph
        The graph.
    gap_km : float
        Largest distance.
    goals : numpy.ndarray of int, optional
        Dead ends, to be joined with each other only; without it, those of the graph are joined with all nodes.

    Returns
    -------
    LandGraph
        The graph with an arc each way over every gap.
    """
    ends = graph.dead_ends if goals is None else goals
    others = np.arange(len(graph.lonlat)) if goals is None else goals
    row, column, gap = _near(graph.lonlat[ends], graph.lonlat[others], gap_km)
    tail, head = ends[row], others[column]
    n_nodes = len(graph.lonlat)
    new = (tail != head) & ~np.isin(tail * n_nodes + head, graph.tail * n_nodes + graph.head)
    tail, head, km = tail[new], head[new], np.maximum(gap[new], 0.001).round(3)
    return LandGraph(
        graph.lonlat,
        np.concatenate([graph.tail, tail, head]),
        np.concatenate([graph.head, head, tail]),
        np.concatenate([graph.km, km, km]),
    )


def _boxes(lonlat: FloatArray, radius_km: float | FloatArray) -> npt.NDArray[np.object_]:
    """Boxes of degrees around points that hold a circle of some kilometres."""
    d_lat = np.broadcast_to(np.asarray(radius_km) / KM_PER_DEGREE, len(lonlat))
    d_lon = d_lat / np.maximum(0.05, np.cos(np.radians(lonlat[:, 1])))
    lon, lat = lonlat.T
    return np.asarray(shapely.box(lon - d_lon, lat - d_lat, lon + d_lon, lat + d_lat))


def _near(lonlat: FloatArray, others: FloatArray, radius_km: float) -> tuple[Ints, Ints, FloatArray]:
    """Return rows of `lonlat` and of `others` not farther apart than a radius, and their distance in kilometres."""
    row, column = shapely.STRtree(shapely.points(others)).query(_boxes(lonlat, radius_km))
    km = great_circle_km(*lonlat[row].T, *others[column].T)
    near = km <= radius_km
    return row[near], column[near], km[near]


def shortest_km(graph: LandGraph, lonlat: FloatArray, pairs: Ints) -> FloatArray:
    """Lengths of the shortest ways between pairs of places over one graph.

    A place is joined with the nodes near it, and with both ends of long edges that it lies beside. The way from a
    place to a node counts; the way from a place to a long edge only weighs in the choice of the edge.

    Parameters
    ----------
    graph : LandGraph
        The graph.
    lonlat : numpy.ndarray, shape (n_places, 2)
        Longitude and latitude in degrees.
    pairs : numpy.ndarray of int, shape (n_pairs, 2)
        Rows of `lonlat`.

    Returns
    -------
    numpy.ndarray, shape (n_pairs,)
        Kilometres; NaN where the graph does not join the places.
    """
    used, flat = np.unique(pairs, return_inverse=True)
    routable, cost_km, km = _with_places(graph, lonlat[used])
    found = np.full(len(pairs), np.nan)
    first = len(graph.lonlat)
    for k, (start, end) in enumerate(flat.reshape(-1, 2)):
        path = shortest_path(routable, cost_km, first + start, first + used.size + end)
        if path is not None:
            found[k] = km[path.arcs].sum()
    return found


def _with_places(graph: LandGraph, lonlat: FloatArray) -> tuple[Graph, FloatArray, FloatArray]:
    """Return the graph with two vertices per place (only left, only entered), and cost and length of its arcs."""
    n_places = len(lonlat)
    to_node, on_node = _access_to_nodes(graph, lonlat)
    on_edges = _access_to_edges(graph, lonlat, on_node)
    access = _joined(to_node, _ends_of(graph, on_edges))
    begin, end, direct_cost, direct_km = _between(graph, on_edges)
    left = len(graph.lonlat)
    entered = left + n_places
    routable = build_graph(
        np.concatenate([graph.tail, left + access.place, access.node, left + begin]),
        np.concatenate([graph.head, access.node, entered + access.place, entered + end]),
        left + 2 * n_places,
    )
    cost = np.concatenate([graph.km, access.cost_km, access.cost_km, direct_cost])
    return routable, cost, np.concatenate([graph.km, access.km, access.km, direct_km])


def _access_to_nodes(graph: LandGraph, lonlat: FloatArray) -> tuple[_Accesses, npt.NDArray[np.bool_]]:
    """Ways to the nodes near each place, and which places have one within `ACCESS_KM`."""
    place, node, km = _near(lonlat, graph.lonlat, FAR_ACCESS_KM)
    order = np.lexsort((node, km, place))
    place, node, km = place[order], node[order], km[order]
    nearest = np.diff(place, prepend=-1) > 0
    on_node = np.zeros(len(lonlat), bool)
    on_node[place[km <= ACCESS_KM]] = True
    kept = (km <= ACCESS_KM) | (nearest & ~on_node[place])
    return _Accesses(place[kept], node[kept], km[kept], km[kept]), on_node


def _access_to_edges(graph: LandGraph, lonlat: FloatArray, on_node: npt.NDArray[np.bool_]) -> _OnEdges:
    """Long edges that each place lies beside."""
    ends = graph.lonlat[np.column_stack([graph.tail, graph.head])]
    long = (graph.tail < graph.head) & (graph.km >= LONG_EDGE_KM) & (abs(ends[:, 0, 0] - ends[:, 1, 0]) <= 90)
    arcs = np.flatnonzero(long)
    tree = shapely.STRtree(shapely.linestrings(ends[arcs]))
    place, row = tree.query(_boxes(lonlat, np.where(on_node, *LONG_EDGE_REACH_KM)), predicate="intersects")
    arc = arcs[row]
    here = lonlat[place]
    scale = np.column_stack([np.cos(np.radians(here[:, 1])), np.ones(place.size)])
    a, b = (ends[arc, 0] - here) * scale, (ends[arc, 1] - here) * scale
    chord = b - a
    square = (chord**2).sum(axis=1)
    share = -(a * chord).sum(axis=1) / np.where(square > 0, square, np.nan)
    degree_km = float(great_circle_km(0.0, 0.0, 0.0, 1.0))
    offset_km = np.hypot(*(a + share[:, None] * chord).T) * degree_km
    allowed = np.where(on_node[place], *LONG_EDGE_OFFSET) * np.sqrt(square) * degree_km
    beside = (share > 0) & (share < 1) & (offset_km <= np.maximum(ACCESS_KM, allowed))
    return _OnEdges(place[beside], arc[beside], share[beside], offset_km[beside])


def _ends_of(graph: LandGraph, on: _OnEdges) -> _Accesses:
    """Ways from places beside long edges to both ends of the edge."""
    before, after = on.share * graph.km[on.arc], (1 - on.share) * graph.km[on.arc]
    km = np.concatenate([before, after])
    return _Accesses(
        np.tile(on.place, 2),
        np.concatenate([graph.tail[on.arc], graph.head[on.arc]]),
        km + np.tile(on.offset_km, 2),
        km,
    )


def _joined(one: _Accesses, other: _Accesses) -> _Accesses:
    return _Accesses(
        np.concatenate([one.place, other.place]),
        np.concatenate([one.node, other.node]),
        np.concatenate([one.cost_km, other.cost_km]),
        np.concatenate([one.km, other.km]),
    )


def _between(graph: LandGraph, on: _OnEdges) -> tuple[Ints, Ints, FloatArray, FloatArray]:
    """Return pairs of places beside the same long edge with cost and length of the way along it."""
    order = np.argsort(on.arc, kind="stable")
    start = np.searchsorted(on.arc[order], on.arc, side="left")
    count = np.searchsorted(on.arc[order], on.arc, side="right") - start
    one = np.repeat(np.arange(on.arc.size), count)
    within = np.arange(one.size) - np.repeat(np.cumsum(count) - count, count)
    other = order[np.repeat(start, count) + within]
    one, other = one[one != other], other[one != other]
    km = abs(on.share[one] - on.share[other]) * graph.km[on.arc[one]]
    return on.place[one], on.place[other], km + on.offset_km[one] + on.offset_km[other], km
