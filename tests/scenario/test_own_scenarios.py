"""The built-in scenarios on the built-in data."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from worlds import numbers

import caspia
from caspia.errors import InputError
from caspia.scenario import apply, built_in_scenarios, compose, effects, load_scenario, parse_scenario
from caspia.scenario.model import ACTIONS, SELECTORS
from caspia.study import Request, Study, manifest

NAMES = sorted(built_in_scenarios())
CONTAINERS = ("CNXIA", "DEDUI")


@pytest.fixture(scope="module")
def base():
    return caspia.load("caspian")


def ways(study, *journey, **more):
    """Itineraries of a journey; none where nothing leads there."""
    try:
        return study.itineraries(Request(*journey, **more))
    except InputError:
        return []


def countries(itineraries):
    return {state for item in itineraries for state in item.countries}


@pytest.mark.parametrize("name", NAMES)
def test_every_edit_selects_and_changes_something(caspian, name):
    scenario = load_scenario(name)
    found = effects(caspian, scenario)
    assert all(len(rows) for rows in found.selected)
    changing = {*np.flatnonzero(found.touched).tolist(), *(ban.edit for ban in found.bans)}
    for number, edit in enumerate(scenario.edits):
        gates = {"close": found.closed, "open": found.opened}.get(edit.action, {})
        turned = np.isin(found.selected[number], gates.get(edit.table, [])).any()
        assert turned or number in changing, edit.where


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_it_is(name):
    scenario = load_scenario(name)
    assert scenario.id == name
    assert scenario.question.endswith("?")
    assert len(scenario.description) > 80
    assert scenario.parts[-1] == name
    assert (scenario.year is not None) == name.startswith("base-")


@pytest.mark.parametrize("name", NAMES)
def test_a_network_is_made_of_it(base, name):
    there = base.with_scenario(name)
    assert ways(there, *CONTAINERS)
    assert there.scenario.id == name
    assert manifest(there)["scenario"] == name
    assert manifest(there)["data_hash"] != manifest(base)["data_hash"]


def test_the_base_stays_as_it_is(base, caspian):
    before = {name: numbers(base.data, name) for name in ("links", "classes", "borders", "services", "places")}
    hashed = base.data.sha256
    for name in NAMES:
        apply(base.data, load_scenario(name))
    assert base.data.sha256 == hashed == caspian.sha256
    for name, array in before.items():
        assert np.array_equal(numbers(base.data, name), array, equal_nan=True)
        assert base.data.tables[name].equals(caspian.tables[name])


def test_no_route_passes_russia_when_the_north_is_closed(base):
    closed = base.with_scenario("northern-closed")
    journeys = [CONTAINERS, ("KZALA", "DEDUI"), ("KZKSN", "TRMER", "grain"), ("KZTGZ", "ITTRS", "crude-oil")]
    for journey in journeys:
        assert "RU" in countries(ways(base, *journey))
        found = ways(closed, *journey)
        assert found
        assert not {"RU", "BY"} & countries(found)
        assert not any(item.corridor == "Northern" for item in found)
    # What begins or ends in Russia is no transit.
    assert "RU" in countries(ways(closed, "KZALA", "RUMOW")) or "RU" in countries(ways(closed, "KZALA", "RUVVO"))


def test_a_discount_makes_the_north_cheaper(base):
    def cost(study):
        return min(item.cost_usd for item in ways(study, *CONTAINERS, corridor="Northern"))

    assert 0.85 < cost(base.with_scenario("northern-discount")) / cost(base) < 0.99


def test_no_train_passes_a_closed_border(base):
    closed = base.with_scenario("poland-belarus-closed")
    pairs = {
        (one, other)
        for item in ways(closed, *CONTAINERS)
        for one, other in zip(item.countries, item.countries[1:], strict=False)
    }
    assert not {("BY", "PL"), ("PL", "BY")} & pairs


def test_boxes_go_round_the_cape_and_grain_does_not(base):
    diverted = base.with_scenario("red-sea-diversion")
    red_sea = base.network.passing_waters(("bab-el-mandeb",))
    assert red_sea.any()
    rules = diverted.data.tables["rules"]
    barred = rules[(rules["target_kind"] == "water") & (rules["target"] == "bab-el-mandeb")]
    forms = base.data.tables["commodities"].set_index("id")["form"]
    assert set(forms[barred["commodity_id"]]) == {"container"}

    def ocean_km(study, commodity):
        found = ways(study, "CNSGH", "NLRTM", commodity, corridor="Ocean")
        return min(item.length_km for item in found)

    assert ocean_km(diverted, "containers") > 1.2 * ocean_km(base, "containers")
    assert ocean_km(diverted, "steel") == pytest.approx(ocean_km(base, "steel"))


def test_iran_and_hormuz(base):
    assert "IR" in countries(ways(base, "UZTAS", "TRIST"))
    assert "IR" not in countries(ways(base.with_scenario("iran-closed"), "UZTAS", "TRIST"))
    # Bandar Abbas lies within the strait.
    assert ways(base, "IRBND", "INMUN")
    shut = base.with_scenario("hormuz-closed")
    links = shut.data.tables["links"]
    assert (links["status"][links["waters"].str.contains("hormuz")] != "open").all()


def test_waits_in_caspian_ports_grow(base):
    stormy = base.with_scenario("caspian-port-closures")

    def hours(study, month):
        found = ways(study, "KZALA", "GEPTI", corridor="Caspian", month=month)
        return min(item.time_h for item in found)

    assert hours(stormy, 1) > hours(base, 1) + 1


def test_the_year_before_the_war_has_no_premium(base):
    before = base.with_scenario("base-2021")
    frame = before.data.facts.frame
    used = frame[(frame["attribute"] == "war_risk_pct") & (frame["rank"] == 1)]
    at_war = used[used["subject"].str.contains("black-sea")]
    assert len(at_war) >= 4
    assert (at_war["value"] == 0).all()
    assert {"rul-machinery-russia", "rul-uranium-iran"} <= set(base.data.tables["rules"]["id"])
    assert not {"rul-machinery-russia", "rul-uranium-iran"} & set(before.data.tables["rules"]["id"])
    assert countries(ways(before, "JPNGO", "KZALA", "machinery", corridor="Northern")) >= {"RU"}


def test_bars_bind_by_where_goods_begin(base):
    there = base.with_scenario("base-2023")

    def passes_russia(*journey):
        return "RU" in countries(ways(there, *journey, "machinery", corridor="Northern"))

    assert passes_russia("CNXIA", "DEDUI")
    assert not passes_russia("DEDUI", "KZALA")


def test_scenarios_of_a_study_add_up(base):
    both = base.with_scenario("northern-closed", "iran-closed")
    apart = base.with_scenario("northern-closed").with_scenario("iran-closed")
    assert both.scenario.id == apart.scenario.id == "northern-closed+iran-closed"
    assert both.data.sha256 == apart.data.sha256
    assert base.with_scenario() is base
    assert not {"RU", "IR"} & countries(ways(both, "UZTAS", "TRIST"))


def test_years_cannot_be_composed(caspian):
    with pytest.raises(InputError, match="contradicts"):
        effects(caspian, compose(load_scenario("base-2021"), load_scenario("base-2023")))


def test_settings_go_with_the_study(base):
    from caspia.study import Settings

    other = Study(base.data, Settings(seed=7)).with_scenario("iran-closed")
    assert other.settings.seed == 7


def test_the_example_of_the_docs(caspian):
    page = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    own = parse_scenario(text, "slow-georgia.toml")
    found = effects(caspian, compose(*map(load_scenario, own.extends), own.scenario))
    assert found.touched[-1] > 0
    listed = set(re.findall(r"`([a-z0-9-]+)`", page.split("## A file")[0]))
    assert set(NAMES) <= listed


def test_the_keys_of_the_docs():
    page = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text(encoding="utf-8")
    assert set(SELECTORS) <= set(re.findall(r"`(\w+)`", page.split("### Selectors")[1]))
    assert set(ACTIONS) <= set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
