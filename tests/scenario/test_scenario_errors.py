"""What meets the data and is refused: each message says file, edit, key, what was got and what is allowed."""

from __future__ import annotations

import pytest
from worlds import written

from caspia.errors import InputError
from caspia.scenario import apply, compose, effects, load_scenario

CLOSE = 'action = "close"\ntable = "links"\n'
OPEN = 'action = "open"\ntable = "links"\n'
SET = 'action = "set"\ntable = "borders"\nall = true\nattribute = "border_h"\nunit = "h"\n'
SCALE = 'action = "scale"\ntable = "classes"\nid = "rail"\nattribute = "speed_kmh"\n'

EDITS = {
    "id": (CLOSE + 'id = "rail-KZAAA-KZBBX"', "edit 1, key id", ("rail-KZAAA-KZBBB (nearest)",)),
    "pattern": (CLOSE + 'id = "air-*"', "edit 1, key id", ("air-*",)),
    "country": (CLOSE + 'country = "XX"', "edit 1, key country", ("got XX",)),
    "bloc": (CLOSE + 'bloc = "NATTO"', "edit 1, key bloc", ("NATTO", "EAEU")),
    "class": (CLOSE + 'class = "rial"', "edit 1, key class", ("rail (nearest)",)),
    "mode": (CLOSE + 'mode = "deep_sea"', "edit 1, key mode", ("deep_sea", "ferry")),
    "water": (CLOSE + 'water = "hormuz"', "edit 1, key water", ("caspian-sea",)),
    "place": (CLOSE + 'place = "KZAAB"', "edit 1, key place", ("KZAAA (nearest)",)),
    "status": (CLOSE + 'status = "planned"', "edit 1, key status", ("planned", "open")),
    "no such column": (CLOSE + 'kind = "port"', "edit 1, key kind", ("does not apply to links",)),
    "nothing at once": (CLOSE + 'country = "GE"\nmode = "road"', "edit 1", ("selects nothing in links", "at once")),
    "goods": (
        'action = "ban"\ntable = "countries"\nid = "RU"\ngoods = "grains"',
        "key goods",
        ("grain (nearest)",),
    ),
    "form": ('action = "ban"\ntable = "countries"\nid = "RU"\ngoods_form = "gas"', "key goods_form", ("liquid",)),
    "origin": ('action = "ban"\ntable = "countries"\nid = "RU"\norigin = "EEU"', "key origin", ("EU (nearest)",)),
    "source": (
        CLOSE + 'all = true\nsource_id = "drawm"\nnote = "n"',
        "edit 1, key source_id",
        ("drawn (nearest)", "[[source]]"),
    ),
    "above the bounds": (SCALE + "factor = 3", "edit 1", ("150 for rail", "0.5 to 130 km/h", "clip = true")),
    "nothing to scale": (
        'action = "scale"\ntable = "links"\nmode = "rail"\nattribute = "war_risk_pct"\nfactor = 2',
        "edit 1",
        ("nothing to scale", "4 objects selected"),
    ),
    "deflator": (
        'action = "add"\ntable = "borders"\nall = true\nattribute = "border_usd_per_t"\ndelta = 1\nunit = "USD/t"\n'
        "price_year = 2011",
        "key price_year",
        ("2011",),
    ),
    "share without spell": (
        'action = "set"\ntable = "places"\nid = "AZCCC"\nattribute = "closure_share"\nvalue = 0.2\nunit = "1"',
        "edit 1",
        ("AZCCC.closure_share_m01", "closure_spell_h"),
    ),
}


def refused(data, scenario):
    with pytest.raises(InputError) as caught:
        effects(data, scenario)
    return caught.value.problem


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_that_cannot_be_applied(small, name):
    text, where, words = EDITS[name]
    problem = refused(small, written(text))
    assert where in problem.where
    assert all(word in str(problem) for word in words), str(problem)
    assert problem.got
    assert problem.allowed
    assert problem.repair


def test_set_to_two_values_is_a_contradiction(small):
    problem = refused(small, written(SET + "value = 5", SET + "value = 6"))
    assert "contradicts" in problem.what
    assert "edit 1" in problem.what
    assert "edit 2" in problem.where
    assert "6 here, 5 there" in problem.got


def test_set_twice_to_one_value_is_none(small):
    assert len(effects(small, written(SET + "value = 5", SET + "value = 5")).facts) == 6


def test_open_and_closed_is_a_contradiction(small):
    for first, second in ((CLOSE, OPEN), (OPEN, CLOSE)):
        problem = refused(small, written(first + 'country = "RU"', second + 'id = "rail-RUEEE-PLFFF"'))
        assert "contradicts" in problem.what
        assert "rail-RUEEE-PLFFF" in problem.got


def test_contradictions_across_scenarios(small):
    one, two = written(SET + "value = 5"), written(SET + "value = 6")
    problem = refused(small, compose(one, two))
    assert one.edits[0].where in problem.what
    assert two.edits[0].where in problem.where


def test_override_says_which_holds(small):
    later = written(SET + "value = 6\noverride = true", CLOSE + "all = true\noverride = true")
    found = effects(small, compose(written(SET + "value = 5", OPEN + "all = true"), later))
    assert set(found.facts.value) == {6.0}
    assert len(found.closed["links"]) == len(small.tables["links"])


def test_nothing_is_changed_by_a_refusal(small):
    before = small.tables["links"].copy()
    refused(small, written(CLOSE + "all = true", CLOSE + 'id = "none"'))
    assert small.tables["links"].equals(before)


def test_unknown_scenario():
    with pytest.raises(InputError, match=r"northern-closed \(nearest\)"):
        load_scenario("nothern-closed")


def test_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        load_scenario(str(tmp_path / "none.toml"))


def test_file_that_is_not_text(tmp_path):
    path = tmp_path / "a.toml"
    path.write_bytes(b'id = "\xe9"')
    with pytest.raises(InputError, match="not UTF-8"):
        load_scenario(str(path))


def test_circle_of_files(tmp_path):
    for name, base in (("a", "b"), ("b", "a")):
        (tmp_path / f"{name}.toml").write_text(f'id = "{name}"\ntitle = "T"\nextends = ["{base}.toml"]\n')
    with pytest.raises(InputError, match="extends itself") as caught:
        load_scenario(str(tmp_path / "a.toml"))
    assert "a.toml" in caught.value.problem.got
    assert "b.toml" in caught.value.problem.got


def test_extends_of_nothing(tmp_path):
    (tmp_path / "a.toml").write_text('id = "a"\ntitle = "T"\nextends = ["base-1999"]\n')
    with pytest.raises(InputError, match="unknown scenario") as caught:
        load_scenario(str(tmp_path / "a.toml"))
    assert "a.toml" in caught.value.problem.where


def test_a_scenario_may_bring_its_source(small):
    head = '[[source]]\nid = "mine"\ntitle = "My own"\n'
    scenario = written(CLOSE + 'all = true\nsource_id = "mine"\nnote = "n"', head=head)
    sources = apply(small, scenario).tables["sources"]
    assert sources["id"].tolist() == ["drawn", "mine"]
    assert sources["title"].iloc[1] == "My own"
