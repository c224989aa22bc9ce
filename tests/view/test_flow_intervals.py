"""Intervals of flows as people see them: in sentences, tables, charts and on the terminal."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace

import altair as alt
import flow_rows
import html5lib
import pandas as pd
import pytest
import vl_convert

from caspia.view import (
    atlas,
    count_terminal,
    flow_answers,
    flow_chapter_tables,
    flow_chapters,
    flow_ranges,
    flow_terminal,
    flow_words,
    records,
    report,
)
from caspia.view.formats import THIN_SPACE
from caspia.view.records import Range

RANGED = {
    "flow_runs": ("demand_t", "unserved_t", "flow_t", "land_t", "change_t", "change_unserved_t"),
    "flow_links": ("flow_t", "link_change_t"),
    "flow_corridors": ("flow_t", "flow_teu", "value_usd", "share", "share_teu", "share_value", "change_t"),
    "flow_countries": ("transit_t", "transit_teu", "transit_revenue_usd", "change_revenue_usd"),
    "flow_bottlenecks": ("flow", "ratio", "delay_h", "shadow_value_usd", "shadow_value_usd_per_t"),
    "flow_counts": ("modelled",),
    "unserved": ("unserved_t",),
}


def doubted(frame, columns):
    """The frame with intervals from 20 % below to 30 % above the size of each number."""
    more = {}
    for name in columns:
        size = frame[name].abs()
        more |= {f"{name}_p10": frame[name] - 0.2 * size, f"{name}_p90": frame[name] + 0.3 * size}
    return frame.assign(**more)


@pytest.fixture(scope="module")
def found(hostile):
    drawn = flow_rows.tables(hostile)
    links, runs = drawn["flow_links"], drawn["flow_runs"]
    whole = links.groupby(["scenario", "link_id"])["change_t"].transform("sum")
    drawn["flow_links"] = links.assign(link_change_t=whole)
    drawn["flow_runs"] = runs.assign(
        **dict.fromkeys(("flow_t", "land_t"), 20e6),
        change_unserved_t=runs["unserved_t"],
        change_t=-runs["unserved_t"],
    ).assign(draws=24, failed_draws=0, interval_note="")
    tables = {name: doubted(frame, RANGED.get(name, ())) for name, frame in drawn.items()}
    corridors = tables["flow_corridors"]
    tables["flow_corridors"] = corridors.assign(
        share_land=corridors["share"], share_land_p10=0.15, share_land_p90=0.3
    )
    shift = {"scenario": flow_rows.CLOSED, "year": 2025, "moved_t_p10": 4e6, "moved_t_p90": 6e6}
    ends = [("Northern", "Caspian", 5e6), ("Northern", "none", 2e6)]
    rows = [shift | {"from_corridor": a, "to_corridor": b, "moved_t": moved} for a, b, moved in ends]
    return tables | {"flow_shifts": pd.DataFrame(rows)}


@pytest.fixture(scope="module")
def flowing(result, found):
    return records.Prepared(type(result)({**result.tables, **found}, result.manifest))


@pytest.fixture(scope="module")
def specs(flowing):
    return flow_chapters.flow_charts_of(flowing, atlas.atlas(flowing))


@pytest.fixture(scope="module")
def page(flowing):
    html = report.render_report(flowing)
    tree = html5lib.HTMLParser(strict=True).parse(re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL))
    return " ".join("".join(tree.itertext()).replace(THIN_SPACE, " ").split())


def of(flowing, table, scenario=flow_rows.BASE):
    return [row for row in records.rows(flowing, table) if row["scenario"] == scenario]


BARE = re.compile(r"(?<!\) )\b[\d.]+ (?:Mt|kt|(?:million|billion) USD)")
"""An amount without brackets before its unit."""


def test_every_total_of_a_title_or_sentence_has_its_interval(flowing, specs):
    chapters = flow_chapters.flow_chapters(flowing, report.evidence.evidence(flowing), {}, specs)
    said = [str(spec["title"]) for spec in specs.values()]
    said += [text for c in chapters for text in (c.answer, *(part.title for part in c.parts))]
    said = [text.replace(THIN_SPACE, " ") for text in said]
    assert BARE.search("4.0 Mt")
    assert not BARE.search("4.0 (3.2–5.2) Mt")
    assert [text for text in said if BARE.search(text)] == []
    for words in (
        "20 (16–26) Mt moved in 2025; Northern carried most, 16 (13–21) Mt",
        "The Caspian corridor in 2025, close up: 4.0 (3.2–5.2) Mt a year",
        "Northern −7.0 (−8.4 to −4.9) Mt, Caspian +5.0 (4.0–6.5) Mt",
        "Kazakh line loses most, −7.0 (−8.4 to −4.9) Mt a year; Ferry gains most, +5.0 (4.0–6.5) Mt a year",
    ):
        assert words in said
    assert any("of the 20 (16–26) Mt that move over land" in text for text in said)
    assert any("2.0 (1.6–2.6) Mt has no open way" in text for text in said)


def test_the_answer_has_intervals(flowing):
    said = flow_answers.flows_answer(of(flowing, "flow_corridors"), of(flowing, "flow_bottlenecks"), 2025)
    assert said.replace(THIN_SPACE, " ") == (
        "In 2025 the Caspian corridor carries 4.0 (3.2–5.2) Mt and 100 (80–130) thousand TEU, 20 % (15–30) of the "
        "20 Mt that move over land; Northern carries 80 % (15–30); Alat: rail to ferry binds first, at "
        "95 % (76–123) of its capacity."
    )


def test_who_gains_and_loses_is_said_with_intervals(flowing):
    rows = of(flowing, "flow_corridors", flow_rows.CLOSED), of(flowing, "flow_countries", flow_rows.CLOSED)
    totals = {"change_t": -2e6, "change_t_p10": -3e6, "change_t_p90": -1e6}
    said = flow_answers.moved_answer(*rows, "Shut", 0.0, totals).replace(THIN_SPACE, " ")
    assert said == (
        "Shut: Northern −7.0 (−8.4 to −4.9) Mt and Caspian +5.0 (4.0–6.5) Mt; 2.0 (1.0–3.0) Mt of trade is lost; "
        "Russia loses 2.0 (1.4–2.4) billion USD of transit revenue and Azerbaijan gains 500 (400–650) million USD."
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Range(math.nan, 4.4, math.nan), "4.4"),
        (Range(0.0, 0.0, 0.0), "0"),
        (Range(0.0, 0.0, 2.0), "0 (0–2.0)"),
        (Range(-2.0, 1.0, 3.0), "+1.0 (−2.0 to +3.0)"),
    ],
)
def test_an_interval_that_is_missing_is_not_written(value, words):
    assert flow_ranges.figures(value, signed=value.p50 > 0 and value.p10 < 0) == words


def test_the_page_shows_intervals_and_what_is_behind_them(page):
    for words in (
        "4.0 (3.2–5.2)",
        "5.0 (4.0–6.0)",
        "300 (240–390)",
        "12 (9.6–16)",
        "Brackets hold P10–P90 of 24 draws of the facts",
        "24 of them found their equilibrium.",
        "0 of 2 judged counts (0 %) lie within their interval",
    ):
        assert words in page, words
    assert "no interval yet" not in page
    assert not re.search(r"\b(nan|inf|None)\b", page)


def test_refused_intervals_are_declared_on_the_page(result, found):
    note = "no intervals: 6 of 24 draws found no equilibrium, more than 10% of them"
    runs = found["flow_runs"].assign(failed_draws=6, interval_note=note)
    bare = {
        name: frame.drop(columns=[c for c in frame if c.endswith(("_p10", "_p90"))])
        for name, frame in found.items()
    }
    html = report.render_report(type(result)({**result.tables, **bare, "flow_runs": runs}, result.manifest))
    assert note in html
    assert "found their equilibrium" not in html


def layers(spec, field):
    return [layer for layer in spec["layer"] if str(layer["encoding"].get("x", {}).get("field", "")) == field]


@pytest.mark.parametrize(
    ("chart", "name"),
    [
        ("flow-bottlenecks", "ratio"),
        ("flow-shadow", "worth"),
        ("flow-moves-north-shut", "change"),
        ("flow-revenues-north-shut", "after"),
    ],
)
def test_bars_have_whiskers(specs, chart, name):
    spec = specs[chart]
    (rule,) = layers(spec, f"{name}_low")
    assert rule["encoding"]["x2"]["field"] == f"{name}_high"
    rows = next(rows for rows in spec["datasets"].values() if rows and name in rows[0])
    for row in rows:
        if f"{name}_low" in row:
            assert row[f"{name}_low"] <= row[name] <= row[f"{name}_high"]
    shown = max(row.get(f"{name}_high", row[name]) for row in rows)
    (scale,) = {
        json.dumps(layer["encoding"]["x"]["scale"]["domain"])
        for layer in spec["layer"]
        if "scale" in layer["encoding"].get("x", {})
    }
    assert json.loads(scale)[1] > shown


def test_counts_have_the_interval_of_the_model(specs):
    spec = specs["flow-counts-0"]
    spans = [layer for layer in spec["layer"] if layer["encoding"].get("y", {}).get("field") == "least"]
    assert len(spans) == 1
    points = next(rows for rows in spec["datasets"].values() if rows and "observed" in rows[0])
    for point in points:
        if "least" in point:
            assert point["least"] <= point["modelled"] <= point["most"]
    assert [p["name"] for p in points if "least" not in p] == ["Aktau"]


def test_charts_are_valid_and_can_be_drawn(specs):
    for name, spec in specs.items():
        if "map" not in name:
            alt.LayerChart.from_dict(dict(spec))
            assert "NaN" not in json.dumps(spec), name
            assert vl_convert.vegalite_to_svg(spec, vl_version=report.VEGA_LITE).startswith("<svg"), name


def answer_of(found, compared):
    base = flow_rows.answer(found, flow_rows.BASE)
    totals = {"year": 2025, "flow_t": 20e6, "flow_t_p10": 16e6, "flow_t_p90": 26e6}
    more = {"totals": pd.DataFrame([totals]), "draws": 24}
    if not compared:
        return replace(base, **more)
    return replace(flow_rows.answer(found, flow_rows.CLOSED, base), shifts=found["flow_shifts"], **more)


@pytest.mark.parametrize("width", [60, 80, 100, 120, 160, 200])
@pytest.mark.parametrize("compared", [False, True])
def test_no_line_is_wider_than_the_terminal(width, compared, found, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    flow_terminal.print_flows(answer_of(found, compared))
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width
    assert not re.search(r"\bnan\b|\x1b|…", "\n".join(lines))


def test_the_terminal_shows_intervals(found, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    flow_terminal.print_flows(answer_of(found, compared=True))
    text = " ".join(capsys.readouterr().out.replace(THIN_SPACE, " ").split())
    assert "9.0 (7.2–12)" in text
    assert "Northern to Caspian 5.0 (4.0–6.0) crude oil" in text
    assert "All 18 (16–26)" in text
    assert "In brackets P10–P90 of 24 draws of the facts" in text
    monkeypatch.setenv("COLUMNS", "160")
    flow_terminal.print_flows(
        replace(answer_of(found, compared=False), interval_note="2 of 24 draws found no equilibrium")
    )
    assert "2 of 24 draws found no equilibrium." in capsys.readouterr().out


def counts_of(found, **more):
    return found["flow_counts"].assign(**({"draws": 24, "failed_draws": 0, "interval_note": ""} | more))


@pytest.mark.parametrize("width", [60, 80, 100, 120, 160])
def test_counts_fit_the_terminal_with_their_intervals(width, found, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    count_terminal.print_counts(counts_of(found))
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width
    assert not re.search(r"\bnan\b|\x1b|…", "\n".join(lines))
    assert lines[-1].startswith("Next: caspia ")


def test_counts_say_whether_they_lie_within_their_intervals(found, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    rows = counts_of(found, modelled_p10=[3e6, 1e6, 0.0, 1e5], modelled_p90=[6e6, 5e6, 1e6, 2e5])
    count_terminal.print_counts(rows)
    text = " ".join(capsys.readouterr().out.replace(THIN_SPACE, " ").split())
    assert re.search(r"Alat 2025 t/year 4 000 000 2 000 000 1 000 000 5 000 000 yes 2\.00", text)
    assert re.search(r"Aktau 2025 t/year 3 000 000 0 0 1 000 000 no ∞", text)
    assert "1 of 2 judged counts (50 %) lie within their interval" in text
    assert "P10 and P90 of draws of the facts, each an equilibrium of its own (24 in 2024 and 24 in 2025)." in text


def test_a_year_without_intervals_says_why(found, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    note = "no intervals: 6 of 24 draws found no equilibrium, more than 10% of them"
    rows = found["flow_counts"]
    bare = rows["year"] == 2024
    ends = {name: rows[name].mask(bare) for name in ("modelled_p10", "modelled_p90")}
    count_terminal.print_counts(counts_of(found, interval_note=["" if not one else note for one in bare], **ends))
    text = " ".join(capsys.readouterr().out.replace(THIN_SPACE, " ").split())
    assert f"2024: {note}" in text
    assert "Within" in text
    count_terminal.print_counts(rows.drop(columns=["modelled_p10", "modelled_p90"]).assign(draws=0))
    text = capsys.readouterr().out
    assert "Without intervals: --draws N finds them." in text
    assert "Within " not in text.partition("By kind")[0]
    assert "lie within their interval" not in text


def test_the_table_of_counts_is_narrow(found):
    rows = [{str(k): v for k, v in row.items()} for row in found["flow_counts"].to_dict("records")]
    table = flow_chapter_tables.counts(rows, {})
    assert [column.title for column in table.columns][:2] == ["Count", "Kind"]
    for row, line in zip(sorted(rows, key=flow_words.count_order), table.lines, strict=True):
        cells = {column.title: cell for column, cell in zip(table.columns, line.cells, strict=True)}
        unit = row["unit"].partition("/")[0]
        assert cells["Unit"].text == {"t": "kt", "TEU": "1000 TEU"}[unit]
        for name, columns in (
            ("Observed", ("observed", "low", "high")),
            ("Modelled", ("modelled", "modelled_p10", "modelled_p90")),
        ):
            shown = [float(text) for text in (cells[name].value, cells[name].low, cells[name].high)]
            assert shown == pytest.approx([row[column] / 1000 for column in columns])
        # The longest piece that cannot break is an end of an interval, not the whole.
        assert max(len(piece) for piece in cells["Modelled"].text.split(" ")) <= len("(100 000–120 000)")


def test_an_interval_may_break_before_its_brackets_only(flowing):
    html = report.render_report(flowing)
    body = html.partition('id="flow-counts-table"')[2].partition("</table>")[0]
    cells = re.findall(r'<td class="num"[^>]*data-lo[^>]*>(.*?)</td>', body)
    assert len(cells) >= 7
    for cell in cells:
        value, ends = re.fullmatch(r'<\w+[^>]*>([^<]*) <span class="ends">(\([^<]*\))</span></\w+>', cell).groups()
        assert " " not in value + ends
