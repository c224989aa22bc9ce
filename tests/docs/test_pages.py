"""The pages say what the program does: tables of results, rule of the corridors, links, generated tables."""

from __future__ import annotations

import dataclasses
import inspect
import re
import runpy
from pathlib import Path
from types import MappingProxyType

import pytest

import caspia
from caspia.cli import app, data_app, route
from caspia.cli_assign import assign_app
from caspia.data import attributes, table_schemas
from caspia.study import Study, corridors, run_study
from caspia.study.flow_columns import COLUMNS, POINTS, RANGED
from caspia.study.store import OPTIONAL, STORED

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def page(name):
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def result():
    """The study with two consignments and one observation, and no demand: its tables of flows are empty."""
    data = caspia.load("caspian").data
    tables = dict(data.tables)
    for name, rows in (("consignments", 2), ("observations", 1), ("demand", 0)):
        tables[name] = tables[name].head(rows)
    return run_study(Study(dataclasses.replace(data, tables=MappingProxyType(tables))), alternatives=1)


def documented(name, mark=""):
    """Columns in the first cells of the tables of a section of results.md, of rows whose meaning bears a mark."""
    section = re.search(
        rf"^## [^\n]*\b{name}\b[^\n]*\n(.*?)(?=^## |\Z)", page("results.md"), re.MULTILINE | re.DOTALL
    )
    assert section is not None, name
    cells = re.findall(rf"^\| (`[^|]*) \| {mark}", section[1], re.MULTILINE)
    return {column for cell in cells for column in re.findall(r"`(\w+)`", cell)}


def test_every_stored_table_has_a_section():
    titles = re.findall(r"^## (.*)$", page("results.md"), re.MULTILINE)
    assert [name for title in titles for name in title.split(", ")] == [*STORED, *OPTIONAL]


@pytest.mark.parametrize("name", ["consignments", "routes", "legs", "barred", "validation", "counts"])
def test_columns_of_results(result, name):
    assert documented(name) == set(result.tables[name].columns)


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_of_flows(result, name):
    more = {"shadow_value_usd", "shadow_value_usd_per_t"} if name == "flow_servers" else set()
    assert documented(name) == {*POINTS[name], *more}
    assert documented(name, r"\*interval\*") == {*RANGED.get(name, ()), *more}
    assert list(result.tables[name].columns) == list(COLUMNS[name])


def test_columns_shared_with_the_data(result):
    schemas = table_schemas()
    facts = next(schema for schema in schemas.values() if schema.is_facts)
    assert set(result.tables["facts"].columns) == {*facts.columns, "key"} - {"rank"}
    for name, key, more in (
        ("sources", "source_id", set()),
        ("places", "place_id", set()),
        ("links", "link_id", {"corridor"}),
    ):
        renamed = {key if column == "id" else column for column in schemas[name].columns}
        assert set(result.tables[name].columns) == renamed | more


def numbered(text):
    """Items of a numbered list, each on one line."""
    items = re.findall(r"^\d+\. (.*(?:\n {3}\S.*)*)", text, re.MULTILINE)
    return [" ".join(item.split()) for item in items]


def test_rule_of_the_corridors_is_that_of_the_code():
    assert numbered(page("corridors.md")) == numbered(corridors.__doc__)
    assert len(numbered(page("corridors.md"))) > 4


def test_generated_tables_name_everything():
    written = runpy.run_path(str(DOCS / "conf.py"))
    tables, quantities = written["data_tables"](), written["attribute_table"]()
    for schema in table_schemas().values():
        assert f"`{schema.path}`" in tables
        assert all(f"| `{column}` |" in tables for column in schema.columns)
    assert all(f"| `{name}` |" in quantities for name in attributes())
    assert "<!-- data tables -->" in page("data.md")
    assert "<!-- attributes -->" in page("data.md")


def test_every_recipe_in_use_is_explained():
    recipes = caspia.load("caspian").data.facts.frame["recipe"]
    used = set(recipes[recipes != ""].str.extract(r"^([a-z_]+)")[0])
    section = page("data.md").partition("### Recipes")[2].partition("###")[0]
    assert used <= set(re.findall(r"`([a-z_]+)", section))


@pytest.mark.parametrize("path", [ROOT / "README.md", *sorted(DOCS.glob("*.md"))], ids=lambda path: path.name)
def test_links_within_the_repository_lead_somewhere(path):
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_every_command_is_documented():
    commands = {info.name or info.callback.__name__.replace("_", " ") for info in app.registered_commands}
    commands |= {f"data {info.name}" for info in data_app.registered_commands}
    for group in app.registered_groups:
        if group.typer_instance not in (data_app, assign_app):
            commands |= {info.callback.__name__ for info in group.typer_instance.registered_commands}
    commands |= {f"assign {info.name or info.callback.__name__}" for info in assign_app.registered_commands}
    assert set(re.findall(r"^## `caspia ([\w ]+)`$", page("commands.md"), re.MULTILINE)) == commands


def test_every_option_of_route_is_documented():
    section = page("commands.md").partition("## `caspia route`")[2].partition("\n## ")[0]
    options = set(re.findall(r"^\| `--(\w+)` \|", section, re.MULTILINE))
    names = {"json" if name == "as_json" else name for name in inspect.signature(route).parameters}
    assert options == names - {"origin", "destination"}
