"""Where the numbers of a draw stand, and what pairs and routes look up among them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def ways_kept(chosen: BoolArray, n_ways: int) -> IntArray:
    """Paths that are kept with some routes: these, and all journeys behind them.

    Parameters
    ----------
    chosen : numpy.ndarray of bool, shape (n_routes,)
        Routes to keep.
    n_ways : int
        Number of routes and journeys.

    Returns
    -------
    numpy.ndarray of int
    """
    return np.concatenate([np.flatnonzero(chosen), np.arange(len(chosen), n_ways)])


@dataclass(frozen=True, eq=False)
class Slots:
    """Where the values of a draw stand among all doubted numbers.

    Attributes
    ----------
    money, time, capacity, price, growth, demand, worth, reliability, scale, elasticity, constant : slice
        Columns of costs, facts of capacities, prices of scarcity, rates of growth, observations of demand, values
        of time, ratios of reliability, scales of choice, elasticities and corridor constants.
    rate, loss, delay, storm, sea : slice
        Rates, losses and delays of events, closed shares of months, fall of the sea.
    yields : slice
        What works yield over what was computed; empty where none can be open.
    """

    money: slice
    time: slice
    capacity: slice
    price: slice
    growth: slice
    demand: slice
    worth: slice
    reliability: slice
    scale: slice
    elasticity: slice
    constant: slice
    rate: slice
    loss: slice
    delay: slice
    storm: slice
    sea: slice
    yields: slice


@dataclass(frozen=True, eq=False)
class Shippers:
    """What pairs and routes look up in a draw.

    Attributes
    ----------
    commodity : numpy.ndarray of int, shape (n_ways,)
        Commodity of each path, as a place in the drawn values of time.
    likely_worth : numpy.ndarray, shape (n_commodities,)
        Most likely value of time.
    group_of_pair : numpy.ndarray of int, shape (n_pairs,)
        Group of commodities whose scale and elasticity hold.
    constant_of_route : numpy.ndarray of int, shape (n_routes,)
        Place of the constant of each route among those drawn.
    in_transit : numpy.ndarray of bool, shape (n_routes,)
        Routes that feel the constant of their corridor.
    amount_t : numpy.ndarray, shape (n_pairs,)
        Most likely demand.
    observation, growth : numpy.ndarray of int, shape (n_pairs,)
        Places of the drawn observation and rate of growth behind each pair; -1 where none.
    likely_demand, likely_growth : numpy.ndarray
        Most likely values of these.
    years : numpy.ndarray, shape (n_pairs,)
        Years for which demand has grown since its observation.
    """

    commodity: IntArray
    likely_worth: FloatArray
    group_of_pair: IntArray
    constant_of_route: IntArray
    in_transit: BoolArray
    amount_t: FloatArray
    observation: IntArray
    growth: IntArray
    likely_demand: FloatArray
    likely_growth: FloatArray
    years: FloatArray

    def some(self, chosen: BoolArray) -> Shippers:
        """The same for some of the routes, and all journeys behind them.

        Parameters
        ----------
        chosen : numpy.ndarray of bool, shape (n_routes,)
            Routes to keep.

        Returns
        -------
        Shippers
        """
        return replace(
            self,
            commodity=self.commodity[ways_kept(chosen, len(self.commodity))],
            constant_of_route=self.constant_of_route[chosen],
            in_transit=self.in_transit[chosen],
        )

    def amounts(self, demand: FloatArray, growth: FloatArray) -> FloatArray:
        """Demand of every pair in a draw.

        Parameters
        ----------
        demand, growth : numpy.ndarray
            Drawn observations, and rates of growth in percent a year.

        Returns
        -------
        numpy.ndarray, shape (n_pairs,)
        """
        seen = np.append(
            np.where(self.likely_demand > 0, demand / np.maximum(self.likely_demand, 1e-300), 1.0), 1.0
        )
        faster = np.append((1.0 + growth / 100.0) / (1.0 + self.likely_growth / 100.0), 1.0)
        return np.asarray(self.amount_t * seen[self.observation] * faster[self.growth] ** self.years)
