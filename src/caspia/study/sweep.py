"""What each further billion buys: plans for a row of budgets, each kept as soon as it is found."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from caspia.errors import InputError, Problem
from caspia.investment import NEVER
from caspia.study.plan import Planner
from caspia.study.plan_request import PlanRequest

Tell = Callable[[str, int, int], None]
BILLIONS = (1.0, 2.0, 3.0, 3.7, 5.0, 7.0, 10.0, 14.0, 20.0, 25.0, 30.0)
"""Budgets of the sweep, in billions of dollars; dense where money is short."""


def sweep(
    planner: Planner,
    request: PlanRequest,
    tell: Tell | None = None,
    *,
    billions: Sequence[float] = BILLIONS,
    keep: Path | None = None,
) -> pd.DataFrame:
    """Plan for a row of budgets.

    Parameters
    ----------
    planner : Planner
        Projects compiled once; sets valued for one budget are known to all others.
    request : PlanRequest
        Years and aim; its budgets are replaced.
    tell : callable, optional
        Told stage, number done and number of all.
    billions : sequence of float
        Budgets, in billions of dollars.
    keep : pathlib.Path, optional
        File in which every plan is kept as soon as it is found, and from which a sweep goes on that was broken
        off. A file of other data or another request is begun anew.

    Returns
    -------
    pandas.DataFrame
        One row a budget, ascending: `budget_usd`, `spent_usd`, `value`, `bound`, `gap`, `projects` (number),
        `marginal_value_per_usd` (what a dollar more brings from the budget before to this one), `portfolio` (ids,
        separated by `;`).

    Raises
    ------
    InputError
        A budget is below zero, or the file cannot be read.
    """
    if any(not amount >= 0 for amount in billions):
        got = ", ".join(f"{amount:g}" for amount in billions)
        raise InputError(Problem("budget below zero", "sweep", got, "billions of dollars, 0 or more"))
    identity = _identity(planner, request)
    known = {} if keep is None else _kept(keep, identity)
    for nth, amount in enumerate(sorted(set(billions))):
        name = f"{amount:g}"
        if name not in known:
            own = replace(request, budgets=(f"{amount * 1e9:.0f} USD",))
            known[name] = _row(planner, own)
            if keep is not None:
                _keep(keep, identity, known)
        if tell is not None:
            tell("Budgets", nth + 1, len(set(billions)))
    return _frame([known[f"{amount:g}"] for amount in sorted(set(billions))])


def _row(planner: Planner, request: PlanRequest) -> dict[str, Any]:
    plan = planner.plan(request, averse=False)
    found = plan.portfolio
    built = [key for key, start in zip(plan.programme.ids, found.start, strict=True) if start != NEVER]
    return {
        "budget_usd": plan.money.total_usd,
        "spent_usd": float(found.pays_usd.sum()),
        "value": found.value,
        "bound": found.bound,
        "projects": len(built),
        "portfolio": ";".join(built),
    }


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    # A greater budget can do all that a smaller one does: where its search found less, the better plan stands.
    for column in ("value", "spent_usd", "projects", "portfolio"):
        best = frame["value"].cummax()
        place = [int(np.flatnonzero(frame["value"] == value)[0]) for value in best]
        frame[f"_{column}"] = frame[column].to_numpy()[place]
    for column in ("value", "spent_usd", "projects", "portfolio"):
        frame[column] = frame.pop(f"_{column}")
    frame["bound"] = frame[["bound", "value"]].max(axis=1)
    frame["gap"] = np.where(frame["bound"] > 0, 1.0 - frame["value"] / frame["bound"], 0.0)
    money, value = frame["budget_usd"].diff(), frame["value"].diff()
    frame["marginal_value_per_usd"] = (value / money).fillna(frame["value"] / frame["budget_usd"])
    return frame


def _identity(planner: Planner, request: PlanRequest) -> str:
    """What a kept sweep must have in common with this one."""
    asked = replace(request, budgets=())
    text = json.dumps([planner.study.data.sha256, planner.study.settings.seed, planner.ids, repr(asked)])
    return hashlib.sha256(text.encode()).hexdigest()


def _kept(path: Path, identity: str) -> dict[str, dict[str, Any]]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        allowed = "a file that an earlier sweep wrote"
        raise InputError(
            Problem("sweep cannot go on", str(path), str(error), allowed, "remove the file")
        ) from error
    if not isinstance(found, dict) or found.get("identity") != identity:
        return {}
    return dict(found["plans"])


def _keep(path: Path, identity: str, plans: dict[str, dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.part")
    beside.write_text(json.dumps({"identity": identity, "plans": plans}, indent=1), encoding="utf-8")
    os.replace(beside, path)
