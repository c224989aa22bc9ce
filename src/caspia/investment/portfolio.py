"""Choosing projects and their years by a value that has to be computed for every set, such as an equilibrium's.

The value of sets is written out to the second order around a plan, the mixed-integer program finds the best plan of
that, the plan is valued as it is, and the second order is measured anew around it, until nothing better comes; a
greedy plan and exchanges of projects, valued as they are, look beside the program. The bound is that of the last
program, and holds for the value to the second order; by how much values were greater than their second order in all
plans that were valued is added to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import combinations, permutations

import numpy as np
import numpy.typing as npt

from caspia.investment.building import by_order, greedy, payments
from caspia.investment.horizon import Horizon
from caspia.investment.phasing import Phased, phase
from caspia.investment.programme import NEVER, Programme
from caspia.investment.second_order import SecondOrder

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
SetValue = Callable[[BoolArray, int], float]
"""Value of a set of open projects in an anchor year; must be safe to call from several threads."""
Progress = Callable[[str, int, int], None]
ROUNDS = 6
_BETTER = 1e-9
_FEW = 8
"""Projects up to which two at a time are exchanged as well."""
_WEIGHTY = 2e-3
"""Part of the weightiest project below which one is not asked what it changes together with others."""


@dataclass(frozen=True, eq=False)
class Portfolio:
    """A plan, what it is worth, and how much better any plan could be.

    Attributes
    ----------
    start, opening : numpy.ndarray of int, shape (n,)
        Year in which works start and first year of use; NEVER for what is not built.
    pays_usd : numpy.ndarray, shape (n, n_sources)
        What each source pays for each project.
    value : float
        Value of the plan, each set of open projects valued as it is.
    bound : float
        No plan is worth more, as far as values follow their second order.
    greedy_value : float
        Value of the greedy plan, before exchanges.
    second_order : tuple of SecondOrder
        Around the plan, by anchor.
    valued : int
        Sets of projects that were valued.
    """

    start: IntArray
    opening: IntArray
    pays_usd: FloatArray
    value: float
    bound: float
    greedy_value: float
    second_order: tuple[SecondOrder, ...]
    valued: int

    @property
    def gap(self) -> float:
        """How far the bound is above the value, as a share of the bound."""
        return (self.bound - self.value) / self.bound if self.bound > 0 else 0.0


@dataclass(frozen=True, eq=False)
class Valuer:
    """Values of sets, each computed once.

    Attributes
    ----------
    value : callable
        Value of a set of open projects in an anchor year.
    anchors : tuple of int
        Anchor years.
    workers : int
        Sets that are valued at the same time.
    known : dict
        Values found so far.
    """

    value: SetValue
    anchors: tuple[int, ...]
    workers: int = 2
    known: dict[tuple[bytes, int], float] = field(default_factory=dict)

    def __call__(self, opened: BoolArray, anchor: int) -> float:
        """Value of a set in an anchor year.

        Parameters
        ----------
        opened : numpy.ndarray of bool, shape (n,)
            The set.
        anchor : int
            Anchor year.

        Returns
        -------
        float
        """
        key = opened.tobytes(), anchor
        if key not in self.known:
            self.known[key] = self.value(opened, anchor)
        return self.known[key]

    def many(self, wanted: Iterable[tuple[BoolArray, int]], tell: Callable[[int, int], None] | None = None) -> None:
        """Value sets at the same time; they are known afterwards.

        Parameters
        ----------
        wanted : iterable of (numpy.ndarray, int)
            Sets with their anchor years.
        tell : callable, optional
            Told number done and number of all.
        """
        missing = {(opened.tobytes(), anchor): (opened, anchor) for opened, anchor in wanted}
        new = [item for key, item in missing.items() if key not in self.known]
        with ThreadPoolExecutor(self.workers) as pool:
            for done, _ in enumerate(pool.map(lambda item: self(*item), new), start=1):
                if tell is not None:
                    tell(done, len(new))

    def plan(self, opening: IntArray, span: Horizon) -> float:
        """Value of a plan over a horizon.

        Parameters
        ----------
        opening : numpy.ndarray of int, shape (n,)
            First year of use of each project.
        span : Horizon
            What each year counts for.

        Returns
        -------
        float
        """
        sets = [opening <= year for year in span.years]
        self.many((opened, anchor) for opened in sets for anchor in span.anchors)
        values = np.array([[self(opened, anchor) for anchor in span.anchors] for opened in sets])
        return float((span.weight * values).sum())

    def around(
        self,
        sets: tuple[BoolArray, ...],
        pairs: tuple[FloatArray, ...],
        tell: Callable[[int, int], None] | None = None,
    ) -> tuple[SecondOrder, ...]:
        """Second-order values around a set for each anchor.

        Parameters
        ----------
        sets : tuple of numpy.ndarray
            The set of each anchor year.
        pairs : tuple of numpy.ndarray, each of shape (n, n)
            What two projects change together, for each anchor.
        tell : callable, optional
            Told number done and number of all.

        Returns
        -------
        tuple of SecondOrder
        """
        flipped = [_flip(opened, (key,)) for opened in sets for key in range(len(opened))]
        where = [anchor for opened, anchor in zip(sets, self.anchors, strict=True) for _ in opened]
        base = list(zip(sets, self.anchors, strict=True))
        self.many([*base, *zip(flipped, where, strict=True)], tell)
        found = []
        for (opened, anchor), pair in zip(base, pairs, strict=True):
            here = self(opened, anchor)
            other = np.array([self(_flip(opened, (key,)), anchor) for key in range(len(opened))])
            found.append(SecondOrder(opened, here, np.where(opened, here - other, other - here), pair))
        return tuple(found)

    def pairs(
        self, opened: BoolArray, anchor: int, among: BoolArray, tell: Callable[[int, int], None] | None = None
    ) -> FloatArray:
        """What two of some projects change together beyond what each changes, around a set.

        Parameters
        ----------
        opened : numpy.ndarray of bool, shape (n,)
            The set.
        anchor : int
            Anchor year.
        among : numpy.ndarray of bool, shape (n,)
            Projects of which pairs are measured.
        tell : callable, optional
            Told number done and number of all.

        Returns
        -------
        numpy.ndarray, shape (n, n)
            0 for other pairs.
        """
        n = len(opened)
        twos = list(combinations(np.flatnonzero(among).tolist(), 2))
        self.many([(_flip(opened, two), anchor) for two in [(), *((k,) for k in range(n)), *twos]], tell)
        sign = np.where(opened, -1.0, 1.0)
        here = self(opened, anchor)
        one = np.array([self(_flip(opened, (key,)), anchor) - here for key in range(n)])
        found = np.zeros((n, n))
        for i, j in twos:
            both = self(_flip(opened, (i, j)), anchor) - here
            found[i, j] = found[j, i] = sign[i] * sign[j] * (both - one[i] - one[j])
        return found


def _flip(opened: BoolArray, keys: tuple[int, ...]) -> BoolArray:
    found = opened.copy()
    found[list(keys)] ^= True
    return found


def choose(
    programme: Programme, valuer: Valuer, span: Horizon, *, rounds: int = ROUNDS, progress: Progress | None = None
) -> Portfolio:
    """Choose projects and their years for the greatest value.

    Parameters
    ----------
    programme : Programme
        Projects, rules and money.
    valuer : Valuer
        Value of sets of open projects.
    span : Horizon
        What each year counts for.
    rounds : int
        Times at most that the second order is measured anew.
    progress : callable, optional
        Told stage, number done and number of all.

    Returns
    -------
    Portfolio

    Raises
    ------
    caspia.errors.NotConverged
        Of the value of a set, or of the solver.

    References
    ----------
    Farvaresh, H., Sepehri, M. M. (2013). A branch and bound algorithm for bi-level discrete network design
    problem. Networks and Spatial Economics 13 (1), 67-106 (the problem). Feo, T. A., Resende, M. G. C. (1995).
    Greedy randomized adaptive search procedures. Journal of Global Optimization 6, 109-133 (greedy and exchange).
    """
    return _Search(programme, valuer, span, progress).run(rounds)


def _few(keys: list[int]) -> list[tuple[int, ...]]:
    """Projects one at a time, and where there are few two at a time as well, in both orders."""
    return [(key,) for key in keys] + (list(permutations(keys, 2)) if len(keys) <= _FEW else [])


class _Search:
    def __init__(self, programme: Programme, valuer: Valuer, span: Horizon, progress: Progress | None) -> None:
        self.programme, self.valuer, self.span, self.progress = programme, valuer, span, progress
        self.best = np.full(programme.n, NEVER, dtype=np.int64)
        self.best_value = -np.inf
        self.seen: dict[bytes, tuple[IntArray, float]] = {}

    def tell(self, stage: str) -> Callable[[int, int], None] | None:
        progress = self.progress
        return None if progress is None else lambda done, total: progress(stage, done, total)

    def run(self, rounds: int) -> Portfolio:
        n, anchors = self.programme.n, self.span.anchors
        nothing = tuple(np.zeros(n, dtype=bool) for _ in anchors)
        alone = tuple(np.zeros((n, n)) for _ in anchors)
        values = self.valuer.around(nothing, alone, self.tell("Projects one by one"))
        # Pairs are measured in one year; in others they are in proportion to what single projects are worth.
        size = np.array([np.abs(item.marginal).sum() for item in values])
        size /= max(size[len(anchors) // 2], 1e-300)
        middle = len(anchors) // 2
        self.offer(self.best)
        phased = phase(self.programme, values, self.span)
        self.offer(phased.start)
        self.offer(greedy(self.programme, lambda start: self.estimate(start, values)))
        pair = self.pairs(values, anchors[middle])
        pairs = tuple(pair * own for own in size)
        greedy_value = -np.inf
        for nth in range(rounds):
            values = self.valuer.around(self.sets(), pairs, self.tell("Around the plan"))
            before = self.best_value
            phased = phase(self.programme, values, self.span)
            self.offer(phased.start)
            plain = greedy(self.programme, lambda start, around=values: self.estimate(start, around))  # type: ignore[misc]
            greedy_value = max(greedy_value, self.offer(plain))
            self.exchange(values)
            if self.progress is not None:
                self.progress("Rounds", nth + 1, rounds)
            if self.best_value <= before * (1 + _BETTER):
                break
        if self.progress is not None:
            self.progress("Rounds", rounds, rounds)
        return self.result(values, phased, greedy_value)

    def pairs(self, alone: tuple[SecondOrder, ...], anchor: int) -> FloatArray:
        """What two projects change together, for those that matter alone, in the plan, or where all are built."""
        n, middle = self.programme.n, len(self.span.anchors) // 2
        chosen, every = self.best != NEVER, np.ones(n, dtype=bool)
        beside = [(_flip(opened, (key,)), anchor) for opened in (chosen, every) for key in range(n)]
        self.valuer.many([*beside, (chosen, anchor), (every, anchor)], self.tell("Projects among others"))
        worth = [np.abs(alone[middle].marginal)]
        for opened in (chosen, every):
            here = self.valuer(opened, anchor)
            worth.append(np.abs([self.valuer(_flip(opened, (key,)), anchor) - here for key in range(n)]))
        weighty = np.max(worth, axis=0) >= _WEIGHTY * max(float(np.max(worth)), 1e-300)
        return self.valuer.pairs(chosen, anchor, weighty, self.tell("Projects two by two"))

    def sets(self) -> tuple[BoolArray, ...]:
        """What is open of the best plan in each anchor year."""
        opening = self.programme.opened(self.best)
        return tuple(opening <= max(anchor, int(self.span.years[0])) for anchor in self.span.anchors)

    def offer(self, start: IntArray) -> float:
        """Value a plan as it is, and keep it if it is better."""
        key = start.tobytes()
        if key not in self.seen:
            gained = self.valuer.plan(self.programme.opened(start), self.span)
            self.seen[key] = start, gained - self.programme.given_up(start)
        value = self.seen[key][1]
        if value > self.best_value:
            self.best, self.best_value = start.copy(), value
        return value

    def exchange(self, values: tuple[SecondOrder, ...], tries: int = 12) -> None:
        """Try what the second order holds for the best exchanges of projects for others."""
        start = self.best
        built, left = (np.flatnonzero(chosen).tolist() for chosen in (start != NEVER, start == NEVER))
        order = sorted(built, key=lambda key: (start[key], key))
        trials: dict[bytes, tuple[float, IntArray]] = {}
        for outs in [(), *_few(built)]:
            rest = [item for item in order if not {*outs} & {*self.programme.with_needs(item)}]
            for keys in _few(left):
                trial = by_order(self.programme, [*keys, *rest, *outs])
                trials[trial.tobytes()] = self.estimate(trial, values), trial
        ranked = sorted(trials.values(), key=lambda item: -item[0])[:tries]
        for _, trial in ranked:
            self.offer(trial)

    def estimate(self, start: IntArray, values: tuple[SecondOrder, ...]) -> float:
        """Second-order value of a plan."""
        opened = (self.programme.opened(start)[None, :] <= self.span.years[:, None]).astype(float)
        gained = sum(float(self.span.weight[:, nth] @ value.many(opened)) for nth, value in enumerate(values))
        return gained - self.programme.given_up(start)

    def result(self, values: tuple[SecondOrder, ...], phased: Phased, greedy_value: float) -> Portfolio:
        beyond = max(value - self.estimate(start, values) for start, value in self.seen.values())
        bound = max(phased.bound + max(beyond, 0.0), self.best_value)
        return Portfolio(
            start=self.best,
            opening=self.programme.opened(self.best),
            pays_usd=payments(self.programme, self.best),
            value=self.best_value,
            bound=bound,
            greedy_value=greedy_value,
            second_order=values,
            valued=len(self.valuer.known),
        )
