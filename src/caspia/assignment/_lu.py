"""Factors of a small dense matrix on the calling thread.

LAPACK's threads cost a matrix of a few hundred rows more than they bring, and ten times as much where scenarios are
solved side by side; beyond that its blocks win.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy.linalg import lu_factor

from caspia.assignment.routes import Floats

SMALL = 400
Factors = tuple[Floats, npt.NDArray[np.int32]]


def factorised(matrix: Floats) -> Factors:
    """Factors and pivots of a matrix, which is overwritten."""
    if len(matrix) > SMALL:
        factors, pivot = lu_factor(matrix, overwrite_a=True, check_finite=False)
        return np.ascontiguousarray(factors), pivot.astype(np.int32)
    pivot = np.empty(len(matrix), np.int32)
    _factor(matrix, pivot)
    return matrix, pivot


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "reassoc", "nsz"})
def _factor(a, pivot):  # type: ignore[no-untyped-def]
    n = a.shape[0]
    for k in range(n):
        best = k
        for i in range(k + 1, n):
            if abs(a[i, k]) > abs(a[best, k]):
                best = i
        pivot[k] = best
        if best != k:
            for j in range(n):
                a[k, j], a[best, j] = a[best, j], a[k, j]
        # Indexed in full: a view of a row would cost more than the work on it.
        for i in range(k + 1, n):
            if a[i, k] != 0.0:
                a[i, k] /= a[k, k]
                share = a[i, k]
                for j in range(k + 1, n):
                    a[i, j] -= share * a[k, j]


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "reassoc", "nsz"})
def solve_in_place(a, pivot, x):  # type: ignore[no-untyped-def]
    """Solve the system with these factors, for compiled loops; `x` is the right side, then the solution."""
    n = x.size
    for k in range(n):
        if pivot[k] != k:
            x[k], x[pivot[k]] = x[pivot[k]], x[k]
    for i in range(n):
        total = x[i]
        for j in range(i):
            total -= a[i, j] * x[j]
        x[i] = total
    for i in range(n - 1, -1, -1):
        total = x[i]
        for j in range(i + 1, n):
            total -= a[i, j] * x[j]
        x[i] = total / a[i, i]
