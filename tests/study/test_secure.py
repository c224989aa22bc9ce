"""Supply on a drawn world: shares add up, closing more never serves more, what is asked wrongly is refused."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from caspia.errors import InputError
from caspia.study import Study
from caspia.study.closing import Closing, read_closing
from caspia.study.secure import SecureAnswer, SecureRequest, secure
from caspia.study.supply_bypass import bypass
from caspia.study.supply_data import FactDraws, find_mineral, find_need, supply_case
from caspia.study.supply_ways import Ways, find_ways
from drawn import open_drawn
from secure_world import DRAWING, SECURE_EDITS, SECURE_FACTS

DRAWS = 40
ASK = SecureRequest("ore", "GE", draws=DRAWS)
CLOSED = (("RU",), ("caspian-sea",), ("AU",), ("suez-canal",))


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return open_drawn(tmp_path_factory.mktemp("world"), DRAWING, SECURE_FACTS, SECURE_EDITS)


@pytest.fixture(scope="module")
def answer(study: Study) -> SecureAnswer:
    return secure(study, ASK)


@pytest.fixture(scope="module")
def ways(study: Study) -> Ways:
    facts = FactDraws(study.data, 7, DRAWS)
    mineral = find_mineral(study.data, "ore")
    case = supply_case(study.data, facts, mineral, find_need(study.data, mineral, "GE"))
    sets = [words for size in (1, 2, 3, 4) for words in combinations(sum(CLOSED, ()), size)]
    return find_ways(study, case, facts, [read_closing(study.data, words) for words in sets])


def test_shares_add_up_in_every_draw(ways: Ways) -> None:
    np.testing.assert_allclose(ways.case.present.sum(axis=1), 1.0)
    np.testing.assert_allclose(ways.share.sum(axis=1), 1.0)
    assert (ways.share >= 0).all()


def test_answer_has_what_is_promised(answer: SecureAnswer) -> None:
    record = answer.record()
    assert {"origins", "transit_exposure", "hhi_origin", "hhi_transit", "bypass", "days_of_cover"} <= record.keys()
    bypassed = answer.tables["bypass"]
    wanted = {"without", "feasible_share", "extra_cost_usd_per_t", "extra_time_h"}
    assert wanted <= set(bypassed.columns)
    assert record["hhi_origin"] == pytest.approx(0.6**2 + 0.4**2)
    assert record["days_of_cover"] == 60.0
    assert record["choice_gap"] < 1e-9
    for table in ("transit", "chokepoints"):
        shares = answer.tables[table]
        assert ((shares["share"] >= 0) & (shares["share"] <= 1 + 1e-9)).all()
        assert (shares["captive_share"] <= shares["share"] + 1e-9).all()


def test_every_tonne_of_kazakhstan_passes_russia_or_the_sea(answer: SecureAnswer) -> None:
    exposure = answer.record()["transit_exposure"]
    assert exposure["RU"] + exposure["AZ"] == pytest.approx(0.6, abs=1e-6)
    # The cheaper of the two voyages is the usual one.
    assert exposure["CN"] == pytest.approx(0.4)


def test_intervals_hold_the_value(answer: SecureAnswer) -> None:
    head = answer.summary
    for name in ("need_t", "days_of_cover", "import_risk"):
        assert head[f"{name}_p10"] <= head[name] <= head[f"{name}_p90"]


def test_without_russia_all_goes_over_the_sea(ways: Ways, study: Study) -> None:
    found = bypass(ways, read_closing(study.data, ("RU",)))
    np.testing.assert_allclose(found.feasible, 1.0)
    np.testing.assert_allclose(found.rerouted, found.lost)
    assert (found.bought <= 1e-12).all()


def test_the_lost_seller_is_replaced_as_far_as_others_can_spare(ways: Ways, study: Study) -> None:
    found = bypass(ways, read_closing(study.data, ("RU", "caspian-sea")))
    np.testing.assert_allclose(found.lost, ways.case.present[:, 0])
    # Whoever bought in Kazakhstan seeks the same 200 t of Australia: 4,000 t are lost, 600 of them here.
    assert found.bought[0] == pytest.approx(0.1 * 2000 / 1000 * 600 / 4000)
    assert found.answer_days[0] > 40.0
    assert np.isfinite(found.cover_days).all()


def test_closing_more_never_serves_more(ways: Ways, study: Study) -> None:
    words = sum(CLOSED, ())
    served = {}
    for size in range(len(words) + 1):
        for chosen in combinations(words, size):
            closing = read_closing(study.data, chosen) if chosen else Closing("")
            served[frozenset(chosen)] = bypass(ways, closing).kept
    for less, more in combinations(served, 2):
        if less < more:
            assert (served[more] <= served[less] + 1e-9).all()
    assert served[frozenset(words)].max() == 0.0


def test_without_the_corridor_all_passes_russia(answer: SecureAnswer) -> None:
    worlds = answer.tables["worlds"].drop_duplicates("world").set_index("world")
    assert worlds.loc["without the Caspian corridor", "share_ru"] == pytest.approx(0.6)
    assert worlds.loc["without the Caspian corridor", "caspian_share"] == 0.0
    kept = answer.tables["worlds"].set_index(["world", "without"])["kept_share"]
    assert kept["without the Caspian corridor", "RU"] == pytest.approx(0.4)
    assert kept["with the Caspian corridor", "RU"] == pytest.approx(1.0)


def test_a_plan_makes_the_corridor_cheaper(study: Study) -> None:
    found = secure(study, replace(ASK, plan={"prj-cheaper": 2027})).tables["worlds"].drop_duplicates("world")
    cost = found.set_index("world")["caspian_usd_per_t"]
    # Half of 0.5 dollars a TEU and kilometre over 400 km and a little more, for 10 t in a TEU.
    assert cost["with the Caspian corridor"] - cost["with the plan"] == pytest.approx(0.25 * 400 / 10, rel=0.1)
    shares = found.set_index("world")["caspian_share"]
    assert shares["with the plan"] > shares["with the Caspian corridor"]


def test_events_on_record_are_weighed(answer: SecureAnswer) -> None:
    events = answer.tables["events"].set_index("supply")
    assert sorted(events.index) == ["origin:AU", "transit:RU"]
    # Half of what Australia sells stops, for 300 days and one time in five years.
    assert events.loc["origin:AU", "lost_share"] == pytest.approx(0.5 * 0.4)
    assert events.loc["origin:AU", "days_of_cover"] == pytest.approx(60 / 0.2)
    longest = (events["events_per_year"] * events["event_days_p90"] * events["lost_share"]).sum() / 365
    assert 0.0 <= answer.summary["expected_shortfall_share"] <= longest
    assert answer.summary["expected_shortfall_share"] == pytest.approx(events["expected_short_days"].sum() / 365)


@pytest.mark.parametrize(("observed", "now"), [(None, 0.0), (0.3, 0.3)])
def test_the_caspian_takes_no_more_than_it_can(tmp_path: Path, observed: float | None, now: float) -> None:
    facts = SECURE_FACTS | {"sup-ore-KZ.caspian_limit_share": 0.5}
    if observed is not None:
        facts["sup-ore-KZ.caspian_share"] = observed
    world = open_drawn(tmp_path / "limited", DRAWING, facts, SECURE_EDITS)
    tables = secure(world, replace(ASK, draws=0)).tables
    worlds = tables["worlds"].drop_duplicates("world").set_index("world")
    # What is limited is for need only, unless it has been observed.
    assert worlds.loc["with the Caspian corridor", "caspian_share"] == pytest.approx(0.6 * now)
    shut = tables["bypass"].set_index("without").loc["RU"]
    assert shut["rerouted_share"] == pytest.approx(0.6 * (0.5 - now))
    assert shut["lost_share"] == pytest.approx(0.6 * (1.0 - now))


def test_limits_bind_and_are_priced(answer: SecureAnswer) -> None:
    choice = answer.tables["choice"].set_index("country")["chosen_share"]
    assert choice.max() <= 0.65 + 1e-9
    assert (answer.tables["limits"]["price_usd_per_t"] > 0).all()


def test_same_seed_same_numbers(study: Study, answer: SecureAnswer) -> None:
    again = secure(study, ASK)
    assert again.summary == answer.summary


def test_asked_for_is_answered_first(study: Study) -> None:
    found = secure(study, replace(ASK, without=("Land RU", "suez"))).tables["bypass"]
    assert found["without"].iloc[0] == "RU,suez-canal"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"commodity": "unobtainium"}, ("unknown commodity", "ore")),
        ({"importer": "XX"}, ("unknown importer", "GE")),
        ({"importer": "KZ"}, ("importer without demand", "GE")),
        ({"without": ("Atlantis",)}, ("unknown state or water", "caspian-sea")),
        ({"without": ("GE",)}, ("cannot do without itself",)),
        ({"within_cost": -1.0}, ("out of range",)),
        ({"within_days": float("nan")}, ("out of range",)),
        ({"draws": 3}, ("draws out of range", "10")),
        ({"plan": {"prj-nothing": 2026}}, ("prj-nothing",)),
    ],
)
def test_what_cannot_be_answered_is_refused(
    study: Study, changes: dict[str, object], words: tuple[str, ...]
) -> None:
    with pytest.raises(InputError) as caught:
        secure(study, replace(ASK, **changes))
    for word in words:
        assert word in str(caught.value)


def test_data_without_minerals_say_so(tmp_path: Path) -> None:
    bare = open_drawn(tmp_path, DRAWING)
    with pytest.raises(InputError, match="none in these data"):
        secure(bare, ASK)
