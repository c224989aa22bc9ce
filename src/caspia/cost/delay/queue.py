"""The wait before a server with a schedule: a port, a border, a ferry line.

    variability * headway_h * rho ** (sqrt(2 (servers + 1)) - 1) / (1 - rho),  rho = load / capacity

This is Sakasegawa's form of the Allen-Cunneen wait of a queue G/G/m: `headway_h` is the time between two
services of the whole station when it works without a break (trains, sailings), `variability` half the
sum of the squared coefficients of variation of arrivals and services. A queue in balance has no wait at
or above its capacity; from `KNEE` on the wait goes on along its tangent, so that it stays finite,
increasing and smooth, and an overloaded server is very dear instead of impossible. Parameters in the
order of a row: headway_h, capacity, variability, servers. Time of service and the mean wait for a
sailing do not depend on the load: they belong to the fixed cost of an arc.

References
----------
Sakasegawa, H. (1977). An approximation formula L_q = alpha beta^rho / (1 - rho). Annals of the
Institute of Statistical Mathematics 29, 67-75.
Allen, A. O. (1990). Probability, statistics and queueing theory. 2nd edition, Academic Press.
"""

from __future__ import annotations

import math

from numba import njit

from caspia.cost.delay._form import Floats, Rule

NAME = "queue"
KNEE = 0.95
RULES = (
    Rule("headway_h", 0.0),
    Rule("capacity", 0.0, open_low=True),
    Rule("variability", 0.0),
    Rule("servers", 1.0),
)


@njit(cache=True, nogil=True, inline="always")
def value_and_slope(row: Floats, load: float) -> tuple[float, float]:
    """Return the wait at a load and its derivative.

    Parameters
    ----------
    row : float64[4]
        headway_h, capacity, variability, servers.
    load : float
        Load in the unit of the capacity, zero or more.

    Returns
    -------
    value, slope : float, float
        Wait in hours, and its derivative by the load.
    """
    rho = load / row[1]
    scale = row[0] * row[2]
    power = math.sqrt(2.0 * (row[3] + 1.0)) - 1.0
    at = min(rho, KNEE)
    spare = 1.0 - at
    before = at ** (power - 1.0)
    slope = scale * before * (power * spare + at) / (spare * spare)
    return scale * before * at / spare + slope * (rho - at), slope / row[1]


@njit(cache=True, nogil=True)
def area(row: Floats, load: float) -> float:
    """Return the integral of the wait from no load to a load.

    Parameters
    ----------
    row : float64[4]
        headway_h, capacity, variability, servers.
    load : float
        Load in the unit of the capacity, zero or more.

    Returns
    -------
    float
        The integral, in hours times the unit of the load.

    Notes
    -----
    Below the knee the integral of rho^p / (1 - rho) is the series of rho^(p + 1 + n) / (p + 1 + n), whose
    terms are positive and fall by `KNEE` at least; it ends when what is left cannot change the last digit.
    """
    rho = load / row[1]
    power = math.sqrt(2.0 * (row[3] + 1.0)) - 1.0
    at = min(rho, KNEE)
    term = at ** (power + 1.0)
    total, divisor = 0.0, power + 1.0
    while term > 1e-18 * (1.0 - at) * total and term > 0.0:
        total += term / divisor
        term *= at
        divisor += 1.0
    over = rho - at
    value, slope = value_and_slope(row, at * row[1])
    return float(row[1] * (row[0] * row[2] * total + over * (value + 0.5 * slope * row[1] * over)))
