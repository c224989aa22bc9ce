"""Jobs and what they found, in one DuckDB file that a single server holds open."""

from __future__ import annotations

import contextlib
import json
import os
import re
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb

from caspia.errors import InputError, Problem
from caspia.web.folder import HALF_WRITTEN, Folder
from caspia.web.models_jobs import Job

PART = "jobs"
FILE = "jobs.duckdb"
PROGRAM, FORMAT = "caspia server", 1
NESTED = ("ask", "error")
"""Fields of a job that are stored as JSON."""
FIELDS = tuple(Job.model_fields)
_TYPES = {"done": "BIGINT", "all": "BIGINT"}
_COLUMNS = ", ".join(f'"{name}" {_TYPES.get(name, "VARCHAR")}' for name in FIELDS if name != "id")
_SCHEMA = f"""
CREATE TABLE about (program VARCHAR, format INTEGER);
CREATE TABLE jobs (id VARCHAR PRIMARY KEY, {_COLUMNS});
CREATE TABLE results (id VARCHAR PRIMARY KEY, body VARCHAR);
COMMENT ON TABLE about IS 'Who wrote this file, and the version of its form';
COMMENT ON TABLE jobs IS 'Jobs of the server; ask and error are JSON, times are UTC';
COMMENT ON TABLE results IS 'What jobs that are done found, as JSON of GET /api/v1/jobs/ID/result';
"""
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    # A store is read by this program alone: nothing of it may lead to other files or to the network.
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "threads": "1",
}


class StoreFailed(InputError):
    """The store cannot be used: damaged, of another form, held by another server, or the disk is full."""


class JobStore:
    """The store of a server.

    Parameters
    ----------
    folder : Folder
        Of the server; the file lies in its part for jobs.

    Notes
    -----
    Every change is one transaction, which is on disk when the method returns. A server that is killed leaves the
    file as after its last change; a log beside the file (`jobs.duckdb.wal`) belongs to it.
    """

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._lock = threading.RLock()
        self._database: Any = None
        self.path = folder.path / PART / FILE

    def open(self) -> None:
        """Open the store, or make an empty one; nothing is done where it is open.

        Raises
        ------
        StoreFailed
            It is damaged, of another form, or held by another server.
        caspia.errors.InputError
            The file lies outside of the folder.
        """
        with self._lock:
            if self._database is not None:
                return
            log = self._folder.file(PART, f"{FILE}.wal")
            path = self._folder.file(PART, FILE)
            if not path.exists():
                if log.exists():
                    raise _unusable(path, f"no such file, but its log {log.name}")
                _make(path)
            self._database = _opened(path)

    def close(self) -> None:
        """Close the store, so that another server can open it."""
        with self._lock:
            database, self._database = self._database, None
            if database is not None:
                # What cannot be written into the file stays in its log.
                with contextlib.suppress(duckdb.Error):
                    database.close()

    def jobs(self) -> list[Job]:
        """All jobs.

        Returns
        -------
        list of Job
            In the order in which they were asked; what is no job is left out.

        Raises
        ------
        StoreFailed
            The store cannot be read.
        """
        with self._transaction() as database:
            rows = database.execute(f"SELECT {_names()} FROM jobs ORDER BY created, id").fetchall()
        return [job for row in rows if (job := _job(row)) is not None]

    def put(self, *jobs: Job) -> None:
        """Store jobs, in the place of former ones of their ids.

        Parameters
        ----------
        *jobs : Job
            As they are now.

        Raises
        ------
        StoreFailed
            The store cannot be written.
        """
        with self._transaction() as database:
            for job in jobs:
                _put(database, job)

    def finish(self, job: Job, body: str) -> None:
        """Store a job that is done together with what it found.

        Parameters
        ----------
        job : Job
            As it is now.
        body : str
            A `JobResult` as JSON.

        Raises
        ------
        StoreFailed
            The store cannot be written; then neither is stored.
        """
        with self._transaction() as database:
            database.execute("INSERT OR REPLACE INTO results VALUES (?, ?)", [job.id, body])
            _put(database, job)

    def result(self, job_id: str) -> str | None:
        """What a job found.

        Parameters
        ----------
        job_id : str
            Its id.

        Returns
        -------
        str or None
            A `JobResult` as JSON; None where there is none.

        Raises
        ------
        StoreFailed
            It cannot be read.
        """
        with self._transaction() as database:
            found = database.execute("SELECT body FROM results WHERE id = ?", [job_id]).fetchone()
        return None if found is None else str(found[0])

    def forget(self, job_ids: Iterable[str]) -> None:
        """Delete jobs and what they found.

        Parameters
        ----------
        job_ids : iterable of str
            Their ids.

        Raises
        ------
        StoreFailed
            The store cannot be written.
        """
        with self._transaction() as database:
            for job_id in job_ids:
                database.execute("DELETE FROM results WHERE id = ?", [job_id])
                database.execute("DELETE FROM jobs WHERE id = ?", [job_id])

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Any]:
        """All that is done within, or nothing of it."""
        with self._lock:
            database = self._database
            if database is None:
                raise _unusable(self.path, "a store that is closed")
            try:
                database.begin()
                yield database
                database.commit()
            except BaseException as error:
                with contextlib.suppress(duckdb.Error):
                    database.rollback()
                if isinstance(error, duckdb.Error):
                    raise _unusable(self.path, _first_line(error)) from error
                raise


def _make(path: Path) -> None:
    """Make an empty store: it appears whole, so that a server killed meanwhile leaves no half of one."""
    made = path.with_name(f"{HALF_WRITTEN}{os.getpid()}-{threading.get_ident()}.duckdb")
    try:
        with duckdb.connect(str(made), config=_CONFIG) as database:
            database.execute(_SCHEMA)
            database.execute("INSERT INTO about VALUES (?, ?)", [PROGRAM, FORMAT])
        _publish(made, path)
    except (duckdb.Error, OSError) as error:
        raise _unusable(path, _first_line(error)) from error
    finally:
        made.unlink(missing_ok=True)


def _publish(made: Path, path: Path) -> None:
    try:
        # A link never replaces: of two servers that start at once, the second finds the store of the first.
        os.link(made, path)
    except FileExistsError:
        return
    except OSError:
        # Some file systems know no links.
        if not path.exists():
            os.replace(made, path)


def _opened(path: Path) -> Any:
    try:
        database = duckdb.connect(str(path), config=_CONFIG)
    except duckdb.Error as error:
        raise _unusable(path, _first_line(error)) from error
    found: object
    try:
        found = database.execute("SELECT program, format FROM about").fetchall()
        database.execute(f"SELECT {_names()} FROM jobs LIMIT 0")
        database.execute("SELECT id, body FROM results LIMIT 0")
    except duckdb.Error as error:
        found = _first_line(error)
    if found != [(PROGRAM, FORMAT)]:
        with contextlib.suppress(duckdb.Error):
            database.close()
        raise _unusable(path, str(found))
    return database


def _put(database: Any, job: Job) -> None:
    cells = job.model_dump(mode="json")
    for name in NESTED:
        cells[name] = None if cells[name] is None else json.dumps(cells[name])
    marks = ", ".join("?" * len(FIELDS))
    database.execute(f"INSERT OR REPLACE INTO jobs ({_names()}) VALUES ({marks})", [cells[name] for name in FIELDS])


def _job(row: tuple[Any, ...]) -> Job | None:
    cells = dict(zip(FIELDS, row, strict=True))
    try:
        for name in NESTED:
            cells[name] = None if cells[name] is None else json.loads(cells[name])
        return Job.model_validate(cells)
    except (ValueError, RecursionError):
        return None


def _names() -> str:
    return ", ".join(f'"{name}"' for name in FIELDS)


def _first_line(error: Exception) -> str:
    return (str(error).partition("\n")[0] or type(error).__name__)[:240]


def _unusable(path: Path, got: str) -> StoreFailed:
    """What is wrong with a store, and the ways out."""
    if "Could not set lock" in got:
        holder = re.search(r"PID (\d+)", got)
        problem = Problem(
            what="another server works in this folder",
            where=str(path),
            got=f"a store held by process {holder[1]}" if holder else "a store held by another process",
            allowed="one server a folder",
            repair="use that server, stop it, or start with another --folder",
        )
        return StoreFailed(problem)
    problem = Problem(
        what="the store of jobs cannot be used: damaged, of another form, or not writable",
        where=str(path),
        got=got,
        allowed=f"a store of format {FORMAT} that this user may write, and room on the disk",
        repair=f"stop the server and move the folder {path.parent} away, or start with another --folder",
    )
    return StoreFailed(problem)
