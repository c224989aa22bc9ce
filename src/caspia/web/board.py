"""Jobs: asked once for the same question, worked on in processes, told about, kept in files, cancelled."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import hashlib
import json
import multiprocessing
import threading
from collections import deque
from collections.abc import AsyncIterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Literal

import caspia
from caspia.errors import InputError, Problem
from caspia.web.desk import Desk
from caspia.web.folder import Folder
from caspia.web.kept_routes import stamp
from caspia.web.models import World
from caspia.web.models_jobs import Job, JobAsk
from caspia.web.refusals import Refused, complaint
from caspia.web.saved import SavedScenarios
from caspia.web.settings import ServerSettings
from caspia.web.worker import Outcome, Progress, Task, work
from caspia.web.worlds import used_texts

PART = "jobs"
MOST_KEPT = 300
ENDED = frozenset({"done", "failed", "cancelled"})
POLL_S = 0.1
SIGN_OF_LIFE_S = 10.0


class JobBoard:
    """All jobs of a server.

    Parameters
    ----------
    settings : ServerSettings
        Number of workers, and of jobs that may wait.
    folder : Folder
        Where jobs and their results are kept.
    desk : Desk
        The data.
    saved : SavedScenarios
        Scenarios that asks may name.
    """

    def __init__(self, settings: ServerSettings, folder: Folder, desk: Desk, saved: SavedScenarios) -> None:
        self._settings, self._folder, self._desk, self._saved = settings, folder, desk, saved
        self._lock = threading.RLock()
        self._jobs: dict[str, Job] = {}
        self._waiting: deque[Task] = deque()
        self._wake = threading.Condition(self._lock)
        self._workers: dict[str, BaseProcess] = {}
        self._closing = False
        self._threads: list[threading.Thread] = []

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of jobs that this program knows."""
        from caspia.web.job_kinds import KINDS

        return tuple(KINDS)

    def start_up(self) -> None:
        """Read the jobs of former servers and begin to wait for new ones."""
        self._read()
        for number in range(self._settings.workers):
            thread = threading.Thread(target=self._attend, name=f"caspia-jobs-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def shut_down(self) -> None:
        """Stop all workers; what they worked on is cancelled."""
        with self._lock:
            self.close()
            for task in self._waiting:
                self._end(task.id, "cancelled")
            self._waiting.clear()
            for job_id, process in list(self._workers.items()):
                self._end(job_id, "cancelled")
                _stop(process)
        for thread in self._threads:
            thread.join(5.0)

    def close(self) -> None:
        """Let all who follow jobs, and all who wait for them, end."""
        with self._lock:
            self._closing = True
            self._wake.notify_all()

    def counts(self) -> tuple[int, int]:
        """Number of jobs that are worked on, and that wait."""
        with self._lock:
            states = [job.state for job in self._jobs.values()]
        return states.count("running"), states.count("queued")

    def working(self) -> dict[str, int]:
        """Processes that work on jobs, by id of the job.

        Returns
        -------
        dict of str to int
        """
        with self._lock:
            return {job_id: process.pid or 0 for job_id, process in self._workers.items()}

    def start(self, asked: JobAsk) -> Job:
        """Start a job, or find the one that was asked the same.

        Parameters
        ----------
        asked : JobAsk
            Kind and ask.

        Returns
        -------
        Job

        Raises
        ------
        Refused
            The kind is not known yet, or too many jobs wait.
        caspia.errors.InputError
            A saved scenario is damaged.
        """
        if asked.kind not in self.kinds:
            allowed = ", ".join(self.kinds)
            raise Refused(
                422, Problem("this kind of job is not there yet", "kind", asked.kind, allowed, "wait for it")
            )
        root = self._desk.root()
        ask = asked.ask.model_dump(mode="json", by_alias=True, exclude_none=True)
        texts: dict[str, str] = {}
        for name in ("world", "compare"):
            world = getattr(asked.ask, name, None)
            if isinstance(world, World):
                texts |= used_texts(world, self._saved.texts())
        parts = json.dumps([asked.kind, ask, sorted(texts.items()), stamp(root)], sort_keys=True)
        job_id = hashlib.sha256(parts.encode()).hexdigest()[:16]
        with self._lock:
            known = self._jobs.get(job_id)
            if known is not None and known.state not in ("failed", "cancelled"):
                return known
            if len(self._waiting) >= self._settings.most_waiting:
                got, allowed = f"{len(self._waiting)} waiting", f"at most {self._settings.most_waiting}"
                raise Refused(429, Problem("too many jobs", "jobs", got, allowed, "wait, or cancel some"))
            job = Job(id=job_id, kind=asked.kind, ask=ask, state="queued", created=_now())
            self._keep(job)
            self._waiting.append(Task(job_id, asked.kind, ask, texts))
            self._wake.notify()
        return job

    def jobs(self) -> list[Job]:
        """All jobs, the newest first."""
        with self._lock:
            return sorted(self._jobs.values(), key=lambda job: job.created, reverse=True)

    def job(self, job_id: str) -> Job:
        """How far a job is.

        Parameters
        ----------
        job_id : str
            Its id.

        Returns
        -------
        Job

        Raises
        ------
        Refused
            There is none.
        """
        with self._lock:
            if job_id not in self._jobs:
                raise Refused(404, Problem("no such job", "job_id", job_id, "the id of a job", "see /api/v1/jobs"))
            return self._jobs[job_id]

    def result(self, job_id: str) -> bytes:
        """What a job found, as JSON.

        Parameters
        ----------
        job_id : str
            Its id.

        Returns
        -------
        bytes
            A `JobResult`.

        Raises
        ------
        Refused
            There is none, it works still, failed, was cancelled, or its file is damaged.
        """
        job = self.job(job_id)
        if job.state != "done":
            got = f"{job.state}{': ' + job.error.what if job.error else ''}"
            raise Refused(
                409, Problem("the job has no result", "job_id", got, "a job that is done", "wait or ask again")
            )
        path = self._folder.file(PART, f"{job_id}.result.json")
        found = self._folder.read_json(path)
        if not isinstance(found, dict) or found.get("id") != job_id:
            problem = Problem(
                what="the result of this job is damaged",
                where=path.name,
                got="a file that cannot be read",
                allowed="a result as the job wrote it",
                repair=f"DELETE /api/v1/jobs/{job_id} and ask again",
            )
            raise Refused(409, problem)
        return path.read_bytes()

    async def events(self, job_id: str) -> AsyncIterator[str]:
        """Follow a job.

        Parameters
        ----------
        job_id : str
            Its id.

        Yields
        ------
        str
            Server-sent events: `progress`, then one of `done`, `failed` and `cancelled`.
        """
        last: Job | None = None
        silent_s = 0.0
        while not self._closing:
            with contextlib.suppress(Refused):
                job = self.job(job_id)
                if job != last:
                    name = job.state if job.state in ENDED else "progress"
                    yield f"event: {name}\ndata: {job.model_dump_json()}\n\n"
                    last, silent_s = job, 0.0
            if last is None or last.state in ENDED or job_id not in self._jobs:
                return
            await asyncio.sleep(POLL_S)
            silent_s += POLL_S
            if silent_s >= SIGN_OF_LIFE_S:
                silent_s = 0.0
                yield ": still here\n\n"

    def drop(self, job_id: str) -> Literal["cancelled", "deleted"]:
        """Cancel a job that waits or works, or forget one that has ended.

        Parameters
        ----------
        job_id : str
            Its id.

        Returns
        -------
        {"cancelled", "deleted"}

        Raises
        ------
        Refused
            There is none.
        """
        with self._lock:
            job = self.job(job_id)
            if job.state in ENDED:
                self._forget(job_id)
                return "deleted"
            self._waiting = deque(task for task in self._waiting if task.id != job_id)
            self._end(job_id, "cancelled")
            process = self._workers.get(job_id)
            if process is not None:
                _stop(process)
            return "cancelled"

    def _attend(self) -> None:
        """Give tasks to one worker, one after another; a worker that died is replaced at the next task."""
        process: BaseProcess | None = None
        connection: Connection | None = None
        while True:
            task = self._next()
            # Routes that the server is about to keep need not be sought a second time.
            while task is not None and not self._closing and not self._desk.wait(POLL_S):
                pass
            if task is None or self._closing:
                break
            if process is None or connection is None or not process.is_alive():
                process, connection = self._hire()
            with self._lock:
                if self._jobs[task.id].state != "queued" or self._closing:
                    continue
                self._workers[task.id] = process
                self._change(task.id, state="running", started=_now())
            if not self._follow(task, connection):
                connection.close()
                process.join(5.0)
                process = connection = None
            with self._lock:
                self._workers.pop(task.id, None)
        if process is not None and connection is not None:
            connection.close()
            _stop(process)

    def _next(self) -> Task | None:
        with self._wake:
            while not self._waiting and not self._closing:
                self._wake.wait()
            return None if self._closing else self._waiting.popleft()

    def _hire(self) -> tuple[BaseProcess, Connection]:
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        folder = str(self._folder.path)
        process = context.Process(target=work, args=(there, self._settings.data, folder), daemon=True)
        process.start()
        there.close()
        return process, here

    def _follow(self, task: Task, connection: Connection) -> bool:
        """Listen to a worker until its task has ended; whether it lives on."""
        try:
            connection.send(task)
            while True:
                said = connection.recv()
                if isinstance(said, Progress):
                    with self._lock:
                        if self._jobs[task.id].state == "running":
                            told = {"stage": said.stage, "done": said.done, "all": said.all}
                            self._jobs[task.id] = self._jobs[task.id].model_copy(update=told)
                elif isinstance(said, Outcome):
                    self._finish(task, said)
                    return True
        except (EOFError, OSError):
            problem = Problem(
                what="the process that worked on this job was ended",
                where=task.kind,
                got="no answer",
                allowed="a process that lives",
                repair="ask again; with fewer draws if memory was short",
            )
            self._end(task.id, "failed", problem)
            return False

    def _finish(self, task: Task, outcome: Outcome) -> None:
        if outcome.record is None:
            self._end(task.id, "failed", outcome.problem or Problem("the job failed"))
            return
        root = self._desk.root()
        body = {
            "id": task.id,
            "kind": task.kind,
            "ask": task.ask,
            "sentence": outcome.sentence,
            "record": outcome.record,
            "version": caspia.__version__,
            "data_hash": root.data.sha256,
            "seconds": round(outcome.seconds, 3),
        }
        # The portfolio stands at the top as well: a result of a plan is a plan file.
        if task.kind == "plan":
            body["portfolio"] = outcome.record.get("portfolio", [])
        path = self._folder.file(PART, f"{task.id}.result.json")
        try:
            self._folder.write_text(path, json.dumps(body, ensure_ascii=False, allow_nan=False))
        except InputError as error:
            self._end(task.id, "failed", error.problem)
            return
        with self._lock:
            if self._jobs[task.id].state == "running":
                self._change(task.id, state="done", ended=_now(), sentence=outcome.sentence)

    def _end(self, job_id: str, state: Literal["failed", "cancelled"], problem: Problem | None = None) -> None:
        with self._lock:
            job = self._jobs.get(job_id)
            if job is not None and job.state not in ENDED:
                error = None if problem is None else complaint(problem)
                self._change(job_id, state=state, ended=_now(), error=error)

    def _change(self, job_id: str, **changes: Any) -> None:
        self._keep(self._jobs[job_id].model_copy(update=changes))

    def _keep(self, job: Job) -> None:
        self._jobs[job.id] = job
        self._folder.write_text(self._folder.file(PART, f"{job.id}.json"), job.model_dump_json())

    def _forget(self, job_id: str) -> None:
        self._jobs.pop(job_id, None)
        for ending in (".json", ".result.json", ".sweep.json"):
            self._folder.file(PART, f"{job_id}{ending}").unlink(missing_ok=True)

    def _read(self) -> None:
        """Jobs of former servers; what these did not end has failed, what is damaged is left out."""
        names = [name for name in self._folder.names(PART, ".json") if "." not in name]
        for name in names:
            found = self._folder.read_json(self._folder.file(PART, f"{name}.json"))
            try:
                job = Job.model_validate(found)
            except ValueError:
                continue
            if job.id != name:
                continue
            if job.state not in ENDED:
                problem = Problem("the server was stopped", job.kind, "", "", "ask again")
                job = job.model_copy(update={"state": "failed", "ended": _now(), "error": complaint(problem)})
            self._jobs[job.id] = job
        for old in self.jobs()[MOST_KEPT:]:
            self._forget(old.id)


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")


def _stop(process: BaseProcess) -> None:
    """End a worker that this server started."""
    process.terminate()
    process.join(2.0)
    if process.is_alive():
        process.kill()
