"""The sentences, word by word."""

from __future__ import annotations

import pytest

from caspia.view import answers, records
from caspia.view.formats import THIN_SPACE

NAMES = {"KZ": "Kazakhstan"}


def spaced(text):
    return text.replace(THIN_SPACE, " ")


def answer(result, consignment_id, keep=lambda route: True):
    question = next(c for c in records.consignments(result) if c.id == consignment_id)
    routes = [r for r in records.routes(result, consignment_id) if keep(r)]
    return spaced(answers.consignment_answer(question, routes, NAMES))


def test_two_corridors_side_by_side(result):
    assert answer(result, "ala-dui") == (
        "A 40-foot container from Almaty to Duisburg takes 31 days (24–43) over the Caspian and 17 "
        "(14–24) over Russia, "
        "and costs 1.5 times as much."
    )


def test_one_corridor_with_constraints_and_a_month(result):
    assert answer(result, "shu-bak") == (
        "Without Russia or China, a tonne of wheat sent in January from Almaty to Baku takes 9.0 days "
        "(7.0–12) over the "
        "Caspian and costs 120 (96–156) USD; no other corridor is open to it."
    )


def test_no_route_says_why(result):
    assert answer(result, "lost") == (
        "No open way takes a 40-foot container from Baku to Duisburg without Russia or Iran: every way "
        "out crosses Iran."
    )


def test_without_the_caspian_the_best_is_named_first(result):
    said = answer(result, "ala-dui", lambda route: route.corridor == "Northern")
    assert said == (
        "A 40-foot container from Almaty to Duisburg takes 17 days (14–24) over Russia and costs 4 000 "
        "(3 200–5 200) USD; "
        "no other corridor is open to it."
    )


def test_choice(result):
    assert spaced(answers.choice_answer(records.routes(result, "ala-dui"))) == (
        "Least generalised cost at 30 USD a day: over Russia, 17 (14–24) days, 4 000 (3 200–5 200) USD/FEU."
    )
    assert answers.choice_answer([]) == ""


def test_headline(result):
    assert spaced(answers.headline(result)) == (
        "The Caspian carries 2 of 3 consignments; where Russia is open too (1), it takes 1.8 (1.8–1.8) "
        "times as long "
        "and costs 1.5 (1.5–1.5) times as much, and it is the best choice for 1."
    )


def test_headline_when_nothing_moves(result):
    empty = type(result)({**result.tables, "routes": result.tables["routes"].head(0)}, result.manifest)
    assert answers.headline(empty) == "None of 3 consignments can move: each one says why in its chapter."


def test_validation(result):
    assert spaced(answers.validation_answer(records.rows(result, "validation"))) == (
        "Against 2 observed times the model is off by 15 % and errs on the slow side (+15 %); against 1 "
        "observed price the "
        "model is off by 10 % and errs on the cheap side (−10 %), at the median; for 1 observation it "
        "finds no route."
    )
    assert answers.validation_answer([]) == "The model cannot be judged: no observation has a modelled value."


def test_findings(result):
    routes = records.routes(result, "ala-dui")
    assert answers.cost_time_finding(routes) == "The way over Russia is both the fastest and the cheapest"
    assert answers.time_finding(routes) == "Nine in ten arrive within 24 days over Russia, 50 over the Caspian"
    assert spaced(answers.emissions_finding(routes)) == (
        "Least emissions over Russia: 2 000 kg CO₂e; over the Caspian 1.6 times as much"
    )
    assert spaced(answers.facts_finding(records.rows(result, "facts"))) == (
        "1 of 4 facts behind the results are assumed (25 %)"
    )


@pytest.mark.parametrize(
    ("commodity", "unit", "said"),
    [
        ("Containers", "FEU", "40-foot container"),
        ("Cotton yarn", "TEU", "20-foot container of cotton yarn"),
        ("LNG", "t", "tonne of LNG"),
        ("Cars in boxes", "FEU", "40-foot container of cars"),
    ],
)
def test_cargo(result, commodity, unit, said):
    question = records.consignments(result)[0]
    changed = type(question)(**{**vars(question), "commodity_id": "x", "commodity": commodity, "unit": unit})
    assert answers.cargo(changed) == said
