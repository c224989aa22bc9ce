"""Which group of doubts matters most: variance-based sensitivity from draws that swap one group at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
RESAMPLES = 200
LEAST_BASE = 8
"""Fewer draws give no index."""


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Shares of the variance of a result, by group of doubts.

    Attributes
    ----------
    names : tuple of str
        Groups.
    first, first_error : numpy.ndarray, shape (n_groups,)
        Share of the variance that goes when the group alone becomes known, and half of its 95 % interval.
    total, total_error : numpy.ndarray, shape (n_groups,)
        Share that stays when all but the group become known, and half of its 95 % interval.
    """

    names: tuple[str, ...]
    first: FloatArray
    first_error: FloatArray
    total: FloatArray
    total_error: FloatArray


def group_sensitivity(
    base: FloatArray, other: FloatArray, swapped: FloatArray, names: Sequence[str], seed: int = 1
) -> Sensitivity:
    """Sobol' indices of groups.

    Parameters
    ----------
    base, other : numpy.ndarray, shape (n,)
        Result in two independent sets of draws.
    swapped : numpy.ndarray, shape (n, n_groups)
        Result in the draws of `base` with one group taken from those of `other`.
    names : sequence of str
        Groups.
    seed : int
        Seed of the bootstrap behind the intervals.

    Returns
    -------
    Sensitivity
        All 0 where the result does not vary.

    References
    ----------
    Sobol', I. M. (2001). Global sensitivity indices for nonlinear mathematical models and their Monte Carlo
    estimates. Mathematics and Computers in Simulation 55, 271-280. Saltelli, A., and others (2010). Variance based
    sensitivity analysis of model output. Computer Physics Communications 181 (2), 259-270. Iwanaga, T., Usher, W.,
    Herman, J. (2022). Toward SALib 2.0. Socio-Environmental Systems Modelling 4, 18155.
    """
    nothing = np.zeros(len(names))
    if len(base) < LEAST_BASE or np.ptp(np.concatenate([base, other])) <= 0.0:
        return Sensitivity(tuple(names), nothing, nothing, nothing, nothing)
    # Loaded here: it brings plots along, which take a second to load.
    from SALib.analyze import sobol

    problem = {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
    rows = np.column_stack([base, swapped, other]).ravel()
    found = sobol.analyze(problem, rows, calc_second_order=False, num_resamples=RESAMPLES, seed=seed)
    return Sensitivity(
        tuple(names),
        *(np.asarray(found[key], dtype=np.float64) for key in ("S1", "S1_conf", "ST", "ST_conf")),
    )
