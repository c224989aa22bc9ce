"""What an equilibrium is asked of: a graph, servers that its arcs load, classes with costs, and demand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from caspia.cost.delay import DelayTable
from caspia.errors import DataError
from caspia.errors import Problem as Wrong

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
MOST_EXPONENT = 300.0  # response times reference: demand without cost is exp of this times the amount


@dataclass(frozen=True, eq=False)
class Demand:
    """Units of demand between pairs of vertices, by class.

    Parameters
    ----------
    origin, destination : int32[P], int32[P]
        First and last vertex of every pair. A pair may come several times.
    class_index : int32[P]
        Its class.
    amount : float64[P]
        Units of demand, zero or more; at the reference cost, where demand answers to its cost.
    response, reference : float64[P], float64[P], optional
        Change of the logarithm of demand per unit of cost, zero or less, and the cost at which the demand is
        `amount`: at cost c it is ``amount * exp(response * (c - reference))``. Without them, and where the
        response is zero, demand is fixed.
    """

    origin: Ints
    destination: Ints
    class_index: Ints
    amount: Floats
    response: Floats | None = None
    reference: Floats | None = None

    @property
    def n_pairs(self) -> int:
        """Number of pairs."""
        return self.origin.size


@dataclass(frozen=True, eq=False)
class Problem:
    """One question to `equilibrium`; `check_problem` says what is wrong with it.

    A unit of class k on arc a costs ``fixed_cost[k, a] + value_of_delay[k] * sum(felt * delay(server))``
    over the entries of the arc, and adds ``use * class_load[k, unit]`` to the load of each of its servers.

    Parameters
    ----------
    tail, head : int32[A], int32[A]
        First and last vertex of every arc. Parallel arcs are allowed.
    n_vertices : int
        Number of vertices.
    no_through : bool[n_vertices]
        Vertices that a route may start or end at, but not pass through.
    entry_start : int32[A + 1]
        The servers that arc a uses stand in the entries entry_start[a] to entry_start[a + 1].
    entry_server : int32[E]
        Server of the entry.
    entry_use : float64[E]
        Load of the server per unit of load on the arc.
    entry_unit : int32[E]
        Unit in which the server counts its load: a column of `class_load`.
    entry_felt : float64[E]
        Part of the server's delay that is felt on the arc.
    delays : DelayTable
        Delay functions of the S servers.
    fixed_cost : float64[K, A]
        Cost of a unit of demand on the arc without delay, zero or more; inf bans the class from it.
    value_of_delay : float64[K]
        Cost to a unit of demand of a unit of delay.
    class_load : float64[K, U]
        Load of a unit of demand of a class, in every unit.
    demand : Demand
        The demand.
    """

    tail: Ints
    head: Ints
    n_vertices: int
    no_through: Bools
    entry_start: Ints
    entry_server: Ints
    entry_use: Floats
    entry_unit: Ints
    entry_felt: Floats
    delays: DelayTable
    fixed_cost: Floats
    value_of_delay: Floats
    class_load: Floats
    demand: Demand

    @property
    def n_arcs(self) -> int:
        """Number of arcs."""
        return self.tail.size

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return self.value_of_delay.size

    def entry_arc(self) -> Ints:
        """Return the arc of every entry, int32[E]."""
        return np.repeat(np.arange(self.n_arcs, dtype=np.int32), np.diff(self.entry_start))

    def server_loads(self, flow: Floats) -> Floats:
        """Return the loads that flows put on the servers.

        Parameters
        ----------
        flow : float64[K, A]
            Units of demand on every arc, by class.

        Returns
        -------
        float64[S]
            Loads.
        """
        loads = self.class_load[:, self.entry_unit] * flow[:, self.entry_arc()]
        weights = self.entry_use * loads.sum(axis=0)
        return np.bincount(self.entry_server, weights, minlength=self.delays.n_servers).astype(np.float64)

    def arc_costs(self, server_delay: Floats) -> Floats:
        """Return the cost of a unit of demand on every arc at given delays.

        Parameters
        ----------
        server_delay : float64[S]
            Delay at every server.

        Returns
        -------
        float64[K, A]
            Costs by class.
        """
        felt = self.entry_felt * server_delay[self.entry_server]
        delay = np.bincount(self.entry_arc(), felt, minlength=self.n_arcs)
        return np.asarray(self.fixed_cost + self.value_of_delay[:, None] * delay)


def road_problem(
    tail: npt.ArrayLike,
    head: npt.ArrayLike,
    n_vertices: int,
    *,
    delays: DelayTable,
    demand: Demand,
    fixed_cost: npt.ArrayLike = 0.0,
    no_through: npt.ArrayLike = False,
) -> Problem:
    """Put a plain road network into the general form: one class, and a server of its own for each arc.

    Parameters
    ----------
    tail, head : array_like of int, shape (A,)
        First and last vertex of every arc.
    n_vertices : int
        Number of vertices.
    delays : DelayTable
        Delay of every arc, travel time without load included.
    demand : Demand
        The demand, all of class 0.
    fixed_cost : array_like of float, shape (A,) or one number
        Toll and distance terms in the unit of the delay.
    no_through : array_like of bool, shape (n_vertices,) or one value
        Vertices that a route may not pass through.

    Returns
    -------
    Problem
        The problem, checked.

    Raises
    ------
    DataError
        If the parts do not fit together.

    Examples
    --------
    >>> from caspia.cost.delay import delay_table
    >>> two = delay_table(["bpr", "bpr"], [[1.0, 1.0, 1.0, 1.0], [2.0, 1.0, 0.0, 0.0]])
    >>> ends = [np.array([end], np.int32) for end in (0, 1, 0)]
    >>> road_problem([0, 0], [1, 1], 2, delays=two, demand=Demand(*ends, np.array([5.0]))).n_arcs
    2
    """
    first = np.array(tail, dtype=np.int32)
    count = first.size
    problem = Problem(
        tail=first,
        head=np.array(head, dtype=np.int32),
        n_vertices=n_vertices,
        no_through=np.broadcast_to(np.asarray(no_through, dtype=np.bool_), n_vertices).copy(),
        entry_start=np.arange(count + 1, dtype=np.int32),
        entry_server=np.arange(count, dtype=np.int32),
        entry_use=np.ones(count),
        entry_unit=np.zeros(count, np.int32),
        entry_felt=np.ones(count),
        delays=delays,
        fixed_cost=np.broadcast_to(np.asarray(fixed_cost, dtype=np.float64), (1, count)).copy(),
        value_of_delay=np.ones(1),
        class_load=np.ones((1, 1)),
        demand=demand,
    )
    check_problem(problem)
    return problem


def check_problem(problem: Problem) -> None:
    """Refuse a problem whose parts do not fit together or hold numbers that no network has.

    Parameters
    ----------
    problem : Problem
        The problem.

    Raises
    ------
    DataError
        With everything that was found: arrays of wrong length or kind, indices of nothing, negative or
        missing numbers.
    """
    wrong = [*_shape_faults(problem)]
    if not wrong:
        wrong = [*_index_faults(problem), *_number_faults(problem)]
    if wrong:
        raise DataError(wrong)


def _shape_faults(problem: Problem) -> list[Wrong]:
    """List the arrays of another length, dimension or kind than the rest of the problem asks for."""
    arcs, classes = np.size(problem.tail), np.size(problem.value_of_delay)
    entries, pairs = np.size(problem.entry_server), np.size(problem.demand.origin)
    units = np.shape(problem.class_load)[-1] if np.ndim(problem.class_load) else 0
    demand = problem.demand
    wanted: list[tuple[str, npt.NDArray[np.generic], tuple[int, ...], str]] = [
        ("tail", problem.tail, (arcs,), "i"),
        ("head", problem.head, (arcs,), "i"),
        ("no_through", problem.no_through, (problem.n_vertices,), "b"),
        ("entry_start", problem.entry_start, (arcs + 1,), "i"),
        ("entry_server", problem.entry_server, (entries,), "i"),
        ("entry_use", problem.entry_use, (entries,), "f"),
        ("entry_unit", problem.entry_unit, (entries,), "i"),
        ("entry_felt", problem.entry_felt, (entries,), "f"),
        ("fixed_cost", problem.fixed_cost, (classes, arcs), "f"),
        ("value_of_delay", problem.value_of_delay, (classes,), "f"),
        ("class_load", problem.class_load, (classes, units), "f"),
        ("demand.origin", demand.origin, (pairs,), "i"),
        ("demand.destination", demand.destination, (pairs,), "i"),
        ("demand.class_index", demand.class_index, (pairs,), "i"),
        ("demand.amount", demand.amount, (pairs,), "f"),
    ]
    for name, array in (("demand.response", demand.response), ("demand.reference", demand.reference)):
        if array is not None:
            wanted.append((name, array, (pairs,), "f"))
    size = {"i": 4, "f": 8, "b": 1}
    return [
        Wrong(
            "array of wrong shape or type",
            name,
            f"{getattr(array, 'dtype', type(array).__name__)}{np.shape(array)}",
            f"{kind}{size[kind]} of shape {shape}",
        )
        for name, array, shape, kind in wanted
        if not isinstance(array, np.ndarray)
        or array.shape != shape
        or array.dtype.kind != kind
        or array.dtype.itemsize != size[kind]
    ]


def _index_faults(problem: Problem) -> list[Wrong]:
    """List the entries that name a vertex, server, unit or class that is not there."""
    demand = problem.demand
    wanted = [
        ("tail", problem.tail, problem.n_vertices),
        ("head", problem.head, problem.n_vertices),
        ("entry_server", problem.entry_server, problem.delays.n_servers),
        ("entry_unit", problem.entry_unit, problem.class_load.shape[1]),
        ("demand.origin", demand.origin, problem.n_vertices),
        ("demand.destination", demand.destination, problem.n_vertices),
        ("demand.class_index", demand.class_index, problem.n_classes),
    ]
    wrong = []
    for name, array, count in wanted:
        bad = np.flatnonzero((array < 0) | (array >= count))
        if bad.size:
            wrong.append(_at("names what is not there", name, array, bad, f"0 to {count - 1}"))
    starts = problem.entry_start
    if starts[0] != 0 or starts[-1] != problem.entry_server.size or np.any(np.diff(starts) < 0):
        allowed = f"0, not falling, {problem.entry_server.size} at the end"
        wrong.append(Wrong("not the starts of the entries", "entry_start", f"{starts[0]} to {starts[-1]}", allowed))
    return wrong


def _number_faults(problem: Problem) -> list[Wrong]:
    """List the numbers that are negative, missing or infinite where they may not be."""
    wanted = [
        ("entry_use", problem.entry_use),
        ("entry_felt", problem.entry_felt),
        ("value_of_delay", problem.value_of_delay),
        ("class_load", problem.class_load),
        ("demand.amount", problem.demand.amount),
    ]
    wrong = []
    for name, array in wanted:
        bad = np.flatnonzero(~((array >= 0.0) & np.isfinite(array)))
        if bad.size:
            wrong.append(_at("negative or not a finite number", name, array, bad, "zero or more"))
    bad = np.flatnonzero(~(problem.fixed_cost >= 0.0))
    if bad.size:
        allowed = "zero or more; inf bans the class from the arc"
        wrong.append(_at("negative or not a number", "fixed_cost", problem.fixed_cost, bad, allowed))
    return [*wrong, *_response_faults(problem.demand)]


def _response_faults(demand: Demand) -> list[Wrong]:
    """List what makes the answer of demand to its cost no answer."""
    response, reference = demand.response, demand.reference
    if response is None and reference is None:
        return []
    if response is None or reference is None:
        name = "demand.response" if response is None else "demand.reference"
        return [Wrong("half of an answer to cost", name, "None", "both response and reference, or neither")]
    wrong = []
    bad = np.flatnonzero(~((response <= 0.0) & np.isfinite(response)))
    if bad.size:
        wrong.append(_at("demand that grows with its cost", "demand.response", response, bad, "zero or less"))
    bad = np.flatnonzero((response < 0.0) & ~(np.abs(reference * response) <= MOST_EXPONENT))
    if bad.size:
        allowed = f"finite; times the response at most {MOST_EXPONENT:g}, or demand is beyond numbers"
        wrong.append(_at("not a cost to refer to", "demand.reference", reference, bad, allowed))
    return wrong


def _at(what: str, name: str, array: npt.NDArray[np.generic], bad: npt.NDArray[np.intp], allowed: str) -> Wrong:
    """Write a problem about the first bad entry of an array, with the number of the others."""
    where = ", ".join(str(int(i)) for i in np.unravel_index(int(bad[0]), array.shape))
    return Wrong(what, f"{name}[{where}]", f"{array.flat[int(bad[0])]} ({bad.size} such)", allowed)
