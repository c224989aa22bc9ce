"""What cannot be a problem is refused, with the place and the repair."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_roads import demand, linear, roads

from caspia.assignment import equilibrium
from caspia.errors import DataError, InputError

NAN = float("nan")


@pytest.fixture
def problem():
    return roads([linear(0, 1, 1, 1), linear(1, 2, 1, 1)], [(0, 2, 1.0)])


@pytest.mark.parametrize("amount", [-1.0, NAN, float("inf")])
def test_impossible_demand(problem, amount):
    with pytest.raises(DataError, match=r"demand\.amount\[1\]: negative or not a finite number"):
        equilibrium(replace(problem, demand=demand((0, 2, 0, 1.0), (0, 1, 0, amount))))


def test_zero_capacity():
    with pytest.raises(InputError, match="server 0, bpr, capacity"):
        roads([(0, 1, 1.0, 0.0, 0.15, 4.0)], [(0, 1, 1.0)])


@pytest.mark.parametrize(
    ("part", "value", "words"),
    [
        ("head", np.array([1], np.int32), r"head: array of wrong shape or type; got int32\(1,\)"),
        ("tail", np.array([0.0, 1.0]), "tail: array of wrong shape or type"),
        ("tail", [0, 1], "tail: array of wrong shape or type; got list"),
        ("head", np.array([1, 3], np.int32), r"head\[1\]: names what is not there; got 3"),
        ("entry_server", np.array([0, -1], np.int32), r"entry_server\[1\]: names what is not there"),
        ("entry_start", np.array([0, 2, 1], np.int32), "entry_start: not the starts of the entries"),
        ("entry_use", np.array([1.0, -1.0]), r"entry_use\[1\]: negative"),
        ("value_of_delay", np.array([NAN]), r"value_of_delay\[0\]"),
        ("fixed_cost", np.array([[0.0, NAN]]), r"fixed_cost\[0, 1\]: negative or not a number"),
        ("fixed_cost", np.array([[0.0, -1.0]]), r"fixed_cost\[0, 1\]"),
        ("fixed_cost", np.zeros((2, 2)), "fixed_cost: array of wrong shape"),
        ("no_through", np.zeros(4, bool), "no_through: array of wrong shape"),
        ("demand", demand((0, 7, 0, 1.0)), r"demand\.destination\[0\]: names what is not there; got 7"),
        ("demand", demand((0, 1, 2, 1.0)), r"demand\.class_index\[0\]"),
    ],
)
def test_parts_that_do_not_fit(problem, part, value, words):
    with pytest.raises(DataError, match=words):
        equilibrium(replace(problem, **{part: value}))


def test_all_faults_are_told_at_once(problem):
    with pytest.raises(DataError) as caught:
        equilibrium(replace(problem, value_of_delay=np.array([-1.0]), entry_use=np.array([1.0, NAN])))
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"gap": 0.0}, "gap must be above zero"),
        ({"gap": NAN}, "gap must be above zero"),
        ({"max_iterations": 0}, "max_iterations"),
        ({"workers": 0}, "workers"),
    ],
)
def test_arguments_out_of_range(problem, arguments, words):
    with pytest.raises(InputError, match=words):
        equilibrium(problem, **arguments)


def test_a_result_of_another_graph_cannot_warm(problem):
    longer = roads([linear(0, 1, 1, 1), linear(1, 2, 1, 1), linear(0, 2, 1, 1)], [(0, 2, 1.0)])
    with pytest.raises(InputError, match="another graph"):
        equilibrium(problem, warm=equilibrium(longer))
    turned = roads([linear(1, 2, 1, 1), linear(0, 1, 1, 1)], [(0, 2, 1.0)])
    with pytest.raises(InputError, match="another graph"):
        equilibrium(problem, warm=equilibrium(turned))
