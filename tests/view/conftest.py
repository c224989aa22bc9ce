"""A small result: three places around the Caspian, two corridors, one question without an answer, hostile names."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd
import pytest

HOSTILE = "Ak\"tau' <script>alert(1)</script> & Co"


@dataclass(frozen=True)
class Result:
    tables: dict[str, pd.DataFrame]
    manifest: dict[str, object] = field(default_factory=dict)


def route(key, corridor, numbers, **more):
    days, cost, co2e = numbers
    consignment, _, rank = key.partition(":")
    row = {
        "route_id": f"{consignment}:{corridor.lower()}-{rank}",
        "consignment_id": consignment,
        "corridor": corridor,
        "rank": int(rank),
        "best": False,
        "on_pareto": True,
        "countries": "KZ;AZ",
        "via": "Aktau – Baku",
        "length_km": 4321.0,
        "cost_unit": "USD/FEU",
        "cost_usd": cost,
        "cost_usd_p10": 0.8 * cost,
        "cost_usd_p50": cost,
        "cost_usd_p90": 1.3 * cost,
        "time_h": 24.0 * days[1],
        "time_h_p10": 24.0 * days[0],
        "time_h_p50": 24.0 * days[1],
        "time_h_p90": 24.0 * days[2],
        "time_h_sd": 40.0,
        "co2e_kg": co2e,
        "co2e_kg_p10": 0.9 * co2e,
        "co2e_kg_p90": 1.2 * co2e,
        "insurance_usd": 100.0,
        "value_of_time_usd": 30.0 * days[1],
        "generalised_cost_usd": cost + 30.0 * days[1] + 100.0,
        "border_crossings": 3,
        "gauge_changes": 1,
        "transfers": 2,
        "assumed_share": 0.2,
    }
    return row | more


def routes():
    return pd.DataFrame(
        [
            route("ala-dui:1", "Northern", ((14, 17, 24), 4000.0, 2000.0), best=True),
            route("ala-dui:1", "Caspian", ((24, 31, 43), 6000.0, 3000.0)),
            route("ala-dui:2", "Caspian", ((26, 34, 50), 6200.0, 3100.0), via=HOSTILE),
            route("shu-bak:1", "Caspian", ((7, 9, 12), 120.0, 80.0), cost_unit="USD/t", best=True),
        ]
    )


def leg(route_id, nth, operation, ends, facts, links=""):
    names = {"KZALA": "Almaty", "KZAAU": HOSTILE, "AZBAK": "Baku", "DEDUI": "Duisburg"}
    return {
        "route_id": route_id,
        "leg": nth,
        "operation": operation,
        "mode": "ferry" if "ferry" in links else "rail",
        "from_id": ends[0],
        "from_name": names[ends[0]],
        "to_id": ends[1],
        "to_name": names[ends[1]],
        "countries": "KZ",
        "length_km": 400.0 if operation == "line" else 0.0,
        "time_h": 20.0,
        "cost_usd": 300.0,
        "co2e_kg": 50.0,
        "sources": "tariffs;own",
        "facts": facts,
        "link_ids": links,
    }


def legs():
    rows = []
    for route_id in routes()["route_id"]:
        rows += [
            leg(route_id, 1, "line", ("KZALA", "KZAAU"), "rail-KZ.speed_kmh;rail-KZ.tariff", "rail-KZALA-KZAAU"),
            leg(route_id, 2, "terminal", ("KZAAU", "KZAAU"), "trm-KZAAU.dwell_h"),
            leg(route_id, 3, "line", ("KZAAU", "AZBAK"), "ferry.speed_kmh", "ferry-KZAAU-AZBAK"),
            leg(route_id, 4, "line", ("AZBAK", "DEDUI"), "rail-KZ.tariff", "rail-AZBAK-DEDUI"),
        ]
    return pd.DataFrame(rows)


def fact(subject, attribute, value, unit, method):
    return {
        "key": f"{subject}.{attribute}",
        "subject": subject,
        "attribute": attribute,
        "value": value,
        "unit": unit,
        "low": 0.8 * value,
        "high": 1.4 * value,
        "value_year": 2024,
        "price_year": 2024 if "USD" in unit else float("nan"),
        "method": method,
        "recipe": "",
        "source_id": "own" if method == "assumed" else "tariffs",
        "locator": "table 3",
        "note": HOSTILE,
    }


def observation(nth, kind, values, unit):
    observed, modelled = values
    lost = modelled is None
    return {
        "observation_id": f"obs-{nth}",
        "name": f"Altynkol to Poti {nth}",
        "kind": kind,
        "corridor": "Caspian",
        "origin": "Altynkol",
        "destination": "Poti",
        "commodity_id": "containers",
        "year": 2023,
        "scope": "terminal to terminal",
        "observed": observed,
        "observed_low": 0.9 * observed,
        "observed_high": 1.2 * observed,
        "modelled": float("nan") if lost else modelled,
        "modelled_p10": float("nan") if lost else 0.8 * modelled,
        "modelled_p90": float("nan") if lost else 1.2 * modelled,
        "unit": unit,
        "misfit": float("nan") if lost else modelled / observed - 1,
        "source_id": "tariffs",
        "note": "",
        "status": "no route" if lost else "compared",
    }


def consignments():
    columns = ["consignment_id", "name", "origin_id", "origin", "destination_id", "destination", "commodity_id"]
    columns += ["commodity", "unit", "avoid", "month", "status", "reason"]
    almaty, duisburg, baku = ("KZALA", "Almaty"), ("DEDUI", "Duisburg"), ("AZBAK", "Baku")
    box = ("containers", "Containers", "FEU")
    reason = "every way out crosses Iran."
    return pd.DataFrame(
        [
            ("ala-dui", "Almaty to Duisburg", *almaty, *duisburg, *box, "", pd.NA, "answered", ""),
            ("shu-bak", HOSTILE, *almaty, *baku, "wheat", "Wheat", "t", "RU;CN", 1, "answered", ""),
            ("lost", "Baku to Duisburg", *baku, *duisburg, *box, "RU;IR", pd.NA, "unreachable", reason),
        ],
        columns=columns,
    )


def world():
    places = [("KZALA", "Almaty", "KZ", 76.9, 43.3), ("KZAAU", HOSTILE, "KZ", 51.2, 43.6)]
    places += [("AZBAK", "Baku", "AZ", 49.9, 40.4), ("DEDUI", "Duisburg", "DE", 6.7, 51.4)]
    links = [
        ("rail-KZALA-KZAAU", "KZALA", "KZAAU", "rail", "open", "65.5 44.8", "Kazakh line"),
        ("ferry-KZAAU-AZBAK", "KZAAU", "AZBAK", "ferry", "open", "51.0 41.5;50.4 40.2", "Ferry"),
        ("rail-AZBAK-DEDUI", "AZBAK", "DEDUI", "rail", "open", "", "Through line"),
        ("rail-KZALA-DEDUI", "KZALA", "DEDUI", "rail", "planned", "60 55", HOSTILE),
    ]
    base = [
        ("map-KZ", "Kazakhstan", "KZ", "POLYGON ((50 45, 80 42, 82 50, 60 54, 48 50, 50 45))"),
        ("map-RU", "Russia", "RU", "POLYGON ((30 50, 48 50, 60 54, 82 50, 140 50, 140 70, 30 70, 30 50))"),
        ("map-CL", "Chile", "CL", "POLYGON ((-75 -50, -70 -50, -70 -20, -75 -20, -75 -50))"),
    ]
    return (
        pd.DataFrame(places, columns=["place_id", "name", "country", "lon", "lat"]).assign(kind="station"),
        pd.DataFrame(links, columns=["link_id", "from_id", "to_id", "mode", "status", "via", "name"]).assign(
            countries="KZ", corridor=""
        ),
        pd.DataFrame(base, columns=["id", "name", "country", "wkt"]).assign(kind="country", source_id="earth"),
    )


@pytest.fixture(scope="session")
def result():
    places, links, basemap = world()
    facts = [
        fact("rail-KZ", "speed_kmh", 25.0, "km/h", "measured"),
        fact("rail-KZ", "tariff", 0.4, "USD/TEU-km", "reported"),
        fact("trm-KZAAU", "dwell_h", 48.0, "h", "assumed"),
        fact("ferry", "speed_kmh", 20.0, "km/h", "derived"),
    ]
    sources = [
        ("tariffs", HOSTILE, "Railways", "2024-05-01", "https://example.org/tariffs?a=1&b=2", "citation only"),
        ("own", "Assumptions of this study", "Caspia", "2026", "javascript:alert(1)", "CC-BY-4.0"),
        ("earth", "Natural Earth", "Natural Earth", "", "", "public domain"),
    ]
    seen = [
        observation(1, "time", (30.0, 33.0), "day"),
        observation(2, "time", (20.0, 24.0), "day"),
        observation(3, "time", (40.0, None), "day"),
        observation(4, "price", (5000.0, 4500.0), "USD/FEU"),
    ]
    tables = {
        "consignments": consignments(),
        "routes": routes(),
        "legs": legs(),
        "facts": pd.DataFrame(facts),
        "sources": pd.DataFrame(sources, columns=["source_id", "title", "publisher", "date", "url", "licence"]),
        "places": places,
        "links": links,
        "basemap": basemap,
        "validation": pd.DataFrame(seen),
        "counts": pd.DataFrame([("places", 4), ("facts_assumed", 1)], columns=["what", "count"]),
    }
    manifest = {
        "version": "0.1.0",
        "data_hash": "ab" * 32,
        "data_name": HOSTILE,
        "seed": 7,
        "draws": 2000,
        "price_year": 2024,
        "base_year": 2024,
        "settings": {"draws": 2000, "dependence": 0.7},
        "created": "2026-01-01T00:00:00Z",
        "counts": {"places": 4},
    }
    return Result(tables, manifest)


@pytest.fixture(scope="session")
def hostile():
    return HOSTILE
