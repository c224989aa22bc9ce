"""Parquet and GeoPackage: tables and shapes come back as they went."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio.raw
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from caspia.errors import InputError
from caspia.exchange import Layer, read_geopackage, read_parquet, write_geopackage, write_parquet

words = st.one_of(st.none(), st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8))


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    n_rows = draw(st.integers(0, 5))
    texts = np.empty(n_rows, object)
    texts[:] = draw(st.lists(words, min_size=n_rows, max_size=n_rows))
    return pd.DataFrame(
        {
            "name": pd.Series(texts, dtype=object),
            "length_km": draw(hnp.arrays(np.float64, n_rows, elements=st.floats(allow_infinity=False))),
            "lanes": draw(hnp.arrays(np.int64, n_rows)),
            "electrified": draw(hnp.arrays(np.bool_, n_rows)),
        },
        index=range(n_rows),
    )


@given(frame=frames())
def test_parquet_reads_back(tmp_path: Path, frame: pd.DataFrame) -> None:
    path = tmp_path / "it's round.parquet"
    write_parquet(path, frame)
    pd.testing.assert_frame_equal(read_parquet(path), frame, check_dtype=True)


def test_text_of_any_type_of_pandas(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": pd.array(["x", None], dtype="str"), "n": pd.array([1, None], dtype="Int64")}, [7, 9])
    write_parquet(tmp_path / "a.parquet", frame)
    again = read_parquet(tmp_path / "a.parquet")
    assert again["a"].tolist() == ["x", None]
    assert again["n"].tolist()[0] == 1.0
    assert np.isnan(again["n"].tolist()[1])


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame(),
        pd.DataFrame({"a": [[1, 2]]}),
        pd.DataFrame({"a": ["x", 1]}),
        pd.DataFrame({0: [1]}),
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.DataFrame({"a": [1j]}),
        pd.DataFrame({"a": np.array([2**63], np.uint64)}),
    ],
)
def test_tables_that_cannot_be_written(tmp_path: Path, frame: pd.DataFrame) -> None:
    with pytest.raises(InputError):
        write_parquet(tmp_path / "a.parquet", frame)
    with pytest.raises(InputError):
        write_geopackage(tmp_path / "a.gpkg", [Layer("a", "point", frame, (np.zeros(2),) * max(len(frame), 1))])
    assert list(tmp_path.iterdir()) == []


def test_files_of_another_kind(tmp_path: Path) -> None:
    path = tmp_path / "text.gpkg"
    path.write_text("From To\n" * 100, encoding="utf-8")
    with pytest.raises(InputError, match="not a Parquet file"):
        read_parquet(path)
    with pytest.raises(InputError, match="not a GeoPackage"):
        read_geopackage(path)
    for read in (read_parquet, read_geopackage):
        with pytest.raises(InputError, match="no such file"):
            read(tmp_path / "nothing")


degrees = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


@st.composite
def layers(draw: st.DrawFn, name: str, kind: str) -> Layer:
    frame = draw(frames())
    least, most = (1, 1) if kind == "point" else (2, 5)
    shapes = st.lists(degrees, min_size=least, max_size=most).map(lambda pairs: np.array(pairs, float))
    return Layer(name, kind, frame, tuple(draw(st.lists(shapes, min_size=len(frame), max_size=len(frame)))))


@given(places=layers("places", "point"), links=layers("links", "line"))
def test_geopackage_reads_back(tmp_path: Path, places: Layer, links: Layer) -> None:
    path = tmp_path / "round.gpkg"
    write_geopackage(path, [places, links])
    again = read_geopackage(path)
    assert [(layer.name, layer.kind) for layer in again] == [("places", "point"), ("links", "line")]
    for layer, expected in zip(again, (places, links), strict=True):
        pd.testing.assert_frame_equal(layer.table, expected.table)
        assert len(layer.lonlat) == len(expected.lonlat)
        for found, drawn in zip(layer.lonlat, expected.lonlat, strict=True):
            np.testing.assert_array_equal(found, drawn)
    assert [found.name for found in tmp_path.iterdir()] == ["round.gpkg"]


ONE = pd.DataFrame({"id": ["x"]})
LINE = np.array([[50.0, 43.0], [49.0, 40.0]])


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (Layer("a", "line", ONE, (LINE[:1],)), "shape of another kind"),
        (Layer("a", "point", ONE, (LINE,)), "shape of another kind"),
        (Layer("a", "line", ONE, (LINE.T[:1],)), "shape of another kind"),
        (Layer("a", "line", ONE, (LINE + 200,)), "longitude -180 to 180"),
        (Layer("a", "line", ONE, (LINE * np.nan,)), "longitude -180 to 180"),
        (Layer("a", "line", ONE, (LINE, LINE)), "2 shapes, 1 rows"),
        (Layer("", "line", ONE, (LINE,)), "names of their own"),
    ],
)
def test_layers_that_cannot_be_written(tmp_path: Path, layer: Layer, words: str) -> None:
    path = tmp_path / "a.gpkg"
    write_geopackage(path, [Layer("older", "line", ONE, (LINE,))])
    with pytest.raises(InputError, match=words):
        write_geopackage(path, [Layer("fine", "line", ONE, (LINE,)), layer])
    assert [kept.name for kept in read_geopackage(path)] == ["older"]


def test_names_of_files_and_layers(tmp_path: Path) -> None:
    layer = Layer("a", "line", ONE, (LINE,))
    for path, some in (
        (tmp_path / "a.txt", [layer]),
        (tmp_path / "a.gpkg", []),
        (tmp_path / "a.gpkg", [layer] * 2),
    ):
        with pytest.raises(InputError, match="GeoPackage cannot be written"):
            write_geopackage(path, some)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("shape", "kind", "crs", "words"),
    [
        (shapely.box(0, 0, 1, 1), "Polygon", "EPSG:4326", "layer cannot be read"),
        (shapely.Point(500000, 4000000), "Point", "EPSG:32639", "other coordinates"),
        (None, "Point", "EPSG:4326", "without a shape"),
    ],
)
def test_layers_that_cannot_be_read(tmp_path: Path, shape: object, kind: str, crs: str, words: str) -> None:
    path = tmp_path / "a.gpkg"
    shapes = np.array([None if shape is None else shapely.to_wkb(shape)], object)
    fields = [np.array([1])], ["id"]
    pyogrio.raw.write(str(path), shapes, *fields, layer="a", driver="GPKG", geometry_type=kind, crs=crs)
    with pytest.raises(InputError, match=words):
        read_geopackage(path)
