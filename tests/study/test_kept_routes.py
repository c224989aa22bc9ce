"""Routes that are kept: the same answers, and no trouble of the folder becomes one of the question."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from caspia.study import Study
from caspia.study.export import export_tables
from caspia.study.kept_routes import MOST_KEPT, RoutesFolder, load_market, stamp


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a folder of the built-in data with little demand."""
    folder = tmp_path_factory.mktemp("world") / "tables"
    export_tables(folder, ("titanium",))
    return str(folder)


def test_kept_routes_are_those_that_are_found(world: str, tmp_path: Path) -> None:
    plain, folder = Study.open(world), RoutesFolder(tmp_path / "below" / "kept")
    first, second = Study.open(world, kept=folder), Study.open(world, kept=folder)
    found = plain.flow_model().market
    for study in (first, second):
        market = study.flow_model().market
        assert market.routes.arcs.tolist() == found.routes.arcs.tolist()
        assert market.routes.start.tolist() == found.routes.start.tolist()
        assert study.flows(2025).flow_t == pytest.approx(plain.flows(2025).flow_t)
    assert len(list(folder.path.iterdir())) == 1
    assert folder.load(second) is not None


def test_what_is_damaged_or_cannot_be_written_is_sought_again(world: str, tmp_path: Path) -> None:
    folder = RoutesFolder(tmp_path)
    study = Study.open(world, kept=folder)
    amount = len(study.flow_model().market.routes.pair)
    kept = next(tmp_path.iterdir())
    whole = kept.read_bytes()
    for damaged in (b"", whole[: len(whole) // 2], whole[:200] + b"\0" * 200 + whole[400:]):
        kept.write_bytes(damaged)
        assert load_market(kept, study) is None
    assert len(Study.open(world, kept=folder).flow_model().market.routes.pair) == amount
    assert load_market(kept, study) is not None
    file = tmp_path / "file"
    file.write_text("")
    assert len(Study.open(world, kept=RoutesFolder(file)).flow_model().market.routes.pair) == amount


def test_few_files_stay_and_each_is_of_its_data_and_program(world: str, tmp_path: Path) -> None:
    folder, study = RoutesFolder(tmp_path), Study.open(world)
    market = study.flow_model().market
    for nth in range(2 * MOST_KEPT):
        (tmp_path / f"own-{nth}.npz").write_bytes(b"")
    folder.save(study, market)
    assert len(list(tmp_path.iterdir())) == MOST_KEPT
    assert np.array_equal(folder.load(study).start, market.start)
    other = Study.open()
    assert folder.load(other) is None
    assert stamp(study.data) != stamp(other.data)
    assert stamp(study.data) != stamp(study.data, ())
