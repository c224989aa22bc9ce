"""What no source of money may pay for, is no part of a plan."""

from __future__ import annotations

import numpy as np

from caspia.investment import NEVER, Programme


def test_what_nobody_may_pay_for_cannot_be_built() -> None:
    programme = Programme(
        ids=("road", "note"),
        cost_usd=np.array([5.0, 1.0]),
        build_years=np.array([1, 1]),
        earliest_start=np.array([2026, 2026]),
        needs=(),
        excludes=(),
        years=(2026,),
        sources=("yen", "private"),
        budget_usd=np.array([[9.0], [9.0]]),
        may_pay=np.array([[True, False], [False, False]]),
    )
    assert "no source" in programme.broken(np.array([2026, 2026]))
    assert not programme.broken(np.array([2026, NEVER]))
