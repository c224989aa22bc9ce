"""The answer to a consignment: routes with intervals and legs, and what rules bar."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from caspia.study import Request, Study, barred_corridors, barred_frame, barred_records
from caspia.study.frames import place_names, route_record, routes_frame
from caspia.view import answers, records
from caspia.view.formats import days
from caspia.view.records import Consignment
from caspia.web.models import Interval, Named
from caspia.web.models_answers import Barred, Commodity, Leg, Route, RouteAnswer, RouteAsk
from caspia.web.plain import known

if TYPE_CHECKING:
    from caspia.web.desk import Desk


def route_body(desk: Desk, ask: RouteAsk, saved: Mapping[str, str]) -> str:
    """Answer a consignment.

    Parameters
    ----------
    desk : Desk
        Studies that are warm.
    ask : RouteAsk
        What is asked.
    saved : mapping of str to str
        Texts of saved scenarios.

    Returns
    -------
    str
        A `RouteAnswer` as JSON; kept for the same ask.

    Raises
    ------
    caspia.errors.InputError
        Unknown names, closures that cannot be honoured, or no way.
    """
    key = ("routes", ask.model_dump_json(exclude={"world"}), desk.world_key(ask.world, saved))
    return desk.kept(key, lambda: route_answer(desk.study(ask.world, saved), ask).model_dump_json())


def route_answer(study: Study, ask: RouteAsk) -> RouteAnswer:
    """Routes of a consignment in a world.

    Parameters
    ----------
    study : Study
        The world.
    ask : RouteAsk
        What is asked.

    Returns
    -------
    RouteAnswer

    Raises
    ------
    caspia.errors.InputError
        Unknown names, closures that cannot be honoured, or no way.
    """
    request = Request(
        ask.origin,
        ask.destination,
        ask.commodity,
        tuple(ask.avoid),
        ask.month,
        0 if ask.pareto else ask.alternatives,
    )
    found = study.itineraries(request, pareto=ask.pareto)
    barred = barred_records(barred_frame(barred_corridors(study, request, found), study.data))
    costs = study.costs(ask.commodity, ask.month)
    frame = routes_frame(found, study.data, costs.cargo)
    rows = frame.to_dict("records")
    names = place_names(study.data)
    routes = [records.route(row) for row in rows]
    told = records.sorted_routes(routes)
    ends = found[0].legs[0].from_id, found[0].legs[-1].to_id
    goods = _commodity(study, costs.cargo.commodity_id)
    question = Consignment(
        id="",
        name="",
        origin_id=ends[0],
        origin=names[ends[0]],
        destination_id=ends[1],
        destination=names[ends[1]],
        commodity_id=goods.id,
        commodity=goods.name,
        unit=costs.cargo.unit,
        avoid=request.avoid,
        month=request.month,
        answered=True,
        reason="",
    )
    states = study.data.tables["countries"]
    return RouteAnswer(
        sentence=answers.consignment_answer(question, told, dict(zip(states["id"], states["name"], strict=True))),
        choice=answers.choice_answer(told),
        finding=answers.cost_time_finding(answers.leading(told)),
        origin=Named(id=ends[0], name=names[ends[0]]),
        destination=Named(id=ends[1], name=names[ends[1]]),
        commodity=goods,
        scenario=study.label,
        routes=[
            _route(route_record(item, row), route.value_of_time_usd_per_day, names)
            for item, row, route in zip(found, rows, routes, strict=True)
        ],
        barred=[Barred.model_validate(item) for item in barred],
    )


def _commodity(study: Study, identity: str) -> Commodity:
    table = study.data.tables["commodities"]
    return Commodity.model_validate(table[table["id"] == identity].iloc[0].to_dict())


def _route(record: Mapping[str, Any], worth_usd_per_day: float, names: Mapping[str, str]) -> Route:
    return Route(
        id=str(record["route_id"]).partition(":")[2],
        corridor=record["corridor"],
        rank=record["rank"],
        best=bool(record["best"]),
        countries=record["countries"],
        via=record["via"],
        via_names=[names[key] for key in record["via"]],
        length_km=record["length_km"],
        cost_unit=record["cost_unit"],
        cost_usd=_interval(record, "cost_usd"),
        time_days=_interval(record, "time_h", days(1.0)),
        co2e_kg=_interval(record, "co2e_kg"),
        insurance_usd=record["insurance_usd"],
        generalised_cost_usd=record["generalised_cost_usd"],
        value_of_time_usd_per_day=known(worth_usd_per_day),
        border_crossings=record["border_crossings"],
        gauge_changes=record["gauge_changes"],
        transfers=record["transfers"],
        assumed_share=record["assumed_share"],
        legs=[_leg(leg, names) for leg in record["legs"]],
    )


def _leg(leg: Mapping[str, Any], names: Mapping[str, str]) -> Leg:
    return Leg(
        operation=leg["operation"],
        mode=leg["mode"],
        from_id=leg["from"],
        from_name=names[leg["from"]],
        to_id=leg["to"],
        to_name=names[leg["to"]],
        countries=leg["countries"],
        length_km=leg["length_km"],
        time_h=leg["time_h"],
        cost_usd=leg["cost_usd"],
        co2e_kg=leg["co2e_kg"],
        link_ids=leg["links"],
        facts=leg["facts"],
        sources=leg["sources"],
    )


def _interval(record: Mapping[str, Any], name: str, factor: float = 1.0) -> Interval:
    ends = {end: record.get(f"{name}_{end}", math.nan) for end in ("p10", "p50", "p90")}
    mean = record.get(name, math.nan)
    return Interval(**{end: known(value * factor) for end, value in ends.items()}, mean=known(mean * factor))
