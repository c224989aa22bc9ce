"""The game on a drawn world: profiles against scenarios, the accounts of payoffs, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from caspia.errors import InputError
from caspia.study import Study, game
from caspia.study.flows import compile_model
from caspia.study.game import GameAnswer, GameRequest, SampledAnswer, Table, open_game, play, read_players, search
from caspia.study.game_answer import game_answer, record, summary, tables
from caspia.study.game_bargains import coalitions, leader_tariffs
from caspia.study.game_outcomes import MEASURED

REQUEST = GameRequest(players=("KZ", "AZ", "RU", "GE"), year=2030, draws=40, limit_s=60.0)


@pytest.fixture
def world(arena: Study) -> Study:
    return arena


@pytest.fixture
def table(compiled: Table) -> Table:
    return compiled


@pytest.fixture
def answer(played: GameAnswer) -> GameAnswer:
    return played


@pytest.mark.parametrize("move", ["mov-ru-discount", "mov-ru-ban"])
def test_a_move_is_the_same_as_its_scenario(world: Study, table: Table, move: str) -> None:
    """Flows of a profile are those of the scenario on the same routes, with what comes anyway in both."""
    moves = table.payoffs.outcomes.moves
    made = {"RU": move}
    found = moves.world(moves.active(made))
    base = moves.parts.base(*moves.when)
    other = compile_model(world.with_scenario("prj-coming", move), moves.parts.model.market)
    flows = other.settle(base.answering, residual=1e-7)
    assert flows.converged
    through = moves.parts.model.market.routes.kind == 1
    for routes in (through, ~through):
        assert found.found.flow[routes].sum() == pytest.approx(flows.flow[routes].sum(), rel=0.02, abs=10.0)


def test_a_ban_leaves_no_grain_in_transit_and_all_boxes(table: Table) -> None:
    moves = table.payoffs.outcomes.moves
    part = next(row for row, own in enumerate(moves.measures) if own and own[0].move == "mov-ru-ban")
    market, goods = moves.parts.model.market, moves.study.data.tables["commodities"]["id"].to_numpy()
    barred = set(goods[market.commodity[moves.bars[part]]])
    assert barred == {"grain"}
    flow = moves.world(moves.active({"RU": "mov-ru-ban"})).found.flow
    assert (flow[moves.bars[part]] == 0).all()


def test_measures_hold_under_their_conditions_only(table: Table) -> None:
    moves = table.payoffs.outcomes.moves
    quiet = moves.active({})
    assert (moves.active({"AZ": "mov-az-ships"}) == quiet).all()
    assert moves.active({"AZ": "mov-az-ships", "KZ": "mov-kz-commit"}).sum() == quiet.sum() + 1


def test_a_toll_brings_what_it_charges(table: Table) -> None:
    """What Azerbaijan earns from transit under its toll is its price times what still passes."""
    outcomes, payoffs = table.payoffs.outcomes, table.payoffs
    made = {"AZ": "mov-az-toll"}
    found = dict(zip(MEASURED, outcomes.of(made)[payoffs.players.index("AZ")], strict=True))
    flow = outcomes.moves.world(outcomes.moves.active(made)).found.flow
    row = outcomes.moves.parts.model.study.network.countries.index("AZ")
    assert found["transit_volume"] == pytest.approx(float((outcomes.money.transit[row] @ flow)[0]))
    assert 0 < found["transit_price"] < 0.5 * found["transit_volume"] + 1e-6
    before = dict(zip(MEASURED, outcomes.of({})[payoffs.players.index("AZ")], strict=True))
    assert found["transit_volume"] <= before["transit_volume"] + 1e-6


def test_who_pays_a_subsidy_pays_for_goods_of_its_own(table: Table) -> None:
    outcomes = table.payoffs.outcomes
    paid = outcomes.of({"GE": "mov-ge-gift"})[:, MEASURED.index("subsidy")]
    assert paid[table.payoffs.players.index("GE")] > 0
    assert (np.delete(paid, table.payoffs.players.index("GE")) == 0).all()
    carriers = outcomes.of({"GE": "mov-ge-gift"})[:, MEASURED.index("transit_price")]
    assert carriers == pytest.approx(0.0)


def test_transfers_and_influence_enter_as_declared(table: Table, answer: GameAnswer) -> None:
    payoffs = table.payoffs
    by_name = {(f.owner, f.name): row for row, f in enumerate(payoffs.features)}
    ru, kz = payoffs.players.index("RU"), payoffs.players.index("KZ")
    banned, quiet = (tuple(int(a == "RU") * row for a in payoffs.players) for row in (2, 0))
    assert payoffs.made(banned)["RU"] == "mov-ru-ban"
    for owner, sign in ((ru, -1.0), (kz, 1.0)):
        row = by_name[(owner, "stk-fine")]
        assert payoffs.features[row].sign == sign
        assert answer.game.features[(row, *banned)] == 1.0
        assert answer.game.features[(row, *quiet)] == 0.0
    lean = payoffs.features[by_name[(ru, "stk-lean")]]
    value = payoffs.weights[lean.factors[0]].value * payoffs.weights[lean.factors[1]].value
    assert value == pytest.approx(5 * 5e4)


def test_payoffs_are_against_the_status_quo_and_certified(answer: GameAnswer) -> None:
    assert answer.central.payoffs[(slice(None), *([0] * 4))] == pytest.approx(0.0)
    assert answer.central.n_profiles == 2 * 3 * 3 * 2
    assert answer.solved <= answer.central.n_profiles
    for profile in answer.equilibria:
        assert answer.central.regret(profile).max() <= answer.central.slack.max()
    if answer.mixed.status == "found":
        assert (answer.mixed.regret <= 1e-3 * np.ptp(answer.central.payoffs)).all()
    assert answer.frequency.paths.shape == (40, 4)
    assert 0.0 <= answer.frequency.without <= 1.0


def test_the_order_is_that_of_the_table(answer: GameAnswer) -> None:
    players = answer.payoffs.players
    assert [players[row] for row in answer.sequential.order] == ["KZ", "AZ", "RU", "GE"]


def test_a_record_has_what_is_promised(answer: GameAnswer) -> None:
    found = record(answer)
    assert {
        "players",
        "equilibria",
        "frequency",
        "best_replies",
        "sequential",
        "coalition",
        "stackelberg",
    } <= found.keys()
    for row in found["equilibria"]:
        assert set(row["profile"]) == {"KZ", "AZ", "RU", "GE"}
        assert row["kind"] in {"pure", "mixed", "quantal", "in turn"}
        assert row["regret"] >= 0 or row["kind"] == "quantal"
    shares = {row["move"]: row["turn_share"] for row in found["best_replies"] if row["player"] == "RU"}
    assert sum(shares.values()) == pytest.approx(1.0)
    assert len(found["replies"]) == 2 * 3
    assert all(0 <= row["share"] <= 1 for row in found["replies"])


def test_tables_agree_with_each_other(answer: GameAnswer) -> None:
    made, few = tables(answer), summary(answer)
    moves = made["game_moves"]
    own = moves[moves["player"] == few["answers"]].set_index("move")["turn_share"]
    assert own.idxmax() == few["answer"]
    assert own.max() == pytest.approx(few["answer_share"])
    assert (moves.loc[moves["played"] == "yes", "gain_usd"] == 0).all()
    grid = made["game_map"]
    assert set(grid["player"]) == {"RU"}
    assert len(grid) == grid.groupby(["x", "y"]).ngroups


def test_more_of_the_same_seed_is_the_same(table: Table, answer: GameAnswer) -> None:
    again = play(table)
    assert again.frequency.share == pytest.approx(answer.frequency.share)
    assert again.frequency.profiles == answer.frequency.profiles


def test_coalitions_without_a_way_earn_nothing(table: Table) -> None:
    found = coalitions(table.payoffs.outcomes, {})
    game_of = found.game
    assert found.shapley_usd.sum() == pytest.approx(game_of.worth[-1], abs=1e-3)
    for key in range(2 ** len(game_of.players)):
        members = {name for row, name in enumerate(game_of.players) if key >> row & 1}
        if "AZ" not in members and "TM" not in members:
            assert game_of.worth[key] == pytest.approx(0.0, abs=1.0)


def test_a_leader_earns_no_less_than_now(table: Table) -> None:
    for item in leader_tariffs(table.payoffs.outcomes, {}, {"AZ": 0.4, "RU": 0.4}):
        assert item.leader.value >= item.now_usd * (1 - 1e-3)
        assert item.leader.bound >= item.leader.value


def test_a_search_finds_equilibria_of_the_whole_game(world: Study, answer: GameAnswer) -> None:
    found = search(open_game(world, replace(REQUEST, sample=4)))
    assert isinstance(found, SampledAnswer)
    assert set(found.found.equilibria) <= set(answer.equilibria)
    share = dict(zip(answer.frequency.profiles, answer.frequency.share, strict=True))
    for profile, held in zip(found.found.equilibria, found.share, strict=True):
        assert held == pytest.approx(share.get(profile, 0.0), abs=0.03)
    assert "searched" in record(found)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"players": ("KZ", "XX")}, "unknown player"),
        ({"players": ("KZ", "KZ")}, "not named once"),
        ({"year": 2060}, "out of range"),
        ({"draws": 0}, "out of range"),
        ({"sample": -1}, "out of range"),
        ({"limit_s": 0.0}, "time out of range"),
    ],
)
def test_bad_requests_are_refused(world: Study, change: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        open_game(world, replace(REQUEST, **change))  # type: ignore[arg-type]


def test_a_game_too_large_says_how_large_and_offers_sampling(world: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(game, "LARGEST", 20)
    with pytest.raises(InputError) as caught:
        open_game(world, REQUEST)
    assert "36 profiles (2 x 3 x 3 x 2 moves)" in str(caught.value)
    assert "--sample" in str(caught.value)


def test_players_are_those_of_the_table_unless_named(world: Study) -> None:
    assert read_players(world, ()) == ("KZ", "AZ", "RU")
    assert read_players(world, ("ru", "kz")) == ("KZ", "RU")


def test_one_player_alone_maximises(world: Study) -> None:
    found = game_answer(world, replace(REQUEST, players=("RU",), draws=5))
    assert isinstance(found, GameAnswer)
    assert found.sequential.profile in found.equilibria
    best = int(found.central.payoffs[0].argmax())
    assert list(product(range(3)))[best] == found.sequential.profile
