"""Supply of a bloc of states: what its members make is its own, and its own ground is no transit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from caspia.errors import InputError
from caspia.study import Study
from caspia.study.inspect import inspect
from caspia.study.secure import SecureAnswer, SecureRequest, secure
from caspia.study.supply_data import FactDraws, find_mineral, find_need, members_of, supply_case
from drawn import draw, open_drawn
from secure_world import DRAWING, NEED, SECURE_EDITS, SECURE_FACTS

BLOC = "UN"
EDITS = SECURE_EDITS | {
    "countries": SECURE_EDITS["countries"] | {"GE": {"bloc": BLOC}, "AZ": {"bloc": f"{BLOC};TWO"}},
    "needs": {"need-ore-GE": NEED, f"need-ore-{BLOC}": NEED | {"country": BLOC}},
    "supplies": SECURE_EDITS["supplies"]
    | {
        "sup-ore-GE": {"mineral_id": "min-ore", "country": "GE"},
        "sup-ore-AZ": {"mineral_id": "min-ore", "country": "AZ"},
    },
    "imports": SECURE_EDITS["imports"]
    | {f"imp-ore-{BLOC}-{code}": {"need_id": f"need-ore-{BLOC}", "country": code} for code in ("KZ", "AZ", "AU")},
}
FACTS = SECURE_FACTS | {
    f"need-ore-{BLOC}.import_t": 1_000,
    f"need-ore-{BLOC}.stock_days": 60,
    f"need-ore-{BLOC}.reorder_days": 40,
    f"need-ore-{BLOC}.origin_limit_share": 0.65,
    f"imp-ore-{BLOC}-KZ.import_share": 0.5,
    f"imp-ore-{BLOC}-AZ.import_share": 0.2,
    f"imp-ore-{BLOC}-AU.import_share": 0.3,
    "sup-ore-GE.production_t": 100,
    "sup-ore-AZ.production_t": 300,
}
ASK = SecureRequest("ore", BLOC, draws=20)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return open_drawn(tmp_path_factory.mktemp("bloc"), DRAWING, FACTS, EDITS)


@pytest.fixture(scope="module")
def answer(study: Study) -> SecureAnswer:
    return secure(study, ASK)


def test_members_are_those_of_the_bloc(study: Study) -> None:
    assert members_of(study.data, BLOC) == {"GE", "AZ"}
    assert members_of(study.data, "GE") == {"GE"}


def test_members_make_what_is_domestic(study: Study) -> None:
    mineral = find_mineral(study.data, "ore")
    facts = FactDraws(study.data, 1, 0)
    for importer, made in ((BLOC, 400.0), ("GE", 100.0)):
        case = supply_case(study.data, facts, mineral, find_need(study.data, mineral, importer))
        assert case.domestic.tolist() == [made]
    # What a bloc makes itself is not bought abroad unless a share says so; a single member buys of the other.
    assert set(case.origins) == {"KZ", "AU", "AZ"}


def test_own_ground_is_no_transit(answer: SecureAnswer, study: Study) -> None:
    exposure = answer.record()["transit_exposure"]
    assert not {"GE", "AZ"} & set(exposure)
    alone = secure(study, replace(ASK, importer="GE")).record()["transit_exposure"]
    assert alone["AZ"] > 0
    np.testing.assert_allclose(answer.tables["origins"]["share"].sum(), 1.0)


def test_a_member_delivers_at_home(answer: SecureAnswer) -> None:
    assert answer.summary["home_share"] == pytest.approx(0.2)
    assert answer.summary["importer_name"] == f"the {BLOC}"
    origins = answer.tables["origins"].set_index("country")
    assert origins.loc["AZ", "usd_per_t"] == 0.0


@pytest.mark.parametrize("words", [("AZ",), ("RU", "GE"), (BLOC,), ("TWO",)])
def test_a_bloc_cannot_do_without_its_members(study: Study, words: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="cannot do without itself"):
        secure(study, replace(ASK, without=words))


def test_an_importer_that_is_no_state_and_no_bloc_is_refused(tmp_path: Path) -> None:
    edits = EDITS | {"needs": {"need-ore-XX": NEED | {"country": "XX"}}, "imports": {}}
    problems = inspect(str(draw(tmp_path / "world", DRAWING, {}, edits)))[0]
    found = {problem.what: problem.got for problem in problems}
    assert "XX" in found["need of an unknown state or bloc"]
