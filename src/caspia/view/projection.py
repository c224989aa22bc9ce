"""The frame of the map: an equal-area conic projection fitted to Eurasia.

Shapes are projected here and drawn by Vega-Lite with its identity projection, so that clipping, parallel
lines and labels are decided once, on a plane, and the same in the report, in a picture and in a test.
Coordinates of the frame: x to the right and y down, the whole frame `FRAME.width` wide.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Array = NDArray[np.float64]

_PARALLELS_DEG = (25.0, 55.0)
_CENTRE_DEG = (68.0, 35.0)
_STEP_DEG = 1.5
"""Longest step along a line before it is projected; shorter than one pixel of bend in the whole frame."""


@dataclass(frozen=True)
class Box:
    """A rectangle of the frame: left, top, width and height in frame units."""

    left: float
    top: float
    width: float
    height: float

    @property
    def polygon(self) -> BaseGeometry:
        """The rectangle as a polygon."""
        return shapely.box(self.left, self.top, self.left + self.width, self.top + self.height)

    def contains(self, x: float, y: float) -> bool:
        """Tell whether a point lies inside.

        Parameters
        ----------
        x, y
            The point in frame units.

        Returns
        -------
        bool
            True on the edge too.
        """
        return self.left <= x <= self.left + self.width and self.top <= y <= self.top + self.height


def _cone() -> tuple[float, float, float]:
    first, second = (math.sin(math.radians(p)) for p in _PARALLELS_DEG)
    n = (first + second) / 2
    c = 1 - first**2 + 2 * n * first
    rho0 = math.sqrt(c - 2 * n * math.sin(math.radians(_CENTRE_DEG[1]))) / n
    return n, c, rho0


def albers(lon: Array, lat: Array) -> tuple[Array, Array]:
    """Project degrees with the equal-area conic projection of Albers [1]_ on the unit sphere.

    Parameters
    ----------
    lon, lat
        Longitude and latitude in degrees (WGS 84), shape (n,).

    Returns
    -------
    tuple of ndarray
        East and north, in Earth radii, shape (n,) each.

    References
    ----------
    .. [1] J. P. Snyder, "Map Projections: A Working Manual", USGS Professional Paper 1395, 1987, eqs. 14-1 to 14-6.
    """
    n, c, rho0 = _cone()
    theta = n * np.radians(lon - _CENTRE_DEG[0])
    rho = np.sqrt(np.maximum(c - 2 * n * np.sin(np.radians(lat)), 0.0)) / n
    return rho * np.sin(theta), rho0 - rho * np.cos(theta)


_WINDOW = (-0.99, -0.52, 1.0, 0.7)
"""West, south, east and north of the frame in Earth radii: Lisbon to Tokyo, Singapore to Arkhangelsk."""

_SCALE = 1000.0 / (_WINDOW[2] - _WINDOW[0])
FRAME = Box(0.0, 0.0, 1000.0, _SCALE * (_WINDOW[3] - _WINDOW[1]))
"""The whole picture, 1000 units wide."""

_LONLAT = shapely.box(-60.0, -35.0, 180.0, 83.0)
"""What of the world may come near the frame; keeps the seam of the cone away."""


def project(lon: Array, lat: Array) -> Array:
    """Project degrees onto the frame.

    Parameters
    ----------
    lon, lat
        Longitude and latitude in degrees (WGS 84), shape (n,).

    Returns
    -------
    ndarray
        x to the right and y down in frame units, shape (n, 2).

    Examples
    --------
    >>> x, y = project(np.array([68.0]), np.array([35.0]))[0]
    >>> bool(450 < x < 550), bool(300 < y < 400)
    (True, True)
    """
    east, north = albers(lon, lat)
    return np.column_stack([(east - _WINDOW[0]) * _SCALE, (_WINDOW[3] - north) * _SCALE])


def place(lon: float, lat: float) -> tuple[float, float]:
    """Project one point onto the frame.

    Parameters
    ----------
    lon, lat
        Degrees (WGS 84).

    Returns
    -------
    tuple of float
        x and y in frame units.
    """
    x, y = project(np.array([lon]), np.array([lat]))[0]
    return float(x), float(y)


def shape(geometry: BaseGeometry, tolerance: float = 0.0) -> BaseGeometry:
    """Project, clip and simplify a shape given in degrees.

    Parameters
    ----------
    geometry
        Polygon or line, lon-lat degrees.
    tolerance
        Largest displacement by simplification, frame units.

    Returns
    -------
    shapely geometry
        In frame units, empty if it lies outside.
    """
    near = shapely.intersection(shapely.make_valid(geometry), _LONLAT)
    if near.is_empty:
        return near
    flat = shapely.transform(shapely.segmentize(near, _STEP_DEG), lambda c: project(c[:, 0], c[:, 1]))
    if tolerance:
        flat = shapely.simplify(flat, tolerance, preserve_topology=True)
    return shapely.intersection(shapely.make_valid(flat), FRAME.polygon)


def line(points: Sequence[tuple[float, float]]) -> BaseGeometry:
    """Project a way through points given in degrees.

    Parameters
    ----------
    points
        Longitude and latitude of at least two points; a way over the 180th meridian is unwrapped.

    Returns
    -------
    shapely geometry
        Line in frame units, not clipped; empty if all points are the same.
    """
    way = np.array(points, dtype=np.float64)
    way[:, 0] = np.degrees(np.unwrap(np.radians(way[:, 0])))
    keep = np.r_[True, np.any(np.diff(way, axis=0) != 0, axis=1)]
    if keep.sum() < 2:
        return shapely.LineString()
    dense = shapely.segmentize(shapely.LineString(way[keep]), _STEP_DEG)
    return shapely.transform(dense, lambda c: project(c[:, 0], c[:, 1]))


def fit(x: Sequence[float], y: Sequence[float], aspect: float, margin: float = 0.16) -> Box:
    """Choose the part of the frame that shows some points.

    Parameters
    ----------
    x, y
        Points in frame units; those outside the frame are ignored.
    aspect
        Height divided by width of the picture.
    margin
        Space around the points, as a share of their extent.

    Returns
    -------
    Box
        Inside the frame, of the aspect asked; the whole width if there is no point.
    """
    inside = [(a, b) for a, b in zip(x, y, strict=True) if FRAME.contains(a, b)]
    if not inside:
        return Box(0.0, 0.0, FRAME.width, min(FRAME.height, FRAME.width * aspect))
    xs, ys = zip(*inside, strict=True)
    wide, tall = max(xs) - min(xs), max(ys) - min(ys)
    width = max(wide * (1 + 2 * margin), tall * (1 + 2 * margin) / aspect, 0.2 * FRAME.width)
    width = min(width, FRAME.width, FRAME.height / aspect)
    height = width * aspect
    left = (max(xs) + min(xs)) / 2 - width / 2
    top = (max(ys) + min(ys)) / 2 - height / 2
    return Box(
        min(max(left, 0.0), FRAME.width - width),
        min(max(top, 0.0), FRAME.height - height),
        width,
        height,
    )
