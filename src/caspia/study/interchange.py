"""Network, tables, demand and flows in the standards of the field, for other programs to read."""

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
from caspia.study.study import Study, Tell
from caspia.study.workbook import write_tables
from caspia.study.year_tables import HOLDS, meaning_of, year_tables

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
    study: Study,
    folder: Path,
    formats: Sequence[str] = (),
    extent: Extent | None = None,
    progress: Tell | None = None,
) -> tuple[Path, ...]:
    """Write network, tables, demand and flows for other programs, all files or none.

    Parameters
    ----------
    study : Study
        Data, as they are or under a scenario.
    folder : pathlib.Path
        Made if it does not exist; older files of the same names are replaced.
    formats : sequence of str
        Of `gmns` (node.csv, link.csv, config.csv), `gpkg` (network.gpkg with the layers places and links),
        `parquet` (one file for each table, and facts.parquet), `omx` (demand_YEAR_CASE.omx, a matrix for each
        commodity) and `xlsx` (tables_YEAR_CASE.xlsx with demand, flows, corridors and counts; the flows are
        solved, which takes half a minute); where empty all that the data can fill: without demand neither
        matrices nor a workbook. The names of the last two end with the scenario where there is one.
    extent : Extent, optional
        Year and case of the demand; the base year if left out.
    progress : callable, optional
        Told stage, number done and number of all.

    Returns
    -------
    tuple of pathlib.Path
        The files, sorted.

    Raises
    ------
    InputError
        There is no such format, the year is out of range, a format was asked for that the data cannot fill, or
        the folder cannot be written.
    caspia.errors.NotConverged
        A workbook is wanted, and there is no equilibrium.
    """
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise InputError(Problem("unknown format", "--format", repr(unknown[0]), ", ".join(FORMATS)))
    has_demand = len(study.data.tables["demand"]) > 0
    chosen = list(formats) or [name for name in FORMATS if has_demand or name not in OF_DEMAND]
    if not has_demand and OF_DEMAND & set(chosen):
        got, allowed = f"--format {next(iter(sorted(OF_DEMAND & set(chosen))))}", "data with rows in demand.csv"
        repair = "add demand, or choose other formats"
        raise InputError(Problem("no demand to write", study.data.name, got, allowed, repair))
    names: list[str] = []
    with replacing_in(folder, names) as made:
        for name in chosen:
            FORMATS[name](study, extent or Extent(), made, progress)
        names.extend(sorted(path.name for path in made.iterdir()))
    return tuple(folder / name for name in names)


def _write_gmns(study: Study, _: Extent, folder: Path, __: Tell | None) -> None:
    data = study.data
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


def _write_geopackage(study: Study, _: Extent, folder: Path, __: Tell | None) -> None:
    data = study.data
    places, links = data.tables["places"], data.tables["links"]
    points = tuple(np.array([pair]) for pair in zip(places["lon"], places["lat"], strict=True))
    table = links[list(_LINK_COLUMNS)].assign(length_km=_lengths_km(data))
    layers = (
        Layer("places", "point", places[list(_PLACE_COLUMNS)], points),
        Layer("links", "line", table, tuple(_shapes(data))),
    )
    write_geopackage(folder / "network.gpkg", layers)


def _write_parquet(study: Study, _: Extent, folder: Path, __: Tell | None) -> None:
    data = study.data
    for name, table in data.tables.items():
        write_parquet(folder / f"{name}.parquet", table)
    write_parquet(folder / "facts.parquet", data.facts.frame)


def _write_omx(study: Study, extent: Extent, folder: Path, _: Tell | None) -> None:
    matrices = demand_matrices(study.data, extent.year, extent.case)
    write_omx(folder / f"demand_{_of(study, extent)}.omx", matrices)


def _write_xlsx(study: Study, extent: Extent, folder: Path, progress: Tell | None) -> None:
    found = year_tables(study, extent.year, extent.case, progress)
    write_tables(folder / f"tables_{_of(study, extent)}.xlsx", found.tables, found.about, HOLDS, meaning_of)


def _of(study: Study, extent: Extent) -> str:
    """What a file is of, for its name."""
    return f"{extent.year}_{extent.case}" + (f"_{study.label}" if study.scenario else "")


Writer = Callable[[Study, Extent, Path, Tell | None], None]
FORMATS: Mapping[str, Writer] = {
    "gmns": _write_gmns,
    "gpkg": _write_geopackage,
    "parquet": _write_parquet,
    "omx": _write_omx,
    "xlsx": _write_xlsx,
}
OF_DEMAND = frozenset({"omx", "xlsx"})
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
