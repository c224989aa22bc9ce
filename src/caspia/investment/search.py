"""Which things to choose within a budget: branch and bound over subsets, exchange, and full enumeration.

The search knows nothing of networks: whoever asks says what a set is worth, and what no set between two can fall
below. It runs in lanes, each with a memory and an order of its own; lanes meet after a fixed number of steps and
exchange the best value and open work. So the result is the same for any number of threads.

References
----------
Land, A. H., Doig, A. G. (1960). An automatic method of solving discrete programming problems. Econometrica 28(3),
497-520.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from caspia.errors import InputError, Problem

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

LANES = 8
MOST_STEPS = 16  # of a lane between two meetings
SLACK = 1e-9  # part of the budget by which sums of costs may pass it, for rounding
MOST_ENUMERATED = 24  # things, above which there are too many sets to try


@dataclass(frozen=True, eq=False)
class Node:
    """All sets that hold what is inside and else only what is free, within the budget that is left.

    Parameters
    ----------
    inside, free : bool[n], bool[n]
        What is chosen, and what may be.
    left : float
        Budget that is left.
    fresh : bool
        Whether the set of what is inside has not been valued yet.
    bound : float
        What is known already not to be undercut.
    memory : object
        What the lane that made the parent wants to know here; None at the root.
    """

    inside: Bools
    free: Bools
    left: float
    fresh: bool
    bound: float
    memory: Any


@dataclass(frozen=True, eq=False)
class Visit:
    """What a lane says of a node.

    Parameters
    ----------
    value : float
        Value of the set of what is inside; inf where it was not asked, or cannot be the best.
    floor : float
        What the true value of that set cannot fall below.
    bound : float
        What no set of the node other than that of what is inside falls below; inf where there is no other.
    branch : int
        The free thing to decide on next.
    memory : object
        For the two nodes that come of it.
    """

    value: float
    floor: float
    bound: float
    branch: int
    memory: Any


class Lane(Protocol):
    """One line of work with a memory of its own; only one thread is in it at a time."""

    def visit(self, node: Node, cutoff: float) -> Visit:
        """Value a node.

        Parameters
        ----------
        node : Node
            The node.
        cutoff : float
            A value or bound that reaches it need not be known any better.

        Returns
        -------
        Visit
            What is known.
        """


@dataclass(frozen=True, eq=False)
class Found:
    """The best set.

    Parameters
    ----------
    chosen : bool[n]
        The set.
    value, bound : float, float
        Its value, and what no set within the budget falls below.
    nodes : int
        Nodes looked at.
    complete : bool
        Whether the whole tree was searched.
    """

    chosen: Bools
    value: float
    bound: float
    nodes: int
    complete: bool


def search(
    cost: Floats,
    budget: float,
    make_lane: Callable[[], Lane],
    *,
    start: tuple[Bools, float] | None = None,
    tolerance: float = 1e-6,
    max_nodes: int | None = None,
    workers: int | None = None,
) -> Found:
    """Find the subset of least value within a budget, and prove it.

    Parameters
    ----------
    cost : float64[n]
        What each thing costs.
    budget : float
        What the set may cost.
    make_lane : callable
        Makes a lane.
    start : (bool[n], float), optional
        A set within the budget and its value, to begin with.
    tolerance : float
        Part of the best value by which the bound may stay below it.
    max_nodes : int, optional
        Nodes after which to give up; the bound is then what is known.
    workers : int, optional
        Threads; by default as many as there are processors. The result does not depend on it.

    Returns
    -------
    Found
        The best set and what is proven of it.

    Raises
    ------
    InputError
        If a cost or the budget is negative or not a number, or an option is out of range.

    Examples
    --------
    Of things worth 3, 5 and 4 that cost 1, 2 and 2, take what is worth most for 3.

    >>> worth, price = np.array([3.0, 5.0, 4.0]), np.array([1.0, 2.0, 2.0])
    >>> def value(chosen):
    ...     return -worth[chosen].sum()
    >>> def floor(inside, free, left):
    ...     return -worth[inside | free].sum()
    >>> best = search(price, 3.0, lambda: plain_lane(value, floor))
    >>> best.chosen.tolist(), best.value, best.bound
    ([True, True, False], -8.0, -8.0)
    """
    check_budget(cost, budget)
    if not tolerance >= 0.0:
        raise InputError(Problem("tolerance out of range", "tolerance", str(tolerance), "zero or more"))
    for name, count in (("max_nodes", max_nodes), ("workers", workers)):
        if count is not None and count < 1:
            raise InputError(Problem("too few", name, str(count), "1 or more"))
    tree = _Tree(np.asarray(cost, np.float64), budget, tolerance, start, [make_lane() for _ in range(LANES)])
    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        while tree.open() and (max_nodes is None or tree.nodes < max_nodes):
            tree.advance(pool)
    return tree.found()


class _Strand:
    """The open nodes of a lane, and what it found since the last meeting."""

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self.stack: list[Node] = []
        self.nodes = 0
        self.floor = math.inf
        self.best: tuple[float, Bools] | None = None

    def run(self, tree: _Tree, steps: int) -> None:
        """Look at some nodes, the last that were made first."""
        value = tree.value
        for _ in range(min(steps, MOST_STEPS)):
            if not self.stack:
                return
            node = self.stack.pop()
            cutoff = tree.cutoff(value)
            self.nodes += 1
            if node.bound >= cutoff:
                self.floor = min(self.floor, node.bound)
                continue
            free = node.free & (tree.cost <= node.left + tree.slack)
            seen = self.lane.visit(Node(node.inside, free, node.left, node.fresh, node.bound, node.memory), cutoff)
            self.floor = min(self.floor, seen.floor)
            if seen.value < value:
                value, self.best = seen.value, (seen.value, node.inside)
            if not free.any():
                continue
            if seen.bound >= tree.cutoff(value):
                self.floor = min(self.floor, seen.bound)
                continue
            self.stack += _children(node, free, seen, tree.cost)


def _children(node: Node, free: Bools, seen: Visit, cost: Floats) -> list[Node]:
    """Return the nodes without and with the thing to branch on; the last is looked at first."""
    rest, inside = free.copy(), node.inside.copy()
    rest[seen.branch] = False
    inside[seen.branch] = True
    bound = max(seen.bound, node.bound)
    left = node.left - float(cost[seen.branch])
    return [
        Node(node.inside, rest, node.left, False, bound, seen.memory),
        Node(inside, rest, left, True, bound, seen.memory),
    ]


class _Tree:
    """The whole search: its strands and the best set so far."""

    def __init__(
        self, cost: Floats, budget: float, tolerance: float, start: tuple[Bools, float] | None, lanes: list[Lane]
    ) -> None:
        self.cost = cost
        self.slack = SLACK * budget
        self.tolerance = tolerance
        self.chosen: Bools = np.zeros(cost.size, np.bool_) if start is None else start[0]
        self.value = math.inf if start is None else start[1]
        self.strands = [_Strand(lane) for lane in lanes]
        nothing, everything = np.zeros(cost.size, np.bool_), np.ones(cost.size, np.bool_)
        self.strands[0].stack.append(Node(nothing, everything, budget, True, -math.inf, None))

    @property
    def nodes(self) -> int:
        """Nodes looked at."""
        return sum(strand.nodes for strand in self.strands)

    def open(self) -> int:
        """Return the number of open nodes."""
        return sum(len(strand.stack) for strand in self.strands)

    def cutoff(self, value: float) -> float:
        """Return the bound from which on a node is not worth looking at."""
        return value - self.tolerance * abs(value) if value < math.inf else math.inf

    def advance(self, pool: ThreadPoolExecutor) -> None:
        """Let all lanes work for some steps, then meet."""
        steps = max(self.open() // LANES, 1)
        list(pool.map(lambda strand: strand.run(self, steps), self.strands))
        for strand in self.strands:
            if strand.best is not None and strand.best[0] < self.value:
                self.value, self.chosen = strand.best
            strand.best = None
        for strand in self.strands:
            if not strand.stack:
                longest = max(self.strands, key=lambda other: len(other.stack))
                if len(longest.stack) > 1:
                    strand.stack.append(longest.stack.pop(0))

    def found(self) -> Found:
        """Return the best set, its value, and the least of all bounds met."""
        open_nodes = [node for strand in self.strands for node in strand.stack]
        floors = [strand.floor for strand in self.strands] + [node.bound for node in open_nodes]
        bound = float(min([self.value, *floors]))
        return Found(self.chosen, float(self.value), bound, self.nodes, not open_nodes)


class _PlainLane:
    """A lane made of two functions; branches on the first free thing."""

    def __init__(self, value: Callable[[Bools], float], floor: Callable[[Bools, Bools, float], float]) -> None:
        self.value, self.floor = value, floor

    def visit(self, node: Node, cutoff: float) -> Visit:  # noqa: ARG002 - of the protocol
        """Value a node."""
        worth = self.value(node.inside) if node.fresh else math.inf
        if not node.free.any():
            return Visit(worth, worth, math.inf, -1, None)
        bound = self.floor(node.inside, node.free, node.left)
        return Visit(worth, worth, bound, int(np.argmax(node.free)), None)


def plain_lane(value: Callable[[Bools], float], floor: Callable[[Bools, Bools, float], float]) -> Lane:
    """Make a lane of two functions without memory.

    Parameters
    ----------
    value : callable
        Value of a set, given as bool[n].
    floor : callable
        What no set falls below that holds what is inside and else only what is free within the budget left.

    Returns
    -------
    Lane
        The lane; it branches on the first free thing.
    """
    return _PlainLane(value, floor)


def improve(
    cost: Floats, budget: float, value: Callable[[Bools, float], float], start: Bools
) -> tuple[Bools, float]:
    """Add, drop and swap as long as a set within the budget becomes better.

    Parameters
    ----------
    cost : float64[n]
        What each thing costs.
    budget : float
        What the set may cost.
    value : callable
        Value of a set, given as bool[n], and of the value that it must fall below to matter.
    start : bool[n]
        Set to start from.

    Returns
    -------
    bool[n], float
        The set that no such step makes better, and its value.
    """
    chosen, best = start.copy(), value(start, math.inf)
    better = True
    while better:
        better = False
        for other in _neighbours(chosen):
            if cost[other].sum() <= budget * (1.0 + SLACK) and (now := value(other, best)) < best:
                chosen, best, better = other, now, True
                break
    return chosen, best


def _neighbours(chosen: Bools) -> Iterator[Bools]:
    """Yield the sets that have one thing more, one other, or one less, in this order."""
    absent, present = np.flatnonzero(~chosen).tolist(), np.flatnonzero(chosen).tolist()
    swaps = [(into, out) for into in absent for out in present]
    for into, out in [*((into, -1) for into in absent), *swaps, *((-1, out) for out in present)]:
        other = chosen.copy()
        if into >= 0:
            other[into] = True
        if out >= 0:
            other[out] = False
        yield other


def enumerate_all(cost: Floats, budget: float, value: Callable[[Bools], float]) -> Found:
    """Value every subset within a budget: slow and sure.

    Parameters
    ----------
    cost : float64[n]
        What each thing costs, of at most 24 things.
    budget : float
        What the set may cost.
    value : callable
        Value of a set, given as bool[n].

    Returns
    -------
    Found
        The best set; its nodes are the sets valued.

    Raises
    ------
    InputError
        If there are too many things, or a cost or the budget is negative or not a number.
    """
    check_budget(cost, budget)
    count = np.size(cost)
    if count > MOST_ENUMERATED:
        raise InputError(Problem("too many sets to try", "cost", f"{count} things", f"at most {MOST_ENUMERATED}"))
    chosen, best, tried = np.zeros(count, np.bool_), math.inf, 0
    for code in range(2**count):
        other = (code >> np.arange(count)) & 1 == 1
        if cost[other].sum() <= budget * (1.0 + SLACK):
            tried += 1
            if (now := value(other)) < best:
                chosen, best = other, now
    return Found(chosen, best, best, tried, True)


def check_budget(cost: npt.ArrayLike, budget: float) -> None:
    """Refuse costs and budgets that are none.

    Parameters
    ----------
    cost : array_like of float, shape (n,)
        What each thing costs.
    budget : float
        What the set may cost.

    Raises
    ------
    InputError
        If a cost or the budget is negative, infinite or not a number, or the costs are no list.
    """
    prices = np.asarray(cost, dtype=np.float64)
    if prices.ndim != 1:
        raise InputError(Problem("costs of another shape", "cost", str(prices.shape), "one number a thing"))
    bad = np.flatnonzero(~((prices >= 0.0) & np.isfinite(prices)))
    if bad.size:
        raise InputError(Problem("cost out of range", f"cost[{bad[0]}]", str(prices[bad[0]]), "zero or more"))
    if not 0.0 <= budget < math.inf:
        raise InputError(Problem("budget out of range", "budget", str(budget), "zero or more"))
