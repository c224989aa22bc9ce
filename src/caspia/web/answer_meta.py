"""What there is to ask of: menus, the network, the base map, and where a number came from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import shapely

import caspia
from caspia.data import parse_via
from caspia.scenario import built_in_scenarios
from caspia.scenario.parse import BANNABLE, CLOSABLE
from caspia.study import Study, why
from caspia.units import PRICE_YEAR
from caspia.view import theme
from caspia.web.answer_routes import known
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
from caspia.web.worlds import scenario_line

YEARS = range(2019, 2041)
CASES = ("low", "central", "high")
_PLAIN = ("facts", "sources", "basemap")


def meta(study: Study, saved: Mapping[str, str], kinds: Sequence[str]) -> Meta:
    """What can be asked.

    Parameters
    ----------
    study : Study
        Data as they are.
    saved : mapping of str to str
        Texts of saved scenarios.
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
        base_year=PRICE_YEAR,
        years=list(YEARS),
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
        commodities=[
            Commodity(id=row["id"], name=row["name"], form=row["form"], unit=row["unit"])
            for row in rows_of(tables["commodities"])
        ],
        countries=[
            Country(id=row["id"], name=row["name"], blocs=listed(row["bloc"]))
            for row in rows_of(tables["countries"])
        ],
        waters=_named(study, "waters"),
        scenarios=scenario_lines(saved),
        projects=_projects(study),
        players=_named(study, "actors"),
        minerals=_named(study, "minerals"),
        importers=_states_of(study, "needs"),
        exporters=[
            Named(id=row["id"], name=row["name"]) for row in rows_of(tables["countries"]) if _exports(study, row)
        ],
        claims=_claims(study),
        budgets=_budgets(study),
        job_kinds=list(kinds),
        tables=sorted({*CLOSABLE, *BANNABLE, "commodities", "demand", "fleets", "rules", "projects"} & set(tables)),
    )


def scenario_lines(saved: Mapping[str, str]) -> list[ScenarioLine]:
    """Built-in scenarios and saved ones, in this order.

    Parameters
    ----------
    saved : mapping of str to str
        Texts of saved scenarios.

    Returns
    -------
    list of ScenarioLine
    """
    built_in = [
        ScenarioLine(
            name=name,
            title=item.title,
            note=item.question,
            year=item.year,
            built_in=True,
            edits=len(item.edits),
        )
        for name, item in built_in_scenarios().items()
    ]
    return [*built_in, *(scenario_line(name, text) for name, text in saved.items())]


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table; an empty cell is an empty text.

    Parameters
    ----------
    table : pandas.DataFrame
        An object table.

    Returns
    -------
    list of dict
    """
    return [
        {str(key): "" if pd.isna(value) else value for key, value in row.items()}
        for row in table.to_dict("records")
    ]


def listed(cell: object) -> list[str]:
    """Items of a cell that joins them by `;`.

    Parameters
    ----------
    cell : object
        Of a table.

    Returns
    -------
    list of str

    Examples
    --------
    >>> listed("KZ;AZ"), listed("")
    (['KZ', 'AZ'], [])
    """
    return [part.strip() for part in str(cell).split(";") if part.strip()]


def _named(study: Study, table: str) -> list[Named]:
    found = study.data.tables.get(table)
    return [] if found is None else [Named(id=row["id"], name=row["name"]) for row in rows_of(found)]


def _states_of(study: Study, table: str) -> list[Named]:
    found = study.data.tables.get(table)
    if found is None:
        return []
    names = {row["id"]: row["name"] for row in rows_of(study.data.tables["countries"])}
    return [Named(id=code, name=names.get(code, code)) for code in sorted(set(found["country"]))]


def _exports(study: Study, row: Mapping[str, Any]) -> bool:
    """Whether a state is a zone of demand of its own."""
    zones = study.data.tables["zones"]
    return row["id"] in set(zones["id"]) and row["id"] in set(study.data.tables["demand"]["origin_id"])


def _claims(study: Study) -> list[Named]:
    found = study.data.tables.get("claims")
    if found is None:
        return []
    title = next(name for name in ("name", "title", "claim", "text", "statement", "id") if name in found)
    return [Named(id=row["id"], name=str(row[title])) for row in rows_of(found)]


def _budgets(study: Study) -> list[Budget]:
    found = study.data.tables.get("budgets")
    if found is None:
        return []
    amounts = study.data.values("budgets", "amount_usd").tolist()
    rows = zip(rows_of(found), amounts, strict=True)
    return [Budget(id=row["id"], name=row["name"], amount_usd=usd) for row, usd in rows if math.isfinite(usd)]


def _projects(study: Study) -> list[Project]:
    tables, data = study.data.tables, study.data
    works = tables["works"]
    facts = data.facts.frame
    costs = facts[(facts["attribute"] == "cost_usd") & (facts["rank"] == 1)].set_index("subject")
    links = set(tables["links"]["id"])
    found = []
    for row in rows_of(tables["projects"]):
        own = works[works["project_id"] == row["id"]]
        cells = ";".join(str(cell) for cell in own["selectors"] if not pd.isna(cell))
        named = [word for part in cells.replace("|", ";").split(";") for word in part.split("=")[-1:]]
        numbers = _cost(data.facts, costs, row["id"])
        found.append(
            Project(
                id=row["id"],
                name=row["name"],
                kind=row["kind"],
                corridor=row["corridor"],
                countries=listed(row["countries"]),
                status=row["status"],
                cost_usd=numbers[0],
                cost_usd_low=numbers[1],
                cost_usd_high=numbers[2],
                place_ids=listed(row["place_ids"]),
                link_ids=sorted({word for word in named if word in links}),
                note=row["note"],
            )
        )
    return found


def _cost(facts: Any, costs: pd.DataFrame, key: str) -> tuple[float | None, float | None, float | None]:
    """Cost of a project with its interval, in dollars of the price year."""
    if key not in costs.index:
        return None, None, None
    place = facts.frame.index.get_indexer(facts.frame.index[facts.frame["key"] == f"{key}.cost_usd"])
    row = next(nth for nth in place if facts.frame["rank"].iloc[nth] == 1)
    return known(facts.value[row]), known(facts.low[row]), known(facts.high[row])


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
        places=[_place(row) for row in rows_of(tables["places"])],
        links=_links(study),
        borders=[Border(**{name: row[name] for name in Border.model_fields}) for row in rows_of(tables["borders"])],
        services=[
            Service(**{name: row[name] for name in Service.model_fields}) for row in rows_of(tables["services"])
        ],
    )


def _place(row: Mapping[str, Any]) -> Place:
    return Place(
        id=row["id"],
        name=row["name"],
        country=row["country"],
        lon=float(row["lon"]),
        lat=float(row["lat"]),
        kind=row["kind"],
        note=str(row["note"]),
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
                gauge_mm=whole(row["gauge_mm"]),
                from_id=row["from_id"],
                to_id=row["to_id"],
                countries=listed(row["countries"]),
                waters=listed(row["waters"]),
                status=row["status"] or "open",
                open_year=whole(row["open_year"]),
                oneway=row["oneway"] == "yes",
                length_km=known(float(length_km)),
                class_id=row["class_id"],
                coordinates=[point[row["from_id"]], *parse_via(str(row["via"])), point[row["to_id"]]],
            )
        )
    return found


def whole(cell: object) -> int | None:
    """A whole number of a cell; none where it is empty.

    Parameters
    ----------
    cell : object
        Of a table.

    Returns
    -------
    int or None

    Examples
    --------
    >>> whole("1520"), whole(1435.0), whole("")
    (1520, 1435, None)
    """
    text = str(cell).strip()
    if not text:
        return None
    number = float(text)
    return int(number) if math.isfinite(number) else None


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
    table = study.data.tables.get("basemap")
    rows = [] if table is None else rows_of(table)
    return BaseMap(
        land=[
            Land(
                id=row["id"],
                name=row["name"],
                kind=row["kind"],
                country=row["country"],
                geometry=shapely.from_wkt(row["wkt"]).__geo_interface__,
            )
            for row in rows
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
        value=_real(row["value"]),
        unit=row["unit"],
        low=_real(row["low"]),
        high=_real(row["high"]),
        value_year=str(row["value_year"]),
        price_year=whole(row["price_year"]),
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


def _real(cell: object) -> float | None:
    return None if cell == "" else known(float(str(cell)))
