"""One equilibrium as a result: the tables of `caspia study` for it alone, without intervals."""

from __future__ import annotations

from types import MappingProxyType

import pandas as pd

import caspia
from caspia.study.asked import world_tables
from caspia.study.flow_changes import shifts_frame
from caspia.study.flow_columns import COLUMNS
from caspia.study.flow_frames import moved_frame
from caspia.study.flow_intervals import Intervals
from caspia.study.flow_tables import add_flows, run_frame, stacked
from caspia.study.flows import Flows
from caspia.study.result import Result
from caspia.study.study import Study
from caspia.units import PRICE_YEAR


def flows_result(flows: Flows) -> Result:
    """Tables of an equilibrium, and of what it moves against its reference.

    Parameters
    ----------
    flows : Flows
        Of `Study.flows`.

    Returns
    -------
    Result
        The tables of flows that hold something, with `places`, `links` and `basemap`. There are no intervals: they
        take draws, which `caspia.study.flow_answer` and `run_study` make. Under a scenario `flow_runs` has two
        rows of one name, the flows and what they change.
    """
    study, before, name = flows.model.study, flows.reference, flows.scenario
    parts: dict[str, list[pd.DataFrame]] = {table: [] for table in COLUMNS}
    scenario = study.scenario if isinstance(study, Study) else None
    title = "The data as they are" if scenario is None else scenario.title
    plain = Intervals(None)
    parts["flow_runs"].append(run_frame((name, title), flows, "", plain))
    if before is not None:
        parts["flow_runs"].append(run_frame((name, title), flows, before.scenario, plain, before))
        moved = moved_frame(before, flows)
        parts["flow_moved"].append(moved.assign(scenario=name, year=flows.year))
        parts["flow_shifts"].append(shifts_frame(moved).assign(scenario=name, year=flows.year))
    add_flows(parts, flows, name, plain, before)
    tables = {table: stacked(table, frames) for table, frames in parts.items() if frames}
    tables |= world_tables(study.data, pd.DataFrame(), pd.DataFrame())
    told = {
        "version": caspia.__version__,
        "data_name": study.data.name,
        "data_hash": study.data.sha256,
        "scenario": "" if scenario is None else scenario.id,
        "scenario_title": "" if scenario is None else scenario.title,
        "year": flows.year,
        "price_year": PRICE_YEAR,
        "base_year": PRICE_YEAR,
    }
    return Result(MappingProxyType(tables), MappingProxyType(told))
