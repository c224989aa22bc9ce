"""Jobs at work: asked once for the same question, worked on in processes, followed, cancelled."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import threading
from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Literal

from caspia.errors import Problem
from caspia.study.kept_routes import stamp
from caspia.web.bench import is_job_id
from caspia.web.desk import Desk
from caspia.web.folder import Folder
from caspia.web.hand import Hand
from caspia.web.job_list import ENDED, JobList, now
from caspia.web.models import World
from caspia.web.models_jobs import Job, JobAsk
from caspia.web.refusals import Refused, complaint
from caspia.web.saved import SavedScenarios
from caspia.web.settings import ServerSettings
from caspia.web.worker import Outcome, Progress, Task
from caspia.web.worlds import used_texts

POLL_S = 0.1
SIGN_OF_LIFE_S = 10.0


class JobBoard:
    """What works on the jobs of a server.

    Parameters
    ----------
    settings : ServerSettings
        Number of workers, and of jobs that may wait.
    folder : Folder
        Of the server, for its processes.
    jobs : JobList
        How far they are, and what they found.
    desk : Desk
        The data.
    saved : SavedScenarios
        Scenarios that asks may name.
    """

    def __init__(
        self, settings: ServerSettings, folder: Folder, jobs: JobList, desk: Desk, saved: SavedScenarios
    ) -> None:
        self._settings, self._folder, self._desk, self._saved = settings, folder, desk, saved
        self._list = jobs
        self._lock = jobs.lock
        self._wake = threading.Condition(self._lock)
        # A job that was cancelled and asked again is another task: what the former says is no news of the latter.
        self._tasks: dict[str, Task] = {}
        self._waiting: deque[Task] = deque()
        self._hands: dict[str, Hand] = {}
        self._closing = False
        self._threads: list[threading.Thread] = []

    def start_up(self) -> None:
        """Read the jobs of former servers and begin to wait for new ones.

        Raises
        ------
        StoreFailed
            The store cannot be used.
        """
        self._list.read()
        for number in range(self._settings.workers):
            thread = threading.Thread(target=self._attend, name=f"caspia-jobs-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def shut_down(self) -> None:
        """Stop all workers; what they worked on is cancelled."""
        with self._lock:
            self.close()
            for task in list(self._tasks.values()):
                self._cancel(task)
        for thread in self._threads:
            thread.join(5.0)

    def close(self) -> None:
        """Let all who follow jobs, and all who wait for them, end."""
        with self._lock:
            self._closing = True
            self._wake.notify_all()

    def counts(self) -> tuple[int, int]:
        """Number of jobs that are worked on, and that wait."""
        states = [job.state for job in self._list.jobs()]
        return states.count("running"), states.count("queued")

    def working(self) -> dict[str, int]:
        """Processes that work on jobs, by id of the job.

        Returns
        -------
        dict of str to int
        """
        with self._lock:
            return {job_id: hand.pid for job_id, hand in self._hands.items()}

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
            Too many jobs wait.
        caspia.errors.InputError
            A saved scenario is damaged, or the store cannot be written.
        """
        root = self._desk.root()
        ask = asked.ask.model_dump(mode="json", by_alias=True, exclude_none=True)
        texts: dict[str, str] = {}
        for name in ("world", "compare"):
            world = getattr(asked.ask, name, None)
            if isinstance(world, World):
                texts |= used_texts(world, self._saved.texts())
        parts = json.dumps([asked.kind, ask, sorted(texts.items()), stamp(root.data, ())], sort_keys=True)
        job_id = hashlib.sha256(parts.encode()).hexdigest()[:16]
        with self._lock:
            known = self._list.find(job_id)
            if known is not None and known.state not in ("failed", "cancelled"):
                return known
            if len(self._waiting) >= self._settings.most_waiting:
                got, allowed = f"{len(self._waiting)} waiting", f"at most {self._settings.most_waiting}"
                raise Refused(429, Problem("too many jobs", "jobs", got, allowed, "wait, or cancel some"))
            job = Job(id=job_id, kind=asked.kind, ask=ask, state="queued", created=now())
            self._list.add(job)
            self._tasks[job_id] = task = Task(job_id, asked.kind, ask, texts)
            self._waiting.append(task)
            self._wake.notify()
        return job

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
            job = self._list.find(job_id)
            if job is not None and job != last:
                name = job.state if job.state in ENDED else "progress"
                yield f"event: {name}\ndata: {job.model_dump_json()}\n\n"
                last, silent_s = job, 0.0
            if job is None or job.state in ENDED:
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
            job = self._list.job(job_id)
            if job.state in ENDED:
                self._list.forget([job_id])
                return "deleted"
            self._cancel(self._tasks[job_id])
            return "cancelled"

    def _attend(self) -> None:
        """Give tasks to one worker, one after another; a worker that died is replaced at the next task."""
        hand: Hand | None = None
        while (task := self._next()) is not None:
            if hand is None or not hand.is_ready:
                if hand is not None:
                    hand.close()
                hand = self._hire(task)
            if hand is not None and self._begin(task, hand):
                self._finish(task, hand.work(self._equipped(task), partial(self._progress, task)))
        if hand is not None:
            hand.close()

    def _next(self) -> Task | None:
        with self._wake:
            while not self._closing:
                # Routes that the server is about to keep need not be sought a second time.
                if self._waiting and self._desk.wait(0.0):
                    return self._waiting.popleft()
                self._wake.wait(POLL_S if self._waiting else None)
            return None

    def _hire(self, task: Task) -> Hand | None:
        try:
            return Hand(self._settings.data, self._folder.path)
        except OSError as error:
            got = error.strerror or str(error)
            problem = Problem("no process can be started", task.kind, got, "memory for one more", "ask again")
            self._finish(task, Outcome(problem=problem))
            return None

    def _begin(self, task: Task, hand: Hand) -> bool:
        with self._lock:
            if self._closing or not self._is_current(task):
                return False
            self._hands[task.id] = hand
            self._list.change(task.id, {"state": "running", "started": now()})
            return True

    def _equipped(self, task: Task) -> Task:
        """A task with the plan that it rests on, if that is there."""
        wanted = str(task.ask.get("plan") or task.ask.get("what") or "")
        plans: Mapping[str, Any] = {}
        with contextlib.suppress(Refused):
            if is_job_id(wanted) and self._list.job(wanted).kind == "plan":
                plans = {wanted: json.loads(self._list.result(wanted))["record"]}
        return replace(task, plans=plans)

    def _progress(self, task: Task, said: Progress) -> None:
        with self._lock:
            if self._is_current(task):
                self._list.tell(task.id, said.stage, said.done, said.all)

    def _finish(self, task: Task, outcome: Outcome) -> None:
        with self._lock:
            if not self._is_current(task):
                return
            if outcome.problem is None:
                self._list.finish(task.id, outcome.sentence, outcome.body)
            else:
                self._list.change(task.id, {"state": "failed", "ended": now(), "error": complaint(outcome.problem)})
            self._leave(task)

    def _cancel(self, task: Task) -> None:
        """End a task that waits or is worked on."""
        self._waiting = deque(other for other in self._waiting if other is not task)
        if hand := self._hands.get(task.id):
            hand.let_go()
        self._list.change(task.id, {"state": "cancelled", "ended": now()})
        self._leave(task)

    def _is_current(self, task: Task) -> bool:
        return self._tasks.get(task.id) is task

    def _leave(self, task: Task) -> None:
        self._tasks.pop(task.id, None)
        self._hands.pop(task.id, None)
