"""The finance of a plan in sampled worlds: works that cost more, take longer and bring less than planned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from caspia.investment.returns import net_present_value, rate_of_return
from caspia.study.plan_finance import Finance, padded, weighty_cover

FloatArray = npt.NDArray[np.float64]
LOW, HIGH = 10.0, 90.0
CHEAPEST = 0.2
"""Least cost of works in a sampled world over what was planned."""


@dataclass(frozen=True)
class FinanceWorlds:
    """Results of a plan in sampled worlds, each of shape (n_worlds,).

    Attributes
    ----------
    npv_usd, economic_npv_usd : numpy.ndarray
        Present values.
    irr_pct, eirr_pct : numpy.ndarray
        Rates of return, percent; NaN where there is none.
    dscr_min : numpy.ndarray
        Least cover of debt service; NaN without debt.
    """

    npv_usd: FloatArray
    economic_npv_usd: FloatArray
    irr_pct: FloatArray
    eirr_pct: FloatArray
    dscr_min: FloatArray

    def record(self) -> dict[str, object]:
        """P10 and P90 of each, and the shares of worlds without a rate of return and with loans not served.

        Returns
        -------
        dict
            `npv_usd_p10` and so on (None where there are no such numbers; rates of return, `irr` and `eirr`, as
            shares a year over the worlds that have one), `without_irr`, `unserved`.
        """
        found: dict[str, object] = {}
        shown = {
            "npv_usd": self.npv_usd,
            "economic_npv_usd": self.economic_npv_usd,
            "irr": self.irr_pct / 100.0,
            "eirr": self.eirr_pct / 100.0,
            "dscr_min": self.dscr_min,
        }
        for name, values in shown.items():
            known = values[np.isfinite(values)]
            for key, percent in (("p10", LOW), ("p90", HIGH)):
                found[f"{name}_{key}"] = float(np.percentile(known, percent)) if len(known) else None
        known = np.isfinite(self.dscr_min)
        found["without_irr"] = float(np.isnan(self.irr_pct).mean())
        found["unserved"] = float((self.dscr_min[known] < 1.0).mean()) if known.any() else None
        return found


def finance_worlds(finance: Finance) -> FinanceWorlds:
    """The finance of a plan in the worlds sampled for it, its cash flows scaled and shifted.

    Cost and debt grow with the overrun of cost, and the owner finds the same loans for it. Revenue, operation and
    benefit come later and are scaled by the yield of the project and the growth of demand; upkeep is not scaled.
    Interest of works that are late is part of their cost, principal falls due as agreed.

    Parameters
    ----------
    finance : Finance
        Of `finance_plan`.

    Returns
    -------
    FinanceWorlds
        The same worlds as those of the value of the plan.
    """
    rows = [_world(finance, nth) for nth in range(finance.funding.worlds.n)]
    return FinanceWorlds(*np.array(rows, dtype=float).reshape(-1, 5).T)


def _world(finance: Finance, nth: int) -> tuple[float, float, float, float, float]:
    worlds = finance.funding.worlds
    size = len(finance.whole.year) + int(worlds.late_years.max(initial=0))
    built_all, economic, available, service = (np.zeros(size) for _ in range(4))
    for place, flow in enumerate(finance.flows):
        # Nothing opens in the year in which its works start.
        soonest = int(np.flatnonzero(flow.construction_usd)[0]) + 1 - flow.opening
        late = max(int(worlds.late_years[nth, place]), soonest)
        cost = max(1.0 + worlds.extra_usd[nth, place] / finance.funding.cost_usd[place], CHEAPEST)
        brings = float(worlds.yields[nth, place] * worlds.growth[nth])
        running = (1.0 - finance.margin[place]) * np.maximum(flow.revenue_usd, 0.0)
        upkeep = flow.operation_usd - running
        earned = later(brings * (flow.revenue_usd - running) - upkeep - flow.tax_usd, late, size)
        gained = later(brings * (flow.benefit_usd - running) - upkeep, late, size)
        built = cost * padded(flow.construction_usd, size)
        is_open = np.arange(size) >= flow.opening + late
        paid = np.where(is_open, padded(flow.debt_service_usd, size), padded(flow.principal_usd, size))
        available += earned
        built_all += built
        economic += gained - built
        service += cost * paid
    project = available - built_all
    earns, brings_more = available.sum() > 0, (economic + built_all).sum() > 0
    return (
        net_present_value(project, finance.discount_pct),
        net_present_value(economic, finance.social_pct),
        rate_of_return(project).pct if earns else np.nan,
        rate_of_return(economic).pct if brings_more else np.nan,
        weighty_cover(available, service).lowest,
    )


def later(values: FloatArray, years: int, size: int) -> FloatArray:
    """Yearly values that come later, or sooner if `years` is below 0.

    Parameters
    ----------
    values : numpy.ndarray, shape (k,)
        Values by year.
    years : int
        Years by which they are late.
    size : int
        Length of the result; what falls behind it is lost.

    Returns
    -------
    numpy.ndarray, shape (size,)

    Examples
    --------
    >>> later(np.array([0.0, 1.0, 2.0]), 1, 4).tolist(), later(np.array([0.0, 1.0, 2.0]), -1, 3).tolist()
    ([0.0, 0.0, 1.0, 2.0], [1.0, 2.0, 0.0])
    """
    place = np.arange(len(values)) + years
    kept = (place >= 0) & (place < size)
    return np.bincount(place[kept], values[kept], size).astype(float)
