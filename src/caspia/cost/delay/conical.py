"""The conical form of Spiess: like a power near capacity, linear far above it.

    free * (2 + sqrt(alpha² (1 - r)² + beta²) - alpha (1 - r) - beta),  r = load / capacity,
    beta = (2 alpha - 1) / (2 alpha - 2)

so that the delay is about `free` without load and twice that at capacity. Parameters in the order of a
row: free, capacity, alpha, and one that is not read.

References
----------
Spiess, H. (1990). Conical volume-delay functions. Transportation Science 24(2), 153-158.
"""

from __future__ import annotations

import math

from numba import njit

from caspia.cost.delay._form import Floats, Rule

NAME = "conical"
RULES = (
    Rule("free", 0.0),
    Rule("capacity", 0.0, open_low=True),
    Rule("alpha", 1.0, open_low=True),
    Rule("unused", 0.0),
)


@njit(cache=True, nogil=True, inline="always")
def value_and_slope(row: Floats, load: float) -> tuple[float, float]:
    """Return the delay at a load and its derivative.

    Parameters
    ----------
    row : float64[4]
        free, capacity, alpha, unused.
    load : float
        Load in the unit of the capacity, zero or more.

    Returns
    -------
    value, slope : float, float
        Delay in the unit of `free`, and its derivative by the load.
    """
    alpha = row[2]
    beta = (2.0 * alpha - 1.0) / (2.0 * alpha - 2.0)
    spare = alpha * (1.0 - load / row[1])
    root = math.sqrt(spare * spare + beta * beta)
    # root - spare without the cancellation of two near numbers far below capacity
    lift = beta * beta / (root + spare) if spare > 0.0 else root - spare
    return row[0] * (2.0 + lift - beta), row[0] * alpha / row[1] * lift / root


@njit(cache=True, nogil=True)
def area(row: Floats, load: float) -> float:
    """Return the integral of the delay from no load to a load.

    Parameters
    ----------
    row : float64[4]
        free, capacity, alpha, unused.
    load : float
        Load in the unit of the capacity, zero or more.

    Returns
    -------
    float
        The integral, in the unit of `free` times that of the load.
    """
    alpha = row[2]
    if load < 1e-6 * row[1]:  # the primitives are too near each other; the rule of the midpoint is exact enough
        return float(load * value_and_slope(row, 0.5 * load)[0])
    beta = (2.0 * alpha - 1.0) / (2.0 * alpha - 2.0)
    first, last = alpha, alpha * (1.0 - load / row[1])
    bend = _primitive(first, beta) - _primitive(last, beta)
    return float(row[0] * ((2.0 - beta) * load + row[1] / alpha * bend))


@njit(cache=True, nogil=True)
def _primitive(spare: float, beta: float) -> float:
    """Return a primitive of sqrt(spare² + beta²) - spare."""
    root = math.sqrt(spare * spare + beta * beta)
    return 0.5 * (spare * root + beta * beta * math.asinh(spare / beta) - spare * spare)
