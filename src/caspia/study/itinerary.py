"""From a path of arcs to what people read: legs, sums, intervals, sources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from caspia.cost import ArcCosts, Quantity, Sampler, interval
from caspia.data import Dataset
from caspia.network import MODES, SEA_MODES, ArcKind, Network

IntArray = npt.NDArray[np.int64]
NO_DIPS = frozenset({"CN", "MN", "IR", "AF", "PK"})
OPERATIONS = {
    ArcKind.LINE: "line",
    ArcKind.TERMINAL: "terminal",
    ArcKind.GAUGE_CHANGE: "gauge_change",
    ArcKind.BORDER: "border",
    ArcKind.WAIT: "wait",
    ArcKind.LOADING: "loading",
    ArcKind.UNLOADING: "unloading",
}


@dataclass(frozen=True)
class World:
    """What itineraries are read from."""

    data: Dataset
    network: Network
    sampler: Sampler

    @cached_property
    def fact_keys(self) -> npt.NDArray[np.object_]:
        """Key of every fact."""
        return np.asarray(self.data.facts.frame["key"], dtype=object)

    @cached_property
    def fact_sources(self) -> npt.NDArray[np.object_]:
        """Source of every fact."""
        return np.asarray(self.data.facts.frame["source_id"], dtype=object)

    @cached_property
    def assumed(self) -> npt.NDArray[np.bool_]:
        """Facts that are assumed."""
        return np.asarray((self.data.facts.frame["method"] == "assumed"), dtype=bool)

    @cached_property
    def link_ids(self) -> npt.NDArray[np.object_]:
        """Id of every link."""
        return np.asarray(self.data.tables["links"]["id"], dtype=object)

    @cached_property
    def link_countries(self) -> npt.NDArray[np.object_]:
        """States of every link in order, joined by `;`."""
        return np.asarray(self.data.tables["links"]["countries"], dtype=object)


@dataclass(frozen=True)
class Leg:
    """A run of one vehicle or ship, or one operation; costs are expected values per unit of cargo."""

    operation: str
    mode: str
    from_id: str
    to_id: str
    countries: tuple[str, ...]
    length_km: float
    time_h: float
    cost_usd: float
    co2e_kg: float
    link_ids: tuple[str, ...]
    facts: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Itinerary:
    """One route of a request.

    Attributes
    ----------
    corridor : str
        Label by the rule of the corridors.
    arcs : numpy.ndarray of int
        Arcs of the network.
    legs : tuple of Leg
        In order.
    cost_usd, time_h, co2e_kg, time_h_sd : float
        Expected values; money with insurance.
    cost_usd_p, time_h_p, co2e_kg_p : tuple of float
        P10, P50, P90.
    generalised_usd : float
        What the search minimised, with insurance.
    assumed_share : float
        Share of the expected money and valued time that rests on assumed facts.
    """

    corridor: str
    arcs: IntArray
    legs: tuple[Leg, ...]
    cost_usd: float
    cost_usd_p: tuple[float, float, float]
    time_h: float
    time_h_p: tuple[float, float, float]
    time_h_sd: float
    co2e_kg: float
    co2e_kg_p: tuple[float, float, float]
    generalised_usd: float
    insurance_usd: float
    assumed_share: float

    @property
    def length_km(self) -> float:
        """Length of all runs."""
        return sum(leg.length_km for leg in self.legs)

    @property
    def countries(self) -> tuple[str, ...]:
        """States passed, each run of a state once, in order."""
        states = [state for leg in self.legs for state in leg.countries]
        return tuple(state for row, state in enumerate(states) if row == 0 or state != states[row - 1])

    @property
    def wanders(self) -> bool:
        """Whether a state is entered again after others, as no forwarder would plan it.

        Old Soviet and European lines dip into a neighbour and return; lines to China, Mongolia, Iran, Afghanistan
        and Pakistan do not.
        """
        states = self.countries
        for row, state in enumerate(states):
            if state in states[:row]:
                between = set(states[states.index(state) + 1 : row]) - {state}
                if len(between) > 1 or between & NO_DIPS:
                    return True
        return False

    def count(self, operation: str) -> int:
        """Number of legs of an operation.

        Parameters
        ----------
        operation : str
            One of the values of OPERATIONS.

        Returns
        -------
        int
            Number of legs.
        """
        return sum(leg.operation == operation for leg in self.legs)


def describe(arcs: IntArray, corridor: str, costs: ArcCosts, world: World) -> Itinerary:
    """Sum up a path.

    Parameters
    ----------
    arcs : numpy.ndarray of int
        Arcs in order.
    corridor : str
        Its label.
    costs : ArcCosts
        Costs of all arcs for the cargo.
    world : World
        Data, network and sampler.

    Returns
    -------
    Itinerary
        Legs, expected values and intervals.
    """
    insurance = costs.insurance_usd
    money = world.sampler.path(costs.money, arcs) + insurance
    time = world.sampler.path(costs.time, arcs)
    emission = world.sampler.path(costs.emission, arcs)
    return Itinerary(
        corridor=corridor,
        arcs=arcs,
        legs=tuple(_legs(arcs, costs, world)),
        cost_usd=float(costs.money.mean[arcs].sum()) + insurance,
        cost_usd_p=interval(money),
        time_h=float(costs.time.mean[arcs].sum()),
        time_h_p=interval(time),
        time_h_sd=float(time.std()),
        co2e_kg=float(costs.emission.mean[arcs].sum()),
        co2e_kg_p=interval(emission),
        generalised_usd=float(costs.generalised_usd[arcs].sum()) + insurance,
        insurance_usd=insurance,
        assumed_share=_assumed_share(arcs, costs, world),
    )


def _legs(arcs: IntArray, costs: ArcCosts, world: World) -> Iterator[Leg]:
    moving = arcs[world.network.arcs.kind[arcs] != ArcKind.THROUGH]
    for run in _runs(moving, world.network):
        yield _leg(run, costs, world)


def _runs(arcs: IntArray, network: Network) -> Iterator[IntArray]:
    """Split a path where the operation or the mode changes; every operation is a run of its own."""
    kinds, modes = network.arcs.kind[arcs], network.arcs.mode[arcs]
    start = 0
    for end in range(1, len(arcs) + 1):
        same = end < len(arcs) and kinds[end] == kinds[start] == ArcKind.LINE and modes[end] == modes[start]
        if not same:
            yield arcs[start:end]
            start = end


def _leg(run: IntArray, costs: ArcCosts, world: World) -> Leg:
    network = world.network
    kind = ArcKind(int(network.arcs.kind[run[0]]))
    facts = np.unique(np.concatenate([_facts(q, run) for q in (costs.money, costs.time, costs.emission)]))
    if kind is ArcKind.LINE:
        lengths = network.fact("length_km")[run]
        facts = np.unique(np.concatenate([facts, lengths[lengths >= 0]]))
    place = network.vertices.place
    ends = place[network.arcs.tail[run[0]]], place[network.arcs.head[run[-1]]]
    return Leg(
        operation=OPERATIONS[kind],
        mode=MODES[int(network.arcs.mode[run[0]])],
        from_id=network.place_ids[ends[0]],
        to_id=network.place_ids[ends[1]],
        countries=_countries(run, world),
        length_km=float(network.arcs.length_km[run].sum()),
        time_h=float(costs.time.mean[run].sum()),
        cost_usd=float(costs.money.mean[run].sum()),
        co2e_kg=float(costs.emission.mean[run].sum()),
        link_ids=tuple(_link_ids(run, world)) if kind is ArcKind.LINE else (),
        facts=tuple(world.fact_keys[facts]),
        sources=tuple(dict.fromkeys(world.fact_sources[facts])),
    )


def _facts(quantity: Quantity, run: IntArray) -> IntArray:
    variable, _ = quantity.terms_of(run)
    return quantity.variables.fact[variable]


def _link_ids(run: IntArray, world: World) -> Iterator[str]:
    for arc in run:
        yield str(world.link_ids[world.network.arcs.row[arc]])


def _countries(run: IntArray, world: World) -> tuple[str, ...]:
    network = world.network
    if network.arcs.kind[run[0]] != ArcKind.LINE:
        return ()
    states: list[str] = []
    for arc in run:
        passed = [state for state in str(world.link_countries[network.arcs.row[arc]]).split(";") if state]
        for state in reversed(passed) if network.arcs.reverse[arc] else passed:
            if not states or states[-1] != state:
                states.append(state)
    # Lanes name both shores of a strait on every link; a voyage passes each state once.
    at_sea = MODES[int(network.arcs.mode[run[0]])] in SEA_MODES
    return tuple(dict.fromkeys(states)) if at_sea else tuple(states)


def _assumed_share(arcs: IntArray, costs: ArcCosts, world: World) -> float:
    total = guessed = 0.0
    for quantity, worth in ((costs.money, 1.0), (costs.time, costs.cargo.value_of_time_usd_per_h)):
        variable, coefficient = quantity.terms_of(arcs)
        cost = worth * coefficient * quantity.variables.mean[variable]
        total += float(cost.sum())
        guessed += float(cost[world.assumed[quantity.variables.fact[variable]]].sum())
    return guessed / total if total > 0 else 0.0
