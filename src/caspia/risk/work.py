"""What an ensemble is of: something that finds results of tasks and can be sent to another process."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


class Work(Protocol):
    """Finds results; can be sent to another process."""

    @property
    def n_columns(self) -> int:
        """Numbers in a result."""

    def __call__(self, tasks: IntArray) -> FloatArray:
        """Results of some tasks, one row each."""
