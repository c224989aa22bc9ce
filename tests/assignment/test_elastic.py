"""Demand that answers to its cost: against closed forms, an independent solution, and what theory promises."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_roads import demand, linear, random_roads, roads, servers
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize

from caspia.assignment import certify, equilibrium
from caspia.cost.delay import delay_table
from caspia.errors import DataError

INF = float("inf")


def elastic(problem, response, reference):
    """The same problem with demand of amount * exp(response * (cost - reference))."""
    n = problem.demand.n_pairs
    parts = {
        "response": np.broadcast_to(np.asarray(response, float), n).copy(),
        "reference": np.broadcast_to(np.asarray(reference, float), n).copy(),
    }
    return replace(problem, demand=replace(problem.demand, **parts))


@st.composite
def answering_roads(draw, classes=1):
    """Drawn roads of which some pairs answer, some do not; references near the costs that arise."""
    problem = draw(random_roads(classes))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = problem.demand.n_pairs
    response = -rng.uniform(0.01, 0.6, n) * (rng.random(n) < 0.7)
    return elastic(problem, response, rng.uniform(0.5, 30.0, n))


@settings(deadline=None, derandomize=True, max_examples=50)
@given(st.floats(0.1, 5.0), st.floats(0.0, 4.0), st.floats(0.1, 20.0), st.floats(0.01, 1.0), st.floats(0.0, 20.0))
def test_one_road_carries_what_bears_its_cost(free, factor, amount, response, reference):
    problem = elastic(roads([linear(0, 1, free, factor)], [(0, 1, amount)]), -response, reference)
    found = equilibrium(problem, gap=1e-12)

    def missing(d):
        return d - amount * np.exp(-response * (max(free, 1e-9) + factor * d - reference))

    wanted = brentq(missing, 0.0, amount * np.exp(response * reference) + 1.0, xtol=1e-14, rtol=1e-14)
    assert found.converged
    assert found.amount[0] == pytest.approx(wanted, rel=1e-5)
    assert found.flow[0, 0] == pytest.approx(found.amount[0], rel=1e-12)


@settings(deadline=None, derandomize=True, max_examples=80)
@given(st.data(), st.sampled_from([1, 2]))
def test_the_certificate_confirms_the_gap(data, classes):
    problem = data.draw(answering_roads(classes))
    found = equilibrium(problem, gap=1e-8)
    seen = certify(problem, found)
    assert found.converged
    assert seen.relative_gap <= 1e-8 + 1e-13
    assert seen.relative_gap == pytest.approx(found.relative_gap, abs=1e-11)
    assert seen.imbalance < 1e-12
    assert seen.route_mismatch < 1e-12
    assert seen.amount_mismatch < 1e-12
    assert seen.least_flow >= 0.0


@settings(deadline=None, derandomize=True, max_examples=30)
@given(answering_roads(2))
def test_demand_carried_is_that_of_the_least_cost(problem):
    found = equilibrium(problem, gap=1e-8)
    wanted = problem.demand
    bears = wanted.amount * np.exp(
        wanted.response * np.where(wanted.response < 0, found.pair_cost - wanted.reference, 0)
    )
    assert found.converged
    np.testing.assert_allclose(found.amount, bears, rtol=1e-3, atol=1e-4)


def test_the_certificate_fails_on_too_much_and_too_little_demand():
    """It must be able to fail: all of 3 units carried, or half of what would be."""
    arc = [linear(0, 1, 2.0, 1.0)]
    problem = elastic(roads(arc, [(0, 1, 3.0)]), -0.2, 2.0)
    right = equilibrium(problem, gap=1e-12)
    for amount in (3.0, 0.5 * float(right.amount[0])):
        other = equilibrium(roads(arc, [(0, 1, amount)]), gap=1e-12)
        assert certify(problem, other).relative_gap > 0.05
        assert certify(problem, other).objective > certify(problem, right).objective
    assert certify(problem, right).relative_gap <= 1e-12


def simple_paths(problem, origin, destination):
    """All routes without a vertex twice, as lists of arcs."""
    out, stack = [], [(origin, [], {origin})]
    while stack:
        at, arcs, met = stack.pop()
        if at == destination:
            out.append(arcs)
            continue
        ways = [(arc, problem.head[arc]) for arc in np.flatnonzero(problem.tail == at)]
        stack += [(head, [*arcs, arc], met | {head}) for arc, head in ways if head not in met]
    return out


def by_scipy(problem):
    """Minimise Sheffi's function over the flows of all routes; return flows on arcs and demand by pair."""
    wanted, columns, owner = problem.demand, [], []
    for pair in range(wanted.n_pairs):
        for arcs in simple_paths(problem, wanted.origin[pair], wanted.destination[pair]):
            columns.append(np.bincount(arcs, minlength=problem.n_arcs).astype(float))
            owner.append(pair)
    on_arc, owner = np.array(columns), np.array(owner)

    def value(flow):
        load = flow @ on_arc
        d = np.maximum(np.bincount(owner, flow, minlength=wanted.n_pairs), 1e-12)
        worth = wanted.reference + np.log(d / wanted.amount) / wanted.response
        area = d * (worth - 1.0 / wanted.response)
        total = problem.delays.area(load).sum() + problem.fixed_cost[0] @ load - area.sum()
        return total, on_arc @ (problem.delays.delay(load) + problem.fixed_cost[0]) - worth[owner]

    start = wanted.amount[owner] / np.bincount(owner)[owner]
    options = {"maxiter": 20000, "maxfun": 200000, "ftol": 1e-16, "gtol": 1e-10}
    best = minimize(value, start, jac=True, bounds=[(0.0, None)] * owner.size, method="L-BFGS-B", options=options)
    return best.x @ on_arc, np.bincount(owner, best.x, minlength=wanted.n_pairs), best.fun


@settings(deadline=None, derandomize=True, max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_an_independent_program_finds_the_same_flows(seed):
    rng = np.random.default_rng(seed)
    n = 5
    arcs = [(v, (v + 1) % n) for v in range(n)] + [((v + 1) % n, v) for v in range(n)]
    arcs += [tuple(rng.choice(n, 2, replace=False).tolist()) for _ in range(3)]
    rows = [
        (a, b, rng.uniform(1, 4), rng.uniform(2, 6), rng.uniform(0.2, 1), rng.choice([1.0, 2.0, 4.0]))
        for a, b in arcs
    ]
    pairs = [(0, 2, rng.uniform(2, 8)), (1, 4, rng.uniform(2, 8)), (3, 0, rng.uniform(2, 8))]
    problem = elastic(roads(rows, pairs, fixed_cost=rng.uniform(0, 1, len(arcs))), -rng.uniform(0.1, 0.5, 3), 5.0)
    found = equilibrium(problem, gap=1e-12)
    flow, amount, value = by_scipy(problem)
    assert certify(problem, found).objective <= value + 1e-9 * abs(value)
    np.testing.assert_allclose(found.amount, amount, rtol=1e-4)
    np.testing.assert_allclose(found.flow[0], flow, rtol=1e-3, atol=1e-3)


@settings(deadline=None, derandomize=True, max_examples=40)
@given(answering_roads(), st.floats(0.05, 5.0))
def test_a_dearer_way_out_never_raises_the_demand_carried(problem, toll):
    """All that leaves a vertex pays; what it costs is concave in the toll, and its derivative is what leaves."""
    door = problem.demand.origin[0]
    amount = np.where(problem.demand.origin == door, problem.demand.amount, 0.0)
    one = replace(problem, demand=replace(problem.demand, amount=amount))
    dearer = replace(one, fixed_cost=one.fixed_cost + toll * (one.tail == door))
    before, after = equilibrium(one, gap=1e-9), equilibrium(dearer, gap=1e-9)
    assert after.amount.sum() <= before.amount.sum() * (1 + 1e-6)


@settings(deadline=None, derandomize=True, max_examples=40)
@given(answering_roads(), st.integers(0, 30), st.floats(0.05, 5.0))
def test_a_dearer_arc_never_carries_more(problem, arc, toll):
    arc %= problem.n_arcs
    cost = problem.fixed_cost.copy()
    cost[0, arc] += toll
    before, after = equilibrium(problem, gap=1e-9), equilibrium(replace(problem, fixed_cost=cost), gap=1e-9)
    assert after.flow[0, arc] <= before.flow[0, arc] + 1e-4 * (1.0 + before.flow[0, arc])


@settings(deadline=None, derandomize=True, max_examples=40)
@given(
    st.lists(st.tuples(st.floats(0.1, 5), st.floats(0.5, 9)), min_size=1, max_size=5),
    st.floats(0.1, 30),
    st.floats(0.05, 5.0),
)
def test_a_dearer_one_of_parallel_roads_never_raises_the_demand_carried(rows, amount, toll):
    one = elastic(roads([(0, 1, free, room, 0.5, 4.0) for free, room in rows], [(0, 1, amount)]), -0.2, 3.0)
    cost = one.fixed_cost.copy()
    cost[0, 0] += toll
    before, after = equilibrium(one, gap=1e-9), equilibrium(replace(one, fixed_cost=cost), gap=1e-9)
    assert after.amount[0] <= before.amount[0] * (1 + 1e-6)


def test_but_a_dearer_bridge_may():
    """Braess's bridge, closed by a toll: everybody is better off, and more demand is carried (Braess 1968)."""
    sides = [
        linear(0, 1, 0, 10),
        linear(0, 2, 50, 1),
        linear(1, 3, 50, 1),
        linear(2, 3, 0, 10),
        linear(1, 2, 10, 1),
    ]
    bridged = elastic(roads(sides, [(0, 3, 6.0)]), -0.01, 92.0)
    closed = replace(bridged, fixed_cost=np.array([[0.0, 0.0, 0.0, 0.0, 90.0]]))
    before, after = equilibrium(bridged, gap=1e-11), equilibrium(closed, gap=1e-11)
    assert before.amount[0] == pytest.approx(6.0, rel=1e-6)
    assert after.amount[0] > 6.2


@settings(deadline=None, derandomize=True, max_examples=25)
@given(random_roads(2))
def test_without_response_demand_is_fixed(problem):
    fixed, found = equilibrium(problem, gap=1e-9), equilibrium(elastic(problem, 0.0, 7.0), gap=1e-9)
    assert np.array_equal(found.flow, fixed.flow)
    assert np.array_equal(found.amount, problem.demand.amount)


@settings(deadline=None, derandomize=True, max_examples=25)
@given(random_roads())
def test_a_faint_response_is_nearly_fixed_demand(problem):
    found = equilibrium(elastic(problem, -1e-5, 5.0), gap=1e-9)
    assert found.converged
    most = problem.demand.amount * (1.1e-5 * np.abs(found.pair_cost - 5.0) + 1e-9)
    assert np.all(np.abs(found.amount - problem.demand.amount) <= most)


@settings(deadline=None, derandomize=True, max_examples=30)
@given(answering_roads(), st.floats(0.6, 1.6))
def test_a_warm_start_carries_the_same_demand(problem, factor):
    before = equilibrium(problem, gap=1e-9)
    other = replace(problem, delays=problem.delays.with_capacity(problem.delays.capacity * factor))
    cold, warm = equilibrium(other, gap=1e-8), equilibrium(other, gap=1e-8, warm=before)
    assert warm.converged
    np.testing.assert_allclose(warm.amount, cold.amount, rtol=1e-3, atol=1e-4)
    assert certify(other, warm).relative_gap <= 1e-8 + 1e-13


def test_demand_that_nothing_serves_is_not_demand_that_is_priced_out():
    """Vertex 2 has no road into it; the second class is banned from the only one to 1; the third pays a lot."""
    problem = servers(
        [(0, 1), (2, 1)],
        delay_table(["bpr"] * 2, [[1.0, 1.0, 1.0, 1.0]] * 2),
        [(0, 0, 1.0, 0, 1.0), (1, 1, 1.0, 0, 1.0)],
        fixed_cost=np.array([[0.0, 0.0], [INF, 0.0], [90.0, 0.0]]),
        value_of_delay=np.ones(3),
        class_load=np.ones((3, 1)),
        demand=demand((0, 1, 0, 3.0), (0, 2, 0, 2.0), (0, 1, 1, 5.0), (0, 0, 0, 7.0), (0, 1, 2, 4.0)),
    )
    found = equilibrium(elastic(problem, -0.5, 4.0), gap=1e-11)
    assert found.converged
    assert found.unserved.tolist() == [0.0, 2.0, 5.0, 0.0, 0.0]
    assert found.amount[[1, 2]].tolist() == [0.0, 0.0]
    assert found.amount[3] == pytest.approx(7.0 * np.exp(2.0), rel=1e-12)
    assert 0.0 < found.amount[4] < 4.0 * np.exp(-0.5 * 86.0)
    assert certify(elastic(problem, -0.5, 4.0), found).unserved == 7.0


@pytest.mark.parametrize(
    ("part", "value", "word"),
    [
        ("response", [0.1], "grows"),
        ("response", [float("nan")], "grows"),
        ("reference", [INF], "refer"),
        ("reference", [1e6], "refer"),
        ("reference", None, "half"),
        ("response", [-0.1, -0.1], "shape"),
    ],
)
def test_an_impossible_answer_is_refused(part, value, word):
    problem = elastic(roads([linear(0, 1, 1, 1)], [(0, 1, 1.0)]), -0.1, 2.0)
    wrong = None if value is None else np.array(value)
    with pytest.raises(DataError, match=word) as raised:
        equilibrium(replace(problem, demand=replace(problem.demand, **{part: wrong})))
    assert f"demand.{part}" in str(raised.value)
