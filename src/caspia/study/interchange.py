"""The network, its tables and its demand in the standards of the field, for other programs to read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from caspia.data import Dataset, parse_via
from caspia.demand import Case
from caspia.errors import InputError, Problem
from caspia.exchange import (
    GmnsNetwork,
    Layer,
    replacing_in,
    write_geopackage,
    write_gmns,
    write_omx,
    write_parquet,
)
from caspia.study.flows import BASE_YEAR
from caspia.study.matrices import demand_matrices

Floats = npt.NDArray[np.float64]
CONFIG: Mapping[str, str] = {
    "dataset_name": "caspia",
    "long_length": "km",
    "crs": "EPSG:4326",
    "geometry_field_format": "WKT",
    "id_type": "string",
}
_LINK_COLUMNS = (
    *("id", "name", "mode", "from_id", "to_id", "countries", "waters", "status", "open_year", "gauge_mm"),
    *("tracks", "electrified", "oneway", "class_id", "source_id"),
)
_PLACE_COLUMNS = ("id", "name", "kind", "country", "unlocode", "source_id")


@dataclass(frozen=True)
class Extent:
    """What of a study is written where a format holds one year.

    Attributes
    ----------
    year : int
        Year of the demand, 2019 to 2040.
    case : {"low", "central", "high"}
        Growth after the last observation.
    """

    year: int = BASE_YEAR
    case: Case = "central"


def export_files(
    data: Dataset, folder: Path, formats: Sequence[str] = (), extent: Extent | None = None
) -> tuple[Path, ...]:
    """Write network, tables and demand for other programs, all files or none.

    Parameters
    ----------
    data : Dataset
        Checked tables.
    folder : pathlib.Path
        Made if it does not exist; older files of the same names are replaced.
    formats : sequence of str
        Of `gmns` (node.csv, link.csv, config.csv), `gpkg` (network.gpkg with the layers places and links),
        `parquet` (one file for each table, and facts.parquet) and `omx` (demand_YEAR_CASE.omx, a matrix for each
        commodity); where empty all that the data can fill: without demand there are no matrices.
    extent : Extent, optional
        Year and case of the demand; the base year if left out.

    Returns
    -------
    tuple of pathlib.Path
        The files, sorted.

    Raises
    ------
    InputError
        There is no such format, the year is out of range, a format was asked for that the data cannot fill, or
        the folder cannot be written.
    """
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise InputError(Problem("unknown format", "--format", repr(unknown[0]), ", ".join(FORMATS)))
    filled = [name for name in FORMATS if len(data.tables["demand"]) or name not in OF_DEMAND]
    names: list[str] = []
    with replacing_in(folder, names) as made:
        for name in formats or filled:
            FORMATS[name](data, extent or Extent(), made)
        names.extend(sorted(path.name for path in made.iterdir()))
    return tuple(folder / name for name in names)


def _write_gmns(data: Dataset, _: Extent, folder: Path) -> None:
    places, links = data.tables["places"], data.tables["links"]
    nodes = places.rename(columns={"id": "node_id", "lon": "x_coord", "lat": "y_coord", "kind": "node_type"})
    shapes = [", ".join(f"{lon!r} {lat!r}" for lon, lat in shape.tolist()) for shape in _shapes(data)]
    table = pd.DataFrame(
        {
            "link_id": links["id"],
            "name": links["name"],
            "from_node_id": links["from_id"],
            "to_node_id": links["to_id"],
            "directed": links["oneway"] == "yes",
            "geometry": [f"LINESTRING ({shape})" for shape in shapes],
            "dir_flag": np.ones(len(links), np.int64),
            "length": _lengths_km(data),
            "facility_type": links["mode"],
        }
    )
    rest = [name for name in _LINK_COLUMNS if name not in ("id", "name", "from_id", "to_id", "mode", "oneway")]
    columns = ["node_id", "name", "x_coord", "y_coord", "node_type", "country", "unlocode", "source_id"]
    write_gmns(folder, GmnsNetwork(nodes[columns], pd.concat([table, links[rest]], axis=1), CONFIG))


def _write_geopackage(data: Dataset, _: Extent, folder: Path) -> None:
    places, links = data.tables["places"], data.tables["links"]
    points = tuple(np.array([pair]) for pair in zip(places["lon"], places["lat"], strict=True))
    table = links[list(_LINK_COLUMNS)].assign(length_km=_lengths_km(data))
    layers = (
        Layer("places", "point", places[list(_PLACE_COLUMNS)], points),
        Layer("links", "line", table, tuple(_shapes(data))),
    )
    write_geopackage(folder / "network.gpkg", layers)


def _write_parquet(data: Dataset, _: Extent, folder: Path) -> None:
    for name, table in data.tables.items():
        write_parquet(folder / f"{name}.parquet", table)
    write_parquet(folder / "facts.parquet", data.facts.frame)


def _write_omx(data: Dataset, extent: Extent, folder: Path) -> None:
    matrices = demand_matrices(data, extent.year, extent.case)
    write_omx(folder / f"demand_{extent.year}_{extent.case}.omx", matrices)


FORMATS: Mapping[str, Callable[[Dataset, Extent, Path], None]] = {
    "gmns": _write_gmns,
    "gpkg": _write_geopackage,
    "parquet": _write_parquet,
    "omx": _write_omx,
}
OF_DEMAND = frozenset({"omx"})
"""Formats that hold nothing where there is no demand."""


def _lengths_km(data: Dataset) -> Floats:
    """Length of every link; NaN where no fact tells it."""
    return data.values("links", "length_km")


def _shapes(data: Dataset) -> list[Floats]:
    """Longitude and latitude of the ends and way-points of every link."""
    places, links = data.tables["places"], data.tables["links"]
    point = {key: (lon, lat) for key, lon, lat in zip(places["id"], places["lon"], places["lat"], strict=True)}
    return [
        np.array([point[start], *parse_via(via), point[end]])
        for start, via, end in zip(links["from_id"], links["via"], links["to_id"], strict=True)
    ]
