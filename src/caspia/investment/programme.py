"""Projects that compete for budgets: what they cost and need, when they open, which plans keep the rules."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
import numpy.typing as npt

from caspia.errors import InputError, Problem

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
NEVER = 9999
"""Start and opening year of what is not built."""
_CENT = 1e-6
"""Part of a budget by which rounding may pass it."""


@dataclass(frozen=True, eq=False)
class Programme:
    """Projects, the years in which they may start, and the money for them.

    Attributes
    ----------
    ids : tuple of str
        Projects.
    cost_usd : numpy.ndarray, shape (n,)
        Money that each asks for, above 0.
    build_years : numpy.ndarray of int, shape (n,)
        Years from the start of works to the first year of use.
    earliest_start : numpy.ndarray of int, shape (n,)
        First year in which works can start.
    needs : tuple of (int, int)
        `(j, i)`: project j is of no use without i.
    excludes : tuple of (int, int)
        Projects of which only one can be built.
    years : tuple of int
        Years in which works may start, ascending.
    sources : tuple of str
        Sources of money.
    budget_usd : numpy.ndarray, shape (n_sources, n_years)
        New money of each source in each year; what is left of one year is there in the next.
    may_pay : numpy.ndarray of bool, shape (n, n_sources)
        Which source may pay for which project.

    Raises
    ------
    InputError
        The shapes do not fit, a cost is not above zero, a budget is below zero, needs run in a circle, or a project
        excludes what it needs.
    """

    ids: tuple[str, ...]
    cost_usd: FloatArray
    build_years: IntArray
    earliest_start: IntArray
    needs: tuple[tuple[int, int], ...]
    excludes: tuple[tuple[int, int], ...]
    years: tuple[int, ...]
    sources: tuple[str, ...]
    budget_usd: FloatArray
    may_pay: BoolArray

    def __post_init__(self) -> None:
        n = len(self.ids)
        shapes = {
            "cost_usd": (n,),
            "build_years": (n,),
            "earliest_start": (n,),
            "budget_usd": (len(self.sources), len(self.years)),
            "may_pay": (n, len(self.sources)),
        }
        for name, shape in shapes.items():
            got = getattr(self, name).shape
            if got != shape:
                raise InputError(Problem(f"{name} has the wrong shape", "programme", str(got), str(shape)))
        self._check_amounts()
        for one, other in self.excludes:
            if any({one, other} <= set(self.with_needs(key)) for key in range(n)):
                got = f"{self.ids[one]} and {self.ids[other]}"
                allowed = "exclusions between projects that do without each other"
                raise InputError(Problem("projects need and exclude each other", "programme", got, allowed))

    def _check_amounts(self) -> None:
        for row in np.flatnonzero(~(self.cost_usd > 0)):
            got = f"{self.ids[row]}: {self.cost_usd[row]:g} USD"
            raise InputError(Problem("project without a cost", "programme", got, "a cost above 0"))
        for row in np.flatnonzero(~(self.budget_usd >= 0).all(axis=1)):
            raise InputError(Problem("budget below zero", "budgets", self.sources[row], "0 or more in every year"))
        for key in range(len(self.ids)):
            if any(key in self.with_needs(other) for other in self._direct[key]):
                allowed = "needs that lead to projects without needs"
                raise InputError(
                    Problem("projects need each other in a circle", "programme", self.ids[key], allowed)
                )

    @property
    def n(self) -> int:
        """Number of projects."""
        return len(self.ids)

    @cached_property
    def _direct(self) -> tuple[tuple[int, ...], ...]:
        return tuple(tuple(i for j, i in self.needs if j == key) for key in range(len(self.ids)))

    def with_needs(self, key: int) -> tuple[int, ...]:
        """A project and all that it needs, directly or through others.

        Parameters
        ----------
        key : int
            Number of the project.

        Returns
        -------
        tuple of int
            The project first.
        """
        found = [key]
        for item in found:
            found += [other for other in self._direct[item] if other not in found]
        return tuple(found)

    @cached_property
    def opening(self) -> IntArray:
        """First year of use by year of start, shape (n, n_years); NEVER where works cannot start yet."""
        years = np.array(self.years)
        may = years[None, :] >= self.earliest_start[:, None]
        return np.where(may, years[None, :] + self.build_years[:, None], NEVER)

    @cached_property
    def spent(self) -> FloatArray:
        """Share of the cost that is spent by the end of each year, by start, shape (n_years, n_years, n).

        Money flows evenly over the years of works; what falls due after the last year of the budgets has to be
        there by then, since it is committed.
        """
        year = np.array(self.years)
        span = np.maximum(self.build_years, 1)
        gone = (year[None, :, None] - year[:, None, None] + 1) / span[None, None, :]
        found = np.clip(gone, 0.0, 1.0)
        found[:, -1, :] = 1.0
        return np.asarray(found)

    def opened(self, start: IntArray) -> IntArray:
        """Opening years of a plan.

        Parameters
        ----------
        start : numpy.ndarray of int, shape (n,)
            Year in which each project starts; NEVER where it does not.

        Returns
        -------
        numpy.ndarray of int, shape (n,)
        """
        return np.where(start == NEVER, NEVER, start + self.build_years)

    def broken(self, start: IntArray) -> str:
        """What rule a plan breaks, in words; empty if it keeps all.

        Sources of money are asked as Hall's theorem does: whatever only some of them may pay for, they must have.

        Parameters
        ----------
        start : numpy.ndarray of int, shape (n,)
            Year in which each project starts; NEVER where it does not.

        Returns
        -------
        str
        """
        built = start != NEVER
        for key in np.flatnonzero(built):
            if start[key] not in self.years or start[key] < self.earliest_start[key]:
                return f"{self.ids[key]} cannot start in {start[key]}"
        for j, i in self.needs:
            if built[j] and not built[i]:
                return f"{self.ids[j]} needs {self.ids[i]}"
        for j, i in self.excludes:
            if built[j] and built[i]:
                return f"{self.ids[j]} and {self.ids[i]} exclude each other"
        paid = self._paid_usd(start)
        have = np.cumsum(self.budget_usd, axis=1)
        for some, only in self._payable:
            spent, there = paid[:, only].sum(axis=1), have[some].sum(axis=0)
            for row in np.flatnonzero(spent > there + _CENT * max(there[-1], 1.0)):
                names = " and ".join(np.array(self.sources)[some]) or "no source"
                return f"{spent[row]:.4g} USD of {names} are spent by {self.years[row]}, {there[row]:.4g} are there"
        return ""

    @cached_property
    def _payable(self) -> tuple[tuple[BoolArray, BoolArray], ...]:
        """Sets of sources, and the projects for which only they may pay."""
        found = []
        # With no source at all: what nobody may pay for, cannot be built.
        for size in range(len(self.sources) + 1):
            for chosen in combinations(range(len(self.sources)), size):
                some = np.isin(np.arange(len(self.sources)), chosen)
                only = ~self.may_pay[:, ~some].any(axis=1)
                if only.any():
                    found.append((some, np.asarray(only)))
        return tuple(found)

    def paid_usd(self, start: IntArray) -> FloatArray:
        """Money that a plan has spent by the end of each year, shape (n_years,).

        Parameters
        ----------
        start : numpy.ndarray of int, shape (n,)
            Year in which each project starts; NEVER where it does not.

        Returns
        -------
        numpy.ndarray
        """
        return np.asarray(self._paid_usd(start).sum(axis=1))

    def _paid_usd(self, start: IntArray) -> FloatArray:
        """The same by project, shape (n_years, n)."""
        total = np.zeros((len(self.years), self.n))
        for key in np.flatnonzero(start != NEVER):
            total[:, key] = self.cost_usd[key] * self.spent[self.years.index(int(start[key])), :, key]
        return total
