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
