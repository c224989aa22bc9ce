"""Demand of a year, its spread over places, and its reconciliation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.drawn import draw

from caspia.data import Dataset, load_dataset
from caspia.demand import demand_cells, reconcile, spread
from caspia.errors import InputError

LINE = "KZAAA -rail1520:100- KZBBB -rail1520:100- KZCCC -rail1520:200- CNDDD"
ROWS = {
    "zones": {"KZ": {"name": "Kazakhstan", "countries": "KZ"}, "CN": {"name": "China", "countries": "CN"}},
    "centroids": {
        "cen-KZ-KZAAA": {"zone_id": "KZ", "place_id": "KZAAA", "role": "both"},
        "cen-KZ-KZBBB": {"zone_id": "KZ", "place_id": "KZBBB", "role": "both"},
        "cen-KZ-KZCCC": {"zone_id": "KZ", "place_id": "KZCCC", "role": "origin", "commodity_ids": "oil"},
        "cen-CN-CNDDD": {"zone_id": "CN", "place_id": "CNDDD", "role": "both"},
    },
    "classes": {"demand": {"applies_to": "demand", "name": "Demand"}},
    "demand": {
        "dem-KZ-CN-grain": {
            "origin_id": "KZ",
            "destination_id": "CN",
            "commodity_id": "grain",
            "class_id": "demand",
        },
        "dem-CN-KZ-containers": {
            "origin_id": "CN",
            "destination_id": "KZ",
            "commodity_id": "containers",
            "class_id": "demand",
        },
        "dem-KZ-CN-oil": {
            "origin_id": "KZ",
            "destination_id": "CN",
            "commodity_id": "oil",
            "class_id": "demand",
        },
    },
    "controls": {"ctl-grain": {"name": "Grain", "origin_ids": "KZ", "commodity_ids": "grain"}},
}
FACTS = {
    "cen-KZ-KZAAA.weight": 3,
    "cen-KZ-KZBBB.weight": 1,
    "cen-KZ-KZCCC.weight": 1,
    "cen-CN-CNDDD.weight": 1,
    "demand.growth_pct_per_year": (0, 5, 10),
    "dem-KZ-CN-grain.demand_t@2021": 100,
    "dem-KZ-CN-grain.demand_t@2023": 400,
    "dem-CN-KZ-containers.demand_teu@2024": 50,
    "dem-KZ-CN-oil.demand_t@2025": 1000,
    "ctl-grain.total_t@2023": (350, 390, 410),
    "ctl-grain.total_t@2021": (150, 160, 170),
}


@pytest.fixture
def data(tmp_path: Path) -> Dataset:
    return load_dataset(str(draw(tmp_path, LINE, facts=FACTS, edits=ROWS)))


def tonnes(data: Dataset, year: int, case: str = "central") -> dict[str, float]:
    cells = demand_cells(data, year, case)
    return dict(zip(cells["demand_id"], cells["demand_t"], strict=True))


def test_years_are_observed_interpolated_and_grown(data: Dataset) -> None:
    assert tonnes(data, 2023)["dem-KZ-CN-grain"] == 400
    assert tonnes(data, 2022)["dem-KZ-CN-grain"] == pytest.approx(200)
    assert tonnes(data, 2025)["dem-KZ-CN-grain"] == pytest.approx(400 * 1.05**2)
    assert tonnes(data, 2019)["dem-KZ-CN-grain"] == pytest.approx(100 / 1.05**2)
    basis = demand_cells(data, 2022).set_index("demand_id")["basis"]
    assert basis.to_dict() == {
        "dem-CN-KZ-containers": "grown",
        "dem-KZ-CN-grain": "interpolated",
        "dem-KZ-CN-oil": "grown",
    }


def test_cases_hold_the_central_growth_between_them(data: Dataset) -> None:
    low, mid, high = (tonnes(data, 2030, case)["dem-KZ-CN-oil"] for case in ("low", "central", "high"))
    assert (low, mid, high) == pytest.approx((1000, 1000 * 1.05**5, 1000 * 1.1**5))


def test_boxes_become_tonnes_and_back(data: Dataset) -> None:
    cells = demand_cells(data, 2024).set_index("demand_id")
    assert cells.loc["dem-CN-KZ-containers", ["demand_t", "demand_teu"]].tolist() == [500, 50]
    assert cells.loc["dem-KZ-CN-grain", "demand_teu"] == 0


def test_shares_add_up_and_follow_the_weights(data: Dataset) -> None:
    pairs = spread(data)
    assert np.bincount(pairs.demand, pairs.share) == pytest.approx(np.ones(3))
    cells = demand_cells(data, 2025)
    assert pairs.amount(cells).sum() == pytest.approx(cells["demand_t"].sum())
    places = data.tables["places"]["id"]
    grain = pairs.demand == list(data.tables["demand"]["id"]).index("dem-KZ-CN-grain")
    found = dict(zip(places.iloc[pairs.origin[grain]], pairs.share[grain], strict=True))
    assert found == pytest.approx({"KZAAA": 0.75, "KZBBB": 0.25})


def test_a_place_of_a_commodity_stands_before_those_of_all(data: Dataset) -> None:
    pairs = spread(data)
    oil = pairs.demand == list(data.tables["demand"]["id"]).index("dem-KZ-CN-oil")
    assert data.tables["places"]["id"].iloc[pairs.origin[oil]].tolist() == ["KZCCC"]


def test_small_pairs_give_their_share_to_the_others(data: Dataset) -> None:
    pairs = spread(data, smallest_share=0.4)
    assert np.bincount(pairs.demand, pairs.share) == pytest.approx(np.ones(3))
    assert len(pairs.share) == 3


def test_a_place_named_for_bulk_keeps_what_is_its_own(tmp_path: Path) -> None:
    rows = {name: dict(table) for name, table in ROWS.items()}
    for place in ("KZAAA", "KZBBB"):
        centroid = {"zone_id": "KZ", "place_id": place, "role": "origin", "commodity_ids": "grain"}
        rows["centroids"][f"cen-KZ-{place}-grain"] = centroid
    ends = {"CNDDD": 0.6, "KZCCC": 0.4}
    for place in ends:
        centroid = {"zone_id": "CN", "place_id": place, "role": "destination", "commodity_ids": "grain"}
        rows["centroids"][f"cen-CN-{place}-grain"] = centroid
    weights = {f"cen-CN-{place}-grain.weight": weight for place, weight in ends.items()}
    weights |= {"cen-KZ-KZAAA-grain.weight": 0.7, "cen-KZ-KZBBB-grain.weight": 0.3}
    own = load_dataset(str(draw(tmp_path, LINE, facts=FACTS | weights, edits=rows)))
    pairs = spread(own, smallest_share=0.3)
    grain = pairs.demand == list(own.tables["demand"]["id"]).index("dem-KZ-CN-grain")
    places = own.tables["places"]["id"].to_numpy()
    # Only 0.7 x 0.6 is a pair of three tenths; the others keep one pair each, and the weights hold.
    assert grain.sum() == 3
    for side, wanted in ((pairs.origin, {"KZAAA": 0.7, "KZBBB": 0.3}), (pairs.destination, ends)):
        found = {place: pairs.share[grain & (places[side] == place)].sum() for place in wanted}
        assert found == pytest.approx(wanted)


def test_totals_are_held_against_the_cells(data: Dataset) -> None:
    table = reconcile(data).set_index("year")
    assert table["modelled"].to_dict() == {2021: 100, 2023: 400}
    assert table["holds"].to_dict() == {2021: False, 2023: True}
    assert table["misfit"][2021] == pytest.approx(100 / 160 - 1)


@pytest.mark.parametrize(("year", "case"), [(2018, "central"), (2041, "central"), (2025, "middling")])
def test_years_and_cases_out_of_range_are_refused(data: Dataset, year: int, case: str) -> None:
    with pytest.raises(InputError, match="allowed"):
        demand_cells(data, year, case)


@pytest.mark.parametrize(
    ("facts", "edits", "message"),
    [
        ({"dem-KZ-CN-oil.demand_t@2025": None}, {}, "demand without a number"),
        ({"dem-KZ-CN-oil.demand_teu@2024": 5}, {}, "do not travel in boxes"),
    ],
)
def test_demand_that_cannot_be_read_is_refused(tmp_path: Path, facts, edits, message: str) -> None:
    data = load_dataset(str(draw(tmp_path, LINE, facts=FACTS | facts, edits=ROWS | edits)))
    with pytest.raises(InputError, match=message):
        demand_cells(data, 2025)


def test_a_zone_without_a_place_is_refused(tmp_path: Path) -> None:
    fewer = ROWS | {"centroids": {"cen-KZ-KZAAA": ROWS["centroids"]["cen-KZ-KZAAA"]}}
    facts = {key: value for key, value in FACTS.items() if not key.startswith("cen-") or "AAA" in key}
    data = load_dataset(str(draw(tmp_path, LINE, facts=facts, edits=fewer)))
    with pytest.raises(InputError, match="has no place where"):
        spread(data)
