"""The stochastic behaviour of a problem, set beside the deterministic one and its certificate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caspia.assignment import (
    Choice,
    Demand,
    Problem,
    equilibrium,
    fixed_point_residual,
    road_problem,
    stochastic_equilibrium,
)
from caspia.assignment.stochastic import FreeServers
from caspia.cost.delay import delay_table


def pairs(origin: list[int], destination: list[int], amount: list[float]) -> Demand:
    ends = np.array(origin, np.int32), np.array(destination, np.int32)
    return Demand(*ends, np.zeros(len(origin), np.int32), np.array(amount, dtype=float))


def braess() -> Problem:
    """Four vertices, five arcs; the short cut is what everybody takes and nobody gains by."""
    rows = [[1e-9, 1.0, 1e10, 1.0], [50.0, 1.0, 0.02, 1.0], [45.0, 1.0, 0.03, 1.0], [1e-9, 1.0, 1e10, 1.0]]
    rows += [[10.0, 1.0, 0.1, 1.0]]
    delays = delay_table(["bpr"] * 5, rows)
    return road_problem([0, 0, 1, 2, 1], [1, 2, 3, 3, 2], 4, delays=delays, demand=pairs([0], [3], [6.0]))


def test_a_large_scale_comes_near_the_deterministic_equilibrium() -> None:
    problem = braess()
    sharp = equilibrium(problem, gap=1e-10)
    load = {scale: stochastic_equilibrium(problem, scale).result.load for scale in (0.5, 2.0, 20.0)}
    off = [np.abs(load[scale] - sharp.server_load).max() for scale in load]
    assert off == sorted(off, reverse=True)
    assert off[-1] < 0.05 * sharp.server_load.max()


def test_columns_are_found_as_they_are_worth_it() -> None:
    found = stochastic_equilibrium(braess(), 0.5)
    assert found.converged
    assert found.table.n_routes == 3
    assert found.rounds > 1


@st.composite
def networks(draw: st.DrawFn) -> tuple[Problem, float]:
    n = draw(st.integers(3, 7))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    ring = np.arange(n)
    tail = np.concatenate([ring, rng.integers(0, n, 2 * n)])
    head = np.concatenate([(ring + 1) % n, rng.integers(0, n, 2 * n)])
    rows = np.stack(
        [
            rng.uniform(1, 5, 3 * n),
            rng.uniform(5, 50, 3 * n),
            rng.uniform(0.1, 1.0, 3 * n),
            np.full(3 * n, 4.0),
        ],
        axis=1,
    )
    start = rng.permutation(n)[:2].tolist()
    end = [(vertex + 1 + int(rng.integers(0, n - 1))) % n for vertex in start]
    demand = pairs(start, end, rng.uniform(1, 40, 2).tolist())
    problem = road_problem(tail, head, n, delays=delay_table(["bpr"] * (3 * n), rows), demand=demand)
    return problem, draw(st.floats(0.05, 1.0))


@settings(max_examples=40, deadline=None)
@given(networks())
def test_flows_are_certified_and_conserved(drawn: tuple[Problem, float]) -> None:
    problem, scale = drawn
    found = stochastic_equilibrium(problem, scale)
    amount = problem.demand.amount
    choice = Choice(amount, np.full(2, scale), np.zeros(2), np.zeros(2))
    assert found.converged
    assert fixed_point_residual(found.table, choice, FreeServers(problem.delays), found.result.flow) <= 1e-8
    assert found.result.amount == pytest.approx(amount, rel=1e-9)
    for route, pair in enumerate(found.table.pair):
        arcs = found.arcs[found.first[route] : found.first[route + 1]]
        stops = np.concatenate([[problem.demand.origin[pair]], problem.head[arcs]])
        assert problem.tail[arcs].tolist() == stops[:-1].tolist()
        assert stops[-1] == problem.demand.destination[pair]


def test_a_banned_pair_is_unserved() -> None:
    delays = delay_table(["bpr"], [[1.0, 1.0, 0.0, 1.0]])
    problem = road_problem([0], [1], 3, delays=delays, demand=pairs([0, 0], [1, 2], [3.0, 4.0]))
    found = stochastic_equilibrium(problem, 1.0)
    assert found.result.unserved.tolist() == [0.0, 4.0]
    assert found.result.amount.tolist() == [3.0, 0.0]


def test_demand_answers_to_the_logsum() -> None:
    delays = delay_table(["bpr"], [[12.0, 1.0, 0.0, 1.0]])
    demand = replace(pairs([0], [1], [5.0]), response=np.array([-0.1]), reference=np.array([10.0]))
    found = stochastic_equilibrium(road_problem([0], [1], 2, delays=delays, demand=demand), 0.7)
    assert found.result.logsum == pytest.approx([12.0])
    assert found.result.amount == pytest.approx([5.0 * np.exp(-0.2)], rel=1e-12)
