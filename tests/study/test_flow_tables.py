"""Tables of flows of a result: they add up, and what has not converged is said and not shown."""

from __future__ import annotations

import pytest

from caspia.errors import InputError, NotConverged, Problem
from caspia.study import Result, Study
from caspia.study import flow_tables as tables
from caspia.study.flow_columns import ALL, COLUMNS
from caspia.study.flow_tables import flow_tables

BASE = "base-2025"


def test_every_table_has_its_columns(answered: Result) -> None:
    for name, columns in COLUMNS.items():
        assert tuple(answered.tables[name].columns) == columns


def test_demand_is_carried_or_declared_unserved(answered: Result) -> None:
    runs, corridors, lost = (answered.tables[name] for name in ("flow_runs", "flow_corridors", "unserved"))
    for run in runs[runs["status"] == "converged"].itertuples():
        own = corridors[(corridors["scenario"] == run.scenario) & (corridors["segment"] == ALL)]
        if len(own):
            unserved = lost.loc[lost["scenario"] == run.scenario, "unserved_t"].sum()
            assert unserved == pytest.approx(run.unserved_t, abs=1.0)
            assert own["flow_t"].sum() + unserved == pytest.approx(run.demand_t, rel=1e-9)


def test_segments_add_up_to_the_whole(answered: Result) -> None:
    frame = answered.tables["flow_corridors"]
    whole = frame[frame["segment"] == ALL].groupby(["scenario", "corridor"])["flow_t"].sum()
    parts = frame[frame["segment"] != ALL].groupby(["scenario", "corridor"])["flow_t"].sum()
    assert parts.reindex(whole.index, fill_value=0.0).to_numpy() == pytest.approx(whole.to_numpy(), rel=1e-9)


def test_what_moves_is_the_change_of_the_corridors(answered: Result) -> None:
    corridors, moved = answered.tables["flow_corridors"], answered.tables["flow_moved"]
    assert len(moved)
    for (scenario, name), own in corridors[corridors["segment"] == ALL].groupby(["scenario", "corridor"]):
        part = moved[moved["scenario"] == scenario]
        won = part.loc[part["to_corridor"] == name, "moved_t"].sum()
        lost = part.loc[part["from_corridor"] == name, "moved_t"].sum()
        # Moves below half a tonne are left out of the table, of every market and commodity.
        assert won - lost == pytest.approx(own["change_t"].sum(), abs=500.0)


def test_the_base_changes_nothing(answered: Result) -> None:
    for name, column in (
        ("flow_corridors", "change_t"),
        ("flow_countries", "change_revenue_usd"),
        ("flow_links", "change_t"),
    ):
        frame = answered.tables[name]
        assert (frame.loc[frame["scenario"] == BASE, column] == 0).all()


def test_what_a_link_carried_before_was_no_less_than_nothing(answered: Result) -> None:
    frame = answered.tables["flow_links"]
    assert (frame["flow_t"] - frame["change_t"] > -1e-6).all()
    assert frame.loc[frame["scenario"] != BASE, "change_t"].abs().max() > 1e6


def test_bottlenecks_lie_somewhere(answered: Result) -> None:
    frame = answered.tables["flow_bottlenecks"]
    places, links = set(answered.tables["places"]["place_id"]), set(answered.tables["links"]["link_id"])
    assert set(frame["place_id"]) - {""} <= places
    assert set(frame["link_id"]) - {""} <= links


@pytest.fixture
def unsolved(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_given: object, **_named: object) -> None:
        raise NotConverged(Problem("the flows have not converged", got="residual 1.0e-02"))

    monkeypatch.setattr(Study, "flow_model", lambda *_given: None)
    monkeypatch.setattr(Study, "flows", fail)


@pytest.mark.usefixtures("unsolved")
def test_what_has_not_converged_has_a_reason_and_no_rows(real: Study) -> None:
    found = flow_tables(real)
    run = found["flow_runs"].iloc[0]
    assert (run["scenario"], run["status"]) == (BASE, "not converged")
    assert "residual 1.0e-02" in run["reason"]
    assert all(found[name].empty for name in COLUMNS if name != "flow_runs")


def test_a_world_that_the_data_do_not_take_is_left_out(real: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_study: Study, _year: int) -> Study:
        raise InputError(Problem("the scenario selects nothing"))

    monkeypatch.setattr(Study, "world_of", refuse)
    study = Study(real.data, real.settings)
    world = tables._world(study, 2025)
    assert world.name == "base"
    assert world.study is study
