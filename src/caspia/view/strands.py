"""Coloured lines of a map: where several corridors share a link they run side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from caspia.view import records, theme
from caspia.view.atlas import Link
from caspia.view.records import ResultLike, Route

Array = NDArray[np.float64]
End = tuple[str, str]
"""A corridor and a place: where lines of one colour meet."""


@dataclass(frozen=True)
class Strand:
    """One corridor on one link, set aside from the others."""

    corridor: str
    link: Link
    line: BaseGeometry
    users: tuple[str, ...]
    """Routes of that corridor over the link."""


def route_links(result: ResultLike) -> dict[str, tuple[str, ...]]:
    """Return the links of every route in the order of its legs.

    Parameters
    ----------
    result
        The result of a study.

    Returns
    -------
    dict of str to tuple of str
        Route to link ids, each once.
    """
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for leg in sorted(records.rows(result, "legs"), key=lambda row: records.real(row, "leg")):
        found[records.text(leg, "route_id")].update(dict.fromkeys(records.items(leg, "link_ids")))
    return {route_id: tuple(ids) for route_id, ids in found.items()}


def _westward(line: BaseGeometry) -> bool:
    """Tell whether a line runs against the common direction, in which sides are counted."""
    first, last = line.coords[0], line.coords[-1]
    return bool((last[0] - first[0]) + 0.3 * (last[1] - first[1]) < 0)


def _aside(line: BaseGeometry, distance: float) -> BaseGeometry:
    """Move a line to its side, the same side for all lines whatever way they are stored."""
    if abs(distance) < 1e-9 or line.length < 2 * abs(distance):
        return line
    smooth = shapely.simplify(line, abs(distance) / 2)
    moved = shapely.offset_curve(smooth, -distance if _westward(line) else distance)
    if moved.is_empty or moved.geom_type != "LineString":
        return line
    return moved


def _joined(strands: Sequence[Strand], gap: float) -> list[Strand]:
    """Let lines of one corridor meet again at places where their sides differ.

    Points within two gaps of an end are dropped, so that a line does not fold back on its new end.
    """
    meeting: dict[End, list[Array]] = defaultdict(list)
    for strand in strands:
        for place, point in zip(strand.link.ends, _ends(strand.line), strict=True):
            meeting[strand.corridor, place].append(point)
    middle = {end: np.mean(points, axis=0) for end, points in meeting.items()}
    joined = []
    for strand in strands:
        points = shapely.get_coordinates(strand.line)
        first = middle[strand.corridor, strand.link.ends[0]]
        last = middle[strand.corridor, strand.link.ends[1]]
        inner = [p for p in points[1:-1] if min(np.hypot(*(p - first)), np.hypot(*(p - last))) > 2 * gap]
        line = shapely.LineString([first, *inner, last])
        joined.append(Strand(strand.corridor, strand.link, line, strand.users))
    return joined


def _ends(line: BaseGeometry) -> tuple[Array, Array]:
    points = shapely.get_coordinates(line)
    return points[0], points[-1]


def strands(
    routes: Sequence[Route], links: Mapping[str, Link], route_links: Mapping[str, Sequence[str]], gap: float
) -> list[Strand]:
    """Lay the lines of some routes side by side.

    Parameters
    ----------
    routes
        Routes to draw.
    links
        Links by id, in frame units.
    route_links
        Link ids by route id.
    gap
        Distance between the middles of neighbouring lines, frame units.

    Returns
    -------
    list of Strand
        One per corridor and link, sorted so that the first corridor is drawn last (on top).
    """
    users: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for route in routes:
        for link_id in route_links.get(route.id, ()):
            if link_id in links:
                users[link_id][route.look.name].append(route.id)
    found = []
    for link_id, by_corridor in users.items():
        lanes = sorted(by_corridor, key=theme.order)
        for nth, name in enumerate(lanes):
            line = _aside(links[link_id].line, (nth - (len(lanes) - 1) / 2) * gap)
            found.append(Strand(name, links[link_id], line, tuple(by_corridor[name])))
    return sorted(_joined(found, gap), key=lambda s: -theme.order(s.corridor))
