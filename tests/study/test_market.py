"""Routes of a market on drawn worlds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from tests.drawn import open_drawn

from caspia.network import MODES, ArcKind
from caspia.study.corridors import CORRIDORS

DRAWING = """
CNAAA -deep_sea:4000- LVBBB
CNAAA -deep_sea:4000- RUCCC -rail1520:300- LVBBB
CNAAA -rail1520:2000- RUDDD -rail1520:2500- LVBBB
"""
EDITS = {
    "zones": {"CN": {"name": "China", "countries": "CN"}, "EU": {"name": "Union", "countries": "LV"}},
    "centroids": {
        "cen-CN-CNAAA": {"zone_id": "CN", "place_id": "CNAAA", "role": "both"},
        "cen-EU-LVBBB": {"zone_id": "EU", "place_id": "LVBBB", "role": "both"},
    },
    "classes": {"demand": {"applies_to": "demand", "name": "Demand"}},
    "demand": {
        "dem-CN-EU": {
            "origin_id": "CN",
            "destination_id": "EU",
            "commodity_id": "containers",
            "class_id": "demand",
        }
    },
    "groups": {"grp-all": {"name": "All", "commodity_ids": "containers"}},
}
FACTS = {
    "cen-CN-CNAAA.weight": 1,
    "cen-EU-LVBBB.weight": 1,
    "demand.growth_pct_per_year": (0, 3, 6),
    "dem-CN-EU.demand_teu@2025": 10_000,
    "grp-all.choice_scale_t_per_usd": 0.001,
    "grp-all.cost_elasticity": -0.5,
}


def test_a_detour_from_the_sea_is_no_use_of_a_corridor(tmp_path: Path) -> None:
    """By sea to the Baltic and back through Russia passes Russia, and is not offered; by rail through it is."""
    market = open_drawn(tmp_path, DRAWING, facts=FACTS, edits=EDITS).flow_model().market
    network = open_drawn(tmp_path / "again", DRAWING, facts=FACTS, edits=EDITS).network
    arcs = network.arcs
    at_sea = (arcs.kind == ArcKind.LINE) & (arcs.mode == MODES.index("deep_sea"))
    sails = np.bincount(market.routes.route_of_arc, at_sea[market.routes.arcs], len(market.routes.pair)) > 0
    kinds = np.array(CORRIDORS)[market.routes.kind]
    assert set(kinds) == {"Northern", "Ocean"}
    assert not sails[kinds == "Northern"].any()
    assert sails[kinds == "Ocean"].all()
