"""Places answer to their code and to any usual spelling of their name."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from caspia.errors import UnknownName
from caspia.network import find_place, normalise, search_places
from caspia.study import Study
from drawn import open_drawn


@pytest.fixture(scope="module")
def places(real: Study) -> pd.DataFrame:
    return real.data.tables["places"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("KZALA", "KZALA"),
        ("kzala", "KZALA"),
        (" Almaty ", "KZALA"),
        ("Алматы", "KZALA"),
        ("Alma-Ata", "KZALA"),
        ("alma ata", "KZALA"),
        ("Xi'an", "CNXIA"),
        ("Xi’an", "CNXIA"),
        ("Xian", "CNXIA"),
        ("XIAN", "CNXIA"),
        ("西安", "CNXIA"),
        ("Małaszewicze", "PLMAA"),
        ("Malaszewicze", "PLMAA"),
        ("Малашевичи", "PLMAA"),
        ("Ust-Kamenogorsk", "KZUKK"),
        ("Ust Kamenogorsk", "KZUKK"),
        ("Oskemen", "KZUKK"),
        ("Öskemen", "KZUKK"),
        ("Усть-Каменогорск", "KZUKK"),
        ("Oskemen (Ust-Kamenogorsk)", "KZUKK"),
        ("Turkmenbashi", "TMKRW"),
        ("Türkmenbaşy", "TMKRW"),
        ("Krasnovodsk", "TMKRW"),
        ("Tashkent", "UZTAS"),
        ("Toshkent", "UZTAS"),
        ("İstanbul", "TRIST"),
        ("Constanța", "ROCND"),
        ("Constanta", "ROCND"),
        ("Köln", "DECGN"),
        ("Duisburg", "DEDUI"),
        ("Yokohama", "JPYOK"),
        ("横浜", "JPYOK"),
        ("Suez Canal", "EGSUEZC"),
        ("Ақтау", "KZAAU"),
        ("Baku", "AZBAK"),
        ("Bakı", "AZBAK"),
    ],
)
def test_usual_spellings(places: pd.DataFrame, text: str, place: str) -> None:
    assert places["id"].iloc[find_place(places, text)] == place


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("Almaaty", "KZALA"),
        ("Duisbrug", "DEDUI"),
        ("Rotterdm", "NLRTM"),
        ("Tashkennt", "UZTAS"),
        ("Ашгабад", "TMASB"),
    ],
)
def test_misspelling_is_refused_with_suggestions(places: pd.DataFrame, text: str, near: str) -> None:
    with pytest.raises(UnknownName) as caught:
        find_place(places, text)
    assert repr(text) in caught.value.problem.got
    assert near in caught.value.problem.allowed
    assert "caspia places" in caught.value.problem.repair


@pytest.mark.parametrize("text", ["", " ", "-", "12345", "Atlantis", "' OR 1=1", "\0", "a" * 10_000])
def test_nonsense_is_refused(places: pd.DataFrame, text: str) -> None:
    with pytest.raises(UnknownName, match="unknown place"):
        find_place(places, text)


def test_name_of_several_places_is_refused(tmp_path: Path) -> None:
    drawing = "KZAAA -rail1520- KZBBB -rail1520- KZCCC"
    same = {"places": {key: {"name": "Uzen", "alt_names": "Ozen"} for key in ("KZAAA", "KZCCC")}}
    table = open_drawn(tmp_path, drawing, edits=same).data.tables["places"]
    with pytest.raises(UnknownName, match=r"several places.*KZAAA.*KZCCC.*give the code"):
        find_place(table, "Özen")
    assert find_place(table, "kzccc") == 2


def test_name_goes_before_another_places_second_name(tmp_path: Path) -> None:
    both = {"places": {"KZAAA": {"name": "Khorgos"}, "KZBBB": {"name": "Altynkol", "alt_names": "Khorgos"}}}
    table = open_drawn(tmp_path, "KZAAA -rail1520- KZBBB", edits=both).data.tables["places"]
    assert find_place(table, "khorgos") == 0


def test_every_place_answers_to_its_own_id(places: pd.DataFrame) -> None:
    assert [find_place(places, key) for key in places["id"]] == list(range(len(places)))


@pytest.mark.parametrize("query", ["khorg", "Алтынк", "霍尔果斯"])
def test_search_by_a_part_of_the_name(places: pd.DataFrame, query: str) -> None:
    assert "KZALTYN" in set(search_places(places, query)["id"])


def test_search_by_country_and_by_a_wrong_spelling(places: pd.DataFrame) -> None:
    assert set(search_places(places, "GE")["country"]) == {"GE"}
    assert "DEDUI" in set(search_places(places, "Duisbrug")["id"])
    assert search_places(places, "qqqqqqqq").empty


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Türkmenbaşy", "turkmenbasy"),
        ("Łódź", "LODZ"),
        ("Xi’an", "xian"),
        ("Sol'-Iletsk", "Sol Iletsk"),
        ("ё", "е"),
    ],
)
def test_folding(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)
