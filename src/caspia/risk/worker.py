"""What runs on the workers of a cluster: it carries the work there once, and finds results by it."""

from __future__ import annotations

import pickle
import signal
import threading
from hashlib import blake2b
from typing import cast

import numpy as np
import numpy.typing as npt
from distributed import Worker, WorkerPlugin, get_worker

from caspia.risk.work import Work

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


class Carrier(WorkerPlugin):
    """Brings work to every worker, also to those that come later.

    Parameters
    ----------
    work : Work
        Finds results.
    is_ours : bool
        Whether the workers are processes that this one has started. A terminal sends Ctrl-C to these as well; they
        leave it to the one that started them, which ends them when it has kept what is finished.
    """

    def __init__(self, work: Work, *, is_ours: bool = False) -> None:
        self.is_ours = is_ours
        self._packed = pickle.dumps(work, protocol=pickle.HIGHEST_PROTOCOL)
        self.name = f"caspia-{blake2b(self._packed, digest_size=8).hexdigest()}"
        self.work: Work | None = None

    def setup(self, worker: Worker) -> None:  # noqa: ARG002 - as the plugin is called
        """Unpack the work on a worker.

        Parameters
        ----------
        worker : distributed.Worker
            Not read.
        """
        self.work = pickle.loads(self._packed)
        if self.is_ours and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, signal.SIG_IGN)


def find(name: str, tasks: IntArray) -> FloatArray:
    """Find results on a worker.

    Parameters
    ----------
    name : str
        Name of the carrier.
    tasks : numpy.ndarray of int, shape (n, k)
        Tasks.

    Returns
    -------
    numpy.ndarray, shape (n, n_columns)
    """
    carrier = cast(Carrier, get_worker().plugins[name])
    if carrier.work is None:
        raise RuntimeError(name)
    return carrier.work(tasks)
