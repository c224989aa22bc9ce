"""The main job: all reference consignments, the validation, and the tables that the report is made of."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

import pandas as pd

import caspia
from caspia.data import Dataset
from caspia.errors import InputError
from caspia.study.barred import barred_corridors, barred_frame
from caspia.study.claims_answer import claims_tables
from caspia.study.flow_tables import flow_tables
from caspia.study.frames import legs_frame, place_names, routes_frame
from caspia.study.game_answer import game_tables
from caspia.study.invest_tables import invest_tables, report_planner
from caspia.study.itinerary import Itinerary
from caspia.study.request import Request
from caspia.study.result import Result
from caspia.study.risk_tables import risk_tables
from caspia.study.secure_tables import secure_tables
from caspia.study.study import Study
from caspia.study.validation import validate
from caspia.units import PRICE_YEAR

Progress = Callable[[str, int, int], None]
OBJECT_TABLES = ("places", "links", "terminals", "borders", "services", "commodities", "sources")
PLANNED = ("plan", "plan_unfunded", "plan_coming")
"""Tables that name projects."""


def run_study(study: Study, progress: Progress | None = None, *, alternatives: int = 3) -> Result:
    """Answer all reference consignments of the data, find the flows, and validate the model.

    Parameters
    ----------
    study : Study
        Data and settings.
    progress : callable, optional
        Told the stage, the number done and the number of all.
    alternatives : int
        Dissimilar routes beside the best of each corridor.

    Returns
    -------
    Result
        All tables, frozen.
    """
    tell = progress or (lambda _stage, _done, _all: None)
    answers = _consignments(study, tell, alternatives)
    routes, legs = answers["routes"], answers["legs"]
    planner = report_planner(study, tell)
    validation = validate(study, lambda done, total: tell("Validation", done, total))
    invested = invest_tables(study, tell, planner)
    tables = {
        **answers,
        "facts": _facts_used(study.data, legs, validation, invested),
        "places": study.data.tables["places"].rename(columns={"id": "place_id"}),
        "links": _links(study.data, routes, legs),
        "basemap": study.data.tables["basemap"],
        "validation": validation,
        "counts": counts(study.data),
        **flow_tables(study, tell),
        **invested,
        **secure_tables(study, tell),
        **game_tables(study, tell),
        **risk_tables(study, tell),
        **claims_tables(study, tell, planner),
    }
    tables["sources"] = study.data.tables["sources"].rename(columns={"id": "source_id"})
    return Result(MappingProxyType(tables), MappingProxyType(manifest(study)))


def manifest(study: Study) -> dict[str, object]:
    """How a result was made: enough to make it again.

    Parameters
    ----------
    study : Study
        Data and settings.

    Returns
    -------
    dict of str to object
        Versions, hash of the data, seed, settings, time of making (UTC) and counts.
    """
    return {
        "version": caspia.__version__,
        "data_name": study.data.name,
        "data_hash": study.data.sha256,
        "scenario": study.scenario.id if study.scenario else "",
        "scenario_title": study.scenario.title if study.scenario else "",
        "seed": study.settings.seed,
        "draws": study.settings.draws,
        "price_year": PRICE_YEAR,
        "base_year": PRICE_YEAR,
        "settings": asdict(study.settings),
        "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "counts": dict(counts(study.data).itertuples(index=False)),
    }


def counts(data: Dataset) -> pd.DataFrame:
    """Number of objects by table and of facts by method.

    Parameters
    ----------
    data : Dataset
        Tables and facts.

    Returns
    -------
    pandas.DataFrame
        Columns `what` and `count`.
    """
    rows: list[tuple[str, int]] = [(name, len(data.tables[name])) for name in OBJECT_TABLES]
    methods = data.facts.frame["method"].value_counts()
    rows.append(("facts", len(data.facts.frame)))
    rows += [
        (f"facts_{name}", int(methods.get(name, 0)))
        for name in ("measured", "reported", "derived", "estimated", "assumed")
    ]
    return pd.DataFrame(rows, columns=["what", "count"])


def _consignments(study: Study, tell: Progress, alternatives: int) -> dict[str, pd.DataFrame]:
    names = place_names(study.data)
    heads, routes, legs, barred = [], [], [], []
    asked = list(study.data.tables["consignments"].itertuples())
    for number, consignment in enumerate(asked, start=1):
        head, found, runs, closed = _answer(study, consignment, names, alternatives)
        heads.append(head)
        routes.append(found)
        legs += runs
        barred.append(closed)
        tell("Consignments", number, len(asked))
    return {
        "consignments": pd.DataFrame(heads),
        "routes": _stack(routes),
        "legs": _stack(legs),
        "barred": pd.concat([barred_frame([], study.data), *barred], ignore_index=True),
    }


def _stack(frames: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame()


def _answer(
    study: Study, consignment: Any, names: dict[str, str], alternatives: int
) -> tuple[dict[str, Any], pd.DataFrame, list[pd.DataFrame], pd.DataFrame]:
    month = None if pd.isna(consignment.month) else int(consignment.month)
    avoid = tuple(word for word in consignment.avoid.split(";") if word)
    request = Request(
        consignment.origin_id,
        consignment.destination_id,
        consignment.commodity_id,
        avoid,
        month,
        alternatives,
    )
    cargo = study.costs(consignment.commodity_id, month).cargo
    goods = study.data.tables["commodities"].set_index("id")["name"]
    head = {
        "consignment_id": consignment.id,
        "name": consignment.name,
        "origin_id": consignment.origin_id,
        "origin": names[consignment.origin_id],
        "destination_id": consignment.destination_id,
        "destination": names[consignment.destination_id],
        "commodity_id": consignment.commodity_id,
        "commodity": goods[consignment.commodity_id],
        "unit": cargo.unit,
        "avoid": consignment.avoid,
        "month": month,
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


def _facts_used(
    data: Dataset, legs: pd.DataFrame, validation: pd.DataFrame, invested: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Facts behind the legs, the observations, and the projects of a plan with their works."""
    keys = {key for cell in legs["facts"] for key in cell.split(";")} if len(legs) else set()
    subjects = set(validation["observation_id"]) if len(validation) else set()
    plans = (invested[name]["project"] for name in PLANNED if name in invested)
    projects = {str(key) for column in plans for key in column}
    works = data.tables["works"]
    subjects |= projects | set(works["id"][works["project_id"].isin(projects)])
    frame = data.facts.frame
    used = (frame["rank"] == 1) & (frame["key"].isin(keys) | frame["subject"].isin(subjects))
    return frame[used].drop(columns="rank").reset_index(drop=True)


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
