"""A drawn world with flows: grain and boxes from Kazakhstan to Georgia, over the sea or through Russia."""

from __future__ import annotations

DRAWING = """
KZAAA -rail1520:300- KZBBB -ferry:300- AZCCC -rail1520:400- GEDDD
KZAAA -rail1520:900- RUEEE -rail1520:900- GEDDD
"""
GROUP = {"name": "All", "commodity_ids": "containers;grain;oil"}
EDITS = {
    "zones": {"KZ": {"name": "Kazakhstan", "countries": "KZ"}, "GE": {"name": "Georgia", "countries": "GE"}},
    "centroids": {
        "cen-KZ-KZAAA": {"zone_id": "KZ", "place_id": "KZAAA", "role": "both"},
        "cen-GE-GEDDD": {"zone_id": "GE", "place_id": "GEDDD", "role": "both"},
    },
    "classes": {"demand": {"applies_to": "demand", "name": "Demand"}},
    "demand": {
        f"dem-KZ-GE-{goods}": {
            "origin_id": "KZ",
            "destination_id": "GE",
            "commodity_id": goods,
            "class_id": "demand",
        }
        for goods in ("grain", "containers")
    },
    "groups": {"grp-all": GROUP},
    "counts": {
        "cnt-ferry": {
            "name": "Ferry",
            "kind": "line",
            "link_ids": "ferry-KZBBB-AZCCC",
            "direction": "forward",
            "use": "fit",
        }
    },
    "fleets": {"flt-two": {"name": "Two ships", "kind": "rail_ferry", "service_ids": "svc-ferry-KZBBB-AZCCC"}},
}
FACTS = {
    "cen-KZ-KZAAA.weight": 1,
    "cen-GE-GEDDD.weight": 1,
    "demand.growth_pct_per_year": (0, 3, 6),
    "dem-KZ-GE-grain.demand_t@2023": 400_000,
    "dem-KZ-GE-grain.demand_t@2025": 500_000,
    "dem-KZ-GE-containers.demand_teu@2025": 10_000,
    "grp-all.choice_scale_t_per_usd": 0.1,
    "grp-all.cost_elasticity": -0.5,
    "way.queue_channels": 2,
    "way.queue_variability": 0.5,
    "way.queue_batch_t": 1000,
    "way.overload_usd_per_t": 10,
    "service.queue_channels": 1,
    "service.queue_variability": 0.5,
    "service.overload_usd_per_t": 10,
    "flt-two.vessels": 2,
    "flt-two.availability_share": 0.8,
    "flt-two.load_factor": 0.9,
    "flt-two.port_stay_h": 12,
    "flt-two.payload_t": 1000,
    "cnt-ferry.count_t@2025": (80_000, 100_000, 120_000),
    "rail-KZAAA-KZBBB.capacity_trains_per_day": 20,
    "way.train_payload_t": 2000,
    "way.train_payload_teu": 80,
    "grain.empty_return_share": 0.5,
}
DOUBT = {
    "dem-KZ-GE-grain.demand_t@2025": (400_000, 500_000, 650_000),
    "dem-KZ-GE-containers.demand_teu@2025": (8_000, 10_000, 12_000),
    "flt-two.vessels": (1, 2, 3),
    "way.tariff_usd_per_t_km": (0.03, 0.04, 0.06),
    "way.speed_bulk_kmh": (20, 40, 60),
    "border.border_h": (4, 8, 30),
    "border.border_usd_per_t": (1, 2, 5),
    "grp-all.choice_scale_t_per_usd": (0.05, 0.1, 0.15),
    "way.overload_usd_per_t": (5, 10, 25),
    "service.overload_usd_per_t": (5, 10, 25),
    "grain.value_of_time_usd_per_t_h": (0.2, 0.5, 0.9),
    "rail-KZAAA-KZBBB.capacity_trains_per_day": (12, 20, 25),
}
GRAIN = {
    "zones": EDITS["zones"],
    "centroids": {
        "cen-KZ": {"zone_id": "KZ", "place_id": "KZAAA", "role": "both"},
        "cen-GE": {"zone_id": "GE", "place_id": "GEDDD", "role": "both"},
    },
    "classes": EDITS["classes"],
    "demand": {
        "dem-grain": {"origin_id": "KZ", "destination_id": "GE", "commodity_id": "grain", "class_id": "demand"}
    },
    "groups": EDITS["groups"],
    "counts": EDITS["counts"],
}
"""Grain alone, for drawings of the same places that have other ways."""
GRAIN_FACTS = {
    "cen-KZ.weight": 1,
    "cen-GE.weight": 1,
    "demand.growth_pct_per_year": (0, 3, 6),
    "dem-grain.demand_t@2025": 500_000,
    "grp-all.choice_scale_t_per_usd": 0.03,
    "grp-all.cost_elasticity": -0.5,
    "cnt-ferry.count_t@2025": (300_000, 400_000, 500_000),
}
