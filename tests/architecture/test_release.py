"""Version, changelog, commands of the README, locks and notice agree with each other."""

from __future__ import annotations

import csv
import re
import tomllib

import pytest

import caspia


@pytest.fixture(scope="module")
def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def sources(root):
    with (root / "src/caspia/datasets/caspian/sources.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def locked(root, name):
    """Packages of a lock file with the number of their hashes."""
    text = (root / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip()]
    return [(line.split("==")[0], line.count("--hash=sha256:"), line) for line in lines]


def test_one_version(root, project):
    changes = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[(\d+\.\d+\.\d+)\]", changes, re.MULTILINE)
    assert newest is not None
    assert newest[1] == project["project"]["version"] == caspia.__version__


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_locks_pin_and_hash_and_name_no_address(root, name):
    packages = locked(root, name)
    assert packages
    assert [line for package, hashes, line in packages if "==" not in line or not hashes] == []
    text = (root / name).read_text(encoding="utf-8")
    assert re.findall(r"://|file:|@ |^-|--(?!hash=sha256:[0-9a-f]{64})", text, re.MULTILINE) == []


def test_locks_hold_every_requirement(root, project):
    def names(requirements):
        return {re.split(r"[<>=!~ ;\[]", item)[0].lower() for item in requirements}

    runtime = {package for package, _, _ in locked(root, "requirements.txt")}
    dev = {package for package, _, _ in locked(root, "requirements-dev.txt")}
    needed = names(project["project"]["dependencies"]) | names(project["build-system"]["requires"])
    assert needed <= runtime
    assert needed | names(project["project"]["optional-dependencies"]["dev"]) <= dev


def test_runtime_lock_is_part_of_the_dev_lock(root):
    """One environment serves both, whichever is installed first."""
    dev = {line for _, _, line in locked(root, "requirements-dev.txt")}
    assert [package for package, _, line in locked(root, "requirements.txt") if line not in dev] == []


def test_readme_commands_are_targets(root):
    readme = (root / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^make (\w+)$", readme, re.MULTILINE)
    assert commands == ["study", "test"]
    targets = re.findall(r"^(\w+):", (root / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(commands) <= set(targets)


def test_continuous_integration_runs_the_tests(root):
    script = root / ".ci/run"
    assert script.stat().st_mode & 0o111
    assert "make test" in script.read_text(encoding="utf-8")


def test_notice_names_every_licence_of_the_sources(root, sources):
    notice = (root / "NOTICE").read_text(encoding="utf-8")
    licences = {row["licence"] for row in sources}
    assert sorted(licence for licence in licences if licence not in notice) == []


def test_no_source_is_without_title_publisher_and_licence(sources):
    assert [row["id"] for row in sources if not (row["title"] and row["publisher"] and row["licence"])] == []
