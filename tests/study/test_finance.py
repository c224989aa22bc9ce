"""Finance of plans on a drawn world: money is kept, parts are the whole, and loans answer to their terms."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from finance_world import DRAWING, EDITS, FACTS, LINE
from hypothesis import given
from hypothesis import strategies as st
from tests.drawn import open_drawn

from caspia.errors import InputError, UnknownName
from caspia.investment import NEVER
from caspia.investment.loans import Loan
from caspia.investment.returns import net_present_value
from caspia.network import ArcKind
from caspia.study import Study
from caspia.study.candidates import FUNDS
from caspia.study.finance_answer import FinanceQuestion, alone, finance_answer, starts_planner
from caspia.study.finance_frames import finance_record, incidence_frame, projects_frame, years_frame
from caspia.study.finance_worlds import finance_worlds, later
from caspia.study.funding import plan_funding, starts_funding
from caspia.study.plan import open_planner
from caspia.study.plan_finance import Finance, FinanceRequest, finance_plan
from caspia.study.plan_loans import Part, fitted, parts, strong_pct, tranche, weak_pct
from caspia.study.plan_request import PlanRequest
from caspia.study.project_money import shared
from caspia.study.takings import Till

STARTS = {"prj-line": 2026, "prj-ship": 2026, "prj-note": 2027}
ALL = frozenset(range(3))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return open_drawn(tmp_path_factory.mktemp("finance"), DRAWING, FACTS, EDITS)


@pytest.fixture(scope="module")
def finance(world: Study) -> Finance:
    return finance_plan(starts_funding(starts_planner(world, STARTS), STARTS))


def test_sources_pay_the_cost_and_no_more(finance: Finance, world: Study) -> None:
    funding = finance.funding
    # The cost with the overrun of its class, less what was spent before.
    assert funding.cost_usd == pytest.approx([60e6 * 1.1, 20e6 * 1.2, 1e6 * 1.2])
    built = [flow.construction_usd.sum() for flow in finance.flows]
    assert built == pytest.approx(funding.cost_usd)
    assert dict(zip(FUNDS, funding.pays_usd.sum(axis=0), strict=True)) == pytest.approx(
        {"yen": 66e6, "private": 24e6, "national": 1.2e6, "multilateral": 0, "chinese": 0, "other": 0}
    )


def test_what_is_drawn_is_what_the_loans_lend(finance: Finance) -> None:
    lent = finance.loans.groupby("project")["amount_usd"].sum()
    for key, flow in zip(finance.funding.ids, finance.flows, strict=True):
        assert flow.drawn_usd.sum() == pytest.approx(lent.get(key, 0.0))
    assert finance.whole.drawn_usd.sum() == pytest.approx(lent.sum())
    # Yen lenders bear at most 85 percent, private money borrows seven tenths, a state pays itself.
    assert lent.to_dict() == pytest.approx({"prj-line": 0.85 * 66e6, "prj-ship": 0.7 * 24e6})


def test_the_plan_is_the_sum_of_its_projects(finance: Finance) -> None:
    names = ("construction_usd", "drawn_usd", "revenue_usd", "operation_usd", "debt_service_usd", "benefit_usd")
    for name in names:
        whole = getattr(finance.whole, name)
        summed = sum(np.pad(values := getattr(flow, name), (0, len(whole) - len(values))) for flow in finance.flows)
        assert whole == pytest.approx(summed)
    parts_npv = projects_frame(finance)["npv_usd"].sum()
    assert finance_record(finance, worlds=False)["npv_usd"] == pytest.approx(parts_npv)


def test_user_benefit_of_the_projects_is_that_of_the_plan(finance: Finance) -> None:
    planner, money = finance.funding.planner, finance.money
    model = planner.model
    column = int(np.flatnonzero(money.years == 2034)[0])
    without, built = model.mask(()), model.mask(STARTS)
    gain = model.world(built, 2034).user_benefit_usd.sum() - model.world(without, 2034).user_benefit_usd.sum()
    assert money.users_usd[:, column].sum() == pytest.approx(gain)
    assert money.state_users_usd[:, column].sum() == pytest.approx(gain)
    # Between the anchors of 2034 and 2040, by distance; after 2040 as then.
    at = {year: money.users_usd[:, year - 2026] for year in (2034, 2036, 2040, 2045)}
    assert at[2036].sum() == pytest.approx((2 * at[2034] + at[2040]).sum() / 3)
    assert at[2036] == pytest.approx((2 * at[2034] + at[2040]) / 3, rel=1e-3)
    assert at[2045] == pytest.approx(at[2040])


def test_a_project_counts_from_its_opening_and_not_before_what_it_needs(world: Study, finance: Finance) -> None:
    money = finance.money
    # Two years of works that take a fifth longer.
    assert money.usable.tolist() == [2029, 2029, 2030]
    for row, first in enumerate(money.usable):
        assert not money.users_usd[row, money.years < first].any()
        assert money.users_usd[row, money.years == first].all()
    late = STARTS | {"prj-ship": 2030}
    planner = finance.funding.planner
    moved = finance_plan(starts_funding(planner, late))
    assert moved.money.usable.tolist() == [2029, 2033, 2033]


def test_revenue_is_what_is_paid_on_the_line(finance: Finance, world: Study) -> None:
    till = Till(finance.funding.planner, tuple(STARTS))
    model = finance.funding.planner.model
    study = model.model.study
    arcs = study.network.arcs
    row = study.data.tables["links"]["id"].tolist().index(LINE)
    here = np.flatnonzero((arcs.kind == ArcKind.LINE) & (arcs.row == row))
    found = model.world(model.mask(STARTS), 2034)
    market = model.model.market
    tonnes = sum(found.found.flow[market.routes.route_of_arc[market.routes.arcs == arc]].sum() for arc in here)
    dues = 0.04 * 380
    boxes = 0.5 * 380 / 10
    paid = till(ALL, 2034).own_usd[0]
    assert min(dues, boxes) * tonnes - 1 <= paid <= max(dues, boxes) * tonnes + 1
    assert till(frozenset({1, 2}), 2034).own_usd[0] == 0.0
    # Ships earn on the line behind the berth; a document sells nothing.
    assert till(ALL, 2034).own_usd[1] > 0.0
    assert finance.money.revenue_usd[2].tolist() == [0.0] * len(finance.money.years)


def test_who_bears_and_who_gains_sums_to_the_plan(finance: Finance) -> None:
    table = incidence_frame(finance)
    whole, rate = finance.whole, finance.social_pct
    cost = net_present_value(whole.construction_usd + whole.operation_usd, rate)
    assert table["cost_usd"].sum() == pytest.approx(cost)
    assert table["given_usd"].sum() == pytest.approx(table["received_usd"].sum())
    money = finance.money
    abroad = [state for state, builds in zip(money.states, money.builders, strict=True) if not builds]
    losses = table.loc[table["party"].isin(abroad), "revenue_usd"].sum()
    record = finance_record(finance, worlds=False)
    assert table["net_usd"].sum() - losses == pytest.approx(record["economic_npv_usd"])
    # Japan gives by its loan, the railway of Russia loses traffic.
    named = table.set_index("party")
    assert named.loc["JP", "given_usd"] > 0 > named.loc["RU", "revenue_usd"]


def test_the_record_is_json_and_says_why_there_is_no_rate(finance: Finance) -> None:
    record = finance_record(finance)
    again = json.loads(json.dumps(record, allow_nan=False))
    note = next(row for row in again["projects"] if row["project"] == "prj-note")
    assert note["irr"] is None
    assert "costs more than it brings" in note["irr_reason"]
    assert note["dscr_min"] is None
    ranges = record["intervals"]
    assert ranges["npv_usd_p10"] < record["npv_usd"] < ranges["npv_usd_p90"]
    assert ranges["irr_p10"] < ranges["irr_p90"] < 1.0
    assert ranges["dscr_min_p10"] < ranges["dscr_min_p90"]
    heaviest = finance.service_usd.max()
    heavy = [row for row, due in zip(record["years"], finance.service_usd, strict=True) if due >= 0.1 * heaviest]
    assert record["dscr_min"] == min(row["dscr"] for row in heavy)
    worst = next(row for row in record["years"] if row["year"] == record["dscr_min_year"])
    assert worst["dscr"] == record["dscr_min"]


def test_exchange_rates_that_do_harm_do_harm(finance: Finance, world: Study) -> None:
    record = finance_record(finance, worlds=False)
    assert record["exchange_case"]["npv_usd"] < record["npv_usd"]
    assert record["exchange_case"]["dscr_min"] < record["dscr_min"]
    strained = finance_plan(finance.funding, FinanceRequest(strained=True))
    assert finance_record(strained, worlds=False)["npv_usd"] == pytest.approx(record["exchange_case"]["npv_usd"])
    # The dollar is worth the dollar; the fastest change of three years is less a year over thirty.
    assert strong_pct(world.data, "USD", 10) == pytest.approx(100 * (1 / 1.02 - 1))
    assert strong_pct(world.data, "JPY", 30) < strong_pct(world.data, "JPY", 3) < 100 / 0.9 - 100
    assert weak_pct(world.data, "KZ", 3) == pytest.approx(100 * (1.07 / 1.05 - 1))
    assert weak_pct(world.data, "GE", 3) == 0.0


def test_worlds_hold_the_plan_as_planned_when_nothing_differs(finance: Finance) -> None:
    worlds = finance.funding.worlds
    same = replace(
        worlds,
        late_years=np.zeros_like(worlds.late_years),
        yields=np.ones_like(worlds.yields),
        growth=np.ones_like(worlds.growth),
        extra_usd=np.zeros_like(worlds.extra_usd),
    )
    plain = replace(finance, funding=replace(finance.funding, worlds=same))
    found, record = finance_worlds(plain), finance_record(finance, worlds=False)
    assert found.npv_usd == pytest.approx([record["npv_usd"]] * worlds.n)
    assert found.economic_npv_usd == pytest.approx([record["economic_npv_usd"]] * worlds.n)
    assert found.dscr_min == pytest.approx([record["dscr_min"]] * worlds.n)
    dear = replace(same, extra_usd=same.extra_usd + 1e6)
    worse = finance_worlds(replace(finance, funding=replace(finance.funding, worlds=dear)))
    assert (worse.npv_usd < found.npv_usd).all()
    assert (worse.dscr_min < found.dscr_min).all()


def test_a_dearer_loan_is_harder_to_serve_and_no_gift(finance: Finance) -> None:
    funding = finance.funding
    dear = finance_record(finance_plan(funding, FinanceRequest(loan="loan-dear")), worlds=False)
    soft = finance_record(
        finance_plan(funding, FinanceRequest(loan="loan-jica-umic-high-spec", loan_share=0.9)), worlds=False
    )
    assert dear["loan_usd"] == pytest.approx(soft["loan_usd"])
    assert dear["projects"][0]["dscr_min"] < soft["projects"][0]["dscr_min"]
    assert dear["projects"][0]["dscr_mean"] < soft["projects"][0]["dscr_mean"]
    assert dear["grant_element"]["imf_wb"] < 0 < soft["grant_element"]["imf_wb"]
    # What a project earns does not ask who lent for it.
    assert dear["npv_usd"] == pytest.approx(soft["npv_usd"])
    none = finance_record(finance_plan(funding, FinanceRequest(loan="loan-dear", loan_share=0.0)), worlds=False)
    assert none["dscr_min"] is None
    assert none["grant_element"] == {"oecd": None, "imf_wb": None}


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (FinanceRequest(loan="loan-none"), "no such row of loans"),
        (FinanceRequest(loan="loan-dear", loan_share=1.2), "0 to 1"),
        (FinanceRequest(loan_share=0.5), "name a loan"),
        (FinanceRequest(discount_pct=400.0), "-50 to 100"),
    ],
)
def test_bad_options_are_refused(finance: Finance, request_: FinanceRequest, words: str) -> None:
    with pytest.raises(InputError, match=words):
        finance_plan(finance.funding, request_)


def test_bad_options_and_missing_facts_are_refused_before_any_flow(world: Study, tmp_path: Path) -> None:
    told: list[object] = []
    dear = FinanceQuestion(finance=FinanceRequest(loan="loan-none"))
    for what in ("prj-ship", "portfolio"):
        with pytest.raises(InputError, match="no such row of loans"):
            finance_answer(world, what, dear, lambda *said: told.append(said))
    bare = open_drawn(tmp_path, DRAWING, FACTS | {"project.operating_margin": None}, EDITS)
    with pytest.raises(InputError, match="prj-ship: project without operating_margin"):
        finance_answer(bare, "prj-ship", tell=lambda *said: told.append(said))
    assert not told


def test_a_project_alone_brings_what_it_needs(world: Study) -> None:
    told: list[str] = []
    answer = finance_answer(world, "prj-note", tell=lambda stage, done, total: told.append(stage))
    assert answer.finance.funding.ids == ("prj-note", "prj-ship")
    assert answer.record()["what"] == "prj-note"
    assert "Revenue" in told
    with pytest.raises(InputError, match="unknown project"):
        finance_answer(world, "prj-nothing")
    with pytest.raises(InputError, match=r"cannot read the plan.*No such file"):
        finance_answer(world, "nothing.json")


def test_a_stopped_project_is_refused(world: Study) -> None:
    planner = starts_planner(world, {"prj-ship": 2026})
    stopped = planner.table.frame.assign(status="stopped")
    with pytest.raises(InputError, match="stopped"):
        alone(replace(planner.table, frame=stopped), "prj-ship")


def test_the_plan_of_a_budget_and_its_file_are_financed_alike(world: Study, tmp_path: Path) -> None:
    request = PlanRequest(budgets=("yen=60e6 USD", "private=30e6 USD"), years=(2026, 2027))
    plan = open_planner(world, request).plan(request, averse=False)
    funding = plan_funding(plan)
    # Neither yen nor private money may pay for the note.
    assert "prj-line" in funding.ids
    assert "prj-note" not in funding.ids
    built = plan.portfolio.start != NEVER
    asked = plan.portfolio.pays_usd[built].sum(axis=1)
    signed = np.array([0.2 * 60e6 if key == "prj-line" else 0.0 for key in funding.ids])
    assert funding.cost_usd == pytest.approx(asked + signed, rel=1e-6)
    rows = [
        {"project": key, "start_year": int(start), "pays_yen_usd": paid[0], "pays_private_usd": paid[1]}
        for key, start, paid in zip(funding.ids, funding.start, plan.portfolio.pays_usd[built], strict=True)
    ]
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({"portfolio": rows}), encoding="utf-8")
    answer = finance_answer(world, str(path), FinanceQuestion(plan=request))
    direct = finance_plan(funding)
    assert years_frame(answer.finance).equals(years_frame(direct)) or np.allclose(
        years_frame(answer.finance).fillna(-1), years_frame(direct).fillna(-1)
    )


def test_an_empty_plan_has_nothing_to_finance(world: Study) -> None:
    request = PlanRequest(budgets=("1 USD",), years=(2026, 2027))
    plan = open_planner(world, request).plan(request, averse=False)
    with pytest.raises(InputError, match="nothing is built"):
        plan_funding(plan)


def test_terms_follow_the_income_of_the_state(world: Study) -> None:
    data = world.data
    assert parts(data, {"yen": 1.0}, "umic", exported=False) == (Part("loan-jica-umic-high-spec", 0.85),)
    with pytest.raises(UnknownName, match="loan-jica-lmic-high-spec"):
        parts(data, {"yen": 1.0}, "lmic", exported=False)
    assert parts(data, {"national": 1.0}, "umic", exported=True) == ()
    half = parts(data, {"yen": 0.5, "other": 0.5}, "umic", exported=False)
    assert [part.share for part in half] == pytest.approx([0.5, 0.5])


@given(st.integers(1, 12), st.floats(0.5, 40), st.integers(2, 60), st.integers(0, 20))
def test_a_fitted_loan_is_repaid_in_the_life_of_its_works(build: int, life: float, tenor: int, grace: int) -> None:
    loan = fitted(Loan(1.0, 5.0, float(tenor), float(min(grace, tenor))), build, life)
    assert build < loan.grace_years <= loan.tenor_years
    assert loan.tenor_years <= build + max(life, 0.5)
    loan.of(100.0, (1.0 / build,) * build)


def test_debt_in_dollars_shrinks_with_prices(world: Study) -> None:
    lent = tranche(world.data, Part("loan-ibrd", 0.8), 3, 30.0)
    assert lent.appreciation_pct == pytest.approx(100 * (1 / 1.02 - 1))
    assert lent.per_usd == 1.0


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=6), st.floats(-1e9, 1e9))
def test_shared_parts_sum_to_the_whole(values: list[float], total: float) -> None:
    assert shared(np.array(values), total).sum() == pytest.approx(total, abs=1e-3)


@given(st.lists(st.floats(0, 10), min_size=1, max_size=8), st.integers(0, 5))
def test_what_comes_later_is_not_lost(values: list[float], years: int) -> None:
    moved = later(np.array(values), years, len(values) + years)
    assert moved.sum() == pytest.approx(sum(values))
    assert not moved[:years].any()
