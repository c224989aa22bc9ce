"""What a budget buys and when the corridor works, as tables of a result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from caspia.investment.terms import exchange
from caspia.study.plan import Plan, Planner, open_planner
from caspia.study.plan_answer import coming_frame, plan_finance
from caspia.study.plan_frames import averse_record, portfolio_frame, summary, unfunded_frame
from caspia.study.plan_request import PlanRequest
from caspia.study.rollout import open_rollout, rollout
from caspia.study.study import Study
from caspia.study.sweep import sweep
from caspia.units import PRICE_YEAR

Tell = Callable[[str, int, int], None]
REQUEST = PlanRequest()
"""The plan of the report: 3 trillion yen over five years."""
NEEDED = ("projects", "demand", "targets")
"""Without these there is nothing to plan or to roll out."""
LISTS = ";"
MONEY = {"finance_years": "years", "incidence": "incidence"}
"""Tables of the finance of a plan, by what they are called after `plan_`."""
BEFORE = {"intervals": "", "grant_element": "grant_", "exchange_case": "exchange_"}
"""What stands before the names of a record within a record; intervals stand beside their numbers."""


def report_planner(study: Study, tell: Tell) -> Planner | None:
    """The planner that the chapters on investment and on claims share.

    Parameters
    ----------
    study : Study
        The world without the projects.
    tell : callable
        Told stage, number done and number of all.

    Returns
    -------
    Planner or None
        None where the data have no projects, demand or targets, or the settings want no plans.
    """
    if not study.settings.rollout_draws or any(study.data.tables[name].empty for name in NEEDED):
        return None
    return open_planner(study, REQUEST, tell)


def invest_tables(study: Study, tell: Tell, planner: Planner | None) -> dict[str, pd.DataFrame]:
    """Plan, finance and roll-out of the announced budget.

    Parameters
    ----------
    study : Study
        The world without the projects.
    tell : callable
        Told stage, number done and number of all.
    planner : Planner or None
        Of `report_planner`.

    Returns
    -------
    dict of str to pandas.DataFrame
        `plan_summary`, `plan`, `plan_unfunded`, `plan_coming`, `plan_budgets`, `plan_finance_years`,
        `plan_incidence`, `rollout_years`, `rollout_stages`, `rollout_targets`, `rollout_openings`,
        `rollout_summary`; nothing without a planner.

    Raises
    ------
    caspia.errors.NotConverged
        No equilibrium was reached.
    """
    if planner is None:
        return {}
    plan = planner.plan(REQUEST, tell)
    tables = {**_plan_tables(planner, plan, tell), **_rollout_tables(study, plan, tell)}
    return {name: _cells(frame) for name, frame in tables.items()}


def _plan_tables(planner: Planner, plan: Plan, tell: Tell) -> dict[str, pd.DataFrame]:
    row = summary(plan) | {f"averse_{name}": value for name, value in (averse_record(plan) or {}).items()}
    tables = {
        "plan": portfolio_frame(plan),
        "plan_unfunded": unfunded_frame(plan),
        "plan_coming": coming_frame(plan),
        "plan_budgets": sweep(planner, REQUEST, tell),
    }
    record = plan_finance(plan, tell)
    if record is not None:
        row = _flat({name: value for name, value in record.items() if not isinstance(value, list)}) | row
        row["grant_imf"] = row.pop("grant_imf_wb", None)
        tables |= {f"plan_{name}": pd.DataFrame(record[table]) for name, table in MONEY.items()}
    # The report marks the announced yen among budgets in dollars.
    row["yen_per_usd"] = exchange(planner.study.data, "JPY", PRICE_YEAR).per_usd
    return {"plan_summary": pd.DataFrame([_flat(row)]), **tables}


def _rollout_tables(study: Study, plan: Plan, tell: Tell) -> dict[str, pd.DataFrame]:
    answer = rollout(open_rollout(study, plan.planner, tell), plan, tell, study.settings.rollout_draws)
    passed = answer.record()["passed"]
    return {
        "rollout_years": answer.years,
        "rollout_stages": answer.stages,
        "rollout_targets": _with_sources(study, answer.targets),
        "rollout_openings": answer.openings,
        "rollout_summary": pd.DataFrame([_flat(passed)]),
    }


def _cells(frame: pd.DataFrame) -> pd.DataFrame:
    """A table whose columns are of numbers or of text, what is missing among numbers being NaN."""
    columns = {}
    for name, column in frame.items():
        known = column.dropna()
        is_number = column.dtype == object and known.map(lambda cell: isinstance(cell, int | float)).all()
        columns[str(name)] = pd.to_numeric(column).astype(float) if is_number else column
    return pd.DataFrame(columns)


def _with_sources(study: Study, targets: pd.DataFrame) -> pd.DataFrame:
    """Targets with where they were read, for the report to show."""
    table = study.data.tables["targets"].set_index("id")
    return targets.assign(source_id=table["source_id"].reindex(targets["target"]).to_numpy())


def _flat(record: Mapping[str, Any]) -> dict[str, Any]:
    """One row of cells: what is within another record has its name before its own, lists are joined."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, Mapping):
            found |= {f"{BEFORE.get(name, f'{name}_')}{key}": item for key, item in _flat(value).items()}
        elif isinstance(value, list | tuple):
            found[name] = LISTS.join(str(item) for item in value)
        else:
            found[name] = value
    return found
