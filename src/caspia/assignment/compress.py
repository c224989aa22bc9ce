"""Servers in series as one: what every route uses alike has one load, and its delays and prices add up.

The lines between two junctions are used by the same routes in the same measure. Solving for one load instead of
many is exact, and several times as fast.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from caspia.assignment.bundles import Bundles, bundle_routes
from caspia.assignment.logit import Servers
from caspia.assignment.routes import Floats, Ints, RouteTable

_DIGITS = 9


@dataclass(frozen=True, eq=False)
class Series:
    """Groups of servers that have the same load.

    Attributes
    ----------
    servers : Servers
        The members.
    group : numpy.ndarray of int, shape (n_servers,)
        Group of every member; -1 for one that no route uses.
    first : numpy.ndarray of int, shape (n_groups,)
        A member of each group.
    """

    servers: Servers
    group: Ints
    first: Ints

    @cached_property
    def capacity(self) -> Floats:
        """Least capacity of the members of each group."""
        least = np.full(len(self.first), np.inf)
        used = self.group >= 0
        np.minimum.at(least, self.group[used], self.servers.capacity[used])
        return least

    def spread(self, load: Floats) -> Floats:
        """Load of every member, shape (n_servers,); 0 where no route comes.

        Parameters
        ----------
        load : numpy.ndarray, shape (n_groups,)
            Load of every group.

        Returns
        -------
        numpy.ndarray, shape (n_servers,)
        """
        # A last load of 0 is that of servers without a group, whose number is -1.
        return np.append(load, 0.0)[self.group]

    def delay_h(self, load: Floats) -> Floats:
        """Hours of delay of each group, shape (n_groups,).

        Parameters
        ----------
        load : numpy.ndarray, shape (n_groups,)
            Loads.

        Returns
        -------
        numpy.ndarray, shape (n_groups,)
        """
        return self._sum(self.servers.delay_h(self.spread(load)))

    def delay_slope(self, load: Floats) -> Floats:
        """Hours of delay for one unit of load more, shape (n_groups,).

        Parameters
        ----------
        load : numpy.ndarray, shape (n_groups,)
            Loads.

        Returns
        -------
        numpy.ndarray, shape (n_groups,)
        """
        return self._sum(self.servers.delay_slope(self.spread(load)))

    def price(self, load: Floats) -> Floats:
        """Price of scarcity of each group, shape (n_groups,).

        Parameters
        ----------
        load : numpy.ndarray, shape (n_groups,)
            Loads.

        Returns
        -------
        numpy.ndarray, shape (n_groups,)
        """
        return self._sum(self.servers.price(self.spread(load)))

    def price_slope(self, load: Floats) -> Floats:
        """Change of it for one unit of load more, shape (n_groups,).

        Parameters
        ----------
        load : numpy.ndarray, shape (n_groups,)
            Loads.

        Returns
        -------
        numpy.ndarray, shape (n_groups,)
        """
        return self._sum(self.servers.price_slope(self.spread(load)))

    def start(self) -> Floats:
        """Loads from which a solver may begin, shape (n_groups,)."""
        return self.servers.start()[self.first]

    def gather(self, load: Floats) -> Floats:
        """Load of each group, from loads of all members.

        Parameters
        ----------
        load : numpy.ndarray, shape (n_servers,)
            Loads of servers.

        Returns
        -------
        numpy.ndarray, shape (n_groups,)
        """
        return load[self.first]

    def _sum(self, values: Floats) -> Floats:
        used = self.group >= 0
        return np.bincount(self.group[used], values[used], len(self.first)).astype(np.float64)


@dataclass(frozen=True, eq=False)
class Grouping:
    """How servers fall into groups, and the routes over groups.

    Attributes
    ----------
    table : RouteTable
        The same routes with groups in place of servers.
    group, first : numpy.ndarray of int
        As in `Series`.
    bundles : Bundles
        What routes of a class use alike, of that table.
    """

    table: RouteTable
    group: Ints
    first: Ints
    bundles: Bundles

    def dearer(self, factor: Floats) -> Grouping:
        """Copy in which an hour of delay costs the classes something else.

        Parameters
        ----------
        factor : numpy.ndarray, shape (n_classes,)
            What the cost of an hour is multiplied by, class by class.

        Returns
        -------
        Grouping
        """
        table, bundles = self.table, self.bundles
        by_entry = factor[table.pair_class[table.pair]][table.route_of_entry]
        by_column = factor[bundles.class_of_column]
        return replace(
            self,
            table=replace(table, felt=table.felt * by_entry),
            bundles=replace(bundles, felt=bundles.felt * by_column),
        )

    def series(self, servers: Servers) -> Series:
        """Groups of some servers.

        Parameters
        ----------
        servers : Servers
            Those of the table, perhaps with other capacities.

        Returns
        -------
        Series
        """
        return Series(servers, self.group, self.first)


def group_servers(table: RouteTable) -> Grouping:
    """Find servers that every route uses alike.

    Parameters
    ----------
    table : RouteTable
        Routes and the servers that they use.

    Returns
    -------
    Grouping
        An equilibrium on its table is one on the given one.
    """
    route, server, use, felt = table.merged_uses()
    group, first = _alike(table, route, server, use, felt)
    # The felt cost of an hour may differ between entries of a route only by being felt or not, which is alike too.
    kept = np.isin(server, first)
    start = np.searchsorted(route[kept], np.arange(table.n_routes + 1))
    fewer = replace(
        table,
        entry_start=start.astype(np.int64),
        server=group[server[kept]],
        use=use[kept],
        felt=felt[kept],
        n_servers=len(first),
    )
    return Grouping(fewer, group, first, bundle_routes(fewer))


def _alike(table: RouteTable, route: Ints, server: Ints, use: Floats, felt: Floats) -> tuple[Ints, Ints]:
    """Group of every server, and the first server of each group."""
    rng = np.random.default_rng(7)
    marks = rng.uniform(1.0, 2.0, (4, table.n_routes))
    sums = [
        np.bincount(server, marks[k][route] * value, table.n_servers).astype(np.float64)
        for k, value in enumerate((use, felt, np.ones_like(use), use * felt))
    ]
    signature = np.stack([_rounded(column) for column in sums], axis=1)
    used = np.flatnonzero(np.bincount(server, minlength=table.n_servers))
    _, first, inverse = np.unique(signature[used], axis=0, return_index=True, return_inverse=True)
    group = np.full(table.n_servers, -1, dtype=np.int64)
    group[used] = inverse
    return group, used[first]


def _rounded(values: Floats) -> Floats:
    """Values to some digits, so that sums in another order are equal."""
    size = np.where(values > 0, values, 1.0)
    scale = 10.0 ** (_DIGITS - 1 - np.floor(np.log10(size)))
    return np.round(values * scale) / scale
