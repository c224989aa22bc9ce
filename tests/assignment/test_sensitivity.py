"""What more capacity is worth, against the equilibrium with more of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from test_logit import Drawn, fixed, markets, two_routes

from caspia.assignment import capacity_worth, group_servers, solve_logit
from caspia.study.flow_frames import user_benefit


@dataclass(frozen=True, eq=False)
class Wide(Drawn):
    """Servers whose capacity can be another."""

    def with_capacity(self, capacity):
        return replace(self, capacity=capacity)


STEP = 1e-4


def by_solving(table, choice, servers, row):
    """Benefit of a unit more, from two equilibria around the capacity."""
    found = []
    for sign in (1, -1):
        capacity = servers.capacity.copy()
        capacity[row] *= 1 + sign * STEP
        found.append(solve_logit(table, choice, servers.with_capacity(capacity), residual=1e-13).logsum)
    return user_benefit(choice, found[1], found[0]) / (2 * STEP * servers.capacity[row])


@settings(max_examples=40, deadline=None)
@given(markets())
def test_worth_is_the_derivative_of_the_benefit(market) -> None:
    table, choice, drawn = market
    servers = Wide(drawn.capacity)
    found = solve_logit(table, choice, servers, residual=1e-12)
    worth = capacity_worth(group_servers(table), choice, servers, found, 1e-7)
    near = [by_solving(table, choice, servers, row) for row in range(table.n_servers)]
    # The difference of two logsums has no more digits than this.
    least = max(2e-3 * np.abs(near).max(), 1e-5)
    assert worth == pytest.approx(np.array(near), rel=2e-3, abs=least)


def test_servers_in_series_are_worth_what_each_delays() -> None:
    """Two servers that all use alike: more of the narrow one is worth more, and each its own."""
    table = replace(
        two_routes(),
        entry_start=np.array([0, 2, 2]),
        server=np.array([0, 1]),
        use=np.ones(2),
        felt=np.full(2, 0.5),
        n_servers=2,
    )
    servers = Wide(np.array([60.0, 90.0]))
    grouping = group_servers(table)
    assert len(grouping.first) == 1
    found = solve_logit(table, fixed(150.0), servers, residual=1e-12)
    worth = capacity_worth(grouping, fixed(150.0), servers, found, 1e-7)
    assert worth[0] > worth[1] > 0
    near = [by_solving(table, fixed(150.0), servers, row) for row in (0, 1)]
    assert worth == pytest.approx(near, rel=1e-3)


def test_what_no_route_uses_is_worth_nothing() -> None:
    table = replace(two_routes(), n_servers=2)
    servers = Wide(np.array([100.0, 100.0]))
    found = solve_logit(table, fixed(150.0), servers, residual=1e-10)
    worth = capacity_worth(group_servers(table), fixed(150.0), servers, found, 1e-3)
    assert worth[0] > 0
    assert worth[1] == 0
