"""The pages say what the program does: tables of results, rule of the corridors, links, generated tables."""

from __future__ import annotations

import dataclasses
import importlib
import re
import sys
from pathlib import Path
from types import MappingProxyType

import pytest

import caspia
from caspia.data import attributes, table_schemas
from caspia.study import Study, corridors, run_study
from caspia.study.flow_columns import COLUMNS, POINTS, RANGED
from caspia.study.store import OPTIONAL, STORED, meaning

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts)
SHARED_SECTIONS = ("places", "links", "flow_bottlenecks")
"""Tables that share the section of another."""
sys.path.insert(0, str(ROOT / "tools"))

from manual import commands, data_book, data_tables, hook, result_tables  # noqa: E402 - the tools are beside the package


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
    tables, quantities = data_tables.data_tables(), data_tables.attribute_table()
    for schema in table_schemas().values():
        assert f"`{schema.path}`" in tables
        assert all(f"| `{column}` |" in tables for column in schema.columns)
        assert all(field.description for field in schema.fields)
    assert all(f"| `{name}` | {item.unit} |" in quantities for name, item in attributes().items())


def test_every_number_of_the_data_has_a_unit():
    for schema in table_schemas().values():
        for field in schema.fields:
            assert bool(field.unit) == (field.type in ("number", "integer")), (schema.name, field.name)
            assert (field.unit == "as in unit") <= ("unit" in schema.columns), (schema.name, field.name)
            if field.name.endswith(("_mm", "_year")):
                assert field.unit == field.name.rpartition("_")[2], (schema.name, field.name)


def test_every_mark_of_the_pages_is_filled():
    marks = {
        mark for path in PAGES for mark in re.findall(r"^<!-- [^>]* -->$", path.read_text("utf-8"), re.MULTILINE)
    }
    assert marks == set(hook.WRITTEN)


def test_units_of_results_are_those_of_the_store():
    shown = result_tables.with_units(page("results.md"))
    for table, column in (("routes", "time_h"), ("flow_corridors", "flow_t"), ("plan", "cost_usd")):
        section = shown.partition(f"\n## {table}\n")[2].partition("\n## ")[0]
        row = next(line for line in section.splitlines() if f"`{column}`" in line)
        assert meaning(table, column)
        assert f"| {meaning(table, column)}" in row
    assert shown.count("| column | unit | meaning |") == len([*STORED, *OPTIONAL]) - len(SHARED_SECTIONS)


def test_the_data_book_has_every_source_with_all_that_rests_on_it():
    data = caspia.load("caspian").data
    book, rests = data_book.source_list(), data_book.rests_of(data)
    assert all(f"\n- `{name}` " in book for name in data.tables["sources"]["id"])
    assert sum(item.methods.total() for item in rests.values()) == len(data.facts.frame)
    assert sum(item.objects["links"] for item in rests.values()) == len(data.tables["links"])
    assert "Nothing rests on it" not in book
    methods = dict(re.findall(r"^\| (\w+) \| ([\d,]+) \|", data_book.facts_by_method(), re.MULTILINE))
    counted = data.facts.frame["method"].value_counts()
    assert {name: int(methods[name].replace(",", "")) for name in counted.index} == counted.to_dict()


def test_every_recipe_in_use_is_explained():
    recipes = caspia.load("caspian").data.facts.frame["recipe"]
    used = set(recipes[recipes != ""].str.extract(r"^([a-z_]+)")[0])
    section = page("data.md").partition("### Recipes")[2].partition("###")[0]
    assert used <= set(re.findall(r"`([a-z_]+)", section))


@pytest.mark.parametrize("path", [ROOT / "README.md", *PAGES], ids=lambda path: path.name)
def test_links_within_the_repository_lead_somewhere(path):
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_every_page_is_in_the_index():
    listed = set()
    for start in (DOCS / "index.md", DOCS / "method.md"):
        for tree in re.findall(r"```\{toctree\}\n(.*?)```", start.read_text("utf-8"), re.DOTALL):
            listed |= {DOCS / f"{line}.md" for line in tree.splitlines() if line and not line.startswith(":")}
    assert listed | {DOCS / "index.md"} == set(PAGES)


def sections(text, level):
    """Bodies of the sections of a level by their title; what a code block holds is no title."""
    plain = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    found = re.split(rf"^{'#' * level} (.*)$", plain, flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2], strict=True))


def test_every_question_has_equations_assumptions_limits_and_literature():
    asked = {}
    for path in (DOCS / "method").glob("*.md"):
        asked |= {title.partition(".")[0]: body for title, body in sections(path.read_text("utf-8"), 2).items()}
    assert set(asked) == {f"Q{number}" for number in range(1, 12)}
    known = {name for name, _ in commands.every()}
    for body in asked.values():
        parts = sections(body, 3)
        assert list(parts) == ["Equations", "Assumptions", "Limits", "Literature"]
        assert "$" in parts["Equations"]
        assert all(
            re.search(r"^- \S", parts[name], re.MULTILINE) for name in ("Assumptions", "Limits", "Literature")
        )
        assert set(re.findall(r"`(caspia \w+)", body)) & known


def test_every_command_is_documented():
    titles = re.findall(r"^## `(caspia [\w ]+)`$", page("commands.md"), re.MULTILINE)
    assert set(titles) == {name for name, _ in commands.every()}


SHARED_OPTIONS = {"--data", "--json", "--scenario"}
"""Explained once at the head of the page."""


@pytest.mark.parametrize(("name", "command"), list(commands.every()), ids=lambda item: str(item))
def test_every_option_is_documented(name, command):
    body = sections(page("commands.md"), 2)[f"`{name}`"]
    said = set(re.findall(r"(?<![\w-])-{1,2}[a-z][\w-]*", body)) | SHARED_OPTIONS
    missing = [sorted(names) for names in commands.options(command) if not names & said]
    assert missing == []
    if name != "caspia serve":  # whose text tells of other programs too
        known = set().union(*commands.options(command), {"--help"})
        rows = re.findall(r"^\| ((?:`-[^|]*`(?:, )?)+) \|", body, re.MULTILINE)
        assert {word for row in rows for word in re.findall(r"`(-{1,2}[\w-]+)", row)} <= known


def test_public_names_of_python_exist():
    """Sphinx would warn; this says so without a build."""
    named = re.findall(r"^\.\. auto(?:class|function|module):: ([\w.]+)(?:\(\))?$", page("python.md"), re.MULTILINE)
    assert len(named) == len(set(named)) > 30
    for name in named:
        module, _, last = name.rpartition(".")
        assert name == "caspia.errors" or hasattr(importlib.import_module(module), last), name
    shown = set(named)
    for room in ("study", "scenario"):
        exported = importlib.import_module(f"caspia.{room}").__all__
        assert len(shown & {f"caspia.{room}.{name}" for name in exported}) > 8


@pytest.mark.parametrize("path", sorted((DOCS / "guides").glob("*.md")), ids=lambda path: path.stem)
def test_a_guide_ends_with_something_checked(path):
    blocks = re.findall(r"^```(\w+)\n(.*?)^```", path.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert {language for language, _ in blocks} <= {"python", "console", "sh", "text", "toml"}
    last = [body for language, body in blocks if language in ("python", "console")][-1]
    assert "assert " in last or re.search(r"^(?!\$ )\S", last, re.MULTILINE)


def test_architecture_names_every_room_and_nothing_that_is_gone():
    text = page("architecture.md")
    source = ROOT / "src" / "caspia"
    rooms = {path.parent.name for path in source.glob("*/__init__.py")}
    assert {name for name in rooms if f"| `{name}` |" not in text} == set()
    table = sections(text, 2)["Where each question lives"]
    rows = [line.strip("|").split("|") for line in table.splitlines() if line.startswith("| Q")]
    assert len(rows) == 9
    found = [source / name for row in rows for name in re.findall(r"`(\w+\.py)`", row[1])]
    found += [source / "study" / f"{name}.py" for row in rows for name in re.findall(r"`(\w+)`", row[2])]
    found += [source / "view" / f"{name}.py" for row in rows for name in re.findall(r"`(\w+)`", row[4])]
    found += [
        ROOT / "frontend" / "src" / "views" / name
        for row in rows
        for name in re.findall(r"`(\w+\.svelte)`", row[5])
    ]
    named = re.findall(r"`((?:study|web|view|data|tools|tests|frontend)/[\w./]+)`", text)
    found += [base / name for name in named for base in [source if (source / name).exists() else ROOT]]
    assert [str(path) for path in found if not path.exists()] == []
