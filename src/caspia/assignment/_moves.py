"""Newton's method on one fork after the other.

References
----------
Bar-Gera, H. (2010). Traffic assignment by paired alternative segments. Transportation Research Part B 44
(8-9), 1022-1046.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from caspia.assignment._state import (
    AMOUNT,
    CELLS,
    DELAY,
    FELT,
    FIRST,
    FORKS,
    LAST,
    LOAD,
    MIDDLE,
    REFERENCE,
    RESPONSE,
    SINK,
    SLOPE,
    STEP,
    STEP_END,
    STEPS,
    Codes,
    Forks,
    Longs,
    Servers,
)
from caspia.assignment.problem import Floats
from caspia.cost.delay.table import value_and_slope

SMALL = 0.003  # part of its load by which a server may change and have its delay taken from the tangent
MOST_OF_SINK = 0.9  # part of the demand carried or held back that one move may take: its price has a pole at none
NEARLY_NONE = 1e-290  # load at which the price of demand is held


@njit(cache=True, nogil=True, inline="always")
def delay_at(form: Codes, row: Floats, server: int, load: float) -> tuple[float, float]:
    """Return the delay of a server and its derivative; that of a sink is minus the cost that its demand bears.

    Parameters
    ----------
    form : int8[S]
        Code of the form of every server, or that of a sink.
    row : float64[S, 4]
        Their parameters.
    server : int
        The server.
    load : float
        Its load.

    Returns
    -------
    delay, slope : float, float
        Delay and derivative.
    """
    if form[server] == SINK:
        load, response = max(load, NEARLY_NONE), row[server, RESPONSE]
        return -row[server, REFERENCE] - np.log(load / row[server, AMOUNT]) / response, -1.0 / (response * load)
    return value_and_slope(form, row, server, load)


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
        now[server, DELAY], now[server, SLOPE] = delay_at(form, row, server, total[server, LOAD])


@njit(cache=True, nogil=True, inline="always")
def most_of(cell: Longs, begin: int, end: int, flow: Floats, sinks: int) -> float:
    """Return the flow that can leave a way: the least of its cells, of a sink's less than all.

    Parameters
    ----------
    cell : int64[...]
        Cells of the forks.
    begin, end : int, int
        Where those of the way start and end; that of a sink stands first.
    flow : float64[...]
        Flow in every cell.
    sinks : int
        First cell of the sinks.

    Returns
    -------
    float
        Zero for a way without cells.
    """
    if begin == end:
        return 0.0
    most = flow[cell[begin]]
    if cell[begin] >= sinks:
        most *= MOST_OF_SINK
    for k in range(begin + 1, end):
        most = min(most, flow[cell[k]])
    return float(most)


@njit(cache=True, nogil=True)
def level(  # type: ignore[no-untyped-def] # noqa: PLR0913 - every tuple of arrays costs counting of references
    begin, end, table, fixed, stride, cell, step_server, step_weight, flow, form, row, total, now, sinks, floor
):
    """Move flow from the dearer way of forks to the other until they cost the same, were delays linear.

    Forks are levelled one after the other, each at the loads that those before it leave. Loads are changed, and
    delays along with them; those that change little go along their tangents. The loop stands here since a call
    for each fork takes longer than what it does.

    Parameters
    ----------
    begin, end : int, int
        First fork, and the first that is let be.
    table, fixed, stride, cell, step_server, step_weight : arrays
        Those of `Forks`.
    flow : float64[...]
        Flow in every cell, changed.
    form, row, total, now : arrays
        Those of `Servers`, changed.
    sinks : int
        First cell of the sinks.
    floor : float
        Excess cost below which a move is not worth making.

    Returns
    -------
    float
        Cost that the flow on the dearer ways would have saved on the others, as met on the way.
    """
    met = 0.0
    for fork in range(begin, end):
        first_step, last_step = np.uint64(table[fork, STEP]), np.uint64(table[fork, STEP_END])
        dearer, slope = fixed[fork], 0.0
        for k in range(first_step, last_step):
            server = np.uint32(step_server[k])
            dearer += step_weight[k, FELT] * now[server, DELAY]
            slope += abs(step_weight[k, FELT] * step_weight[k, LOAD]) * now[server, SLOPE]
        first, middle, last = table[fork, FIRST], table[fork, MIDDLE], table[fork, LAST]
        if dearer > 0.0:
            most = most_of(cell, first, middle, flow, sinks)
        else:
            most = most_of(cell, middle, last, flow, sinks)
        excess = abs(dearer) * most
        met += excess
        if not excess > floor:
            continue
        shift = most if abs(dearer) >= slope * most else abs(dearer) / slope
        if dearer < 0.0:
            shift = -shift
        for k in range(first, middle):
            flow[cell[k]] -= shift
        for k in range(middle, last):
            flow[cell[k]] += shift
        stride[fork] += shift
        total[-1, FELT] -= shift * fixed[fork]
        for k in range(first_step, last_step):
            server = np.uint32(step_server[k])
            change = shift * step_weight[k, LOAD]
            total[server, FELT] -= shift * step_weight[k, FELT]
            total[server, LOAD] -= change
            if abs(change) < SMALL * total[server, LOAD]:
                now[server, DELAY] -= change * now[server, SLOPE]
            else:
                at = delay_at(form, row, int(server), total[server, LOAD])
                now[server, DELAY], now[server, SLOPE] = at
    return met


@njit(cache=True, nogil=True)
def sweep(forks: Forks, flow: Floats, servers: Servers, sinks: int, begin: int, floor: float) -> float:
    """Level all forks from one on, one after the other, each at the loads that those before it leave.

    Parameters
    ----------
    forks, flow, servers : Forks, float64[...], Servers
        Forks, flow in every cell, and servers; flows, loads and delays are changed.
    sinks : int
        First cell of the sinks.
    begin : int
        First fork.
    floor : float
        Excess cost below which a move is not worth making.

    Returns
    -------
    float
        Sum of the excess costs as met on the way.
    """
    return float(
        level(
            begin,
            forks.used[FORKS],
            forks.table,
            forks.fixed,
            forks.stride,
            forks.cell,
            forks.step_server,
            forks.step_weight,
            flow,
            servers.form,
            servers.row,
            servers.total,
            servers.now,
            sinks,
            floor,
        )
    )


@njit(cache=True, nogil=True)
def prune(forks: Forks, flow: Floats) -> None:
    """Forget the forks of which one way is empty, and close the ranks.

    Parameters
    ----------
    forks : Forks
        The forks, changed.
    flow : float64[...]
        Flow in every cell.
    """
    used, table, cell = forks.used, forks.table, forks.cell
    step_server, step_weight = forks.step_server, forks.step_weight
    count, cells, steps = 0, 0, 0
    for fork in range(used[FORKS]):
        first, middle, last = table[fork, FIRST], table[fork, MIDDLE], table[fork, LAST]
        one, other = most_of(cell, first, middle, flow, flow.size), most_of(cell, middle, last, flow, flow.size)
        if min(one, other) > 0.0:
            begin, end = table[fork, STEP], table[fork, STEP_END]
            table[count, FIRST], table[count, MIDDLE], table[count, LAST] = (
                cells,
                cells + middle - first,
                cells + last - first,
            )
            table[count, STEP], table[count, STEP_END] = steps, steps + end - begin
            forks.fixed[count] = forks.fixed[fork]
            for k in range(first, last):
                cell[cells] = cell[k]
                cells += 1
            for k in range(begin, end):
                step_server[steps] = step_server[k]
                step_weight[steps, FELT], step_weight[steps, LOAD] = step_weight[k, FELT], step_weight[k, LOAD]
                steps += 1
            count += 1
    used[FORKS], used[CELLS], used[STEPS] = count, cells, steps
