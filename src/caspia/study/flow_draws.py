"""Flows in many draws of the facts: every draw an equilibrium on the routes of the flows that it stands behind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from caspia.assignment import Choice, LogitEquilibrium, capacity_worth
from caspia.cost import Servers
from caspia.demand import Case, demand_cells, pair_weights, reweigh
from caspia.study.drawn import DrawnStudy, DrawnWorld
from caspia.study.flow_frames import NUDGE
from caspia.study.flows import FlowModel, Flows
from caspia.study.loading import Reference, behaviour, choice, reference_of, route_constants, route_costs
from caspia.study.market import Group, groups_of

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
RESIDUAL = 1e-6
"""Residual of a draw; that of the flows themselves is smaller, but an interval needs no more."""
MOST_FAILED = 0.1
"""Share of draws without equilibrium beyond which there is no interval: who fails is no accident."""
WORKERS = 2


@dataclass(frozen=True, eq=False)
class FlowDraws:
    """Flows of a year in every draw of the facts.

    Attributes
    ----------
    flows : Flows
        Flows at the values of the data, for which the draws stand.
    world : DrawnWorld
        Facts of every draw.
    flow_t : numpy.ndarray, shape (n_routes, n_draws)
        Tonnes a year on every route.
    logsum, cost_usd_per_t, unserved_t : numpy.ndarray, shape (n_pairs, n_draws)
        Expected least cost, mean cost of what flows without constants, and demand without an open route.
    load, capacity, delay_h, price_usd : numpy.ndarray, shape (n_servers, n_draws)
        As of the servers.
    worth_usd : numpy.ndarray, shape (n_servers, n_draws)
        What one unit of capacity more is worth to all users; NaN where it was not asked for.
    converged : numpy.ndarray of bool, shape (n_draws,)
        Draws that found their equilibrium.
    reference : FlowDraws or None
        The other world in the same draws, against which changes are told.
    """

    flows: Flows
    world: DrawnWorld
    flow_t: FloatArray
    logsum: FloatArray
    cost_usd_per_t: FloatArray
    unserved_t: FloatArray
    load: FloatArray
    capacity: FloatArray
    delay_h: FloatArray
    price_usd: FloatArray
    worth_usd: FloatArray
    converged: BoolArray
    reference: FlowDraws | None = None

    @property
    def n_draws(self) -> int:
        """Number of draws."""
        return len(self.converged)

    def paid(self, nth: int) -> Reference:
        """Costs of a draw, for the demand of other worlds to answer to.

        Parameters
        ----------
        nth : int
            Number of the draw.

        Returns
        -------
        Reference
        """
        return Reference(self.logsum[:, nth], self.cost_usd_per_t[:, nth])

    @cached_property
    def kept(self) -> BoolArray:
        """Draws with an equilibrium, here and in the reference, shape (n_draws,)."""
        return self.converged if self.reference is None else self.converged & self.reference.converged

    @property
    def n_failed(self) -> int:
        """Draws without an equilibrium, here or in the reference."""
        return int((~self.kept).sum())

    @property
    def refused(self) -> bool:
        """Whether so many draws failed that the rest says nothing."""
        return self.n_failed > MOST_FAILED * self.n_draws

    @property
    def note(self) -> str:
        """What has to be said of the intervals; empty where every draw found its equilibrium."""
        if self.n_failed == 0:
            return ""
        failed = f"{self.n_failed} of {self.n_draws} draws found no equilibrium"
        if self.refused:
            return f"no intervals: {failed}, more than {MOST_FAILED:.0%} of them"
        return f"{failed} and are not in the intervals"


@dataclass(frozen=True, eq=False)
class _Draw:
    """What one draw gives."""

    found: LogitEquilibrium
    servers: Servers
    worth_usd: FloatArray
    cost_usd_per_t: FloatArray


def draw_flows(  # noqa: PLR0913 - options of one computation, all but two by name
    flows: Flows,
    world: DrawnWorld,
    *,
    case: Case = "central",
    reference: FlowDraws | None = None,
    near: FlowDraws | None = None,
    worth: bool = False,
    workers: int = WORKERS,
    progress: Callable[[int, int], None] | None = None,
) -> FlowDraws:
    """Find the equilibrium of every draw.

    Each begins with capacities as full as those of the flows themselves, moved as those of `near` are in that
    draw, so that it does not matter which are solved at the same time.

    Parameters
    ----------
    flows : Flows
        Flows at the values of the data.
    world : DrawnWorld
        Draws of the study of these flows.
    case : {"low", "central", "high"}
        Growth of demand after the last observation.
    reference : FlowDraws, optional
        Draws of `flows.reference`, to whose costs demand answers draw by draw.
    near : FlowDraws, optional
        The same draws of a neighbouring world to begin from; `reference` if left out.
    worth : bool
        Whether to find what more capacity is worth.
    workers : int
        Draws that are solved at the same time.
    progress : callable, optional
        Told the draws done and the number of all.

    Returns
    -------
    FlowDraws
    """
    servers = world.capacities
    groups = groups_of(world.study, flows.model.market.pairs)
    spread_by = pair_weights(world.study.data, flows.model.market.pairs)
    begin = _begin(flows, near or reference)

    def one(nth: int) -> _Draw:
        paid = None if reference is None else reference.paid(nth)
        model, constant = _redrawn(flows.model, world.studies[nth], groups)
        wants = _wants(model, spread_by, (flows.year, case), paid)
        found = model.settle(wants, servers=servers[nth], filled=begin(nth), residual=RESIDUAL)
        gain = np.full(servers[nth].n_servers, np.nan)
        if worth and found.converged:
            gain = capacity_worth(model.grouping, wants, servers[nth], found, NUDGE)
        cost = reference_of(model.market, found, constant).cost_usd_per_t
        return _Draw(found, servers[nth], gain, cost)

    made = []
    with ThreadPoolExecutor(workers) as pool:
        for done, draw in enumerate(pool.map(one, range(world.n_draws)), start=1):
            made.append(draw)
            if progress:
                progress(done, world.n_draws)
    return FlowDraws(
        flows=flows,
        world=world,
        flow_t=np.stack([draw.found.flow for draw in made], axis=1),
        logsum=np.stack([draw.found.logsum for draw in made], axis=1),
        cost_usd_per_t=np.stack([draw.cost_usd_per_t for draw in made], axis=1),
        unserved_t=np.stack([draw.found.unserved for draw in made], axis=1),
        load=np.stack([draw.found.load for draw in made], axis=1),
        capacity=np.stack([draw.servers.capacity for draw in made], axis=1),
        delay_h=np.stack([draw.found.delay_h for draw in made], axis=1),
        price_usd=np.stack([draw.found.price for draw in made], axis=1),
        worth_usd=np.stack([draw.worth_usd for draw in made], axis=1),
        converged=np.array([draw.found.converged for draw in made], dtype=bool),
        reference=reference,
    )


def _begin(flows: Flows, near: FlowDraws | None) -> Callable[[int], FloatArray]:
    """How full capacities are where each draw begins."""
    if near is None or near.flows.model.servers.key != flows.model.servers.key:
        return lambda _nth: flows.filled
    moved = near.load / near.capacity - near.flows.filled[:, None]
    return lambda nth: np.maximum(flows.filled + moved[:, nth], 0.0)


def _redrawn(model: FlowModel, study: DrawnStudy, groups: Sequence[Group]) -> tuple[FlowModel, FloatArray]:
    """Model with the costs of a draw, and with what its shippers pay for an hour in a queue; the constants."""
    market, data = model.market, study.data
    constant = route_constants(study, market, behaviour(data))
    now, was = (each.values("commodities", "value_of_time_usd_per_t_h", 0.0) for each in (data, study.origin.data))
    dearer = np.where(was > 0, now / np.where(was > 0, was, 1.0), 1.0)
    drawn = replace(model, study=study, grouping=model.grouping.dearer(dearer))
    return drawn.with_costs(route_costs(study, market, groups) + constant), constant


def _wants(model: FlowModel, spread_by: FloatArray, when: tuple[int, Case], paid: Reference | None) -> Choice:
    data, market = model.study.data, model.market
    amount = reweigh(market.pairs, spread_by, data).amount(demand_cells(data, *when))
    return choice(market, amount, behaviour(data), paid)
