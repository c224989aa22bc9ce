"""Plans by order of projects, and who pays for what in a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

from caspia.investment.programme import NEVER, Programme

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def by_order(programme: Programme, order: Iterable[int]) -> IntArray:
    """Plan that builds projects in order, each with what it needs and as early as rules and money allow.

    Parameters
    ----------
    programme : Programme
        Projects, rules and money.
    order : iterable of int
        Projects; what does not fit is left out.

    Returns
    -------
    numpy.ndarray of int, shape (n,)
        Year in which each project starts; NEVER where it is not built.
    """
    start = np.full(programme.n, NEVER, dtype=np.int64)
    for key in order:
        trial = start.copy()
        for item in reversed(programme.with_needs(key)):
            for year in programme.years if trial[item] == NEVER else ():
                trial[item] = year
                if not programme.broken(trial):
                    break
                trial[item] = NEVER
        if (trial[list(programme.with_needs(key))] != NEVER).all():
            start = trial
    return start


def greedy(programme: Programme, worth: Callable[[IntArray], float]) -> IntArray:
    """Plan that takes, again and again, what adds most for its money.

    Parameters
    ----------
    programme : Programme
        Projects, rules and money.
    worth : callable
        Value of a plan by its starts.

    Returns
    -------
    numpy.ndarray of int, shape (n,)
        Year in which each project starts; NEVER where it is not built.
    """
    start, value = np.full(programme.n, NEVER, dtype=np.int64), None
    order: list[int] = []
    while True:
        value = worth(start) if value is None else value
        best, found = 0.0, None
        for key in np.flatnonzero(start == NEVER).tolist():
            trial = by_order(programme, [*order, key])
            if trial[key] == NEVER:
                continue
            cost = programme.cost_usd[(trial != NEVER) & (start == NEVER)].sum()
            gain = worth(trial)
            if (gain - value) / cost > best:
                best, found = (gain - value) / cost, (key, trial, gain)
        if found is None:
            return start
        order.append(found[0])
        start, value = found[1], found[2]


def payments(programme: Programme, start: IntArray) -> FloatArray:
    """What each source pays for each project of a plan, found by a linear program.

    Parameters
    ----------
    programme : Programme
        Projects, rules and money.
    start : numpy.ndarray of int, shape (n,)
        A plan that keeps the rules.

    Returns
    -------
    numpy.ndarray, shape (n, n_sources)
        Dollars; the rows of what is built sum to its cost.
    """
    n, n_sources = programme.may_pay.shape
    cost = np.where(start != NEVER, programme.cost_usd, 0.0)
    unit = max(float(cost.sum()), 1.0)
    each = np.kron(np.eye(n), np.ones((1, n_sources)))
    by_source = np.kron(np.ones((1, n)), np.eye(n_sources))
    # Budgets may be passed by the rounding that a plan is allowed.
    have = programme.budget_usd.sum(axis=1) / unit + 2e-6
    upper = np.where(programme.may_pay, np.inf, 0.0).ravel()
    found = linprog(
        np.zeros(n * n_sources),
        A_ub=by_source,
        b_ub=have,
        A_eq=each,
        b_eq=cost / unit,
        bounds=np.stack([np.zeros_like(upper), upper], axis=1),
    )
    return np.asarray(found.x, dtype=np.float64).reshape(n, n_sources) * unit
