"""What a drawing becomes: a vertex per place, mode and gauge; every operation an arc of its own."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from caspia.errors import Unreachable
from caspia.network import FORMS, MODES, TABLE_OF_KIND, ArcKind, Network, Role
from caspia.scenario import Edit, Scenario
from caspia.study import Request, Study
from drawn import open_drawn

BORDER_SEA = "KZAAA -rail1520:100- KZBBB -ferry:300- AZCCC -rail1520:200- GEDDD -rail1435:100- TREEE"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    hours = {
        "bcp-rail-AZCCC-GEDDD-AZ-GE.border_h": 3,
        "bcp-rail-AZCCC-GEDDD-GE-AZ.border_h": (10, 20, 60),
    }
    return open_drawn(tmp_path_factory.mktemp("world") / "data", BORDER_SEA, hours)


def operations(study: Study, *ends: str, **more: object) -> list[tuple[str, str]]:
    """Operations of the best way, with the place where each begins."""
    (best, *_) = study.itineraries(Request(*ends, **more))  # type: ignore[arg-type]
    return [(leg.operation, leg.from_id) for leg in best.legs]


def arcs_of(network: Network, kind: ArcKind) -> np.ndarray:
    return np.flatnonzero(network.arcs.kind == kind)


def test_every_operation_is_an_arc_of_its_own(study: Study) -> None:
    assert operations(study, "KZAAA", "TREEE") == [
        ("loading", "KZAAA"),
        ("line", "KZAAA"),
        ("terminal", "KZBBB"),
        ("wait", "KZBBB"),
        ("line", "KZBBB"),
        ("terminal", "AZCCC"),
        ("border", "AZCCC"),
        ("line", "AZCCC"),
        ("gauge_change", "GEDDD"),
        ("border", "GEDDD"),
        ("line", "GEDDD"),
        ("unloading", "TREEE"),
    ]


def test_both_directions(study: Study) -> None:
    there, back = (
        Counter(name for name, _ in operations(study, *ends)) for ends in (("KZAAA", "TREEE"), ("TREEE", "KZAAA"))
    )
    assert there == back


def test_one_vertex_per_place_mode_and_gauge(study: Study) -> None:
    vertices = study.network.vertices
    place = study.network.place_ids.index("GEDDD")
    here = (vertices.place == place) & (vertices.role == Role.ARRIVAL)
    assert sorted(zip(vertices.mode[here].tolist(), vertices.gauge_mm[here].tolist(), strict=True)) == [
        (MODES.index("rail"), 1435),
        (MODES.index("rail"), 1520),
    ]
    keys = np.column_stack([vertices.place, vertices.mode, vertices.gauge_mm, vertices.role])
    hubs = keys[vertices.role <= Role.BOARDING]
    assert len(np.unique(hubs, axis=0)) == len(hubs)


def test_border_hours_are_those_of_the_direction(study: Study) -> None:
    costs = study.costs("containers")
    hours = {
        study.data.tables["borders"]["id"].iloc[study.network.arcs.row[arc]]: costs.time.mean[arc]
        for arc in arcs_of(study.network, ArcKind.BORDER)
    }
    assert hours == pytest.approx(
        {
            "bcp-rail-AZCCC-GEDDD-AZ-GE": 3.0,
            "bcp-rail-AZCCC-GEDDD-GE-AZ": (10 + 4 * 20 + 60) / 6,
            "bcp-rail-GEDDD-TREEE-GE-TR": 8.0,
            "bcp-rail-GEDDD-TREEE-TR-GE": 8.0,
        }
    )


def test_ferry_waits_for_its_sailing_at_both_shores(study: Study) -> None:
    network = study.network
    waits = arcs_of(network, ArcKind.WAIT)
    assert {network.place_ids[network.vertices.place[network.arcs.tail[arc]]] for arc in waits} == {
        "KZBBB",
        "AZCCC",
    }
    assert study.costs("containers").time.mean[waits] == pytest.approx([12.0, 12.0])


def test_states_and_waters_of_arcs(study: Study) -> None:
    network, links = study.network, study.data.tables["links"]
    for arc in arcs_of(network, ArcKind.LINE):
        link = links.iloc[network.arcs.row[arc]]
        states = {network.countries[column] for column in np.flatnonzero(network.arcs.countries[arc])}
        assert states == set(filter(None, link["countries"].split(";")))
        waters = {network.waters[column] for column in np.flatnonzero(network.arcs.waters[arc])}
        assert waters == set(filter(None, link["waters"].split(";")))


def test_lineage_leads_from_arc_to_row_to_fact(study: Study) -> None:
    network, data = study.network, study.data
    keys = data.facts.frame["key"].to_numpy()
    for kind, table in TABLE_OF_KIND.items():
        for arc in arcs_of(network, kind):
            row = network.arcs.row[arc]
            assert 0 <= row < len(data.tables[table])
            facts = network.arcs.facts[arc]
            for column in np.flatnonzero(facts >= 0):
                assert keys[facts[column]].endswith("." + network.attributes[column])
    through = network.arcs.kind == ArcKind.THROUGH
    assert (network.arcs.row[through] == -1).all()
    assert (network.arcs.facts[through] == -1).all()


def test_lines_have_the_length_of_their_fact(study: Study) -> None:
    arcs = study.network.arcs
    assert sorted(arcs.length_km[arcs.kind == ArcKind.LINE]) == [100, 100, 100, 100, 200, 200, 300, 300]
    assert (arcs.length_km[arcs.kind != ArcKind.LINE] == 0).all()


def test_arrays_are_frozen(study: Study) -> None:
    for record in (study.network.arcs, study.network.vertices):
        for array in vars(record).values():
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 0
    with pytest.raises(AttributeError):
        study.network.arcs.tail = np.zeros(1)  # type: ignore[misc]


def test_edit_copies(study: Study) -> None:
    before = study.network.arcs.is_open.copy()
    closed = study.network.with_open(np.zeros(study.network.n_arcs, dtype=bool))
    assert not closed.arcs.is_open.any()
    assert not closed.arcs.is_open.flags.writeable
    assert (study.network.arcs.is_open == before).all()
    assert closed.arcs.tail is study.network.arcs.tail


@pytest.mark.parametrize("status", ["planned", "construction", "closed"])
def test_link_that_is_not_open_is_there_but_not_passed(tmp_path: Path, status: str) -> None:
    edits = {"links": {"rail-KZAAA-KZCCC": {"status": status}}}
    drawing = "KZAAA -rail1520:100- KZBBB -rail1520:100- KZDDD\nKZAAA -rail1520:120- KZCCC -rail1520:10- KZDDD"
    study = open_drawn(tmp_path, drawing, edits=edits)
    arcs = study.network.arcs
    assert (~arcs.is_open[arcs.kind == ArcKind.LINE]).sum() == 2
    assert [place for name, place in operations(study, "KZAAA", "KZDDD") if name == "line"] == ["KZAAA"]
    (best, *_) = study.itineraries(Request("KZAAA", "KZDDD"))
    assert best.length_km == 200


@pytest.mark.parametrize("status", ["planned", "closed"])
def test_link_without_a_sailing_carries_nothing(tmp_path: Path, status: str) -> None:
    """It must not become a plain line without a wait."""
    drawing = "KZAAA -rail1520:100- KZBBB -ferry:300- AZCCC -rail1520:200- GEDDD"
    study = open_drawn(tmp_path, drawing, edits={"services": {"svc-ferry-KZBBB-AZCCC": {"status": status}}})
    with pytest.raises(Unreachable):
        study.itineraries(Request("KZAAA", "GEDDD"))
    open_world = open_drawn(tmp_path / "open", drawing)
    waits = arcs_of(study.network, ArcKind.WAIT)
    assert len(waits) == 2
    assert not study.network.arcs.is_open[waits].any()
    # A change of status changes no number of an arc, so that scenarios can share routes.
    assert study.network.arcs.tail.tolist() == open_world.network.arcs.tail.tolist()


def test_one_of_two_services_is_enough(tmp_path: Path) -> None:
    one, two = "svc-ferry-KZBBB-AZCCC", "svc-two"
    row = {"mode": "ferry", "link_id": "ferry-KZBBB-AZCCC", "class_id": "service", "status": "restricted"}
    edits = {"services": {one: {"status": "closed"}, two: row}}
    study = open_drawn(tmp_path, "KZAAA -rail1520:100- KZBBB -ferry:300- AZCCC", edits=edits)
    assert ("wait", "KZBBB") in operations(study, "KZAAA", "AZCCC")


def test_port_from_which_nothing_sails(tmp_path: Path) -> None:
    edits = {"services": {"svc-CNAAA": {"status": "closed"}}}
    study = open_drawn(tmp_path, "CNAAA -deep_sea:3000- JPBBB", edits=edits)
    with pytest.raises(Unreachable):
        study.itineraries(Request("CNAAA", "JPBBB"))
    assert ("line", "JPBBB") in operations(study, "JPBBB", "CNAAA")


def test_closed_crossing_lets_nothing_pass_in_its_direction(tmp_path: Path) -> None:
    edits = {"borders": {"bcp-rail-KZAAA-CNBBB-KZ-CN": {"status": "closed"}}}
    study = open_drawn(tmp_path, "KZAAA -rail1520:100- CNBBB", edits=edits)
    with pytest.raises(Unreachable, match="no open link joins them"):
        study.itineraries(Request("KZAAA", "CNBBB"))
    assert operations(study, "CNBBB", "KZAAA")[1] == ("border", "CNBBB")


def test_one_way_link(tmp_path: Path) -> None:
    study = open_drawn(tmp_path, "KZAAA -rail1520- KZBBB", edits={"links": {"rail-KZAAA-KZBBB": {"oneway": "yes"}}})
    assert operations(study, "KZAAA", "KZBBB")[1] == ("line", "KZAAA")
    with pytest.raises(Unreachable):
        study.itineraries(Request("KZBBB", "KZAAA"))


def test_gauges_that_meet_without_a_change_do_not_join(tmp_path: Path) -> None:
    drawing = "KZAAA -rail1520- KZBBB -rail1435- KZCCC"
    study = open_drawn(tmp_path, drawing, edits={"terminals": {"gau-KZBBB": None}})
    with pytest.raises(Unreachable):
        study.itineraries(Request("KZAAA", "KZCCC"))


def test_empty_gauge_of_a_terminal_stands_for_every_gauge(tmp_path: Path) -> None:
    study = open_drawn(tmp_path, "KZAAA -rail1520- KZBBB -rail1435- KZCCC\nKZBBB -ferry:300- AZDDD")
    for start in ("KZAAA", "KZCCC"):
        assert ("terminal", "KZBBB") in operations(study, start, "AZDDD")


def test_forms_of_cargo_bind(tmp_path: Path) -> None:
    edits = {"classes": {"ferry": {"forms": "container"}}}
    study = open_drawn(tmp_path, "KZAAA -ferry:300- AZBBB", edits=edits)
    bits = study.network.arcs.forms[study.network.arcs.kind == ArcKind.LINE]
    assert set(bits.tolist()) == {1 << FORMS.index("container")}
    assert operations(study, "KZAAA", "AZBBB")
    with pytest.raises(Unreachable, match="dry bulk cargo"):
        study.itineraries(Request("KZAAA", "AZBBB", "grain"))


def test_ports_of_ocean_ships_have_a_boarding_wait(tmp_path: Path) -> None:
    study = open_drawn(tmp_path, "CNAAA -deep_sea:3000- JPBBB -deep_sea:3000- USCCC")
    names = [name for name, _ in operations(study, "CNAAA", "USCCC")]
    # The ship that calls at JPBBB goes on: no second wait.
    assert names == ["loading", "wait", "line", "unloading"]


def test_waypoints_and_chokepoints_are_no_journey_ends(tmp_path: Path) -> None:
    study = open_drawn(
        tmp_path, "CNAAA -deep_sea- XZBBB -deep_sea- JPCCC", edits={"places": {"XZBBB": {"kind": "chokepoint"}}}
    )
    row = study.network.place_ids.index("XZBBB")
    assert study.network.vertex(row, Role.ORIGIN) is None
    assert study.network.vertex(0, Role.ORIGIN) is not None


def test_what_opens_changes_no_vertex_and_no_arc(real: Study) -> None:
    edit = Edit(
        "open", "links", (("status", ("planned", "construction")),), "caspia_judgement", "All that is planned"
    )
    opened = real.with_scenario(Scenario("all-links", "All links open", (edit,))).network.arcs
    arcs = real.network.arcs
    for name in ("tail", "head", "kind", "mode"):
        assert np.array_equal(getattr(arcs, name), getattr(opened, name))
    assert (opened.is_open >= arcs.is_open).all()
    assert opened.is_open.sum() > arcs.is_open.sum()


def test_opening_the_only_link_of_a_place_numbers_no_arc_anew(tmp_path: Path) -> None:
    drawing = "KZAAA -rail1520:100- KZBBB -rail1520:100- CNCCC -rail1435:50- CNDDD"
    links = {key: {"status": "planned"} for key in ("rail-KZBBB-CNCCC", "rail-CNCCC-CNDDD")}
    now = open_drawn(tmp_path / "now", drawing, edits={"links": links}).network
    then = open_drawn(tmp_path / "then", drawing).network
    for name in ("tail", "head", "kind", "row"):
        assert np.array_equal(getattr(now.arcs, name), getattr(then.arcs, name))
    closed = ~now.arcs.is_open & then.arcs.is_open
    assert {ArcKind.LINE, ArcKind.BORDER, ArcKind.LOADING, ArcKind.UNLOADING} == {
        ArcKind(kind) for kind in now.arcs.kind[closed]
    }
