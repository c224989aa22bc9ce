"""A process that works on jobs: it keeps the study warm from one job to the next, and dies alone."""

from __future__ import annotations

import signal
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from caspia.errors import CaspiaError, DataError, InputError, NotConverged, Problem

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
    """

    id: str
    kind: str
    ask: Mapping[str, Any]
    saved: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Progress:
    """How far a task is."""

    stage: str
    done: int
    all: int


@dataclass(frozen=True)
class Outcome:
    """How a task ended: with a record, or with a problem."""

    sentence: str = ""
    record: Mapping[str, Any] | None = None
    problem: Problem | None = None
    seconds: float = 0.0


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
    began = time.perf_counter()
    try:
        sentence, record = _find(task, data, folder, bench, tell)
        return Outcome(sentence, record, None, time.perf_counter() - began)
    except DataError as error:
        return Outcome(problem=error.problems[0])
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


def _find(
    task: Task, data: str, folder: Path, bench: dict[str, Any], tell: Callable[[str, int, int], None]
) -> tuple[str, dict[str, Any]]:
    from caspia.study import Study
    from caspia.web.bench import Bench
    from caspia.web.folder import Folder
    from caspia.web.job_kinds import KINDS
    from caspia.web.kept_routes import routes_of

    tell("Data", 0, 1)
    if "study" not in bench:
        study = Study.open(data)
        routes_of(study, Folder(folder), tell)
        bench["study"] = study
    tell("Data", 1, 1)
    jobs = folder / "jobs"
    return KINDS[task.kind](Bench(bench["study"], task.saved, jobs, jobs / f"{task.id}.sweep.json"), task.ask, tell)
