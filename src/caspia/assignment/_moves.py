"""Newton's method between a route and the base of its pair, over all stored routes.

References
----------
Jayakrishnan, R., Tsai, W. K., Prashker, J. N., Rajadhyaksha, S. (1994). A faster path-based algorithm for
traffic assignment. Transportation Research Record 1443, 75-83.
"""

from __future__ import annotations

from numba import njit

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
    Servers,
    State,
)
from caspia.cost.delay.table import value_and_slope

SMALL = 0.003  # part of its load by which a server may change and have its delay taken from the tangent
THIN = 0.1  # part of another route's flow below which a base has too little


@njit(cache=True, nogil=True)
def refresh(servers: Servers) -> None:
    """Evaluate delay and derivative of every server at its load.

    Parameters
    ----------
    servers : Servers
        The servers.
    """
    form, row, total, now = servers.form, servers.row, servers.total, servers.now
    for server in range(form.size):
        now[server, DELAY], now[server, SLOPE] = value_and_slope(form[server], row[server], total[server, LOAD])


@njit(cache=True, nogil=True)
def sweep(state: State, floor: float) -> float:
    """Level the costs of every working route and the base of its pair, one after the other.

    Each move takes the Newton step that would make the two costs equal if delays were linear, or as much
    as there is flow, and brings loads and delays up to date before the next. Delays of servers that
    change little go along their tangents; they are evaluated anew at the end.

    Parameters
    ----------
    state : State
        The state.
    floor : float
        Excess cost below which a move is not worth making.

    Returns
    -------
    float
        Cost that the flow on dearer routes would have saved on the other of the two, as met on the way.
    """
    store, servers = state.store, state.servers
    index, value, moves, bases, uneven = (
        store.table,
        store.value,
        store.moves,
        state.pairs.table,
        state.pairs.uneven,
    )
    step_server, step_weight = store.step_server, store.step_weight
    form, row, total, now = servers.form, servers.row, servers.total, servers.now
    excess = 0.0
    for i in range(store.used[MOVES]):
        route = moves[i]
        pair = index[route, PAIR]
        base = bases[pair, BASE]
        begin, end = index[route, STEP], index[route, STEP_END]
        dearer = value[route, FIXED] - value[base, FIXED]
        slope = 0.0
        for k in range(begin, end):
            server = step_server[k]
            dearer += step_weight[k, FELT] * now[server, DELAY]
            slope += abs(step_weight[k, FELT] * step_weight[k, LOAD]) * now[server, SLOPE]
        most = value[route, FLOW] if dearer > 0.0 else value[base, FLOW]
        excess += abs(dearer) * most
        if abs(dearer) * most <= floor:
            continue
        shift = most if abs(dearer) >= slope * most else abs(dearer) / slope
        if dearer < 0.0:
            shift = -shift
        value[route, FLOW] -= shift
        value[base, FLOW] += shift
        total[-1, FELT] -= shift * (value[route, FIXED] - value[base, FIXED])
        for k in range(begin, end):
            server = step_server[k]
            change = shift * step_weight[k, LOAD]
            total[server, FELT] -= shift * step_weight[k, FELT]
            total[server, LOAD] -= change
            if abs(change) < SMALL * total[server, LOAD]:
                now[server, DELAY] -= change * now[server, SLOPE]
            else:
                at = value_and_slope(form[server], row[server], total[server, LOAD])
                now[server, DELAY], now[server, SLOPE] = at
        if value[base, FLOW] < THIN * value[route, FLOW]:
            uneven[pair] = True
    refresh(servers)
    return excess
