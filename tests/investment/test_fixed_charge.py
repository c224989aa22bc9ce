"""Fixed-charge design: against enumeration of the open arcs, and against what its flows must hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_designs import random_charges
from hypothesis import given
from scipy.optimize import linprog

from caspia.errors import DataError, InputError
from caspia.investment import FixedCharge, enumerate_all, solve_fixed_charge


def balance(drawn):
    """What each node sends out of every commodity less what it gets, by arc; and what it should be."""
    out = np.zeros((drawn.n_nodes, drawn.tail.size))
    np.add.at(out, (drawn.tail, np.arange(drawn.tail.size)), 1.0)
    np.add.at(out, (drawn.head, np.arange(drawn.tail.size)), -1.0)
    wanted = np.zeros((drawn.n_nodes, drawn.amount.size))
    np.add.at(wanted, (drawn.origin, np.arange(drawn.amount.size)), drawn.amount)
    np.add.at(wanted, (drawn.destination, np.arange(drawn.amount.size)), -drawn.amount)
    return out, wanted


def shipping(drawn, opened):
    """Cost with given arcs open, by another solver's interface and the plain formulation."""
    out, wanted = balance(drawn)
    kinds = drawn.amount.size
    found = linprog(
        np.tile(drawn.unit_cost, kinds),
        A_ub=np.tile(np.eye(drawn.tail.size), kinds),
        b_ub=np.where(opened, drawn.capacity, 0.0),
        A_eq=np.kron(np.eye(kinds), out),
        b_eq=wanted.T.ravel(),
    )
    return found.fun + drawn.fixed_cost[opened].sum() if found.status == 0 else np.inf


@given(random_charges())
def test_the_best_of_all_open_arcs(drawn):
    found = solve_fixed_charge(drawn)
    every = enumerate_all(np.zeros(drawn.tail.size), 0.0, lambda opened: shipping(drawn, opened))
    assert found.proven
    assert found.value == pytest.approx(every.value, rel=1e-6, abs=1e-6)
    assert found.bound <= every.value + 1e-6


@given(random_charges())
def test_flows_hold_what_they_must(drawn):
    found = solve_fixed_charge(drawn)
    out, wanted = balance(drawn)
    np.testing.assert_allclose(out @ found.flow.T, wanted, atol=1e-6)
    assert (found.flow >= -1e-9).all()
    assert (found.flow.sum(axis=0) <= np.where(found.opened, drawn.capacity, 0.0) + 1e-6).all()
    paid = (found.flow @ drawn.unit_cost).sum() + drawn.fixed_cost[found.opened].sum()
    assert found.value == pytest.approx(paid, rel=1e-9, abs=1e-9)


@given(random_charges())
def test_limits_of_single_commodities_change_no_optimum(drawn):
    strong, weak = solve_fixed_charge(drawn), solve_fixed_charge(drawn, strong=False)
    assert strong.value == pytest.approx(weak.value, rel=3e-6, abs=1e-6)


def pair():
    """Two arcs from one node to the other, ten units."""
    ends = np.zeros(2, np.int32), np.ones(2, np.int32)
    numbers = np.array([1.0, 3.0]), np.array([20.0, 20.0]), np.array([15.0, 1.0])
    return FixedCharge(2, *ends, *numbers, np.array([0], np.int32), np.array([1], np.int32), np.array([10.0]))


def test_too_little_capacity_is_named():
    with pytest.raises(InputError, match="cannot carry"):
        solve_fixed_charge(replace(pair(), capacity=np.array([4.0, 5.0])))


def test_capacity_opens_both():
    found = solve_fixed_charge(replace(pair(), capacity=np.array([4.0, 6.0])))
    assert found.opened.tolist() == [True, True]
    assert found.value == pytest.approx(4 + 18 + 16)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"tail": np.array([0, 5], np.int32)}, "tail[1]"),
        ({"tail": np.array([0.0, 1.0])}, "tail"),
        ({"capacity": np.array([1.0])}, "capacity"),
        ({"fixed_cost": np.array([-1.0, 1.0])}, "fixed_cost[0]"),
        ({"amount": np.array([np.nan])}, "amount[0]"),
    ],
)
def test_bad_arrays_are_named(change, where):
    with pytest.raises(DataError) as caught:
        solve_fixed_charge(replace(pair(), **change))
    assert caught.value.problems[0].where == where


@pytest.mark.parametrize("option", [{"tolerance": -1.0}, {"limit_s": 0.0}])
def test_bad_options_are_named(option):
    with pytest.raises(InputError) as caught:
        solve_fixed_charge(pair(), **option)
    assert [caught.value.problem.where] == list(option)
