"""What stands behind each number: facts and sources in the compact form that a report embeds.

A number carries an evidence key: ``r3.cost`` (cost of the fourth route), ``l17`` (a leg), ``o2`` (an
observation), ``s5`` (a source), ``p3`` (a project and its works). The report looks the key up in the evidence and
lists the facts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from caspia.view import records
from caspia.view.flow_words import published_id
from caspia.view.modes import MODE_NAMES, OPERATIONS
from caspia.view.records import ResultLike, Row

Json = dict[str, object]


@dataclass(frozen=True)
class Source:
    """One entry of the source catalogue."""

    id: str
    title: str
    publisher: str
    date: str
    url: str
    licence: str

    @property
    def year(self) -> str:
        """The year, or what stands for it."""
        return self.date[:4] if self.date[:4].isdigit() else self.date


@dataclass(frozen=True)
class Evidence:
    """All facts, legs and sources of a result, with their keys."""

    data: Json
    """What the report embeds: lists of sources, facts, legs, routes and observations."""
    route_keys: Mapping[str, str]
    """Route id to ``r`` and number."""
    observation_keys: Mapping[str, str]
    """Observation id to ``o`` and number."""
    source_keys: Mapping[str, str]
    """Source id to ``s`` and number."""
    route_sources: Mapping[str, tuple[str, ...]]
    """Source ids behind each route."""
    project_keys: Mapping[str, str] = field(default_factory=dict)
    """Project id to ``p`` and number."""
    published_keys: Mapping[str, str] = field(default_factory=dict)
    """Number of a count or a total, by `caspia.view.flow_words.published_id`, to ``o`` and number."""


def safe_url(url: str) -> str:
    """Return an address that may become a link.

    Parameters
    ----------
    url
        Anything.

    Returns
    -------
    str
        The address if it is http or https, else empty.

    Examples
    --------
    >>> safe_url("https://example.org/a"), safe_url("javascript:alert(1)")
    ('https://example.org/a', '')
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return url.strip() if parts.scheme in {"http", "https"} and parts.netloc else ""


def aspect(attribute: str, unit: str) -> str:
    """Tell what a fact says something about.

    Parameters
    ----------
    attribute, unit
        Of the fact.

    Returns
    -------
    str
        ``c`` money, ``e`` emissions, ``l`` length, ``t`` time, ``x`` anything else.

    Examples
    --------
    >>> aspect("tariff_usd_per_teu_km", "USD/TEU-km"), aspect("border_h", "h"), aspect("length_km", "km")
    ('c', 't', 'l')
    """
    if "USD" in unit or "usd" in attribute:
        return "c"
    if "co2" in attribute.lower() or "co2" in unit.lower():
        return "e"
    if unit == "km":
        return "l"
    if unit in {"h", "km/h", "d", "day"} or attribute.endswith(("_h", "_kmh", "_days", "_per_week")):
        return "t"
    return "x"


def sources(result: ResultLike) -> list[Source]:
    """Return the source catalogue of a result, sorted by title.

    Parameters
    ----------
    result
        The result of a study.

    Returns
    -------
    list of Source
        Unsafe addresses are left out.
    """
    found = [
        Source(
            id=records.text(row, "source_id"),
            title=records.text(row, "title") or records.text(row, "source_id"),
            publisher=records.text(row, "publisher"),
            date=records.text(row, "date"),
            url=safe_url(records.text(row, "url")),
            licence=records.text(row, "licence"),
        )
        for row in records.rows(result, "sources")
    ]
    return sorted(found, key=lambda s: (s.title.lower(), s.id))


def catalogue(result: ResultLike) -> dict[str, Source]:
    """Return the sources of a result by their ids.

    Parameters
    ----------
    result
        The result of a study.

    Returns
    -------
    dict of str to Source
        Sorted by title.
    """
    return {source.id: source for source in sources(result)}


def _figure(value: float, figures: int = 6) -> float | None:
    return float(f"{value:.{figures}g}") if math.isfinite(value) else None


def _fact(row: Row, source_number: Mapping[str, int]) -> list[object]:
    attribute, unit = records.text(row, "attribute"), records.text(row, "unit")
    year, price_year = records.real(row, "value_year"), records.real(row, "price_year")
    return [
        records.text(row, "key"),
        _figure(records.real(row, "value")),
        unit,
        _figure(records.real(row, "low")),
        _figure(records.real(row, "high")),
        _figure(year),
        _figure(price_year),
        records.text(row, "method"),
        records.text(row, "recipe"),
        source_number.get(records.text(row, "source_id"), -1),
        records.text(row, "locator"),
        records.text(row, "note"),
        aspect(attribute, unit),
    ]


def _legs(result: ResultLike, fact_number: Mapping[str, int]) -> tuple[list[list[object]], dict[str, _Way]]:
    """List each different leg once, and the legs and sources of every route."""
    rows = sorted(records.rows(result, "legs"), key=lambda r: (records.text(r, "route_id"), records.real(r, "leg")))
    number: dict[str, int] = {}
    legs: list[list[object]] = []
    ways: dict[str, _Way] = {}
    for row in rows:
        operation, mode = records.text(row, "operation"), records.text(row, "mode")
        leg: list[object] = [
            OPERATIONS.get(operation, operation),
            MODE_NAMES.get(mode, mode),
            records.text(row, "from_name"),
            records.text(row, "to_name"),
            [fact_number[k] for k in records.items(row, "facts") if k in fact_number],
            *(_figure(records.real(row, c), 4) for c in ("length_km", "time_h", "cost_usd", "co2e_kg")),
        ]
        nth = number.setdefault(repr(leg), len(legs))
        if nth == len(legs):
            legs.append(leg)
        way = ways.setdefault(records.text(row, "route_id"), _Way([], {}))
        way.legs.append(nth)
        way.sources.update(dict.fromkeys(records.items(row, "sources")))
    return legs, ways


@dataclass(frozen=True)
class _Way:
    """Numbers of the legs of a route, and its sources in order."""

    legs: list[int]
    sources: dict[str, None]


def _observations(result: ResultLike, source_number: Mapping[str, int]) -> list[list[object]]:
    return [
        [
            records.text(row, "name"),
            _figure(records.real(row, "observed")),
            _figure(records.real(row, "observed_low")),
            _figure(records.real(row, "observed_high")),
            records.text(row, "unit"),
            _figure(records.real(row, "year")),
            records.text(row, "scope"),
            source_number.get(records.text(row, "source_id"), -1),
            records.text(row, "note"),
        ]
        for row in records.rows(result, "validation")
    ]


def _published(result: ResultLike, source_number: Mapping[str, int]) -> dict[str, list[object]]:
    """Counts of traffic, published totals and official targets in the form of observations, by their name."""
    found: dict[str, list[object]] = {}
    for table, column in (("flow_counts", "observed"), ("reconciliation", "published")):
        for row in records.rows(result, table):
            found[published_id(row)] = [
                records.text(row, "name"),
                _figure(records.real(row, column)),
                _figure(records.real(row, "low")),
                _figure(records.real(row, "high")),
                records.text(row, "unit"),
                _figure(records.real(row, "year")),
                records.text(row, "kind") or "total of demand",
                source_number.get(records.text(row, "source_id"), -1),
                records.text(row, "note"),
            ]
    return found | _targets(result, source_number)


def _targets(result: ResultLike, source_number: Mapping[str, int]) -> dict[str, list[object]]:
    return {
        published_id(row): [
            records.text(row, "name"),
            _figure(records.real(row, "value")),
            None,
            None,
            f"{records.text(row, 'quantity')}/year",
            _figure(records.real(row, "year")),
            records.text(row, "who"),
            source_number.get(records.text(row, "source_id"), -1),
            records.text(row, "note"),
        ]
        for row in records.rows(result, "rollout_targets")
        if records.text(row, "source_id")
    }


def _projects(result: ResultLike, fact_number: Mapping[str, int]) -> dict[str, list[object]]:
    """Name and facts of every project of a plan, its works among them, by id."""
    found: dict[str, list[object]] = {}
    for table in ("plan", "plan_unfunded", "plan_coming"):
        for row in records.rows(result, table):
            key = records.text(row, "project")
            own = (f"{key}.", f"wrk-{key.removeprefix('prj-')}-")
            found[key] = [
                records.text(row, "name"),
                [nth for name, nth in fact_number.items() if name.startswith(own)],
            ]
    return found


def evidence(result: ResultLike) -> Evidence:
    """Collect the facts and sources behind all numbers of a result.

    Parameters
    ----------
    result
        The result of a study.

    Returns
    -------
    Evidence
        Compact data and the keys into it.
    """
    cited = sources(result)
    source_number = {s.id: i for i, s in enumerate(cited)}
    facts = [_fact(row, source_number) for row in records.rows(result, "facts")]
    fact_number = {str(fact[0]): i for i, fact in enumerate(facts)}
    legs, ways = _legs(result, fact_number)
    names = {c.id: c.name for c in records.consignments(result)}
    routes = records.routes(result)
    nothing = _Way([], {})
    projects = _projects(result, fact_number)
    observations, published = _observations(result, source_number), _published(result, source_number)
    data: Json = {
        "sources": [[s.title, s.publisher, s.date, s.url, s.licence] for s in cited],
        "facts": facts,
        "legs": legs,
        "routes": [
            [f"{names.get(r.consignment_id, r.consignment_id)}: {r.label}", ways.get(r.id, nothing).legs]
            for r in routes
        ],
        "observations": [*observations, *published.values()],
        "projects": list(projects.values()),
    }
    observed = [records.text(row, "observation_id") for row in records.rows(result, "validation")]
    return Evidence(
        data,
        {r.id: f"r{i}" for i, r in enumerate(routes)},
        {observation_id: f"o{i}" for i, observation_id in enumerate(observed)},
        {s.id: f"s{i}" for i, s in enumerate(cited)},
        {route_id: tuple(way.sources) for route_id, way in ways.items()},
        {key: f"p{i}" for i, key in enumerate(projects)},
        {name: f"o{i}" for i, name in enumerate(published, start=len(observations))},
    )
