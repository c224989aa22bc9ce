"""The main job: its tables, their comments, all or nothing, and the same again with the same seed."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from caspia.errors import InputError
from caspia.study import Result, Settings, Study, counts, run_study, write_folder
from caspia.study.store import COMMENTS, STORED
from drawn import Number, open_drawn

DRAWING = """
CNAAA -rail1435:300- KZBBB -rail1520:500- KZCCC -ferry:300- AZDDD -rail1520:400- GEEEE
KZBBB -rail1520:900- RUGGG -rail1520:900- GEEEE
"""
FACTS: dict[str, Number | None] = {
    "way.speed_kmh": (30, 50, 60),
    "obs-a.transit_time_d": (8, 10, 12),
    "obs-b.price_usd_per_feu": 3000,
    "obs-c.transit_time_d": 5,
}
OBSERVATION = {"origin_id": "CNAAA", "destination_id": "GEEEE", "commodity_id": "containers", "scope": "door"}
EDITS: dict[str, dict[str, dict[str, object] | None]] = {
    "consignments": {
        "cns-one": {"origin_id": "CNAAA", "destination_id": "GEEEE", "commodity_id": "containers"},
        "cns-two": {"origin_id": "KZCCC", "destination_id": "CNAAA", "commodity_id": "grain", "month": 1},
        "cns-cut": {
            "origin_id": "KZBBB",
            "destination_id": "GEEEE",
            "commodity_id": "oil",
            "avoid": "ferry;RU",
        },
    },
    "observations": {
        "obs-a": OBSERVATION | {"kind": "time", "corridor": "Caspian", "via": "KZCCC;AZDDD"},
        "obs-b": OBSERVATION | {"kind": "price", "corridor": "Northern"},
        "obs-c": OBSERVATION | {"kind": "time", "corridor": "Southern"},
    },
}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return open_drawn(tmp_path_factory.mktemp("world") / "data", DRAWING, FACTS, EDITS)


@pytest.fixture(scope="module")
def result(study: Study) -> Result:
    return run_study(study)


def read(folder: Path, query: str) -> pd.DataFrame:
    with duckdb.connect(str(folder / "results.duckdb"), read_only=True) as database:
        return database.execute(query).df()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_every_consignment_is_answered_or_says_why(result: Result) -> None:
    heads = result.tables["consignments"].set_index("consignment_id")
    assert heads["status"].to_dict() == {
        "cns-one": "answered",
        "cns-two": "answered",
        "cns-cut": "unreachable",
    }
    assert "avoiding Ferry" in heads["reason"]["cns-cut"] or "avoiding ferry" in heads["reason"]["cns-cut"]
    assert set(result.tables["routes"]["consignment_id"]) == {"cns-one", "cns-two"}


def test_progress_is_told(study: Study) -> None:
    told: list[tuple[str, int, int]] = []
    run_study(study, lambda *step: told.append(step))
    assert [step for step in told if step[0] == "Consignments"] == [("Consignments", n, 3) for n in (1, 2, 3)]
    assert told[-1] == ("Validation", 3, 3)


def test_validation_compares_what_it_can(result: Result) -> None:
    table = result.tables["validation"].set_index("observation_id")
    assert table["status"].to_dict() == {"obs-a": "compared", "obs-b": "compared", "obs-c": "no route"}
    assert table["misfit"]["obs-a"] == pytest.approx(table["modelled"]["obs-a"] / 10 - 1)
    assert table.loc["obs-a", ["observed_low", "observed_high"]].tolist() == [8, 12]
    assert table["unit"].to_dict() == {"obs-a": "day", "obs-b": "USD/FEU", "obs-c": "day"}


def test_store_holds_every_table_with_a_comment(tmp_path: Path, result: Result) -> None:
    write_folder(tmp_path / "out", result)
    assert sorted(contents(tmp_path / "out")) == ["manifest.json", "results.duckdb", "results.xlsx"]
    tables = read(tmp_path / "out", "select table_name, comment from duckdb_tables()")
    assert dict(zip(tables["table_name"], tables["comment"], strict=True)) == dict(COMMENTS)
    columns = read(
        tmp_path / "out", "select table_name, column_name, comment from duckdb_columns() where not internal"
    )
    routes = columns[columns["table_name"] == "routes"].set_index("column_name")["comment"]
    for column in ("length_km", "time_h", "time_h_p10", "time_h_p90", "cost_usd", "cost_usd_p50", "co2e_kg"):
        assert routes[column], column


@pytest.mark.parametrize("name", STORED)
def test_store_holds_what_the_result_holds(tmp_path: Path, result: Result, name: str) -> None:
    write_folder(tmp_path, result)
    stored, table = read(tmp_path, f"select * from {name}"), result.tables[name]
    assert list(stored.columns) == list(table.columns)
    assert len(stored) == len(table)
    for column in table.columns:
        if pd.api.types.is_float_dtype(table[column]):
            assert stored[column].to_numpy(dtype=float) == pytest.approx(
                table[column].to_numpy(dtype=float), nan_ok=True
            )


def test_manifest_says_how_to_make_it_again(tmp_path: Path, study: Study, result: Result) -> None:
    write_folder(tmp_path, result)
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert {"version", "data_hash", "seed", "draws", "price_year", "created", "counts"} <= set(manifest)
    assert manifest["data_hash"] == study.data.sha256
    assert manifest["seed"] == study.settings.seed
    assert manifest["counts"] == dict(counts(study.data).itertuples(index=False))


def test_same_seed_same_tables(study: Study, result: Result) -> None:
    again = run_study(Study(study.data, study.settings))
    for name in STORED:
        pd.testing.assert_frame_equal(again.tables[name], result.tables[name])


def test_other_seed_other_draws_and_the_same_expectations(study: Study, result: Result) -> None:
    other = run_study(Study(study.data, Settings(seed=7))).tables["routes"]
    routes = result.tables["routes"]
    spread = routes["time_h_sd"] > 0
    assert spread.any()
    assert (other["time_h_p50"] != routes["time_h_p50"])[spread].all()
    assert (other["time_h"] == routes["time_h"]).all()
    assert other["time_h_p50"].to_numpy() == pytest.approx(routes["time_h_p50"].to_numpy(), rel=0.02)


def test_failing_report_leaves_the_folder_as_it_was(tmp_path: Path, result: Result) -> None:
    (tmp_path / "results.duckdb").write_bytes(b"older")
    (tmp_path / "mine.txt").write_bytes(b"kept")

    def fail(_result: Result, path: Path) -> None:
        path.write_text("half a report", encoding="utf-8")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_folder(tmp_path, result, fail)
    assert contents(tmp_path) == {"results.duckdb": b"older", "mine.txt": b"kept"}


def test_older_results_are_replaced_and_other_files_kept(tmp_path: Path, result: Result) -> None:
    (tmp_path / "results.duckdb").write_bytes(b"older")
    (tmp_path / "mine.txt").write_bytes(b"kept")
    write_folder(tmp_path, result, lambda _result, path: path.write_text("report", encoding="utf-8"))
    assert sorted(contents(tmp_path)) == [
        "manifest.json",
        "mine.txt",
        "report.html",
        "results.duckdb",
        "results.xlsx",
    ]
    assert len(read(tmp_path, "select * from routes")) == len(result.tables["routes"])


def test_folder_that_cannot_be_written_is_refused(tmp_path: Path, result: Result) -> None:
    (tmp_path / "out").write_bytes(b"a file")
    with pytest.raises(InputError, match="folder cannot be written"):
        write_folder(tmp_path / "out" / "study", result)
    assert contents(tmp_path) == {"out": b"a file"}


def test_result_is_frozen(result: Result) -> None:
    with pytest.raises(TypeError):
        result.tables["routes"] = pd.DataFrame()  # type: ignore[index]
    with pytest.raises(AttributeError):
        result.tables = {}  # type: ignore[misc]
