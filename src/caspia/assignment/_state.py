"""What the solver works on: flows by origin, forks between ways, loads and delays of servers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from caspia.assignment._trees import Forest, Groups, Net
from caspia.assignment.problem import Bools, Floats, Ints, Problem

Longs = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]

FORKS, CELLS, STEPS, STAMP = 0, 1, 2, 3  # places in `Forks.used`
FIRST, MIDDLE, LAST, STEP, STEP_END = 0, 1, 2, 3, 4  # columns of `Forks.table`
FELT, LOAD = 0, 1  # columns of all pairs of weights
DELAY, SLOPE = 0, 1  # columns of `Servers.now`
SINK = -1  # form of the servers that stand for the demand of pairs that answer to their cost
REFERENCE, RESPONSE, AMOUNT = 0, 1, 2  # columns of a sink's row


class Forks(NamedTuple):
    """Places where flow of one group has two ways on, which meet again.

    Flow is kept in cells: one for each arc and group, and two for each pair whose demand answers to its cost, the
    demand carried and the demand held back. A fork lists the cells of its two ways, and the servers in which they
    differ. Arrays are longer than what `used` counts. Columns of `table`: where the cells of the first way start,
    where those of the second start, where they end; where the steps start and end.
    """

    used: Longs  # [4] how many forks, cells and steps there are, and how many marks were given
    table: Longs  # [F, 5]
    fixed: Floats  # [F] cost of a unit without delays, more on the first way
    stride: Floats  # [F] flow moved from the first way to the second since it was last set to zero
    cell: Longs
    step_server: Ints  # servers in which the two ways differ
    step_weight: Floats  # [:, 2] cost per unit of delay, and load per unit of flow, more on the first way


class Pairs(NamedTuple):
    """What the solver knows of each pair; sorted by group."""

    amount: Floats  # demand; at the reference cost if it answers to its cost
    least: Floats
    sink: Ints  # number among the pairs whose demand answers, -1 for fixed demand


class Entries(NamedTuple):
    """Servers that the arcs use."""

    start: Ints
    server: Ints
    weight: Floats  # [K, E, 2] cost per unit of delay, and load per unit of flow
    ratio: Floats  # [K] load per cost, over all


class Servers(NamedTuple):
    """State of the servers, first those of the problem, then the sinks."""

    form: Codes
    row: Floats  # [S, 4]
    total: Floats  # [S + 1, 2] cost of all flow per unit of delay, and load; last: cost without delays, 0
    now: Floats  # [S, 2] delay and its derivative


class Scratch(NamedTuple):
    """Working space, clean between calls."""

    mark: Longs  # [n]
    seen: Longs  # [n]
    slot: Longs  # [S], -1


class State(NamedTuple):
    """All that the solver works on."""

    net: Net
    groups: Groups
    forest: Forest
    pairs: Pairs
    forks: Forks
    entries: Entries
    servers: Servers
    flow: Floats  # [G * A + 2 * sinks] the cells
    fixed_cost: Floats  # [K, A]
    scratch: Scratch


def lay_out(problem: Problem) -> tuple[State, Ints, npt.NDArray[np.intp]]:
    """Sort arcs by tail and pairs by class and origin, and set up an empty state.

    Parameters
    ----------
    problem : Problem
        A checked problem.

    Returns
    -------
    state : State
        No trees, no flow, no loads.
    arc_name : int32[A]
        Arc of the problem behind each arc of the state.
    pair_name : int[P]
        Pair of the problem behind each pair of the state.
    """
    n, count = problem.n_vertices, problem.n_arcs
    is_end = _ends(problem)
    arc_name = np.lexsort((is_end[problem.head], problem.tail)).astype(np.int32)
    net = _net(problem, arc_name, is_end)
    groups, pairs, pair_name = _group(problem)
    n_groups, n_sinks = groups.root.size, int(pairs.sink.max(initial=-1)) + 1
    entries = _entries(problem, arc_name)
    servers = _servers(problem, pairs.sink, pair_name, entries.ratio)
    n_servers = servers.form.size
    forest = Forest(
        np.full((n_groups, n), -1, np.int32),
        np.zeros((n_groups, n), np.int32),
        np.zeros(n_groups, np.int32),
        np.empty((n_groups, n)),
    )
    state = State(
        net=net,
        groups=groups,
        forest=forest,
        pairs=pairs,
        forks=_no_forks(n, n_servers),
        entries=entries,
        servers=servers,
        flow=np.zeros(n_groups * count + 2 * n_sinks),
        fixed_cost=np.ascontiguousarray(problem.fixed_cost[:, arc_name]),
        scratch=Scratch(np.zeros(n, np.int64), np.zeros(n, np.int64), np.full(n_servers, -1, np.int64)),
    )
    return state, arc_name, pair_name


def _ends(problem: Problem) -> Bools:
    """Say by which vertices no route goes on: they may not be passed, or all their arcs lead back."""
    n, tail, head = problem.n_vertices, problem.tail, problem.head
    low, high = np.full(n, n, np.int32), np.full(n, -1, np.int32)  # least and greatest of a vertex's neighbours
    for vertex, neighbour in ((tail, head), (head, tail)):
        np.minimum.at(low, vertex, neighbour)
        np.maximum.at(high, vertex, neighbour)
    return np.asarray(problem.no_through | (low >= high))


def _net(problem: Problem, arc_name: Ints, is_end: Bools) -> Net:
    """Write the sorted arcs, and list them by head, too."""
    n, tail, head = problem.n_vertices, problem.tail[arc_name], problem.head[arc_name]
    start, into_start = np.zeros(n + 1, np.int32), np.zeros(n + 1, np.int32)
    np.cumsum(np.bincount(tail, minlength=n), out=start[1:])
    np.cumsum(np.bincount(head, minlength=n), out=into_start[1:])
    middle = start[1:] - np.bincount(tail[is_end[head]], minlength=n).astype(np.int32)
    stop = np.where(is_end, start[:-1], middle)
    into = np.argsort(head, kind="stable").astype(np.int32)
    gate = into[is_end[head[into]] & ~is_end[tail[into]]]
    return Net(start, middle, stop, tail, head, into_start, into, gate)


def _group(problem: Problem) -> tuple[Groups, Pairs, npt.NDArray[np.intp]]:
    """Sort the pairs into groups of one class and origin."""
    demand, n = problem.demand, problem.n_vertices
    code = demand.class_index.astype(np.int64) * n + demand.origin
    order = np.argsort(code, kind="stable")
    found, first = np.unique(code[order], return_index=True)
    groups = Groups(
        (found % n).astype(np.int32),
        (found // n).astype(np.int32),
        np.append(first, order.size).astype(np.int32),
        demand.destination[order],
    )
    amount, sink = demand.amount[order], np.full(order.size, -1, np.int32)
    if demand.response is not None and demand.reference is not None:
        answers = (demand.response[order] < 0.0) & (amount > 0.0)
        stays = answers & (demand.origin[order] == demand.destination[order])  # at no cost, whatever the loads
        amount[stays] *= np.exp(-demand.response[order[stays]] * demand.reference[order[stays]])
        answers &= ~stays
        sink[answers] = np.arange(answers.sum())
    return groups, Pairs(amount, np.zeros(order.size), sink), order


def _entries(problem: Problem, arc_name: Ints) -> Entries:
    """Put the entries in the order of the sorted arcs, with their weights for every class."""
    size = np.diff(problem.entry_start)[arc_name]
    start = np.zeros(size.size + 1, np.int32)
    np.cumsum(size, out=start[1:])
    entry = np.arange(start[-1]) + np.repeat(problem.entry_start[arc_name] - start[:-1], size)
    weight = np.empty((problem.n_classes, entry.size, 2))
    weight[:, :, FELT] = problem.value_of_delay[:, None] * problem.entry_felt[entry]
    weight[:, :, LOAD] = problem.class_load[:, problem.entry_unit[entry]] * problem.entry_use[entry]
    sums = weight.sum(axis=1)
    known = (sums > 0.0).all(axis=1)
    ratio = np.where(known, sums[:, LOAD] / np.where(known, sums[:, FELT], 1.0), 1.0)
    return Entries(start, problem.entry_server[entry], weight, ratio)


def _servers(problem: Problem, sink: Ints, pair_name: npt.NDArray[np.intp], ratio: Floats) -> Servers:
    """List the servers of the problem and a sink for every pair whose demand answers."""
    demand, delays = problem.demand, problem.delays
    pair = pair_name[sink >= 0]
    rows = np.zeros((pair.size, delays.parameters.shape[1]))
    if demand.response is not None and demand.reference is not None:
        rows[:, REFERENCE], rows[:, RESPONSE] = demand.reference[pair], demand.response[pair]
        rows[:, AMOUNT] = demand.amount[pair] * ratio[demand.class_index[pair]]
    form = np.append(delays.form, np.full(pair.size, SINK, np.int8)).astype(np.int8)
    now = np.zeros((form.size, 2))
    return Servers(form, np.vstack([delays.parameters, rows]), np.zeros((form.size + 1, 2)), now)


def _no_forks(n_vertices: int, n_servers: int) -> Forks:
    """Make room for a first guess of the forks."""
    forks, cells, steps = 1000, 20_000 + 3 * n_vertices, 20_000 + 2 * n_servers
    return Forks(
        np.zeros(4, np.int64),
        np.empty((forks, 5), np.int64),
        np.empty(forks),
        np.zeros(forks),
        np.empty(cells, np.int64),
        np.empty(steps, np.int32),
        np.empty((steps, 2)),
    )


def with_room(state: State) -> State:
    """Return the state with room for half as many more forks, and a good deal at least.

    Parameters
    ----------
    state : State
        The state.

    Returns
    -------
    State
        The state with longer arrays of forks.
    """
    forks = state.forks
    rows = forks.fixed.size * 3 // 2
    cells = forks.cell.size * 3 // 2 + 3 * state.net.stop.size
    steps = forks.step_server.size * 3 // 2 + 2 * state.servers.form.size
    grown = {}
    for name, size in (
        ("table", rows),
        ("fixed", rows),
        ("stride", rows),
        ("cell", cells),
        ("step_server", steps),
        ("step_weight", steps),
    ):
        array = getattr(forks, name)
        longer = np.zeros((size, *array.shape[1:]), array.dtype)
        longer[: len(array)] = array
        grown[name] = longer
    return state._replace(forks=forks._replace(**grown))
