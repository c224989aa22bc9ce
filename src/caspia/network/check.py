"""What tables alone cannot show: impossible speeds, short links, missing gauges, open borders, islands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pandas as pd

from caspia.data import Dataset, attribute_column, parse_via
from caspia.errors import Problem
from caspia.network.build import build_network
from caspia.network.islands import check_islands
from caspia.network.network import ArcKind, Network
from caspia.units import polyline_km

FASTEST_KMH = {
    "rail": 90.0,
    "road": 90.0,
    "deep_sea": 46.0,
    "short_sea": 42.0,
    "ferry": 42.0,
    "feeder": 40.0,
    "inland_waterway": 25.0,
    "crude_pipeline": 15.0,
    "gas_pipeline": 60.0,
}
LENGTH_TOLERANCE = 0.98
"""A published length may fall short of the great circle by rounding and by the choice of the station."""


def check_network(data: Dataset) -> list[Problem]:
    """Check what the network of a data set implies.

    Parameters
    ----------
    data : Dataset
        Tables that keep the schema.

    Returns
    -------
    list of Problem
        Errors, and warnings of severity `warning`.
    """
    network = build_network(data)
    return [
        *_lengths(data),
        *_gauges(data),
        *_speeds(network, data),
        *_borders(data),
        *_gauge_changes(data),
        *check_islands(network, data),
        *_assumed_share(data),
    ]


def _points(data: Dataset) -> dict[str, tuple[float, float]]:
    places = data.tables["places"]
    return {key: (lon, lat) for key, lon, lat in zip(places["id"], places["lon"], places["lat"], strict=True)}


def _lengths(data: Dataset) -> Iterator[Problem]:
    point = _points(data)
    fact = data.object_facts("links")[:, attribute_column("length_km")]
    for row, link in enumerate(data.tables["links"].itertuples()):
        where = data.where("links", row)
        if link.from_id == link.to_id:
            yield Problem(
                what="link from a place to itself",
                where=where,
                got=link.from_id,
                allowed="two places",
                repair="correct an end or remove the link",
            )
            continue
        if fact[row] < 0:
            yield Problem(
                what="link has no length",
                where=where,
                got="no fact",
                allowed="one fact of rank 1",
                repair=f"add a fact {link.id}.length_km of rank 1",
            )
            continue
        straight = polyline_km([point[link.from_id], point[link.to_id]])
        length = data.facts.value[fact[row]]
        if length < LENGTH_TOLERANCE * straight:
            yield Problem(
                what="link is shorter than the great circle between its ends",
                where=where,
                got=f"{length:.1f} km",
                allowed=f"at least {straight:.1f} km",
                repair="mend the length or the coordinates of the ends",
            )
        elif length > 3.0 * max(polyline_km([point[link.from_id], *parse_via(link.via), point[link.to_id]]), 5.0):
            yield Problem(
                what="link is three times as long as its drawn line",
                where=where,
                got=f"{length:.1f} km",
                allowed="at most three times the line through its way-points",
                repair="add way-points or mend the length",
                severity="warning",
            )


def _gauges(data: Dataset) -> Iterator[Problem]:
    for row, link in enumerate(data.tables["links"].itertuples()):
        if (link.mode == "rail") == pd.isna(link.gauge_mm):
            yield Problem(
                what="rail link without a gauge" if link.mode == "rail" else "gauge on a link that is no railway",
                where=data.where("links", row),
                got="no gauge" if pd.isna(link.gauge_mm) else f"{link.gauge_mm:.0f} mm on {link.mode}",
                allowed="1000, 1067, 1435, 1520 or 1676 for rail, empty otherwise",
                repair="mend gauge_mm",
            )


def _speeds(network: Network, data: Dataset) -> Iterator[Problem]:
    lines = np.flatnonzero((network.arcs.kind == ArcKind.LINE) & ~network.arcs.reverse)
    transit = network.fact("transit_h")
    links = data.tables["links"]
    for arc in lines:
        row = int(network.arcs.row[arc])
        link = links.iloc[row]
        limit = FASTEST_KMH[link["mode"]]
        facts = [network.fact(name)[arc] for name in ("speed_kmh", "speed_bulk_kmh")]
        speeds = [float(data.facts.value[fact]) for fact in facts if fact >= 0]
        if transit[arc] >= 0:
            speeds = [float(network.arcs.length_km[arc] / data.facts.value[transit[arc]])]
        if not speeds and link["status"] == "open":
            yield Problem(
                what="link has neither a speed nor a running time",
                where=data.where("links", row),
                got="no fact",
                allowed="speed_kmh, speed_bulk_kmh or transit_h",
                repair=f"add speed_kmh to class {link['class_id']}",
            )
        for speed in speeds:
            if speed > limit:
                yield Problem(
                    what="impossible speed",
                    where=data.where("links", row),
                    got=f"{speed:.0f} km/h",
                    allowed=f"at most {limit:.0f} km/h for {link['mode']}",
                    repair="mend speed_kmh, transit_h or length_km",
                )


def _borders(data: Dataset) -> Iterator[Problem]:
    links, borders = data.tables["links"], data.tables["borders"]
    country = dict(zip(data.tables["places"]["id"], data.tables["places"]["country"], strict=True))
    directions = set(zip(borders["link_id"], borders["from_country"], borders["to_country"], strict=True))
    for row, link in enumerate(links.itertuples()):
        a, b = country[link.from_id], country[link.to_id]
        if link.mode not in ("rail", "road") or a == b:
            continue
        states = link.countries.split(";")
        if len(states) < 2:
            yield Problem(
                what="link between two countries names fewer than two",
                where=data.where("links", row),
                got=link.countries,
                allowed=f"{a};{b}",
                repair="fill in countries",
            )
            continue
        wanted = [(states[0], states[-1])] + ([] if link.oneway == "yes" else [(states[-1], states[0])])
        for start, end in wanted:
            if (link.id, start, end) not in directions:
                yield Problem(
                    what="border without a crossing",
                    where=data.where("links", row),
                    got="none",
                    allowed=f"a row of borders.csv from {start} to {end}",
                    repair="add the crossing",
                )


def _gauge_changes(data: Dataset) -> Iterator[Problem]:
    links = data.tables["links"]
    gauges: dict[str, set[int]] = defaultdict(set)
    for link in links[(links["mode"] == "rail") & (links["status"] == "open")].itertuples():
        for end in (link.from_id, link.to_id):
            if not pd.isna(link.gauge_mm):
                gauges[end].add(int(link.gauge_mm))
    terminals = data.tables["terminals"]
    served = set(terminals["place_id"][terminals["kind"] == "gauge_change"])
    for place, meeting in gauges.items():
        if len(meeting) > 1 and place not in served:
            yield Problem(
                what="links of two gauges meet without a gauge change",
                where=place,
                got=" and ".join(f"{gauge} mm" for gauge in sorted(meeting)),
                allowed="a gauge_change row of terminals.csv at the place",
                repair="add the gauge change, or end the link at the place where it is done",
            )


def _assumed_share(data: Dataset) -> Iterator[Problem]:
    method = data.facts.frame["method"]
    share = float((method == "assumed").mean())
    if share >= 0.25:
        yield Problem(
            what="too many facts are assumed",
            where="facts",
            got=f"{share:.0%}",
            allowed="below 25 %",
            repair="search for sources",
            severity="warning",
        )
