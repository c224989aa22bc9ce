"""Work for ensembles that can be sent to other processes: a number of each task, and how often it was asked."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from caspia.risk import stream_words, uniforms


@dataclass(frozen=True)
class Work:
    """Three numbers of a task, drawn by its number alone."""

    seed: int = 1
    wait_s: float = 0.0
    breaks_at: int = -1

    @property
    def n_columns(self) -> int:
        """Numbers in a result."""
        return 3

    def __call__(self, tasks: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        time.sleep(self.wait_s)
        if self.breaks_at >= 0 and (tasks[:, 0] == self.breaks_at).any():
            raise KeyboardInterrupt
        words = stream_words(["a", "b", "c"])
        return np.stack([uniforms(self.seed, words, int(task[0])) for task in tasks])


@dataclass(frozen=True)
class Fatal(Work):
    """The same, but the first worker that finds the flag missing sets it and dies."""

    flag: str = ""

    def __call__(self, tasks: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        try:
            os.close(os.open(self.flag, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return super().__call__(tasks)
        os._exit(9)
