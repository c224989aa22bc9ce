"""`caspia game` and its chapter as a user meets them, on a drawn world."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import altair as alt
import pytest
import vl_convert
from game_world import DRAWING, GAME_EDITS, GAME_FACTS
from tests.conftest import Command
from tests.documented import undocumented
from tests.drawn import draw

from caspia.study.game import GameAnswer
from caspia.study.game_answer import record, tables
from caspia.study.optional_tables import PLAYED
from caspia.view import game_answers, game_chapters, game_terminal, records, report

ASKED = ("game", "--data", "world", "--year", "2030", "--draws", "20", "--limit", "60")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("game")
    draw(home / "world", DRAWING, GAME_FACTS, GAME_EDITS)
    return home


@pytest.fixture(scope="module")
def result(played: GameAnswer) -> records.Prepared:
    return records.Prepared(SimpleNamespace(tables=tables(played), manifest={"price_year": 2025}))


def test_the_command_answers_machines(folder: Path, command: Command) -> None:
    done = command(*ASKED, "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    promised = {"players", "equilibria", "frequency", "best_replies", "sequential", "coalition", "stackelberg"}
    assert promised <= found.keys()
    assert [player["id"] for player in found["players"]] == ["KZ", "AZ", "RU"]
    assert all({"profile", "kind", "regret"} <= row.keys() for row in found["equilibria"])


def test_the_command_answers_people(folder: Path, command: Command) -> None:
    done = command(*ASKED, "--players", "KZ,RU", "--sequential", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Russia’s best answer is: ")
    assert "What Russia answers to what goes before" in done.stdout


def test_a_searched_game_says_what_was_asked_for(folder: Path, command: Command) -> None:
    done = command(*ASKED, "--sample", "2", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "of 18 profiles found from 2 starts" in done.stdout


def test_a_move_is_a_scenario_of_other_commands(folder: Path, command: Command) -> None:
    done = command("flows", "--data", "world", "--scenario", "mov-ru-ban", "--draws", "0", "--json", cwd=folder)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--players", "KZ,XX"), "unknown player"),
        (("--players", "KZ,KZ"), "not named once"),
        (("--year", "1999"), "out of range"),
        (("--draws", "0"), "out of range"),
        (("--limit", "0"), "time out of range"),
        (("--scenario", "mov-ru-guess"), "unknown move"),
    ],
)
def test_bad_input_is_refused(folder: Path, command: Command, words: tuple[str, ...], said: str) -> None:
    done = command("game", "--data", "world", *words, cwd=folder)
    assert done.returncode == 2, done.stderr
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_an_interval_with_low_above_high_is_refused(tmp_path: Path, command: Command) -> None:
    facts = GAME_FACTS | {"stk-fine.stake_usd_per_year": (9e5, 3e5, 1e5)}
    draw(tmp_path / "world", DRAWING, facts, GAME_EDITS)
    done = command("game", "--data", "world", cwd=tmp_path)
    assert done.returncode == 2
    assert "interval does not hold the value" in done.stderr


def test_charts_are_valid_and_drawn(result: records.Prepared) -> None:
    specs = game_chapters.game_charts_of(result)
    wanted = {"game-shares", "game-gains", "game-replies", "game-outcomes", "game-telling", "game-coalition"}
    assert set(specs) == wanted
    for name, spec in specs.items():
        alt.LayerChart.from_dict(dict(spec))
        assert vl_convert.vegalite_to_svg(spec, vl_version=report.VEGA_LITE).startswith("<svg"), name
        assert spec["title"]


def test_the_chapter_has_the_answer_and_a_table_behind_each_chart(result: records.Prepared) -> None:
    drawn = game_chapters.game_charts_of(result)
    (chapter,) = game_chapters.game_chapters(result, {}, drawn)
    summary = records.rows(result, "game_summary")[0]
    assert chapter.answer == game_answers.game_answer(summary, records.rows(result, "game_moves"))
    assert chapter.answer.startswith("Russia’s best answer is: ")
    assert {name for part in chapter.parts for name in part.charts} == set(drawn)
    for part in chapter.parts:
        assert part.tables or part.folded
        for table in (*part.tables, *(table for _, table in part.folded)):
            assert table.lines
            assert all(len(line.cells) == len(table.columns) for line in table.lines)


def test_without_a_game_there_is_no_chapter() -> None:
    nothing = records.Prepared(SimpleNamespace(tables={}, manifest={}))
    assert game_chapters.game_charts_of(nothing) == {}
    assert game_chapters.game_chapters(nothing, {}, {}) == []


def test_every_table_is_stored(played: GameAnswer) -> None:
    assert set(tables(played)) == set(PLAYED)
    assert undocumented(tables(played)) == []


@pytest.mark.parametrize("width", [50, 90, 200])
def test_the_terminal_shows_every_width(
    played: GameAnswer, width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    game_terminal.print_game(record(played), every_reply=True)
    said = capsys.readouterr().out
    assert "Tariffs of states that lead" in said
    assert all(len(line) <= width for line in said.splitlines())


def test_words_of_the_answer() -> None:
    summary = {
        "answers": "RU",
        "answers_name": "Russia",
        "answer": "mov-b",
        "answer_share": 0.6,
        "answer_se": 0.04,
        "draws": 50,
        "outcome": "KZ=mov-a;RU=mov-b",
    }
    moves = [
        {"player": "KZ", "move": "mov-a", "name": "Balance", "turn_share": 1.0},
        {"player": "RU", "move": "mov-b", "name": "Hold", "turn_share": 0.6},
        {"player": "RU", "move": "mov-c", "name": "Transit ban", "turn_share": 0.4},
    ]
    said = " ".join(game_answers.game_answer(summary, moves).split())
    assert said == (
        "Russia’s best answer is: hold (60 % ± 4 of 50 sampled preferences), else transit ban (40 %); beside it "
        "KZ: balance"
    )
