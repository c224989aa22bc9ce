"""Where the answer goes: terminals without Unicode, pipes whose reader has gone, disks without room."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

LINE = [sys.executable, "-m", "caspia"]
TEXT, JSON, HELP = ("places", "Khorgos"), ("places", "Khorgos", "--json"), ("route", "--help")
FULL = Path("/dev/full")


def run(*words: str, encoding: str) -> subprocess.CompletedProcess[bytes]:
    environment = os.environ | {"PYTHONIOENCODING": encoding, "COLUMNS": "120"}
    return subprocess.run([*LINE, *words], check=False, capture_output=True, env=environment)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_terminal_without_unicode(encoding: str) -> None:
    done = run("route", "KZALA", "DEDUI", encoding=encoding)
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode(encoding)
    assert "CO2e" in text
    assert "Malaszewicze" in text
    assert max(len(row) for row in text.splitlines()) <= 120


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_json_loses_nothing_without_unicode(encoding: str) -> None:
    plain, full = (run(*JSON, encoding=code) for code in (encoding, "utf-8"))
    assert json.loads(plain.stdout.decode(encoding)) == json.loads(full.stdout.decode("utf-8"))
    assert b"\\u" in plain.stdout
    assert b"\\u" not in full.stdout


def test_error_in_another_script_without_unicode() -> None:
    done = run("route", "Алматык", "DEDUI", encoding="ascii")
    assert done.returncode == 2
    assert done.stderr.startswith(b"caspia: place: unknown place; got '???????'")


def refused(errors: str) -> None:
    assert errors.startswith("caspia: standard output: answer cannot be written; got ")
    assert errors.count("\n") == 1


@pytest.mark.skipif(not FULL.exists(), reason="the system has no full device")
@pytest.mark.parametrize("words", [TEXT, JSON, HELP])
def test_full_disk(words: tuple[str, ...]) -> None:
    with FULL.open("w") as full:
        done = subprocess.run([*LINE, *words], check=False, stdout=full, stderr=subprocess.PIPE, encoding="utf-8")
    assert done.returncode == 1
    refused(done.stderr)


@pytest.mark.parametrize("words", [TEXT, JSON, HELP])
def test_reader_of_the_pipe_has_gone(words: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as gone:
        done = subprocess.run([*LINE, *words], check=False, stdout=gone, stderr=subprocess.PIPE, encoding="utf-8")
    assert done.returncode == 1
    refused(done.stderr)
