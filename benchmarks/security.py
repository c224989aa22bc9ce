"""Supply security: all needs of the built-in data, and draws of a closing beside a linear program for each draw.

Run: `python benchmarks/security.py`. The peer solves the same program by `scipy.optimize.linprog` once a draw.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from scipy.optimize import linprog

from caspia.security import refill
from caspia.study import Study
from caspia.study.secure import SecureRequest, secure

DRAWS = 200
ORIGINS, WAYS = 12, 30


def seconds(work: Callable[[], object], runs: int = 5) -> float:
    """Least wall time of some runs."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def draws_of_a_closing() -> tuple[float, float, float]:
    """Seconds of the draws at once and of a program for each, and the largest difference of what is met."""
    random = np.random.default_rng(1)
    origin = random.integers(0, ORIGINS, WAYS)
    cost = random.uniform(10.0, 500.0, WAYS)
    is_open = random.random(WAYS) < 0.6
    spare = random.uniform(0.0, 0.3, (DRAWS, ORIGINS))
    limit = np.full(WAYS, np.inf)
    nothing = np.zeros_like(spare)
    rows = (origin[None, :] == np.arange(ORIGINS)[:, None]).astype(float)

    def at_once() -> np.ndarray:
        return refill(origin, is_open, cost, nothing, spare, limit).served

    def one_by_one() -> np.ndarray:
        bounds = [(0.0, None if passes else 0.0) for passes in is_open] + [(0.0, None)]
        matrix = np.hstack([rows, np.zeros((ORIGINS, 1))])
        whole = np.append(cost, 1e4)
        found = [linprog(whole, matrix, row, np.ones((1, WAYS + 1)), [1.0], bounds).x for row in spare]
        return 1.0 - np.array(found)[:, -1]

    error = float(np.abs(at_once() - one_by_one()).max())
    return seconds(at_once), seconds(one_by_one, 1), error


def main() -> None:
    """Print the table."""
    study = Study.open("caspian")
    secure(study, SecureRequest("copper"))
    table = study.data.tables["needs"]
    needs = list(zip(table["mineral_id"], table["country"], strict=True))
    start = time.perf_counter()
    for identity, importer in needs:
        secure(study, SecureRequest(identity.removeprefix("min-"), importer))
    each = (time.perf_counter() - start) / len(needs)
    ours, peer, error = draws_of_a_closing()
    print(f"{'a need with all closings and 200 draws':42} {each:9.3f} s")
    print(f"{'200 draws of a closing at once':42} {ours:9.4f} s")
    print(f"{'the same, a program a draw (linprog, peer)':42} {peer:9.4f} s  {peer / ours:6.0f} x")
    print(f"{'largest difference of what is met':42} {error:9.1e}")


if __name__ == "__main__":
    main()
