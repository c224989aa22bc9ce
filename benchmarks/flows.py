"""The Caspian base year: one equilibrium from warm code, and a thousand scenarios on one set of routes.

    python benchmarks/flows.py

Each scenario changes arrays on the shared routes: demand of every pair by up to a tenth, capacities by up to a
fifth, the cost of every corridor by up to a tenth, and one crossing or port is shut to a tenth of its capacity. All
begin with capacities as full as in the base year. The peer in the same run is a generic solver of nonlinear
equations (scipy.optimize.root, Newton-Krylov) on the same fixed point.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from scipy.optimize import root

import caspia
from caspia.assignment import LogitEquilibrium
from caspia.assignment.logit import _Solver
from caspia.study.flows import FlowModel, solve_flows

YEAR = 2025
SINGLE = 50
SCENARIOS = 1000
RESIDUAL = 1e-6
GOAL_MS, GOAL_S = 10.0, 20.0


def varied(model: FlowModel, seed: int) -> LogitEquilibrium:
    """Equilibrium of one drawn scenario, begun with the loads of the base year."""
    rng = np.random.default_rng(seed)
    wants = BASE.choice
    amount = wants.amount * rng.uniform(0.9, 1.1, len(wants.amount))
    capacity = model.servers.capacity * rng.uniform(0.8, 1.2, model.servers.n_servers)
    capacity[rng.integers(model.servers.n_servers)] *= 0.1
    cost = model.table.cost * rng.uniform(0.9, 1.1, 6)[model.market.routes.kind]
    servers = model.servers.with_capacity(capacity)
    world = model.with_costs(cost)
    return world.settle(replace(wants, amount=amount), servers=servers, filled=BASE.filled, residual=RESIDUAL)


def timed_ms(work, times: int) -> np.ndarray:
    """Milliseconds of each run."""
    spent = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        spent.append(1e3 * (time.perf_counter() - begin))
    return np.array(spent)


if __name__ == "__main__":
    study = caspia.load("caspian")
    begin = time.perf_counter()
    MODEL = study.flow_model()
    found = time.perf_counter() - begin
    pairs = MODEL.market.pairs.share.size
    print(f"{pairs:,} pairs, {MODEL.table.n_routes:,} routes, {len(MODEL.grouping.first)} loads")
    print(f"routes found and compiled        {found:8.1f} s")
    BASE = solve_flows(MODEL, YEAR)
    cold = timed_ms(lambda: MODEL.settle(BASE.choice, residual=RESIDUAL), 10)
    print(
        f"base year, from empty servers    {np.median(cold):8.1f} ms median  {np.percentile(cold, 95):8.1f} ms p95"
    )
    seeds = iter(range(10_000))
    warm = timed_ms(lambda: varied(MODEL, next(seeds)), SINGLE)
    print(
        f"a scenario, from the base year   {np.median(warm):8.1f} ms median  {np.percentile(warm, 95):8.1f} ms p95"
        f"  (goal {GOAL_MS:.0f})"
    )
    begin = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda seed: varied(MODEL, seed), range(SCENARIOS)))
    spent = time.perf_counter() - begin
    done = sum(result.converged for result in results)
    print(f"{SCENARIOS} scenarios, two threads      {spent:8.1f} s  (goal {GOAL_S:.0f}); {done} converged")
    shared = MODEL.grouping
    solver = _Solver(shared.table, BASE.choice, shared.series(MODEL.servers), shared.bundles, (RESIDUAL, 400))
    start = 0.99 * MODEL.grouping.series(MODEL.servers).gather(BASE.result.load)
    capacity = solver.servers.capacity

    def gap(x: np.ndarray) -> np.ndarray:
        state = solver.load(np.maximum(x * capacity, 0.0))
        return (state.out - state.load) / capacity

    begin = time.perf_counter()
    peer = root(gap, start / capacity, method="krylov", options={"fatol": 1e-8, "maxiter": 200})
    other = time.perf_counter() - begin
    begin = time.perf_counter()
    own = MODEL.settle(BASE.choice, filled=0.99 * BASE.filled, residual=RESIDUAL)
    mine = time.perf_counter() - begin
    state = "converged" if peer.success else "did not converge"
    print(f"Newton-Krylov of scipy           {1e3 * other:8.1f} ms ({state}), ratio {other / mine:.0f} to ours")
