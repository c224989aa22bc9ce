"""The price that keeps cargo within a capacity when waiting alone would not.

Waiting costs cheap goods little, yet no more coal than a line can carry gets through: quotas, bans on loading
and premiums ration it. The price of one unit of capacity stands for these, as in equilibria with side
constraints: it is near zero below the capacity and rises steeply beyond it, over a width that is the doubt
about published capacities, towards a ceiling, since cargo that has no other way comes all the same,

    z(load)     = log(1 + exp((load / capacity - 1) / width))
    price(load) = P C (1 - exp(-z(load) / C))

References
----------
Larsson, T., Patriksson, M. (1999), Side constrained traffic equilibrium models: analysis, computation and
applications, Transportation Research Part B 33, 233-264.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

FloatArray = npt.NDArray[np.float64]
WIDTH = 0.02
CEILING = 20.0
"""C: the most that scarcity costs, in units of P."""
NOTHING = -40.0
"""Load below the capacity, in widths, from which on the price is lost in the last digit of any cost."""


@dataclass(frozen=True, eq=False)
class Scarcity:
    """Prices of scarcity of servers, as columns of shape (n_servers,).

    Attributes
    ----------
    price_usd : numpy.ndarray
        P of every server, dollars a unit; at its capacity a unit costs 0.68 P.
    capacity : numpy.ndarray
        Capacity, above 0.
    """

    price_usd: FloatArray
    capacity: FloatArray

    def value_and_slope(self, load: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Price of a unit, and its change for one unit of load more.

        Parameters
        ----------
        load : numpy.ndarray, shape (n_servers,)
            Loads.

        Returns
        -------
        value, slope : numpy.ndarray, shape (n_servers,)
            Dollars, 0 or more, increasing in the load; and their derivative.

        Examples
        --------
        >>> Scarcity(np.array([10.0]), np.array([100.0])).value_and_slope(np.array([100.0]))[0].round(1).tolist()
        [6.8]
        """
        return _value_and_slope(self.price_usd, self.capacity, load)


@njit(cache=True, nogil=True, error_model="numpy")
def _value_and_slope(price: FloatArray, capacity: FloatArray, load: FloatArray) -> tuple[FloatArray, FloatArray]:
    value, slope = np.empty(load.size), np.empty(load.size)
    for s in range(load.size):
        over = (load[s] / capacity[s] - 1.0) / WIDTH
        if over < NOTHING:
            value[s] = slope[s] = 0.0
            continue
        # Either exponential is that of a number below zero, so that none overflows.
        small = np.exp(-abs(over))
        steep = max(over, 0.0) + np.log1p(small)
        rising = (1.0 if over > 0.0 else small) / (1.0 + small)
        ease = np.exp(-steep / CEILING)
        value[s] = price[s] * CEILING * -np.expm1(-steep / CEILING)
        slope[s] = price[s] * ease * rising / (WIDTH * capacity[s])
    return value, slope
