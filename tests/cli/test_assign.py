"""`caspia assign tntp`: Braess' network from the shell, refusals with file and line, nothing half-written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from caspia.exchange import read_flows

Command = Callable[..., CompletedProcess[str]]

# Braess (1968): six trips from 1 to 2; ten times the volume on 1-3 and 4-2, fifty and the volume on 1-4 and 3-2,
# ten and the volume on 3-4. Two trips use each of the three routes, each of cost 92.
NETWORK = """<NUMBER OF ZONES> 2
<NUMBER OF NODES> 4
<FIRST THRU NODE> 3
<NUMBER OF LINKS> 5
<END OF METADATA>
~ init_node term_node capacity length free_flow_time b power speed toll link_type ;
1 3 1 7 1e-8 1e9 1 0 0 1 ;
1 4 1 7 50 0.02 1 0 0 1 ;
3 2 1 7 50 0.02 1 0 0 1 ;
3 4 1 7 10 0.1 1 0 5 1 ;
4 2 1 7 1e-8 1e9 1 0 0 1 ;
"""
TRIPS = """<NUMBER OF ZONES> 2
<TOTAL OD FLOW> 9
<END OF METADATA>
Origin 1
1 : 3.0; 2 : 6.0;
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "net.tntp").write_text(NETWORK, encoding="utf-8")
    (tmp_path / "trips.tntp").write_text(TRIPS, encoding="utf-8")
    return tmp_path


def tree(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def run(command: Command, folder: Path, *words: str) -> CompletedProcess[str]:
    return command("assign", "tntp", "net.tntp", "trips.tntp", *words, cwd=folder)


def test_braess_from_the_shell(command: Command, files: Path) -> None:
    done = run(command, files, "--gap", "1e-10", "--out", "flows.tntp")
    assert done.returncode == 0, done.stderr
    for words in ("Links 5", "Zones 2", "Relative gap", "Objective 386", "Total time 552", "Seconds", "flows.tntp"):
        assert words in " ".join(done.stdout.split())
    assert "relative gap" in done.stderr
    flows = read_flows(files / "flows.tntp")
    assert (flows.tail + 1).tolist() == [1, 1, 3, 3, 4]
    assert (flows.head + 1).tolist() == [3, 4, 2, 4, 2]
    assert flows.volume == pytest.approx([4, 2, 2, 2, 4], abs=1e-6)
    assert flows.cost == pytest.approx([40, 52, 52, 12, 40], abs=1e-5)


def test_json(command: Command, files: Path) -> None:
    done = run(command, files, "--gap", "1e-9", "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert (record["links"], record["nodes"], record["zones"]) == (5, 4, 2)
    assert (record["demand"], record["intrazonal"]) == (9.0, 3.0)
    assert record["objective"] == pytest.approx(386)
    assert record["total_time"] == pytest.approx(552)
    assert record["total_cost"] == pytest.approx(552)
    assert abs(record["relative_gap"]) <= 1e-9
    worst = record["most_loaded"][0]
    assert {worst["from"], worst["to"]} in ({1, 3}, {4, 2})
    assert worst["ratio"] == pytest.approx(4)
    assert worst["lost_time"] == pytest.approx(160)
    assert tree(files).keys() == {"net.tntp", "trips.tntp"}


def test_weights_of_toll_and_length(command: Command, files: Path) -> None:
    """A toll of 5 at 20 a unit closes the short cut: three trips a side, each 83 and two links of length 7."""
    done = run(command, files, "--json", "--cost-of-toll", "20", "--cost-of-length", "0.5", "--gap", "1e-9")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record["total_time"] == pytest.approx(6 * 83)
    assert record["total_cost"] == pytest.approx(6 * (83 + 7))


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("net.tntp", "1 4 1 7 50", "1 4 1 7 fifty", "net.tntp:8: not a number; got 'fifty'"),
        ("net.tntp", "1 4 1 7 50", "1 4 0 7 50", "net.tntp:8: value out of range; got capacity 0"),
        (
            "net.tntp",
            "1 4 1 7 50 0.02 1",
            "1 4 1 7 50 0.02 0.5",
            "link 1 to 4: power cannot be used; got power 0.5",
        ),
        ("net.tntp", "<END OF METADATA>\n", "", "<END OF METADATA> is missing"),
        ("trips.tntp", "2 : 6.0", "2 : -6.0", "trips.tntp:5: value out of range; got demand -6 from 1 to 2"),
        ("trips.tntp", "ZONES> 2", "ZONES> 3", "trips and network do not match; got 3 zones; allowed: 2 zones"),
        ("trips.tntp", "Origin 1\n1", "Origin 2\n1", "demand has no route; got 3 trips: 2 to 1"),
    ],
)
def test_broken_files(command: Command, files: Path, file: str, old: str, new: str, said: str) -> None:
    text = (files / file).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (files / file).write_text(text.replace(old, new), encoding="utf-8")
    (files / "flows.tntp").write_text("older", encoding="utf-8")
    before = tree(files)
    done = run(command, files, "--out", "flows.tntp")
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout == ""
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert tree(files) == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--gap", "0"), "--gap: option out of range"),
        (("--gap", "nan"), "--gap: option out of range; got nan"),
        (("--gap", "1e400"), "--gap: option out of range; got inf"),
        (("--cost-of-toll", "-1"), "--cost-of-toll: option out of range; got -1"),
        (("--cost-of-length", "inf"), "--cost-of-length: option out of range"),
        (("--max-iterations", "0"), "--max-iterations: option out of range"),
        (("--out", "."), "file cannot be written"),
        (("--out", "none/flows.tntp"), "file cannot be written"),
        (("--out", "./net.tntp"), "file cannot be written; got a file that is read here"),
        (("--gap", "small"), "Usage"),
    ],
)
def test_options_that_cannot_be(command: Command, files: Path, words: tuple[str, ...], said: str) -> None:
    before = tree(files)
    done = run(command, files, *words)
    assert done.returncode == 2, done.stdout + done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert tree(files) == before


def test_missing_file(command: Command, files: Path) -> None:
    (files / "trips.tntp").unlink()
    done = run(command, files)
    assert done.returncode == 2
    assert "trips.tntp: file cannot be read; got no such file" in done.stderr


UNCONVERGED = """
import dataclasses, sys
import caspia.study.roads as module
solve = module.equilibrium
module.equilibrium = lambda *words, **more: dataclasses.replace(solve(*words, **more), converged=False)
from caspia.cli import main
sys.argv = ["caspia", *sys.argv[1:]]
main()
"""


def test_a_run_that_does_not_converge_shows_and_writes_nothing(files: Path) -> None:
    (files / "flows.tntp").write_text("older", encoding="utf-8")
    before = tree(files)
    words = ["assign", "tntp", "net.tntp", "trips.tntp", "--gap", "1e-9", "--out", "flows.tntp", "--json"]
    line = [sys.executable, "-c", UNCONVERGED, *words]
    done = subprocess.run(line, check=False, capture_output=True, encoding="utf-8", cwd=files)
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout == ""
    assert "net.tntp: relative gap not reached" in done.stderr
    assert "allowed: at most 1e-09" in done.stderr
    assert "nothing was written" in done.stderr
    assert "Traceback" not in done.stderr
    assert tree(files) == before


HALTED = """
import signal, sys
import caspia.study.roads as module
def halt(*_args, **_more):
    print("halted", flush=True)
    signal.pause()
module.equilibrium = halt
from caspia.cli import main
sys.argv = ["caspia", *sys.argv[1:]]
main()
"""


def test_interrupted_run_leaves_the_folder_as_it_was(files: Path) -> None:
    (files / "flows.tntp").write_text("older", encoding="utf-8")
    before = tree(files)
    process = subprocess.Popen(
        [sys.executable, "-c", HALTED, "assign", "tntp", "net.tntp", "trips.tntp", "--out", "flows.tntp"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=files,
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
    assert tree(files) == before
