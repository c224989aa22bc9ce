"""Consignments answered as tables: routes, legs, what rules bar, and the facts behind them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from caspia.data import Dataset
from caspia.errors import InputError
from caspia.study.barred import barred_corridors, barred_frame
from caspia.study.frames import legs_frame, place_names, routes_frame
from caspia.study.itinerary import Itinerary
from caspia.study.manifest import manifest
from caspia.study.request import Request, commodity_id, resolve
from caspia.study.result import Result
from caspia.study.study import Study

Tell = Callable[[int, int], None]
ASKED = "asked"
"""Id of the consignment of `ask`."""


@dataclass(frozen=True)
class Consignment:
    """One question, as a row of the table consignments asks it.

    Attributes
    ----------
    id, name : str
        Short and in words.
    request : Request
        From where to where, of what, avoiding what.
    """

    id: str
    name: str
    request: Request


def reference_consignments(data: Dataset, alternatives: int) -> list[Consignment]:
    """Consignments of the data.

    Parameters
    ----------
    data : Dataset
        With the table consignments.
    alternatives : int
        Dissimilar routes beside the best of each corridor.

    Returns
    -------
    list of Consignment
        One a row.
    """
    found = []
    for row in data.tables["consignments"].itertuples():
        avoid = tuple(word for word in str(row.avoid).split(";") if word)
        month = None if pd.isna(row.month) else int(row.month)
        ends = str(row.origin_id), str(row.destination_id)
        request = Request(*ends, str(row.commodity_id), avoid, month, alternatives)
        found.append(Consignment(str(row.id), str(row.name), request))
    return found


def answered(study: Study, asked: Sequence[Consignment], tell: Tell | None = None) -> dict[str, pd.DataFrame]:
    """Answer consignments.

    Parameters
    ----------
    study : Study
        Data and network.
    asked : sequence of Consignment
        Questions whose places and commodities are ids.
    tell : callable, optional
        Told the number done and the number of all.

    Returns
    -------
    dict of str to pandas.DataFrame
        The tables `consignments`, `routes`, `legs` and `barred`.
    """
    names = place_names(study.data)
    heads, routes, legs, barred = [], [], [], []
    for number, consignment in enumerate(asked, start=1):
        head, found, runs, closed = _answer(study, consignment, names)
        heads.append(head)
        routes.append(found)
        legs += runs
        barred.append(closed)
        if tell is not None:
            tell(number, len(asked))
    return {
        "consignments": pd.DataFrame(heads),
        "routes": _stack(routes),
        "legs": _stack(legs),
        "barred": pd.concat([barred_frame([], study.data), *barred], ignore_index=True),
    }


def ask(
    study: Study,
    origin: str,
    destination: str,
    *,
    commodity: str = "containers",
    avoid: tuple[str, ...] | str = (),
    month: int | None = None,
    alternatives: int = 0,
) -> Result:
    """Answer one consignment as a result, which draws itself; `Study.routes` gives its table alone.

    Parameters
    ----------
    study : Study
        Data and settings.
    origin, destination : str
        Places by UN/LOCODE or name.
    commodity : str
        Id or name of a commodity.
    avoid : tuple of str or str
        Countries, places, modes, waters or corridors; a string is split at commas.
    month : int, optional
        Month of departure (1-12).
    alternatives : int
        Number of dissimilar routes beside the best of each corridor.

    Returns
    -------
    Result
        Tables `consignments` (one row, `asked`), `routes`, `legs`, `barred`, `facts`, `sources`, `places`, `links`
        and `basemap`, as those of `run_study`. Where no way is left the row says why.

    Raises
    ------
    caspia.errors.InputError
        Unknown names, or closures that cannot be honoured.
    """
    words = tuple(word.strip() for word in avoid.split(",") if word.strip()) if isinstance(avoid, str) else avoid
    goods = commodity_id(study.data, commodity)
    question = resolve(Request(origin, destination, goods, words, month), study.data, study.network)
    places = study.data.tables["places"]
    ends = [str(places["id"].iloc[row]) for row in (question.origin, question.destination)]
    names = [str(places["name"].iloc[row]) for row in (question.origin, question.destination)]
    request = Request(ends[0], ends[1], goods, words, month, alternatives)
    tables = answered(study, [Consignment(ASKED, f"{names[0]} to {names[1]}", request)])
    data = study.data
    tables |= world_tables(data, tables["routes"], tables["legs"])
    tables["facts"] = facts_used(data, tables["legs"])
    tables["sources"] = data.tables["sources"].rename(columns={"id": "source_id"})
    return Result(MappingProxyType(tables), MappingProxyType(manifest(study)))


def world_tables(data: Dataset, routes: pd.DataFrame, legs: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Tables that maps are drawn from.

    Parameters
    ----------
    data : Dataset
        Tables.
    routes, legs : pandas.DataFrame
        Routes and their legs; may be empty.

    Returns
    -------
    dict of str to pandas.DataFrame
        `places`, `links` (with the corridors whose best routes use them) and `basemap`.
    """
    return {
        "places": data.tables["places"].rename(columns={"id": "place_id"}),
        "links": _links(data, routes, legs),
        "basemap": data.tables["basemap"],
    }


def facts_used(data: Dataset, legs: pd.DataFrame, subjects: Collection[str] = ()) -> pd.DataFrame:
    """Facts behind legs, and those of some subjects.

    Parameters
    ----------
    data : Dataset
        Tables and facts.
    legs : pandas.DataFrame
        Legs with their facts, joined by `;`.
    subjects : collection of str
        Subjects all of whose facts are wanted.

    Returns
    -------
    pandas.DataFrame
        Rows of the facts that are in use.
    """
    keys = {key for cell in legs["facts"] for key in cell.split(";")} if len(legs) else set()
    frame = data.facts.frame
    used = (frame["rank"] == 1) & (frame["key"].isin(keys) | frame["subject"].isin(set(subjects)))
    return frame[used].drop(columns="rank").reset_index(drop=True)


def _stack(frames: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame()


def _answer(
    study: Study, consignment: Consignment, names: dict[str, str]
) -> tuple[dict[str, Any], pd.DataFrame, list[pd.DataFrame], pd.DataFrame]:
    request = consignment.request
    cargo = study.costs(request.commodity, request.month).cargo
    goods = study.data.tables["commodities"].set_index("id")["name"]
    head = {
        "consignment_id": consignment.id,
        "name": consignment.name,
        "origin_id": request.origin,
        "origin": names[request.origin],
        "destination_id": request.destination,
        "destination": names[request.destination],
        "commodity_id": request.commodity,
        "commodity": goods[request.commodity],
        "unit": cargo.unit,
        "avoid": ";".join(request.avoid),
        "month": request.month,
        "status": "answered",
        "reason": "",
    }
    try:
        found = study.itineraries(request)
        frontier = _frontier(study, request)
    except InputError as error:
        why = {"status": "unreachable", "reason": error.problem.what}
        return head | why, pd.DataFrame(), [], _barred(study, request, [], consignment.id)
    frame = routes_frame(found, study.data, cargo, consignment.id)
    frame["on_pareto"] = [_undominated(item, frontier) for item in found]
    runs = [legs_frame(route, item.legs, names) for route, item in zip(frame["route_id"], found, strict=True)]
    return head, frame, runs, _barred(study, request, found, consignment.id)


def _barred(study: Study, request: Request, found: Sequence[Itinerary], consignment_id: str) -> pd.DataFrame:
    try:
        barred = barred_corridors(study, request, found)
    except InputError:
        # What cannot be asked is told as the reason of the consignment.
        barred = []
    return barred_frame(barred, study.data, consignment_id)


def _frontier(study: Study, request: Request) -> list[Itinerary]:
    try:
        return study.itineraries(request, pareto=True)
    except InputError:
        return []


def _criteria(item: Itinerary) -> tuple[float, float, float]:
    return item.cost_usd, item.time_h, item.co2e_kg


def _undominated(item: Itinerary, frontier: list[Itinerary]) -> bool:
    """No route of the Pareto set is better by more than a hundredth in money, time and emission at once."""
    own = _criteria(item)
    return not any(
        all(theirs < 0.99 * mine for theirs, mine in zip(_criteria(other), own, strict=True)) for other in frontier
    )


def _links(data: Dataset, routes: pd.DataFrame, legs: pd.DataFrame) -> pd.DataFrame:
    corridor_of = dict(zip(routes["route_id"], routes["corridor"], strict=True)) if len(routes) else {}
    first = set(routes["route_id"][routes["rank"] == 1]) if len(routes) else set()
    users: dict[str, set[str]] = defaultdict(set)
    for leg in legs[["route_id", "link_ids"]].itertuples() if len(legs) else ():
        if leg.route_id in first:
            for link in filter(None, leg.link_ids.split(";")):
                users[link].add(corridor_of[leg.route_id])
    links = data.tables["links"].rename(columns={"id": "link_id"})
    return links.assign(corridor=[";".join(sorted(users.get(link, ()))) for link in links["link_id"]])
