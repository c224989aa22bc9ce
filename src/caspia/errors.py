"""The exception tree.

CaspiaError
├── InputError          what the user gave cannot be used (exit status 2)
│   ├── DataError       a data folder breaks its rules; carries every problem found
│   ├── UnknownName     no place, commodity, country … of that name; carries suggestions
│   ├── ClosureError    a closure or constraint that cannot be honoured
│   └── Unreachable     no way between two places under the constraints given
└── NotConverged        an iteration ended before it reached what was asked (exit status 1)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: what, where, what was got, what is allowed, how to repair."""

    what: str
    where: str = ""
    got: str = ""
    allowed: str = ""
    repair: str = ""
    severity: str = "error"

    def __str__(self) -> str:
        """Write the problem on one line."""
        parts = [f"{self.where}: {self.what}" if self.where else self.what]
        if self.got:
            parts.append(f"got {self.got}")
        if self.allowed:
            parts.append(f"allowed: {self.allowed}")
        if self.repair:
            parts.append(f"repair: {self.repair}")
        return "; ".join(parts)


class CaspiaError(Exception):
    """Root of all errors that Caspia raises on purpose."""


class InputError(CaspiaError):
    """What the user gave cannot be used.

    Parameters
    ----------
    problem : Problem
        What is wrong and how to repair it.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class DataError(InputError):
    """A data folder that breaks its rules.

    Parameters
    ----------
    problems : sequence of Problem
        All of them, in order of file and row.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems[0])
        self.problems = tuple(problems)

    def __str__(self) -> str:
        """Show the first twenty problems and count the rest."""
        lines = [str(problem) for problem in self.problems[:20]]
        if len(self.problems) > 20:
            lines.append(f"… and {len(self.problems) - 20} more; `caspia check DIR` lists all")
        return "\n".join(lines)


class UnknownName(InputError):
    """A name that nothing in the data answers to."""


class ClosureError(InputError):
    """A closure or constraint that cannot be honoured."""


class Unreachable(InputError):
    """No way leads from the origin to the destination under the constraints."""


class NotConverged(CaspiaError):
    """An iteration that ended before it reached what was asked; its numbers are no result.

    Parameters
    ----------
    problem : Problem
        What was reached, what was asked, how to go on.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem
