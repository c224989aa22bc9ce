"""Projects as a plan sees them: which are coming anyway, which may be funded, and what they ask for."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from caspia.data import Dataset
from caspia.errors import InputError, Problem
from caspia.investment import NEVER, Programme
from caspia.scenario.parse import nearest

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
NOW = 2026
"""Year in which plans are made: nothing that is not open yet opens before."""
FINANCED = 0.95
"""Share of the money from which on a project counts as paid for."""
PAID_FOR = ("financed", "construction", "working")
FUNDS = ("private", "yen", "multilateral", "national", "chinese", "other")
NEEDED = ("cost_usd", "construction_years", "earliest_start_year")


@dataclass(frozen=True, eq=False)
class ProjectTable:
    """The projects of a data set, by row of the table projects.

    Attributes
    ----------
    frame : pandas.DataFrame
        The table.
    cost_usd : numpy.ndarray, shape (n,)
        Cost at the decision to build.
    overrun, delay : numpy.ndarray, shape (n, 2)
        Mean and standard deviation of the overrun of cost, and of the time of works, as shares.
    financed, spent : numpy.ndarray, shape (n,)
        Shares of the cost for which money is signed, and that are spent.
    works_years : numpy.ndarray, shape (n,)
        Planned time of works.
    earliest_start : numpy.ndarray, shape (n,)
        First year in which works can start, or that in which they started.
    announced_opening : numpy.ndarray, shape (n,)
        As announced last; NaN where nothing is.
    """

    frame: pd.DataFrame
    cost_usd: FloatArray
    overrun: FloatArray
    delay: FloatArray
    financed: FloatArray
    spent: FloatArray
    works_years: FloatArray
    earliest_start: FloatArray
    announced_opening: FloatArray

    @property
    def ids(self) -> list[str]:
        """Ids in the order of the rows."""
        return list(self.frame["id"])

    @property
    def is_committed(self) -> npt.NDArray[np.bool_]:
        """Projects that are paid for, and come whatever a plan says."""
        return np.asarray((self.financed >= FINANCED) & self.frame["status"].isin(PAID_FOR).to_numpy())

    @property
    def asked_usd(self) -> FloatArray:
        """Money that is missing: the cost with the mean overrun of its class, less what is signed."""
        return self.cost_usd * np.maximum(1.0 + self.overrun[:, 0] - self.financed, 0.05)

    @property
    def unspent_usd(self) -> FloatArray:
        """What the works still take, whoever pays: signed money that is not spent could build something else."""
        return self.cost_usd * np.maximum(1.0 + self.overrun[:, 0] - self.spent, 0.0)

    @property
    def build_years(self) -> IntArray:
        """Years from the start to the first year of use, with the mean delay of the class."""
        left = np.where(self.earliest_start < NOW, 1.0 - self.spent, 1.0)
        return np.maximum(np.ceil(self.works_years * left * (1.0 + self.delay[:, 0]) - 1e-9), 1).astype(np.int64)

    @property
    def expected_opening(self) -> IntArray:
        """First year of use of projects under way, with the mean delay of their class."""
        planned = self.earliest_start + self.works_years * (1.0 + self.delay[:, 0])
        return np.maximum(np.ceil(planned - 1e-9), NOW).astype(np.int64)


def project_table(data: Dataset) -> ProjectTable:
    """Read the projects of a data set.

    Parameters
    ----------
    data : Dataset
        Tables.

    Returns
    -------
    ProjectTable

    Raises
    ------
    InputError
        A project lacks its cost, its time of works or its start.
    """
    frame = data.tables["projects"]
    for name in NEEDED:
        for row in np.flatnonzero(np.isnan(data.values("projects", name))):
            where = data.where("projects", int(row))
            raise InputError(Problem(f"project without {name}", where, "no fact", f"a fact {name}", "add the fact"))

    def column(name: str, default: float = 0.0) -> FloatArray:
        return data.values("projects", name, default)

    return ProjectTable(
        frame=frame,
        cost_usd=column("cost_usd"),
        overrun=np.stack([column("cost_overrun_mean"), column("cost_overrun_sd")], axis=1),
        delay=np.stack([column("schedule_overrun_mean"), column("schedule_overrun_sd")], axis=1),
        financed=column("financed_share"),
        spent=column("spent_share"),
        works_years=column("construction_years"),
        earliest_start=column("earliest_start_year"),
        announced_opening=column("announced_opening_year", np.nan),
    )


def candidates(
    table: ProjectTable, corridors: Collection[str], exclude: Collection[str] = (), include: Collection[str] = ()
) -> tuple[str, ...]:
    """Projects that a plan may fund.

    Parameters
    ----------
    table : ProjectTable
        All projects.
    corridors : collection of str
        Corridors whose projects may be funded.
    exclude, include : collection of str
        Ids, kinds or countries of projects that may not, or may as well; ids go before.

    Returns
    -------
    tuple of str
        Ids in the order of the table.

    Raises
    ------
    InputError
        A word is no id, kind or country of a project, or names one that is both included and excluded.
    """
    frame = table.frame
    states = frame["countries"].str.split(";")
    known = {*frame["id"], *frame["kind"], *(state for cell in states for state in cell)}
    for word in (*exclude, *include):
        if word not in known:
            allowed = nearest(word, sorted(known), limit=12)
            raise InputError(Problem("no such project, kind or country", "--exclude, --include", word, allowed))
    both = sorted(set(exclude) & set(include))
    if both:
        got = ", ".join(both)
        raise InputError(
            Problem("included and excluded", "--exclude, --include", got, "one of the two", "drop one")
        )

    def named(words: Collection[str]) -> npt.NDArray[np.bool_]:
        found = frame["kind"].isin(words) | states.map(lambda cell: bool(set(cell) & set(words)))
        return np.asarray(found, dtype=bool)

    chosen = frame["corridor"].isin(corridors).to_numpy() | named(include)
    chosen &= ~named(exclude)
    ids = frame["id"].to_numpy()
    chosen = (chosen | np.isin(ids, list(include))) & ~np.isin(ids, list(exclude))
    chosen &= ~table.is_committed & (frame["status"] != "stopped").to_numpy()
    return tuple(ids[chosen])


def coming(table: ProjectTable, year: int) -> tuple[str, ...]:
    """Projects that are paid for and open by a year.

    Parameters
    ----------
    table : ProjectTable
        All projects.
    year : int
        Year.

    Returns
    -------
    tuple of str
        Ids in the order of the table.
    """
    there = table.is_committed & (table.expected_opening <= year)
    return tuple(table.frame["id"].to_numpy()[there])


def programme(
    table: ProjectTable,
    ids: tuple[str, ...],
    years: tuple[int, ...],
    sources: tuple[str, ...],
    budget_usd: FloatArray,
    price: Callable[[FloatArray, IntArray], FloatArray] | None = None,
) -> tuple[Programme, dict[str, str]]:
    """The projects of a plan with their money and rules.

    Parameters
    ----------
    table : ProjectTable
        All projects.
    ids : tuple of str
        Candidates.
    years : tuple of int
        Years in which works may start.
    sources : tuple of str
        Sources of money, of `FUNDS`, or `all` for one pot.
    budget_usd : numpy.ndarray, shape (n_sources, n_years)
        New money of each source in each year.
    price : callable, optional
        What money is worth elsewhere, by what works still take and their years, shape (n, n_years); nothing if left
        out.

    Returns
    -------
    programme : Programme
        Without what can never be built.
    barred : dict of str to str
        Candidates that can never be built, and why.

    Raises
    ------
    InputError
        As `Programme`.
    """
    frame = table.frame.set_index("id")
    there = set(np.array(table.ids)[table.is_committed])
    barred: dict[str, str] = {}
    left = list(ids)
    while True:
        short = {
            key: [need for need in _listed(frame, key, "requires_ids") if need not in left and need not in there]
            for key in left
        }
        new = {key: f"needs {', '.join(lacking)}" for key, lacking in short.items() if lacking}
        if not new:
            break
        barred |= new
        left = [key for key in left if key not in new]
    position = {key: row for row, key in enumerate(left)}
    for key in list(left):
        standing = [other for other in _listed(frame, key, "excludes_ids") if other in there]
        if standing:
            barred[key] = f"excluded by {', '.join(standing)}"
    kept = [key for key in left if key not in barred]
    if len(kept) != len(left):
        again, more = programme(table, tuple(kept), years, sources, budget_usd, price)
        return again, barred | more
    row = np.array([table.ids.index(key) for key in left], dtype=np.int64)
    may_pay = np.array(
        [[source == "all" or source in frame["funds"][key].split(";") for source in sources] for key in left]
    ).reshape(len(left), len(sources))
    excludes = {
        tuple(sorted((position[key], position[other])))
        for key in left
        for other in _listed(frame, key, "excludes_ids")
        if other in position
    }
    found = Programme(
        ids=tuple(left),
        cost_usd=table.asked_usd[row],
        build_years=table.build_years[row],
        earliest_start=np.where(np.isnan(table.earliest_start[row]), NEVER, table.earliest_start[row]).astype(
            np.int64
        ),
        needs=tuple((position[key], position[need]) for key in left for need in _needs(frame, key, position)),
        excludes=tuple(sorted((one, other) for one, other in excludes)),
        years=years,
        sources=sources,
        budget_usd=budget_usd,
        may_pay=may_pay.astype(bool),
        price=np.zeros((len(left), len(years)))
        if price is None
        else price(table.unspent_usd[row], table.build_years[row]),
    )
    return found, barred


def _listed(frame: pd.DataFrame, key: str, column: str) -> list[str]:
    return [item for item in str(frame.loc[key, column]).split(";") if item]


def _needs(frame: pd.DataFrame, key: str, position: Collection[str]) -> list[str]:
    return [need for need in _listed(frame, key, "requires_ids") if need in position]
