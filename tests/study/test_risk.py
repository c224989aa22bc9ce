"""Risk of a drawn world: costs and capacities of a draw against the study itself, events, and the answer."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import psutil
import pytest
from flow_world import DRAWING
from risk_world import EVENTS, RISK_EDITS, RISK_FACTS
from tests.documented import undocumented

from caspia.assignment import fixed_point_residual
from caspia.cost import Lookup, Reading, find_servers
from caspia.errors import InputError
from caspia.risk import LOCAL, Place
from caspia.study import Settings, Study, run_study
from caspia.study.drawn import draw_world
from caspia.study.flows import Flows
from caspia.study.loading import route_costs
from caspia.study.optional_tables import RISKED
from caspia.study.risk import RiskAnswer, RiskRequest, identity, risk_answer, tasks_of
from caspia.study.risk_capacity import capacity_law
from caspia.study.risk_compile import compile_risk, find_laws
from caspia.study.risk_costs import way_costs, ways_of
from caspia.study.risk_events import arcs_of_rows, felt_rows, selected_rows
from caspia.study.risk_model import RESIDUAL, RiskModel, World
from caspia.study.risk_outset import Outset
from caspia.study.store import write_folder
from caspia.view.report import render_report
from drawn import open_drawn

SETTINGS = Settings(flow_draws=0)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return open_drawn(tmp_path_factory.mktemp("risk"), DRAWING, RISK_FACTS, RISK_EDITS, SETTINGS)


@pytest.fixture(scope="module")
def flows(study: Study) -> Flows:
    return study.flows()


@pytest.fixture(scope="module")
def model(study: Study, flows: Flows) -> RiskModel:
    outset = Outset(study, flows)
    return compile_risk(outset, 1, find_laws(study, outset))


def test_costs_of_a_draw_are_those_of_the_study_in_it(study: Study, flows: Flows) -> None:
    market, world = flows.model.market, draw_world(study, 3, 12, 0.5)
    ways = ways_of(study, market, [], [])
    costs = way_costs(study, ways)
    keys = study.data.facts.frame["key"].tolist()
    for nth in (0, 5, 11):
        found = {}
        for commodity, drawn in world.variables.items():
            for name, values in zip(("money", "time"), drawn, strict=True):
                known = getattr(study.costs(commodity), name).variables
                for row, value in enumerate(values[:, nth].tolist()):
                    reading = Reading(int(known.reading[row])).name
                    bounds = float(known.low[row]), float(known.mode[row]), float(known.high[row])
                    found[f"{name}:{keys[known.fact[row]]}:{reading}", bounds] = value
        data = world.studies[nth].data
        worth, ratio = (
            data.values("commodities", name, 0.0)[ways.commodity]
            for name in ("value_of_time_usd_per_t_h", "reliability_ratio")
        )
        money = costs.money_usd_per_t + costs.money @ np.array([found[column] for column in costs.money_columns])
        time = costs.time_h + costs.time @ np.array([found[column] for column in costs.time_columns])
        mine = money + worth * (time + ratio * costs.spread_h)
        assert mine == pytest.approx(route_costs(world.studies[nth], market), rel=1e-9)


def test_capacities_of_a_draw_are_those_of_the_study_in_it(study: Study, flows: Flows) -> None:
    servers, world = flows.model.servers, draw_world(study, 3, 12, 0.5)
    law = capacity_law(study, servers)
    assert len(law.fact) > 1
    sailing = np.array([kind == "fleet" for kind in servers.kind])
    for nth in range(12):
        mine = law.factor(world.value[law.fact, nth]) * servers.capacity
        drawn = world.capacities[nth].capacity
        assert mine[~sailing] == pytest.approx(drawn[~sailing], rel=1e-9)
        # The time at sea is held in capacities; it is drawn in costs.
        assert mine[sailing] == pytest.approx(drawn[sailing], rel=0.2)


def test_likely_values_without_events_are_the_flows_of_the_study(model: RiskModel, flows: Flows) -> None:
    world = model.likely_world()
    found = world.quiet()
    assert world.capacity == pytest.approx(model.servers.capacity)
    # Prices and times are at their mode here and at their mean there.
    assert found.amount.sum() == pytest.approx(flows.result.amount.sum())
    assert model.likely[: model.metrics.sums.shape[0]] == pytest.approx(model.metrics.sums @ found.flow, rel=1e-3)


def test_an_equilibrium_of_a_draw_is_certified_by_other_code(model: RiskModel) -> None:
    values = model.doubts.values(1, 7)
    world = World(
        model, values, model.law.year(nothing(model), values[model.slots.loss], values[model.slots.delay])
    )
    found = world.quiet()
    table = replace(model.grouping.table, cost=world.cost, felt=world.felt_of_entries)
    servers = model.servers.with_capacity(world.capacity)
    servers = replace(servers, prices=replace(servers.prices, price_usd=world.price))
    series = model.grouping.series(servers)
    assert fixed_point_residual(table, world.first_wants, series, found.flow) < RESIDUAL


def nothing(model: RiskModel) -> tuple[np.ndarray, np.ndarray]:
    return np.zeros(len(model.hazards.names)), np.zeros(len(model.hazards.names))


def happened(model: RiskModel, **events: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    share, days = nothing(model)
    for name, (part, length) in events.items():
        row = model.hazards.names.index(f"evt-{name}")
        share[row], days[row] = part, length
    return share, days


def test_short_events_take_capacity_and_time_and_long_ones_shut(model: RiskModel) -> None:
    loss, delay = np.ones(4), np.array([0.0, 0.0, 0.0, 24.0])
    short = model.law.year(happened(model, blocked=(0.02, 5.0)), loss, delay)
    key = [name for name in model.servers.key if name.startswith("links:rail-AZCCC")]
    assert not key, "the line has no capacity of its own in this drawing"
    assert short.lasting == ()
    assert short.wait_h.max() == pytest.approx(0.02 * 5 * 24 / 2)
    long = model.law.year(happened(model, blocked=(0.1, 30.0)), loss, delay)
    assert [model.hazards.names[event] for event in long.lasting] == ["evt-blocked"]
    assert long.wait_h[: model.n_routes].max() == 0.0
    shut = model.law.shut(long.lasting, loss)
    assert 0 < shut.sum() < model.n_routes or shut.all()
    slow = model.law.year(happened(model, slow=(0.25, 20.0)), loss, delay)
    assert slow.wait_h.max() == pytest.approx(0.25 * 24)
    assert slow.lasting == ()


def test_closures_of_a_whole_year_stand_beside_all_others(model: RiskModel) -> None:
    year = model.law.year(happened(model, russia=(1.0, 400.0), grain=(0.2, 40.0)), np.ones(4), np.zeros(4))
    names = model.hazards.names
    assert [names[event] for event in year.always] == ["evt-russia"]
    assert [names[event] for event in year.lasting] == ["evt-grain"]
    crowded = model.law.year(happened(model, blocked=(0.8, 40.0), grain=(0.7, 40.0)), np.ones(4), np.zeros(4))
    assert crowded.parts.sum() == pytest.approx(1.0)


def test_a_bar_on_goods_touches_these_alone_and_leaves_capacities(model: RiskModel, study: Study) -> None:
    row = model.hazards.names.index("evt-grain")
    goods = study.data.tables["commodities"]["id"].to_numpy()
    touched = model.law.touched[row].indices
    assert len(touched)
    assert set(goods[model.shippers.commodity[touched]]) == {"grain"}
    assert model.law.taken[row].nnz == 0


def test_more_closure_never_serves_more(model: RiskModel) -> None:
    world = model.likely_world()
    quiet = world.quiet()
    open_all = world.closed(np.zeros(model.n_routes, dtype=bool), np.ones(model.servers.n_servers), quiet)
    half = world.closed(np.zeros(model.n_routes, dtype=bool), np.full(model.servers.n_servers, 0.5), quiet)
    shut = world.closed(np.ones(model.n_routes, dtype=bool), np.ones(model.servers.n_servers), quiet)
    assert open_all is not None
    assert half is not None
    assert shut is not None
    assert open_all.amount.sum() == pytest.approx(quiet.amount.sum(), rel=1e-4)
    assert half.amount.sum() <= open_all.amount.sum() * (1 + 1e-6)
    assert shut.amount.sum() == 0.0
    assert shut.unserved.sum() == pytest.approx(world.first_wants.amount.sum())


def test_first_order_effects_are_near_the_exact_mean_of_states(model: RiskModel) -> None:
    exact, near = (
        np.stack([replace(model, exact=number, matters_usd=0.0).draw(nth) for nth in range(25)])
        for number in (9, 0)
    )
    names = list(model.metrics.names)
    for name in ("caspian_t", "caspian_share"):
        at = names.index(name)
        assert near[:, at].mean() == pytest.approx(exact[:, at].mean(), rel=0.05)


def test_draws_are_the_same_wherever_and_however_they_are_found(model: RiskModel) -> None:
    tasks, _ = tasks_of(16)
    whole = model(tasks)
    again = pickle.loads(pickle.dumps(model))
    apart = np.concatenate([again(tasks[at : at + 3]) for at in range(0, len(tasks), 3)])
    assert np.isfinite(whole).all()
    assert (whole == apart).all()


def test_a_lower_sea_takes_capacity_of_the_ships(model: RiskModel) -> None:
    later = replace(model, law=replace(model.law, years=10.0))
    left = later.law.sea_left(0.2)
    assert left.min() == pytest.approx(1 - 0.1 * 10 * 0.2, rel=1e-6)
    assert (model.law.sea_left(0.2) == 1.0).all()
    name = model.metrics.names.index("caspian_t")
    assert np.mean([later.draw(nth)[name] for nth in range(6)]) < np.mean(
        [model.draw(nth)[name] for nth in range(6)]
    )


def test_storms_beyond_the_likely_ones_take_sailings(model: RiskModel) -> None:
    likely = model.weather.likely
    worse = model.weather.year(np.minimum(likely + 0.2, 1.0))
    usual = model.weather.year(likely)
    assert (model.weather.capacity(usual) == 1.0).all()
    fleet = np.array([kind == "fleet" for kind in model.servers.kind])
    assert (model.weather.capacity(worse)[fleet] < 1.0).all()
    assert worse.wait_ratio.max() > 1.0


@pytest.fixture(scope="module")
def answer(study: Study) -> RiskAnswer:
    return risk_answer(study, RiskRequest(n=80, place=Place(workers=2, portion=7)))


def test_the_answer_holds_metrics_with_errors_and_places_by_expected_loss(answer: RiskAnswer) -> None:
    metrics = answer.metrics.set_index("name")
    assert (metrics["p5"] <= metrics["p50"]).all()
    assert (metrics["p50"] <= metrics["p95"]).all()
    assert (metrics["se"] >= 0).all()
    assert metrics.loc["loss_usd", "p95"] > 0
    assert {"one_h", "one_usd"} <= set(metrics.index)
    assert answer.critical["expected_loss_usd"].is_monotonic_decreasing
    assert (answer.sensitivity["total"] >= -1e-9).all()
    for _, curve in answer.curves.groupby("name"):
        assert curve["share"].is_monotonic_decreasing
    assert answer.interdiction["loss_usd_per_day"].is_monotonic_increasing
    assert (answer.interdiction["bound_usd_per_day"] >= answer.interdiction["loss_usd_per_day"]).all()
    assert set(answer.events["event_id"]) == set(EVENTS) - {"evt-withheld"}


@pytest.mark.parametrize(("workers", "portion"), [(1, 80), (2, 11)])
def test_the_same_seed_gives_the_same_answer(study: Study, answer: RiskAnswer, workers: int, portion: int) -> None:
    request = RiskRequest(n=80, place=Place(workers=workers, portion=portion), critical=False)
    again = risk_answer(study, request)
    assert (again.draws == answer.draws).all()
    assert again.sensitivity.equals(answer.sensitivity)
    other = risk_answer(study, replace(request, seed=2))
    assert (other.draws != answer.draws).any()


def test_a_killed_worker_loses_nothing(study: Study, answer: RiskAnswer) -> None:
    killed: list[int] = []

    def kill(stage: str, done: int, of: int) -> None:
        if stage == "Draws" and not killed and done < of:
            mine = psutil.Process().children(recursive=True)
            workers = [child for child in mine if any("multiprocessing" in word for word in child.cmdline())]
            youngest = max(workers, key=lambda child: child.create_time())
            killed.append(youngest.pid)
            youngest.kill()

    request = RiskRequest(n=80, place=Place(LOCAL, workers=2, portion=4), critical=False)
    again = risk_answer(study, request, kill)
    assert killed
    assert (again.draws == answer.draws).all()
    assert again.sensitivity.equals(answer.sensitivity)


def test_an_interrupted_answer_goes_on_and_equals_a_whole_one(
    study: Study, answer: RiskAnswer, tmp_path: Path
) -> None:
    request = RiskRequest(n=80, place=Place(workers=1, portion=7), keep=tmp_path / "draws", critical=False)

    def stop(stage: str, done: int, _all: int) -> None:
        if stage == "Draws" and done >= 30:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        risk_answer(study, request, stop)
    counted: list[int] = []

    def count(stage: str, done: int, _all: int) -> None:
        counted.extend([done] if stage == "Draws" else [])

    again = risk_answer(study, request, count)
    assert counted[0] > 30
    assert (again.draws == answer.draws).all()


@pytest.mark.parametrize("change", [{"seed": 2}, {"n": 81}, {"year": 2030}])
def test_draws_of_another_question_are_refused(study: Study, tmp_path: Path, change: dict[str, int]) -> None:
    request = RiskRequest(n=4, place=Place(workers=1), keep=tmp_path / "draws", critical=False)
    risk_answer(study, request)
    with pytest.raises(InputError, match="draws of another run"):
        risk_answer(study, replace(request, **change))
    assert identity(study, request) != identity(study, replace(request, **change))


@pytest.mark.parametrize("wrong", [{"n": 0}, {"n": -5}, {"seed": -1}, {"year": 2024}, {"year": 2041}])
def test_numbers_out_of_range_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(InputError, match="out of range"):
        RiskRequest(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("selectors", "message"), [("id=rail-none", "unknown id"), ("colour=red", "unknown selector")]
)
def test_an_event_that_selects_nothing_is_refused(tmp_path: Path, selectors: str, message: str) -> None:
    events = {"evt-blocked": EVENTS["evt-blocked"] | {"selectors": selectors}}
    facts = {key: value for key, value in RISK_FACTS.items() if not key.startswith("evt-") or "blocked" in key}
    world = open_drawn(tmp_path, DRAWING, facts, RISK_EDITS | {"events": events}, SETTINGS)
    with pytest.raises(InputError, match=message):
        risk_answer(world, RiskRequest(n=2, place=Place(workers=1), critical=False))


def test_a_study_without_events_is_refused(tmp_path: Path) -> None:
    facts = {key: value for key, value in RISK_FACTS.items() if not key.startswith("evt-")}
    world = open_drawn(tmp_path, DRAWING, facts, RISK_EDITS | {"events": {}}, SETTINGS)
    with pytest.raises(InputError, match="no events"):
        risk_answer(world, RiskRequest(n=2))


def test_capacities_at_the_values_of_the_data_are_found_again(study: Study, flows: Flows) -> None:
    servers = find_servers(Lookup(study.network, study.data.facts), study.data)
    assert (servers.capacity == flows.model.servers.capacity).all()


def test_the_main_job_stores_and_shows_risk(tmp_path: Path) -> None:
    settings = Settings(flow_draws=0, rollout_draws=0, risk_draws=16)
    result = run_study(open_drawn(tmp_path / "world", DRAWING, RISK_FACTS, RISK_EDITS, settings), alternatives=0)
    assert set(RISKED) <= set(result.tables)
    assert undocumented({name: result.tables[name] for name in RISKED}) == []
    write_folder(tmp_path / "out", result)
    with duckdb.connect(str(tmp_path / "out" / "results.duckdb"), read_only=True) as database:
        stored = dict(database.sql("SELECT table_name, comment FROM duckdb_tables()").fetchall())
    assert {name: stored[name] for name in RISKED} == RISKED
    page = render_report(result)
    assert 'id="risk"' in page
    assert "The Trans-Caspian route carries" in page


def test_events_of_the_built_in_data_close_something(real: Study) -> None:
    data = real.data
    table = data.tables["events"]
    assert len(table) > 20
    items = list(table.itertuples())
    for row in felt_rows(data).tolist():
        item = items[row]
        rows = selected_rows(data, item, data.where("events", row))
        assert arcs_of_rows(data, real.network, str(item.table), rows).any(), item.id
