"""`caspia serve` as a process: it says where it listens, works, and ends without a trace."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

import httpx
import pytest
from running import is_alive, wait_for


@contextmanager
def served(*options, **given):
    """The process, and the address that it printed."""
    command = [sys.executable, "-m", "caspia", "serve", "--port", "0", *options]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"}
    with subprocess.Popen(command, **pipes, **given) as process:
        try:
            line = process.stdout.readline()
            yield process, re.search(r"http://\S+", line)[0]
        finally:
            process.kill()


def children_of(pid):
    command = ["ps", "-o", "pid=", "--ppid", str(pid)]
    return subprocess.run(command, capture_output=True, check=False, encoding="utf-8").stdout.split()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly_with_a_job_at_work_and_a_follower(world, tmp_path, how):
    with served("--data", str(world), "--folder", str(tmp_path)) as (process, address):
        with httpx.Client(base_url=address, timeout=60) as client:
            job = client.post("/api/v1/jobs", json={"kind": "flow-intervals", "ask": {"draws": 1000}}).json()
            wait_for(
                lambda: client.get(f"/api/v1/jobs/{job['id']}").json()["stage"], lambda stage: stage == "Draws"
            )
            children = children_of(process.pid)
            with client.stream("GET", f"/api/v1/jobs/{job['id']}/events") as stream:
                lines = stream.iter_lines()
                next(lines)
                process.send_signal(how)
                list(lines)
        said = process.communicate(timeout=30)[1]
        assert process.returncode == 0, said
        assert "Traceback" not in said
        assert said.strip().endswith("stopped")
        assert children
        wait_for(lambda: [pid for pid in children if is_alive(int(pid))], lambda left: not left)
    assert not list(tmp_path.rglob(".writing-*"))


def test_ctrl_c_reaches_no_worker_that_is_starting(world, tmp_path):
    with served("--data", str(world), "--folder", str(tmp_path), start_new_session=True) as (process, address):
        with httpx.Client(base_url=address, timeout=60) as client:
            wait_for(lambda: client.get("/api/v1/health").json()["status"], lambda status: status == "ready")
            client.post("/api/v1/jobs", json={"kind": "flow-intervals", "ask": {"draws": 1000}})
            wait_for(lambda: client.get("/api/v1/health").json()["jobs_running"], bool)
        # As a terminal does: the server and its workers alike.
        os.killpg(process.pid, signal.SIGINT)
        said = process.communicate(timeout=60)[1]
        assert process.returncode == 0, said
        assert "Traceback" not in said
        assert said.strip().endswith("stopped")


def test_another_address_prints_a_token_that_is_needed(world, tmp_path):
    with served("--host", "0.0.0.0", "--data", str(world), "--folder", str(tmp_path)) as (process, address):
        url = httpx.URL(address.replace("0.0.0.0", "127.0.0.1"))
        token = url.params["token"]
        assert len(token) >= 40
        base = f"http://127.0.0.1:{url.port}"
        assert httpx.get(f"{base}/api/v1/health").status_code == 401
        shown = {"Authorization": f"Bearer {token}"}
        assert httpx.get(f"{base}/api/v1/health", headers=shown).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_a_port_that_is_taken_is_refused(world, tmp_path):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        command = [sys.executable, "-m", "caspia", "serve", "--port", str(held.getsockname()[1])]
        done = subprocess.run(
            [*command, "--folder", str(tmp_path)], capture_output=True, check=False, encoding="utf-8"
        )
    assert done.returncode == 2
    assert "cannot listen here" in done.stderr


def refused(folder):
    """Exit status and what is said by a server that cannot start in a folder."""
    command = [sys.executable, "-m", "caspia", "serve", "--port", "0", "--folder", str(folder)]
    done = subprocess.run(command, capture_output=True, check=False, encoding="utf-8", timeout=60)
    return done.returncode, " ".join(done.stderr.split())


def test_a_damaged_store_is_refused(tmp_path):
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "jobs.duckdb").write_text("{", encoding="utf-8")
    status, said = refused(tmp_path)
    assert status == 2
    assert "store of jobs cannot be used" in said
    assert "start with another --folder" in said
    assert "Traceback" not in said


def test_two_servers_do_not_share_a_folder_and_a_killed_one_leaves_it_free(world, tmp_path):
    with served("--data", str(world), "--folder", str(tmp_path)) as (process, address):
        status, said = refused(tmp_path)
        assert status == 2
        assert "another server works in this folder" in said
        assert f"process {process.pid}" in said
        with httpx.Client(base_url=address, timeout=60) as client:
            done = client.post("/api/v1/jobs", json={"kind": "flow-intervals", "ask": {"draws": 10}}).json()
            wait_for(
                lambda: client.get(f"/api/v1/jobs/{done['id']}").json()["state"], lambda state: state == "done"
            )
            result = client.get(f"/api/v1/jobs/{done['id']}/result").content
            left = client.post("/api/v1/jobs", json={"kind": "flow-intervals", "ask": {"draws": 1000}}).json()
            wait_for(
                lambda: client.get(f"/api/v1/jobs/{left['id']}").json()["stage"], lambda stage: stage == "Draws"
            )
        children = children_of(process.pid)
        process.kill()
        process.wait(30)
        assert children
        wait_for(lambda: [pid for pid in children if is_alive(int(pid))], lambda lives: not lives)
    with served("--data", str(world), "--folder", str(tmp_path)) as (process, address):
        with httpx.Client(base_url=address, timeout=60) as client:
            assert client.get(f"/api/v1/jobs/{done['id']}/result").content == result
            ended = client.get(f"/api/v1/jobs/{left['id']}").json()
            assert (ended["state"], ended["error"]["what"]) == ("failed", "the server was stopped")
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
