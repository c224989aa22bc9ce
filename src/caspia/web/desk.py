"""Studies and flow models that are warm: loaded in the background, kept for the worlds last asked for."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Hashable, Mapping

import pandas as pd

import caspia
from caspia.demand import Case
from caspia.errors import CaspiaError, DataError, InputError, Problem
from caspia.study import Study
from caspia.study.flow_frames import countries_frame, links_frame
from caspia.study.flows import BASE_YEAR, Flows, compile_model, solve_flows
from caspia.study.kept_routes import RoutesFolder
from caspia.study.repriced import Repriced, Repricer, repricer
from caspia.study.route_sums import RouteSums, route_sums
from caspia.study.shared_flows import shared_market, widened
from caspia.web.folder import Folder
from caspia.web.kept import Kept
from caspia.web.models import Health, World
from caspia.web.refusals import Refused, complaint
from caspia.web.worlds import used_texts, world_scenarios

MOST_WORLDS = 12
MOST_ANSWERS = 600
TELLING_T = 1000.0
"""Tonnes a year without a way from which on ways are sought for them."""


class Desk:
    """The data of the server, and the worlds made of them.

    Parameters
    ----------
    data : str
        Built-in data set or a folder of the same form.
    folder : Folder
        Where routes found before are kept.
    """

    def __init__(self, data: str, folder: Folder) -> None:
        self._name, self._folder = data, folder
        self._root: Study | None = None
        self._repricer: Repricer | None = None
        self._sums: RouteSums | None = None
        self._failed: CaspiaError | None = None
        self._no_flows: InputError | None = None
        self._stage = ("Data", 0, 1)
        self._stopping = threading.Event()
        self._loaded, self._ended = threading.Event(), threading.Event()
        self._studies: Kept[str, Study] = Kept(MOST_WORLDS)
        self._models: Kept[str, Repriced] = Kept(MOST_WORLDS)
        self._flows: Kept[tuple[str, int, str], Flows] = Kept(4 * MOST_WORLDS)
        self._answers: Kept[Hashable, str] = Kept(MOST_ANSWERS)

    def start(self, first: Callable[[], object] = lambda: None) -> None:
        """Begin to load in the background.

        Parameters
        ----------
        first : callable
            Called once flows can be asked for: what most will ask first is best asked before them.
        """
        threading.Thread(target=self._warm, args=(first,), name="caspia-warm", daemon=True).start()

    def stop(self) -> None:
        """Let what loads end at the next stage."""
        self._stopping.set()

    def wait(self, seconds: float) -> bool:
        """Wait until the server is warm or has failed to be.

        Parameters
        ----------
        seconds : float
            Longest wait.

        Returns
        -------
        bool
            Whether it is.
        """
        return self._ended.wait(seconds)

    def _warm(self, first: Callable[[], object]) -> None:
        try:
            root = Study.open(self._name, kept=RoutesFolder(self._folder.routes))
            # Most first questions need these; a request would wait for them.
            _ = root.scene
            self._root = root
            self._loaded.set()
            self._find_routes(root)
            if self._no_flows is None:
                first()
        except _Stopped:
            return
        except CaspiaError as error:
            self._failed = error
        except Exception as error:
            # Else the page would wait for ever; what failed is said in /health and by the program itself.
            self._failed = CaspiaError(f"the server could not warm: {type(error).__name__}: {error}")
            raise
        finally:
            self._loaded.set()
            self._ended.set()

    def _find_routes(self, root: Study) -> None:
        try:
            shared = RoutesFolder(self._folder.routes, "shared")
            market = shared.load(root)
            if market is None:
                # Its own are kept as well, for the processes of jobs; the server asks all on the shared ones.
                root.flow_model(self._tell)
                market = shared_market(root, self._tell)
                shared.save(root, market)
            self._tell("Costs", 0, 1)
            base = root.in_year(BASE_YEAR)
            model = compile_model(base, market)
            self._sums = route_sums(solve_flows(model, BASE_YEAR))
            self._repricer = repricer(model)
        except InputError as error:
            # Data without demand answer all other questions.
            self._no_flows = error

    def _tell(self, stage: str, done: int, total: int) -> None:
        if self._stopping.is_set():
            raise _Stopped
        self._stage = (stage, done, total)

    def health(self) -> Health:
        """How far the server is.

        Returns
        -------
        Health
        """
        stage, done, total = self._stage
        root = self._root
        name, sha256 = ("", "") if root is None else (root.data.name, root.data.sha256)
        known = Health(status="ready", version=caspia.__version__, data_name=name, data_hash=sha256)
        if self._failed is not None:
            return known.model_copy(update={"status": "failed", "error": complaint(_problem(self._failed))})
        if self._ended.is_set():
            return known
        told = {"status": "warming", "stage": stage, "done": done, "all": total}
        return known.model_copy(update=told)

    def root(self) -> Study:
        """The data as they are.

        Returns
        -------
        Study

        Raises
        ------
        Refused
            They are not loaded yet, or cannot be.
        """
        if self._root is None and not self._loaded.wait(20.0):
            raise _warming("the data are being read")
        if self._root is None:
            problem = _problem(self._failed) if self._failed else Problem("the data cannot be read")
            raise Refused(503, problem)
        return self._root

    def kept(self, key: Hashable, make: Callable[[], str]) -> str:
        """An answer, made if nobody asked the same before.

        Parameters
        ----------
        key : hashable
            All that decides the answer.
        make : callable
            Makes it.

        Returns
        -------
        str
        """
        return self._answers.get(key, make)

    def world_key(self, world: World, saved: Mapping[str, str]) -> str:
        """All that decides a world, as text.

        Parameters
        ----------
        world : World
            Of a request.
        saved : mapping of str to str
            Texts of saved scenarios.

        Returns
        -------
        str
        """
        texts = used_texts(world, saved)
        parts = [world.model_dump_json(exclude_none=True), *(f"{name}\0{texts[name]}" for name in sorted(texts))]
        return hashlib.sha256("\0\0".join(parts).encode()).hexdigest()

    def study(self, world: World, saved: Mapping[str, str]) -> Study:
        """The data in a world.

        Parameters
        ----------
        world : World
            Of a request.
        saved : mapping of str to str
            Texts of saved scenarios.

        Returns
        -------
        Study

        Raises
        ------
        caspia.errors.InputError
            A scenario is unknown or breaks its rules.
        """
        root = self.root()
        if world.is_plain:
            return root
        key = self.world_key(world, saved)
        return self._studies.get(key, lambda: root.with_scenario(*world_scenarios(world, root.data, saved)))

    def flows(self, world: World, year: int, case: Case, saved: Mapping[str, str]) -> Flows:
        """Flows of a year in a world, on the routes that all worlds share.

        Parameters
        ----------
        world : World
            Of a request; on the world of the year, where there is one.
        year : int
            Year of the demand.
        case : {"low", "central", "high"}
            Growth of demand.
        saved : mapping of str to str
            Texts of saved scenarios.

        Returns
        -------
        Flows

        Raises
        ------
        Refused
            Routes are still being found.
        caspia.errors.InputError
            The data hold no demand, or the world breaks its rules.
        caspia.errors.NotConverged
            No equilibrium was reached.
        """
        root = self.root()
        if self._no_flows is not None:
            raise self._no_flows
        if self._repricer is None:
            raise Refused(503, _problem(self._failed)) if self._failed else _warming("routes are being found")
        study = root.in_year(year)
        if not world.is_plain:
            # Years without a world of their own share what is made for one of them.
            key = f"{study.label} {self.world_key(world, saved)}"
            study = self._studies.get(key, lambda: year_world(root, world, year, saved))
        return self._solved(study, year, case)

    def _solved(self, study: Study, year: int, case: Case) -> Flows:
        key = _study_key(study)

        def solve() -> Flows:
            reference = None if study.base is None else self._solved(study.base, year, case)
            model = self._compiled(study).model
            flows = solve_flows(model, year, case=case, scenario=study.label, reference=reference)
            return flows if reference is None else _served(flows, reference, case)

        return self._flows.get((key, year, case), solve)

    def _compiled(self, study: Study) -> Repriced:
        known = self._repricer
        if known is None:
            raise _warming("routes are being found")
        if study is known.model.study:
            return Repriced(known.model, same_money=True)
        return self._models.get(_study_key(study), lambda: known.of(study))

    def links(self, flows: Flows) -> pd.DataFrame:
        """Tonnes on links by corridor and direction.

        Parameters
        ----------
        flows : Flows
            Of this desk.

        Returns
        -------
        pandas.DataFrame
            As `flow_frames.links_frame`.
        """
        sums = self._sums
        return sums.links(flows) if sums is not None and sums.fits(flows) else links_frame(flows)

    def countries(self, flows: Flows) -> pd.DataFrame:
        """Transit through states and what it earns there.

        Parameters
        ----------
        flows : Flows
            Of this desk.

        Returns
        -------
        pandas.DataFrame
            As `flow_frames.countries_frame`.
        """
        study = flows.model.study
        if self._sums is None or not self._sums.fits(flows) or not isinstance(study, Study):
            return countries_frame(flows)
        return self._sums.countries(flows, self._compiled(study))


def _served(flows: Flows, reference: Flows, case: Case) -> Flows:
    """Flows in which no cargo stays only because the shared routes lack its way round an edit."""
    lost = (flows.result.unserved > 0) & (reference.result.unserved <= 0)
    if flows.result.unserved[lost].sum() < TELLING_T:
        return flows
    model = widened(flows.model, lost)
    if model is flows.model:
        return flows
    return solve_flows(model, flows.year, case=case, scenario=flows.scenario, reference=reference)


class _Stopped(Exception):
    """The server ends while it warms."""


def year_world(root: Study, world: World, year: int, saved: Mapping[str, str]) -> Study:
    """The data in a world, on the world of a year where the built-in scenarios declare it.

    Parameters
    ----------
    root : Study
        Data as they are.
    world : World
        Of a request.
    year : int
        Year.
    saved : mapping of str to str
        Texts of saved scenarios.

    Returns
    -------
    Study

    Raises
    ------
    caspia.errors.InputError
        A scenario is unknown or breaks its rules.
    """
    own = world_scenarios(world, root.data, saved)
    base = root if any(scenario.year is not None for scenario in own) else root.in_year(year)
    return base.with_scenario(*own)


def _study_key(study: Study) -> str:
    """All that decides a world of the same data."""
    parts = []
    step: Study | None = study
    while step is not None:
        parts.append("" if step.scenario is None else step.scenario.canonical)
        step = step.base
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _problem(error: CaspiaError) -> Problem:
    if isinstance(error, DataError):
        more = f"; and {len(error.problems) - 1} more" if len(error.problems) > 1 else ""
        first = error.problems[0]
        return Problem(first.what + more, first.where, first.got, first.allowed, "caspia check lists all")
    return error.problem if isinstance(error, InputError) else Problem(str(error))


def _warming(what: str) -> Refused:
    problem = Problem(
        "the server is warming", "server", what, "a server that is ready", "see /api/v1/health, ask again"
    )
    return Refused(503, problem)
