"""The report: one HTML file that opens without a server and without a network.

Charts are Vega-Lite specifications drawn by the bundled Vega; facts and sources are embedded as compact JSON.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import vl_convert
from markupsafe import Markup

from caspia.view import (
    answers,
    atlas,
    bars,
    canvas,
    chapters,
    claims_chapter,
    contents,
    evidence,
    flow_chapters,
    map_layers,
    records,
    theme,
    worlds,
)
from caspia.view.formats import whole
from caspia.view.records import ResultLike
from caspia.view.templating import resource, template
from caspia.view.theme import Spec

VEGA_LITE = "6.4"
"""Version of Vega-Lite that is bundled; that of the installed Altair."""

_COUNT_NAMES = {"facts_measured": "facts measured", "facts_assumed": "facts assumed"}


@cache
def vega_bundle() -> str:
    """Return the JavaScript of Vega, Vega-Lite and Vega-Embed as one script.

    Returns
    -------
    str
        Defines ``window.vegaEmbed``; safe inside a script element.
    """
    script: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VEGA_LITE)
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def embedded(data: object) -> Markup:
    r"""Write data as JSON that is safe inside a script element.

    Parameters
    ----------
    data
        Anything that JSON can hold; NaN becomes null.

    Returns
    -------
    Markup
        Without ``<``, ``>`` and ``&``, so that no name can end the element.

    Examples
    --------
    >>> str(embedded(["</script>"]))
    '["\\u003c/script\\u003e"]'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


def manifest_rows(manifest: Mapping[str, object]) -> list[tuple[str, str]]:
    """Write a manifest as pairs of words.

    Parameters
    ----------
    manifest
        Of a result.

    Returns
    -------
    list of tuple of str
        What, and its value; counts are left out.

    Examples
    --------
    >>> manifest_rows({"data_name": "caspian", "settings": {"seed": 7}, "counts": {"places": 4}})
    [('data name', 'caspian'), ('settings: seed', '7')]
    """
    rows = []
    for key, value in manifest.items():
        if isinstance(value, Mapping):
            if key != "counts":
                rows += [(f"{key}: {inner}", str(v)) for inner, v in value.items()]
        else:
            rows.append((key.replace("_", " "), str(value)))
    return rows


def _count_rows(result: ResultLike) -> list[tuple[str, str]]:
    rows = [(records.text(r, "what"), int(records.real(r, "count") or 0)) for r in records.rows(result, "counts")]
    return [(_COUNT_NAMES.get(what, what.replace("_", " ")), whole(count)) for what, count in rows]


def _context(result: ResultLike, title: str) -> dict[str, object]:
    world, proof = atlas.atlas(result), evidence.evidence(result)
    catalogue = evidence.catalogue(result)
    questions = records.consignments(result)
    names = records.country_names(result)
    with canvas.unchecked():
        drawn = contents.all_charts(result, world, proof)
    observed, facts = records.rows(result, "validation"), records.rows(result, "facts")
    by_question = {q.id: records.routes(result, q.id) for q in questions}
    price_year = str(result.manifest.get("price_year", ""))
    return {
        "title": title,
        "world": worlds.world_line(result.manifest),
        "manifest": result.manifest,
        "names": {code: answers.country_list([code], names) for q in questions for code in q.avoid},
        "headline": answers.headline(result),
        "overview": chapters.overview_table(questions, by_question, proof.route_keys, price_year),
        "chapters": [chapters.chapter(result, q, proof, catalogue, names) for q in questions],
        "flows": flow_chapters.flow_chapters(result, proof, catalogue, drawn),
        "plans": contents.strategic_chapters(result, proof, catalogue, drawn),
        "claims": claims_chapter.claims_chapter(result, catalogue),
        "all_corridors": list(theme.CORRIDORS.values()),
        "corridors": [
            c
            for c in theme.CORRIDORS.values()
            if any(r.look.name == c.name for rs in by_question.values() for r in rs)
        ],
        "validation": {
            "answer": answers.validation_answer(observed),
            "unrouted": bars.unrouted(observed),
            "charts": [name for name in drawn if name.startswith("validation-")],
            "table": chapters.validation_table(observed, proof) if observed else None,
        },
        "facts_answer": answers.facts_finding(facts),
        "assumptions": chapters.assumptions_table(facts, catalogue),
        "sources": list(catalogue.values()),
        "source_keys": proof.source_keys,
        "counts": _count_rows(result),
        "manifest_rows": manifest_rows(result.manifest),
        "titles": {name: str(spec["title"]) for name, spec in drawn.items()},
        "aspects": {name: _aspect(spec) for name, spec in drawn.items()},
        "charts_json": embedded({name: _slim(spec) for name, spec in drawn.items()}),
        "config_json": embedded(canvas.config().to_dict()),
        "world_json": embedded(
            {map_layers.BASE: world.base_features(), map_layers.NETWORK: world.network_features()}
        ),
        "evidence_json": embedded(proof.data),
        "tokens_json": embedded({pair[0]: name for name, pair in theme.TOKENS.items()}),
        "vega": Markup(vega_bundle()),
        "css": Markup(resource("report.css")),
        "js": Markup(resource("report.js")),
        "light": Markup(theme.css_variables("light")),
        "dark": Markup(theme.css_variables("dark")),
    }


def _slim(spec: Spec) -> Spec:
    """Leave out what all charts share."""
    return {key: value for key, value in spec.items() if key not in {"config", "$schema"}}


def _aspect(spec: Spec) -> str:
    width, height = spec.get("width"), spec.get("height")
    if isinstance(width, int | float) and isinstance(height, int | float):
        return f"{width} / {height}"
    return "4 / 3"


def render_report(result: ResultLike, *, title: str = "Caspia: corridors compared") -> str:
    """Write the report of a result as a page.

    Parameters
    ----------
    result
        The result of a study.
    title
        Title of the page.

    Returns
    -------
    str
        HTML that loads nothing from outside.
    """
    page = template("report").render(_context(records.Prepared(result), title))
    return page.strip() + "\n"


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that it appears whole or not at all.

    Parameters
    ----------
    path
        Where; its folder must exist.
    content
        What.

    Raises
    ------
    OSError
        The folder does not exist or cannot be written to; nothing is left behind.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_report(result: ResultLike, path: str | Path, *, title: str = "Caspia: corridors compared") -> Path:
    """Write the report of a result to a file, which appears whole or not at all.

    Parameters
    ----------
    result
        The result of a study.
    path
        The HTML file; an older one is replaced.
    title
        Title of the page.

    Returns
    -------
    Path
        The file.
    """
    target = Path(path)
    write_atomically(target, render_report(result, title=title).encode("utf-8"))
    return target
