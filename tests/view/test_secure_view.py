"""Supply security in words, tables and charts: what is shown is what was found, and every chart is a valid one."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import altair as alt
import pytest
from rich.console import Console

from caspia.study import Settings, Study
from caspia.study.exporters import export_worlds, exporter
from caspia.study.secure import SecureAnswer, SecureRequest, secure
from caspia.study.secure_tables import secure_tables
from caspia.view import records, secure_answers, secure_chapters, secure_terminal
from drawn import open_drawn
from secure_world import DRAWING, NEED, SECURE_EDITS, SECURE_FACTS


def quiet(_stage: str, _done: int, _total: int) -> None:
    """Tell nobody."""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("world")
    return open_drawn(folder, DRAWING, SECURE_FACTS, SECURE_EDITS, Settings(flow_draws=0))


@pytest.fixture(scope="module")
def answer(study: Study) -> SecureAnswer:
    return secure(study, SecureRequest("ore", "GE", draws=20))


@pytest.fixture(scope="module")
def result(study: Study) -> records.Prepared:
    tables = secure_tables(study, quiet)
    return records.Prepared(SimpleNamespace(tables=tables, manifest={"price_year": 2025}))


def test_the_sentence_has_its_numbers(answer: SecureAnswer) -> None:
    record = answer.record()
    rows = {name: answer.tables[name].to_dict("records") for name in ("transit", "bypass")}
    said = secure_answers.secure_answer(record, rows["transit"], rows["bypass"])
    assert "comes from Central Asia" in said
    assert "Stocks cover 60" in said
    assert "60\N{NARROW NO-BREAK SPACE}%" in said.replace(" %", "\N{NARROW NO-BREAK SPACE}%")


def test_titles(answer: SecureAnswer) -> None:
    rows = {name: table.to_dict("records") for name, table in answer.tables.items()}
    assert "would pass Russia" in secure_answers.worlds_title(rows["worlds"])
    assert secure_answers.bypass_title(rows["bypass"])
    assert secure_answers.worlds_title([]) == ""
    assert secure_answers.passing_title([], []) == "Supply passes no third state and no chokepoint"


def test_the_choice_at_least_cost_and_its_prices_are_said(answer: SecureAnswer) -> None:
    rows = {name: answer.tables[name].to_dict("records") for name in ("choice", "limits")}
    said = secure_answers.choice_answer(answer.record(), rows["choice"], rows["limits"])
    assert "at most 65" in said
    for row in rows["choice"]:
        if row["chosen_share"] >= 0.005:
            assert row["name"] in said
    assert ("would save" in said) == bool(rows["limits"])
    assert secure_answers.choice_answer(answer.record(), [], []) == ""


def test_what_a_plan_changes_is_said(study: Study, answer: SecureAnswer) -> None:
    assert secure_answers.plan_answer(answer.tables["worlds"].to_dict("records")) == ""
    found = secure(study, SecureRequest("ore", "GE", plan={"prj-cheaper": 2027}, draws=20))
    said = secure_answers.plan_answer(found.tables["worlds"].to_dict("records"))
    assert "USD/t less" in said
    closed = [row | {"caspian_usd_per_t": float("nan")} for row in found.tables["worlds"].to_dict("records")]
    assert secure_answers.plan_answer(closed).startswith("No supply goes over the Caspian")


@pytest.mark.parametrize("width", [60, 90, 100, 120, 180])
def test_names_of_closings_are_not_squeezed_away(answer: SecureAnswer, width: int) -> None:
    screen = Console(width=width, file=StringIO(), record=True)
    rows = [
        row | {name: -0.45, f"{name}_p10": -0.92, f"{name}_p90": -0.29}
        for row in answer.tables["bypass"].to_dict("records")
        for name in ("extra_cost_usd_per_t",)
    ]
    screen.print(secure_terminal.bypass_table(rows, width=width))
    shown = screen.export_text()
    assert "Land RU" in shown
    assert "Suez Canal" in shown


@pytest.mark.parametrize("width", [60, 90, 120, 180])
def test_tables_of_the_terminal_have_all_rows(answer: SecureAnswer, width: int) -> None:
    rows = {name: table.to_dict("records") for name, table in answer.tables.items()}
    assert secure_terminal.origins_table(rows["origins"], width=width).row_count == len(rows["origins"])
    assert secure_terminal.bypass_table(rows["bypass"], width=width).row_count == len(rows["bypass"])
    assert secure_terminal.worlds_table(rows["worlds"], width=width).row_count == 2


def test_terminal_prints_both_answers(
    answer: SecureAnswer, study: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    secure_terminal.print_secure(answer.record())
    secure_terminal.print_exporter(exporter(export_worlds(study, None, quiet, draw=False), "KZ").record())
    shown = capsys.readouterr().out
    assert "Has no other way" in shown
    assert "By partner" in shown


@pytest.mark.parametrize("width", [60, 100, 160])
def test_names_stand_beside_the_shares_of_three_worlds(study: Study, width: int) -> None:
    worlds = export_worlds(study, {"prj-cheaper": 2027}, quiet, draw=False)
    found = {key: table.to_dict("records") for key, table in exporter(worlds, "KZ").tables.items()}
    wide = [row | {"share_p10": 0.123, "share_p90": 0.456} for row in found["corridors"]]
    screen = Console(width=width, file=StringIO(), record=True)
    screen.print(secure_terminal.shares_table(wide, found["worlds"], width=width))
    shown = screen.export_text()
    assert "Caspian" in shown
    assert "Northern" in shown


def test_chapters_answer_both_questions(result: records.Prepared) -> None:
    drawn = secure_chapters.secure_charts_of(result)
    found = secure_chapters.secure_chapters(result, {}, drawn)
    assert [chapter.id for chapter in found] == [secure_chapters.EXPORTS, secure_chapters.SUPPLY]
    shown = {name for chapter in found for part in chapter.parts for name in part.charts}
    assert shown == set(drawn)
    for chapter in found:
        assert chapter.answer
        assert chapter.how


def test_one_importer_is_shown_in_full_and_others_in_a_table(tmp_path: Path) -> None:
    other = {"need-ore-AZ": NEED | {"country": "AZ"}}
    edits = SECURE_EDITS | {"needs": SECURE_EDITS["needs"] | other}
    facts = SECURE_FACTS | {
        name.replace("-GE.", "-AZ."): value
        for name, value in SECURE_FACTS.items()
        if name.startswith("need-ore-GE")
    }
    world = open_drawn(tmp_path / "two", DRAWING, facts, edits, Settings(flow_draws=0))
    both = records.Prepared(SimpleNamespace(tables=secure_tables(world, quiet), manifest={"price_year": 2025}))
    supply = next(
        chapter for chapter in secure_chapters.secure_chapters(both, {}, {}) if chapter.id == secure_chapters.SUPPLY
    )
    tables = {table.id: table for part in supply.parts for table in part.tables}
    # The first importer of the data, since Japan is none of them.
    assert "Land GE" in supply.name
    assert len(tables["secure-overview"].lines) == 1
    assert [line.cells[0].text for line in tables["secure-elsewhere"].lines] == ["Land AZ"]


def test_charts_keep_the_schema(result: records.Prepared) -> None:
    drawn = secure_chapters.secure_charts_of(result)
    assert {"secure-exposure", "secure-bypass-chart", "exporters-0"} <= set(drawn)
    for spec in drawn.values():
        alt.Chart.from_dict(spec, validate=True)


def test_nothing_found_is_no_chapter(tmp_path: Path) -> None:
    bare = records.Prepared(SimpleNamespace(tables={}, manifest={}))
    assert secure_chapters.secure_charts_of(bare) == {}
    assert secure_chapters.secure_chapters(bare, {}, {}) == []
