"""A drawn world with projects, the official statistic, targets, and a sea that falls."""

from __future__ import annotations

from plan_world import DRAWING, PLAN_EDITS, PLAN_FACTS, project, work

__all__ = ["DRAWING", "ROLLOUT_EDITS", "ROLLOUT_FACTS"]

_COUNT = {"kind": "corridor", "corridor": "Caspian", "place_ids": "KZBBB", "direction": "both", "use": "fit"}
_WEST = {"zone_id": "EU-SE", "place_id": "GEDDD", "role": "both"}
ROLLOUT_EDITS = PLAN_EDITS | {
    "zones": {
        "KZ": {"name": "Kazakhstan", "countries": "KZ"},
        "EU-SE": {"name": "South-eastern Europe", "countries": "GE"},
    },
    "centroids": {"cen-KZ-KZAAA": PLAN_EDITS["centroids"]["cen-KZ-KZAAA"], "cen-GE-GEDDD": _WEST},
    "demand": {key: row | {"destination_id": "EU-SE"} for key, row in PLAN_EDITS["demand"].items()},
    "counts": PLAN_EDITS["counts"]
    | {
        "cnt-titr": _COUNT | {"name": "Route, tonnes"},
        "cnt-titr-teu": _COUNT | {"name": "Route, boxes", "commodity_ids": "containers"},
    },
    "projects": PLAN_EDITS["projects"]
    | {
        "prj-depth": project("Dredging of both ports", "dredging", place_ids="KZBBB;AZCCC"),
        "prj-port": project("Berths", "port", place_ids="KZBBB"),
    },
    "works": PLAN_EDITS["works"]
    | {
        "wrk-depth-1": work("prj-depth", "scale", "terminals", "place=KZBBB", "handling_h"),
        "wrk-port-1": work("prj-port", "add", "terminals", "id=trm-KZBBB", "capacity_t_per_year"),
    },
    "targets": {
        "tgt-kz-cargo-2027": {"name": "Cargo", "corridor": "Caspian", "quantity": "t", "who": "A minister"},
        "tgt-wb-2030": {"name": "More cargo", "corridor": "Caspian", "quantity": "t", "who": "A bank"},
        "tgt-kz-teu-2029": {"name": "Boxes", "corridor": "Caspian", "quantity": "teu", "who": "A minister"},
    },
    "waters": {"caspian-sea": {"name": "Caspian Sea"}},
}
ROLLOUT_FACTS = PLAN_FACTS | {
    "terminal.queue_channels": 2,
    "terminal.queue_variability": 0.5,
    "terminal.queue_batch_t": 1000,
    "terminal.overload_usd_per_t": 10,
    "trm-KZBBB.capacity_t_per_year": 300_000,
    "cnt-titr.count_t@2025": (80_000, 100_000, 120_000),
    "cnt-titr-teu.count_teu@2025": (2_000, 3_000, 4_000),
    "tgt-kz-cargo-2027.target_t_per_year@2027": 110_000,
    "tgt-wb-2030.target_t_per_year@2030": 130_000,
    "tgt-kz-teu-2029.target_teu_per_year@2029": 1e6,
    "caspian-sea.level_m@2025": -29.4,
    "caspian-sea.level_fall_m_per_year": (0.05, 0.15, 0.3),
    "KZBBB.capacity_loss_per_m": (0.1, 0.2, 0.4),
    "AZCCC.capacity_loss_per_m": 0.15,
    "flt-two.capacity_loss_per_m": 0.25,
    "wrk-depth-1.factor": 0.9,
    "wrk-port-1.capacity_t_per_year": 200_000,
    "prj-depth.dredged_m": 0.8,
    "prj-coming.announced_opening_year": 2026,
    "prj-ships.announced_opening_year": 2027,
    "prj-port.announced_opening_year": 2029,
}
for _key, (_cost, _years, _start) in {"prj-depth": (20e6, 2, 2026), "prj-port": (30e6, 2, 2026)}.items():
    ROLLOUT_FACTS |= {
        f"{_key}.cost_usd": _cost,
        f"{_key}.construction_years": _years,
        f"{_key}.earliest_start_year": _start,
    }
