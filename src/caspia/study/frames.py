"""Itineraries as tables, with the unit in every column name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pandas as pd

from caspia.cost import Cargo
from caspia.data import Dataset
from caspia.study.itinerary import Itinerary, Leg

TRANSFERS = ("terminal", "gauge_change")


def routes_frame(
    itineraries: Sequence[Itinerary], data: Dataset, cargo: Cargo, consignment_id: str = "route"
) -> pd.DataFrame:
    """Table of routes.

    Parameters
    ----------
    itineraries : sequence of Itinerary
        In order.
    data : Dataset
        For the names of places.
    cargo : Cargo
        What was carried.
    consignment_id : str
        Start of the route ids.

    Returns
    -------
    pandas.DataFrame
        One row a route.
    """
    names = place_names(data)
    ranks: Counter[str] = Counter()
    least = min((item.generalised_usd for item in itineraries), default=0.0)
    rows = []
    for item in itineraries:
        ranks[item.corridor] += 1
        rows.append(_route_row(item, names, cargo, (consignment_id, ranks[item.corridor], least)))
    return pd.DataFrame(rows)


def _route_row(item: Itinerary, names: dict[str, str], cargo: Cargo, key: tuple[str, int, float]) -> dict[str, Any]:
    consignment_id, rank, least = key
    return {
        "route_id": f"{consignment_id}:{item.corridor.lower()}-{rank}",
        "consignment_id": consignment_id,
        "corridor": item.corridor,
        "rank": rank,
        "best": item.generalised_usd <= least,
        "countries": ";".join(item.countries),
        "via": " – ".join(names[place] for place in transfer_places(item)),
        "length_km": item.length_km,
        "cost_unit": f"USD/{cargo.unit}",
        "cost_usd": item.cost_usd,
        "cost_usd_p10": item.cost_usd_p[0],
        "cost_usd_p50": item.cost_usd_p[1],
        "cost_usd_p90": item.cost_usd_p[2],
        "time_h": item.time_h,
        "time_h_p10": item.time_h_p[0],
        "time_h_p50": item.time_h_p[1],
        "time_h_p90": item.time_h_p[2],
        "time_h_sd": item.time_h_sd,
        "co2e_kg": item.co2e_kg,
        "co2e_kg_p10": item.co2e_kg_p[0],
        "co2e_kg_p90": item.co2e_kg_p[2],
        "insurance_usd": item.insurance_usd,
        "value_of_time_usd": item.time_h * cargo.value_of_time_usd_per_h,
        "generalised_cost_usd": item.generalised_usd,
        "border_crossings": item.count("border"),
        "gauge_changes": item.count("gauge_change"),
        "transfers": item.count("terminal"),
        "assumed_share": item.assumed_share,
    }


def place_names(data: Dataset) -> dict[str, str]:
    """Name of every place by id.

    Parameters
    ----------
    data : Dataset
        Tables.

    Returns
    -------
    dict of str to str
        Ids and names.
    """
    places = data.tables["places"]
    return dict(zip(places["id"], places["name"], strict=True))


def transfer_places(item: Itinerary) -> list[str]:
    """Places where the cargo changes mode, gauge or ship, in order.

    Parameters
    ----------
    item : Itinerary
        A route.

    Returns
    -------
    list of str
        Ids, each once.
    """
    found = [leg.from_id for leg in item.legs if leg.operation in TRANSFERS]
    return list(dict.fromkeys(found))


def legs_frame(route_id: str, legs: Sequence[Leg], names: dict[str, str]) -> pd.DataFrame:
    """Table of the legs of a route; lists are joined by `;`.

    Parameters
    ----------
    route_id : str
        Id of the route in the table of routes.
    legs : sequence of Leg
        In order.
    names : dict of str to str
        Name of every place by id.

    Returns
    -------
    pandas.DataFrame
        One row a leg, numbered from 1.
    """
    return pd.DataFrame(
        [
            {
                "route_id": route_id,
                "leg": number,
                "operation": leg.operation,
                "mode": leg.mode,
                "from_id": leg.from_id,
                "from_name": names[leg.from_id],
                "to_id": leg.to_id,
                "to_name": names[leg.to_id],
                "countries": ";".join(leg.countries),
                "length_km": leg.length_km,
                "time_h": leg.time_h,
                "cost_usd": leg.cost_usd,
                "co2e_kg": leg.co2e_kg,
                "sources": ";".join(leg.sources),
                "facts": ";".join(leg.facts),
                "link_ids": ";".join(leg.link_ids),
            }
            for number, leg in enumerate(legs, start=1)
        ]
    )


def route_record(item: Itinerary, row: dict[str, Any], barred: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """One route as the object that `caspia route --json` prints; lists stay lists.

    Parameters
    ----------
    item : Itinerary
        The route.
    row : dict of str to object
        Its row of the table of routes.
    barred : sequence of dict
        Of `caspia.study.barred.barred_records`: what the request has no route by; the same in each route.

    Returns
    -------
    dict of str to object
        The row, with states, places of transfer, legs and barred corridors as lists.
    """
    keep = {name: value for name, value in row.items() if name not in ("consignment_id", "countries", "via")}
    return keep | {
        "countries": list(item.countries),
        "via": transfer_places(item),
        "legs": [
            {
                "from": leg.from_id,
                "to": leg.to_id,
                "operation": leg.operation,
                "mode": leg.mode,
                "countries": list(leg.countries),
                "length_km": leg.length_km,
                "time_h": leg.time_h,
                "cost_usd": leg.cost_usd,
                "co2e_kg": leg.co2e_kg,
                "links": list(leg.link_ids),
                "facts": list(leg.facts),
                "sources": list(leg.sources),
            }
            for leg in item.legs
        ],
        "barred_corridors": list(barred),
    }
