"""Ctrl-C in the middle of the main job: status 130, no traceback, and the folder as it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from drawn import draw

DRAWING = "KZAAA -rail1520:100- KZBBB -ferry:300- AZCCC -rail1520:200- GEDDD"
CONSIGNMENT = {"origin_id": "KZAAA", "destination_id": "GEDDD", "commodity_id": "containers"}

# Runs the command and stops at the first sign of life of a stage, until the signal comes.
HALTED = """
import sys, signal
import caspia.study.{module} as module
def halt(*_args, **_more):
    print("halted", flush=True)
    signal.pause()
module.{name} = halt
from caspia.cli import main
sys.argv = ["caspia", *sys.argv[1:]]
main()
"""


@pytest.mark.parametrize(("module", "name"), [("reference", "validate"), ("store", "write_database")])
def test_interrupted_study_leaves_the_folder_as_it_was(tmp_path: Path, module: str, name: str) -> None:
    world = draw(tmp_path / "world", DRAWING, edits={"consignments": {"cns-one": CONSIGNMENT}})
    out = tmp_path / "out"
    out.mkdir()
    (out / "results.duckdb").write_bytes(b"older")
    line = [sys.executable, "-c", HALTED.format(module=module, name=name)]
    line += ["study", "--data", str(world), "--out", str(out)]
    process = subprocess.Popen(
        line,
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
    assert errors.endswith("caspia: interrupted; nothing was written\n")
    assert {path.name: path.read_bytes() for path in out.iterdir()} == {"results.duckdb": b"older"}
