"""How long plans and roll-outs of the built-in data take, and how near small plans are to full enumeration.

    python benchmarks/plan.py [--sweep] [--samples 1000] [--enumerate 10]

Prints seconds beside the goals, the bound gap, and the ratio of full enumeration to the search on the projects that
matter most.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import TypeVar

import numpy as np

from caspia.investment import NEVER
from caspia.study import Study
from caspia.study.plan import Planner, open_planner
from caspia.study.plan_request import PlanRequest
from caspia.study.rollout import open_rollout, rollout
from caspia.study.sweep import sweep

REQUEST = PlanRequest()
Found = TypeVar("Found")


def timed(name: str, goal_s: float, work: Callable[[], Found]) -> Found:
    """Print how long a piece of work takes beside its goal."""
    begin = time.perf_counter()
    found = work()
    seconds = time.perf_counter() - begin
    print(f"{name:<62} {seconds:8.1f} s  goal {goal_s:g} s {'met' if seconds <= goal_s else 'MISSED'}", flush=True)
    return found


def enumerated(study: Study, planner: Planner, n: int) -> None:
    """Hold the search against all sets of the projects that matter most, all starting at once."""
    plan = planner.plan(REQUEST, averse=False)
    weighty = np.argsort(-np.abs(plan.portfolio.second_order[1].marginal))[:n]
    ids = tuple(plan.programme.ids[key] for key in sorted(weighty))
    own = Planner(study, planner.table, ids, planner.model, planner.request)
    rows = [planner.table.ids.index(key) for key in ids]
    budget = 0.4 * float(planner.table.asked_usd[rows].sum())
    request = replace(REQUEST, budgets=(f"{budget:.0f} USD",), years=(2026, 2026))
    begin = time.perf_counter()
    found = own.plan(request, averse=False)
    searched = time.perf_counter() - begin
    begin, best, chosen = time.perf_counter(), -np.inf, found.programme
    sets = [np.array(taken) for taken in product((NEVER, 2026), repeat=chosen.n)]
    allowed = [start for start in sets if not chosen.broken(start)]
    for start in allowed:
        value = own.valuer.plan(chosen.opened(start), found.span) - chosen.given_up(start)
        best = max(best, value)
    seconds = time.perf_counter() - begin
    miss = (best - found.portfolio.value) / best
    print(f"{len(ids)} projects, {len(allowed)} plans within {budget / 1e9:.2f} billion USD:")
    value, bound = found.portfolio.value / 1e9, found.portfolio.bound / 1e9
    print(f"  search {value:.4f} billion in {searched:.1f} s, bound {bound:.4f}")
    print(f"  all plans {best / 1e9:.4f} billion in {seconds:.1f} s, {seconds / searched:.1f} times as long")
    print(f"  miss {miss:.2%}, bound {'holds' if found.portfolio.bound >= best * (1 - 1e-9) else 'FAILS'}")


def main() -> None:
    """Run what is asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sweep", action="store_true")
    parser.add_argument("--samples", type=int, default=0)
    parser.add_argument("--enumerate", type=int, default=0)
    asked = parser.parse_args()
    study = Study.open()
    begin = time.perf_counter()
    planner = timed("projects compiled", 60, lambda: open_planner(study, REQUEST))
    plan = timed(f"plan, {len(planner.ids)} projects, five years", 60, lambda: planner.plan(REQUEST))
    print(
        f"  together {time.perf_counter() - begin:.1f} s, goal 60 s; bound gap {plan.portfolio.gap:.1%}, goal 5 %"
    )
    if asked.sweep:
        timed("sweep from 1 to 30 billion USD", 300, lambda: sweep(planner, REQUEST))
    compiled = open_rollout(study, planner)
    rollout(compiled, plan, draws=0)
    timed("one roll-out of 16 years", 2, lambda: rollout(compiled, plan, draws=0))
    if asked.samples:
        answer = timed(
            f"{asked.samples} sampled roll-outs", 300, lambda: rollout(compiled, plan, draws=asked.samples)
        )
        print(f"  official targets passed: {answer.passed.text}")
    if asked.enumerate:
        enumerated(study, planner, asked.enumerate)


if __name__ == "__main__":
    main()
