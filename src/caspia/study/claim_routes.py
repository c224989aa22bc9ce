"""Tests of claims about ways: what they cost beside each other, how long they take, whom they pass."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from caspia.study.claim_world import ClaimWorld, Way
from caspia.study.claims import Claim, Sample
from caspia.study.itinerary import Itinerary
from caspia.units import HOURS_PER_DAY

FloatArray = npt.NDArray[np.float64]
RELOADS = ("terminal", "gauge_change")
"""Operations in which cargo or its wagon changes what carries it."""


def cost_ratio(claim: Claim, world: ClaimWorld) -> Sample:
    """Generalised cost by one corridor over that by another, of all reference consignments that have both.

    Parameters
    ----------
    claim : Claim
        Parameters `over` and `under`: corridors.
    world : ClaimWorld
        With the reference consignments that avoid nothing.

    Returns
    -------
    Sample
        The median consignment; the draws of all consignments, each of which weighs the same.

    Raises
    ------
    InputError
        No consignment has both corridors.
    """
    over, under = claim.one("over"), claim.one("under")
    pairs = [(ways[over], ways[under]) for ways in world.consignments if over in ways and under in ways]
    if not pairs:
        raise claim.wrong("no reference consignment has both corridors", "corridors of the same consignment")
    ratios = [one.itinerary.generalised_usd / other.itinerary.generalised_usd for one, other in pairs]
    return Sample(float(np.median(ratios)), np.concatenate([one.cost_usd / other.cost_usd for one, other in pairs]))


def transit_days(claim: Claim, world: ClaimWorld) -> Sample:
    """Days of a consignment by a corridor.

    Parameters
    ----------
    claim : Claim
        Parameters `from`, `to`, `goods`, `corridor`, and `budget` where the projects of a plan are open.
    world : ClaimWorld
        With the ways.

    Returns
    -------
    Sample
        The median shipment; all drawn shipments.

    Raises
    ------
    InputError
        The corridor does not take it.
    """
    way = best_way(claim, world, claim.one("corridor"))
    days = way.time_h / HOURS_PER_DAY
    return Sample(float(np.median(days)), days)


def length_saved(claim: Claim, world: ClaimWorld) -> Sample:
    """Length of the best way of another corridor less that of one.

    Parameters
    ----------
    claim : Claim
        Parameters `from`, `to`, `goods`, `corridor` and `than`.
    world : ClaimWorld
        With the ways.

    Returns
    -------
    Sample
        Kilometres.

    Raises
    ------
    InputError
        One of the corridors does not take it.
    """
    own, other = (best_way(claim, world, claim.one(name)).itinerary for name in ("corridor", "than"))
    return Sample.certain(other.length_km - own.length_km)


def transfers(claim: Claim, world: ClaimWorld) -> Sample:
    """Changes of mode or gauge on the best way of a corridor.

    Parameters
    ----------
    claim : Claim
        Parameters `from`, `to`, `goods` and `corridor`.
    world : ClaimWorld
        With the ways.

    Returns
    -------
    Sample
        A count.

    Raises
    ------
    InputError
        The corridor does not take it.
    """
    item = best_way(claim, world, claim.one("corridor")).itinerary
    return Sample.certain(float(sum(item.count(operation) for operation in RELOADS)))


def ways_clear(claim: Claim, world: ClaimWorld) -> Sample:
    """Share of reference consignments whose best way of a corridor passes none of some states.

    Parameters
    ----------
    claim : Claim
        Parameters `corridor` and `without` (ISO 3166 codes). Consignments that begin or end in these do not count.
    world : ClaimWorld
        With the reference consignments that avoid nothing.

    Returns
    -------
    Sample

    Raises
    ------
    InputError
        No consignment has a way of the corridor.
    """
    corridor, without = claim.one("corridor"), set(claim.parameters["without"])
    items = [ways[corridor].itinerary for ways in world.consignments if corridor in ways]
    items = [item for item in items if not without & {item.countries[0], item.countries[-1]}]
    if not items:
        raise claim.wrong("no reference consignment goes by the corridor", "a corridor of some consignment")
    return Sample.certain(float(np.mean([_clear(item, without) for item in items])))


def _clear(item: Itinerary, without: set[str]) -> bool:
    return not without & set(item.countries)


def best_way(claim: Claim, world: ClaimWorld, corridor: str) -> Way:
    """The best way of a corridor for the consignment of a claim.

    Parameters
    ----------
    claim : Claim
        Parameters `from`, `to`, `goods`, and `budget` where the projects of a plan are open.
    world : ClaimWorld
        With the ways.
    corridor : str
        Corridor.

    Returns
    -------
    Way

    Raises
    ------
    InputError
        The corridor does not take it.
    """
    ways = world.ways(claim.one("from"), claim.one("to"), claim.one("goods"), claim.one("budget", ""))
    if corridor not in ways:
        there = ", ".join(sorted(ways))
        raise claim.wrong(f"corridor {corridor} does not take this consignment", f"one of {there}")
    return ways[corridor]
