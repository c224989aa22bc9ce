"""Worlds in which a plan may find itself, sampled from the record of works like its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from caspia.data import NO_FACT, Dataset, attribute_column
from caspia.investment import Programme, Worlds
from caspia.study.candidates import ProjectTable

FloatArray = npt.NDArray[np.float64]
ANCHORS = (2028, 2034, 2040)
"""Years whose demand is assigned; the years between take the mean by distance."""


@dataclass(frozen=True, eq=False)
class Doubts:
    """What is not known of the projects of a programme.

    Attributes
    ----------
    table : ProjectTable
        Projects and the overruns of their classes of work.
    yields : tuple of numpy.ndarray
        Low, most likely and high yield of every project of the table over what is computed.
    growth : tuple of float
        The same of all projects together, where demand grows little or much.
    in_dollars : bool
        Whether costs count in the unit of the value.
    """

    table: ProjectTable
    yields: tuple[FloatArray, FloatArray, FloatArray]
    growth: tuple[float, float, float]
    in_dollars: bool


def draw_worlds(doubts: Doubts, chosen: Programme, seed: int, n: int) -> Worlds:
    """Sample overruns of cost and time, yields of projects, and growth of demand.

    Overruns are log-normal with the mean and standard deviation of their class of work; yields and growth are of
    the PERT distribution of their interval.

    Parameters
    ----------
    doubts : Doubts
        Reference classes and intervals.
    chosen : Programme
        Projects that compete.
    seed : int
        Seed of all draws.
    n : int
        Number of worlds.

    Returns
    -------
    Worlds
    """
    table = doubts.table
    rng = np.random.default_rng(seed)
    row = np.array([table.ids.index(key) for key in chosen.ids], dtype=np.int64)
    cost = overruns(rng, table.overrun[row], n)
    time = overruns(rng, table.delay[row], n)
    works = table.works_years[row]
    late = np.ceil(works * time - 1e-9) - np.ceil(works * (1.0 + table.delay[row, 0]) - 1e-9)
    extra = (cost - 1.0 - table.overrun[row, 0]) * table.cost_usd[row] * doubts.in_dollars
    low, mode, high = (end[row] for end in doubts.yields)
    least, usual, most = (np.array([end]) for end in doubts.growth)
    return Worlds(
        late_years=late.astype(np.int64),
        yields=pert(rng, low, mode, high, n),
        growth=pert(rng, least, usual, most, n)[:, 0],
        extra_usd=extra,
    )


def yields_of(data: Dataset) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Low, most likely and high yield of every project over what is computed.

    Parameters
    ----------
    data : Dataset
        Tables.

    Returns
    -------
    tuple of numpy.ndarray, each of shape (n_projects,)
    """
    fact = data.object_facts("projects")[:, attribute_column("yield_ratio")]
    known = fact != NO_FACT
    ends = (data.facts.low, data.facts.value, data.facts.high)
    low, mode, high = (np.where(known, end[np.where(known, fact, 0)], 1.0) for end in ends)
    return low, mode, high


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
