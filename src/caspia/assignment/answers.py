"""How servers answer to each other: what each loses when another gets slower or dearer, at some flows.

Answers change with the flows, but slowly beside the slopes of delays and prices. Those of one equilibrium, with
the slopes of another, are near enough to guide its search: a model finds them once for all its worlds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from caspia.assignment._logit_kernels import Rows, Wants, answers, own_answers, patterns_of
from caspia.assignment.bundles import Bundles
from caspia.assignment.routes import Floats, Ints

_LEAST = 0.01
"""Servers that lose less than this for a unit more, at their capacity, do not answer."""
_MOST = 1500
"""Servers at most, since the answers are as many as their square."""
_CUT = 1e-3
"""Routes with less of their pair than this are left out."""


@dataclass(frozen=True, eq=False)
class Answers:
    """Loss of load of some servers for delay and price of each of them, at the flows where they were found.

    Attributes
    ----------
    server : numpy.ndarray of int, shape (n,)
        Servers that answer.
    by_delay, by_price : numpy.ndarray, shape (n, n)
        Load that the server of the row loses for an hour of delay, or a unit of price, at that of the column.
    """

    server: Ints
    by_delay: Floats
    by_price: Floats


@dataclass(frozen=True, eq=False)
class Losses:
    """Bounds of the load that each server loses for an hour of its own delay and for a unit of its own price.

    Attributes
    ----------
    by_delay, by_price : numpy.ndarray, shape (n_servers,)
        With the other ways that its cargo has; 0 or more.
    most_by_delay, most_by_price : numpy.ndarray, shape (n_servers,)
        If all of its cargo had another way as good.
    """

    by_delay: Floats
    by_price: Floats
    most_by_delay: Floats
    most_by_price: Floats

    def own(self, delay_slope: Floats, price_slope: Floats) -> Floats:
        """Bound of the load that each server loses for a unit of load more on itself.

        Parameters
        ----------
        delay_slope, price_slope : numpy.ndarray, shape (n_servers,)
            Rise of delay and of price for a unit of load.

        Returns
        -------
        numpy.ndarray, shape (n_servers,)
        """
        return self.by_delay * delay_slope + self.by_price * price_slope


def own_losses(rows: Rows, wants: Wants, flow: Floats, n_servers: int) -> Losses:
    """Bounds of what each server loses by its own delay and price.

    Parameters
    ----------
    rows, wants
        Routes and choice, as the loops take them.
    flow : numpy.ndarray, shape (n_routes,)
        Flows.
    n_servers : int
        Number of servers.

    Returns
    -------
    Losses
    """
    found = np.zeros((4, n_servers))
    own_answers(rows, wants, flow, found)
    return Losses(*found)


def find_answers(
    rows: Rows, wants: Wants, bundles: Bundles, flow: Floats, slopes: tuple[Floats, Floats]
) -> Answers:
    """Find the answers of servers to each other.

    Parameters
    ----------
    rows, wants
        Routes and choice, as the loops take them.
    bundles : Bundles
        Uses of the routes.
    flow : numpy.ndarray, shape (n_routes,)
        Flows.
    slopes : (numpy.ndarray, numpy.ndarray)
        Rise of delay and of price for a unit of load at the capacity of every server: what does not answer there is
        left out.

    Returns
    -------
    Answers
    """
    delay, price = slopes
    own = own_losses(rows, wants, flow, len(delay)).own(delay, price)
    server = np.flatnonzero(own > _LEAST)
    if len(server) > _MOST:
        server = np.sort(np.argsort(-own, kind="stable")[:_MOST])
    place = np.full(len(delay), -1, dtype=np.int32)
    place[server] = np.arange(len(server), dtype=np.int32)
    found = np.zeros((len(server), len(server))), np.zeros((len(server), len(server)))
    answers(rows, patterns_of(bundles), wants, flow, (place, _CUT), found)
    return Answers(server, *found)
