"""What the tests of several rooms share: the built-in study and the command as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

import caspia
from caspia.study import Result, Study, run_study

Command = Callable[..., subprocess.CompletedProcess[str]]
ENVIRONMENT = os.environ | {"COLUMNS": "200", "NO_COLOR": "1", "PYTHONWARNINGS": "error"}


@pytest.fixture(scope="session")
def real() -> Study:
    """Return the study on the built-in data."""
    return caspia.load("caspian")


@pytest.fixture(scope="session")
def answered(real: Study) -> Result:
    """Return all reference consignments, answered once; the chapters on investment have tests of their own."""
    return run_study(Study(real.data, replace(real.settings, rollout_draws=0, risk_draws=0)))


@pytest.fixture(scope="session")
def command() -> Command:
    """Return a function that runs `caspia` in a process of its own."""

    def run(*words: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        line: Sequence[str] = [sys.executable, "-m", "caspia", *map(str, words)]
        return subprocess.run(line, check=False, capture_output=True, encoding="utf-8", cwd=cwd, env=ENVIRONMENT)

    return run
