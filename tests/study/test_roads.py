"""Road networks from files: flows carry the demand, no used route is dear, options and odd networks are refused."""

from __future__ import annotations

from pathlib import Path

import networkx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caspia.errors import DataError, InputError, NotConverged
from caspia.exchange import RoadNetwork, TripTable, write_network, write_trips
from caspia.study.roads import RoadFlows, Weights, assign_tntp, assignment_record

some = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def roads(ends: list[tuple[int, int]], n_nodes: int, n_zones: int = 2, **columns: object) -> RoadNetwork:
    """Draw a network; columns not given are those of a plain road."""
    count = len(ends)
    plain = {"capacity": 10, "length": 1, "free_flow_time": 1, "b": 0.15, "power": 4, "speed": 0, "toll": 0}
    values = {
        name: np.array(np.broadcast_to(columns.get(name, value), count), float) for name, value in plain.items()
    }
    tail, head = np.array(ends, np.int32).reshape(-1, 2).T
    types = np.ones(count, np.int32)
    first = int(columns.get("first_thru_node", 0))
    return RoadNetwork(
        tail, head, **values, link_type=types, n_zones=n_zones, n_nodes=n_nodes, first_thru_node=first
    )


def solved(folder: Path, network: RoadNetwork, matrix: object, **more: object) -> RoadFlows:
    write_network(folder / "net.tntp", network)
    write_trips(folder / "trips.tntp", TripTable(np.array(matrix, float)))
    return assign_tntp(folder / "net.tntp", folder / "trips.tntp", **more)


@st.composite
def instances(draw: st.DrawFn) -> tuple[RoadNetwork, np.ndarray, Weights]:
    """A ring in both directions, so that every zone is reached, and some more links."""
    size = draw(st.integers(3, 6))
    ring = [(node, (node + 1) % size) for node in range(size)]
    node = st.integers(0, size - 1)
    ends = [*ring, *((head, tail) for tail, head in ring), *draw(st.lists(st.tuples(node, node), max_size=6))]
    count = len(ends)
    column = {
        name: draw(st.lists(st.sampled_from(values), min_size=count, max_size=count))
        for name, values in {
            "capacity": (1.0, 5.0, 20.0),
            "free_flow_time": (0.5, 1.0, 3.0),
            "b": (0.15, 1.0),
            "power": (1.0, 2.0, 4.0),
            "toll": (0.0, 2.0),
            "length": (1.0, 4.0),
        }.items()
    }
    demand = st.lists(st.sampled_from([0.0, 1.0, 7.5]), min_size=9, max_size=9)
    weights = Weights(draw(st.sampled_from([0.0, 0.5])), draw(st.sampled_from([0.0, 0.1])))
    return roads(ends, size, 3, **column), np.array(draw(demand)).reshape(3, 3), weights


@given(instance=instances())
@some
def test_flows_are_an_equilibrium(tmp_path: Path, instance: tuple[RoadNetwork, np.ndarray, Weights]) -> None:
    network, matrix, weights = instance
    result = solved(tmp_path, network, matrix, gap=1e-8, weights=weights)
    volume = result.flows.volume
    assert (volume >= 0).all()
    travelling = matrix * ~np.eye(3, dtype=bool)
    balance = np.bincount(network.tail, volume, network.n_nodes) - np.bincount(
        network.head, volume, network.n_nodes
    )
    balance[:3] -= travelling.sum(axis=1) - travelling.sum(axis=0)
    np.testing.assert_allclose(balance, 0, atol=1e-8)

    time = network.free_flow_time * (1 + network.b * (volume / network.capacity) ** network.power)
    cost = time + weights.toll * network.toll + weights.length * network.length
    np.testing.assert_allclose(result.time, time)
    np.testing.assert_allclose(result.flows.cost, cost)
    graph = networkx.MultiDiGraph()
    graph.add_weighted_edges_from(zip(network.tail.tolist(), network.head.tolist(), cost.tolist(), strict=True))
    least = sum(
        travelling[origin, destination] * networkx.dijkstra_path_length(graph, origin, destination)
        for origin, destination in np.argwhere(travelling > 0).tolist()
    )
    assert result.total_cost == pytest.approx(volume @ cost)
    assert result.total_cost - least <= 1.01e-8 * result.total_cost + 1e-12
    assert result.demand == pytest.approx(matrix.sum())
    assert result.intrazonal == pytest.approx(np.trace(matrix))


def test_two_roads_share_by_wardrop(tmp_path: Path) -> None:
    """Times 1 + x and 2 + y with x + y = 5: x = 3, y = 2; the objective is 3 + 4.5 + 4 + 2."""
    network = roads([(0, 1), (0, 1)], 2, capacity=1, power=1, free_flow_time=[1, 2], b=[1, 0.5])
    result = solved(tmp_path, network, [[0, 5], [0, 0]], gap=1e-12)
    np.testing.assert_allclose(result.flows.volume, [3, 2])
    np.testing.assert_allclose(result.flows.cost, [4, 4])
    np.testing.assert_allclose(result.lost_time, [9, 4])
    np.testing.assert_allclose(result.ratio, [3, 2])
    assert result.objective == pytest.approx(13.5)
    assert result.total_time == pytest.approx(20)


def test_no_way_leads_through_a_zone(tmp_path: Path) -> None:
    ends = [(0, 1), (1, 2), (0, 3), (3, 2)]
    time = {"free_flow_time": [1, 1, 5, 5], "b": 0}
    open_to_all = solved(tmp_path, roads(ends, 4, 3, **time), [[0, 0, 2], [0, 0, 0], [0, 0, 0]])
    np.testing.assert_allclose(open_to_all.flows.volume, [2, 2, 0, 0])
    closed = solved(tmp_path, roads(ends, 4, 3, **time, first_thru_node=3), [[0, 0, 2], [0, 0, 0], [0, 0, 0]])
    np.testing.assert_allclose(closed.flows.volume, [0, 0, 2, 2])


def test_links_whose_time_does_not_depend_on_the_volume(tmp_path: Path) -> None:
    network = roads([(0, 1), (1, 0)], 2, capacity=0, b=0, power=[0.5, 0], free_flow_time=[2, 0])
    result = solved(tmp_path, network, [[0, 5], [1, 0]])
    np.testing.assert_allclose(result.flows.cost, [2, 0])
    assert np.isnan(result.ratio).all()
    assert assignment_record(result)["most_loaded"] == []


def test_no_demand_no_flow(tmp_path: Path) -> None:
    result = solved(tmp_path, roads([(0, 1)], 2), [[3, 0], [0, 0]])
    assert result.flows.volume.tolist() == [0]
    assert (result.demand, result.intrazonal, result.objective, result.total_cost) == (3, 3, 0, 0)
    assert result.relative_gap == 0


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[int, float]] = []
    result = solved(
        tmp_path, roads([(0, 1), (0, 1)], 2), [[0, 50], [0, 0]], progress=lambda *words: told.append(words)
    )
    assert told[-1] == (result.iterations, result.relative_gap)


def test_demand_without_a_way(tmp_path: Path) -> None:
    network = roads([(0, 1)], 8, 8)
    matrix = np.zeros((8, 8))
    matrix[0, 1:] = 2.0
    words = (
        r"trips\.tntp: demand has no route; got 12 trips: 1 to 3, 1 to 4, 1 to 5, 1 to 6, 1 to 7 and 1 more pairs"
    )
    with pytest.raises(InputError, match=words):
        solved(tmp_path, network, matrix)


def test_a_power_below_one(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"link 1 to 2: power cannot be used; got power 0\.5"):
        solved(tmp_path, roads([(0, 1)], 2, power=0.5), [[0, 1], [0, 0]])


def test_files_of_two_instances(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="got 3 zones; allowed: 2 zones"):
        solved(tmp_path, roads([(0, 1)], 2), np.zeros((3, 3)))


def test_a_run_that_is_given_up(tmp_path: Path) -> None:
    network = roads([(0, 1), (0, 1), (0, 1)], 2, free_flow_time=[1, 1.1, 1.7], b=[0.15, 0.9, 0.3])
    with pytest.raises(
        NotConverged, match=r"got .* after 1 rounds; allowed: at most 1e-12; repair: raise --max-iter"
    ):
        solved(tmp_path, network, [[0, 70], [0, 0]], gap=1e-12, max_iterations=1)
