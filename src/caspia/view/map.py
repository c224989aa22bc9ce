"""Maps of corridors: the overview of a study and one map a consignment, as Vega-Lite specifications.

Land and network are named data sets (`BASE` and `NETWORK`) that all maps of a report share.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import altair as alt
import shapely

from caspia.view import canvas, records, theme
from caspia.view.atlas import Atlas, feature, is_water
from caspia.view.labels import Label, place_labels, roomiest
from caspia.view.map_layers import (
    BASE,
    LINES,
    NAMES,
    NETWORK,
    POINTS,
    framed,
    label_layers,
    land_layers,
    network_layers,
    point_layers,
)
from caspia.view.modes import MODE_NAMES
from caspia.view.projection import FRAME, Box, fit, place
from caspia.view.records import Consignment, ResultLike, Route
from caspia.view.strands import Strand, strands
from caspia.view.theme import Spec, token

_SEAS = {
    "Caspian Sea": (50.6, 41.6),
    "Black Sea": (34.2, 43.3),
    "Mediterranean Sea": (18.0, 34.6),
    "Arabian Sea": (63.5, 15.5),
    "Bay of Bengal": (88.5, 14.5),
    "South China Sea": (114.0, 14.5),
    "Baltic Sea": (19.3, 57.2),
    "North Sea": (3.2, 56.4),
    "Sea of Japan": (134.6, 39.6),
    "Persian Gulf": (51.4, 27.2),
    "Red Sea": (38.2, 20.5),
    "East China Sea": (125.0, 29.0),
    "Indian Ocean": (76.0, 2.5),
}
"""Names of waters and where they are written, lon and lat in degrees."""

_GAP_PX = 3.1
_PORTS_AND_CROSSINGS = 26
"""Most ports and crossings that are named on one map."""


@dataclass(frozen=True)
class Picture:
    """What one map shows: the part of the frame, its lines, and the names of ports and crossings."""

    box: Box
    strands: tuple[Strand, ...]
    labels: tuple[Label, ...]
    titles: Mapping[str, str]
    """Tooltip by route id."""
    refs: Mapping[str, str]
    """Evidence key by route id."""


def _stops(result: ResultLike, chosen: Sequence[Route], ends: set[str]) -> list[str]:
    """Rank the places where routes change mode or gauge or cross a border."""
    weight = {"terminal": 1.0, "gauge_change": 0.9, "wait": 0.5, "border": 0.35}
    ids = {r.id for r in chosen}
    found: dict[str, float] = defaultdict(float)
    for leg in records.rows(result, "legs"):
        value = weight.get(records.text(leg, "operation"), 0.0)
        if value and records.text(leg, "route_id") in ids:
            found[records.text(leg, "from_id")] += value
    return sorted((p for p in found if p not in ends), key=lambda p: -found[p])


def _place_labels(atlas: Atlas, stops: Sequence[str], ends: set[str]) -> list[Label]:
    labels = [
        Label(p.x, p.y, p.name, "end", 0.0) for p in (atlas.places[i] for i in sorted(ends) if i in atlas.places)
    ]
    for nth, place_id in enumerate(stops[:_PORTS_AND_CROSSINGS]):
        if place_id in atlas.places:
            spot = atlas.places[place_id]
            labels.append(Label(spot.x, spot.y, spot.name, "place", 1.0 + nth / 100))
    return labels


def land_labels(atlas: Atlas, box: Box) -> list[Label]:
    """Name the countries and waters in sight.

    Parameters
    ----------
    atlas
        The projected world.
    box
        The part of the frame that is shown.

    Returns
    -------
    list of Label
        The roomiest country first.
    """
    labels = []
    for name, kind, polygon in atlas.land:
        spot = None if is_water(kind) else roomiest(polygon, box)
        if spot is not None:
            x, y, room = spot
            labels.append(Label(x, y, name.upper(), "country", 3.0 - room / 1000, room))
    for name, (lon, lat) in _SEAS.items():
        labels.append(Label(*place(lon, lat), name, "water", 4.0))
    return labels


def corridor_labels(lines: Sequence[Strand], names: Sequence[Label], box: Box) -> list[Label]:
    """Choose for each corridor a spot where it runs alone, far from places and from the other corridors.

    Parameters
    ----------
    lines
        Lines of corridors.
    names
        Labels that are there already.
    box
        The part of the frame that is shown.

    Returns
    -------
    list of Label
        At most one a corridor.
    """
    alone: dict[str, list[tuple[float, float, int]]] = defaultdict(list)
    shared = Counter(s.link.id for s in lines)
    for strand in lines:
        seen = shapely.intersection(strand.line, box.polygon)
        if not seen.is_empty and seen.length > 0:
            middle = shapely.line_interpolate_point(shapely.get_parts(seen)[0], 0.5, normalized=True)
            key = strand.corridor if shared[strand.link.id] == 1 else f"{strand.corridor}*"
            alone[key].append((middle.x, middle.y, len(strand.users)))
    labels: list[Label] = []
    for name in theme.CORRIDORS:
        spots = alone.get(name) or alone.get(f"{name}*") or []
        inner = [s for s in spots if _depth(s, box) > 0.06] or spots
        if inner:
            others = [*names, *labels]

            def worth(spot: tuple[float, float, int], others: Sequence[Label] = others) -> float:
                free = min([_apart(spot, o) for o in others] + [0.06 * box.width])
                return free / box.width + 0.006 * spot[2]

            x, y, _ = max(inner, key=worth)
            labels.append(Label(x, y, name, "corridor", -1.0))
    return labels


def _depth(spot: tuple[float, float, int], box: Box) -> float:
    """Distance of a spot from the edge of the picture, as a share of its width."""
    dx = min(spot[0] - box.left, box.left + box.width - spot[0])
    dy = min(spot[1] - box.top, box.top + box.height - spot[1])
    return min(dx, dy) / box.width


def _apart(spot: tuple[float, float, int], label: Label) -> float:
    return float(((spot[0] - label.x) ** 2 + (spot[1] - label.y) ** 2) ** 0.5)


def overview(
    result: ResultLike, atlas: Atlas, links: Mapping[str, Sequence[str]], refs: Mapping[str, str]
) -> Picture:
    """Choose what the overview map shows: the first route of each corridor of each consignment.

    Parameters
    ----------
    result
        The result of a study.
    atlas
        The projected world.
    links
        Link ids by route id, see `caspia.view.strands.route_links`.
    refs
        Evidence keys by route id.

    Returns
    -------
    Picture
        The whole frame.
    """
    questions = {c.id: c.name for c in records.consignments(result)}
    chosen = [r for r in records.routes(result) if r.rank == 1]
    ends = {e for c in records.consignments(result) for e in (c.origin_id, c.destination_id)}
    lines = strands(chosen, atlas.links, links, _GAP_PX * FRAME.width / 880.0)
    named = _place_labels(atlas, _stops(result, chosen, ends), ends)
    labels = [
        *named,
        *corridor_labels(lines, named, FRAME),
        *land_labels(atlas, FRAME),
    ]
    titles = {r.id: questions.get(r.consignment_id, r.consignment_id) for r in chosen}
    return Picture(FRAME, tuple(lines), tuple(labels), titles, refs)


def close_up(
    result: ResultLike,
    atlas: Atlas,
    question: Consignment,
    links: Mapping[str, Sequence[str]],
    refs: Mapping[str, str],
) -> Picture:
    """Choose what the map of one consignment shows: the first route of each corridor.

    Parameters
    ----------
    result
        The result of a study.
    atlas
        The projected world.
    question
        The consignment.
    links
        Link ids by route id.
    refs
        Evidence keys by route id.

    Returns
    -------
    Picture
        The part of the frame that the routes need.
    """
    chosen = [r for r in records.routes(result, question.id) if r.rank == 1]
    ends = {question.origin_id, question.destination_id}
    rough = strands(chosen, atlas.links, links, 0.0)
    points = [point for s in rough for point in shapely.get_coordinates(s.line)]
    points += [(atlas.places[e].x, atlas.places[e].y) for e in ends if e in atlas.places]
    box = fit([float(p[0]) for p in points], [float(p[1]) for p in points], aspect=0.64, margin=0.08)
    lines = strands(chosen, atlas.links, links, _GAP_PX * box.width / 560.0)
    named = _place_labels(atlas, _stops(result, chosen, ends), ends)
    labels = [
        *named,
        *corridor_labels(lines, named, box),
        *land_labels(atlas, box),
    ]
    titles = {r.id: f"{r.label}: {r.via}" for r in chosen}
    return Picture(box, tuple(lines), tuple(labels), titles, refs)


def _line_features(picture: Picture) -> list[dict[str, object]]:
    found = []
    for s in picture.strands:
        if shapely.intersection(s.line, FRAME.polygon).is_empty:
            continue
        used = [picture.titles[u] for u in s.users if u in picture.titles]
        look = theme.corridor(s.corridor)
        found.append(
            feature(
                shapely.intersection(shapely.simplify(s.line, picture.box.width / 2500), FRAME.polygon),
                {
                    "c": s.corridor,
                    "col": look.colour,
                    "n": s.link.name,
                    "m": MODE_NAMES.get(s.link.mode, s.link.mode),
                    "u": "; ".join(used[:4]) + (f" and {len(used) - 4} more" if len(used) > 4 else ""),
                    "ref": picture.refs.get(s.users[0], ""),
                },
            )
        )
    return found


def _corridor_layers() -> list[alt.Chart]:
    rows = alt.NamedData(name=LINES)
    wide: canvas.Look = {"clip": True, "filled": False, "strokeCap": "round", "strokeJoin": "round"}
    casing = alt.Chart(rows).mark_geoshape(
        stroke=token("casing"),
        strokeWidth=alt.ExprRef("clamp(width / 255, 2.1, 3.6)"),
        strokeOpacity=0.6,
        **wide,
    )
    colour = (
        alt.Chart(rows)
        .mark_geoshape(strokeWidth=alt.ExprRef("clamp(width / 330, 1.5, 2.8)"), **wide)
        .encode(
            stroke=alt.Stroke("properties.col:N", scale=None),
            tooltip=[
                alt.Tooltip("properties.c:N", title="Corridor"),
                alt.Tooltip("properties.n:N", title="Link"),
                alt.Tooltip("properties.m:N", title="Mode"),
                alt.Tooltip("properties.u:N", title="Used by"),
            ],
        )
    )
    return [casing, colour]


def _points(picture: Picture) -> list[dict[str, object]]:
    return [
        {"x": round(label.x, 1), "y": round(label.y, 1), "t": label.text, **_symbol(label)}
        for label in picture.labels
        if label.style in {"place", "end", "corridor"} and picture.box.contains(label.x, label.y)
    ]


def _names(picture: Picture) -> list[dict[str, object]]:
    lines = shapely.union_all([s.line for s in picture.strands]) if picture.strands else shapely.LineString()
    return [p.row() for p in place_labels(picture.labels, lines, picture.box)]


def _symbol(label: Label) -> dict[str, object]:
    if label.style == "corridor":
        look = theme.corridor(label.text)
        return {"col": look.colour, "shape": look.shape, "size": 90}
    if label.style == "end":
        return {"col": token("ink"), "shape": "circle", "size": 46}
    return {"col": token("ground"), "shape": "circle", "size": 22}


def map_spec(picture: Picture, title: str, width: int) -> Spec:
    """Draw a map.

    Parameters
    ----------
    picture
        What it shows.
    title
        The finding, set above.
    width
        Width in pixels; a page may overwrite it, all positions follow the signal ``width``.

    Returns
    -------
    Spec
        Vega-Lite specification without the data sets `BASE` and `NETWORK`, see `with_world`.
    """
    spec = framed(_drawing(), picture.box, title, width)
    spec["datasets"] = {LINES: _line_features(picture), POINTS: _points(picture), NAMES: _names(picture)}
    return spec


@cache
def _drawing() -> str:
    """Write the layers, which are the same in all maps."""
    layers = [*land_layers(), *network_layers(), *_corridor_layers(), *point_layers(), *label_layers()]
    view = alt.ViewBackground(fill=token("water"), stroke=token("coast"), cornerRadius=3)
    return json.dumps(canvas.Rows().finish(alt.layer(*layers), view=view))


def with_world(spec: Spec, atlas: Atlas) -> Spec:
    """Put the shared data sets into a map, so that it stands alone.

    Parameters
    ----------
    spec
        A map of `map_spec`.
    atlas
        The projected world.

    Returns
    -------
    Spec
        A copy that draws without a page.
    """
    own = spec.get("datasets")
    world: dict[str, object] = dict(own) if isinstance(own, dict) else {}
    world[BASE], world[NETWORK] = atlas.base_features(), atlas.network_features()
    return {**spec, "datasets": world}
