"""Newton's method between two routes of a pair, over all stored routes.

References
----------
Jayakrishnan, R., Tsai, W. K., Prashker, J. N., Rajadhyaksha, S. (1994). A faster path-based algorithm for
traffic assignment. Transportation Research Record 1443, 75-83.
"""

from __future__ import annotations

from numba import njit

from caspia.assignment._routes import MOVES, State
from caspia.cost.delay.table import value_and_slope


@njit(cache=True, nogil=True)
def refresh(state: State) -> None:
    """Evaluate delay and derivative of every server at its load.

    Parameters
    ----------
    state : State
        The state.
    """
    servers = state.servers
    for server in range(servers.load.size):
        now = value_and_slope(servers.form[server], servers.row[server], servers.load[server])
        servers.now[server, 0], servers.now[server, 1] = now


@njit(cache=True, nogil=True)
def sweep(state: State, floor: float) -> float:
    """Level the costs of every stored route and the base of its pair, one after the other.

    Each move takes the Newton step that would make the two costs equal if delays were linear, or as much
    as there is flow, and brings loads and delays up to date before the next.

    Parameters
    ----------
    state : State
        The state.

    Returns
    -------
    float
        Cost that the flow on dearer routes would have saved on the other of the two, as met on the way.
    """
    store, pairs, servers = state.store, state.pairs, state.servers
    now, step_server, step_felt, step_load = servers.now, store.step_server, store.step_felt, store.step_load
    excess = 0.0
    for i in range(store.used[MOVES]):
        route = store.moves[i]
        pair = store.pair[route]
        base = pairs.base[pair]
        begin, end = store.step_start[route], store.step_end[route]
        dearer = store.fixed[route] - store.fixed[base]
        slope = 0.0
        for k in range(begin, end):
            server = step_server[k]
            dearer += step_felt[k] * now[server, 0]
            slope += abs(step_felt[k] * step_load[k]) * now[server, 1]
        most = store.flow[route] if dearer > 0.0 else store.flow[base]
        if most <= 0.0 or dearer == 0.0:
            continue
        excess += abs(dearer) * most
        if abs(dearer) * most < floor:
            continue
        shift = most if abs(dearer) >= slope * most else abs(dearer) / slope
        if dearer < 0.0:
            shift = -shift
        store.flow[route] -= shift
        store.flow[base] += shift
        state.money[0] -= shift * (store.fixed[route] - store.fixed[base])
        for k in range(begin, end):
            server = step_server[k]
            change = shift * step_load[k]
            servers.load[server] -= change
            servers.felt[server] -= shift * step_felt[k]
            if abs(change) < 0.003 * servers.load[server]:
                now[server, 0] -= change * now[server, 1]
            else:
                value = value_and_slope(servers.form[server], servers.row[server], servers.load[server])
                now[server, 0], now[server, 1] = value
        if store.flow[base] < 0.1 * store.flow[route]:
            pairs.uneven[pair] = True
    return excess
