"""Many draws at once: on threads, on processes of this machine, or on the workers of a Dask scheduler.

A task is a row of numbers that says which draw it is; a result is a row of numbers that depends on the task alone.
So the results are the same wherever and in whatever portions they are found, and a portion that a dead worker
leaves behind is done again by another.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from caspia.errors import InputError, Problem
from caspia.risk.kept import Kept
from caspia.risk.work import Work

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
PROCESSES = {
    "distributed.nanny.pre-spawn-environ": {
        "MALLOC_TRIM_THRESHOLD_": 1 << 30,
        "MALLOC_MMAP_THRESHOLD_": 1 << 25,
        "MALLOC_ARENA_MAX": 1,
        "OMP_NUM_THREADS": 1,
        "MKL_NUM_THREADS": 1,
        "OPENBLAS_NUM_THREADS": 1,
    },
    "distributed.worker.profile.enabled": False,
}
"""Dask has workers give memory back at once; draws take and leave the same arrays again and again, and would spend
a third of their time on it. Once the first of these is set, glibc no longer learns the second by itself, and every
array would be mapped anew: 8,600 page faults and 29 ms a draw."""
THREADS, LOCAL = "threads", "local"
"""Where draws are found: threads of this process, or processes of this machine."""
SCHEMES = ("tcp://", "tls://", "ws://", "wss://", "ucx://", "inproc://")
ANY_PORT = "127.0.0.1:0"
"""Where the page of a cluster of ours is: two clusters on a machine do not get into each other's way."""
SAVED_EVERY_S = 5.0
PATIENCE_S = 5.0
RETRIES = 5
"""How often a portion is begun anew whose worker died."""


@dataclass(frozen=True)
class Place:
    """Where an ensemble runs.

    Attributes
    ----------
    scheduler : str
        `threads`, `local` (processes of this machine) or the address of a Dask scheduler.
    workers : int
        Threads or processes; a scheduler has its own.
    portion : int
        Tasks that a worker takes at a time.
    """

    scheduler: str = THREADS
    workers: int = 2
    portion: int = 25

    def __post_init__(self) -> None:
        """Refuse a place that is none.

        Raises
        ------
        InputError
            The word is neither known nor an address, or a number is below 1.
        """
        if self.scheduler not in (THREADS, LOCAL) and not self.scheduler.startswith(SCHEMES):
            allowed = f"{THREADS}, {LOCAL} or an address as tcp://10.0.0.1:8786"
            problem = Problem("no scheduler", "--scheduler", repr(self.scheduler), allowed, "correct the address")
            raise InputError(problem)
        for name, value in (("workers", self.workers), ("portion", self.portion)):
            if value < 1:
                raise InputError(Problem(f"too few {name}", f"--{name}", str(value), "1 or more"))


def run_ensemble(
    work: Work,
    tasks: IntArray,
    place: Place,
    *,
    kept: Kept | None = None,
    tell: Callable[[int, int], None] | None = None,
) -> FloatArray:
    """Find the results of all tasks.

    Parameters
    ----------
    work : Work
        Finds results.
    tasks : numpy.ndarray of int, shape (n, k)
        Tasks.
    place : Place
        Where it runs.
    kept : Kept, optional
        File with results that are finished already, to which the others are added as they are found; also when
        the run is interrupted.
    tell : callable, optional
        Told the number done and the number of all.

    Returns
    -------
    numpy.ndarray, shape (n, n_columns)

    Raises
    ------
    InputError
        No scheduler answers at the address, or the file is of another run.
    """
    n = len(tasks)
    shape = n, work.n_columns
    done, rows = (np.zeros(n, dtype=bool), np.zeros(shape)) if kept is None else kept.load(*shape)
    rest = np.flatnonzero(~done)
    portions = [rest[at : at + place.portion] for at in range(0, len(rest), place.portion)]
    saved = time.monotonic()
    going_on = kept is not None and not kept.for_rescue
    try:
        for portion, found in _results(work, tasks, portions, place):
            rows[portion], done[portion] = found, True
            if tell is not None:
                tell(int(done.sum()), n)
            if going_on and kept is not None and time.monotonic() - saved > SAVED_EVERY_S:
                kept.save(done, rows)
                saved = time.monotonic()
    except BaseException:
        if kept is not None and done.any():
            kept.save(done, rows)
        raise
    if going_on and kept is not None and len(rest):
        kept.save(done, rows)
    return rows


def _results(
    work: Work, tasks: IntArray, portions: list[IntArray], place: Place
) -> Iterator[tuple[IntArray, FloatArray]]:
    """Portions with their results, as they come."""
    if not portions:
        return
    if place.scheduler == THREADS:
        yield from _on_threads(work, tasks, portions, place.workers)
        return
    with _client(place) as client:
        yield from _on_cluster(client, work, tasks, portions, is_ours=place.scheduler == LOCAL)


def _on_threads(
    work: Work, tasks: IntArray, portions: list[IntArray], workers: int
) -> Iterator[tuple[IntArray, FloatArray]]:
    if workers == 1:
        for portion in portions:
            yield portion, work(tasks[portion])
        return
    pool = ThreadPoolExecutor(workers)
    try:
        futures = {pool.submit(work, tasks[portion]): portion for portion in portions}
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _on_cluster(
    client: Any, work: Work, tasks: IntArray, portions: list[IntArray], *, is_ours: bool
) -> Iterator[tuple[IntArray, FloatArray]]:
    import distributed

    from caspia.risk.worker import Carrier, find

    as_finished: Any = distributed.as_completed
    carrier = Carrier(work, is_ours=is_ours)
    # A plugin also reaches workers that come later, for instance in the place of one that was killed.
    client.register_plugin(carrier)
    futures = {
        client.submit(find, carrier.name, tasks[portion], retries=RETRIES, pure=False): portion
        for portion in portions
    }
    try:
        for future in as_finished(list(futures)):
            yield futures[future], future.result()
    finally:
        client.cancel(list(futures))
        client.unregister_worker_plugin(carrier.name)


@contextmanager
def _client(place: Place) -> Iterator[Any]:
    """Connect to a scheduler, or start processes on this machine."""
    import dask
    import distributed

    connect: Any = distributed.Client
    start: Any = distributed.LocalCluster
    if place.scheduler == LOCAL:
        with (
            dask.config.set(PROCESSES),
            start(
                n_workers=place.workers,
                threads_per_worker=1,
                processes=True,
                dashboard_address=ANY_PORT,
                silence_logs=50,
            ) as cluster,
            connect(cluster) as client,
        ):
            yield client
        return
    try:
        client = connect(place.scheduler, timeout=PATIENCE_S)
    except (OSError, TimeoutError, ValueError) as error:
        raise InputError(_unreachable(place.scheduler, "no answer")) from error
    with client:
        if not client.scheduler_info()["workers"]:
            try:
                client.wait_for_workers(1, timeout=PATIENCE_S)
            except TimeoutError as error:
                raise InputError(_unreachable(place.scheduler, "a scheduler without workers")) from error
        yield client


def _unreachable(address: str, got: str) -> Problem:
    return Problem(
        what="scheduler cannot be reached",
        where=f"--scheduler {address}",
        got=got,
        allowed="a Dask scheduler with workers that have caspia installed",
        repair=f"start one with `dask scheduler` and workers with `dask worker {address}`, or leave the option out",
    )
