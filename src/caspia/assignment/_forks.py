"""Forks are found where a group has flow on an arc by which its least-cost tree does not go.

From the end of such an arc the tree leads back to the root, and so does the flow; where the two first meet, the
fork begins. All that flow on dearer arcs costs more than on the tree is the gap, to the last digit, so that
what is passed over is known. The first group to level a fork mostly levels it for all others, which then have
nothing to gain there: forks stay few, however many pairs use them.

References
----------
Bar-Gera, H. (2010). Traffic assignment by paired alternative segments. Transportation Research Part B 44
(8-9), 1022-1046.
Xie, J., Xie, C. (2016). New insights and improvements of using paired alternative segments for traffic
assignment. Transportation Research Part B 93, 406-424.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from caspia.assignment._moves import delay_at, level, sweep
from caspia.assignment._state import (
    CELLS,
    DELAY,
    FELT,
    FIRST,
    FORKS,
    LAST,
    LOAD,
    MIDDLE,
    SLOPE,
    STAMP,
    STEP,
    STEP_END,
    STEPS,
    State,
)
from caspia.assignment.problem import Floats, Ints
from caspia.assignment.result import Longs

NOWHERE, CIRCLE = -1, -2
TRIES = 4  # forks that may start from one arc at a time, where its flow comes by several ways


@njit(cache=True, nogil=True)
def fork_flow(state: State, which: Ints, begin: int, cost: Floats, floor: float) -> int:
    """Find the forks of some groups, and level each at once.

    Parameters
    ----------
    state : State
        The state; the trees of these groups are up to date, or nearly.
    which : int32[g]
        The groups.
    begin : int
        Where in `which` to start.
    cost : float64[K, A]
        The costs that the trees were grown with.
    floor : float
        Excess cost of an arc's flow below which it is let be.

    Returns
    -------
    int
        Where in `which` the arrays of the forks were full; the length of `which` when all is done.
    """
    tail, head, flow, used = state.net.tail, state.net.head, state.flow, state.forks.used
    n_arcs = tail.size
    sinks = state.groups.root.size * n_arcs
    hits = np.empty(n_arcs, np.int32)
    for i in range(begin, which.size):
        group = which[i]
        first = used[FORKS]
        count = _dear_arcs(
            tail,
            head,
            state.forest.dist[group],
            cost[state.groups.klass[group]],
            flow[group * n_arcs : (group + 1) * n_arcs],
            floor,
            hits,
        )
        if count and not _fork_arcs(state, group, hits[:count], floor):
            return i
        if sinks < flow.size and not _answer(state, group, floor):
            return i
        if used[FORKS] > first:
            sweep(state.forks, flow, state.servers, sinks, first, floor)
    return which.size


@njit(cache=True, nogil=True)
def _dear_arcs(tail: Ints, head: Ints, dist: Floats, cost: Floats, flow: Floats, floor: float, hits: Ints) -> int:
    """Write the arcs of which the flow costs more than by the tree; return how many they are.

    Whether there is flow is not asked first: on a third of the arcs there is, and so the question is dearer than
    the product. Where it is none of inf, that is NaN, and not above the floor.
    """
    count = 0
    for arc in range(tail.size):
        if (dist[np.uint32(tail[arc])] + cost[arc] - dist[np.uint32(head[arc])]) * flow[arc] > floor:
            hits[count] = arc
            count += 1
    return count


@njit(cache=True, nogil=True, inline="always")
def _has_room(used: Longs, room: tuple[int, int, int]) -> bool:
    """Say whether one more fork fits, however long."""
    return bool(used[FORKS] < room[FORKS] and used[CELLS] < room[CELLS] and used[STEPS] < room[STEPS])


@njit(cache=True, nogil=True)
def _room(state: State) -> tuple[int, int, int]:
    """Return how many forks, cells and steps there may be for one more fork to fit, however long."""
    forks = state.forks
    cells = forks.cell.size - 3 * state.net.stop.size
    return forks.fixed.size, cells, forks.step_server.size - state.servers.form.size


@njit(cache=True, nogil=True)
def _fork_arcs(state: State, group: int, hits: Ints, floor: float) -> bool:
    """Make forks of the flow on some arcs and of the tree, and level them; return whether there was room for all.

    Where the flow of an arc comes by several ways, each can make a fork.
    """
    net, forks, entries, servers, scratch = state.net, state.forks, state.entries, state.servers, state.scratch
    tail, head, into_start, into = net.tail, net.head, net.into_start, net.into
    parent, dist = state.forest.parent[group], state.forest.dist[group]
    table, fixed, stride, cell, used = forks.table, forks.fixed, forks.stride, forks.cell, forks.used
    step_server, step_weight = forks.step_server, forks.step_weight
    form, row, total, now = servers.form, servers.row, servers.total, servers.now
    start, server, klass = entries.start, entries.server, state.groups.klass[group]
    weight, fixed_cost, flow = entries.weight[klass], state.fixed_cost[klass], state.flow
    mark, seen, slot = scratch.mark, scratch.seen, scratch.slot
    cells, sinks = group * tail.size, state.groups.root.size * tail.size
    room = _room(state)
    for arc in hits:
        for _ in range(TRIES):
            if not _has_room(used, room):
                return False
            fork, first, begin = used[FORKS], used[CELLS], used[STEPS]
            cell[first] = cells + arc
            used[STAMP] += 1
            at = (tail[arc], head[arc], cells, used[STAMP], first + 1)
            meeting, middle = _follow_flow(into_start, into, tail, flow, parent, dist, cell, mark, seen, at)
            if meeting < 0 or meeting == head[arc]:
                if meeting != NOWHERE:
                    _take_out(state, group, head[arc] if meeting >= 0 else CIRCLE - meeting, middle)
                break
            last = _follow_tree(parent, tail, cell, (head[arc], meeting, cells, middle))
            ends = (first, middle, last, cells, begin)
            fixed[fork], end = _compare(
                cell, start, server, weight, fixed_cost, slot, step_server, step_weight, ends
            )
            table[fork, FIRST], table[fork, MIDDLE], table[fork, LAST] = first, middle, last
            table[fork, STEP], table[fork, STEP_END] = begin, end
            excess = level(
                fork,
                fork + 1,
                table,
                fixed,
                stride,
                cell,
                step_server,
                step_weight,
                flow,
                form,
                row,
                total,
                now,
                sinks,
                floor,
            )
            if not excess > floor:
                break
            used[FORKS], used[CELLS], used[STEPS] = fork + 1, last, end
            if not flow[cells + arc] > 0.0:
                break
    return True


@njit(cache=True, nogil=True)
def _follow_flow(  # type: ignore[no-untyped-def] # noqa: PLR0913 - compiled; tuples of arrays cost counting of references
    into_start, into, tail, flow, parent, dist, cell, mark, seen, begin
):
    """Go back along the strongest flow until it meets a branch of the tree; return where, and where the cells end.

    The branch is gone back along with the flow, no farther than costs tell that they may meet. In place of the
    vertex stands `NOWHERE` if the flow breaks off, as what rounding leaves may do, and `CIRCLE` less the vertex if
    it comes back to one where it was.
    """
    vertex, branch, cells, stamp, at = begin
    mark[branch] = stamp
    while True:
        while dist[branch] >= dist[vertex] and parent[branch] >= 0:
            branch = tail[parent[branch]]
            mark[branch] = stamp
        if mark[vertex] == stamp:
            return vertex, at
        if seen[vertex] == stamp:
            return CIRCLE - vertex, at
        seen[vertex] = stamp
        best, strongest = -1, 0.0
        for k in range(into_start[vertex], into_start[vertex + 1]):
            if flow[cells + into[k]] > strongest:
                best, strongest = into[k], flow[cells + into[k]]
        if best < 0:
            return NOWHERE, at
        cell[at] = cells + best
        at += 1
        vertex = tail[best]


@njit(cache=True, nogil=True)
def _follow_tree(parent: Ints, tail: Ints, cell: Longs, begin: tuple[int, int, int, int]) -> int:
    """Write the cells of the tree from a vertex back to another; return where they end."""
    vertex, goal, cells, at = begin
    while vertex != goal:
        cell[at] = cells + parent[vertex]
        at += 1
        vertex = tail[parent[vertex]]
    return at


@njit(cache=True, nogil=True)
def _compare(  # type: ignore[no-untyped-def] # noqa: PLR0913 - compiled; tuples of arrays cost counting of references
    cell, start, server, weight, fixed_cost, slot, step_server, step_weight, ends
):
    """Write the steps between two ways; return how much dearer the first is without delay, and their end."""
    first, middle, last, cells, begin = ends
    fixed, end = 0.0, begin
    for k in range(first, last):
        sense, arc = 1.0 if k < middle else -1.0, cell[k] - cells
        fixed += sense * fixed_cost[arc]
        for entry in range(start[arc], start[arc + 1]):
            at = slot[server[entry]]
            if at < 0:
                at = end
                slot[server[entry]] = at
                step_server[at] = server[entry]
                step_weight[at, FELT], step_weight[at, LOAD] = 0.0, 0.0
                end += 1
            step_weight[at, FELT] += sense * weight[entry, FELT]
            step_weight[at, LOAD] += sense * weight[entry, LOAD]
    for k in range(begin, end):
        slot[step_server[k]] = -1
    return fixed, end


@njit(cache=True, nogil=True)
def _take_out(state: State, group: int, vertex: int, end: int) -> None:
    """Take the flow out of the circle that the last cells before `end` form, back to a vertex."""
    net, flow, cell, entries, servers = state.net, state.flow, state.forks.cell, state.entries, state.servers
    klass, cells, begin = state.groups.klass[group], group * state.net.tail.size, state.forks.used[CELLS]
    while net.head[cell[begin] - cells] != vertex:
        begin += 1
    least = flow[cell[begin]]
    for k in range(begin, end):
        least = min(least, flow[cell[k]])
    for k in range(begin, end):
        arc = cell[k] - cells
        flow[cell[k]] -= least
        servers.total[-1, FELT] -= least * state.fixed_cost[klass, arc]
        for entry in range(entries.start[arc], entries.start[arc + 1]):
            server = entries.server[entry]
            servers.total[server, FELT] -= least * entries.weight[klass, entry, FELT]
            servers.total[server, LOAD] -= least * entries.weight[klass, entry, LOAD]
            at = delay_at(servers.form, servers.row, server, servers.total[server, LOAD])
            servers.now[server, DELAY], servers.now[server, SLOPE] = at


@njit(cache=True, nogil=True)
def _answer(state: State, group: int, floor: float) -> bool:
    """Let the demand of a group's pairs answer to their least cost; return whether there was room for all."""
    groups, pairs, flow, forks = state.groups, state.pairs, state.flow, state.forks
    root, cells = groups.root[group], group * state.net.tail.size
    sinks = groups.root.size * state.net.tail.size
    first_server = state.servers.form.size - (flow.size - sinks) // 2
    room = _room(state)
    for pair in range(groups.pair_start[group], groups.pair_start[group + 1]):
        sink, end = pairs.sink[pair], groups.destination[pair]
        if sink < 0 or end == root or pairs.least[pair] == np.inf:
            continue
        carried, held = sinks + 2 * sink, sinks + 2 * sink + 1
        worth = -state.servers.now[first_server + sink, DELAY] - pairs.least[pair]
        if not (worth * flow[held] > floor or -worth * flow[carried] > floor):
            continue
        if not _has_room(forks.used, room):
            return False
        at = forks.used[CELLS]
        forks.cell[at] = carried
        if worth > 0.0:
            at = _follow_tree(state.forest.parent[group], state.net.tail, forks.cell, (end, root, cells, at + 1))
        else:
            at = _follow_back(state, group, end, at + 1)
        if at > 0:
            forks.cell[at] = held
            _fork_sink(state, group, at, first_server + sink, floor)
    return True


@njit(cache=True, nogil=True)
def _follow_back(state: State, group: int, vertex: int, at: int) -> int:
    """Go back from a vertex to the root along the strongest flow; return where the cells end, -1 if it stops."""
    net, scratch, used = state.net, state.scratch, state.forks.used
    used[STAMP] += 1
    meeting, at = _follow_flow(
        net.into_start,
        net.into,
        net.tail,
        state.flow,
        state.forest.parent[group],
        state.forest.dist[group],
        state.forks.cell,
        scratch.mark,
        scratch.seen,
        (vertex, state.groups.root[group], group * net.tail.size, used[STAMP], at),
    )
    return at if meeting >= 0 else -1


@njit(cache=True, nogil=True)
def _fork_sink(state: State, group: int, middle: int, server: int, floor: float) -> None:
    """Make a fork of a route, with the cell of the demand carried before it, and the cell of what is held back.

    The cells stand ready up to that of the second way, at `middle`.
    """
    forks, entries, servers, klass = state.forks, state.entries, state.servers, state.groups.klass[group]
    used, step_weight = forks.used, forks.step_weight
    fork, first, begin, cells = used[FORKS], used[CELLS], used[STEPS], group * state.net.tail.size
    ends = (first + 1, middle, middle, cells, begin)
    forks.fixed[fork], end = _compare(
        forks.cell,
        entries.start,
        entries.server,
        entries.weight[klass],
        state.fixed_cost[klass],
        state.scratch.slot,
        forks.step_server,
        step_weight,
        ends,
    )
    forks.step_server[end] = server
    step_weight[end, FELT], step_weight[end, LOAD] = 1.0, entries.ratio[klass]
    row = forks.table[fork]
    row[FIRST], row[MIDDLE], row[LAST], row[STEP], row[STEP_END] = first, middle, middle + 1, begin, end + 1
    used[FORKS], used[CELLS], used[STEPS] = fork + 1, middle + 1, end + 1
    sinks = state.groups.root.size * state.net.tail.size
    if not sweep(forks, state.flow, servers, sinks, fork, floor) > floor:
        used[FORKS], used[CELLS], used[STEPS] = fork, first, begin
