"""Stochastic equilibrium of a problem: the routes are found as they come to be worth taking.

The other behaviour of the same problem as `equilibrium`: instead of the least-cost routes alone all known
routes are used, in shares of a path-size logit. Routes are generated as columns: solve, find the least-cost
route of each pair at the costs reached, add it where it is new, and solve again from the loads reached, until
no pair has a new one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from caspia.assignment.logit import LogitEquilibrium, solve_logit
from caspia.assignment.problem import Problem, check_problem
from caspia.assignment.routes import Choice, RouteTable, path_sizes
from caspia.cost.delay import DelayTable
from caspia.routing import Graph, build_graph, one_to_all

Floats = npt.NDArray[np.float64]
MAX_ROUNDS = 60
Found = list[dict[tuple[int, ...], None]]


@dataclass(frozen=True, eq=False)
class StochasticEquilibrium:
    """Routes that the demand chose among, and how it did.

    Attributes
    ----------
    table : RouteTable
        Routes by pair, their free costs and the servers that they use.
    first, arcs : numpy.ndarray of int
        Arcs of route r are `arcs[first[r]:first[r + 1]]`.
    result : LogitEquilibrium
        Flows, costs, logsums, loads, and the residual that certifies them.
    rounds : int
        How often new routes were looked for.
    closed : bool
        Whether no pair has a cheaper route that is not among these.
    """

    table: RouteTable
    first: npt.NDArray[np.int64]
    arcs: npt.NDArray[np.int64]
    result: LogitEquilibrium
    rounds: int
    closed: bool

    @property
    def converged(self) -> bool:
        """Whether the residual was reached and the routes are complete."""
        return self.result.converged and self.closed


@dataclass(frozen=True, eq=False)
class FreeServers:
    """Servers of a problem, which have delays and no price of scarcity."""

    delays: DelayTable

    @property
    def capacity(self) -> Floats:
        """Capacity of every server."""
        return self.delays.capacity

    def response(self, load: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Delay at a load, its slope, and no price, as `Servers` has them.

        Parameters
        ----------
        load : numpy.ndarray, shape (n_servers,)
            Loads.

        Returns
        -------
        delay_h, price, delay_slope, price_slope : numpy.ndarray, shape (n_servers,)
        """
        delay, slope = self.delays.delay_and_slope(load)
        return delay, np.zeros_like(load), slope, np.zeros_like(load)

    def start(self) -> Floats:
        """No load, shape (n_servers,)."""
        return np.zeros(self.delays.n_servers)


def stochastic_equilibrium(
    problem: Problem, scale: npt.ArrayLike, *, residual: float = 1e-8, max_rounds: int = MAX_ROUNDS
) -> StochasticEquilibrium:
    """Find the flows that choose by path-size logit among routes that are generated as they are needed.

    Parameters
    ----------
    problem : Problem
        Graph, servers, classes and demand.
    scale : array_like of float, shape (n_pairs,) or ()
        Scale of the choice of every pair: log-odds per unit of cost, above 0.
    residual : float
        Fixed-point residual to be reached.
    max_rounds : int
        Searches for new routes before it gives up.

    Returns
    -------
    StochasticEquilibrium
        Ask `converged` before using it.

    Raises
    ------
    caspia.errors.DataError
        If the parts of the problem do not fit together or hold impossible numbers.

    References
    ----------
    Ben-Akiva, M., Bierlaire, M. (1999), in Handbook of Transportation Science, Kluwer, 5-34. Leurent, F. (1997),
    Curbing the computational difficulty of the logit equilibrium assignment model, Transportation Research
    Part B 31 (4), 315-326 (columns).

    Examples
    --------
    Two roads of the same kind share the demand evenly.

    >>> from caspia.assignment import Demand, road_problem
    >>> from caspia.cost.delay import delay_table
    >>> delays = delay_table(["bpr", "bpr"], [[10.0, 2.0, 1.0, 2.0]] * 2)
    >>> pair = [np.array([vertex], np.int32) for vertex in (0, 1, 0)]
    >>> two = road_problem([0, 0], [1, 1], 2, delays=delays, demand=Demand(*pair, np.array([3.0])))
    >>> stochastic_equilibrium(two, 0.5).result.flow.round(3).tolist()
    [1.5, 1.5]
    """
    check_problem(problem)
    n_pairs = problem.demand.n_pairs
    scales = np.broadcast_to(np.asarray(scale, dtype=np.float64), (n_pairs,)).copy()
    fixed = np.zeros(n_pairs)
    response, reference = problem.demand.response, problem.demand.reference
    choice = Choice(
        problem.demand.amount,
        scales,
        fixed if response is None else response,
        fixed if reference is None else reference,
    )
    graph = build_graph(problem.tail, problem.head, problem.n_vertices)
    servers = FreeServers(problem.delays)
    known: Found = [{} for _ in range(n_pairs)]
    _add_columns(problem, graph, problem.arc_costs(servers.response(servers.start())[0]), known)
    load, closed, rounds = None, False, 0
    while rounds < max(max_rounds, 1) and not closed:
        rounds += 1
        table, first, arcs = _compile(problem, known)
        result = solve_logit(table, choice, servers, residual=residual, warm=load)
        load = result.load
        closed = not _add_columns(problem, graph, problem.arc_costs(result.delay_h), known)
    return StochasticEquilibrium(table, first, arcs, result, rounds, closed)


def _add_columns(problem: Problem, graph: Graph, costs: Floats, known: Found) -> bool:
    """Add the least-cost route of every pair where it is new; whether there was one."""
    demand, found = problem.demand, False
    order = np.lexsort((demand.origin, demand.class_index))
    tree, root = None, (-1, -1)
    for pair in order[demand.amount[order] > 0].tolist():
        origin, klass = int(demand.origin[pair]), int(demand.class_index[pair])
        if (origin, klass) != root:
            shut = problem.no_through[problem.tail] & (problem.tail != origin)
            tree, root = one_to_all(graph, np.where(shut, np.inf, costs[klass]), origin), (origin, klass)
        arcs, at = [], int(demand.destination[pair])
        while tree is not None and tree.parent_arc[at] >= 0:
            arcs.append(int(tree.parent_arc[at]))
            at = int(problem.tail[arcs[-1]])
        route = tuple(reversed(arcs))
        if at == origin and route and route not in known[pair]:
            known[pair][route] = None
            found = True
    return found


def _compile(problem: Problem, known: Found) -> tuple[RouteTable, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Routes as sparse rows of servers."""
    pair_start = np.concatenate([[0], np.cumsum([len(routes) for routes in known])]).astype(np.int64)
    listed = [route for routes in known for route in routes]
    first = np.concatenate([[0], np.cumsum([len(route) for route in listed])]).astype(np.int64)
    arcs = np.array([arc for route in listed for arc in route], dtype=np.int64)
    klass = problem.demand.class_index[np.repeat(np.arange(len(known)), np.diff(pair_start))]
    route = np.repeat(np.arange(len(listed)), np.diff(first))
    fixed = np.bincount(route, problem.fixed_cost[klass[route], arcs], len(listed)).astype(np.float64)
    span = np.diff(problem.entry_start)[arcs]
    entry = np.repeat(problem.entry_start[arcs] - np.cumsum(span) + span, span) + np.arange(span.sum())
    owner = np.repeat(route, span)
    kind = klass[owner]
    length = np.maximum(problem.arc_costs(problem.delays.delay(np.zeros(problem.delays.n_servers))), 0.0)
    table = RouteTable(
        pair_start=pair_start,
        pair_class=problem.demand.class_index.astype(np.int64),
        cost=fixed,
        path_size=path_sizes(pair_start, first, arcs, np.where(np.isfinite(length), length, 0.0).max(axis=0)),
        entry_start=np.searchsorted(owner, np.arange(len(listed) + 1)).astype(np.int64),
        server=problem.entry_server[entry].astype(np.int64),
        use=problem.entry_use[entry] * problem.class_load[kind, problem.entry_unit[entry]],
        felt=problem.entry_felt[entry] * problem.value_of_delay[kind],
        n_servers=problem.delays.n_servers,
    )
    return table, first, arcs
