"""Discrete network design: which roads to build within a budget so that the equilibrium's total cost is least.

Who builds roads does not choose the routes: travellers do, in user equilibrium, and a new road can make all of them
slower. So the problem has two levels. It is solved here with the exact equilibrium, not a linearised one, by branch
and bound; `_bounds` says what no design falls below. Every bound is certified by potentials, and so is the floor of
every equilibrium that takes part in the proof.

References
----------
LeBlanc, L. J. (1975). An algorithm for the discrete network design problem. Transportation Science 9(3), 183-199.
Farvaresh, H., Sepehri, M. M. (2013). A branch and bound algorithm for bi-level discrete network design problem.
Networks and Spatial Economics 13(1), 67-106.
Rey, D. (2020). Computational benchmarking of exact methods for the bilevel discrete network design problem.
Transportation Research Procedia 47, 11-18.
Braess, D. (1968). Über ein Paradoxon aus der Verkehrsplanung. Unternehmensforschung 12, 258-268.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from caspia.assignment import Problem, check_problem
from caspia.cost.delay.table import CODES
from caspia.errors import DataError, InputError, NotConverged
from caspia.errors import Problem as Wrong
from caspia.investment import _bounds, _flows
from caspia.investment._bounds import Box, Cut, Road
from caspia.investment._flows import Bools, Cost, Floats, Ints, Net
from caspia.investment.search import LANES, Node, Visit, check_budget, enumerate_all, improve, search

COARSE = 1e-5  # relative gap of the equilibria by which a first design is improved
BOUND_GAP = 1e-3  # relative gap to which relaxations are solved: what is not optimal yet bounds all the same
TURNS = 3  # solutions of a relaxation, with new shares and weight each
ROOT_TURNS = 16
ROUNDS = 100  # most rounds of one equilibrium
MOST_CELLS = 500_000_000  # of four bytes, for the routes of all lanes
WORST_GAP = 1e-9  # relative gap above which flows are no equilibrium, where the accuracy asked is beyond rounding


@dataclass(frozen=True, eq=False)
class NetworkDesign:
    """Which projects to build: each opens arcs of its own, and costs a part of the budget.

    Parameters
    ----------
    problem : Problem
        The network with all projects built: one class, fixed demand, and on every arc at most one server of its
        own, of the form "bpr" (see `caspia.assignment.road_problem`).
    project : int32[A]
        Project that each arc belongs to, -1 for what exists.
    cost : float64[J]
        What each project costs, zero or more.
    budget : float
        What all that are built may cost.
    """

    problem: Problem
    project: Ints
    cost: Floats
    budget: float

    @property
    def n_projects(self) -> int:
        """Number of projects."""
        return int(np.size(self.cost))


@dataclass(frozen=True, eq=False)
class DesignResult:
    """A design, and how near to the best it is proven to be.

    Parameters
    ----------
    chosen : bool[J]
        Projects to build; none that nobody would use.
    value : float
        Total cost of travel in their equilibrium, in the unit of the arcs' cost times that of the demand.
    bound : float
        What no design within the budget falls below, certified by potentials but for rounding.
    gap : float
        Difference of the two, as a part of the value.
    proven : bool
        Whether the gap is within the tolerance.
    flow : float64[A]
        Flow on every arc in this equilibrium.
    equilibrium_gap : float
        Relative gap of these flows.
    nodes : int
        Nodes of the tree.
    equilibria, relaxations : int, int
        Equilibria and relaxations solved.
    seconds : float
        Time taken.
    """

    chosen: Bools
    value: float
    bound: float
    gap: float
    proven: bool
    flow: Floats
    equilibrium_gap: float
    nodes: int
    equilibria: int
    relaxations: int
    seconds: float


def design(
    network: NetworkDesign,
    *,
    tolerance: float = 1e-6,
    accuracy: float = 1e-13,
    max_nodes: int | None = None,
    workers: int | None = None,
) -> DesignResult:
    """Find the design of least total cost in equilibrium and prove that it is.

    Parameters
    ----------
    network : NetworkDesign
        What may be built.
    tolerance : float
        Part of the value within which the design is proven to be the best.
    accuracy : float
        Relative gap of the equilibria that the proof rests on. The floor of a total cost lies below it by a part
        that shrinks as the root of this, so that it should be well below the square of the tolerance.
    max_nodes : int, optional
        Nodes of the tree after which to give up.
    workers : int, optional
        Threads; by default as many as there are processors. The result does not depend on it.

    Returns
    -------
    DesignResult
        The design and its proof. Ask `proven` before calling it the best.

    Raises
    ------
    DataError
        If the problem is not of the form that `NetworkDesign` describes.
    InputError
        If a cost, the budget or an option is out of range, a pair has no way without the projects, or the network
        is too large: all routes are kept in every lane.
    NotConverged
        If the equilibrium of the design found stays above a relative gap of 1e-9.

    Examples
    --------
    The paradox of Braess: the road across, free to build, would cost every traveller 12 more.

    >>> from caspia.assignment import Demand, road_problem
    >>> from caspia.cost.delay import delay_table
    >>> rows = [[1e-6, 1e-6, 10, 1], [50, 50, 1, 1], [50, 50, 1, 1], [1e-6, 1e-6, 10, 1], [10, 10, 1, 1]]
    >>> ends = [np.array([end], np.int32) for end in (0, 3, 0)]
    >>> delays, wanted = delay_table(["bpr"] * 5, rows), Demand(*ends, np.array([6.0]))
    >>> roads = road_problem([0, 0, 1, 2, 1], [1, 2, 3, 3, 2], 4, delays=delays, demand=wanted)
    >>> across = NetworkDesign(roads, np.array([-1, -1, -1, -1, 0], np.int32), np.array([0.0]), 1.0)
    >>> best = design(across)
    >>> best.chosen.tolist(), round(best.value, 3), best.proven
    ([False], 498.0, True)
    """
    begin = time.perf_counter()
    _check_options(tolerance, accuracy)
    net, road = _prepare(network)
    lanes: list[_Lane] = []

    def make_lane() -> _Lane:
        lanes.append(_Lane(net, road, accuracy))
        return lanes[-1]

    first = make_lane()
    chosen = _first_design(first, network.budget)
    value = first.equilibrium(chosen, math.inf).value
    found = search(
        road.price,
        network.budget,
        make_lane,
        start=(chosen, value),
        tolerance=tolerance,
        max_nodes=max_nodes,
        workers=workers,
    )
    last = first.equilibrium(found.chosen, math.inf)
    if last.gap > max(accuracy, WORST_GAP):
        reached = f"relative gap {last.gap:.1e} after {ROUNDS} rounds"
        raise NotConverged(Wrong("equilibrium not reached", "problem", reached, f"at most {WORST_GAP:g}"))
    bound = min(found.bound, last.floor)
    used = np.zeros(network.n_projects, np.bool_)
    used[network.project[(network.project >= 0) & (first.plan.load > 0.0)]] = True
    gap = (last.value - bound) / last.value if last.value > 0.0 else 0.0
    return DesignResult(
        chosen=found.chosen & used,
        value=last.value,
        bound=bound,
        gap=gap,
        proven=found.complete and gap <= tolerance,
        flow=first.plan.load.copy(),
        equilibrium_gap=last.gap,
        nodes=found.nodes,
        equilibria=sum(lane.equilibria for lane in lanes),
        relaxations=sum(lane.relaxations for lane in lanes),
        seconds=time.perf_counter() - begin,
    )


def enumerate_designs(network: NetworkDesign, *, accuracy: float = 1e-13) -> DesignResult:
    """Solve the equilibrium of every design within the budget: slow and sure, for at most 24 projects.

    Parameters
    ----------
    network : NetworkDesign
        What may be built.
    accuracy : float
        Relative gap of the equilibria.

    Returns
    -------
    DesignResult
        The best design; the bound is its value, true to the accuracy of the equilibria.

    Raises
    ------
    DataError
        If the problem is not of the form that `NetworkDesign` describes.
    InputError
        If a cost, the budget or the accuracy is out of range, there are too many projects, or a pair has no way
        without them.
    """
    begin = time.perf_counter()
    _check_options(0.0, accuracy)
    net, road = _prepare(network)
    lane = _Lane(net, road, accuracy)
    found = enumerate_all(road.price, network.budget, lambda chosen: lane.equilibrium(chosen, math.inf).value)
    last = lane.equilibrium(found.chosen, math.inf)
    flow = lane.plan.load.copy()
    return DesignResult(
        *(found.chosen, last.value, last.value, 0.0, True, flow, last.gap),
        nodes=found.nodes,
        equilibria=lane.equilibria,
        relaxations=0,
        seconds=time.perf_counter() - begin,
    )


class _Answer(NamedTuple):
    """An equilibrium: total cost, certified floor of it, Beckmann value, relative gap."""

    value: float
    floor: float
    beckmann: float
    gap: float


class _Memory(NamedTuple):
    """What a node hands to its children."""

    cut: Cut
    share: Floats
    ceiling: float


class _Lane:
    """Equilibria and relaxations from the routes of those before."""

    def __init__(self, net: Net, road: Road, accuracy: float) -> None:
        self.net, self.road, self.accuracy = net, road, accuracy
        self.plan, self.relaxed = _flows.empty_plan(net), _flows.empty_plan(net)
        self.equilibria = self.relaxations = 0

    def equilibrium(self, chosen: Bools, cutoff: float) -> _Answer:
        """Solve the equilibrium of a design, no better than to see that it passes the cutoff."""
        share = chosen.astype(np.float64)
        plain = _bounds.built(self.road, share, 0.0)
        cost = Cost(plain.base, self.road.cost.slope, plain.power)
        self.equilibria += 1
        answer = _Answer(math.inf, -math.inf, math.inf, math.inf)
        for limit in dict.fromkeys((cutoff, math.inf)):
            spent, excess, spread = _flows.solve(self.net, cost, self.plan, self.accuracy, limit, ROUNDS)
            floor = _bounds.equilibrium_floor(self.net, self.road, self.plan, share, excess, spread)
            gap = excess / spent if spent > 0.0 else 0.0
            answer = _Answer(spent, floor, _bounds.beckmann(cost, self.plan.load), gap)
            if floor >= cutoff:
                break
        return answer

    def rough_value(self, chosen: Bools, cutoff: float) -> float:
        """Return about what a design costs."""
        plain = _bounds.built(self.road, chosen.astype(np.float64), 0.0)
        cost = Cost(plain.base, self.road.cost.slope, plain.power)
        self.equilibria += 1
        return float(_flows.solve(self.net, cost, self.plan, COARSE, cutoff, ROUNDS)[0])

    def visit(self, node: Node, cutoff: float) -> Visit:
        """Value a node of the search, and bound it."""
        known: _Memory | None = node.memory
        box = Box(node.inside, node.free, node.left, math.inf if known is None else known.ceiling)
        if known is not None:
            bound = float(_bounds.cut_bound(self.road, known.cut, box))
            if bound >= cutoff:
                return Visit(math.inf, bound, bound, -1, known)
        value = floor = math.inf
        if node.fresh:
            answer = self.equilibrium(node.inside, cutoff)
            floor, box = answer.floor, box._replace(ceiling=min(answer.beckmann, box.ceiling))
            if floor < cutoff:
                value, cutoff = answer.value, min(cutoff, answer.value)
        if not node.free.any():
            return Visit(value, floor, math.inf, -1, known)
        return self._relax(box, known, (value, floor), cutoff)

    def _relax(self, box: Box, known: _Memory | None, valued: tuple[float, float], cutoff: float) -> Visit:
        """Bound a node by its relaxation, and choose what to branch on: what is most wanted and worth most."""
        turns = TURNS
        share, weight = np.empty(self.road.price.size), 0.0
        if known is None:
            turns = ROOT_TURNS
            _bounds.spread_budget(self.road, box, self.plan.load, 0.0, share)
        else:
            share, weight = known.share, known.cut.weight
        bound, cut, share, count = _bounds.relax(
            self.net, self.road, self.relaxed, box, weight, share, BOUND_GAP, turns, cutoff
        )
        self.relaxations += count
        wanted = np.where(box.free, cut.gain * share**2, -1.0)
        return Visit(*valued, bound, int(np.argmax(wanted)), _Memory(cut, share, box.ceiling))


def _first_design(lane: _Lane, budget: float) -> Bools:
    """Round the relaxation of the whole problem, and improve it by exchange."""
    price = lane.road.price
    count = price.size
    chosen = np.zeros(count, np.bool_)
    if count == 0:
        return chosen
    root = Node(chosen, price <= budget * (1.0 + _bounds.SLACK), budget, True, -math.inf, None)
    if not root.free.any():
        return chosen
    seen = lane.visit(root, math.inf)
    order = np.argsort(-seen.memory.cut.gain * seen.memory.share, kind="stable")
    for project in order:
        if root.free[project] and price[chosen].sum() + price[project] <= budget * (1.0 + _bounds.SLACK):
            chosen[project] = True
    return improve(price, budget, lane.rough_value, chosen)[0]


def _check_options(tolerance: float, accuracy: float) -> None:
    """Refuse options out of range."""
    if not 0.0 <= tolerance < 1.0:
        raise InputError(Wrong("tolerance out of range", "tolerance", str(tolerance), "zero or more, below 1"))
    if not 1e-15 <= accuracy < 1.0:
        raise InputError(Wrong("accuracy out of range", "accuracy", str(accuracy), "1e-15 or more, below 1"))


def _prepare(network: NetworkDesign) -> tuple[Net, Road]:
    """Check a problem, and write it as the kernels want it."""
    problem = network.problem
    check_problem(problem)
    check_budget(network.cost, network.budget)
    faults = _form_faults(network)
    if faults:
        raise DataError(faults)
    net = _net(problem)
    cells = 2 * (LANES + 1) * net.target.size * problem.n_vertices * _flows.ROUTES
    if cells > MOST_CELLS:
        got = f"{net.target.size} pairs on {problem.n_vertices} vertices"
        allowed = f"a product of at most {MOST_CELLS // (2 * (LANES + 1) * _flows.ROUTES)}"
        raise InputError(Wrong("network too large", "problem", got, allowed, "join zones, or cut the network out"))
    price = np.array(network.cost, np.float64)
    road = Road(_arc_cost(problem), network.project.astype(np.int32), price, _bounds.SLACK * network.budget)
    lone = _flows.first_unreachable(net, _bounds.built(road, np.zeros(price.size), 0.0))
    if lone >= 0:
        origin = net.origin[np.searchsorted(net.pair_start, lone, side="right") - 1]
        pair = f"from vertex {origin} to {net.target[lone]}"
        repair = "give the pair a way of high cost among the arcs that exist"
        raise InputError(Wrong("pair without a way where nothing is built", "problem", pair, "a way", repair))
    return net, road


def _form_faults(network: NetworkDesign) -> list[Wrong]:
    """List what makes a problem another than one of plain roads."""
    problem, wrong = network.problem, []
    if problem.n_classes != 1:
        wrong.append(Wrong("several classes", "value_of_delay", str(problem.n_classes), "one class"))
    response = problem.demand.response
    if response is not None and np.any(response != 0.0):
        wrong.append(Wrong("demand that answers to its cost", "demand.response", "not zero", "fixed demand"))
    server = problem.entry_server
    if np.any(np.diff(problem.entry_start) > 1) or np.unique(server).size != server.size:
        wrong.append(
            Wrong("servers that are shared or in series", "entry_server", "", "one of its own on every arc")
        )
    if np.any(problem.delays.form[server] != CODES["bpr"]):
        wrong.append(Wrong("another delay function", "delays", "", "the form `bpr` on every arc"))
    project = network.project
    if not isinstance(project, np.ndarray) or project.shape != (problem.n_arcs,) or project.dtype.kind != "i":
        wrong.append(
            Wrong("not one project an arc", "project", str(np.shape(project)), f"int32({problem.n_arcs},)")
        )
    elif np.any((project < -1) | (project >= network.n_projects)):
        bad = int(np.flatnonzero((project < -1) | (project >= network.n_projects))[0])
        allowed = f"-1 to {network.n_projects - 1}"
        wrong.append(Wrong("names what is not there", f"project[{bad}]", str(project[bad]), allowed))
    return wrong


def _net(problem: Problem) -> Net:
    """Write the graph and the pairs that travel, sorted by origin."""
    demand, n_vertices = problem.demand, problem.n_vertices
    travels = (demand.origin != demand.destination) & (demand.amount > 0.0)
    code = demand.origin[travels].astype(np.int64) * n_vertices + demand.destination[travels]
    pair, place = np.unique(code, return_inverse=True)
    amount = np.bincount(place, demand.amount[travels], minlength=pair.size).astype(np.float64)
    origin, first = np.unique(pair // n_vertices, return_index=True)
    out_arc = np.argsort(problem.tail, kind="stable").astype(np.int32)
    return Net(
        tail=problem.tail,
        head=problem.head,
        out_start=np.searchsorted(problem.tail[out_arc], np.arange(n_vertices + 1)).astype(np.int32),
        out_arc=out_arc,
        no_through=problem.no_through,
        origin=origin.astype(np.int32),
        pair_start=np.append(first, pair.size).astype(np.int32),
        target=(pair % n_vertices).astype(np.int32),
        amount=amount,
    )


def _arc_cost(problem: Problem) -> Cost:
    """Write the cost of a unit on every arc as base + slope * flow ** power."""
    base, slope = problem.fixed_cost[0].copy(), np.zeros(problem.n_arcs)
    power = np.ones(problem.n_arcs)
    arc, rows = problem.entry_arc(), problem.delays.parameters[problem.entry_server]
    free, capacity, alpha, exponent = rows.T
    felt = problem.value_of_delay[0] * problem.entry_felt * free
    use = problem.entry_use * problem.class_load[0, problem.entry_unit]
    steady = exponent == 0.0
    base[arc] += felt * (1.0 + np.where(steady, alpha, 0.0))
    slope[arc] = np.where(steady, 0.0, felt * alpha * (use / capacity) ** exponent)
    power[arc] = np.where(steady, 1.0, exponent)
    return Cost(base, slope, power)
