"""How concentrated supply is: by origin, by passage, and with governance."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
BEST, WORST = 2.5, -2.5
"""Ends of the scale of the Worldwide Governance Indicators."""


def hhi(amount: npt.ArrayLike) -> FloatArray:
    """Herfindahl-Hirschman index of amounts.

    Parameters
    ----------
    amount : array_like, shape (..., n)
        What each supplier gives, in any unit, none below zero.

    Returns
    -------
    numpy.ndarray, shape (...)
        Sum of squared shares, from 1/n to 1; 0 where nothing is supplied.

    References
    ----------
    Hirschman, A. O. (1945). National Power and the Structure of Foreign Trade. University of California Press.

    Examples
    --------
    >>> float(hhi([2, 2])), float(hhi([5, 0]))
    (0.5, 1.0)
    """
    amounts = np.asarray(amount, dtype=np.float64)
    whole = amounts.sum(axis=-1, keepdims=True)
    shares = np.divide(amounts, whole, out=np.zeros_like(amounts), where=whole > 0)
    return np.asarray((shares**2).sum(axis=-1))


def passage_concentration(share: npt.ArrayLike) -> FloatArray:
    """Concentration of the states or straits that supply passes.

    A tonne may pass several states one after the other, or none, so shares do not add up to one. The index is
    the sum of their squares over their sum, or over one where the sum is less: the share of a passage that is met,
    in the mean over all passages. Where every tonne passes exactly one state it is the Herfindahl-Hirschman index.

    Parameters
    ----------
    share : array_like, shape (..., n)
        Share of supply that passes each state or strait, 0 to 1.

    Returns
    -------
    numpy.ndarray, shape (...)
        0 where nothing is passed, 1 where all supply passes whatever is passed.

    Examples
    --------
    >>> [float(passage_concentration(share)) for share in ([0.5, 0.5], [1.0, 1.0], [0, 0])]
    [0.5, 1.0, 0.0]
    """
    shares = np.asarray(share, dtype=np.float64)
    return np.asarray((shares**2).sum(axis=-1) / np.maximum(shares.sum(axis=-1), 1.0))


def instability(political_stability: npt.ArrayLike) -> FloatArray:
    """Political instability, from 0 to 1.

    Parameters
    ----------
    political_stability : array_like
        Estimate of political stability and absence of violence of the Worldwide Governance Indicators, -2.5 to 2.5.

    Returns
    -------
    numpy.ndarray
        0 for the most stable.

    Examples
    --------
    >>> instability([2.5, 0.0, -2.5]).tolist()
    [0.0, 0.5, 1.0]
    """
    return (BEST - np.asarray(political_stability, dtype=np.float64)) / (BEST - WORST)


def geopolrisk(
    production: npt.ArrayLike, imports: npt.ArrayLike, unstable: npt.ArrayLike, domestic: npt.ArrayLike = 0.0
) -> tuple[FloatArray, FloatArray]:
    """Geopolitical supply risk of an importer by the GeoPolRisk method.

    The score is the Herfindahl-Hirschman index of world production times the import risk, which is the sum of
    imports weighted by the instability of their origins over imports and domestic production together.

    Parameters
    ----------
    production : array_like, shape (..., n)
        World production by state.
    imports : array_like, shape (..., m)
        Imports by origin, in the unit of `domestic`.
    unstable : array_like, shape (..., m)
        Instability of the origins, 0 to 1.
    domestic : array_like, shape (...)
        Production of the importer itself.

    Returns
    -------
    score, import_risk : numpy.ndarray, shape (...)
        Both from 0 to 1; 0 where nothing is imported.

    References
    ----------
    Gemechu, E. D., Helbig, C., Sonnemann, G., Thorenz, A., Tuma, A. (2016). Import-based indicator for the
    geopolitical supply risk of raw materials in life cycle sustainability assessments. Journal of Industrial
    Ecology 20 (1), 154-165.

    Helbig, C., Gemechu, E. D., Pillain, B., Young, S. B., Thorenz, A., Tuma, A., Sonnemann, G. (2016). Extending
    the geopolitical supply risk indicator: application of life cycle sustainability assessment to the
    petrochemical supply chain of polyacrylonitrile-based carbon fibers. Journal of Cleaner Production 137,
    1170-1178.

    Koyamparambath, A., Santillan-Saldivar, J., McLellan, B., Sonnemann, G. (2022). Supply risk evolution of raw
    materials for batteries and fossil fuels for selected OECD countries (2000-2018). Resources Policy 75, 102465.

    Examples
    --------
    >>> score, risk = geopolrisk([1, 1], [3, 1], [0.5, 0.9], domestic=4)
    >>> round(float(risk), 3), round(float(score), 3)
    (0.3, 0.15)
    """
    bought, weight = np.asarray(imports, dtype=np.float64), np.asarray(unstable, dtype=np.float64)
    whole = bought.sum(axis=-1) + np.asarray(domestic, dtype=np.float64)
    weighted = (bought * weight).sum(axis=-1)
    risk = np.divide(weighted, whole, out=np.zeros_like(weighted), where=whole > 0)
    return hhi(production) * risk, np.asarray(risk)
