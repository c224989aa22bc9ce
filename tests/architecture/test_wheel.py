"""The wheel, in a Python without any other package, holds all tables, the templates and the notice."""

from __future__ import annotations

import csv
import json
import subprocess
import sys

import pytest

COUNT = """
import json, sys
from importlib import resources
sys.path.insert(0, sys.argv[1])
import caspia
root = resources.files("caspia")
tables = root.joinpath("datasets", "caspian")
rows = {}
for entry in tables.iterdir():
    if entry.name.endswith(".csv"):
        rows[entry.name] = entry.read_text(encoding="utf-8").count("\\n")
print(json.dumps({
    "file": caspia.__file__,
    "version": caspia.__version__,
    "lines": rows,
    "schema": json.loads(tables.joinpath("datapackage.json").read_text(encoding="utf-8")),
    "attributes": root.joinpath("data", "attributes.csv").read_text(encoding="utf-8"),
    "notice": root.joinpath("NOTICE").read_text(encoding="utf-8"),
    "scenarios": {
        entry.name: entry.read_text(encoding="utf-8") for entry in root.joinpath("datasets", "scenarios").iterdir()
    },
    "templates": sorted(entry.name for entry in root.joinpath("view", "templates").iterdir()),
}))
"""


@pytest.fixture(scope="module")
def target(root, tmp_path_factory):
    """Folder into which the wheel, built afresh, is installed alone."""
    built, folder = tmp_path_factory.mktemp("wheel"), tmp_path_factory.mktemp("target")
    run = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(built)]
    subprocess.run(run, cwd=root, check=True, capture_output=True)
    (wheel,) = built.glob("*.whl")
    run = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile"]
    subprocess.run([*run, "--target", str(folder), str(wheel)], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def installed(target):
    """What an isolated Python (-I) without site packages (-S) finds in the wheel."""
    done = subprocess.run(
        [sys.executable, "-B", "-I", "-S", "-c", COUNT, str(target)],
        check=True,
        capture_output=True,
        encoding="utf-8",
        cwd=target,
    )
    return json.loads(done.stdout)


def test_the_package_comes_from_the_wheel(installed, target):
    assert installed["file"].startswith(str(target))


def test_every_declared_table_is_there_with_all_rows(installed, root):
    source = root / "src/caspia/datasets/caspian"
    declared = [resource["path"] for resource in installed["schema"]["resources"]]
    assert sorted(installed["lines"]) == sorted(declared)
    for name in declared:
        text = (source / name).read_text(encoding="utf-8")
        assert installed["lines"][name] == text.count("\n")
        assert len(list(csv.reader(text.splitlines()))) > 1


def test_other_files_are_there(installed, root):
    assert installed["attributes"] == (root / "src/caspia/data/attributes.csv").read_text(encoding="utf-8")
    assert installed["notice"] == (root / "NOTICE").read_text(encoding="utf-8")
    templates = root / "src/caspia/view/templates"
    assert installed["templates"] == sorted(path.name for path in templates.iterdir())


def test_every_scenario_is_there(installed, root):
    files = sorted((root / "src/caspia/datasets/scenarios").glob("*.toml"))
    assert files
    assert installed["scenarios"] == {path.name: path.read_text(encoding="utf-8") for path in files}


def test_no_tests_or_caches_are_in_the_wheel(target):
    strange = [path for path in target.rglob("*") if path.is_file() and path.suffix in (".pyc", ".nbi", ".nbc")]
    assert not strange
    assert not (target / "tests").exists()
