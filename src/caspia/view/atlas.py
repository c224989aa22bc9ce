"""The world that all maps of a report share: land, borders, links and places, projected once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from caspia.view import projection, records
from caspia.view.modes import MODE_NAMES
from caspia.view.records import ResultLike

Feature = dict[str, object]

_LAND_TOLERANCE = 0.35
"""Largest displacement of coasts and borders by simplification, frame units (a third of a pixel)."""
_LEAST_AREA = 1.2
"""Islands smaller than this are left out, square frame units."""

WATER_MODES = frozenset({"deep_sea", "short_sea", "ferry", "feeder", "inland_waterway"})
"""Modes that are drawn in the colour of water."""

_WATER_KINDS = ("lake", "sea", "ocean", "water")


@dataclass(frozen=True)
class Place:
    """A place on the frame."""

    id: str
    name: str
    country: str
    kind: str
    x: float
    y: float


@dataclass(frozen=True)
class Link:
    """A link on the frame."""

    id: str
    name: str
    mode: str
    status: str
    ends: tuple[str, str]
    line: BaseGeometry


@dataclass(frozen=True)
class Atlas:
    """Everything that is the same in all maps of a result, in frame units."""

    land: tuple[tuple[str, str, BaseGeometry], ...]
    """Name, kind and polygon of countries (and lakes, if the base map has some)."""
    places: Mapping[str, Place]
    links: Mapping[str, Link]

    def base_features(self) -> list[Feature]:
        """Return land and lakes as GeoJSON features of the frame."""
        return [feature(polygon, {"n": name, "w": is_water(kind)}) for name, kind, polygon in self.land]

    def network_features(self) -> list[Feature]:
        """Return all links as GeoJSON features of the frame, with name, mode and status."""
        found = []
        for link in self.links.values():
            seen = shapely.intersection(shapely.simplify(link.line, 0.15), projection.FRAME.polygon)
            if not seen.is_empty:
                found.append(
                    feature(
                        seen,
                        {
                            "n": link.name,
                            "m": MODE_NAMES.get(link.mode, link.mode),
                            "s": link.status,
                            "w": link.mode in WATER_MODES,
                        },
                    )
                )
        return found


def is_water(kind: str) -> bool:
    """Tell whether a kind of the base map is water.

    Parameters
    ----------
    kind
        Kind of a row of the base map.

    Returns
    -------
    bool
        True for lakes and seas.

    Examples
    --------
    >>> is_water("lake"), is_water("country")
    (True, False)
    """
    return any(word in kind.lower() for word in _WATER_KINDS)


def feature(geometry: BaseGeometry, properties: Mapping[str, object]) -> Feature:
    """Make a GeoJSON feature with coordinates rounded to a tenth of a frame unit.

    Parameters
    ----------
    geometry
        Shape in frame units.
    properties
        What a tooltip shows.

    Returns
    -------
    Feature
        GeoJSON.
    """
    return {
        "type": "Feature",
        "properties": dict(properties),
        "geometry": _geojson(geometry),
    }


def _ring(points: Iterable[Sequence[float]]) -> list[list[float]]:
    rounded: list[list[float]] = []
    for point in points:
        pair = [round(float(point[0]), 1), round(float(point[1]), 1)]
        if not rounded or rounded[-1] != pair:
            rounded.append(pair)
    return rounded


def _geojson(geometry: BaseGeometry) -> dict[str, object]:
    parts = [p for p in shapely.get_parts(geometry) if p.geom_type in {"Polygon", "LineString"}]
    nested = [p for p in shapely.get_parts(geometry) if p.geom_type.startswith("Multi")]
    parts += [p for group in nested for p in shapely.get_parts(group)]
    polygons = [p for p in parts if p.geom_type == "Polygon"]
    if polygons:
        rings = [[_ring(p.exterior.coords), *(_ring(hole.coords) for hole in p.interiors)] for p in polygons]
        return {"type": "MultiPolygon", "coordinates": [r for r in rings if len(r[0]) > 3]}
    lines = [_ring(p.coords) for p in parts if p.geom_type == "LineString"]
    return {"type": "MultiLineString", "coordinates": [one for one in lines if len(one) > 1]}


def _land(result: ResultLike) -> list[tuple[str, str, BaseGeometry]]:
    found = []
    for row in records.rows(result, "basemap"):
        flat = projection.shape(shapely.from_wkt(records.text(row, "wkt")), _LAND_TOLERANCE)
        parts = [p for p in shapely.get_parts(flat) if p.geom_type == "Polygon" and p.area >= _LEAST_AREA]
        if parts:
            kind = records.text(row, "kind")
            found.append((records.text(row, "name"), kind, shapely.MultiPolygon(parts)))
    return sorted(found, key=lambda item: is_water(item[1]))


def _places(result: ResultLike) -> dict[str, Place]:
    found = {}
    for row in records.rows(result, "places"):
        x, y = projection.place(records.real(row, "lon"), records.real(row, "lat"))
        place_id = records.text(row, "place_id")
        name, country = records.text(row, "name"), records.text(row, "country")
        found[place_id] = Place(place_id, name, country, records.text(row, "kind"), x, y)
    return found


def way_points(via: str) -> list[tuple[float, float]]:
    """Read the way-points of a link.

    Parameters
    ----------
    via
        ``lon lat;lon lat`` in degrees, or empty.

    Returns
    -------
    list of tuple of float
        Longitude and latitude in degrees.

    Examples
    --------
    >>> way_points("51.2 43.6;50.1 40.4")
    [(51.2, 43.6), (50.1, 40.4)]
    """
    pairs = [part.split() for part in via.split(";") if part.strip()]
    return [(float(lon), float(lat)) for lon, lat in pairs]


def _links(result: ResultLike) -> dict[str, Link]:
    where = {
        records.text(row, "place_id"): (records.real(row, "lon"), records.real(row, "lat"))
        for row in records.rows(result, "places")
    }
    found = {}
    for row in records.rows(result, "links"):
        ends = records.text(row, "from_id"), records.text(row, "to_id")
        if ends[0] not in where or ends[1] not in where:
            continue
        line = projection.line([where[ends[0]], *way_points(records.text(row, "via")), where[ends[1]]])
        if line.is_empty:
            continue
        link_id = records.text(row, "link_id")
        name = records.text(row, "name") or link_id
        mode, status = records.text(row, "mode"), records.text(row, "status") or "open"
        found[link_id] = Link(link_id, name, mode, status, ends, line)
    return found


def atlas(result: ResultLike) -> Atlas:
    """Project the world of a result.

    Parameters
    ----------
    result
        The result of a study.

    Returns
    -------
    Atlas
        Land, places and links in frame units.
    """
    return Atlas(tuple(_land(result)), _places(result), _links(result))
