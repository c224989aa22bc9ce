"""Network design: against full enumeration, against the equilibrium of another engine, and known paradoxes."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest
from drawn_designs import braess, network, random_designs
from hypothesis import given, settings
from hypothesis import strategies as st

from caspia.assignment import equilibrium
from caspia.errors import DataError, InputError
from caspia.investment import design, enumerate_designs

TOLERANCE = 1e-6


def total_cost(drawn, chosen):
    """Total cost of the equilibrium, by the engine of flows."""
    project = drawn.project
    shut = (project >= 0) & ~np.append(chosen, True)[project]
    fixed = np.where(shut, np.inf, drawn.problem.fixed_cost)
    found = equilibrium(replace(drawn.problem, fixed_cost=fixed), gap=1e-12, workers=1)
    assert found.converged
    used = found.flow[0] > 0
    return float((found.flow[0] * drawn.problem.arc_costs(found.server_delay)[0])[used].sum())


@given(random_designs())
def test_the_best_of_all_designs(drawn):
    found, every = design(drawn), enumerate_designs(drawn)
    assert found.proven
    assert found.value <= every.value * (1 + 3 * TOLERANCE)
    assert found.bound <= every.value * (1 + 1e-9)
    assert 0 <= found.gap <= TOLERANCE
    assert drawn.cost[found.chosen].sum() <= drawn.budget * (1 + 1e-9)


@given(random_designs())
def test_the_value_is_that_of_the_other_engine(drawn):
    found = design(drawn)
    assert found.value == pytest.approx(total_cost(drawn, found.chosen), rel=2e-5, abs=1e-9)
    assert not found.flow[(drawn.project >= 0) & ~np.append(found.chosen, True)[drawn.project]].any()


@given(random_designs(), st.integers(1, 6))
def test_a_search_given_up_still_bounds(drawn, nodes):
    found, best = design(drawn, max_nodes=nodes), design(drawn)
    assert found.bound <= best.value * (1 + 1e-9)
    assert found.value >= best.bound * (1 - 1e-9)


@settings(max_examples=6)
@given(random_designs())
def test_threads_change_nothing(drawn):
    one, three = design(drawn, workers=1), design(drawn, workers=3)
    assert (one.value, one.bound, one.nodes) == (three.value, three.bound, three.nodes)
    assert one.chosen.tolist() == three.chosen.tolist()
    assert one.flow.tolist() == three.flow.tolist()


@settings(max_examples=8)
@given(random_designs())
def test_more_money_is_never_worse(drawn):
    less, more = design(replace(drawn, budget=0.5 * drawn.budget)), design(drawn)
    assert more.bound <= less.value * (1 + 1e-9)


@pytest.mark.parametrize("budget", [0.0, 1.0, 100.0])
def test_a_road_that_slows_everybody_is_left_out(budget):
    found = design(braess(budget))
    assert found.chosen.tolist() == [False]
    assert found.value == pytest.approx(6 * 83.0, rel=1e-6)
    assert found.proven


def test_a_budget_for_everything_builds_what_helps():
    arcs = [(0, 1, 10.0, 1.0, 1.0, 4.0), (0, 1, 1.0, 9.0, 1.0, 4.0), (0, 1, 2.0, 9.0, 1.0, 4.0)]
    drawn = network(arcs, [(0, 1, 12.0)], [-1, 0, 1], [1.0, 1.0], 2.0)
    assert design(drawn).chosen.tolist() == [True, True]
    assert design(replace(drawn, budget=0.0)).chosen.tolist() == [False, False]
    assert design(replace(drawn, budget=1.0)).chosen.tolist() == [True, False]


def test_half_a_way_is_worth_nothing():
    """Two works in series that only help together, and a dear one beside them."""
    arcs = [
        (0, 2, 10.0, 1.0, 0.5, 4.0),
        (0, 1, 1.0, 9.0, 0.1, 4.0),
        (1, 2, 1.0, 9.0, 0.1, 4.0),
        (0, 2, 6.0, 9.0, 0.1, 4.0),
    ]
    drawn = network(arcs, [(0, 2, 2.0)], [-1, 0, 1, 2], [2.0, 2.0, 3.0], 3.5)
    assert design(drawn).chosen.tolist() == [False, False, True]
    assert design(replace(drawn, budget=4.0)).chosen.tolist() == [True, True, False]


def test_no_way_through_a_closed_vertex():
    arcs = [(0, 2, 5.0, 9.0, 0.1, 1.0), (0, 1, 1.0, 9.0, 0.1, 1.0), (1, 2, 1.0, 9.0, 0.1, 1.0)]
    drawn = network(arcs, [(0, 2, 2.0)], [-1, 0, 0], [1.0], 1.0, no_through=[False, True, False])
    found = design(drawn)
    assert found.chosen.tolist() == [False]
    assert found.flow.tolist() == [2.0, 0.0, 0.0]


def test_nobody_travels():
    found = design(network([(0, 1, 1.0, 1.0, 1.0, 1.0)] * 2, [], [-1, 0], [1.0], 1.0))
    assert (found.value, found.bound, found.proven) == (0.0, 0.0, True)


def test_what_is_not_a_road_network_is_refused():
    drawn = braess(1.0)
    for project in (np.zeros(5), np.zeros(4, np.int32), np.full(5, 1, np.int32), np.full(5, -2, np.int32)):
        with pytest.raises(DataError, match="project"):
            design(replace(drawn, project=project))
    entries = replace(drawn.problem, entry_server=np.array([0, 1, 2, 3, 3], np.int32))
    with pytest.raises(DataError, match="entry_server"):
        design(replace(drawn, problem=entries))
    response = replace(drawn.problem.demand, response=np.array([-1.0]), reference=np.array([1.0]))
    with pytest.raises(DataError, match="demand"):
        design(replace(drawn, problem=replace(drawn.problem, demand=response)))


def test_a_network_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(sys.modules["caspia.investment.design"], "MOST_CELLS", 10)
    with pytest.raises(InputError, match="too large"):
        design(braess(1.0))


def test_a_pair_that_only_a_project_joins_is_refused():
    with pytest.raises(InputError, match="from vertex 0 to 1"):
        design(network([(0, 1, 1.0, 1.0, 1.0, 1.0)], [(0, 1, 1.0)], [0], [1.0], 1.0))


@pytest.mark.parametrize(
    ("change", "options", "where"),
    [
        ({"budget": -1.0}, {}, "budget"),
        ({"cost": np.array([-1.0])}, {}, "cost[0]"),
        ({}, {"tolerance": 1.0}, "tolerance"),
        ({}, {"accuracy": 0.0}, "accuracy"),
        ({}, {"workers": 0}, "workers"),
        ({}, {"max_nodes": 0}, "max_nodes"),
    ],
)
def test_bad_input_is_named(change, options, where):
    with pytest.raises(InputError) as caught:
        design(replace(braess(1.0), **change), **options)
    assert caught.value.problem.where == where
