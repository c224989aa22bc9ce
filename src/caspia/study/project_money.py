"""What the projects of a plan earn and what they are worth to users: with them less without them, year by year.

Projects in series and in parallel make no sums: a ferry without a port brings little, two ferries bring less than
twice one. Each project gets the mean of what it adds to nothing and of what the plan loses without it. That is its
Shapley value where no more than two projects act on each other at once; what is left over is shared in proportion.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from caspia.study.plan import Planner
from caspia.study.plan_worlds import ANCHORS
from caspia.study.takings import Some, Takings, Till

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Tell = Callable[[str, int, int], None]
ABROAD = "other"
"""Users of no state of the network."""


@dataclass(frozen=True, eq=False)
class PlanMoney:
    """Money of the projects of a plan by year, against the world in which none of them is built.

    Attributes
    ----------
    ids : tuple of str
        Projects.
    usable : numpy.ndarray of int, shape (n,)
        First year in which each is open with all that it needs.
    years : numpy.ndarray of int, shape (n_years,)
        Years.
    states : tuple of str
        States, and `other`.
    builders : numpy.ndarray of bool, shape (n_states,)
        States in which the projects are.
    revenue_usd : numpy.ndarray, shape (n, n_years)
        Money paid on what each project touches; 0 for what sells nothing.
    others_usd : numpy.ndarray, shape (n, n_years)
        Money that other carriers of the states that build take because of it; below 0 where they lose.
    users_usd : numpy.ndarray, shape (n, n_years)
        What users gain.
    state_others_usd : numpy.ndarray, shape (n_states, n_years)
        What all projects together bring carriers on land of each state, beside the projects.
    state_users_usd : numpy.ndarray, shape (n_states, n_years)
        What they bring the users of each state.
    """

    ids: tuple[str, ...]
    usable: IntArray
    years: IntArray
    states: tuple[str, ...]
    builders: npt.NDArray[np.bool_]
    revenue_usd: FloatArray
    others_usd: FloatArray
    users_usd: FloatArray
    state_others_usd: FloatArray
    state_users_usd: FloatArray


def project_money(
    planner: Planner, opening: Mapping[str, int], life_years: Sequence[float], first: int, tell: Tell | None = None
) -> PlanMoney:
    """Money of the projects of a plan.

    Values are those of equilibria in the anchor years of plans, by distance between them and constant after the
    last; a project counts from the year in which it is open with all that it needs to the end of its life.

    Parameters
    ----------
    planner : Planner
        Projects compiled.
    opening : mapping of str to int
        First year of use of each project of the plan.
    life_years : sequence of float
        Years of use, in the same order.
    first : int
        First year of the tables.
    tell : callable, optional
        Told stage, number done and number of all.

    Returns
    -------
    PlanMoney

    Raises
    ------
    InputError
        A project is none of the planner.
    caspia.errors.NotConverged
        No equilibrium was reached.

    References
    ----------
    Shapley, L. S. (1953). A value for n-person games. Contributions to the Theory of Games 2, 307-317. Grabisch, M.
    (1997). k-order additive discrete fuzzy measures and their representation. Fuzzy Sets and Systems 92, 167-189.
    """
    ids, n = tuple(opening), len(opening)
    usable = _usable(planner, opening)
    end = usable + np.ceil(np.asarray(life_years, dtype=float)).astype(np.int64)
    years = np.arange(first, int(end.max()), dtype=np.int64)
    till = Till(planner, ids)
    till.prepare()
    whole = frozenset(range(n))
    phases = [frozenset(np.flatnonzero(usable <= year).tolist()) for year in years.tolist()]
    one = [frozenset({key}) for key in range(n)]
    sets = [frozenset(), whole, *one, *(whole - key for key in one), *phases]
    till.many([(some, year) for some in sets for year in ANCHORS], tell)
    builders = _builders(planner, till)
    parts = np.stack([_parts(till, whole, year, builders) for year in ANCHORS])
    weight = np.stack([np.interp(years, ANCHORS, row) for row in np.eye(len(ANCHORS))], axis=1)
    table, states = np.zeros((3, n, len(years))), np.zeros((2, len(till.states) + 1, len(years)))
    for row, some in enumerate(phases):
        there = np.array(sorted(some), dtype=np.int64)
        if len(there):
            gain = np.tensordot(weight[row], [_gain(till, some, year) for year in ANCHORS], 1)
            states[:, :, row] = gain[1:].reshape(2, -1)
            own, carriers, users = np.tensordot(weight[row], parts, 1)[:, there]
            taken = gain[0] + builders @ states[0, :, row]
            table[:, there, row] = own, shared(carriers, taken) - own, shared(users, states[1, :, row].sum())
    alive = years < end[:, None]
    states = _while_alive(states, table[2], alive)
    table *= alive
    names = (*till.states, ABROAD)
    return PlanMoney(ids, usable, years, names, builders.astype(bool), *table, *states)


def shared(parts: FloatArray, total: float) -> FloatArray:
    """Parts that sum to a total: what is left over is spread by their size.

    Parameters
    ----------
    parts : numpy.ndarray, shape (n,)
        Parts as they were found.
    total : float
        What they must sum to.

    Returns
    -------
    numpy.ndarray, shape (n,)

    Examples
    --------
    >>> shared(np.array([3.0, -1.0]), 6.0).tolist()
    [6.0, 0.0]
    """
    size = np.abs(parts)
    share = size / size.sum() if size.sum() > 0 else np.full(len(parts), 1.0 / len(parts))
    return np.asarray(parts + (total - parts.sum()) * share)


def _while_alive(states: FloatArray, users: FloatArray, alive: npt.NDArray[np.bool_]) -> FloatArray:
    """What states gain from the projects that are still in use, by their part in what users gain."""
    size = np.abs(users)
    whole = size.sum(axis=0)
    part = np.where(whole > 0, (size * alive).sum(axis=0) / np.where(whole > 0, whole, 1.0), 1.0)
    found = states * part
    # Gains and losses may leave a little; it belongs to no state.
    found[1, -1] += (users * alive).sum(axis=0) - found[1].sum(axis=0)
    return np.asarray(found)


def _usable(planner: Planner, opening: Mapping[str, int]) -> IntArray:
    """First year in which each project is open with all that it needs of the plan."""
    needs = planner.table.frame.set_index("id")["requires_ids"]
    found = dict(opening)
    # As many rounds as the longest chain of needs can have links.
    for _ in opening:
        for key in opening:
            found[key] = max([found[key], *(found[need] for need in str(needs[key]).split(";") if need in found)])
    return np.array([found[key] for key in opening], dtype=np.int64)


def _builders(planner: Planner, till: Till) -> FloatArray:
    """1 for the states in which the projects are, shape (n_states,)."""
    cells = planner.table.frame.set_index("id")["countries"]
    there = {state for key in till.ids for state in str(cells[key]).split(";")}
    return np.array([float(state in there) for state in (*till.states, ABROAD)])


def _vector(found: Takings) -> FloatArray:
    """What is sold, and by state what others take and what users gain, in a row."""
    return np.concatenate([[found.sold_usd], found.others_usd, [0.0], found.users_usd])


def _gain(till: Till, some: Some, year: int) -> FloatArray:
    return _vector(till(some, year)) - _vector(till(frozenset(), year))


def _parts(till: Till, whole: Some, year: int, builders: FloatArray) -> FloatArray:
    """Part of each project in its own revenue, in that of all carriers of the builders, and in what users gain."""

    def three(some: Some, key: int) -> FloatArray:
        found = till(some, year)
        carriers = found.sold_usd + builders[:-1] @ found.others_usd
        return np.array([found.own_usd[key], carriers, found.users_usd.sum()])

    rows = []
    for key in sorted(whole):
        first = three(frozenset({key}), key) - three(frozenset(), key)
        last = three(whole, key) - three(whole - {key}, key)
        rows.append(0.5 * (first + last))
    return np.array(rows).T
