"""`caspia risk`: what it prints, what it writes for machines, and what it refuses."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "study"))
from flow_world import DRAWING
from risk_world import RISK_EDITS, RISK_FACTS

from drawn import draw

RUN = "from caspia.cli import main; main()"
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


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw(tmp_path_factory.mktemp("world"), DRAWING, RISK_FACTS, RISK_EDITS)


def run(folder: Path, *words: str, code: str = RUN) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-c", code, "risk", *words]
    environment = os.environ | {"NO_COLOR": "1", "COLUMNS": "100"}
    return subprocess.run(line, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_it_prints_metrics_and_places(world: Path, tmp_path: Path) -> None:
    done = run(tmp_path, "-n", "24", "--workers", "1", "--data", str(world))
    assert done.returncode == 0, done.stderr
    assert "The Trans-Caspian route carries" in done.stdout
    assert "24 drawn years" in done.stdout
    assert "Line blocked" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_json_holds_the_promised_fields_and_threads_and_processes_agree(world: Path, tmp_path: Path) -> None:
    line = ("-n", "16", "--json", "--no-critical", "--data", str(world))
    one, two = run(tmp_path, *line), run(tmp_path, *line, "--scheduler", "local", "--workers", "2")
    assert one.returncode == two.returncode == 0, two.stderr
    found = json.loads(one.stdout)
    assert {"name", "p5", "p50", "p95", "se"} <= set(found["metrics"][0])
    assert {"metric", "group", "first", "total"} <= set(found["sensitivity"][0])
    assert found["critical"] == found["interdiction"] == []
    assert found == json.loads(two.stdout)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-n", "0"), "-n"),
        (("--seed", "-1"), "--seed"),
        (("--year", "2050"), "--year"),
        (("--scheduler", "somewhere"), "--scheduler"),
        (("--workers", "0"), "--workers"),
        (("--scheduler", "tcp://127.0.0.1:9"), "dask scheduler"),
    ],
)
def test_bad_options_are_refused(world: Path, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    done = run(tmp_path, "-n", "2", "--data", str(world), *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_draws_of_another_seed_are_refused(world: Path, tmp_path: Path) -> None:
    line = ("-n", "4", "--no-critical", "--data", str(world), "--resume", "kept")
    assert run(tmp_path, *line).returncode == 0
    done = run(tmp_path, *line, "--seed", "2")
    assert done.returncode == 2
    assert "draws of another run" in done.stderr


@pytest.mark.parametrize("option", [(), ("--resume", "kept")])
def test_interrupted_it_keeps_finished_draws_and_goes_on(
    world: Path, tmp_path: Path, option: tuple[str, ...]
) -> None:
    line = ["-n", "48", "--json", "--no-critical", "--workers", "1", "--data", str(world)]
    process = subprocess.Popen(
        [sys.executable, "-c", HALTED, "risk", *line, *option],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
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
    (kept,) = tmp_path.iterdir()
    assert f"--resume {kept.name}" in errors
    again, whole = run(tmp_path, *line, "--resume", kept.name), run(tmp_path, *line)
    assert again.returncode == 0, again.stderr
    assert again.stdout == whole.stdout
