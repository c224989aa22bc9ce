"""Tests of claims that hold facts against each other: a number, a ratio, a sum in another currency."""

from __future__ import annotations

import numpy as np

from caspia.study.claim_world import ClaimWorld
from caspia.study.claims import Claim, Sample


def fact(claim: Claim, world: ClaimWorld) -> Sample:
    """A fact, with its interval.

    Parameters
    ----------
    claim : Claim
        Parameter `key`: `subject.attribute`.
    world : ClaimWorld
        With the facts.

    Returns
    -------
    Sample

    Raises
    ------
    InputError
        There is no such fact of rank 1, or several.
    """
    return _drawn(claim, world, claim.one("key"))


def fact_ratio(claim: Claim, world: ClaimWorld) -> Sample:
    """One fact over another.

    Parameters
    ----------
    claim : Claim
        Parameters `over` and `under`: keys of facts in the same unit.
    world : ClaimWorld
        With the facts.

    Returns
    -------
    Sample

    Raises
    ------
    InputError
        A fact is not there, or the second is 0.
    """
    over, under = (_drawn(claim, world, claim.one(name)) for name in ("over", "under"))
    if under.value == 0 or (under.draws == 0).any():
        raise claim.wrong("claim divides by nothing", "a fact above 0 under the line")
    return Sample(over.value / under.value, over.draws / under.draws)


def exchange(claim: Claim, world: ClaimWorld) -> Sample:
    """A sum in another currency, at the mean rates of a year.

    Parameters
    ----------
    claim : Claim
        Parameters `key` (the sum), `from` and `to` (ISO 4217) and `year`.
    world : ClaimWorld
        With the facts; a dollar is a dollar without one.

    Returns
    -------
    Sample

    Raises
    ------
    InputError
        The sum or a rate of the year is not there.
    """
    amount = _drawn(claim, world, claim.one("key"))
    year = int(claim.number("year"))
    given, wanted = (_rate(claim, world, claim.one(name), year) for name in ("from", "to"))
    return Sample(amount.value / given.value * wanted.value, amount.draws / given.draws * wanted.draws)


def _rate(claim: Claim, world: ClaimWorld, currency: str, year: int) -> Sample:
    if currency == "USD":
        draws = world.study.settings.draws
        return Sample(1.0, np.ones(draws))
    return _drawn(claim, world, f"{currency}.per_usd", year)


def _drawn(claim: Claim, world: ClaimWorld, key: str, year: int | None = None) -> Sample:
    facts = world.study.data.facts
    frame = facts.frame
    rows = np.flatnonzero(
        (frame["key"] == key) & (frame["rank"] == 1) & (year is None or frame["value_year"] == year)
    )
    if len(rows) != 1:
        which = key if year is None else f"{key} of {year}"
        raise claim.wrong(f"claim rests on {len(rows)} facts {which}", "one fact of rank 1")
    low, value, high = (float(end[rows[0]]) for end in (facts.low, facts.value, facts.high))
    return Sample(value, world.doubted(f"{key}@{year or ''}", low, value, high))
