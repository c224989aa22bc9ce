"""`caspia risk`: what it prints, what it writes for machines, what it refuses, and what it keeps."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flow_world import DRAWING
from risk_world import RISK_EDITS, RISK_FACTS

from drawn import draw

Command = Callable[..., subprocess.CompletedProcess[str]]
# Stops the command when some draws are finished, until the signal comes.
HALTED = """
import signal, sys
import caspia.study.risk as module
run = module.run_ensemble
def halt(work, tasks, place, *, kept, tell):
    def told(done, of):
        tell(done, of)
        if done >= 20:
            print("halted", flush=True)
            signal.pause()
    return run(work, tasks, place, kept=kept, tell=told)
module.run_ensemble = halt
from caspia.cli import main
main()
"""
LINE = ("risk", "-n", "24", "--workers", "1", "--data", "../world")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("risk")
    draw(home / "world", DRAWING, RISK_FACTS, RISK_EDITS)
    (home / "run").mkdir()
    return home / "run"


def test_it_prints_metrics_places_and_events(home: Path, command: Command) -> None:
    done = command(*LINE, cwd=home)
    assert done.returncode == 0, done.stderr
    for words in ("The Trans-Caspian route carries", "24 drawn years", "Line blocked"):
        assert words in done.stdout
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"), [(("-n", "0"), "-n"), (("--scheduler", "tcp://127.0.0.1:9"), "dask scheduler")]
)
def test_bad_options_are_refused(home: Path, command: Command, words: tuple[str, ...], said: str) -> None:
    done = command(*LINE, *words, cwd=home)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_interrupted_it_keeps_finished_draws_and_goes_on(home: Path, command: Command) -> None:
    line = [*LINE, "--json", "--no-critical"]
    process = subprocess.Popen(
        [sys.executable, "-c", HALTED, *line],
        cwd=home,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        # A shell may start us deaf to the signal; the interpreter then would be too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        env=os.environ | {"NO_COLOR": "1"},
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "halted\n"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "Traceback" not in errors
    (kept,) = home.iterdir()
    assert f"--resume {kept.name}" in errors
    again, whole = command(*line, "--resume", kept.name, cwd=home), command(*line, cwd=home)
    assert again.returncode == 0, again.stderr
    assert again.stdout == whole.stdout
    found = json.loads(whole.stdout)
    assert {"name", "p5", "p50", "p95", "se"} <= set(found["metrics"][0])
    assert {"metric", "group", "first", "total"} <= set(found["sensitivity"][0])
    assert found["critical"] == found["interdiction"] == []
    other = command(*line, "--resume", kept.name, "--seed", "2", cwd=home)
    assert other.returncode == 2
    assert "draws of another run" in other.stderr
