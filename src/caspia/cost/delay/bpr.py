"""The power form of the Bureau of Public Roads: free * (1 + alpha * (load / capacity) ** power).

Parameters in the order of a row: free, capacity, alpha, power. The delay has the unit of `free`, the
area that unit times the unit of the load. The load is never negative here; `table` sees to it.

References
----------
Bureau of Public Roads (1964). Traffic Assignment Manual. U.S. Department of Commerce.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from caspia.cost.delay._form import Floats, Rule

NAME = "bpr"
RULES = (
    Rule("free", 0.0),
    Rule("capacity", 0.0, open_low=True),
    Rule("alpha", 0.0),
    Rule("power", 1.0, also=0.0),
)


@njit(cache=True, nogil=True, inline="always")
def value_and_slope(row: Floats, load: float) -> tuple[float, float]:
    """Return the delay at a load and its derivative.

    Parameters
    ----------
    row : float64[4]
        free, capacity, alpha, power.
    load : float
        Load in the unit of the capacity, zero or more.

    Returns
    -------
    value, slope : float, float
        Delay in the unit of `free`, and its derivative by the load.
    """
    ratio = load / row[1]
    power = row[3]
    scale = row[0] * row[2]
    if power == 4.0:  # the usual one; a general power costs ten times as much
        before = ratio * ratio * ratio
    elif power == 0.0:
        return row[0] + scale, 0.0
    else:
        before = ratio ** (power - 1.0)
    return row[0] + scale * before * ratio, scale * power * before / row[1]


@njit(cache=True, nogil=True)
def area(row: Floats, load: float) -> float:
    """Return the integral of the delay from no load to a load.

    Parameters
    ----------
    row : float64[4]
        free, capacity, alpha, power.
    load : float
        Load in the unit of the capacity, zero or more.

    Returns
    -------
    float
        The integral, in the unit of `free` times that of the load.
    """
    power = row[3]
    return float(row[0] * load * (1.0 + row[2] * np.power(load / row[1], power) / (power + 1.0)))
