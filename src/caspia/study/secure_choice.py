"""Supply at least cost under availability and diversification limits, and what each limit costs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from caspia.security import SupplyChoice, SupplyQuestion, choose_supply
from caspia.study.closing import Closing
from caspia.study.supply_ways import Ways

OPEN = Closing("")
LEAST = 5e-4
"""Share below which an origin is not listed."""
RATIO = 1.05
"""What shortage costs over the dearest way."""
BINDS = 1e-6
"""Price in dollars a tonne from which on a limit is said to bind."""


def states_of(ways: Ways) -> list[str]:
    """States that some way passes.

    Parameters
    ----------
    ways : Ways
        Supply.

    Returns
    -------
    list of str
        ISO codes in order.
    """
    return sorted(set().union(*(way.states for way in ways.ways))) if ways.ways else []


def choose(ways: Ways, closing: Closing = OPEN) -> SupplyChoice:
    """Supply at least cost under what is to be had and the largest prudent share of one origin or passage.

    Parameters
    ----------
    ways : Ways
        Supply; values are used, not draws.
    closing : Closing
        What it is to do without.

    Returns
    -------
    SupplyChoice
        Shares of the need.
    """
    case = ways.case
    cost = case.price_usd_per_t[0] + ways.usd_per_t[0]
    states = states_of(ways)
    question = SupplyQuestion(
        origin=ways.origin,
        cost=cost,
        way_limit=np.where(ways.is_open(closing), ways.limit[0], 0.0),
        available=case.present[0] + case.spare[0],
        origin_limit=float(case.origin_limit[0]),
        passes=ways.passes("states", states),
        passage_limit=np.full(len(states), float(case.origin_limit[0])),
        need=1.0,
        shortage_cost=RATIO * float(cost.max(initial=1.0)),
    )
    return choose_supply(question)


def choice_frame(ways: Ways, closing: Closing = OPEN) -> pd.DataFrame:
    """Supply now and at least cost.

    Parameters
    ----------
    ways : Ways
        Supply.
    closing : Closing
        What it is to do without.

    Returns
    -------
    pandas.DataFrame
        One row an origin.
    """
    case, chosen = ways.case, choose(ways, closing)
    least = np.bincount(ways.origin, chosen.amount, len(case.origins))
    rows = pd.DataFrame({"country": case.origins, "present_share": case.present[0], "chosen_share": least})
    kept = rows[(rows["present_share"] > LEAST) | (rows["chosen_share"] > LEAST)]
    return kept.sort_values("chosen_share", ascending=False, ignore_index=True, kind="stable")


def limits_frame(ways: Ways, closing: Closing = OPEN) -> pd.DataFrame:
    """What each limit of the choice costs.

    Parameters
    ----------
    ways : Ways
        Supply.
    closing : Closing
        What it is to do without.

    Returns
    -------
    pandas.DataFrame
        `limit`, `target` and `price_usd_per_t`, what a tonne more of leave would save; only limits that bind.
    """
    case, chosen, states = ways.case, choose(ways, closing), states_of(ways)
    priced = (
        ("available", case.origins, chosen.available_price),
        ("origin", case.origins, chosen.origin_price),
        ("passage", tuple(states), chosen.passage_price),
        ("way", tuple(ways.ways[w].port or ways.ways[w].corridor for w in range(len(ways.ways))), chosen.way_price),
    )
    rows = [
        {"limit": limit, "target": target, "price_usd_per_t": float(price)}
        for limit, targets, prices in priced
        for target, price in zip(targets, prices, strict=True)
        if price > BINDS
    ]
    frame = pd.DataFrame(rows, columns=["limit", "target", "price_usd_per_t"])
    return frame.sort_values("price_usd_per_t", ascending=False, ignore_index=True, kind="stable")
