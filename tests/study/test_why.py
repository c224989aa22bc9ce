"""Where a number came from: facts, classes, sources, places."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from caspia.errors import UnknownName
from caspia.study import Result, Study, why
from drawn import open_drawn


def test_fact_by_its_key(real: Study) -> None:
    table = why(real.data, "containers.insurance_pct")
    assert set(table["subject"]) == {"containers"}
    assert {"value", "unit", "low", "high", "method", "title", "publisher", "url", "used"} <= set(table.columns)
    assert table["used"].sum() == 1
    assert table["title"].notna().all()


def test_conflicting_facts_are_all_shown(real: Study) -> None:
    facts = real.data.facts.frame
    key = facts["key"][facts["rank"] > 1].iloc[0]
    table = why(real.data, key)
    assert len(table) == (facts["key"] == key).sum() > 1
    assert table["used"].tolist() == (table["rank"] == 1).tolist()


def test_class_shows_what_it_inherits(tmp_path: Path) -> None:
    data = open_drawn(tmp_path, "KZAAA -rail1520- KZBBB", {"rail.speed_kmh": 44}).data
    table = why(data, "rail").set_index("attribute")
    assert table["subject"]["speed_kmh"] == "rail"
    assert table["subject"]["tariff_usd_per_teu_km"] == "way"


def test_link_shows_its_own_and_its_classes_facts(tmp_path: Path) -> None:
    data = open_drawn(tmp_path, "KZAAA -rail1520- KZBBB").data
    table = why(data, "rail-KZAAA-KZBBB").set_index("attribute")
    assert table["subject"]["length_km"] == "rail-KZAAA-KZBBB"
    assert table["subject"]["speed_kmh"] == "way"
    (inherited,) = why(data, "rail-KZAAA-KZBBB.speed_kmh")["subject"]
    assert inherited == "way"


def test_source_shows_what_rests_on_it(real: Study) -> None:
    source = real.data.facts.frame["source_id"].iloc[0]
    table = why(real.data, source)
    assert set(table["source_id"]) == {source}
    assert len(table) == (real.data.facts.frame["source_id"] == source).sum()


@pytest.mark.parametrize("key", ["AZALA", "Alat"])
def test_place_by_code_or_name(real: Study, key: str) -> None:
    assert "closure_share_m01" in set(why(real.data, key)["attribute"])


@pytest.mark.parametrize("key", ["nothing", "containers.speed", "Atlantis.speed_kmh", "", "."])
def test_unknown_key_is_refused(real: Study, key: str) -> None:
    with pytest.raises(UnknownName, match=r"nothing answers to this key.*repair"):
        why(real.data, key)


def test_every_fact_of_the_legs_can_be_asked(real: Study, answered: Result) -> None:
    cells = answered.tables["legs"]["facts"].drop_duplicates().sample(20, random_state=1)
    for key in {key for cell in cells for key in cell.split(";")[:2]}:
        table = why(real.data, key)
        assert isinstance(table, pd.DataFrame)
        assert table["used"].any()
