"""The store of jobs: whole after every change, whoever kills the server; refused with a way out where it is not."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from contextlib import suppress

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caspia.errors import InputError
from caspia.web.folder import Folder
from caspia.web.job_store import FILE, JobStore, StoreFailed
from caspia.web.models import Complaint
from caspia.web.models_jobs import Job

WRITER = """
import sys
from pathlib import Path
from caspia.web.folder import Folder
from caspia.web.job_store import JobStore
from caspia.web.models_jobs import Job

folder = Folder(Path(sys.argv[1]))
folder.open()
store = JobStore(folder)
store.open()
for number in range(100_000):
    job = Job(id=f"{number:016x}", kind="plan", ask={"n": number}, state="running", created=f"{number:09}")
    store.put(job)
    store.finish(job.model_copy(update={"state": "done"}), str(number) * 2000)
    print(number, flush=True)
"""
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def opened(path):
    folder = Folder(path)
    folder.open()
    store = JobStore(folder)
    store.open()
    return store


def made(number=0, **changes):
    return Job(**{"id": f"{number:016x}", "kind": "plan", "ask": {}, "state": "done", "created": "2026"} | changes)


@settings(max_examples=15, deadline=None)
@given(
    st.dictionaries(TEXT, TEXT | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)),
    TEXT,
    st.integers(0, 2**40),
    st.none() | st.builds(Complaint, what=TEXT, where=TEXT),
)
def test_what_is_stored_is_what_is_read(tmp_path_factory, ask, sentence, done, error):
    path = tmp_path_factory.mktemp("store")
    store = opened(path)
    job = made(ask=ask, sentence=sentence, done=done, all=done, error=error)
    store.put(job.model_copy(update={"state": "running"}))
    store.finish(job, json.dumps(sentence))
    assert store.jobs() == [job]
    store.close()
    again = opened(path)
    assert again.jobs() == [job]
    assert again.result(job.id) == json.dumps(sentence)
    again.forget([job.id])
    assert again.jobs() == []
    assert again.result(job.id) is None
    again.put(job)
    assert again.jobs() == [job]
    again.close()


@pytest.mark.parametrize("seed", range(2))
def test_a_killed_server_loses_nothing_that_was_said_and_leaves_nothing_half(tmp_path, seed):
    with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE) as writer:
        for _ in range(random.Random(seed).randrange(1, 60)):
            said = int(writer.stdout.readline())
        writer.send_signal(signal.SIGKILL)
    store = opened(tmp_path)
    jobs = store.jobs()
    assert [job.id for job in jobs] == [f"{number:016x}" for number in range(len(jobs))]
    assert len(jobs) > said
    for number, job in enumerate(jobs):
        result = store.result(job.id)
        assert result == (str(number) * 2000 if job.state == "done" else None)
        assert job.state == "done" or number == len(jobs) - 1
    store.put(made(200_000))
    store.close()


def refused(path):
    with pytest.raises(StoreFailed) as caught:
        opened(path)
    problem = caught.value.problem
    assert all((problem.what, problem.where, problem.got, problem.allowed, problem.repair))
    return problem


def damaged(content):
    """Contents of files that are no store."""
    yield b""
    yield b"{"
    yield content[:100]
    yield content[:5000]
    yield b"\0" * len(content)
    yield content[:8] + b"XXXX" + content[12:]
    # All but the header; what is found to be wrong at once depends on where the file is hit.
    yield content[:12288] + bytes(255 - byte for byte in content[12288:])


def test_a_damaged_store_says_how_to_go_on_and_is_left_as_it_is(tmp_path):
    store = opened(tmp_path)
    store.put(made())
    store.close()
    path = tmp_path / "jobs" / FILE
    for content in damaged(path.read_bytes()):
        path.write_bytes(content)
        problem = refused(tmp_path)
        assert "damaged" in problem.what
        assert f"move the folder {tmp_path / 'jobs'} away" in problem.repair
        assert path.read_bytes() == content
    # The way out is one.
    (tmp_path / "jobs").rename(tmp_path / "away")
    store = opened(tmp_path)
    assert store.jobs() == []
    store.close()


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE flows (tonnes DOUBLE)",
        "CREATE TABLE about AS SELECT 'caspia server' AS program, 99 AS format",
        "CREATE TABLE about AS SELECT 'caspia server' AS program, 1 AS format",
    ],
)
def test_a_store_of_another_form_is_refused(tmp_path, statement):
    (tmp_path / "jobs").mkdir()
    with duckdb.connect(str(tmp_path / "jobs" / FILE)) as database:
        database.execute(statement)
    assert "of another form" in refused(tmp_path).what


def test_a_log_without_its_store_is_not_taken_for_another(tmp_path):
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / f"{FILE}.wal").write_bytes(b"x" * 100)
    assert "its log" in refused(tmp_path).got
    (tmp_path / "jobs" / FILE).mkdir()
    refused(tmp_path)


@pytest.mark.parametrize("name", [FILE, f"{FILE}.wal"])
def test_a_store_that_is_a_link_out_of_the_folder_is_not_followed(tmp_path, name):
    (tmp_path / "own" / "jobs").mkdir(parents=True)
    (tmp_path / "own" / "jobs" / name).symlink_to(tmp_path / "secret")
    with pytest.raises(InputError, match="lies elsewhere"):
        opened(tmp_path / "own")
    assert not (tmp_path / "secret").exists()


def read_or_lost(store, number):
    try:
        return store.result(f"{number:016x}")
    except StoreFailed:
        return "lost"


def test_damage_anywhere_brings_no_other_error_and_no_other_result(tmp_path):
    store = opened(tmp_path)
    bodies = {number: os.urandom(100_000).hex() for number in range(4)}
    for number, body in bodies.items():
        store.finish(made(number), body)
    store.close()
    path = tmp_path / "jobs" / FILE
    whole = path.read_bytes()
    outcomes = set()
    for place in [*range(0, 4096, 512), *range(4096, len(whole), len(whole) // 16)]:
        path.write_bytes(
            whole[:place] + bytes(255 - byte for byte in whole[place : place + 64]) + whole[place + 64 :]
        )
        try:
            store = opened(tmp_path)
        except StoreFailed:
            outcomes.add("refused")
            continue
        found = {number: read_or_lost(store, number) for number in bodies}
        outcomes.add("lost" if "lost" in found.values() else "whole")
        assert all(found[number] in (body, "lost") for number, body in bodies.items())
        with suppress(StoreFailed):
            store.put(made(9))
            store.forget([made(2).id])
        store.close()
        path.with_name(f"{FILE}.wal").unlink(missing_ok=True)
    assert {"refused", "lost"} <= outcomes


def test_a_closed_store_says_so(tmp_path):
    store = opened(tmp_path)
    store.open()
    store.close()
    store.close()
    with pytest.raises(StoreFailed, match="closed"):
        store.put(made())
