"""What edits do: each action on the drawn world; effects against the edited data; algebra of composition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from worlds import number, numbers, status, written

from caspia.data import attributes
from caspia.errors import InputError
from caspia.scenario import Scenario, apply, compose, effects, quantity

CLOSE = 'action = "close"\ntable = "{}"\n'
TABLES = ("places", "links", "classes", "terminals", "borders", "services", "commodities", "demand", "fleets")
RAILS = {"rail-KZAAA-KZBBB", "rail-AZCCC-GEDDD", "rail-KZAAA-RUEEE", "rail-RUEEE-PLFFF"}
SELECTIONS = {
    'table = "links"\nid = "rail-*"': RAILS,
    'table = "links"\nid = ["road-KZAAA-KZBBB", "ferry-*"]': {"road-KZAAA-KZBBB", "ferry-KZBBB-AZCCC"},
    'table = "links"\ncountry = "RU"': {"rail-KZAAA-RUEEE", "rail-RUEEE-PLFFF"},
    'table = "links"\ncountries = ["RU", "PL"]': {"rail-RUEEE-PLFFF"},
    'table = "links"\nbloc = "EU"': {"rail-RUEEE-PLFFF"},
    'table = "links"\nmode = "road"': {"road-KZAAA-KZBBB"},
    'table = "links"\nwater = "caspian-sea"': {"ferry-KZBBB-AZCCC"},
    'table = "links"\nclass = "rail"': RAILS,
    'table = "links"\nclass = "rail-ru"': {"rail-KZAAA-RUEEE", "rail-RUEEE-PLFFF"},
    'table = "links"\nplace = "GEDDD"': {"rail-AZCCC-GEDDD"},
    'table = "links"\nfrom_country = "RU"': {"rail-RUEEE-PLFFF"},
    'table = "links"\nto_country = "RU"\nmode = "rail"': {"rail-KZAAA-RUEEE"},
    'table = "borders"\ncountries = ["AZ", "GE"]': {"bcp-rail-AZCCC-GEDDD-AZ-GE", "bcp-rail-AZCCC-GEDDD-GE-AZ"},
    'table = "borders"\nfrom_country = "AZ"': {"bcp-rail-AZCCC-GEDDD-AZ-GE"},
    'table = "borders"\nlink = "rail-RUEEE-PLFFF"': {
        "bcp-rail-RUEEE-PLFFF-RU-PL",
        "bcp-rail-RUEEE-PLFFF-PL-RU",
    },
    'table = "terminals"\ncountry = "AZ"': {"trm-AZCCC"},
    'table = "terminals"\nmode = "ferry"\nplace = "AZCCC"': {"trm-AZCCC"},
    'table = "services"\ncountry = "AZ"': {"svc-ferry-KZBBB-AZCCC"},
    'table = "services"\nplace = "KZBBB"': {"svc-ferry-KZBBB-AZCCC"},
    'table = "places"\ncountry = "GE"': {"GEDDD"},
}


@pytest.mark.parametrize("selection", SELECTIONS)
def test_selectors(small, selection):
    found = effects(small, written(f'action = "close"\n{selection}'))
    (table,) = found.closed
    ids = small.tables[table]["id"]
    assert set(ids.iloc[found.closed[table]]) == SELECTIONS[selection]
    assert np.array_equal(found.selected[0], found.closed[table])


def test_demand_is_selected_by_its_zones(small):
    text = 'action = "scale"\ntable = "demand"\n{}\nattribute = "demand_t"\nfactor = 2'
    for chosen in ('commodity = "grain"', 'country = "KZ"', 'from_country = "KZ"\nto_country = "PL"'):
        assert len(effects(small, written(text.format(chosen))).facts) == 2
    with pytest.raises(InputError, match="selects nothing"):
        effects(small, written(text.format('from_country = "PL"')))


def test_close_and_open_turn_the_status(small):
    shut = apply(small, written(CLOSE.format("links") + 'country = "RU"'))
    assert status(shut, "links", "rail-KZAAA-RUEEE") == "closed"
    assert status(shut, "links", "rail-KZAAA-KZBBB") == "open"
    again = apply(shut, written('action = "open"\ntable = "links"\nall = true'))
    assert (again.tables["links"]["status"] == "open").all()


def test_what_is_closed_already_is_no_effect(small):
    shut = apply(small, written(CLOSE.format("borders") + "all = true"))
    assert not effects(shut, written(CLOSE.format("borders") + "all = true")).closed


@pytest.mark.parametrize(("table", "kind"), [("terminals", "terminal"), ("places", "place")])
def test_what_has_no_status_is_barred(small, table, kind):
    rules = apply(small, written(CLOSE.format(table) + 'country = "AZ"')).tables["rules"]
    rule = rules[rules["target_kind"] == kind].iloc[0]
    assert (rule["commodity_id"], rule["action"]) == ("", "bar")
    assert rule["target"] in set(small.tables[table]["id"])


def test_ban_becomes_rules_and_open_lifts_them(small):
    text = 'action = "ban"\ntable = "countries"\nid = "RU"\ngoods = ["grain", "oil"]\norigin = "EU"'
    rules = apply(small, written(text)).tables["rules"]
    assert rules["commodity_id"].tolist() == ["oil", "grain", "oil"]
    assert rules["origin"].tolist() == ["", "EU", "EU"]
    assert rules["id"].is_unique
    assert apply(small, written('action = "open"\ntable = "rules"\nall = true')).tables["rules"].empty


def test_scale_and_add_move_the_interval(small):
    border = 'table = "borders"\nid = "bcp-rail-RUEEE-PLFFF-RU-PL"\nattribute = "border_h"\n'
    for text, wanted in {
        'action = "scale"\nfactor = 2\n': (20, 8, 60),
        'action = "add"\ndelta = 5\nunit = "h"\n': (15, 9, 35),
        'action = "add"\npercent = -10\n': (9, 3.6, 27),
        'action = "set"\nvalue = 7\nlow = 6\nunit = "h"\n': (7, 6, 7),
    }.items():
        data = apply(small, written(text + border))
        assert number(data, "borders", "bcp-rail-RUEEE-PLFFF-RU-PL", "border_h") == pytest.approx(wanted)
        assert number(data, "borders", "bcp-rail-RUEEE-PLFFF-PL-RU", "border_h") == (8, 8, 8)


def test_a_class_changes_its_heirs_once(small):
    text = 'action = "scale"\ntable = "classes"\nclass = "way"\nattribute = "{}"\nfactor = 1.5\n'
    data = apply(small, written(text.format("tariff_usd_per_teu_km")))
    # The Russian rail and rail have a tariff of their own, the road inherits that of the way.
    assert number(data, "links", "rail-KZAAA-RUEEE", "tariff_usd_per_teu_km")[0] == pytest.approx(0.45)
    assert number(data, "links", "rail-KZAAA-KZBBB", "tariff_usd_per_teu_km")[0] == pytest.approx(0.6)
    assert number(data, "links", "road-KZAAA-KZBBB", "tariff_usd_per_teu_km")[0] == pytest.approx(0.75)
    assert len(effects(small, written(text.format("loading_h"))).facts) == 1


def test_an_object_that_inherits_gets_a_fact_of_its_own(small):
    text = 'action = "scale"\ntable = "links"\nid = "rail-KZAAA-KZBBB"\nattribute = "speed_kmh"\nfactor = 0.5'
    data = apply(small, written(text))
    assert number(data, "links", "rail-KZAAA-KZBBB", "speed_kmh")[0] == 25
    assert number(data, "links", "rail-AZCCC-GEDDD", "speed_kmh")[0] == 50
    row = data.facts.frame.iloc[-1]
    assert (row["key"], row["method"], row["source_id"], row["rank"]) == (
        "rail-KZAAA-KZBBB.speed_kmh",
        "assumed",
        "drawn",
        1,
    )
    assert "edit 1" in row["locator"]
    assert row["note"] == "drawn in the test"


def test_an_object_is_scaled_after_its_class(small):
    own = 'action = "scale"\ntable = "links"\nid = "rail-KZAAA-KZBBB"\nattribute = "speed_kmh"\nfactor = 0.5'
    all_of_them = 'action = "scale"\ntable = "classes"\nid = "way"\nattribute = "speed_kmh"\nfactor = 0.8'
    found = effects(small, written(all_of_them, own))
    assert found.facts.frame(small).set_index("id")["value"].to_dict() == {"way": 40, "rail-KZAAA-KZBBB": 20}
    assert set(found.facts.frame(small)["before"]) == {50}
    # The other way round the object has a fact of its own, which its class no longer moves.
    assert number(apply(small, written(own, all_of_them)), "links", "rail-KZAAA-KZBBB", "speed_kmh")[0] == 25


def test_money_of_another_year_is_deflated(small):
    text = (
        'action = "set"\ntable = "borders"\nall = true\nattribute = "border_usd_per_t"\nvalue = 4\nunit = "USD/t"\n'
    )
    data = apply(small, written(text + "price_year = 2020"))
    assert number(data, "borders", "bcp-rail-AZCCC-GEDDD-AZ-GE", "border_usd_per_t") == (5, 5, 5)
    new = data.facts.frame[data.facts.frame["locator"].str.startswith("scenario")]
    assert set(new["price_year"]) == {2025}


def test_a_fare_is_added_where_a_tariff_is(small):
    text = 'action = "add"\ntable = "links"\nall = true\nattribute = "fare_usd_per_teu"\ndelta = 40\n'
    data = apply(small, written(text + 'unit = "USD/TEU"\nprice_year = 2025'))
    assert number(data, "links", "rail-KZAAA-KZBBB", "fare_usd_per_teu") == (40, 40, 40)


def test_clip_cuts_at_the_bound(small):
    text = 'action = "scale"\ntable = "places"\nid = "KZBBB"\nattribute = "closure_share"\nfactor = 4\nclip = true'
    data = apply(small, written(text))
    assert number(data, "places", "KZBBB", "closure_share_m01") == pytest.approx((0.8, 0.4, 1.0))


def test_a_series_changes_by_year(small):
    text = 'action = "scale"\ntable = "demand"\nall = true\nattribute = "demand_t"\nfactor = 3\n'

    def values(scenario):
        return dict(apply(small, scenario).series("demand", "demand_t")[["year", "value"]].itertuples(index=False))

    assert values(written(text)) == {2024: 300, 2025: 600}
    assert values(written(text + "years = [2025]")) == {2024: 100, 2025: 600}
    fixed = text.replace("scale", "set").replace("factor = 3", 'value = 7\nunit = "t/year"\nyears = [2024, 2026]')
    assert values(written(fixed)) == {2024: 7, 2025: 200, 2026: 7}
    assert values(written(fixed, text)) == {2024: 21, 2025: 600, 2026: 21}


def test_days_of_a_border_are_an_expected_wait(small):
    text = CLOSE.format("borders") + 'countries = ["RU", "PL"]\ndays = 14'
    data = apply(small, written(text))
    wait_h = 14 / 365 * 14 * 24 / 2
    got = number(data, "borders", "bcp-rail-RUEEE-PLFFF-RU-PL", "border_h")
    assert got == pytest.approx((10 + wait_h, 4 + wait_h, 30 + wait_h))
    spells = apply(small, written(text + "\nspell_h = 24\nshare = 0.5"))
    got = number(spells, "borders", "bcp-rail-RUEEE-PLFFF-RU-PL", "border_h")
    assert got[0] == pytest.approx(10 + 14 / 365 * 0.5 * 12)


def test_days_of_a_link_slow_it_and_take_capacity(small):
    data = apply(small, written(CLOSE.format("links") + 'id = "rail-KZAAA-KZBBB"\ndays = 36.5'))
    wait_h = 0.1 * 36.5 * 24 / 2
    speed = number(data, "links", "rail-KZAAA-KZBBB", "speed_kmh")[0]
    assert 100 / speed == pytest.approx(100 / 50 + wait_h)
    assert number(data, "links", "rail-KZAAA-KZBBB", "capacity_trains_per_day")[0] == pytest.approx(18)


def test_days_of_a_place_join_the_weather(small):
    text = CLOSE.format("places") + 'id = ["KZBBB", "AZCCC"]\ndays = 6.2\nmonths = [1]\nspell_h = 48'
    data = apply(small, written(text))
    assert number(data, "places", "KZBBB", "closure_share_m01")[0] == pytest.approx(1 - 0.8 * 0.8)
    assert number(data, "places", "KZBBB", "closure_spell_h")[0] == 24
    assert number(data, "places", "AZCCC", "closure_share_m01")[0] == pytest.approx(0.2)
    assert number(data, "places", "AZCCC", "closure_spell_h")[0] == 48


def test_days_of_sailings_and_terminals_are_waits(small):
    wait_h = 36.5 / 365 * 36.5 * 24 / 2
    data = apply(small, written(CLOSE.format("services") + "all = true\ndays = 36.5"))
    assert number(data, "services", "svc-ferry-KZBBB-AZCCC", "queue_h")[0] == pytest.approx(wait_h)
    data = apply(small, written(CLOSE.format("terminals") + 'id = "trm-AZCCC"\ndays = 36.5'))
    assert number(data, "terminals", "trm-AZCCC", "handling_h")[0] == pytest.approx(12 + wait_h)


def test_the_empty_scenario_changes_nothing(small):
    assert apply(small, Scenario("none", "Nothing")) is small
    assert apply(small, compose()) is small


def test_the_hash_tells_edits_apart_and_is_stable(small):
    one, two = (written(CLOSE.format("links") + f'id = "{key}"') for key in ("rail-AZ*", "rail-RU*"))
    assert apply(small, one).sha256 == apply(small, one).sha256
    assert len({small.sha256, apply(small, one).sha256, apply(small, two).sha256}) == 3


def test_a_shared_base_is_taken_once(tmp_path, small):
    from caspia.scenario import load_scenario

    edit = '[[edit]]\naction = "scale"\ntable = "borders"\nall = true\nattribute = "border_h"\nfactor = 2\n'
    edit += 'source_id = "drawn"\nnote = "n"\n'
    (tmp_path / "base.toml").write_text(f'id = "base"\ntitle = "Base"\nyear = 2024\n{edit}')
    for name in ("one", "two"):
        (tmp_path / f"{name}.toml").write_text(f'id = "{name}"\ntitle = "{name}"\nextends = ["base.toml"]\n{edit}')
    one, two = (load_scenario(str(tmp_path / f"{name}.toml")) for name in ("one", "two"))
    both = compose(one, two)
    assert (one.year, both.parts) == (2024, ("base", "one", "two"))
    # Doubled by the base once, and by each of the two.
    assert number(apply(small, both), "borders", "bcp-rail-AZCCC-GEDDD-AZ-GE", "border_h")[0] == 64


FACTORS = st.floats(0.86, 1.16)
"""Six of them keep a speed within its bounds."""
CHANGES = st.one_of(
    st.builds(
        'action = "scale"\ntable = "{0[0]}"\n{0[1]}\nattribute = "{0[2]}"\nfactor = {1}'.format,
        st.sampled_from(
            [
                ("classes", "all = true", "tariff_usd_per_teu_km"),
                ("classes", 'class = "rail"', "speed_kmh"),
                ("links", 'mode = "rail"', "speed_kmh"),
                ("links", 'country = "RU"', "tariff_usd_per_teu_km"),
                ("borders", "all = true", "border_h"),
                ("demand", "all = true", "demand_t"),
                ("terminals", 'country = "KZ"', "handling_h"),
            ]
        ),
        FACTORS,
    ),
    st.builds(
        'action="add"\ntable="borders"\nfrom_country="{}"\nattribute="border_h"\ndelta={}\nunit="h"'.format,
        st.sampled_from(["KZ", "RU", "AZ"]),
        st.floats(0, 20),
    ),
    st.builds(
        'action = "close"\ntable = "{}"\ncountry = "{}"{}'.format,
        st.sampled_from(["links", "borders", "terminals"]),
        st.sampled_from(["KZ", "AZ"]),
        st.sampled_from(["", "\ndays = 5"]),
    ),
)
RELAXED = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@RELAXED
@given(factor=st.floats(0.5, 2.0), table=st.sampled_from(["classes", "links"]))
def test_scaled_there_and_back_is_restored(small, factor, table):
    text = (
        f'action = "scale"\ntable = "{table}"\nclass = "way"\nattribute = ["speed_kmh", "tariff_usd_per_teu_km"]\n'
    )
    data = apply(small, written(f"{text}factor = {factor!r}", f"{text}factor = {1 / factor!r}"))
    for name in TABLES:
        assert np.allclose(numbers(data, name), numbers(small, name), rtol=1e-12, equal_nan=True)


@RELAXED
@given(edits=st.lists(CHANGES, min_size=1, max_size=5))
def test_effects_are_the_difference_that_apply_makes(small, edits):
    scenario = written(*edits)
    found, data = effects(small, scenario), apply(small, scenario)
    names = list(attributes())
    claimed = {
        (table, row, name): triple
        for table, row, name, year, *triple in zip(
            found.facts.table,
            found.facts.row.tolist(),
            found.facts.attribute,
            found.facts.year.tolist(),
            found.facts.value,
            found.facts.low,
            found.facts.high,
            strict=True,
        )
        if not year
    }
    for table in TABLES:
        before, after = numbers(small, table, own=True), numbers(data, table, own=True)
        same = (before == after) | (np.isnan(before) & np.isnan(after))
        changed = {(table, int(row), names[column]) for row, column in np.argwhere(~same.all(axis=0))}
        assert changed <= set(claimed)
        for (name, row, attribute), triple in claimed.items():
            if name == table:
                assert after[:, row, names.index(attribute)].tolist() == triple
    for table in ("links", "borders", "services"):
        turned = (small.tables[table]["status"] != data.tables[table]["status"]).to_numpy()
        assert np.flatnonzero(turned).tolist() == found.closed.get(table, np.empty(0)).tolist()
    added = data.tables["rules"].iloc[len(small.tables["rules"]) :]
    assert len(added) == len(found.closed.get("terminals", ()))
    used = data.facts.frame[data.facts.frame["rank"] == 1]
    assert not used.duplicated(["key", "value_year"]).any()


@RELAXED
@given(first=st.lists(CHANGES, max_size=3), second=st.lists(CHANGES, max_size=3))
def test_one_after_the_other_is_both_together(small, first, second):
    one, two = written(*first), written(*second)
    assume(not {edit.table for edit in one.edits if edit.action == "close" and edit.days is None} & {"places"})
    together, apart = apply(small, compose(one, two)), apply(apply(small, one), two)
    for table in TABLES:
        assert np.allclose(numbers(together, table), numbers(apart, table), rtol=1e-12, equal_nan=True)
        if "status" in small.tables[table].columns:
            assert together.tables[table]["status"].equals(apart.tables[table]["status"])
    assert together.series("demand", "demand_t")["value"].tolist() == pytest.approx(
        apart.series("demand", "demand_t")["value"].tolist()
    )


@RELAXED
@given(edits=st.lists(CHANGES, max_size=4))
def test_the_data_stay_as_they_are(small, edits):
    frames = {name: frame.copy() for name, frame in small.tables.items()}
    facts, value = small.facts.frame.copy(), small.facts.value.copy()
    data = apply(small, written(*edits))
    assert all(small.tables[name].equals(frame) for name, frame in frames.items())
    assert small.facts.frame.equals(facts)
    assert np.array_equal(small.facts.value, value)
    assert all(data.tables[name]["id"].equals(small.tables[name]["id"]) for name in TABLES)


@RELAXED
@given(edits=st.lists(CHANGES, min_size=1, max_size=4))
def test_quantities_need_no_copy(small, edits):
    scenario = written(*edits)
    found, data = effects(small, scenario), apply(small, scenario)
    names = list(attributes())
    for table, name in (
        ("links", "speed_kmh"),
        ("links", "tariff_usd_per_teu_km"),
        ("classes", "speed_kmh"),
        ("borders", "border_h"),
        ("terminals", "handling_h"),
    ):
        wanted = numbers(data, table)[:, :, names.index(name)]
        assert np.array_equal(np.array(quantity(small, found, table, name)), wanted, equal_nan=True)
