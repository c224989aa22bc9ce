"""The best plan of a second-order value: what to build and when, as a mixed-integer program with its bound.

    max  sum_t sum_k weight[t, k] U_k(o_t) - sum_js price_js y_js
    o_jt = sum of y_js over the starts s that open by t          (open)
    sum_s y_js <= 1                                              (built once)
    o-sums of j <= o-sums of i                                   (needs; built, not first)
    sum_js cost_j spent_js y_js <= money for them by then        (for sets of sources; see `Programme.money`)

Products of two projects become variables of the envelope of McCormick (1976); of each the side is written that
the objective presses against.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

from caspia.errors import NotConverged, Problem
from caspia.investment.horizon import Horizon
from caspia.investment.programme import NEVER, Programme
from caspia.investment.second_order import SecondOrder
from caspia.investment.worlds import Averse

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
_NEGLIGIBLE = 1e-4
"""Pairs that change less than this part of the linear coefficients are left out; the program counts half of
what they add for each of the two, which is no less than what they add where both are open."""


@dataclass(frozen=True, eq=False)
class Phased:
    """The best plan of a second-order value.

    Attributes
    ----------
    start : numpy.ndarray of int, shape (n,)
        Year in which each project starts; NEVER where it is not built.
    value : float
        Second-order value of the plan.
    bound : float
        No plan has a greater second-order value.
    """

    start: IntArray
    value: float
    bound: float


class _Rows:
    """Rows of a sparse matrix as they are found."""

    def __init__(self) -> None:
        self.row: list[int] = []
        self.column: list[int] = []
        self.entry: list[float] = []
        self.upper: list[float] = []
        self.lower: list[float] = []

    def add(self, columns: npt.ArrayLike, entries: npt.ArrayLike, upper: float, lower: float = -np.inf) -> None:
        wide = np.asarray(columns, dtype=np.int64)
        self.row += [len(self.upper)] * len(wide)
        self.column += wide.tolist()
        self.entry += np.broadcast_to(np.asarray(entries, dtype=float), wide.shape).tolist()
        self.upper.append(upper)
        self.lower.append(lower)


def phase(
    programme: Programme,
    values: tuple[SecondOrder, ...],
    span: Horizon,
    *,
    averse: Averse | None = None,
    seconds: float = 20.0,
    gap: float = 1e-3,
) -> Phased:
    """Choose projects and their years for the greatest second-order value.

    Parameters
    ----------
    programme : Programme
        Projects, rules and money.
    values : tuple of SecondOrder
        Value of sets of projects at each anchor of the horizon.
    span : Horizon
        What each year counts for.
    averse : Averse, optional
        Worlds, the worst of which count: the conditional value at risk is made greatest instead of the value.
    seconds : float
        Time after which the best plan so far is taken, with the bound so far.
    gap : float
        Relative gap at which the search ends.

    Returns
    -------
    Phased

    Raises
    ------
    NotConverged
        The solver found no plan; the empty one is always there, so this is a failure of ours.

    References
    ----------
    McCormick, G. P. (1976). Computability of global solutions to factorable nonconvex programs: part I.
    Mathematical Programming 10, 147-175. Rockafellar, R. T., Uryasev, S. (2000). Optimization of conditional
    value-at-risk. Journal of Risk 2 (3), 21-41.
    """
    model = _Model(programme, values, span)
    if averse is not None:
        model.mind(averse)
    return model.solve(seconds, gap)


class _Model:
    """Columns: starts `y` (n, n_years), then products of projects."""

    def __init__(self, programme: Programme, values: tuple[SecondOrder, ...], span: Horizon) -> None:
        self.programme, self.span = programme, span
        self.n, self.n_years = programme.n, len(programme.years)
        self.opening = programme.opening
        self.n_starts = self.n * self.n_years
        plain = [item.plain() for item in values]
        self.constant = float(span.weight.sum(axis=0) @ np.array([item[0] for item in plain]))
        # Of every project and year: what it adds when it is open then.
        self.linear = span.weight @ np.stack([item[1] for item in plain])
        self.pair = np.tensordot(span.weight, np.stack([item[2] for item in plain]), axes=1)
        self.slack = 0.0
        self.left_out: list[tuple[int, int, FloatArray]] = []
        self.costs: list[float] = []
        self.rows = _Rows()
        self._starts()
        self._rules()
        self._money()
        self._products()
        self.worth = np.array(self.costs)

    def y(self, project: int, year: int) -> int:
        """Column of a start."""
        return project * self.n_years + year

    def open_by(self, project: int, year: int) -> list[int]:
        """Columns of the starts with which a project is open in a year of the horizon."""
        return [
            self.y(project, s) for s in range(self.n_years) if self.opening[project, s] <= self.span.years[year]
        ]

    def _starts(self) -> None:
        years = self.span.years
        for project in range(self.n):
            for s in range(self.n_years):
                gain = float(self.linear[years >= self.opening[project, s], project].sum())
                self.costs.append(gain - float(self.programme.price[project, s]))

    def _rules(self) -> None:
        every = np.arange(self.n_years)
        for project in range(self.n):
            self.rows.add(self.y(project, 0) + every, 1.0, 1.0)
        for j, i in self.programme.needs:
            columns = np.concatenate([self.y(j, 0) + every, self.y(i, 0) + every])
            self.rows.add(columns, np.repeat([1.0, -1.0], self.n_years), 0.0)
        for j, i in self.programme.excludes:
            self.rows.add(np.concatenate([self.y(j, 0) + every, self.y(i, 0) + every]), 1.0, 1.0)

    def _money(self) -> None:
        unit = max(float(self.programme.budget_usd.sum()), 1.0)
        cost = self.programme.cost_usd / unit
        starts = np.arange(self.n_starts).reshape(self.n, self.n_years)
        for limit, have in self.programme.money:
            share = self.programme.spent[:, np.maximum(limit, 0), np.arange(self.n)].T * cost[:, None]
            used = (share > 0) & (limit >= 0)[:, None]
            self.rows.add(starts[used], share[used], have / unit)

    def _products(self) -> None:
        """Products of two projects that are both open, year by year."""
        weighty = _NEGLIGIBLE * max(float(np.abs(self.linear).sum()), 1e-300)
        for i, j in np.argwhere(np.triu(np.ones((self.n, self.n)), 1)).tolist():
            worth = self.pair[:, i, j]
            if np.abs(worth).sum() <= weighty:
                self.left_out.append((i, j, worth))
                continue
            self._product(i, j, worth)

    def _product(self, i: int, j: int, worth: FloatArray) -> None:
        before: tuple[list[int], list[int]] | None = None
        column = -1
        for year in range(len(self.span.years)):
            both = self.open_by(i, year), self.open_by(j, year)
            if not both[0] or not both[1]:
                continue
            if before == both:
                # The same projects can be open as the year before: one variable stands for both years.
                self.costs[column] += float(worth[year])
                continue
            before, column = both, len(self.costs)
            self.costs.append(float(worth[year]))
            self.rows.add([column, *both[0]], [1.0, *[-1.0] * len(both[0])], 0.0)
            self.rows.add([column, *both[1]], [1.0, *[-1.0] * len(both[1])], 0.0)
            self.rows.add([column, *both[0], *both[1]], [-1.0, *[1.0] * (len(both[0]) + len(both[1]))], 1.0)

    def mind(self, averse: Averse) -> None:
        """Make the mean of the worst worlds the objective: their threshold, less what each falls short of it."""
        worlds, n_pairs = averse.worlds, len(self.costs) - self.n_starts
        coefficients = worlds.starts(self.programme, self.linear, self.span) - self.programme.price
        pairs = np.array(self.costs[self.n_starts :])
        products = self.n_starts + np.arange(n_pairs)
        unit = max(float(np.abs(self.worth).sum()), 1e-300)
        threshold = len(self.costs)
        self.costs = [0.0] * threshold + [unit] + [-unit / (averse.share * worlds.n)] * worlds.n
        for nth in range(worlds.n):
            columns = [threshold, threshold + 1 + nth, *range(self.n_starts), *products.tolist()]
            entries = np.concatenate(
                [[1.0, -1.0], -coefficients[nth].ravel() / unit, -pairs * worlds.growth[nth] / unit]
            )
            self.rows.add(columns, entries, self.constant * worlds.growth[nth] / unit)
        self.slack = sum(float(np.maximum(worth, 0.0).sum()) for _, _, worth in self.left_out)
        self.constant, self.left_out = 0.0, []

    def solve(self, seconds: float, gap: float) -> Phased:
        """Hand the program to the solver."""
        n = len(self.costs)
        upper = np.ones(n)
        upper[len(self.worth) :] = np.inf
        payable = (self.programme.may_pay & (self.programme.budget_usd.sum(axis=1) > 0)).any(axis=1)
        upper[: self.n_starts] = ((self.opening <= self.span.years[-1]) & payable[:, None]).ravel()
        hoped = np.array(self.costs)
        hoped[: self.n_starts] += self._hoped_of_left_out().ravel()
        scale = max(np.abs(hoped).max(initial=0.0), 1e-300)
        found, bound = _solved(self.rows, -hoped / scale, upper, self.n_starts, (seconds, gap))
        built = found[: self.n_starts].reshape(self.n, self.n_years) > 0.5
        start = np.where(built.any(axis=1), np.array(self.programme.years)[built.argmax(axis=1)], NEVER)
        value = self.constant + float(np.array(self.costs) @ found) + self._of_left_out(built)
        return Phased(start, value, max(self.constant - bound * scale + self.slack, value))

    def _hoped_of_left_out(self) -> FloatArray:
        """What the products that are too small for the program add at most, half to the starts of each project."""
        half = np.zeros((self.n, len(self.span.years)))
        for i, j, worth in self.left_out:
            half[[i, j]] += 0.5 * np.maximum(worth, 0.0)
        is_open = self.opening[:, :, None] <= self.span.years
        return np.asarray((is_open * half[:, None, :]).sum(axis=2))

    def _of_left_out(self, built: npt.NDArray[np.bool_]) -> float:
        """What the products that are too small for the program add to a plan."""
        opens = np.where(built, self.opening, np.inf).min(axis=1)
        return float(sum(worth[self.span.years >= max(opens[i], opens[j])].sum() for i, j, worth in self.left_out))


def _solved(
    rows: _Rows, cost: FloatArray, upper: FloatArray, n_whole: int, limits: tuple[float, float]
) -> tuple[FloatArray, float]:
    """Solution and dual bound of a minimisation, the first columns being zero or one."""
    shape = len(rows.upper), len(cost)
    matrix = sparse.csr_matrix((rows.entry, (rows.row, rows.column)), shape=shape)
    program = highspy.HighsLp()
    program.num_row_, program.num_col_ = shape
    program.col_cost_, program.col_lower_, program.col_upper_ = cost, np.zeros(len(cost)), upper
    program.row_lower_, program.row_upper_ = np.array(rows.lower), np.array(rows.upper)
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_, program.a_matrix_.index_ = matrix.indptr, matrix.indices
    program.a_matrix_.value_ = matrix.data
    kinds = [highspy.HighsVarType.kInteger] * n_whole + [highspy.HighsVarType.kContinuous] * (len(cost) - n_whole)
    program.integrality_ = kinds
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("time_limit", limits[0])
    solver.setOptionValue("mip_rel_gap", limits[1])
    solver.setOptionValue("threads", 1)
    solver.passModel(program)
    solver.run()
    info = solver.getInfo()
    found = np.array(solver.getSolution().col_value)
    if len(found) != len(cost) or not np.isfinite(info.objective_function_value):
        problem = Problem("the solver found no plan", "mixed-integer program", str(solver.getModelStatus()))
        raise NotConverged(problem)
    return found, float(info.mip_dual_bound)
