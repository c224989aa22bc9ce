"""Servers in series as one: what every route uses alike has one load, and its delays and prices add up.

The lines between two junctions are used by the same routes in the same measure. Solving for one load instead of
many is exact, and several times as fast.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from caspia.assignment.answers import Answers
from caspia.assignment.bundles import Bundles, bundle_routes
from caspia.assignment.logit import Servers
from caspia.assignment.routes import Bools, Floats, Ints, RouteTable

_DIGITS = 9
_SAME = 1e-9


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

    def response(self, load: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Delay and price of each group at a load, and the slopes of both, as `Servers` has them.

        Parameters
        ----------
        load : numpy.ndarray, shape (n_groups,)
            Loads.

        Returns
        -------
        delay_h, price, delay_slope, price_slope : numpy.ndarray, shape (n_groups,)
            Sums over the members.
        """
        delay, price, delay_slope, price_slope = self.servers.response(self.spread(load))
        return self._sum(delay), self._sum(price), self._sum(delay_slope), self._sum(price_slope)

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

    @cached_property
    def _slot(self) -> Ints:
        # Members that no route uses come last, into a group that is left out.
        return np.where(self.group >= 0, self.group, len(self.first))

    def _sum(self, values: Floats) -> Floats:
        return np.bincount(self._slot, values, len(self.first) + 1)[:-1].astype(np.float64, copy=False)


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
    answers : Answers or None
        Answers of the groups to each other at some flows, where they are known.
    """

    table: RouteTable
    group: Ints
    first: Ints
    bundles: Bundles
    answers: Answers | None = None

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

    def busier(self, factor: Floats) -> Grouping | None:
        """Copy in which routes use servers more or less.

        Parameters
        ----------
        factor : numpy.ndarray, shape (n_servers,)
            What the use of each server is multiplied by.

        Returns
        -------
        Grouping or None
            None where servers of a group differ: they are one no longer.
        """
        used = self.group >= 0
        of_group = factor[self.first]
        if not np.allclose(of_group[self.group[used]], factor[used], rtol=_SAME):
            return None
        table, bundles = self.table.busier(of_group), self.bundles
        return replace(self, table=table, bundles=replace(bundles, use=bundles.use * of_group[bundles.server]))

    def some(self, chosen: Bools) -> Grouping:
        """The same with some of the routes, without answers.

        Parameters
        ----------
        chosen : numpy.ndarray of bool, shape (n_routes,)
            Routes to keep.

        Returns
        -------
        Grouping
            Groups that these use alike are one.
        """
        inner = group_servers(self.table.some(chosen))
        # What has no group stands at -1, which is the last.
        return Grouping(inner.table, np.append(inner.group, -1)[self.group], self.first[inner.first], inner.bundles)

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
