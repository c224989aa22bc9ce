"""A roll-out as tables: years, stages of the crossing, openings of projects, and targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from caspia.data import Dataset
from caspia.errors import InputError, Problem
from caspia.investment import NEVER
from caspia.investment.rollout import PERCENTILES, YearPassed, percentiles, year_passed
from caspia.study.candidates import ProjectTable
from caspia.study.crossing import STAGES
from caspia.study.rollout_figures import COUNTS, scope_ports
from caspia.study.rollout_projects import Timetable
from caspia.study.rollout_worlds import COLUMNS, FIRST, LAST, YEARS, CentralRun, Samples, Yearly

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
PATHS: Mapping[str, tuple[str, ...]] = {
    "t": ("tgt-kz-cargo-2027", "tgt-wb-2030"),
    "teu": ("tgt-kz-teu-2026", "tgt-kz-teu-2029"),
}
"""Targets, rows of the table targets, of which the announced path is made: cargo on the route, not capacity."""
JUDGED: Mapping[str, tuple[str, ...]] = {
    "t": ("tgt-kz-cargo-2027", "tgt-kz-pm-medium-term", "tgt-wb-2030", "tgt-titr-2030"),
    "teu": ("tgt-kz-teu-2026", "tgt-kz-teu-2029"),
}
"""Targets of the same scope as the official statistic, each of which is held against the flow."""
LINES = ("announced", "financed", "working")
ENDS = ("passed_year_low", "passed_year", "passed_year_high")
SIGNIFICANT = 7


@dataclass(frozen=True, eq=False)
class RolloutAnswer:
    """Year by year from announced to working.

    Attributes
    ----------
    years : pandas.DataFrame
        One row a year: `announced_t`, `announced_teu` (path of the official targets), `announced_capacity_t`,
        `financed_capacity_t`, `capacity_t` (what works), `modelled_t`, `flow_t`, `modelled_teu`, `flow_teu`,
        `share`, `share_teu` (of what moves over land between China or Central Asia and Europe, Türkiye and the
        Caucasus), `time_h_p50`, `time_h_p90`, `cost_usd_per_teu` (of boxes to and from Europe and Türkiye),
        `fall_m`, `open_projects`; with `_low` and `_high` (P10 and P90 of the samples) where there are samples.
    stages : pandas.DataFrame
        Of what works: `year`, `stage`, `capacity_t` (of the stage alone), `binding` (share of the crossing's
        capacity that the stage limits) and `through_t` (of all stages together).
    promised : pandas.DataFrame
        The same of what is announced and what is financed, by `line`.
    openings : pandas.DataFrame
        One row a project: role, opening years as announced, as financed, expected and sampled, and what it adds to
        each stage alone.
    targets : pandas.DataFrame
        One row a target: when the flow passes it, and how likely it is in its year.
    passed : YearPassed
        When the flow passes the path of the official targets in tonnes.
    settings : dict
        Samples, failed ones, ports of the statistic, targets of the paths.
    """

    years: pd.DataFrame
    stages: pd.DataFrame
    promised: pd.DataFrame
    openings: pd.DataFrame
    targets: pd.DataFrame
    passed: YearPassed
    settings: dict[str, Any]

    def record(self) -> dict[str, Any]:
        """Everything for machines; numbers with seven digits.

        Returns
        -------
        dict of str to object
        """
        low, middle, high = self.passed.years
        passed = {"year": middle, "low": low, "high": high, "share_never": self.passed.share_never}
        return {
            "passed": passed | {"text": self.passed.text},
            **self.settings,
            **{name: _rows(getattr(self, name)) for name in ("years", "targets", "openings", "stages", "promised")},
        }


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): _plain(value) for key, value in row.items()} for row in table.to_dict("records")]


def _plain(value: Any) -> Any:
    if isinstance(value, float | np.floating):
        return float(f"{value:.{SIGNIFICANT}g}") if np.isfinite(value) else None
    if isinstance(value, np.generic):
        return value.item()
    return None if value is pd.NA else value


def announced_path(data: Dataset, unit: str, observed: float) -> tuple[FloatArray, FloatArray]:
    """Path of the official targets.

    Parameters
    ----------
    data : Dataset
        With the table targets.
    unit : {"t", "teu"}
        Quantity.
    observed : float
        Amount of the first year, from which the path begins.

    Returns
    -------
    path : numpy.ndarray, shape (n_years,)
        A straight line from what was observed to the first target and from each to the next; never falling, and
        level after the last. NaN where the data have none of the targets.
    asked : numpy.ndarray, shape (n_years,)
        The same from the year of the first target on, NaN before it.
    """
    points = [point for key in PATHS[unit] for point in target_points(data, key, unit)]
    if not points:
        return np.full(len(YEARS), np.nan), np.full(len(YEARS), np.nan)
    points = sorted(points)
    years = np.array([FIRST, *(year for year, _ in points)])
    amounts = np.maximum.accumulate(np.array([observed, *(amount for _, amount in points)]))
    path = np.interp(YEARS, years, amounts)
    return path, np.where(points[0][0] <= YEARS, path, np.nan)


def target_points(data: Dataset, key: str, unit: str) -> list[tuple[int, float]]:
    """Years and amounts of a target after the first year.

    Parameters
    ----------
    data : Dataset
        With the table targets.
    key : str
        Id of the target.
    unit : {"t", "teu"}
        Quantity.

    Returns
    -------
    list of (int, float)
        Empty where the data lack it.
    """
    ids = data.tables["targets"]["id"].tolist()
    if key not in ids:
        return []
    frame = data.series("targets", f"target_{unit}_per_year")
    own = frame[(frame["row"] == ids.index(key)) & (frame["year"] > FIRST)]
    return [(int(year), float(value)) for year, value in zip(own["year"], own["value"], strict=True)]


def pivoted(told: FloatArray, observed: float, column: str) -> FloatArray:
    """What was observed in the first year, times what the model says has changed since.

    Parameters
    ----------
    told : numpy.ndarray, shape (..., n_years, n_columns)
        Figures.
    observed : float
        Amount of the first year; targets are held against the statistic that gives it, so it is not in doubt.
    column : str
        Modelled amount, one of `COLUMNS`.

    Returns
    -------
    numpy.ndarray, shape (..., n_years)

    Raises
    ------
    InputError
        The model moves nothing in the first year.
    """
    modelled = told[..., COLUMNS.index(column)]
    first = modelled[..., :1]
    if not (first > 0).all():
        allowed = "a model that moves something on the route in the first year"
        raise InputError(Problem("nothing to pivot on", f"{column}, {FIRST}", "0", allowed, "check counts.csv"))
    return np.asarray(observed * modelled / first)


def years_frame(
    yearly: Yearly,
    times: Timetable,
    central: CentralRun,
    samples: Samples,
    told: FloatArray | None,
    stages: pd.DataFrame,
) -> pd.DataFrame:
    """One row a year.

    Parameters
    ----------
    yearly : Yearly
        Compiled study.
    times : Timetable
        Opening years.
    central : CentralRun
        Central run.
    samples : Samples
        What came otherwise.
    told : numpy.ndarray, shape (n_samples, n_years, n_columns), or None
        Figures of the samples.
    stages : pandas.DataFrame
        Of `stage_lines`.

    Returns
    -------
    pandas.DataFrame
        As in `RolloutAnswer`.
    """
    data = yearly.model.model.study.data
    found: dict[str, Any] = {"year": YEARS}
    for unit in COUNTS:
        found[f"announced_{unit}"] = announced_path(data, unit, yearly.figures.observed[unit])[0]
    through = stages.drop_duplicates(["line", "year"]).set_index(["line", "year"])["through_t"]
    for line in LINES[:2]:
        found[f"{line}_capacity_t"] = through[line].reindex(YEARS).to_numpy()
    for name, row, many in _series(yearly, central, samples, told):
        found[name] = row
        if many is not None:
            found[f"{name}_low"], _, found[f"{name}_high"] = percentiles(many)
    names = np.array(times.ids, dtype=object)
    found["open_projects"] = [";".join(names[opened]) for opened in central.opened]
    return pd.DataFrame(found)


def _series(
    yearly: Yearly, central: CentralRun, samples: Samples, told: FloatArray | None
) -> list[tuple[str, FloatArray, FloatArray | None]]:
    """Name, central run and samples of everything that is told by year."""
    found: list[tuple[str, FloatArray, FloatArray | None]] = []
    for column, name in enumerate(COLUMNS):
        many = None if told is None else told[:, :, column]
        found.append((name, central.told[:, column], many))
    for unit, observed in yearly.figures.observed.items():
        name = f"modelled_{unit}"
        many = None if told is None else pivoted(told, observed, name)
        found.append((f"flow_{unit}", pivoted(central.told, observed, name), many))
    gone = YEARS - FIRST
    fallen = None if told is None else np.outer(samples.fall_m_per_year, gone)
    found.append(("fall_m", central.fall_m, fallen))
    return found


def stage_lines(yearly: Yearly, times: Timetable, central: CentralRun) -> pd.DataFrame:
    """What each stage of the crossing lets through, as announced, as financed and as it works.

    Announced and financed projects open as promised and the sea stays; what works opens with the mean delay and
    the sea falls.

    Parameters
    ----------
    yearly : Yearly
        Compiled study.
    times : Timetable
        Opening years.
    central : CentralRun
        Central run.

    Returns
    -------
    pandas.DataFrame
        As in `RolloutAnswer`.
    """
    rows: list[dict[str, Any]] = []
    known: dict[bytes, tuple[float, FloatArray, list[float]]] = {}
    for line, opening in zip(LINES, (times.announced, times.financed, times.expected), strict=True):
        for nth, year in enumerate(YEARS.tolist()):
            opened = opening <= year
            capacity = central.capacity[nth] if line == "working" else yearly.model.servers(opened).capacity
            key = capacity.tobytes() + opened.tobytes()
            if key not in known:
                known[key] = _stages(yearly, capacity, opened)
            through, binding, alone = known[key]
            head = {"year": year, "line": line, "through_t": through}
            rows += [
                head | {"stage": stage, "capacity_t": alone[number], "binding": binding[number]}
                for number, stage in enumerate(STAGES)
            ]
    return pd.DataFrame(rows)[["year", "line", "stage", "capacity_t", "binding", "through_t"]]


def _stages(yearly: Yearly, capacity: FloatArray, opened: BoolArray) -> tuple[float, FloatArray, list[float]]:
    crossing = yearly.crossing
    ways = crossing.open_ways(yearly.shut(opened))
    whole = crossing.capacity(capacity, ways)
    return whole.through_t, whole.binding, [crossing.alone(capacity, ways, stage) for stage in range(len(STAGES))]


def openings_frame(table: ProjectTable, yearly: Yearly, times: Timetable, samples: Samples) -> pd.DataFrame:
    """One row a project: when it opens and what it adds to the crossing.

    Parameters
    ----------
    table : ProjectTable
        All projects.
    yearly : Yearly
        Compiled study.
    times : Timetable
        Opening years.
    samples : Samples
        With drawn opening years.

    Returns
    -------
    pandas.DataFrame
        `project`, `name`, `status`, `role`, `announced_year`, `financed_year`, `opening_year` (with the mean
        delay), its P10, P50 and P90 (`opening_year_low`, `_p50`, `_high`), `announced_capacity_t` (as announced,
        not comparable with the rest), `crossing_gain_t` (of the crossing, opened alone), `stage` (the one that it
        adds to most) and `stage_gain_t` (what it adds there if nothing else were in the way).
    """
    ids, data = times.ids, yearly.model.model.study.data
    row = np.array([table.ids.index(key) for key in ids], dtype=np.int64)
    none = np.zeros(len(ids), dtype=bool)
    before, _, alone = _stages(yearly, yearly.model.servers(none).capacity, none)
    gains = []
    for number in range(len(ids)):
        opened = none.copy()
        opened[number] = True
        after, _, then = _stages(yearly, yearly.model.servers(opened).capacity, opened)
        gains.append([after - before, *np.nan_to_num(np.array(then) - np.array(alone))])
    gain = np.array(gains).reshape(len(ids), 1 + len(STAGES))
    best = gain[:, 1:].argmax(axis=1) if len(ids) else np.zeros(0, dtype=np.int64)
    most = gain[np.arange(len(ids)), 1 + best]
    ends = [times.expected] * 3
    if samples.n:
        drawn = np.percentile(samples.opening, PERCENTILES, axis=0, method="inverted_cdf")
        ends = list(drawn.astype(np.int64))
    frame = table.frame.iloc[row]
    found: dict[str, Any] = {
        "project": ids,
        "name": frame["name"].to_numpy(),
        "status": frame["status"].to_numpy(),
        "role": times.role,
        "announced_year": _year(times.announced),
        "financed_year": _year(times.financed),
        "opening_year": _year(times.expected),
    }
    for name, opening in zip(("opening_year_low", "opening_year_p50", "opening_year_high"), ends, strict=True):
        found[name] = _year(opening)
    found["announced_capacity_t"] = data.values("projects", "announced_capacity_t_per_year")[row]
    found["crossing_gain_t"] = gain[:, 0].round()
    found["stage"] = np.where(most > 1.0, np.array(STAGES, dtype=object)[best], "")
    found["stage_gain_t"] = np.where(most > 1.0, most, 0.0).round()
    return pd.DataFrame(found)


def _year(opening: IntArray) -> npt.NDArray[np.object_]:
    return np.array([year if year < NEVER else None for year in opening.tolist()], dtype=object)


def targets_frame(yearly: Yearly, central: CentralRun, told: FloatArray | None) -> tuple[pd.DataFrame, YearPassed]:
    """When the flow passes each target.

    Parameters
    ----------
    yearly : Yearly
        Compiled study.
    central : CentralRun
        Central run; stands alone where there are no samples.
    told : numpy.ndarray, shape (n_samples, n_years, n_columns), or None
        Figures of the samples.

    Returns
    -------
    table : pandas.DataFrame
        `target`, `name`, `who`, `quantity`, `value`, `year`, `main`, `modelled` (flow of the central run in that
        year, with its interval), `likely` (share of samples that have the value in that year), `passed_year` (P50,
        with P10 and P90; None after the last year), `share_never` and `text`.
    passed : YearPassed
        The same for the path of the official targets in tonnes; its years begin with that of the first target.
    """
    data = yearly.model.model.study.data
    rows: list[dict[str, Any]] = []
    flows = {unit: _pivots(yearly, central, told, unit) for unit in COUNTS}
    head = data.tables["targets"].set_index("id")
    for unit, keys in JUDGED.items():
        alone, many = flows[unit]
        for key in keys:
            for year, amount in target_points(data, key, unit):
                if year > LAST:
                    continue
                passed = year_passed(many, amount, YEARS)
                at = int(year - FIRST)
                low, _, high = percentiles(many[:, at])
                rows.append(
                    {"target": key, "name": head.loc[key, "name"], "who": head.loc[key, "who"], "quantity": unit}
                    | {"value": amount, "year": year, "main": key == PATHS["t"][0]}
                    | {"modelled": alone[at], "modelled_low": low, "modelled_high": high}
                    | {"likely": float((many[:, at] >= amount).mean())}
                    | dict(zip(ENDS, passed.years, strict=True))
                    | {"share_never": passed.share_never, "text": passed.text}
                )
    asked = announced_path(data, "t", yearly.figures.observed["t"])[1]
    if not np.isfinite(asked).any():
        allowed = f"one of {', '.join(PATHS['t'])} in targets.csv with target_t_per_year after {FIRST}"
        raise InputError(Problem("no official target", "targets.csv", "none of the path", allowed, "add one"))
    table = pd.DataFrame(rows)
    # Years stay whole numbers beside None.
    ends = {name: np.array([row[name] for row in rows], dtype=object) for name in ENDS}
    return table.assign(**ends), year_passed(flows["t"][1], asked, YEARS)


def _pivots(
    yearly: Yearly, central: CentralRun, told: FloatArray | None, unit: str
) -> tuple[FloatArray, FloatArray]:
    """Flow of the central run, and of the samples that have an equilibrium in every year."""
    alone = pivoted(central.told, yearly.figures.observed[unit], f"modelled_{unit}")
    if told is None:
        return alone, alone[None, :]
    many = pivoted(told, yearly.figures.observed[unit], f"modelled_{unit}")
    return alone, many[np.isfinite(many).all(axis=1)]


def settings_of(yearly: Yearly, seed: int, told: FloatArray | None) -> dict[str, Any]:
    """How a roll-out was made.

    Parameters
    ----------
    yearly : Yearly
        Compiled study.
    seed : int
        Seed of the samples.
    told : numpy.ndarray, shape (n_samples, n_years, n_columns), or None
        Figures of the samples.

    Returns
    -------
    dict of str to object
        `case`, `seed`, `samples`, `failed_samples`, `ports` and `path` (targets by quantity).
    """
    failed = 0 if told is None else int(np.isnan(told[:, :, 0]).any(axis=1).sum())
    return {
        "case": yearly.case,
        "seed": seed,
        "samples": 0 if told is None else len(told),
        "failed_samples": failed,
        "ports": list(scope_ports(yearly.model)),
        "path": {unit: list(keys) for unit, keys in PATHS.items()},
    }
