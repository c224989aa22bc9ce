"""Tests of claims about risk: days of a year on which events of a kind shut or slow the way of a corridor."""

from __future__ import annotations

import numpy as np

from caspia.data import NO_FACT, attribute_column
from caspia.data.dataset import records
from caspia.study.claim_routes import best_way
from caspia.study.claim_world import ClaimWorld
from caspia.study.claims import Claim, Sample
from caspia.study.risk_events import DAYS, LOSS, RATE, arcs_of_rows, felt_rows, selected_rows


def disturbed_days(claim: Claim, world: ClaimWorld) -> Sample:
    """Expected days of a year on which events of some kinds shut or slow the best way of a corridor.

    Days of several events are summed; what an event takes of the capacity counts its days by that share.

    Parameters
    ----------
    claim : Claim
        Parameters `from`, `to`, `goods`, `corridor` and `kinds` (of the table events).
    world : ClaimWorld
        With ways and the record of events.

    Returns
    -------
    Sample

    Raises
    ------
    InputError
        The corridor does not take the consignment, or no event is of these kinds.
    """
    data, network = world.study.data, world.study.network
    arcs = best_way(claim, world, claim.one("corridor")).itinerary.arcs
    kinds, goods = claim.parameters["kinds"], claim.one("goods")
    table = list(records(data.tables["events"]))
    if not any(item.kind in kinds for item in table):
        raise claim.wrong("no event is of these kinds", ", ".join(sorted({item.kind for item in table})))
    found = Sample(0.0, np.zeros(world.study.settings.draws))
    for row in felt_rows(data).tolist():
        item = table[row]
        concerned = item.kind in kinds and (not item.commodity_ids or goods in item.commodity_ids.split(";"))
        if not concerned:
            continue
        hit = arcs_of_rows(data, network, item.table, selected_rows(data, item, data.where("events", row)))
        if hit[arcs].any():
            days = _days(world, str(item.id), row)
            found = Sample(found.value + days.value, found.draws + days.draws)
    return found


def _days(world: ClaimWorld, key: str, row: int) -> Sample:
    """Rate times duration times what is lost."""
    facts, own = world.study.data.facts, world.study.data.own_facts("events")[row]
    value, draws = 1.0, np.ones(world.study.settings.draws)
    for name in (RATE, DAYS, LOSS):
        fact = int(own[attribute_column(name)])
        if fact != NO_FACT:
            low, mode, high = (float(end[fact]) for end in (facts.low, facts.value, facts.high))
            value, draws = value * mode, draws * world.doubted(f"{key}.{name}", low, mode, high)
    return Sample(value, draws)
