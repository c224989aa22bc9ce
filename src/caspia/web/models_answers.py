"""Questions that are answered at once: what there is, the network, routes, flows, where a number came from."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from caspia.demand import Case
from caspia.web.models import Answer, Ask, Interval, Named, Row, Word, Words, World, Year


class CorridorLook(Answer):
    """How a corridor looks everywhere."""

    name: str
    colour: str
    dash: list[int]
    glyph: str
    shape: str
    way: str


class Commodity(Answer):
    """A commodity that can be asked for."""

    id: str
    name: str
    form: str
    unit: str


class Country(Answer):
    """A state of the data."""

    id: str
    name: str
    blocs: list[str]


class ScenarioLine(Answer):
    """A scenario in a list."""

    name: str
    title: str
    note: str
    year: int | None = None
    built_in: bool
    edits: int


class Project(Answer):
    """A project that a world may open."""

    id: str
    name: str
    kind: str
    corridor: str
    countries: list[str]
    status: str
    cost_usd: float | None
    cost_usd_low: float | None
    cost_usd_high: float | None
    place_ids: list[str]
    link_ids: list[str] = Field(description="Links that its works edit.")
    note: str


class Budget(Answer):
    """A sum that is spoken of in public."""

    id: str
    name: str
    amount_usd: float


class Meta(Answer):
    """What can be asked."""

    version: str
    data_name: str
    data_hash: str
    price_year: int
    base_year: int
    years: list[int]
    cases: list[str]
    corridors: list[CorridorLook]
    colours: dict[str, list[str]] = Field(description="Token to its colour on light and on dark ground.")
    commodities: list[Commodity]
    countries: list[Country]
    waters: list[Named]
    scenarios: list[ScenarioLine]
    projects: list[Project]
    players: list[Named]
    minerals: list[Named]
    importers: list[Named]
    exporters: list[Named]
    claims: list[Named]
    budgets: list[Budget] = Field(description="Sums that are spoken of in public.")
    job_kinds: list[str]
    tables: list[str] = Field(description="Tables that an edit may name.")


class Place(Answer):
    """A place of the network."""

    id: str
    name: str
    country: str
    lon: float
    lat: float
    kind: str
    note: str


class Link(Answer):
    """A link of the network; `coordinates` lead from one end to the other by its real way."""

    id: str
    name: str
    mode: str
    gauge_mm: int | None
    from_id: str
    to_id: str
    countries: list[str]
    waters: list[str]
    status: str
    open_year: int | None
    oneway: bool
    length_km: float | None
    class_id: str
    coordinates: list[tuple[float, float]]


class Border(Answer):
    """A crossing of a land border in one direction."""

    id: str
    name: str
    link_id: str
    from_country: str
    to_country: str
    mode: str
    status: str


class Service(Answer):
    """Sailings on a link, or lines that call at a port."""

    id: str
    name: str
    link_id: str
    place_id: str
    mode: str
    status: str


class Land(Answer):
    """A country or lake of the base map, as GeoJSON geometry."""

    id: str
    name: str
    kind: str
    country: str
    geometry: Row


class Network(Answer):
    """Places, links, crossings and services of the data as they are."""

    places: list[Place]
    links: list[Link]
    borders: list[Border]
    services: list[Service]


class BaseMap(Answer):
    """Land and lakes of the report's map; the page may draw a finer one of its own."""

    land: list[Land]


class RouteAsk(Ask):
    """A consignment."""

    origin: Word
    destination: Word
    commodity: Word = "containers"
    month: Annotated[int, Field(ge=1, le=12)] | None = None
    avoid: Words = Field(default_factory=list)
    alternatives: Annotated[int, Field(ge=0, le=5)] = 0
    pareto: bool = False
    world: World = Field(default_factory=World)


class Leg(Answer):
    """A run of one vehicle or ship, or one operation; expected values per unit of cargo."""

    operation: str
    mode: str
    from_id: str
    from_name: str
    to_id: str
    to_name: str
    countries: list[str]
    length_km: float
    time_h: float
    cost_usd: float
    co2e_kg: float
    link_ids: list[str]
    facts: list[str] = Field(description="Keys for `/why/{key}`.")
    sources: list[str]


class Route(Answer):
    """One way of a consignment."""

    id: str
    corridor: str
    rank: int
    best: bool
    countries: list[str]
    via: list[str]
    via_names: list[str]
    length_km: float
    cost_unit: str
    cost_usd: Interval
    time_days: Interval
    co2e_kg: Interval
    insurance_usd: float
    generalised_cost_usd: float
    value_of_time_usd_per_day: float | None
    border_crossings: int
    gauge_changes: int
    transfers: int
    assumed_share: float
    legs: list[Leg]


class BarringRule(Answer):
    """A rule that bars a corridor."""

    rule_id: str
    target_kind: str
    target: str
    valid_from: str
    reason: str
    source_id: str
    source: str


class Barred(Answer):
    """A corridor without a way because of rules."""

    corridor: str
    rules: list[BarringRule]
    lifted_by: list[str] = Field(description="Built-in scenarios that lift all of them.")


class RouteAnswer(Answer):
    """Ways of a consignment, one a corridor and alternative."""

    sentence: str
    choice: str = Field(description="Which way has the least generalised cost.")
    finding: str = Field(description="Title of the chart of cost against time.")
    origin: Named
    destination: Named
    commodity: Commodity
    scenario: str
    routes: list[Route]
    barred: list[Barred]


class FlowAsk(Ask):
    """A year in a world, and perhaps a world to compare it with."""

    year: Year = 2025
    case: Case = "central"
    world: World = Field(default_factory=World)
    compare: World | None = Field(
        None, description="The world that `world` is compared with; left out: none. Empty: the data as they are."
    )
    users_of: Annotated[str, Field(max_length=120)] = Field(
        "", description="Port, link, crossing or service whose users are wanted."
    )


class LinkFlow(Answer):
    """Tonnes a year on a link, both directions together."""

    id: str
    flow_t: float
    flow_teu: float
    reverse_t: float = Field(description="Of which against the direction of the link.")
    volume_capacity: float | None = Field(description="Of the fuller direction.")
    corridors: dict[str, float] = Field(description="Tonnes by corridor.")
    before_t: float | None = Field(None, description="In the world that is compared with.")


class Capacity(Answer):
    """A capacity and its load, in the unit of the row."""

    key: str
    table: str
    id: str
    reverse: bool
    kind: str
    name: str
    unit: str
    flow: float
    capacity: float
    volume_capacity: float
    delay_h: float
    price_usd: float
    shadow_usd: float | None = Field(None, description="Worth of a unit more to all users, dollars a year.")


class FlowAnswer(Answer):
    """Flows of a year in equilibrium: point values; intervals are a job of the kind `flow-intervals`."""

    sentence: str
    year: int
    case: str
    scenario: str
    compared_with: str
    relative_gap: float
    totals: Row
    links: list[LinkFlow]
    capacities: list[Capacity]
    bottlenecks: list[Capacity]
    corridors: list[Row]
    segments: list[Row]
    countries: list[Row]
    unserved: list[Row]
    users: list[Row]
    moved: list[Row]
    shifts: list[Row]


class Fact(Answer):
    """A fact with its source."""

    key: str
    subject: str
    attribute: str
    value: float | None
    unit: str
    low: float | None
    high: float | None
    value_year: str
    price_year: int | None
    method: str
    recipe: str
    rank: int
    used: bool
    locator: str
    note: str
    source_id: str
    title: str
    publisher: str
    date: str
    url: str
    licence: str


class WhyAnswer(Answer):
    """Facts that answer to a key, those in use first."""

    key: str
    facts: list[Fact]
