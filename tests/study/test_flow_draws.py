"""Intervals of flows on a drawn world: what must hold whatever the facts and their doubt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from flow_world import DOUBT, DRAWING, EDITS, FACTS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.drawn import draw, open_drawn

from caspia.errors import InputError
from caspia.scenario import parse_scenario
from caspia.study import Settings, Study, flow_answer, run_study, write_folder
from caspia.study.drawn import GROUPS
from caspia.study.flow_columns import RANGED
from caspia.study.flow_draws import MOST_FAILED, RESIDUAL, FlowDraws, draw_flows
from caspia.study.flow_frames import corridors_frame, countries_frame, links_frame, moved_frame, shadow_value
from caspia.study.flow_intervals import Intervals, attach
from caspia.study.flow_spreads import (
    Spread,
    corridors_spread,
    countries_spread,
    links_spread,
    moved_spread,
    totals_spread,
)
from caspia.study.flow_tables import _links
from caspia.study.flows import FlowModel
from caspia.study.loading import route_costs
from caspia.study.market import groups_of

FEW = 12
SLOW = """
id = "dear-russia"
title = "Dear Russia"
question = "What then?"
description = "Borders of Russia cost more."

[[edit]]
action = "scale"
table = "borders"
to_country = "RU"
attribute = "border_usd_per_t"
factor = 4
source_id = "drawn"
note = "Drawn"
"""


def silent(*_told: object) -> None:
    return None


def opened(folder: Path, facts: Mapping[str, object], **more: object) -> Study:
    return open_drawn(folder, DRAWING, facts=FACTS | facts, edits=EDITS, settings=Settings(flow_draws=FEW, **more))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return opened(tmp_path_factory.mktemp("draws"), DOUBT)


def drawn_of(study: Study, **more: object) -> FlowDraws:
    assert study.drawn is not None
    return draw_flows(study.flows(2025), study.drawn, **more)


@pytest.fixture(scope="module")
def draws(world: Study) -> FlowDraws:
    return drawn_of(world, worth=True)


@pytest.fixture(scope="module")
def compared(world: Study) -> tuple[FlowDraws, FlowDraws]:
    other = world.with_scenario(parse_scenario(SLOW, "drawn").scenario)
    after = other.flows(2025)
    assert after.reference is not None
    before = draw_flows(after.reference, world.drawn)
    return before, draw_flows(after, other.drawn, reference=before)


def ends(frame, column):
    return frame[f"{column}_p10"].to_numpy(), frame[f"{column}_p90"].to_numpy()


def ranged(frame):
    return [name.removesuffix("_p10") for name in frame.columns if name.endswith("_p10")]


def test_facts_without_doubt_have_intervals_without_width(tmp_path: Path) -> None:
    answer = flow_answer(opened(tmp_path, {}), 2025, "central", "", "AZCCC", silent)
    tables = (answer.corridors, answer.countries, answer.bottlenecks, answer.totals, answer.users)
    assert all(ranged(table) for table in tables)
    for table in tables:
        for name in ranged(table):
            low, high = ends(table, name)
            assert low == pytest.approx(high, rel=1e-4, abs=1e-3)
            assert low == pytest.approx(table[name].to_numpy(), rel=1e-4, abs=1e-3)


@given(st.dictionaries(st.sampled_from(sorted(DOUBT)), st.floats(0.0, 1.0), min_size=1, max_size=6))
@settings(max_examples=5, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_ends_are_in_order_in_every_table(tmp_path_factory: pytest.TempPathFactory, widths) -> None:
    facts = {}
    for key, width in widths.items():
        low, value, high = DOUBT[key]
        facts[key] = (value - width * (value - low), value, value + width * (high - value))
    answer = flow_answer(opened(tmp_path_factory.mktemp("drawn"), facts), 2025, "central", "", "", silent)
    for table in (answer.corridors, answer.segments, answer.countries, answer.bottlenecks, answer.totals):
        for name in ranged(table):
            low, high = ends(table, name)
            assert (low <= high).all()
    assert (answer.totals["flow_t_p10"] > 0).all()


def test_a_wider_doubt_widens_the_interval(tmp_path: Path) -> None:
    key, widths = "dem-KZ-GE-grain.demand_t@2025", (0, 50_000, 100_000, 200_000)
    found = []
    for width in widths:
        study = opened(tmp_path / str(width), {key: (500_000 - width, 500_000, 500_000 + width)})
        low, high = ends(Intervals(drawn_of(study)).totals(totals_of(study)), "flow_t")
        found.append((float(low[0]), float(high[0])))
    lows, highs = zip(*found, strict=True)
    assert list(lows) == sorted(lows, reverse=True)
    assert list(highs) == sorted(highs)
    assert lows[0] == pytest.approx(highs[0])
    assert highs[-1] - lows[-1] == pytest.approx(2 * (highs[-2] - lows[-2]), rel=1e-6)


def totals_of(study: Study):
    from caspia.study.flow_frames import totals_frame

    return totals_frame(study.flows(2025))


@pytest.mark.parametrize("workers", [1, 3])
def test_numbers_do_not_depend_on_the_number_of_threads(world: Study, draws: FlowDraws, workers: int) -> None:
    again = drawn_of(world, worth=True, workers=workers)
    for name in ("flow_t", "load", "capacity", "price_usd", "worth_usd", "logsum"):
        assert np.array_equal(getattr(again, name), getattr(draws, name), equal_nan=True)


def test_the_seed_decides_the_draws(tmp_path: Path, draws: FlowDraws) -> None:
    same, other = (opened(tmp_path / name, DOUBT, seed=seed) for name, seed in (("a", 2025), ("b", 7)))
    assert (drawn_of(same).flow_t == draws.flow_t).all()
    assert (drawn_of(other).flow_t != draws.flow_t).any()


def test_demand_is_conserved_in_every_draw(draws: FlowDraws) -> None:
    study = draws.flows.model.study
    for nth, drawn in enumerate(draws.world.studies):
        values = dict(zip(study.data.facts.frame["key"], drawn.data.facts.value, strict=True))
        years = study.data.facts.frame["value_year"].to_numpy()
        grain = drawn.data.facts.value[
            (study.data.facts.frame["key"] == "dem-KZ-GE-grain.demand_t").to_numpy() & (years == 2025)
        ]
        wanted = grain[0] + 10 * values["dem-KZ-GE-containers.demand_teu"]
        assert draws.flow_t[:, nth].sum() + draws.unserved_t[:, nth].sum() == pytest.approx(wanted, rel=1e-9)
    shares = corridors_spread(draws, split=False).columns
    for name in ("share", "share_teu", "share_value", "share_land"):
        assert shares[name].sum(axis=0) == pytest.approx(1.0)
    assert totals_spread(draws).columns["flow_t"][0] == pytest.approx(draws.flow_t.sum(axis=0))


def test_every_draw_is_an_equilibrium_of_its_own_facts(draws: FlowDraws) -> None:
    assert draws.converged.all()
    assert np.ptp(draws.flow_t, axis=1).max() > 1000
    market, study = draws.flows.model.market, draws.world.studies[3]
    groups = groups_of(draws.world.study, market.pairs)
    # No draw changes which rules bind whom.
    assert (route_costs(study, market, groups) == route_costs(study, market)).all()
    again = drawn_of(draws.world.study)
    assert np.abs(again.flow_t - draws.flow_t).sum() <= RESIDUAL * draws.flow_t.sum()


def test_a_fact_has_one_value_in_a_draw(draws: FlowDraws) -> None:
    facts = draws.flows.model.study.data.facts
    rows = np.flatnonzero(facts.high > facts.low)
    low, high, value = facts.low[rows, None], facts.high[rows, None], draws.world.value[rows]
    assert ((value >= low) & (value <= high)).all()
    speed = int(np.flatnonzero(facts.frame["key"] == "way.speed_bulk_kmh")[0])
    time = draws.flows.model.study.costs("grain").time
    variable = np.flatnonzero(time.variables.fact == speed)
    hours = draws.world.variables["grain"][1][variable]
    assert draws.world.value[speed] == pytest.approx(1 / hours[0])
    named = {name for group in GROUPS.values() for name in group}
    assert not named & {"count_t", "count_teu", "transit_time_d", "price_usd_per_feu"}


@pytest.mark.parametrize(
    ("frame", "spread", "keys"),
    [
        (corridors_frame, lambda draws: corridors_spread(draws, split=False), ["corridor"]),
        (countries_frame, countries_spread, ["country"]),
        (links_frame, links_spread, ["link_id", "corridor", "reverse"]),
    ],
)
def test_a_spread_is_the_table_of_each_draw(draws: FlowDraws, frame, spread, keys) -> None:
    whole: Spread = spread(draws)
    for nth in (0, 5):
        model = replace(draws.flows.model, study=draws.world.studies[nth])
        result = replace(draws.flows.result, flow=draws.flow_t[:, nth])
        table = frame(replace(draws.flows, model=model, result=result)).set_index(keys)
        for name, values in whole.columns.items():
            own = whole.keys.assign(value=values[:, nth]).set_index(keys)["value"]
            # Rows of links below half a tonne are left out of the table.
            assert own.reindex(table.index).fillna(0.0).to_numpy() == pytest.approx(table[name].to_numpy())


def test_worth_of_capacity_is_that_of_a_capacity_more(tmp_path: Path) -> None:
    study = opened(tmp_path, {})
    found = drawn_of(study, worth=True)
    flows = found.flows
    key = "fleets:flt-two>"
    row = flows.model.servers.key.index(key)
    assert found.worth_usd[row, 0] > 0
    assert found.worth_usd[row, 0] == pytest.approx(shadow_value(flows, row), rel=0.05)


def test_a_change_has_the_interval_of_the_difference(compared: tuple[FlowDraws, FlowDraws]) -> None:
    before, after = compared
    frame = corridors_frame(after.flows).assign(change_t=0.0)
    table = Intervals(after).corridors(frame, split=False).set_index("corridor")
    old, new = (corridors_spread(draws, split=False) for draws in compared)
    row = list(new.keys["corridor"]).index("Northern")
    change = new.columns["flow_t"][row] - old.columns["flow_t"][row]
    assert table.loc["Northern", ["change_t_p10", "change_t_p90"]].to_list() == pytest.approx(
        np.quantile(change, [0.1, 0.9]).tolist()
    )
    assert (change < 0).all()
    # The same facts in both worlds: the difference is surer than the levels apart from each other.
    apart = np.subtract.outer(new.columns["flow_t"][row], old.columns["flow_t"][row])
    assert np.ptp(np.quantile(change, [0.1, 0.9])) < np.ptp(np.quantile(apart, [0.1, 0.9]))
    assert before.flow_t.shape == after.flow_t.shape


def test_the_change_of_a_link_is_that_of_all_its_corridors(compared: tuple[FlowDraws, FlowDraws]) -> None:
    after = compared[1]
    frame = Intervals(after).links(_links(after.flows, after.flows.reference)).set_index("link_id")
    old, new = (links_spread(draws) for draws in compared)
    for link, row in frame.iterrows():
        own = (new.keys["link_id"] == link).to_numpy()
        change = (new.columns["flow_t"][own] - old.columns["flow_t"][own]).sum(axis=0)
        ends = [row["link_change_t_p10"], row["link_change_t_p90"]]
        assert ends == pytest.approx(np.quantile(change, [0.1, 0.9]).tolist())
        assert row["link_change_t"] == pytest.approx(frame.loc[[link], "change_t"].sum())


def test_totals_tell_what_moves_over_land(draws: FlowDraws) -> None:
    table = Intervals(draws).totals(totals_of(draws.world.study)).iloc[0]
    # No ship of this world leaves the Caspian Sea.
    assert table["land_t"] == pytest.approx(table["flow_t"])
    for end in ("_p10", "_p90"):
        assert table["land_t" + end] == pytest.approx(table["flow_t" + end])


def test_the_same_fact_has_the_same_place_in_both_worlds(compared: tuple[FlowDraws, FlowDraws]) -> None:
    before, after = compared
    facts = before.world.study.data.facts
    keys = {key: row for row, key in enumerate(after.world.study.data.facts.frame["key"])}
    for row in np.flatnonzero(facts.high > facts.low):
        other = keys[facts.frame["key"].iloc[row]]
        assert (before.world.value[row].argsort() == after.world.value[other].argsort()).all()


def test_a_fact_that_a_scenario_scales_keeps_its_draws(compared: tuple[FlowDraws, FlowDraws]) -> None:
    """The borders of Russia inherited their price; four times it is four times the same draw."""
    old, new = (
        dict(zip(draws.world.study.data.facts.frame["key"], draws.world.value, strict=True)) for draws in compared
    )
    added = [key for key in new if key not in old and key.endswith(".border_usd_per_t")]
    assert added
    assert np.ptp(old["border.border_usd_per_t"]) > 1
    for key in added:
        assert new[key] == pytest.approx(4 * old["border.border_usd_per_t"])


def test_what_moves_is_the_change_in_every_draw(compared: tuple[FlowDraws, FlowDraws]) -> None:
    before, after = compared
    old, new = (corridors_spread(draws, split=False) for draws in compared)
    change = new.columns["flow_t"] - old.columns["flow_t"]
    for split in (True, False):
        moved = moved_spread(after, before, split=split)
        amount = moved.columns["moved_t"]
        for row, corridor in enumerate(new.keys["corridor"]):
            won = amount[(moved.keys["to_corridor"] == corridor).to_numpy()].sum(axis=0)
            lost = amount[(moved.keys["from_corridor"] == corridor).to_numpy()].sum(axis=0)
            assert won - lost == pytest.approx(change[row], abs=1e-3)
    table = Intervals(after).moved(moved_frame(before.flows, after.flows), split=True)
    low, high = ends(table, "moved_t")
    assert (low <= high).all()


def failing(monkeypatch: pytest.MonkeyPatch, share: float) -> None:
    """Let some draws end without an equilibrium."""
    settle, asked = FlowModel.settle, iter(range(10_000))

    def fail(self: FlowModel, *given: object, residual: float, **named: object):
        found = settle(self, *given, residual=residual, **named)
        stop = residual == RESIDUAL and next(asked) < share * FEW
        return replace(found, converged=False, flow=found.flow * 100) if stop else found

    monkeypatch.setattr(FlowModel, "settle", fail)


def test_draws_without_equilibrium_are_counted_and_left_out(world: Study, draws: FlowDraws, monkeypatch) -> None:
    failing(monkeypatch, 1 / FEW)
    found = drawn_of(world, workers=1)
    assert (found.n_failed, found.refused) == (1, False)
    assert found.note == f"1 of {FEW} draws found no equilibrium and are not in the intervals"
    whole = totals_spread(found).columns["flow_t"]
    assert whole.shape == (1, FEW - 1)
    assert whole[0] == pytest.approx(draws.flow_t[:, 1:].sum(axis=0))


def test_an_interval_is_refused_where_too_many_draws_fail(world: Study, monkeypatch) -> None:
    failing(monkeypatch, 0.5)
    answer = flow_answer(world, 2025, "central", "", "", silent)
    assert answer.failed_draws == FEW // 2 > MOST_FAILED * FEW
    assert answer.interval_note.startswith(f"no intervals: {FEW // 2} of {FEW} draws")
    assert not ranged(answer.corridors)
    record = answer.record()
    assert record["failed_draws"] == FEW // 2
    assert "flow_t_p10" not in record["corridors"][0]


@pytest.mark.parametrize("number", [-1, 1, 9, 1001])
def test_a_number_of_draws_that_gives_no_interval_is_refused(world: Study, number: int) -> None:
    study = replace(world, settings=Settings(flow_draws=number))
    with pytest.raises(InputError, match="number of draws out of range"):
        flow_answer(study, 2025, "central", "", "", silent)


def test_rows_that_no_route_serves_are_nothing_in_every_draw() -> None:
    from pandas import DataFrame

    frame = DataFrame({"corridor": ["Caspian", "Ocean"], "flow_t": [4.0, 0.0]})
    spread = Spread(DataFrame({"corridor": ["Caspian"]}), {"flow_t": np.arange(11.0)[None, :]})
    table = attach(frame, spread)
    assert table["flow_t_p10"].to_list() == [1.0, 0.0]
    assert table["flow_t_p90"].to_list() == [9.0, 0.0]


def test_the_command_prints_intervals_or_point_values(tmp_path: Path, command) -> None:
    folder = draw(tmp_path / "data", DRAWING, FACTS | DOUBT, EDITS)
    # No world is declared for 2026, whose events these data could not take.
    asked = ("flows", "--data", folder, "--year", "2026")
    done = command(*asked, "--draws", "10", "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert (record["draws"], record["failed_draws"], record["interval_note"]) == (10, 0, "")
    for table, name in (("corridors", "flow_t"), ("countries", "transit_revenue_usd"), ("bottlenecks", "ratio")):
        row = record[table][0]
        assert row[f"{name}_p10"] <= row[f"{name}_p90"]
    assert {"shadow_value_usd_p10", "shadow_value_usd_p90"} <= set(record["bottlenecks"][0])
    bare = json.loads(command(*asked, "--draws", "0", "--json").stdout)
    assert bare["draws"] == 0
    assert not [
        key for table in bare.values() if isinstance(table, list) for row in table for key in row if "_p10" in key
    ]
    assert bare["corridors"][0]["flow_t"] == record["corridors"][0]["flow_t"]
    text = command(*asked, "--draws", "10").stdout
    assert "P10–P90 of 10 draws of the facts" in " ".join(text.split())
    refused = command(*asked, "--draws", "3")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "10 to 1000" in refused.stderr


def test_results_hold_intervals_and_say_what_they_are(world: Study, tmp_path: Path) -> None:
    import duckdb

    result = run_study(world)
    (run,) = result.tables["flow_runs"].to_dict("records")[:1]
    assert (run["draws"], run["failed_draws"], run["status"]) == (FEW, 0, "converged")
    assert run["demand_t_p10"] < run["demand_t"] < run["demand_t_p90"]
    for name, columns in RANGED.items():
        table = result.tables[name]
        for column in columns:
            low, high = (table[f"{column}{end}"].to_numpy(dtype=float) for end in ("_p10", "_p90"))
            known = np.isfinite(low)
            assert (low[known] <= high[known]).all()
            if (
                name in {"flow_corridors", "flow_countries", "flow_links", "flow_bottlenecks"}
                and "change" not in column
            ):
                assert known.all()
    write_folder(tmp_path / "out", result)
    with duckdb.connect(str(tmp_path / "out" / "results.duckdb"), read_only=True) as database:
        said = database.sql(
            "select table_name || '.' || column_name as k, comment from duckdb_columns()"
        ).fetchall()
    comments = dict(said)
    assert comments["flow_corridors.flow_t_p10"] == "tonnes a year, tenth percentile of the draws"
    assert comments["flow_corridors.share_p90"].endswith("ninetieth percentile of the draws")
    for name, columns in RANGED.items():
        assert all(comments[f"{name}.{column}{end}"] for column in columns for end in ("_p10", "_p90"))


def test_the_world_of_a_year_has_the_settings_of_its_study(real: Study) -> None:
    few, many = (replace(real, settings=replace(real.settings, flow_draws=draws)) for draws in (10, 24))
    for year in (2025, 2040):
        worlds = [study.in_year(year) for study in (few, many, real)]
        assert [world.settings for world in worlds] == [few.settings, many.settings, real.settings]
    assert few.in_year(2025)._models is many.in_year(2025)._models
