"""Worlds of a roll-out: openings, growth, the sea and yields drawn, and the equilibrium of each year in each."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from caspia.assignment import Choice, LogitEquilibrium
from caspia.data import NO_FACT, attribute_column
from caspia.demand import Case
from caspia.errors import NotConverged, Problem
from caspia.study.crossing import Crossing
from caspia.study.falling_sea import FallingSea
from caspia.study.plan_worlds import pert
from caspia.study.project_model import RESIDUAL, ProjectModel
from caspia.study.rollout_figures import FIGURES, Figures
from caspia.study.rollout_projects import Timetable

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
FIRST, LAST = 2025, 2040
YEARS = np.arange(FIRST, LAST + 1)
MOST_FAILED = 0.1
"""Share of samples without an equilibrium beyond which there is no interval: who fails is no accident."""
COLUMNS = (*FIGURES, "capacity_t")
SOLVED = (*range(2025, 2031), 2032, 2034, 2036, 2038, 2040)
"""Years that are solved in samples; figures of the years between are the mean of their neighbours."""
ROUGH = 1e-5
"""Residual of a sample: what it may be off by is far below the interval."""


@dataclass(frozen=True, eq=False)
class Samples:
    """What may come otherwise, one row a sample.

    Attributes
    ----------
    opening : numpy.ndarray of int, shape (n, n_projects)
        First years of use.
    growth : numpy.ndarray, shape (n,)
        Growth of demand: -1 as in the low case, 0 as in the central, 1 as in the high one.
    fall_m_per_year : numpy.ndarray, shape (n,)
        Fall of the sea.
    answered, doubt : numpy.ndarray, shape (n,)
        Share of the fall that is dredged away as it comes, and the doubt of the loss by the metre, as in
        `FallingSea.left`.
    yields : numpy.ndarray, shape (n, n_projects)
        What each project yields over what was computed.
    """

    opening: IntArray
    growth: FloatArray
    fall_m_per_year: FloatArray
    answered: FloatArray
    doubt: FloatArray
    yields: FloatArray

    @property
    def n(self) -> int:
        """Number of samples."""
        return len(self.growth)


@dataclass(frozen=True, eq=False)
class Yearly:
    """A study compiled for roll-outs.

    Attributes
    ----------
    model : ProjectModel
        Flows with any project open.
    crossing : Crossing
        Stages of the crossing.
    sea : FallingSea
        What the sea takes.
    figures : Figures
        What is told of each world.
    case : {"low", "central", "high"}
        Growth of demand of the central run.
    """

    model: ProjectModel
    crossing: Crossing
    sea: FallingSea
    figures: Figures
    case: Case = "central"
    _wants: dict[tuple[int, Case], Choice] = field(default_factory=dict, repr=False)

    def wants(self, year: int, growth: float = 0.0) -> Choice:
        """Demand of a year between the cases of growth; it answers to the costs of the world without projects.

        Parameters
        ----------
        year : int
            Year.
        growth : float
            -1 for the low case, 0 for that of the central run, 1 for the high one.

        Returns
        -------
        Choice
            Amounts at the mean of the two cases by their logarithm, as growth at a mean rate gives them.
        """
        middle, part = self._case(year, self.case), abs(growth)
        if part == 0:
            return middle
        end = self._case(year, "high" if growth > 0 else "low")
        grown = (middle.amount > 0) & (end.amount > 0)
        factor = np.where(grown, end.amount, 1.0) / np.where(grown, middle.amount, 1.0)
        straight = (1 - part) * middle.amount + part * end.amount
        return replace(
            middle,
            amount=np.where(grown, middle.amount * factor**part, straight),
            response=(1 - part) * middle.response + part * end.response,
            reference=(1 - part) * middle.reference + part * end.reference,
        )

    def _case(self, year: int, case: Case) -> Choice:
        if (year, case) not in self._wants:
            self._wants[year, case] = self.model.base(year, case).answering
        return self._wants[year, case]

    def prepare(self) -> None:
        """Solve the worlds without projects of all years and cases, to whose costs samples answer."""
        cases: tuple[Case, ...] = ("low", "central", "high")
        for year in YEARS.tolist():
            for case in cases:
                self._case(year, case)

    def solve(
        self,
        year: int,
        world: World,
        filled: FloatArray | None = None,
        growth: float = 0.0,
        residual: float = RESIDUAL,
    ) -> tuple[LogitEquilibrium, FloatArray]:
        """Equilibrium of a year.

        Parameters
        ----------
        year : int
            Year.
        world : World
            What is open and what is left of capacities.
        filled : numpy.ndarray, shape (n_servers,), optional
            Loads of a neighbouring world as shares of its capacities.
        growth : float
            As of `wants`.
        residual : float
            Residual to be reached.

        Returns
        -------
        found : LogitEquilibrium
        capacity : numpy.ndarray, shape (n_servers,)
        """
        servers = self.model.servers(world.opened, world.yields, world.left)
        priced = self.model.priced(world.opened, None, world.yields)
        found = priced.settle(self.wants(year, growth), servers=servers, filled=filled, residual=residual)
        return found, servers.capacity

    def told(self, found: LogitEquilibrium, capacity: FloatArray, world: World) -> FloatArray:
        """Figures of a world, in the order of `COLUMNS`.

        Parameters
        ----------
        found : LogitEquilibrium
            Flows and queues.
        capacity : numpy.ndarray, shape (n_servers,)
            Capacities.
        world : World
            What is open.

        Returns
        -------
        numpy.ndarray, shape (n_columns,)
        """
        figures = self.figures.of(found, world.opened, world.yields)
        through = self.crossing.capacity(capacity, self.crossing.open_ways(self.shut(world.opened))).through_t
        return np.append(figures, through)

    def shut(self, opened: BoolArray) -> BoolArray:
        """Routes that some open projects lack others for.

        Parameters
        ----------
        opened : numpy.ndarray of bool, shape (n_projects,)
            Projects that are open.

        Returns
        -------
        numpy.ndarray of bool, shape (n_routes,)
        """
        return np.asarray(self.model.needs[~opened].any(axis=0))


@dataclass(frozen=True, eq=False)
class World:
    """What differs from the world of the first year.

    Attributes
    ----------
    opened : numpy.ndarray of bool, shape (n_projects,)
        Projects that are open.
    yields : numpy.ndarray, shape (n_projects,), or None
        What each yields over what was computed.
    left : numpy.ndarray, shape (n_servers,)
        Share of every capacity that is left.
    """

    opened: BoolArray
    yields: FloatArray | None
    left: FloatArray


def draw_samples(yearly: Yearly, times: Timetable, seed: int, n: int) -> Samples:
    """Draw what may come otherwise.

    Parameters
    ----------
    yearly : Yearly
        With the sea and the yields of projects.
    times : Timetable
        Works and the record of works like them.
    seed : int
        Seed.
    n : int
        Number of samples.

    Returns
    -------
    Samples
    """
    streams = [np.random.default_rng([seed, number]) for number in range(6)]

    def single(rng: np.random.Generator, low: float, mode: float, high: float) -> FloatArray:
        return pert(rng, np.array([low]), np.array([mode]), np.array([high]), n)[:, 0]

    return Samples(
        opening=times.sampled(streams[0], n),
        growth=single(streams[1], -1.0, 0.0, 1.0),
        fall_m_per_year=single(streams[2], *yearly.sea.fall_m_per_year),
        answered=single(streams[4], *yearly.sea.answered),
        doubt=single(streams[5], -1.0, 0.0, 1.0),
        yields=pert(streams[3], *yield_ends(yearly), n),
    )


def yield_ends(yearly: Yearly) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Low, most likely and high yield of projects over what was computed.

    Parameters
    ----------
    yearly : Yearly
        Compiled study.

    Returns
    -------
    low, mode, high : numpy.ndarray, shape (n_projects,)
        1 where nothing is stated.
    """
    data = yearly.model.model.study.data
    known_ids = data.tables["projects"]["id"].tolist()
    row = np.array([known_ids.index(key) for key in yearly.model.ids], dtype=np.int64)
    fact = data.object_facts("projects")[row, attribute_column("yield_ratio")]
    known = fact != NO_FACT
    ends = (data.facts.low, data.facts.value, data.facts.high)
    low, mode, high = (np.where(known, end[np.where(known, fact, 0)], 1.0) for end in ends)
    return low, mode, high


@dataclass(frozen=True, eq=False)
class CentralRun:
    """The roll-out with the mean of what is drawn: delays, yields and the fall of the sea; growth is the central.

    Attributes
    ----------
    told : numpy.ndarray, shape (n_years, n_columns)
        Figures of every year.
    filled : numpy.ndarray, shape (n_years, n_servers)
        Loads as shares of capacities.
    capacity : numpy.ndarray, shape (n_years, n_servers)
        Working capacities.
    opened : numpy.ndarray of bool, shape (n_years, n_projects)
        Projects that are open.
    fall_m : numpy.ndarray, shape (n_years,)
        Fall of the sea since the first year.
    """

    told: FloatArray
    filled: FloatArray
    capacity: FloatArray
    opened: BoolArray
    fall_m: FloatArray


def central_run(
    yearly: Yearly, times: Timetable, tell: Callable[[str, int, int], None] | None = None
) -> CentralRun:
    """Solve every year, each beginning at the loads of the year before.

    Parameters
    ----------
    yearly : Yearly
        Compiled study.
    times : Timetable
        Expected opening years.
    tell : callable, optional
        Told stage, number done and number of all.

    Returns
    -------
    CentralRun

    Raises
    ------
    NotConverged
        A year has no equilibrium.
    """
    rows, filled, capacities, open_in = [], [], [], []
    begin: FloatArray | None = None
    fall_m = _mean(*yearly.sea.fall_m_per_year) * (YEARS - FIRST)
    yields = _mean(*yield_ends(yearly))
    for done, year in enumerate(YEARS.tolist(), start=1):
        opened = times.expected <= year
        world = World(opened, yields, yearly.sea.left(float(fall_m[done - 1]), opened))
        found, capacity = yearly.solve(year, world, begin)
        if not found.converged:
            raise NotConverged(
                Problem("a year has no equilibrium", f"roll-out, {year}", f"residual {found.residual:.1e}")
            )
        begin = found.load / capacity
        rows.append(yearly.told(found, capacity, world))
        filled.append(begin)
        capacities.append(capacity)
        open_in.append(opened)
        if tell is not None:
            tell("Years", done, len(YEARS))
    return CentralRun(np.array(rows), np.array(filled), np.array(capacities), np.array(open_in), fall_m)


def run_samples(
    yearly: Yearly,
    samples: Samples,
    central: CentralRun,
    workers: int = 2,
    tell: Callable[[str, int, int], None] | None = None,
) -> FloatArray:
    """Solve the years of every sample, each beginning at the loads of that year in the central run.

    The first year is the same in all: nothing has opened or fallen yet. From 2030 on every second year is solved,
    and the years between are taken from their neighbours.

    Parameters
    ----------
    yearly : Yearly
        Compiled study.
    samples : Samples
        What comes otherwise.
    central : CentralRun
        The central run.
    workers : int
        Samples that are solved at the same time; the result does not depend on it.
    tell : callable, optional
        Told stage, number done and number of all.

    Returns
    -------
    numpy.ndarray, shape (n_samples, n_years, n_columns)
        NaN in years without an equilibrium.

    Raises
    ------
    NotConverged
        Too many years found none.
    """
    yearly.prepare()

    rows = [year - FIRST for year in SOLVED[1:]]

    def one(nth: int) -> FloatArray:
        told = np.full((len(YEARS), len(COLUMNS)), np.nan)
        told[0] = central.told[0]
        moved = np.zeros(central.filled.shape[1])
        for row in rows:
            year = FIRST + row
            opened = samples.opening[nth] <= year
            fall_m = float(samples.fall_m_per_year[nth]) * row
            left = yearly.sea.left(fall_m, opened, float(samples.answered[nth]), float(samples.doubt[nth]))
            world = World(opened, samples.yields[nth], left)
            # A sample that was fuller than the central run in its last year is so in the next.
            begin = np.maximum(central.filled[row] + moved, 0.0)
            found, capacity = yearly.solve(year, world, begin, float(samples.growth[nth]), ROUGH)
            if found.converged:
                told[row] = yearly.told(found, capacity, world)
                moved = found.load / capacity - central.filled[row]
        return _between(told)

    made = []
    with ThreadPoolExecutor(workers) as pool:
        for done, told in enumerate(pool.map(one, range(samples.n)), start=1):
            made.append(told)
            if tell is not None:
                tell("Samples", done, samples.n)
    found = np.array(made).reshape(samples.n, len(YEARS), len(COLUMNS))
    failed = float(np.isnan(found[:, :, 0]).any(axis=1).mean()) if samples.n else 0.0
    if failed > MOST_FAILED:
        raise NotConverged(
            Problem(
                "too many samples have no equilibrium", "roll-out", f"{failed:.0%}", f"at most {MOST_FAILED:.0%}"
            )
        )
    return found


def _between(told: FloatArray) -> FloatArray:
    """Figures of all years, those that were not solved by a straight line between their neighbours."""
    known = np.array(SOLVED) - FIRST
    return np.stack([np.interp(np.arange(len(told)), known, column[known]) for column in told.T], axis=1)


def _mean(low: npt.ArrayLike, mode: npt.ArrayLike, high: npt.ArrayLike) -> FloatArray:
    """Mean of a PERT distribution."""
    return np.asarray((np.asarray(low) + 4 * np.asarray(mode) + np.asarray(high)) / 6, dtype=np.float64)
