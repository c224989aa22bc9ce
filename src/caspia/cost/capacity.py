"""Servers: what can carry how much, and which arcs use how much of it.

A server is a line in one direction, a crossing in one direction, a terminal, a port, a sailing or a pool of
ships in one direction, each with its capacity in its own unit a year. Cargo uses it by the measure in which it
is counted:

=====================  =======================================================================
measure                what one tonne of a commodity brings
=====================  =======================================================================
BOX                    TEU, where it travels in boxes
BULK                   tonnes, where it does not
EMPTY_BOX, EMPTY_BULK  the same times the share of its boxes or wagons that go back empty
ANY                    one tonne, however it travels
=====================  =======================================================================
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from caspia.cost.delay import DelayTable
from caspia.cost.delay.table import CODES
from caspia.cost.scarcity import Scarcity

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
START_SHARE = 0.9
LONGEST_WAIT_H = 480.0
"""Twenty days: beyond such queues railways and ports stop taking cargo, which is the price of scarcity."""


class Measure(IntEnum):
    """How cargo uses a server."""

    BOX = 0
    BULK = 1
    EMPTY_BOX = 2
    EMPTY_BULK = 3
    ANY = 4


def server_key(table: str, identity: str, reverse: bool) -> str:
    """Key of a server of one direction.

    Parameters
    ----------
    table : str
        Table of the object whose capacity it is.
    identity : str
        Id of the object.
    reverse : bool
        Whether it serves the direction against that of the object.

    Returns
    -------
    str

    Examples
    --------
    >>> server_key("links", "rail-A-B", False), server_key("fleets", "flt-a", True)
    ('links:rail-A-B>', 'fleets:flt-a<')
    """
    return f"{table}:{identity}{'<' if reverse else '>'}"


def read_key(key: str) -> tuple[str, str, bool]:
    """Table, id and direction in the key of a server, the other way of `server_key`.

    Parameters
    ----------
    key : str
        With or without direction, and what it counts behind a `#`.

    Returns
    -------
    (str, str, bool)
        Table and id of the object, and whether the server is of the direction against it.

    Examples
    --------
    >>> read_key("links:rail-A-B<#TEU"), read_key("places:KZAAU#t")
    (('links', 'rail-A-B', True), ('places', 'KZAAU', False))
    """
    table, _, rest = key.partition(":")
    name = rest.partition("#")[0]
    return table, name.rstrip("<>"), name.endswith("<")


@dataclass(frozen=True, eq=False)
class Servers:
    """Shared capacities, as columns of shape (n_servers,), and the arcs that use them.

    Attributes
    ----------
    key : tuple of str
        `table:id`, with `>` or `<` for one direction.
    kind : tuple of str
        `line`, `crossing`, `terminal`, `port`, `sailing`, `fleet` or `pipeline`.
    unit : tuple of str
        `trains/year`, `t/year`, `TEU/year` or `ship hours/year`.
    t_per_unit : numpy.ndarray
        Tonnes that one unit carries, roughly; turns a value of a unit into one of a tonne.
    delays : DelayTable
        Hours of waiting by load.
    prices : Scarcity
        Dollars a unit by load.
    arc_start : numpy.ndarray of int, shape (n_arcs + 1,)
        Entries of arc a are `arc_start[a]:arc_start[a + 1]`.
    server, measure : numpy.ndarray of int, shape (n_entries,)
        Server that the entry uses and the Measure by which it does.
    use : numpy.ndarray, shape (n_entries,)
        Units of capacity for one of the measure.
    """

    key: tuple[str, ...]
    kind: tuple[str, ...]
    unit: tuple[str, ...]
    t_per_unit: FloatArray
    delays: DelayTable
    prices: Scarcity
    arc_start: IntArray
    server: IntArray
    measure: IntArray
    use: FloatArray

    @property
    def n_servers(self) -> int:
        """Number of servers."""
        return len(self.key)

    @property
    def capacity(self) -> FloatArray:
        """Capacity of every server in its unit."""
        return self.delays.capacity

    def response(self, load: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Hours of waiting and price of scarcity at a load, and what both rise by for one unit more.

        Parameters
        ----------
        load : numpy.ndarray, shape (n_servers,)
            Loads.

        Returns
        -------
        delay_h, price_usd, delay_slope_h, price_slope_usd : numpy.ndarray, shape (n_servers,)
            Waits are at most LONGEST_WAIT_H.
        """
        wait, wait_slope = self.delays.delay_and_slope(load)
        ease = np.exp(-wait / LONGEST_WAIT_H)
        price, price_slope = self.prices.value_and_slope(load)
        return LONGEST_WAIT_H * (1.0 - ease), price, wait_slope * ease, price_slope

    def with_capacity(self, capacity: FloatArray) -> Servers:
        """Copy with other capacities.

        Parameters
        ----------
        capacity : numpy.ndarray, shape (n_servers,)
            Capacities in the units of the servers, above 0.

        Returns
        -------
        Servers
        """
        delays = self.delays.with_capacity(capacity)
        return replace(self, delays=delays, prices=replace(self.prices, capacity=delays.capacity))

    def grown(self, capacity: FloatArray) -> Servers:
        """Copy with other capacities, at which services follow each other as much faster: more trains, more ships.

        Parameters
        ----------
        capacity : numpy.ndarray, shape (n_servers,)
            Capacities in the units of the servers, above 0.

        Returns
        -------
        Servers
        """
        parameters = self.delays.parameters.copy()
        queues = self.delays.form == CODES["queue"]
        # The first parameter of a queue is the time between two services, the second the capacity.
        parameters[queues, 0] *= self.capacity[queues] / capacity[queues]
        found = replace(self, delays=replace(self.delays, parameters=parameters))
        return found.with_capacity(capacity)

    def start(self) -> FloatArray:
        """Loads from which a solver may begin, shape (n_servers,)."""
        return START_SHARE * self.capacity
