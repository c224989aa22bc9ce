"""The stochastic equilibrium against its certificate, closed forms and monotony."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from caspia.assignment import Choice, RouteTable, fixed_point_residual, group_servers, path_sizes, solve_logit
from caspia.assignment.bundles import bundle_routes
from caspia.assignment.logit import _Solver
from caspia.cost.capacity import LONGEST_WAIT_H
from caspia.cost.delay import delay_table
from caspia.cost.scarcity import Scarcity

Floats = np.ndarray


@dataclass(frozen=True, eq=False)
class Drawn:
    """Servers of the test: queues as long as those of the model at most, and prices of scarcity."""

    capacity: Floats
    price_usd: float = 5.0
    headway_h: float = 6.0

    def _delays(self):
        rows = [(self.headway_h, c, 1.0, 1.0) for c in self.capacity]
        return delay_table(["queue"] * len(rows), rows)

    def _prices(self) -> Scarcity:
        return Scarcity(np.full(len(self.capacity), self.price_usd), self.capacity)

    def response(self, load: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        wait, wait_slope = self._delays().delay_and_slope(load)
        price, price_slope = self._prices().value_and_slope(load)
        ease = np.exp(-wait / LONGEST_WAIT_H)
        return LONGEST_WAIT_H * (1.0 - ease), price, wait_slope * ease, price_slope

    def start(self) -> Floats:
        return 0.9 * self.capacity


def two_routes(cost: tuple[float, float] = (10.0, 12.0)) -> RouteTable:
    """One pair, two routes, a server on the first."""
    return RouteTable(
        pair_start=np.array([0, 2]),
        pair_class=np.array([0]),
        cost=np.array(cost),
        path_size=np.ones(2),
        entry_start=np.array([0, 1, 1]),
        server=np.array([0]),
        use=np.array([1.0]),
        felt=np.array([0.5]),
        n_servers=1,
    )


def fixed(amount: float, scale: float = 0.5) -> Choice:
    return Choice(np.array([amount]), np.array([scale]), np.zeros(1), np.zeros(1))


def test_two_routes_have_the_root_of_one_equation() -> None:
    servers = Drawn(np.array([100.0]))
    found = solve_logit(two_routes(), fixed(150.0), servers, residual=1e-12)

    def excess(load: float) -> float:
        x = np.array([load])
        wait, price, _, _ = servers.response(x)
        cost = 10.0 + 0.5 * wait[0] + price[0]
        return 150.0 / (1 + np.exp(0.5 * (cost - 12.0))) - load

    assert found.converged
    assert found.flow[0] == pytest.approx(brentq(excess, 0.0, 150.0, xtol=1e-12), rel=1e-9)
    assert found.flow.sum() == pytest.approx(150.0)


def test_without_servers_it_is_the_logit_with_path_sizes() -> None:
    table = replace(two_routes(), path_size=np.array([0.5, 1.0]), use=np.array([1e-12]))
    found = solve_logit(table, fixed(1.0), Drawn(np.array([1e9])))
    weight = np.array([0.5, 1.0]) * np.exp(-0.5 * np.array([10.0, 12.0]))
    assert found.flow == pytest.approx(weight / weight.sum(), rel=1e-6)
    assert found.logsum[0] == pytest.approx(-np.log(weight.sum()) / 0.5, rel=1e-6)


def test_closed_routes_carry_nothing_and_closed_pairs_are_unserved() -> None:
    table = replace(two_routes(), cost=np.array([np.inf, 12.0]))
    found = solve_logit(table, fixed(150.0), Drawn(np.array([100.0])))
    assert found.flow.tolist() == [0.0, 150.0]
    shut = solve_logit(replace(table, cost=np.array([np.inf, np.inf])), fixed(150.0), Drawn(np.array([100.0])))
    assert (shut.amount[0], shut.unserved[0], shut.logsum[0]) == (0.0, 150.0, np.inf)
    assert shut.converged


def test_demand_answers_to_the_logsum() -> None:
    servers = Drawn(np.array([100.0]))
    base = solve_logit(two_routes(), fixed(150.0), servers, residual=1e-12)
    wants = replace(fixed(150.0), response=np.array([-0.1]), reference=base.logsum)
    same = solve_logit(two_routes(), wants, servers, residual=1e-12)
    assert same.flow == pytest.approx(base.flow, rel=1e-8)
    dear = solve_logit(two_routes((15.0, 17.0)), wants, servers, residual=1e-12)
    assert dear.amount[0] == pytest.approx(150.0 * np.exp(-0.1 * (dear.logsum[0] - base.logsum[0])), rel=1e-9)
    assert dear.amount[0] < 150.0


@st.composite
def markets(draw: st.DrawFn) -> tuple[RouteTable, Choice, Drawn]:
    n_pairs = draw(st.integers(1, 6))
    n_servers = draw(st.integers(1, 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    per_pair = rng.integers(1, 5, n_pairs)
    pair_start = np.concatenate([[0], np.cumsum(per_pair)])
    n_routes = int(pair_start[-1])
    per_route = rng.integers(0, 4, n_routes)
    entry_start = np.concatenate([[0], np.cumsum(per_route)])
    n_entries = int(entry_start[-1])
    pair = np.repeat(np.arange(n_pairs), per_pair)
    value = rng.uniform(0.0, 2.0, n_pairs)[pair]
    felt = np.repeat(value, per_route) * rng.integers(0, 2, n_entries)
    table = RouteTable(
        pair_start,
        rng.integers(0, 3, n_pairs),
        rng.uniform(5.0, 50.0, n_routes),
        rng.uniform(0.2, 1.0, n_routes),
        entry_start,
        rng.integers(0, n_servers, n_entries),
        rng.uniform(0.1, 2.0, n_entries),
        felt,
        n_servers,
    )
    amount = rng.uniform(1.0, 300.0, n_pairs)
    response = -rng.uniform(0.0, 0.1, n_pairs) * draw(st.booleans())
    choice = Choice(amount, rng.uniform(0.02, 0.8, n_pairs), response, rng.uniform(5.0, 50.0, n_pairs))
    return table, choice, Drawn(rng.uniform(20.0, 400.0, n_servers))


@settings(max_examples=60, deadline=None)
@given(markets())
def test_the_certificate_holds_on_any_market(market) -> None:
    table, choice, servers = market
    found = solve_logit(table, choice, servers, residual=1e-8)
    assert found.converged
    assert fixed_point_residual(table, choice, servers, found.flow) <= 1e-8
    assert (found.flow >= 0).all()
    loads = np.bincount(table.server, table.use * found.flow[table.route_of_entry], table.n_servers)
    assert found.load == pytest.approx(loads, rel=1e-9, abs=1e-9)
    amounts = np.bincount(table.pair, found.flow, table.n_pairs)
    assert found.amount == pytest.approx(amounts, rel=1e-9)


@settings(max_examples=30, deadline=None)
@given(markets(), st.floats(1.1, 4.0))
def test_a_warm_start_finds_the_same_equilibrium(market, factor: float) -> None:
    table, choice, servers = market
    # All feel an hour alike: else there may be several equilibria.
    table = replace(table, felt=0.5 * table.use)
    found = solve_logit(table, choice, servers, residual=1e-10)
    again = solve_logit(table, choice, servers, residual=1e-10, warm=found.load * factor)
    if not (found.converged and again.converged):
        return
    assert again.flow == pytest.approx(found.flow, rel=1e-5, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(markets())
def test_the_certificate_fails_on_other_flows(market) -> None:
    """It must be able to fail: flows moved from one route to another are no equilibrium."""
    table, choice, servers = market
    found = solve_logit(table, choice, servers, residual=1e-9)
    several = np.flatnonzero(np.diff(table.pair_start) > 1)
    if len(several) == 0:
        return
    first = table.pair_start[several[0]]
    moved = found.flow.copy()
    moved[first] += 0.1 * moved[first + 1]
    moved[first + 1] *= 0.9
    if found.flow[first + 1] > 1e-3 * found.flow.sum():
        assert fixed_point_residual(table, choice, servers, moved) > 1e-6


def test_more_capacity_of_one_server_is_never_worse_on_parallel_routes() -> None:
    costs = [
        solve_logit(two_routes(), fixed(150.0), Drawn(np.array([capacity])), residual=1e-11).logsum[0]
        for capacity in (60.0, 80.0, 120.0, 200.0)
    ]
    assert costs == sorted(costs, reverse=True)


def test_what_does_not_converge_says_so() -> None:
    found = solve_logit(two_routes(), fixed(1500.0), Drawn(np.array([100.0])), residual=1e-30, max_iterations=3)
    assert not found.converged
    assert found.residual > 1e-30


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_path_sizes_are_shares(seed: int) -> None:
    rng = np.random.default_rng(seed)
    starts = np.concatenate([[0], np.cumsum(rng.integers(1, 6, 6))])
    items = np.concatenate([rng.permutation(8)[:n] for n in np.diff(starts)])
    sizes = path_sizes(np.array([0, 2, 6]), starts, items, rng.uniform(0.1, 5.0, 8))
    assert ((sizes > 0) & (sizes <= 1 + 1e-12)).all()
    # Routes of one pair share; those of another do not count.
    alone = path_sizes(np.arange(7), starts, items, np.ones(8))
    assert alone == pytest.approx(np.ones(6))


def test_servers_that_no_route_uses_have_no_load() -> None:
    table = replace(two_routes(), entry_start=np.zeros(3, np.int64), server=np.empty(0, np.int64), use=np.empty(0))
    found = group_servers(replace(table, felt=np.empty(0)))
    servers = Drawn(np.array([100.0]))
    assert found.series(servers).spread(np.empty(0)).tolist() == [0.0]
    settled = solve_logit(found.table, fixed(150.0), found.series(servers), bundles=found.bundles)
    assert settled.converged
    assert settled.flow.sum() == pytest.approx(150.0)


def test_loads_are_led_where_steps_circle() -> None:
    """Three routes that share three full servers at great odds: all cargo leaves one at once and comes back."""
    table = RouteTable(
        pair_start=np.array([0, 3]),
        pair_class=np.array([0]),
        cost=np.array([16.8, 22.5, 23.3]),
        path_size=np.array([0.6, 0.6, 0.6]),
        entry_start=np.array([0, 2, 5, 8]),
        server=np.array([0, 2, 0, 1, 1, 2, 2, 1]),
        use=np.array([1.97, 0.11, 1.34, 1.92, 0.34, 0.87, 1.39, 1.47]),
        felt=np.array([0.0, 2.25, 2.25, 2.25, 0.0, 0.0, 0.0, 2.25]),
        n_servers=3,
    )
    one, servers = (
        Choice(np.array([163.3]), np.array([0.7]), np.zeros(1), np.zeros(1)),
        np.array([104.6, 190.6, 213.9]),
    )
    found = solve_logit(table, one, Drawn(servers), residual=1e-9)
    assert found.converged
    assert found.iterations > 100
    assert fixed_point_residual(table, one, Drawn(servers), found.flow) <= 1e-9


@settings(max_examples=40, deadline=None)
@given(markets())
def test_bundles_change_no_sum(market) -> None:
    """Loading by bundles and sections is loading entry by entry, whatever the routes share."""
    table, choice, servers = market
    grouping = group_servers(table)
    series = grouping.series(servers)
    found = solve_logit(grouping.table, choice, series, bundles=grouping.bundles, residual=1e-9)
    assert fixed_point_residual(table, choice, servers, found.flow) <= 2e-9
    dearer = grouping.dearer(np.full(3, 1.5))
    again = solve_logit(dearer.table, choice, series, bundles=dearer.bundles, residual=1e-9)
    whole = replace(table, felt=1.5 * table.felt)
    assert fixed_point_residual(whole, choice, servers, again.flow) <= 2e-9


@settings(max_examples=40, deadline=None)
@given(markets(), st.integers(0, 2**32 - 1))
def test_steps_solve_the_equations_of_the_derivative(market, seed: int) -> None:
    """What servers lose for a little more load is the derivative of the loading, and a step solves with it."""
    table, choice, servers = market
    solver = _Solver(table, choice, servers, bundle_routes(table), (1e-9, 100))
    rng = np.random.default_rng(seed)
    at = solver.load(servers.capacity * rng.uniform(0.2, 0.8, table.n_servers))
    right, rate = servers.capacity * rng.uniform(-1.0, 1.0, table.n_servers), rng.uniform(0.5, 2.0, table.n_servers)
    step = solver._step(at, (solver.answers(at.flow), solver._losses(at)), (rate, right), 1e-12)
    h = 1e-6 * servers.capacity.min() / np.abs(step).max()
    lost = (solver.load(at.load - h * step).out - solver.load(at.load + h * step).out) / (2 * h)
    assert rate * step + lost == pytest.approx(right, rel=1e-4, abs=1e-4 * np.abs(right).max())
