"""Deterministic user equilibrium: nobody can do better by another route, everybody's delays taken as given.

Flows are kept by class and origin, not by route. Rounds alternate between least-cost trees, which measure the
gap while flows rest and show where a group has flow that would do better by its tree, and sweeps over the
forks found there, which level the costs of their two ways by Newton steps. Demand that answers to its cost has
one more way to go: not at all, at the cost that would hold it back. Routes are taken out of the flows at the
end, and the gap is measured once more at what they add up to.

References
----------
Wardrop, J. G. (1952). Some theoretical aspects of road traffic research. Proc. Institution of Civil
Engineers 1(3), 325-362.
Bar-Gera, H. (2010). Traffic assignment by paired alternative segments. Transportation Research Part B 44
(8-9), 1022-1046.
Sheffi, Y. (1985). Urban Transportation Networks. Prentice-Hall, chapter 6 (excess demand).
Dafermos, S. (1972). The traffic assignment problem for multiclass-user transportation networks.
Transportation Science 6(1), 73-87.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from caspia.assignment._solver import Solver
from caspia.assignment.problem import Problem, check_problem
from caspia.assignment.result import Equilibrium
from caspia.errors import InputError
from caspia.errors import Problem as Wrong


def equilibrium(
    problem: Problem,
    *,
    gap: float = 1e-6,
    max_iterations: int = 200,
    warm: Equilibrium | None = None,
    progress: Callable[[int, float], None] | None = None,
    workers: int | None = None,
) -> Equilibrium:
    """Find flows in which all demand uses routes of least cost, to a relative gap.

    Parameters
    ----------
    problem : Problem
        Graph, servers, classes and demand.
    gap : float
        Relative gap to reach, above zero.
    max_iterations : int
        Rounds after which to give up, at least 1.
    warm : Equilibrium, optional
        Result for the same graph and classes with other demand, delays or costs, to start from.
    progress : callable, optional
        Called with the number of the round and the gap before it.
    workers : int, optional
        Threads; by default as many as there are processors. The result does not depend on it.

    Returns
    -------
    Equilibrium
        Flows, routes, costs and the gap, measured once more at flows added up from the routes. Ask
        `converged` before using it.

    Raises
    ------
    DataError
        If the parts of the problem do not fit together or hold impossible numbers.
    InputError
        If another argument is out of range, or `warm` belongs to another graph.

    Notes
    -----
    Where classes differ in what they load and feel, an equilibrium exists but need not be unique, nor
    be the optimum of one function; the gap certifies it all the same.

    Examples
    --------
    Two roads; the wide one takes an hour, the narrow one as many hours as there are cars in units.

    >>> import numpy as np
    >>> from caspia.assignment.problem import Demand, road_problem
    >>> from caspia.cost.delay import delay_table
    >>> delays = delay_table(["bpr", "bpr"], [[1.0, 1.0, 0.0, 0.0], [1e-9, 1.0, 1e9, 1.0]])
    >>> pair = [np.array([vertex], np.int32) for vertex in (0, 1, 0)]
    >>> found = equilibrium(road_problem([0, 0], [1, 1], 2, delays=delays, demand=Demand(*pair, np.array([3.0]))))
    >>> found.converged, found.flow.round(6).tolist()
    (True, [[2.0, 1.0]])
    """
    if not gap > 0.0:
        raise InputError(Wrong("gap must be above zero", "gap", str(gap), "above 0, such as 1e-6"))
    if max_iterations < 1:
        raise InputError(Wrong("too few iterations", "max_iterations", str(max_iterations), "1 or more"))
    if workers is not None and workers < 1:
        raise InputError(Wrong("too few workers", "workers", str(workers), "1 or more"))
    check_problem(problem)
    solver = Solver(problem, workers or os.cpu_count() or 1)
    try:
        return solver.run(gap, max_iterations, warm, progress)
    finally:
        solver.close()
