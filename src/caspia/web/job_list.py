"""All jobs of a server as users see them: in memory for those who follow them, stored for later servers."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections.abc import Iterable, Mapping
from typing import Any

from caspia.errors import Problem
from caspia.web.bench import is_job_id
from caspia.web.folder import Folder
from caspia.web.job_store import JobStore, StoreFailed
from caspia.web.models_jobs import Job
from caspia.web.refusals import Refused, complaint
from caspia.web.worker import KEPT, PART

MOST_KEPT = 300
ENDED = frozenset({"done", "failed", "cancelled"})


class JobList:
    """Jobs by id.

    Parameters
    ----------
    store : JobStore
        Where jobs and their results are stored.
    folder : Folder
        Where long jobs keep what they found so far.

    Notes
    -----
    `lock` is held while jobs are read or changed; who does several things at once holds it meanwhile.
    """

    def __init__(self, store: JobStore, folder: Folder) -> None:
        self._store, self._folder = store, folder
        self._jobs: dict[str, Job] = {}
        self.lock = threading.RLock()

    def read(self) -> None:
        """Read the jobs of former servers; what these did not end has failed.

        Raises
        ------
        StoreFailed
            The store cannot be used.
        """
        with self.lock:
            self._jobs = {job.id: job for job in self._store.jobs() if is_job_id(job.id)}
            left = [job for job in self._jobs.values() if job.state not in ENDED]
            for job in left:
                problem = Problem("the server was stopped", job.kind, "", "", "ask again")
                self.change(job.id, {"state": "failed", "ended": now(), "error": complaint(problem)})
            self._forget_oldest(MOST_KEPT)

    def jobs(self) -> list[Job]:
        """All jobs, the newest first."""
        with self.lock:
            return sorted(self._jobs.values(), key=lambda job: job.created, reverse=True)

    def find(self, job_id: str) -> Job | None:
        """A job, if there is one.

        Parameters
        ----------
        job_id : str
            Its id.

        Returns
        -------
        Job or None
        """
        with self.lock:
            return self._jobs.get(job_id)

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
        found = self.find(job_id)
        if found is None:
            raise Refused(404, Problem("no such job", "job_id", job_id, "the id of a job", "see /api/v1/jobs"))
        return found

    def result(self, job_id: str) -> str:
        """What a job found, as JSON.

        Parameters
        ----------
        job_id : str
            Its id.

        Returns
        -------
        str
            A `JobResult`.

        Raises
        ------
        Refused
            There is none, it works still, failed, was cancelled, or what it found cannot be read.
        """
        job = self.job(job_id)
        if job.state != "done":
            got = f"{job.state}{': ' + job.error.what if job.error else ''}"
            raise Refused(
                409, Problem("the job has no result", "job_id", got, "a job that is done", "wait or ask again")
            )
        got, found = "nothing stored", None
        try:
            found = self._store.result(job_id)
        except StoreFailed as error:
            got = error.problem.got
        if found is None:
            problem = Problem(
                what="the result of this job is damaged",
                where="the store of jobs",
                got=got,
                allowed="a result as the job wrote it",
                repair=f"DELETE /api/v1/jobs/{job_id} and ask again",
            )
            raise Refused(409, problem)
        return found

    def add(self, job: Job) -> None:
        """Add a job, in the place of a former one of its id; the oldest that have ended make room.

        Parameters
        ----------
        job : Job
            That waits.

        Raises
        ------
        StoreFailed
            It cannot be stored, and is not added.
        """
        with self.lock:
            self._forget_oldest(MOST_KEPT - 1)
            self._store.put(job)
            self._jobs[job.id] = job

    def tell(self, job_id: str, stage: str, done: int, total: int) -> None:
        """Say how far a job is; that is not stored.

        Parameters
        ----------
        job_id : str
            Its id.
        stage : str
            What it does.
        done, total : int
            Parts of the stage.
        """
        with self.lock:
            told = {"stage": stage, "done": done, "all": total}
            self._jobs[job_id] = self._jobs[job_id].model_copy(update=told)

    def change(self, job_id: str, changes: Mapping[str, Any]) -> None:
        """Change a job; where that cannot be stored, this server knows it all the same.

        Parameters
        ----------
        job_id : str
            Its id.
        changes : mapping of str to object
            New values of fields of `Job`.
        """
        with self.lock:
            self._jobs[job_id] = self._jobs[job_id].model_copy(update=changes)
            with contextlib.suppress(StoreFailed):
                self._store.put(self._jobs[job_id])

    def finish(self, job_id: str, sentence: str, body: str) -> None:
        """Say that a job is done and what it found; where that cannot be stored, the job has failed.

        Parameters
        ----------
        job_id : str
            Its id.
        sentence : str
            What it found, in words.
        body : str
            A `JobResult` as JSON.
        """
        with self.lock:
            done = {"state": "done", "ended": now(), "sentence": sentence}
            job = self._jobs[job_id].model_copy(update=done)
            try:
                self._store.finish(job, body)
            except StoreFailed as error:
                self.change(job_id, {"state": "failed", "ended": now(), "error": complaint(error.problem)})
                return
            self._jobs[job_id] = job
            self._drop_kept(job_id)

    def forget(self, job_ids: Iterable[str]) -> None:
        """Forget jobs and what they found.

        Parameters
        ----------
        job_ids : iterable of str
            Their ids.

        Raises
        ------
        StoreFailed
            The store cannot be written, and nothing is forgotten.
        """
        chosen = list(job_ids)
        with self.lock:
            self._store.forget(chosen)
            for job_id in chosen:
                self._jobs.pop(job_id, None)
                self._drop_kept(job_id)

    def _forget_oldest(self, most: int) -> None:
        """Forget jobs that ended, the oldest first, until no more than a number of jobs is left."""
        ended = [job.id for job in reversed(self.jobs()) if job.state in ENDED]
        if excess := ended[: max(0, len(self._jobs) - most)]:
            self.forget(excess)

    def _drop_kept(self, job_id: str) -> None:
        with contextlib.suppress(OSError):
            self._folder.file(PART, job_id + KEPT).unlink(missing_ok=True)


def now() -> str:
    """Time, as jobs tell it.

    Returns
    -------
    str
        UTC, to the millisecond.
    """
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
