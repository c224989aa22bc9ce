"""Claims: verdicts follow probabilities, thresholds are met as written, tests measure worlds that are known."""

from __future__ import annotations

import json
import math
import shlex
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import duckdb
import flow_world
import numpy as np
import pytest
import rollout_world
import typer
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import Command
from tests.documented import undocumented
from tests.drawn import draw, open_drawn

from caspia.cli import app
from caspia.data.claim_check import parse_parameters
from caspia.errors import DataError, InputError, UnknownName
from caspia.investment import NEVER
from caspia.study import Settings, Study, claim_tests
from caspia.study.claim_plans import money_until
from caspia.study.claim_tests import TESTS
from caspia.study.claim_world import ClaimWorld
from caspia.study.claims import FAILS, HOLDS, OPEN, UNTESTED, Claim, Sample, judge, meets, read_claims, verdict_of
from caspia.study.claims_answer import claims_answer, claims_tables
from caspia.study.corridors import CORRIDORS
from caspia.study.flow_frames import corridors_frame
from caspia.study.inspect import inspect
from caspia.study.invest_tables import report_planner
from caspia.study.rollout import rollout, starts_of

NUMBERS = st.floats(-1e9, 1e9)
QUIET = Settings(draws=200, flow_draws=10, rollout_draws=20)


def claim(test: str, operator: str = ">=", threshold: float = 1.0, tolerance: float = math.nan, **parameters: str):
    """A claim as the table would give it."""
    return Claim(
        id="clm-drawn",
        statement="Drawn",
        who="Nobody",
        said_on="2025",
        kind=TESTS[test].kind if test in TESTS else "model",
        test=test,
        parameters={name: tuple(text.split("|")) for name, text in parameters.items()},
        measure="What is drawn",
        unit="share",
        operator=operator,
        threshold=threshold,
        tolerance_share=tolerance,
        reason="Drawn",
        scope="Here",
        holds_from=0.9,
        fails_to=0.1,
        command="caspia claims",
        source_id="drawn",
        note="",
        where="claims.csv, row 2, clm-drawn",
    )


def measured(world: ClaimWorld, test: str, **parameters: str) -> Sample:
    asked = claim(test, **parameters)
    return claim_tests.test_of(asked).run(asked, world)


ROW = {
    "statement": "Grain goes over the sea",
    "who": "A minister",
    "said_on": "2025-12",
    "kind": "facts",
    "test": "fact",
    "parameters": "key=clm-one.observed_count",
    "measure": "Ships",
    "unit": "papers",
    "operator": ">=",
    "threshold": 3,
    "reason": "As said",
    "scope": "Here",
    "holds_from": 0.9,
    "fails_to": 0.1,
    "command": "caspia why clm-one.observed_count",
}
SHARE = ROW | {
    "statement": "Most boxes go over the sea",
    "kind": "model",
    "test": "corridor_share",
    "parameters": "corridor=Caspian;segment=Central Asia-Caucasus;by=teu;within=all",
    "unit": "share",
    "threshold": 0.5,
}
NOWHERE = SHARE | {"parameters": "corridor=Caspian;segment=Nowhere;by=teu;within=all"}
CLAIMS = {"clm-one": ROW, "clm-share": SHARE, "clm-nowhere": NOWHERE}
COUNTED = {"clm-one.observed_count": (2, 4, 9)}


# Verdicts


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_verdict_never_turns_back(one: float, other: float, limit: float) -> None:
    order = {FAILS: 0, OPEN: 1, HOLDS: 2}
    fails_to, holds_from = limit / 2, 0.5 + limit / 2
    low, high = sorted((one, other))
    first, second = (order[verdict_of(each, holds_from, fails_to)] for each in (low, high))
    assert first <= second


@given(st.lists(NUMBERS, min_size=1, max_size=30), NUMBERS)
def test_at_least_and_at_most_split_the_draws(values: list[float], threshold: float) -> None:
    draws = np.array(values)
    least, most = (meets(draws, claim("fact", sign, threshold)) for sign in (">=", "<="))
    assert (least | most).all()
    near = abs(draws - threshold) <= 1e-9 * abs(threshold)
    assert ((least & most) == near).all()


@given(st.lists(NUMBERS, min_size=1, max_size=30), NUMBERS, st.floats(0, 1), st.floats(0, 1))
def test_a_wider_tolerance_loses_nothing(values: list[float], threshold: float, one: float, other: float) -> None:
    draws, (narrow, wide) = np.array(values), sorted((one, other))
    inner, outer = (meets(draws, claim("fact", "=", threshold, share)) for share in (narrow, wide))
    assert (outer | ~inner).all()


@given(st.lists(NUMBERS, min_size=1, max_size=50), NUMBERS)
def test_probability_is_the_share_of_draws(values: list[float], threshold: float) -> None:
    asked = claim("fact", ">=", threshold)
    found = judge(asked, Sample(values[0], np.array(values)))
    assert found.probability == pytest.approx(meets(np.array(values), asked).mean())
    assert found.low <= np.median(values) <= found.high
    assert found.verdict == verdict_of(found.probability, 0.9, 0.1)
    assert found.draws == len(values)


@pytest.mark.parametrize("draws", [[], [1.0, math.nan], [math.inf]])
def test_no_verdict_without_numbers(draws: list[float]) -> None:
    with pytest.raises(InputError, match="measured nothing"):
        judge(claim("fact"), Sample(1.0, np.array(draws)))


@given(st.text("abc=;|_ ", max_size=30))
def test_parameters_are_read_or_refused(text: str) -> None:
    found = parse_parameters(text)
    if found is not None:
        again = ";".join(f"{name}={'|'.join(values)}" for name, values in found.items())
        assert parse_parameters(again) == found
        assert all(value for values in found.values() for value in values)


# The built-in claims


def test_every_built_in_claim_has_a_test_that_takes_its_parameters(real: Study) -> None:
    claims = read_claims(real.data)
    assert len(claims) >= 30
    assert [claim_tests.test_of(each).kind for each in claims] == [each.kind for each in claims]


def test_every_command_of_a_claim_can_be_parsed(real: Study) -> None:
    group = typer.main.get_command(app)
    for each in read_claims(real.data):
        word, name, *rest = shlex.split(each.command)
        assert word == "caspia"
        made = group.commands[name].make_context(name, rest, resilient_parsing=False)  # type: ignore[attr-defined]
        assert made.params


def test_keys_of_commands_and_tests_are_facts(real: Study) -> None:
    keys = set(real.data.facts.frame["key"])
    for each in read_claims(real.data):
        assert {each.parameters[name][0] for name in ("key",) if name in each.parameters} <= keys
        word, _, key = each.command.partition(" why ")
        assert not key or key in keys, each.command
        assert word


def test_thresholds_of_targets_are_those_of_the_targets(real: Study) -> None:
    amounts = {
        str(row["subject"]): float(row["value"])
        for row in real.data.facts.frame[real.data.facts.frame["rank"] == 1].to_dict("records")
        if str(row["subject"]).startswith("tgt-")
    }
    for each in read_claims(real.data):
        if "tgt-" in each.reason:
            key = each.reason[each.reason.index("tgt-") :].strip(")")
            assert each.threshold == amounts[key], each.id


def test_facts_are_judged_as_they_are_known(real: Study) -> None:
    known = {
        "three-trillion-yen": HOLDS,
        "thirty-trillion-yen": FAILS,
        "kazakh-documents": FAILS,
        "plan-2025": FAILS,
        "uranium-central-asia": HOLDS,
    }
    rows = claims_answer(real, list(known)).table
    assert dict(zip(rows["id"].str.removeprefix("clm-"), rows["verdict"], strict=True)) == known


def test_an_unknown_claim_is_refused_with_the_list(real: Study) -> None:
    with pytest.raises(UnknownName, match="clm-three-trillion-yen"):
        read_claims(real.data, ("clm-moon",))


# Tests of the registry on a drawn world


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> ClaimWorld:
    ends = {"origin_id": "KZAAA", "destination_id": "GEDDD", "commodity_id": "containers"}
    edits = flow_world.EDITS | {"consignments": {"cns-one": ends}, "claims": CLAIMS}
    edits |= {"currencies": {"JPY": {"name": "Yen"}}}
    facts = flow_world.FACTS | COUNTED | {"clm-one.observed_jpy": 3e12, "JPY.per_usd@2025": 150}
    folder = tmp_path_factory.mktemp("claims") / "world"
    return ClaimWorld(open_drawn(folder, flow_world.DRAWING, facts, edits, QUIET), lambda *_: None)


def test_a_fact_is_drawn_within_its_interval(drawn: ClaimWorld) -> None:
    found = measured(drawn, "fact", key="clm-one.observed_count")
    assert found.value == 4
    assert (found.draws >= 2).all()
    assert (found.draws <= 9).all()
    assert np.ptp(found.draws) > 1
    again = measured(drawn, "fact", key="clm-one.observed_count")
    assert (again.draws == found.draws).all()


def test_money_is_exchanged_at_the_rate_of_the_year(drawn: ClaimWorld) -> None:
    sums = {"key": "clm-one.observed_jpy", "from": "JPY", "to": "USD", "year": "2025"}
    assert measured(drawn, "exchange", **sums).value == pytest.approx(2e10)
    assert measured(drawn, "exchange", **sums | {"to": "JPY"}).draws == pytest.approx(3e12)
    with pytest.raises(InputError, match=r"0 facts JPY\.per_usd of 2019"):
        measured(drawn, "exchange", **sums | {"year": "2019"})


def test_a_fact_over_itself_is_one(drawn: ClaimWorld) -> None:
    key = "clm-one.observed_count"
    assert measured(drawn, "fact_ratio", over=key, under=key).draws == pytest.approx(1.0)


def test_costs_of_corridors_are_each_others_inverse(drawn: ClaimWorld) -> None:
    there = measured(drawn, "cost_ratio", over="Caspian", under="Northern")
    back = measured(drawn, "cost_ratio", over="Northern", under="Caspian")
    assert there.draws * back.draws == pytest.approx(1.0)
    assert there.value * back.value == pytest.approx(1.0)
    items = {item.corridor: item for item in drawn.study.itineraries(_request())}
    known = items["Caspian"].generalised_usd / items["Northern"].generalised_usd
    assert there.value == pytest.approx(known)
    assert np.median(there.draws) == pytest.approx(known, rel=0.15)


def _request():
    from caspia.study import Request

    return Request("KZAAA", "GEDDD", "containers")


WAY = {"from": "KZAAA", "to": "GEDDD", "goods": "containers", "corridor": "Caspian"}


def test_ways_are_measured_as_drawn(drawn: ClaimWorld) -> None:
    items = {item.corridor: item for item in drawn.study.itineraries(_request())}
    days = measured(drawn, "transit_days", **WAY)
    assert days.value == pytest.approx(items["Caspian"].time_h_p[1] / 24.0)
    saved = measured(drawn, "length_saved", **WAY, than="Northern")
    assert saved.value == pytest.approx(items["Northern"].length_km - items["Caspian"].length_km)
    assert saved.value > 0
    assert measured(drawn, "transfers", **WAY).value == 2
    assert measured(drawn, "transfers", **WAY | {"corridor": "Northern"}).value == 0
    assert measured(drawn, "ways_clear", corridor="Caspian", without="RU|BY").value == 1
    assert measured(drawn, "ways_clear", corridor="Northern", without="RU|BY").value == 0
    with pytest.raises(InputError, match="Southern does not take"):
        measured(drawn, "transit_days", **WAY | {"corridor": "Southern"})


MARKET = {"segment": "Central Asia-Caucasus", "by": "t", "within": "land"}


def test_shares_are_those_of_the_flows(drawn: ClaimWorld) -> None:
    frame = corridors_frame(drawn.today[0]).set_index("corridor")
    shares = {name: measured(drawn, "corridor_share", corridor=name, **MARKET) for name in ("Caspian", "Northern")}
    for name, found in shares.items():
        assert found.value == pytest.approx(frame.loc[name, "share_land"])
        assert len(found.draws) == QUIET.flow_draws
    assert sum(found.value for found in shares.values()) == pytest.approx(1.0)
    by_russia = measured(drawn, "country_share", country="RU", **MARKET)
    assert by_russia.draws == pytest.approx(shares["Northern"].draws)
    assert measured(drawn, "country_share", country="KZ", **MARKET).value == pytest.approx(1.0)
    with pytest.raises(InputError, match="unknown state XX"):
        measured(drawn, "country_share", country="XX", **MARKET)
    with pytest.raises(InputError, match="counts something unknown"):
        measured(drawn, "country_share", country="KZ", **MARKET | {"by": "boxes"})


def test_the_fullest_facility_is_one_that_the_corridor_fills(drawn: ClaimWorld) -> None:
    flows = drawn.today[0]
    full = flows.result.load / flows.model.servers.capacity
    any_at_all = measured(drawn, "fullest", corridor="Caspian", least="0")
    large = measured(drawn, "fullest", corridor="Caspian", least="0.9")
    assert large.value <= any_at_all.value <= full.max() + 1e-12
    assert any_at_all.value in full
    with pytest.raises(InputError, match="nothing of that size"):
        measured(drawn, "fullest", corridor="Southern", least="0")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda each: replace(each, test="weather"), "unknown test"),
        (lambda each: replace(each, kind="model"), "another kind"),
        (lambda each: replace(each, parameters={}), "lacks key"),
        (lambda each: replace(each, parameters={"key": ("a.b",), "moon": ("1",)}), "does not take moon"),
    ],
)
def test_a_claim_that_cannot_be_tested_is_refused(change: Callable[[Claim], Claim], words: str) -> None:
    with pytest.raises(InputError, match=words):
        claim_tests.test_of(change(claim("fact", key="a.b")))


def test_what_cannot_be_tested_is_said_beside_the_rest(drawn: ClaimWorld) -> None:
    table = claims_answer(drawn.study).table.set_index("id")
    assert table.loc["clm-nowhere", "verdict"] == UNTESTED
    assert "nothing moves" in table.loc["clm-nowhere", "why_untested"]
    assert math.isnan(table.loc["clm-nowhere", "probability"])
    assert set(table.loc[["clm-one", "clm-share"], "verdict"]) <= {HOLDS, FAILS, OPEN}
    with pytest.raises(InputError, match="nothing moves"):
        claims_answer(drawn.study, ["nowhere"])


# Plans and roll-outs on a drawn world


BUDGET = "200 million USD"


@pytest.fixture(scope="module")
def rolled(tmp_path_factory: pytest.TempPathFactory) -> ClaimWorld:
    facts = rollout_world.ROLLOUT_FACTS | {"prj-way.cost_usd": 80e6, "prj-ships.cost_usd": 4e6}
    folder = tmp_path_factory.mktemp("rolled") / "world"
    study = open_drawn(folder, rollout_world.DRAWING, facts, rollout_world.ROLLOUT_EDITS, QUIET)
    return ClaimWorld(study, lambda *_: None)


def test_a_figure_of_the_rollout_is_that_of_the_command(rolled: ClaimWorld) -> None:
    told = rollout(rolled.rollout, None, None, QUIET.rollout_draws).years.set_index("year")
    for column in ("flow_t", "flow_teu", "capacity_t", "time_h_p50"):
        found = measured(rolled, "rollout", column=column, year="2030")
        assert found.value == pytest.approx(told.loc[2030, column])
        low, high = np.percentile(found.draws, (10, 90), method="inverted_cdf")
        assert low <= told.loc[2030, f"{column}_low"] * 1.01
        assert high >= told.loc[2030, f"{column}_high"] * 0.99
    first = measured(rolled, "rollout", column="flow_t", year="2030", over_year="2030")
    assert first.draws == pytest.approx(1.0)
    third = measured(rolled, "rollout", column="flow_t", year="2030", over="2")
    assert third.value == pytest.approx(told.loc[2030, "flow_t"] / 2)


@pytest.mark.parametrize(("column", "year"), [("moon", "2030"), ("flow_t", "2050"), ("flow_t", "soon")])
def test_a_rollout_has_no_other_figures(rolled: ClaimWorld, column: str, year: str) -> None:
    with pytest.raises(InputError, match=r"column|year"):
        measured(rolled, "rollout", column=column, year=year)


def test_a_plan_spends_from_start_to_opening(rolled: ClaimWorld) -> None:
    plan = rolled.plan(BUDGET)
    built = plan.portfolio.start < NEVER
    spent = [money_until(plan, year) for year in range(2024, 2040)]
    assert spent[0] == 0
    assert all(one <= other for one, other in pairwise(spent))
    assert spent[-1] == pytest.approx(plan.programme.cost_usd[built].sum())


def test_early_benefit_is_that_of_the_worlds_over_the_money(rolled: ClaimWorld) -> None:
    found = measured(rolled, "early_return", budget=BUDGET, first="2026", last="2030")
    longer = measured(rolled, "early_return", budget=BUDGET, first="2026", last="2036")
    spent = [money_until(rolled.plan(BUDGET), year) for year in (2030, 2036)]
    assert found.value * spent[0] <= longer.value * spent[1] + 1e-6
    assert (longer.draws >= -1e-9).all()
    parts = [
        measured(rolled, "early_return", budget=BUDGET, first="2026", last="2030", corridor=name)
        for name in CORRIDORS
    ]
    # Corridors share the benefit of all users out among them.
    assert sum(part.value for part in parts) == pytest.approx(found.value)
    with pytest.raises(InputError, match="unknown corridor"):
        measured(rolled, "early_return", budget=BUDGET, first="2026", last="2030", corridor="Moon")
    none = measured(rolled, "early_return", budget=BUDGET, first="2025", last="2026")
    assert none.value * money_until(rolled.plan(BUDGET), 2026) == pytest.approx(0.0, abs=1.0)
    with pytest.raises(InputError, match="spends nothing"):
        measured(rolled, "early_return", budget=BUDGET, first="2025", last="2025")


def test_exports_spread_as_flows_say(rolled: ClaimWorld) -> None:
    asked = {"exporters": "KZ", "year": "2034", "budget": BUDGET}
    exposed = measured(rolled, "exposure_fall", **asked, through="RU")
    assert (abs(exposed.draws) <= 1).all()
    spread = measured(rolled, "concentration_fall", **asked)
    # With two corridors the index follows from the share of one.
    yearly = rolled.rollout.yearly.model.model
    before, after = (rolled.equilibria(key, 2034)[0].flow for key in ("", BUDGET))
    kinds = yearly.market.routes.kind
    shares = [np.bincount(kinds, flow) / flow.sum() for flow in (before, after)]
    assert spread.value == pytest.approx((shares[0] ** 2).sum() - (shares[1] ** 2).sum(), abs=1e-9)
    with pytest.raises(InputError, match="XX exports nothing"):
        measured(rolled, "concentration_fall", **asked | {"exporters": "XX"})


def test_the_built_world_has_the_plan(rolled: ClaimWorld) -> None:
    built = rolled.built(BUDGET)
    assert set(starts_of(rolled.plan(BUDGET))) <= set(built.label.split("+"))
    faster = rolled.ways("KZAAA", "GEDDD", "containers", BUDGET)
    assert faster["Caspian"].itinerary.generalised_usd <= (
        rolled.ways("KZAAA", "GEDDD", "containers")["Caspian"].itinerary.generalised_usd * 1.0001
    )


def test_claims_of_the_report_share_its_planner(tmp_path: Path) -> None:
    later = ROW | {
        "kind": "model",
        "test": "rollout",
        "parameters": "column=flow_t;year=2030;budget=3e12 JPY",
        "unit": "t",
    }
    edits = rollout_world.ROLLOUT_EDITS | {"claims": {"clm-later": later}}
    study = open_drawn(tmp_path / "world", rollout_world.DRAWING, rollout_world.ROLLOUT_FACTS, edits, QUIET)
    planner = report_planner(study, lambda *_: None)
    assert planner is not None
    table = claims_tables(study, lambda *_: None, planner)["claims"]
    assert table["verdict"].tolist() == claims_answer(study).table["verdict"].tolist()
    assert table["value"].tolist() == pytest.approx(claims_answer(study).table["value"].tolist())
    assert undocumented({"claims": table}) == []
    assert claims_tables(study, lambda *_: None, None) == {}
    silent = replace(study, settings=replace(QUIET, rollout_draws=0))
    assert report_planner(silent, lambda *_: None) is None


# The command


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    edits = flow_world.EDITS | {"claims": CLAIMS}
    home = tmp_path_factory.mktemp("command")
    draw(home / "world", flow_world.DRAWING, flow_world.FACTS | COUNTED, edits)
    return home


def test_the_command_answers_for_machines(folder: Path, command: Command) -> None:
    done = command("claims", "--data", "world", "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    wanted = {"id", "verdict", "probability", "value", "low", "high", "unit"}
    wanted |= {"threshold", "command", "statement", "source"}
    assert [row["id"] for row in record["claims"]] == sorted(CLAIMS, key=list(CLAIMS).index)
    assert all(wanted <= set(row) for row in record["claims"])
    assert sum(record["counts"].values()) == len(CLAIMS)
    by = {row["id"]: row for row in record["claims"]}
    assert by["clm-nowhere"]["probability"] is None
    assert 0 <= by["clm-one"]["probability"] <= 1


@pytest.mark.parametrize("words", [("clm-one", "share"), ()])
def test_the_command_answers_people(folder: Path, command: Command, words: tuple[str, ...]) -> None:
    done = command("claims", *words, "--data", "world", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "Grain goes over the sea" in done.stdout
    assert "public claim" in done.stdout.splitlines()[0]


def test_the_command_refuses_a_claim_that_is_none(folder: Path, command: Command) -> None:
    done = command("claims", "moon", "--data", "world", cwd=folder)
    assert done.returncode == 2
    assert "unknown claim" in done.stderr
    assert "clm-one" in done.stderr


BROKEN = {
    "threshold": ({"threshold": ""}, "cell is empty"),
    "probability": ({"holds_from": 1.2}, "out of range"),
    "limits": ({"holds_from": 0.3, "fails_to": 0.4}, "overlap"),
    "operator": ({"operator": "about"}, "unknown word"),
    "no tolerance": ({"operator": "="}, "without a tolerance"),
    "tolerance": ({"tolerance_share": 0.1}, "tolerance of a bound"),
    "parameters": ({"parameters": "key"}, "parameters cannot be read"),
    "command": ({"command": "rm -r"}, "wrong form"),
    "source": ({"source_id": "nobody"}, "dangling"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_claim_is_refused(tmp_path: Path, name: str) -> None:
    change, words = BROKEN[name]
    claims = {"clm-one": ROW | change}
    folder = draw(
        tmp_path / "world", flow_world.DRAWING, flow_world.FACTS | COUNTED, flow_world.EDITS | {"claims": claims}
    )
    with pytest.raises(DataError, match=words):
        Study.open(str(folder))


@pytest.mark.parametrize("change", [{"test": "weather"}, {"kind": "model"}, {"parameters": "moon=1"}])
def test_the_check_of_a_folder_knows_the_tests(tmp_path: Path, change: dict[str, str]) -> None:
    claims = {"clm-one": ROW | change}
    folder = draw(
        tmp_path / "world", flow_world.DRAWING, flow_world.FACTS | COUNTED, flow_world.EDITS | {"claims": claims}
    )
    problems, _ = inspect(str(folder))
    assert [problem.where.split(",")[0] for problem in problems if problem.severity == "error"] == ["claims.csv"]


def test_the_tables_of_a_result_hold_the_claims(folder: Path, tmp_path: Path) -> None:
    from types import MappingProxyType

    from caspia.study.claims_answer import CLAIM_COLUMNS
    from caspia.study.result import Result
    from caspia.study.store import COMMENTS, write_database

    table = claims_answer(Study.open(str(folder / "world"), QUIET), ["one"]).table
    kept = {name: table.head(0) for name in COMMENTS} | {"claims": table}
    write_database(tmp_path / "results.duckdb", Result(MappingProxyType(kept), MappingProxyType({})))
    with duckdb.connect(str(tmp_path / "results.duckdb")) as database:
        rows = database.sql("SELECT * FROM claims").df()
    assert set(CLAIM_COLUMNS) <= set(rows.columns)
