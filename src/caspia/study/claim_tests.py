"""The registry of tests: what a claim may ask for by name, and which parameters each test takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from caspia.errors import InputError, Problem
from caspia.study import (
    claim_facts,
    claim_flows,
    claim_game,
    claim_plans,
    claim_risk,
    claim_routes,
    claim_supply,
)
from caspia.study.claim_world import ClaimWorld
from caspia.study.claims import Claim, Sample


@dataclass(frozen=True)
class ClaimTest:
    """A test of claims.

    Attributes
    ----------
    run : callable
        Measures what a claim speaks of.
    kind : {"facts", "model"}
        What the claim has to say of itself.
    needs, may : tuple of str
        Parameters that it has to have, and those that it may have beside them.
    """

    run: Callable[[Claim, ClaimWorld], Sample]
    kind: str
    needs: tuple[str, ...]
    may: tuple[str, ...] = ()


_WAY = ("from", "to", "goods", "corridor")
_MARKET = ("segment", "by", "within")
TESTS: Mapping[str, ClaimTest] = {
    "fact": ClaimTest(claim_facts.fact, "facts", ("key",)),
    "fact_ratio": ClaimTest(claim_facts.fact_ratio, "facts", ("over", "under")),
    "exchange": ClaimTest(claim_facts.exchange, "facts", ("key", "from", "to", "year")),
    "cost_ratio": ClaimTest(claim_routes.cost_ratio, "model", ("over", "under")),
    "transit_days": ClaimTest(claim_routes.transit_days, "model", _WAY, ("budget",)),
    "length_saved": ClaimTest(claim_routes.length_saved, "model", (*_WAY, "than")),
    "transfers": ClaimTest(claim_routes.transfers, "model", _WAY),
    "ways_clear": ClaimTest(claim_routes.ways_clear, "model", ("corridor", "without")),
    "corridor_share": ClaimTest(claim_flows.corridor_share, "model", ("corridor", *_MARKET)),
    "country_share": ClaimTest(claim_flows.country_share, "model", ("country", *_MARKET)),
    "fullest": ClaimTest(claim_flows.fullest, "model", ("corridor", "least")),
    "rollout": ClaimTest(claim_plans.rollout, "model", ("column", "year"), ("budget", "over_year", "over")),
    "early_return": ClaimTest(claim_plans.early_return, "model", ("budget", "first", "last"), ("corridor",)),
    "concentration_fall": ClaimTest(claim_plans.concentration_fall, "model", ("exporters", "year", "budget")),
    "secured_share": ClaimTest(claim_supply.secured_share, "model", ("goods", "importer", "closing")),
    "reliance_fall": ClaimTest(claim_supply.reliance_fall, "model", ("goods", "importer", "on")),
    "disturbed_days": ClaimTest(claim_risk.disturbed_days, "model", (*_WAY, "kinds")),
    "declines": ClaimTest(claim_game.declines, "model", ("players", "states", "kind", "year")),
    "exposure_fall": ClaimTest(claim_plans.exposure_fall, "model", ("exporters", "through", "year", "budget")),
}


def test_of(claim: Claim) -> ClaimTest:
    """The test of a claim.

    Parameters
    ----------
    claim : Claim
        With the name of the test and its parameters.

    Returns
    -------
    ClaimTest

    Raises
    ------
    InputError
        There is no such test, it is of another kind, or it takes other parameters.
    """
    found = TESTS.get(claim.test)
    if found is None:
        raise InputError(
            Problem("unknown test", f"{claim.where}, column test", claim.test, ", ".join(TESTS), "choose one")
        )
    if claim.kind != found.kind:
        raise InputError(
            Problem("claim of another kind than its test", f"{claim.where}, column kind", claim.kind, found.kind)
        )
    given = set(claim.parameters)
    if missing := sorted(set(found.needs) - given):
        raise claim.wrong(f"test {claim.test} lacks {', '.join(missing)}", ", ".join(found.needs))
    if unknown := sorted(given - {*found.needs, *found.may}):
        raise claim.wrong(
            f"test {claim.test} does not take {', '.join(unknown)}", ", ".join((*found.needs, *found.may))
        )
    return found
