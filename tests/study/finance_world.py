"""The drawn world of flows with three projects, and the loans and rates that their finance needs."""

from __future__ import annotations

import flow_world

DRAWING = flow_world.DRAWING + "KZBBB -rail1520:380- AZCCC\n"
LINE = "rail-KZBBB-AZCCC"


def _project(kind: str, countries: str, funds: str, needs: str = "", status: str = "study") -> dict[str, str]:
    return {
        "name": kind.title(),
        "kind": kind,
        "corridor": "Caspian",
        "countries": countries,
        "class_id": "project",
        "status": status,
        "funds": funds,
        "requires_ids": needs,
    }


def _loan(kind: str, currency: str = "USD") -> dict[str, str]:
    return {"name": kind, "lender": f"Bank of {kind}", "kind": kind, "borrower_group": "any", "currency": currency}


EDITS = {name: dict(rows) for name, rows in flow_world.EDITS.items()} | {
    "classes": {
        **flow_world.EDITS["classes"],
        "project": {"applies_to": "projects", "name": "Works"},
    },
    "links": {LINE: {"status": "planned"}},
    "countries": {
        "KZ": {"income_group": "umic"},
        "AZ": {"income_group": "umic"},
        "UZ": {"name": "Land UZ", "income_group": "lmic"},
    },
    "projects": {
        "prj-line": _project("rail", "KZ;AZ", "yen;multilateral;national"),
        "prj-note": _project("digital", "AZ", "national;other", needs="prj-ship"),
        "prj-ship": _project("vessels", "AZ", "private;national"),
    },
    "works": {
        "wrk-line": {"project_id": "prj-line", "action": "open", "table": "links", "selectors": f"id={LINE}"},
        "wrk-note": {
            "project_id": "prj-note",
            "action": "scale",
            "table": "terminals",
            "selectors": "id=trm-KZBBB",
            "attributes": "handling_h",
        },
        "wrk-ship": {
            "project_id": "prj-ship",
            "action": "add",
            "table": "fleets",
            "selectors": "id=flt-two",
            "attributes": "vessels",
        },
    },
    "loans": {
        "loan-jica-umic-high-spec": _loan("yen", "JPY"),
        "loan-ibrd": _loan("multilateral"),
        "loan-syndicate-usd": _loan("commercial"),
        "loan-ebrd": _loan("multilateral", "EUR"),
        "loan-dear": _loan("commercial"),
    },
    "currencies": {key: {"name": key} for key in ("USD", "JPY", "EUR", "KZT")},
    "discount_rates": {
        "dr-wb-social": {"name": "Social", "method": "social"},
        "dr-ec-financial": {"name": "Owners", "method": "financial"},
        "dr-imf-wb": {"name": "Fund", "method": "imf_wb"},
        "dr-oecd-umic": {"name": "Committee", "method": "oecd_dac", "income_group": "umic"},
    },
}
FACTS = (
    flow_world.FACTS
    | {
        "wrk-note.factor": 0.5,
        "wrk-ship.vessels": 1,
        "project.life_years": 25,
        "project.upkeep_share": 0.02,
        "project.operating_margin": (0.2, 0.4, 0.5),
        "project.cost_overrun_mean": 0.2,
        "project.cost_overrun_sd": 0.3,
        "project.schedule_overrun_mean": 0.2,
        "project.schedule_overrun_sd": 0.4,
        "project.yield_ratio": (0.5, 1.0, 1.2),
        "prj-line.financed_share": 0.3,
        "prj-line.spent_share": 0.1,
        "dr-wb-social.discount_rate_pct": 6,
        "dr-ec-financial.discount_rate_pct": 4,
        "dr-imf-wb.discount_rate_pct": 5,
        "dr-imf-wb.threshold_pct": 35,
        "dr-oecd-umic.discount_rate_pct": 6,
        "dr-oecd-umic.threshold_pct": 10,
        "USD.inflation_pct_per_year": (1, 2, 3),
    }
    | {
        f"{key}.{name}": value
        for key, cost in (("prj-line", 60e6), ("prj-note", 1e6), ("prj-ship", 20e6))
        for name, value in (("cost_usd@2025", cost), ("construction_years", 2), ("earliest_start_year", 2026))
    }
    | {
        f"{key}.{name}": value
        for key, terms in {
            "loan-jica-umic-high-spec": (1.7, 30, 10, 85),
            "loan-ibrd": (5, 20, 5, 80),
            "loan-syndicate-usd": (6, 8, 2, 50),
            "loan-ebrd": (4, 15, 4, 60),
            "loan-dear": (12, 6, 1, 90),
        }.items()
        for name, value in zip(
            ("interest_pct", "tenor_years", "grace_years", "max_share_of_cost_pct"), terms, strict=True
        )
    }
    | {
        f"{key}.{name}": value
        for key, rate, fall in (
            ("USD", 1, (0, 0, 0)),
            ("JPY", 150, (-10, 0, 10)),
            ("EUR", 0.9, (-3, 0, 3)),
            ("KZT", 500, (3, 5, 7)),
        )
        for name, value in (("per_usd", rate), ("depreciation_pct_per_year", fall))
    }
)
