"""A worker process as the server holds it: given one task after another, ended, never waited for too long."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
from collections.abc import Callable, Iterator
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from caspia.errors import Problem
from caspia.web.worker import Outcome, Progress, Task, work

PATIENCE_S = 2.0
"""Time in which a process that is told to end does so."""


class Hand:
    """A process that works on tasks.

    Parameters
    ----------
    data : str
        Data set.
    folder : pathlib.Path
        Of the server.

    Raises
    ------
    OSError
        No process can be started.
    """

    def __init__(self, data: str, folder: Path) -> None:
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        self._connection: Connection = here
        self._process: BaseProcess = context.Process(target=work, args=(there, data, str(folder)), daemon=True)
        self._is_let_go = False
        try:
            with _deaf_to_interrupts():
                self._process.start()
        except BaseException:
            here.close()
            raise
        finally:
            there.close()

    @property
    def pid(self) -> int:
        """Id of the process."""
        return self._process.pid or 0

    @property
    def is_ready(self) -> bool:
        """Whether it may be given a task."""
        return not self._is_let_go and self._process.is_alive()

    def work(self, task: Task, told: Callable[[Progress], None]) -> Outcome:
        """Give a task and wait until it has ended.

        Parameters
        ----------
        task : Task
            A job.
        told : callable
            Told how far it is.

        Returns
        -------
        Outcome
            With a problem where the process has ended first.
        """
        try:
            self._connection.send(task)
            while True:
                said = self._connection.recv()
                if isinstance(said, Outcome):
                    return said
                if isinstance(said, Progress):
                    told(said)
        except (EOFError, OSError):
            self.close()
        problem = Problem(
            what="the process that worked on this job was ended",
            where=task.kind,
            got="no answer",
            allowed="a process that lives",
            repair="ask again; with fewer draws if memory was short",
        )
        return Outcome(problem=problem)

    def let_go(self) -> None:
        """Tell the process to end, whatever it does; it gets no task any more."""
        self._is_let_go = True
        self._process.terminate()

    def close(self) -> None:
        """End the process, and wait until it has."""
        self.let_go()
        self._process.join(PATIENCE_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join(PATIENCE_S)
        self._connection.close()


@contextlib.contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Start a process that Ctrl-C does not reach even while it loads: the server decides what ends."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # Started by the first process that is; it would let interrupts through again.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
