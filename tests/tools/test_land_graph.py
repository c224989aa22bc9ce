"""Ways over a small drawn graph: access, long edges and gaps."""

from __future__ import annotations

import numpy as np
import pytest

from caspia.units import great_circle_km
from land_graph import LandGraph, join_gaps, read_graph, shortest_km

DEGREE_KM = float(great_circle_km(0, 0, 1, 0))
# A ---- B -- C    D -- E      F -- G      longitudes on the equator; C-D is a gap of 2.2 km, E-F one of 11 km
NODES = {"A": 0.0, "B": 1.0, "C": 1.05, "D": 1.07, "E": 1.12, "F": 1.22, "G": 1.27}
LINES = ("AB", "BC", "DE", "FG")


@pytest.fixture
def drawn() -> LandGraph:
    names = list(NODES)
    lonlat = np.array([[lon, 0.0] for lon in NODES.values()])
    arcs = [[names.index(line[k]), names.index(line[1 - k])] for line in LINES for k in (0, 1)]
    tail, head = np.array(arcs).T
    return LandGraph(lonlat, tail, head, abs(lonlat[tail, 0] - lonlat[head, 0]) * DEGREE_KM)


def way(graph: LandGraph, *places: tuple[float, float]) -> float:
    (km,) = shortest_km(graph, np.array(places), np.array([[0, 1]]))
    return float(km)


def test_way_from_a_place_to_its_nearest_node_counts(drawn: LandGraph) -> None:
    assert way(drawn, (0.0, 0.02), (1.0, 0.0)) == pytest.approx(1.02 * DEGREE_KM)


def test_way_from_a_place_to_a_long_edge_does_not_count(drawn: LandGraph) -> None:
    assert way(drawn, (0.4, 0.2), (1.0, 0.0)) == pytest.approx(0.6 * DEGREE_KM)
    assert way(drawn, (0.3, 0.1), (0.8, -0.1)) == pytest.approx(0.5 * DEGREE_KM)


def test_place_far_from_everything_is_not_joined(drawn: LandGraph) -> None:
    assert np.isnan(way(drawn, (0.4, 0.5), (1.0, 0.0)))


@pytest.mark.parametrize(
    ("gap_km", "end", "joined"), [(1, "E", False), (3, "E", True), (3, "G", False), (15, "G", True)]
)
def test_gaps_are_joined_up_to_a_distance(drawn: LandGraph, gap_km: float, end: str, joined: bool) -> None:
    km = way(join_gaps(drawn, gap_km), (1.0, 0.0), (NODES[end], 0.0))
    assert km == pytest.approx((NODES[end] - 1.0) * DEGREE_KM, abs=0.01) if joined else np.isnan(km)


def test_wide_gaps_join_only_the_dead_ends_given(drawn: LandGraph) -> None:
    assert drawn.dead_ends.tolist() == [0, 2, 3, 4, 5, 6]
    wide = join_gaps(drawn, 15, np.array([4, 5]))
    assert not np.isnan(way(wide, (NODES["E"], 0.0), (NODES["G"], 0.0)))
    assert np.isnan(way(wide, (NODES["B"], 0.0), (NODES["E"], 0.0)))


def test_graph_is_read_as_the_package_holds_it() -> None:
    """First entries of `world_railways.py`; arcs have positive lengths no shorter than the great circle."""
    graph = read_graph("railways")
    assert graph.lonlat[0] == pytest.approx([-58.381, -34.638])
    assert list(zip(graph.head[graph.tail == 1], graph.km[graph.tail == 1], strict=True)) == [
        (0, 2.02),
        (5, 2.121),
        (6, 0.222),
    ]
    straight = great_circle_km(*graph.lonlat[graph.tail].T, *graph.lonlat[graph.head].T)
    assert (graph.km >= 0).all()
    assert (graph.km > 0.9 * straight - 0.1).mean() > 0.999
