"""Where sweeps creep, go to the end of the way that the last of them have gone.

Sweeps level one fork after the other; where many share servers, each sweep closes a small part of the gap and
goes on where the one before went. The best point in the span of the last few is found from the changes of load
alone, which takes as long as one sweep: Krylov's acceleration of Gauss and Seidel's method.

References
----------
Washio, T., Oosterlee, C. W. (1997). Krylov subspace acceleration for nonlinear multigrid schemes. Electronic
Transactions on Numerical Analysis 6, 271-290.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from caspia.assignment._moves import most_of, refresh
from caspia.assignment._state import (
    DELAY,
    FELT,
    FIRST,
    LAST,
    LOAD,
    MIDDLE,
    SLOPE,
    STEP,
    STEP_END,
    Forks,
    State,
)
from caspia.assignment.problem import Floats

KEPT = 5  # sweeps whose span is searched
DAMPING = 1e-10  # part of the diagonal


@dataclass(frozen=True)
class Trail:
    """Where the last sweeps went.

    Parameters
    ----------
    strides : list of float64[F]
        Flow that each moved at every fork.
    changes : list of float64[S + 1, 2]
        What it added to the totals of the servers.
    """

    strides: list[Floats]
    changes: list[Floats]

    def add(self, stride: Floats, change: Floats) -> None:
        """Add a sweep, and forget the oldest if there are enough.

        Parameters
        ----------
        stride, change : float64[F], float64[S + 1, 2]
            Its flows and totals.
        """
        self.strides.append(stride)
        self.changes.append(change)
        if len(self.strides) > KEPT:
            del self.strides[0], self.changes[0]


def stretch(state: State, trail: Trail) -> None:
    """Go on along the last sweeps to where their span is level, were delays linear.

    Parameters
    ----------
    state : State
        The state; delays are up to date.
    trail : Trail
        The last sweeps.
    """
    servers = state.servers
    changes = np.array(trail.changes)
    rise, bend = _model(changes, servers.now)
    size = np.sqrt(np.abs(np.diag(bend)))
    if not np.all(size > 0.0):
        return
    scaled = bend / np.outer(size, size)
    scaled[np.diag_indices_from(scaled)] *= 1.0 + DAMPING
    part = -np.linalg.lstsq(scaled, rise / size, rcond=DAMPING)[0] / size
    wish = part @ np.array(trail.strides)
    sinks = state.groups.root.size * state.net.tail.size
    before = servers.total.copy()
    _walk(wish, state.forks, state.flow, servers.total, sinks)
    gain = _slope_along(servers.total - before, servers.now)
    refresh(servers)
    left = _slope_along(servers.total - before, servers.now)
    if left > -gain:
        _walk(wish * (left / (gain - left) if gain < 0.0 else -1.0), state.forks, state.flow, servers.total, sinks)
        refresh(servers)


@njit(cache=True, nogil=True)
def _model(changes: Floats, now: Floats) -> tuple[Floats, Floats]:
    """Return the rise of cost along every change of totals, and how it changes along every other."""
    count, n_servers = changes.shape[0], now.shape[0]
    rise, bend = np.zeros(count), np.zeros((count, count))
    for i in range(count):
        rise[i] = changes[i, n_servers, FELT]
        for server in range(n_servers):
            felt = changes[i, server, FELT]
            if felt != 0.0:
                rise[i] += felt * now[server, DELAY]
                for j in range(count):
                    bend[i, j] += felt * now[server, SLOPE] * changes[j, server, LOAD]
    return rise, bend


@njit(cache=True, nogil=True)
def _slope_along(change: Floats, now: Floats) -> float:
    """Return the rise of cost along a change of totals."""
    rise = change[-1, FELT]
    for server in range(now.shape[0]):
        rise += change[server, FELT] * now[server, DELAY]
    return float(rise)


@njit(cache=True, nogil=True)
def _walk(wish: Floats, forks: Forks, flow: Floats, total: Floats, sinks: int) -> None:
    """Move flow at all forks from the first way to the second, as far as there is any; write how far that was."""
    table, cell, fixed = forks.table, forks.cell, forks.fixed
    step_server, step_weight = forks.step_server, forks.step_weight
    for fork in range(wish.size):
        first, middle, last = table[fork, FIRST], table[fork, MIDDLE], table[fork, LAST]
        if wish[fork] > 0.0:
            wish[fork] = min(wish[fork], most_of(cell, first, middle, flow, sinks))
        elif wish[fork] < 0.0:
            wish[fork] = max(wish[fork], -most_of(cell, middle, last, flow, sinks))
        shift = wish[fork]
        if shift == 0.0:
            continue
        for k in range(first, middle):
            flow[cell[k]] -= shift
        for k in range(middle, last):
            flow[cell[k]] += shift
        total[-1, FELT] -= shift * fixed[fork]
        for k in range(table[fork, STEP], table[fork, STEP_END]):
            total[step_server[k], FELT] -= shift * step_weight[k, FELT]
            total[step_server[k], LOAD] -= shift * step_weight[k, LOAD]
