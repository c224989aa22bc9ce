"""What there is to ask of: menus, the network, the base map, and where a number came from."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

import caspia
from caspia.data import NO_FACT, attribute_column, parse_via
from caspia.demand import CASES, FIRST_YEAR, LAST_YEAR
from caspia.scenario.parse import BANNABLE, CLOSABLE
from caspia.study import Study, why
from caspia.study.flows import BASE_YEAR
from caspia.units import PRICE_YEAR
from caspia.view import theme
from caspia.view.records import items, real
from caspia.web.models import Named
from caspia.web.models_answers import (
    BaseMap,
    Border,
    Budget,
    Commodity,
    CorridorLook,
    Country,
    Fact,
    Land,
    Link,
    Meta,
    Network,
    Place,
    Project,
    ScenarioLine,
    Service,
    WhyAnswer,
)
from caspia.web.plain import known, rows_of


def meta(study: Study, scenarios: list[ScenarioLine], kinds: Sequence[str]) -> Meta:
    """What can be asked.

    Parameters
    ----------
    study : Study
        Data as they are.
    scenarios : list of ScenarioLine
        Built-in and saved.
    kinds : sequence of str
        Kinds of jobs.

    Returns
    -------
    Meta
    """
    tables = study.data.tables
    return Meta(
        version=caspia.__version__,
        data_name=study.data.name,
        data_hash=study.data.sha256,
        price_year=PRICE_YEAR,
        base_year=BASE_YEAR,
        years=list(range(FIRST_YEAR, LAST_YEAR + 1)),
        cases=list(CASES),
        corridors=[
            CorridorLook(
                name=look.name,
                colour=look.colour,
                dash=list(look.dash),
                glyph=look.glyph,
                shape=look.shape,
                way=look.way,
            )
            for look in theme.CORRIDORS.values()
        ],
        colours={name: list(pair) for name, pair in theme.TOKENS.items()},
        commodities=[Commodity.model_validate(row) for row in rows_of(tables["commodities"])],
        countries=[
            Country(id=row["id"], name=row["name"], blocs=list(items(row, "bloc")))
            for row in rows_of(tables["countries"])
        ],
        waters=_named(study, "waters"),
        scenarios=scenarios,
        projects=_projects(study),
        players=_named(study, "actors"),
        minerals=_named(study, "minerals"),
        importers=_importers(study),
        exporters=_exporters(study),
        claims=_claims(study),
        budgets=_budgets(study),
        job_kinds=list(kinds),
        tables=sorted({*CLOSABLE, *BANNABLE, "commodities", "demand", "fleets", "rules", "projects"} & set(tables)),
    )


def _named(study: Study, table: str) -> list[Named]:
    return [Named.model_validate(row) for row in rows_of(study.data.tables[table])]


def _importers(study: Study) -> list[Named]:
    tables = study.data.tables
    names = {row["id"]: row["name"] for row in rows_of(tables["countries"])}
    return [Named(id=code, name=names.get(code, code)) for code in sorted(set(tables["needs"]["country"]))]


def _exporters(study: Study) -> list[Named]:
    """States that are a zone of demand of their own."""
    tables = study.data.tables
    alone = set(tables["zones"]["id"]) & set(tables["demand"]["origin_id"])
    return [Named.model_validate(row) for row in rows_of(tables["countries"]) if row["id"] in alone]


def _claims(study: Study) -> list[Named]:
    return [Named(id=row["id"], name=row["statement"]) for row in rows_of(study.data.tables["claims"])]


def _budgets(study: Study) -> list[Budget]:
    amounts = study.data.values("budgets", "amount_usd").tolist()
    rows = zip(rows_of(study.data.tables["budgets"]), amounts, strict=True)
    return [Budget(id=row["id"], name=row["name"], amount_usd=usd) for row, usd in rows if math.isfinite(usd)]


def _projects(study: Study) -> list[Project]:
    data = study.data
    links = set(data.tables["links"]["id"])
    selectors = data.tables["works"].groupby("project_id")["selectors"].agg(";".join)
    costs = data.own_facts("projects")[:, attribute_column("cost_usd")]
    found = []
    for row, fact in zip(rows_of(data.tables["projects"]), costs, strict=True):
        # Cells as `id=a|b;country=KZ`, of which links are named by their ids.
        words = re.split("[=|;]", selectors.get(row["id"], ""))
        found.append(
            Project(
                id=row["id"],
                name=row["name"],
                kind=row["kind"],
                corridor=row["corridor"],
                countries=list(items(row, "countries")),
                status=row["status"],
                cost_usd=_amount(data.facts.value, fact),
                cost_usd_low=_amount(data.facts.low, fact),
                cost_usd_high=_amount(data.facts.high, fact),
                place_ids=list(items(row, "place_ids")),
                link_ids=sorted(links.intersection(words)),
                note=row["note"],
            )
        )
    return found


def _amount(column: npt.NDArray[np.float64], fact: int) -> float | None:
    return None if fact == NO_FACT else known(column[fact])


def network(study: Study) -> Network:
    """Places, links, crossings and services.

    Parameters
    ----------
    study : Study
        Data as they are.

    Returns
    -------
    Network
    """
    tables = study.data.tables
    return Network(
        places=[Place.model_validate(row) for row in rows_of(tables["places"])],
        links=_links(study),
        borders=[Border.model_validate(row) for row in rows_of(tables["borders"])],
        services=[Service.model_validate(row) for row in rows_of(tables["services"])],
    )


def _links(study: Study) -> list[Link]:
    tables = study.data.tables
    point = {row["id"]: (float(row["lon"]), float(row["lat"])) for row in rows_of(tables["places"])}
    lengths = study.data.values("links", "length_km")
    found = []
    for row, length_km in zip(rows_of(tables["links"]), lengths, strict=True):
        found.append(
            Link(
                id=row["id"],
                name=row["name"],
                mode=row["mode"],
                gauge_mm=_whole(row, "gauge_mm"),
                from_id=row["from_id"],
                to_id=row["to_id"],
                countries=list(items(row, "countries")),
                waters=list(items(row, "waters")),
                status=row["status"] or "open",
                open_year=_whole(row, "open_year"),
                oneway=row["oneway"] == "yes",
                length_km=known(float(length_km)),
                class_id=row["class_id"],
                coordinates=[point[row["from_id"]], *parse_via(str(row["via"])), point[row["to_id"]]],
            )
        )
    return found


def _whole(row: Mapping[str, Any], column: str) -> int | None:
    number = known(real(row, column))
    return None if number is None else int(number)


def basemap(study: Study) -> BaseMap:
    """Land and lakes.

    Parameters
    ----------
    study : Study
        Data with the table basemap.

    Returns
    -------
    BaseMap
    """
    return BaseMap(
        land=[
            Land(
                id=row["id"],
                name=row["name"],
                kind=row["kind"],
                country=row["country"],
                geometry=shapely.from_wkt(row["wkt"]).__geo_interface__,
            )
            for row in rows_of(study.data.tables["basemap"])
        ]
    )


def why_answer(study: Study, key: str) -> WhyAnswer:
    """Facts that answer to a key.

    Parameters
    ----------
    study : Study
        Data.
    key : str
        `subject.attribute`, an object, class or source, or a place.

    Returns
    -------
    WhyAnswer

    Raises
    ------
    caspia.errors.UnknownName
        Nothing answers to the key.
    """
    table = why(study.data, key).sort_values(["used", "rank"], ascending=[False, True], kind="stable")
    return WhyAnswer(key=key, facts=[_fact(row) for row in rows_of(table)])


def _fact(row: Mapping[str, Any]) -> Fact:
    return Fact(
        key=f"{row['subject']}.{row['attribute']}",
        subject=row["subject"],
        attribute=row["attribute"],
        value=known(real(row, "value")),
        unit=row["unit"],
        low=known(real(row, "low")),
        high=known(real(row, "high")),
        value_year=str(row["value_year"]),
        price_year=_whole(row, "price_year"),
        method=row["method"],
        recipe=row["recipe"],
        rank=int(row["rank"]),
        used=bool(row["used"]),
        locator=str(row["locator"]),
        note=str(row["note"]),
        source_id=row["source_id"],
        title=str(row["title"]),
        publisher=str(row["publisher"]),
        date=str(row["date"]),
        url=str(row["url"]),
        licence=str(row["licence"]),
    )
