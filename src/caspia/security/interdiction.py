"""Worst-case interdiction: which few of many things an adversary would close, by the loss after re-routing.

The loss of a set comes from outside, as a callable that finds how the rest goes on without it. Losses of sets are
not sums: two roads beside each other hurt little one by one and much together, two in series hurt once. Where there
are few sets of a size every one is looked at, and the worst is the worst whatever the network does. Where there are
many, sets are left out by a bound that rests on an assumption: that closing more never lowers the loss, so that a
set loses no more than all of the things together from which it is taken. Users who choose for themselves can break
it (Braess 1968), so that such an answer is not called exact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import combinations
from math import comb

import numpy as np
import numpy.typing as npt

from caspia.errors import InputError, Problem

FloatArray = npt.NDArray[np.float64]
Some = tuple[int, ...]
Loss = Callable[[Some], float]
MOST_SETS = 5000
FEW_SETS = 1000
"""Sets of a size of which every one is looked at."""
FEW = 3
"""As few sets below a node are looked at one by one; the bound would cost as much."""


@dataclass(frozen=True)
class Interdiction:
    """The worst set of some size.

    Attributes
    ----------
    budget : int
        Number of things that are closed.
    chosen : tuple of int
        The worst set that was found, ascending.
    loss : float
        What it loses.
    bound : float
        No set of that size loses more: for certain where `exact`, else if closing more never lowers the loss.
    exact : bool
        Whether every set was looked at, so that nothing is assumed.
    mean : float
        Mean loss of the sets of that size that chance would close: all alike, of those looked at one by one.
    looked_at : int
        Sets of that size whose loss was found.
    all_sets : int
        Sets that there are.
    """

    budget: int
    chosen: Some
    loss: float
    bound: float
    exact: bool
    mean: float
    looked_at: int
    all_sets: int


def worst_closures(
    loss: Loss,
    n: int,
    budget: int,
    *,
    few_sets: int = FEW_SETS,
    most_sets: int = MOST_SETS,
    seed: int = 1,
    sampled: int = 0,
) -> tuple[Interdiction, ...]:
    """Find the worst sets of one thing, of two, and so on up to a budget.

    Parameters
    ----------
    loss : callable
        Loss of a set of things, given as an ascending tuple of their numbers; 0 or more. Asked once for each set.
    n : int
        Number of things.
    budget : int
        Greatest number that is closed, 1 or more; at most `n` count.
    few_sets : int
        Sizes of which there are no more sets than this are enumerated; of others sets are left out by the bound.
    most_sets : int
        Sets that are looked at there at most, of each size. Beyond, the search is not whole: the best of what was
        found stands beside a bound.
    seed : int
        Seed of the sets that stand for chance.
    sampled : int
        Sets drawn for the mean where not all are looked at; 0 takes those that were.

    Returns
    -------
    tuple of Interdiction
        For each size from 1.

    Raises
    ------
    InputError
        There is nothing to close, or the budget is below 1.

    References
    ----------
    Wood, R. K. (1993). Deterministic network interdiction. Mathematical and Computer Modelling 17 (2), 1-18.
    Church, R. L., Scaparra, M. P., Middleton, R. S. (2004). Identifying critical infrastructure: the median and
    covering facility interdiction problems. Annals of the Association of American Geographers 94 (3), 491-502.
    Braess, D. (1968). Über ein Paradoxon aus der Verkehrsplanung. Unternehmensforschung 12, 258-268.

    Examples
    --------
    >>> worth = [5.0, 3.0, 1.0]
    >>> found = worst_closures(lambda some: sum(worth[thing] for thing in some), 3, 2)
    >>> [(item.chosen, item.loss, item.exact) for item in found]
    [((0,), 5.0, True), ((0, 1), 8.0, True)]
    """
    if n < 1 or budget < 1:
        got = f"{n} things, budget {budget}"
        raise InputError(Problem("nothing to close", "budget", got, "1 or more of both", "raise the budget"))
    known = _Known(loss)
    singles = np.array([known((thing,)) for thing in range(n)])
    order = tuple(np.argsort(-singles, kind="stable").tolist())
    rng = np.random.default_rng(seed)
    found = []
    for size in range(1, min(budget, n) + 1):
        chance = [tuple(sorted(rng.choice(n, size, replace=False).tolist())) for _ in range(sampled)]
        if comb(n, size) <= few_sets:
            found.append(_enumerated(known, n, size, chance))
        else:
            found.append(_Search(known, order, size, most_sets).run(chance))
    return tuple(found)


@dataclass
class _Known:
    """Losses that were asked for; never leaves this module."""

    loss: Loss
    found: dict[Some, float] = field(default_factory=dict)

    def __call__(self, some: Some) -> float:
        key = tuple(sorted(some))
        if key not in self.found:
            self.found[key] = float(self.loss(key))
        return self.found[key]


def _enumerated(known: _Known, n: int, size: int, chance: list[Some]) -> Interdiction:
    """Look at every set of one size; of two that lose the same the first counts."""
    every = list(combinations(range(n), size))
    losses = [known(some) for some in every]
    worst = int(np.argmax(losses))
    means = [known(some) for some in chance] if chance else losses
    mean = float(np.mean(means))
    return Interdiction(size, every[worst], losses[worst], losses[worst], True, mean, len(every), len(every))


class _Search:
    """Branch and bound for sets of one size; never leaves this module.

    A node is some things that are closed and the things that may be closed beside them. All sets below it lie
    within both together, so that they lose no more than that whole, if closing more never helps.
    """

    def __init__(self, known: _Known, order: Some, size: int, most_sets: int) -> None:
        self.known, self.order, self.size, self.most_sets = known, order, size, most_sets
        self.looked: dict[Some, float] = {}
        self.asked, self.left = 0, 0.0
        self.chosen = self._greedy()
        self.best = self._look(self.chosen)

    def run(self, chance: list[Some]) -> Interdiction:
        """Search all sets, and put the worst beside the mean."""
        self._branch((), 0)
        whole = len(self.looked) == comb(len(self.order), self.size)
        means = [self.known(some) for some in chance] if chance else list(self.looked.values())
        return Interdiction(
            budget=self.size,
            chosen=self.chosen,
            loss=self.best,
            bound=max(self.best, self.left),
            exact=whole,
            mean=float(np.mean(means)),
            looked_at=len(self.looked),
            all_sets=comb(len(self.order), self.size),
        )

    def _branch(self, closed: Some, start: int) -> None:
        need = self.size - len(closed)
        if need == 0:
            self._look(closed)
            return
        if comb(len(self.order) - start, need) > FEW and self._whole(closed, start) <= self.best:
            return
        for place in range(start, len(self.order) - need + 1):
            if self.asked >= self.most_sets:
                self.left = max(self.left, self._whole(closed, place))
                return
            self._branch((*closed, self.order[place]), place + 1)

    def _whole(self, closed: Some, start: int) -> float:
        """Loss of all that a node may close."""
        return self.known((*closed, *self.order[start:]))

    def _look(self, closed: Some) -> float:
        key = tuple(sorted(closed))
        if key not in self.looked:
            self.looked[key] = self.known(key)
            self.asked += 1
            if len(self.looked) > 1 and self.looked[key] > self.best:
                self.best, self.chosen = self.looked[key], key
        return self.looked[key]

    def _greedy(self) -> Some:
        chosen: Some = ()
        for _ in range(self.size):
            rest = [thing for thing in self.order if thing not in chosen]
            chosen = max(
                (tuple(sorted((*chosen, thing))) for thing in rest), key=lambda some: (self.known(some), some)
            )
        return chosen
