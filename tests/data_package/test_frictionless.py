"""An independent program reads and checks the built-in data: any Frictionless tool can."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from frictionless import Package

import caspia

FOLDER = Path(caspia.__file__).parent / "datasets" / "caspian"
DESCRIPTOR = FOLDER / "datapackage.json"


@pytest.fixture(scope="module")
def report():
    return Package(str(DESCRIPTOR)).validate()


def test_every_table_is_valid(report):
    errors = report.flatten(["name", "rowNumber", "fieldName", "message"])
    assert errors[:20] == []
    assert report.valid


def test_every_table_was_read(report):
    declared = [resource["name"] for resource in json.loads(DESCRIPTOR.read_text(encoding="utf-8"))["resources"]]
    assert [task.name for task in report.tasks] == declared
    assert [task.name for task in report.tasks if not task.stats.get("rows")] == []


def test_no_table_lies_about_undeclared():
    declared = {resource["path"] for resource in json.loads(DESCRIPTOR.read_text(encoding="utf-8"))["resources"]}
    assert {path.name for path in FOLDER.glob("*.csv")} == declared
