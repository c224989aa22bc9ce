"""What a result has to show: all charts by name and all chapters, for the report and for a notebook."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from caspia.view import (
    answers,
    charts,
    evidence_charts,
    flow_chapters,
    game_chapters,
    network_map,
    plan_chapters,
    records,
    risk_chapters,
    secure_chapters,
)
from caspia.view import map as maps
from caspia.view.atlas import Atlas
from caspia.view.evidence import Evidence, Source
from caspia.view.flow_chapters import FlowChapter
from caspia.view.records import Consignment, ResultLike, Route
from caspia.view.strands import route_links
from caspia.view.theme import Spec

OVERVIEW = "map-overview"
"""Name of the map of all consignments, or of the network where there are none."""
CONSIGNMENT = ("map", "cost-time", "times", "emissions")
"""Charts of a consignment, by what comes before its id."""


def all_charts(result: ResultLike, world: Atlas, proof: Evidence) -> dict[str, Spec]:
    """Draw all charts of a result.

    Parameters
    ----------
    result
        The result of a study.
    world
        The projected world.
    proof
        Evidence keys.

    Returns
    -------
    dict of str to Spec
        Charts by name; maps refer to the data sets `BASE` and `NETWORK` of `caspia.view.map_layers`.
    """
    found: dict[str, Spec] = {}
    for group in chart_groups(result, world, proof):
        found |= group.draw()
    return found


@dataclass(frozen=True)
class Group:
    """Charts that are drawn together.

    Parameters
    ----------
    names
        Their names, or what these begin with where they are known by their drawing alone.
    draw
        Draws them.
    exact
        Whether the names are whole.
    """

    names: tuple[str, ...]
    draw: Callable[[], dict[str, Spec]]
    exact: bool = True

    def holds(self, name: str) -> bool:
        """Whether a chart may be among them.

        Parameters
        ----------
        name
            Name of a chart.

        Returns
        -------
        bool
        """
        return name in self.names if self.exact else name.startswith(self.names)


def chart_groups(result: ResultLike, world: Atlas, proof: Evidence) -> list[Group]:
    """List the charts of a result in groups, so that who seeks one need not draw all.

    Parameters
    ----------
    result
        The result of a study.
    world
        The projected world.
    proof
        Evidence keys.

    Returns
    -------
    list of Group
        In the order of the report.
    """
    keys = {route_id: f"{key}.all" for route_id, key in proof.route_keys.items()}
    links = route_links(result)
    questions = [question for question in records.consignments(result) if records.routes(result, question.id)]

    def of(question: Consignment) -> Group:
        names = tuple(f"{kind}-{question.id}" for kind in CONSIGNMENT)
        return Group(names, lambda: _consignment_charts(result, world, question, (links, keys)))

    return [
        Group((OVERVIEW,), lambda: _overview(result, world, links, keys)),
        *(of(question) for question in questions),
        Group(("validation-",), lambda: _validation_charts(result), exact=False),
        Group(("flow-",), lambda: flow_chapters.flow_charts_of(result, world), exact=False),
        Group(("plan-", "rollout"), lambda: plan_chapters.plan_charts_of(result), exact=False),
        Group(("game-",), lambda: game_chapters.game_charts_of(result), exact=False),
        Group(("secure-", "exporters-"), lambda: secure_chapters.secure_charts_of(result), exact=False),
        Group(("risk-",), lambda: risk_chapters.risk_charts_of(result, world), exact=False),
        *([Group(("methods",), lambda: _methods(result))] if records.rows(result, "facts") else []),
    ]


def _overview(
    result: ResultLike, world: Atlas, links: Mapping[str, Sequence[str]], keys: Mapping[str, str]
) -> dict[str, Spec]:
    if records.consignments(result):
        picture, title = maps.overview(result, world, links, keys), answers.map_finding(result)
    else:
        picture, title = network_map.network_picture(world), network_map.network_finding(result)
    return {OVERVIEW: maps.map_spec(picture, title, 880)}


def _methods(result: ResultLike) -> dict[str, Spec]:
    return {"methods": evidence_charts.methods(records.rows(result, "facts"))}


def _consignment_charts(
    result: ResultLike,
    world: Atlas,
    question: Consignment,
    links_and_keys: tuple[Mapping[str, Sequence[str]], Mapping[str, str]],
) -> dict[str, Spec]:
    links, keys = links_and_keys
    routes = records.routes(result, question.id)
    picture = maps.close_up(result, world, question, links, keys)
    drawn = (
        maps.map_spec(picture, _crossing(routes, records.country_names(result)), 560),
        charts.cost_time(routes, keys),
        charts.times(routes, keys),
        charts.emissions(routes, keys),
    )
    return {f"{kind}-{question.id}": spec for kind, spec in zip(CONSIGNMENT, drawn, strict=True)}


def _crossing(routes: Sequence[Route], names: Mapping[str, str]) -> str:
    best = answers.best(routes)
    if best is None or len(best.countries) < 2:
        return "The ways by corridor"
    countries = list(dict.fromkeys(best.countries))
    if len(countries) > 5:
        return f"The best way touches {len(countries)} countries, {best.border_crossings} land borders"
    return f"The best way: {answers.country_list(countries, names)}"


def _validation_charts(result: ResultLike) -> dict[str, Spec]:
    observed = records.rows(result, "validation")
    return {
        f"validation-{kind}-{nth}": evidence_charts.validation(rows, unit)
        for kind in ("time", "price")
        for nth, (unit, rows) in enumerate(evidence_charts.comparable(observed, kind).items())
    }


def strategic_chapters(
    result: ResultLike, proof: Evidence, catalogue: dict[str, Source], drawn: dict[str, Spec]
) -> list[FlowChapter]:
    """Make the chapters on investment, the game, supply security and risk.

    Parameters
    ----------
    result
        The result of a study.
    proof
        Evidence keys.
    catalogue
        Sources by id.
    drawn
        Charts by name.

    Returns
    -------
    list of FlowChapter
        Those of which the result holds tables.
    """
    return [
        *plan_chapters.plan_chapters(result, proof, catalogue, drawn),
        *game_chapters.game_chapters(result, catalogue, drawn),
        *secure_chapters.secure_chapters(result, catalogue, drawn),
        *risk_chapters.risk_chapters(result, catalogue, drawn),
    ]
