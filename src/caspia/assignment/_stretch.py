"""Sweeps until the forks are level; where sweeps creep, they are taken to the end of the way that they go.

Sweeps level one fork after the other; where many share servers, each closes a small part of the gap and goes on
where the one before went. The best point in the span of the last few is found from the changes of load alone,
which takes as long as one sweep: Krylov's acceleration of the method of Gauss and Seidel.

References
----------
Washio, T., Oosterlee, C. W. (1997). Krylov subspace acceleration for nonlinear multigrid schemes. Electronic
Transactions on Numerical Analysis 6, 271-290.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from caspia.assignment._moves import most_of, refresh, sweep
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
    State,
)
from caspia.assignment.problem import Floats

MOST_SWEEPS = 20
SLOW = 0.6  # part of the excess that a sweep must leave for a stretch to follow
KEPT = 3  # sweeps whose span is searched
DAMPING = 1e-6  # part of the diagonal; sweeps that creep go nearly the same way
NONE = 1e-14  # part of the first diagonal below which a sweep is the same way as others


@njit(cache=True, nogil=True)
def level_forks(state: State, floor: float, enough: float) -> int:
    """Sweep over all forks until their excess cost is small enough, or the sweeps are used up.

    Parameters
    ----------
    state : State
        The state; delays are up to date afterwards.
    floor : float
        Excess cost below which a move is not worth making.
    enough : float
        Excess cost of all forks to reach.

    Returns
    -------
    int
        How many sweeps there were.
    """
    forks, servers = state.forks, state.servers
    count, sinks = forks.used[FORKS], state.groups.root.size * state.net.tail.size
    strides, changes = np.empty((KEPT, count)), np.empty((KEPT, servers.form.size + 1, 2))
    last = np.inf
    for turn in range(MOST_SWEEPS):
        kept = turn % KEPT
        forks.stride[:count] = 0.0
        changes[kept] = servers.total
        left = sweep(forks, state.flow, servers, sinks, 0, floor)
        refresh(servers)
        if left <= enough:
            return turn + 1
        strides[kept], changes[kept] = forks.stride[:count], servers.total - changes[kept]
        if left > SLOW * last:
            _stretch(state, strides[: turn + 1], changes[: turn + 1])
        last = left
    return MOST_SWEEPS


@njit(cache=True, nogil=True)
def _stretch(state: State, strides: Floats, changes: Floats) -> None:
    """Go on along the last sweeps to where their span is level, were delays linear; go back if it was too far.

    What costs gain along the way is concave, so it is past its height where the slope at the end is steeper
    than at the start.
    """
    servers, sinks = state.servers, state.groups.root.size * state.net.tail.size
    part = _best(changes, servers.now)
    wish = np.zeros(strides.shape[1])
    for i in range(part.size):
        wish += part[i] * strides[i]
    before = servers.total.copy()
    _walk(wish, state.forks, state.flow, servers.total, sinks)
    gain = -_rise(servers.total - before, servers.now)
    refresh(servers)
    left = _rise(servers.total - before, servers.now)
    if left > max(gain, 0.0):
        back = left / (gain + left) if gain > 0.0 else 1.0
        _walk(-back * wish, state.forks, state.flow, servers.total, sinks)
        refresh(servers)


@njit(cache=True, nogil=True)
def _best(changes: Floats, now: Floats) -> Floats:
    """Return the part of every sweep that makes costs level along all, were delays linear."""
    n, n_servers = changes.shape[0], now.shape[0]
    rows = np.zeros((n, n + 1))
    for i in range(n):
        rows[i, n] = -_rise(changes[i], now)
        for server in range(n_servers):
            felt = changes[i, server, FELT] * now[server, SLOPE]
            if felt != 0.0:
                for j in range(n):
                    rows[i, j] += felt * changes[j, server, LOAD]
    return _solved(rows)


@njit(cache=True, nogil=True)
def _solved(rows: Floats) -> Floats:
    """Solve a small linear system by Gauss's elimination; the last column is the right side.

    The diagonal is raised a little, and what then depends on other rows is left at zero.
    """
    n = rows.shape[0]
    part, least = np.zeros(n), np.empty(n)
    for i in range(n):
        least[i] = NONE * abs(rows[i, i])
        rows[i, i] *= 1.0 + DAMPING
    for i in range(n):
        if abs(rows[i, i]) > least[i]:
            for j in range(i + 1, n):
                rows[j] -= rows[j, i] / rows[i, i] * rows[i]
    for i in range(n - 1, -1, -1):
        if abs(rows[i, i]) > least[i]:
            part[i] = (rows[i, n] - (rows[i, i + 1 : n] * part[i + 1 :]).sum()) / rows[i, i]
    return part


@njit(cache=True, nogil=True)
def _rise(change: Floats, now: Floats) -> float:
    """Return the rise of cost along a change of totals."""
    rise = change[-1, FELT]
    for server in range(now.shape[0]):
        rise += change[server, FELT] * now[server, DELAY]
    return float(rise)


@njit(cache=True, nogil=True)
def _walk(wish: Floats, forks: Forks, flow: Floats, total: Floats, sinks: int) -> None:
    """Move flow at all forks from the first way to the second, as far as there is any; write how far that was."""
    table, cell, fixed = forks.table, forks.cell, forks.fixed
    step_server, step_weight = forks.step_server, forks.step_weight
    for fork in range(wish.size):
        first, middle, last = table[fork, FIRST], table[fork, MIDDLE], table[fork, LAST]
        if wish[fork] > 0.0:
            wish[fork] = min(wish[fork], most_of(cell, first, middle, flow, sinks))
        elif wish[fork] < 0.0:
            wish[fork] = max(wish[fork], -most_of(cell, middle, last, flow, sinks))
        shift = wish[fork]
        if shift == 0.0:
            continue
        for k in range(first, middle):
            flow[cell[k]] -= shift
        for k in range(middle, last):
            flow[cell[k]] += shift
        total[-1, FELT] -= shift * fixed[fork]
        for k in range(table[fork, STEP], table[fork, STEP_END]):
            total[step_server[k], FELT] -= shift * step_weight[k, FELT]
            total[step_server[k], LOAD] -= shift * step_weight[k, LOAD]
