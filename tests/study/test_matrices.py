"""Matrices of demand: the cells of the data, in tonnes or boxes as declared, come back from the file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openmatrix
import pandas as pd
import pytest
from tests.drawn import draw

from caspia.data import Dataset, load_dataset
from caspia.demand import demand_cells
from caspia.errors import InputError
from caspia.exchange import MatrixSet, read_omx, write_omx
from caspia.study import Study
from caspia.study.interchange import Extent, export_files
from caspia.study.matrices import demand_matrices, read_demand

LINE = "KZAAA -rail1520:100- KZBBB -rail1520:200- CNDDD"
KEYS = ["origin_id", "destination_id", "commodity_id"]


def cell(origin: str, destination: str, goods: str) -> dict[str, str]:
    return {"origin_id": origin, "destination_id": destination, "commodity_id": goods, "class_id": "demand"}


EDITS = {
    "zones": {code: {"name": code, "countries": code} for code in ("KZ", "CN")},
    "classes": {"demand": {"applies_to": "demand", "name": "Demand"}},
    "demand": {
        "dem-a": cell("KZ", "CN", "grain"),
        "dem-b": cell("CN", "KZ", "containers"),
        "dem-c": cell("KZ", "CN", "containers"),
        "dem-d": cell("KZ", "KZ", "grain"),
        "dem-e": cell("KZ", "CN", "grain"),
    },
}
FACTS = {
    "demand.growth_pct_per_year": (0, 5, 10),
    "dem-a.demand_t@2025": 400,
    "dem-b.demand_teu@2025": 50,
    "dem-c.demand_t@2025": 70,
    "dem-d.demand_t@2025": 9,
    "dem-e.demand_t@2025": 100,
}


@pytest.fixture
def data(tmp_path: Path) -> Dataset:
    return load_dataset(str(draw(tmp_path / "world", LINE, facts=FACTS, edits=EDITS)))


def test_goods_stated_in_boxes_are_in_boxes_and_rows_of_one_cell_add_up(data: Dataset) -> None:
    content = demand_matrices(data, 2025)
    assert content.zones == ("KZ", "CN")
    assert {name: matrix.tolist() for name, matrix in content.matrices.items()} == {
        "containers_teu": [[0.0, 7.0], [50.0, 0.0]],
        "grain_t": [[9.0, 500.0], [0.0, 0.0]],
    }


def test_the_case_grows_the_matrices(data: Dataset) -> None:
    low, high = (demand_matrices(data, 2030, case).matrices["grain_t"] for case in ("low", "high"))
    np.testing.assert_allclose(low, [[9.0, 500.0], [0.0, 0.0]])
    np.testing.assert_allclose(high, low * 1.1**5)


@pytest.mark.parametrize(("year", "case"), [(2019, "central"), (2025, "central"), (2040, "low"), (2040, "high")])
def test_the_built_in_demand_comes_back(real: Study, tmp_path: Path, year: int, case: str) -> None:
    (path,) = export_files(real, tmp_path / "out", ["omx"], Extent(year, case))
    assert path.name == f"demand_{year}_{case}.omx"
    cells = demand_cells(real.data, year, case)
    expected = cells[cells["demand_t"] > 0].groupby(KEYS, as_index=False)[["demand_t", "demand_teu"]].sum()
    pd.testing.assert_frame_equal(read_demand(path, real.data), expected, check_dtype=False, rtol=1e-12)


def test_another_program_reads_zones_and_totals(data: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "a.omx"
    write_omx(path, demand_matrices(data, 2025))
    with openmatrix.open_file(str(path)) as file:
        assert file.version() == b"0.2"
        assert [code.decode() for code in file.map_entries("zone")] == ["KZ", "CN"]
        assert np.asarray(file["grain_t"]).sum() == 509.0


@pytest.mark.parametrize("name", ["gold_t", "grain", "grain_kg", "grain_teu", "_t"])
def test_matrices_of_unknown_goods_or_units(data: Dataset, tmp_path: Path, name: str) -> None:
    write_omx(tmp_path / "a.omx", MatrixSet({name: np.ones((2, 2))}, ("KZ", "CN")))
    with pytest.raises(InputError, match=f"matrix of unknown goods or unit; got '{name}'"):
        read_demand(tmp_path / "a.omx", data)


def test_matrices_of_other_zones(data: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "a.omx"
    write_omx(path, MatrixSet({"grain_t": np.ones((3, 3))}, ("KZ", "CN", "UZ")))
    with pytest.raises(InputError, match="another size; got 3 zones; allowed: 2 zones"):
        read_demand(path, data)
    write_omx(path, MatrixSet({"grain_t": np.ones((2, 2))}, ("KZ", "UZ")))
    with pytest.raises(InputError, match="no zone 'CN'"):
        read_demand(path, data)


@pytest.mark.parametrize("value", [np.nan, -1.0, np.inf])
def test_matrices_of_no_demand(data: Dataset, tmp_path: Path, value: float) -> None:
    path = tmp_path / "a.omx"
    write_omx(path, demand_matrices(data, 2025))
    with openmatrix.open_file(str(path), "a") as file:
        file["grain_t"][1, 0] = value
    with pytest.raises(InputError, match="matrix grain_t holds what is no demand"):
        read_demand(path, data)


def test_turned_zones_are_put_in_order(data: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "a.omx"
    write_omx(path, MatrixSet({"grain_t": np.array([[0.0, 3.0], [5.0, 0.0]])}, ("CN", "KZ")))
    rows = read_demand(path, data)[[*KEYS, "demand_t", "demand_teu"]].to_numpy().tolist()
    assert rows == [["CN", "KZ", "grain", 3.0, 0.0], ["KZ", "CN", "grain", 5.0, 0.0]]
    assert read_omx(path).zones == ("CN", "KZ")
