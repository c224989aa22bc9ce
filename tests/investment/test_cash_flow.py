"""The money of a project: a case by hand, what must balance, and exchange rates."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caspia.errors import InputError, UnknownName
from caspia.investment.cash_flow import Case, Project, Tranche, appraise, cash_flow, with_exchange_rate
from caspia.investment.incidence import incidence
from caspia.investment.loans import Loan
from caspia.investment.returns import net_present_value


def project(revenue=30.0, life=10, **more):
    """Two years of building at 50, then revenue, an outlay of 5 and a benefit of 40 a year."""
    years = np.arange(life + 2)
    opened = (years >= 2).astype(float)
    built = np.where(years < 2, 50.0, 0.0)
    return Project(2026, built, revenue * opened, 5 * opened, 40 * opened, **more)


YEN = Loan(1.0, 2.0, 10, 3, currency="JPY")


def test_by_hand():
    """100 built in two years, half of it lent for four years at 10 percent, repaid in years 3 and 4."""
    loan = Loan(1.0, 10.0, 4, 3, payments_per_year=1, front_end_fee_pct=1)
    flow = cash_flow(
        Case(project(life=4, tax_pct=20, depreciation_years=4), (Tranche(loan, 0.5),), grant_share=0.1)
    )
    assert flow.year.tolist() == [2026, 2027, 2028, 2029, 2030, 2031]
    assert flow.drawn_usd.tolist() == [25, 25, 0, 0, 0, 0]
    assert flow.grant_usd.tolist() == [5, 5, 0, 0, 0, 0]
    assert flow.interest_usd.tolist() == pytest.approx([2.5, 5, 5, 2.5, 0, 0])
    assert flow.fee_usd.tolist() == pytest.approx([0.5, 0, 0, 0, 0, 0])
    assert flow.principal_usd.tolist() == [0, 0, 25, 25, 0, 0]
    # Losses of 3 and 5 in the years of building, profits of -5, -2.5, 0 and 0 after depreciation of 25: no tax.
    assert not flow.tax_usd.any()
    assert flow.equity_usd.tolist() == pytest.approx([-23, -25, -5, -2.5, 25, 25])
    assert flow.interest_during_construction_usd == pytest.approx(8)
    found = appraise(flow, 8.0, 9.0)
    assert (found.cover.lowest, flow.year[found.cover.lowest_year]) == (pytest.approx(25 / 30), 2028)
    assert found.payback_years == pytest.approx(6)
    assert found.irr.pct == pytest.approx(0, abs=1e-6)
    assert found.economic_npv_usd == pytest.approx(net_present_value([-50, -50, 35, 35, 35, 35], 9.0))
    assert next(iter(flow.frame().columns)) == "year"


def test_tax_waits_for_losses():
    flow = cash_flow(Case(project(revenue=40, life=6, tax_pct=20, depreciation_years=4)))
    # Profit of 10 a year while 25 is written off, of 35 afterwards.
    assert flow.tax_usd.tolist() == pytest.approx([0, 0, 2, 2, 2, 2, 7, 7])
    loan = Loan(1.0, 20.0, 8, 3, payments_per_year=1)
    indebted = cash_flow(Case(project(revenue=40, life=6, tax_pct=20, depreciation_years=4), (Tranche(loan, 1.0),)))
    gain = indebted.revenue_usd - indebted.operation_usd - indebted.interest_usd
    gain -= [0, 0, 25, 25, 25, 25, 0, 0]
    assert indebted.tax_usd.sum() == pytest.approx(0.2 * max(gain.sum(), 0.0))


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 10), st.floats(-5, 5), st.floats(0.5, 200))
def test_flows_balance(share, rest, interest, rise, per_usd):
    """Whoever pays, the project, its lenders and its givers together have the flow before finance."""
    loan = Loan(1.0, interest, 10, 3, currency="JPY", front_end_fee_pct=1, commitment_fee_pct=0.5)
    case = Case(project(), (Tranche(loan, share, per_usd, rise),), (1 - share) * rest)
    flow = cash_flow(case)
    lenders = flow.debt_service_usd - flow.drawn_usd
    assert flow.equity_usd + lenders - flow.grant_usd == pytest.approx(flow.project_usd)
    assert flow.drawn_usd == pytest.approx(share * flow.construction_usd)
    if rise == 0:
        assert flow.principal_usd.sum() == pytest.approx(flow.drawn_usd.sum())


@given(st.floats(0.1, 8), st.floats(0.5, 200))
def test_dearer_yen_makes_the_loan_dearer(rise, per_usd):
    case = Case(project(), (Tranche(YEN, 0.8, per_usd),))
    now, then = cash_flow(case), cash_flow(with_exchange_rate(case, {"JPY": rise}))
    assert (then.debt_service_usd[now.debt_service_usd > 0] > now.debt_service_usd[now.debt_service_usd > 0]).all()
    assert then.drawn_usd == pytest.approx(now.drawn_usd)
    assert appraise(then, 5, 9).cover.lowest < appraise(now, 5, 9).cover.lowest
    assert appraise(then, 5, 9).irr == appraise(now, 5, 9).irr


def test_rate_of_exchange_by_hand():
    """A bullet of 50 dollars, drawn at 100 yen in year 0, repaid after four years at 100/1.1**4."""
    loan = Loan(1.0, 0.0, 4, 4, currency="JPY", payments_per_year=1)
    built = [100.0, 0, 0, 0, 0]
    one = Project(2026, np.array(built), np.array([0, 30.0, 30, 30, 30]), np.zeros(5), np.zeros(5))
    case = with_exchange_rate(Case(one, (Tranche(loan, 0.5, 100.0),)), {"JPY": 10.0})
    assert cash_flow(case).principal_usd.tolist() == pytest.approx([0, 0, 0, 50 * 1.1**4, 0])


def test_falling_local_currency_shrinks_revenue():
    case = Case(project())
    fallen = with_exchange_rate(case, {}, revenue_depreciation_pct=10, local_share=0.5)
    assert fallen.project.revenue_usd[3] == pytest.approx(30 * (0.5 + 0.5 / 1.1**3))
    assert case.project.revenue_usd[3] == 30


def test_loan_may_outlive_the_project():
    flow = cash_flow(Case(project(life=3), (Tranche(Loan(1.0, 3.0, 30, 10), 0.5),)))
    assert len(flow.year) == 30
    assert flow.principal_usd.sum() == pytest.approx(50)
    assert appraise(flow, 5, 9).cover.lowest == 0


def test_no_finance_no_cover():
    found = appraise(cash_flow(Case(project())), 5, 9)
    assert math.isnan(found.cover.lowest)
    assert math.isnan(found.loan_life_cover)
    assert found.irr == found.equity_irr


@pytest.mark.parametrize(
    "call",
    [
        lambda: Case(project(), (Tranche(YEN, 0.7), Tranche(YEN, 0.4))),
        lambda: Case(project(), grant_share=-0.1),
        lambda: Case(project(), (Tranche(YEN, 0.5, per_usd=0.0),)),
        lambda: Project(2026, np.ones(3), np.ones(2), np.ones(3), np.ones(3)),
        lambda: Project(2026, np.zeros(3), np.ones(3), np.ones(3), np.ones(3)),
        lambda: Project(2026, -np.ones(3), np.ones(3), np.ones(3), np.ones(3)),
        lambda: project(tax_pct=100.0),
        lambda: cash_flow(Case(project(), (Tranche(Loan(1.0, 2.0, 10, 1), 0.5),))),
        lambda: with_exchange_rate(Case(project()), {}, local_share=2.0),
    ],
)
def test_what_is_no_case_is_refused(call):
    with pytest.raises(InputError) as caught:
        call()
    assert caught.value.problem.repair


def test_unknown_currency_is_refused():
    with pytest.raises(UnknownName, match="JPY"):
        with_exchange_rate(Case(project(), (Tranche(YEN, 0.5),)), {"EUR": 2.0})


parties = st.sampled_from(["AZ", "GE", "JP", "KZ"])
flows = st.lists(st.floats(0, 1e6), min_size=1, max_size=5)
by_party = st.dictionaries(parties, flows)


@given(
    by_party,
    by_party,
    by_party,
    st.dictionaries(st.tuples(parties, parties).filter(lambda pair: pair[0] != pair[1]), flows),
    st.floats(0, 15),
)
def test_transfers_make_nobody_richer_together(cost, revenue, benefit, transfers, discount):
    table = incidence(cost, revenue, benefit, transfers, discount)
    assert table["given_usd"].sum() == pytest.approx(table["received_usd"].sum())
    gain = table[["revenue_usd", "user_benefit_usd"]].to_numpy().sum() - table["cost_usd"].sum()
    assert table["net_usd"].sum() == pytest.approx(gain, abs=1e-3)
    assert table["net_usd"].is_monotonic_decreasing
    if table["cost_usd"].sum() > 0:
        assert table["cost_share"].sum() == pytest.approx(1)


def test_nobody_gives_to_himself():
    with pytest.raises(InputError):
        incidence({}, {}, {}, {("KZ", "KZ"): [1.0]}, 5.0)
