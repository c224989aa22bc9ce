"""The frozen multimodal graph: vertices per place, mode and gauge; every operation an arc of its own.

A place has an arrival and a departure vertex for each mode and gauge. Runs lead from departures to arrivals;
transfers lead from an arrival to a departure of another mode, so that a transfer always lies between two runs.

Arc kinds and the table whose row stands behind each:

====================  ==========  ==========================================================
kind                  table       from -> to
====================  ==========  ==========================================================
line                  links       departure (or sailing, or border vertex) -> arrival
through               none        arrival -> departure of the same mode, free
terminal              terminals   arrival -> departure (or boarding) of another mode
gauge_change          terminals   arrival -> departure on the other gauge
border                borders     departure -> border vertex of one link and direction
wait                  services    boarding -> departure (ports), departure -> sailing (lines)
loading, unloading    classes     origin -> departure (or boarding); arrival -> destination
====================  ==========  ==========================================================
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from caspia.display import Shown

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int32]

MODES = (
    "rail",
    "road",
    "deep_sea",
    "short_sea",
    "ferry",
    "feeder",
    "inland_waterway",
    "crude_pipeline",
    "gas_pipeline",
)
LAND_MODES = frozenset({"rail", "road", "inland_waterway", "crude_pipeline", "gas_pipeline"})
SEA_MODES = frozenset({"deep_sea", "short_sea", "ferry", "feeder"})
FORMS = ("container", "dry_bulk", "break_bulk", "liquid", "gas")


class ArcKind(IntEnum):
    """What an arc does."""

    LINE = 0
    TERMINAL = 1
    GAUGE_CHANGE = 2
    BORDER = 3
    WAIT = 4
    LOADING = 5
    UNLOADING = 6
    THROUGH = 7


class Role(IntEnum):
    """What a vertex is at its place."""

    ARRIVAL = 0
    DEPARTURE = 1
    BOARDING = 2
    BORDER = 3
    SAILING = 4
    ORIGIN = 5
    DESTINATION = 6


TABLE_OF_KIND: Mapping[ArcKind, str] = {
    ArcKind.LINE: "links",
    ArcKind.TERMINAL: "terminals",
    ArcKind.GAUGE_CHANGE: "terminals",
    ArcKind.BORDER: "borders",
    ArcKind.WAIT: "services",
    ArcKind.LOADING: "classes",
    ArcKind.UNLOADING: "classes",
}


@dataclass(frozen=True)
class Vertices:
    """Columns of the vertices, each of shape (n_vertices,)."""

    place: IntArray
    """Row of the table places."""
    mode: IntArray
    """Index into MODES; -1 for origins and destinations."""
    gauge_mm: IntArray
    """Track gauge; 0 where there is no rail."""
    role: IntArray
    """A Role."""


@dataclass(frozen=True)
class Arcs:
    """Columns of the arcs, each of shape (n_arcs,) or (n_arcs, n)."""

    tail: IntArray
    head: IntArray
    kind: IntArray
    row: IntArray
    """Row of the table behind the arc (TABLE_OF_KIND); -1 where a default class stands in."""
    mode: IntArray
    """Index into MODES of the vehicle (line, wait, loading) or of the mode left (terminal)."""
    reverse: BoolArray
    """Line arcs that run from to_id to from_id."""
    length_km: npt.NDArray[np.float64]
    """Of line arcs; 0 elsewhere."""
    facts: npt.NDArray[np.int32]
    """Shape (n_arcs, n_attributes): row of the fact behind each attribute, -1 where none."""
    forms: npt.NDArray[np.uint8]
    """Bit mask over FORMS of the cargo the arc can carry."""
    electrified: BoolArray
    is_open: BoolArray
    """False for planned, building and closed links and closed crossings."""
    countries: BoolArray
    """Shape (n_arcs, n_countries): states whose land, port or unavoidable water the arc passes."""
    waters: BoolArray
    """Shape (n_arcs, n_waters)."""


@dataclass(frozen=True)
class Network(Shown):
    """The multimodal graph of one data set.

    Attributes
    ----------
    vertices, arcs : Vertices, Arcs
        Columns.
    attributes : tuple of str
        Meaning of the columns of `arcs.facts`.
    countries, waters : tuple of str
        Meaning of the columns of `arcs.countries` and `arcs.waters`.
    place_ids : tuple of str
        Ids of the rows of the table places.
    """

    vertices: Vertices
    arcs: Arcs
    attributes: tuple[str, ...]
    countries: tuple[str, ...]
    waters: tuple[str, ...]
    place_ids: tuple[str, ...]

    @property
    def n_vertices(self) -> int:
        """Number of vertices."""
        return len(self.vertices.place)

    @property
    def n_arcs(self) -> int:
        """Number of arcs."""
        return len(self.arcs.tail)

    def fact(self, attribute: str) -> npt.NDArray[np.int32]:
        """Fact behind an attribute of every arc.

        Parameters
        ----------
        attribute : str
            One of `attributes`.

        Returns
        -------
        numpy.ndarray of int32, shape (n_arcs,)
            Row of the fact, or -1 where none.
        """
        return self.arcs.facts[:, self.attributes.index(attribute)]

    def passing_states(self, codes: Collection[str]) -> BoolArray:
        """Arcs that pass one of some states.

        Parameters
        ----------
        codes : collection of str
            ISO codes; those that the network does not know are passed by nothing.

        Returns
        -------
        numpy.ndarray of bool, shape (n_arcs,)
        """
        columns = [self.countries.index(code) for code in codes if code in self.countries]
        return np.asarray(self.arcs.countries[:, columns].any(axis=1))

    def passing_waters(self, names: Collection[str]) -> BoolArray:
        """Arcs that pass one of some waters.

        Parameters
        ----------
        names : collection of str
            Ids of waters; those that the network does not know are passed by nothing.

        Returns
        -------
        numpy.ndarray of bool, shape (n_arcs,)
        """
        columns = [self.waters.index(name) for name in names if name in self.waters]
        return np.asarray(self.arcs.waters[:, columns].any(axis=1))

    def vertex(self, place_row: int, role: Role) -> int | None:
        """Vertex at which journeys begin or end at a place.

        Parameters
        ----------
        place_row : int
            Row of the table places.
        role : Role
            ORIGIN (they begin) or DESTINATION (they end).

        Returns
        -------
        int or None
            Number of the vertex; None if there is none.
        """
        found = np.flatnonzero((self.vertices.place == place_row) & (self.vertices.role == role))
        return int(found[0]) if len(found) else None

    def some_arcs(self, arcs: IntArray) -> Network:
        """The network with some of its arcs, numbered anew, to look at what single arcs cost.

        Parameters
        ----------
        arcs : numpy.ndarray of int, shape (n,)
            Arcs to keep.

        Returns
        -------
        Network
        """
        return replace(self, arcs=Arcs(**{item.name: getattr(self.arcs, item.name)[arcs] for item in fields(Arcs)}))

    def with_open(self, is_open: BoolArray) -> Network:
        """Copy of the network with other arcs open.

        Parameters
        ----------
        is_open : numpy.ndarray of bool, shape (n_arcs,)
            Which arcs carry traffic.

        Returns
        -------
        Network
            A copy that shares every other array.
        """
        frozen = np.array(is_open, dtype=bool)
        frozen.flags.writeable = False
        return replace(self, arcs=replace(self.arcs, is_open=frozen))
