"""Flows with any projects open: one set of routes and capacities, to which each project adds its own changes.

The world of all projects is compiled once; each project is then what it changes of the cost of routes, of the
capacities, and which routes there are only where it is open. A set of projects is the sum of these, solved in the
time of one equilibrium. Where two projects scale one number the sum is not their product.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain

import numpy as np
import numpy.typing as npt
from scipy import sparse

from caspia.assignment import Choice, LogitEquilibrium, Overlaps
from caspia.cost import SERVED, Lookup, Servers, cargo_of, find_servers
from caspia.data import NO_FACT
from caspia.demand import Case
from caspia.errors import InputError, NotConverged, Problem
from caspia.scenario import Edit, Scenario, effects, project_scenario
from caspia.study.changed_arcs import ChangedArcs, changed_arcs, eased_boxes, opened_arcs
from caspia.study.flows import FlowModel
from caspia.study.loading import behaviour, reference_of, route_constants
from caspia.study.market import users_of
from caspia.study.opened_routes import opened_model
from caspia.study.study import Study

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
RESIDUAL = 1e-6
"""Residual of a set of projects: differences of sets are ten thousand times as large."""


@dataclass(frozen=True, eq=False)
class ProjectModel:
    """A study compiled for flows with any of its projects open.

    Attributes
    ----------
    ids : tuple of str
        Projects, in the order of the arrays.
    model : FlowModel
        Routes and capacities of the world in which everything is open that projects open, with the costs and
        capacities of the world without any.
    saving_usd_per_t : numpy.ndarray, shape (n_projects, n_routes)
        What each project takes from the cost of each route; finite.
    needs : numpy.ndarray of bool, shape (n_projects, n_routes)
        Routes that there are only where the project is open.
    capacity_gain : numpy.ndarray, shape (n_projects, n_servers)
        What each project adds to the capacities.
    touched : numpy.ndarray of bool, shape (n_projects, n_arcs)
        Arcs that each project opens, makes cheaper or faster, or gives capacity.
    faster_h, cheaper_usd : numpy.ndarray, shape (n_projects, n_arcs)
        What each project takes from the time and money that a box spends on each arc.
    overlaps : Overlaps
        What routes share with those that projects open.
    ways : numpy.ndarray of bool, shape (n_projects, n_arcs)
        Arcs that each project opens.
    cheaper : tuple of ChangedArcs or None
        What each project takes from the cost of arcs; None where it changes no amounts.
    """

    ids: tuple[str, ...]
    model: FlowModel
    saving_usd_per_t: FloatArray
    needs: BoolArray
    capacity_gain: FloatArray
    touched: BoolArray
    faster_h: FloatArray
    cheaper_usd: FloatArray
    overlaps: Overlaps
    ways: BoolArray
    cheaper: tuple[ChangedArcs | None, ...]
    _sizes: dict[bytes, FloatArray] = field(default_factory=dict, repr=False)
    _bases: dict[tuple[int, str], World] = field(default_factory=dict, repr=False)

    def mask(self, ids: Iterable[str]) -> BoolArray:
        """Which projects are in a set.

        Parameters
        ----------
        ids : iterable of str
            Projects.

        Returns
        -------
        numpy.ndarray of bool, shape (n_projects,)

        Raises
        ------
        InputError
            A project is none of the model.
        """
        wanted = set(ids)
        unknown = sorted(wanted - set(self.ids))
        if unknown:
            allowed = ", ".join(self.ids)
            raise InputError(Problem("unknown project", "projects", ", ".join(unknown), allowed, "correct the id"))
        return np.array([key in wanted for key in self.ids], dtype=bool)

    def base(self, year: int, case: Case = "central") -> World:
        """The world of a year without any project, to whose costs demand answers.

        Parameters
        ----------
        year : int
            Year of the demand.
        case : {"low", "central", "high"}
            Growth after the last observation.

        Returns
        -------
        World
            Kept for later calls.
        """
        key = (year, case)
        if key not in self._bases:
            none = np.zeros(len(self.ids), dtype=bool)
            self._bases[key] = self._solved(none, key, None)
        return self._bases[key]

    def world(
        self, opened: BoolArray, year: int, case: Case = "central", *, shut: BoolArray | None = None
    ) -> World:
        """Flows of a year with some projects open.

        Parameters
        ----------
        opened : numpy.ndarray of bool, shape (n_projects,)
            Projects that are open.
        year : int
            Year of the demand.
        case : {"low", "central", "high"}
            Growth after the last observation.
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
        return self._solved(opened, (year, case), self.base(year, case), shut)

    def _solved(
        self, opened: BoolArray, when: tuple[int, Case], base: World | None, shut: BoolArray | None = None
    ) -> World:
        model, servers = self.priced(opened, shut), self.servers(opened)
        wants = model.choice(*when) if base is None else base.answering
        filled = None if base is None else base.found.load / base.servers.capacity
        found = model.settle(wants, servers=servers, filled=filled, residual=RESIDUAL)
        if not found.converged:
            names = ", ".join(key for key, is_open in zip(self.ids, opened, strict=True) if is_open) or "none"
            problem = Problem(
                what="the flows have not converged",
                where=f"projects open: {names}; {when[0]}",
                got=f"residual {found.residual:.1e}",
                allowed=f"at most {RESIDUAL:.0e}",
                repair="check the capacities that these projects change",
            )
            raise NotConverged(problem)
        return World(self, opened, when, wants, found, servers, base)

    def priced(
        self, opened: BoolArray, shut: BoolArray | None = None, yields: FloatArray | None = None
    ) -> FlowModel:
        """The model with the routes and costs that some projects make.

        Parameters
        ----------
        opened : numpy.ndarray of bool, shape (n_projects,)
            Projects that are open.
        shut : numpy.ndarray of bool, shape (n_routes,), optional
            Further routes that are shut.
        yields : numpy.ndarray, shape (n_projects,), optional
            What each project yields over what was computed; 1 if left out.

        Returns
        -------
        FlowModel
        """
        lacking = np.asarray(self.needs[~opened].any(axis=0))
        shut = lacking if shut is None else lacking | shut
        cost = self.model.table.cost - _weights(opened, yields) @ self._changes[0]
        sizes = self._path_sizes(shut)
        model = self.model.with_costs(np.where(shut, np.inf, cost))
        grouping = replace(model.grouping, table=replace(model.grouping.table, path_size=sizes))
        return replace(model, table=replace(model.table, path_size=sizes), grouping=grouping)

    def servers(
        self, opened: BoolArray, yields: FloatArray | None = None, left: FloatArray | None = None
    ) -> Servers:
        """The capacities that some projects make.

        Parameters
        ----------
        opened : numpy.ndarray of bool, shape (n_projects,)
            Projects that are open.
        yields : numpy.ndarray, shape (n_projects,), optional
            What each project yields over what was computed; 1 if left out.
        left : numpy.ndarray, shape (n_servers,), optional
            Share of every capacity that is left, above 0; 1 if left out.

        Returns
        -------
        Servers
        """
        servers = self.model.servers
        capacity = servers.capacity + _weights(opened, yields) @ self._changes[1]
        found = servers.grown(capacity)
        # Shallow water takes cargo from ships, not departures.
        return found if left is None else found.with_capacity(capacity * left)

    @cached_property
    def _changes(self) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
        """Savings and gains; a project touches few of all routes and capacities."""
        return sparse.csr_matrix(self.saving_usd_per_t), sparse.csr_matrix(self.capacity_gain)

    def _path_sizes(self, shut: BoolArray) -> FloatArray:
        """Path sizes among the routes that there are."""
        key = np.packbits(shut).tobytes()
        if key not in self._sizes:
            self._sizes[key] = self.overlaps.path_sizes(~shut)
        return self._sizes[key]


@dataclass(frozen=True, eq=False)
class World:
    """Flows of a year with some projects open.

    Attributes
    ----------
    projects : ProjectModel
        What was solved.
    opened : numpy.ndarray of bool, shape (n_projects,)
        Projects that are open.
    when : (int, str)
        Year of the demand, and case of its growth.
    choice : Choice
        Demand and how it chose.
    found : LogitEquilibrium
        Flows and costs.
    servers : Servers
        Capacities.
    base : World or None
        The world without any project; none for that world itself.
    """

    projects: ProjectModel
    opened: BoolArray
    when: tuple[int, Case]
    choice: Choice
    found: LogitEquilibrium
    servers: Servers
    base: World | None

    @cached_property
    def answering(self) -> Choice:
        """Demand of the same year in other worlds, which answers to the costs of this one."""
        model = self.projects.model
        constants = route_constants(model.study, model.market, behaviour(model.study.data))
        return model.choice(*self.when, reference_of(model.market, self.found, constants))

    @cached_property
    def user_benefit_usd(self) -> FloatArray:
        """What the users of each pair gain against the world without projects, shape (n_pairs,), dollars a year.

        The area under the demand curve between the two logsums. Pairs that have a route in one of the worlds only
        have no such area, and count as nothing.

        References
        ----------
        Small, K. A., Rosen, H. S. (1981). Applied welfare economics with discrete choice models. Econometrica
        49 (1), 105-130.
        """
        if self.base is None:
            return np.zeros(len(self.found.logsum))
        gain, response, amount = self._gain, self.choice.response, self.choice.amount
        answers = response < 0
        slope = np.where(answers, response, -1.0)
        return np.where(answers, amount * np.expm1(-slope * gain) / -slope, amount * gain)

    @property
    def rule_of_half_usd(self) -> FloatArray:
        """The same with a straight line for the demand curve, shape (n_pairs,)."""
        if self.base is None:
            return np.zeros(len(self.found.logsum))
        return 0.5 * (self.base.found.amount + self.found.amount) * self._gain

    @cached_property
    def _gain(self) -> FloatArray:
        """Fall of the logsum of each pair, dollars a tonne."""
        before = self.found.logsum if self.base is None else self.base.found.logsum
        known = np.isfinite(before) & np.isfinite(self.found.logsum)
        return np.where(known, np.where(known, before, 0.0) - np.where(known, self.found.logsum, 0.0), 0.0)


def _weights(opened: BoolArray, yields: FloatArray | None) -> FloatArray:
    """What the change of each project counts for."""
    return opened.astype(float) if yields is None else np.where(opened, yields, 0.0)


def project_model(
    study: Study, ids: Collection[str] | None = None, progress: Callable[[str, int, int], None] | None = None
) -> ProjectModel:
    """Compile a study and its projects.

    Parameters
    ----------
    study : Study
        The world without the projects.
    ids : collection of str, optional
        Projects; all of the data if left out.
    progress : callable, optional
        Told stage, number done and number of all.

    Returns
    -------
    ProjectModel

    Raises
    ------
    InputError
        A project is unknown, or changes what cannot be compiled beside the others.
    """
    known = study.data.tables["projects"]["id"].tolist()
    wanted = set(known if ids is None else ids)
    chosen = (*(key for key in known if key in wanted), *sorted(wanted - set(known)))
    return compile_parts(study, {key: project_scenario(study.data, (key,)) for key in chosen}, progress)


def compile_parts(
    study: Study, parts: Mapping[str, Scenario], progress: Callable[[str, int, int], None] | None = None
) -> ProjectModel:
    """Compile a study and some scenarios, any set of which may hold, each as if it were a project.

    Parameters
    ----------
    study : Study
        The world without them.
    parts : mapping of str to Scenario
        Edits that open, scale, add and set; by the name that each has in the model.
    progress : callable, optional
        Told stage, number done and number of all.

    Returns
    -------
    ProjectModel

    Raises
    ------
    InputError
        One changes what cannot be compiled beside the others.
    """
    chosen, own = tuple(parts), list(parts.values())
    cargoes = [cargo_of(study.data, str(goods)) for goods in study.data.tables["commodities"]["id"]]
    nothing = np.zeros(study.network.n_arcs, dtype=bool)
    first = [_opening(study, scenario) for scenario in own]
    opened = study.with_scenario(_of("everything-open", chain.from_iterable(first)))
    ways = np.stack([opened_arcs(opened, effects(study.data, scenario).opened) for scenario in own] or [nothing])
    model, overlaps = opened_model(study, opened, np.asarray(ways.any(axis=0)), progress)
    shape = len(chosen), model.table.n_routes
    touched = ways.copy()
    saving, needs = np.zeros(shape), np.zeros(shape, dtype=bool)
    gain = np.zeros((len(chosen), model.servers.n_servers))
    eased = np.zeros((2, len(chosen), study.network.n_arcs))
    found: list[ChangedArcs | None] = [None] * len(chosen)
    for row, (key, scenario) in enumerate(zip(chosen, own, strict=True)):
        needs[row] = users_of(model.market, ways[row])
        amounts = _of(key, (edit for edit in scenario.edits if edit not in first[row]))
        if amounts.edits:
            changed = opened.with_scenario(amounts)
            found[row] = cheaper = changed_arcs(opened, changed, cargoes, key)
            saving[row] = cheaper.of_routes(model.market)
            eased[:, row, cheaper.arcs] = eased_boxes(opened, changed, cheaper.arcs)
            if SERVED.intersection(name for edit in amounts.edits for name in edit.attributes):
                gain[row] = _gain(model.servers, _servers(changed), key)
            touched[row] |= cheaper.touched(model.servers, gain[row])
        if progress is not None:
            progress("Projects", row + 1, len(chosen))
    n, faster, cheaper_usd = len(chosen), *eased
    return ProjectModel(
        chosen, model, saving, needs, gain, touched[:n], faster, cheaper_usd, overlaps, ways[:n], tuple(found)
    )


def _of(name: str, edits: Iterable[Edit]) -> Scenario:
    return Scenario(id=name, title=name, edits=tuple(edits), parts=(name,))


def _opening(study: Study, scenario: Scenario) -> list[Edit]:
    """Edits of a project that open something, and those that state what the new thing has no number for yet."""
    found = [edit for edit in scenario.edits if edit.action == "open"]
    if found:
        for edit in scenario.edits:
            if edit.action == "set":
                before = effects(study.data, _of(scenario.id, [edit])).facts.base
                found += [edit] if (before == NO_FACT).all() else []
    return found


def _servers(study: Study) -> Servers:
    return find_servers(Lookup(study.network, study.data.facts), study.data)


def _gain(before: Servers, after: Servers, key: str) -> FloatArray:
    """What a project adds to each capacity; what trains and ships carry more counts as capacity."""
    if before.key != after.key or not np.array_equal(before.server, after.server):
        added = sorted(set(after.key).symmetric_difference(before.key))
        problem = Problem(
            what="project gives a capacity to what has none",
            where=f"works of {key}",
            got=", ".join(added[:3]) or "another use of capacities",
            allowed="works that change a capacity that is there",
            repair="state the present capacity of the object as a fact, and let the project add to it",
        )
        raise InputError(problem)
    entries = np.maximum(np.bincount(before.server, minlength=before.n_servers), 1)
    lighter = np.bincount(before.server, before.use / after.use, before.n_servers) / entries
    return np.asarray(after.capacity * np.where(lighter > 0, lighter, 1.0) - before.capacity, dtype=np.float64)
