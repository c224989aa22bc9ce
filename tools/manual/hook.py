"""The extension of Sphinx: pages ask for what is written by a mark of their own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

import caspia
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
AUTODOC = ".. auto"
READ = (".py", ".csv", ".json", ".toml")


def fill(_app: Sphinx, name: str, source: list[str]) -> None:
    """Put what is written where a page asks for it."""
    if name == RESULTS:
        source[0] = result_tables.with_units(source[0])
    for mark, write in WRITTEN.items():
        if mark in source[0]:
            source[0] = source[0].replace(mark, write())


def outdated(_app: Sphinx, env: Any, _added: object, _changed: object, _removed: object) -> list[str]:
    """Name the pages that are written out of the data and the program, where these have changed since."""
    now = _fingerprint()
    if getattr(env, "caspia_fingerprint", "") == now:
        return []
    env.caspia_fingerprint = now
    marks = (*WRITTEN, AUTODOC)
    pages = ((name, Path(env.doc2path(name)).read_text(encoding="utf-8")) for name in env.found_docs)
    return [name for name, text in pages if name == RESULTS or any(mark in text for mark in marks)]


def _fingerprint() -> str:
    """Hash of the program, the data and the writers of pages."""
    digest = hashlib.sha256()
    for folder in (Path(caspia.__file__).parent, Path(__file__).parent):
        for path in sorted(path for path in folder.rglob("*") if path.suffix in READ):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    formulas.register(app)
    app.connect("source-read", fill)
    app.connect("env-get-outdated", outdated)
    return {"parallel_read_safe": True}
