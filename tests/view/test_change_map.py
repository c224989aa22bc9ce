"""Maps of what a scenario moves: widths true to tonnes moved, gains and losses told apart, rounding left out."""

from __future__ import annotations

import re

import flow_rows
import pytest

from caspia.view import atlas, change_map, flow_chapters, map_layers, picture, records, report, theme, width_key
from caspia.view.formats import THIN_SPACE


@pytest.fixture(scope="module")
def flowing(result, hostile):
    return records.Prepared(type(result)({**result.tables, **flow_rows.tables(hostile)}, result.manifest))


@pytest.fixture(scope="module")
def world(flowing):
    return atlas.atlas(flowing)


def of(flowing, scenario):
    return [row for row in records.rows(flowing, "flow_links") if row["scenario"] == scenario]


@pytest.fixture(scope="module")
def shown(flowing, world):
    return change_map.change_picture(of(flowing, flow_rows.CLOSED), world)


@pytest.fixture(scope="module")
def spec(shown):
    return change_map.change_map(shown, "Title")


def test_a_change_is_that_of_all_corridors_and_directions(shown):
    found = {c.link.id: (c.before_t, c.after_t, c.change_t) for c in shown.changes}
    assert found == {"rail-KZALA-KZAAU": (20e6, 13e6, -7e6), "ferry-KZAAU-AZBAK": (4e6, 9e6, 5e6)}
    assert shown.changes[0].link.id == "rail-KZALA-KZAAU", "the greatest is drawn first"
    assert shown.changes[0].parts.replace(THIN_SPACE, " ") == "Caspian +5.0 Mt, Northern −12 Mt"


def test_a_line_is_as_wide_as_the_tonnes_that_move(spec, shown):
    rows = {f["properties"]["n"]: f["properties"] for f in spec["datasets"][map_layers.LINES]}
    lost, won = rows["Kazakh line"], rows["Ferry"]
    assert won["w"] == pytest.approx(lost["w"] * 5 / 7, rel=1e-3)
    assert lost["w"] == pytest.approx(width_key.WIDEST * shown.box.width / 1000, rel=1e-3)
    for row in spec["datasets"][change_map.KEY]:
        size, unit = re.search(r"([\d.]+) (Mt|kt) a year", row["t"]).groups()
        assert row["w"] == pytest.approx(lost["w"] * float(size) * (1 if unit == "Mt" else 1e-3) / 7, rel=2e-3)


def test_gains_and_losses_differ_in_more_than_colour(spec):
    rows = {f["properties"]["n"]: f["properties"] for f in spec["datasets"][map_layers.LINES]}
    assert (rows["Kazakh line"]["g"], rows["Ferry"]["g"]) == (False, True)
    drawn = [layer for layer in spec["layer"] if layer.get("data") == {"name": map_layers.LINES}]
    looks = {(layer["transform"][0]["filter"], layer["mark"]["stroke"]) for layer in drawn}
    lost, won = "!datum.properties.g", "datum.properties.g"
    assert looks == {(lost, theme.LOSS), (lost, theme.token("halo")), (won, theme.GAIN)}
    taken = {c.colour for c in theme.CORRIDORS.values()} | {tone for pair in theme.TOKENS.values() for tone in pair}
    assert not {theme.GAIN, theme.LOSS} & taken


def test_hovering_tells_before_after_and_corridors(spec):
    (lost,) = [f["properties"] for f in spec["datasets"][map_layers.LINES] if not f["properties"]["g"]]
    told = {key: str(value).replace(THIN_SPACE, " ") for key, value in lost.items()}
    assert (told["d"], told["b"], told["m"]) == ("−7.0 Mt", "20 Mt before, 13 Mt after", "railway")
    titles = {t["title"] for layer in spec["layer"] for t in layer.get("encoding", {}).get("tooltip", [])}
    assert {"Link", "Mode", "Change a year", "Carries a year", "By corridor"} <= titles


def test_amounts_are_written_with_their_sign(spec):
    texts = {row["t"].replace(THIN_SPACE, " ") for row in spec["datasets"][map_layers.NAMES]}
    assert {"−7.0 Mt", "+5.0 Mt"} <= texts


def test_the_title_says_what_gains_and_what_loses(shown):
    said = change_map.change_title(shown).replace(THIN_SPACE, " ")
    assert said == "Kazakh line loses most, −7.0 Mt a year; Ferry gains most, +5.0 Mt a year"


def test_rounding_is_no_map(flowing, world):
    base = change_map.change_picture(of(flowing, flow_rows.BASE), world)
    assert base.changes == ()
    small = [row | {"change_t": 1e-3 * row["change_t"]} for row in of(flowing, flow_rows.CLOSED)]
    assert change_map.change_picture(small, world).changes == ()
    assert change_map.change_picture([], world).changes == ()


def test_the_map_stands_in_the_chapter_of_its_scenario(flowing, world):
    drawn = flow_chapters.flow_charts_of(flowing, world)
    page = report.render_report(flowing)
    assert 'data-chart="flow-change-north-shut"' in page
    assert page.index("flow-change-north-shut") < page.index("flow-moves-north-shut")
    calm = flowing.tables["flow_links"].assign(change_t=0.0)
    bare = records.Prepared(
        type("Result", (), {"tables": {**flowing.tables, "flow_links": calm}, "manifest": {}})()
    )
    assert set(drawn) - set(flow_chapters.flow_charts_of(bare, world)) == {"flow-change-north-shut"}


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_it_is_written_as_a_picture(flowing, tmp_path, ground):
    spec = picture.change_spec(flowing, flow_rows.CLOSED, width=300)
    assert len(spec["title"]) > 1, "a long title is broken"
    for name in ("a.png", "a.svg"):
        assert picture.write_picture(spec, tmp_path / name, ground=ground).stat().st_size > 10_000


@pytest.mark.parametrize("scenario", [flow_rows.BASE, "no-such-thing"])
def test_a_picture_of_nothing_is_refused(flowing, scenario):
    with pytest.raises(ValueError, match="nothing moves"):
        picture.change_spec(flowing, scenario)
