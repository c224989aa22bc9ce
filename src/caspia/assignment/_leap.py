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

from caspia.assignment._moves import refresh
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
from caspia.assignment.problem import Floats, Ints

MOST_TURNS = 80  # of conjugate gradients
ENOUGH = 1e-3  # part of the first residual to which the system is solved


@njit(cache=True, nogil=True)
def leap(state: State) -> bool:
    """Move all working routes together; take the move back if it makes things worse.

    Parameters
    ----------
    state : State
        The state; delays are up to date.

    Returns
    -------
    bool
        Whether the move was kept.
    """
    store, index, value, of_pair = state.store, state.store.index, state.store.value, state.pairs.index
    moves = store.moves[: store.used[MOVES]]
    parts = (store.step_server, store.step_weight, index)
    work = np.empty(moves.size, np.int32)
    count = 0
    for route in moves:
        if value[route, FLOW] > 0.0 and value[of_pair[index[route, PAIR], BASE], FLOW] > 0.0:
            work[count] = route
            count += 1
    work = work[:count]
    flows = (value, of_pair)
    dearer = np.empty(count)
    before = _measure(work, parts, flows, state.servers.now, dearer)
    if before <= 0.0:
        return False
    wish = _solve(work, parts, state.servers.now, dearer)
    done = np.empty(count)
    for i in range(count):
        route = work[i]
        base = of_pair[index[route, PAIR], BASE]
        done[i] = min(max(wish[i], -value[route, FLOW]), value[base, FLOW])
        _shift(route, base, done[i], parts, value, state.servers.total)
    refresh(state.servers)
    if _measure(work, parts, flows, state.servers.now, dearer) < before:
        return True
    for i in range(count - 1, -1, -1):
        route = work[i]
        _shift(route, of_pair[index[route, PAIR], BASE], -done[i], parts, value, state.servers.total)
    refresh(state.servers)
    return False


@njit(cache=True, nogil=True)
def _measure(
    work: Ints, parts: tuple[Ints, Floats, Longs], flows: tuple[Floats, Longs], now: Floats, dearer: Floats
) -> float:
    """Write by how much each route is dearer than its base; return the excess cost."""
    step_server, step_weight, index = parts
    value, of_pair = flows
    excess = 0.0
    for i in range(work.size):
        route = work[i]
        base = of_pair[index[route, PAIR], BASE]
        total = value[route, FIXED] - value[base, FIXED]
        for k in range(index[route, STEP], index[route, STEP_END]):
            total += step_weight[k, FELT] * now[step_server[k], DELAY]
        dearer[i] = total
        excess += abs(total) * (value[route, FLOW] if total > 0.0 else value[base, FLOW])
    return excess


@njit(cache=True, nogil=True)
def _shift(
    route: int, base: int, change: float, parts: tuple[Ints, Floats, Longs], value: Floats, total: Floats
) -> None:
    """Move flow from a base to a route."""
    step_server, step_weight, index = parts
    value[route, FLOW] = max(value[route, FLOW] + change, 0.0)
    value[base, FLOW] = max(value[base, FLOW] - change, 0.0)
    total[-1, FELT] += change * (value[route, FIXED] - value[base, FIXED])
    for k in range(index[route, STEP], index[route, STEP_END]):
        total[step_server[k], FELT] += change * step_weight[k, FELT]
        total[step_server[k], LOAD] += change * step_weight[k, LOAD]


@njit(cache=True, nogil=True)
def _solve(work: Ints, parts: tuple[Ints, Floats, Longs], now: Floats, dearer: Floats) -> Floats:
    """Return the changes of flow that would level all costs if delays were linear.

    Costs of each route are divided by what it feels per unit of load, which makes the system symmetric
    where classes with other values of time share servers.
    """
    step_server, step_weight, index = parts
    n = work.size
    residual, scale = np.zeros(n), np.zeros(n)
    for i in range(n):
        felt, load = 0.0, 0.0
        for k in range(index[work[i], STEP], index[work[i], STEP_END]):
            felt += abs(step_weight[k, FELT])
            load += abs(step_weight[k, LOAD])
            scale[i] += step_weight[k, LOAD] ** 2 * now[step_server[k], SLOPE]
        if felt > 0.0 and scale[i] > 0.0:
            residual[i] = -dearer[i] * load / felt
            scale[i] = 1.0 / scale[i]
        else:
            scale[i] = 0.0
    wish, lean = np.zeros(n), residual * scale
    along, reply, on_server = lean.copy(), np.empty(n), np.empty(now.shape[0])
    size = residual @ lean
    aim = ENOUGH * ENOUGH * size
    for _ in range(MOST_TURNS):
        _apply(work, parts, now, along, (on_server, reply))
        bend = along @ reply
        if not bend > 0.0:
            break
        part = size / bend
        wish += part * along
        residual -= part * reply
        lean = residual * scale
        new = residual @ lean
        if new <= aim:
            break
        along = lean + new / size * along
        size = new
    return wish


@njit(cache=True, nogil=True)
def _apply(
    work: Ints, parts: tuple[Ints, Floats, Longs], now: Floats, along: Floats, out: tuple[Floats, Floats]
) -> None:
    """Write Mᵀ diag(slope) M along."""
    step_server, step_weight, index = parts
    on_server, reply = out
    on_server[:] = 0.0
    for i in range(work.size):
        for k in range(index[work[i], STEP], index[work[i], STEP_END]):
            on_server[step_server[k]] += along[i] * step_weight[k, LOAD]
    for server in range(on_server.size):
        on_server[server] *= now[server, SLOPE]
    for i in range(work.size):
        total = 0.0
        for k in range(index[work[i], STEP], index[work[i], STEP_END]):
            total += step_weight[k, LOAD] * on_server[step_server[k]]
        reply[i] = total
