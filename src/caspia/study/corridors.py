"""Which corridor a route takes: a rule over what it passes, written in docs/corridors.md.

The first line that fits decides:

1. Northern: passes Russia and leaves or enters it by a land border other than those with Kazakhstan, Mongolia
   and China, changes between land and water there, or begins or ends there. (Lines that dip into Russia on the
   way to another country of the east do not count.)
2. Southern: passes Iran and leaves or enters it by a land border other than those with Turkmenistan, Afghanistan
   and Pakistan, changes between land and water there, or begins or ends there.
3. Caspian: crosses the Caspian Sea to or from Azerbaijan, and begins or ends there or crosses its western
   land border. (Ships that call there on the way along the sea do not count.)
4. Other: changes between land and water in Pakistan, or begins or ends in Pakistan or Afghanistan.
5. Eastern: crosses a land border of China.
6. Ocean: goes by sea.
7. Other: anything else.

Where the journey begins or ends in Russia that alone says little: then the first line comes after the third and
after voyages by Suez, the Cape or Malacca, which are Ocean. Likewise the second line where it begins or ends in
Iran.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from caspia.network import LAND_MODES, MODES, SEA_MODES, ArcKind, Network
from caspia.routing import kind_of

BoolArray = npt.NDArray[np.bool_]
CORRIDORS = ("Caspian", "Northern", "Southern", "Eastern", "Ocean", "Other")
PAKISTAN = "Pakistan"
PRECEDENCE = ("Northern", "Southern", "Caspian", PAKISTAN, "Eastern", "Ocean")
VOYAGE = "Voyage"
LABELS = {PAKISTAN: "Other", VOYAGE: "Ocean"}
CASPIAN_SEA = "caspian-sea"
LONG_WATERS = ("suez-canal", "cape-of-good-hope", "malacca")


@dataclass(frozen=True)
class Signatures:
    """Arcs that make a route one of each corridor.

    Attributes
    ----------
    marks : mapping of str to numpy.ndarray of bool, shape (n_arcs,)
        A route of the corridor uses one of these, and no route of a corridor further down the list does.
    gates : mapping of str to numpy.ndarray of bool, shape (n_arcs,)
        A route of the corridor uses one of these too; they lead the search.
    order : tuple of str
        The lines of the rule in order.
    """

    marks: Mapping[str, BoolArray]
    gates: Mapping[str, BoolArray]
    order: tuple[str, ...] = PRECEDENCE

    def between(self, states: Collection[str]) -> Signatures:
        """Order the rule for a journey.

        Parameters
        ----------
        states : collection of str
            States in which it begins and ends.

        Returns
        -------
        Signatures
            With a passage of Russia or Iran further down where the journey begins or ends there.
        """
        at_home = [name for name, state in (("Southern", "IR"), ("Northern", "RU")) if state in states]
        if not at_home:
            return self
        first = [name for name in PRECEDENCE[:3] if name not in at_home]
        return replace(self, order=(*first, VOYAGE, *at_home, *PRECEDENCE[3:]))

    def tags(self) -> npt.NDArray[np.int64]:
        """Bit mask of every arc, shape (n_arcs,): two bits for each line of the rule, its marks and its gates."""
        bits = np.zeros(len(self.marks["Ocean"]), dtype=np.int64)
        for number, name in enumerate(self.marks):
            bits |= self.marks[name].astype(np.int64) << (2 * number)
            bits |= self.gates[name].astype(np.int64) << (2 * number + 1)
        return bits

    def rule(self) -> npt.NDArray[np.int64]:
        """Lines of the rule in order: masks of marks and gates of `tags`, and the row of CORRIDORS.

        Shape (n, 3); a path to which no line applies is Other.
        """
        number = {name: row for row, name in enumerate(self.marks)}
        lines = [
            (1 << (2 * number[name]), 2 << (2 * number[name]), CORRIDORS.index(LABELS.get(name, name)))
            for name in self.order
        ]
        # Lines without tags fit nothing; they give all rules the same length.
        return np.array(lines + [(0, 0, 0)] * (len(number) - len(lines)), dtype=np.int64)

    def label(self, path: npt.ArrayLike) -> str:
        """Corridor of a path.

        Parameters
        ----------
        path : array_like of int, shape (n,)
            Arcs of the path.

        Returns
        -------
        str
            One of CORRIDORS.
        """
        tags, rule = self._coded
        bits = np.bitwise_or.reduce(tags[np.asarray(path, dtype=np.int64)], initial=0)
        return CORRIDORS[kind_of(bits, rule, CORRIDORS.index("Other"))]

    @cached_property
    def _coded(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        return self.tags(), self.rule()

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
        lines: list[str | None] = [name for name in self.order if LABELS.get(name, name) == corridor]
        for signature in [*lines, None] if corridor == "Other" else lines:
            before = self.order if signature is None else self.order[: self.order.index(signature)]
            # Into Iran and back over the Caspian is no way to anywhere.
            unlikely = ("Caspian",) if signature == "Southern" else ()
            banned = np.zeros_like(self.marks["Ocean"])
            for name in (*before, *unlikely):
                banned |= self.marks[name]
            yield None if signature is None else self.gates[signature], banned

    def of(self, corridor: str) -> BoolArray:
        """Arcs that would give a route the label of a corridor.

        Parameters
        ----------
        corridor : str
            One of CORRIDORS.

        Returns
        -------
        numpy.ndarray of bool, shape (n_arcs,)
            Its marks; of Other those of the fourth line of the rule.
        """
        lines = [self.marks[name] for name in self.order if LABELS.get(name, name) == corridor]
        return np.asarray(np.logical_or.reduce(lines))


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
        "Northern": _exits(network, "RU", land & crosses & ~network.passing_states(("KZ",))),
        "Southern": _exits(network, "IR", land & crosses & ~network.passing_states(("TM",))),
        "Caspian": sea & _caspian_crossing(network),
        PAKISTAN: _exits(network, "PK") | (network.passing_states(("AF",)) & _is_end(network)),
        "Eastern": land & crosses & network.passing_states(("CN",)),
        "Ocean": sea,
        VOYAGE: sea & network.passing_waters(LONG_WATERS),
    }
    west = land & crosses & network.passing_states(("GE", "TR", "AM"))
    gates = marks | {
        "Northern": marks["Northern"] & ~(land & network.passing_states(("MN", "CN"))),
        "Southern": marks["Southern"] & ~(land & network.passing_states(("AF", "PK"))),
        "Caspian": network.passing_states(("AZ",)) & (west | _is_end(network)),
    }
    return Signatures(MappingProxyType(marks), MappingProxyType(gates))


def _is_end(network: Network) -> BoolArray:
    return np.asarray(np.isin(network.arcs.kind, [ArcKind.LOADING, ArcKind.UNLOADING]))


def _in_modes(mode: npt.NDArray[np.int32], names: frozenset[str]) -> BoolArray:
    return np.isin(mode, [MODES.index(name) for name in names])


def _exits(network: Network, state: str, crossing: BoolArray | None = None) -> BoolArray:
    """Arcs by which cargo enters or leaves a state: borders in `crossing`, its ports, journey ends."""
    arcs = network.arcs
    on_land = _in_modes(network.vertices.mode, LAND_MODES)
    changes = (arcs.kind == ArcKind.TERMINAL) & (on_land[arcs.tail] != on_land[arcs.head])
    ways = changes | _is_end(network)
    return np.asarray(
        network.passing_states((state,)) & (ways if crossing is None else ways | crossing), dtype=bool
    )


def _caspian_crossing(network: Network) -> BoolArray:
    """Sea arcs of the Caspian between Azerbaijan and another shore."""
    arcs = network.arcs
    ids = np.asarray([place[:2] for place in network.place_ids])
    azerbaijan = (ids == "AZ")[network.vertices.place]
    lands = azerbaijan[arcs.tail] != azerbaijan[arcs.head]
    return np.asarray(network.passing_waters((CASPIAN_SEA,)) & lands, dtype=bool)
