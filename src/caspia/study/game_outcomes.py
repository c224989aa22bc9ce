"""What a profile of moves does to every actor: revenue, trade, exports, security, diversification, subsidies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

from caspia.study.corridors import CORRIDORS
from caspia.study.game_model import Money, MoveModel, land_money
from caspia.study.market import users_of
from caspia.study.project_model import World

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
Tell = Callable[[str, int, int], None]
WORKERS = 2
MEASURED = ("transit_volume", "transit_price", "trade", "exports", "security", "diversification", "subsidy")
"""What is measured of every actor: transit revenue at the rates of now, what other rates add to it, what users gain
and carriers lose on own cargo, export income (dollars a year), secure share of imports and evenness of export ways
(points of 100), and subsidies paid (dollars a year)."""
RESOURCES = ("KZ", "KG", "TJ", "TM", "UZ")
"""States whose exports count for the security of supply."""
WITHOUT = ("RU", "CN")
"""States that supply has to do without."""
POINTS = 100.0


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Counts what profiles do to actors, each set of parts once.

    Attributes
    ----------
    moves : MoveModel
        Moves.
    actors : tuple of str
        Actors that are counted.
    """

    moves: MoveModel
    actors: tuple[str, ...]
    _known: dict[bytes, FloatArray] = field(default_factory=dict, repr=False)
    _secure: dict[bytes, FloatArray] = field(default_factory=dict, repr=False)

    def of(self, made: Mapping[str, str]) -> FloatArray:
        """What a profile does to every actor.

        Parameters
        ----------
        made : mapping of str to str
            Moves of actors; all others keep their status quo.

        Returns
        -------
        numpy.ndarray, shape (n_actors, n_measured)
            Of `MEASURED`.
        """
        active = self.moves.active(made)
        key = active.tobytes()
        if key not in self._known:
            self._known[key] = self._count(active)
        return self._known[key]

    def many(self, profiles: Sequence[Mapping[str, str]], tell: Tell | None = None) -> int:
        """Count several profiles at the same time; they are known afterwards.

        Parameters
        ----------
        profiles : sequence of mapping of str to str
            Moves of actors.
        tell : callable, optional
            Told stage, number done and number of all.

        Returns
        -------
        int
            Equilibria that were solved.
        """
        self.prepare()
        masks = {mask.tobytes(): mask for mask in map(self.moves.active, profiles)}
        new = [key for key in masks if key not in self._known]

        def count(key: bytes) -> tuple[bytes, FloatArray]:
            return key, self._count(masks[key])

        with ThreadPoolExecutor(WORKERS) as pool:
            for done, (key, found) in enumerate(pool.map(count, new), start=1):
                self._known[key] = found
                if tell is not None:
                    tell("Profiles", done, len(new))
        return len(new)

    def prepare(self) -> None:
        """Compile all that calls share, before several threads ask for it."""
        _ = self.money, self._belongs, self._ends, self._export, self._blocked, self._matters
        base = self.moves.parts.base(*self.moves.when)
        _ = base.answering

    @property
    def worlds(self) -> int:
        """Sets of parts that were solved."""
        return len(self._known)

    @cached_property
    def money(self) -> Money:
        """What is paid on the routes."""
        return land_money(self.moves)

    @cached_property
    def _belongs(self) -> sparse.csr_matrix:
        """Whether a state belongs to an actor, shape (n_actors, n_states)."""
        states = self.moves.parts.model.study.network.countries
        listed = self._countries
        return sparse.csr_matrix([[float(code in own) for code in states] for own in listed])

    @cached_property
    def _countries(self) -> tuple[frozenset[str], ...]:
        table = self.moves.study.data.tables["actors"].set_index("id")["countries"]
        return tuple(frozenset(table[key].split(";")) for key in self.actors)

    @cached_property
    def _ends(self) -> tuple[BoolArray, BoolArray]:
        """Whether each pair begins, ends in the states of each actor, shape (n_actors, n_pairs)."""
        data, pairs = self.moves.study.data, self.moves.parts.model.market.pairs
        country = data.tables["places"]["country"].to_numpy(dtype=object)
        begins, ends = (
            np.stack([np.isin(country[side], list(own)) for own in self._countries])
            for side in (pairs.origin, pairs.destination)
        )
        return begins, ends

    @cached_property
    def _value(self) -> FloatArray:
        """Dollars a tonne of the goods of each pair."""
        market = self.moves.parts.model.market
        return self.moves.study.data.values("commodities", "value_usd_per_t", 0.0)[market.pairs.commodity]

    @cached_property
    def _export(self) -> sparse.csr_matrix:
        """Dollars a tonne that each route brings to the exports of each actor by corridor."""
        routes = self.moves.parts.model.market.routes
        begins, ends = self._ends
        abroad = (begins & ~ends)[:, routes.pair]
        actor, route = np.nonzero(abroad)
        cell = actor * len(CORRIDORS) + routes.kind[route]
        shape = len(self.actors) * len(CORRIDORS), len(routes.pair)
        return sparse.coo_matrix((self._value[routes.pair[route]], (cell, route)), shape=shape).tocsr()

    @cached_property
    def _supply(self) -> FloatArray:
        """Worth that each pair has for the security of each actor, dollars a tonne, shape (n_actors, n_pairs)."""
        data, pairs = self.moves.study.data, self.moves.parts.model.market.pairs
        country = data.tables["places"]["country"].to_numpy(dtype=object)
        from_resources = np.isin(country[pairs.origin], RESOURCES)
        begins, ends = self._ends
        return np.asarray((ends & ~begins & from_resources) * self._value)

    @cached_property
    def _blocked(self) -> BoolArray:
        """Routes that pass what supply has to do without, shape (n_routes,)."""
        model = self.moves.parts.model
        return users_of(model.market, model.study.network.passing_states(list(WITHOUT)))

    @cached_property
    def _matters(self) -> BoolArray:
        """Parts that change something where these routes are shut, shape (n_parts,)."""
        parts, left = self.moves.parts, ~self._blocked
        changed = (parts.saving_usd_per_t != 0) | parts.needs | self.moves.bars
        return np.asarray((changed & left).any(axis=1) | (parts.capacity_gain != 0).any(axis=1))

    def _count(self, active: BoolArray) -> FloatArray:
        world = self.moves.world(active)
        flow, states = world.found.flow, self._belongs
        rows = np.flatnonzero(active)
        price = [sum((change[u] @ flow for u in rows), np.zeros(states.shape[1])) for change in self._changes]
        begins, ends = self._ends
        users = 0.5 * (begins.astype(float) + ends) @ world.user_benefit_usd
        income = (self._export @ flow).reshape(len(self.actors), -1)
        found = {
            "transit_volume": states @ (self.money.transit @ flow),
            "transit_price": states @ price[0],
            "trade": users + states @ price[1],
            "exports": income.sum(axis=1),
            "security": self._secured(active),
            "diversification": _evenness(income),
            "subsidy": self._subsidies(rows, flow),
        }
        return np.stack([found[name] for name in MEASURED], axis=1)

    @property
    def _changes(self) -> tuple[tuple[sparse.csr_matrix, ...], tuple[sparse.csr_matrix, ...]]:
        return self.money.transit_change, self.money.own_change

    def _subsidies(self, rows: npt.NDArray[np.int64], flow: FloatArray) -> FloatArray:
        """What each actor pays for goods of its own, dollars a year."""
        found = np.zeros(len(self.actors))
        for u in rows:
            if self.moves.payer[u] in self.actors:
                paid = float(self.moves.parts.saving_usd_per_t[u] @ flow)
                found[self.actors.index(self.moves.payer[u])] += paid
        return found

    def _secured(self, active: BoolArray) -> FloatArray:
        """Share of the worth of supplies that still comes where states let nothing through, points of 100."""
        wanted = self._supply @ self.moves.parts.base(*self.moves.when).choice.amount
        if not wanted.any():
            return np.zeros(len(self.actors))
        key = (active & self._matters).tobytes()
        if key not in self._secure:
            world: World = self.moves.world(active & self._matters, self._blocked)
            got = self._supply @ world.found.amount
            self._secure[key] = POINTS * got / np.where(wanted > 0, wanted, 1.0)
        return self._secure[key]


def _evenness(income: FloatArray) -> FloatArray:
    """One less the Herfindahl-Hirschman index of rows, points of 100; 0 where there is nothing."""
    whole = income.sum(axis=1, keepdims=True)
    share = income / np.where(whole > 0, whole, 1.0)
    return np.where(whole[:, 0] > 0, POINTS * (1.0 - (share**2).sum(axis=1)), 0.0)
