"""The most that fits through shared capacities, and what each of them limits."""

from __future__ import annotations

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

from caspia.errors import NotConverged, Problem

FloatArray = npt.NDArray[np.float64]
_PART = 1e6
"""Amounts are counted in millions, uses in parts of what there is: a ship hour and a tonne differ by a thousand."""


def most_through(use: FloatArray, limit: FloatArray, balance: FloatArray) -> tuple[float, FloatArray]:
    """The greatest sum of amounts on ways that share capacities.

    Parameters
    ----------
    use : numpy.ndarray, shape (n, n_ways)
        Units of each capacity that one of the amount uses on each way, 0 or more.
    limit : numpy.ndarray, shape (n,)
        Capacities, 0 or more; inf for none.
    balance : numpy.ndarray, shape (n_rules, n_ways)
        Rules: the product of each row with the amounts is not to exceed 0.

    Returns
    -------
    amount : float
    price : numpy.ndarray, shape (n,)
        What one unit more of each capacity adds; the product with the capacities is the amount.

    Raises
    ------
    NotConverged
        The program has no finite solution: a way uses no capacity.

    Examples
    --------
    A port of 5 behind two lines of 4 and 3, the second of which needs twice its room in the port:

    >>> use = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 2.0]])
    >>> amount, price = most_through(use, np.array([4.0, 3.0, 5.0]), np.zeros((0, 2)))
    >>> round(amount, 6), price.round(6).tolist()
    (4.5, [0.5, 0.0, 0.5])
    """
    rows = np.flatnonzero(np.isfinite(limit) & (use > 0).any(axis=1))
    price = np.zeros(len(limit))
    if not use.shape[1]:
        return 0.0, price
    size = np.maximum(limit[rows], 1e-3)
    matrix = sparse.csr_matrix(np.concatenate([use[rows] / size[:, None] * _PART, balance]))
    program = highspy.HighsLp()
    program.num_row_, program.num_col_ = matrix.shape
    n_ways, n_rows = use.shape[1], matrix.shape[0]
    program.col_cost_, program.col_lower_ = -np.ones(n_ways), np.zeros(n_ways)
    program.col_upper_ = np.full(n_ways, np.inf)
    program.row_lower_ = np.full(n_rows, -np.inf)
    program.row_upper_ = np.concatenate([limit[rows] / size, np.zeros(len(balance))])
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_, program.a_matrix_.index_ = matrix.indptr, matrix.indices
    program.a_matrix_.value_ = matrix.data
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.passModel(program)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        allowed = "ways each of which uses a capacity"
        raise NotConverged(Problem("no most", "linear program", str(solver.getModelStatus()), allowed))
    solution = solver.getSolution()
    price[rows] = -np.array(solution.row_dual)[: len(rows)] / size * _PART
    return float(np.sum(solution.col_value)) * _PART, price
