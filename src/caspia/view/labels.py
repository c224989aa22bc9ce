"""Names on a map without clutter: each label has its rank and is left out where it would cover a better one.

Labels are placed three times, for a phone, a half page and a whole page, since letters do not shrink with the map.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import shapely
from shapely.geometry.base import BaseGeometry

from caspia.view.projection import Box

Style = Literal["place", "end", "corridor", "country", "water"]

WIDTHS_PX = (350.0, 560.0, 880.0)
"""Widths for which labels are placed: phone, half page, whole page."""

_FONT_PX: dict[Style, float] = {"place": 11.0, "end": 12.5, "corridor": 12.0, "country": 10.0, "water": 10.0}
_LETTER: dict[Style, float] = {"place": 0.58, "end": 0.64, "corridor": 0.64, "country": 0.74, "water": 0.58}
"""Mean width of a letter as a share of the font size; bold and capital letters are wider."""
_LINE_PENALTY = 0.6
"""How much a label is worse for covering a line of the map, per its own width of line."""


@dataclass(frozen=True)
class Label:
    """A name that wants a place: its point in frame units, and how much it matters (0 first)."""

    x: float
    y: float
    text: str
    style: Style
    rank: float
    room: float = 0.0
    """Radius of free land around the point in frame units; 0 for a name beside a point."""


@dataclass(frozen=True)
class Placed:
    """A name with its place: offset in pixels, alignment, and the width class it belongs to."""

    label: Label
    dx: float
    dy: float
    align: Literal["left", "center", "right"]
    width_class: int

    def row(self) -> dict[str, object]:
        """Return the row that the chart reads."""
        return {
            "x": round(self.label.x, 1),
            "y": round(self.label.y, 1),
            "t": self.label.text,
            "s": self.label.style,
            "dx": round(self.dx, 1),
            "dy": round(self.dy, 1),
            "a": self.align,
            "k": self.width_class,
        }


_SIDES: tuple[tuple[float, float, Literal["left", "center", "right"]], ...] = (
    (7, 0, "left"),
    (-7, 0, "right"),
    (0, -11, "center"),
    (0, 11, "center"),
    (6, -9, "left"),
    (6, 9, "left"),
    (-6, -9, "right"),
    (-6, 9, "right"),
    (0, -20, "center"),
    (0, 20, "center"),
)
_AROUND: tuple[tuple[float, float, Literal["left", "center", "right"]], ...] = (
    (0, 0, "center"),
    (0, -13, "center"),
    (0, 13, "center"),
    (-25, 0, "center"),
    (25, 0, "center"),
    (0, -25, "center"),
    (0, 25, "center"),
)
_MOST_COVERED = 0.35
"""Name of a country or water that would cover more line than this share of its width is left out."""


def extent(label: Label) -> tuple[float, float]:
    """Estimate how much room a label takes.

    Parameters
    ----------
    label
        The name.

    Returns
    -------
    tuple of float
        Width and height in pixels.
    """
    font = _FONT_PX[label.style]
    return len(label.text) * font * _LETTER[label.style], font * 1.15


def rectangle(x: float, y: float, size: tuple[float, float], align: str) -> BaseGeometry:
    """Return the area that a label covers.

    Parameters
    ----------
    x, y
        Its anchor in pixels.
    size
        Width and height in pixels.
    align
        Which side of the text the anchor is: left, center or right.

    Returns
    -------
    shapely geometry
        A box with a pixel of air to both sides.
    """
    width, height = size
    left = x if align == "left" else x - width if align == "right" else x - width / 2
    return shapely.box(left - 1, y - height / 2, left + width + 1, y + height / 2)


def _choices(label: Label, x: float, y: float, size: tuple[float, float]) -> list[tuple[Placed, BaseGeometry]]:
    sides = _AROUND if label.style in {"country", "water"} else _SIDES
    return [(Placed(label, dx, dy, align, 0), rectangle(x + dx, y + dy, size, align)) for dx, dy, align in sides]


def place_labels(labels: Sequence[Label], lines: BaseGeometry, box: Box) -> list[Placed]:
    """Place the labels of one map for all width classes.

    Parameters
    ----------
    labels
        Names in frame units.
    lines
        The coloured lines of the map in frame units; labels beside points keep off them where they can.
    box
        The part of the frame that is shown.

    Returns
    -------
    list of Placed
        Only the labels that fit, no two of one class over each other.
    """
    placed: list[Placed] = []
    for width_class, width in enumerate(WIDTHS_PX):
        placed += _place_class(labels, lines, box, (width_class, width))
    return placed


def beside_points(labels: Sequence[Label], lines: BaseGeometry, width: float, height: float) -> list[Placed]:
    """Place the labels of points on a chart of one size.

    Parameters
    ----------
    labels
        Names beside points, in pixels of the chart.
    lines
        Lines to keep off, in pixels of the chart.
    width, height
        Size of the chart in pixels.

    Returns
    -------
    list of Placed
        Only the labels that fit.
    """
    return _place_class(labels, lines, Box(0.0, 0.0, width, height), (0, width))


def _place_class(
    labels: Sequence[Label], lines: BaseGeometry, box: Box, width_class: tuple[int, float]
) -> list[Placed]:
    number, width = width_class
    scale = width / box.width
    picture = shapely.box(2, 2, width - 2, box.height * scale - 2)
    screen = shapely.transform(lines, lambda c: (c - (box.left, box.top)) * scale)
    shapely.prepare(screen)
    points = [n for n in labels if n.style in {"place", "end"} and box.contains(n.x, n.y)]
    dots: list[BaseGeometry] = [
        shapely.box(px - 3, py - 3, px + 3, py + 3) for px, py in (_screen(n, box, scale) for n in points)
    ]
    taken: list[BaseGeometry] = []
    done: list[Placed] = []
    for label in sorted(labels, key=lambda n: n.rank):
        if not box.contains(label.x, label.y):
            continue
        x, y = _screen(label, box, scale)
        size = extent(label)
        if label.room and label.room * scale * 2.3 < size[0]:
            continue
        tree = shapely.STRtree(taken + dots)
        best: tuple[float, Placed, BaseGeometry] | None = None
        for nth, (choice, area) in enumerate(_choices(label, x, y, size)):
            if not picture.contains(area) or len(tree.query(area, predicate="intersects")):
                continue
            cost = nth * 0.04 + _LINE_PENALTY * shapely.length(shapely.intersection(area, screen)) / size[0]
            if label.style in {"country", "water"} and cost - nth * 0.04 > _LINE_PENALTY * _MOST_COVERED:
                continue
            if best is None or cost < best[0]:
                best = (cost, choice, area)
        if best is not None:
            taken.append(best[2])
            done.append(Placed(label, best[1].dx, best[1].dy, best[1].align, number))
    return done


def _screen(label: Label, box: Box, scale: float) -> tuple[float, float]:
    return (label.x - box.left) * scale, (label.y - box.top) * scale


def roomiest(polygon: BaseGeometry, box: Box) -> tuple[float, float, float] | None:
    """Find where in a country its name has most room.

    Parameters
    ----------
    polygon
        The country in frame units.
    box
        The part of the frame that is shown.

    Returns
    -------
    tuple of float or None
        x, y and radius in frame units; none if the country is not in sight.
    """
    seen = shapely.intersection(polygon, box.polygon)
    parts = [p for p in shapely.get_parts(seen) if p.geom_type == "Polygon" and p.area > 0]
    if not parts:
        return None
    largest = max(parts, key=lambda p: float(p.area))
    # Names are wide and low: the circle is sought in a picture squeezed to a third of its width.
    squeezed = shapely.transform(largest, lambda c: c * (1 / 3, 1.0))
    radius = shapely.maximum_inscribed_circle(squeezed, tolerance=0.5)
    (x, y), reach = radius.coords[0], radius.length
    return float(x) * 3, float(y), float(reach) * 3
