"""Declared edits of the data: close, open, ban, scale, set, add; composable, validated, named."""

from caspia.scenario.apply import apply, apply_effects
from caspia.scenario.describe import edits_frame, scenarios_frame
from caspia.scenario.effects import Ban, Effects, FactChanges, effects, quantity
from caspia.scenario.library import built_in_scenarios, load_scenario
from caspia.scenario.model import Edit, Scenario, Source, compose
from caspia.scenario.moves import Measure, holds, measures, move_scenario, status_quo
from caspia.scenario.named import named_scenario
from caspia.scenario.parse import parse_scenario
from caspia.scenario.projects import project_scenario, read_selectors
from caspia.scenario.select import select_rows
from caspia.scenario.write import scenario_text

__all__ = [
    "Ban",
    "Edit",
    "Effects",
    "FactChanges",
    "Measure",
    "Scenario",
    "Source",
    "apply",
    "apply_effects",
    "built_in_scenarios",
    "compose",
    "edits_frame",
    "effects",
    "holds",
    "load_scenario",
    "measures",
    "move_scenario",
    "named_scenario",
    "parse_scenario",
    "project_scenario",
    "quantity",
    "read_selectors",
    "scenario_text",
    "scenarios_frame",
    "select_rows",
    "status_quo",
]
