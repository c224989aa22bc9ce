"""A drawn world with supply: ore from Kazakhstan over the sea or through Russia, and by ship from Australia."""

from __future__ import annotations

DRAWING = """
KZAAA -rail1520:300- KZBBB -ferry:300- AZCCC -rail1520:400- GEDDD
KZAAA -rail1520:900- RUEEE -rail1520:900- GEDDD
"""
GOODS = ("grain", "containers")
FLOWS = {
    "zones": {"KZ": {"name": "Kazakhstan", "countries": "KZ"}, "GE": {"name": "Georgia", "countries": "GE"}},
    "centroids": {
        "cen-KZ": {"zone_id": "KZ", "place_id": "KZAAA", "role": "both"},
        "cen-GE": {"zone_id": "GE", "place_id": "GEDDD", "role": "both"},
    },
    "demand": {
        f"dem-{goods}": {
            "origin_id": "KZ",
            "destination_id": "GE",
            "commodity_id": goods,
            "class_id": "demand",
        }
        for goods in GOODS
    },
    "groups": {"grp-all": {"name": "All", "commodity_ids": "containers;grain;oil"}},
}
FLOW_FACTS = {
    "cen-KZ.weight": 1,
    "cen-GE.weight": 1,
    "demand.growth_pct_per_year": (0, 3, 6),
    "dem-grain.demand_t@2025": (400_000, 500_000, 650_000),
    "dem-containers.demand_teu@2025": 10_000,
    "grp-all.choice_scale_t_per_usd": (0.05, 0.1, 0.15),
    "grp-all.cost_elasticity": -0.5,
    "way.queue_channels": 2,
    "way.queue_variability": 0.5,
    "way.queue_batch_t": 1000,
    "way.overload_usd_per_t": 10,
    "way.tariff_usd_per_t_km": (0.03, 0.04, 0.06),
    "service.queue_channels": 1,
    "service.queue_variability": 0.5,
    "service.overload_usd_per_t": 10,
    "rail-KZAAA-KZBBB.capacity_trains_per_day": 20,
    "way.train_payload_t": 2000,
    "way.train_payload_teu": 80,
}
NEED = {"mineral_id": "min-ore", "country": "GE", "place_id": "GEDDD"}
SECURE_EDITS = FLOWS | {
    "classes": {
        "demand": {"applies_to": "demand", "name": "Demand"},
        "deep_sea": {"parent_id": "way", "applies_to": "links", "name": "Ships"},
        "project": {"applies_to": "projects", "name": "Works"},
    },
    "projects": {
        "prj-cheaper": {
            "name": "Cheaper line",
            "kind": "rail",
            "corridor": "Caspian",
            "countries": "AZ",
            "class_id": "project",
            "status": "study",
            "funds": "yen",
        }
    },
    "works": {
        "wrk-cheaper-1": {
            "project_id": "prj-cheaper",
            "action": "scale",
            "table": "links",
            "selectors": "id=rail-AZCCC-GEDDD",
            "attributes": "tariff_usd_per_teu_km",
        }
    },
    "countries": {"AU": {"name": "Australia"}, "CN": {"name": "China"}},
    "minerals": {
        "min-ore": {
            "name": "Ore",
            "commodity_id": "containers",
            "stage": "ore",
            "unit": "t",
            "kz_jp": "made",
        }
    },
    "supplies": {
        "sup-ore-KZ": {"mineral_id": "min-ore", "country": "KZ", "place_id": "KZAAA"},
        "sup-ore-AU": {"mineral_id": "min-ore", "country": "AU"},
    },
    "needs": {"need-ore-GE": NEED},
    "imports": {
        "imp-ore-GE-KZ": {"need_id": "need-ore-GE", "country": "KZ"},
        "imp-ore-GE-AU": {"need_id": "need-ore-GE", "country": "AU"},
    },
    "sea_ways": {
        "sea-AU-GE": {
            "from_country": "AU",
            "to_country": "GE",
            "port": "Perth",
            "countries": "CN",
            "waters": "suez-canal;indian-ocean",
        },
        "sea-AU-GE-cape": {
            "from_country": "AU",
            "to_country": "GE",
            "port": "Perth",
            "waters": "cape-of-good-hope",
        },
    },
    "events": {
        "evt-ru": {
            "name": "Russia stops",
            "kind": "policy",
            "action": "close",
            "table": "countries",
            "selectors": "id=RU",
            "supply": "transit:RU",
        },
        "evt-au": {
            "name": "Australia sells nothing",
            "kind": "policy",
            "action": "withhold",
            "table": "countries",
            "selectors": "id=AU",
            "supply": "origin:AU",
        },
    },
}
SECURE_FACTS = FLOW_FACTS | {
    "min-ore.market_price_usd_per_t": (900, 1000, 1200),
    "min-ore.world_production_t": 10_000,
    "min-ore.spot_share": (0.05, 0.1, 0.2),
    "sup-ore-KZ.production_t": (3_000, 4_000, 5_000),
    "sup-ore-AU.production_t": 2_000,
    "need-ore-GE.import_t": 1_000,
    "need-ore-GE.stock_days": (30, 60, 90),
    "need-ore-GE.reorder_days": 40,
    "need-ore-GE.origin_limit_share": 0.65,
    "imp-ore-GE-KZ.import_share": (0.5, 0.6, 0.7),
    "imp-ore-GE-AU.import_share": (0.3, 0.4, 0.5),
    "sea-AU-GE.length_km": 12_000,
    "sea-AU-GE-cape.length_km": 18_000,
    "evt-ru.events_per_year": 0.5,
    "evt-ru.event_days": (10, 90, 200),
    "evt-au.events_per_year": 0.2,
    "evt-au.event_days": (100, 300, 400),
    "evt-au.event_loss_share": 0.5,
    "wrk-cheaper-1.factor": 0.5,
    "KZ.political_stability": -0.3,
    "AU.political_stability": 0.9,
}
