"""A drawn world with projects: ships, a line, a way of its own that is planned, a border, and works under way."""

from __future__ import annotations

from flow_world import EDITS, FACTS

DRAWING = """
KZAAA -rail1520:300- KZBBB -ferry:300- AZCCC -rail1520:400- GEDDD
KZAAA -rail1520:900- RUEEE -rail1520:900- GEDDD
KZBBB -rail1520:600- TMFFF -rail1520:500- GEDDD
"""


def project(name: str, kind: str = "rail", **cells: str) -> dict[str, str]:
    """A row of the table projects."""
    row = {"name": name, "kind": kind, "corridor": "Caspian", "countries": "KZ", "class_id": "project"}
    return row | {"status": "study", "funds": "yen;national"} | cells


def work(key: str, action: str, table: str, selectors: str, attributes: str = "") -> dict[str, str]:
    """A row of the table works."""
    return {
        "project_id": key,
        "action": action,
        "table": table,
        "selectors": selectors,
        "attributes": attributes,
    }


PROJECTS = {
    "prj-border": project("Border", "border", funds="national"),
    "prj-coming": project("Line under way", status="construction"),
    "prj-faster": project("Faster way over Turkmenistan", requires_ids="prj-way"),
    "prj-line": project("More trains"),
    "prj-ships": project("Two ships", "vessels", countries="AZ"),
    "prj-way": project("Way over Turkmenistan", countries="TM", excludes_ids="prj-border"),
}
WORKS = {
    "wrk-border-1": work("prj-border", "scale", "borders", "link=rail-AZCCC-GEDDD", "border_h;border_usd_per_t"),
    "wrk-coming-1": work("prj-coming", "scale", "links", "id=rail-AZCCC-GEDDD", "speed_kmh;speed_bulk_kmh"),
    "wrk-faster-1": work("prj-faster", "scale", "links", "place=TMFFF", "speed_kmh;speed_bulk_kmh"),
    "wrk-line-1": work("prj-line", "add", "links", "id=rail-KZAAA-KZBBB", "capacity_trains_per_day"),
    "wrk-ships-1": work("prj-ships", "add", "fleets", "id=flt-two", "vessels"),
    "wrk-way-1": work("prj-way", "open", "links", "place=TMFFF"),
}
PLAN_EDITS = EDITS | {
    "classes": EDITS["classes"] | {"project": {"applies_to": "projects", "name": "Works"}},
    "links": {
        "rail-KZBBB-TMFFF": {"status": "planned"},
        "rail-TMFFF-GEDDD": {"status": "planned"},
    },
    "projects": PROJECTS,
    "works": WORKS,
    "currencies": {"JPY": {"name": "Yen"}},
    "discount_rates": {"dr-wb-social": {"name": "Society", "method": "social"}},
}
PLAN_FACTS = FACTS | {
    "wrk-border-1.factor": 0.5,
    "wrk-coming-1.factor": 1.2,
    "wrk-faster-1.factor": 1.5,
    "wrk-line-1.capacity_trains_per_day": 10,
    "wrk-ships-1.vessels": 2,
    "project.cost_overrun_mean": 0.2,
    "project.cost_overrun_sd": 0.3,
    "project.schedule_overrun_mean": 0.25,
    "project.schedule_overrun_sd": 0.3,
    "project.yield_ratio": (0.5, 1.0, 1.2),
    "prj-coming.financed_share": 1.0,
    "prj-coming.spent_share": 0.5,
    "JPY.per_usd@2025": 150,
    "JPY.depreciation_pct_per_year": (-5, 0, 5),
    "dr-wb-social.discount_rate_pct": 6,
}
for _key, (_cost, _years, _start) in {
    "prj-border": (0.2e6, 1, 2026),
    "prj-coming": (50e6, 2, 2025),
    "prj-faster": (30e6, 2, 2027),
    "prj-line": (60e6, 3, 2026),
    "prj-ships": (15e6, 2, 2026),
    "prj-way": (80e6, 4, 2026),
}.items():
    PLAN_FACTS |= {
        f"{_key}.cost_usd": _cost,
        f"{_key}.construction_years": _years,
        f"{_key}.earliest_start_year": _start,
    }
