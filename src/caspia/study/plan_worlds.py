"""Worlds in which a plan may find itself, sampled from the record of works like its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from caspia.data import NO_FACT, attribute_column
from caspia.demand import Case
from caspia.investment import Programme, Worlds

if TYPE_CHECKING:
    from caspia.study.plan import Planner

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
ANCHORS = (2028, 2034, 2040)
"""Years whose demand is assigned; the years between take the mean by distance."""


def sample_worlds(planner: Planner, chosen: Programme, n: int) -> Worlds:
    """Sample overruns of cost and time, yields of projects, and growth of demand.

    Overruns are log-normal with the mean and standard deviation of their class of work; yields and growth are of
    the PERT distribution of their interval. Costs count where benefit in dollars is the objective.

    Parameters
    ----------
    planner : Planner
        Projects and their reference classes.
    chosen : Programme
        Projects that compete.
    n : int
        Number of worlds.

    Returns
    -------
    Worlds
    """
    table = planner.table
    rng = np.random.default_rng(planner.study.settings.seed)
    row = np.array([table.ids.index(key) for key in chosen.ids], dtype=np.int64)
    cost = overruns(rng, table.overrun[row], n)
    time = overruns(rng, table.delay[row], n)
    works = table.works_years[row]
    late = np.ceil(works * time - 1e-9) - np.ceil(works * (1.0 + table.delay[row, 0]) - 1e-9)
    in_dollars = planner.request.aim.weights == (("benefit", 1.0),)
    extra = (cost - 1.0 - table.overrun[row, 0]) * table.cost_usd[row] * in_dollars
    return Worlds(
        late_years=late.astype(np.int64),
        yields=pert(rng, *_yields(planner, row), n),
        growth=pert(rng, *_growth(planner), n)[:, 0],
        extra_usd=extra,
    )


def overruns(rng: np.random.Generator, mean_sd: FloatArray, n: int) -> FloatArray:
    """Draw multiples of planned amounts from log-normal distributions.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    mean_sd : numpy.ndarray, shape (k, 2)
        Mean and standard deviation of the overrun, as shares.
    n : int
        Number of draws.

    Returns
    -------
    numpy.ndarray, shape (n, k)
        Amount over planned amount, above 0.
    """
    mean = np.maximum(1.0 + mean_sd[:, 0], 0.05)
    spread = np.log1p((mean_sd[:, 1] / mean) ** 2)
    return np.asarray(np.exp(np.log(mean) - spread / 2 + np.sqrt(spread) * rng.standard_normal((n, len(mean)))))


def pert(rng: np.random.Generator, low: FloatArray, mode: FloatArray, high: FloatArray, n: int) -> FloatArray:
    """Draw from PERT distributions.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    low, mode, high : numpy.ndarray, shape (k,)
        Ends and most likely value.
    n : int
        Number of draws.

    Returns
    -------
    numpy.ndarray, shape (n, k)

    References
    ----------
    Malcolm, D. G., and others (1959). Application of a technique for research and development program evaluation.
    Operations Research 7 (5), 646-669.
    """
    width = np.where(high > low, high - low, 1.0)
    alpha, beta = 1.0 + 4.0 * (mode - low) / width, 1.0 + 4.0 * (high - mode) / width
    drawn = low + width * rng.beta(alpha, beta, (n, len(low)))
    return np.asarray(np.where(high > low, drawn, mode))


def _yields(planner: Planner, row: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Low, most likely and high yield of projects over what was computed."""
    data = planner.study.data
    fact = data.object_facts("projects")[row, attribute_column("yield_ratio")]
    known = fact != NO_FACT
    ends = (data.facts.low, data.facts.value, data.facts.high)
    low, mode, high = (np.where(known, end[np.where(known, fact, 0)], 1.0) for end in ends)
    return low, mode, high


def _growth(planner: Planner) -> tuple[FloatArray, FloatArray, FloatArray]:
    """What all projects together are worth where demand grows little or much, over what they are worth else."""
    everything = np.ones(len(planner.ids), dtype=bool)
    cases: tuple[Case, ...] = ("low", "central", "high")
    worth = [planner.worth(everything, ANCHORS[len(ANCHORS) // 2], case) for case in cases]
    ends = sorted((worth[0] / worth[1], 1.0, worth[2] / worth[1])) if worth[1] > 0 else (1.0, 1.0, 1.0)
    low, middle, high = (np.array([end]) for end in ends)
    return low, middle, high
