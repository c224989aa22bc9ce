"""Scenarios that users save: written as files that the command reads too, checked as every scenario is."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caspia.scenario import built_in_scenarios, load_scenario, parse_scenario, scenario_text
from caspia.study import Study

CLOSE = {"action": "close", "table": "places", "id": "RUEEE", "days": 30}
BODY = {"title": "Without E", "question": "What if?", "world": {"edits": [CLOSE]}}


def put(server, name, body):
    return server.client.put(f"/api/v1/scenarios/{name}", json=body)


def test_a_saved_world_comes_back_and_can_be_asked_for(server, world, tmp_path):
    assert put(server, "without-e", BODY).json() == {"name": "without-e", "done": "saved"}
    found = server.get("/scenarios/without-e").json()
    assert found["title"] == "Without E"
    assert found["built_in"] is False
    assert {key: value for key, value in found["world"]["edits"][0].items() if key in CLOSE} == CLOSE
    assert found["edits"][0]["selected"] == 1
    text = server.get("/scenarios/without-e.toml")
    assert text.headers["content-type"].startswith("application/toml")
    path = tmp_path / "mine.toml"
    path.write_bytes(text.content)
    by_file = Study.open(str(world)).with_scenario(str(path)).flows(2025).result.logsum
    assert by_file.size
    named = server.post("/flows", {"world": {"scenarios": ["without-e"]}}).json()
    direct = server.post("/flows", {"world": {"edits": [CLOSE]}}).json()
    assert named["totals"] == direct["totals"]
    assert named["scenario"] == "without-e"


def test_a_saved_scenario_goes_on_from_another(server):
    assert put(server, "first", BODY).status_code == 200
    second = {"title": "Second", "world": {"scenarios": ["first"], "edits": [CLOSE | {"id": "AZCCC"}]}}
    assert put(server, "second", second).status_code == 200
    assert len(server.get("/scenarios/second").json()["edits"]) == 2
    circle = put(server, "first", BODY | {"world": {"scenarios": ["second"]}})
    assert circle.status_code == 422
    assert "extends itself" in circle.json()["error"]["what"]
    assert server.client.delete("/api/v1/scenarios/first").status_code == 200
    assert server.get("/scenarios/second").status_code == 422
    assert (
        server.post(
            "/routes", {"origin": "KZAAA", "destination": "GEDDD", "world": {"scenarios": ["second"]}}
        ).json()["error"]["got"]
        == "'first'"
    )
    server.client.delete("/api/v1/scenarios/second")


def test_a_file_is_taken_after_the_checks_of_every_scenario(server):
    text = scenario_text({"id": "from-file", "title": "From a file"}, [CLOSE | {"source_id": "drawn", "note": "n"}])
    assert server.post("/scenarios/import", {"toml": text}).json() == {"name": "from-file", "done": "imported"}
    assert server.get("/scenarios/from-file.toml").text == text
    for wrong in ("", "nonsense = ", text.replace("close", "clsoe"), text.replace("RUEEE", "XXEEE"), "x" * 10_000):
        response = server.post("/scenarios/import", {"toml": wrong})
        assert response.status_code == 422
        assert response.json()["error"]["what"]


@pytest.mark.parametrize("base", ["../secret.toml", "/etc/passwd", "other.toml", "prj-x"])
def test_a_file_that_extends_a_path_is_refused(server, base):
    text = f'id = "sly"\ntitle = "Sly"\nextends = ["{base}"]\n'
    assert server.post("/scenarios/import", {"toml": text}).status_code == 422
    assert server.get("/scenarios/sly").status_code == 404


@pytest.mark.parametrize(
    "name", ["northern-closed", "import", "base", "prj-mine", "UPPER", "a b", "-a", "a" * 90, "..", "a.b"]
)
def test_names_that_cannot_be_used(server, name):
    assert put(server, name, BODY).status_code in (404, 405, 422)


def test_built_in_scenarios_are_read_and_never_changed(server):
    text = server.get("/scenarios/northern-closed.toml").text
    assert parse_scenario(text, "x").scenario.title == load_scenario("northern-closed").title
    assert server.client.delete("/api/v1/scenarios/northern-closed").status_code == 409
    listed = [line["name"] for line in server.get("/scenarios").json()["scenarios"] if line["built_in"]]
    assert listed == list(built_in_scenarios())


def test_what_selects_nothing_is_not_saved(server):
    nothing = {"title": "x", "world": {"edits": [CLOSE | {"id": "ZZZZZ"}]}}
    assert put(server, "nothing", nothing).status_code == 422
    assert server.get("/scenarios/nothing").status_code == 404


def test_what_cannot_be_read_as_a_file_is_left_out(server, tmp_path):
    folder = server.app.state.server.folder.path / "scenarios"
    (folder / "odd.toml").mkdir()
    (tmp_path / "secret.toml").write_text("secret", encoding="utf-8")
    (folder / "leak.toml").symlink_to(tmp_path / "secret.toml")
    # The list is read again after a change.
    assert put(server, "beside", BODY).status_code == 200
    assert server.client.delete("/api/v1/scenarios/beside").status_code == 200
    names = {line["name"] for line in server.get("/scenarios").json()["scenarios"]}
    assert not names & {"odd", "leak"}
    assert server.get("/scenarios/leak.toml").status_code == 404
    (folder / "odd.toml").rmdir()
    (folder / "leak.toml").unlink()


SAFE = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


@given(
    SAFE,
    SAFE,
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(SAFE, min_size=1, max_size=4),
    st.booleans(),
)
def test_what_is_written_is_what_is_read(title, note, number, words, flag):
    cells = {"note": note, "value": number, "goods": words, "override": flag, "years": [2025, 2030]}
    read = tomllib.loads(scenario_text({"id": "x", "title": title}, [cells], [{"id": "s", "title": title}]))
    assert read == {"id": "x", "title": title, "edit": [cells], "source": [{"id": "s", "title": title}]}
