"""Flows on a drawn world: conservation, capacities, scenarios, counts and the fit, each against what must hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from flow_world import DRAWING, EDITS, FACTS
from tests.drawn import open_drawn

from caspia.assignment import fixed_point_residual
from caspia.cost import Lookup, find_servers
from caspia.errors import InputError, NotConverged
from caspia.scenario import parse_scenario
from caspia.study import Study, flow_answer, flows
from caspia.study.calibrate import calibrate
from caspia.study.flow_frames import (
    bottlenecks_frame,
    corridors_frame,
    countries_frame,
    links_frame,
    moved_frame,
    user_benefit,
    users_frame,
)
from caspia.study.traffic import compare_counts


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return open_drawn(tmp_path_factory.mktemp("flows"), DRAWING, facts=FACTS, edits=EDITS)


def test_flows_are_the_demand_and_certified(world: Study) -> None:
    found = world.flows(2025)
    assert found.flow_t.sum() == pytest.approx(500_000 + 100_000)
    assert (
        fixed_point_residual(found.model.table, found.choice, found.model.servers, found.flow_t) <= flows.RESIDUAL
    )
    shares = corridors_frame(found)
    assert shares["share"].sum() == pytest.approx(1)
    assert shares.set_index("corridor")["flow_t"][["Caspian", "Northern"]].min() > 0


def test_the_fleet_is_a_pool_of_hours(world: Study) -> None:
    servers = find_servers(Lookup(world.network, world.data.facts), world.data)
    keys = dict(zip(servers.key, servers.capacity, strict=True))
    assert keys["fleets:flt-two>"] == pytest.approx(2 * 0.8 * 8760)
    row = servers.key.index("fleets:flt-two>")
    use = servers.use[servers.server == row]
    # A ship needs both ways at 25 km/h and two stays for 900 t.
    assert use == pytest.approx(2 * (300 / 25 + 12) / 900)
    assert keys["links:rail-KZAAA-KZBBB>"] == pytest.approx(20 * 365)


def test_scarcity_keeps_flows_near_the_capacity(world: Study) -> None:
    found = world.flows(2025)
    load = dict(zip(found.model.servers.key, found.result.load / found.model.servers.capacity, strict=True))
    assert 0.5 < load["fleets:flt-two>"] < 1.15


def test_empty_wagons_come_back(world: Study) -> None:
    found = world.flows(2025)
    load = dict(zip(found.model.servers.key, found.result.load, strict=True))
    there, back = load["links:rail-KZAAA-KZBBB>"], load["links:rail-KZAAA-KZBBB<"]
    assert 0 < back < there


def test_transit_earns_money_in_states_that_are_passed(world: Study) -> None:
    table = countries_frame(world.flows(2025)).set_index("country")
    assert table.loc[["KZ", "GE"], "transit_revenue_usd"].tolist() == [0, 0]
    assert (table.loc[["AZ", "RU"], "transit_revenue_usd"] > 0).all()
    both = table.loc["AZ", "transit_t"] + table.loc["RU", "transit_t"]
    assert both == pytest.approx(600_000, rel=1e-6)


def test_select_link_adds_up(world: Study) -> None:
    found = world.flows(2025)
    users = users_frame(found, "ferry-KZBBB-AZCCC")
    links = links_frame(found)
    crossing = links[links["link_id"] == "ferry-KZBBB-AZCCC"]["flow_t"].sum()
    assert users["flow_t"].sum() == pytest.approx(crossing)
    assert users["share"].sum() == pytest.approx(1)


def test_a_closed_rival_sends_cargo_over_the_sea_and_loses_some(world: Study) -> None:
    text = """
id = "no-russia"
title = "Nothing passes Russia"
question = "What then?"
description = "A bar."

[[edit]]
action = "ban"
table = "countries"
id = "RU"
source_id = "drawn"
note = "Drawn"
"""
    closed = world.with_scenario(parse_scenario(text, "drawn").scenario).flows(2025)
    assert closed.reference is not None
    before = closed.reference
    shares = corridors_frame(closed).set_index("corridor")["flow_t"]
    assert shares["Northern"] == 0
    assert closed.flow_t.sum() < before.flow_t.sum()
    moved = moved_frame(before, closed)
    lost = moved[moved["to_corridor"] == "none"]["moved_t"].sum()
    assert lost == pytest.approx(before.flow_t.sum() - closed.flow_t.sum(), rel=1e-6)
    assert user_benefit(closed.choice, before.result.logsum, closed.result.logsum) < 0


def test_more_capacity_is_worth_something_where_it_binds(world: Study) -> None:
    table = bottlenecks_frame(world.flows(2025)).set_index("id")
    assert (table["shadow_value_usd"] >= -1e-6).all()
    assert table.loc["fleets:flt-two>", "shadow_value_usd"] > 0


def test_counts_are_compared_and_judged(world: Study) -> None:
    table = compare_counts({2025: world.flows(2025)})
    (row,) = table.to_dict("records")
    assert row["role"] == "judged"
    assert row["factor"] == pytest.approx(max(row["modelled"], 1e5) / min(row["modelled"], 1e5))


def test_the_fit_comes_nearer(world: Study) -> None:
    found = calibrate({2025: world.flow_model()})
    (row,) = found.fit.to_dict("records")
    off = {name: abs(np.log(row[name] / row["observed"])) for name in ("before", "modelled")}
    assert off["modelled"] < off["before"]
    assert set(found.facts["method"]) == {"derived"}
    low, value, high = (found.facts[name].to_numpy() for name in ("low", "value", "high"))
    assert ((low <= value) & (value <= high)).all()


def test_the_answer_has_what_machines_are_promised(world: Study) -> None:
    record = flow_answer(world, 2025, "central", "", "AZCCC", lambda *_: None).record()
    assert {"year", "scenario", "relative_gap", "corridors", "countries", "bottlenecks"} <= set(record)
    assert {"corridor", "flow_t", "flow_teu", "share"} <= set(record["corridors"][0])
    assert {"country", "transit_revenue_usd"} <= set(record["countries"][0])
    assert {"id", "flow", "capacity", "ratio", "shadow_value_usd"} <= set(record["bottlenecks"][0])


def test_what_does_not_converge_is_refused(world: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flows, "RESIDUAL", -1.0)
    with pytest.raises(NotConverged, match="have not converged"):
        world.flows(2024)


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"service.queue_channels": None}, "capacity without queue_channels"),
        ({"flt-two.vessels": None}, "fleet without facts"),
        ({"grp-all.choice_scale_t_per_usd": None}, "without choice_scale_t_per_usd"),
        ({"way.train_payload_t": None}, "without the payload of a train"),
        ({"flt-two.vessels": 0}, "fleet without facts"),
    ],
)
def test_data_without_what_flows_need_are_refused(tmp_path: Path, facts, message: str) -> None:
    study = open_drawn(tmp_path, DRAWING, facts=FACTS | facts, edits=EDITS)
    with pytest.raises(InputError, match=message):
        study.flows(2025)
