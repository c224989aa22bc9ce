"""Equilibrium on the road networks of the published test problems: TNTP files in, flows out."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from caspia.assignment import Demand, Equilibrium, Problem, equilibrium, road_problem
from caspia.cost.delay import delay_table
from caspia.errors import DataError, InputError, NotConverged
from caspia.errors import Problem as Wrong
from caspia.exchange import FlowTable, RoadNetwork, TripTable, read_network, read_trips

Floats = npt.NDArray[np.float64]
Progress = Callable[[int, float], None]
MAX_ITERATIONS = 1000
MOST_LINKS = 5


@dataclass(frozen=True)
class Weights:
    """Generalised cost of a link: time + toll * its toll + length * its length, in the unit of its time."""

    toll: float = 0.0
    length: float = 0.0


@dataclass(frozen=True, eq=False)
class RoadFlows:
    """Flows at equilibrium; arrays of shape (n_links,), in the units of the files.

    Attributes
    ----------
    network : RoadNetwork
        The links.
    flows : FlowTable
        Volume, and generalised cost at that volume, of every link in the order of the network file.
    time, ratio : numpy.ndarray of float64
        Travel time at the volume; volume over capacity, NaN where time does not depend on the volume.
    demand, intrazonal : float
        All trips; those within a zone, which use no link.
    objective : float
        Beckmann's objective: the sum over the links of the integral of the generalised cost.
    relative_gap : float
        (cost paid - cost of the cheapest routes) / cost paid, at these flows.
    iterations : int
        Rounds of the solver.
    seconds : float
        Wall time of the solver without reading; loading its compiled code, or compiling it once, is included.
    """

    network: RoadNetwork
    flows: FlowTable
    time: Floats
    ratio: Floats
    demand: float
    intrazonal: float
    objective: float
    relative_gap: float
    iterations: int
    seconds: float

    @property
    def total_time(self) -> float:
        """Time that all trips take together."""
        return float(self.flows.volume @ self.time)

    @property
    def total_cost(self) -> float:
        """Generalised cost that all trips pay together."""
        return float(self.flows.volume @ self.flows.cost)

    @property
    def lost_time(self) -> Floats:
        """Time lost on every link against an empty road, by all who use it together."""
        return self.flows.volume * (self.time - self.network.free_flow_time)


def assign_tntp(
    network_path: Path,
    trips_path: Path,
    *,
    gap: float = 1e-6,
    weights: Weights | None = None,
    max_iterations: int = MAX_ITERATIONS,
    progress: Progress | None = None,
) -> RoadFlows:
    """Assign a trip table to a road network: user equilibrium, where no trip can be made cheaper alone.

    Parameters
    ----------
    network_path, trips_path : pathlib.Path
        TNTP files.
    gap : float
        Relative gap to reach, above 0 and below 1.
    weights : Weights, optional
        Weights of toll and length; time alone counts where absent.
    max_iterations : int
        Rounds after which the run is given up.
    progress : callable, optional
        Is told the round and the relative gap.

    Returns
    -------
    RoadFlows

    Raises
    ------
    InputError
        A file cannot be read, the files do not match, an option is out of range, or demand has no route.
    DataError
        A file breaks the format; every problem names its line.
    NotConverged
        The gap was not reached.

    References
    ----------
    Beckmann, M., McGuire, C. B. and Winsten, C. B. (1956). Studies in the Economics of Transportation. Yale.
    """
    weights = weights or Weights()
    _check_options(gap, weights, max_iterations)
    network, trips = read_network(network_path), read_trips(trips_path)
    if trips.n_zones != network.n_zones:
        got, allowed = f"{trips.n_zones} zones", f"{network.n_zones} zones, as in {network_path}"
        raise InputError(Wrong("trips and network do not match", str(trips_path), got, allowed, "use one instance"))
    problem = road_problem_of(network, trips, weights, where=str(network_path))
    begin = time.perf_counter()
    found = equilibrium(problem, gap=gap, max_iterations=max_iterations, progress=progress)
    seconds = time.perf_counter() - begin
    _check_served(found, problem, trips_path)
    if not found.converged:
        got, allowed = f"{found.relative_gap:.3g} after {found.iterations} rounds", f"at most {gap:g}"
        repair = "raise --max-iterations or ask for a larger --gap"
        raise NotConverged(Wrong("relative gap not reached", str(network_path), got, allowed, repair))
    return _road_flows(network, trips, problem, found, seconds)


def road_problem_of(network: RoadNetwork, trips: TripTable, weights: Weights, *, where: str = "network") -> Problem:
    """Put a road network and its trips into the form of the assignment; trips within a zone are left out.

    Parameters
    ----------
    network : RoadNetwork
        Links with the delay function of the Bureau of Public Roads.
    trips : TripTable
        Demand between the zones of the network.
    weights : Weights
        Weights of toll and length in the generalised cost.
    where : str
        How messages name the network.

    Returns
    -------
    Problem
        One class, arc a is link a, vertex v is node v.

    Raises
    ------
    DataError
        A power between 0 and 1: the delay would rise without bound from the first vehicle.
    """
    steep = np.flatnonzero((network.b > 0) & (network.power > 0) & (network.power < 1))
    if steep.size:
        names = [f"{where}: link {network.tail[link] + 1} to {network.head[link] + 1}" for link in steep]
        got = [f"power {network.power[link]:g}" for link in steep]
        repair = "correct the power"
        raise DataError(
            [Wrong("power cannot be used", *pair, "0, or from 1", repair) for pair in zip(names, got, strict=True)]
        )
    depends = network.b > 0
    rows = np.column_stack(
        [
            network.free_flow_time,
            np.where(depends, network.capacity, 1.0),
            network.b,
            np.where(depends, network.power, 0.0),
        ]
    )
    origin, destination = np.nonzero(trips.matrix * ~np.eye(trips.n_zones, dtype=bool))
    amount = trips.matrix[origin, destination]
    ends = (origin.astype(np.int32), destination.astype(np.int32), np.zeros(origin.size, np.int32))
    return road_problem(
        network.tail,
        network.head,
        network.n_nodes,
        delays=delay_table(["bpr"] * network.n_links, rows),
        demand=Demand(*ends, amount),
        fixed_cost=weights.toll * network.toll + weights.length * network.length,
        no_through=np.arange(network.n_nodes) < network.first_thru_node,
    )


def assignment_record(result: RoadFlows) -> dict[str, Any]:
    """Sum up a result for machines and tables.

    Parameters
    ----------
    result : RoadFlows
        The flows.

    Returns
    -------
    dict
        Counts, certificate, totals, and in `most_loaded` the links on which most time is lost, worst first; nodes
        are counted from 1 as in the files, everything is in their units.
    """
    network, flows = result.network, result.flows
    worst = np.argsort(-result.lost_time, kind="stable")[:MOST_LINKS]
    return {
        "links": network.n_links,
        "nodes": network.n_nodes,
        "zones": network.n_zones,
        "demand": result.demand,
        "intrazonal": result.intrazonal,
        "iterations": result.iterations,
        "relative_gap": result.relative_gap,
        "objective": result.objective,
        "total_time": result.total_time,
        "total_cost": result.total_cost,
        "seconds": result.seconds,
        "most_loaded": [
            {
                "from": int(network.tail[link]) + 1,
                "to": int(network.head[link]) + 1,
                "volume": float(flows.volume[link]),
                "capacity": float(network.capacity[link]),
                "ratio": float(result.ratio[link]),
                "free_flow_time": float(network.free_flow_time[link]),
                "time": float(result.time[link]),
                "lost_time": float(result.lost_time[link]),
            }
            for link in worst
            if result.lost_time[link] > 0
        ],
    }


def _check_options(gap: float, weights: Weights, max_iterations: int) -> None:
    for option, value, allowed, good in (
        ("--gap", gap, "above 0 and below 1", 0 < gap < 1),
        ("--cost-of-toll", weights.toll, "a number from 0", 0 <= weights.toll < np.inf),
        ("--cost-of-length", weights.length, "a number from 0", 0 <= weights.length < np.inf),
        ("--max-iterations", max_iterations, "a whole number from 1", max_iterations >= 1),
    ):
        if not good:
            raise InputError(Wrong("option out of range", option, f"{value:g}", allowed, "choose another value"))


def _check_served(found: Equilibrium, problem: Problem, trips_path: Path) -> None:
    """Refuse demand between zones that no route joins."""
    lost = np.flatnonzero(found.unserved > 0)
    if lost.size:
        pairs = [f"{problem.demand.origin[p] + 1} to {problem.demand.destination[p] + 1}" for p in lost[:5]]
        more = f" and {lost.size - 5} more pairs" if lost.size > 5 else ""
        got = f"{found.unserved.sum():g} trips: {', '.join(pairs)}{more}"
        repair = "add links to the network or remove the demand"
        raise InputError(Wrong("demand has no route", str(trips_path), got, "zones that are joined", repair))


def _road_flows(
    network: RoadNetwork, trips: TripTable, problem: Problem, found: Equilibrium, seconds: float
) -> RoadFlows:
    volume = found.flow[0]
    travel_time = problem.delays.delay(volume)
    ratio = np.divide(volume, network.capacity, out=np.full_like(volume, np.nan), where=network.b > 0)
    return RoadFlows(
        network=network,
        flows=FlowTable(network.tail, network.head, volume, travel_time + problem.fixed_cost[0]),
        time=travel_time,
        ratio=ratio,
        demand=float(trips.matrix.sum()),
        intrazonal=float(np.trace(trips.matrix)),
        objective=float(problem.delays.area(volume).sum() + problem.fixed_cost[0] @ volume),
        relative_gap=found.relative_gap,
        iterations=found.iterations,
        seconds=seconds,
    )
