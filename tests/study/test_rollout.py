"""Roll-outs on a drawn world: what must hold whatever opens, grows or falls."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rollout_world import DRAWING, ROLLOUT_EDITS, ROLLOUT_FACTS
from tests.drawn import open_drawn

from caspia.errors import InputError
from caspia.investment import NEVER
from caspia.study import Study
from caspia.study.candidates import project_table
from caspia.study.crossing import STAGES
from caspia.study.objectives import read_aim
from caspia.study.plan import open_planner
from caspia.study.plan_request import PlanRequest
from caspia.study.rollout import RolloutStudy, open_rollout, rollout, starts_of
from caspia.study.rollout_frames import announced_path
from caspia.study.rollout_projects import timetable
from caspia.study.rollout_worlds import SOLVED, YEARS, World

STARTS = {"prj-ships": 2026, "prj-port": 2027, "prj-depth": 2026}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("rollout") / "data"
    return open_drawn(folder, DRAWING, facts=ROLLOUT_FACTS, edits=ROLLOUT_EDITS)


@pytest.fixture(scope="module")
def compiled(world: Study) -> RolloutStudy:
    return open_rollout(world)


def test_what_is_announced_is_more_than_what_is_financed_and_that_more_than_what_works(
    compiled: RolloutStudy,
) -> None:
    years = rollout(compiled, STARTS, draws=0).years
    lines = [years[name].to_numpy() for name in ("announced_capacity_t", "financed_capacity_t", "capacity_t")]
    assert (lines[0] >= lines[1] - 1).all()
    assert (lines[1] >= lines[2] - 1).all()
    assert (lines[0] > lines[1] + 1).any()
    assert (lines[1] > lines[2] + 1).any()


def test_capacities_stand_on_the_scale_of_the_flows(compiled: RolloutStudy) -> None:
    crossing = compiled.yearly.crossing
    plain = RolloutStudy(
        compiled.study, compiled.table, replace(compiled.yearly, crossing=replace(crossing, counted=1.0))
    )
    scaled, alone = (rollout(study, None, draws=0).years for study in (compiled, plain))
    first = scaled.iloc[0]
    for name in ("capacity_t", "announced_capacity_t", "financed_capacity_t"):
        assert (scaled[name] * first["modelled_t"]).to_numpy() == pytest.approx(alone[name] * first["flow_t"])
    assert scaled["flow_t"].to_numpy() == pytest.approx(alone["flow_t"])


def test_nothing_changes_the_crossing_where_nothing_opens_and_the_sea_stays(tmp_path: Path) -> None:
    level = ROLLOUT_FACTS | {"caspian-sea.level_fall_m_per_year": 0, "prj-coming.financed_share": 0}
    study = open_drawn(tmp_path, DRAWING, facts=level, edits=ROLLOUT_EDITS)
    years = rollout(study, None, draws=0).years
    assert years["capacity_t"].to_numpy() == pytest.approx(years["capacity_t"].iloc[0])
    assert years["financed_capacity_t"].to_numpy() == pytest.approx(years["capacity_t"].iloc[0])
    assert (years["open_projects"] == "").all()
    assert (years["fall_m"] == 0).all()


def test_the_sea_takes_capacity_and_dredging_wins_it_back(compiled: RolloutStudy) -> None:
    without, dredged = (
        rollout(compiled, starts, draws=0).years["capacity_t"].to_numpy() for starts in ({}, {"prj-depth": 2026})
    )
    assert (np.diff(without) < 0).all()
    assert (dredged >= without - 1).all()
    assert (dredged > without + 1).any()


@given(st.floats(-1.0, 6.0), st.floats(0.0, 3.0), st.tuples(st.booleans(), st.booleans()))
@settings(deadline=None)
def test_a_lower_sea_leaves_less_and_projects_leave_more(compiled, fall_m, more_m, open_two) -> None:
    sea, model = compiled.yearly.sea, compiled.yearly.model
    none = np.zeros(len(model.ids), dtype=bool)
    some = model.mask([key for key, there in zip(("prj-depth", "prj-ships"), open_two, strict=True) if there])
    here = sea.left(fall_m, none)
    assert (sea.left(fall_m + more_m, none) <= here).all()
    assert (sea.left(fall_m, some) >= here).all()
    assert ((here > 0) & (here <= 1)).all()
    keys = np.array(model.model.servers.key, dtype=object)
    dry = np.array([key.startswith(("links:", "borders:")) for key in keys])
    assert (here[dry] == 1).all()
    fleet = np.array([key.startswith("fleets:") for key in keys])
    net = max(fall_m - 0.8 * open_two[0], 0.0)
    assert sea.left(fall_m, some)[fleet] == pytest.approx(max(1 - 0.25 * net, 0.05))


@given(st.floats(0.0, 6.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(-1.0, 1.0))
@settings(deadline=None)
def test_dredging_as_it_falls_saves_and_doubt_costs(compiled, fall_m, answered, more, doubt) -> None:
    sea = compiled.yearly.sea
    none = np.zeros(len(compiled.yearly.model.ids), dtype=bool)
    here = sea.left(fall_m, none, answered, doubt)
    assert (sea.left(fall_m, none, answered + more * (1 - answered), doubt) >= here).all()
    assert (sea.left(fall_m, none, answered, doubt + more * (1 - doubt)) <= here).all()
    assert (sea.left(fall_m, none, 1.0, doubt) == 1).all()


def test_samples_do_not_depend_on_who_solves_them(compiled: RolloutStudy) -> None:
    one, three = (rollout(compiled, STARTS, draws=6, workers=workers) for workers in (1, 3))
    for name in ("years", "stages", "promised", "openings", "targets"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(three, name), check_exact=True)


def test_intervals_are_in_order_and_begin_where_everybody_agrees(compiled: RolloutStudy) -> None:
    years = rollout(compiled, STARTS, draws=20).years
    ranged = [name.removesuffix("_low") for name in years if name.endswith("_low")]
    assert {"flow_t", "capacity_t", "share", "time_h_p50", "cost_usd_per_teu", "fall_m"} <= set(ranged)
    for name in ranged:
        assert (years[f"{name}_low"] <= years[f"{name}_high"]).all()
        assert years[f"{name}_low"].iloc[0] == pytest.approx(years[name].iloc[0])
        assert years[f"{name}_high"].iloc[0] == pytest.approx(years[name].iloc[0])
    assert (years["flow_t_high"] - years["flow_t_low"]).iloc[-1] > 0


def test_actual_flow_is_what_was_observed_times_what_the_model_changes(compiled: RolloutStudy) -> None:
    years = rollout(compiled, STARTS, draws=0).years
    assert years["flow_t"].iloc[0] == pytest.approx(100_000)
    assert years["flow_teu"].iloc[0] == pytest.approx(3_000)
    for unit in ("t", "teu"):
        ratio = years[f"flow_{unit}"] / years[f"modelled_{unit}"]
        assert ratio.to_numpy() == pytest.approx(ratio.iloc[0])
    assert (years["time_h_p90"] > years["time_h_p50"]).all()
    assert years["share"].between(0, 1).all()


def test_the_scope_is_that_of_the_flows_themselves(world: Study, compiled: RolloutStudy) -> None:
    """All cargo of the drawn corridor passes the one port, so the corridor's tonnes are those of the statistic."""
    flows = world.flows(2025)
    frame = flows.route_frame
    caspian = frame[frame["corridor"] == "Caspian"]
    years = rollout(compiled, None, draws=0).years
    assert years["modelled_t"].iloc[0] == pytest.approx(caspian["flow_t"].sum(), rel=1e-3)
    land = frame[frame["corridor"].isin(("Caspian", "Northern", "Southern", "Eastern"))]
    assert years["share"].iloc[0] == pytest.approx(caspian["flow_t"].sum() / land["flow_t"].sum(), rel=1e-3)


def test_a_higher_target_is_never_passed_earlier(compiled: RolloutStudy) -> None:
    table = rollout(compiled, STARTS, draws=10).targets
    tonnes = table[table["quantity"] == "t"].sort_values("value")
    passed = [NEVER if year is None else year for year in tonnes["passed_year"]]
    assert passed == sorted(passed)
    assert (np.diff(tonnes["share_never"]) >= 0).all()
    boxes = table[table["quantity"] == "teu"].iloc[0]
    assert boxes["share_never"] == 1
    assert boxes["text"] == "not before 2040"
    assert table["main"].sum() == 1


def test_the_path_goes_through_the_targets(world: Study) -> None:
    path, asked = announced_path(world.data, "t", 100_000)
    assert path[[0, 1, 2, 5, 15]] == pytest.approx([100_000, 105_000, 110_000, 130_000, 130_000])
    assert np.isnan(asked[:2]).all()
    assert (asked[2:] == path[2:]).all()
    falling, _ = announced_path(world.data, "t", 120_000)
    assert (np.diff(falling) >= 0).all()


def test_machines_can_read_it(compiled: RolloutStudy) -> None:
    record = json.loads(json.dumps(rollout(compiled, STARTS, draws=4).record(), allow_nan=False))
    assert [row["year"] for row in record["years"]] == YEARS.tolist()
    assert {"capacity_t", "flow_t", "share", "time_h_p50", "announced_t", "flow_t_low"} <= set(record["years"][0])
    assert record["samples"] == 4
    assert record["failed_samples"] == 0
    assert set(record["passed"]) == {"year", "low", "high", "share_never", "text"}
    assert {row["stage"] for row in record["stages"]} <= set(STAGES)


def test_one_stage_after_the_other_is_no_wider_than_the_narrowest(compiled: RolloutStudy) -> None:
    """Every way of the drawn crossing passes every stage that has a capacity."""
    stages = rollout(compiled, STARTS, draws=0).stages.dropna(subset="capacity_t")
    assert (stages["through_t"] <= stages["capacity_t"] + 1).all()
    assert stages.groupby("year")["binding"].sum().to_numpy() == pytest.approx(1)


def test_ships_add_nothing_where_the_port_is_full_and_both_together_do(compiled: RolloutStudy) -> None:
    yearly = compiled.yearly
    found = {}
    for ids in product(("prj-ships", ""), ("prj-port", "")):
        opened = yearly.model.mask([key for key in ids if key])
        ways = yearly.crossing.open_ways(yearly.shut(opened))
        capacity = yearly.model.servers(opened).capacity
        found[ids] = yearly.crossing.capacity(capacity, ways).through_t
    none, whole = found["", ""], found["prj-ships", "prj-port"]
    alone = found["prj-ships", ""] - none, found["", "prj-port"] - none
    assert min(alone) >= -1
    assert whole - none >= max(alone) - 1
    assert min(alone) < 1 or whole > none + max(alone)


def test_openings_follow_works(world: Study, compiled: RolloutStudy) -> None:
    ids = compiled.yearly.model.ids
    table = project_table(world.data)
    times = timetable(table, ids, STARTS)
    row = ids.index
    assert times.role[row("prj-coming")] == "coming"
    assert (times.announced <= times.financed).all()
    assert times.financed[row("prj-ships")] == 2028
    assert times.expected[row("prj-ships")] == 2029
    assert times.announced[row("prj-line")] == times.expected[row("prj-line")] == NEVER
    soon = times.sampled(np.random.default_rng(5), 400)
    late = timetable(replace(table, delay=table.delay + np.array([0.8, 0.0])), ids, STARTS)
    assert (late.expected >= times.expected).all()
    # Log-normal times of a greater mean and the same spread are longer in the middle.
    there = times.expected < NEVER
    assert (np.median(late.sampled(np.random.default_rng(5), 400), axis=0) >= np.median(soon, axis=0))[there].all()
    assert (soon[:, ~there] == NEVER).all()
    assert (soon[:, there] >= 2026).all()


def test_years_between_are_between_their_neighbours(compiled: RolloutStudy) -> None:
    years = rollout(compiled, STARTS, draws=1).years
    for year in sorted(set(YEARS.tolist()) - set(SOLVED)):
        rows = [years[years["year"] == near]["flow_t_low"].item() for near in (year - 1, year, year + 1)]
        assert rows[1] == pytest.approx((rows[0] + rows[2]) / 2)


def test_a_world_of_a_roll_out_is_that_of_a_plan(compiled: RolloutStudy) -> None:
    yearly = compiled.yearly
    opened = yearly.model.mask(["prj-ships"])
    level = np.ones(yearly.model.model.servers.n_servers)
    found, _ = yearly.solve(2030, World(opened, None, level))
    other = yearly.model.world(opened, 2030)
    assert np.abs(found.flow - other.found.flow).sum() <= 1e-4 * other.found.flow.sum()
    high, low = (yearly.wants(2035, growth).amount.sum() for growth in (1.0, -1.0))
    middle = [yearly.wants(2035, growth).amount.sum() for growth in (-0.5, 0.0, 0.5)]
    assert low < middle[0] < middle[1] < middle[2] < high


def test_a_plan_rolls_out_by_its_starts(world: Study) -> None:
    aim = read_aim("tonnes", "grain", ("RU",))
    request = PlanRequest(budgets=("120 million USD",), years=(2026, 2028), aim=aim)
    planner = open_planner(world, request)
    plan = planner.plan(request, averse=False)
    starts = starts_of(plan)
    assert starts
    assert set(starts) <= set(planner.ids)
    compiled = open_rollout(world, planner)
    answer, same = rollout(compiled, plan, draws=0), rollout(compiled, starts, draws=0)
    pd.testing.assert_frame_equal(answer.years, same.years)
    funded = answer.openings[answer.openings["role"] == "plan"]
    assert set(funded["project"]) == set(starts)


@pytest.mark.parametrize(
    ("starts", "draws"),
    [({"prj-nothing": 2026}, 0), ({"prj-coming": 2026}, 0), ({"prj-ships": 2025}, 0), ({}, -1)],
)
def test_bad_input_is_refused(compiled: RolloutStudy, starts, draws) -> None:
    with pytest.raises(InputError):
        rollout(compiled, starts, draws=draws)


def test_data_without_statistic_are_refused(tmp_path: Path) -> None:
    facts = {key: value for key, value in ROLLOUT_FACTS.items() if key != "cnt-titr.count_t@2025"}
    study = open_drawn(tmp_path, DRAWING, facts=facts, edits=ROLLOUT_EDITS)
    with pytest.raises(InputError, match="no official number"):
        rollout(study, None, draws=0)


def test_data_without_official_target_are_refused(tmp_path: Path) -> None:
    facts = {key: value for key, value in ROLLOUT_FACTS.items() if not key.startswith(("tgt-kz-cargo", "tgt-wb"))}
    boxes = {"tgt-kz-teu-2029": ROLLOUT_EDITS["targets"]["tgt-kz-teu-2029"]}
    study = open_drawn(tmp_path, DRAWING, facts=facts, edits=ROLLOUT_EDITS | {"targets": boxes})
    with pytest.raises(InputError, match="no official target"):
        rollout(study, None, draws=0)
