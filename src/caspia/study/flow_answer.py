"""The answer of `caspia flows`: corridors, revenue, bottlenecks, and what a further scenario moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
    users : pandas.DataFrame or None
        Who uses the place or link that was asked for.
    before : FlowAnswer or None
        The world that the scenario is compared with.
    moved : pandas.DataFrame or None
        What the scenario moves from corridor to corridor.
    """

    year: int
    scenario: str
    relative_gap: float
    corridors: pd.DataFrame
    segments: pd.DataFrame
    countries: pd.DataFrame
    bottlenecks: pd.DataFrame
    unserved: pd.DataFrame
    users: pd.DataFrame | None = None
    before: FlowAnswer | None = None
    moved: pd.DataFrame | None = None

    def record(self) -> dict[str, Any]:
        """Everything for machines; numbers with six digits."""
        found: dict[str, Any] = {"year": self.year, "scenario": self.scenario, "relative_gap": self.relative_gap}
        for name in ("corridors", "segments", "countries", "bottlenecks", "unserved", "users", "moved"):
            table = getattr(self, name)
            if table is not None:
                found[name] = _rows(table)
        if self.before is not None:
            found["compared_with"] = self.before.record()
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
    tell("Tables", 0, 2)
    reference = world.flows_beside(after, case)
    before = _tables(reference, users)
    tell("Tables", 1, 2)
    answer = _tables(after, users, before, moved_frame(reference, after))
    tell("Tables", 2, 2)
    return answer


def _tables(
    flows: Flows, users: str, before: FlowAnswer | None = None, moved: pd.DataFrame | None = None
) -> FlowAnswer:
    return FlowAnswer(
        year=flows.year,
        scenario=flows.scenario,
        relative_gap=flows.result.residual,
        corridors=corridors_frame(flows),
        segments=corridors_frame(flows, ("segment",)),
        countries=named_states(countries_frame(flows), flows),
        bottlenecks=bottlenecks_frame(flows),
        unserved=unserved_frame(flows),
        users=users_frame(flows, users) if users else None,
        before=before,
        moved=moved,
    )
