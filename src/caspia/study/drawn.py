"""One study in many draws of its facts: each draw a world of its own in which every fact has one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from caspia.cost import ArcCosts, Cargo, Lookup, Reading, Sampler, Servers, cargo_of, find_servers
from caspia.data import NO_FACT, Dataset, attribute_column
from caspia.errors import InputError, Problem
from caspia.network import Network
from caspia.study.loading import CONSTANTS
from caspia.study.priced import Priced

FloatArray = npt.NDArray[np.float64]
FLOW_DRAWS = 24
"""Draws behind the intervals of flows, unless a user asks for another number; each is an equilibrium."""
LEAST_DRAWS, MOST_DRAWS = 10, 1000
"""Fewer than ten draws have no tenth percentile."""
GROUPS: Mapping[str, tuple[str, ...]] = {
    "demand": ("demand_t", "demand_teu", "growth_pct_per_year", "weight"),
    "capacity": (
        "capacity_t_per_year",
        "capacity_teu_per_year",
        "capacity_trains_per_day",
        "train_payload_t",
        "train_payload_teu",
        "payload_t",
        "payload_teu",
        "vessels",
        "availability_share",
        "load_factor",
    ),
    "background": ("background_share", "port_stay_h"),
    "scarcity": ("overload_usd_per_t",),
    "goods": ("value_of_time_usd_per_t_h", "reliability_ratio", "value_usd_per_t"),
    "choice": ("choice_scale_t_per_usd", "cost_elasticity", *CONSTANTS),
}
"""Facts that flows rest on beside prices and times; those of a group are tied, groups are drawn apart."""


def check_draws(draws: int) -> None:
    """Refuse a number of draws that gives no interval.

    Parameters
    ----------
    draws : int
        Number of draws; 0 for point values only.

    Raises
    ------
    InputError
        It is neither 0 nor within the limits.
    """
    if draws != 0 and not LEAST_DRAWS <= draws <= MOST_DRAWS:
        raise InputError(
            Problem(
                what="number of draws out of range",
                where="draws",
                got=str(draws),
                allowed=f"0 for point values only, or {LEAST_DRAWS} to {MOST_DRAWS}",
                repair="correct it",
            )
        )


@dataclass(frozen=True, eq=False)
class DrawnStudy:
    """A study in one draw of its facts, as the rooms of flows see it.

    Attributes
    ----------
    data : Dataset
        Tables whose facts have their drawn values; low and high are those of the data.
    network : Network
        That of the study.
    origin : Priced
        The study.
    drawn : mapping of str to tuple of numpy.ndarray
        Money and time of the variables of every commodity in this draw.
    """

    data: Dataset
    network: Network
    origin: Priced
    drawn: Mapping[str, tuple[FloatArray, FloatArray]] = field(repr=False)
    _cargo: dict[str, Cargo] = field(default_factory=dict, repr=False)

    def costs(self, commodity: str, month: int | None = None) -> ArcCosts:  # noqa: ARG002 - as in `Priced`
        """Costs of every arc for a commodity, with the drawn money and hours as their means.

        Parameters
        ----------
        commodity : str
            Id of a commodity that has demand.
        month : int, optional
            Not read: draws are of a whole year.

        Returns
        -------
        ArcCosts
            What is felt of unreliability is drawn by its ratio; the spread from day to day is that of the data.
        """
        costs, cargo = self.origin.costs(commodity), self.cargo(commodity)
        money, time = (
            replace(quantity, mean=quantity.at(value))
            for quantity, value in zip((costs.money, costs.time), self.drawn[commodity], strict=True)
        )
        felt_h = time.mean + cargo.reliability_ratio * time.sd
        generalised = np.where(costs.passable, money.mean + cargo.value_of_time_usd_per_h * felt_h, np.inf)
        return replace(costs, cargo=cargo, money=money, time=time, generalised_usd=generalised)

    def cargo(self, commodity: str) -> Cargo:
        """One unit of a commodity, with its drawn values of time and of reliability.

        Parameters
        ----------
        commodity : str
            Id of a commodity.

        Returns
        -------
        Cargo
            Kept for later calls.
        """
        if commodity not in self._cargo:
            self._cargo[commodity] = cargo_of(self.data, commodity)
        return self._cargo[commodity]

    def money_usd_per_t(self, commodity: str) -> FloatArray:
        """Money that a tonne of a commodity pays on every arc.

        Parameters
        ----------
        commodity : str
            Id of a commodity that has demand.

        Returns
        -------
        numpy.ndarray, shape (n_arcs,)
        """
        return self.origin.costs(commodity).money.at(self.drawn[commodity][0]) / self.cargo(commodity).tonnes


@dataclass(frozen=True, eq=False)
class DrawnWorld:
    """All draws of a study.

    The same fact has the same place among its draws in every study of one seed, so that what two studies differ
    by is no accident of the draws.

    Attributes
    ----------
    study : Priced
        Data and network.
    value : numpy.ndarray, shape (n_facts, n_draws)
        Every fact in every draw.
    variables : mapping of str to tuple of numpy.ndarray, each of shape (n_variables, n_draws)
        Variables of money and of time of every commodity with demand.
    """

    study: Priced
    value: FloatArray
    variables: Mapping[str, tuple[FloatArray, FloatArray]] = field(repr=False)

    @property
    def n_draws(self) -> int:
        """Number of draws."""
        return int(self.value.shape[1])

    @cached_property
    def studies(self) -> tuple[DrawnStudy, ...]:
        """The study in each draw."""
        facts = self.study.data.facts
        return tuple(
            DrawnStudy(
                data=replace(self.study.data, facts=replace(facts, value=self.value[:, nth])),
                network=self.study.network,
                origin=self.study,
                drawn={name: (money[:, nth], time[:, nth]) for name, (money, time) in self.variables.items()},
            )
            for nth in range(self.n_draws)
        )

    @cached_property
    def capacities(self) -> tuple[Servers, ...]:
        """The servers of the study in each draw."""
        servers = find_servers(Lookup(self.study.network, self.study.data.facts), self.study.data)
        return tuple(_drawn_servers(study, servers) for study in self.studies)


def draw_world(study: Priced, seed: int, draws: int, dependence: float, root: Dataset | None = None) -> DrawnWorld:
    """Draw the facts that flows rest on.

    Prices and times are drawn as for the intervals of routes, but over a year: waits for departures and for the
    weather are at their expectation. Weights of boxes, empty returns and the form of queues are held.

    Parameters
    ----------
    study : Priced
        Data and network.
    seed : int
        Seed of all draws.
    draws : int
        Number of draws.
    dependence : float
        Correlation of the facts of a group, 0 to 1.
    root : Dataset, optional
        The data that the study is a scenario of; those of the study if left out.

    Returns
    -------
    DrawnWorld
    """
    data, facts = study.data, study.data.facts
    sampler = Sampler(stream_keys(data, root or data), seed, draws, dependence, stratified=True)
    value = np.repeat(facts.value[:, None], draws, axis=1)
    doubted = ((facts.frame["rank"] == 1) & (facts.high > facts.low)).to_numpy()
    for name, attributes in GROUPS.items():
        rows = np.flatnonzero(doubted & facts.frame["attribute"].isin(attributes).to_numpy())
        value[rows] = sampler.facts(name, rows, (facts.low, facts.value, facts.high))
    variables = {}
    for commodity in sorted(set(data.tables["demand"]["commodity_id"])):
        costs = study.costs(commodity)
        variables[commodity] = sampler.yearly(costs.money), sampler.yearly(costs.time)
        for quantity, drawn in zip((costs.money, costs.time), variables[commodity], strict=True):
            reading, fact = quantity.variables.reading, quantity.variables.fact
            plain, inverse = reading == Reading.VALUE, reading == Reading.INVERSE
            value[fact[plain]], value[fact[inverse]] = drawn[plain], 1.0 / drawn[inverse]
    value.flags.writeable = False
    return DrawnWorld(study, value, variables)


def stream_keys(data: Dataset, root: Dataset) -> tuple[str, ...]:
    """Name the fact of the original data whose draws each fact follows.

    A scenario that changes what an object inherits gives it a fact of its own. That fact is as doubtful as the
    inherited one, in the same draws, or the two worlds would differ by accident.

    Parameters
    ----------
    data : Dataset
        Tables, perhaps edited by a scenario.
    root : Dataset
        Tables before it.

    Returns
    -------
    tuple of str
        A key for each fact of `data`: its own, or that of the fact of `root` which its subject inherits.
    """
    frame, before = data.facts.frame, list(root.facts.frame["key"])
    keys, known = list(frame["key"]), set(before)
    inherited = {"classes": root.class_facts}
    inherited |= {name: root.object_facts(name) for name, t in root.tables.items() if "class_id" in t.columns}
    places = {
        subject: (name, row) for name in inherited for row, subject in enumerate(root.tables[name]["id"].tolist())
    }
    for nth in [nth for nth, key in enumerate(keys) if key not in known]:
        name, row = places.get(frame["subject"].iloc[nth], ("classes", -1))
        fact = inherited[name][row, attribute_column(frame["attribute"].iloc[nth])] if row >= 0 else NO_FACT
        if fact != NO_FACT:
            keys[nth] = before[fact]
    return tuple(keys)


def _drawn_servers(study: DrawnStudy, servers: Servers) -> Servers:
    """Servers with the capacities and prices of scarcity of a draw.

    What a train or a ship carries less of is drawn as capacity that there is less of, so that all draws have the
    routes and uses of the study.
    """
    look = Lookup(study.network, study.data.facts)
    found = find_servers(look, study.data)
    entries = np.maximum(np.bincount(servers.server, minlength=servers.n_servers), 1)
    lighter = np.bincount(servers.server, servers.use / found.use, servers.n_servers) / entries
    drawn = servers.with_capacity(found.capacity * np.where(lighter > 0, lighter, 1.0))
    # The price is that of the class of the first arc of a server; its other parts do not vary.
    arc = np.repeat(np.arange(look.n_arcs), np.diff(servers.arc_start))
    first = np.full(servers.n_servers, look.n_arcs - 1)
    np.minimum.at(first, servers.server, arc)
    before = Lookup(study.network, study.origin.data.facts).value("overload_usd_per_t")[first]
    dearer = look.value("overload_usd_per_t")[first] / np.where(before > 0, before, 1.0)
    price = drawn.prices.price_usd * np.where((before > 0) & np.isfinite(dearer), dearer, 1.0)
    return replace(drawn, prices=replace(drawn.prices, price_usd=price))
