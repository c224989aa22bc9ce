"""The built-in data: counts, sources, recipes, intervals, and the places and corridors that a reader looks for."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from caspia.data import attributes, parse_via
from caspia.data.recipes import geometric_length_km, recompute
from caspia.scenario import built_in_scenarios
from caspia.study import Study
from caspia.study.inspect import inspect

PRODUCERS = {
    "titanium, beryllium, tantalum, uranium fuel": "KZUKK",
    "uranium of South Kazakhstan": "KZSHIEL",
    "uranium of Navoi": "UZNWY",
    "chromium": "KZKHR",
    "ferrochrome": "KZABE",
    "copper of Zhezkazgan": "KZDZN",
    "copper of Balkhash": "KZBXH",
    "aluminium and gallium": "KZPWQ",
    "oil of Tengiz": "KZTGZ",
    "oil of Atyrau": "KZGUW",
    "aluminium of Talco": "TJTURSU",
    "antimony of Anzob": "TJANZOB",
    "gold of Kumtor": "KGKUMTO",
    "cotton and gas of Mary": "TMMYP",
    "copper of Almalyk": "UZALK",
}
WAYS = {
    "Caspian": "KZAAU KZKUR TMKRW AZALA AZBAK GEPTI GEBUS TRKPU ROCND BGVAR BGBOJ UAODS TRIST TRMER "
    "HUBUD ATVIE DEDUI DEHAM NLRTM ITMIL PLWAW GRPIR",
    "Northern": "KZDOS KZALTYN KZPPK RUILETS RUOZINK RUMOW BYBQT PLMAA RUKGD RULED RUNVS RUVVO RUVYP",
    "Southern": "IRCKT IRINCHE IRBND IRRAZI TRKPY AZAST IRASR",
    "Eastern": "CNXIA CNCDU CNCQI CNLYG CNQIN JPYOK",
    "Ocean": "XZMALAC XZBABEL XZHORMU EGSUEZC TRBOSPO XZGOODH",
}
PLANNED = {
    "China-Kyrgyzstan-Uzbekistan": "rail-CNKSS-KGTORUG",
    "Zangezur (TRIPP)": "rail-AZAGHBA-AMMEGHR",
    "Bakhty-Ayagoz": "rail-KZBAKHT-KZAYAGO",
    "Mointy-Kyzylzhar": "rail-KZMOYNT-KZKYZYL",
    "Darbaza-Maktaaral": "rail-KZMAKTA-KZDARBA",
    "Trans-Afghan": "rail-AFLOGAR-AFMZR",
    "Rasht-Astara": "rail-IRRAS-IRASR",
}


@pytest.fixture(scope="module")
def facts(real: Study) -> pd.DataFrame:
    return real.data.facts.frame


def test_check_finds_no_error() -> None:
    problems, _ = inspect("caspian")
    assert [str(problem) for problem in problems if problem.severity == "error"] == []


def test_counts(real: Study, facts: pd.DataFrame) -> None:
    tables = real.data.tables
    assert len(tables["places"]) >= 400
    assert len(tables["links"]) >= 800
    assert len(tables["consignments"]) >= 14
    assert len(tables["observations"]) >= 25
    assert (facts["method"] == "assumed").mean() < 0.25


def test_modes_are_all_there(real: Study) -> None:
    modes = set(real.data.tables["links"]["mode"])
    assert {"rail", "road", "deep_sea", "short_sea", "ferry", "feeder", "crude_pipeline", "gas_pipeline"} <= modes


@pytest.mark.parametrize("name", PRODUCERS)
def test_producing_place_can_ship(real: Study, name: str) -> None:
    places = real.data.tables["places"]
    row = int(np.flatnonzero(places["id"] == PRODUCERS[name])[0])
    vertices, arcs = real.network.vertices, real.network.arcs
    leaves = (vertices.place[arcs.tail] == row) & (vertices.place[arcs.head] != row) & arcs.is_open
    assert leaves.any()


@pytest.mark.parametrize("corridor", WAYS)
def test_places_of_the_corridor(real: Study, corridor: str) -> None:
    assert set(WAYS[corridor].split()) <= set(real.data.tables["places"]["id"])


@pytest.mark.parametrize("name", PLANNED)
def test_planned_link_is_there_but_not_open(real: Study, name: str) -> None:
    links = real.data.tables["links"].set_index("id")
    assert links["status"][PLANNED[name]] in ("planned", "construction")
    row = links.index.get_loc(PLANNED[name])
    arcs = real.network.arcs
    own = (arcs.kind == 0) & (arcs.row == row)
    assert own.any()
    assert not arcs.is_open[own].any()


def test_sources_resolve_and_are_used(real: Study) -> None:
    sources = set(real.data.tables["sources"]["id"])
    cited = set(real.data.facts.frame["source_id"])
    for table in real.data.tables.values():
        for column in table.columns[table.columns.str.endswith("source_id")]:
            cited |= set(table[column]) - {""}
    for scenario in built_in_scenarios().values():
        cited |= set(scenario.source_ids)
    assert cited <= sources
    assert sources <= cited, sorted(sources - cited)


def test_arithmetic_recipes_give_their_values(facts: pd.DataFrame) -> None:
    calculated = facts[facts["recipe"].str.startswith("calc:")]
    assert len(calculated) > 100
    again = np.array([recompute(recipe) for recipe in calculated["recipe"]], dtype=float)
    assert calculated["key"][~np.isclose(again, calculated["value"], rtol=0.01)].tolist() == []


def test_geometric_recipes_give_their_values(real: Study) -> None:
    wrong = {key: (value, again) for key, value, again in _geometric(real) if abs(again / value - 1) > 0.02}
    assert wrong == {}


def _geometric(real: Study) -> Iterator[tuple[str, float, float]]:
    places = real.data.tables["places"].set_index("id")
    links = real.data.tables["links"].set_index("id")
    facts = real.data.facts.frame
    for fact in facts[facts["recipe"].str.startswith("great_circle")].itertuples():
        link = links.loc[fact.subject]
        ends = [(places["lon"][end], places["lat"][end]) for end in (link["from_id"], link["to_id"])]
        again = geometric_length_km(fact.recipe, *ends, parse_via(link["via"]))
        assert again is not None, fact.recipe
        yield fact.key, fact.value, again


def test_recipes_are_of_known_kinds(facts: pd.DataFrame) -> None:
    known = r"calc: .+|great_circle(_via)?\*[0-9.]+|osm_rail|osm_road|calibrate"
    recipes = facts["recipe"][facts["method"] == "derived"]
    assert sorted({recipe for recipe in recipes if not re.fullmatch(known, recipe)}) == []


def test_lengths_agree_with_drawn_lines(real: Study) -> None:
    """`waypoints` says that the length is that of the line through the way-points."""
    places = real.data.tables["places"].set_index("id")
    links = real.data.tables["links"].set_index("id")
    facts = real.data.facts.frame
    wrong = {}
    for fact in facts[facts["recipe"] == "waypoints"].itertuples():
        link = links.loc[fact.subject]
        ends = [(places["lon"][end], places["lat"][end]) for end in (link["from_id"], link["to_id"])]
        again = geometric_length_km("great_circle_via*1", *ends, parse_via(link["via"])) or 0.0
        if abs(again / fact.value - 1) > 0.02:
            wrong[fact.key] = (fact.value, again)
    assert wrong == {}


def test_used_facts_have_ordered_intervals(real: Study) -> None:
    facts = real.data.facts
    used = (facts.frame["rank"] == 1).to_numpy()
    ordered = (facts.low <= facts.value) & (facts.value <= facts.high) & np.isfinite(facts.high)
    assert facts.frame["key"][used & ~ordered].tolist() == []


def test_uncertain_quantities_have_an_interval(real: Study) -> None:
    """A time or a price that is not exact says how far it may be off."""
    facts = real.data.facts
    names = [n for n in attributes() if n.startswith(("speed_kmh", "border_h", "handling_h", "tariff_usd_per_teu"))]
    asked = facts.frame["attribute"].isin(names) & (facts.frame["rank"] == 1)
    exact = (facts.low == facts.high) & (facts.value > 0)
    assert facts.frame["key"][asked & exact].tolist() == []


def test_one_fact_of_rank_one(facts: pd.DataFrame) -> None:
    """Only a series (the deflator, demand, counts) may hold a quantity for several years."""
    series = [name for name, attribute in attributes().items() if attribute.is_series]
    used = facts[(facts["rank"] == 1) & ~facts["attribute"].isin(series)]
    assert used["key"][used["key"].duplicated()].tolist() == []


def test_border_hours_differ_by_direction(real: Study) -> None:
    """Hours are stated for each direction: at many crossings one takes far longer than the other."""
    facts, borders = real.data.facts, real.data.tables["borders"]
    fact = real.data.object_facts("borders")[:, list(attributes()).index("border_h")]
    mean = (facts.low + 4 * facts.value + facts.high)[fact] / 6
    by_direction = dict(zip(zip(borders["link_id"], borders["from_country"], strict=True), mean, strict=True))
    opposite = zip(borders["link_id"], borders["to_country"], strict=True)
    ratio = mean / np.array([by_direction.get(key, np.nan) for key in opposite])
    assert (ratio > 1.3).sum() >= 30


def test_links_join_stations_that_are_near(real: Study) -> None:
    """Intermediate stations every 100-250 km, so that a railway on a map looks like the railway."""
    links = real.data.tables["links"]
    column = list(attributes()).index("length_km")
    length = real.data.facts.value[real.data.object_facts("links")[:, column]]
    rail = ((links["mode"] == "rail") & (links["status"] == "open")).to_numpy()
    assert np.median(length[rail]) < 250
    assert np.quantile(length[rail], 0.95) < 400


def test_tables_are_frozen(real: Study) -> None:
    with pytest.raises(ValueError, match="read-only"):
        real.data.facts.value[0] = 1.0
    with pytest.raises(TypeError):
        real.data.tables["places"] = pd.DataFrame()  # type: ignore[index]
