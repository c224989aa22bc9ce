"""Measure network design on the field's own instances, beside a peer in the same run.

Run ``python benchmarks/design.py FOLDER_DNDP FOLDER_CANAD``. The first folder holds the Sioux Falls instances of
github.com/davidrey123/DNDP, the second the dow files of github.com/postamar/cmnd-ssd-solver. Either may be ``-``.
The peer of ten links is the equilibrium of every design within the budget by the same kernel; the peer of the
fixed-charge family is HiGHS without the limits of single commodities, with ``--peer-limit-s`` seconds. ``--peer``
runs them. Reading and compiling are not measured. Beside the seconds stand those of the processors, since others
may be at work on them.
"""

from __future__ import annotations

import argparse
import re
import time
from pathlib import Path

import numpy as np

from caspia.assignment import Demand, road_problem
from caspia.cost.delay import delay_table
from caspia.exchange import read_dow, read_trips
from caspia.investment import (
    FixedCharge,
    FixedChargeResult,
    NetworkDesign,
    design,
    enumerate_designs,
    solve_fixed_charge,
)

SCALE = 1e3  # the published values are for demand and capacity times 1e-3
PARTS = (0.25, 0.5, 0.75)
# Total travel time of the best designs published, by part of the budget; those of a linearised cost, and rounded.
PUBLISHED = {
    "SF_DNDP_10_1": (6227.9, 5680.2, 5294.0),
    "SF_DNDP_10_2": (6509.7, 5756.8, 5088.5),
    "SF_DNDP_10_3": (6287.8, 5448.4, 5087.8),
    "SF_DNDP_10_4": (6059.4, 5626.4, 5504.4),
    "SF_DNDP_10_5": (5900.9, 5359.0, 5111.8),
    "SF_DNDP_10_9": (6335.5, 5377.4, 4952.0),
    "SF_DNDP_10_10": (6349.7, 5505.2, 5180.8),
    "SF_DNDP_20_1": (5181.5, 4281.9, 3908.9),
    "SF_DNDP_20_2": (5030.4, 4114.7, 3922.0),
}
ROUNDED = 0.05
GOALS_S = {10: 2.0, 20: 60.0}
OPTIMA = {
    "c33": 423848.0,
    "c41": 429398.0,
    "r04.1": 31730.0,
    "r04.2": 48920.0,
    "r04.3": 63767.0,
    "r04.4": 33740.0,
    "r04.5": 53790.0,
    "r04.6": 74030.0,
    "r04.7": 68291.67,
    "r04.8": 113004.0,
    "r04.9": 163208.0,
}


def read_design(folder: Path, name: str, part: float) -> NetworkDesign:
    """Read an instance: rows of a TNTP network with the cost of building as an eleventh column."""
    rows = [line.strip().rstrip(";").split() for line in (folder / f"{name}.txt").read_text().splitlines()]
    road = np.array([row for row in rows if len(row) == 11 and row[0].isdigit()], float)
    trips = read_trips(folder / "SiouxFalls_trips.txt").matrix
    origin, destination = (axis.astype(np.int32) for axis in np.nonzero(trips))
    built = road[:, 10] > 0.0
    problem = road_problem(
        road[:, 0] - 1,
        road[:, 1] - 1,
        trips.shape[0],
        delays=delay_table(["bpr"] * len(road), road[:, [4, 2, 5, 6]]),
        demand=Demand(origin, destination, np.zeros(origin.size, np.int32), trips[origin, destination]),
    )
    project = np.where(built, np.cumsum(built) - 1, -1).astype(np.int32)
    cost = road[built, 10]
    return NetworkDesign(problem, project, cost, part * cost.sum())


def names(folder: Path) -> list[str]:
    """Names of the instances, in the order of their numbers."""
    found = [path.stem for path in folder.glob("SF_DNDP_*.txt")]
    return sorted(found, key=lambda name: [int(number) for number in re.findall(r"\d+", name)])


def designs(folder: Path, asked: argparse.Namespace) -> None:
    """Print the table of the bilevel instances."""
    head = (
        "instance",
        "part",
        "value",
        "published",
        "bound",
        "gap",
        "nodes",
        "equil.",
        "seconds",
        "cpu s",
        "goal",
        "peer s",
        "ratio",
    )
    form = "{:14} {:>5} {:>9} {:>9} {:>9} {:>8} {:>6} {:>6} {:>8} {:>7} {:>5} {:>8} {:>6}"
    print(form.format(*head))
    warm = True
    for name in names(folder):
        count = int(name.split("_")[2])
        for index, part in enumerate(PARTS):
            network = read_design(folder, name, part)
            if warm:  # compile
                design(network, workers=asked.workers, max_nodes=20)
                warm = False
            busy = time.process_time()
            found = design(network, workers=asked.workers)
            busy = time.process_time() - busy
            published = PUBLISHED[name][index] if name in PUBLISHED else np.nan
            good = found.proven and found.seconds < GOALS_S[count] and not found.value / SCALE > published + ROUNDED
            peer, ratio = "", ""
            if asked.peer and count == 10:
                begin = time.perf_counter()
                every = enumerate_designs(network)
                seconds = time.perf_counter() - begin
                peer, ratio = f"{seconds:.2f}", f"{seconds / found.seconds:.1f}"
                good = good and abs(every.value / found.value - 1.0) < 2e-6
            row = (
                name,
                f"{part:.0%}",
                f"{found.value / SCALE:.2f}",
                f"{published:.1f}",
                f"{found.bound / SCALE:.2f}",
            )
            row += (
                f"{found.gap:.1e}",
                str(found.nodes),
                str(found.equilibria),
                f"{found.seconds:.2f}",
                f"{busy:.2f}",
            )
            print(form.format(*row, "met" if good else "MISS", peer, ratio), flush=True)


def fixed_charges(folder: Path, asked: argparse.Namespace) -> None:
    """Print the table of the fixed-charge instances."""
    form = "{:8} {:>12} {:>12} {:>12} {:>8} {:>6} {:>8} {:>5} {:>24} {:>6}"
    print(
        form.format("instance", "value", "published", "bound", "gap", "nodes", "seconds", "goal", "peer", "ratio")
    )
    for name, optimum in sorted(OPTIMA.items()):
        if not (folder / f"{name}.dow").is_file():
            print(f"{name:8} absent")
            continue
        network = FixedCharge(**vars(read_dow(folder / f"{name}.dow")))
        found = solve_fixed_charge(network)
        good = found.proven and abs(found.value - optimum) < 0.01
        peer, ratio = "", ""
        if asked.peer:
            weak = solve_fixed_charge(network, limit_s=asked.peer_limit_s, strong=False)
            peer, ratio = described(weak), f"{weak.seconds / found.seconds:.1f}"
        row = (
            name,
            f"{found.value:.2f}",
            f"{optimum:.2f}",
            f"{found.bound:.2f}",
            f"{found.gap:.1e}",
            str(found.nodes),
        )
        print(form.format(*row, f"{found.seconds:.2f}", "met" if good else "MISS", peer, ratio), flush=True)


def described(found: FixedChargeResult) -> str:
    """Seconds of the peer, and its gap where it did not prove the optimum."""
    return f"{found.seconds:.1f} s" + ("" if found.proven else f", gap {found.gap:.1e}")


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder_dndp", nargs="?", default="-")
    parser.add_argument("folder_canad", nargs="?", default="-")
    parser.add_argument("--peer", action="store_true", help="run the peers, too")
    parser.add_argument("--peer-limit-s", type=float, default=60.0)
    parser.add_argument("--workers", type=int, default=None)
    asked = parser.parse_args()
    for folder, table in ((asked.folder_dndp, designs), (asked.folder_canad, fixed_charges)):
        if folder == "-" or not Path(folder).is_dir():
            print(
                "No folder of instances given or found: nothing measured. The docstring says where they come from."
            )
        else:
            table(Path(folder), asked)


if __name__ == "__main__":
    main()
