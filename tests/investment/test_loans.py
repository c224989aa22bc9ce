"""Schedules of loans: what is repaid is what was drawn; annuities agree with another program."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import pyxirr
from drawn_loans import loans
from hypothesis import assume, given
from hypothesis import strategies as st

from caspia.errors import InputError
from caspia.investment.loans import Loan, Repayment, schedule


@given(loans())
def test_what_is_drawn_is_repaid_and_nothing_is_owed_at_the_end(loan):
    paid = schedule(loan)
    assert paid.principal.sum() == pytest.approx(loan.amount)
    assert paid.drawn.sum() == pytest.approx(loan.amount)
    assert (paid.balance >= 0).all()
    assert paid.balance[-1] == 0


@given(loans())
def test_interest_is_that_of_the_balance_and_fees_that_of_the_undrawn(loan):
    paid = schedule(loan)
    rate = loan.interest_pct / 100 / loan.payments_per_year
    assert paid.interest.sum() == pytest.approx(rate * paid.balance[:-1].sum())
    undrawn = loan.amount - np.cumsum(paid.drawn)
    fees = loan.front_end_fee_pct / 100 * loan.amount
    fees += loan.commitment_fee_pct / 100 / loan.payments_per_year * undrawn[:-1].sum()
    assert paid.fee.sum() == pytest.approx(fees, abs=1e-6 * loan.amount)


@given(loans())
def test_no_principal_within_the_grace(loan):
    paid = schedule(loan)
    assert not paid.principal[: loan.first_repayment].any()
    assert (paid.principal[loan.first_repayment :] > 0).all()


@given(loans())
def test_years_sum_to_the_whole(loan):
    paid = schedule(loan)
    for name in ("drawn", "interest", "fee", "principal", "debt_service"):
        assert paid.by_year(name).sum() == pytest.approx(getattr(paid, name).sum())
    assert np.allclose(paid.by_year("drawn")[: len(loan.disbursement)], loan.amount * np.array(loan.disbursement))


@given(loans([Repayment.ANNUITY], at_once=True))
def test_annuity_agrees_with_another_program(loan):
    # The other program loses digits at rates next to zero.
    assume(loan.interest_pct > 0.01)
    paid = schedule(loan)
    rate = loan.interest_pct / 100 / loan.payments_per_year
    count = loan.periods - loan.first_repayment + 1
    level = paid.principal[loan.first_repayment :] + paid.interest[loan.first_repayment :]
    assert level == pytest.approx(pyxirr.pmt(rate, count, -loan.amount))
    interest = [pyxirr.ipmt(rate, nth, count, -loan.amount) for nth in range(1, count + 1)]
    assert paid.interest[loan.first_repayment :] == pytest.approx(interest, abs=1e-6 * loan.amount)


@given(loans([Repayment.EQUAL_PRINCIPAL]))
def test_equal_principal_is_equal(loan):
    repaid = schedule(loan).principal[loan.first_repayment :]
    assert repaid == pytest.approx(repaid[0])


@given(st.integers(1, 30), st.integers(0, 30), st.floats(0.1, 15))
def test_half_yearly_payment_costs_less_interest_than_yearly(tenor, grace, interest):
    """Principal that is paid back half a year earlier bears no interest any more; the same without repayment."""
    grace = min(grace, tenor)
    yearly, half = (schedule(Loan(1.0, interest, tenor, grace, payments_per_year=a)).interest.sum() for a in (1, 2))
    assert half <= yearly * (1 + 1e-12)
    bullets = [
        schedule(Loan(1.0, interest, tenor, repayment=Repayment.BULLET, payments_per_year=a)).interest.sum()
        for a in (1, 2)
    ]
    assert bullets[0] == pytest.approx(bullets[1]) == pytest.approx(tenor * interest / 100)


def test_yen_loan_has_41_instalments():
    """JICA yen loans of 30 years with 10 of grace are repaid in 41 equal half-yearly instalments."""
    paid = schedule(Loan(41e9, 2.9, 30, 10, currency="JPY"))
    assert np.flatnonzero(paid.principal).tolist() == list(range(20, 61))
    assert paid.principal.max() == pytest.approx(1e9)
    assert paid.interest[1] == pytest.approx(41e9 * 0.029 / 2)


def test_schedule_by_hand():
    """Worked by hand: 100 drawn in halves, 10 percent a year, fees, two equal repayments after two years."""
    loan = Loan(
        100.0, 10.0, 3, 2, payments_per_year=1, disbursement=(0.5, 0.5), front_end_fee_pct=1, commitment_fee_pct=0.5
    )
    paid = schedule(loan)
    assert paid.drawn.tolist() == [50, 50, 0, 0]
    assert paid.interest.tolist() == pytest.approx([0, 5, 10, 5])
    assert paid.fee.tolist() == pytest.approx([1, 0.25, 0, 0])
    assert paid.principal.tolist() == [0, 0, 50, 50]
    assert paid.frame()["debt_service"].tolist() == pytest.approx([1, 5.25, 60, 55])


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"grace_years": 11.0}, "grace is longer than the tenor"),
        ({"tenor_years": 0.0, "grace_years": 0.0}, "no such tenor"),
        ({"tenor_years": 10.3}, "whole number of periods"),
        ({"amount": -1.0}, "not a number of a loan"),
        ({"interest_pct": float("nan")}, "not a number of a loan"),
        ({"payments_per_year": 3}, "rhythm"),
        ({"disbursement": (0.5, 0.4)}, "do not make the loan"),
        ({"disbursement": ()}, "do not make the loan"),
        ({"disbursement": (0.5, 0.0, 0.5), "grace_years": 2.0}, "repayment begins before"),
    ],
)
def test_what_is_no_loan_is_refused(change, word):
    good = Loan(100.0, 5.0, 10, 4)
    with pytest.raises(InputError, match=word) as caught:
        replace(good, **change)
    problem = caught.value.problem
    assert all((problem.what, problem.where, problem.got, problem.allowed, problem.repair))


IBRD_INSTALMENTS_THOUSAND_USD = (
    *(4425, 4590, 4765, 4950, 5135, 5330, 5535, 5745, 5960, 6190, 6425, 6670, 6920, 7185, 7460),
    *(7740, 8035, 8340, 8655, 8985, 9330, 9680, 10050, 10430, 10830, 11240, 11665, 12110, 12570, 13055),
)
"""Schedule 3 of a loan agreement of the World Bank with China, July 1998 to January 2013, in Chinese at
http://fsou.com/html/text/eag/1006640/100664066_6.html."""


def test_published_schedule_of_the_world_bank():
    """240 million dollars in 30 half-yearly instalments of a loan of 20 years.

    The schedule goes in steps of 5,000 dollars and names no interest; at 7.60 percent the annuity is in every
    instalment within two steps, and at no other rate of two decimals is it nearer.
    """
    published = 1000.0 * np.array(IBRD_INSTALMENTS_THOUSAND_USD)
    assert published.sum() == 240e6

    def farthest(interest_pct):
        loan = Loan(published.sum(), interest_pct, 20, 5.5, repayment=Repayment.ANNUITY)
        return np.abs(schedule(loan).principal[loan.first_repayment :] - published).max()

    assert farthest(7.60) < 10_000
    assert farthest(7.60) < min(farthest(7.59), farthest(7.61))


def test_signed_yen_loan():
    """Notes of November 2018, commuter railway of Manila: https://www.yunbaogao.cn/rgf/cgtda.html.

    167,199 million yen at 0.1 percent, to be repaid over 28 years after 12 of grace; JICA wants equal principal
    half-yearly (product note of October 2015). The amounts of the instalments are not published.
    """
    loan = Loan(167_199e6, 0.1, 40, 12, currency="JPY")
    paid = schedule(loan)
    due = paid.time_years[paid.principal > 0]
    assert (due[0], due[-1]) == (12, 40)
    assert np.ptp(due) == 28
    assert np.allclose(np.diff(due), 0.5)
    assert np.allclose(paid.principal[paid.principal > 0], 167_199e6 / len(due))
