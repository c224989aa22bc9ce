"""Risk of a later year: when works open is drawn, and what is open changes routes, capacities and journeys."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from risk_world import EVENTS, RISK_FACTS
from rollout_world import DRAWING, ROLLOUT_EDITS, ROLLOUT_FACTS
from scipy import sparse

from caspia.assignment import fixed_point_residual
from caspia.errors import InputError
from caspia.risk import Place
from caspia.study import Settings, Study
from caspia.study.project_routes import on_routes
from caspia.study.risk import RiskRequest, identity, risk_answer
from caspia.study.risk_compile import assembled, compile_risk, find_laws, lasting_closures
from caspia.study.risk_model import RiskModel, World
from caspia.study.risk_outset import Outset, find_outset, with_ways_round, works_of
from caspia.study.risk_ready import carrying_routes, some_routes_of, with_effects
from caspia.study.risk_works import Works, openings
from drawn import draw, open_drawn

YEAR = 2029
STARTS = {"prj-ships": 2026, "prj-line": 2026, "prj-way": 2026}
EDITS = ROLLOUT_EDITS | {
    "events": EVENTS,
    "consignments": {
        "cns-one": {"origin_id": "KZAAA", "destination_id": "GEDDD", "commodity_id": "containers", "name": "A box"}
    },
}
FACTS = ROLLOUT_FACTS | {key: value for key, value in RISK_FACTS.items() if key.startswith("evt-")}
MANY = 3000


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return open_drawn(tmp_path_factory.mktemp("works"), DRAWING, FACTS, EDITS, Settings(flow_draws=0))


@pytest.fixture(scope="module")
def outset(study: Study) -> Outset:
    return find_outset(study, YEAR, STARTS)


@pytest.fixture(scope="module")
def model(study: Study, outset: Outset) -> RiskModel:
    return compile_risk(outset, 1, find_laws(study, outset))


@pytest.fixture(scope="module")
def whole(study: Study, outset: Outset) -> RiskModel:
    """With all routes."""
    wider = with_ways_round(outset, lasting_closures(outset))
    return with_effects(assembled(wider, 1, find_laws(study, outset))[0])


@pytest.fixture(scope="module")
def works(model: RiskModel) -> Works:
    assert model.works is not None
    return model.works


def world_of(model: RiskModel, opened: np.ndarray) -> World:
    likely = model.likely_world()
    return World(model, likely.values, likely.year, opened)


def test_what_is_paid_for_or_planned_may_be_open_after_the_base_year(study: Study) -> None:
    assert works_of(study, 2025, STARTS) == ()
    assert works_of(study, YEAR, None) == ("prj-coming",)
    assert set(works_of(study, YEAR, STARTS)) == {"prj-coming", *STARTS}
    assert works_of(study.with_scenario("prj-coming"), YEAR, None) == ()
    assert works_of(study.with_scenario("prj-ships"), YEAR, {"prj-ships": 2026}) == ("prj-coming",)


def test_drawn_openings_are_those_of_works_like_these(works: Works) -> None:
    mine = openings(works.times, 4, np.arange(MANY)[:, None])
    other = works.times.sampled(np.random.default_rng(4), MANY)
    for year in range(2026, 2034):
        assert (mine <= year).mean(axis=0) == pytest.approx((other <= year).mean(axis=0), abs=0.045)
    # A draw rests on its seed and number alone.
    assert (openings(works.times, 4, 17) == mine[17]).all()
    assert (openings(works.times, 5, np.arange(MANY)[:, None]) != mine).any()
    late = (mine > works.times.expected).mean(axis=0)
    assert ((late > 0.05) & (late < 0.95)).any()


def test_open_works_save_cost_add_capacity_and_make_routes(model: RiskModel, works: Works) -> None:
    none = np.zeros(len(works.times.ids), dtype=bool)
    base = world_of(model, none)
    assert np.isinf(base.cost[works.needs.any(axis=0)]).all()
    for nth, key in enumerate(works.times.ids):
        opened = none.copy()
        opened[nth] = True
        world = world_of(model, opened)
        there = np.isfinite(base.cost)
        assert world.cost[there] == pytest.approx((base.cost - works.saving[nth].toarray()[0])[there])
        more = world.capacity - base.capacity
        assert (more >= -1e-9).all()
        assert (more > 0).any() == (key in ("prj-ships", "prj-line"))
        assert np.isfinite(world.cost[works.needs[nth]]).all() == (key == "prj-way" or not works.needs[nth].any())
        assert (world.path_size <= 1.0 + 1e-12).all()
    assert works.needs[works.times.ids.index("prj-way")].any()
    faster = works.faster_h[works.times.ids.index("prj-coming")]
    assert faster.max() > 0
    opened = np.array([key == "prj-coming" for key in works.times.ids])
    saved = base.time_h[model.n_routes :] - world_of(model, opened).time_h[model.n_routes :]
    assert saved == pytest.approx(faster)


def test_the_equilibrium_of_a_draw_with_open_works_is_certified(model: RiskModel, works: Works) -> None:
    world = world_of(model, np.ones(len(works.times.ids), dtype=bool))
    found = world.quiet()
    table = replace(model.grouping.table, cost=world.cost, felt=world.felt_of_entries, path_size=world.path_size)
    servers = world.servers.with_capacity(world.capacity)
    servers = replace(servers, prices=replace(servers.prices, price_usd=world.price))
    assert fixed_point_residual(table, world.first_wants, model.grouping.series(servers), found.flow) < 3e-4
    assert found.flow[works.needs.any(axis=0)].sum() > 0


def test_projects_are_the_same_on_the_same_routes(outset: Outset) -> None:
    projects = outset.projects
    assert projects is not None
    again = on_routes(projects, projects.model.market, outset.flows)
    assert again.saving_usd_per_t == pytest.approx(projects.saving_usd_per_t)
    assert (again.needs == projects.needs).all()
    opened = np.ones(len(projects.ids), dtype=bool)
    assert again.priced(opened).table.path_size == pytest.approx(projects.priced(opened).table.path_size, rel=0.1)


def test_likely_values_are_the_flows_with_what_is_expected_to_be_open(model: RiskModel, outset: Outset) -> None:
    # The sea takes from capacities in draws and not in the flows that draws begin with.
    found = replace(model, law=replace(model.law, years=0.0)).likely_world().quiet()
    assert found.flow.sum() == pytest.approx(outset.flows.flow_t.sum(), rel=1e-3)
    moved = np.abs(found.load - outset.flows.result.load).sum() / found.load.sum()
    assert moved < 0.01


@pytest.fixture(scope="module")
def request_2029() -> RiskRequest:
    return RiskRequest(n=48, year=YEAR, place=Place(workers=1, portion=7), critical=False, starts=STARTS)


def test_a_plan_shows_in_the_metrics_with_its_delay(study: Study, request_2029: RiskRequest) -> None:
    planned, bare = (risk_answer(study, item) for item in (request_2029, replace(request_2029, starts={})))
    share = planned.openings.set_index("project_id")["open_share"]
    assert set(share.index) == {"prj-coming", *STARTS}
    assert 0.0 < share["prj-line"] < 1.0
    assert bare.openings["project_id"].tolist() == ["prj-coming"]
    name = planned.metrics["name"].tolist().index("caspian_t")
    gained = planned.draws[:, name] - bare.draws[:, name]
    # The same draws but for the works: where none of the plan is open nothing has changed.
    assert gained.mean() > 0
    assert gained.std() > 0
    assert "works" in set(planned.sensitivity["group"])
    assert identity(study, request_2029) != identity(study, replace(request_2029, starts={}))
    again = risk_answer(study, replace(request_2029, place=Place(workers=2, portion=11)))
    assert (again.draws == planned.draws).all()


def test_places_of_a_later_year_are_cut_with_what_is_expected_to_be_open(study: Study) -> None:
    answer = risk_answer(study, RiskRequest(n=2, year=YEAR, place=Place(workers=1), starts=STARTS))
    assert len(answer.critical)
    assert answer.interdiction["exact"].all()


def test_a_plan_in_the_base_year_is_refused() -> None:
    with pytest.raises(InputError, match="opens nothing by this year"):
        RiskRequest(starts=STARTS)


def test_the_command_reads_a_plan(tmp_path: Path, command: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    draw(tmp_path / "world", DRAWING, FACTS, EDITS)
    listed = [{"project": key, "start_year": year} for key, year in STARTS.items()]
    (tmp_path / "plan.json").write_text(json.dumps({"portfolio": listed}), encoding="utf-8")
    line = ("risk", "-n", "8", "--workers", "1", "--no-critical", "--data", "world", "--plan", "plan.json")
    done = command(*line, "--year", str(YEAR), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for words in ("More trains", "Two ships", "works that are paid for or planned"):
        assert words in done.stdout
    refused = command(*line, cwd=tmp_path)
    assert refused.returncode == 2
    assert "--plan" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_model_of_all_its_routes_is_the_same_model(whole: RiskModel) -> None:
    fine = replace(whole, residual=1e-8)
    every = some_routes_of(fine, np.ones(whole.n_routes, dtype=bool), whole.likely_world().quiet().flow)
    for nth in range(4):
        assert every.draw(nth) == pytest.approx(fine.draw(nth), rel=1e-4, abs=1e-4, nan_ok=True)


@given(st.integers(0, 2**32 - 1), st.floats(0.0, 0.5))
def test_routes_left_out_carry_little_of_every_sum_in_every_world(seed: int, left_out: float) -> None:
    rng = np.random.default_rng(seed)
    start = np.concatenate([[0], np.cumsum(rng.integers(0, 5, 7))])
    sums = sparse.random(3, int(start[-1]), 0.5, "csr", rng=rng)
    flows = [rng.exponential(1.0, int(start[-1])) * rng.integers(0, 2, int(start[-1])) for _ in range(3)]
    kept = carrying_routes(start, sums, flows, left_out)
    for flow in flows:
        assert (sums @ (flow * ~kept) <= left_out * (sums @ flow) + 1e-12).all()
        for first, last in pairwise(start):
            assert first == last or kept[first + np.argmax(flow[first:last])]
    assert kept.sum() <= carrying_routes(start, sums, flows, 0.5 * left_out).sum()
