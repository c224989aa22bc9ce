"""What closures, security risks and a falling sea do to time, cost and capacity: thousands of years, drawn."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from caspia.data import NO_FACT, attribute_column
from caspia.demand import FIRST_YEAR, LAST_YEAR
from caspia.errors import InputError, NotConverged, Problem
from caspia.risk import THREADS, Kept, Place, estimate, exceedance, group_sensitivity, run_ensemble
from caspia.study.flows import BASE_YEAR
from caspia.study.kept_routes import stamp
from caspia.study.risk_compile import DOUBTS, WORKS, compile_risk, find_laws
from caspia.study.risk_critical import critical_frame, find_cuts, interdiction_frame
from caspia.study.risk_events import DAYS, DELAY, LOSS, RATE, felt_rows
from caspia.study.risk_model import RiskModel
from caspia.study.risk_outset import find_outset, works_of
from caspia.study.risk_works import openings_frame
from caspia.study.study import Study

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Tell = Callable[[str, int, int], None]
MOST_FAILED = 0.02
"""Share of draws without equilibrium beyond which there is no answer: who fails is no accident."""
SENSITIVE = ("caspian_t", "caspian_share", "kz_oil_t", "loss_region_usd", "loss_usd")
"""Metrics whose variance is shared out, beside the time of the first journey."""
BASE_OF_ALL, MOST_BASE = 8, 256
"""The sensitivity takes an eighth of the draws as its base, and no more than this."""
CURVES = ("caspian_t", "loss_region_usd", "loss_usd", "kz_oil_t")
PORTION = 20


def default_place() -> Place:
    """Threads of this process, one for each core.

    Returns
    -------
    Place
    """
    return Place(THREADS, max(os.cpu_count() or 1, 1), PORTION)


@dataclass(frozen=True)
class RiskRequest:
    """What is asked of the risk of a study.

    Attributes
    ----------
    n : int
        Number of draws.
    seed : int
        Seed of all draws.
    year : int
        Year of the demand and of the level of the sea.
    place : Place
        Where the draws are found.
    keep : pathlib.Path, optional
        File in which finished draws are kept, and from which a run goes on that was broken off.
    rescue : pathlib.Path, optional
        File into which finished draws go when a run is broken off, if none is named in `keep`.
    critical : bool
        Whether places are cut one by one, and an adversary chooses among them.
    starts : mapping of str to int
        Projects that a plan funds, by the year in which their works start; they are open in a draw if works like
        them are done by then, as are those that are paid for.
    """

    n: int = 1000
    seed: int = 1
    year: int = BASE_YEAR
    place: Place = field(default_factory=default_place)
    keep: Path | None = None
    rescue: Path | None = None
    critical: bool = True
    starts: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what cannot be asked.

        Raises
        ------
        InputError
            A number is out of range.
        """
        limits = (
            ("-n", self.n, 1, 1_000_000),
            ("--seed", self.seed, 0, 2**63 - 1),
            ("--year", self.year, max(BASE_YEAR, FIRST_YEAR), LAST_YEAR),
        )
        for name, value, least, most in limits:
            if not least <= value <= most:
                allowed = f"{least} to {most}"
                raise InputError(Problem("number out of range", name, str(value), allowed, "correct it"))
        if self.starts and self.year <= BASE_YEAR:
            got, allowed = f"--year {self.year}", f"{BASE_YEAR + 1} to {LAST_YEAR}"
            raise InputError(
                Problem("a plan opens nothing by this year", "--plan", got, allowed, "give a later year")
            )


@dataclass(frozen=True, eq=False)
class RiskAnswer:
    """Risk of a study.

    Attributes
    ----------
    request : RiskRequest
        What was asked.
    scenario : str
        Name of the world.
    metrics : pandas.DataFrame
        One row a metric: `name`, `label`, `unit`, `likely` (without events, at the values of the data), `mean`,
        `p5`, `p50`, `p95`, `se` (standard error of the median), `se_p5`, `se_p95`, `n`.
    curves : pandas.DataFrame
        Exceedance: `name`, `value`, `share`, `low`, `high`.
    sensitivity : pandas.DataFrame
        `metric`, `group`, `first`, `first_error`, `total`, `total_error`.
    critical, interdiction : pandas.DataFrame
        As of `critical_frame` and `interdiction_frame`; empty where they were not asked for.
    events : pandas.DataFrame
        Events with rate, days, loss or delay, and the share of a year that they are under way.
    openings : pandas.DataFrame
        Works that may be open by the year, as of `openings_frame`; empty in the base year.
    draws : numpy.ndarray, shape (n, n_metrics)
        All draws.
    failed : int
        Draws without equilibrium.
    """

    request: RiskRequest
    scenario: str
    metrics: pd.DataFrame
    curves: pd.DataFrame
    sensitivity: pd.DataFrame
    critical: pd.DataFrame
    interdiction: pd.DataFrame
    events: pd.DataFrame
    openings: pd.DataFrame
    draws: FloatArray
    failed: int

    def record(self) -> dict[str, Any]:
        """All of it for JSON, tables as data frames.

        Returns
        -------
        dict of str to object
        """
        return {
            "n": self.request.n,
            "seed": self.request.seed,
            "year": self.request.year,
            "scenario": self.scenario,
            "failed": self.failed,
            "metrics": self.metrics,
            "sensitivity": self.sensitivity,
            "critical": self.critical,
            "interdiction": self.interdiction,
            "exceedance": self.curves,
            "events": self.events,
            "openings": self.openings,
        }


def risk_answer(study: Study, request: RiskRequest, tell: Tell | None = None) -> RiskAnswer:
    """Draw years of a study.

    Parameters
    ----------
    study : Study
        The world.
    request : RiskRequest
        What is asked.
    tell : callable, optional
        Told stage, number done and number of all.

    Returns
    -------
    RiskAnswer

    Raises
    ------
    InputError
        The data have no events to draw, no scheduler answers, or the file of draws is of another run.
    NotConverged
        Too many draws found no equilibrium.
    """
    said = tell or (lambda _stage, _done, _all: None)
    if not len(felt_rows(study.data)):
        allowed = "one row or more, with facts events_per_year and event_days"
        raise InputError(Problem("no events", "events.csv", "an empty table", allowed, "add events"))
    groups = DOUBTS if not works_of(study, request.year, request.starts) else (*DOUBTS, WORKS)
    tasks, base = tasks_of(request.n, len(groups))
    kept = _kept(study, request)
    if kept is not None:
        # Whether a file can be gone on with is known before the work begins.
        kept.load(len(tasks), -1)
    outset = find_outset(study, request.year, request.starts, tell)
    said("Compiling", 0, 2)
    laws = find_laws(study, outset)
    said("Compiling", 1, 2)
    model = compile_risk(outset, request.seed, laws)
    said("Compiling", 2, 2)
    rows = run_ensemble(model, tasks, request.place, kept=kept, tell=partial(said, "Draws"))
    draws, failed = _finished(rows[: request.n], request.n)
    critical = interdiction = pd.DataFrame()
    if request.critical:
        cuts = find_cuts(outset, request.seed, laws)
        critical = critical_frame(cuts, study.data, partial(said, "Places"))
        interdiction = interdiction_frame(cuts, critical, partial(said, "Closures"))
    return RiskAnswer(
        request=request,
        scenario=study.label,
        metrics=_metrics_frame(model, draws),
        curves=_curves_frame(model, draws),
        sensitivity=_sensitivity_frame(model, rows, request.n, base),
        critical=critical,
        interdiction=interdiction,
        events=_events_frame(study, model, request),
        openings=openings_frame(model.works, _names(study), request.seed, request.n),
        draws=draws,
        failed=failed,
    )


def _names(study: Study) -> dict[str, str]:
    table = study.data.tables["projects"]
    return dict(zip(table["id"], table["name"], strict=True))


def _kept(study: Study, request: RiskRequest) -> Kept | None:
    path = request.keep or request.rescue
    return None if path is None else Kept(path, identity(study, request), for_rescue=request.keep is None)


def tasks_of(n: int, groups: int = len(DOUBTS)) -> tuple[IntArray, int]:
    """Draws of an answer, and those of its sensitivity after them.

    Parameters
    ----------
    n, groups : int
        Number of draws, and of groups of doubts.

    Returns
    -------
    tasks : numpy.ndarray of int, shape (n_tasks, 3)
        As of `RiskModel`: draws one by one, then for each group the first of them with that group of the draws that
        follow these.
    base : int
        Number of draws behind the sensitivity.
    """
    base = min(n // BASE_OF_ALL, MOST_BASE)
    plain = np.column_stack([np.arange(n), np.zeros(n, dtype=np.int64), np.full(n, -1)])
    swapped = [(draw, base + draw, group) for group in range(groups) for draw in range(base)]
    return np.concatenate([plain, np.array(swapped, dtype=np.int64).reshape(-1, 3)]).astype(np.int64), base


def identity(study: Study, request: RiskRequest) -> str:
    """What two runs must have in common for one to go on with the draws of the other.

    Parameters
    ----------
    study : Study
        The world.
    request : RiskRequest
        What is asked.

    Returns
    -------
    str
    """
    asked = [stamp(study.data, ()), study.label, repr(study.settings)]
    text = json.dumps([*asked, request.n, request.seed, request.year, sorted(request.starts.items())])
    return hashlib.sha256(text.encode()).hexdigest()


def _finished(rows: FloatArray, n: int) -> tuple[FloatArray, int]:
    good = np.isfinite(rows).all(axis=1)
    failed = int((~good).sum())
    if failed > MOST_FAILED * n:
        raise NotConverged(
            Problem(
                what="too many draws found no equilibrium",
                where="risk",
                got=f"{failed} of {n}",
                allowed=f"at most {MOST_FAILED:.0%}",
                repair="look at the capacities of the data, or run `caspia flows`",
            )
        )
    return rows[good], failed


def _metrics_frame(model: RiskModel, draws: FloatArray) -> pd.DataFrame:
    likely = model.metrics.finish(model.likely, (0.0, 0.0))
    rows = []
    for nth, item in enumerate(model.metrics.metrics):
        found = estimate(draws[:, nth])
        rows.append(
            {
                "name": item.name,
                "label": item.label,
                "unit": item.unit,
                "likely": likely[nth],
                "mean": found.mean,
                "p5": found.p5,
                "p50": found.p50,
                "p95": found.p95,
                "se": found.se_p50,
                "se_p5": found.se_p5,
                "se_p95": found.se_p95,
                "n": len(draws),
            }
        )
    return pd.DataFrame(rows)


def _curves_frame(model: RiskModel, draws: FloatArray) -> pd.DataFrame:
    names = list(model.metrics.names)
    wanted = [*CURVES, *(name for name in names if name.endswith("_h"))]
    parts = []
    for name in wanted:
        found = exceedance(draws[:, names.index(name)])
        columns = {"value": found.value, "share": found.share, "low": found.low, "high": found.high}
        parts.append(pd.DataFrame({"name": name, **columns}))
    return pd.concat(parts, ignore_index=True)


def _sensitivity_frame(model: RiskModel, rows: FloatArray, n: int, base: int) -> pd.DataFrame:
    names = list(model.metrics.names)
    wanted = [*SENSITIVE, *[name for name in names if name.endswith("_h")][:1]]
    columns = ["metric", "group", "first", "first_error", "total", "total_error"]
    groups = model.doubts.groups
    swapped = rows[n:].reshape(len(groups), base, model.n_columns)
    good = np.isfinite(rows[: 2 * base]).all(axis=1).reshape(2, base).all(axis=0)
    good &= np.isfinite(swapped).all(axis=(0, 2))
    parts = []
    for name in wanted:
        at = names.index(name)
        own, other = rows[:base, at][good], rows[base : 2 * base, at][good]
        found = group_sensitivity(own, other, swapped[:, good, at].T, groups)
        values = (found.names, found.first, found.first_error, found.total, found.total_error)
        parts.append(pd.DataFrame({"metric": name, **dict(zip(columns[1:], values, strict=True))}))
    frame = pd.concat(parts, ignore_index=True) if base else pd.DataFrame(columns=columns)
    return frame.sort_values(["metric", "total"], ascending=[True, False], kind="stable", ignore_index=True)


def _events_frame(study: Study, model: RiskModel, request: RiskRequest) -> pd.DataFrame:
    """Events as the data have them, with the share of a drawn year that each is under way."""
    felt = felt_rows(study.data)
    table = study.data.tables["events"].iloc[felt].reset_index(drop=True)
    frame = table[["id", "name", "kind", "action", "source_id", "note"]].rename(columns={"id": "event_id"})
    facts = study.data.facts
    own = study.data.own_facts("events")[felt]
    for name in (RATE, DAYS, LOSS, DELAY):
        fact = own[:, attribute_column(name)]
        known = fact != NO_FACT
        for end, values in (("", facts.value), ("_low", facts.low), ("_high", facts.high)):
            frame[f"{name}{end}"] = np.where(known, values[np.where(known, fact, 0)], np.nan)
    drawn = min(request.n, 500)
    years = []
    for draw in range(drawn):
        rates = model.doubts.values(model.seed, draw)[model.slots.rate]
        years.append(model.hazards.year(model.seed, draw, rates)[0])
    return frame.assign(share_of_year=np.mean(years, axis=0))
