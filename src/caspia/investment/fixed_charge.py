"""Fixed-charge capacitated multicommodity network design: which arcs to open so that all can be shipped cheapest.

An open arc costs once, each unit on it costs again, and no arc carries more than its capacity. Solved exactly by
HiGHS in the strong arc formulation: beside the capacity of each arc, no commodity may use an arc more than

    flow[k, a] <= min(amount[k], capacity[a]) * open[a],

without which the relaxation opens arcs in small parts.

References
----------
Gendron, B., Crainic, T. G., Frangioni, A. (1999). Multicommodity capacitated network design. In: Telecommunications
Network Planning, 1-19. Springer.
Magnanti, T. L., Wong, R. T. (1984). Network design and transportation planning: models and algorithms.
Transportation Science 18(1), 1-55.
Huangfu, Q., Hall, J. A. J. (2018). Parallelizing the dual revised simplex method. Mathematical Programming
Computation 10(1), 119-142.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import NamedTuple

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

from caspia.errors import DataError, InputError, NotConverged
from caspia.errors import Problem as Wrong

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class FixedCharge:
    """What may be opened, and what must be shipped.

    Parameters
    ----------
    n_nodes : int
        Number of nodes.
    tail, head : int32[A], int32[A]
        First and last node of every arc.
    unit_cost, capacity, fixed_cost : float64[A], float64[A], float64[A]
        Cost of a unit on the arc, most units on it, and cost of opening it; zero or more.
    origin, destination : int32[K], int32[K]
        Nodes of every commodity.
    amount : float64[K]
        Units of it.
    """

    n_nodes: int
    tail: Ints
    head: Ints
    unit_cost: Floats
    capacity: Floats
    fixed_cost: Floats
    origin: Ints
    destination: Ints
    amount: Floats


@dataclass(frozen=True, eq=False)
class FixedChargeResult:
    """The arcs to open, and how near to the best they are proven to be.

    Parameters
    ----------
    opened : bool[A]
        Arcs to open.
    flow : float64[K, A]
        Units of every commodity on every arc.
    value, bound : float, float
        Cost of opening and shipping, and what it cannot fall below.
    gap : float
        Their difference, as a part of the value.
    proven : bool
        Whether the gap is within the tolerance.
    nodes : int
        Nodes of the tree.
    seconds : float
        Time taken.
    """

    opened: Bools
    flow: Floats
    value: float
    bound: float
    gap: float
    proven: bool
    nodes: int
    seconds: float


class _Rows(NamedTuple):
    """Rows of a linear program: entries by row and column, and the limits of each row."""

    row: npt.NDArray[np.int64]
    column: npt.NDArray[np.int64]
    value: Floats
    lower: Floats
    upper: Floats


def solve_fixed_charge(
    network: FixedCharge,
    *,
    tolerance: float = 1e-6,
    limit_s: float = math.inf,
    strong: bool = True,
) -> FixedChargeResult:
    """Find the arcs to open at least cost and prove that they are.

    Parameters
    ----------
    network : FixedCharge
        The problem.
    tolerance : float
        Part of the value within which it is proven to be the least.
    limit_s : float
        Seconds after which to give up; the bound is then what is known.
    strong : bool
        Whether to give the limits of single commodities. Without them the program is smaller and its relaxation
        looser; HiGHS then finds cuts of its own, which on small networks may be as fast.

    Returns
    -------
    FixedChargeResult
        The arcs and the proof. Ask `proven` before calling it the best.

    Raises
    ------
    DataError
        If arrays differ in length, name nodes that are not there, or hold a negative or endless number.
    InputError
        If an option is out of range, or the capacity of all arcs cannot carry the demand.
    NotConverged
        If the time ended before any solution was found.

    Examples
    --------
    Two ways: a dear one that is cheap to use, and the other way round. Ten units pay for opening the first.

    >>> arcs, prices = (np.array([0, 0], np.int32), np.array([1, 1], np.int32)), np.array([1.0, 3.0])
    >>> pairs = np.array([0], np.int32), np.array([1], np.int32), np.array([10.0])
    >>> ways = FixedCharge(2, *arcs, prices, np.array([20.0, 20.0]), np.array([15.0, 1.0]), *pairs)
    >>> best = solve_fixed_charge(ways)
    >>> best.opened.tolist(), best.value, best.proven
    ([True, False], 25.0, True)
    """
    begin = time.perf_counter()
    _check(network)
    for name, got, good, allowed in (
        ("tolerance", tolerance, 0.0 <= tolerance < 1.0, "zero or more, below 1"),
        ("limit_s", limit_s, limit_s > 0.0, "above 0"),
    ):
        if not good:
            raise InputError(Wrong("option out of range", name, str(got), allowed))
    n_arcs, n_kinds = network.tail.size, network.amount.size
    solver = _solver(limit_s, tolerance)
    solver.passModel(_program(network, strong))
    solver.run()
    info = solver.getInfo()
    _check_status(solver, info)
    bound, nodes = float(info.mip_dual_bound), int(info.mip_node_count)
    opened = np.array(solver.getSolution().col_value)[n_kinds * n_arcs :] > 0.5
    # Whole numbers are whole to a tolerance only: with the arcs fixed, the flows are solved once more.
    last = _flows_of(network, opened)
    value = float(last.getInfo().objective_function_value) + float(network.fixed_cost[opened].sum())
    flow = np.array(last.getSolution().col_value, np.float64).reshape(n_kinds, n_arcs)
    gap = max(value - bound, 0.0) / value if value > 0.0 else 0.0
    took = time.perf_counter() - begin
    return FixedChargeResult(opened, flow, value, min(bound, value), gap, gap <= tolerance, nodes, took)


def _solver(limit_s: float, tolerance: float) -> highspy.Highs:
    """Make a solver that says nothing.

    The number of threads is left to HiGHS: all solvers of a process share it, and one that asks for another fails.
    """
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("mip_rel_gap", 0.1 * tolerance)
    solver.setOptionValue("mip_abs_gap", 0.0)
    if limit_s < math.inf:
        solver.setOptionValue("time_limit", limit_s)
    return solver


def _program(network: FixedCharge, strong: bool) -> highspy.HighsLp:
    """Write the mixed-integer program: flows by commodity and arc, then one column an arc for opening it."""
    n_arcs, n_kinds = network.tail.size, network.amount.size
    flows, opening = np.arange(n_kinds * n_arcs), n_kinds * n_arcs + np.arange(n_arcs)
    arc = np.tile(np.arange(n_arcs), n_kinds)
    most = np.minimum(np.repeat(network.amount, n_arcs), network.capacity[arc])
    below = np.full(n_arcs, -np.inf), np.zeros(n_arcs)
    limits = _Rows(
        np.append(arc, np.arange(n_arcs)),
        np.append(flows, opening),
        np.append(np.ones(flows.size), -network.capacity),
        *below,
    )
    blocks = [_balance(network), limits]
    if strong:
        row, column = np.tile(flows, 2), np.append(flows, opening[arc])
        value = np.append(np.ones(flows.size), -most)
        blocks.append(_Rows(row, column, value, np.full(flows.size, -np.inf), np.zeros(flows.size)))
    cost = np.append(np.tile(network.unit_cost, n_kinds), network.fixed_cost)
    program = _assemble(blocks, cost, np.append(most, np.ones(n_arcs)))
    kinds = highspy.HighsVarType
    program.integrality_ = [kinds.kContinuous] * flows.size + [kinds.kInteger] * n_arcs
    return program


def _balance(network: FixedCharge) -> _Rows:
    """Write that of every commodity a node passes on what comes in, but for its origin and destination."""
    n_arcs, n_kinds, n_nodes = network.tail.size, network.amount.size, network.n_nodes
    column = np.arange(n_kinds * n_arcs)
    kind, arc = np.divmod(column, n_arcs) if n_arcs else (column, column)
    row = np.append(kind * n_nodes + network.tail[arc], kind * n_nodes + network.head[arc])
    value = np.append(np.ones(column.size), -np.ones(column.size))
    supply = np.zeros((n_kinds, n_nodes))
    kinds = np.arange(n_kinds)
    np.add.at(supply, (kinds, network.origin), network.amount)
    np.add.at(supply, (kinds, network.destination), -network.amount)
    return _Rows(row, np.tile(column, 2), value, supply.ravel(), supply.ravel())


def _assemble(blocks: list[_Rows], cost: Floats, most: Floats) -> highspy.HighsLp:
    """Put blocks of rows below each other into a linear program."""
    sizes = [block.lower.size for block in blocks]
    first = np.append(0, np.cumsum(sizes))[:-1]
    row = np.concatenate([block.row + start for block, start in zip(blocks, first, strict=True)])
    column = np.concatenate([block.column for block in blocks])
    value = np.concatenate([block.value for block in blocks])
    matrix = sparse.csr_matrix((value, (row, column)), shape=(sum(sizes), cost.size))
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = cost.size, sum(sizes)
    program.col_cost_, program.col_lower_, program.col_upper_ = cost, np.zeros(cost.size), most
    program.row_lower_ = np.concatenate([block.lower for block in blocks])
    program.row_upper_ = np.concatenate([block.upper for block in blocks])
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_, program.a_matrix_.index_ = matrix.indptr, matrix.indices
    program.a_matrix_.value_ = matrix.data
    return program


def _flows_of(network: FixedCharge, opened: Bools) -> highspy.Highs:
    """Solve the flows on the arcs that are open."""
    n_arcs, n_kinds = network.tail.size, network.amount.size
    arc = np.tile(np.arange(n_arcs), n_kinds)
    most = np.where(opened[arc], np.minimum(np.repeat(network.amount, n_arcs), network.capacity[arc]), 0.0)
    limits = _Rows(
        arc,
        np.arange(arc.size),
        np.ones(arc.size),
        np.full(n_arcs, -np.inf),
        np.where(opened, network.capacity, 0.0),
    )
    solver = _solver(math.inf, 0.0)
    solver.passModel(_assemble([_balance(network), limits], np.tile(network.unit_cost, n_kinds), most))
    solver.run()
    _check_status(solver, solver.getInfo())
    return solver


def _check_status(solver: highspy.Highs, info: highspy.HighsInfo) -> None:
    """Refuse an outcome without a solution."""
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        repair = "add arcs or capacity, or ship less"
        raise InputError(
            Wrong("demand that all arcs together cannot carry", "capacity", "", "enough of it", repair)
        )
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        said = solver.modelStatusToString(status)
        raise NotConverged(Wrong("HiGHS found no solution", "network", said, "a solution", "give it more time"))


def _check(network: FixedCharge) -> None:
    """Refuse arrays that do not fit together, or hold what no network has."""
    n_arcs, n_kinds = np.size(network.tail), np.size(network.amount)
    wrong = []
    for names, size in (
        ("tail head unit_cost capacity fixed_cost", n_arcs),
        ("origin destination amount", n_kinds),
    ):
        for name in names.split():
            values = np.asarray(getattr(network, name))
            if values.shape != (size,):
                wrong.append(Wrong("array of another shape", name, str(values.shape), f"({size},)"))
                continue
            nodes = name in ("tail", "head", "origin", "destination")
            if nodes and values.dtype.kind != "i":
                wrong.append(Wrong("array of another type", name, str(values.dtype), "int32"))
                continue
            bad = (values < 0) | (values >= network.n_nodes) if nodes else ~((values >= 0.0) & np.isfinite(values))
            allowed = f"0 to {network.n_nodes - 1}" if nodes else "zero or more, finite"
            if bad.any():
                first = int(np.argmax(bad))
                wrong.append(Wrong("value out of range", f"{name}[{first}]", str(values[first]), allowed))
    if wrong:
        raise DataError(wrong)
