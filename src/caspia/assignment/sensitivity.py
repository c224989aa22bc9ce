"""What more capacity is worth: the derivative of the benefit of all users at a stochastic equilibrium.

At the equilibrium the load is the one that comes out of the choice, `x = X(x, k)`, with the capacities k. A little
more of one capacity changes delays and prices at once, and again through the loads that answer. One system of
equations, transposed, gives the answer of all servers together (the adjoint method):

    dx = U' H (C dx + F d delay + U d price),    C = F delay' + U price'
    dBenefit = -(f . d delay + x . d price) - w . dx,    w = f delay' + x price'

with the entries of routes that use a server U and that feel an hour of it F, what all pay for an hour f, the loads
x, and the answer H of route flows to route costs, which is that of the logit choice with its answering demand.

References
----------
Tobin, R. L., Friesz, T. L. (1988), Sensitivity analysis for equilibrium network flow, Transportation Science 22,
242-250.
"""

from __future__ import annotations

from dataclasses import dataclass
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
    if len(grouping.first) == 0:
        return np.zeros(len(grouping.group))
    table, series = grouping.table, grouping.series(servers)
    load = series.gather(found.load)
    _, _, delay_slope, price_slope = series.response(load)
    use, felt = _rows(table, table.use), _rows(table, table.felt)
    answer = _Answer.of(table, choice, found.flow)
    paid, out = felt.T @ found.flow, use.T @ found.flow
    slopes = _rows(table, table.felt * delay_slope[table.server] + table.use * price_slope[table.server])
    matrix = np.eye(table.n_servers) - answer.between(use, slopes)
    adjoint = np.linalg.solve(matrix.T, paid * delay_slope + out * price_slope)
    told = answer.of_costs(use @ adjoint)
    group = np.maximum(grouping.group, 0)
    whole_delay, whole_price = (paid + felt.T @ told)[group], (out + use.T @ told)[group]
    capacity = servers.capacity
    delay, price, _, _ = servers.response(found.load)
    less, lower, _, _ = servers.with_capacity(capacity * (1.0 + step)).response(found.load)
    shorter, cheaper = (less - delay) / (step * capacity), (lower - price) / (step * capacity)
    return np.where(grouping.group >= 0, -(whole_delay * shorter + whole_price * cheaper), 0.0)


def _rows(table: RouteTable, values: Floats) -> Any:
    shape = (table.n_routes, table.n_servers)
    return sparse.csr_matrix((values, table.server, table.entry_start), shape=shape)


@dataclass(frozen=True, eq=False)
class _Answer:
    """How flows of routes answer to a little more of the costs of routes; symmetric."""

    own: Floats
    sums: Any
    means: Any
    shared: Floats

    @classmethod
    def of(cls, table: RouteTable, choice: Choice, flow: Floats) -> _Answer:
        pair, route = table.pair, np.arange(table.n_routes)
        amount = np.bincount(pair, flow, table.n_pairs)
        share = flow / np.where(amount > 0, amount, 1.0)[pair]
        shape = (table.n_pairs, table.n_routes)
        sums = sparse.csr_matrix((flow, (pair, route)), shape=shape)
        means = sparse.csr_matrix((share, (pair, route)), shape=shape)
        return cls(-choice.scale[pair] * flow, sums, means, choice.scale + choice.response)

    def of_costs(self, cost: Floats) -> Floats:
        """Change of the flow of every route."""
        return np.asarray(self.own * cost + self.means.T @ (self.shared * (self.sums @ cost)))

    def between(self, use: Any, slopes: Any) -> Floats:
        """Change of every load for a unit of load more at each server, shape (n_servers, n_servers)."""
        alone = use.T @ sparse.diags(self.own) @ slopes
        together = (self.sums @ use).T @ sparse.diags(self.shared) @ (self.means @ slopes)
        return np.asarray((alone + together).toarray(), dtype=np.float64)
