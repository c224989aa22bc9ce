"""When projects open: as announced, as paid for, and as works like theirs have gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from caspia.errors import InputError, Problem
from caspia.investment import NEVER
from caspia.investment.rollout import after_needs, opening_years, works_times
from caspia.scenario.parse import nearest
from caspia.study.candidates import NOW, ProjectTable

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
LAST_START = 2040
"""Last year in which works may start."""


@dataclass(frozen=True, eq=False)
class Timetable:
    """Opening years of projects, as columns of shape (n_projects,).

    Attributes
    ----------
    ids : tuple of str
        Projects.
    role : tuple of str
        `coming` for what is paid for, `plan` for what the plan funds, `announced` for the rest.
    announced : numpy.ndarray of int
        Announced first year of use; NEVER where none is, and the planned one where that comes first.
    financed : numpy.ndarray of int
        The same of what is paid for or funded: as announced, or start and planned time of works.
    expected : numpy.ndarray of int
        First year of use with the mean delay of works of the class; NEVER for what nobody pays for.
    begin, works_years : numpy.ndarray
        Start and planned time of the works that are left; NaN where nobody pays.
    least : numpy.ndarray
        Multiple of the planned time that has passed.
    overrun : numpy.ndarray, shape (n_projects, 2)
        Mean and standard deviation of the overrun of time.
    needs : tuple of (int, int)
        `(j, i)`: project j opens no earlier than i.
    """

    ids: tuple[str, ...]
    role: tuple[str, ...]
    announced: IntArray
    financed: IntArray
    expected: IntArray
    begin: FloatArray
    works_years: FloatArray
    least: FloatArray
    overrun: FloatArray
    needs: tuple[tuple[int, int], ...]

    def sampled(self, rng: np.random.Generator, n: int) -> IntArray:
        """Draw opening years.

        Works that are not done by now last longer than what has passed; nothing opens before what it needs.

        Parameters
        ----------
        rng : numpy.random.Generator
            Source of chance.
        n : int
            Number of samples.

        Returns
        -------
        numpy.ndarray of int, shape (n, n_projects)
        """
        times = works_times(rng, self.overrun, self.least, n)
        return after_needs(opening_years(self.begin, self.works_years, times, NOW), self.needs)


def timetable(table: ProjectTable, ids: tuple[str, ...], starts: Mapping[str, int]) -> Timetable:
    """Set up the opening years of projects.

    Parameters
    ----------
    table : ProjectTable
        All projects.
    ids : tuple of str
        Projects that matter.
    starts : mapping of str to int
        Projects that a plan funds, and the years in which their works start.

    Returns
    -------
    Timetable

    Raises
    ------
    InputError
        A project of the plan is none of these, comes anyway, or starts out of range.
    """
    row = np.array([table.ids.index(key) for key in ids], dtype=np.int64)
    committed = table.is_committed[row]
    _check(ids, committed, starts)
    start = np.array([starts.get(key, np.nan) for key in ids], dtype=float)
    funded = ~np.isnan(start)
    works, early = table.works_years[row], table.earliest_start[row]
    left = np.where(funded & (early < NOW), works * (1.0 - table.spent[row]), works)
    begin = np.where(committed, early, start)
    announced = _years(table.announced_opening[row])
    planned = opening_years(begin, left, np.ones(len(ids)), NOW)
    paid = np.where(committed & (announced < NEVER), np.maximum(announced, NOW), planned)
    # What works already has no works left, whatever their time was.
    working = (table.frame["status"].to_numpy()[row] == "working") & committed
    begin, left = np.where(working, paid, begin), np.where(working, 0.0, left)
    overrun = np.where(working[:, None], 0.0, table.delay[row])
    expected = opening_years(begin, left, 1.0 + overrun[:, 0], NOW)
    needs = _needs(table, ids, expected)
    passed = (NOW - 1 - begin) / np.where(left > 0, left, 1.0)
    return Timetable(
        ids=ids,
        role=tuple(np.select([committed, funded], ["coming", "plan"], "announced").tolist()),
        announced=np.minimum(announced, paid),
        financed=paid,
        expected=after_needs(expected, needs),
        begin=begin,
        works_years=left,
        least=np.where(committed & ~working, passed, 0.0),
        overrun=overrun,
        needs=needs,
    )


def _years(year: FloatArray) -> IntArray:
    return np.where(np.isnan(year), NEVER, np.where(np.isnan(year), 0.0, year)).astype(np.int64)


def _needs(table: ProjectTable, ids: tuple[str, ...], opening: IntArray) -> tuple[tuple[int, int], ...]:
    """Needs among projects that open; what is paid for opens without what is not."""
    cells = dict(zip(table.frame["id"], table.frame["requires_ids"], strict=True))
    place = {key: number for number, key in enumerate(ids) if opening[number] < NEVER}
    return tuple(
        (number, place[need]) for key, number in place.items() for need in cells[key].split(";") if need in place
    )


def _check(ids: tuple[str, ...], committed: BoolArray, starts: Mapping[str, int]) -> None:
    there = dict(zip(ids, committed.tolist(), strict=True))
    for key, year in starts.items():
        if key not in there:
            allowed = nearest(key, sorted(there), limit=8)
            raise InputError(Problem("no such project in the roll-out", "plan", key, allowed, "correct the id"))
        if there[key]:
            allowed = "projects that are not paid for"
            raise InputError(Problem("project of the plan comes anyway", "plan", key, allowed, "leave it out"))
        if not NOW <= year <= LAST_START:
            raise InputError(
                Problem(
                    "start of works out of range", f"plan, {key}", str(year), f"{NOW} to {LAST_START}", "mend it"
                )
            )
