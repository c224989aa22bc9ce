"""The map: its projection, its lines and its labels."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import shapely

from caspia.view import atlas, labels, map_layers, projection, records, strands, theme
from caspia.view import map as maps


@pytest.fixture(scope="module")
def world(result):
    return atlas.atlas(result)


def points(features):
    for feature in features:
        yield from shapely.get_coordinates(shapely.from_geojson(json.dumps(feature)))


def test_projection_keeps_areas():
    """One degree of longitude between two parallels has the same area at every place of the sphere's zone."""
    for south in (10.0, 40.0, 65.0):
        true = math.radians(1.0) * (math.sin(math.radians(south + 1)) - math.sin(math.radians(south)))
        for west in (-10.0, 68.0, 140.0):
            cell = shapely.segmentize(shapely.box(west, south, west + 1, south + 1), 0.05)
            flat = shapely.transform(cell, lambda c: np.column_stack(projection.albers(c[:, 0], c[:, 1])))
            assert flat.area == pytest.approx(true, rel=1e-3)


@pytest.mark.parametrize("parallel", [25.0, 55.0])
def test_projection_is_true_to_length_on_its_parallels(parallel):
    lon = np.linspace(60.0, 61.0, 101)
    east, north = projection.albers(lon, np.full_like(lon, parallel))
    length = np.hypot(np.diff(east), np.diff(north)).sum()
    assert length == pytest.approx(math.cos(math.radians(parallel)) * math.radians(1.0), rel=1e-6)


def test_projection_is_upright_in_its_middle():
    east, north = projection.albers(np.array([68.0, 68.0]), np.array([20.0, 60.0]))
    assert east == pytest.approx([0.0, 0.0])
    assert north[0] < 0.0 < north[1]


@pytest.mark.parametrize(
    ("lon", "lat"),
    [(-9.1, 38.7), (0.0, 51.5), (139.7, 35.6), (103.8, 1.3), (76.9, 43.3), (40.5, 64.5), (43.1, 11.6)],
)
def test_the_frame_holds_eurasia(lon, lat):
    assert projection.FRAME.contains(*projection.place(lon, lat))


def test_land_and_network_lie_inside_the_frame(world):
    frame = projection.FRAME
    for features in (world.base_features(), world.network_features()):
        found = list(points(features))
        assert len(found) > 10
        assert all(-0.1 <= x <= frame.width + 0.1 and -0.1 <= y <= frame.height + 0.1 for x, y in found)


def test_land_outside_the_frame_is_left_out(world):
    assert [name for name, _, _ in world.land] == ["Kazakhstan", "Russia"]


def test_lines_go_through_their_way_points(world):
    line = world.links["ferry-KZAAU-AZBAK"].line
    for lon, lat in ((51.2, 43.6), (51.0, 41.5), (50.4, 40.2), (49.9, 40.4)):
        assert line.distance(shapely.Point(projection.place(lon, lat))) < 0.01


def test_shared_links_run_side_by_side(result, world):
    chosen = [r for r in records.routes(result, "ala-dui") if r.rank == 1]
    found = strands.strands(chosen, world.links, strands.route_links(result), gap=4.0)
    ferry = {s.corridor: s.line for s in found if s.link.id == "ferry-KZAAU-AZBAK"}
    middles = [shapely.line_interpolate_point(line, 0.5, normalized=True) for line in ferry.values()]
    assert set(ferry) == {"Caspian", "Northern"}
    assert middles[0].distance(middles[1]) > 2.0


def test_lines_of_a_corridor_meet(result, world):
    chosen = [r for r in records.routes(result, "ala-dui") if r.rank == 1]
    found = strands.strands(chosen, world.links, strands.route_links(result), gap=4.0)
    for corridor in ("Caspian", "Northern"):
        ends = [tuple(s.line.coords[i]) for s in found if s.corridor == corridor for i in (0, -1)]
        assert len(set(ends)) == 4


def test_labels_do_not_cover_each_other():
    names = [labels.Label(100 + 3 * i, 100 + 2 * i, f"Place {i}", "place", float(i)) for i in range(12)]
    placed = labels.place_labels(names, shapely.LineString([(0, 0), (200, 200)]), projection.Box(0, 0, 400, 300))
    for width_class, width in enumerate(labels.WIDTHS_PX):
        scale = width / 400
        boxes = [
            labels.rectangle(p.label.x * scale + p.dx, p.label.y * scale + p.dy, labels.extent(p.label), p.align)
            for p in placed
            if p.width_class == width_class
        ]
        assert boxes
        assert not any(a.overlaps(b) for a in boxes for b in boxes if a is not b)


def test_the_best_rank_gets_its_label_first():
    names = [labels.Label(50.0, 50.0, "Second", "place", 2.0), labels.Label(50.0, 50.0, "First", "place", 1.0)]
    placed = labels.place_labels(names, shapely.LineString(), projection.Box(0, 0, 100, 100))
    assert next(p.label.text for p in placed if p.width_class == 0) == "First"


def test_close_up_fits_its_routes(result, world):
    question = records.consignments(result)[0]
    picture = maps.close_up(result, world, question, strands.route_links(result), {})
    assert picture.box.width <= projection.FRAME.width
    for place in ("KZALA", "DEDUI", "AZBAK"):
        assert picture.box.contains(world.places[place].x, world.places[place].y)


def test_overview_draws_every_corridor_in_its_colour(result, world):
    picture = maps.overview(result, world, strands.route_links(result), {})
    spec = maps.with_world(maps.map_spec(picture, "Title", 800), world)
    text = json.dumps(spec)
    for corridor in ("Caspian", "Northern"):
        assert theme.corridor(corridor).colour in text
    assert spec["datasets"][map_layers.BASE]
    assert spec["datasets"][map_layers.NETWORK]
