"""What is paid on the arcs of sets of projects, and what users gain: each set in an equilibrium of its own."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from caspia.network import MODES, SEA_MODES, ArcKind, Arcs
from caspia.scenario import Edit, Scenario, project_scenario
from caspia.study.candidates import coming
from caspia.study.plan import Planner
from caspia.study.priced import Priced
from caspia.study.study import Study
from caspia.study.transit import arc_prices

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Some = frozenset[int]
Tell = Callable[[str, int, int], None]
# Dredging is paid by port dues, which the model has within the price of handling; documents, agreements and
# timetables sell nothing, and a border no more than the change of gauge at it: its fees are the customs'.
SELLS = ("rail", "port", "hub", "border", "vessels", "pipeline", "access")
"""Kinds of projects that take money from those who use them."""
HANDLES = (ArcKind.TERMINAL, ArcKind.GAUGE_CHANGE, ArcKind.LOADING, ArcKind.UNLOADING)
WORKERS = 2
LAST = 9998
"""A year by which all projects are open that come anyway."""
_PRICE = "_usd_per_t"
"""Part of the names of all attributes that are prices."""


@dataclass(frozen=True, eq=False)
class Takings:
    """Money in a year with some projects open.

    Attributes
    ----------
    own_usd : numpy.ndarray, shape (n,)
        Paid on the arcs that each project touches; 0 for what sells nothing.
    sold_usd : float
        Paid on all of them, each arc once.
    others_usd : numpy.ndarray, shape (n_states,)
        Paid on all other arcs on land, by state.
    users_usd : numpy.ndarray, shape (n_states,)
        User benefit: half to where goods come from, half to where they go.
    """

    own_usd: FloatArray
    sold_usd: float
    others_usd: FloatArray
    users_usd: FloatArray


@dataclass(frozen=True, eq=False)
class Till:
    """Counts the takings of sets of projects, and keeps them.

    Attributes
    ----------
    planner : Planner
        Projects compiled.
    ids : tuple of str
        Projects whose sets are asked for; none of them is open otherwise.
    """

    planner: Planner
    ids: tuple[str, ...]
    _known: dict[tuple[Some, int], Takings] = field(default_factory=dict, repr=False)

    def __call__(self, some: Some, year: int) -> Takings:
        """Takings of a year with some of the projects open, beside what comes anyway."""
        key = some, year
        if key not in self._known:
            self._known[key] = self._count(some, year)
        return self._known[key]

    def many(self, wanted: Collection[tuple[Some, int]], tell: Tell | None = None) -> None:
        """Count several at the same time; they are known afterwards.

        Parameters
        ----------
        wanted : collection of (frozenset of int, int)
            Rows of projects that are open, and year.
        tell : callable, optional
            Told stage, number done and number of all.
        """
        new = [key for key in dict.fromkeys(wanted) if key not in self._known]
        with ThreadPoolExecutor(WORKERS) as pool:
            for done, _ in enumerate(pool.map(lambda key: self(*key), new), start=1):
                if tell is not None:
                    tell("Revenue", done, len(new))

    @cached_property
    def states(self) -> tuple[str, ...]:
        """States of the network."""
        return tuple(self.planner.model.model.study.network.countries)

    @cached_property
    def _own(self) -> BoolArray:
        """Arcs on which each project sells, shape (n, n_arcs)."""
        model = self.planner.model
        arcs = model.model.study.network.arcs
        line, sea = arcs.kind == ArcKind.LINE, _in_modes(arcs, SEA_MODES)
        kind = self.planner.table.frame.set_index("id")["kind"]
        found = np.zeros((len(self.ids), len(arcs.kind)), dtype=bool)
        for row, key in enumerate(self.ids):
            touched = model.touched[model.ids.index(key)]
            if kind[key] == "vessels":
                # Ships give room where cargo boards; they are paid on the line behind it.
                boarded = arcs.head[touched & (arcs.kind == ArcKind.WAIT)]
                found[row] = line & sea & (touched | np.isin(arcs.tail, boarded))
            elif kind[key] in SELLS:
                # What is paid on a road is the haulier's, and the fare of a ship its owner's.
                own = line & ~sea & ~_in_modes(arcs, ("road",))
                found[row] = touched & (own | np.isin(arcs.kind, HANDLES))
        return found

    @cached_property
    def _by_state(self) -> FloatArray:
        """Share of each arc on land that is a state's and that no project sells on, shape (n_arcs, n_states)."""
        arcs = self.planner.model.model.study.network.arcs
        at_sea = (arcs.kind == ArcKind.LINE) & _in_modes(arcs, SEA_MODES)
        counted = ~at_sea & ~self._own.any(axis=0)
        share = arcs.countries / np.maximum(arcs.countries.sum(axis=1, keepdims=True), 1)
        return np.asarray(share * counted[:, None], dtype=np.float64)

    @cached_property
    def _ends(self) -> tuple[IntArray, IntArray]:
        """State of both ends of each pair; behind the last where a place has none."""
        study, pairs = self.planner.model.model.study, self.planner.model.model.market.pairs
        code = {key: row for row, key in enumerate(self.states)}
        country = study.data.tables["places"]["country"]
        row = np.array([code.get(key, len(code)) for key in country], dtype=np.int64)
        return row[pairs.origin], row[pairs.destination]

    @cached_property
    def _cell(self) -> IntArray:
        """Place in the table of commodities and arcs of every arc of every route."""
        market = self.planner.model.model.market
        goods = market.commodity[market.routes.route_of_arc].astype(np.int64)
        return goods * self.planner.model.model.study.network.n_arcs + market.routes.arcs

    @cached_property
    def _price(self) -> FloatArray:
        """Dollars a tonne of every commodity and arc before projects change it, shape (n_commodities, n_arcs)."""
        return self._prices(self.planner.model.model.study)

    def _prices(self, study: Priced) -> FloatArray:
        return arc_prices(study, np.unique(self.planner.model.model.market.pairs.commodity))

    @cached_property
    def _changes(self) -> dict[str, FloatArray]:
        """What projects change of the prices, for those that change any."""
        found = {}
        for key in dict.fromkeys([*self.ids, *coming(self.planner.table, LAST)]):
            edits = tuple(filter(_is_price, project_scenario(self.planner.study.data, (key,)).edits))
            if edits:
                changed = Scenario(id=key, title=key, edits=edits, parts=(key,))
                found[key] = self._prices(self._opened.with_scenario(changed)) - self._price
        return found

    @property
    def _opened(self) -> Study:
        """The world in which all is open that projects open, at the prices of the world without any."""
        study = self.planner.model.model.study
        if not isinstance(study, Study):
            raise TypeError(type(study))
        return study

    def prepare(self) -> None:
        """Compile all that calls share, before several threads ask for it."""
        _ = self._price, self._changes, self._cell, self._ends, self._by_state, self._own

    def _count(self, some: Some, year: int) -> Takings:
        model = self.planner.model
        anyway = set(coming(self.planner.table, year)) - set(self.ids)
        there = [*anyway, *(self.ids[row] for row in sorted(some))]
        world = model.world(model.mask(there), year, self.planner.request.case)
        routes = model.model.market.routes
        flow = world.found.flow[routes.route_of_arc]
        tonnes = np.bincount(self._cell, flow, self._price.size).reshape(self._price.shape)
        price = self._price + sum((self._changes[key] for key in there if key in self._changes), start=0.0)
        paid = (tonnes * price).sum(axis=0)
        n = len(self.states) + 1
        half = 0.5 * world.user_benefit_usd
        users = sum(np.bincount(side, half, n) for side in self._ends)
        return Takings(
            own_usd=self._own @ paid,
            sold_usd=float(paid[self._own.any(axis=0)].sum()),
            others_usd=paid @ self._by_state,
            users_usd=np.asarray(users),
        )


def _in_modes(arcs: Arcs, modes: Collection[str]) -> BoolArray:
    return np.isin(arcs.mode, [MODES.index(mode) for mode in modes])


def _is_price(edit: Edit) -> bool:
    """Whether an edit changes a price that is there; what projects set for what they open, holds already."""
    return edit.action in ("scale", "add") and any(_PRICE in name for name in edit.attributes)
