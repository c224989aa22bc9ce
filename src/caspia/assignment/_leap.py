"""Newton's method on all forks at once, where sweeps would creep.

Sweeps level one fork after the other; where many share servers, they close only a small part of the gap each
time. Here the linear system of all forks with flow on both ways is solved by conjugate gradients, never
written down: H = Mᵀ diag(slope) M, where M holds the steps of the forks.

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

from caspia.assignment._moves import most_of, refresh
from caspia.assignment._state import (
    DELAY,
    FELT,
    FIRST,
    FORKS,
    LAST,
    LOAD,
    MIDDLE,
    SLOPE,
    STEP,
    STEP_END,
    Forks,
    Longs,
    State,
)
from caspia.assignment.problem import Floats, Ints

import os
MOST_TURNS = int(os.environ.get('CGT','40'))  # of conjugate gradients
MOST_WORK = 4000  # routes times solutions in one leap, about
MOST_HOLDS = int(os.environ.get('HOLDS','8'))  # times that routes found to run empty are held and the rest is solved again
MOST_TRIALS = 4
TINY = 1e-12
DAMPING = 1e-9  # part of the diagonal; along exchanges that leave all loads alone it lets a step reach the end
ENOUGH = 1e-2  # part of the first residual to which the system is solved


@njit(cache=True, nogil=True)
def leap(state: State) -> bool:
    """Move flow at all forks together, unless that makes things worse.

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
    forks, servers, flow = state.forks, state.servers, state.flow
    total, sinks = servers.total, state.groups.root.size * state.net.tail.size
    work, most = _at_work(forks, flow, sinks)
    dearer, after = np.empty(work.size), np.empty(work.size)
    _measure(work, forks, servers.now, dearer)
    before, old_total, old_now = _cells(work, forks, flow), total.copy(), servers.now.copy()
    slope = old_now[:, SLOPE].copy()
    for trial in range(MOST_TRIALS):
        wish = _wish(work, forks, slope, dearer, most, trial > 0)
        _apply(work, forks, wish, (flow, total), sinks)
        refresh(servers)
        _measure(work, forks, servers.now, after)
        gain, left = -(wish @ dearer), wish @ after
        if gain > 0.0 and left < gain:
            return True
        if gain > 0.0 and trial == MOST_TRIALS - 1:
            back = -left / (gain + left)  # to where the chord of the gain is zero: it is concave, so before its end
            for i in range(work.size):
                _shift(work[i], back * wish[i], forks, flow, total)
            refresh(servers)
            return True
        _take_chords(slope, old_now[:, DELAY], old_total[:, LOAD], servers.now, total)
        _put_back(work, forks, before, flow)
        total[:], servers.now[:] = old_total, old_now
    return False


@njit(cache=True, nogil=True)
def _cells(work: Ints, forks: Forks, flow: Floats) -> Floats:
    """Return the flows in the cells of some forks."""
    size, at = 0, 0
    for fork in work:
        size += forks.table[fork, LAST] - forks.table[fork, FIRST]
    kept = np.empty(size)
    for fork in work:
        for k in range(forks.table[fork, FIRST], forks.table[fork, LAST]):
            kept[at] = flow[forks.cell[k]]
            at += 1
    return kept


@njit(cache=True, nogil=True)
def _put_back(work: Ints, forks: Forks, kept: Floats, flow: Floats) -> None:
    """Write flows into the cells of some forks."""
    at = 0
    for fork in work:
        for k in range(forks.table[fork, FIRST], forks.table[fork, LAST]):
            flow[forks.cell[k]] = kept[at]
            at += 1


@njit(cache=True, nogil=True)
def _apply(work: Ints, forks: Forks, wish: Floats, sums: tuple[Floats, Floats], sinks: int) -> None:
    """Shift flow at one fork after the other, as far as those before it have left some; write how far that was."""
    flow, total = sums
    table, cell = forks.table, forks.cell
    for i in range(work.size):
        first, middle, last = table[work[i], FIRST], table[work[i], MIDDLE], table[work[i], LAST]
        if wish[i] > 0.0:
            wish[i] = min(wish[i], most_of(cell, middle, last, flow, sinks))
        else:
            wish[i] = max(wish[i], -most_of(cell, first, middle, flow, sinks))
        _shift(work[i], wish[i], forks, flow, total)


@njit(cache=True, nogil=True)
def _take_chords(slope: Floats, old_delay: Floats, old_load: Floats, now: Floats, total: Floats) -> None:
    """Replace the slopes of servers whose load has changed by those between the old load and the new."""
    for server in range(slope.size):
        change = total[server, LOAD] - old_load[server]
        if abs(change) > TINY * abs(old_load[server]):
            slope[server] = (now[server, DELAY] - old_delay[server]) / change


@njit(cache=True, nogil=True)
def _at_work(forks: Forks, flow: Floats, sinks: int) -> tuple[Ints, Floats]:
    """Return the forks with flow on both ways, and how much can leave each way."""
    work, most = np.empty(forks.used[FORKS], np.int32), np.empty((forks.used[FORKS], 2))
    table, count = forks.table, 0
    for fork in range(forks.used[FORKS]):
        most[count, 0] = most_of(forks.cell, table[fork, FIRST], table[fork, MIDDLE], flow, sinks)
        most[count, 1] = most_of(forks.cell, table[fork, MIDDLE], table[fork, LAST], flow, sinks)
        if most[count, 0] > 0.0 and most[count, 1] > 0.0:
            work[count] = fork
            count += 1
    return work[:count], most[:count]


@njit(cache=True, nogil=True)
def _wish(
    work: Ints, forks: Forks, slope: Floats, dearer: Floats, most: Floats, careful: bool
) -> Floats:
    """Solve for the changes of flow; what first makes a way run empty is held, the rest solved again.

    With care few are held at a time, and a step that still goes too far is shortened as a whole.
    """
    wish, scale = np.zeros(work.size), np.empty(work.size)
    together, turns = (1.1, 3 * MOST_HOLDS) if careful else (4.0, MOST_HOLDS)
    turns = min(turns, 2 + MOST_WORK // (work.size + 1))
    for turn in range(turns):
        _solve(work, forks, slope, dearer, (wish, scale))
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
def _measure(work: Ints, forks: Forks, now: Floats, dearer: Floats) -> None:
    """Write by how much each fork's first way is dearer, divided by what it feels per unit of load.

    This makes the system symmetric where classes with other values of time share servers.
    """
    step_server, step_weight, table = forks.step_server, forks.step_weight, forks.table
    for i in range(work.size):
        total, felt, load = forks.fixed[work[i]], 0.0, 0.0
        for k in range(table[work[i], STEP], table[work[i], STEP_END]):
            total += step_weight[k, FELT] * now[step_server[k], DELAY]
            felt += abs(step_weight[k, FELT])
            load += abs(step_weight[k, LOAD])
        dearer[i] = total * load / felt if felt > 0.0 else 0.0


@njit(cache=True, nogil=True)
def _shift(fork: int, change: float, forks: Forks, flow: Floats, total: Floats) -> None:
    """Move flow from the second way of a fork to the first."""
    step_server, step_weight, table = forks.step_server, forks.step_weight, forks.table
    for k in range(table[fork, FIRST], table[fork, MIDDLE]):
        flow[forks.cell[k]] = max(flow[forks.cell[k]] + change, 0.0)  # rounding may end below
    for k in range(table[fork, MIDDLE], table[fork, LAST]):
        flow[forks.cell[k]] = max(flow[forks.cell[k]] - change, 0.0)
    total[-1, FELT] += change * forks.fixed[fork]
    for k in range(table[fork, STEP], table[fork, STEP_END]):
        total[step_server[k], FELT] += change * step_weight[k, FELT]
        total[step_server[k], LOAD] += change * step_weight[k, LOAD]


@njit(cache=True, nogil=True)
def _solve(
    work: Ints, forks: Forks, slope: Floats, dearer: Floats, out: tuple[Floats, Floats]
) -> None:
    """Write the changes of flow that would level all costs if delays were linear.

    Changes that are not zero on entry are held.
    """
    step_server, step_weight, index = forks.step_server, forks.step_weight, forks.table
    wish, scale = out
    n = work.size
    along, reply, on_server = np.zeros(n), np.empty(n), np.empty(slope.size)
    _bend(work, forks, slope, wish, (on_server, reply))
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
        _bend(work, forks, slope, along, (on_server, reply))
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
def _bend(
    work: Ints, forks: Forks, slope: Floats, along: Floats, out: tuple[Floats, Floats]
) -> None:
    """Write Mᵀ diag(slope) M along."""
    step_server, step_weight, index = forks.step_server, forks.step_weight, forks.table
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
