"""Pictures of single charts, as PNG or SVG, for a README or a slide."""

from __future__ import annotations

import textwrap
from pathlib import Path

import vl_convert

from caspia.view import answers, atlas, change_map, charts, evidence, records, theme
from caspia.view import map as maps
from caspia.view.records import ResultLike
from caspia.view.report import VEGA_LITE, write_atomically
from caspia.view.strands import route_links
from caspia.view.theme import Ground, Spec

LOCALE: dict[str, object] = {"decimal": ".", "thousands": "\u202f", "grouping": [3], "currency": ["", ""]}
"""How Vega writes the numbers of axes: thin spaces between thousands."""


def overview_spec(result: ResultLike, *, width: int = 880) -> Spec:
    """Draw the overview map so that it stands alone.

    Parameters
    ----------
    result
        The result of a study.
    width
        Width in pixels.

    Returns
    -------
    Spec
        Vega-Lite specification with all data.
    """
    world = atlas.atlas(result)
    picture = maps.overview(result, world, route_links(result), {})
    return maps.with_world(maps.map_spec(picture, answers.map_finding(result), width), world)


def change_spec(result: ResultLike, scenario: str, *, width: int = 880) -> Spec:
    """Draw the map of what a scenario moves so that it stands alone.

    Parameters
    ----------
    result
        The result of a study.
    scenario
        Id of a scenario that the study set beside its base.
    width
        Width in pixels.

    Returns
    -------
    Spec
        Vega-Lite specification with all data.

    Raises
    ------
    ValueError
        The result holds no flows of this scenario, or it moves nothing.
    """
    world = atlas.atlas(result)
    rows = [r for r in records.rows(result, "flow_links") if records.text(r, "scenario") == scenario]
    shown = change_map.change_picture(rows, world)
    if not shown.changes:
        raise ValueError(f"scenario {scenario}: nothing moves, or it is not among the flows of the result")
    spec = maps.with_world(change_map.change_map(shown, change_map.change_title(shown), width), world)
    # A page breaks a long title by itself, a picture would grow by it.
    return {**spec, "title": textwrap.wrap(str(spec["title"]), width // 9)}


def consignment_spec(result: ResultLike, consignment_id: str, *, width: int = 560) -> Spec:
    """Draw cost against time of one consignment so that it stands alone.

    Parameters
    ----------
    result
        The result of a study.
    consignment_id
        The consignment; it must have a route.
    width
        Width in pixels.

    Returns
    -------
    Spec
        Vega-Lite specification with all data.
    """
    keys = evidence.evidence(result).route_keys
    return charts.cost_time(records.routes(result, consignment_id), keys, width=width)


def write_picture(spec: Spec, path: str | Path, *, ground: Ground = "light", scale: float = 2.0) -> Path:
    """Write a chart as a picture, which appears whole or not at all.

    Parameters
    ----------
    spec
        Any specification of this room that stands alone.
    path
        A file that ends in ``.png`` or ``.svg``; an older one is replaced.
    ground
        ``light`` or ``dark``.
    scale
        Pixels of the picture for one pixel of the chart (PNG).

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ValueError
        The path ends in something else.
    """
    target = Path(path)
    if target.suffix == ".png":
        drawn = _settled(spec, ground)
        content = vl_convert.vegalite_to_png(drawn, vl_version=VEGA_LITE, scale=scale, format_locale=LOCALE)
    elif target.suffix == ".svg":
        content = svg_of(spec, ground).encode("utf-8")
    else:
        raise ValueError(f"picture {target.name}: the name must end in .png or .svg")
    write_atomically(target, content)
    return target


def svg_of(spec: Spec, ground: Ground = "light", *, padding: int = 12) -> str:
    """Draw a chart as SVG.

    Parameters
    ----------
    spec
        Any specification of this room that stands alone.
    ground
        ``light`` or ``dark``.
    padding
        Pixels around it.

    Returns
    -------
    str
        One element ``svg`` with its own ground.
    """
    drawn: str = vl_convert.vegalite_to_svg(
        _settled(spec, ground, padding), vl_version=VEGA_LITE, format_locale=LOCALE
    )
    return drawn


def _settled(spec: Spec, ground: Ground, padding: int = 12) -> Spec:
    config = spec.get("config")
    settled = {**(config if isinstance(config, dict) else {}), "background": theme.token("ground")}
    return theme.recolour({**spec, "config": settled, "padding": padding}, ground)
