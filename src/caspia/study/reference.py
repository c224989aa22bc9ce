"""The main job: all reference consignments, the validation, and the tables that the report is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import pandas as pd

from caspia.data import Dataset
from caspia.study.asked import answered, facts_used, reference_consignments, world_tables
from caspia.study.claims_answer import claims_tables
from caspia.study.flow_tables import flow_tables
from caspia.study.game_answer import game_tables
from caspia.study.invest_tables import invest_tables, report_planner
from caspia.study.manifest import counts, manifest
from caspia.study.result import Result
from caspia.study.risk_tables import risk_tables
from caspia.study.secure_tables import secure_tables
from caspia.study.study import Study
from caspia.study.validation import validate

Progress = Callable[[str, int, int], None]
PLANNED = ("plan", "plan_unfunded", "plan_coming")
"""Tables that name projects."""


def run_study(study: Study, progress: Progress | None = None, *, alternatives: int = 3) -> Result:
    """Answer all reference consignments of the data, find the flows, and validate the model.

    Parameters
    ----------
    study : Study
        Data and settings.
    progress : callable, optional
        Told the stage, the number done and the number of all.
    alternatives : int
        Dissimilar routes beside the best of each corridor.

    Returns
    -------
    Result
        All tables, frozen.
    """
    tell = progress or (lambda _stage, _done, _all: None)
    asked = reference_consignments(study.data, alternatives)
    answers = answered(study, asked, lambda done, total: tell("Consignments", done, total))
    routes, legs = answers["routes"], answers["legs"]
    planner = report_planner(study, tell)
    validation = validate(study, lambda done, total: tell("Validation", done, total))
    invested = invest_tables(study, tell, planner)
    tables = {
        **answers,
        "facts": facts_used(study.data, legs, _subjects(study.data, validation, invested)),
        **world_tables(study.data, routes, legs),
        "validation": validation,
        "counts": counts(study.data),
        **flow_tables(study, tell),
        **invested,
        **secure_tables(study, tell),
        **game_tables(study, tell),
        **risk_tables(study, tell),
        **claims_tables(study, tell, planner),
    }
    tables["sources"] = study.data.tables["sources"].rename(columns={"id": "source_id"})
    return Result(MappingProxyType(tables), MappingProxyType(manifest(study)))


def _subjects(data: Dataset, validation: pd.DataFrame, invested: Mapping[str, pd.DataFrame]) -> set[str]:
    """Observations, and the projects of a plan with their works."""
    subjects = set(validation["observation_id"]) if len(validation) else set()
    plans = (invested[name]["project"] for name in PLANNED if name in invested)
    projects = {str(key) for column in plans for key in column}
    works = data.tables["works"]
    return subjects | projects | set(works["id"][works["project_id"].isin(projects)])
