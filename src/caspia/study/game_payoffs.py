"""Payoffs of a game of moves: what is measured, paid and won, each with the weight that an actor gives it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import numpy.typing as npt

from caspia.data import Dataset
from caspia.data.dataset import records
from caspia.data.game_check import COMPONENTS, STAKES, conditions
from caspia.game import Profile, WeightedGame
from caspia.investment.terms import FINANCIAL
from caspia.scenario import Measure, holds, measures, status_quo
from caspia.study.candidates import project_table
from caspia.study.game_outcomes import MEASURED, Outcomes
from caspia.study.plan_worlds import pert

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
LIFE_YEARS = 30
"""Years over which the cost of works is spread."""
TREASURY = "treasury"
_MEASURED_AS = {"transit_volume": "transit", "transit_price": TREASURY, "subsidy": TREASURY}
"""Component whose weight a measured quantity takes, where it has not the name of the component."""


@dataclass(frozen=True)
class Weight:
    """A number that turns features into payoffs, with its interval.

    Attributes
    ----------
    name : str
        What it is, for readers.
    key : str
        Fact behind it; empty for the dollar of the treasury, which is 1.
    unit : str
        Unit of the fact.
    low, value, high : float
        Interval.
    """

    name: str
    key: str
    unit: str
    low: float
    value: float
    high: float


@dataclass(frozen=True)
class Feature:
    """A part of the payoff of a player.

    Attributes
    ----------
    owner : int
        Player.
    component : str
        `treasury`, or one of the components of preferences.
    name : str
        What it is: a measured quantity, or the id of a stake or move.
    factors : (int, int)
        Weights whose product it takes.
    sign : float
        1, or -1 for what is lost.
    """

    owner: int
    component: str
    name: str
    factors: tuple[int, int]
    sign: float


@dataclass(frozen=True, eq=False)
class Works:
    """Works that a measure pays for.

    Attributes
    ----------
    measure : Measure
        With its conditions.
    yearly_usd : float
        Cost of the works, spread over their life.
    hosts : mapping of str to float
        Share of the cost of the states where they stand, by actor.
    """

    measure: Measure
    yearly_usd: float
    hosts: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Payoffs:
    """The rules by which profiles become payoffs.

    Attributes
    ----------
    data : Dataset
        Tables.
    players : tuple of str
        Actors that play.
    outcomes : Outcomes
        What profiles do.
    """

    data: Dataset
    players: tuple[str, ...]
    outcomes: Outcomes

    @cached_property
    def moves(self) -> tuple[tuple[str, ...], ...]:
        """Moves of every player, the status quo first."""
        table = self.data.tables["moves"]
        now = status_quo(self.data)
        found = []
        for actor in self.players:
            own = table.loc[table["actor_id"] == actor, "id"].tolist()
            found.append((now[actor], *(key for key in own if key != now[actor])))
        return tuple(found)

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of moves of every player."""
        return tuple(map(len, self.moves))

    def made(self, profile: Profile) -> dict[str, str]:
        """Moves by actor in a profile.

        Parameters
        ----------
        profile : tuple of int
            Move of every player.

        Returns
        -------
        dict of str to str
        """
        return {actor: own[row] for actor, own, row in zip(self.players, self.moves, profile, strict=True)}

    @cached_property
    def weights(self) -> tuple[Weight, ...]:
        """All weights; the first is the dollar of the treasury."""
        return tuple(self._drawn.values())

    @cached_property
    def _drawn(self) -> dict[str, Weight]:
        names = self.data.tables["actors"].set_index("id")["name"]
        moves = self.data.tables["moves"].set_index("id")
        found = {"": Weight("dollar of the treasury", "", "1", 1.0, 1.0, 1.0)}
        for row in records(self.data.tables["preferences"]):
            if row.actor_id in self.players:
                said = f"{row.component} for {names[row.actor_id]}"
                found[row.id] = self._weight(said, row.id, COMPONENTS[row.component])
        for row in records(self.data.tables["stakes"]):
            if moves.loc[row.move_id, "actor_id"] in self.players:
                said = f"{self._said(row.move_id)}: {row.note or row.kind}"
                found[row.id] = self._weight(said, row.id, STAKES[row.kind])
        for works in self._works:
            key = works.measure.move
            if key not in found:
                found[key] = self._weight(f"{self._said(key)}: share of the cost borne", key, "burden_share")
        return found

    def _said(self, move: str) -> str:
        table = self.data.tables["moves"].set_index("id")
        return f"{table.loc[move, 'actor_id']}, {table.loc[move, 'name']}"

    def _weight(self, name: str, subject: str, attribute: str) -> Weight:
        key = f"{subject}.{attribute}"
        frame, facts = self.data.facts.frame, self.data.facts
        row = int(np.flatnonzero(((frame["key"] == key) & (frame["rank"] == 1)).to_numpy())[0])
        low, value, high = (float(end[row]) for end in (facts.low, facts.value, facts.high))
        return Weight(name, key, str(frame["unit"].iloc[row]), low, value, high)

    @cached_property
    def _works(self) -> tuple[Works, ...]:
        """Works that measures of the players pay for."""
        table = project_table(self.data)
        frame = self.data.tables["discount_rates"]
        known = dict(zip(frame["id"], self.data.values("discount_rates", "discount_rate_pct"), strict=True))
        rate = known.get(FINANCIAL, 4.0) / 100.0
        yearly = table.asked_usd * rate / (1.0 - (1.0 + rate) ** -LIFE_YEARS)
        cost = dict(zip(table.ids, yearly, strict=True))
        where = dict(zip(table.ids, table.frame["countries"], strict=True))
        moves = {key for own in self.moves for key in own}
        found = []
        for measure in measures(self.data):
            opened = [key for edit in measure.edits for key in _opened(edit.table, edit.criteria)]
            if measure.move in moves and opened:
                whole = sum(cost[key] for key in opened)
                hosts: dict[str, float] = {}
                for key in opened:
                    codes = where[key].split(";")
                    for actor in map(self._actor_of.get, codes):
                        if actor is not None:
                            hosts[actor] = hosts.get(actor, 0.0) + cost[key] / len(codes) / whole
                found.append(Works(measure, whole, hosts))
        return tuple(found)

    @cached_property
    def _actor_of(self) -> dict[str, str]:
        table = self.data.tables["actors"]
        pairs = zip(table["id"], table["countries"], strict=True)
        return {code: key for key, codes in pairs for code in codes.split(";")}

    @cached_property
    def features(self) -> tuple[Feature, ...]:
        """All parts of the payoffs."""
        return tuple(feature for player in range(len(self.players)) for feature in self._of_player(player))

    def _of_player(self, player: int) -> Iterable[Feature]:
        actor, rows = self.players[player], list(self._drawn)
        cares = self.data.tables["preferences"]
        own = {row.component: row.id for row in records(cares[cares["actor_id"] == actor])}
        for name in MEASURED:
            component = _MEASURED_AS.get(name, name)
            if component == TREASURY or component in own:
                weight = rows.index(own.get(component, ""))
                yield Feature(player, component, name, (weight, 0), -1.0 if name == "subsidy" else 1.0)
        for works in self._works:
            borne = rows.index(works.measure.move)
            if self._owner(works.measure.move) == actor:
                yield Feature(player, TREASURY, f"cost {works.measure.id}", (borne, 0), -1.0)
            if actor in works.hosts:
                yield Feature(player, TREASURY, f"host {works.measure.id}", (0, 0), -1.0)
                yield Feature(player, TREASURY, f"host {works.measure.id}", (borne, 0), 1.0)
        for row in records(self.data.tables["stakes"]):
            if row.id in rows and actor in (row.payer_id, row.receiver_id):
                sign = 1.0 if actor == row.receiver_id else -1.0
                if row.kind == "money":
                    yield Feature(player, TREASURY, row.id, (rows.index(row.id), 0), sign)
                elif "influence" in own:
                    factors = rows.index(row.id), rows.index(own["influence"])
                    yield Feature(player, "influence", row.id, factors, sign)

    def _owner(self, move: str) -> str:
        table = self.data.tables["moves"]
        return str(table.loc[table["id"] == move, "actor_id"].iloc[0])

    def row(self, profile: Profile) -> FloatArray:
        """How much of every feature there is in a profile.

        Parameters
        ----------
        profile : tuple of int
            Move of every player.

        Returns
        -------
        numpy.ndarray, shape (n_features,)
        """
        made = {**status_quo(self.data), **self.made(profile)}
        chosen = set(made.values())
        there = self.outcomes.of(made)
        amount = {}
        for works in self._works:
            is_on = works.measure.move in chosen and holds(works.measure.conditions, made)
            amount[works.measure.id] = works.yearly_usd * is_on, works.hosts
        for row, found in self._stakes:
            amount[row] = float(found[0] in chosen and holds(found[1], made)), {}
        return np.array([self._amount(feature, there, amount) for feature in self.features])

    @cached_property
    def _stakes(self) -> list[tuple[str, tuple[str, tuple[tuple[str, tuple[str, ...]], ...]]]]:
        table = self.data.tables["stakes"]
        return [(row.id, (row.move_id, conditions(row.conditions))) for row in records(table)]

    def _amount(
        self, feature: Feature, there: FloatArray, amount: Mapping[str, tuple[float, Mapping[str, float]]]
    ) -> float:
        if feature.name in MEASURED:
            return float(
                there[self.outcomes.actors.index(self.players[feature.owner]), MEASURED.index(feature.name)]
            )
        kind, _, key = feature.name.rpartition(" ")
        value, hosts = amount[key]
        return value * hosts[self.players[feature.owner]] if kind == "host" else value

    @property
    def profiles(self) -> list[Profile]:
        """All profiles, in the order of the array of payoffs."""
        return list(product(*map(range, self.shape)))

    def weighted(self) -> WeightedGame:
        """The game over all profiles; payoffs are dollars a year more than under the status quo.

        Returns
        -------
        WeightedGame
        """
        rows = np.array([self.row(profile) for profile in self.profiles])
        rows -= rows[0]
        owner, used, sign = self.structure
        return WeightedGame(
            players=self.players,
            moves=self.moves,
            names=tuple(feature.name for feature in self.features),
            owner=owner,
            features=rows.T.reshape(-1, *self.shape),
            weight_of=used,
            sign=sign,
        )

    @cached_property
    def structure(self) -> tuple[IntArray, IntArray, FloatArray]:
        """Player, weights and sign of every feature, as `WeightedGame` takes them."""
        owner = np.array([feature.owner for feature in self.features], dtype=np.int64)
        used = np.array([feature.factors for feature in self.features], dtype=np.int64)
        return owner, used, np.array([feature.sign for feature in self.features])

    def central(self) -> FloatArray:
        """Most likely weights, shape (n_weights,)."""
        return np.array([weight.value for weight in self.weights])

    def draws(self, n: int, seed: int) -> FloatArray:
        """Sampled weights, each of the PERT distribution of its interval.

        Parameters
        ----------
        n : int
            Number of draws.
        seed : int
            Seed.

        Returns
        -------
        numpy.ndarray, shape (n, n_weights)
        """
        low, mode, high = (
            np.array([getattr(weight, end) for weight in self.weights]) for end in ("low", "value", "high")
        )
        return pert(np.random.default_rng(seed), low, mode, high, n)


def _opened(table: str, criteria: Sequence[tuple[str, tuple[str, ...]]]) -> tuple[str, ...]:
    """Projects that an edit opens."""
    return tuple(key for name, keys in criteria if table == "projects" and name == "id" for key in keys)
