"""Flows as people see them: sentences from the data, charts without NaN, widths true to tonnes, tables."""

from __future__ import annotations

import itertools
import json
import math
import re

import altair as alt
import flow_rows
import html5lib
import pandas as pd
import pytest
import shapely
import vl_convert

from caspia.view import (
    atlas,
    count_charts,
    count_terminal,
    evidence,
    flow_answers,
    flow_bands,
    flow_chapters,
    flow_map,
    flow_terminal,
    flow_words,
    map_layers,
    picture,
    records,
    report,
)
from caspia.view import map as maps
from caspia.view.formats import THIN_SPACE


@pytest.fixture(scope="module")
def found(hostile):
    return flow_rows.tables(hostile)


@pytest.fixture(scope="module")
def flowing(result, found):
    return records.Prepared(type(result)({**result.tables, **found}, result.manifest))


@pytest.fixture(scope="module")
def world(flowing):
    return atlas.atlas(flowing)


@pytest.fixture(scope="module")
def specs(flowing, world):
    return flow_chapters.flow_charts_of(flowing, world)


@pytest.fixture(scope="module")
def html(flowing):
    return report.render_report(flowing)


def of(flowing, table, scenario=flow_rows.BASE):
    return [row for row in records.rows(flowing, table) if row["scenario"] == scenario]


def replaced(flowing, **tables):
    return type("Result", (), {"tables": {**flowing.tables, **tables}, "manifest": flowing.manifest})()


def test_the_answer_has_the_numbers_of_the_tables(flowing):
    said = flow_answers.flows_answer(
        of(flowing, "flow_corridors"), of(flowing, "flow_bottlenecks"), 2025, "base-2025"
    )
    said = said.replace(THIN_SPACE, " ")
    assert said == (
        "In 2025 the Caspian corridor carries 4.0 Mt and 100 thousand TEU, 20 % of the 20 Mt that move over land; "
        "Northern carries 80 %; Alat: rail to ferry binds first, at 95 % of its capacity."
    )


@pytest.mark.parametrize(
    ("ratios", "words"),
    [((), "no capacity is near"), ((0.5,), "nothing binds"), ((0.85, 0.99), "B binds first, at 99 %")],
)
def test_what_binds_is_said_of_the_fullest(ratios, words):
    rows = [{"name": name, "ratio": ratio} for name, ratio in zip("ABC", ratios, strict=False)]
    assert words in flow_answers.binding(rows).replace(THIN_SPACE, " ")


def test_nothing_flows_is_said(flowing):
    assert flow_answers.flows_answer([], [], 2025).startswith("No flows of 2025")


def test_who_gains_and_loses_is_said_with_numbers(flowing):
    rows = of(flowing, "flow_corridors", flow_rows.CLOSED), of(flowing, "flow_countries", flow_rows.CLOSED)
    said = flow_answers.moved_answer(*rows, "Shut", 2e6).replace(THIN_SPACE, " ")
    assert said == (
        "Shut: Northern −7.0 Mt and Caspian +5.0 Mt; 2.0 Mt of trade is lost; 2.0 Mt has no open way; "
        "Russia loses 2.0 billion USD of transit revenue and Azerbaijan gains 500 million USD."
    )


def test_rounding_is_no_change():
    rows = [{"corridor": name, "flow_t": 1e7, "change_t": 1e-6} for name in ("Caspian", "Northern")]
    assert "hardly anything moves" in flow_answers.moved_answer(rows, [], "Calm")
    assert (flow_words.tonnes(0.3), flow_words.dollars(12.0, signed=True)) == ("0", "0 USD")


def test_judged_counts_are_said_apart_from_the_fitted(flowing):
    said = flow_answers.counts_answer(records.rows(flowing, "flow_counts"))
    assert "0 of 2 judged counts" in said
    assert "1 of 1 fitted count lie within a factor of 1.5 (median factor 1.25)" in said


def test_a_map_band_is_as_wide_as_its_tonnes(flowing, world):
    shown = flow_map.flow_picture(of(flowing, "flow_links"), of(flowing, "flow_bottlenecks"), world)
    spec = flow_map.flow_map(shown, "Title", 880)
    width = {
        (f["properties"]["n"], f["properties"]["c"]): f["properties"]["w"]
        for f in spec["datasets"][map_layers.LINES]
    }
    whole = width["Kazakh line", "Northern"]
    assert width["Kazakh line", "Caspian"] == pytest.approx(whole * 4 / 20, rel=1e-3)
    assert width["Ferry", "Caspian"] == pytest.approx(whole * 4 / 20, rel=1e-3)
    key = spec["datasets"][flow_map.KEY]
    assert len(key) == 3
    for row in key:
        megatonnes = float(row["t"].split()[0])
        assert row["w"] == pytest.approx(whole * megatonnes / 20, rel=0.02)


def test_both_directions_are_one_band_and_hairs_are_left_out(flowing, world):
    stack = flow_bands.bands(of(flowing, "flow_links"), world.links)
    assert {(b.link.id, b.corridor): b.flow_t for b in stack}["rail-KZALA-KZAAU", "Caspian"] == 4e6
    assert ("rail-AZBAK-DEDUI", "Northern") not in {(b.link.id, b.corridor) for b in stack}
    assert [b.corridor for b in stack].index("Northern") == 0, "outer bands are drawn first"


def test_rings_lie_where_capacity_binds(flowing, world):
    rings = flow_bands.rings(of(flowing, "flow_bottlenecks"), world)
    assert [r.name for r in rings] == ["Baku", "Ferry"]
    assert (rings[0].x, rings[0].y) == (world.places["AZBAK"].x, world.places["AZBAK"].y)
    assert world.links["ferry-KZAAU-AZBAK"].line.distance(shapely.Point(rings[1].x, rings[1].y)) < 1e-6


def test_every_chart_is_valid_and_holds_no_nan(specs):
    wanted = {"flow-map", "flow-map-caspian", "flow-share-t", "flow-share-teu", "flow-bottlenecks"}
    wanted |= {"flow-shadow", "flow-counts-0", "flow-counts-1"}
    wanted |= {"flow-change-north-shut", "flow-moves-north-shut", "flow-revenues-north-shut"}
    assert set(specs) == wanted
    for name, spec in specs.items():
        alt.LayerChart.from_dict(dict(spec))
        assert spec["title"], name
        text = json.dumps(spec)
        assert "NaN" not in text, name
        assert "Infinity" not in text, name


def test_charts_can_be_drawn(specs, world):
    for name, spec in specs.items():
        whole = maps.with_world(spec, world) if "map" in name or "change" in name else spec
        assert vl_convert.vegalite_to_svg(whole, vl_version=report.VEGA_LITE).startswith("<svg"), name


def test_the_map_is_written_as_a_picture(flowing, world, tmp_path, specs):
    spec = maps.with_world(specs["flow-map"], world)
    for ground in ("light", "dark"):
        assert picture.write_picture(spec, tmp_path / f"{ground}.png", ground=ground).stat().st_size > 10_000


def test_stacked_shares_fill_the_bar(specs):
    bars = specs["flow-share-t"]["datasets"]["d0"]
    for segment in {b["segment"] for b in bars}:
        own = sorted((b["from"], b["to"]) for b in bars if b["segment"] == segment)
        assert own[0][0] == 0.0
        assert own[-1][1] == pytest.approx(100.0)
        assert all(a[1] == b[0] for a, b in itertools.pairwise(own))


def test_counts_are_marked_by_role_and_the_unmodelled_is_not_lost(flowing):
    groups = count_charts.comparable(records.rows(flowing, "flow_counts"))
    assert {unit: len(rows) for unit, rows in groups.items()} == {"t/year": 3, "TEU/year": 1}
    spec = count_charts.traffic(groups["t/year"], "t/year")
    points = next(rows for rows in spec["datasets"].values() if rows and "observed" in rows[0])
    assert {p["role"] for p in points} == {"fitted", "judged"}
    assert [p["name"] for p in points if p["lost"]] == ["Aktau"]
    looks = [layer["mark"]["fill"] for layer in spec["layer"] if "role" in str(layer.get("transform"))][:3]
    assert len(set(looks)) == 3


def test_the_page_is_well_formed_and_shows_no_nan(html, hostile):
    parser = html5lib.HTMLParser(strict=True)
    page = parser.parse(re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL))
    text = " ".join("".join(page.itertext()).split())
    assert not re.search(r"\b(nan|inf|None)\b", text)
    assert "In 2025 the Caspian corridor carries" in text
    assert hostile in text
    assert "Not shown, since there is no equilibrium: iran-closed." in text


def test_observed_numbers_of_counts_and_totals_know_their_source(html, flowing):
    proof = json.loads(re.search(r'id="evidence-data">(.*?)</script>', html, flags=re.DOTALL)[1])
    for table in ("flow-counts-table", "flow-reconciliation"):
        body = re.search(rf'<table id="{table}".*?</table>', html, flags=re.DOTALL)[0]
        keys = re.findall(r'<button type="button" class="n observed" data-facts="o(\d+)"', body)
        assert len(keys) == body.count("<tr>") - 1
        for key in keys:
            assert 0 <= proof["observations"][int(key)][7] < len(proof["sources"])
    published = evidence.evidence(flowing).published_keys
    assert len(set(published.values())) == 5


def test_a_report_without_flows_has_no_chapter_on_them(result):
    assert flow_chapters.flow_chapters(result, evidence.evidence(result), {}, {}) == []


def test_flows_that_did_not_converge_are_not_shown(flowing, world):
    failed = pd.DataFrame([flow_rows.run("base-2025", "", "not converged", "residual 0.1 after 900 loadings")])
    bare = replaced(flowing, flow_runs=failed)
    chapters = flow_chapters.flow_chapters(bare, evidence.evidence(bare), {}, {})
    assert [c.id for c in chapters] == ["flows"]
    assert "residual 0.1" in chapters[0].answer
    assert not chapters[0].parts
    assert not [name for name in flow_chapters.flow_charts_of(bare, world) if "counts" not in name]


def test_numbers_without_capacity_or_states_are_left_out(flowing, world):
    empty = {name: flowing.tables[name].head(0) for name in ("flow_bottlenecks", "flow_countries", "flow_moved")}
    bare = replaced(flowing, **empty)
    drawn = flow_chapters.flow_charts_of(bare, world)
    assert not [name for name in drawn if "bottleneck" in name or "shadow" in name or "revenue" in name]
    chapters = flow_chapters.flow_chapters(bare, evidence.evidence(bare), {}, drawn)
    assert "no capacity is near its limit" in chapters[0].answer
    assert {n for c in chapters for p in c.parts for n in p.charts} <= set(drawn)


SCREENS = ("flows", "compare", "counts", "calibration")


def show(name, found):
    base = flow_rows.answer(found, flow_rows.BASE)
    if name == "flows":
        flow_terminal.print_flows(base)
    elif name == "compare":
        flow_terminal.print_flows(flow_rows.answer(found, flow_rows.CLOSED, base))
    elif name == "counts":
        count_terminal.print_counts(found["flow_counts"])
    else:
        facts = {"subject": "grp-boxes", "attribute": "choice_scale", "value": 0.1, "low": 0.05, "high": 0.2}
        fit = found["flow_counts"].query("role == 'fitted'").assign(before=1e6)
        count_terminal.print_calibration(pd.DataFrame([facts | {"unit": "t/USD"}]), fit)


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("name", SCREENS)
def test_no_line_is_wider_than_the_terminal(name, width, found, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    show(name, found)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width
    assert not re.search(r"\bnan\b|\x1b", "\n".join(lines))
    assert lines[-1].startswith("Next: caspia ")


def test_a_comparison_says_what_moved_and_whose_revenue_changed(found, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    show("compare", found)
    text = " ".join(capsys.readouterr().out.replace(THIN_SPACE, " ").split())
    assert "north-shut against base-2025: Northern −7.0 Mt and Caspian +5.0 Mt" in text
    assert "Northern to Caspian 5.0 crude oil" in text
    assert "Northern, no longer moved 2.0" in text
    assert re.search(r"Russia 2\.0 4\.0 0 −2 000", text)
    assert "Who uses it: 1.0 Mt a year" in text


def test_judged_counts_come_before_the_fitted_and_those_shown(found, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    show("counts", found)
    text = capsys.readouterr().out
    places = [text.index(word) for word in ("Judged: not used", "\nFitted", "Shown only", "By kind")]
    assert places == sorted(places)
    assert "∞" in text


def test_calibration_says_whether_the_fit_helped(found, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    show("calibration", found)
    assert "the median factor falls from 4.00 to 1.25" in capsys.readouterr().out


@pytest.mark.parametrize("colour", ["#4477AA", "#EE6677", "#228833", "#CCBB44", "#66CCEE", "#BBBBBB"])
def test_letters_on_bars_can_be_read(colour):
    from caspia.view.flow_charts import letter_colour

    def light(code):
        parts = [int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    pair = sorted((light(colour), light(letter_colour(colour))))
    assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.4
    assert math.isfinite(pair[0])


def test_counts_that_do_not_judge_say_why(found, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    show("counts", found)
    text = capsys.readouterr().out
    assert "Why it does not judge" in text
    assert "Imports of [Georgia]" in text
