"""A process that works on jobs: it keeps the study warm from one job to the next, and dies alone."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import caspia
from caspia.errors import CaspiaError, InputError, NotConverged, Problem

PART = "jobs"
KEPT = ".sweep.json"
"""Ending of the file in which a long job keeps what it found so far."""
TELL_EVERY_S = 0.1


@dataclass(frozen=True)
class Task:
    """A job as a worker gets it.

    Attributes
    ----------
    id : str
        Of the job.
    kind : str
        Of the job.
    ask : mapping
        What is asked, checked.
    saved : mapping of str to str
        Texts of the saved scenarios that it rests on.
    plans : mapping of str to object
        Records of the plans that it rests on, by id of the job that made them.
    """

    id: str
    kind: str
    ask: Mapping[str, Any]
    saved: Mapping[str, str] = field(default_factory=dict)
    plans: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Progress:
    """How far a task is."""

    stage: str
    done: int
    all: int


@dataclass(frozen=True)
class Outcome:
    """How a task ended: with a sentence and a `JobResult` as JSON, or with a problem."""

    sentence: str = ""
    body: str = ""
    problem: Problem | None = None


def work(connection: Connection, data: str, folder: str) -> None:
    """Work on tasks until the connection ends.

    Parameters
    ----------
    connection : multiprocessing.connection.Connection
        Gives tasks, takes progress and outcomes.
    data : str
        Data set.
    folder : str
        Folder of the server.
    """
    # Ctrl-C reaches the whole group; the server decides what ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent_process(),), name="caspia-parent", daemon=True).start()
    bench: dict[str, Any] = {}
    while True:
        try:
            task = connection.recv()
        except (EOFError, OSError):
            return
        try:
            connection.send(_done(task, data, Path(folder), bench, _teller(connection)))
        except (BrokenPipeError, OSError):
            return


def _end_with(parent: BaseProcess | None) -> None:
    """End at once when the server has ended: one that is killed cannot say so."""
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _teller(connection: Connection) -> Callable[[str, int, int], None]:
    last_at, last_stage = 0.0, ""

    def tell(stage: str, done: int, total: int) -> None:
        nonlocal last_at, last_stage
        now = time.monotonic()
        if stage != last_stage or done >= total or now - last_at >= TELL_EVERY_S:
            last_at, last_stage = now, stage
            connection.send(Progress(stage, done, total))

    return tell


def _done(
    task: Task, data: str, folder: Path, bench: dict[str, Any], tell: Callable[[str, int, int], None]
) -> Outcome:
    try:
        return _found(task, data, folder, bench, tell)
    except (InputError, NotConverged) as error:
        return Outcome(problem=error.problem)
    except (BrokenPipeError, ConnectionError):
        raise
    except CaspiaError as error:
        return Outcome(problem=Problem(str(error)))
    except MemoryError:
        return Outcome(problem=Problem("memory is full", task.kind, "", "", "ask for fewer draws"))
    except Exception as error:
        traceback.print_exc()
        where = traceback.extract_tb(error.__traceback__)[-1]
        got = f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"
        return Outcome(
            problem=Problem("the job failed by a fault of the program", task.kind, got[:300], "", "report it")
        )


def _found(
    task: Task, data: str, folder: Path, bench: dict[str, Any], tell: Callable[[str, int, int], None]
) -> Outcome:
    from caspia.study import Study
    from caspia.study.kept_routes import RoutesFolder
    from caspia.web.bench import Bench
    from caspia.web.folder import Folder
    from caspia.web.job_kinds import KINDS

    began = time.perf_counter()
    own = Folder(folder)
    tell("Data", 0, 1)
    if "study" not in bench:
        study = Study.open(data, kept=RoutesFolder(own.routes))
        study.flow_model(tell)
        bench["study"] = study
    tell("Data", 1, 1)
    study = bench["study"]
    keep = own.file(PART, task.id + KEPT)
    sentence, record = KINDS[task.kind](Bench(study, task.saved, task.plans, keep), task.ask, tell)
    body = {
        "id": task.id,
        "kind": task.kind,
        "ask": task.ask,
        "sentence": sentence,
        "record": record,
        "version": caspia.__version__,
        "data_hash": study.data.sha256,
        "seconds": round(time.perf_counter() - began, 3),
    }
    if task.kind == "plan":
        # At the top as well: what a plan found is a plan file.
        body["portfolio"] = record.get("portfolio", [])
    return Outcome(sentence, json.dumps(body, ensure_ascii=False, allow_nan=False))
