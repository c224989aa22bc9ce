"""Risk on the terminal and in the report: every table in, sentences and valid charts out."""

from __future__ import annotations

from types import MappingProxyType, SimpleNamespace

import altair as alt
import pandas as pd
import pytest
from jsonschema import Draft7Validator

from caspia.study.result import Result
from caspia.view import risk_chapters, risk_map, risk_terminal
from caspia.view.atlas import atlas
from caspia.view.evidence import Source
from caspia.view.theme import Spec

METRICS = pd.DataFrame(
    [
        ("caspian_t", "Trans-Caspian cargo", "tonnes a year", 9.4e6, 7e6, 9e6, 11e6, 1e5),
        ("loss_region_usd", "of these in the region", "dollars a year", 0.0, 5e7, 4e8, 3e9, 1e7),
        ("almaty_duisburg_h", "Almaty to Duisburg, time", "hours", 650.0, 530.0, 800.0, 1150.0, 18.0),
        ("caspian_share", "Share", "share", 0.076, 0.061, 0.075, 0.089, 0.001),
    ],
    columns=["name", "label", "unit", "likely", "p5", "p50", "p95", "se"],
).assign(n=200)
CURVES = pd.DataFrame(
    [
        (name, low + (high - low) * step / 4, 1 - step / 4, max(0.9 - step / 4, 0), min(1.1 - step / 4, 1))
        for name, low, high in (("caspian_t", 6e6, 12e6), ("loss_region_usd", 0.0, 5e9))
        for step in range(5)
    ],
    columns=["name", "value", "share", "low", "high"],
)
SENSITIVITY = pd.DataFrame(
    [
        ("caspian_t", "demand", 0.4, 0.1, 0.5, 0.2),
        ("caspian_t", "choice", 0.3, 0.1, 0.4, 0.05),
        ("loss_region_usd", "events", 0.9, 0.1, 1.05, 0.1),
        ("caspian_t", "sea", 0.0, 0.0, 0.0, 0.0),
    ],
    columns=["metric", "group", "first", "first_error", "total", "total_error"],
)
PLACES = ["kind", "id", "name", "place_id", "flow_t", "loss_usd_per_day", "users_usd_per_day", "stuck_t_per_day"]
CRITICAL = pd.DataFrame(
    [
        ("pipeline", "cpc", "Long Pipeline", "", 58e6, 1.8e7, 1.8e7, 0.0, -5000.0, 27.0, 4e8, "evt-a"),
        ("port", "KZAAU", "Aktau", "KZAAU", 5e6, 2e6, 2e6, 0.0, 9.0, 20.0, 4e7, "evt-a"),
        ("strait", "bosporus", "Bosporus", "TRBOS", 80e6, 1.7e7, 1.7e7, 12.0, 10.0, 0.0, 0.0, ""),
    ],
    columns=[*PLACES, "caspian_t_per_day", "outage_days_per_year", "expected_loss_usd", "event_ids"],
)
CLOSURES = pd.DataFrame(
    [
        (1, "cpc", "Long Pipeline", 1.8e7, 1.8e7, True, 9e6, 14, 14),
        (2, "cpc;b", "Long Pipeline;Bosporus", 6e7, 9e7, False, 2e7, 91, 14),
    ],
    columns=[
        "budget",
        "ids",
        "places",
        "loss_usd_per_day",
        "bound_usd_per_day",
        "exact",
        "mean_usd_per_day",
        "sets",
        "rivals",
    ],
)
EVENTS = pd.DataFrame(
    [("evt-a", "Attack", "attack", "close", "src", "Twice", 0.7, 0.2, 2.0, 55.0, 30.0, 92.0, 0.15)],
    columns=[
        "event_id",
        "name",
        "kind",
        "action",
        "source_id",
        "note",
        "events_per_year",
        "events_per_year_low",
        "events_per_year_high",
        "event_days",
        "event_days_low",
        "event_days_high",
        "share_of_year",
    ],
)
OPENINGS = pd.DataFrame(
    [("prj-a", "A line", "coming", 2026, 2027, 0.9), ("prj-b", "A port", "plan", 9999, 2031, 0.2)],
    columns=["project_id", "name", "role", "announced_year", "expected_year", "open_share"],
)
PLACED = pd.DataFrame(
    [
        ("TGZ", "Tengiz", "KZ", "terminal", 53.0, 46.0),
        ("NVS", "Novorossiysk", "RU", "port", 37.8, 44.7),
        ("KZAAU", "Aktau", "KZ", "port", 51.2, 43.6),
        ("TRBOS", "Bosporus", "TR", "chokepoint", 29.1, 41.2),
    ],
    columns=["place_id", "name", "country", "kind", "lon", "lat"],
)
LINKS = pd.DataFrame(
    [("cpc", "TGZ", "NVS", "Long Pipeline", "crude_pipeline", "open", "")],
    columns=["link_id", "from_id", "to_id", "name", "mode", "status", "via"],
)
TABLES = {
    "risk_metrics": METRICS,
    "risk_exceedance": CURVES,
    "risk_sensitivity": SENSITIVITY,
    "risk_critical": CRITICAL,
    "risk_interdiction": CLOSURES,
    "risk_events": EVENTS,
}


def result(*names: str) -> Result:
    tables = {name: TABLES[name] for name in names} | {"places": PLACED, "links": LINKS}
    return Result(MappingProxyType(tables), MappingProxyType({}))


def charts(some: Result) -> dict[str, Spec]:
    return risk_chapters.risk_charts_of(some, atlas(some))


def test_charts_keep_the_grammar_and_show_the_tables() -> None:
    drawn = charts(result(*TABLES))
    assert set(drawn) == {
        "risk-map",
        "risk-exceedance-caspian-t",
        "risk-exceedance-loss-region-usd",
        "risk-importance",
        "risk-critical",
    }
    schema = alt.load_schema()
    for spec in drawn.values():
        errors = [error.message for error in Draft7Validator(schema).iter_errors(spec)]
        assert not errors, errors[:2]
        assert spec["title"]
    points = drawn["risk-critical"]["datasets"]["d0"]
    assert {point["name"] for point in points} == {"Long Pipeline", "Aktau", "Bosporus"}
    assert all(point["value"] > 0 for point in points)
    curve = drawn["risk-exceedance-loss-region-usd"]["datasets"]["d0"]
    # Told in millions of dollars, as the median is.
    assert max(point["value"] for point in curve) == 5000.0


def test_circles_of_the_map_are_as_large_as_the_losses_and_lie_where_places_do() -> None:
    some = result(*TABLES)
    world, drawn = atlas(some), charts(some)["risk-map"]
    spots = drawn["datasets"]["spots"]
    # What the record never cuts has no circle.
    assert [spot["n"] for spot in spots] == ["Long Pipeline", "Aktau"]
    assert (spots[0]["r"] / spots[1]["r"]) ** 2 == pytest.approx(10.0, rel=0.01)
    assert spots[0]["u"] == "400 million USD a year"
    port = world.places["KZAAU"]
    assert (spots[1]["x"], spots[1]["y"]) == pytest.approx((port.x, port.y), abs=0.1)
    ends = [world.places[key].x for key in ("NVS", "TGZ")]
    assert min(ends) < spots[0]["x"] < max(ends)
    (line,) = drawn["datasets"]["lines"]
    assert line["properties"]["n"] == "Long Pipeline"
    assert any("400 million USD" in name["t"] for name in drawn["datasets"]["names"])


def test_places_that_are_not_on_the_map_have_no_circle() -> None:
    some = Result(MappingProxyType({"risk_metrics": METRICS, "risk_critical": CRITICAL}), MappingProxyType({}))
    assert "risk-map" not in charts(some)
    assert risk_map.critical_picture([], atlas(some)).spots == ()


def test_the_chapter_answers_in_a_sentence_and_cites_the_events() -> None:
    source = Source("src", "Record", "Press", "2025", "https://example.org", "citation only")
    whole = result(*TABLES)
    (chapter,) = risk_chapters.risk_chapters(whole, {"src": source}, charts(whole))
    assert "9.0 (7.0–11) Mt, oil included" in chapter.answer
    assert "Long Pipeline" in chapter.answer
    assert chapter.sources == (source,)
    shown = [table.id for part in chapter.parts for table in part.tables]
    folded = [table.id for part in chapter.parts for _, table in part.folded]
    assert shown == ["risk-metrics", "risk-closures"]
    assert folded == ["risk-critical-places", "risk-events"]
    for part in chapter.parts:
        for table in (*part.tables, *(table for _, table in part.folded)):
            assert all(len(line.cells) == len(table.columns) for line in table.lines)


@pytest.mark.parametrize("missing", [name for name in TABLES if name != "risk_metrics"])
def test_any_table_may_be_missing(missing: str) -> None:
    some = result(*(name for name in TABLES if name != missing))
    drawn = charts(some)
    assert len(risk_chapters.risk_chapters(some, {}, drawn)) == 1


def test_without_draws_there_is_no_chapter() -> None:
    none = result()
    assert charts(none) == {}
    assert risk_chapters.risk_chapters(none, {}, {}) == []


@pytest.mark.parametrize("width", [60, 100, 160])
def test_the_terminal_shows_all_at_every_width(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    answer = SimpleNamespace(
        metrics=METRICS,
        sensitivity=SENSITIVITY,
        critical=CRITICAL,
        interdiction=CLOSURES,
        events=EVENTS,
        openings=OPENINGS,
        failed=1,
    )
    risk_terminal.print_risk(answer)  # type: ignore[arg-type]
    shown = capsys.readouterr().out
    for words in (
        "Long Pipeline",
        "Attack",
        "days 27 22 33 48",
        "million USD",
        "exact: all 14",
        "left out",
        "demand",
    ):
        assert words in " ".join(shown.split()), words
    assert all(len(line) <= width for line in shown.splitlines())
