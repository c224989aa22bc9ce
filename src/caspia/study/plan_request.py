"""What is asked of a plan: budgets in any currency, years, an aim, and which projects may be funded."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from caspia.demand import Case
from caspia.errors import InputError, Problem
from caspia.study.candidates import FUNDS, NOW
from caspia.study.money import dollars
from caspia.study.objectives import Aim
from caspia.study.study import Study

FloatArray = npt.NDArray[np.float64]
LATEST = 2040
"""Last year in which works of a plan may start."""
POOL = "all"
_BUDGET = re.compile(r"(?:(?P<source>[a-z]+)=)?(?P<amount>[^@=]+)(?:@(?P<first>\d{4})(?:-(?P<last>\d{4}))?)?")


@dataclass(frozen=True)
class PlanRequest:
    """What is asked of a plan.

    Attributes
    ----------
    budgets : tuple of str
        Amounts, as `3e12 JPY`; with a source of money before it, `yen=1e12 JPY`, and years behind it,
        `2bn USD@2026-2028`. Without a source it is money for any project; without years it comes evenly over all.
    years : (int, int)
        First and last year in which works may start.
    aim : Aim
        What is to be made greatest.
    corridors : tuple of str
        Corridors whose projects may be funded.
    exclude, include : tuple of str
        Ids, kinds or countries of projects that may not be funded, or may as well.
    case : {"low", "central", "high"}
        Growth of demand.
    """

    budgets: tuple[str, ...] = ("3e12 JPY",)
    years: tuple[int, int] = (2026, 2030)
    aim: Aim = field(default_factory=Aim)
    corridors: tuple[str, ...] = ("Caspian",)
    exclude: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    case: Case = "central"


@dataclass(frozen=True, eq=False)
class Money:
    """Budgets in dollars.

    Attributes
    ----------
    sources : tuple of str
        Of `candidates.FUNDS`, or `all`.
    years : tuple of int
        Years of the budgets.
    usd : numpy.ndarray, shape (n_sources, n_years)
        New money.
    """

    sources: tuple[str, ...]
    years: tuple[int, ...]
    usd: FloatArray

    @property
    def total_usd(self) -> float:
        """All money."""
        return float(self.usd.sum())


def read_budgets(request: PlanRequest, study: Study) -> Money:
    """Budgets of a request.

    Parameters
    ----------
    request : PlanRequest
        With budgets as text.
    study : Study
        With exchange rates.

    Returns
    -------
    Money

    Raises
    ------
    InputError
        A budget is no amount of money, its source is unknown, or its years are not those of the plan.
    """
    first, last = request.years
    if not NOW <= first <= last <= LATEST:
        allowed = f"two years from {NOW} to {LATEST}, the first not after the last"
        raise InputError(Problem("years out of range", "--years", f"{first}-{last}", allowed, "correct the years"))
    years = tuple(range(first, last + 1))
    found: dict[str, FloatArray] = {}
    for text in request.budgets:
        source, amount, chosen = _budget(text, years)
        usd = dollars(amount, study.data, "--budget")
        own = found.setdefault(source, np.zeros(len(years)))
        own[[years.index(year) for year in chosen]] += usd / len(chosen)
    if len(found) > 1 and POOL in found:
        got, allowed = ", ".join(request.budgets), "all budgets with a source, or all without"
        raise InputError(Problem("budgets with and without a source", "--budget", got, allowed, "name the sources"))
    return Money(tuple(found), years, np.stack(list(found.values())))


def _budget(text: str, years: tuple[int, ...]) -> tuple[str, str, tuple[int, ...]]:
    """Source, amount and years of a budget."""
    matched = _BUDGET.fullmatch(text.strip())
    if matched is None:
        allowed = "[SOURCE=]AMOUNT[@YEAR[-YEAR]], as yen=1e12 JPY@2026-2028"
        raise InputError(Problem("budget has the wrong form", "--budget", repr(text), allowed, "mend it"))
    source = matched["source"] or POOL
    if source not in (POOL, *FUNDS):
        raise InputError(
            Problem("unknown source of money", "--budget", source, ", ".join(FUNDS), "name one of these")
        )
    if matched["first"] is None:
        return source, matched["amount"], years
    first = int(matched["first"])
    chosen = tuple(range(first, int(matched["last"] or first) + 1))
    if not chosen or not set(chosen) <= set(years):
        allowed = f"years of the plan, {years[0]} to {years[-1]}"
        raise InputError(Problem("years of a budget out of range", "--budget", repr(text), allowed, "correct them"))
    return source, matched["amount"], chosen
