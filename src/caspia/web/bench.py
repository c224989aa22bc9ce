"""What a job works with: a study that is warm, saved scenarios, and the results of other jobs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caspia.errors import InputError, Problem
from caspia.study import Study
from caspia.study.plan_file import PlanFile, read_plan
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
    plans : mapping of str to object
        Records of the plans that the ask rests on, by id of the job that made them.
    keep : pathlib.Path
        File in which a long job may keep what it found so far.
    """

    study: Study
    saved: Mapping[str, str]
    plans: Mapping[str, Any]
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

    def plan(self, job_id: str) -> PlanFile:
        """A plan that a job made.

        Parameters
        ----------
        job_id : str
            Of a job of the kind `plan`.

        Returns
        -------
        PlanFile

        Raises
        ------
        InputError
            It made none.
        """
        if job_id not in self.plans:
            allowed = "a job of the kind plan that is done"
            raise InputError(Problem("no such plan", "plan", repr(job_id), allowed, "ask for the plan first"))
        return read_plan(self.plans[job_id], f"plan of job {job_id}", self.study.data)

    def starts(self, job_id: str) -> dict[str, int] | None:
        """Starts of the works of a plan that a job made.

        Parameters
        ----------
        job_id : str
            Of a job of the kind `plan`; empty for no plan.

        Returns
        -------
        dict of str to int, or None
            By project.

        Raises
        ------
        InputError
            It made none.
        """
        return self.plan(job_id).starts if job_id else None


Found = tuple[str, dict[str, Any]]
"""A sentence, and the record of the command's `--json`."""


def is_job_id(text: str) -> bool:
    """Whether a text has the form of the id of a job.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_job_id("0123456789abcdef"), is_job_id("../0123456789abc")
    (True, False)
    """
    return len(text) == 16 and set(text) <= set("0123456789abcdef")
