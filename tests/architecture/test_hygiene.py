"""What is in the repository is meant to be there."""

from __future__ import annotations

import re
import subprocess

import pytest

MAX_FILE_BYTES = 2_000_000
# Absolute paths of one machine; written so that this file does not match itself.
LOCAL = re.compile(r"(?<![\w.:/-])/(?:work|root|opt|home)/\w|\.\./sh" r"ared/|\bissues" r" show\b")
TEXT = {".py", ".md", ".toml", ".txt", ".csv", ".json", ".cfg", ".html", ".css", ".js", ".yml", ""}


@pytest.fixture(scope="module")
def files(root):
    """Files that git tracks or would track."""
    run = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(run, cwd=root, capture_output=True, text=True, check=True).stdout
    found = [root / name for name in listed.split("\0") if name]
    assert len(found) > 50
    return [path for path in found if path.exists()]


def text_files(files):
    return [path for path in files if path.suffix in TEXT]


def test_no_path_or_tool_of_one_machine(files):
    hits = [
        f"{path}:{number}: {line.strip()[:120]}"
        for path in text_files(files)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if LOCAL.search(line)
    ]
    assert not hits


def test_text_is_utf8_with_unix_line_ends(files):
    for path in text_files(files):
        raw = path.read_bytes()
        raw.decode("utf-8")
        assert b"\r" not in raw, path
        assert not raw or raw.endswith(b"\n"), path


def test_no_large_or_built_files(files):
    assert [str(path) for path in files if path.stat().st_size > MAX_FILE_BYTES] == []
    assert [str(path) for path in files if path.suffix in (".pyc", ".whl", ".duckdb", ".gz", ".zip")] == []
