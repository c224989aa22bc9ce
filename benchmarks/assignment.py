"""Measure the equilibrium on the public test networks of traffic assignment, beside AequilibraE in the same run.

Run ``python benchmarks/assignment.py FOLDER``, where FOLDER holds a folder for each instance of "Transportation
Networks for Research" (github.com/bstabler/TransportationNetworks). ``--peer-python`` names the interpreter of an
environment with AequilibraE, if it is not in this one. ``--large`` solves a generated instance of 1,000 zones and
30,000 arcs instead and prints its peak memory; it needs no folder. Reading and compiling are not measured.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from caspia.assignment import Demand, Problem, certify, equilibrium, road_problem
from caspia.cost.delay import delay_table

# folder, stem, weight of toll and of length, published optimum of Beckmann's function
INSTANCES = [
    ("SiouxFalls", "SiouxFalls", 0.0, 0.0, 4231335.287107440),
    ("Anaheim", "Anaheim", 0.0, 0.0, 1286032.1711),
    ("Winnipeg", "Winnipeg", 0.0, 0.0, 827911.494629963),
    ("Chicago-Sketch", "ChicagoSketch", 0.02, 0.04, 17313018.7387477),
]
GAPS = (1e-4, 1e-6, 1e-10)
PEER = """
import sys, time
import numpy as np, pandas as pd
from aequilibrae.matrix import AequilibraeMatrix
from aequilibrae.paths import Graph, TrafficAssignment, TrafficClass
data, gap = np.load(sys.argv[1]), float(sys.argv[2])
zones = np.arange(1, data["matrix"].shape[0] + 1)
count = data["tail"].size
frame = pd.DataFrame({"link_id": np.arange(1, count + 1), "direction": np.ones(count, int)})
frame["a_node"], frame["b_node"] = data["tail"] + 1, data["head"] + 1
frame["capacity"], frame["free_flow_time"] = data["capacity"], np.maximum(data["free"], 1e-5)
frame["b"], frame["power"], frame["fixed"] = data["alpha"], np.maximum(data["power"], 1.0), data["fixed"]
graph = Graph()
graph.network = frame
graph.prepare_graph(zones)
graph.set_graph("free_flow_time")
graph.set_skimming(["free_flow_time"])
graph.set_blocked_centroid_flows(bool(data["blocked"]))
matrix = AequilibraeMatrix()
matrix.create_empty(zones=zones.size, matrix_names=["trips"], memory_only=True)
matrix.index[:] = zones
matrix.matrix["trips"][:, :] = data["matrix"]
matrix.computational_view(["trips"])
traffic = TrafficClass("car", graph, matrix)
if data["fixed"].any():
    traffic.set_fixed_cost("fixed")
    traffic.set_vot(1.0)
job = TrafficAssignment()
job.set_classes([traffic])
job.set_vdf("BPR")
job.set_vdf_parameters({"alpha": "b", "beta": "power"})
job.set_capacity_field("capacity")
job.set_time_field("free_flow_time")
job.set_algorithm("bfw")
job.set_cores(2)
job.max_iter, job.rgap_target = 20000, gap
start = time.perf_counter()
job.execute()
print("RESULT", time.perf_counter() - start, float(job.assignment.rgap))
"""


def read_instance(folder: Path, stem: str, toll: float, length: float) -> Problem:
    """Read a network and its trips."""
    from caspia.exchange.tntp import read_network, read_trips

    road, trips = read_network(folder / f"{stem}_net.tntp"), read_trips(folder / f"{stem}_trips.tntp").matrix
    from_, to = np.nonzero(trips)
    pairs = Demand(from_.astype(np.int32), to.astype(np.int32), np.zeros(from_.size, np.int32), trips[from_, to])
    rows = np.column_stack([road.free_flow_time, road.capacity, road.b, road.power])
    return road_problem(
        road.tail,
        road.head,
        road.n_nodes,
        delays=delay_table(["bpr"] * road.tail.size, rows),
        demand=pairs,
        fixed_cost=toll * road.toll + length * road.length,
        no_through=np.arange(road.n_nodes) < road.first_thru_node,
    )


def ours(problem: Problem, gap: float, runs: int) -> tuple[float, float, float]:
    """Return median seconds, the gap that the certificate finds and the value of Beckmann's function."""
    equilibrium(problem, gap=1e-2)
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        found = equilibrium(problem, gap=gap)
        times.append(time.perf_counter() - start)
    seen = certify(problem, found)
    return statistics.median(times), seen.relative_gap, seen.objective


def peer(problem: Problem, gap: float, python: str, limit_s: float) -> str:
    """Return the peer's seconds to a gap, or why there are none."""
    demand, rows = problem.demand, problem.delays.parameters
    n_zones = int(max(demand.origin.max(), demand.destination.max())) + 1
    matrix = np.zeros((n_zones, n_zones))
    np.add.at(matrix, (demand.origin, demand.destination), demand.amount)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "instance.npz"
        np.savez(
            file,
            tail=problem.tail,
            head=problem.head,
            free=rows[:, 0],
            capacity=rows[:, 1],
            alpha=rows[:, 2],
            power=rows[:, 3],
            fixed=problem.fixed_cost[0],
            matrix=matrix,
            blocked=problem.no_through.any(),
        )
        try:
            run = subprocess.run(
                (python, "-c", PEER, str(file), str(gap)),
                capture_output=True,
                text=True,
                check=False,
                timeout=limit_s,
            )
        except subprocess.TimeoutExpired:
            return f"not within {limit_s:.0f} s"
    lines = [line for line in run.stdout.splitlines() if line.startswith("RESULT")]
    if not lines:
        return "absent: " + (run.stderr.strip().splitlines() or ["no output"])[-1][:60]
    _, seconds, reached = lines[0].split()
    return seconds if float(reached) <= gap else f"stalled at {float(reached):.1e}"


def large(seed: int = 1) -> None:
    """Solve a generated town of 1,000 zones and 30,000 arcs to 1e-6 and print time and peak memory."""
    rng = np.random.default_rng(seed)
    side = 87
    v = np.arange(side * side).reshape(side, side)
    tail = np.concatenate((v[:, :-1].ravel(), v[:-1].ravel()))
    head = np.concatenate((v[:, 1:].ravel(), v[1:].ravel()))
    tail, head = np.append(tail, head).astype(np.int32), np.append(head, tail).astype(np.int32)
    zones = rng.choice(side * side, 1000, replace=False)
    o, d = (axis.ravel() for axis in np.meshgrid(zones, zones, indexing="ij"))
    apart = o != d
    o, d = o[apart].astype(np.int32), d[apart].astype(np.int32)
    far = np.hypot(o // side - d // side, o % side - d % side)
    amount = rng.uniform(0.5, 1.5, o.size) * np.exp(-far / 12.0)
    amount *= 60_000 / amount.sum()
    rows = np.column_stack(
        [rng.uniform(0.5, 2, tail.size), rng.uniform(150, 600, tail.size), np.full(tail.size, 0.15)]
    )
    problem = road_problem(
        tail,
        head,
        side * side,
        delays=delay_table(["bpr"] * tail.size, np.column_stack([rows, np.full(tail.size, 4.0)])),
        demand=Demand(o, d, np.zeros(o.size, np.int32), amount),
    )
    start = time.perf_counter()
    found = equilibrium(problem, gap=1e-6)
    taken = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"1,000 zones, {tail.size} arcs, {o.size} pairs: gap {found.relative_gap:.1e} in {taken:.1f} s,")
    print(f"{found.routes.n_routes} routes with flow, {found.routes.arcs.size} arcs on them, peak {peak:.2f} GiB")


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--peer-python", default=sys.executable)
    parser.add_argument("--peer-limit-s", type=float, default=300.0)
    parser.add_argument("--peer-gap", type=float, default=1e-6, help="the only gap at which the peer is run")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--large", action="store_true")
    asked = parser.parse_args()
    if asked.large:
        large()
        return
    if asked.folder is None or not asked.folder.is_dir():
        print("No folder of instances given or found: nothing measured. The docstring says where they come from.")
        return
    head = ("instance", "gap asked", "gap found", "seconds", "peer s", "ratio", "objective")
    print("{:16} {:>9} {:>9} {:>9} {:>22} {:>7} {:>10}".format(*head))
    for name, stem, toll, length, optimum in INSTANCES:
        if not (asked.folder / name).is_dir():
            print(f"{name:16} absent")
            continue
        problem = read_instance(asked.folder / name, stem, toll, length)
        for gap in GAPS:
            seconds, reached, value = ours(problem, gap, asked.runs)
            theirs = ""
            if gap == asked.peer_gap:
                theirs = peer(problem, gap, asked.peer_python, asked.peer_limit_s)
            ratio = f"{float(theirs) / seconds:7.0f}" if theirs.replace(".", "").isdigit() else f"{'':7}"
            error = value / optimum - 1.0
            print(
                f"{name:16} {gap:9.0e} {reached:9.1e} {seconds:9.4f} {theirs:>22} {ratio} {error:10.1e}", flush=True
            )


if __name__ == "__main__":
    main()
