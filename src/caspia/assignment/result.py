"""What an assignment hands back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from caspia.assignment.problem import Demand, Floats, Ints

Longs = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Routes:
    """Routes with flow, sorted by pair.

    Parameters
    ----------
    first : int64[R + 1]
        The arcs of route r stand at first[r] to first[r + 1].
    arcs : int32[first[R]]
        Arcs of all routes, in travel order; none for a pair that ends where it starts.
    pair : int32[R]
        Pair of every route, as numbered in the demand.
    flow : float64[R]
        Units of demand on it, above zero.
    cost : float64[R]
        Cost of a unit of demand on it.
    """

    first: Longs
    arcs: Ints
    pair: Ints
    flow: Floats
    cost: Floats

    @property
    def n_routes(self) -> int:
        """Number of routes."""
        return self.pair.size

    def arcs_of(self, route: int) -> Ints:
        """Return the arcs of a route.

        Parameters
        ----------
        route : int
            Number of the route.

        Returns
        -------
        int32[k]
            Arcs in travel order.
        """
        return self.arcs[self.first[route] : self.first[route + 1]]


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """Flows in which nearly nobody can do better by another route; see `converged` before using them.

    Parameters
    ----------
    flow : float64[K, A]
        Units of demand on every arc, by class.
    server_load, server_delay : float64[S], float64[S]
        Load of every server, and the delay that it makes.
    routes : Routes
        The routes with flow.
    demand : Demand
        The demand that was asked for.
    pair_cost : float64[P]
        Least cost of a unit of demand of every pair at these delays; inf where no route leads.
    amount : float64[P]
        Demand carried of every pair: all of it where demand is fixed, what bears the cost where it answers to
        it, zero where no route leads.
    unserved : float64[P]
        Demand of pairs that no route is open to; zero for all others.
    relative_gap : float
        (cost of all flow - cost if all were on least-cost routes) / cost of all flow, at these delays. Where
        demand answers to its cost, the first difference also holds that between the cost which the demand
        carried would just bear and the least cost, for each unit carried or, if more, wanted at that cost.
    gap : float
        The gap that was asked for.
    iterations, sweeps : int
        How often trees were brought up to date, and how often all working routes were gone through.
    converged : bool
        Whether the gap asked for was reached. If not, this is not an equilibrium.
    """

    flow: Floats
    server_load: Floats
    server_delay: Floats
    routes: Routes
    demand: Demand
    pair_cost: Floats
    amount: Floats
    unserved: Floats
    relative_gap: float
    gap: float
    iterations: int
    sweeps: int
    converged: bool
