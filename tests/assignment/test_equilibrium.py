"""Equilibria against closed forms, against their certificate and against a second method."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest
from drawn_roads import demand, linear, random_roads, roads, servers
from hypothesis import given, settings
from hypothesis import strategies as st

from caspia.assignment import certify, equilibrium
from caspia.assignment.certificate import beckmann, least_costs
from caspia.cost.delay import delay_table

GAP = 1e-10
INF = float("inf")


def test_pigou():
    """Everybody takes the road that grows with its load, and gains nothing by it."""
    found = equilibrium(roads([linear(0, 1, 1.0, 0.0), linear(0, 1, 0.0, 1.0)], [(0, 1, 1.0)]), gap=GAP)
    assert found.converged
    np.testing.assert_allclose(found.flow[0], [0.0, 1.0], atol=1e-6)
    np.testing.assert_allclose(found.pair_cost, [1.0], rtol=1e-8)


def test_braess():
    """The bridge makes everybody worse off: 92 instead of 83 (Braess 1968)."""
    sides = [linear(0, 1, 0, 10), linear(0, 2, 50, 1), linear(1, 3, 50, 1), linear(2, 3, 0, 10)]
    without = equilibrium(roads(sides, [(0, 3, 6.0)]), gap=GAP)
    bridged = equilibrium(roads([*sides, linear(1, 2, 10, 1)], [(0, 3, 6.0)]), gap=GAP)
    assert without.pair_cost[0] == pytest.approx(83.0, rel=1e-8)
    assert bridged.pair_cost[0] == pytest.approx(92.0, rel=1e-8)
    np.testing.assert_allclose(bridged.flow[0], [4, 2, 2, 4, 2], atol=1e-6)
    assert bridged.routes.n_routes == 3


@settings(deadline=None)
@given(st.floats(0.0, 5.0), st.floats(0.0, 5.0), st.floats(0.1, 4.0), st.floats(0.1, 4.0), st.floats(0.1, 20.0))
def test_two_linear_roads(a, b, p, q, amount):
    """The split is (b - a + q d) / (p + q), within the demand."""
    found = equilibrium(roads([linear(0, 1, a, p), linear(0, 1, b, q)], [(0, 1, amount)]), gap=1e-12)
    first = min(max((max(b, 1e-9) - max(a, 1e-9) + q * amount) / (p + q), 0.0), amount)
    np.testing.assert_allclose(found.flow[0], [first, amount - first], atol=1e-5 * amount)


@settings(deadline=None, derandomize=True, max_examples=100)
@given(st.data(), st.sampled_from([1, 2]))
def test_the_certificate_confirms_the_gap(data, classes):
    problem = data.draw(random_roads(classes))
    found = equilibrium(problem, gap=1e-8)
    seen = certify(problem, found)
    assert found.converged
    assert seen.relative_gap <= 1e-8 + 1e-13
    assert seen.relative_gap == pytest.approx(found.relative_gap, abs=1e-12)
    assert seen.imbalance < 1e-12
    assert seen.route_mismatch < 1e-12
    assert seen.least_flow >= 0.0
    assert seen.unserved == 0.0


@settings(deadline=None, derandomize=True, max_examples=60)
@given(random_roads(2))
def test_routes_are_routes_and_cost_what_they_say(problem):
    found = equilibrium(problem, gap=1e-8)
    routes, wanted = found.routes, problem.demand
    cost = problem.arc_costs(problem.delays.delay(found.server_load))
    split = np.bincount(routes.pair, routes.flow, minlength=wanted.n_pairs)
    np.testing.assert_allclose(split, wanted.amount, rtol=1e-12, atol=1e-14)
    for route in range(routes.n_routes):
        arcs, pair = routes.arcs_of(route), routes.pair[route]
        at = wanted.origin[pair]
        for arc in arcs:
            assert problem.tail[arc] == at
            at = problem.head[arc]
        assert at == wanted.destination[pair]
        assert routes.cost[route] == pytest.approx(cost[wanted.class_index[pair], arcs].sum(), rel=1e-12)
        assert routes.cost[route] >= found.pair_cost[pair] * (1 - 1e-12)


@settings(deadline=None, derandomize=True, max_examples=6)
@given(random_roads(2))
def test_a_slow_method_finds_the_same_optimum(problem):
    """Frank and Wolfe's, with trees of the certificate and a line search by halving; its bound holds, too."""
    ours = beckmann(problem, equilibrium(problem, gap=1e-10).flow)
    theirs, bound = frank_wolfe(problem, 60)
    assert bound - 1e-9 * abs(ours) <= ours <= theirs + 1e-9 * abs(ours)


def frank_wolfe(problem, turns):
    """Return the best value of Beckmann's function and the best lower bound that were met."""
    ratio = problem.value_of_delay / problem.class_load[:, 0]  # felt over loaded: use and felt are one here
    flow, best, bound = None, INF, -INF
    for _ in range(turns):
        now = np.zeros_like(problem.fixed_cost) if flow is None else flow
        cost = problem.arc_costs(problem.delays.delay(problem.server_loads(now)))
        target = all_or_nothing(problem, cost)
        if flow is None:
            flow = target
            continue
        step = target - flow
        slope = ((cost / ratio[:, None]) * step).sum()
        value = beckmann(problem, flow)
        best, bound = min(best, value), max(bound, value + slope)
        low, high = 0.0, 1.0
        for _ in range(40):
            middle = (low + high) / 2
            ahead = problem.arc_costs(problem.delays.delay(problem.server_loads(flow + middle * step)))
            low, high = (middle, high) if ((ahead / ratio[:, None]) * step).sum() < 0 else (low, middle)
        flow = flow + low * step
    return min(best, beckmann(problem, flow)), bound


def all_or_nothing(problem, cost):
    """Put every pair on one least-cost route, found by walking down the least costs to its destination."""
    flow = np.zeros_like(cost)
    wanted = problem.demand
    for pair in range(wanted.n_pairs):
        klass, end, at = wanted.class_index[pair], wanted.destination[pair], wanted.origin[pair]
        everywhere = np.arange(problem.n_vertices, dtype=np.int32)
        ends, klasses = np.full_like(everywhere, end), np.full_like(everywhere, klass)
        asked = replace(
            wanted, origin=everywhere, destination=ends, class_index=klasses, amount=np.ones(everywhere.size)
        )
        left = least_costs(replace(problem, demand=asked), cost)
        while at != end:
            out = np.flatnonzero(problem.tail == at)
            arc = out[np.argmin(cost[klass, out] + left[problem.head[out]])]
            flow[klass, arc] += wanted.amount[pair]
            at = problem.head[arc]
    return flow


@settings(deadline=None, derandomize=True, max_examples=40)
@given(random_roads(2), st.floats(0.5, 2.0))
def test_a_warm_start_gives_the_same_loads(problem, factor):
    before = equilibrium(problem, gap=1e-9)
    more = replace(problem.demand, amount=problem.demand.amount * factor)
    other = replace(problem, demand=more, delays=problem.delays.with_capacity(problem.delays.capacity * 1.1))
    cold, warm = equilibrium(other, gap=1e-11), equilibrium(other, gap=1e-11, warm=before)
    assert warm.converged
    assert beckmann(other, warm.flow) == pytest.approx(beckmann(other, cold.flow), rel=1e-10)
    assert certify(other, warm).imbalance < 1e-12
    scale = max(cold.server_load.max(initial=0.0), 1.0)
    np.testing.assert_allclose(warm.server_delay, cold.server_delay, rtol=1e-3, atol=1e-3)
    assert np.abs(warm.server_load - cold.server_load).max() < 0.05 * scale


def test_a_warm_start_from_the_answer_takes_one_round():
    arcs = [linear(0, 1, 0, 10), linear(0, 2, 50, 1), linear(1, 3, 50, 1), linear(2, 3, 0, 10), linear(1, 2, 10, 1)]
    problem = roads(arcs, [(0, 3, 6.0), (1, 3, 1.0)])
    first = equilibrium(problem, gap=1e-9)
    again = equilibrium(problem, gap=1e-8, warm=first)
    assert again.iterations == 1
    np.testing.assert_allclose(again.flow, first.flow, rtol=1e-12)


def test_a_warm_start_lets_go_of_routes_that_are_closed_and_finds_routes_for_new_pairs():
    problem = roads([linear(0, 1, 1, 1), linear(0, 1, 1, 1), linear(1, 2, 1, 1)], [(0, 1, 2.0)])
    before = equilibrium(problem, gap=1e-9)
    shut = np.array([[0.0, INF, 0.0]])
    after = equilibrium(
        replace(problem, fixed_cost=shut, demand=demand((0, 1, 0, 2.0), (0, 2, 0, 1.0))), warm=before
    )
    np.testing.assert_allclose(after.flow[0], [3.0, 0.0, 1.0], rtol=1e-12)


@settings(deadline=None, derandomize=True, max_examples=40)
@given(st.lists(st.tuples(st.floats(0.1, 5), st.floats(0.5, 9)), min_size=1, max_size=6), st.floats(0.1, 30))
def test_double_capacity_never_raises_the_cost_of_parallel_roads(rows, amount):
    problem = roads([(0, 1, free, capacity, 0.5, 4.0) for free, capacity in rows], [(0, 1, amount)])
    wider = replace(problem, delays=problem.delays.with_capacity(problem.delays.capacity * 2))
    costs = [certify(p, equilibrium(p, gap=1e-9)).total_cost for p in (problem, wider)]
    assert costs[1] <= costs[0] * (1 + 1e-8)


def ferry_and_rail(bans=False, amounts=(4.0, 4.0)):
    """Two classes between two ports: a ferry server that both load, and a railway that costs 10 and never fills.

    An hour costs the first class 1, the second 4; a unit of the second takes two places on the ferry.
    """
    fixed = np.array([[0.0, 10.0], [0.0, INF if bans else 10.0]])
    ferry = delay_table(["bpr"], [[1.0, 1.0, 1.0, 1.0]])
    return servers(
        [(0, 1), (0, 1)],
        ferry,
        [(0, 0, 1.0, 0, 1.0)],
        fixed_cost=fixed,
        value_of_delay=np.array([1.0, 4.0]),
        class_load=np.array([[1.0], [2.0]]),
        demand=demand((0, 1, 0, amounts[0]), (0, 1, 1, amounts[1])),
    )


def test_classes_with_other_values_of_time_share_a_server():
    """The second class leaves at a wait of 2.5 h, the first at 10 h: the ferry carries all 4 units of the first.

    They alone make it 5 h, so the whole second class goes by rail.
    """
    found = equilibrium(ferry_and_rail(), gap=GAP)
    np.testing.assert_allclose(found.flow, [[4.0, 0.0], [0.0, 4.0]], atol=1e-7)
    np.testing.assert_allclose(found.server_load, [4.0], rtol=1e-7)
    few = equilibrium(ferry_and_rail(amounts=(0.5, 4.0)), gap=1e-12)
    np.testing.assert_allclose(few.flow, [[0.5, 0.0], [0.5, 3.5]], atol=1e-6)  # 1 + 0.5 + 2 * 0.5 = 2.5 h


def test_a_ban_keeps_a_class_off():
    found = equilibrium(ferry_and_rail(bans=True), gap=GAP)
    assert found.flow[1, 1] == 0.0
    np.testing.assert_allclose(found.flow[1, 0], 4.0, rtol=1e-12)
    np.testing.assert_allclose(found.flow[0], [1.0, 3.0], atol=1e-6)  # 8 places are taken; one more makes it 10 h
    assert found.pair_cost[0] == pytest.approx(10.0, rel=1e-6)


def test_two_lines_share_one_fleet():
    """One server felt on two arcs, which use it for one and for three units: loads add up, delays are shared."""
    fleet = delay_table(["bpr", "bpr"], [[1.0, 10.0, 1.0, 1.0], [8.0, 1.0, 0.0, 0.0]])
    problem = servers(
        [(0, 1), (0, 2), (0, 1)],
        fleet,
        [(0, 0, 1.0, 0, 1.0), (1, 0, 3.0, 0, 2.0), (2, 1, 1.0, 0, 1.0)],
        fixed_cost=np.zeros((1, 3)),
        value_of_delay=np.ones(1),
        class_load=np.ones((1, 1)),
        demand=demand((0, 1, 0, 50.0), (0, 2, 0, 10.0)),
    )
    found = equilibrium(problem, gap=1e-12)
    np.testing.assert_allclose(found.flow, [[40.0, 10.0, 10.0]], rtol=1e-6)  # 1 + (40 + 3 * 10) / 10 = 8 h
    assert found.pair_cost.tolist() == pytest.approx([8.0, 16.0], rel=1e-6)
    assert np.isnan(beckmann(problem, found.flow))


def test_no_way_through_a_zone():
    """The short way leads through vertex 1, which is no thoroughfare; routes may still start and end there."""
    arcs = [linear(0, 1, 1, 1), linear(1, 2, 1, 1), linear(0, 2, 9, 1)]
    closed = np.array([False, True, False])
    found = equilibrium(roads(arcs, [(0, 2, 1.0), (0, 1, 1.0), (1, 2, 1.0)], no_through=closed), gap=GAP)
    np.testing.assert_allclose(found.flow, [[1.0, 1.0, 1.0]], rtol=1e-12)
    assert found.pair_cost.tolist() == pytest.approx([10.0, 2.0, 2.0])


@settings(deadline=None, derandomize=True, max_examples=150)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.3, 0.7]))
def test_zones_by_which_no_route_goes_on(seed, closed):
    """Zones on one road each, in pairs of their own, closed, and closed beside closed; trees leave them out."""
    rng = np.random.default_rng(seed)
    core, hung = int(rng.integers(2, 6)), int(rng.integers(1, 6))
    ends = [(v, (v + 1) % core) for v in range(core)] + rng.integers(0, core, (4, 2)).tolist()
    for zone in range(core, core + hung):
        at = int(rng.integers(0, zone))  # another zone may hang on a zone
        ends += [(at, zone), (zone, at)] if rng.random() < 0.8 else [(at, zone)]
    n = core + hung + 2
    ends += [(n - 2, n - 1), (n - 1, n - 2)]  # two that only lead to each other
    rules = np.array([rng.uniform(0.5, 5.0, len(ends)), rng.uniform(0.1, 2.0, len(ends))]).T
    arcs = [linear(tail, head, *rule) for (tail, head), rule in zip(ends, rules, strict=True)]
    pairs = [(o, d, float(rng.uniform(0.0, 3.0))) for o in range(n) for d in range(n)]
    problem = roads(arcs, pairs, no_through=rng.random(n) < closed)
    found = equilibrium(problem, gap=GAP)
    seen = certify(problem, found)
    assert found.converged
    assert seen.relative_gap <= GAP + 1e-13
    assert seen.imbalance < 1e-12
    least = least_costs(problem, problem.arc_costs(problem.delays.delay(found.server_load)))
    np.testing.assert_allclose(found.pair_cost, least, rtol=1e-12)
    assert found.unserved.tolist() == np.where(np.isinf(least), problem.demand.amount, 0.0).tolist()


def test_demand_that_nothing_serves_is_declared():
    """No road into vertex 2; the second class banned from the only one to 1; the rest flows as if alone."""
    problem = servers(
        [(0, 1), (2, 1)],
        delay_table(["bpr"] * 2, [[1.0, 1.0, 1.0, 1.0]] * 2),
        [(0, 0, 1.0, 0, 1.0), (1, 1, 1.0, 0, 1.0)],
        fixed_cost=np.array([[0.0, 0.0], [INF, 0.0]]),
        value_of_delay=np.ones(2),
        class_load=np.ones((2, 1)),
        demand=demand((0, 1, 0, 3.0), (0, 2, 0, 2.0), (0, 1, 1, 5.0), (0, 0, 0, 7.0)),
    )
    found = equilibrium(problem, gap=GAP)
    assert found.converged
    assert found.unserved.tolist() == [0.0, 2.0, 5.0, 0.0]
    assert found.pair_cost.tolist() == [4.0, INF, INF, 0.0]
    assert found.flow.tolist() == [[3.0, 0.0], [0.0, 0.0]]
    assert certify(problem, found).unserved == 7.0


@pytest.mark.parametrize("pairs", [[], [(0, 1, 0.0)], [(0, 0, 2.0)]])
def test_nothing_to_carry(pairs):
    found = equilibrium(roads([linear(0, 1, 1, 1)], pairs))
    assert found.converged
    assert found.relative_gap == 0.0
    assert found.flow.tolist() == [[0.0]]


def test_an_unconverged_run_says_so():
    arcs = [(0, 1, 1.0, 1.0, 0.15, 4.0), (0, 1, 1.1, 1.0, 0.15, 4.0), (0, 1, 1.2, 2.0, 0.15, 4.0)]
    found = equilibrium(roads(arcs, [(0, 1, 9.0)]), gap=1e-12, max_iterations=1)
    assert not found.converged
    assert found.relative_gap > found.gap
    assert found.iterations == 1


def test_progress_reports_the_gap_of_every_round():
    seen = []
    arcs = [(0, 1, 1.0, 1.0, 0.15, 4.0), (0, 1, 1.1, 1.0, 0.15, 4.0)]
    found = equilibrium(roads(arcs, [(0, 1, 9.0)]), gap=1e-10, progress=lambda i, gap: seen.append((i, gap)))
    assert [i for i, _ in seen] == list(range(1, found.iterations + 1))
    assert seen[-1][1] == found.relative_gap


def grid(side, seed):
    """A town of side x side crossings with demand between all pairs of every third one."""
    rng = np.random.default_rng(seed)
    n = side * side
    arcs = []
    for v in range(n):
        for w in ([v + 1] if (v + 1) % side else []) + ([v + side] if v + side < n else []):
            arcs += [(a, b, rng.uniform(1, 3), rng.uniform(20, 60), 0.15, 4.0) for a, b in ((v, w), (w, v))]
    zones = range(0, n, 3)
    pairs = [(o, d, rng.uniform(0, 1.5)) for o in zones for d in zones if o != d]
    return roads(arcs, pairs)


def test_a_town_to_ten_digits_whatever_the_number_of_threads(monkeypatch):
    """Large enough for the store to grow; threads forced upon it."""
    problem = grid(7, 5)
    one = equilibrium(problem, gap=1e-10, workers=1)
    monkeypatch.setattr(sys.modules["caspia.assignment._solver"], "WORTH_THREADS", 0)
    three = equilibrium(problem, gap=1e-10, workers=3)
    assert one.converged
    assert certify(problem, one).relative_gap < 1.1e-10
    assert np.array_equal(one.flow, three.flow)
    assert np.array_equal(one.routes.arcs, three.routes.arcs)
