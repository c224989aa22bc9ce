"""The extension of Sphinx: pages ask for what is written by a mark of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sphinx.application import Sphinx

from manual import commands, data_book, data_tables, formulas, result_tables, validation

WRITTEN: Mapping[str, Callable[[], str]] = {
    "<!-- data tables -->": data_tables.data_tables,
    "<!-- attributes -->": data_tables.attribute_table,
    "<!-- commands -->": commands.overview,
    "<!-- facts by method -->": data_book.facts_by_method,
    "<!-- sources -->": data_book.source_list,
    "<!-- validation of routes -->": validation.routes,
    "<!-- validation of traffic -->": validation.traffic,
}
RESULTS = "results"
"""Page whose tables have their units from the program."""


def fill(_app: Sphinx, name: str, source: list[str]) -> None:
    """Put what is written where a page asks for it."""
    if name == RESULTS:
        source[0] = result_tables.with_units(source[0])
    for mark, write in WRITTEN.items():
        if mark in source[0]:
            source[0] = source[0].replace(mark, write())


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    formulas.register(app)
    app.connect("source-read", fill)
    return {"parallel_read_safe": True}
