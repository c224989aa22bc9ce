"""Design problems drawn in a few lines, for the tests of what to build."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from caspia.assignment import Demand, road_problem
from caspia.cost.delay import delay_table
from caspia.investment import FixedCharge, NetworkDesign

INT = np.int32


def network(arcs, pairs, project, cost, budget, *, n=None, **rest):
    """Arcs of (tail, head, free, capacity, alpha, power), pairs of (origin, destination, amount)."""
    count = n or max(max(arc[:2]) for arc in arcs) + 1
    origin, destination, amount = zip(*pairs, strict=True) if pairs else ((), (), ())
    wanted = Demand(
        np.array(origin, INT), np.array(destination, INT), np.zeros(len(pairs), INT), np.array(amount, float)
    )
    problem = road_problem(
        [arc[0] for arc in arcs],
        [arc[1] for arc in arcs],
        count,
        delays=delay_table(["bpr"] * len(arcs), [arc[2:] for arc in arcs]),
        demand=wanted,
        **rest,
    )
    return NetworkDesign(problem, np.array(project, INT), np.array(cost, float), budget)


def braess(budget):
    """Four roads and a free bridge that makes everybody slower: 92 instead of 83 for each of six."""
    sides = [(0, 1, 1e-9, 1e-9, 10, 1), (0, 2, 50, 50, 1, 1), (1, 3, 50, 50, 1, 1), (2, 3, 1e-9, 1e-9, 10, 1)]
    return network([*sides, (1, 2, 10, 10, 1, 1)], [(0, 3, 6.0)], [-1, -1, -1, -1, 0], [1.0], budget)


@st.composite
def random_designs(draw, most=6):
    """A ring with chords; some of the chords are projects, alone or in twos; mixed powers, steady arcs, tolls."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, n_projects = draw(st.integers(3, 7)), draw(st.integers(0, most))
    tail = np.append(np.arange(n), (np.arange(n) + 1) % n)
    head = np.append((np.arange(n) + 1) % n, np.arange(n))
    chords = rng.integers(0, n, (draw(st.integers(0, 3)) + 2 * n_projects, 2))
    tail, head = np.append(tail, chords[:, 0]), np.append(head, chords[:, 1])
    project = np.full(tail.size, -1)
    if n_projects:
        last = tail.size - 2 * n_projects
        project[last:] = np.where(rng.random(2 * n_projects) < 0.8, np.repeat(np.arange(n_projects), 2), -1)
    rows = [rng.uniform(0.5, 5, tail.size), rng.uniform(1, 6, tail.size), rng.uniform(0, 2, tail.size)]
    rows.append(rng.choice([0.0, 1.0, 2.5, 4.0], tail.size, p=[0.1, 0.3, 0.2, 0.4]))
    rows[2][rng.random(tail.size) < 0.1] = 0.0
    pairs = rng.integers(0, n, (draw(st.integers(1, 8)), 2)).tolist()
    cost = rng.integers(0, 5, n_projects).astype(float)
    return network(
        list(zip(tail.tolist(), head.tolist(), *(row.tolist() for row in rows), strict=True)),
        [(o, d, amount) for (o, d), amount in zip(pairs, rng.uniform(0, 6, len(pairs)).tolist(), strict=True)],
        project,
        cost,
        draw(st.floats(0, 1)) * cost.sum(),
        n=n,
        fixed_cost=rng.uniform(0, 1, tail.size) * (rng.random(tail.size) < 0.3),
    )


@st.composite
def random_charges(draw):
    """A ring that can carry everything at a price, and cheaper chords."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, chords, kinds = draw(st.integers(2, 5)), draw(st.integers(0, 4)), draw(st.integers(1, 3))
    ends = rng.integers(0, n, (chords, 2))
    tail, head = np.append(np.arange(n), ends[:, 0]), np.append((np.arange(n) + 1) % n, ends[:, 1])
    amount = rng.integers(1, 9, kinds).astype(float)
    capacity = np.append(np.full(n, amount.sum()), rng.integers(1, 12, chords))
    pairs = rng.integers(0, n, (kinds, 2))
    return FixedCharge(
        n,
        tail.astype(INT),
        head.astype(INT),
        rng.integers(0, 9, tail.size).astype(float),
        capacity.astype(float),
        rng.integers(0, 40, tail.size).astype(float),
        pairs[:, 0].astype(INT),
        pairs[:, 1].astype(INT),
        amount,
    )
