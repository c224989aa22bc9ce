"""Whether money comes back: present value, rate of return, payback, cover of the debt service."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from caspia.errors import InputError, Problem
from caspia.units import FloatArray

LOWEST_PCT, HIGHEST_PCT = -99.0, 1000.0
GRID_POINTS = 4000


@dataclass(frozen=True)
class Rate:
    """A rate of return, or why there is none.

    Attributes
    ----------
    pct : float
        Percent a year; NaN if there is none or more than one.
    reason : str
        Why it is NaN; empty otherwise.
    """

    pct: float
    reason: str = ""


@dataclass(frozen=True)
class Cover:
    """Cover of the debt service by the cash that is there for it.

    Attributes
    ----------
    ratio : numpy.ndarray, shape (years,)
        Debt service cover by year; NaN in years without debt service.
    lowest : float
        Least ratio; NaN without debt.
    lowest_year : int
        Index of the year in which it is least; -1 without debt.
    """

    ratio: FloatArray
    lowest: float
    lowest_year: int


def net_present_value(flows: npt.ArrayLike, discount_pct: float) -> float:
    """Present value of yearly flows, the first undiscounted.

    Parameters
    ----------
    flows : array_like, shape (years,)
        Money in less money out.
    discount_pct : float
        Percent a year.

    Returns
    -------
    float
        In the money of the flows.

    Raises
    ------
    InputError
        Flows that are not finite, or a rate not above -100.

    Examples
    --------
    >>> round(net_present_value([-40000, 5000, 8000, 12000, 30000], 8.0), 2)
    3065.22
    """
    values = _finite(flows)
    if not discount_pct > -100:
        raise InputError(
            Problem("no such rate of discount", "discount_pct", f"{discount_pct:g}", "more than -100", "mend it")
        )
    return float(values @ (1 + discount_pct / 100) ** -np.arange(len(values), dtype=float))


def rate_of_return(flows: npt.ArrayLike) -> Rate:
    """Rate of discount at which yearly flows are worth nothing.

    Parameters
    ----------
    flows : array_like, shape (years,)
        Money in less money out.

    Returns
    -------
    Rate
        NaN with the reason where no rate between -99 and 1000 percent, or more than one, does it.

    Raises
    ------
    InputError
        Flows that are not finite.

    References
    ----------
    World Bank (2005), When and how to use NPV, IRR and modified IRR, Transport Note TRN-6.

    Examples
    --------
    >>> round(rate_of_return([-100, 39, 59, 55, 20]).pct, 3)
    28.095
    >>> rate_of_return([-100, 10]).pct, rate_of_return([1, 2]).reason
    (-90.0, 'flows do not change sign')
    """
    values = _finite(flows)
    signs = np.sign(values[values != 0])
    if not (np.diff(signs) != 0).any():
        return Rate(np.nan, "flows do not change sign")
    roots = _roots(values / np.abs(values).max())
    if not roots:
        return Rate(
            np.nan, f"no rate between {LOWEST_PCT:g} and {HIGHEST_PCT:g} percent makes the flows worth nothing"
        )
    if len(roots) > 1:
        found = ", ".join(f"{root:.2f}" for root in roots)
        return Rate(np.nan, f"several rates make the flows worth nothing: {found} percent")
    return Rate(roots[0])


def _roots(values: FloatArray) -> list[float]:
    """Rates in percent at which the present value crosses zero, from a grid that is fine near zero."""
    powers = np.arange(len(values))

    def worth(discount: float) -> float:
        # Weighted so that neither end of the scale of rates overflows.
        return (
            float(values @ discount**powers) if discount <= 1 else float(values @ discount ** (powers - powers[-1]))
        )

    discounts = np.exp(np.linspace(-np.log1p(HIGHEST_PCT / 100), -np.log1p(LOWEST_PCT / 100), GRID_POINTS))
    worths = np.array([worth(discount) for discount in discounts])
    roots = [100 * (1 / x - 1) for x in discounts[worths == 0.0]]
    for at in np.flatnonzero(np.sign(worths[:-1]) * np.sign(worths[1:]) < 0):
        low, high = discounts[at], discounts[at + 1]
        crossing = 1.0 if low < 1 < high and worth(1.0) == 0.0 else brentq(worth, low, high, xtol=1e-15, rtol=1e-14)
        roots.append(100 * (1 / crossing - 1))
    return sorted(roots)


def payback_years(flows: npt.ArrayLike) -> float:
    """Years until the sum of the flows is no longer negative, for good.

    Parameters
    ----------
    flows : array_like, shape (years,)
        Money in less money out; a flow is spread evenly over its year.

    Returns
    -------
    float
        Years from the start; 0 if the sum is never negative, NaN if it is negative at the end.

    Raises
    ------
    InputError
        Flows that are not finite.

    Examples
    --------
    >>> payback_years([-100, 50, 100]), payback_years([-100, 50])
    (2.5, nan)
    """
    values = _finite(flows)
    total = np.cumsum(values)
    short = np.flatnonzero(total < 0)
    if not len(short):
        return 0.0
    last = int(short[-1])
    if last == len(values) - 1:
        return float("nan")
    return float(last + 1 - total[last] / values[last + 1])


def debt_service_cover(available: npt.ArrayLike, debt_service: npt.ArrayLike) -> Cover:
    """Cash available for debt service over debt service, year by year.

    Parameters
    ----------
    available : array_like, shape (years,)
        Revenue less operation and tax.
    debt_service : array_like, shape (years,)
        Interest, fees and principal; at least zero.

    Returns
    -------
    Cover
        Ratios and the worst year.

    Raises
    ------
    InputError
        Lengths that differ, a negative debt service, values that are not finite.

    References
    ----------
    Yescombe, E. R. (2014), Principles of project finance, 2nd edition, chapter on financial modelling.

    Examples
    --------
    >>> cover = debt_service_cover([0, 30, 24], [0, 20, 20])
    >>> cover.lowest, cover.lowest_year
    (1.2, 2)
    """
    cash, service = _finite(available), _finite(debt_service)
    if len(cash) != len(service) or (service < 0).any():
        got = f"{len(cash)} and {len(service)} years, least debt service {service.min(initial=0.0):g}"
        allowed = "as many years of both, and no negative debt service"
        raise InputError(Problem("no cover can be told", "debt_service", got, allowed, "align the years"))
    ratio = np.full(len(cash), np.nan)
    owing = service > 0
    ratio[owing] = cash[owing] / service[owing]
    if not owing.any():
        return Cover(ratio, float("nan"), -1)
    worst = int(np.nanargmin(ratio))
    return Cover(ratio, float(ratio[worst]), worst)


def loan_life_cover(available: npt.ArrayLike, debt_service: npt.ArrayLike, discount_pct: float) -> float:
    """Present value of the cash of the years of debt over that of the debt service.

    Parameters
    ----------
    available : array_like, shape (years,)
        Cash available for debt service.
    debt_service : array_like, shape (years,)
        Debt service; discounted at the rate of the loan it is the balance that is owed.
    discount_pct : float
        Percent a year, usually the rate of the loan.

    Returns
    -------
    float
        Ratio; NaN without debt.

    Raises
    ------
    InputError
        As `debt_service_cover` and `net_present_value`.

    Examples
    --------
    >>> round(loan_life_cover([30, 30, 30], [20, 20, 0], 5.0), 6)
    1.5
    """
    debt_service_cover(available, debt_service)
    service = _finite(debt_service)
    years = int(np.flatnonzero(service)[-1]) + 1 if service.any() else 0
    if not years:
        return float("nan")
    cash = _finite(available)[:years]
    return net_present_value(cash, discount_pct) / net_present_value(service[:years], discount_pct)


def _finite(flows: npt.ArrayLike) -> FloatArray:
    values = np.asarray(flows, dtype=float)
    if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
        got = f"{np.isnan(values).sum()} missing of {values.size} values in {values.ndim} dimensions"
        allowed = "at least one finite number a year, in one row"
        raise InputError(Problem("flows are no series of numbers", "flows", got, allowed, "fill the years in"))
    return values
