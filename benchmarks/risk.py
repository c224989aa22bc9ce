"""How long drawn years of the built-in data take, on one worker and on two, and how the killed and the kept fare.

    python benchmarks/risk.py [--draws 10000] [--scaling 400] [--scheduler local]

Prints seconds beside the goals, and the load of the machine while they were measured.
"""

from __future__ import annotations

import argparse
import os
import time

from caspia.risk import LOCAL, Place, run_ensemble
from caspia.study import Study
from caspia.study.flows import BASE_YEAR
from caspia.study.risk import PORTION, tasks_of
from caspia.study.risk_compile import compile_risk, find_laws
from caspia.study.risk_critical import critical_frame, find_cuts, interdiction_frame
from caspia.study.risk_outset import find_outset

GOAL_S, GOAL_RATIO = 180.0, 1.7
DRAWS = 10_000


def main() -> None:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=DRAWS)
    parser.add_argument("--scaling", type=int, default=400, help="draws on one worker and on two")
    parser.add_argument("--scheduler", default=LOCAL)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    begin = time.perf_counter()
    study = Study.open()
    outset = find_outset(study, BASE_YEAR)
    print(f"{'flows':<44} {time.perf_counter() - begin:8.1f} s", flush=True)
    begin = time.perf_counter()
    laws = find_laws(study, outset)
    model = compile_risk(outset, 1, laws)
    print(f"{'compiling':<44} {time.perf_counter() - begin:8.1f} s", flush=True)
    model.draw(0)
    seconds = {}
    for workers in (1, asked.workers):
        tasks, _ = tasks_of(asked.scaling)
        begin = time.perf_counter()
        run_ensemble(model, tasks[: asked.scaling], Place(asked.scheduler, workers, PORTION))
        seconds[workers] = time.perf_counter() - begin
        rate = asked.scaling / seconds[workers]
        name = f"{asked.scaling} draws, {workers} worker(s), with their start"
        print(f"{name:<44} {seconds[workers]:8.1f} s  {rate:.1f} a second", flush=True)
    ratio = seconds[1] / seconds[asked.workers]
    print(
        f"{'ratio':<44} {ratio:8.2f}   goal {GOAL_RATIO:g} {'met' if ratio >= GOAL_RATIO else 'MISSED'}", flush=True
    )
    tasks, base = tasks_of(asked.draws)
    begin = time.perf_counter()
    run_ensemble(model, tasks[: asked.draws], Place(asked.scheduler, asked.workers, PORTION))
    took = time.perf_counter() - begin
    goal = GOAL_S * asked.draws / DRAWS
    verdict = "met" if took <= goal else "MISSED"
    name = f"{asked.draws} draws, {asked.workers} workers"
    print(f"{name:<44} {took:8.1f} s  goal {goal:g} s {verdict}")
    print(f"  without the {len(tasks) - asked.draws} draws of the sensitivity (base {base})", flush=True)
    begin = time.perf_counter()
    cuts = find_cuts(outset, 1, laws)
    critical = critical_frame(cuts, study.data)
    print(f"{len(critical)} places cut one by one {'':<20} {time.perf_counter() - begin:8.1f} s")
    begin = time.perf_counter()
    worst = interdiction_frame(cuts, critical)
    asked_for = int(worst["looked_at"].sum())
    print(f"worst closures, {asked_for} sets {'':<20} {time.perf_counter() - begin:8.1f} s")
    print(f"load of the machine (1, 5, 15 minutes): {', '.join(f'{load:.1f}' for load in os.getloadavg())}")


if __name__ == "__main__":
    main()
