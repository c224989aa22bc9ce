"""Pairs that are known, shared anew by other weights of places."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest
from tests.drawn import open_drawn

import caspia
from caspia.data import Dataset
from caspia.demand import pair_weights, reweigh, spread

DRAWING = "KZAAA -rail1520:300- KZBBB -rail1520:300- GECCC -rail1520:300- GEDDD"
ZONES = {"KZ": ("KZAAA", "KZBBB"), "GE": ("GECCC", "GEDDD")}
EDITS = {
    "zones": {zone: {"name": zone, "countries": zone} for zone in ZONES},
    "centroids": {
        f"cen-{place}": {"zone_id": zone, "place_id": place, "role": "both"}
        for zone, places in ZONES.items()
        for place in places
    },
    "classes": {"demand": {"applies_to": "demand", "name": "Demand"}},
    "demand": {
        "dem-a": {"origin_id": "KZ", "destination_id": "GE", "commodity_id": "grain", "class_id": "demand"},
        "dem-b": {"origin_id": "GE", "destination_id": "KZ", "commodity_id": "oil", "class_id": "demand"},
    },
}
WEIGHTS = {"cen-KZAAA.weight": 3, "cen-KZBBB.weight": 1, "cen-GECCC.weight": 1, "cen-GEDDD.weight": 1}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    facts = WEIGHTS | {"dem-a.demand_t@2025": 8, "dem-b.demand_t@2025": 8}
    return open_drawn(tmp_path_factory.mktemp("zones"), DRAWING, facts, EDITS).data


def weighing(data: Dataset, **weights: float) -> Dataset:
    value = data.facts.value.copy()
    for place, weight in weights.items():
        value[(data.facts.frame["key"] == f"cen-{place}.weight").to_numpy()] = weight
    return replace(data, facts=replace(data.facts, value=value))


def test_the_same_weights_give_the_same_shares(data: Dataset) -> None:
    pairs = spread(data)
    assert reweigh(pairs, pair_weights(data, pairs), data).share == pytest.approx(pairs.share)


def test_other_weights_share_the_same_demand_otherwise(data: Dataset) -> None:
    pairs, other = spread(data), weighing(data, KZAAA=1.0, KZBBB=3.0)
    found = reweigh(pairs, pair_weights(data, pairs), other)
    assert np.bincount(pairs.demand, found.share) == pytest.approx([1.0, 1.0])
    assert found.share == pytest.approx(spread(other).share)
    assert found.share != pytest.approx(pairs.share)


def test_where_no_weight_is_left_the_shares_stay(data: Dataset) -> None:
    pairs = spread(data)
    known = replace(pairs, origin=np.full_like(pairs.origin, sys.maxsize))
    assert reweigh(known, pair_weights(data, known), data).share == pytest.approx(pairs.share)


def test_the_built_in_weights_give_the_built_in_shares() -> None:
    """Also where the spread fits shares to places that are named for bulk."""
    built_in = caspia.load("caspian").data
    pairs = spread(built_in)
    assert reweigh(pairs, pair_weights(built_in, pairs), built_in).share == pytest.approx(pairs.share, rel=1e-12)
