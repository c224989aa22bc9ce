"""Plans, finance and roll-outs as people see them: sentences from the data, charts true to it, tables that fit."""

from __future__ import annotations

import itertools
import json
import math
import re

import altair as alt
import html5lib
import pandas as pd
import plan_rows
import pytest
import vl_convert
from hypothesis import given
from hypothesis import strategies as st

from caspia.view import (
    evidence,
    finance_answers,
    finance_charts,
    finance_terminal,
    plan_answers,
    plan_chapters,
    plan_charts,
    plan_terminal,
    plan_words,
    records,
    report,
    rollout_answers,
    rollout_charts,
    rollout_terminal,
)
from caspia.view.formats import THIN_SPACE
from caspia.view.records import Range

CHARTS = {
    "plan-gantt",
    "plan-budgets-chart",
    "plan-marginal",
    "plan-cash",
    "plan-cumulative",
    "plan-incidence-chart",
}
CHARTS |= {"rollout-chart", "rollout-times", "rollout-stages"}


@pytest.fixture(scope="module")
def found(hostile):
    return plan_rows.tables(hostile)


@pytest.fixture(scope="module")
def planned(result, found):
    return records.Prepared(type(result)({**result.tables, **found}, result.manifest))


@pytest.fixture(scope="module")
def specs(planned):
    return plan_chapters.plan_charts_of(planned)


@pytest.fixture(scope="module")
def html(planned):
    return report.render_report(planned)


def rows(frame):
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def plain(text):
    return " ".join(text.replace(THIN_SPACE, " ").split())


def chapters_of(result, tables):
    bare = records.Prepared(type(result)({**result.tables, **tables}, result.manifest))
    catalogue, drawn = evidence.catalogue(bare), plan_chapters.plan_charts_of(bare)
    return plan_chapters.plan_chapters(bare, evidence.evidence(bare), catalogue, drawn)


def test_the_answer_of_a_plan_has_the_numbers_of_its_tables(hostile):
    said = plan_answers.plan_answer(
        plan_rows.summary(), rows(plan_rows.portfolio()), rows(plan_rows.unfunded(hostile))
    )
    assert plain(said) == (
        "3.2 of 3.7 billion USD fund 10 projects of 13 in 2026–2030: users gain 7.2 (3.9–10) billion USD beyond "
        "what the works cost, discounted at 5.0 % a year, 2.3 dollars for each dollar spent; no plan brings more "
        "than 7.5 billion USD (gap 3.4 %)."
    )


@pytest.mark.parametrize(
    ("unit", "value", "words"),
    [
        ("t", 5e7, "the Caspian corridor carries 50 (40–60) Mt more"),
        ("share", 2.5, "2.5 (2.0–3.0) years of full supply are won"),
        ("USD", -3e8, "users lose 300 (200–400) million USD"),
    ],
)
def test_each_aim_is_said_in_its_own_unit(unit, value, words):
    wide = max(0.2 * value, 1e8 if unit == "USD" else 0.0)
    ends = {"value": value, "value_low": value - wide, "value_high": value + wide, "unit": unit}
    assert words in plain(plan_answers.plan_answer(plan_rows.summary() | ends, rows(plan_rows.portfolio()), []))


def test_an_empty_plan_says_so_and_what_the_cheapest_asks_for(hostile):
    empty = plan_rows.empty_plan(hostile)
    said = plan_answers.plan_answer(empty.summary, [], rows(empty.unfunded))
    assert said == (
        "1.0 million USD in 2026–2030 fund nothing: the cheapest of 13 projects, Feeder timetable and berth "
        "windows, asks for 9.0 million USD."
    )
    assert "no project to choose from" in plan_answers.plan_answer(empty.summary, [], [])
    rich = empty.summary | {"budget_usd": 5e9}
    assert "none of 13 projects" in plan_answers.plan_answer(rich, [], rows(empty.unfunded))


def test_the_careful_plan_is_said_with_names_and_a_like_one_is_not_another(hostile):
    names = plan_words.names_of(rows(plan_rows.portfolio()), rows(plan_rows.unfunded(hostile)))
    said = plan_answers.averse_answer(plan_rows.summary(), plan_rows.averse(), names)
    assert "funds Railway over Meghri (TRIPP) and drops Beyneu-Mangystau" in said
    assert "brings 2.9 billion USD, that of the plan above 2.6 billion USD" in said
    same = plan_answers.averse_answer(plan_rows.summary(), plan_rows.averse() | {"added": [], "dropped": []}, names)
    assert same.startswith("No other plan does better")
    assert plan_answers.averse_answer(plan_rows.summary(), {}, names) == ""


def test_the_worth_of_the_next_billion_is_said_and_where_it_ends():
    said = plan_answers.sweep_answer(rows(plan_rows.budgets()), "USD")
    assert said.startswith("Each of the first 1.0 billion USD brings 2.7 dollars")
    assert said.endswith("beyond 20 billion USD there is nothing more worth building")
    growing = plan_rows.budgets().query("budget_usd < 15e9")
    assert "the last before 14 billion USD only 0.38" in plan_answers.sweep_answer(rows(growing), "USD")
    assert (
        plan_answers.sweep_answer(rows(growing.head(1)), "USD") == "Up to 1.0 billion USD a dollar brings 2.7 USD"
    )


def test_finance_says_whether_loans_can_be_served():
    row = finance_answers.flat(plan_rows.finance_record())
    said = plain(finance_answers.finance_answer(row))
    assert "nets its owners −410 (−900 to 200) million USD (IRR 3.1 % (0.90–5.6))" in said
    assert "0.62 (0.30–1.1) times in the worst year, 2031: the loans cannot be served" in said
    served = finance_answers.cover_text(dict(row) | {"dscr_min": 1.4, "dscr_min_p90": 1.9, "unserved": 0.22})
    assert plain(served).endswith("the loans can be served (in 22 % of sampled worlds they cannot)")
    assert finance_answers.cover_text({"dscr_min": None}) == "there is no debt to serve"
    assert "changes by −250 million USD" in finance_answers.exchange_answer(row)


def test_who_gains_pays_and_loses_is_said_of_the_greatest():
    said = finance_answers.incidence_answer(rows(plan_rows.incidence()), {"CN": "China", "KZ": "Kazakhstan"})
    assert plain(said) == (
        "China gains most, 1.9 billion USD after what it pays; Kazakhstan pays most, 1.9 billion USD (54 % "
        "of all); RU loses most, 950 million USD"
    )
    for row in rows(plan_rows.incidence()):
        parts = finance_answers.gained(row) - finance_answers.lost(row) - finance_answers.paid(row)
        assert parts == pytest.approx(row["net_usd"])


def test_the_roll_out_says_when_targets_are_passed(hostile):
    years, targets = rows(plan_rows.rollout_years()), rows(plan_rows.rollout_targets(hostile))
    said = plain(rollout_answers.rollout_answer(years, plan_rows.PASSED, targets))
    assert said.startswith(
        "The actual flow passes the official targets in 2036 (2033–later); 31 % of the roll-outs"
    )
    assert "In 2040 the corridor carries 11 (8.4–14) Mt a year, 20 % (15–26) of what goes over land" in said
    never = {"year": None, "low": 2038, "high": None, "share_never": 0.8}
    assert (
        "does not pass the official targets before 2040 (2038 at the earliest)"
        in rollout_answers.rollout_answer(years, never)
    )
    assert "the target of 10 Mt, announced for 2027, in 2035" in rollout_answers.rollout_answer(years, {}, targets)
    assert plain(rollout_answers.sea_answer(years)).startswith("By 2040 the Caspian has fallen by 2.9 (2.1–3.8) m")
    assert rollout_answers.sea_answer([{"year": 2030, "fall_m": 0.0}]) == ""
    assert "no roll-out" in rollout_answers.rollout_answer([], {})


def test_what_limits_the_crossing_is_that_which_works(hostile):
    stages = rows(plan_rows.rollout_stages())
    own = rollout_answers.working(stages)
    assert len(own) == len(stages) / 2
    said = rollout_answers.stages_answer(own)
    assert said == "In 2025 the crossing is bound by the ships, in 2040 by the ports east"


years = st.one_of(st.none(), st.integers(2025, 2060).map(float))


@given(years, years, years)
def test_a_year_beyond_the_horizon_is_never_written(low, middle, high):
    value = Range(*(math.nan if year is None else year for year in (low, middle, high)))
    written = {int(year) for year in re.findall(r"\d{4}", plan_words.year_text(value, 2040))}
    assert max(written, default=2040) <= 2040
    assert ("not before" in plan_words.year_text(value, 2040)) == (middle is None or middle > 2040)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=7), st.floats(0.1, 10))
def test_names_at_line_ends_keep_their_distance_and_order(values, gap):
    places = rollout_charts.spread(values, gap)
    ranked = sorted(range(len(values)), key=lambda nth: values[nth])
    for one, other in itertools.pairwise(ranked):
        assert places[other] - places[one] >= gap * (1 - 1e-9) - 1e-9
    assert sum(places) == pytest.approx(sum(values), abs=1e-6)


def test_every_chart_is_valid_and_holds_no_nan(specs):
    assert set(specs) == CHARTS
    for name, spec in specs.items():
        alt.LayerChart.from_dict(dict(spec))
        assert spec["title"], name
        assert not re.search("NaN|Infinity", json.dumps(spec)), name
        assert vl_convert.vegalite_to_svg(spec, vl_version=report.VEGA_LITE).startswith("<svg"), name


def data_of(spec, column):
    return next(part for part in spec["datasets"].values() if part and column in part[0])


def test_works_begin_and_end_as_planned_and_the_budget_is_shaded(specs):
    works = data_of(specs["plan-gantt"], "opening")
    frame = plan_rows.portfolio()
    assert [(w["start"], w["opening"]) for w in works] == list(
        zip(frame["start_year"], frame["opening_year"], strict=True)
    )
    assert data_of(specs["plan-gantt"], "from") == [{"from": 2026, "to": 2031}]
    assert "Half of 10 projects are in use by 2030" in specs["plan-gantt"]["title"]
    text = json.dumps(specs["plan-gantt"])
    for look in plan_words.KINDS.values():
        assert (look.colour in text) == (look.name in {w["kind"] for w in works})


def test_an_opening_with_an_interval_has_a_whisker():
    frame = plan_rows.portfolio().assign(opening_year_low=2027.0, opening_year_high=2040.0)
    spec = plan_charts.gantt(rows(frame), plan_rows.summary())
    works = data_of(spec, "opening")
    assert {(w["early"], w["late"]) for w in works} == {(2027.0, 2040.0)}
    assert {w["last"] for w in works} == {2043.0}


def test_marginal_bars_have_the_area_of_the_value(specs):
    bars = data_of(specs["plan-marginal"], "each")
    total = sum((b["budget"] - b["before"]) * 1e3 * b["each"] for b in bars)
    assert total == pytest.approx(bars[-1]["value"], rel=1e-4)
    assert all(a["budget"] == b["before"] for a, b in itertools.pairwise(bars))


def test_spoken_budgets_are_marked_where_their_dollars_are(specs):
    marks = {m["words"]: m["budget"] for m in data_of(specs["plan-budgets-chart"], "words") if "each" not in m}
    assert marks["3.7 billion USD"] == 3.7
    assert marks["3 trillion yen"] == pytest.approx(3e12 / 149.6 / 1e9)
    assert [m["words"] for m in plan_charts.marks({}, 30.0)] == ["3.7 billion USD"]
    assert plan_charts.marks({"yen_per_usd": 149.6}, 2.0) == []


def test_money_of_a_year_is_stacked_without_gaps(specs):
    parts = data_of(specs["plan-cash"], "head")
    for year, row in plan_rows.finance_years().set_index("year").iterrows():
        own = [p for p in parts if p["year"] == year]
        comes = row[["revenue_usd", "drawn_usd"]].sum() / 1e9
        goes = row[["construction_usd", "operation_usd", "debt_service_usd"]].sum() / 1e9
        assert max((p["to"] for p in own), default=0.0) == pytest.approx(comes, abs=1e-4)
        assert -min((p["to"] for p in own), default=0.0) == pytest.approx(goes, abs=1e-4)
    sums = data_of(specs["plan-cumulative"], "own")
    assert sums[-1]["sum"] == pytest.approx(plan_rows.finance_years()["cash_usd"].sum() / 1e9, abs=1e-4)
    assert specs["plan-cash"]["title"] == "Revenue falls short of debt service in 3 of 19 years, most in 2031"


@pytest.mark.parametrize(
    ("cash", "words"),
    [
        ([5.0, 5.0], "never have money outstanding"),
        ([-5e9, 1e9], "up to 5.0 billion USD outstanding, and do not get all of it back by 2027"),
        ([-5e9, 6e9], "up to 5.0 billion USD outstanding in 2026 and all of it back by 2027"),
    ],
)
def test_when_owners_have_their_money_back_is_said(cash, words):
    frame = pd.DataFrame({"year": [2026, 2027], "cash_usd": cash})
    assert words in finance_charts.cumulative(rows(frame))["title"]


def test_bands_hold_their_lines_and_targets_are_diamonds_of_tonnes(specs, hostile):
    drawn = specs["rollout-chart"]["datasets"].values()
    for points in (p for p in drawn if p and "low" in p[0] and "words" not in p[0]):
        assert all(p["low"] <= p["value"] <= p["high"] for p in points)
    aims = data_of(specs["rollout-chart"], "who")
    assert [(a["year"], a["value"]) for a in aims] == [(2027, 10.0), (2030, 11.0)]
    assert aims[1]["who"] == hostile


def test_the_page_is_well_formed_and_shows_no_nan(html, hostile):
    parser = html5lib.HTMLParser(strict=True)
    page = parser.parse(re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL))
    text = plain("".join(page.itertext()))
    assert not re.search(r"\b(nan|inf|None)\b", text)
    assert "3.2 of 3.7 billion USD fund 10 projects" in text
    assert "The actual flow passes the official targets" in text
    assert hostile in text
    assert "excluded by Six ferries Kuryk-Alat, Port of Baku at Alat, phase 2" in text
    ids = re.findall(r'\bid="([^"]+)"', re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL))
    assert len(ids) == len(set(ids))


def test_a_report_without_these_tables_lacks_the_chapters(result):
    assert plan_chapters.plan_charts_of(result) == {}
    assert chapters_of(result, {}) == []
    assert "Build:" not in report.render_report(result)


@pytest.mark.parametrize(
    "kept",
    [
        ("plan_summary", "plan"),
        ("plan_summary", "plan_unfunded"),
        ("plan_summary", "plan", "plan_finance_years", "plan_incidence"),
        ("rollout_years",),
        ("rollout_years", "rollout_targets"),
    ],
)
def test_chapters_stand_on_the_tables_that_are_there(kept, result, found):
    some = {name: found[name] for name in kept}
    if "plan_finance_years" in kept:
        some["plan_summary"] = some["plan_summary"].drop(columns=["npv_usd"])
    chapters = chapters_of(result, some)
    assert [c.id for c in chapters] == [plan_chapters.BUDGET if "plan_summary" in kept else plan_chapters.WORKS]
    assert not re.search(r"\bnan\b", json.dumps([c.answer for c in chapters]))
    drawn = {chart for c in chapters for part in c.parts for chart in part.charts}
    bare = type(result)({**result.tables, **some}, result.manifest)
    assert drawn == set(plan_chapters.plan_charts_of(bare))


def test_cells_stand_below_their_headings(result, found):
    for part in (part for chapter in chapters_of(result, found) for part in chapter.parts):
        for table in (*part.tables, *(folded for _, folded in part.folded)):
            for line in table.lines:
                assert len(line.cells) == len(table.columns), table.id
                for cell, column in zip(line.cells, table.columns, strict=True):
                    assert not (cell.value and not column.numeric), (table.id, column.title, cell.text)
                    if column.numeric and cell.text and not cell.value:
                        assert cell.text.startswith(("–", "∞", "no debt", "none", "not before")), (
                            table.id,
                            cell.text,
                        )


def test_targets_name_their_sources(result, found, html):
    chapter = chapters_of(result, found)[-1]
    assert [source.id for source in chapter.sources] == ["tariffs"]
    proof = json.loads(re.search(r'id="evidence-data">(.*?)</script>', html, flags=re.DOTALL)[1])
    body = re.search(r'<table id="rollout-targets-table".*?</table>', html, flags=re.DOTALL)[0]
    keys = re.findall(r'<button type="button" class="n observed" data-facts="o(\d+)"', body)
    said = [proof["observations"][int(key)] for key in keys]
    assert [(name, amount, year) for name, amount, _, _, _, year, *_ in said] == [
        ("Cargo on the route", 1e7, 2027),
        ("Forecast of cargo", 1.1e7, 2030),
        ("Boxes on the route", 3e5, 2029),
    ]
    bare = found | {"rollout_targets": found["rollout_targets"].drop(columns="source_id")}
    assert chapters_of(result, bare)[-1].sources == ()


def test_the_cost_of_a_project_leads_to_its_facts_and_to_those_of_its_works(result, found):
    facts = result.tables["facts"].head(3).copy()
    facts["key"] = ["prj-ferries.cost_usd", "wrk-ferries-1.vessels", "wrk-other-1.vessels"]
    proof = evidence.evidence(records.Prepared(type(result)({**result.tables, **found, "facts": facts}, {})))
    name, behind = proof.data["projects"][int(proof.project_keys["prj-ferries"][1:])]
    assert (name, behind) == ("Six ferries Kuryk-Alat", [0, 1])
    table = chapters_of(result, found)[0].parts[0].tables[0]
    keys = [line.cells[3].key for line in table.lines]
    assert all(re.fullmatch(r"p\d+", key) for key in keys)
    assert len(set(keys)) == len(keys) == len(found["plan"])


SCREENS = ("plan", "empty", "finance", "rollout")


def show(name, hostile):
    if name == "plan":
        plan_terminal.print_plan(plan_rows.plan_answer(hostile))
    elif name == "empty":
        plan_terminal.print_plan(plan_rows.empty_plan(hostile))
    elif name == "finance":
        finance_terminal.print_finance(plan_rows.finance_record())
    else:
        rollout_terminal.print_rollout(plan_rows.rollout_record(hostile))


@pytest.mark.parametrize("width", [60, 80, 100, 130])
@pytest.mark.parametrize("name", SCREENS)
def test_no_line_is_wider_than_the_terminal(name, width, hostile, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    show(name, hostile)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width
    assert not re.search(r"\b(nan|None)\b|\x1b", "\n".join(lines))
    assert lines[-1].startswith("Next: caspia ")


@pytest.mark.parametrize("width", [60, 80, 130])
def test_every_funded_project_is_listed_in_order_with_its_years(width, hostile, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    show("plan", hostile)
    text = capsys.readouterr().out
    found = re.findall(r"^ +(\d{4}) +(\d{4}) ", text, flags=re.MULTILINE)
    frame = plan_rows.portfolio()
    assert found == [(str(a), str(b)) for a, b in zip(frame["start_year"], frame["opening_year"], strict=True)]
    text = plain(text)
    assert "2027: Moyynty-Kyzylzhar railway; Darbaza-Maktaaral railway 2030: Anaklia" in text
    assert "Not funded: 3 projects" in text
    assert "Against bad luck" in text


def test_finance_stands_below_the_plan_where_it_is_known(hostile, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    plan_terminal.print_plan(plan_rows.plan_answer(hostile), plan_rows.finance_record())
    text = plain(capsys.readouterr().out)
    assert "Finance The plan costs 3.2 billion USD, of which 1.4 billion USD are lent" in text
    assert text.index("Against bad luck") < text.index("Finance") < text.index("Not funded")


def test_a_plan_for_tonnes_is_told_in_tonnes(hostile, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    told = {"unit": "t", "objective": "tonnes", "value": 5e7, "value_low": 4e7, "value_high": 6e7, "bound": 5.2e7}
    works = plan_rows.portfolio().assign(benefit_usd=4e6, benefit_per_usd=0.002)
    answer = plan_rows.PlanAnswer(plan_rows.summary() | told, works, plan_rows.unfunded(hostile), budgets=None)
    plan_terminal.print_plan(answer)
    text = plain(capsys.readouterr().out)
    assert "the Caspian corridor carries 50 (40–60) Mt more, discounted at 5.0 % a year, 16 t for each" in text
    assert re.search(r"Six ferries Kuryk-Alat 310 4\.0 2\.0", text)
    assert "no plan brings more than 52 Mt" in text


def test_no_stage_and_no_interval_is_cut_off_at_eighty_columns(hostile, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    show("rollout", hostile)
    text = capsys.readouterr().out
    assert re.search(r"Ports east +7\.0 +8\.0 +8\.8 +10 \* +12 \*", text)
    assert "17 (15–19)" not in text
    assert re.search(r"2040 +26 +19 +18 \(15–20\) +11 \(8\.4–14\) +20", text)


def test_loans_of_one_lender_on_one_kind_of_terms_are_one_line():
    lines = finance_terminal.by_lender(rows(plan_rows.loans()))
    assert [line["amount_usd"] for line in lines] == [586e6, 780e6]


def test_an_answer_without_loans_tables_or_worlds_is_printed(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    bare = plan_rows.finance_record() | {"intervals": None, "loans": [], "years": [], "loan_usd": 0.0}
    bare |= {"dscr_min": None, "grant_element": {"oecd": None, "imf_wb": None}, "irr": None, "incidence": []}
    finance_terminal.print_finance(bare)
    text = plain(capsys.readouterr().out)
    assert "none of it lent" in text
    assert "there is no debt to serve" in text
    assert "IRR none" in text
