"""What the tests of several rooms share: the built-in study and the command as a process."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from filelock import FileLock

from caspia.study import Result, Study, run_study
from caspia.study.kept_routes import user_routes

Command = Callable[..., subprocess.CompletedProcess[str]]
ENVIRONMENT = os.environ | {"COLUMNS": "200", "NO_COLOR": "1", "PYTHONWARNINGS": "error"}


@pytest.fixture(scope="session")
def real() -> Study:
    """Return the study on the built-in data, whose routes one process of a run finds for all."""
    return Study.open(kept=user_routes())


FEW_DRAWS = 10
"""Draws of the facts behind intervals of flows: as few as give any."""


@pytest.fixture(scope="session")
def answered(real: Study, tmp_path_factory: pytest.TempPathFactory) -> Result:
    """Return all reference consignments, answered once; the chapters on investment have tests of their own.

    Where tests run in several processes, the first that asks computes it and the others read what it wrote.
    """
    settings = replace(real.settings, flow_draws=FEW_DRAWS, rollout_draws=0, risk_draws=0)
    study = Study(real.data, settings, kept=real.kept)
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return run_study(study)
    kept = tmp_path_factory.getbasetemp().parent / "answered.pickle"
    with FileLock(kept.with_suffix(".lock")):
        if kept.exists():
            tables, manifest = pickle.loads(kept.read_bytes())
            return Result(MappingProxyType(tables), MappingProxyType(manifest))
        found = run_study(study)
        kept.write_bytes(pickle.dumps((dict(found.tables), dict(found.manifest))))
    return found


@pytest.fixture(scope="session")
def command() -> Command:
    """Return a function that runs `caspia` in a process of its own."""

    def run(*words: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        line: Sequence[str] = [sys.executable, "-m", "caspia", *map(str, words)]
        return subprocess.run(line, check=False, capture_output=True, encoding="utf-8", cwd=cwd, env=ENVIRONMENT)

    return run
