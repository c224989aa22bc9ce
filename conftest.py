"""Examples in docstrings and code blocks of the docs run as tests."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE
from pathlib import Path
from typing import Any

from hypothesis import settings
from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser
from sybil.parsers.rest import DocTestParser

ROOT = Path(__file__).parent
# No test asserts on time: machines differ. What is drawn is the same on all; HYPOTHESIS_PROFILE=search draws
# anew each time.
settings.register_profile("caspia", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "caspia"))
OPTIONS = ELLIPSIS | NORMALIZE_WHITESPACE
# `caspia` in the examples is that of the Python which runs the tests, whether its environment is activated or not.
os.environ["PATH"] = os.pathsep.join([os.fspath(Path(sys.executable).parent), os.environ["PATH"]])
# Tests leave the folder of the user alone; all processes of a run share one in its place.
if "PYTEST_XDIST_WORKER" not in os.environ:
    _cache = tempfile.TemporaryDirectory(prefix="caspia-cache-")
    os.environ["XDG_CACHE_HOME"] = os.environ["LOCALAPPDATA"] = _cache.name


def run_console(example: Example) -> None:
    """Run the lines that begin with `$ `; the other lines must occur in what the command before them printed.

    `# exit status 2` at the end of a command says with which status it ends; 0 otherwise.
    """
    __tracebackhide__ = True
    output = ""
    for line in str(example.parsed).splitlines():
        if not line.startswith("$ "):
            if " ".join(line.split()) not in output:
                raise AssertionError(f"the command did not print {line!r}; it printed:\n{output}")
            continue
        command, _, status = line[2:].partition("# exit status")
        done = subprocess.run(
            command,
            shell=True,
            check=False,
            capture_output=True,
            encoding="utf-8",
            env=os.environ | {"COLUMNS": "200", "NO_COLOR": "1"},
        )
        output = " ".join((done.stdout + done.stderr).split())
        if done.returncode != int(status or 0):
            raise AssertionError(f"{command.strip()!r} ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def _enter(namespace: dict[str, Any]) -> None:
    """Every document runs in an empty folder of its own."""
    namespace["_folder"] = tempfile.TemporaryDirectory(prefix="caspia-docs-")
    os.chdir(namespace["_folder"].name)


def _leave(namespace: dict[str, Any]) -> None:
    os.chdir(ROOT)
    namespace["_folder"].cleanup()


_documents = Sybil(
    parsers=[PythonCodeBlockParser(doctest_optionflags=OPTIONS), CodeBlockParser("console", run_console)],
    patterns=["*.md"],
    # Run by a kernel of Jupyter instead: tests/docs/test_jupyter.py.
    excludes=["**/notebook.md"],
    setup=_enter,
    teardown=_leave,
)
_docstrings = Sybil(parsers=[DocTestParser(OPTIONS)], patterns=["*.py"], path="src")
pytest_collect_file = (_documents + _docstrings).pytest()
