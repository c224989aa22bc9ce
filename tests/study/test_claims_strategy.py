"""Claims on supply, risk and what states will do, on drawn worlds."""

from __future__ import annotations

import math

import game_world
import numpy as np
import pytest
from tests.drawn import open_drawn

import secure_world
from caspia.errors import InputError
from caspia.study import Settings, claim_tests
from caspia.study.claim_world import ClaimWorld
from caspia.study.claims import Claim, Sample
from caspia.study.game import GameRequest, open_game, play

DRAWS = 40
QUIET = Settings(draws=DRAWS, flow_draws=10, rollout_draws=20)


def measured(world: ClaimWorld, test: str, **parameters: str) -> Sample:
    found = claim_tests.TESTS[test]
    read = {name: tuple(text.split("|")) for name, text in parameters.items()}
    words = dict.fromkeys(("statement", "who", "said_on", "measure", "unit", "reason", "scope", "note"), "drawn")
    numbers = {"threshold": 0.05, "tolerance_share": math.nan, "holds_from": 0.9, "fails_to": 0.1}
    rest = {"id": "clm-drawn", "kind": found.kind, "test": test, "operator": ">=", "command": "caspia claims"}
    asked = Claim(**words, **numbers, **rest, parameters=read, source_id="drawn", where="claims.csv, row 2")
    return claim_tests.test_of(asked).run(asked, world)


# Supply


@pytest.fixture(scope="module")
def supplied(tmp_path_factory: pytest.TempPathFactory) -> ClaimWorld:
    folder = tmp_path_factory.mktemp("supplied") / "world"
    study = open_drawn(folder, secure_world.DRAWING, secure_world.SECURE_FACTS, secure_world.SECURE_EDITS, QUIET)
    return ClaimWorld(study, lambda *_: None)


def test_the_corridor_keeps_what_russia_would_stop(supplied: ClaimWorld) -> None:
    kept = measured(supplied, "secured_share", goods="ore", importer="GE", closing="RU")
    assert len(kept.draws) == DRAWS
    # Ore of Kazakhstan comes over the sea or by Russia: without both it comes from others as far as they can.
    assert 0 < kept.value <= 0.6
    assert (kept.draws > 0).all()
    idle = measured(supplied, "secured_share", goods="ore", importer="GE", closing="AU")
    assert idle.value == pytest.approx(0.0, abs=1e-9)


def test_reliance_on_russia_falls_by_what_goes_over_the_sea(supplied: ClaimWorld) -> None:
    fall = measured(supplied, "reliance_fall", goods="ore", importer="GE", on="RU")
    ways = supplied.supply("ore", "GE")
    over = np.array([way.corridor == "Caspian" for way in ways.ways])
    assert fall.value == pytest.approx(float(ways.share[0] @ over))
    # Who sells is relied on whatever the way.
    assert measured(supplied, "reliance_fall", goods="ore", importer="GE", on="KZ").draws == pytest.approx(0.0)
    twice = measured(supplied, "reliance_fall", goods="ore|ore", importer="GE", on="RU")
    assert twice.draws == pytest.approx(fall.draws)


def test_unknown_goods_and_importers_are_refused(supplied: ClaimWorld) -> None:
    for changed in ({"goods": "moonstone"}, {"importer": "AU"}, {"closing": "atlantis"}):
        asked = {"goods": "ore", "importer": "GE", "closing": "RU"} | changed
        with pytest.raises(InputError):
            measured(supplied, "secured_share", **asked)


# Moves of states


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> ClaimWorld:
    folder = tmp_path_factory.mktemp("played") / "world"
    study = open_drawn(folder, game_world.DRAWING, game_world.GAME_FACTS, game_world.GAME_EDITS, QUIET)
    return ClaimWorld(study, lambda *_: None)


def test_who_declines_is_who_declines_in_the_game(played: ClaimWorld) -> None:
    asked = {"players": "KZ|AZ|RU", "states": "KZ", "kind": "commit", "year": "2034"}
    found = measured(played, "declines", **asked)
    assert set(found.draws) <= {0.0, 1.0}
    answer = play(open_game(played.study, GameRequest(("KZ", "AZ", "RU"), 2034, draws=200, seed=QUIET.seed)))
    move = answer.payoffs.moves[0][answer.sequential.profile[0]]
    assert found.value == float(move != "mov-kz-commit")
    opposite = measured(played, "declines", **asked | {"kind": "balance"})
    assert found.draws + opposite.draws == pytest.approx(1.0)


def test_who_does_not_play_is_not_asked(played: ClaimWorld) -> None:
    with pytest.raises(InputError, match="GE does not play"):
        measured(played, "declines", players="KZ|RU", states="GE", kind="commit", year="2034")


# Events


EVENTS = {
    "evt-attack": {
        "name": "Attack",
        "kind": "attack",
        "action": "close",
        "table": "links",
        "selectors": "id=ferry-KZBBB-AZCCC",
    },
    "evt-storm": {
        "name": "Storm",
        "kind": "weather",
        "action": "close",
        "table": "links",
        "selectors": "id=ferry-KZBBB-AZCCC",
    },
    "evt-grain": {
        "name": "Bar on grain",
        "kind": "policy",
        "action": "close",
        "table": "links",
        "selectors": "id=ferry-KZBBB-AZCCC",
        "commodity_ids": "grain",
    },
    "evt-russia": {"name": "Ban", "kind": "policy", "action": "close", "table": "countries", "selectors": "id=RU"},
}
RATES = {
    "evt-attack.events_per_year": (1, 2, 4),
    "evt-attack.event_days": 3,
    "evt-attack.event_loss_share": 0.5,
    "evt-storm.events_per_year": 5,
    "evt-storm.event_days": 2,
    "evt-grain.events_per_year": 1,
    "evt-grain.event_days": 30,
    "evt-russia.events_per_year": 0.5,
    "evt-russia.event_days": 10,
}
WAY = {"from": "KZAAA", "to": "GEDDD", "goods": "containers", "corridor": "Caspian"}


@pytest.fixture(scope="module")
def disturbed(tmp_path_factory: pytest.TempPathFactory) -> ClaimWorld:
    edits = secure_world.SECURE_EDITS | {"events": EVENTS}
    edits |= {"countries": edits["countries"] | {"RU": {"name": "Russia"}}}
    folder = tmp_path_factory.mktemp("disturbed") / "world"
    facts = {key: value for key, value in secure_world.SECURE_FACTS.items() if not key.startswith("evt-")}
    study = open_drawn(folder, secure_world.DRAWING, facts | RATES, edits, QUIET)
    return ClaimWorld(study, lambda *_: None)


def test_days_are_rate_times_duration_times_loss(disturbed: ClaimWorld) -> None:
    attacks = measured(disturbed, "disturbed_days", **WAY, kinds="attack")
    assert attacks.value == pytest.approx(2 * 3 * 0.5)
    assert (attacks.draws >= 1.5).all()
    assert (attacks.draws <= 6).all()
    both = measured(disturbed, "disturbed_days", **WAY, kinds="attack|weather")
    assert both.draws - attacks.draws == pytest.approx(10.0)


def test_only_events_on_the_way_and_of_the_goods_count(disturbed: ClaimWorld) -> None:
    assert measured(disturbed, "disturbed_days", **WAY, kinds="policy").value == 0
    north = WAY | {"corridor": "Northern"}
    assert measured(disturbed, "disturbed_days", **north, kinds="policy").value == pytest.approx(5.0)
    grain = WAY | {"goods": "grain"}
    assert measured(disturbed, "disturbed_days", **grain, kinds="policy").value == pytest.approx(30.0)
    with pytest.raises(InputError, match="no event is of these kinds"):
        measured(disturbed, "disturbed_days", **WAY, kinds="magic")
