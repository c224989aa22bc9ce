"""The answer of `caspia finance`: whether the loans of a project or of a plan can be served."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from caspia.errors import InputError, Problem
from caspia.scenario.named import PROJECT_PREFIX
from caspia.scenario.parse import nearest
from caspia.study.candidates import NOW, ProjectTable, coming, project_table
from caspia.study.finance_frames import finance_record
from caspia.study.funding import Funding, plan_funding, starts_funding
from caspia.study.plan import END, Plan, Planner, open_planner
from caspia.study.plan_file import PlanFile, read_plan_file
from caspia.study.plan_finance import Finance, FinanceRequest, check_finance, finance_plan
from caspia.study.plan_request import PlanRequest
from caspia.study.project_model import project_model
from caspia.study.study import Study

Tell = Callable[[str, int, int], None]
PORTFOLIO = "portfolio"
"""Stands for the plan that the request makes."""


@dataclass(frozen=True)
class FinanceQuestion:
    """What `caspia finance` is asked.

    Attributes
    ----------
    finance : FinanceRequest
        Loan, discount and exchange rates.
    plan : PlanRequest
        How `portfolio` is planned, and with which growth of demand.
    """

    finance: FinanceRequest = field(default_factory=FinanceRequest)
    plan: PlanRequest = field(default_factory=PlanRequest)


@dataclass(frozen=True, eq=False)
class FinanceAnswer:
    """Finance of a project or a plan.

    Attributes
    ----------
    what : str
        Project, file or `portfolio`.
    finance : Finance
        All of it.
    plan : Plan or None
        The plan that was made for it.
    """

    what: str
    finance: Finance
    plan: Plan | None = None

    def record(self) -> dict[str, Any]:
        """The answer for machines.

        Returns
        -------
        dict
            `what`, and as `finance_record`.
        """
        return {"what": self.what} | finance_record(self.finance)


def finance_answer(
    study: Study, what: str | PlanFile, request: FinanceQuestion | None = None, tell: Tell | None = None
) -> FinanceAnswer:
    """Answer whether loans can be served.

    Parameters
    ----------
    study : Study
        The world without the projects.
    what : str or PlanFile
        Id of a project, which is built with all that it needs; a plan, or the path of a file that
        `caspia plan --json` wrote; or `portfolio` for the plan that the request makes.
    request : FinanceQuestion, optional
        What is asked.
    tell : callable, optional
        Told stage, number done and number of all.

    Returns
    -------
    FinanceAnswer

    Raises
    ------
    InputError
        Unknown project, a plan file that is none, an empty plan, or an option out of range.
    caspia.errors.NotConverged
        No equilibrium was reached.
    """
    asked = request or FinanceQuestion()
    if what == PORTFOLIO:
        check_finance(study.data, (), asked.finance)
        plan = open_planner(study, asked.plan, tell).plan(asked.plan, tell, averse=False)
        return FinanceAnswer(what, finance_plan(plan_funding(plan), asked.finance, tell), plan)
    funding = _funding(study, what, asked, tell)
    name = what.path if isinstance(what, PlanFile) else what
    return FinanceAnswer(name, finance_plan(funding, asked.finance, tell))


def starts_planner(
    study: Study, starts: Mapping[str, int], request: PlanRequest | None = None, tell: Tell | None = None
) -> Planner:
    """Compile the projects of a plan that is given, and what comes anyway.

    Parameters
    ----------
    study : Study
        The world without the projects.
    starts : mapping of str to int
        Projects, with the years in which their works start.
    request : PlanRequest, optional
        With the growth of demand.
    tell : callable, optional
        Told stage, number done and number of all.

    Returns
    -------
    Planner

    Raises
    ------
    InputError
        A project is unknown or cannot be compiled.
    """
    table, ids = project_table(study.data), tuple(starts)
    model = project_model(study, (*ids, *coming(table, END)), tell)
    return Planner(study, table, ids, model, request or PlanRequest())


def alone(table: ProjectTable, key: str) -> dict[str, int]:
    """A project and all that it needs and that does not come anyway, each as soon as its works can start.

    Parameters
    ----------
    table : ProjectTable
        All projects.
    key : str
        The project.

    Returns
    -------
    dict of str to int
        Starts, the project first.

    Raises
    ------
    InputError
        No such project, or it is stopped.
    """
    if key not in table.ids:
        allowed = nearest(key, table.ids, limit=12)
        raise InputError(Problem("unknown project", "finance", repr(key), allowed, "correct the id"))
    needs = table.frame.set_index("id")["requires_ids"]
    found = [key]
    for item in found:
        row = table.ids.index(item)
        if str(table.frame["status"].iloc[row]) == "stopped":
            raise InputError(Problem("the project is stopped", "finance", item, "a project that may be built"))
        for need in filter(None, str(needs[item]).split(";")):
            if need not in found and not table.is_committed[table.ids.index(need)]:
                found.append(need)
    start = np.maximum(table.earliest_start, NOW).astype(int)
    return {item: int(start[table.ids.index(item)]) for item in found}


def _funding(study: Study, what: str | PlanFile, asked: FinanceQuestion, tell: Tell | None) -> Funding:
    table = project_table(study.data)
    pays: Mapping[str, Mapping[str, float]] = {}
    if isinstance(what, str) and (
        what in table.ids or (what.startswith(PROJECT_PREFIX) and not Path(what).exists())
    ):
        starts = alone(table, what)
    else:
        plan = read_plan_file(what, study.data) if isinstance(what, str) else what
        starts, pays = plan.starts, plan.pays_usd
    check_finance(study.data, tuple(starts), asked.finance)
    return starts_funding(starts_planner(study, starts, asked.plan, tell), starts, pays)
