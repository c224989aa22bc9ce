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

FloatArray = npt.NDArray[np.float64]
WIDTH = 0.02
CEILING = 20.0
"""C: the most that scarcity costs, in units of P."""


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

    def value(self, load: FloatArray) -> FloatArray:
        """Price of a unit.

        Parameters
        ----------
        load : numpy.ndarray, shape (n_servers,)
            Loads.

        Returns
        -------
        numpy.ndarray, shape (n_servers,)
            Dollars, 0 or more, increasing in the load.

        Examples
        --------
        >>> Scarcity(np.array([10.0]), np.array([100.0])).value(np.array([100.0])).round(1).tolist()
        [6.8]
        """
        steep = np.logaddexp(0.0, self._over(load))
        return np.asarray(self.price_usd * CEILING * -np.expm1(-steep / CEILING))

    def slope(self, load: FloatArray) -> FloatArray:
        """Change of the price for one unit of load more.

        Parameters
        ----------
        load : numpy.ndarray, shape (n_servers,)
            Loads.

        Returns
        -------
        numpy.ndarray, shape (n_servers,)
        """
        over = np.clip(self._over(load), -500.0, 500.0)
        ease = np.exp(-np.logaddexp(0.0, over) / CEILING)
        return np.asarray(self.price_usd * ease / (WIDTH * self.capacity * (1.0 + np.exp(-over))))

    def _over(self, load: FloatArray) -> FloatArray:
        return (load / self.capacity - 1.0) / WIDTH
