"""The ways by which a mineral can reach who needs it: over the network, over the sea, or from a port on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from caspia.cost import ArcCosts
from caspia.data import Dataset
from caspia.errors import ClosureError, InputError
from caspia.network import resolve_closure
from caspia.study.closing import BOTH, Closing
from caspia.study.corridors import CORRIDORS
from caspia.study.find import corridor_path
from caspia.study.loading import behaviour
from caspia.study.request import Request, open_weight
from caspia.study.study import Study, resolved
from caspia.study.supply_data import FactDraws, SupplyCase
from caspia.study.voyages import Way, best_usual, voyages

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
CASPIAN = "Caspian"
LIMITS = {CASPIAN: "caspian_limit_share", "Eastern": "eastern_limit_share"}
"""Attributes of supplies that say how much a corridor takes at most."""
AT_HOME = "Home"
"""Corridor of what is made where it is delivered."""
TOLERABLE = 3.0
"""At present nobody takes a way that costs more than this many times the best."""
OPEN_SEAS = frozenset({"pacific", "indian-ocean", "atlantic", "malacca", "suez-canal"})
"""Nobody sails these on the way to a port from where a ship takes the goods on."""


@dataclass(frozen=True, eq=False)
class Ways:
    """All ways of a case.

    Attributes
    ----------
    case : SupplyCase
        What is supplied.
    ways : tuple of Way
        In order of origin.
    share : numpy.ndarray, shape (1 + draws, n_ways)
        Share of the need that takes each now.
    scale : float
        Scale of the choice among ways, tonnes a dollar.
    """

    case: SupplyCase
    ways: tuple[Way, ...]
    share: FloatArray
    scale: float

    @cached_property
    def origin(self) -> IntArray:
        """Origin of each way."""
        return np.array([way.origin for way in self.ways], dtype=np.int64)

    @cached_property
    def usd_per_t(self) -> FloatArray:
        """Carriage by each way, shape (1 + draws, n_ways)."""
        return np.stack([way.usd_per_t for way in self.ways], axis=1)

    @cached_property
    def hours(self) -> FloatArray:
        """Time of each way, shape (1 + draws, n_ways)."""
        return np.stack([way.hours for way in self.ways], axis=1)

    @cached_property
    def limit(self) -> FloatArray:
        """Most that each carries over the need, shape (1 + draws, n_ways)."""
        own = self.case.present[:, self.origin]
        return np.stack([way.limit for way in self.ways], axis=1) * np.where(own > 0, own, 1.0)

    def passes(self, kind: str, names: Sequence[str]) -> BoolArray:
        """Whether ways pass states or waters.

        Parameters
        ----------
        kind : {"states", "waters"}
            What is asked for.
        names : sequence of str
            Codes of states, or waters.

        Returns
        -------
        numpy.ndarray of bool, shape (n_ways, n_names)
        """
        found = [[name in getattr(way, kind) for name in names] for way in self.ways]
        return np.array(found, dtype=bool).reshape(len(self.ways), len(names))

    def is_open(self, closing: Closing) -> BoolArray:
        """Ways that a closing leaves open.

        Parameters
        ----------
        closing : Closing
            What stops.

        Returns
        -------
        numpy.ndarray of bool, shape (n_ways,)
        """
        shut = self.passes("states", closing.states).any(axis=1) | self.passes("waters", closing.waters).any(axis=1)
        sold = np.array([self.case.origins[way.origin] not in closing.origins for way in self.ways], dtype=bool)
        return np.asarray(sold & ~shut)

    def without(self, corridor: str) -> Ways:
        """The same without a corridor: who used it takes the next best.

        Parameters
        ----------
        corridor : str
            One of the corridors.

        Returns
        -------
        Ways
        """
        kept = tuple(way for way in self.ways if way.corridor != corridor)
        return Ways(self.case, kept, usage(self.case, kept, self.scale), self.scale)


def find_ways(study: Study, case: SupplyCase, facts: FactDraws, closings: Sequence[Closing]) -> Ways:
    """Find the ways of all origins: the best of every corridor, now and under each closing.

    Parameters
    ----------
    study : Study
        Data and network.
    case : SupplyCase
        What is supplied.
    facts : FactDraws
        Facts with draws.
    closings : sequence of Closing
        What may stop; the ways are complete for these.

    Returns
    -------
    Ways
        An origin without any known way has none.
    """
    goods = str(case.mineral["commodity_id"])
    scale = _scale_of(study.data, goods)
    home = _arrival(study.data, case)
    found: list[Way] = []
    for number, code in enumerate(case.origins):
        if code == home or code in case.members:
            nothing = np.zeros(1 + facts.draws)
            none: frozenset[str] = frozenset()
            found.append(Way(number, AT_HOME, "", none, none, nothing, nothing, 0.0, nothing + np.inf))
            continue
        row = int(case.supply_rows[number])
        supply = study.data.tables["supplies"].iloc[row] if row >= 0 else None
        if supply is not None and supply["place_id"]:
            gates = [gate for gate in str(supply["gates"]).split(BOTH) if gate]
            search = _Search(study, case, facts, closings, number, str(supply["place_id"]))
            found += search.by_gates(gates, home) if gates else search.direct(str(case.need["place_id"]))
        else:
            found += voyages(study, case, facts, number, (code, home))
    return Ways(case, tuple(found), usage(case, tuple(found), scale), scale)


def usage(case: SupplyCase, ways: Sequence[Way], scale: float) -> FloatArray:
    """Share of the need that takes each way at present.

    What an origin sells is spread over the best of each corridor by a logit; where the share of the Caspian has
    been observed, it takes that. Ways that are limited are for need only, unless they are observed.

    Parameters
    ----------
    case : SupplyCase
        Shares of origin.
    ways : sequence of Way
        Ways.
    scale : float
        Scale of the choice, tonnes a dollar.

    Returns
    -------
    numpy.ndarray, shape (1 + draws, n_ways)
        Nothing for an origin without a way.
    """
    share = np.zeros((len(case.present), len(ways)))
    origin = np.array([way.origin for way in ways], dtype=np.int64)
    for number in range(len(case.origins)):
        own = np.flatnonzero(origin == number)
        observed = case.caspian_share[:, number]
        usual = [w for w in own.tolist() if ways[w].is_usual and _is_in_use(ways[w], observed)] or own.tolist()
        if not usual:
            continue
        cost = np.array([ways[w].generalised_usd_per_t for w in usual])
        taken = cost <= TOLERABLE * max(cost.min(), 1e-9) if cost.min() > 0 else cost <= cost.min()
        odds = np.where(taken, np.exp(-scale * (cost - cost.min())), 0.0)
        parts = np.tile(odds / odds.sum(), (len(share), 1))
        caspian = np.array([ways[w].corridor == CASPIAN for w in usual])
        if caspian.any() and not caspian.all() and np.isfinite(observed[0]):
            for side, whole in ((caspian, observed), (~caspian, 1.0 - observed)):
                weight = (
                    odds * side if (odds * side).sum() > 0 else np.exp(-scale * (cost - cost[side].min())) * side
                )
                parts[:, side] = (whole[:, None] * weight / weight.sum())[:, side]
        share[:, usual] = case.present[:, [number]] * parts
    return share


def _is_in_use(way: Way, caspian_share: FloatArray) -> bool:
    """Whether a way carries something at present: it has no limit, or it has been observed."""
    return bool(np.isinf(way.limit[0]) or (way.corridor == CASPIAN and np.isfinite(caspian_share[0])))


def _scale_of(data: Dataset, goods: str) -> float:
    """Scale of the choice of a commodity; of the cheapest way alone where the data state none."""
    row = data.tables["commodities"]["id"].tolist().index(goods)
    scale = float(behaviour(data).scale_t_per_usd[row])
    return scale if np.isfinite(scale) else 1.0


def _arrival(data: Dataset, case: SupplyCase) -> str:
    """State in which the need is delivered."""
    places = data.tables["places"]
    return str(places["country"].iloc[int(data.rows("places", pd.Series([case.need["place_id"]]))[0])])


@dataclass(frozen=True)
class _Search:
    """Ways over the network from the place of one origin."""

    study: Study
    case: SupplyCase
    facts: FactDraws
    closings: Sequence[Closing]
    origin: int
    place: str

    @property
    def goods(self) -> str:
        return str(self.case.mineral["commodity_id"])

    def direct(self, to: str) -> list[Way]:
        """Ways to a place."""
        return list(self._to(to))

    def by_gates(self, gates: Sequence[str], home: str) -> list[Way]:
        """Ways to ports and on by ship."""
        found = []
        states = self.study.data.tables["places"].set_index("id")["country"]
        for gate in gates:
            legs = [leg for leg in self._to(gate) if not leg.waters & OPEN_SEAS]
            for ship in voyages(self.study, self.case, self.facts, self.origin, (str(states[gate]), home)):
                found += [_joined(leg, ship, str(states[gate])) for leg in legs]
        return best_usual(found)

    def _to(self, to: str) -> Iterator[Way]:
        """The best of every corridor, now and under each closing."""
        try:
            question, costs, scene = resolved(self.study, Request(self.place, to, self.goods))
        except InputError:
            return
        weight = open_weight(question, costs)
        best: dict[str, IntArray] = {}
        for corridor in CORRIDORS:
            found = corridor_path(question, corridor, weight, scene)
            if found is not None:
                best[corridor] = found
        for corridor, arcs in best.items():
            yield self._way(arcs, corridor, costs, is_usual=True)
        seen = {tuple(arcs.tolist()) for arcs in best.values()}
        states = self.study.data.tables["places"]["country"]
        ends = {str(states.iloc[question.origin]), str(states.iloc[question.destination])}
        for closing in self.closings:
            shut = self._shut(closing)
            if ends & {*closing.states, *closing.origins} or not shut.any():
                continue
            narrowed = np.where(shut, np.inf, weight)
            for corridor, usual in best.items():
                # A way that closing leaves alone stays the best: nothing else becomes cheaper.
                if not shut[usual].any():
                    continue
                found = corridor_path(question, corridor, narrowed, scene)
                if found is not None and tuple(found.tolist()) not in seen:
                    seen.add(tuple(found.tolist()))
                    yield self._way(found, corridor, costs, is_usual=False)

    def _shut(self, closing: Closing) -> BoolArray:
        """Arcs that a closing shuts; what nothing of the network passes shuts none."""
        found = np.zeros(self.study.network.n_arcs, dtype=bool)
        for word in (*closing.states, *closing.waters):
            try:
                found |= resolve_closure(self.study.network, self.study.data, word).arcs
            except ClosureError:
                continue
        return found

    def _way(self, arcs: IntArray, corridor: str, costs: ArcCosts, *, is_usual: bool) -> Way:
        network, world = self.study.network, self.study.scene.world
        cargo, draws = costs.cargo, self.facts.draws
        per_t = self.case.cargo_t / cargo.tonnes
        money = np.append(costs.money.mean[arcs].sum(), world.sampler.path(costs.money, arcs)[:draws])
        hours = np.append(costs.time.mean[arcs].sum(), world.sampler.path(costs.time, arcs)[:draws])
        ends = {str(self.case.origins[self.origin]), *self.case.members, *_ends(self.study, arcs)}
        passed = np.asarray(network.arcs.countries[arcs].any(axis=0))
        states = {code for code, is_passed in zip(network.countries, passed, strict=True) if is_passed} - ends
        wet = np.asarray(network.arcs.waters[arcs].any(axis=0))
        row = self.study.data.tables["commodities"]["id"].tolist().index(self.goods)
        constant = behaviour(self.study.data).constant_usd_per_t[row, CORRIDORS.index(corridor)]
        felt = float(costs.generalised_usd[arcs].sum()) / cargo.tonnes + float(constant)
        return Way(
            origin=self.origin,
            corridor=corridor,
            port="",
            states=frozenset(states - {"XZ"}),
            waters=frozenset(name for name, is_wet in zip(network.waters, wet, strict=True) if is_wet),
            usd_per_t=money * per_t,
            hours=hours,
            generalised_usd_per_t=felt * float(self.case.cargo_t[0]),
            limit=self._limit(corridor),
            is_usual=is_usual,
        )

    def _limit(self, corridor: str) -> FloatArray:
        """Most that a corridor takes over present sales: pipelines and tankers have their end."""
        if corridor not in LIMITS:
            return np.full(1 + self.facts.draws, np.inf)
        row = int(self.case.supply_rows[self.origin])
        return self.facts.of("supplies", [row], LIMITS[corridor], np.inf)[:, 0]


def _ends(study: Study, arcs: IntArray) -> tuple[str, str]:
    """States in which a path begins and ends."""
    network, states = study.network, study.data.tables["places"]["country"]
    place = network.vertices.place
    first, last = place[network.arcs.tail[arcs[0]]], place[network.arcs.head[arcs[-1]]]
    return str(states.iloc[int(first)]), str(states.iloc[int(last)])


def _joined(leg: Way, ship: Way, gate: str) -> Way:
    """A way to a port and a voyage on, which passes the state of the port."""
    return replace(
        leg,
        port=ship.port,
        states=leg.states | ship.states | {gate},
        waters=leg.waters | ship.waters,
        usd_per_t=leg.usd_per_t + ship.usd_per_t,
        hours=leg.hours + ship.hours,
        generalised_usd_per_t=leg.generalised_usd_per_t + ship.generalised_usd_per_t,
        limit=np.minimum(leg.limit, ship.limit),
    )
