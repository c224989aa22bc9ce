"""The answer of `caspia flows`: corridors, revenue, bottlenecks, and what a further scenario moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from caspia.demand import Case
from caspia.study.flow_frames import (
    bottlenecks_frame,
    corridors_frame,
    countries_frame,
    moved_frame,
    unserved_frame,
    users_frame,
)
from caspia.study.flow_tables import named_states
from caspia.study.flows import Flows
from caspia.study.study import Study

Tell = Callable[[str, int, int], None]
SIGNIFICANT = 6
ALWAYS = ("corridors", "segments", "countries", "bottlenecks", "unserved")
TABLES = (*ALWAYS, "users", "moved", "corridors_before", "countries_before")


@dataclass(frozen=True, eq=False)
class FlowAnswer:
    """Flows of a year as tables.

    Attributes
    ----------
    year : int
        Year of the demand.
    scenario : str
        World, or scenarios joined by `+`.
    relative_gap : float
        Fixed-point residual that certifies the flows.
    corridors, segments, countries, bottlenecks, unserved : pandas.DataFrame
        As in `caspia.study.flow_frames`; `segments` splits the corridors by market.
    users : pandas.DataFrame
        Who uses the place or link that was asked for; empty if nothing was.
    against : str
        World that the scenario is set beside; empty for a world of its own.
    moved : pandas.DataFrame
        What the scenario moves from corridor to corridor.
    corridors_before, countries_before : pandas.DataFrame
        The same tables of the world that it is set beside.
    names : mapping of str to str
        Names of states by code.
    """

    year: int
    scenario: str
    relative_gap: float
    corridors: pd.DataFrame
    segments: pd.DataFrame
    countries: pd.DataFrame
    bottlenecks: pd.DataFrame
    unserved: pd.DataFrame
    users: pd.DataFrame = field(default_factory=pd.DataFrame)
    against: str = ""
    moved: pd.DataFrame = field(default_factory=pd.DataFrame)
    corridors_before: pd.DataFrame = field(default_factory=pd.DataFrame)
    countries_before: pd.DataFrame = field(default_factory=pd.DataFrame)
    names: Mapping[str, str] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """Everything for machines; numbers with six digits."""
        found: dict[str, Any] = {"year": self.year, "scenario": self.scenario, "relative_gap": self.relative_gap}
        if self.against:
            found["against"] = self.against
        for name in TABLES:
            table = getattr(self, name)
            if name in ALWAYS or len(table):
                found[name] = _rows(table)
        return found


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    rows = []
    for row in table.to_dict("records"):
        plain = {}
        for key, value in row.items():
            if isinstance(value, float | np.floating):
                plain[str(key)] = float(f"{value:.{SIGNIFICANT}g}") if np.isfinite(value) else None
            else:
                plain[str(key)] = value.item() if isinstance(value, np.generic) else value
        rows.append(plain)
    return rows


def flow_answer(world: Study, year: int, case: Case, compare: str, users: str, tell: Tell) -> FlowAnswer:
    """Solve the flows of a world, and of a further scenario beside it.

    Parameters
    ----------
    world : Study
        Data under the scenarios of the world.
    year : int
        Year of the demand.
    case : {"low", "central", "high"}
        Growth after the last observation.
    compare : str
        Further scenario, by name or file; empty for none.
    users : str
        Link, crossing, service or place whose users are wanted; empty for none.
    tell : callable
        Told stage, number done and number of all.

    Returns
    -------
    FlowAnswer

    Raises
    ------
    caspia.errors.InputError
        The year, a scenario or a name is not in the data.
    caspia.errors.NotConverged
        No equilibrium was reached.
    """
    if not compare:
        flows = world.flows(year, case, progress=tell)
        tell("Tables", 0, 1)
        answer = _tables(flows, users)
        tell("Tables", 1, 1)
        return answer
    after = world.with_scenario(compare).flows(year, case, progress=tell)
    tell("Tables", 0, 1)
    before = after.reference if after.reference is not None else world.flows(year, case, progress=tell)
    answer = _tables(after, users)
    tell("Tables", 1, 1)
    return replace(
        answer,
        against=before.scenario,
        moved=moved_frame(before, after),
        corridors_before=corridors_frame(before),
        countries_before=countries_frame(before),
    )


def _tables(flows: Flows, users: str) -> FlowAnswer:
    states = flows.model.study.data.tables["countries"]
    return FlowAnswer(
        year=flows.year,
        scenario=flows.scenario,
        relative_gap=flows.result.residual,
        corridors=corridors_frame(flows),
        segments=corridors_frame(flows, ("segment",)),
        countries=named_states(countries_frame(flows), flows),
        bottlenecks=bottlenecks_frame(flows),
        unserved=unserved_frame(flows),
        users=users_frame(flows, users) if users else pd.DataFrame(),
        names=dict(zip(states["id"], states["name"], strict=True)),
    )
