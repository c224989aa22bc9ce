"""How exports are spread on a drawn world: shares add up, the corridor is shut, wrong questions are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.documented import undocumented

from caspia.errors import InputError
from caspia.study import Settings, Study
from caspia.study.exporters import ExporterAnswer, ExportWorlds, export_worlds, exporter, find_exporter
from caspia.study.optional_tables import SECURED
from caspia.study.secure_tables import secure_tables
from drawn import open_drawn
from secure_world import DRAWING, SECURE_EDITS, SECURE_FACTS


def quiet(_stage: str, _done: int, _total: int) -> None:
    """Tell nobody."""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("world")
    return open_drawn(folder, DRAWING, SECURE_FACTS, SECURE_EDITS, Settings(flow_draws=10))


@pytest.fixture(scope="module")
def worlds(study: Study) -> ExportWorlds:
    return export_worlds(study, None, quiet)


@pytest.fixture(scope="module")
def answer(worlds: ExportWorlds) -> ExporterAnswer:
    return exporter(worlds, "KZ")


def test_shares_add_up(answer: ExporterAnswer) -> None:
    for table in ("corridors", "partners"):
        sums = answer.tables[table].groupby(["world", "goods"])["share"].sum()
        assert sums.to_numpy() == pytest.approx(1.0, abs=0.01)
    transit = answer.tables["transit"]
    assert ((transit["share"] >= 0) & (transit["share"] <= 1 + 1e-9)).all()


def test_one_partner_is_an_index_of_one(answer: ExporterAnswer) -> None:
    heads = answer.tables["worlds"]
    assert heads["hhi_partner"].to_numpy() == pytest.approx(1.0)
    assert ((heads["hhi_corridor"] > 0) & (heads["hhi_corridor"] <= 1 + 1e-9)).all()


def test_without_the_corridor_all_passes_russia(answer: ExporterAnswer) -> None:
    transit = answer.tables["transit"]
    shut = transit[(transit["world"] == "without the Caspian corridor") & (transit["goods"] == "all")].set_index(
        "country"
    )["share"]
    assert shut["RU"] == pytest.approx(1.0)
    corridors = answer.tables["corridors"]
    gone = corridors[(corridors["world"] == "without the Caspian corridor") & (corridors["corridor"] == "Caspian")]
    assert gone["share"].sum() == pytest.approx(0.0, abs=1e-9)


def test_record_has_the_exposure(answer: ExporterAnswer) -> None:
    record = answer.record()
    assert set(record["transit_exposure"]) == {"RU", "AZ"}
    assert {"hhi_corridor", "hhi_partner", "worlds", "corridors", "partners", "transit"} <= record.keys()
    assert record["hhi_corridor_p10"] <= record["hhi_corridor_p90"]


@pytest.mark.parametrize(("state", "word"), [("XX", "unknown exporter"), ("AZ", "exporter without demand")])
def test_other_exporters_are_refused(study: Study, state: str, word: str) -> None:
    with pytest.raises(InputError, match=word):
        find_exporter(study, state)


def test_tables_of_a_result_are_those_declared(study: Study) -> None:
    tables = secure_tables(study, quiet)
    assert set(tables) == set(SECURED)
    assert undocumented(tables) == []


def test_data_without_needs_have_no_tables(tmp_path: Path) -> None:
    assert secure_tables(open_drawn(tmp_path, DRAWING), quiet) == {}
