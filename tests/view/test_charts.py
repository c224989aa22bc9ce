"""Charts: valid against the schema of Vega-Lite, drawable, and honest about what they show."""

from __future__ import annotations

import json

import altair as alt
import pytest
import vl_convert

from caspia.view import atlas, charts, contents, evidence, evidence_charts, picture, records, report, theme


@pytest.fixture(scope="module")
def specs(result):
    world, proof = atlas.atlas(result), evidence.evidence(result)
    return contents.all_charts(result, world, proof)


def test_every_answered_question_has_its_pictures(specs):
    kinds = ("map", "cost-time", "times", "emissions")
    wanted = {f"{kind}-{question}" for kind in kinds for question in ("ala-dui", "shu-bak")}
    assert wanted | {"map-overview", "methods", "validation-time-0", "validation-price-0"} == set(specs)


def test_specifications_are_valid(specs):
    for name, spec in specs.items():
        alt.LayerChart.from_dict(dict(spec))
        assert spec["title"], name


def test_every_layer_has_its_rows(specs):
    for spec in specs.values():
        named = {layer["data"]["name"] for layer in spec["layer"] if "data" in layer}
        assert named - {"base", "network"} <= set(spec["datasets"])


def test_axes_say_their_unit(specs):
    text = json.dumps(specs["cost-time-ala-dui"], ensure_ascii=False)
    assert "Door to door, days (P10–P90)" in text
    assert "Cost, USD/FEU (P10–P90)" in text


def test_charts_can_be_drawn(specs, result):
    for name in ("cost-time-ala-dui", "times-shu-bak", "emissions-ala-dui", "validation-time-0", "methods"):
        svg = vl_convert.vegalite_to_svg(specs[name], vl_version=report.VEGA_LITE)
        assert svg.startswith("<svg")
    assert "Caspian" in vl_convert.vegalite_to_svg(picture.overview_spec(result), vl_version=report.VEGA_LITE)


def test_the_bundled_vega_lite_is_that_of_altair():
    assert alt.SCHEMA_VERSION.lstrip("v").startswith(f"{report.VEGA_LITE}.")


def test_isolines_touch_the_best_route(result):
    routes = records.routes(result, "ala-dui")
    x, y = charts.Extent(0.0, 60.0), charts.Extent(0.0, 9000.0)
    lines = charts.isolines(routes, x, y)
    assert len(lines) == 3
    for line, worth in zip(lines, (15.0, 30.0, 60.0), strict=True):
        slope = (line["y2"] - line["y"]) / (line["x2"] - line["x"])
        assert slope == pytest.approx(-worth)
        level = line["y"] + worth * line["x"]
        assert level == pytest.approx(min(r.cost_usd.p50 + worth * r.time_days.p50 for r in routes))


def test_a_route_without_interval_is_still_drawn(result):
    frame = result.tables["routes"].copy()
    frame[["cost_usd_p10", "cost_usd_p90", "time_h_p10", "time_h_p90", "co2e_kg_p10", "co2e_kg_p90"]] = float("nan")
    bare = type(result)({**result.tables, "routes": frame}, result.manifest)
    routes = records.routes(bare, "ala-dui")
    for spec in (charts.cost_time(routes, {}), charts.times(routes, {}), charts.emissions(routes, {})):
        assert "NaN" not in json.dumps(spec)
        assert vl_convert.vegalite_to_svg(spec, vl_version=report.VEGA_LITE).startswith("<svg")


def test_observations_without_a_route_are_not_points(result):
    rows = records.rows(result, "validation")
    assert {u: len(r) for u, r in evidence_charts.comparable(rows, "time").items()} == {"day": 2}


def test_dark_ground_replaces_every_token(specs):
    text = json.dumps(theme.recolour(specs["map-overview"], "dark"))
    for light, _ in theme.TOKENS.values():
        assert f'"{light}"' not in text


def test_tokens_differ():
    lights = [light for light, _ in theme.TOKENS.values()] + [c.colour for c in theme.CORRIDORS.values()]
    assert len(set(lights)) == len(lights)


def test_corridors_differ_without_colour():
    assert len({c.shape for c in theme.CORRIDORS.values()}) == len(theme.CORRIDORS)
    assert len({c.glyph for c in theme.CORRIDORS.values()}) == len(theme.CORRIDORS)


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize(
    ("text", "ground"), [("ink", "ground"), ("muted", "ground"), ("ink", "land"), ("ground", "muted")]
)
def test_contrast_of_text(side, text, ground):
    high, low = sorted((luminance(theme.TOKENS[n][side]) for n in (text, ground)), reverse=True)
    assert (high + 0.05) / (low + 0.05) >= 4.5


def test_picture_is_written_whole(result, tmp_path):
    spec = picture.consignment_spec(result, "ala-dui")
    target = picture.write_picture(spec, tmp_path / "a.png", ground="dark", scale=1.0)
    assert target.read_bytes().startswith(b"\x89PNG")
    assert picture.write_picture(spec, tmp_path / "a.svg").read_text(encoding="utf-8").startswith("<svg")
    with pytest.raises(ValueError, match=r"must end in \.png or \.svg"):
        picture.write_picture(spec, tmp_path / "a.gif")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "a.svg"]
