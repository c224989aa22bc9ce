"""GeoPackage, the OGC format of maps in one file, through GDAL (`pyogrio`); coordinates in WGS 84.

References
----------
Open Geospatial Consortium, GeoPackage Encoding Standard, OGC 12-128.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from caspia.errors import InputError, Problem
from caspia.exchange._files import check_source, replacing
from caspia.exchange._frames import plain

Floats = npt.NDArray[np.float64]
WGS_84 = "EPSG:4326"
_GDAL_TYPES = {"point": "Point", "line": "LineString"}


@dataclass(frozen=True, eq=False)
class Layer:
    """Points or lines with a table.

    Attributes
    ----------
    name : str
        Name of the layer in the file.
    kind : {"point", "line"}
        What the features are.
    table : pandas.DataFrame
        Attributes, a row a feature; numbers, truth values or text.
    lonlat : tuple of numpy.ndarray, shape (n, 2)
        Longitude and latitude in degrees by feature; one pair for a point, at least two for a line.
    """

    name: str
    kind: Literal["point", "line"]
    table: pd.DataFrame
    lonlat: tuple[Floats, ...]


def write_geopackage(path: Path, layers: Sequence[Layer]) -> None:
    """Write layers into one file, wholly or not at all.

    Parameters
    ----------
    path : pathlib.Path
        The file, with the ending `.gpkg`; an older one is replaced.
    layers : sequence of Layer
        What is written, at least one.

    Raises
    ------
    InputError
        The file cannot be written or has another ending; a layer has no name of its own, another number of shapes
        than rows, a shape of another kind or off the globe, or a column that cannot be written.
    """
    import pyogrio.raw

    names = [layer.name.lower() for layer in layers]
    if path.suffix != ".gpkg" or not layers or "" in names or len(set(names)) != len(names):
        got = f"{path.name}, layers {', '.join(names) or 'none'}"
        allowed = "a name with .gpkg and layers with names of their own"
        raise InputError(Problem("GeoPackage cannot be written", str(path), got, allowed))
    prepared = [(layer, _as_wkb(layer, path), plain(layer.table, path)) for layer in layers]
    with replacing(path) as made:
        for layer, shapes, table in prepared:
            pyogrio.raw.write(
                str(made),
                shapes,
                [table[name].to_numpy() for name in table.columns],
                list(table.columns),
                layer=layer.name,
                driver="GPKG",
                geometry_type=_GDAL_TYPES[layer.kind],
                crs=WGS_84,
                append=made.exists(),
            )


def read_geopackage(path: Path) -> tuple[Layer, ...]:
    """Read all layers of points and lines.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    tuple of Layer
        In the order of the file.

    Raises
    ------
    InputError
        The file cannot be read, is no GeoPackage, or has a layer of other shapes or in other coordinates.
    """
    import pyogrio
    import pyogrio.errors

    check_source(path, "GeoPackage")
    try:
        kinds = {str(name): str(kind) for name, kind in pyogrio.list_layers(str(path))}
        for name, kind in kinds.items():
            if kind not in _GDAL_TYPES.values():
                allowed = "layers of points or lines"
                raise InputError(Problem("layer cannot be read", str(path), f"{name} of type {kind}", allowed))
        return tuple(_read_layer(path, name, kind) for name, kind in kinds.items())
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        got = str(error).splitlines()[0]
        raise InputError(Problem("not a GeoPackage", str(path), got, "a file in the format GeoPackage")) from error


def _read_layer(path: Path, name: str, kind: str) -> Layer:
    import pyogrio.raw
    import shapely

    about, _, shapes, columns = pyogrio.raw.read(str(path), layer=name)
    if about["crs"] != WGS_84:
        raise InputError(Problem("layer is in other coordinates", str(path), str(about["crs"]), WGS_84))
    geometries = shapely.from_wkb(shapes)
    if (shapely.is_missing(geometries) | shapely.is_empty(geometries)).any():
        raise InputError(Problem("layer has a feature without a shape", str(path), name, "a shape for each row"))
    lonlat = tuple(np.asarray(shapely.get_coordinates(geometry)) for geometry in geometries)
    table = pd.DataFrame(dict(zip(about["fields"].tolist(), columns, strict=True)), index=range(len(lonlat)))
    found: Literal["point", "line"] = "point" if kind == _GDAL_TYPES["point"] else "line"
    return Layer(name, found, plain(table, path), lonlat)


def _as_wkb(layer: Layer, path: Path) -> npt.NDArray[np.object_]:
    """Shapes as GDAL takes them, checked."""
    import shapely

    least, most = (1, 1) if layer.kind == "point" else (2, np.inf)
    if len(layer.lonlat) != len(layer.table):
        got = f"{len(layer.lonlat)} shapes, {len(layer.table)} rows"
        raise InputError(Problem(f"layer {layer.name} does not match its table", str(path), got, "a shape a row"))
    for row, lonlat in enumerate(layer.lonlat):
        good = lonlat.ndim == 2 and lonlat.shape[1] == 2 and least <= len(lonlat) <= most
        # NaN fails the comparison too.
        if not good or not (np.abs(lonlat) <= (180.0, 90.0)).all():
            allowed = f"a {layer.kind} of longitude -180 to 180 and latitude -90 to 90"
            got = f"{lonlat.tolist()}"[:60]
            raise InputError(Problem(f"layer {layer.name} has a shape of another kind", f"row {row}", got, allowed))
    build = shapely.points if layer.kind == "point" else shapely.linestrings
    shapes = [build(lonlat[0] if layer.kind == "point" else lonlat) for lonlat in layer.lonlat]
    wkb = np.empty(len(shapes), object)
    wkb[:] = shapely.to_wkb(shapes) if shapes else []
    return wkb
