"""Workbooks of a study: contents with units and sources, a sheet for each table, the numbers of the model."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from tests.drawn import open_drawn

from caspia.demand import demand_cells
from caspia.errors import InputError
from caspia.study import Study
from caspia.study.interchange import Extent, export_files
from caspia.study.workbook import CONTENTS, write_tables
from caspia.study.year_tables import HOLDS, year_tables

DRAWING = "KZAAA -rail1520:300- KZBBB -ferry:300- AZCCC -rail1520:400- GEDDD"


def cell(goods: str) -> dict[str, str]:
    return {"origin_id": "KZ", "destination_id": "GE", "commodity_id": goods, "class_id": "demand"}


EDITS = {
    "zones": {"KZ": {"name": "Kazakhstan", "countries": "KZ"}, "GE": {"name": "Georgia", "countries": "GE"}},
    "centroids": {
        "cen-KZ": {"zone_id": "KZ", "place_id": "KZAAA", "role": "both"},
        "cen-GE": {"zone_id": "GE", "place_id": "GEDDD", "role": "both"},
    },
    "classes": {"demand": {"applies_to": "demand", "name": "Demand"}},
    "demand": {"dem-grain": cell("grain"), "dem-boxes": cell("containers")},
    "groups": {"grp-all": {"name": "All", "commodity_ids": "containers;grain;oil"}},
    "links": {"rail-AZCCC-GEDDD": {"name": '=HYPERLINK("https://example.org")'}},
    "counts": {
        "cnt-ferry": {"name": "Ferry", "kind": "line", "link_ids": "ferry-KZBBB-AZCCC", "direction": "forward"}
        | {"use": "fit"}
    },
}
FACTS = {
    "cen-KZ.weight": 1,
    "cen-GE.weight": 1,
    "demand.growth_pct_per_year": (0, 3, 6),
    "dem-grain.demand_t@2025": 500_000,
    "dem-boxes.demand_teu@2025": 10_000,
    "grp-all.choice_scale_t_per_usd": 0.1,
    "grp-all.cost_elasticity": -0.5,
    "cnt-ferry.count_t@2025": (450_000, 500_000, 550_000),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return open_drawn(tmp_path_factory.mktemp("world"), DRAWING, facts=FACTS, edits=EDITS)


@pytest.fixture(scope="module")
def path(world: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    (path,) = export_files(world, tmp_path_factory.mktemp("out"), ["xlsx"], Extent(2030, "high"))
    return path


def section(path: Path, heading: str) -> list[dict[str, object]]:
    """Rows of one part of the first sheet."""
    rows = list(openpyxl.load_workbook(path)[CONTENTS].iter_rows(values_only=True))
    start = next(nth for nth, row in enumerate(rows) if row[0] == heading)
    end = next((nth for nth in range(start, len(rows)) if not any(rows[nth])), len(rows))
    names = [name for name in rows[start + 1] if name]
    return [dict(zip(names, row, strict=False)) for row in rows[start + 2 : end]]


def test_a_sheet_for_each_table_and_the_contents_first(path: Path) -> None:
    assert path.name == "tables_2030_high.xlsx"
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [CONTENTS, *HOLDS]
    rows = {row["sheet"]: row for row in section(path, "Tables")}
    for name, text in HOLDS.items():
        assert rows[name]["holds"] == text
        assert rows[name]["rows"] == len(pd.read_excel(path, sheet_name=name))


def test_the_contents_say_what_it_is_of(path: Path, world: Study) -> None:
    about = {row["what"]: row["value"] for row in section(path, "About")}
    assert (about["year"], about["case"], about["scenario"]) == ("2030", "high", "base")
    assert about["data hash"] == world.data.sha256
    assert float(str(about["relative gap"])) < 1e-6


def test_every_measured_column_has_a_unit(path: Path) -> None:
    units = {(row["sheet"], row["column"]): row["unit"] for row in section(path, "Units")}
    for name in HOLDS:
        for column, kind in pd.read_excel(path, sheet_name=name).dtypes.items():
            if pd.api.types.is_float_dtype(kind) and column not in {"geh", "note"}:
                assert units.get((name, column)), (name, column)
    assert units["flows", "flow_t"] == "tonnes a year"
    assert units["corridors", "share_teu"] == "share of the boxes of its segment"


def test_sources_are_listed_with_the_sheets_that_name_them(path: Path) -> None:
    (source,) = section(path, "Sources")
    assert source["source_id"] == "drawn"
    assert str(source["sheets"]).split("; ") == ["demand"]


def test_the_sheets_hold_the_numbers_of_the_model(path: Path, world: Study) -> None:
    demand = pd.read_excel(path, sheet_name="demand").set_index("demand_id")
    cells = demand_cells(world.data, 2030, "high").set_index("demand_id")
    pd.testing.assert_series_equal(demand["demand_t"], cells["demand_t"], check_dtype=False)
    assert demand["fact"].to_dict() == {"dem-grain": "dem-grain.demand_t", "dem-boxes": "dem-boxes.demand_teu"}
    flows, corridors = (pd.read_excel(path, sheet_name=name) for name in ("flows", "corridors"))
    assert flows["flow_t"].sum() == pytest.approx(demand["demand_t"].sum())
    whole = corridors[corridors["segment"] == "All"]
    assert whole["flow_t"].sum() == pytest.approx(demand["demand_t"].sum())
    links = pd.read_excel(path, sheet_name="links")
    assert links.loc[links["link_id"] == "ferry-KZBBB-AZCCC", "flow_t"].sum() == pytest.approx(
        flows["flow_t"].sum()
    )


def test_no_name_of_the_data_becomes_a_formula(path: Path) -> None:
    names = {cell.value: cell.data_type for cell in openpyxl.load_workbook(path)["links"]["B"]}
    assert names['=HYPERLINK("https://example.org")'] == "s"


def test_counts_of_the_year_stand_beside_the_flows(world: Study) -> None:
    (count,) = year_tables(world, 2025, "central").tables["counts"].to_dict("records")
    assert (count["count_id"], count["observed"]) == ("cnt-ferry", 500_000)
    assert count["modelled"] == pytest.approx(600_000)


def test_a_year_out_of_range_is_refused_before_routes_are_searched(
    world: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Study, "flow_model", lambda *_: pytest.fail("searched"))
    with pytest.raises(InputError, match="no demand for this year"):
        export_files(world, tmp_path / "out", ["gmns", "xlsx"], Extent(2050))
    assert not (tmp_path / "out").exists()


def test_all_formats_where_there_is_demand(world: Study, tmp_path: Path) -> None:
    paths = export_files(world, tmp_path / "out")
    assert {path.suffix for path in paths} == {".csv", ".gpkg", ".parquet", ".omx", ".xlsx"}


def test_a_table_of_nothing_still_has_a_sheet(tmp_path: Path) -> None:
    write_tables(tmp_path / "a.xlsx", {"routes": pd.DataFrame()}, {}, {}, lambda *_: "")
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames == [CONTENTS, "routes"]
