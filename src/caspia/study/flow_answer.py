"""The answer of `caspia flows`: corridors, revenue, bottlenecks, and what a further scenario moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from caspia.demand import Case
from caspia.scenario import Scenario
from caspia.study.drawn import check_draws
from caspia.study.flow_changes import EARNED_CHANGES, SPLIT_CHANGES, TOTAL_CHANGES, shifts_frame, with_changes
from caspia.study.flow_draws import FlowDraws
from caspia.study.flow_frames import (
    bottlenecks_frame,
    corridors_frame,
    countries_frame,
    moved_frame,
    totals_frame,
    touches,
    unserved_frame,
    users_frame,
)
from caspia.study.flow_intervals import Intervals
from caspia.study.flow_pairs import drawn_beside, drawn_flows
from caspia.study.flow_tables import named_states
from caspia.study.flows import Flows
from caspia.study.study import Study

Tell = Callable[[str, int, int], None]
SIGNIFICANT = 6
TABLES = ("totals", "corridors", "segments", "countries", "bottlenecks", "unserved", "users", "moved", "shifts")


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
    totals : pandas.DataFrame
        One row: all tonnes, boxes and value.
    users : pandas.DataFrame or None
        Who uses the place or link that was asked for.
    before : FlowAnswer or None
        The world that the scenario is compared with.
    moved, shifts : pandas.DataFrame or None
        What the scenario moves from corridor to corridor, by market and goods and over all.
    draws, failed_draws : int
        Draws of the facts behind the intervals, and how many of them found no equilibrium.
    interval_note : str
        What has to be said of the intervals; why there are none if they are refused.
    """

    year: int
    scenario: str
    relative_gap: float
    corridors: pd.DataFrame
    segments: pd.DataFrame
    countries: pd.DataFrame
    bottlenecks: pd.DataFrame
    unserved: pd.DataFrame
    totals: pd.DataFrame
    users: pd.DataFrame | None = None
    before: FlowAnswer | None = None
    moved: pd.DataFrame | None = None
    shifts: pd.DataFrame | None = None
    draws: int = 0
    failed_draws: int = 0
    interval_note: str = ""

    def record(self) -> dict[str, Any]:
        """Everything for machines; numbers with six digits."""
        found: dict[str, Any] = {"year": self.year, "scenario": self.scenario, "relative_gap": self.relative_gap}
        found |= {name: getattr(self, name) for name in ("draws", "failed_draws", "interval_note")}
        for name in TABLES:
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


def flow_answer(world: Study, year: int, case: Case, compare: str | Scenario, users: str, tell: Tell) -> FlowAnswer:
    """Solve the flows of a world, and of a further scenario beside it.

    Parameters
    ----------
    world : Study
        Data under the scenarios of the world.
    year : int
        Year of the demand.
    case : {"low", "central", "high"}
        Growth after the last observation.
    compare : str or Scenario
        Further scenario, also by name or file; an empty text for none.
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
        The year, a scenario or a name is not in the data, or the number of draws gives no interval.
    caspia.errors.NotConverged
        No equilibrium was reached.
    """
    check_draws(world.settings.flow_draws)
    if not compare:
        flows = world.flows(year, case, progress=tell)
        drawn = drawn_flows(flows, world, worth=True, case=case, progress=partial(tell, "Draws"))
        tell("Tables", 0, 1)
        answer = _tables(flows, users, drawn)
        tell("Tables", 1, 1)
        return answer
    other = world.with_scenario(compare)
    after = other.flows(year, case, progress=tell)
    reference = world.flows_beside(after, case)
    told = partial(tell, "Draws")
    first, second = drawn_beside((reference, after), (world, other), worth=True, case=case, progress=told)
    tell("Tables", 0, 2)
    before = _tables(reference, users, first)
    tell("Tables", 1, 2)
    answer = _tables(after, users, second, (reference, before))
    tell("Tables", 2, 2)
    return answer


def _tables(
    flows: Flows, users: str, drawn: FlowDraws | None, before: tuple[Flows, FlowAnswer] | None = None
) -> FlowAnswer:
    intervals = Intervals(drawn)
    corridors, segments = corridors_frame(flows), corridors_frame(flows, ("segment",))
    countries, totals, moved, shifts = countries_frame(flows), totals_frame(flows), None, None
    if before is not None:
        old = before[1]
        corridors = with_changes(corridors, old.corridors, ("corridor",), SPLIT_CHANGES)
        segments = with_changes(segments, old.segments, ("segment", "corridor"), SPLIT_CHANGES)
        countries = with_changes(countries, old.countries, ("country",), EARNED_CHANGES)
        totals = with_changes(totals, old.totals, ("year",), TOTAL_CHANGES)
        whole = moved_frame(before[0], flows)
        moved = intervals.moved(whole, split=True)
        shifts = intervals.moved(shifts_frame(whole), split=False)
    return FlowAnswer(
        year=flows.year,
        scenario=flows.scenario,
        relative_gap=flows.result.residual,
        corridors=intervals.corridors(corridors, split=False),
        segments=intervals.corridors(segments, split=True),
        countries=named_states(intervals.countries(countries), flows),
        bottlenecks=intervals.servers(bottlenecks_frame(flows)),
        unserved=intervals.unserved(unserved_frame(flows)),
        totals=intervals.totals(totals),
        users=intervals.users(users_frame(flows, users), touches(flows, users)) if users else None,
        before=None if before is None else before[1],
        moved=moved,
        shifts=shifts,
        draws=0 if drawn is None else drawn.n_draws,
        failed_draws=0 if drawn is None else drawn.n_failed,
        interval_note="" if drawn is None else drawn.note,
    )
