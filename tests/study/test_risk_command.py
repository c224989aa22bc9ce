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


@pytest.mark.parametrize(
    ("key", "bounds", "said"),
    [
        ("evt-blocked.event_loss_share", (0.3, 1.4, 1.6), "event_loss_share"),
        ("evt-blocked.event_loss_share", (-0.2, 0.4, 0.6), "event_loss_share"),
        ("evt-blocked.events_per_year", (-1, 2, 4), "events_per_year"),
        ("evt-blocked.event_days", (9, 5, 40), "low"),
        ("evt-russia.event_days", (30, 60, 50), "high"),
        ("KZBBB.closure_share_m01", (0.1, 0.3, 1.2), "closure_share_m01"),
    ],
)
def test_probabilities_and_intervals_that_are_none_are_refused(
    tmp_path: Path, command: Command, key: str, bounds: tuple[float, float, float], said: str
) -> None:
    draw(tmp_path / "world", DRAWING, RISK_FACTS | {key: bounds}, RISK_EDITS)
    done = command("risk", "-n", "4", "--data", "world", "--json", cwd=tmp_path)
    assert done.returncode == 2
    for words in (key.partition(".")[0], said, "facts"):
        assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert [path.name for path in tmp_path.iterdir()] == ["world"]


@pytest.mark.parametrize("scheduler", ["threads", "local"])
def test_interrupted_it_keeps_finished_draws_and_goes_on(
    tmp_path: Path, home: Path, command: Command, scheduler: str
) -> None:
    line = [*LINE[:-1], str(home.parent / "world"), "--json", "--no-critical"]
    home = tmp_path
    process = subprocess.Popen(
        [sys.executable, "-c", HALTED, *line, "--scheduler", scheduler],
        cwd=home,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        # A shell may start us deaf to the signal; the interpreter then would be too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        env=os.environ | {"NO_COLOR": "1"},
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "halted\n"
        # As a terminal does: to the command and to all of its workers.
        os.killpg(process.pid, signal.SIGINT)
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
