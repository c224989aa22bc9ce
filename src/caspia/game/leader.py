"""What a leader charges who knows how the others answer: a continuous problem with a bound on what was missed."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from caspia.errors import InputError, Problem

FloatArray = npt.NDArray[np.float64]
FIRST = 9
"""Points of the first grid."""


@dataclass(frozen=True, eq=False)
class Leader:
    """The best choice of a leader.

    Attributes
    ----------
    choice : float
        What the leader does: a tariff, a quantity.
    value : float
        What it brings.
    bound : float
        What no choice between the ends can exceed, if what falls does fall.
    falls : bool
        Whether it did between all points that were evaluated; without that the bound proves nothing.
    at_end : bool
        Whether the choice is an end of the range, so that the best may lie beyond.
    points : numpy.ndarray, shape (n, 3)
        Choices that were evaluated in their order, with what falls and with the value.
    """

    choice: float
    value: float
    bound: float
    falls: bool
    at_end: bool
    points: FloatArray

    @property
    def gap(self) -> float:
        """Bound over value, less one; 0 where nothing better is left."""
        return (self.bound - self.value) / max(abs(self.value), 1e-300)


def best_choice(
    rising: Callable[[float], float],
    falling: Callable[[float], float],
    ends: tuple[float, float],
    *,
    gap: float = 0.005,
    noise: float = 1e-6,
    most: int = 200,
) -> Leader:
    """Make the product of a factor that rises and one that falls greatest.

    A tariff times the traffic that is left is such a product, and so is the quantity of a leader times the margin
    that the followers leave. Between two points *a* < *b* it is at most the rising factor at *b* times the falling
    factor at *a*; intervals whose bound exceeds the best value are halved, those of the greatest bound first.

    Parameters
    ----------
    rising : callable
        Factor that does not fall with the choice, not negative; cheap.
    falling : callable
        Factor that does not rise with the choice; what takes time, asked once for each choice.
    ends : (float, float)
        Least and greatest choice.
    gap : float
        Relative gap between bound and value at which the search ends.
    noise : float
        Error of the falling factor as a share of its greatest value: rises up to it count as none, and the bound is
        raised by it.
    most : int
        Evaluations at which it ends at the latest.

    Returns
    -------
    Leader

    Raises
    ------
    InputError
        The ends are not in order, or a factor is no finite number.

    References
    ----------
    Stackelberg, H. von (1934). Marktform und Gleichgewicht. Springer, Vienna.

    Examples
    --------
    >>> found = best_choice(lambda x: x, lambda x: (12 - x) / 2, (0.0, 12.0))
    >>> round(found.choice, 2), round(found.value, 2), found.gap <= 0.005
    (6.0, 18.0, True)
    """
    low, high = ends
    if not low < high:
        raise InputError(
            Problem("ends are not in order", "leader", f"{low}, {high}", "low below high", "mend them")
        )
    known: dict[float, float] = {}

    def left(choice: float) -> float:
        if choice not in known:
            known[choice] = float(falling(choice))
            if not np.isfinite(known[choice]) or not np.isfinite(rising(choice)) or rising(choice) < 0:
                got, allowed = (
                    f"{known[choice]}, {rising(choice)} at {choice:g}",
                    "finite numbers, the factor not below 0",
                )
                raise InputError(Problem("factor is no number", "leader", got, allowed, "mend the ends"))
        return known[choice]

    left(low)

    def ceiling(a: float, b: float) -> float:
        most_left = left(a) + noise * abs(known[low])
        return max(rising(b) * most_left, rising(a) * most_left)

    grid = np.linspace(low, high, FIRST).tolist()
    cells = [(-ceiling(a, b), a, b) for a, b in pairwise(grid)]
    heapq.heapify(cells)
    left(high)
    value = max(rising(x) * left(x) for x in grid)
    while len(known) < most and -cells[0][0] > value + gap * abs(value):
        _, a, b = heapq.heappop(cells)
        middle = 0.5 * (a + b)
        value = max(value, rising(middle) * left(middle))
        heapq.heappush(cells, (-ceiling(a, middle), a, middle))
        heapq.heappush(cells, (-ceiling(middle, b), middle, b))
    at = np.array(sorted(known))
    fell = np.array([known[x] for x in at])
    points = np.column_stack([at, fell, fell * np.array([rising(x) for x in at])])
    top = int(points[:, 2].argmax())
    return Leader(
        choice=float(at[top]),
        value=float(points[top, 2]),
        bound=max(float(-cells[0][0]), float(points[top, 2])),
        falls=bool((np.diff(fell) <= noise * max(np.abs(fell).max(), 1e-300)).all()),
        at_end=top in (0, len(at) - 1),
        points=points,
    )
