"""Networks drawn in a few lines, for the tests of flows."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from caspia.assignment import Demand, Problem, road_problem
from caspia.cost.delay import delay_table

INT = np.int32


def demand(*rows):
    """Rows of origin, destination, class, amount."""
    origin, destination, klass, amount = zip(*rows, strict=True) if rows else ((), (), (), ())
    ends = [np.array(column, INT) for column in (origin, destination, klass)]
    return Demand(*ends, np.array(amount, float))


def roads(arcs, pairs, *, n=None, **rest):
    """Arcs of (tail, head, free, capacity, alpha, power), pairs of (origin, destination, amount)."""
    tail, head = [a[0] for a in arcs], [a[1] for a in arcs]
    rows = [[a[2], a[3], a[4], a[5]] for a in arcs]
    count = n or max([*tail, *head]) + 1
    wanted = demand(*[(o, d, 0, amount) for o, d, amount in pairs])
    return road_problem(tail, head, count, delays=delay_table(["bpr"] * len(arcs), rows), demand=wanted, **rest)


def linear(tail, head, constant, factor):
    """An arc whose delay is constant + factor * flow."""
    return (tail, head, max(constant, 1e-9), 1.0, factor / max(constant, 1e-9), 1.0)


def servers(arcs, delays, entries, **rest):
    """A problem from arcs (tail, head), entries (arc, server, use, unit, felt) and the other parts by name."""
    entries = sorted(entries)
    start = np.searchsorted([e[0] for e in entries], np.arange(len(arcs) + 1)).astype(INT)
    n = max(max(a) for a in arcs) + 1
    parts = {
        "tail": np.array([a[0] for a in arcs], INT),
        "head": np.array([a[1] for a in arcs], INT),
        "n_vertices": n,
        "no_through": np.zeros(n, bool),
        "entry_start": start,
        "entry_server": np.array([e[1] for e in entries], INT),
        "entry_use": np.array([e[2] for e in entries], float),
        "entry_unit": np.array([e[3] for e in entries], INT),
        "entry_felt": np.array([e[4] for e in entries], float),
        "delays": delays,
    }
    return Problem(**parts, **rest)


@st.composite
def random_roads(draw, classes=1):
    """A ring with chords, so that everything is connected; mixed forms of delay; several classes share it."""
    seed = draw(st.integers(0, 2**32 - 1))
    n = draw(st.integers(3, 9))
    rng = np.random.default_rng(seed)
    chords = rng.integers(0, n, (draw(st.integers(0, 14)), 2))
    tail = np.concatenate([np.arange(n), (np.arange(n) + 1) % n, chords[:, 0]]).astype(INT)
    head = np.concatenate([(np.arange(n) + 1) % n, np.arange(n), chords[:, 1]]).astype(INT)
    count = tail.size
    form = rng.integers(0, 3, count)
    rows = np.column_stack([rng.uniform(0.5, 5, count), rng.uniform(1, 10, count), rng.uniform(1.1, 4, count)])
    rows = np.column_stack(
        [rows, np.where(form == 0, rng.choice([1.0, 2.0, 4.0, 3.7], count), rng.integers(1, 5, count))]
    )
    pairs = rng.integers(0, n, (draw(st.integers(1, 12)), 2))
    amount = rng.uniform(0, 6, len(pairs)) * (rng.random(len(pairs)) > 0.1)
    klass = rng.integers(0, classes, len(pairs))
    entries = [(a, a, 1.0, 0, 1.0) for a in range(count)]
    value = rng.uniform(0.2, 5, classes)
    wanted = demand(*[(o, d, k, x) for (o, d), k, x in zip(pairs.tolist(), klass.tolist(), amount, strict=True)])
    return servers(
        list(zip(tail.tolist(), head.tolist(), strict=True)),
        delay_table(form, rows),
        entries,
        fixed_cost=rng.uniform(0, 2, (classes, count)),
        value_of_delay=value,
        class_load=rng.uniform(0.5, 2, (classes, 1)),
        demand=wanted,
    )
