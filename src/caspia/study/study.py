"""A study: data, network and settings; every question of the program is one of its methods."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from caspia.cost import ArcCosts, Lookup, Sampler, arc_costs, cargo_of
from caspia.data import Dataset, load_dataset
from caspia.demand import Case
from caspia.display import Drawn
from caspia.errors import InputError
from caspia.network import Network, build_network, refit, same_graph
from caspia.routing import build_graph
from caspia.scenario import Scenario, apply, built_in_scenarios, compose, named_scenario
from caspia.study.corridors import signatures
from caspia.study.drawn import FLOW_DRAWS, DrawnWorld, check_draws, draw_world
from caspia.study.find import Scene, find_pareto, find_routes
from caspia.study.flows import BASE_YEAR, FlowModel, Flows, compile_model, flow_model, solve_flows
from caspia.study.frames import routes_frame
from caspia.study.itinerary import Itinerary, World
from caspia.study.kept_routes import RoutesFolder
from caspia.study.request import Question, Request, commodity_id, resolve

ROLLOUT_DRAWS = 60
RISK_DRAWS = 400
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Settings:
    """What a user may set beside the data.

    Attributes
    ----------
    seed : int
        Seed of all draws.
    draws : int
        Number of draws behind each interval.
    dependence : float
        How far bad days come together, 0 to 1. An assumption: at 0.7 about eight in ten of the observed times
        fall between the modelled P10 and P90, as they should (`caspia validate` prints the share).
    flow_draws : int
        Number of draws behind each interval of flows, each an equilibrium; 0 for no intervals.
    rollout_draws : int
        Samples of the roll-out of the report; 0 leaves its chapters on investment,
        supply security, the game and claims out.
    risk_draws : int
        Years drawn for the chapter on risk of the report; 0 leaves it out.
    """

    seed: int = 2025
    draws: int = 1000
    dependence: float = 0.7
    flow_draws: int = FLOW_DRAWS
    rollout_draws: int = ROLLOUT_DRAWS
    risk_draws: int = RISK_DRAWS


@dataclass(frozen=True)
class Study(Drawn):
    """Data and settings, and the network made from them.

    Attributes
    ----------
    data : Dataset
        Checked tables.
    settings : Settings
        Seed and number of draws.
    scenario : Scenario, optional
        What the data were edited by; none for data as they were read.
    base : Study, optional
        The world without the scenario, to whose costs demand answers; none for data as they were read and for
        scenarios that are themselves the world of a year.
    root : Study, optional
        The study of the data as they were read, whose routes are shared.
    near : Study, optional
        The study that this one was made of, whose graph is shared where it is the same.
    kept : RoutesFolder, optional
        Where routes of the data are kept from one program to the next; they are sought each time if left out.
    """

    data: Dataset
    settings: Settings = Settings()
    scenario: Scenario | None = None
    base: Study | None = field(default=None, repr=False, compare=False)
    root: Study | None = field(default=None, repr=False, compare=False)
    near: Study | None = field(default=None, repr=False, compare=False)
    kept: RoutesFolder | None = field(default=None, repr=False, compare=False)
    _models: list[FlowModel] = field(default_factory=list, repr=False, compare=False)
    _costs: dict[tuple[str, int | None], ArcCosts] = field(default_factory=dict, repr=False, compare=False)
    _years: dict[int, Study] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def open(
        cls, data: str = "caspian", settings: Settings | None = None, *, kept: RoutesFolder | None = None
    ) -> Study:
        """Open a study on a built-in data set or a folder.

        Parameters
        ----------
        data : str
            Name or path.
        settings : Settings, optional
            Seed and number of draws.
        kept : RoutesFolder, optional
            Where routes of the data are kept.

        Returns
        -------
        Study

        Raises
        ------
        caspia.errors.DataError
            The folder breaks its rules.
        """
        return cls(load_dataset(data), settings or Settings(), kept=kept)

    def with_scenario(self, *scenarios: str | Scenario) -> Study:
        """Study of the data as edited by scenarios, with the same settings.

        Parameters
        ----------
        *scenarios : str or Scenario
            Names of built-in scenarios, ids of projects, paths of files or scenarios; composed in order, after
            those of this study.

        Returns
        -------
        Study
            With data of their own; this study stays as it is.

        Raises
        ------
        caspia.errors.InputError
            A scenario is unknown, breaks the rules, selects nothing or contradicts itself or another.
        """
        own = [] if self.scenario is None else [self.scenario]
        root = self.root or self
        given = [self._declared(item) if isinstance(item, str) else item for item in scenarios]
        if not given:
            return self
        whole = compose(*own, *given)
        is_world = self.base is None and all(item.year is not None for item in given)
        base = None if is_world else self.base or self
        return Study(apply(root.data, whole), self.settings, whole, base, root, self)

    def _declared(self, name: str) -> Scenario:
        return named_scenario((self.root or self).data, name)

    @cached_property
    def network(self) -> Network:
        """The multimodal graph."""
        for other in (self.near, self.root):
            if other is not None and same_graph(other.data, self.data):
                return refit(other.network, self.data)
        return build_network(self.data)

    @cached_property
    def scene(self) -> Scene:
        """Network, graph and corridors in which routes are searched."""
        keys = tuple(self.data.facts.frame["key"])
        sampler = Sampler(keys, self.settings.seed, self.settings.draws, self.settings.dependence)
        graph = build_graph(self.network.arcs.tail, self.network.arcs.head, self.network.n_vertices)
        return Scene(World(self.data, self.network, sampler), graph, signatures(self.network))

    @cached_property
    def grid_g_per_kwh(self) -> npt.NDArray[np.float64]:
        """Intensity of electricity by row of the table countries; NaN where unknown."""
        return self.data.values("countries", "grid_g_per_kwh")

    def costs(self, commodity: str, month: int | None = None) -> ArcCosts:
        """Costs of every arc for a commodity and month.

        Parameters
        ----------
        commodity : str
            Id or name.
        month : int, optional
            Month of departure.

        Returns
        -------
        ArcCosts
            Kept for later calls.
        """
        identity = commodity_id(self.data, commodity)
        key = (identity, month)
        if key not in self._costs:
            look = Lookup(self.network, self.data.facts)
            self._costs[key] = arc_costs(look, cargo_of(self.data, identity), month, self.grid_g_per_kwh)
        return self._costs[key]

    def flow_model(self, progress: Tell | None = None) -> FlowModel:
        """Routes of all demand and the capacities that they share; found once, at the first call.

        Parameters
        ----------
        progress : callable, optional
            Told stage, number done and number of all.

        Returns
        -------
        FlowModel
        """
        known = None if self._models or self.kept is None else self.kept.load(self)
        if known is not None:
            self._models.append(compile_model(self, known))
        if not self._models:
            root = None if self.root is None else self.root.flow_model(progress)
            stage = "Routes" if root is None else "More routes"
            tell = None if progress is None else partial(progress, stage)
            self._models.append(flow_model(self, root, tell))
            if self.kept is not None:
                self.kept.save(self, self._models[0].market)
        return self._models[0]

    def flows(self, year: int = BASE_YEAR, case: Case = "central", *, progress: Tell | None = None) -> Flows:
        """Flows of a year in equilibrium.

        Parameters
        ----------
        year : int
            Year of the demand, 2019 to 2040.
        case : {"low", "central", "high"}
            Growth of demand after the last observation.
        progress : callable, optional
            Told stage, number done and number of all.

        Returns
        -------
        Flows
            Under a scenario demand answers to the costs that it changes, against the same year without it;
            those flows are its `reference`.

        Raises
        ------
        caspia.errors.InputError
            The year is out of range, or the data lack what flows need.
        caspia.errors.NotConverged
            No equilibrium was reached.
        """
        name = self.label
        model = self.flow_model(progress)
        if self.base is None:
            return solve_flows(model, year, case=case, scenario=name)
        without = compile_model(self.base, model.market)
        reference = solve_flows(without, year, case=case, scenario=self.base.label)
        return solve_flows(model, year, case=case, scenario=name, reference=reference)

    @cached_property
    def drawn(self) -> DrawnWorld | None:
        """Draws of the facts that flows rest on; none where no interval is wanted.

        Raises
        ------
        caspia.errors.InputError
            The number of draws in the settings is out of range.
        """
        check_draws(self.settings.flow_draws)
        if not self.settings.flow_draws:
            return None
        seed, draws, dependence = self.settings.seed, self.settings.flow_draws, self.settings.dependence
        return draw_world(self, seed, draws, dependence, None if self.root is None else self.root.data)

    def flows_beside(self, after: Flows, case: Case = "central") -> Flows:
        """Flows of this study on the routes of others, to set those beside.

        Parameters
        ----------
        after : Flows
            Flows of this study under a further scenario.
        case : {"low", "central", "high"}
            Growth of demand after the last observation, as of `after`.

        Returns
        -------
        Flows
            Of the same year. Where this study stands under a scenario itself, demand answers in both to the costs
            of the world without any.

        Raises
        ------
        caspia.errors.NotConverged
            No equilibrium was reached.
        """
        known = after.reference
        if known is not None and known.model.study is self:
            return known
        model = compile_model(self, after.model.market)
        reference = None if self.base is None else known
        return solve_flows(model, after.year, case=case, scenario=self.label, reference=reference)

    @property
    def label(self) -> str:
        """Names of the scenarios, joined by `+`; `base` for the data as they were read."""
        return "base" if self.scenario is None else "+".join(self.scenario.parts or (self.scenario.id,))

    def world_of(self, year: int) -> Study:
        """The world of a year: these data with the events and prices of that year, where a scenario declares them.

        Parameters
        ----------
        year : int
            Year.

        Returns
        -------
        Study
            Under the built-in scenario `base-YEAR`, or this study where there is none.
        """
        return self.with_scenario(f"base-{year}") if f"base-{year}" in built_in_scenarios() else self

    def in_year(self, year: int) -> Study:
        """The world in which flows of a year are found.

        Parameters
        ----------
        year : int
            Year.

        Returns
        -------
        Study
            This study where it stands under a scenario already; else that of `world_of`, kept for later calls, or
            this study where its data do not take what the built-in scenario edits, which a user's need not.
        """
        if self.scenario is not None:
            return self
        if year not in self._years:
            try:
                self._years[year] = self.world_of(year)
            except InputError:
                self._years[year] = self
        world = self._years[year]
        if world.scenario is None:
            return self
        # Studies of the same data under other settings share what is kept, for its routes.
        return world if world.settings == self.settings else replace(world, settings=self.settings)

    def itineraries(self, request: Request, *, pareto: bool = False) -> list[Itinerary]:
        """Routes of a request.

        Parameters
        ----------
        request : Request
            What is asked.
        pareto : bool
            The Pareto set instead of the best of each corridor.

        Returns
        -------
        list of Itinerary

        Raises
        ------
        caspia.errors.InputError
            Unknown names, closures that cannot be honoured, or no way.
        """
        return (find_pareto if pareto else find_routes)(*resolved(self, request))

    def routes(
        self,
        origin: str,
        destination: str,
        *,
        commodity: str = "containers",
        avoid: tuple[str, ...] | str = (),
        month: int | None = None,
        alternatives: int = 0,
        pareto: bool = False,
    ) -> pd.DataFrame:
        """Compare the routes of a consignment: one row a corridor and alternative.

        Parameters
        ----------
        origin, destination : str
            Places by UN/LOCODE or name.
        commodity : str
            Id of a commodity.
        avoid : tuple of str or str
            Countries, places, modes, waters or corridors; a string is split at commas.
        month : int, optional
            Month of departure (1-12).
        alternatives : int
            Number of dissimilar routes beside the best of each corridor.
        pareto : bool
            The Pareto set over money, time, reliability and emission instead.

        Returns
        -------
        pandas.DataFrame
            Columns as in the table `routes` of a result; units in the names.
        """
        words = tuple(avoid.split(",")) if isinstance(avoid, str) else avoid
        request = Request(origin, destination, commodity, words, month, alternatives)
        return routes_frame(self.itineraries(request, pareto=pareto), self.data, self.costs(commodity, month).cargo)


def resolved(study: Study, request: Request) -> tuple[Question, ArcCosts, Scene]:
    """What a search for routes needs.

    Parameters
    ----------
    study : Study
        Data and network.
    request : Request
        What is asked.

    Returns
    -------
    tuple of Question, ArcCosts and Scene
        The request with its vertices and constraints, the costs of its cargo, and the graph with the corridors in
        the order that holds between its states.

    Raises
    ------
    caspia.errors.InputError
        Unknown names, or closures that cannot be honoured.
    """
    question = resolve(request, study.data, study.network)
    costs = study.costs(request.commodity, request.month)
    states = study.data.tables["places"]["country"].iloc[[question.origin, question.destination]]
    return question, costs, replace(study.scene, signatures=study.scene.signatures.between(set(states)))
