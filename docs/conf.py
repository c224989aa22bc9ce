"""How the docs are built; the tables of the data are written out of their own declarations."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from importlib.resources import files

from sphinx.application import Sphinx

import caspia

project = "Caspia"
author = "the Caspia authors"
copyright = "2026, the Caspia authors"  # noqa: A001 - the name that Sphinx reads
release = version = caspia.__version__

extensions = ["myst_parser"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"Caspia {release}"
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#4477AA", "color-brand-content": "#4477AA"},
    "dark_css_variables": {"color-brand-primary": "#66CCEE", "color-brand-content": "#66CCEE"},
}
myst_heading_anchors = 3
nitpicky = True


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    """Write rows as a Markdown table."""
    lines = [head, ("---",) * len(head), *(tuple(cell.replace("|", "\\|") for cell in row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def data_tables() -> str:
    """One section for each shape of table declared in datapackage.json; tables of one shape share a section."""
    text = files("caspia.datasets").joinpath("caspian", "datapackage.json").read_text(encoding="utf-8")
    shapes: dict[str, list[dict]] = {}
    for resource in json.loads(text)["resources"]:
        shapes.setdefault(json.dumps(resource["schema"]["fields"]), []).append(resource)
    return "\n\n".join(_section(resources) for resources in shapes.values())


def _section(resources: list[dict]) -> str:
    names = ", ".join(f"`{resource['path']}`" for resource in resources)
    title = "; ".join(resource["title"] for resource in resources)
    head = ("column", "type", "allowed", "meaning")
    return f"### {names}\n\n{title}.\n\n{table(head, map(_column, resources[0]['schema']['fields']))}"


def _column(field: dict) -> tuple[str, ...]:
    rules = field.get("constraints", {})
    words = [f"`{word}`" for word in rules.get("enum", ())]
    if "minimum" in rules or "maximum" in rules:
        words.append(f"{rules.get('minimum', '')} to {rules.get('maximum', '')}")
    if rules.get("required"):
        words.insert(0, "not empty" + (":" if words else ""))
    return f"`{field['name']}`", field["type"], " ".join(words), field.get("description", "")


def attribute_table() -> str:
    """The quantities that facts may state."""
    with files("caspia.data").joinpath("attributes.csv").open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    head = ("attribute", "unit", "range", "stated of", "meaning")
    cells = (
        (
            f"`{row['attribute']}`",
            row["unit"],
            f"{row['minimum']} to {row['maximum']}",
            row["tables"].replace(";", ", "),
            row["description"],
        )
        for row in rows
    )
    return table(head, cells)


def fill(_app: Sphinx, _name: str, source: list[str]) -> None:
    """Put the generated tables where a page asks for them."""
    for mark, write in (("<!-- data tables -->", data_tables), ("<!-- attributes -->", attribute_table)):
        if mark in source[0]:
            source[0] = source[0].replace(mark, write())


def setup(app: Sphinx) -> None:
    """Register the hook."""
    app.connect("source-read", fill)
