"""A plan as tables: what is funded, in which order, what it is worth, and what is left out and why."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from caspia.investment import NEVER, Portfolio, Worlds, worst_mean
from caspia.study.objectives import UNITS
from caspia.study.plan import Plan

FloatArray = npt.NDArray[np.float64]
LOW, HIGH = 10.0, 90.0
WORST = 0.1
"""Share of worlds whose mean is the conditional value at risk."""


def contributions(plan: Plan, portfolio: Portfolio) -> FloatArray:
    """What each project adds to a plan while it is open, discounted, in the unit of the aim.

    Each is taken as the last to be added to all others; where projects stand in for each other these sum to less
    than the value of the plan, and to more where they need each other.

    Parameters
    ----------
    plan : Plan
        With the horizon.
    portfolio : Portfolio
        The plan; for projects that are not built, what they would add from their earliest opening on.

    Returns
    -------
    numpy.ndarray, shape (n,)
    """
    chosen, years = plan.programme, plan.span.years
    earliest = chosen.opening.min(axis=1, initial=NEVER)
    opening = np.where(portfolio.start == NEVER, earliest, portfolio.opening)
    marginal = np.stack([item.marginal for item in portfolio.second_order])
    weight = np.stack([plan.span.weight[years >= first].sum(axis=0) for first in opening])
    return np.asarray((weight * marginal.T).sum(axis=1))


def portfolio_frame(plan: Plan, portfolio: Portfolio | None = None) -> pd.DataFrame:
    """The funded projects, by year of start and then by what a dollar brings.

    Parameters
    ----------
    plan : Plan
        The plan.
    portfolio : Portfolio, optional
        Another portfolio of the same programme; that of the plan if left out.

    Returns
    -------
    pandas.DataFrame
        `project`, `name`, `kind`, `corridor`, `countries`, `status`, `start_year`, `opening_year`, `cost_usd`,
        `benefit_usd` (discounted, in dollars only where benefit is the aim; else in the unit of the aim),
        `benefit_per_usd`, and `pays_SOURCE_usd` for each source.
    """
    shown = portfolio or plan.portfolio
    frame = _all_projects(plan, shown)
    built = frame[(shown.start != NEVER)].copy()
    order = built.assign(benefit_per_usd=-built["benefit_per_usd"])
    return built.loc[order.sort_values(["start_year", "benefit_per_usd"]).index].reset_index(drop=True)


def _all_projects(plan: Plan, portfolio: Portfolio) -> pd.DataFrame:
    rows = plan.planner.table.frame.set_index("id").loc[list(plan.programme.ids)]
    worth = contributions(plan, portfolio)
    frame = pd.DataFrame(
        {
            "project": plan.programme.ids,
            **{name: rows[name].to_numpy() for name in ("name", "kind", "corridor", "countries", "status")},
            "start_year": portfolio.start,
            "opening_year": portfolio.opening,
            "cost_usd": plan.programme.cost_usd,
            "benefit_usd": worth,
            "benefit_per_usd": worth / plan.programme.cost_usd,
        }
    )
    for nth, source in enumerate(plan.programme.sources):
        frame[f"pays_{source}_usd"] = portfolio.pays_usd[:, nth]
    return frame


def unfunded_frame(plan: Plan) -> pd.DataFrame:
    """What is not funded, and why.

    Parameters
    ----------
    plan : Plan
        The plan.

    Returns
    -------
    pandas.DataFrame
        `project`, `name`, `kind`, `cost_usd`, `benefit_usd` (what it would add), `benefit_per_usd`, `reason`.
    """
    chosen = plan.portfolio
    frame = _all_projects(plan, chosen)[chosen.start == NEVER]
    frame = frame.assign(reason=[_reason(plan, row, worth) for row, worth in frame["benefit_usd"].items()])
    table = plan.planner.table
    named = table.frame.set_index("id")
    rows = [
        {
            "project": key,
            "name": str(named.loc[key, "name"]),
            "kind": str(named.loc[key, "kind"]),
            "cost_usd": float(table.asked_usd[table.ids.index(key)]),
            "benefit_usd": np.nan,
            "benefit_per_usd": np.nan,
            "reason": why,
        }
        for key, why in plan.barred.items()
    ]
    columns = ["project", "name", "kind", "cost_usd", "benefit_usd", "benefit_per_usd", "reason"]
    whole = pd.concat([frame[columns], pd.DataFrame(rows, columns=columns)]) if rows else frame[columns]
    return whole.sort_values("benefit_usd", ascending=False).reset_index(drop=True)


def _reason(plan: Plan, row: int, worth: float) -> str:
    """Why a project that would add some worth is not in a plan."""
    chosen, portfolio = plan.programme, plan.portfolio
    names = np.array(chosen.ids, dtype=object)
    rivals = [i if j == row else j for j, i in chosen.excludes if row in (i, j)]
    standing = [str(names[key]) for key in rivals if portfolio.start[key] != NEVER]
    if standing:
        return f"excluded by {', '.join(standing)}"
    if worth <= 0.0:
        return "would add nothing"
    if worth < chosen.price[row].min():
        return "brings less than it costs"
    if (chosen.opening[row] > plan.span.years[-1]).all():
        return "cannot start in these years"
    payable = chosen.may_pay[row] & (chosen.budget_usd.sum(axis=1) > 0)
    if not payable.any():
        return "no source of money may pay for it"
    left = float(chosen.budget_usd.sum() - portfolio.pays_usd.sum())
    if chosen.cost_usd[list(chosen.with_needs(row))].sum() > left:
        return "money goes further elsewhere"
    return "adds less than what it would delay"


def unit(plan: Plan) -> str:
    """Unit of the value of a plan.

    Parameters
    ----------
    plan : Plan
        The plan.

    Returns
    -------
    str
    """
    weights = plan.request.aim.weights
    return UNITS[weights[0][0]] if len(weights) == 1 else "share of what all projects give"


def world_values(plan: Plan, portfolio: Portfolio, worlds: Worlds) -> FloatArray:
    """Value of a plan in sampled worlds, to the second order around the plan of the greatest value.

    Parameters
    ----------
    plan : Plan
        The plan.
    portfolio : Portfolio
        Starts of projects.
    worlds : Worlds
        Worlds.

    Returns
    -------
    numpy.ndarray, shape (n_worlds,)
    """
    span, chosen = plan.span, plan.programme
    plain = [item.plain() for item in plan.portfolio.second_order]
    linear = span.weight @ np.stack([item[1] for item in plain])
    starts = worlds.starts(chosen, linear, span)
    built = np.flatnonzero(portfolio.start != NEVER)
    year = np.array([chosen.years.index(int(portfolio.start[key])) for key in built], dtype=np.int64)
    first = starts[:, built, year].sum(axis=1)
    opened = (portfolio.opening[None, :] <= span.years[:, None]).astype(float)
    pairs = sum(
        float(span.weight[:, nth] @ np.einsum("ti,ij,tj->t", opened, pair, opened))
        for nth, (_, _, pair) in enumerate(plain)
    )
    constant = float(span.weight.sum(axis=0) @ np.array([item[0] for item in plain]))
    return np.asarray(first + (pairs + constant) * worlds.growth - chosen.given_up(portfolio.start))


def summary(plan: Plan) -> dict[str, Any]:
    """The plan in a few numbers.

    Parameters
    ----------
    plan : Plan
        The plan.

    Returns
    -------
    dict
        `budget_usd`, `spent_usd`, `objective`, `unit`, `value`, `value_low`, `value_high` (P10 and P90 of the
        sampled worlds), `value_at_risk` (mean of the worst tenth), `bound`, `gap`, `greedy_value`, `valued`,
        `discount_pct`, `years`.
    """
    found = plan.portfolio
    values = world_values(plan, found, plan.worlds)
    return {
        "budget_usd": plan.money.total_usd,
        "spent_usd": float(found.pays_usd.sum()),
        "objective": plan.request.aim.name,
        "unit": unit(plan),
        "value": found.value,
        "value_low": float(np.percentile(values, LOW)),
        "value_high": float(np.percentile(values, HIGH)),
        "value_at_risk": worst_mean(values, WORST),
        "bound": found.bound,
        "gap": found.gap,
        "greedy_value": found.greedy_value,
        "valued": found.valued,
        "discount_pct": 100.0 * plan.planner.discount,
        "years": list(plan.money.years),
    }


def averse_record(plan: Plan) -> dict[str, Any] | None:
    """The risk-averse plan beside the plan.

    Parameters
    ----------
    plan : Plan
        The plan.

    Returns
    -------
    dict or None
        `value`, `value_at_risk`, `portfolio`, `added`, `dropped`; none where it was not asked for.
    """
    if plan.averse is None:
        return None
    ids = np.array(plan.programme.ids, dtype=object)
    here, there = plan.portfolio.start != NEVER, plan.averse.start != NEVER
    values = world_values(plan, plan.averse, plan.worlds)
    return {
        "value": plan.averse.value,
        "value_at_risk": worst_mean(values, WORST),
        "portfolio": ids[there].tolist(),
        "added": ids[there & ~here].tolist(),
        "dropped": ids[here & ~there].tolist(),
    }
