"""Plans on a drawn world: against full enumeration, against scenarios, and their rules."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from plan_world import DRAWING, PLAN_EDITS, PLAN_FACTS
from tests.drawn import open_drawn

from caspia.errors import DataError, InputError
from caspia.investment import NEVER
from caspia.study import Study
from caspia.study.candidates import coming, project_table
from caspia.study.objectives import Aim, read_aim
from caspia.study.plan import Plan, Planner, open_planner
from caspia.study.plan_answer import plan_answer
from caspia.study.plan_frames import portfolio_frame, unfunded_frame, world_values
from caspia.study.plan_request import PlanRequest, read_budgets
from caspia.study.sweep import sweep

REQUEST = PlanRequest(budgets=("120 million USD",), years=(2026, 2028))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("world") / "data"
    return open_drawn(folder, DRAWING, facts=PLAN_FACTS, edits=PLAN_EDITS)


@pytest.fixture(scope="module")
def planner(world: Study) -> Planner:
    return open_planner(world, REQUEST)


@pytest.fixture(scope="module")
def plan(planner: Planner) -> Plan:
    return planner.plan(REQUEST)


def test_works_under_way_come_and_are_not_funded(world: Study, planner: Planner) -> None:
    table = project_table(world.data)
    assert coming(table, 2026) == ()
    assert coming(table, 2030) == ("prj-coming",)
    assert "prj-coming" not in planner.ids


@pytest.mark.parametrize(
    ("ids", "tolerance"),
    # Scenarios count the overlap of a new way with the old ones alike, plans by how good each is.
    [(("prj-ships",), 0.02), (("prj-line",), 0.02), (("prj-border",), 0.02), (("prj-way",), 0.1)],
)
def test_a_project_is_the_same_as_its_scenario(
    world: Study, planner: Planner, ids: tuple[str, ...], tolerance: float
) -> None:
    found = planner.model.world(planner.model.mask(ids), 2030)
    flows = world.with_scenario(*ids).flows(2030)
    assert found.found.amount.sum() == pytest.approx(flows.result.amount.sum(), rel=2e-3)
    ferry = world.flows(2030).model.servers.key.index("fleets:flt-two>")
    assert found.found.load[ferry] == pytest.approx(flows.result.load[ferry], rel=tolerance, abs=1.0)


def test_without_projects_the_world_is_that_of_the_study(world: Study, planner: Planner) -> None:
    base, flows = planner.model.base(2030), world.flows(2030)
    assert base.found.amount.sum() == pytest.approx(flows.result.amount.sum())
    assert sorted(base.found.flow[base.found.flow > 0]) == pytest.approx(
        sorted(flows.flow_t[flows.flow_t > 0]), rel=1e-4
    )
    assert base.user_benefit_usd.sum() == 0.0


def test_the_rule_of_half_is_near_the_area_under_the_demand(planner: Planner) -> None:
    every = planner.model.mask(planner.ids)
    found = planner.model.world(every, 2034)
    benefit, half = found.user_benefit_usd.sum(), found.rule_of_half_usd.sum()
    assert benefit > 0
    assert half == pytest.approx(benefit, rel=0.05)


def test_the_plan_is_the_best_of_all(planner: Planner, plan: Plan) -> None:
    chosen, span = plan.programme, plan.span
    best = -np.inf
    for starts in product((*chosen.years, NEVER), repeat=chosen.n):
        start = np.array(starts)
        if not chosen.broken(start):
            opening = chosen.opened(start)
            sets = [opening <= year for year in span.years]
            values = np.array([[planner.valuer(opened, anchor) for anchor in span.anchors] for opened in sets])
            best = max(best, float((span.weight * values).sum()) - chosen.given_up(start))
    assert plan.portfolio.value == pytest.approx(best, rel=1e-3)
    assert plan.portfolio.bound >= best * (1 - 1e-6)
    assert plan.portfolio.gap <= 0.05


def test_tables_of_a_plan_agree_with_each_other(plan: Plan) -> None:
    funded, rest = portfolio_frame(plan), unfunded_frame(plan)
    assert set(funded["project"]) | set(rest["project"]) == set(plan.planner.ids)
    assert not set(funded["project"]) & set(rest["project"])
    assert funded["cost_usd"].sum() == pytest.approx(plan.portfolio.pays_usd.sum())
    assert funded["cost_usd"].sum() <= plan.money.total_usd * (1 + 1e-6)
    assert (funded["opening_year"] > funded["start_year"]).all()
    assert rest["reason"].str.len().min() > 0


def test_the_value_of_worlds_without_chance_is_that_of_the_plan(plan: Plan) -> None:
    worlds = plan.worlds
    still = replace(
        worlds,
        late_years=np.zeros_like(worlds.late_years),
        yields=np.ones_like(worlds.yields),
        growth=np.ones_like(worlds.growth),
        extra_usd=np.zeros_like(worlds.extra_usd),
    )
    assert world_values(plan, plan.portfolio, still) == pytest.approx(plan.portfolio.value, rel=1e-6)


def test_a_budget_below_the_cheapest_project_gives_the_empty_plan(planner: Planner) -> None:
    answer = plan_answer(planner, replace(REQUEST, budgets=("1000 USD",)))
    assert answer.portfolio.empty
    assert answer.summary["value"] == 0.0
    assert set(answer.unfunded["project"]) == set(planner.ids)


def test_more_money_is_never_worse_and_a_sweep_goes_on(planner: Planner, tmp_path: Path) -> None:
    keep, told = tmp_path / "sweep.json", []
    first = sweep(planner, REQUEST, billions=(0.0, 0.05, 0.4), keep=keep)
    assert first["value"].is_monotonic_increasing
    before = keep.read_bytes()
    again = sweep(planner, REQUEST, lambda *step: told.append(step), billions=(0.0, 0.05, 0.4), keep=keep)
    assert again.equals(first)
    assert keep.read_bytes() == before
    assert told[-1] == ("Budgets", 3, 3)
    keep.write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="cannot go on"):
        sweep(planner, REQUEST, billions=(0.0,), keep=keep)


@pytest.mark.parametrize(
    ("budget", "word"),
    [
        ("3e12 XXX", "unknown currency"),
        ("lots of yen", "not an amount"),
        ("1 bn", "not an amount"),
        ("gold=1 USD", "unknown source"),
        ("1 USD@2040", "out of range"),
        ("-5 USD", "not an amount"),
    ],
)
def test_budgets_that_are_no_money_are_refused(world: Study, budget: str, word: str) -> None:
    with pytest.raises(InputError, match=word):
        read_budgets(replace(REQUEST, budgets=(budget,)), world)


def test_budgets_are_read_in_any_currency_and_by_year(world: Study) -> None:
    money = read_budgets(replace(REQUEST, budgets=("yen=3,000 JPY", "national=60 USD@2027")), world)
    assert money.sources == ("yen", "national")
    assert money.usd.tolist() == [pytest.approx([20 / 3] * 3), [0.0, 60.0, 0.0]]
    with pytest.raises(InputError, match="with and without a source"):
        read_budgets(replace(REQUEST, budgets=("yen=1 USD", "1 USD")), world)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"exclude": ("prj-nothing",)}, "no such project"),
        ({"exclude": ("prj-line",), "include": ("prj-line",)}, "included and excluded"),
        ({"years": (2030, 2026)}, "years out of range"),
    ],
)
def test_requests_that_contradict_themselves_are_refused(
    world: Study, change: dict[str, object], word: str
) -> None:
    with pytest.raises(InputError, match=word):
        open_planner(world, replace(REQUEST, **change))  # type: ignore[arg-type]


def test_what_a_project_needs_must_be_there(world: Study) -> None:
    request = replace(REQUEST, exclude=("prj-way",))
    found = open_planner(world, request).plan(request, averse=False)
    assert found.barred == {"prj-faster": "needs prj-way"}
    assert "needs prj-way" in set(unfunded_frame(found)["reason"])


@pytest.mark.parametrize("text", ["profit", "benefit,benefit", "benefit=0", "tonnes=much"])
def test_aims_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_aim(text, "grain", ())


@pytest.mark.parametrize("text", ["tonnes", "security", "benefit=0.5,security=0.5"])
def test_other_aims_have_plans_too(world: Study, text: str) -> None:
    request = replace(REQUEST, aim=replace(read_aim(text, "grain", ("RU",)), commodity="grain"))
    found = open_planner(world, request).plan(request)
    assert found.portfolio.value > 0
    assert found.portfolio.gap <= 0.1
    if text == "security":
        assert found.portfolio.value / found.span.weight.sum() <= 1.0


@pytest.mark.parametrize(
    ("table", "key", "cells", "word"),
    [
        ("projects", "prj-way", {"requires_ids": "prj-faster"}, "circle"),
        ("projects", "prj-faster", {"excludes_ids": "prj-way"}, "can never be built"),
        ("works", "wrk-ships-1", {"attributes": "payload_t"}, "without its amounts"),
        ("works", "wrk-way-1", {"attributes": "length_km"}, "do not fit"),
        ("works", "wrk-line-1", {"attributes": "vessels"}, "no such attribute"),
    ],
)
def test_projects_that_contradict_themselves_are_refused(
    tmp_path: Path, table: str, key: str, cells: dict[str, str], word: str
) -> None:
    row = dict(PLAN_EDITS[table][key]) | cells
    edits = PLAN_EDITS | {table: PLAN_EDITS[table] | {key: row}}
    with pytest.raises(DataError, match=word):
        open_drawn(tmp_path / "data", DRAWING, facts=PLAN_FACTS, edits=edits)


def test_an_unknown_project_is_refused(world: Study) -> None:
    with pytest.raises(InputError, match="unknown project"):
        world.with_scenario("prj-nothing")


def test_the_aim_of_a_plan_is_benefit_unless_it_is_said() -> None:
    assert Aim().name == "benefit"
