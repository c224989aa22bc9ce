"""The network in other formats: the same places, links, lengths and shapes, all files or none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from caspia.errors import InputError
from caspia.exchange import read_geopackage, read_gmns, read_omx, read_parquet
from caspia.study import Study
from caspia.study.interchange import Extent, export_files
from drawn import draw

WORLD = "KZAAA -rail1520:100- KZBBB -ferry:300- AZCCC -rail1520:200- GEDDD"
VIA = {"links": {"ferry-KZBBB-AZCCC": {"via": "1.5 0.5;2.0 0.25", "oneway": "yes"}}}


@pytest.fixture
def world(tmp_path: Path) -> Study:
    return Study.open(str(draw(tmp_path / "world", WORLD, edits=VIA)))


def lengths(study: Study) -> dict[str, float]:
    frame = study.data.facts.frame
    some = frame[frame["attribute"] == "length_km"]
    return dict(zip(some["subject"], some["value"], strict=True))


def test_gmns_is_the_network(world: Study, tmp_path: Path) -> None:
    out = tmp_path / "out"
    paths = export_files(world, out, ["gmns"])
    assert [path.name for path in paths] == ["config.csv", "link.csv", "node.csv"]
    network = read_gmns(out)
    places, links = world.data.tables["places"], world.data.tables["links"]
    assert network.nodes["node_id"].tolist() == places["id"].tolist()
    assert network.nodes["x_coord"].tolist() == places["lon"].tolist()
    assert network.nodes["y_coord"].tolist() == places["lat"].tolist()
    for ours, theirs in (
        ("id", "link_id"),
        ("from_id", "from_node_id"),
        ("to_id", "to_node_id"),
        ("mode", "facility_type"),
    ):
        assert network.links[theirs].tolist() == links[ours].tolist()
    table = network.links.set_index("link_id")
    assert table["length"].to_dict() == lengths(world)
    assert table["directed"].to_dict() == {key: key.startswith("ferry") for key in links["id"]}
    assert network.config["long_length"] == "km"
    point = places.set_index("id")
    shape = table.loc["ferry-KZBBB-AZCCC", "geometry"].removeprefix("LINESTRING (").removesuffix(")").split(", ")
    ends = [[point.loc[key, "lon"], point.loc[key, "lat"]] for key in ("KZBBB", "AZCCC")]
    assert [[float(x) for x in pair.split()] for pair in shape] == [ends[0], [1.5, 0.5], [2.0, 0.25], ends[1]]


def test_geopackage_is_the_network(world: Study, tmp_path: Path) -> None:
    (path,) = export_files(world, tmp_path, ["gpkg"])
    places, links = read_geopackage(path)
    assert (places.name, places.kind, links.name, links.kind) == ("places", "point", "links", "line")
    table = world.data.tables["places"]
    assert places.table["id"].tolist() == table["id"].tolist()
    np.testing.assert_array_equal(np.concatenate(places.lonlat), table[["lon", "lat"]].to_numpy())
    assert dict(zip(links.table["id"], links.table["length_km"], strict=True)) == lengths(world)
    point = dict(zip(places.table["id"], places.lonlat, strict=True))
    for start, end, shape in zip(links.table["from_id"], links.table["to_id"], links.lonlat, strict=True):
        np.testing.assert_array_equal(shape[[0, -1]], np.concatenate([point[start], point[end]]))


def test_parquet_holds_every_table(world: Study, tmp_path: Path) -> None:
    paths = export_files(world, tmp_path / "out", ["parquet"])
    assert {path.stem for path in paths} == {*world.data.tables, "facts"}
    for path in paths:
        expected = world.data.facts.frame if path.stem == "facts" else world.data.tables[path.stem]
        pd.testing.assert_frame_equal(read_parquet(path), expected, check_dtype=False)


def test_export_of_the_built_in_data(real: Study, tmp_path: Path) -> None:
    paths = export_files(real, tmp_path / "out", ["gmns", "gpkg", "parquet", "omx"])
    assert {path.suffix for path in paths} == {".csv", ".gpkg", ".parquet", ".omx"}
    demand = read_omx(tmp_path / "out" / "demand_2025_central.omx")
    assert demand.zones == tuple(real.data.tables["zones"]["id"])
    network = read_gmns(tmp_path / "out")
    assert len(network.links) == len(real.data.tables["links"])
    assert network.links["length"].notna().all()


def test_all_files_or_none(world: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "node.csv").write_text("older", encoding="utf-8")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("caspia.study.interchange.write_parquet", fail)
    with pytest.raises(InputError, match="No space left"):
        export_files(world, out)
    assert {path.name: path.read_text(encoding="utf-8") for path in out.iterdir()} == {"node.csv": "older"}


def test_unknown_format(world: Study, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"unknown format; got 'dwg'; allowed: gmns, gpkg, parquet, omx, xlsx"):
        export_files(world, tmp_path / "out", ["gmns", "dwg"])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["omx", "xlsx"])
def test_what_is_of_demand_only_where_there_is_demand(world: Study, tmp_path: Path, name: str) -> None:
    assert not [path for path in export_files(world, tmp_path / "out") if path.suffix == f".{name}"]
    with pytest.raises(InputError, match=f"no demand to write; got --format {name}"):
        export_files(world, tmp_path / "asked", ["gmns", name])
    assert not (tmp_path / "asked").exists()


@pytest.mark.parametrize("year", [2018, 2041])
def test_a_year_without_demand(real: Study, tmp_path: Path, year: int) -> None:
    with pytest.raises(InputError, match="no demand for this year"):
        export_files(real, tmp_path / "out", ["gmns", "omx"], Extent(year))
    assert not (tmp_path / "out").exists()
