"""Moves compiled for flows: what every part of every move changes, so that a profile is one equilibrium.

A part is what one measure changes; measures of several moves that change the same are one part. The world in which
all open that any move opens is compiled once, as it is for projects; parts that bar goods shut routes instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from caspia.demand import Case
from caspia.scenario import Edit, Measure, Scenario, effects, holds, measures, project_scenario, status_quo
from caspia.scenario.model import compose
from caspia.study.candidates import coming, project_table
from caspia.study.loading import route_costs
from caspia.study.project_model import ProjectModel, World, compile_parts
from caspia.study.study import Study
from caspia.study.transit import arc_prices, on_land

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
Tell = Callable[[str, int, int], None]
BARS = ("ban", "close")
ALWAYS = "what comes anyway"
_PRICE = "_usd_per_"
"""Part of the names of all attributes that are prices."""


@dataclass(frozen=True, eq=False)
class MoveModel:
    """A study compiled for flows under any profile of moves.

    Attributes
    ----------
    study : Study
        The world as it is.
    parts : ProjectModel
        What each part changes.
    measures : tuple of tuple of Measure
        Measures behind each part; none behind what comes anyway.
    bars : numpy.ndarray of bool, shape (n_parts, n_routes)
        Routes that each part shuts.
    concerned : numpy.ndarray of bool, shape (n_parts, n_routes)
        Routes whose cost each part may change.
    payer : tuple of str
        Actor that pays what a part takes from the price; empty where carriers lose it.
    status_quo : dict of str to str
        What every actor does now.
    when : (int, str)
        Year of the demand and case of its growth.
    """

    study: Study
    parts: ProjectModel
    measures: tuple[tuple[Measure, ...], ...]
    bars: BoolArray
    concerned: BoolArray
    payer: tuple[str, ...]
    status_quo: Mapping[str, str]
    when: tuple[int, Case]
    _worlds: dict[bytes, World] = field(default_factory=dict, repr=False)

    def active(self, made: Mapping[str, str]) -> BoolArray:
        """Parts that hold under some moves.

        Parameters
        ----------
        made : mapping of str to str
            Moves of actors; all others keep their status quo.

        Returns
        -------
        numpy.ndarray of bool, shape (n_parts,)
        """
        moves = {**self.status_quo, **made}
        chosen = set(moves.values())
        return np.array(
            [
                not own or any(item.move in chosen and holds(item.conditions, moves) for item in own)
                for own in self.measures
            ],
            dtype=bool,
        )

    def world(self, active: BoolArray, shut: BoolArray | None = None) -> World:
        """Flows while some parts hold.

        Parameters
        ----------
        active : numpy.ndarray of bool, shape (n_parts,)
            Parts that hold.
        shut : numpy.ndarray of bool, shape (n_routes,), optional
            Further routes that are shut.

        Returns
        -------
        World

        Raises
        ------
        NotConverged
            No equilibrium was reached.
        """
        barred = np.asarray(self.bars[active].any(axis=0))
        return self.parts.world(active, *self.when, shut=barred if shut is None else barred | shut)


def move_model(study: Study, players: Sequence[str], when: tuple[int, Case], tell: Tell | None = None) -> MoveModel:
    """Compile the moves of some actors.

    Parameters
    ----------
    study : Study
        The world as it is.
    players : sequence of str
        Actors whose moves may be made.
    when : (int, str)
        Year of the demand and case of its growth.
    tell : callable, optional
        Told stage, number done and number of all.

    Returns
    -------
    MoveModel
        Projects that are paid for and open by the year are open in every profile, but for those that a move opens.

    Raises
    ------
    InputError
        A measure cannot be compiled beside the others.
    """
    owner = study.data.tables["moves"].set_index("id")["actor_id"].to_dict()
    groups: dict[tuple[object, ...], list[Measure]] = {}
    for measure in measures(study.data):
        if owner[measure.move] in players:
            groups.setdefault(measure.key, []).append(measure)
    own = tuple(tuple(group) for group in groups.values())
    scenarios = [_whole(study, group[0]) for group in own]
    anyway = _anyway(study, scenarios, when[0])
    every = ((), *own) if anyway.edits else own
    whole = [anyway, *scenarios] if anyway.edits else scenarios
    parts = {_name(group): _some(item, bars=False) for group, item in zip(every, whole, strict=True)}
    model = compile_parts(study, parts, tell)
    bars = np.stack([_barred(model, item) for item in whole] or [np.zeros(0, dtype=bool)])
    payer = tuple(group[0].payer if group else "" for group in every)
    concerned = _for_some(study, model, every)
    model = replace(model, saving_usd_per_t=model.saving_usd_per_t * concerned)
    model.base(*when)
    return MoveModel(study, model, every, bars, concerned, payer, status_quo(study.data), when)


def _name(group: tuple[Measure, ...]) -> str:
    return group[0].id if group else ALWAYS


def _whole(study: Study, measure: Measure) -> Scenario:
    """Edits of a measure; those that open projects have become the edits of their works."""
    scenario = Scenario(id=measure.id, title=measure.id, edits=measure.edits, parts=(measure.id,))
    return effects(study.data, scenario).scenario


def _some(scenario: Scenario, *, bars: bool) -> Scenario:
    return replace(scenario, edits=tuple(edit for edit in scenario.edits if (edit.action in BARS) == bars))


def _anyway(study: Study, scenarios: Sequence[Scenario], year: int) -> Scenario:
    """Projects that open whatever is played."""
    works = {edit.where for scenario in scenarios for edit in scenario.edits}
    table = project_table(study.data)
    left = [
        key
        for key in coming(table, year)
        if not works.intersection(edit.where for edit in project_scenario(study.data, (key,)).edits)
    ]
    return replace(project_scenario(study.data, left), id=ALWAYS, parts=(ALWAYS,))


def _barred(model: ProjectModel, scenario: Scenario) -> BoolArray:
    """Routes that a part shuts."""
    own = _some(scenario, bars=True)
    market = model.model.market
    if not own.edits:
        return np.zeros(len(market.routes.pair), dtype=bool)
    opened = model.model.study
    if not isinstance(opened, Study):
        raise TypeError(type(opened))
    before, after = (route_costs(item, market) for item in (opened, opened.with_scenario(own)))
    return np.asarray(np.isfinite(before) & ~np.isfinite(after))


def _for_some(study: Study, model: ProjectModel, every: Sequence[tuple[Measure, ...]]) -> BoolArray:
    """Routes for which each part changes prices: goods in transit, goods of who pays; shape (n_parts, n_routes)."""
    states = dict(zip(study.data.tables["actors"]["id"], study.data.tables["actors"]["countries"], strict=True))
    country = study.data.tables["places"]["country"].to_numpy(dtype=object)
    pairs, routes = model.model.market.pairs, model.model.market.routes
    found = np.ones((len(every), len(routes.pair)), dtype=bool)

    def touches(codes: Sequence[str]) -> BoolArray:
        ends = np.isin(country[pairs.origin], codes) | np.isin(country[pairs.destination], codes)
        return np.asarray(ends[routes.pair])

    for row, group in enumerate(every):
        if group and group[0].transit_of:
            found[row] &= ~touches(group[0].transit_of)
        if group and group[0].payer:
            found[row] &= touches(states[group[0].payer].split(";"))
    return found


@dataclass(frozen=True, eq=False)
class Money:
    """What is paid to the states on land along the routes, dollars a tonne.

    Attributes
    ----------
    transit, own : scipy.sparse.csr_matrix, shape (n_states, n_routes)
        On cargo in transit, and on cargo that begins or ends there.
    transit_change, own_change : tuple of scipy.sparse.csr_matrix
        What each part adds to them, where carriers bear it.
    """

    transit: sparse.csr_matrix
    own: sparse.csr_matrix
    transit_change: tuple[sparse.csr_matrix, ...]
    own_change: tuple[sparse.csr_matrix, ...]


def land_money(moves: MoveModel) -> Money:
    """Find what states are paid, and what every part of a move changes of it.

    Parameters
    ----------
    moves : MoveModel
        Moves.

    Returns
    -------
    Money
    """
    model = moves.parts.model
    market, network = model.market, model.study.network
    kinds = np.unique(market.pairs.commodity)
    before = arc_prices(model.study, kinds)
    cell = market.commodity[market.routes.route_of_arc], market.routes.arcs
    shape = len(network.countries), len(market.routes.pair)

    def spread(prices: FloatArray, *, transit: bool) -> sparse.csr_matrix:
        paid = prices[cell]
        place, state, share = on_land(model, transit=transit)
        used = paid[place] != 0.0
        entries = (paid[place] * share)[used], (state[used], market.routes.route_of_arc[place[used]])
        return sparse.coo_matrix(entries, shape=shape).tocsr()

    def both(prices: FloatArray) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
        abroad = spread(prices, transit=True)
        return abroad, spread(prices, transit=False) - abroad

    changes = []
    for part, (group, payer) in enumerate(zip(moves.measures, moves.payer, strict=True)):
        edits = _price_edits(moves.study, group) if not payer else ()
        if edits:
            only = sparse.diags(moves.concerned[part].astype(float))
            added = both(arc_prices(_with(model.study, edits), kinds) - before)
            changes.append((added[0] @ only, added[1] @ only))
        else:
            changes.append((sparse.csr_matrix(shape), sparse.csr_matrix(shape)))
    transit, own = both(before)
    return Money(transit, own, tuple(one for one, _ in changes), tuple(two for _, two in changes))


def _price_edits(study: Study, group: tuple[Measure, ...]) -> tuple[Edit, ...]:
    """Edits of a part that change a price that is there."""
    if not group:
        return ()
    found = _whole(study, group[0]).edits
    return tuple(e for e in found if e.action in ("scale", "add") and any(_PRICE in name for name in e.attributes))


def _with(opened: object, edits: tuple[Edit, ...]) -> Study:
    if not isinstance(opened, Study):
        raise TypeError(type(opened))
    return opened.with_scenario(compose(Scenario(id="prices", title="prices", edits=edits, parts=("prices",))))
