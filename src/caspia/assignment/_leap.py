"""Newton's method on all working routes at once, where sweeps would creep.

Sweeps level one route after the other; where routes of many pairs share servers, they close only a small
part of the gap each time. Here the linear system of all routes that carry flow is solved by conjugate
gradients, never written down: H = Mᵀ diag(slope) M, where M holds the steps of the routes.

References
----------
Hestenes, M. R., Stiefel, E. (1952). Methods of conjugate gradients for solving linear systems. Journal of
Research of the National Bureau of Standards 49(6), 409-436.
Bertsekas, D. P. (1982). Projected Newton methods for optimization problems with simple constraints. SIAM
Journal on Control and Optimization 20(2), 221-246.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from caspia.assignment._moves import THIN, refresh
from caspia.assignment._routes import (
    BASE,
    DELAY,
    FELT,
    FIXED,
    FLOW,
    LOAD,
    MOVES,
    PAIR,
    SLOPE,
    STEP,
    STEP_END,
    Longs,
    State,
)
from caspia.assignment.problem import Bools, Floats, Ints

MOST_TURNS = 40  # of conjugate gradients
MOST_WORK = 4000  # routes times solutions in one leap, about
MOST_HOLDS = 8  # times that routes found to run empty are held and the rest is solved again
MOST_TRIALS = 4
TINY = 1e-12
DAMPING = 1e-9  # part of the diagonal; along exchanges that leave all loads alone it lets a step reach the end
ENOUGH = 1e-2  # part of the first residual to which the system is solved


@njit(cache=True, nogil=True)
def leap(state: State) -> bool:
    """Move all working routes together, unless that makes things worse.

    A step that overshoots, since a server was nearly idle and its delay nearly flat, is taken back and
    solved again with slopes between the two loads in place of tangents.

    Parameters
    ----------
    state : State
        The state; delays are up to date.

    Returns
    -------
    bool
        Whether flows were moved.
    """
    store, servers, of_pair = state.store, state.servers, state.pairs.table
    value, total = store.value, servers.total
    parts = (store.step_server, store.step_weight, store.table)
    work = _at_work(store.moves[: store.used[MOVES]], store.table, value, of_pair)
    dearer, after = np.empty(work.size), np.empty(work.size)
    _measure(work, parts, (value, of_pair), servers.now, dearer)
    most = np.empty((work.size, 2))
    for i in range(work.size):
        most[i, 0] = value[work[i], FLOW]
        most[i, 1] = value[of_pair[store.table[work[i], PAIR], BASE], FLOW]
    slope, old_delay, old_load = servers.now[:, SLOPE].copy(), servers.now[:, DELAY].copy(), total[:, LOAD].copy()
    for trial in range(MOST_TRIALS):
        wish = _wish(work, parts, slope, dearer, most, trial > 0)
        for i in range(work.size):
            base = of_pair[store.table[work[i], PAIR], BASE]
            wish[i] = min(max(wish[i], -value[work[i], FLOW]), value[base, FLOW])
            _shift(work[i], base, wish[i], parts, value, total)
        refresh(servers)
        _measure(work, parts, (value, of_pair), servers.now, after)
        gain, left = -(wish @ dearer), wish @ after
        if gain > 0.0 and left < gain:
            _clean(work, store.table, value, of_pair, state.pairs.uneven)
            return True
        if gain > 0.0 and trial == MOST_TRIALS - 1:
            back = -left / (
                gain + left
            )  # where the chord of the gain is zero: the gain is concave, so before its end
            for i in range(work.size):
                _shift(work[i], of_pair[store.table[work[i], PAIR], BASE], back * wish[i], parts, value, total)
            refresh(servers)
            _clean(work, store.table, value, of_pair, state.pairs.uneven)
            return True
        _take_chords(slope, old_delay, old_load, servers.now, total)
        for i in range(work.size - 1, -1, -1):
            _shift(work[i], of_pair[store.table[work[i], PAIR], BASE], -wish[i], parts, value, total)
        refresh(servers)
    return False


@njit(cache=True, nogil=True)
def _take_chords(slope: Floats, old_delay: Floats, old_load: Floats, now: Floats, total: Floats) -> None:
    """Replace the slopes of servers whose load has changed by those between the old load and the new."""
    for server in range(slope.size):
        change = total[server, LOAD] - old_load[server]
        if abs(change) > TINY * abs(old_load[server]):
            slope[server] = (now[server, DELAY] - old_delay[server]) / change


@njit(cache=True, nogil=True)
def _clean(work: Ints, index: Longs, value: Floats, of_pair: Longs, uneven: Bools) -> None:
    """Take off what rounding left below zero, and note the pairs whose base has too little flow."""
    for route in work:
        pair = index[route, PAIR]
        base = of_pair[pair, BASE]
        value[route, FLOW] = max(value[route, FLOW], 0.0)
        value[base, FLOW] = max(value[base, FLOW], 0.0)
        if value[base, FLOW] < THIN * value[route, FLOW]:
            uneven[pair] = True


@njit(cache=True, nogil=True)
def _at_work(moves: Ints, index: Longs, value: Floats, of_pair: Longs) -> Ints:
    """Return the routes that carry flow and whose base does."""
    work = np.empty(moves.size, np.int32)
    count = 0
    for route in moves:
        if value[route, FLOW] > 0.0 and value[of_pair[index[route, PAIR], BASE], FLOW] > 0.0:
            work[count] = route
            count += 1
    return work[:count]


@njit(cache=True, nogil=True)
def _wish(
    work: Ints, parts: tuple[Ints, Floats, Longs], slope: Floats, dearer: Floats, most: Floats, careful: bool
) -> Floats:
    """Solve for the changes of flow; what first makes a route or base run empty is held, the rest solved again.

    With care few are held at a time, and a step that still goes too far is shortened as a whole.
    """
    wish, scale = np.zeros(work.size), np.empty(work.size)
    together, turns = (1.1, 3 * MOST_HOLDS) if careful else (4.0, MOST_HOLDS)
    turns = min(turns, 2 + MOST_WORK // (work.size + 1))
    for turn in range(turns):
        _solve(work, parts, slope, dearer, (wish, scale))
        first = 1.0  # part of the way at which the first runs empty
        for i in range(work.size):
            if scale[i] > 0.0 and not -most[i, 0] <= wish[i] <= most[i, 1]:
                first = min(first, (most[i, 1] if wish[i] > 0.0 else most[i, 0]) / abs(wish[i]))
        if first == 1.0:
            break
        if turn == turns - 1:
            return wish * first if careful else wish
        for i in range(work.size):
            if scale[i] > 0.0:
                inside = min(max(wish[i], -most[i, 0]), most[i, 1])
                soon = inside != wish[i] and abs(inside) <= together * first * abs(wish[i])
                wish[i] = inside if soon else 0.0
    return wish


@njit(cache=True, nogil=True)
def _measure(
    work: Ints, parts: tuple[Ints, Floats, Longs], flows: tuple[Floats, Longs], now: Floats, dearer: Floats
) -> None:
    """Write by how much each route is dearer than its base, divided by what it feels per unit of load.

    This makes the system symmetric where classes with other values of time share servers.
    """
    step_server, step_weight, index = parts
    value, of_pair = flows
    for i in range(work.size):
        route = work[i]
        base = of_pair[index[route, PAIR], BASE]
        total = value[route, FIXED] - value[base, FIXED]
        felt, load = 0.0, 0.0
        for k in range(index[route, STEP], index[route, STEP_END]):
            total += step_weight[k, FELT] * now[step_server[k], DELAY]
            felt += abs(step_weight[k, FELT])
            load += abs(step_weight[k, LOAD])
        dearer[i] = total * load / felt if felt > 0.0 else 0.0


@njit(cache=True, nogil=True)
def _shift(
    route: int, base: int, change: float, parts: tuple[Ints, Floats, Longs], value: Floats, total: Floats
) -> None:
    """Move flow from a base to a route."""
    step_server, step_weight, index = parts
    value[route, FLOW] += change
    value[base, FLOW] -= change
    total[-1, FELT] += change * (value[route, FIXED] - value[base, FIXED])
    for k in range(index[route, STEP], index[route, STEP_END]):
        total[step_server[k], FELT] += change * step_weight[k, FELT]
        total[step_server[k], LOAD] += change * step_weight[k, LOAD]


@njit(cache=True, nogil=True)
def _solve(
    work: Ints, parts: tuple[Ints, Floats, Longs], slope: Floats, dearer: Floats, out: tuple[Floats, Floats]
) -> None:
    """Write the changes of flow that would level all costs if delays were linear.

    Changes that are not zero on entry are held.
    """
    step_server, step_weight, index = parts
    wish, scale = out
    n = work.size
    along, reply, on_server = np.zeros(n), np.empty(n), np.empty(slope.size)
    _apply(work, parts, slope, wish, (on_server, reply))
    residual = np.zeros(n)
    for i in range(n):
        bend = 0.0
        for k in range(index[work[i], STEP], index[work[i], STEP_END]):
            bend += step_weight[k, LOAD] ** 2 * slope[step_server[k]]
        scale[i] = 0.0
        if bend > 0.0 and wish[i] == 0.0:
            residual[i] = -dearer[i] - reply[i]
            scale[i] = 1.0 / bend
    lean = residual * scale
    along = lean.copy()
    size = residual @ lean
    aim = ENOUGH * ENOUGH * min(size, (dearer * dearer) @ scale)  # what is held may unbalance the rest far more
    for _ in range(MOST_TURNS):
        _apply(work, parts, slope, along, (on_server, reply))
        for i in range(n):
            reply[i] = reply[i] + DAMPING * along[i] / scale[i] if scale[i] > 0.0 else 0.0
        curve = along @ reply
        if not curve > 0.0:
            break
        part = size / curve
        wish += part * along
        residual -= part * reply
        lean = residual * scale
        new = residual @ lean
        if new <= aim:
            break
        along = lean + new / size * along
        size = new


@njit(cache=True, nogil=True)
def _apply(
    work: Ints, parts: tuple[Ints, Floats, Longs], slope: Floats, along: Floats, out: tuple[Floats, Floats]
) -> None:
    """Write Mᵀ diag(slope) M along."""
    step_server, step_weight, index = parts
    on_server, reply = out
    on_server[:] = 0.0
    for i in range(work.size):
        for k in range(index[work[i], STEP], index[work[i], STEP_END]):
            on_server[step_server[k]] += along[i] * step_weight[k, LOAD]
    for server in range(on_server.size):
        on_server[server] *= slope[server]
    for i in range(work.size):
        total = 0.0
        for k in range(index[work[i], STEP], index[work[i], STEP_END]):
            total += step_weight[k, LOAD] * on_server[step_server[k]]
        reply[i] = total
