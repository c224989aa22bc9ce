"""Maps of flows: the width of a line is its tonnes, its colour the corridor, rings are bottlenecks.

Where corridors share a link their bands lie within each other, so that the whole width is the whole flow and
each colour covers its own share of it. Widths are in frame units and grow with the map.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import altair as alt
import shapely

from caspia.view import canvas, map_layers, records, theme, width_key
from caspia.view import map as maps
from caspia.view.atlas import Atlas, feature
from caspia.view.flow_bands import Band, Ring, bands, greatest, rings
from caspia.view.flow_words import fullness
from caspia.view.formats import number
from caspia.view.labels import Label, place_labels
from caspia.view.modes import MODE_NAMES
from caspia.view.projection import FRAME, Box, fit
from caspia.view.records import Row
from caspia.view.strands import Strand
from caspia.view.theme import Spec, token

RINGS, KEY = "rings", "key"
"""Names of the data sets of one map beside those of `caspia.view.map`."""
_STRONG = 0.25
"""Share of a corridor's greatest flow from which on its line may bear its name."""
_MOST_PLACES = 20
_RINGED = 0.1
"""Share of the greatest flow of a corridor from which on its close-up shows what binds there."""
_NAMED_KINDS = frozenset({"port", "border", "gauge_change", "chokepoint"})
_INNER_MODES = frozenset({"rail", "ferry", "feeder", "crude_pipeline"})
_CLOSE = 0.3
"""Share of its greatest flow from which on a line must be in sight on the map of one corridor."""


@dataclass(frozen=True)
class FlowPicture:
    """What a flow map shows."""

    box: Box
    bands: tuple[Band, ...]
    rings: tuple[Ring, ...]
    labels: tuple[Label, ...]
    units_per_t: float
    """Frame units of width for a tonne a year."""


def flow_picture(links: Sequence[Row], tight: Sequence[Row], atlas: Atlas, only: str = "") -> FlowPicture:
    """Choose what a flow map shows.

    Parameters
    ----------
    links
        Rows of the table flow_links of one scenario.
    tight
        Rows of the table flow_servers or flow_bottlenecks of the same scenario.
    atlas
        The projected world.
    only
        A corridor: the map shows what this one carries, close up; the whole frame if empty.

    Returns
    -------
    FlowPicture
        Without bands where nothing flows.
    """
    stack = bands(links, atlas.links, only)
    most = max((b.whole_t if not only else b.flow_t for b in stack), default=1.0)
    box = _box(stack) if only else FRAME
    used = {name for b in stack if b.flow_t > _RINGED * most for name in (b.link.id, *b.link.ends)}
    own = [r for r in tight if {records.text(r, "place_id"), records.text(r, "link_id")} & used]
    ringed = [r for r in rings(own if only else tight, atlas) if box.contains(r.x, r.y)]
    labels = _ring_labels(ringed) + _place_labels(stack, atlas, ringed)
    strands = _strong(stack)
    marks = [] if only else maps.corridor_labels(strands, labels, box)
    labels = [
        label for label in (*labels, *marks, *maps.land_labels(atlas, box)) if not width_key.covers(box, label)
    ]
    return FlowPicture(
        box, tuple(stack), tuple(ringed), tuple(labels), width_key.WIDEST * box.width / FRAME.width / most
    )


def _box(stack: Sequence[Band]) -> Box:
    """The part of the frame in which a corridor carries most by land and over its own sea."""
    inner = [b for b in stack if b.link.mode in _INNER_MODES]
    most = max((b.flow_t for b in inner), default=0.0)
    points = [p for b in inner if b.flow_t >= _CLOSE * most for p in shapely.get_coordinates(b.link.line)]
    return fit([float(p[0]) for p in points], [float(p[1]) for p in points], aspect=0.52, margin=0.06)


def _strong(stack: Sequence[Band]) -> list[Strand]:
    """Lines that may bear the name of their corridor: those that it leads, or its chief ones."""
    most = greatest(stack)
    chief = [
        b
        for b in stack
        if b.flow_t > _STRONG * most[b.corridor] and not b.piped and b.corridor != theme.corridor("").name
    ]
    led = {b.corridor for b in chief if 2 * b.flow_t > b.whole_t}
    return [
        Strand(b.corridor, b.link, b.link.line, ())
        for b in chief
        if 2 * b.flow_t > b.whole_t or b.corridor not in led
    ]


def _ring_labels(ringed: Sequence[Ring]) -> list[Label]:
    return [
        Label(r.x, r.y, f"{r.name} {fullness(r.ratio)}", "end", nth / 100)
        for nth, r in enumerate(sorted(ringed, key=lambda r: -r.ratio))
    ]


def _place_labels(stack: Sequence[Band], atlas: Atlas, ringed: Sequence[Ring]) -> list[Label]:
    """Name the ports, crossings and straits with the greatest flow, each of them once."""
    passing: dict[str, float] = defaultdict(float)
    for band in stack:
        for end in band.link.ends:
            passing[end] += band.flow_t
    there = {(r.x, r.y) for r in ringed}
    ranked = sorted(passing, key=lambda p: -passing[p])
    chosen = [atlas.places[p] for p in ranked if p in atlas.places and atlas.places[p].kind in _NAMED_KINDS]
    free = [p for p in chosen if (p.x, p.y) not in there][:_MOST_PLACES]
    return [Label(p.x, p.y, p.name, "place", 1.0 + nth / 100) for nth, p in enumerate(free)]


def _features(picture: FlowPicture) -> list[dict[str, object]]:
    found = []
    for band in picture.bands:
        seen = shapely.intersection(shapely.simplify(band.link.line, picture.box.width / 2500), FRAME.polygon)
        if seen.is_empty:
            continue
        look = theme.corridor(band.corridor)
        found.append(
            feature(
                seen,
                {
                    "c": band.corridor,
                    "col": look.colour,
                    "n": band.link.name,
                    "m": MODE_NAMES.get(band.link.mode, band.link.mode),
                    "p": band.piped,
                    "u": _amount(band.flow_t, band.flow_teu),
                    "all": f"{number(band.whole_t / 1e6)} Mt",
                    "w": round(band.stacked_t * picture.units_per_t, 3),
                },
            )
        )
    return found


def _amount(tonnes: float, teu: float) -> str:
    boxes = f", {number(teu / 1e3)} thousand TEU" if teu >= 50 else ""
    return f"{number(tonnes / 1e6)} Mt{boxes}"


def _round(tonnes: float) -> str:
    size, unit = next((size, unit) for size, unit in ((1e6, "Mt"), (1e3, "kt"), (0.0, "t")) if tonnes >= 0.1 * size)
    return f"{tonnes / (size or 1.0):g} {unit}"


def _key(picture: FlowPicture) -> list[dict[str, object]]:
    """Three widths for the legend: round tonnages, the greatest near the greatest flow."""
    most = width_key.WIDEST * picture.box.width / FRAME.width / picture.units_per_t
    sizes = [width_key.round_down(most), width_key.round_down(most / 5), width_key.round_down(most / 50)]
    return [
        {"i": nth, "w": round(t * picture.units_per_t, 3), "t": f"{_round(t)} a year"}
        for nth, t in enumerate(sizes)
    ]


def flow_map(picture: FlowPicture, title: str, width: int) -> Spec:
    """Draw a map of flows.

    Parameters
    ----------
    picture
        What it shows.
    title
        The finding, set above.
    width
        Width in pixels; a page may overwrite it, all positions and widths follow the signal ``width``.

    Returns
    -------
    Spec
        Vega-Lite specification without the data sets of `caspia.view.map.with_world`.
    """
    box = picture.box
    spec = map_layers.framed(_drawing(), box, title, width)
    lines = [shapely.intersection(s.line, box.polygon) for s in _strong(picture.bands)]
    lines.append(width_key.ground(box))
    spec["datasets"] = {
        map_layers.LINES: _features(picture),
        RINGS: [
            {"x": round(r.x, 1), "y": round(r.y, 1), "t": r.text, "r": round(r.ratio, 3)} for r in picture.rings
        ],
        KEY: _key(picture),
        map_layers.POINTS: [
            {"x": round(b.x, 1), "y": round(b.y, 1), "t": b.text, **_symbol(b)}
            for b in picture.labels
            if b.style in {"place", "corridor"} and box.contains(b.x, b.y)
        ],
        map_layers.NAMES: [p.row() for p in place_labels(picture.labels, shapely.union_all(lines), box)],
    }
    return spec


def _symbol(label: Label) -> dict[str, object]:
    if label.style == "corridor":
        look = theme.corridor(label.text)
        return {"col": look.colour, "shape": look.shape, "size": 90}
    return {"col": token("ground"), "shape": "circle", "size": 16}


@cache
def _drawing() -> str:
    """Write the layers, which are the same in all flow maps but for the width of the frame."""
    layers = [
        *map_layers.land_layers(),
        *_band_layers(),
        *_ring_layers(),
        *map_layers.point_layers(),
        *map_layers.label_layers(),
        *_key_layers(),
    ]
    view = alt.ViewBackground(fill=token("water"), stroke=token("coast"), cornerRadius=3)
    return json.dumps(canvas.Rows().finish(alt.layer(*layers), view=view))


def _band_layers() -> list[alt.Chart]:
    rows = alt.NamedData(name=map_layers.LINES)
    wide: canvas.Look = {"clip": True, "filled": False, "strokeJoin": "round"}
    tip = [
        alt.Tooltip("properties.n:N", title="Link"),
        alt.Tooltip("properties.m:N", title="Mode"),
        alt.Tooltip("properties.c:N", title="Corridor"),
        alt.Tooltip("properties.u:N", title="Carries a year"),
        alt.Tooltip("properties.all:N", title="All corridors"),
    ]
    drawn = []
    for piped in (True, False):
        look: canvas.Look = {"strokeOpacity": 0.45 if piped else 1, "strokeCap": "butt" if piped else "round"}
        drawn.append(
            alt.Chart(rows)
            .transform_filter(f"{'' if piped else '!'}datum.properties.p")
            .mark_geoshape(strokeWidth=width_key.px("datum.properties.w"), **wide, **look)
            .encode(stroke=alt.Stroke("properties.col:N", scale=None), tooltip=tip)
        )
    return drawn


def _ring_layers() -> list[alt.Chart]:
    def ring(colour: str, more: float) -> alt.Chart:
        drawn: alt.Chart = (
            alt.Chart(alt.NamedData(name=RINGS))
            .mark_point(
                shape="circle",
                filled=False,
                fill="transparent",
                opacity=1,
                size=alt.ExprRef(f"clamp(width * width / {width_key.FRAME_WIDTH} / 7, 30, 240)"),
                stroke=token(colour),
                strokeWidth=alt.ExprRef(f"0.6 + 1.6 * min(datum.r, 1.25) + {more}"),
            )
            .encode(
                longitude=alt.Longitude("x:Q"),
                latitude=alt.Latitude("y:Q"),
                tooltip=[alt.Tooltip("t:N", title="Bottleneck")],
            )
        )
        return drawn

    return [ring("halo", 2.2), ring("ink", 0.0)]


def _key_layers() -> list[alt.Chart]:
    rows, height = alt.NamedData(name=KEY), width_key.level(3)
    line = width_key.strokes(rows, height, token("muted"), width_key.px("datum.w"))
    return [line, *width_key.texts(rows, height, token("ink"), token("halo"))]
