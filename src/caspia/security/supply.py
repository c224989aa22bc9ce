"""Where to buy at least cost within what is to be had and how far one origin or passage may be leaned on."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt

from caspia.errors import InputError, NotConverged, Problem

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class SupplyQuestion:
    """What is wanted, and what limits it.

    Attributes
    ----------
    origin : numpy.ndarray of int, shape (n_ways,)
        Origin of each way.
    cost : numpy.ndarray, shape (n_ways,)
        Cost of a unit delivered by each way; finite.
    way_limit : numpy.ndarray, shape (n_ways,)
        Most that each way carries; infinite where nothing limits it.
    available : numpy.ndarray, shape (n_origins,)
        Most that each origin sells.
    origin_limit : float
        Largest share of the need that one origin may have.
    passes : numpy.ndarray of bool, shape (n_ways, n_places)
        Whether a way passes a place whose share is limited; may have no columns.
    passage_limit : numpy.ndarray, shape (n_places,)
        Largest share of the need that may pass each.
    need : float
        What is wanted.
    shortage_cost : float
        Cost of a unit that is not delivered; above every way, so that shortage is the last resort.
    """

    origin: IntArray
    cost: FloatArray
    way_limit: FloatArray
    available: FloatArray
    origin_limit: float
    passes: BoolArray
    passage_limit: FloatArray
    need: float
    shortage_cost: float


@dataclass(frozen=True)
class SupplyChoice:
    """The least-cost supply, and what each limit costs.

    Attributes
    ----------
    amount : numpy.ndarray, shape (n_ways,)
        What comes by each way.
    shortage : float
        What does not come.
    cost : float
        Cost of all, with that of the shortage.
    bound : float
        Value of the dual program: no supply is cheaper.
    need_price : float
        Cost of a unit more of the need.
    available_price, passage_price : numpy.ndarray, shapes (n_origins,), (n_places,)
        What a unit more of availability, or of leave to pass, would save; never below zero.
    origin_price : numpy.ndarray, shape (n_origins,)
        What a unit more of leave to buy at one origin would save.
    way_price : numpy.ndarray, shape (n_ways,)
        What a unit more on a way would save.
    """

    amount: FloatArray
    shortage: float
    cost: float
    bound: float
    need_price: float
    available_price: FloatArray
    origin_price: FloatArray
    passage_price: FloatArray
    way_price: FloatArray


def choose_supply(question: SupplyQuestion) -> SupplyChoice:
    """Choose supply at least cost under availability and diversification limits.

    A linear program, solved by HiGHS::

        min   sum c x + p z
        s.t.  sum x + z = D                         (need)
              sum over ways of o  x <= A(o)         (availability)
              sum over ways of o  x <= u D          (one origin)
              sum over ways by q  x <= v(q) D       (one passage)
              0 <= x <= l,  z >= 0

    Parameters
    ----------
    question : SupplyQuestion
        Numbers.

    Returns
    -------
    SupplyChoice

    Raises
    ------
    InputError
        A number is missing or below zero, a limit is no share, or shortage costs less than a way.
    NotConverged
        The solver did not find the optimum.

    References
    ----------
    Huangfu, Q., Hall, J. A. J. (2018). Parallelizing the dual revised simplex method. Mathematical Programming
    Computation 10 (1), 119-142.
    """
    _check(question)
    ways, origins = len(question.cost), len(question.available)
    by_origin = (question.origin[None, :] == np.arange(origins)[:, None]).astype(float)
    matrix = np.vstack([np.ones(ways), by_origin, by_origin, question.passes.T.astype(float)])
    matrix = np.hstack([matrix, np.zeros((len(matrix), 1))])
    matrix[0, -1] = 1.0
    share = np.full(origins, question.origin_limit * question.need)
    upper = np.concatenate([[question.need], question.available, share, question.passage_limit * question.need])
    lower = np.full(len(upper), -highspy.kHighsInf)
    lower[0] = question.need
    cost = np.append(question.cost, question.shortage_cost)
    top = np.append(np.minimum(question.way_limit, highspy.kHighsInf), highspy.kHighsInf)
    amount, row_dual, column_dual = _solve(matrix, (lower, upper), cost, top)
    prices = np.maximum(-row_dual[1:], 0.0)
    on_way = np.maximum(-column_dual[:-1], 0.0)
    limited = np.isfinite(question.way_limit)
    bound = float(row_dual[0] * question.need - prices @ upper[1:])
    bound -= float(on_way[limited] @ question.way_limit[limited])
    first, second = 1 + origins, 1 + 2 * origins
    return SupplyChoice(
        amount=amount[:-1],
        shortage=float(amount[-1]),
        cost=float(cost @ amount),
        bound=bound,
        need_price=float(row_dual[0]),
        available_price=prices[: first - 1],
        origin_price=prices[first - 1 : second - 1],
        passage_price=prices[second - 1 :],
        way_price=on_way,
    )


def _solve(
    matrix: FloatArray, rows: tuple[FloatArray, FloatArray], cost: FloatArray, top: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Columns, and the duals of rows and columns."""
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    program = highspy.HighsLp()
    program.num_row_, program.num_col_ = matrix.shape
    program.col_cost_, program.col_lower_, program.col_upper_ = cost, np.zeros(len(cost)), top
    program.row_lower_, program.row_upper_ = rows
    at = np.nonzero(matrix.T)
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = np.searchsorted(at[0], np.arange(len(cost) + 1)).astype(np.int32)
    program.a_matrix_.index_ = at[1].astype(np.int32)
    program.a_matrix_.value_ = matrix.T[at]
    solver.passModel(program)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        got = solver.modelStatusToString(solver.getModelStatus())
        raise NotConverged(Problem("the choice of supply was not solved", "supply", got, "an optimum"))
    found = solver.getSolution()
    return np.array(found.col_value), np.array(found.row_dual), np.array(found.col_dual)


def _check(question: SupplyQuestion) -> None:
    numbers = {
        "cost": question.cost,
        "available": question.available,
        "passage_limit": question.passage_limit,
        "need": np.array([question.need]),
        "origin_limit": np.array([question.origin_limit]),
    }
    for name, values in numbers.items():
        if not (np.isfinite(values).all() and (values >= 0).all()):
            raise InputError(Problem("no number of supply", name, str(values.tolist()), "finite, 0 or more"))
    if np.isnan(question.way_limit).any() or (question.way_limit < 0).any():
        raise InputError(Problem("no number of supply", "way_limit", "below zero or missing", "0 or more"))
    if len(question.cost) and not question.shortage_cost > question.cost.max():
        got, allowed = f"{question.shortage_cost:g}", f"more than the dearest way, {question.cost.max():g}"
        raise InputError(Problem("shortage would be preferred to supply", "shortage_cost", got, allowed))
