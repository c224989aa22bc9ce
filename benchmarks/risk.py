"""How long drawn years of the built-in data take, on one worker and on two, beside a generic solver.

    python benchmarks/risk.py [--draws 10000] [--scaling 1000] [--scheduler local] [--peer 3]

Prints seconds beside the goals, and the load of the machine while they were measured. The peer in the same run is a
generic solver of nonlinear equations (scipy.optimize.root, Newton-Krylov) on the equilibria of the same drawn
years, from the same loads to the same residual.
"""

from __future__ import annotations

import argparse
import os
import time
from dataclasses import replace

import numpy as np
from scipy.optimize import root

from caspia.assignment.logit import _Solver
from caspia.risk import LOCAL, Place, run_ensemble
from caspia.study import Study
from caspia.study.flows import BASE_YEAR
from caspia.study.risk import PORTION, tasks_of
from caspia.study.risk_compile import compile_risk, find_laws
from caspia.study.risk_critical import critical_frame, find_cuts, interdiction_frame
from caspia.study.risk_model import LEAST_LEFT, RESIDUAL, RiskModel
from caspia.study.risk_outset import find_outset

GOAL_S, GOAL_RATIO = 180.0, 1.7
DRAWS = 10_000
WARM = 5


def told(name: str, seconds: float, more: str = "") -> None:
    """Print a line."""
    print(f"{name:<48} {seconds:8.1f} s  {more}", flush=True)


def one_draw(model: RiskModel, n: int = 40) -> None:
    """Print what a draw takes in this process."""
    for draw in range(WARM):
        model.draw(draw)
    wall, own = time.perf_counter(), time.process_time()
    for draw in range(n):
        model.draw(draw)
    wall, own = (time.perf_counter() - wall) / n, (time.process_time() - own) / n
    print(f"{'one draw':<48} {1e3 * wall:8.1f} ms  {1e3 * own:.1f} ms of this process", flush=True)


def beside_peer(model: RiskModel, draws: int) -> None:
    """Print the time of the same equilibria by a generic solver."""
    mine = theirs = 0.0
    done = 0
    for draw in range(WARM, WARM + draws):
        world = model.world(draw)
        begin = time.perf_counter()
        world.quiet()
        mine += time.perf_counter() - begin
        capacity = world.capacity * np.maximum(world.year.left, LEAST_LEFT)
        table = replace(model.grouping.table, cost=world.cost)
        bundles = replace(model.grouping.bundles, felt=world.felt)
        servers = model.servers.with_capacity(capacity)
        servers = replace(servers, prices=replace(servers.prices, price_usd=world.price))
        series = replace(model.grouping, table=table, bundles=bundles).series(servers)
        solver = _Solver(table, world.first_wants, series, bundles, (RESIDUAL, 400))
        unit = series.capacity

        def gap(x: np.ndarray, solver: _Solver = solver, unit: np.ndarray = unit) -> np.ndarray:
            state = solver.load(np.maximum(x * unit, 1e-9 * unit))
            return (state.out - state.load) / unit

        begin = time.perf_counter()
        found = root(
            gap,
            series.gather(model.filled * capacity) / unit,
            method="krylov",
            options={"fatol": 10 * RESIDUAL / np.sqrt(len(unit)), "maxiter": 100},
        )
        theirs += time.perf_counter() - begin
        done += bool(found.success)
    name = f"{draws} equilibria, Newton-Krylov of scipy"
    told(name, theirs, f"{done} converged; ours {mine:.2f} s, ratio {theirs / mine:.0f}")


def rate_of(model: RiskModel, draws: int, place: Place) -> tuple[float, float]:
    """Seconds of some draws with the start of their workers, and draws a second once these work."""
    seen: list[tuple[float, int]] = []
    tasks, _ = tasks_of(draws)
    begin = time.perf_counter()
    run_ensemble(model, tasks[:draws], place, tell=lambda done, _: seen.append((time.perf_counter(), done)))
    took = time.perf_counter() - begin
    # The first portions of all workers compile and load; what follows is the steady rate.
    (first, before), (last, after) = seen[min(2 * place.workers, len(seen) - 2)], seen[-1]
    return took, (after - before) / (last - first)


def main() -> None:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=DRAWS)
    parser.add_argument("--scaling", type=int, default=1000, help="draws on one worker and on two")
    parser.add_argument("--scheduler", default=LOCAL)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--peer", type=int, default=3, help="equilibria by the generic solver")
    asked = parser.parse_args()
    print(f"load of the machine (1, 5, 15 minutes): {', '.join(f'{load:.1f}' for load in os.getloadavg())}")
    begin = time.perf_counter()
    study = Study.open()
    outset = find_outset(study, BASE_YEAR)
    told("flows", time.perf_counter() - begin)
    begin = time.perf_counter()
    laws = find_laws(study, outset)
    model = compile_risk(outset, 1, laws)
    told("compiling", time.perf_counter() - begin)
    one_draw(model)
    if asked.peer:
        beside_peer(model, asked.peer)
    rates = {}
    for workers in (1, asked.workers):
        took, rates[workers] = rate_of(model, asked.scaling, Place(asked.scheduler, workers, PORTION))
        told(
            f"{asked.scaling} draws, {workers} worker(s), with their start",
            took,
            f"then {rates[workers]:.1f} a second",
        )
    ratio = rates[asked.workers] / rates[1]
    verdict = "met" if ratio >= GOAL_RATIO else "MISSED"
    print(f"{f'{asked.workers} workers over one':<48} {ratio:8.2f}    goal {GOAL_RATIO:g} {verdict}", flush=True)
    took, _ = rate_of(model, asked.draws, Place(asked.scheduler, asked.workers, PORTION))
    goal = GOAL_S * asked.draws / DRAWS
    verdict = "met" if took <= goal else "MISSED"
    told(f"{asked.draws} draws, {asked.workers} workers, with their start", took, f"goal {goal:g} s {verdict}")
    tasks, base = tasks_of(asked.draws)
    print(f"  without the {len(tasks) - asked.draws} draws of the sensitivity (base {base})", flush=True)
    begin = time.perf_counter()
    cuts = find_cuts(outset, 1, laws)
    critical = critical_frame(cuts, outset.study.data)
    told(f"{len(critical)} places cut one by one", time.perf_counter() - begin)
    begin = time.perf_counter()
    worst = interdiction_frame(cuts, critical)
    told(f"worst closures, {int(worst['looked_at'].sum())} sets", time.perf_counter() - begin)
    print(f"load of the machine (1, 5, 15 minutes): {', '.join(f'{load:.1f}' for load in os.getloadavg())}")


if __name__ == "__main__":
    main()
