"""What a result has to show: all charts by name and all chapters, for the report and for a notebook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

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
        found |= group
    return found


def chart_groups(result: ResultLike, world: Atlas, proof: Evidence) -> Iterator[dict[str, Spec]]:
    """Draw the charts of a result one group after the other, so that who seeks one need not draw all.

    Parameters
    ----------
    result
        The result of a study.
    world
        The projected world.
    proof
        Evidence keys.

    Yields
    ------
    dict of str to Spec
        Charts by name.
    """
    keys = {route_id: f"{key}.all" for route_id, key in proof.route_keys.items()}
    links = route_links(result)
    questions = records.consignments(result)
    if questions:
        picture, title = maps.overview(result, world, links, keys), answers.map_finding(result)
    else:
        picture, title = network_map.network_picture(world), network_map.network_finding(result)
    yield {OVERVIEW: maps.map_spec(picture, title, 880)}
    for question in questions:
        yield _consignment_charts(result, world, question, (links, keys))
    yield _validation_charts(result)
    yield flow_chapters.flow_charts_of(result, world)
    yield plan_chapters.plan_charts_of(result)
    yield game_chapters.game_charts_of(result)
    yield secure_chapters.secure_charts_of(result)
    yield risk_chapters.risk_charts_of(result)
    facts = records.rows(result, "facts")
    if facts:
        yield {"methods": evidence_charts.methods(facts)}


def _consignment_charts(
    result: ResultLike,
    world: Atlas,
    question: Consignment,
    links_and_keys: tuple[Mapping[str, Sequence[str]], Mapping[str, str]],
) -> dict[str, Spec]:
    links, keys = links_and_keys
    routes = records.routes(result, question.id)
    if not routes:
        return {}
    picture = maps.close_up(result, world, question, links, keys)
    return {
        f"map-{question.id}": maps.map_spec(picture, _crossing(routes, records.country_names(result)), 560),
        f"cost-time-{question.id}": charts.cost_time(routes, keys),
        f"times-{question.id}": charts.times(routes, keys),
        f"emissions-{question.id}": charts.emissions(routes, keys),
    }


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
