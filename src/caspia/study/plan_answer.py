"""The answer of `caspia plan`: a plan with its tables, and plans for other budgets beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from caspia.investment import NEVER
from caspia.study.finance_frames import finance_record
from caspia.study.funding import plan_funding
from caspia.study.plan import Plan, Planner
from caspia.study.plan_finance import finance_plan
from caspia.study.plan_frames import averse_record, portfolio_frame, summary, unfunded_frame
from caspia.study.plan_request import PlanRequest
from caspia.study.sweep import sweep

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class PlanAnswer:
    """A plan as tables.

    Attributes
    ----------
    summary : dict
        Budget, aim, value with its interval, bound and gap; as `plan_frames.summary`.
    portfolio, unfunded, coming : pandas.DataFrame
        What is funded, what is not and why, and what opens anyway (`project`, `name`, `opening_year`).
    averse : dict or None
        The risk-averse plan beside it.
    finance : dict or None
        Whether its loans can be served, as `finance_frames.finance_record`; none of the empty plan.
    budgets : pandas.DataFrame or None
        Plans for other budgets, where they were asked for.
    """

    summary: dict[str, Any]
    portfolio: pd.DataFrame
    unfunded: pd.DataFrame
    coming: pd.DataFrame
    averse: dict[str, Any] | None
    finance: dict[str, Any] | None
    budgets: pd.DataFrame | None = None

    def record(self) -> dict[str, Any]:
        """Everything for machines: numbers of the summary, and tables by name."""
        found = dict(self.summary) | {
            "portfolio": self.portfolio,
            "unfunded": self.unfunded,
            "coming": self.coming,
            "averse": self.averse,
            "finance": self.finance,
        }
        return found if self.budgets is None else found | {"budgets": self.budgets}


def plan_answer(
    planner: Planner, request: PlanRequest, tell: Tell | None = None, *, keep: Path | None = None
) -> PlanAnswer:
    """Plan for the budget of a request.

    Parameters
    ----------
    planner : Planner
        Projects compiled.
    request : PlanRequest
        What is asked.
    tell : callable, optional
        Told stage, number done and number of all.
    keep : pathlib.Path, optional
        File of the sweep over budgets; without it there is none.

    Returns
    -------
    PlanAnswer

    Raises
    ------
    caspia.errors.InputError
        Budgets that are no money, or projects that contradict each other.
    caspia.errors.NotConverged
        No equilibrium was reached.
    """
    plan = planner.plan(request, tell)
    budgets = None if keep is None else sweep(planner, request, tell, keep=keep)
    return PlanAnswer(
        summary=summary(plan),
        portfolio=portfolio_frame(plan),
        unfunded=unfunded_frame(plan),
        coming=coming_frame(plan),
        averse=averse_record(plan),
        finance=plan_finance(plan, tell),
        budgets=budgets,
    )


def plan_finance(plan: Plan, tell: Tell | None = None) -> dict[str, Any] | None:
    """Whether the loans of a plan can be served.

    Parameters
    ----------
    plan : Plan
        The plan.
    tell : callable, optional
        Told stage, number done and number of all.

    Returns
    -------
    dict or None
        As `finance_frames.finance_record`; none where nothing is built.

    Raises
    ------
    caspia.errors.NotConverged
        No equilibrium was reached.
    """
    if (plan.portfolio.start == NEVER).all():
        return None
    return finance_record(finance_plan(plan_funding(plan), None, tell))


def coming_frame(plan: Plan) -> pd.DataFrame:
    """Projects that are paid for and open whatever is planned.

    Parameters
    ----------
    plan : Plan
        The plan.

    Returns
    -------
    pandas.DataFrame
        `project`, `name`, `corridor`, `opening_year` (with the mean delay of its class), by year.
    """
    table = plan.planner.table
    frame = table.frame[["id", "name", "corridor"]].rename(columns={"id": "project"})
    frame = frame.assign(opening_year=table.expected_opening)[table.is_committed]
    return frame.sort_values(["opening_year", "project"]).reset_index(drop=True)
