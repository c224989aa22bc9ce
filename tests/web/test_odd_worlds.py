"""Worlds that have the form of worlds and are odd: real objects and attributes, numbers at the ends of their range.

The fuzz from the description of the API seldom gets past the first check of an edit; these get to the model.
"""

from __future__ import annotations

import json
import random

import pytest
from running import API

from caspia.data import attributes
from caspia.study import Study

ASK = {"origin": "KZAAA", "destination": "GEDDD", "commodity": "grain"}
ROUNDS, EACH = 4, 25
TABLES = {
    "close": ("places", "links", "services", "borders"),
    "open": ("places", "links", "projects", "services"),
    "ban": ("countries", "places", "links", "borders"),
}
MEASURED = ("places", "links", "services", "commodities", "demand", "groups", "fleets", "classes", "terminals")
CLOSED = {"days": (0, 1, 364, 365), "share": (0, 1e-9, 0.5, 1), "spell_h": (1, 2000)}


@pytest.fixture(scope="module")
def known(world):
    """Ids by table."""
    tables = Study.open(str(world)).data.tables
    return {name: list(frame["id"]) for name, frame in tables.items() if "id" in frame and len(frame)}


def amount(draw, table):
    """An attribute of a table, set, scaled or moved as far as it may be."""
    chosen = draw.choice([item for item in attributes().values() if table in item.tables])
    low, high = chosen.minimum or 0.0, chosen.maximum or 1e9
    action = draw.choice(["set", "scale", "add"])
    cells = {"action": action, "attribute": chosen.name, "override": True}
    if action == "scale":
        return cells | {"factor": draw.choice([0, 1e-6, 0.5, 2, 1e3, 1e6]), "clip": draw.random() < 0.7}
    if action == "add":
        return cells | {"percent": draw.choice([-100, -50, 1, 100, 1e4]), "clip": draw.random() < 0.7}
    value = draw.choice([low, high, low + (high - low) * 1e-9, draw.uniform(low, high)])
    money = {"price_year": 2024} if "USD" in chosen.unit else {}
    return cells | {"value": value, "low": value, "high": value, "unit": chosen.unit} | money


def edit(draw, known):
    action = draw.choice([*TABLES, "amount", "amount", "amount"])
    table = draw.choice([name for name in TABLES.get(action, MEASURED) if name in known])
    cells = {"action": action} if action in TABLES else amount(draw, table)
    cells |= {"table": table, **({"id": draw.choice(known[table])} if draw.random() < 0.8 else {"all": True})}
    if action == "close" and draw.random() < 0.6:
        cells |= {name: draw.choice(values) for name, values in draw.sample(sorted(CLOSED.items()), 2)}
    if action == "ban" and draw.random() < 0.6:
        cells["goods"] = draw.choice(known["commodities"])
    return cells


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_no_world_breaks_the_server(idle, known, seed):
    draw, answered = random.Random(seed), 0
    for _ in range(EACH):
        world = {"edits": [edit(draw, known) for _ in range(draw.randint(1, 2))]}
        for path, body in (("/routes", ASK | {"world": world}), ("/flows", {"world": world, "compare": {}})):
            response = idle.post(path, body)
            assert response.status_code in (200, 422), (response.text, json.dumps(world))
            answered += response.status_code == 200
            if response.status_code == 422:
                assert response.json()["error"]["what"] != "request does not fit", json.dumps(world)
    assert answered


@pytest.mark.parametrize(
    "cells",
    [
        {"action": "set", "attribute": "capacity_trains_per_day", "value": 1.0, "unit": "1/day"},
        {"action": "set", "attribute": "capacity_t_per_year", "value": 1e5, "unit": "t/year"},
    ],
)
def test_a_capacity_where_there_was_none_slows_flows(idle, cells):
    world = {"edits": [cells | {"table": "links", "id": "rail-RUEEE-GEDDD", "override": True}]}
    answer = idle.post("/flows", {"world": world, "compare": {}})
    assert answer.status_code == 200, answer.text
    change = {row["corridor"]: row["change_t"] for row in answer.json()["corridors"]}
    assert change["Northern"] < 0
    assert any(item["id"] == "rail-RUEEE-GEDDD" for item in answer.json()["capacities"])


@pytest.mark.parametrize(
    "edited", [("links", "rail-KZAAA-KZBBB", "capacity_trains_per_day"), ("fleets", "flt-two", "payload_t")]
)
def test_a_capacity_of_zero_is_refused_with_a_way_out(idle, edited):
    table, key, name = edited
    cells = {"action": "scale", "table": table, "id": key, "attribute": name, "factor": 0.0}
    answer = idle.post("/flows", {"world": {"edits": [cells]}})
    assert answer.status_code == 422
    assert answer.json()["error"]["repair"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/routes", ASK | {"origin": "\ud800"}),
        ("/routes", ASK | {"origin": "\0"}),
        ("/flows", {"users_of": "\udfff\0"}),
        ("/flows", {"world": {"edits": [{"action": "close", "table": "places", "id": "KZAAA", "note": "\ud800"}]}}),
        ("/scenarios/import", {"toml": f"year = {'9' * 9000}"}),
        ("/scenarios/import", {"toml": "a = " + "[" * 3000}),
        ("/scenarios/import", {"toml": "a = 2025-13-45"}),
        ("/jobs", {"kind": "plan", "ask": {"budgets": ["\ud800 JPY"]}}),
        ("/jobs", {"kind": "finance", "ask": {"loan_share": 10**400}}),
    ],
)
def test_odd_texts_and_numbers_are_refused(idle, path, body):
    content = json.dumps(body)
    response = idle.client.post(API + path, content=content, headers={"Content-Type": "application/json"})
    assert response.status_code == 422, response.text
    assert response.json()["error"]["what"]


def test_scenarios_that_extend_each_other_many_times_are_put_together_once(idle):
    close = {"action": "close", "table": "places", "id": "RUEEE", "days": 30}
    codes = []
    for number in range(45):
        below = [f"deep-{number - 1}"] * 3 if number else []
        body = {"title": "Deep", "world": {"scenarios": below, "edits": [] if number else [close]}}
        codes.append(idle.client.put(f"{API}/scenarios/deep-{number}", json=body).status_code)
    assert codes[:40] == [200] * 40
    assert codes[-1] == 422
    assert len(idle.get("/scenarios/deep-39").json()["edits"]) == 1
