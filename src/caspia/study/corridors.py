"""Which corridor a route takes: a rule over what it passes, written in docs/corridors.md.

The first line that fits decides:

1. Northern: crosses a land border of Russia other than that with Kazakhstan, changes between land and water
   in Russia, or begins or ends there. (Kazakh lines that dip into Russia and return do not count.)
2. Southern: crosses a land border of Iran other than that with Turkmenistan, changes between land and water in
   Iran, or begins or ends there.
3. Caspian: crosses the Caspian Sea to or from Azerbaijan, and begins or ends there or crosses its western
   land border. (Ships that call there on the way along the sea do not count.)
4. Other: crosses a land border of Afghanistan or Pakistan.
5. Eastern: crosses a land border of China.
6. Ocean: goes by sea.
7. Other: anything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from caspia.network import LAND_MODES, MODES, SEA_MODES, ArcKind, Network

BoolArray = npt.NDArray[np.bool_]
CORRIDORS = ("Caspian", "Northern", "Southern", "Eastern", "Ocean", "Other")
AFGHAN = "Afghan"
PRECEDENCE = ("Northern", "Southern", "Caspian", AFGHAN, "Eastern", "Ocean")
CASPIAN_SEA = "caspian-sea"


@dataclass(frozen=True)
class Signatures:
    """Arcs that make a route one of each corridor.

    Attributes
    ----------
    marks : mapping of str to numpy.ndarray of bool, shape (n_arcs,)
        A route of the corridor uses one of these, and no route of a corridor further down the list does.
    gates : mapping of str to numpy.ndarray of bool, shape (n_arcs,)
        A route of the corridor uses one of these too; they lead the search. Equal to the marks but for Caspian.
    """

    marks: Mapping[str, BoolArray]
    gates: Mapping[str, BoolArray]

    def label(self, path: npt.ArrayLike) -> str:
        """Corridor of a path of arcs."""
        chosen = np.asarray(path, dtype=np.int64)
        for signature in PRECEDENCE:
            if self.marks[signature][chosen].any() and self.gates[signature][chosen].any():
                return "Other" if signature == AFGHAN else signature
        return "Other"

    def searches(self, corridor: str) -> Iterator[tuple[BoolArray | None, BoolArray]]:
        """Searches that together find the best route of a corridor.

        Parameters
        ----------
        corridor : str
            One of CORRIDORS.

        Yields
        ------
        gate : numpy.ndarray of bool or None
            Arcs of which the route must use one; None where it need not.
        banned : numpy.ndarray of bool
            Arcs that would give it the label of a corridor that comes before.
        """
        for signature in (AFGHAN, None) if corridor == "Other" else (corridor,):
            before = PRECEDENCE if signature is None else PRECEDENCE[: PRECEDENCE.index(signature)]
            banned = np.zeros_like(self.marks["Ocean"])
            for name in before:
                banned |= self.marks[name]
            yield None if signature is None else self.gates[signature], banned

    def of(self, corridor: str) -> BoolArray:
        """Arcs that would give a route the label of a corridor."""
        return self.marks[AFGHAN if corridor == "Other" else corridor]


def signatures(network: Network) -> Signatures:
    """Find the arcs that mark each corridor.

    Parameters
    ----------
    network : Network
        The graph.

    Returns
    -------
    Signatures
        Boolean masks over arcs.
    """
    arcs = network.arcs
    line = arcs.kind == ArcKind.LINE
    land = line & _in_modes(arcs.mode, LAND_MODES)
    sea = line & _in_modes(arcs.mode, SEA_MODES)
    crosses = arcs.countries.sum(axis=1) > 1
    marks = {
        "Northern": _passes(network, land & crosses, "RU", but="KZ"),
        "Southern": _passes(network, land & crosses, "IR", but="TM"),
        "Caspian": sea & _caspian_crossing(network),
        AFGHAN: land & crosses & (_state(network, "AF") | _state(network, "PK")),
        "Eastern": land & crosses & _state(network, "CN"),
        "Ocean": sea,
    }
    west = land & crosses & (_state(network, "GE") | _state(network, "TR") | _state(network, "AM"))
    gates = marks | {"Caspian": _state(network, "AZ") & (west | _is_end(network))}
    return Signatures(MappingProxyType(marks), MappingProxyType(gates))


def _is_end(network: Network) -> BoolArray:
    return np.asarray(np.isin(network.arcs.kind, [ArcKind.LOADING, ArcKind.UNLOADING]))


def _in_modes(mode: npt.NDArray[np.int32], names: frozenset[str]) -> BoolArray:
    return np.isin(mode, [MODES.index(name) for name in names])


def _state(network: Network, code: str) -> BoolArray:
    known = code in network.countries
    column = network.arcs.countries[:, network.countries.index(code)] if known else np.zeros(network.n_arcs)
    return column.astype(bool)


def _passes(network: Network, crossing: BoolArray, state: str, *, but: str) -> BoolArray:
    """Arcs of a state that lead on: other land borders than `but`, changes of land and water, journey ends."""
    arcs = network.arcs
    on_land = _in_modes(network.vertices.mode, LAND_MODES)
    changes = (arcs.kind == ArcKind.TERMINAL) & (on_land[arcs.tail] != on_land[arcs.head])
    leads_on = (crossing & ~_state(network, but)) | changes | _is_end(network)
    return np.asarray(_state(network, state) & leads_on, dtype=bool)


def _caspian_crossing(network: Network) -> BoolArray:
    """Sea arcs of the Caspian between Azerbaijan and another shore."""
    arcs = network.arcs
    if CASPIAN_SEA not in network.waters:
        return np.zeros(network.n_arcs, dtype=bool)
    ids = np.asarray([place[:2] for place in network.place_ids])
    azerbaijan = (ids == "AZ")[network.vertices.place]
    lands = azerbaijan[arcs.tail] != azerbaijan[arcs.head]
    return np.asarray(arcs.waters[:, network.waters.index(CASPIAN_SEA)] & lands, dtype=bool)
