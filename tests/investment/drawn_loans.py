"""Loans as hypothesis draws them."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from caspia.investment.loans import Loan, Repayment


@st.composite
def loans(draw, repayments=tuple(Repayment), *, at_once=False, fees=True):
    """A loan whose times are whole periods and whose drawdowns end before its grace does."""
    a = draw(st.sampled_from([1, 2, 4]))
    periods = draw(st.integers(1, 40 * a))
    grace = draw(st.integers(0, periods))
    repayment = draw(st.sampled_from(repayments))
    first = periods if repayment is Repayment.BULLET else max(grace, 1)
    years = 1 if at_once else draw(st.integers(1, min((first - 1) // a + 1, 8)))
    shares = np.array(draw(st.lists(st.floats(0.05, 1), min_size=years, max_size=years)))
    fee = st.floats(0, 5) if fees else st.just(0.0)
    return Loan(
        amount=draw(st.floats(1, 1e9)),
        interest_pct=draw(st.floats(0, 20)),
        tenor_years=periods / a,
        grace_years=grace / a,
        payments_per_year=a,
        repayment=repayment,
        disbursement=tuple(shares / shares.sum()),
        front_end_fee_pct=draw(fee),
        commitment_fee_pct=draw(fee),
    )
