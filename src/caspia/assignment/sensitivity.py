"""What more capacity is worth: the derivative of the benefit of all users at a stochastic equilibrium.

At the equilibrium the load is the one that comes out of the choice, `x = X(x, k)`, with the capacities k. A little
more of one capacity changes delays and prices at once, and again through the loads that answer. One system of
equations, transposed, gives the answer of all servers together (the adjoint method):

    dX = A (delay' dx + d delay) + B (price' dx + d price)
    dBenefit = -(f . d delay + x . d price) - w . dx,    w = f delay' + x price'

with the tonnes that feel an hour f, the loads x, and the response of loads to delays A and to prices B, which is
that of the logit choice with its answering demand.

References
----------
Tobin, R. L., Friesz, T. L. (1988), Sensitivity analysis for equilibrium network flow, Transportation Science 22,
242-250.
"""

from __future__ import annotations

from typing import Any, Protocol, Self

import numpy as np
from scipy import sparse

from caspia.assignment.compress import Grouping
from caspia.assignment.logit import LogitEquilibrium, Servers
from caspia.assignment.routes import Choice, Floats, RouteTable


class Widening(Servers, Protocol):
    """Servers whose capacities can be others."""

    def with_capacity(self, capacity: Floats) -> Self:
        """Copy with other capacities.

        Parameters
        ----------
        capacity : numpy.ndarray, shape (n_servers,)
            Capacities, above 0.

        Returns
        -------
        Widening
        """


def capacity_worth(
    grouping: Grouping, choice: Choice, servers: Widening, found: LogitEquilibrium, step: float
) -> Floats:
    """Benefit of all users for one unit of capacity more, of every server at once.

    Parameters
    ----------
    grouping : Grouping
        Routes over groups of servers, at the costs of the equilibrium.
    choice : Choice
        Demand and how it chooses.
    servers : Widening
        Capacities.
    found : LogitEquilibrium
        Equilibrium, with loads of every server.
    step : float
        Share of a capacity that is thought to be added; the answer of the loads is taken to be linear within it.

    Returns
    -------
    numpy.ndarray, shape (n_servers,)
        Money a year for one unit; 0 for a server that no route uses.
    """
    table, series = grouping.table, grouping.series(servers)
    load = series.gather(found.load)
    felt_t, out = _loads(table, found.flow)
    by_delay, by_price = _responses(table, choice, found.flow)
    delay_slope, price_slope = series.delay_slope(load), series.price_slope(load)
    matrix = np.eye(table.n_servers) - by_delay * delay_slope - by_price * price_slope
    adjoint = np.linalg.solve(matrix.T, felt_t * delay_slope + out * price_slope)
    capacity = servers.capacity
    wider = servers.with_capacity(capacity * (1.0 + step))
    shorter = (wider.delay_h(found.load) - servers.delay_h(found.load)) / (step * capacity)
    cheaper = (wider.price(found.load) - servers.price(found.load)) / (step * capacity)
    group = np.maximum(grouping.group, 0)
    whole_delay, whole_price = felt_t + by_delay.T @ adjoint, out + by_price.T @ adjoint
    worth = -(whole_delay[group] * shorter + whole_price[group] * cheaper)
    return np.where(grouping.group >= 0, worth, 0.0)


def _rows(table: RouteTable, values: Floats) -> Any:
    shape = (table.n_routes, table.n_servers)
    return sparse.csr_matrix((values, table.server, table.entry_start), shape=shape)


def _loads(table: RouteTable, flow: Floats) -> tuple[Floats, Floats]:
    """Money that an hour of each server costs all that use it, and its load; shapes (n_servers,)."""
    weight = flow[table.route_of_entry]
    felt = np.bincount(table.server, table.felt * weight, table.n_servers)
    out = np.bincount(table.server, table.use * weight, table.n_servers)
    return felt.astype(np.float64), out.astype(np.float64)


def _responses(table: RouteTable, choice: Choice, flow: Floats) -> tuple[Floats, Floats]:
    """Change of every load for an hour more and for a dollar more at each server; shapes (n_servers, n_servers)."""
    pair, n_routes = table.pair, table.n_routes
    amount = np.bincount(pair, flow, table.n_pairs)
    share = flow / np.where(amount > 0, amount, 1.0)[pair]
    use, felt = _rows(table, table.use), _rows(table, table.felt)
    sums = sparse.csr_matrix((flow, (pair, np.arange(n_routes))), shape=(table.n_pairs, n_routes))
    means = sparse.csr_matrix((share, (pair, np.arange(n_routes))), shape=(table.n_pairs, n_routes))
    own = use.T @ sparse.diags(-choice.scale[pair] * flow)
    shared = (sums @ use).T @ sparse.diags(choice.scale + choice.response)
    by_delay = own @ felt + shared @ (means @ felt)
    by_price = own @ use + shared @ (means @ use)
    return np.asarray(by_delay.toarray(), dtype=np.float64), np.asarray(by_price.toarray(), dtype=np.float64)
