"""What a job works with: a study that is warm, saved scenarios, and the results of other jobs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caspia.errors import InputError, Problem
from caspia.study import Study
from caspia.web.models import World
from caspia.web.worlds import world_scenarios

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Bench:
    """What a job works with.

    Attributes
    ----------
    study : Study
        Data as they are, with their routes.
    saved : mapping of str to str
        Texts of the saved scenarios that the ask rests on.
    results : pathlib.Path
        Folder of the results of jobs.
    keep : pathlib.Path
        File in which a long job may keep what it found so far.
    """

    study: Study
    saved: Mapping[str, str]
    results: Path
    keep: Path

    def world(self, world: World) -> Study:
        """The data in a world.

        Parameters
        ----------
        world : World
            Of an ask.

        Returns
        -------
        Study
        """
        return self.study.with_scenario(*world_scenarios(world, self.study.data, self.saved))

    def plan(self, job_id: str) -> str:
        """Path of the plan that a job made.

        Parameters
        ----------
        job_id : str
            Of a job of the kind `plan`.

        Returns
        -------
        str

        Raises
        ------
        InputError
            It made none.
        """
        path = self.results / f"{job_id}.result.json"
        if not path.is_file():
            allowed = "a job of the kind plan that is done"
            raise InputError(Problem("no such plan", "plan", repr(job_id), allowed, "ask for the plan first"))
        return str(path)


Found = tuple[str, dict[str, Any]]
"""A sentence, and the record of the command's `--json`."""
