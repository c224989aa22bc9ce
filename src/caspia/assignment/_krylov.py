"""Steps of Newton's method without its matrix: products with what routes answer, near answers as preconditioner."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from caspia.assignment._logit_kernels import tangent
from caspia.assignment._lu import solve_in_place
from caspia.assignment.bundles import Ids
from caspia.assignment.routes import Floats, Ints


class Point(NamedTuple):
    """Where a step begins, as the loops take it.

    `delay` and `price` are what those of each server rise by for a unit of load, `rate` what a unit of its own load
    weighs in its equation, `own` the bound of what it loses by it, and `unit` the load in which it is measured.
    """

    flow: Floats
    delay: Floats
    price: Floats
    rate: Floats
    own: Floats
    unit: Floats


class Near(NamedTuple):
    """Factors of a matrix like that of the step, for the servers that answer most."""

    active: Ints
    factors: Floats
    pivot: Ids


@njit(cache=True, nogil=True, error_model="numpy")
def near_matrix(kept, answers, point, out):  # type: ignore[no-untyped-def]
    """Matrix of a step, from answers at other flows that are stretched to the own answers at these."""
    server, place = kept
    by_delay, by_price = answers
    delay, price = point.delay, point.price
    stretch = np.ones(server.size)
    for i in range(server.size):
        s, k = server[i], place[i]
        then = by_delay[k, k] * delay[s] + by_price[k, k] * price[s]
        if then > 0.0:
            stretch[i] = min(max(np.sqrt(point.own[s] / then), 0.1), 10.0)
    for i in range(server.size):
        for j in range(server.size):
            s, k = server[j], place[j]
            lost = by_delay[place[i], k] * delay[s] + by_price[place[i], k] * price[s]
            out[i, j] = stretch[i] * stretch[j] * lost * point.unit[s] / point.unit[server[i]]
        out[i, i] = point.rate[server[i]] + point.own[server[i]]


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "reassoc", "nsz"})
def krylov_step(rows, wants, point, near, right, how):  # type: ignore[no-untyped-def]
    """Loads to add so that `rate` times them and what servers then lose make up `right`.

    By flexible GMRES to a part `how[0]` of the right side in at most `how[1]` products; the loads and the products.
    """
    part, most = how
    n = right.size
    value = np.empty(rows.column_start.size - 1 + rows.left.size)
    scratch = value, np.empty(point.flow.size), np.empty(n)
    basis, tried = np.empty((most + 1, n)), np.empty((most, n))
    upper, turn, left = np.zeros((most, most)), np.zeros((most, 2)), np.zeros(most + 1)
    basis[0] = right / point.unit
    left[0] = np.sqrt(np.dot(basis[0], basis[0]))
    whole, k = left[0], 0
    if whole == 0.0:
        return np.zeros(n), 0
    basis[0] /= whole
    while k < most and abs(left[k]) > part * whole:
        _likely(point, near, basis[k], tried[k])
        tangent(rows, wants, point.flow, (point.delay, point.price), tried[k] * point.unit, scratch)
        image = point.rate * tried[k] + scratch[2] / point.unit
        for i in range(k + 1):
            upper[i, k] = np.dot(image, basis[i])
            image -= upper[i, k] * basis[i]
        rest = np.sqrt(np.dot(image, image))
        for i in range(k):
            a, b = upper[i, k], upper[i + 1, k]
            upper[i, k] = turn[i, 0] * a + turn[i, 1] * b
            upper[i + 1, k] = turn[i, 0] * b - turn[i, 1] * a
        length = np.sqrt(upper[k, k] ** 2 + rest**2)
        if length == 0.0:
            break
        turn[k] = upper[k, k] / length, rest / length
        upper[k, k] = length
        left[k + 1] = -turn[k, 1] * left[k]
        left[k] *= turn[k, 0]
        if rest > 0.0:
            basis[k + 1] = image / rest
        k += 1
    step = np.zeros(n)
    for i in range(k - 1, -1, -1):
        for j in range(i + 1, k):
            left[i] -= upper[i, j] * left[j]
        left[i] /= upper[i, i]
        step += left[i] * tried[i]
    return step * point.unit, k


@njit(cache=True, nogil=True, error_model="numpy")
def _likely(point, near, right, found):  # type: ignore[no-untyped-def]
    """Solution of the near equations: with factors where servers answer most, alone for each of the others."""
    n = near.active.size
    some = np.empty(n)
    for i in range(n):
        some[i] = right[near.active[i]]
    solve_in_place(near.factors, near.pivot, some)
    for s in range(right.size):
        found[s] = right[s] / (point.rate[s] + point.own[s])
    for i in range(n):
        found[near.active[i]] = some[i]
