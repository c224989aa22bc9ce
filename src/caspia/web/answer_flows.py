"""The answer to flows of a year: tables, links for the map, and what moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from caspia.cost import read_key
from caspia.study.flow_changes import EARNED_CHANGES, SPLIT_CHANGES, TOTAL_CHANGES, shifts_frame, with_changes
from caspia.study.flow_frames import (
    bottlenecks_frame,
    corridors_frame,
    moved_frame,
    servers_frame,
    totals_frame,
    unserved_frame,
    users_frame,
)
from caspia.study.flow_tables import named_states
from caspia.study.flows import Flows
from caspia.view import flow_answers, flow_words
from caspia.web.models import Row
from caspia.web.models_answers import Capacity, FlowAnswer, FlowAsk, LinkFlow
from caspia.web.plain import plain_rows, rows_of

if TYPE_CHECKING:
    from caspia.web.desk import Desk

MOST_UNSERVED = 100
TELLING = 0.05
"""Share of its capacity from which on a load is listed."""


def flow_body(desk: Desk, ask: FlowAsk, saved: Mapping[str, str]) -> str:
    """Answer flows of a year.

    Parameters
    ----------
    desk : Desk
        Models that are warm.
    ask : FlowAsk
        What is asked.
    saved : mapping of str to str
        Texts of saved scenarios.

    Returns
    -------
    str
        A `FlowAnswer` as JSON; kept for the same ask.

    Raises
    ------
    caspia.errors.InputError
        A world breaks its rules, or the data hold no demand.
    caspia.errors.NotConverged
        No equilibrium was reached.
    """
    compare = "" if ask.compare is None else desk.world_key(ask.compare, saved)
    said = ask.model_dump_json(exclude={"world", "compare"})
    key = ("flows", said, desk.world_key(ask.world, saved), compare)

    def make() -> str:
        flows = desk.flows(ask.world, ask.year, ask.case, saved)
        before = None if ask.compare is None else desk.flows(ask.compare, ask.year, ask.case, saved)
        return flow_answer(desk, flows, before, ask).model_dump_json()

    return desk.kept(key, make)


def flow_answer(desk: Desk, flows: Flows, before: Flows | None, ask: FlowAsk) -> FlowAnswer:
    """Tables of flows.

    Parameters
    ----------
    desk : Desk
        That found the flows.
    flows : Flows
        Of the world that is asked for.
    before : Flows or None
        Of the world that it is compared with, on the same routes.
    ask : FlowAsk
        What is asked.

    Returns
    -------
    FlowAnswer
    """
    corridors, segments = corridors_frame(flows), corridors_frame(flows, ("segment",))
    countries, totals = desk.countries(flows), totals_frame(flows)
    moved = shifts = pd.DataFrame()
    if before is not None:
        corridors = with_changes(corridors, corridors_frame(before), ("corridor",), SPLIT_CHANGES)
        old = corridors_frame(before, ("segment",))
        segments = with_changes(segments, old, ("segment", "corridor"), SPLIT_CHANGES)
        countries = with_changes(countries, desk.countries(before), ("country",), EARNED_CHANGES)
        totals = with_changes(totals, totals_frame(before), ("year",), TOTAL_CHANGES)
        moved = moved_frame(before, flows)
        shifts = shifts_frame(moved)
    countries, tight = named_states(countries, flows), bottlenecks_frame(flows)
    capacities = _capacities(servers_frame(flows))
    return FlowAnswer(
        sentence=_sentence(flows, before, (corridors, countries, totals, tight)),
        year=flows.year,
        case=ask.case,
        scenario=flows.scenario,
        compared_with="" if before is None else before.scenario,
        relative_gap=flows.result.residual,
        totals=plain_rows(totals)[0],
        links=_links(desk.links(flows), None if before is None else desk.links(before), capacities),
        capacities=[item for item in capacities if item.volume_capacity >= TELLING],
        bottlenecks=_capacities(tight),
        corridors=plain_rows(corridors),
        segments=plain_rows(segments),
        countries=plain_rows(countries),
        unserved=plain_rows(unserved_frame(flows).head(MOST_UNSERVED)),
        users=plain_rows(users_frame(flows, ask.users_of)) if ask.users_of else [],
        moved=plain_rows(moved),
        shifts=plain_rows(shifts),
    )


def _sentence(flows: Flows, before: Flows | None, tables: tuple[pd.DataFrame, ...]) -> str:
    corridors, countries, totals, tight = (rows_of(table) for table in tables)
    if before is None:
        return flow_answers.flows_answer(corridors, tight, flows.year, flows.scenario, totals[0])
    told = flow_words.supposed(flows.scenario) or flows.scenario
    title = f"{told} against {before.scenario.split('+')[-1]}"
    lost = float(flows.result.unserved.sum() - before.result.unserved.sum())
    return flow_answers.moved_answer(corridors, countries, title, max(lost, 0.0), totals[0])


def _capacities(frame: pd.DataFrame) -> list[Capacity]:
    found = []
    for row in plain_rows(frame):
        table, identity, reverse = read_key(row["id"])
        found.append(
            Capacity(
                key=row["id"],
                table=table,
                id=identity,
                reverse=reverse,
                kind=row["kind"],
                name=row["name"],
                unit=row["unit"],
                flow=row["flow"] or 0.0,
                capacity=row["capacity"] or 0.0,
                volume_capacity=row["ratio"] or 0.0,
                delay_h=row["delay_h"] or 0.0,
                price_usd=row["price_usd"] or 0.0,
                shadow_usd=row.get("shadow_value_usd"),
            )
        )
    return found


def _links(now: pd.DataFrame, before: pd.DataFrame | None, capacities: Sequence[Capacity]) -> list[LinkFlow]:
    old: dict[str, float] = {} if before is None else before.groupby("link_id")["flow_t"].sum().to_dict()
    limits: dict[str, list[Capacity]] = {}
    for item in capacities:
        if item.table == "links":
            limits.setdefault(item.id, []).append(item)
    found: dict[str, dict[str, Any]] = {
        key: {"flow_t": 0.0, "flow_teu": 0.0, "reverse_t": 0.0, "corridors": {}} for key in (*now["link_id"], *old)
    }
    for row in now.to_dict("records"):
        own = found[row["link_id"]]
        own["flow_t"] += row["flow_t"]
        own["flow_teu"] += row["flow_teu"]
        own["reverse_t"] += row["flow_t"] if row["reverse"] else 0.0
        own["corridors"][row["corridor"]] = own["corridors"].get(row["corridor"], 0.0) + row["flow_t"]
    return [
        _link(key, own, limits.get(key, []), None if before is None else old.get(key, 0.0))
        for key, own in found.items()
    ]


def _link(key: str, own: Row, limits: Sequence[Capacity], before_t: float | None) -> LinkFlow:
    fullest = max(limits, key=lambda item: item.volume_capacity, default=None)
    return LinkFlow(
        id=key,
        flow_t=round(own["flow_t"], 1),
        flow_teu=round(own["flow_teu"], 1),
        reverse_t=round(own["reverse_t"], 1),
        volume_capacity=None if fullest is None else fullest.volume_capacity,
        corridors={name: round(value, 1) for name, value in own["corridors"].items()},
        before_t=None if before_t is None else round(before_t, 1),
    )
