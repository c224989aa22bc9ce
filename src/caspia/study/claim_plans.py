"""Tests of claims about years to come: what a roll-out tells, what a plan brings early, how exports spread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from caspia.investment import NEVER
from caspia.study.claim_flows import routes_passing
from caspia.study.claim_world import ClaimWorld, Rolled
from caspia.study.claims import Claim, Sample
from caspia.study.corridors import CORRIDORS
from caspia.study.flow_frames import user_benefit
from caspia.study.plan import Plan
from caspia.study.rollout_frames import pivoted
from caspia.study.rollout_worlds import COLUMNS, FIRST, LAST

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
PIVOTED = {"flow_t": "t", "flow_teu": "teu"}
"""Figures that are what was observed times what the model says has changed since, by quantity."""


def rollout(claim: Claim, world: ClaimWorld) -> Sample:
    """A figure of a year of the roll-out, perhaps over that of another year or over a number.

    Parameters
    ----------
    claim : Claim
        Parameters `column` (`flow_t`, `flow_teu` or a column of `rollout_worlds.COLUMNS`), `year`, `budget` where a
        plan is built beside what is paid for, and `over_year` or `over`.
    world : ClaimWorld
        With the roll-outs.

    Returns
    -------
    Sample
        The central run, and the samples.

    Raises
    ------
    InputError
        The column is unknown or a year is not of the roll-out.
    """
    rolled = world.roll(claim.one("budget", ""))
    column = claim.one("column")
    central, many = (_figure(claim, world, told, column) for told in (rolled.central.told, rolled.told))
    row = _row(claim, "year")
    under: tuple[float, FloatArray | float] = 1.0, 1.0
    if "over_year" in claim.parameters:
        other = _row(claim, "over_year")
        under = float(central[other]), many[:, other]
    elif "over" in claim.parameters:
        under = claim.number("over"), claim.number("over")
    return Sample(float(central[row]) / under[0], np.asarray(many[:, row] / under[1]))


def _figure(claim: Claim, world: ClaimWorld, told: FloatArray, column: str) -> FloatArray:
    if column in PIVOTED:
        unit = PIVOTED[column]
        return pivoted(told, world.rollout.yearly.figures.observed[unit], f"modelled_{unit}")
    if column not in COLUMNS:
        raise claim.wrong(f"roll-out has no column {column}", ", ".join((*PIVOTED, *COLUMNS)))
    return np.asarray(told[..., COLUMNS.index(column)])


def _row(claim: Claim, name: str) -> int:
    year = claim.number(name)
    if not (FIRST <= year <= LAST and year == int(year)):
        raise claim.wrong(f"{name} is no year of the roll-out", f"{FIRST} to {LAST}")
    return int(year) - FIRST


def early_return(claim: Claim, world: ClaimWorld) -> Sample:
    """Benefit of users in the first years of a plan over the money that it spends until then.

    Parameters
    ----------
    claim : Claim
        Parameters `budget`, `first` and `last` (years); with `corridor` only what those gain who go by it then.
    world : ClaimWorld
        With the roll-outs with the plan and with what is paid for alone, in the same draws.

    Returns
    -------
    Sample

    Raises
    ------
    InputError
        A year is not of the roll-out, the corridor is unknown, or the plan spends nothing until then.
    """
    budget, first, last = claim.one("budget"), _row(claim, "first") + FIRST, _row(claim, "last") + FIRST
    spent = money_until(world.plan(budget), last)
    if not spent > 0:
        raise claim.wrong("plan spends nothing until then", "years in which works start")
    corridor = claim.one("corridor", "")
    if corridor and corridor not in CORRIDORS:
        raise claim.wrong(f"unknown corridor {corridor}", ", ".join(CORRIDORS))
    rolled, years = world.roll(budget), range(first, last + 1)
    gained = sum((_benefits(world, rolled, budget, year, corridor) for year in years), start=np.zeros(1))
    known = np.isfinite(gained)
    return Sample(float(gained[0]) / spent, gained[1:][known[1:]] / spent)


def _benefits(world: ClaimWorld, rolled: Rolled, budget: str, year: int, corridor: str) -> FloatArray:
    """Benefit of a year, central first; NaN where an equilibrium is missing.

    Of a corridor each pair counts by the share of its flow that goes by it with the plan.
    """
    routes = world.rollout.yearly.model.model.market.routes
    kinds = [CORRIDORS.index(corridor)] if corridor else range(len(CORRIDORS))
    own = np.isin(routes.kind, kinds)
    growth = [0.0, *rolled.samples.growth.tolist()]
    found = []
    both = zip(world.equilibria("", year), world.equilibria(budget, year), strict=True)
    for (without, there), grown in zip(both, growth, strict=False):
        wants = world.rollout.yearly.wants(year, grown)
        whole, part = (np.bincount(routes.pair, there.flow * chosen, len(wants.amount)) for chosen in (True, own))
        wants = replace(
            wants, amount=wants.amount * np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
        )
        solved = without.converged and there.converged
        found.append(user_benefit(wants, without.logsum, there.logsum) if solved else np.nan)
    return np.array(found)


def money_until(plan: Plan, year: int) -> float:
    """Money that the works of a plan have spent by the end of a year; it flows evenly from start to opening.

    Parameters
    ----------
    plan : Plan
        With projects and starts.
    year : int
        Year.

    Returns
    -------
    float
        Dollars.
    """
    start, chosen = plan.portfolio.start, plan.programme
    built = start < NEVER
    gone = (year + 1 - np.where(built, start, year + 1)) / np.maximum(chosen.build_years, 1)
    return float((chosen.cost_usd * built * np.clip(gone, 0.0, 1.0)).sum())


def concentration_fall(claim: Claim, world: ClaimWorld) -> Sample:
    """Fall of the Herfindahl-Hirschman index of corridors in exports through a plan, mean of the exporters.

    Parameters
    ----------
    claim : Claim
        Parameters `exporters` (zones of demand), `year` and `budget`.
    world : ClaimWorld
        With the roll-outs with the plan and with what is paid for alone, in the same draws.

    Returns
    -------
    Sample
        Above 0 where exports spread over more corridors.

    Raises
    ------
    InputError
        A state exports nothing.

    References
    ----------
    Herfindahl, O. C. (1950). Concentration in the steel industry. Columbia University.
    """
    kind = world.rollout.yearly.model.model.market.routes.kind

    def index(flow: FloatArray, exports: BoolArray) -> float:
        sums = np.bincount(kind[exports], flow[exports], len(CORRIDORS))
        return float(((sums / sums.sum()) ** 2).sum())

    return _fall(claim, world, (), index)


def exposure_fall(claim: Claim, world: ClaimWorld) -> Sample:
    """Fall, through a plan, of the share of exports to third states that passes some states; mean of the exporters.

    Parameters
    ----------
    claim : Claim
        Parameters `exporters` (zones of demand), `through` (ISO 3166 codes), `year` and `budget`.
    world : ClaimWorld
        With the roll-outs with the plan and with what is paid for alone, in the same draws.

    Returns
    -------
    Sample
        Above 0 where a smaller share passes these states.

    Raises
    ------
    InputError
        A state is unknown or exports nothing.
    """
    through = claim.parameters["through"]
    passes = routes_passing(world.rollout.yearly.model.model, through, claim)

    def share(flow: FloatArray, exports: BoolArray) -> float:
        return float(flow[exports & passes].sum() / flow[exports].sum())

    return _fall(claim, world, through, share)


def _fall(
    claim: Claim, world: ClaimWorld, ends: tuple[str, ...], measure: Callable[[FloatArray, BoolArray], float]
) -> Sample:
    """Mean over exporters of a measure of their exports, without the plan less with it."""
    budget, year = claim.one("budget"), _row(claim, "year") + FIRST
    exports = [_exports(claim, world, state, ends) for state in claim.parameters["exporters"]]

    def mean(flow: FloatArray) -> float:
        return float(np.mean([measure(flow, own) for own in exports]))

    pairs = zip(world.equilibria("", year), world.equilibria(budget, year), strict=True)
    found = [mean(one.flow) - mean(two.flow) if one.converged and two.converged else np.nan for one, two in pairs]
    draws = np.array(found[1:])
    return Sample(found[0], draws[np.isfinite(draws)])


def _exports(claim: Claim, world: ClaimWorld, state: str, ends: tuple[str, ...]) -> BoolArray:
    """Routes of what leaves a state for others that are none of `ends`."""
    model = world.rollout.yearly.model.model
    tables, market = model.study.data.tables, model.market
    homes = dict(zip(tables["zones"]["id"], tables["zones"]["countries"].str.split(";"), strict=True))
    demand = tables["demand"].iloc[market.pairs.demand[market.routes.pair]]
    barred = {state, *ends}
    here = demand["origin_id"].map(lambda zone: homes[zone] == [state]).to_numpy(dtype=bool)
    there = demand["destination_id"].map(lambda zone: not barred & set(homes[zone])).to_numpy(dtype=bool)
    if not (here & there).any():
        raise claim.wrong(f"{state} exports nothing", "a state with a zone of its own that demand leaves")
    return np.asarray(here & there)
