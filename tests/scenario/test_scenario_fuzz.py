"""Whatever stands in an edit: it is applied, or refused with a message; nothing else happens."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caspia.data import attributes
from caspia.errors import InputError
from caspia.scenario import apply, parse_scenario
from caspia.scenario.model import ACTIONS, SELECTORS

KEYS = (
    *("attribute", "all", "factor", "value", "low", "high", "delta", "percent", "unit", "price_year", "years"),
    *("months", "days", "share", "spell_h", "goods", "goods_form", "origin", "destination", "clip", "override"),
    *("source_id", "method", "note", "extra"),
)
IDS = (
    "rail-KZAAA-KZBBB",
    "rail",
    "way",
    "*",
    "[",
    "RU",
    "KZ",
    "EU",
    "ferry",
    "KZBBB",
    "grain",
    "liquid",
    "open",
    "é",
)
WORDS = st.sampled_from([*IDS, "h", "", *attributes()])
SCALARS = st.one_of(
    WORDS, st.integers(-5, 40), st.floats(-10, 3000), st.booleans(), st.sampled_from([10**400, 2025, float("nan")])
)
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=3))
TABLES = (
    "links",
    "classes",
    "places",
    "borders",
    "services",
    "terminals",
    "rules",
    "demand",
    "countries",
    "groups",
)
EDITS = st.builds(
    lambda action, table, chosen, rest: {
        "action": action,
        "table": table,
        "source_id": "drawn",
        "note": "n",
        **chosen,
        **rest,
    },
    st.sampled_from(ACTIONS),
    st.sampled_from(TABLES),
    st.dictionaries(st.sampled_from(SELECTORS), st.one_of(WORDS, st.lists(WORDS, max_size=2)), max_size=2),
    st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6),
)


def toml(value):
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value) if isinstance(value, str | bool) else str(value)


@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(EDITS, min_size=1, max_size=2))
def test_any_edit_is_applied_or_refused(small, edits):
    lines = ["[[edit]]\n" + "".join(f"{key} = {toml(value)}\n" for key, value in edit.items()) for edit in edits]
    try:
        scenario = parse_scenario('id = "a"\ntitle = "A"\n' + "".join(lines), "a.toml").scenario
        data = apply(small, scenario)
    except InputError as error:
        for problem in getattr(error, "problems", (error.problem,)):
            assert problem.what
            assert problem.where.startswith("a.toml")
            assert problem.got
            assert problem.allowed
    else:
        assert data.sha256 != small.sha256
