"""`caspia plan`, `finance`, `rollout` and the chapters of `study` as a user meets them, on a drawn world."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import finance_world
import pytest
from rollout_world import DRAWING, ROLLOUT_EDITS, ROLLOUT_FACTS
from tests.conftest import Command
from tests.documented import undocumented
from tests.drawn import draw

from caspia.study.optional_tables import INVESTED

MONEY = ("loans", "currencies", "discount_rates", "countries")
EDITS = ROLLOUT_EDITS | {name: finance_world.EDITS[name] for name in MONEY}
COUNTRIES = {key: {"name": key, "income_group": "umic"} for key in ("KZ", "AZ", "TM", "GE")}
EDITS |= {"countries": EDITS["countries"] | COUNTRIES}
OWN = ("prj-", "wrk-")
FACTS = {
    key: value
    for key, value in finance_world.FACTS.items()
    if not key.startswith(OWN) and f"{key}@2025" not in ROLLOUT_FACTS
} | ROLLOUT_FACTS
FACTS |= {"prj-way.cost_usd": 80e6, "prj-border.cost_usd": 4e5, "prj-ships.cost_usd": 4e6}
"""So cheap that some of the drawn projects are worth their money."""
ENDS = {"origin_id": "KZAAA", "destination_id": "GEDDD", "commodity_id": "containers"}
PLAN = ("plan", "--budget", "200 million USD", "--years", "2026-2028")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("invest")
    draw(home / "world", DRAWING, FACTS, EDITS | {"consignments": {"cns-one": ENDS}})
    return home


@pytest.fixture(scope="module")
def planned(folder: Path, command: Command) -> dict[str, object]:
    done = command(*PLAN, "--data", "world", "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    (folder / "plan.json").write_text(done.stdout, encoding="utf-8")
    return dict(json.loads(done.stdout))


def test_a_plan_for_machines_has_what_is_promised(planned: dict[str, object]) -> None:
    assert {
        "budget_usd",
        "objective",
        "value",
        "bound",
        "gap",
        "portfolio",
        "unfunded",
        "finance",
    } <= planned.keys()
    assert planned["budget_usd"] == pytest.approx(200e6)
    assert planned["value"] <= planned["bound"]  # type: ignore[operator]
    for row in planned["portfolio"]:  # type: ignore[attr-defined]
        assert {"project", "start_year", "opening_year", "cost_usd", "benefit_usd"} <= row.keys()
    assert {"npv_usd", "irr", "dscr_min", "grant_element"} <= planned["finance"].keys()  # type: ignore[attr-defined]


def test_a_plan_for_people_says_what_the_money_buys(folder: Path, command: Command) -> None:
    done = command(*PLAN, "--data", "world", "--sweep", "sweep.json", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "of 200 million USD fund" in " ".join(done.stdout.split())
    assert json.loads((folder / "sweep.json").read_text(encoding="utf-8"))["plans"]


def test_a_plan_is_financed_and_rolled_out(folder: Path, command: Command, planned: dict[str, object]) -> None:
    assert planned["portfolio"]
    rolled = ("rollout", "--plan", "plan.json", "--draws", "10")
    for words in (("finance", "plan.json"), rolled):
        said = command(*words, "--data", "world", cwd=folder)
        assert said.returncode == 0, said.stderr
        assert said.stdout.strip()
    for words in (("finance", "prj-ships"), rolled):
        machine = command(*words, "--data", "world", "--json", cwd=folder)
        assert isinstance(json.loads(machine.stdout), dict)
    years = json.loads(machine.stdout)["years"]
    assert [row["year"] for row in years] == list(range(2025, 2041))
    assert {"capacity_t", "flow_t", "share", "time_h_p50", "announced_t"} <= years[0].keys()


def test_the_study_has_the_chapters(folder: Path, command: Command) -> None:
    done = command("study", "--data", "world", "--out", "out", cwd=folder)
    assert done.returncode == 0, done.stderr
    report = (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert "what a budget buys" in report
    assert "when it works" in report
    with duckdb.connect(folder / "out" / "results.duckdb", read_only=True) as database:
        tables = database.sql("select table_name, comment from duckdb_tables()").df()
        assert {"plan", "plan_summary", "plan_budgets", "rollout_years"} <= set(tables["table_name"])
        assert tables["comment"].notna().all()
        invested = {name: database.table(name).columns for name in INVESTED}
        assert undocumented(invested) == []
    without = command("study", "--data", "world", "--out", "plain", "--no-plans", cwd=folder)
    assert without.returncode == 0
    assert "what a budget buys" not in (folder / "plain" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("plan", "--budget", "1 XXX"), "unknown currency"),
        (("plan", "--budget", "much"), "not an amount"),
        (("plan", "--budget", "1 USD", "--years", "soon"), "not a span of years"),
        (("plan", "--budget", "1 USD", "--exclude", "prj-x"), "no such project"),
        (("plan", "--budget", "1 USD", "--objective", "glory"), "unknown objective"),
        (("plan", "--budget", "1 USD", "--exclude", "prj-line", "--include", "prj-line"), "included and excluded"),
        (("finance", "prj-x"), "unknown project"),
        (("finance", "none.json"), "cannot read the plan"),
        (("finance", "prj-ships", "--loan", "loan-x"), "loan"),
        (("rollout", "--draws", "-1"), "out of range"),
        (("rollout", "--plan", "none.json"), "cannot read the plan"),
    ],
)
def test_bad_input_is_refused(folder: Path, command: Command, words: tuple[str, ...], said: str) -> None:
    done = command(*words, "--data", "world", cwd=folder)
    assert done.returncode == 2, done.stderr
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_a_plan_edited_by_hand_is_refused(folder: Path, command: Command, planned: dict[str, object]) -> None:
    rows = [dict(row, start_year="soon") for row in planned["portfolio"]]  # type: ignore[attr-defined]
    (folder / "edited.json").write_text(json.dumps(planned | {"portfolio": rows}), encoding="utf-8")
    for words in (("finance", "edited.json"), ("rollout", "--plan", "edited.json")):
        done = command(*words, "--data", "world", cwd=folder)
        assert done.returncode == 2
        assert "edited.json" in done.stderr
