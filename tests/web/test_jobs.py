"""Long questions: shared, followed, cancelled, killed, kept over a restart; and a store that is damaged."""

from __future__ import annotations

import json
import os
import signal

import duckdb
import pytest
from pydantic import TypeAdapter
from running import is_alive, running, wait_for

from caspia.study import Settings, Study, flow_answer
from caspia.web import ServerSettings
from caspia.web.folder import Folder
from caspia.web.job_kinds import KINDS
from caspia.web.job_list import MOST_KEPT
from caspia.web.job_store import FILE, JobStore
from caspia.web.models_jobs import Job, JobAsk

QUICK = {"kind": "flow-intervals", "ask": {"draws": 10}}
ENDLESS = {"kind": "flow-intervals", "ask": {"draws": 1000, "year": 2030}}
"""Takes longer than any test waits."""


def events_of(server, job_id):
    """Names and data of the events of a job, until its stream ends."""
    found = []
    with server.client.stream("GET", f"/api/v1/jobs/{job_id}/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        name = ""
        for line in stream.iter_lines():
            kind, _, rest = line.partition(": ")
            if kind == "event":
                name = rest
            elif kind == "data":
                found.append((name, json.loads(rest)))
    return found


@pytest.fixture(scope="module")
def done(server):
    """A job that is done, and the events that it sent."""
    first = server.post("/jobs", QUICK)
    assert first.status_code == 202, first.text
    job = first.json()
    return job["id"], events_of(server, job["id"])


def test_a_job_is_followed_to_its_end(done):
    names = [name for name, _ in done[1]]
    assert names[-1] == "done"
    assert set(names[:-1]) == {"progress"}
    stages = [job["stage"] for _, job in done[1]]
    assert "Draws" in stages
    assert all(0 <= job["done"] <= job["all"] or job["all"] == 0 for _, job in done[1])


def test_a_result_is_the_record_of_the_command_and_a_sentence(server, world, done):
    result = server.get(f"/jobs/{done[0]}/result").json()
    study = Study.open(str(world), Settings(flow_draws=10))
    expected = flow_answer(study, 2025, "central", "", "", lambda *_: None).record()
    assert result["sentence"].startswith("In 2025 the Caspian corridor carries")
    assert result["record"].keys() == expected.keys()
    for name in ("corridors", "totals", "countries"):
        for row, other in zip(result["record"][name], expected[name], strict=True):
            numbers = {key: value for key, value in other.items() if isinstance(value, float)}
            assert {key: row[key] for key in numbers} == pytest.approx(numbers, rel=1e-3, abs=1.0), name


def test_the_same_ask_is_the_same_job(server, done):
    again = server.post("/jobs", {"kind": "flow-intervals", "ask": {"draws": 10, "case": "central"}}).json()
    assert again["id"] == done[0]
    assert again["state"] == "done"
    assert server.post("/jobs", {"kind": "flow-intervals", "ask": {"draws": 11}}).json()["id"] != done[0]
    assert done[0] in [job["id"] for job in server.get("/jobs").json()["jobs"]]


def test_a_job_that_cannot_be_answered_fails_with_a_way_out(server):
    job = server.post("/jobs", {"kind": "flow-intervals", "ask": {"draws": 5}}).json()
    ended = server.until(job["id"], "failed", "done")
    assert ended["state"] == "failed"
    assert "number of draws out of range" in ended["error"]["what"]
    assert server.get(f"/jobs/{job['id']}/result").status_code == 409


@pytest.mark.parametrize("what", ["/etc/passwd", "../x.json", "0123456789abcdef"])
def test_finance_of_a_path_is_refused(server, what):
    job = server.post("/jobs", {"kind": "finance", "ask": {"what": what}}).json()
    ended = server.until(job["id"], "failed", "done")
    assert ended["state"] == "failed"
    assert ended["error"]["what"] in ("nothing to finance", "no such plan")


@pytest.mark.parametrize(
    "body", [{"kind": "hope"}, {"kind": "plan", "ask": {"budgets": []}}, {}, [], {"kind": ["plan"]}]
)
def test_what_is_no_job_is_refused(server, body):
    assert server.post("/jobs", body).status_code == 422


def test_every_kind_that_may_be_asked_for_is_worked_on(server):
    may_be_asked = TypeAdapter(JobAsk).json_schema()["discriminator"]["mapping"]
    assert may_be_asked.keys() == KINDS.keys()
    assert server.get("/meta").json()["job_kinds"] == list(KINDS)


def test_unknown_jobs(server):
    for path in ("/jobs/0123456789abcdef", "/jobs/0123456789abcdef/result", "/jobs/0123456789abcdef/events"):
        assert server.get(path).status_code == 404
    assert server.get("/jobs/NOT-AN-ID").status_code == 422
    assert server.client.delete("/api/v1/jobs/0123456789abcdef").status_code == 404


def test_a_job_that_is_cancelled_stops_and_the_next_one_runs(server):
    job = server.post("/jobs", ENDLESS).json()
    server.until(job["id"], "running")
    pid = wait_for(lambda: next(iter(server.app.state.server.board.working().values()), 0), bool)
    assert server.client.delete(f"/api/v1/jobs/{job['id']}").json()["done"] == "cancelled"
    assert server.get(f"/jobs/{job['id']}").json()["state"] == "cancelled"
    assert events_of(server, job["id"])[-1][0] == "cancelled"
    wait_for(lambda: is_alive(pid), lambda lives: not lives)
    next_one = server.post("/jobs", {"kind": "flow-intervals", "ask": {"draws": 12}}).json()
    assert server.until(next_one["id"], "done", "failed")["state"] == "done"
    assert server.client.delete(f"/api/v1/jobs/{job['id']}").json()["done"] == "deleted"
    assert server.get(f"/jobs/{job['id']}").status_code == 404


def test_a_job_that_is_cancelled_and_asked_again_at_once_is_a_new_one(server):
    ask = {"kind": "flow-intervals", "ask": {"draws": 998}}
    for _ in range(3):
        job = server.post("/jobs", ask).json()
        assert job["state"] == "queued"
        server.until(job["id"], "running")
        assert server.client.delete(f"/api/v1/jobs/{job['id']}").json()["done"] == "cancelled"
    # What the ended process of the former says is no news of this one.
    again = server.post("/jobs", ask).json()
    assert server.until(again["id"], "running", "failed", "cancelled")["state"] == "running"
    server.client.delete(f"/api/v1/jobs/{again['id']}")
    server.client.delete(f"/api/v1/jobs/{again['id']}")


def test_a_killed_worker_fails_its_job_alone(server, done):
    job = server.post("/jobs", ENDLESS | {"ask": {"draws": 999}}).json()
    server.until(job["id"], "running")
    pid = wait_for(lambda: next(iter(server.app.state.server.board.working().values()), 0), bool)
    os.kill(pid, signal.SIGKILL)
    ended = server.until(job["id"], "failed")
    assert "process that worked on this job was ended" in ended["error"]["what"]
    assert server.get(f"/jobs/{done[0]}/result").status_code == 200
    assert server.get("/health").json()["status"] == "ready"
    again = server.post("/jobs", QUICK | {"ask": {"draws": 13}}).json()
    assert server.until(again["id"], "done", "failed")["state"] == "done"


def test_jobs_outlive_the_server_and_what_it_left_has_failed(world, tmp_path):
    settings = ServerSettings(tmp_path, str(world))
    with running(settings) as first:
        job = first.post("/jobs", QUICK).json()
        first.until(job["id"], "done")
        result = first.get(f"/jobs/{job['id']}/result").content
        left = first.post("/jobs", ENDLESS).json()
    with running(settings) as second:
        assert second.post("/jobs", QUICK).json()["state"] == "done"
        assert second.get(f"/jobs/{job['id']}/result").content == result
        assert second.get(f"/jobs/{left['id']}").json()["state"] in ("cancelled", "failed")


def stored(folder, *jobs):
    """A store with jobs that are done."""
    own = Folder(folder)
    own.open()
    store = JobStore(own)
    store.open()
    for job, body in jobs:
        store.finish(job, body)
    store.close()


def test_a_job_gets_the_plan_that_another_made(world, tmp_path):
    plan = Job(id="0123456789abcdef", kind="plan", ask={}, state="done", created="2026")
    record = {"portfolio": [{"project": "prj-none", "start_year": 2030}]}
    stored(tmp_path, (plan, json.dumps({"id": plan.id, "record": record})))
    with running(ServerSettings(tmp_path, str(world))) as found:
        for kind, ask in (("finance", {"what": plan.id}), ("rollout", {"plan": plan.id})):
            job = found.post("/jobs", {"kind": kind, "ask": ask}).json()
            error = found.until(job["id"], "failed", "done")["error"]
            assert (error["what"], error["got"]) == ("unknown project", "'prj-none'"), kind
            assert error["where"] == f"plan of job {plan.id}, portfolio[0].project"


def test_the_oldest_jobs_make_room(world, tmp_path):
    many = [
        (Job(id=f"{number:016x}", kind="plan", ask={}, state="done", created=f"2026-{number:04}"), "{}")
        for number in range(MOST_KEPT + 5)
    ]
    stored(tmp_path, *many)
    (tmp_path / "jobs" / f"{5:016x}.sweep.json").write_text("{}", encoding="utf-8")
    with running(ServerSettings(tmp_path, str(world), workers=0)) as found:
        ids = [job["id"] for job in found.get("/jobs").json()["jobs"]]
        assert len(ids) == MOST_KEPT
        assert min(ids) == f"{5:016x}"
        found.post("/jobs", QUICK)
        ids = [job["id"] for job in found.get("/jobs").json()["jobs"]]
        assert len(ids) == MOST_KEPT
        assert f"{5:016x}" not in ids
        assert found.get(f"/jobs/{5:016x}/result").status_code == 404
    assert not list((tmp_path / "jobs").glob("*.sweep.json"))


def test_a_result_that_is_lost_can_be_asked_for_again(world, tmp_path):
    settings = ServerSettings(tmp_path, str(world))
    with running(settings) as first:
        job = first.post("/jobs", QUICK).json()
        first.until(job["id"], "done")
    with duckdb.connect(str(tmp_path / "jobs" / FILE)) as database:
        database.execute("DELETE FROM results")
    with running(settings) as second:
        lost = second.get(f"/jobs/{job['id']}/result")
        assert lost.status_code == 409
        assert "DELETE" in lost.json()["error"]["repair"]
        assert second.client.delete(f"/api/v1/jobs/{job['id']}").status_code == 200
        assert second.post("/jobs", QUICK).json()["state"] == "queued"


def test_damaged_scenarios_and_routes_are_left_out(world, tmp_path):
    for part in ("jobs", "routes", "scenarios"):
        (tmp_path / part).mkdir()
    (tmp_path / "jobs" / ".writing-abc").write_text("half", encoding="utf-8")
    (tmp_path / "routes" / ".writing-abd").mkdir()
    (tmp_path / "scenarios" / "broken.toml").write_text("= nothing", encoding="utf-8")
    settings = ServerSettings(tmp_path, str(world), workers=0)
    with running(settings) as found:
        assert found.get("/jobs").json() == {"jobs": []}
        assert not (tmp_path / "jobs" / ".writing-abc").exists()
        assert not (tmp_path / "routes" / ".writing-abd").exists()
        lines = {line["name"]: line for line in found.get("/scenarios").json()["scenarios"]}
        assert lines["broken"]["note"].startswith("damaged")
        assert found.get("/scenarios/broken").status_code == 422
        assert found.client.delete("/api/v1/scenarios/broken").status_code == 200
        kept = list((tmp_path / "routes").glob("*.npz"))
    assert kept
    for path in kept:
        path.write_bytes(path.read_bytes()[:200])
    with running(settings) as again:
        assert again.post("/flows", {}).status_code == 200


def test_too_many_jobs_are_refused(world, tmp_path):
    with running(ServerSettings(tmp_path, str(world), workers=0, most_waiting=2)) as found:
        codes = [
            found.post("/jobs", {"kind": "flow-intervals", "ask": {"draws": n}}).status_code for n in (0, 10, 11)
        ]
    assert codes == [202, 202, 429]
