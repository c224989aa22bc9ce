"""What a scenario file may hold; every rejected file says where, what was got and what is allowed."""

from __future__ import annotations

import pytest

from caspia.data import attributes, table_schemas
from caspia.errors import DataError
from caspia.scenario import parse_scenario
from caspia.scenario.model import ACTIONS

HEAD = 'id = "a"\ntitle = "A"\n'
GOOD = 'action = "close"\ntable = "links"\nid = "x"\nsource_id = "s"\nnote = "n"\n'
SCALE = GOOD.replace("close", "scale") + 'attribute = "length_km"\nfactor = 2\n'
SET = SCALE.replace('"scale"', '"set"').replace("factor = 2", 'value = 5\nunit = "km"')
ADD = SCALE.replace('"scale"', '"add"').replace("factor = 2", 'delta = 5\nunit = "km"')
FARE = ADD.replace("length_km", "fare_usd_per_teu").replace('"km"', '"USD/TEU"')


def edit(text):
    return f"{HEAD}[[edit]]\n{text}"


FILES = {
    "not TOML": ("id = \ntitle = 3", "a.toml", ("not TOML", "line 1")),
    "no title": ('id = "a"', "a.toml, key title", ("without title",)),
    "form of the id": ('id = "A b"\ntitle = "A"', "a.toml, key id", ("'A b'", "small letters")),
    "unknown key above": (HEAD + 'tittle = "A"', "a.toml, key tittle", ("title (nearest)",)),
    "extends is no list": (HEAD + 'extends = "b"', "a.toml, key extends", ("'b'", "list")),
    "year": (HEAD + 'year = "2025"', "a.toml, key year", ("'2025'", "1990 to 2060")),
    "edits are no tables": (HEAD + "edit = 3", "a.toml, key edit", ("[[edit]]",)),
    "source without title": (HEAD + '[[source]]\nid = "s"', "a.toml, source 1, key title", ("None", "text")),
    "unknown key of a source": (
        HEAD + '[[source]]\nid = "s"\ntitle = "S"\nurls = "u"',
        "key urls",
        ("url (nearest)",),
    ),
    "unknown action": (edit(GOOD.replace("close", "cloze")), "a.toml, edit 1, key action", ("close (nearest)",)),
    "unknown table": (edit(GOOD.replace("links", "link")), "edit 1, key table", ("links (nearest)",)),
    "unknown key": (edit(GOOD + 'contry = "RU"'), "edit 1, key contry", ("country (nearest)",)),
    "key of another action": (edit(GOOD + "factor = 2"), "edit 1, key factor", ("unknown key",)),
    "no selector": (edit(GOOD.replace('id = "x"\n', "")), "edit 1", ("without a selector", "all = true")),
    "all and a selector": (edit(GOOD + "all = true"), "edit 1, key all", ("one or the other",)),
    "no source": (edit(GOOD.replace('source_id = "s"\n', "")), "edit 1, key source_id", ("without source_id",)),
    "no note": (edit(GOOD.replace('"n"', '""')), "edit 1, key note", ("without note",)),
    "selector is a number": (edit(GOOD.replace('"x"', "3")), "edit 1, key id", ("got 3", "text")),
    "empty selector": (edit(GOOD.replace('"x"', "[]")), "edit 1, key id", ("got []",)),
    "terminals have no commodity": (edit(GOOD.replace("links", "commodities")), "key table", ("links, borders",)),
    "nothing to open": (edit(GOOD.replace("close", "open").replace("links", "places")), "key table", ("open",)),
    "nothing to ban": (edit(GOOD.replace("close", "ban").replace("links", "demand")), "key table", ("ban",)),
    "goods twice": (edit(GOOD.replace("close", "ban") + 'goods = "a"\ngoods_form = "gas"'), "edit 1", ("both",)),
    "too many days": (edit(GOOD + "days = 366"), "edit 1, key days", ("366", "0 to 365")),
    "share without days": (edit(GOOD + "share = 0.5"), "edit 1, key share", ("without days",)),
    "months of links": (edit(GOOD + "days = 3\nmonths = [1]"), "edit 1, key months", ("places",)),
    "month 13": (edit(GOOD.replace("links", "places") + "days = 3\nmonths = [13]"), "key months", ("1 to 12",)),
    "not a number": (edit(SCALE.replace("= 2", "= nan")), "edit 1, key factor", ("nan", "finite")),
    "negative factor": (edit(SCALE.replace("= 2", "= -2")), "edit 1, key factor", ("-2", "0 to 1e+06")),
    "no factor": (edit(SCALE.replace("factor = 2\n", "")), "edit 1, key factor", ("without factor",)),
    "unknown attribute": (edit(SCALE.replace("length_km", "lenght_km")), "key attribute", ("length_km (nearest)",)),
    "attribute of others": (edit(SCALE.replace("length_km", "border_h")), "key attribute", ("classes, borders",)),
    "unknown method": (edit(SCALE + 'method = "guessed"'), "edit 1, key method", ("'guessed'", "assumed")),
    "derived needs a recipe": (edit(SCALE + 'method = "derived"'), "edit 1, key method", ("'derived'",)),
    "unit": (edit(SET.replace('"km"', '"mile"')), "edit 1, key unit", ("'mile'", "allowed: km")),
    "no unit": (edit(SET.replace('unit = "km"\n', "")), "edit 1, key unit", ("without unit",)),
    "beyond the bounds": (edit(SET.replace("= 5", "= 50000")), "edit 1, key value", ("50000", "0.1 to 30000 km")),
    "interval": (edit(SET + "low = 6"), "edit 1, key value", ("6 … 5 … 5", "low <= value <= high")),
    "delta and percent": (edit(ADD + "percent = 5"), "edit 1", ("both", "delta")),
    "neither": (edit(ADD.replace('delta = 5\nunit = "km"\n', "")), "edit 1", ("neither",)),
    "delta without unit": (edit(ADD.replace('unit = "km"\n', "")), "edit 1, key unit", ("delta without a unit",)),
    "dollars of no year": (edit(FARE), "edit 1, key price_year", ("is missing",)),
    "year of no dollars": (edit(ADD + "price_year = 2020"), "edit 1, key price_year", ("without money",)),
    "years of no series": (edit(SCALE + "years = [2024]"), "edit 1, key years", ("demand_t",)),
    "months of a tariff": (edit(SCALE + "months = [1]"), "edit 1, key months", ("closure_share",)),
    "series without years": (
        edit(
            'action="set"\ntable="demand"\nid="x"\nattribute="demand_t"\nvalue=1\nunit="t/year"\n'
            'source_id="s"\nnote="n"'
        ),
        "edit 1, key years",
        ("give years",),
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_bad_file_is_refused(name):
    text, where, words = FILES[name]
    with pytest.raises(DataError) as caught:
        parse_scenario(text, "a.toml")
    found = [problem for problem in caught.value.problems if where in problem.where]
    assert found, [str(problem) for problem in caught.value.problems]
    assert any(all(word in str(problem) for word in words) for problem in found), [str(p) for p in found]


def test_every_problem_is_listed():
    text = edit(GOOD + 'contry = "RU"\n') + "[[edit]]\n" + GOOD.replace("close", "cloze")
    with pytest.raises(DataError) as caught:
        parse_scenario(text, "a.toml")
    assert [problem.where for problem in caught.value.problems] == [
        "a.toml, edit 1, key contry",
        "a.toml, edit 2, key action",
    ]


@pytest.mark.parametrize("text", [GOOD, SCALE, SET, ADD, FARE + "price_year = 2020", GOOD.replace("close", "ban")])
def test_a_good_edit_is_read(text):
    (read,) = parse_scenario(edit(text), "a.toml").scenario.edits
    assert read.action in ACTIONS
    assert (read.where, read.scenario, read.source_id) == ("a.toml, edit 1", "a", "s")


def test_the_shares_of_months_have_one_name():
    text = SCALE.replace("links", "places").replace("length_km", "closure_share")
    (whole,) = parse_scenario(edit(text), "a.toml").scenario.edits
    (winter,) = parse_scenario(edit(text + "months = [12, 1]"), "a.toml").scenario.edits
    assert whole.attributes == tuple(f"closure_share_m{month:02d}" for month in range(1, 13))
    assert winter.attributes == ("closure_share_m12", "closure_share_m01")


def test_every_attribute_and_table_may_be_named():
    for name, known in attributes().items():
        table = next((item for item in known.tables if item in table_schemas()), None)
        text = f'action="scale"\ntable="{table}"\nall=true\nattribute="{name}"\nfactor=1\nsource_id="s"\nnote="n"'
        assert parse_scenario(edit(text), "a.toml").scenario.edits[0].attributes == (name,)
