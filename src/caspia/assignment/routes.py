"""Routes compiled for choice and loading: what each costs when empty, and which capacities it uses."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class RouteTable:
    """All routes of all pairs as sparse rows over the servers that they use.

    A pair is a class (commodity) between an origin and a destination. Its amount is in the unit of demand
    (tonnes a year); an entry says how much of the capacity of a server one unit of it uses.

    Attributes
    ----------
    pair_start : numpy.ndarray of int, shape (n_pairs + 1,)
        Routes of pair p are `pair_start[p]:pair_start[p + 1]`; a pair may have none.
    pair_class : numpy.ndarray of int, shape (n_pairs,)
        Class of every pair, 0 or more; pairs of a class use and feel servers alike.
    cost : numpy.ndarray, shape (n_routes,)
        Generalised cost without any delay, per unit of demand; inf where the route is closed.
    path_size : numpy.ndarray, shape (n_routes,)
        Path size of the route among the routes of its pair, above 0, at most 1.
    entry_start : numpy.ndarray of int, shape (n_routes + 1,)
        Entries of route r are `entry_start[r]:entry_start[r + 1]`.
    server : numpy.ndarray of int, shape (n_entries,)
        Server used.
    use : numpy.ndarray, shape (n_entries,)
        Units of its capacity that one unit of demand uses.
    felt : numpy.ndarray, shape (n_entries,)
        Cost of one hour of its delay for one unit of demand; 0 where the use is that of an empty return.
    n_servers : int
        Number of servers.
    """

    pair_start: Ints
    pair_class: Ints
    cost: Floats
    path_size: Floats
    entry_start: Ints
    server: Ints
    use: Floats
    felt: Floats
    n_servers: int

    @property
    def n_pairs(self) -> int:
        """Number of pairs."""
        return len(self.pair_start) - 1

    @property
    def n_routes(self) -> int:
        """Number of routes."""
        return len(self.cost)

    @property
    def pair(self) -> Ints:
        """Pair of every route, shape (n_routes,)."""
        return np.repeat(np.arange(self.n_pairs), np.diff(self.pair_start))

    @property
    def route_of_entry(self) -> Ints:
        """Route of every entry, shape (n_entries,)."""
        return np.repeat(np.arange(self.n_routes), np.diff(self.entry_start))

    def some(self, chosen: Bools) -> RouteTable:
        """The table with some of its routes; path sizes stay as they are.

        Parameters
        ----------
        chosen : numpy.ndarray of bool, shape (n_routes,)
            Routes to keep.

        Returns
        -------
        RouteTable
            Of the same pairs and servers.
        """
        before, entries = np.concatenate([[0], np.cumsum(chosen)]), chosen[self.route_of_entry]
        return replace(
            self,
            pair_start=before[self.pair_start],
            cost=self.cost[chosen],
            path_size=self.path_size[chosen],
            entry_start=np.concatenate([[0], np.cumsum(np.diff(self.entry_start)[chosen])]),
            server=self.server[entries],
            use=self.use[entries],
            felt=self.felt[entries],
        )

    def busier(self, factor: Floats) -> RouteTable:
        """The table with another use of servers.

        Parameters
        ----------
        factor : numpy.ndarray, shape (n_servers,)
            What the use of each server is multiplied by.

        Returns
        -------
        RouteTable
        """
        return replace(self, use=self.use * factor[self.server])

    def merged_uses(self) -> tuple[Ints, Ints, Floats, Floats]:
        """Entries of every route and server added up, in order of routes and servers.

        Returns
        -------
        route, server : numpy.ndarray of int
            Each pair of them once.
        use, felt : numpy.ndarray
            Sums of their entries.
        """
        key = self.route_of_entry * np.int64(self.n_servers) + self.server
        keys, place = np.unique(key, return_inverse=True)
        use = np.bincount(place, self.use, len(keys)).astype(np.float64)
        felt = np.bincount(place, self.felt, len(keys)).astype(np.float64)
        return keys // max(self.n_servers, 1), keys % max(self.n_servers, 1), use, felt


@dataclass(frozen=True, eq=False)
class Choice:
    """How pairs choose and how their demand answers.

    Attributes
    ----------
    amount : numpy.ndarray, shape (n_pairs,)
        Demand at the reference cost, in units a year.
    scale : numpy.ndarray, shape (n_pairs,)
        Scale of the logit choice: log-odds per unit of cost.
    response : numpy.ndarray, shape (n_pairs,)
        Change of the logarithm of demand per unit of cost of the logsum; 0 or less, 0 for fixed demand.
    reference : numpy.ndarray, shape (n_pairs,)
        Logsum at which the demand is `amount`; not read where the response is 0.
    """

    amount: Floats
    scale: Floats
    response: Floats
    reference: Floats


def path_sizes(pair_start: Ints, starts: Ints, items: Ints, length: Floats) -> Floats:
    """Path size of every route among the routes of its pair.

    The path size is the share of its own length that a route does not share: a sum over its parts of
    length over the length of the route, divided by the number of routes of the pair that use the part.

    Parameters
    ----------
    pair_start : numpy.ndarray of int, shape (n_pairs + 1,)
        Routes by pair.
    starts : numpy.ndarray of int, shape (n_routes + 1,)
        Parts by route.
    items : numpy.ndarray of int, shape (n,)
        Arcs of the routes.
    length : numpy.ndarray, shape (n_arcs,)
        Length (or free cost) of every arc, 0 or more.

    Returns
    -------
    numpy.ndarray, shape (n_routes,)
        Above 0, at most 1; 1 for a route that shares nothing.

    References
    ----------
    Ben-Akiva, M., Bierlaire, M. (1999), Discrete choice methods and their applications to short term travel
    decisions, in Handbook of Transportation Science, Kluwer, 5-34.

    Examples
    --------
    >>> starts, parts, length = np.array([0, 2, 4]), np.array([0, 1, 0, 2]), np.array([1.0, 1.0, 3.0])
    >>> path_sizes(np.array([0, 2]), starts, parts, length).tolist()
    [0.75, 0.875]
    """
    n_routes = len(starts) - 1
    route = np.repeat(np.arange(n_routes), np.diff(starts))
    pair = np.repeat(np.arange(len(pair_start) - 1), np.diff(pair_start))
    # An arc counts once a route even where the route passes it twice.
    key = pair[route] * np.int64(len(length)) + items
    _, used, count = np.unique(key, return_inverse=True, return_counts=True)
    own = length[items]
    total = np.bincount(route, weights=own, minlength=n_routes)
    size = np.bincount(route, weights=own / count[used], minlength=n_routes)
    return np.where(total > 0, size / np.where(total > 0, total, 1.0), 1.0)
