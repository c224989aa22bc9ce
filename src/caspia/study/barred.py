"""Corridors that would have a way but for rules: by which rules each is barred, and which scenarios lift them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from caspia.cost import ArcCosts
from caspia.data import Dataset
from caspia.errors import InputError
from caspia.scenario import built_in_scenarios, select_rows
from caspia.study.find import Scene, corridor_path, is_sensible, path_via
from caspia.study.itinerary import Itinerary, describe
from caspia.study.request import Question, Request, open_weight
from caspia.study.study import Study, resolved

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BARRED = (
    "consignment_id",
    "corridor",
    "rule_id",
    "target_kind",
    "target",
    "valid_from",
    "reason",
    "source_id",
    "source",
    "lifted_by",
)
"""Columns of the table of barred corridors."""


@dataclass(frozen=True)
class BarredCorridor:
    """A corridor that rules bar wholly for a request.

    Attributes
    ----------
    corridor : str
        Its name.
    rules : tuple of str
        Ids in the table rules: without all of these a way is open, with any of them none.
    """

    corridor: str
    rules: tuple[str, ...]


def barred_corridors(study: Study, request: Request, found: Sequence[Itinerary] = ()) -> list[BarredCorridor]:
    """Corridors that have a way without the rules and none with them.

    A way that would not be shown if it were open is none: one that wanders, or costs many times the best.

    Parameters
    ----------
    study : Study
        Data and network.
    request : Request
        What is asked.
    found : sequence of Itinerary
        Routes that the request has; only corridors that are not among them are searched.

    Returns
    -------
    list of BarredCorridor
        Of the corridors that are wanted, in their order.

    Raises
    ------
    caspia.errors.InputError
        Unknown names, or closures that cannot be honoured.
    """
    question, costs, scene = resolved(study, request)
    rules = [row for row, item in enumerate(question.constraints) if item.rule]
    shown = {item.corridor for item in found}
    wanted = [corridor for corridor in question.corridors if rules and corridor not in shown]
    if question.via:
        # The way through given places is one, whatever its corridor.
        wanted = [] if found else wanted[:1]
    search = _Search(question, costs, scene)
    barred: list[tuple[IntArray, tuple[int, ...]]] = []
    for corridor in wanted:
        way = search.way(corridor, rules)
        needed = () if way is None else search.needed(corridor, way, rules)
        if way is not None and needed:
            barred.append((way, needed))
    ways = [*(item.arcs for item in found), *(way for way, _ in barred)]
    free = search.weight(rules)
    best = min(ways, key=lambda arcs: float(free[arcs].sum()), default=None)
    return [
        BarredCorridor(scene.signatures.label(way), tuple(question.constraints[row].rule for row in needed))
        for way, needed in barred
        if best is None or (is_sensible(way, best, free, scene) and not search.wanders(way))
    ]


@dataclass(frozen=True)
class _Search:
    """Ways of a request with some of its rules lifted."""

    question: Question
    costs: ArcCosts
    scene: Scene

    def weight(self, lifted: Collection[int]) -> FloatArray:
        return open_weight(self.question, self.costs, lifted)

    def way(self, corridor: str, lifted: Collection[int]) -> IntArray | None:
        weight = self.weight(lifted)
        if self.question.via:
            return path_via(self.question, weight, self.scene)
        return corridor_path(self.question, corridor, weight, self.scene)

    def needed(self, corridor: str, way: IntArray, rules: Collection[int]) -> tuple[int, ...]:
        """Rules that must be lifted together for a way to open; none where one is open with all of them."""
        broken = [row for row in rules if self.question.constraints[row].arcs[way].any()]
        if not broken or self.way(corridor, ()) is not None:
            return ()
        for row in tuple(broken):
            rest = [other for other in broken if other != row]
            # The best way may break a rule that another way keeps.
            if rest and self.way(corridor, rest) is not None:
                broken = rest
        return tuple(broken)

    def wanders(self, way: IntArray) -> bool:
        label = self.scene.signatures.label(way)
        return describe(way, label, self.costs, self.scene.world).wanders


def barred_frame(found: Sequence[BarredCorridor], data: Dataset, consignment_id: str = "route") -> pd.DataFrame:
    """Table of barred corridors.

    Parameters
    ----------
    found : sequence of BarredCorridor
        In order.
    data : Dataset
        With the tables rules and sources.
    consignment_id : str
        What was asked.

    Returns
    -------
    pandas.DataFrame
        One row a corridor and rule, with the columns of BARRED: reason and source as in the table rules, and the
        built-in scenarios that lift the rule, joined by `;`.
    """
    rules = {rule.id: rule for rule in data.rules}
    sources = data.tables["sources"].set_index("id")
    lifting = _lifting(data) if found else {}
    rows = []
    for item in found:
        for rule in (rules[key] for key in item.rules):
            source = sources.loc[rule.source_id]
            cited = (str(source["title"]), str(source["publisher"]), str(source["date"])[:4])
            rows.append(
                {
                    "consignment_id": consignment_id,
                    "corridor": item.corridor,
                    "rule_id": rule.id,
                    "target_kind": rule.target_kind,
                    "target": rule.target,
                    "valid_from": rule.valid_from,
                    "reason": rule.note,
                    "source_id": rule.source_id,
                    "source": ", ".join(filter(None, cited)),
                    "lifted_by": ";".join(name for name, lifted in lifting.items() if rule.id in lifted),
                }
            )
    return pd.DataFrame(rows, columns=list(BARRED), dtype=object)


def barred_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Barred corridors as the objects that `caspia route --json` prints.

    Parameters
    ----------
    frame : pandas.DataFrame
        Of `barred_frame`.

    Returns
    -------
    list of dict
        `corridor`, the `rules` that bar it, and the scenarios that lift all of them (`lifted_by`).
    """
    found = []
    for corridor, rows in frame.groupby("corridor", sort=False):
        lifted = [set(filter(None, cell.split(";"))) for cell in rows["lifted_by"]]
        own = rows.drop(columns=["consignment_id", "corridor", "lifted_by"])
        found.append(
            {
                "corridor": corridor,
                "rules": own.to_dict("records"),
                "lifted_by": sorted(set.intersection(*lifted)),
            }
        )
    return found


def _lifting(data: Dataset) -> dict[str, set[str]]:
    """Rules that each built-in scenario lifts; worlds of a year are not for lifting rules."""
    ids = data.tables["rules"]["id"].to_numpy()
    found: dict[str, set[str]] = {}
    for name, scenario in built_in_scenarios().items():
        if scenario.year is not None:
            continue
        for edit in scenario.edits:
            if (edit.action, edit.table) == ("open", "rules"):
                try:
                    found.setdefault(name, set()).update(ids[select_rows(data, edit)])
                except InputError:
                    # What the built-in scenario lifts is not in data of one's own.
                    continue
    return found
