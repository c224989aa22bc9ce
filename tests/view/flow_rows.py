"""Tables of flows drawn by hand: two corridors on the drawn world, one scenario, four counts."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

BASE, CLOSED = "base-2025", "north-shut"
ALL, MARKET = "All", "Central Asia-Europe and Türkiye"


def corridor_rows(scenario, flows, change=(0.0, 0.0)):
    rows = []
    for segment in (ALL, MARKET):
        for name, (tonnes, teu), moved in zip(("Caspian", "Northern"), flows, change, strict=True):
            rows.append(
                {
                    "scenario": scenario,
                    "year": 2025,
                    "segment": segment,
                    "corridor": name,
                    "flow_t": tonnes,
                    "flow_teu": teu,
                    "value_usd": 1000.0 * tonnes,
                    "share": tonnes / sum(f[0] for f in flows),
                    "share_teu": teu / max(sum(f[1] for f in flows), 1.0),
                    "share_value": tonnes / sum(f[0] for f in flows),
                    "change_t": moved,
                    "change_teu": 0.0,
                    "change_value_usd": 0.0,
                }
            )
    return rows


def country(scenario, code, name, revenue, change=0.0):
    row = {"scenario": scenario, "year": 2025, "country": code, "name": name, "transit_t": 2e6, "transit_teu": 4e3}
    return row | {
        "transit_revenue_usd": revenue,
        "change_t": 0.0,
        "change_teu": 0.0,
        "change_revenue_usd": change,
    }


def link(link_id, corridor, tonnes, *, reverse=False, scenario=BASE, change=0.0):
    row = {"scenario": scenario, "year": 2025, "link_id": link_id, "corridor": corridor, "reverse": reverse}
    return row | {"flow_t": tonnes, "flow_teu": tonnes / 20, "change_t": change, "change_teu": change / 20}


def closed(link_id, corridor, tonnes, change, *, reverse=False):
    return link(link_id, corridor, tonnes, reverse=reverse, scenario=CLOSED, change=change)


def bottleneck(key, name, spot, ratio, unit="t/year"):
    place, link_id = spot
    return {
        "scenario": BASE,
        "year": 2025,
        "id": key,
        "kind": "terminal",
        "name": name,
        "unit": unit,
        "flow": ratio * 5e6,
        "capacity": 5e6,
        "ratio": ratio,
        "delay_h": 20.0,
        "price_usd": 0.1,
        "t_per_unit": 1.0,
        "shadow_value_usd": 12.0,
        "shadow_value_usd_per_t": 12.0,
        "place_id": place,
        "link_id": link_id,
    }


def count(name, role, seen, said, unit="t/year"):
    factor = max(seen, said) / min(seen, said) if said else float("inf")
    return {
        "count_id": f"cnt-{name}",
        "name": name,
        "kind": "port",
        "use": "fit",
        "role": role,
        "year": 2025 if role == "judged" else 2024,
        "unit": unit,
        "observed": seen,
        "low": 0.9 * seen,
        "high": 1.1 * seen,
        "modelled": said,
        "misfit": said / seen - 1,
        "factor": factor,
        "geh": 4.0,
        "source_id": "tariffs",
        "note": "",
    }


def run(scenario, against="", status="converged", reason=""):
    solved = status == "converged"
    return {
        "scenario": scenario,
        "title": "What if the north is shut",
        "year": 2025,
        "against": against,
        "status": status,
        "reason": reason,
        "demand_t": 22e6 if solved else float("nan"),
        "unserved_t": 2e6 if against else 0.0,
        "relative_gap": 1e-9 if solved else float("nan"),
        "iterations": 9 if solved else float("nan"),
    }


def tables(hostile):
    """All tables of flows; one count bears a hostile name."""
    moved = {"scenario": CLOSED, "year": 2025, "segment": MARKET, "commodity_id": "crude-oil"}
    total = {"control_id": "ctl-a", "name": hostile, "year": 2024, "unit": "t/year", "published": 4e6}
    lost = {"demand_id": "dem-a", "commodity_id": "urea", "origin_zone": "TM", "destination_zone": "TR"}
    tight = [
        bottleneck("terminals:trm-a#t", "Alat: rail to ferry", ("AZBAK", ""), 0.95),
        bottleneck("services:svc<#TEU", "Ferry", ("", "ferry-KZAAU-AZBAK"), 0.55, "TEU/year"),
    ]
    return {
        "flow_runs": pd.DataFrame(
            [run(BASE), run(CLOSED, BASE), run("iran-closed", BASE, "not converged", "residual 1e-3")]
        ),
        "flow_corridors": pd.DataFrame(
            corridor_rows(BASE, ((4e6, 1e5), (16e6, 9e5)))
            + corridor_rows(CLOSED, ((9e6, 1e5), (9e6, 9e5)), (5e6, -7e6))
        ),
        "flow_countries": pd.DataFrame(
            [
                country(BASE, "RU", "Russia", 2e9),
                country(BASE, "AZ", "Azerbaijan", 3e8),
                country(CLOSED, "RU", "Russia", 0.0, -2e9),
                country(CLOSED, "AZ", "Azerbaijan", 8e8, 5e8),
            ]
        ),
        "flow_links": pd.DataFrame(
            [
                link("rail-KZALA-KZAAU", "Caspian", 3e6),
                link("rail-KZALA-KZAAU", "Caspian", 1e6, reverse=True),
                link("rail-KZALA-KZAAU", "Northern", 16e6),
                link("ferry-KZAAU-AZBAK", "Caspian", 4e6),
                link("rail-AZBAK-DEDUI", "Caspian", 4e6),
                link("rail-AZBAK-DEDUI", "Northern", 10.0),
                closed("rail-KZALA-KZAAU", "Caspian", 5e6, 2e6),
                closed("rail-KZALA-KZAAU", "Caspian", 4e6, 3e6, reverse=True),
                closed("rail-KZALA-KZAAU", "Northern", 4e6, -12e6),
                closed("ferry-KZAAU-AZBAK", "Caspian", 9e6, 5e6),
                closed("rail-AZBAK-DEDUI", "Caspian", 4e6 + 300.0, 300.0),
                closed("rail-AZBAK-DEDUI", "Northern", 0.0, -10.0),
            ]
        ),
        "flow_servers": pd.DataFrame(tight).drop(columns=["shadow_value_usd", "shadow_value_usd_per_t"]),
        "flow_bottlenecks": pd.DataFrame(tight),
        "flow_moved": pd.DataFrame(
            [
                moved | {"from_corridor": "Northern", "to_corridor": "Caspian", "moved_t": 5e6},
                moved | {"from_corridor": "Northern", "to_corridor": "none", "moved_t": 2e6},
            ]
        ),
        "flow_counts": pd.DataFrame(
            [
                count(hostile, "fitted", 4e6, 5e6),
                count("Alat", "judged", 4e6, 2e6),
                count("Aktau", "judged", 3e6, 0.0),
                count("Poti", "shown", 1e5, 1.2e5, "TEU/year") | {"note": "Imports of [Georgia]"},
            ]
        ),
        "reconciliation": pd.DataFrame(
            [
                total
                | {"low": 3e6, "high": 5e6, "modelled": 4.4e6, "misfit": 0.1}
                | {"holds": True, "source_id": "own", "note": ""}
            ]
        ),
        "unserved": pd.DataFrame([{"scenario": CLOSED, "year": 2025, **lost, "unserved_t": 2e6}]),
    }


@dataclass(frozen=True)
class Answer:
    """What `caspia flows` hands to the view."""

    year: int
    scenario: str
    relative_gap: float
    corridors: pd.DataFrame
    segments: pd.DataFrame
    countries: pd.DataFrame
    bottlenecks: pd.DataFrame
    unserved: pd.DataFrame
    users: pd.DataFrame | None = None
    before: Answer | None = None
    moved: pd.DataFrame | None = None
    totals: pd.DataFrame = field(default_factory=pd.DataFrame)
    shifts: pd.DataFrame | None = None
    draws: int = 0
    interval_note: str = ""


def answer(found, scenario, before=None):
    def part(name):
        return found[name][found[name]["scenario"] == scenario].reset_index(drop=True)

    corridors = part("flow_corridors").drop(columns="change_t")
    users = {"origin_zone": "KZ", "destination_zone": "EU-C", "commodity_id": "crude-oil", "flow_t": 1e6}
    return Answer(
        2025,
        scenario,
        1e-9,
        corridors.query("segment == 'All'").drop(columns="segment"),
        corridors.query("segment != 'All'"),
        part("flow_countries").drop(columns="change_revenue_usd"),
        part("flow_bottlenecks"),
        part("unserved"),
        pd.DataFrame([users | {"flow_teu": 0.0, "share": 1.0, "reliance": 0.25}]) if before else None,
        before,
        part("flow_moved") if before else None,
    )
