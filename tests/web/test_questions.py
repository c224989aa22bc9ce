"""Questions that are answered at once: the same as the study answers, in the form that is promised."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pandas.testing import assert_frame_equal
from pydantic import TypeAdapter

from caspia.study import Request, Study
from caspia.study.flow_frames import corridors_frame, countries_frame, links_frame
from caspia.study.flows import compile_model, solve_flows
from caspia.study.market import some_routes
from caspia.study.repriced import Repriced, repricer
from caspia.study.route_sums import route_sums
from caspia.study.shared_flows import widened
from caspia.web.models import World
from caspia.web.models_answers import FlowAnswer, Meta, Network, RouteAnswer, WhyAnswer
from caspia.web.worlds import world_scenarios

ASK = {"origin": "KZAAA", "destination": "GEDDD", "commodity": "grain"}
CHEAPER = {"action": "scale", "table": "links", "mode": "rail", "attribute": "tariff_usd_per_t_km", "factor": 0.7}
SLOWER = {"action": "scale", "table": "links", "mode": "ferry", "attribute": "speed_kmh", "factor": 0.5}
CLOSED = {"edits": [{"action": "close", "table": "places", "id": "RUEEE"}]}


def test_health_says_ready_and_which_data(server, world):
    found = server.get("/health").json()
    assert found["status"] == "ready"
    assert found["data_hash"] == Study.open(str(world)).data.sha256


@pytest.mark.parametrize(
    ("path", "model"), [("/meta", Meta), ("/network", Network), ("/why/way.speed_kmh", WhyAnswer)]
)
def test_answers_have_the_form_of_their_model(server, path, model):
    response = server.get(path)
    assert response.status_code == 200, response.text
    TypeAdapter(model).validate_json(response.content)


def test_routes_are_those_of_the_study(server, world):
    study = Study.open(str(world))
    expected = study.itineraries(Request("KZAAA", "GEDDD", "grain"))
    response = server.post("/routes", ASK)
    answer = RouteAnswer.model_validate_json(response.content)
    assert {route.corridor: route.cost_usd.mean for route in answer.routes} == pytest.approx(
        {item.corridor: item.cost_usd for item in expected}
    )
    assert answer.sentence.startswith("A tonne of grain from Kzaaa to Geddd takes ")
    for route in answer.routes:
        assert route.cost_usd.p10 <= route.cost_usd.p50 <= route.cost_usd.p90
        assert sum(leg.cost_usd for leg in route.legs) == pytest.approx(route.cost_usd.mean - route.insurance_usd)


def test_every_fact_of_a_leg_can_be_asked_for(server):
    answer = server.post("/routes", ASK).json()
    keys = {key for route in answer["routes"] for leg in route["legs"] for key in leg["facts"]}
    assert keys
    for key in keys:
        facts = server.get(f"/why/{key}").json()["facts"]
        assert facts[0]["used"]
        assert facts[0]["title"] == "Drawn in the test"


def test_a_closed_place_leaves_the_other_way(server):
    answer = server.post("/routes", ASK | {"world": CLOSED}).json()
    assert {route["corridor"] for route in answer["routes"]} == {"Caspian"}


def test_flows_are_those_of_the_study(server, world):
    answer = FlowAnswer.model_validate_json(server.post("/flows", {"year": 2025}).content)
    expected = corridors_frame(Study.open(str(world)).flows(2025)).set_index("corridor")["flow_t"]
    assert {row["corridor"]: row["flow_t"] for row in answer.corridors} == pytest.approx(
        expected.to_dict(), rel=1e-3
    )
    ferry = next(link for link in answer.links if link.id == "ferry-KZBBB-AZCCC")
    assert ferry.flow_t == pytest.approx(sum(ferry.corridors.values()), abs=1)


def test_flows_compared_say_what_moved(server, world):
    answer = server.post("/flows", {"world": CLOSED, "compare": {}}).json()
    study = Study.open(str(world))
    before = corridors_frame(study.flows(2025)).set_index("corridor")["flow_t"]
    change = {row["corridor"]: row["change_t"] for row in answer["corridors"]}
    after = {row["corridor"]: row["flow_t"] for row in answer["corridors"]}
    assert after["Northern"] == 0
    assert change["Northern"] == pytest.approx(-before["Northern"], rel=1e-3)
    assert change["Caspian"] > 0
    assert any(row["from_corridor"] == "Northern" and row["to_corridor"] == "Caspian" for row in answer["shifts"])
    closed = next(link for link in answer["links"] if link["id"] == "rail-KZAAA-RUEEE")
    assert closed["flow_t"] == 0 < closed["before_t"]


def test_edited_flows_are_those_that_are_compiled_anew(server, world):
    dearer = {
        "action": "scale",
        "table": "links",
        "mode": "ferry",
        "attribute": "tariff_usd_per_t_km",
        "factor": 3.0,
    }
    server_says = server.post("/flows", {"world": {"edits": [dearer]}}).json()
    text = "\n".join(
        [
            'id = "dearer"\ntitle = "Dearer"\n[[edit]]\naction = "scale"\ntable = "links"\nmode = "ferry"',
            'attribute = "tariff_usd_per_t_km"\nfactor = 3.0\nsource_id = "drawn"\nnote = "test"',
        ]
    )
    path = Path(world).parent / "dearer.toml"
    path.write_text(text, encoding="utf-8")
    expected = corridors_frame(Study.open(str(world)).with_scenario(str(path)).flows(2025)).set_index("corridor")
    found = {row["corridor"]: row["flow_t"] for row in server_says["corridors"]}
    assert found == pytest.approx(expected["flow_t"].to_dict(), rel=1e-4)


def test_what_moved_names_states(server):
    sentence = server.post("/flows", {"world": CLOSED, "compare": {}}).json()["sentence"]
    assert "Land RU loses" in sentence
    assert "Land AZ gains" in sentence


def test_users_of_a_link(server):
    rows = server.post("/flows", {"users_of": "ferry-KZBBB-AZCCC"}).json()["users"]
    assert {row["commodity_id"] for row in rows} == {"grain", "containers"}
    assert all(0 < row["reliance"] <= 1 for row in rows)


@pytest.mark.parametrize(
    ("path", "body", "what"),
    [
        ("/routes", ASK | {"origin": "Atlantis"}, "unknown place"),
        ("/routes", ASK | {"origin": "GEDDD"}, "origin and destination are the same place"),
        ("/routes", ASK | {"avoid": ["KZ"]}, "avoiding"),
        ("/routes", ASK | {"commodity": "hope"}, "unknown commodity"),
        ("/routes", ASK | {"world": {"scenarios": ["no-such"]}}, "unknown scenario"),
        ("/routes", ASK | {"world": {"scenarios": ["../etc"]}}, "request does not fit"),
        ("/routes", ASK | {"world": {"scenarios": ["prj-none"]}}, "unknown project"),
        ("/routes", ASK | {"colour": "red"}, "request does not fit"),
        ("/flows", {"year": 1900}, "request does not fit"),
        ("/flows", {"users_of": "nothing"}, ""),
        ("/flows", {"world": {"edits": [{"action": "close", "table": "places", "id": "XXXXX"}]}}, ""),
        ("/flows", {"world": {"edits": [{"action": "scale", "table": "links", "id": "x"}]}}, ""),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_way_out(server, path, body, what):
    response = server.post(path, body)
    assert response.status_code == 422
    error = response.json()["error"]
    assert what in error["what"]
    assert error["where"]
    assert error["allowed"] or error["repair"]


def test_unknown_key_suggests_the_nearest(server):
    response = server.get("/why/KZAAB")
    assert response.status_code in (200, 422)
    assert server.get("/why/no-such-thing-at-all.x").status_code == 422


def test_root_without_a_built_page_says_how_to_build_it(server):
    response = server.client.get("/")
    assert response.status_code == 200
    assert "text/html" in response.headers["content-type"]


def test_cargo_without_any_of_the_shared_routes_finds_its_own(world):
    model = Study.open(str(world)).flow_model()
    first = model.market.routes.pair == 0
    lacking = replace(model, market=some_routes(model.market, ~first))
    found = widened(lacking, np.arange(len(model.market.pairs.share)) == 0)
    assert (found.market.routes.pair == 0).any()
    assert (found.market.routes.pair != 0).sum() == (~first).sum()


def test_an_edited_world_is_priced_as_if_it_were_compiled(world):
    study = Study.open(str(world))
    model = study.flow_model()
    known = repricer(model)
    for edit in (
        CLOSED["edits"][0],
        CHEAPER,
        {"action": "ban", "table": "countries", "id": "RU", "goods": "grain"},
        {"action": "scale", "table": "commodities", "id": "grain", "attribute": "value_usd_per_t", "factor": 2.0},
        SLOWER,
    ):
        other = study.with_scenario(*world_scenarios(World.model_validate({"edits": [edit]}), study.data, {}))
        repriced = known.of(other)
        expected = compile_model(other, model.market)
        assert np.allclose(repriced.model.table.cost, expected.table.cost, rtol=1e-12, equal_nan=True), edit
        assert np.array_equal(repriced.model.servers.capacity, expected.servers.capacity)
        assert np.allclose(repriced.model.table.use, expected.table.use, rtol=1e-12), edit


def test_ships_that_take_longer_carry_less_without_compiling(world, monkeypatch):
    study = Study.open(str(world))
    model = study.flow_model()
    other = study.with_scenario(*world_scenarios(World.model_validate({"edits": [SLOWER]}), study.data, {}))
    expected = compile_model(other, model.market)
    assert not np.allclose(expected.table.use, model.table.use)
    monkeypatch.setattr("caspia.study.repriced.compile_model", None)
    found = repricer(model).of(other).model
    flows = [solve_flows(one, 2025).flow_t for one in (found, expected)]
    assert flows[0] == pytest.approx(flows[1], rel=1e-4, abs=1.0)


def test_sums_over_routes_are_those_of_the_tables(world):
    flows = Study.open(str(world)).flows(2025)
    sums = route_sums(flows)
    key = ["link_id", "corridor", "reverse"]
    links = [frame.sort_values(key, ignore_index=True) for frame in (sums.links(flows), links_frame(flows))]
    assert_frame_equal(links[0], links[1][links[0].columns], check_dtype=False)
    states = [
        frame.sort_values("country", ignore_index=True)
        for frame in (sums.countries(flows, Repriced(flows.model, same_money=True)), countries_frame(flows))
    ]
    assert_frame_equal(states[0], states[1])


def test_revenue_at_other_prices_is_that_of_the_tables(world):
    study = Study.open(str(world))
    sums, known = route_sums(study.flows(2025)), repricer(study.flow_model())
    cheaper = {
        "action": "scale",
        "table": "links",
        "mode": "rail",
        "attribute": "tariff_usd_per_t_km",
        "factor": 0.7,
    }
    repriced = known.of(
        study.with_scenario(*world_scenarios(World.model_validate({"edits": [cheaper]}), study.data, {}))
    )
    assert not repriced.same_money
    flows = solve_flows(repriced.model, 2025)
    found, expected = (
        frame.set_index("country").sort_index()
        for frame in (sums.countries(flows, repriced), countries_frame(flows))
    )
    assert_frame_equal(found, expected)
