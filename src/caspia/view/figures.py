"""Single charts and maps of a result, each with the table behind it, as a notebook shows them.

A figure is drawn once, as SVG, with no script and nothing from outside: it looks the same in every notebook, in a
page that a notebook is turned into, and without a network.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from caspia.errors import Problem, UnknownName
from caspia.view import (
    atlas,
    canvas,
    cards,
    chapters,
    contents,
    evidence,
    flow_chapters,
    network_map,
    picture,
    records,
)
from caspia.view import map as maps
from caspia.view.chapters import Column, Line, Table, count, plain
from caspia.view.evidence import Evidence
from caspia.view.evidence_charts import METHODS
from caspia.view.records import Prepared, ResultLike, Row
from caspia.view.theme import Ground, Spec

_ROOT = re.compile(r"^<svg [^>]*?(width=\"[^\"]*\" height=\"[^\"]*\" viewBox=\"[^\"]*\")>")
_NAMES = re.compile(r" (?:role|aria-[a-z]+|class)=\"[^\"]*\"")
_IDS = re.compile(r"(id=\"|url\(#)([^\")]+)")
_PATHS = re.compile(r" d=\"[^\"]*\"")
_LONG = re.compile(r"-?\d+\.\d{2,}")
_RUN = re.compile(
    r'<path transform="translate\(0,0\)" d="[^"]*"( stroke="[^">]*"[^>]*)/>'
    r'(?:<path transform="translate\(0,0\)" d="[^"]*"\1/>)+'
)
_WAY = re.compile(r' d="([^"]*)"')
_WIDE = 760
"""Least width of a map in pixels, for which names are placed with room."""


@dataclass(frozen=True)
class Figure:
    """One chart or map, and the tables behind it.

    Parameters
    ----------
    name
        Name by which the report calls it.
    title
        What it finds.
    spec
        Vega-Lite specification that stands alone.
    tables
        The numbers that it shows.
    """

    name: str
    title: str
    spec: Spec = field(repr=False)
    tables: tuple[Table, ...] = field(default=(), repr=False)

    def svg(self, ground: Ground = "light") -> str:
        """Return the picture as SVG.

        Parameters
        ----------
        ground
            ``light`` or ``dark``.

        Returns
        -------
        str
            One element ``svg`` with its title and its own ground.
        """
        return picture.svg_of(self.spec, ground)

    def save(self, path: str | Path, *, ground: Ground = "light", scale: float = 2.0) -> Path:
        """Write the picture to a file, which appears whole or not at all.

        Parameters
        ----------
        path
            A file that ends in ``.png`` or ``.svg``; an older one is replaced.
        ground
            ``light`` or ``dark``.
        scale
            Pixels of the file for one of the picture (PNG).

        Returns
        -------
        Path
            The file.

        Raises
        ------
        ValueError
            The path ends in something else.
        """
        return picture.write_picture(self.spec, path, ground=ground, scale=scale)

    def _repr_html_(self) -> str:
        untitled = {key: value for key, value in self.spec.items() if key != "title"}
        return cards.figure_html(self.title, inline(picture.svg_of(untitled, padding=4), self.title), self.tables)


def inline(svg: str, title: str) -> str:
    """Make a drawing fit to stand in a page among others.

    Parameters
    ----------
    svg
        As Vega draws it.
    title
        What it finds, for those who do not see it.

    Returns
    -------
    str
        One image to a screen reader, as wide as its page allows; names within it differ from those of other
        drawings of the page.

    Raises
    ------
    ValueError
        It is no drawing of Vega.
    """
    root = _ROOT.match(svg)
    if root is None:
        raise ValueError(f"no drawing: {svg[:60]!r}")
    mark = hashlib.sha256(svg.encode()).hexdigest()[:8]
    body = _IDS.sub(rf"\1c{mark}-\2", _NAMES.sub("", svg[root.end() :]))
    # A tenth of a pixel is finer than any screen, and a third of the size.
    body = _PATHS.sub(lambda path: _LONG.sub(lambda number: f"{float(number[0]):.1f}", path[0]), body)
    body = _RUN.sub(_joined, body)
    return f'<svg role="img" aria-label="{cards.escaped(title)}" {root[1]}>{body}'


def _joined(run: re.Match[str]) -> str:
    """Write lines that look alike as one path."""
    return f'<path transform="translate(0,0)" d="{"".join(_WAY.findall(run[0]))}"{run[1]}/>'


def figure(result: ResultLike, name: str = "", *, is_map: bool = False) -> Figure:
    """Draw one chart or map of a result.

    Parameters
    ----------
    result
        The result of a study, or of one question.
    name
        Name by which the report calls it, or the id of a consignment or scenario; what answers first if empty.
    is_map
        Whether a map is wanted.

    Returns
    -------
    Figure

    Raises
    ------
    caspia.errors.UnknownName
        There is no such picture; the message lists those that there are.
    """
    held = Prepared(result)
    world, proof = atlas.atlas(held), evidence.evidence(held)
    wanted, groups = _candidates(held, name, is_map), contents.chart_groups(held, world, proof)
    with canvas.unchecked():
        for key in wanted:
            for group in (group for group in groups if group.holds(key)):
                spec = group.draw().get(key)
                if spec is not None and _is_map(spec) == is_map:
                    drawn = _widened(maps.with_world(spec, world)) if is_map else spec
                    return Figure(key, str(spec["title"]), drawn, _tables_behind(held, proof, key))
        known = [key for group in groups for key in _names(group, is_map)]
    raise UnknownName(
        Problem(
            what=f"the result holds no such {'map' if is_map else 'chart'}",
            where="name",
            got=repr(name),
            allowed=", ".join(known) or "none: there is nothing to draw",
            repair="choose one of these",
        )
    )


def _is_map(spec: Spec) -> bool:
    return "projection" in spec


def _names(group: contents.Group, is_map: bool) -> list[str]:
    """Names of the maps or of the charts of a group, drawn only where that is the way to know them."""
    if group.exact:
        return [name for name in group.names if name.startswith("map-") == is_map]
    return [name for name, spec in group.draw().items() if _is_map(spec) == is_map]


def _widened(spec: Spec) -> Spec:
    """A map at least so wide that its names have room; all positions follow its width."""
    width, height = spec["width"], spec["height"]
    if not isinstance(width, int) or not isinstance(height, int) or width >= _WIDE:
        return spec
    return {**spec, "width": _WIDE, "height": round(height * _WIDE / width)}


def _candidates(held: Prepared, name: str, is_map: bool) -> list[str]:
    """Names that would answer, in the order in which the groups of charts come."""
    if name:
        kinds = ("map", "flow-change") if is_map else ("cost-time", "flow-moves")
        return [name, *(f"{kind}-{name}" for kind in kinds)]
    asked = [question.id for question in records.consignments(held) if held.routes_of(question.id)]
    if is_map:
        if not asked:
            return ["flow-map"] if records.rows(held, "flow_links") else [contents.OVERVIEW]
        return [contents.OVERVIEW] if len(asked) > 1 else [f"map-{asked[0]}"]
    return [f"cost-time-{asked[0]}"] if asked else ["flow-share-t", "methods"]


def _tables_behind(held: Prepared, proof: Evidence, name: str) -> tuple[Table, ...]:
    questions = records.consignments(held)
    price_year = str(held.manifest.get("price_year", ""))
    for question in questions:
        if name in {f"{kind}-{question.id}" for kind in contents.CONSIGNMENT}:
            return (chapters.routes_table(question, held.routes_of(question.id), proof.route_keys, price_year),)
    if name == contents.OVERVIEW:
        by_question = {question.id: held.routes_of(question.id) for question in questions}
        if not questions:
            return (network_map.network_table(held),)
        return (chapters.overview_table(questions, by_question, proof.route_keys, price_year),)
    if name == "methods":
        return (_methods_table(records.rows(held, "facts")),)
    if name.startswith("validation-"):
        return (chapters.validation_table(records.rows(held, "validation"), proof),)
    return tuple(_of_chapters(held, proof, name))


def _of_chapters(held: Prepared, proof: Evidence, name: str) -> Iterator[Table]:
    """Tables of the part of a chapter that shows a chart, else of the whole chapter."""
    catalogue = evidence.catalogue(held)
    drawn: dict[str, Spec] = {name: {}}
    told = [
        *flow_chapters.flow_chapters(held, proof, catalogue, drawn),
        *contents.strategic_chapters(held, proof, catalogue, drawn),
    ]
    for chapter in told:
        shown = [part for part in chapter.parts if name in part.charts]
        if shown:
            own = [table for part in shown for table in _of_part(part)]
            yield from own or [table for part in chapter.parts for table in _of_part(part)]
            return


def _of_part(part: flow_chapters.Part) -> Sequence[Table]:
    return [*part.tables, *(table for _, table in part.folded)]


def _methods_table(facts: Sequence[Row]) -> Table:
    counted = Counter(records.text(row, "method") for row in facts)
    columns = (Column("Method", numeric=False), Column("Facts"))
    lines = tuple(Line((plain(name), count(counted[name]))) for name in METHODS)
    return Table("methods", "Facts by the method that they were obtained by", columns, lines)
