"""From a problem to the arrays that the solver works on, and more room for them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from caspia.assignment._routes import ARCS, ROUTES, STEPS, Entries, Pairs, Scratch, Servers, State, Store
from caspia.assignment._trees import Forest, Groups, Net
from caspia.assignment.problem import Ints, Problem

KEY_SEED = 20210


def lay_out(problem: Problem) -> tuple[State, Ints, npt.NDArray[np.intp]]:
    """Sort arcs by tail and pairs by class and origin, and set up an empty state.

    Parameters
    ----------
    problem : Problem
        A checked problem.

    Returns
    -------
    state : State
        No trees, no routes, no loads.
    arc_name : int32[A]
        Arc of the problem behind each arc of the state.
    pair_name : int[P]
        Pair of the problem behind each pair of the state.
    """
    arc_name = np.argsort(problem.tail, kind="stable").astype(np.int32)
    n, count, n_servers = problem.n_vertices, problem.n_arcs, problem.delays.n_servers
    start = np.zeros(n + 1, np.int32)
    np.cumsum(np.bincount(problem.tail, minlength=n), out=start[1:])
    keys = np.random.default_rng(KEY_SEED).integers(0, 2**64, count, dtype=np.uint64)
    stop = np.where(problem.no_through, start[:-1], start[1:]).astype(np.int32)
    net = Net(start, stop, problem.tail[arc_name], problem.head[arc_name], keys)
    groups, pairs, pair_name = _group(problem)
    n_groups = groups.root.size
    forest = Forest(
        np.full((n_groups, n), -1, np.int32), np.zeros((n_groups, n), np.int32), np.zeros(n_groups, np.int32)
    )
    state = State(
        net=net,
        groups=groups,
        forest=forest,
        pairs=pairs,
        store=_empty_store(pairs.amount.size, n, n_servers),
        entries=_entries(problem, arc_name),
        servers=Servers(
            problem.delays.form,
            problem.delays.parameters,
            np.zeros((n_servers + 1, 2)),
            np.zeros((n_servers, 2)),
        ),
        fixed_cost=np.ascontiguousarray(problem.fixed_cost[:, arc_name]),
        scratch=Scratch(np.zeros(count, np.int64), np.full(n_servers, -1, np.int64)),
    )
    return state, arc_name, pair_name


def _group(problem: Problem) -> tuple[Groups, Pairs, npt.NDArray[np.intp]]:
    """Sort the pairs into groups of one class and origin."""
    demand, n = problem.demand, problem.n_vertices
    code = demand.class_index.astype(np.int64) * n + demand.origin
    order = np.argsort(code, kind="stable")
    found, first, size = np.unique(code[order], return_index=True, return_counts=True)
    groups = Groups(
        (found % n).astype(np.int32),
        (found // n).astype(np.int32),
        np.append(first, order.size).astype(np.int32),
        demand.destination[order],
    )
    index = np.full((order.size, 4), -1, np.int64)
    index[:, 0] = demand.class_index[order]
    index[:, 1] = np.repeat(np.arange(found.size), size)
    zeros = np.zeros(order.size)
    pairs = Pairs(index, demand.amount[order], zeros, zeros.astype(np.uint64), zeros.astype(np.bool_))
    return groups, pairs, order


def _entries(problem: Problem, arc_name: Ints) -> Entries:
    """Put the entries in the order of the sorted arcs, with their weights for every class."""
    size = np.diff(problem.entry_start)[arc_name]
    start = np.zeros(size.size + 1, np.int32)
    np.cumsum(size, out=start[1:])
    entry = np.arange(start[-1]) + np.repeat(problem.entry_start[arc_name] - start[:-1], size)
    weight = np.empty((problem.n_classes, entry.size, 2))
    weight[:, :, 0] = problem.value_of_delay[:, None] * problem.entry_felt[entry]
    weight[:, :, 1] = problem.class_load[:, problem.entry_unit[entry]] * problem.entry_use[entry]
    return Entries(start, problem.entry_server[entry], weight)


def _empty_store(n_pairs: int, n_vertices: int, n_servers: int) -> Store:
    """Make room for a first guess of the routes."""
    routes, arcs, steps = int(1.7 * n_pairs) + 100, 24 * n_pairs + 10 * n_vertices, 8 * n_pairs + 20 * n_servers
    return Store(
        np.zeros(5, np.int64),
        np.empty((routes, 7), np.int64),
        np.empty((routes, 2)),
        np.empty(routes, np.uint64),
        np.empty(arcs, np.int32),
        np.empty(routes, np.int32),
        np.empty(steps, np.int32),
        np.empty((steps, 2)),
    )


def with_room(state: State, routes: int, arcs: int, steps: int) -> State:
    """Return the state with room for so many more routes, arcs and steps, and some to spare.

    Parameters
    ----------
    state : State
        The state.
    routes, arcs, steps : int
        What there must be room for, beyond what is used.

    Returns
    -------
    State
        The state; arrays that were long enough are the same.
    """
    store, used = state.store, state.store.used
    grown = {}
    for name, count, more in (
        ("table", used[ROUTES], routes),
        ("value", used[ROUTES], routes),
        ("sign", used[ROUTES], routes),
        ("moves", used[ROUTES], routes),
        ("arcs", used[ARCS], arcs),
        ("step_server", used[STEPS], steps),
        ("step_weight", used[STEPS], steps),
    ):
        array = getattr(store, name)
        if count + more > len(array):
            longer = np.empty((int(1.4 * count) + more, *array.shape[1:]), array.dtype)
            longer[:count] = array[:count]
            grown[name] = longer
    return state._replace(store=store._replace(**grown))
