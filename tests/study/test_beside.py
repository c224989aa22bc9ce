"""A scenario on top of a scenario is set beside the lower one, on the same routes."""

from __future__ import annotations

from pathlib import Path

import pytest
from flow_world import GRAIN, GRAIN_FACTS
from tests.drawn import open_drawn

from caspia.scenario import Scenario, parse_scenario
from caspia.study import Study, flow_answer, validate_traffic
from caspia.study.flow_frames import corridors_frame, moved_frame
from caspia.study.flow_tables import _links

DRAWING = """
KZAAA -rail1520:300- KZBBB -ferry:300- AZCCC -rail1520:400- GEDDD
KZAAA -rail1520:900- RUEEE -rail1520:900- GEDDD
KZAAA -rail1520:900- TMFFF -rail1520:900- IRGGG -rail1435:900- TRHHH -rail1435:900- GEDDD
"""
FACTS = GRAIN_FACTS | {"cnt-ferry.count_t@2023": (300_000, 400_000, 500_000)}


def barred(state: str) -> Scenario:
    text = f"""
id = "no-{state.lower()}"
title = "Nothing passes {state}"
question = "What then?"
description = "A bar."

[[edit]]
action = "ban"
table = "countries"
id = "{state}"
source_id = "drawn"
note = "Drawn"
"""
    return parse_scenario(text, "drawn").scenario


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return open_drawn(tmp_path_factory.mktemp("world"), DRAWING, facts=FACTS, edits=GRAIN)


@pytest.fixture(scope="module")
def lower(world: Study) -> Study:
    return world.with_scenario(barred("RU"))


def carried(flows: object) -> dict[str, float]:
    return corridors_frame(flows).set_index("corridor")["flow_t"].to_dict()


def test_the_lower_scenario_is_what_it_is_set_beside(lower: Study) -> None:
    after = lower.with_scenario(barred("IR")).flows(2025)
    before = lower.flows_beside(after)
    assert (before.scenario, after.scenario) == ("no-ru", "no-ru+no-ir")
    assert before.model.market is after.model.market
    assert carried(before)["Northern"] == 0 < carried(before)["Southern"]
    assert carried(before) == pytest.approx(carried(lower.flows(2025)), rel=1e-6)
    moved = moved_frame(before, after)
    assert set(moved["from_corridor"]) == {"Southern"}
    assert moved["moved_t"].sum() == pytest.approx(carried(before)["Southern"], rel=1e-6)


def test_a_scenario_of_the_data_is_set_beside_its_own_reference(world: Study, lower: Study) -> None:
    after = lower.flows(2025)
    assert world.flows_beside(after) is after.reference


def test_a_link_that_loses_all_is_a_row_without_flow(lower: Study) -> None:
    after = lower.flows(2025)
    assert after.reference is not None
    table = _links(after, after.reference).set_index(["link_id", "corridor", "reverse"])
    lost = table.loc["rail-RUEEE-GEDDD", "Northern", False]
    assert lost["flow_t"] == 0
    assert lost["change_t"] == pytest.approx(-carried(after.reference)["Northern"])
    won = table.loc["ferry-KZBBB-AZCCC", "Caspian", False]
    assert won["change_t"] == pytest.approx(carried(after)["Caspian"] - carried(after.reference)["Caspian"])


def test_the_answer_compares_with_the_world_that_was_asked_for(lower: Study, tmp_path: Path) -> None:
    path = tmp_path / "no-ir.toml"
    path.write_text(
        'id = "no-ir"\ntitle = "No Iran"\nquestion = "What?"\ndescription = "A bar."\n[[edit]]\naction = "ban"\n'
        'table = "countries"\nid = "IR"\nsource_id = "drawn"\nnote = "Drawn"\n',
        encoding="utf-8",
    )
    answer = flow_answer(lower, 2025, "central", str(path), "", lambda *_: None)
    assert answer.before is not None
    assert answer.before.scenario == "no-ru"
    assert answer.before.corridors.set_index("corridor")["flow_t"]["Northern"] == 0


def test_traffic_is_held_against_the_flows_of_the_scenario(lower: Study) -> None:
    table = validate_traffic(lower).set_index("year")
    assert set(table.index) == {2023, 2025}
    assert table.loc[2025, "modelled"] == pytest.approx(carried(lower.flows(2025))["Caspian"])
    assert table.loc[2023, "modelled"] < table.loc[2025, "modelled"]
