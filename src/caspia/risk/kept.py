"""Finished draws in a file: written whole after every portion, so that a run that was broken off goes on."""

from __future__ import annotations

import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from caspia.errors import InputError, Problem

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Kept:
    """Where finished draws are kept.

    Attributes
    ----------
    path : pathlib.Path
        The file; it need not exist.
    identity : str
        What a run must have in common with the draws of the file: data, seed, tasks and all else they rest on.
    for_rescue : bool
        Whether the file is written only when a run is broken off, and not gone on with.
    """

    path: Path
    identity: str
    for_rescue: bool = False

    def load(self, n_tasks: int, n_columns: int) -> tuple[BoolArray, FloatArray]:
        """Draws that are finished.

        Parameters
        ----------
        n_tasks, n_columns : int
            Shape of all results; below 0 for any number of columns.

        Returns
        -------
        done : numpy.ndarray of bool, shape (n_tasks,)
        rows : numpy.ndarray, shape (n_tasks, n_columns)
            0 where it is not done.

        Raises
        ------
        InputError
            The file cannot be read, or holds the draws of another study, seed or number.
        """
        if self.for_rescue or not self.path.exists():
            return np.zeros(n_tasks, dtype=bool), np.zeros((n_tasks, max(n_columns, 0)))
        try:
            with self.path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                identity, done, rows = str(file["identity"]), file["done"].astype(bool), file["rows"]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            allowed = "a file that an earlier run of this command kept"
            repair = "name another file, or remove it"
            problem = Problem("draws cannot go on", str(self.path), str(error).splitlines()[0], allowed, repair)
            raise InputError(problem) from error
        wide = rows.ndim == 2 and (n_columns < 0 or rows.shape[1] == n_columns)
        if identity != self.identity or not wide or len(rows) != n_tasks or done.shape != (n_tasks,):
            raise InputError(
                Problem(
                    what="draws of another run",
                    where=str(self.path),
                    got="a file of other data, another version, scenario, year, seed or number of draws",
                    allowed="draws of this very run",
                    repair="ask as the run did that was broken off, or name another file",
                )
            )
        return done, rows

    def save(self, done: BoolArray, rows: FloatArray) -> None:
        """Write all finished draws; the file is there whole or as it was.

        Parameters
        ----------
        done : numpy.ndarray of bool, shape (n_tasks,)
            Which are finished.
        rows : numpy.ndarray, shape (n_tasks, n_columns)
            Results.

        Raises
        ------
        InputError
            The file cannot be written.
        """
        beside = self.path.with_name(f"{self.path.name}.part")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with beside.open("wb") as file:
                np.savez(file, identity=np.array(self.identity), done=done, rows=rows)
            os.replace(beside, self.path)
        except OSError as error:
            got, allowed = error.strerror or str(error), "a file in a folder that can be written"
            raise InputError(
                Problem("draws cannot be kept", str(self.path), got, allowed, "name another")
            ) from error
