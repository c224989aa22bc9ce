"""The money of a project year by year: building, drawing, earning, paying, and what is left for whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from caspia.errors import InputError, Problem, UnknownName
from caspia.investment.loans import Loan, Schedule, schedule
from caspia.investment.returns import (
    Cover,
    Rate,
    debt_service_cover,
    loan_life_cover,
    net_present_value,
    payback_years,
    rate_of_return,
)
from caspia.units import FloatArray

PARTS = ("drawn", "interest", "fee", "principal")


@dataclass(frozen=True)
class Project:
    """What a project costs and earns, without its finance; arrays of one length, one value a year.

    Attributes
    ----------
    first_year : int
        Calendar year of the first value.
    construction_usd, revenue_usd, operation_usd : numpy.ndarray, shape (years,)
        Outlay for building; income from tariffs and charges; operation and maintenance.
    benefit_usd : numpy.ndarray, shape (years,)
        Benefit to society (users, and owners in so far as it is no transfer), for the economic rate of return.
    tax_pct : float
        Tax on profit after interest and straight-line depreciation; losses are carried forward.
    depreciation_years : float
        Life over which the works are written off from opening.

    Raises
    ------
    InputError
        Arrays of different lengths, values that are not finite, negative outlays, no outlay at all.
    """

    first_year: int
    construction_usd: FloatArray
    revenue_usd: FloatArray
    operation_usd: FloatArray
    benefit_usd: FloatArray
    tax_pct: float = 0.0
    depreciation_years: float = 30.0

    def __post_init__(self) -> None:
        """Freeze the arrays and refuse what is no project."""
        names = ("construction_usd", "revenue_usd", "operation_usd", "benefit_usd")
        for name in names:
            values = np.array(getattr(self, name), dtype=float)
            values.flags.writeable = False
            object.__setattr__(self, name, values)
        _check_project(self, names)

    @property
    def opening(self) -> int:
        """Index of the first year with income or benefit; the year after building where there is neither."""
        earning = np.flatnonzero((self.revenue_usd > 0) | (self.benefit_usd > 0))
        return int(earning[0]) if len(earning) else int(np.flatnonzero(self.construction_usd)[-1]) + 1


@dataclass(frozen=True)
class Tranche:
    """A loan's part in the finance of a project.

    Attributes
    ----------
    loan : Loan
        Terms; the amount and the drawdowns follow from the cost of building.
    share : float
        Part of each year's outlay that it bears, 0 to 1.
    per_usd : float
        Units of its currency for a dollar in the first year of the project.
    appreciation_pct : float
        Rise of the currency against the dollar, percent a year; negative if it falls.
    """

    loan: Loan
    share: float
    per_usd: float = 1.0
    appreciation_pct: float = 0.0


@dataclass(frozen=True)
class Case:
    """A project and how it is paid for; what loans and grants leave is equity.

    Attributes
    ----------
    project : Project
        Cost and income.
    tranches : tuple of Tranche
        Loans.
    grant_share : float
        Part of each year's outlay that is given.

    Raises
    ------
    InputError
        Shares that are negative or sum to more than one, an exchange rate not above zero.
    """

    project: Project
    tranches: tuple[Tranche, ...] = ()
    grant_share: float = 0.0

    def __post_init__(self) -> None:
        """Refuse finance that is more than the cost."""
        shares = np.array([self.grant_share, *(tranche.share for tranche in self.tranches)])
        if not ((shares >= 0).all() and shares.sum() <= 1 + 1e-9):
            got = f"shares {', '.join(f'{share:g}' for share in shares)} (the grant first)"
            raise InputError(
                Problem(
                    "finance does not fit the cost", "finance, share", got, "0 to 1 together", "scale the shares"
                )
            )
        for tranche in self.tranches:
            if not (tranche.per_usd > 0 and tranche.appreciation_pct > -100):
                got = f"{tranche.per_usd:g} {tranche.loan.currency}, {tranche.appreciation_pct:g} percent a year"
                allowed = "a rate above 0 that changes by more than -100 percent a year"
                raise InputError(Problem("no exchange rate", "finance, per_usd", got, allowed, "mend the rate"))


@dataclass(frozen=True)
class CashFlow:
    """Money of a case in dollars, one value a year.

    Attributes
    ----------
    year : numpy.ndarray of int, shape (years,)
        Calendar years; longer than those of the project if a loan outlives it.
    construction_usd, grant_usd, drawn_usd, interest_usd, fee_usd, principal_usd : numpy.ndarray, shape (years,)
        Outlay for building; given; lent; and paid on the loans.
    revenue_usd, operation_usd, tax_usd, benefit_usd : numpy.ndarray, shape (years,)
        Income, outlay and tax of operation; benefit to society.
    opening : int
        Index of the first year of operation.
    """

    year: npt.NDArray[np.int64]
    construction_usd: FloatArray
    grant_usd: FloatArray
    drawn_usd: FloatArray
    interest_usd: FloatArray
    fee_usd: FloatArray
    principal_usd: FloatArray
    revenue_usd: FloatArray
    operation_usd: FloatArray
    tax_usd: FloatArray
    benefit_usd: FloatArray
    opening: int

    @property
    def available_usd(self) -> FloatArray:
        """Cash available for debt service: revenue less operation and tax."""
        return self.revenue_usd - self.operation_usd - self.tax_usd

    @property
    def debt_service_usd(self) -> FloatArray:
        """Interest, fees and principal."""
        return self.interest_usd + self.fee_usd + self.principal_usd

    @property
    def project_usd(self) -> FloatArray:
        """Flow of the project before its finance."""
        return self.available_usd - self.construction_usd

    @property
    def equity_usd(self) -> FloatArray:
        """Flow of the owners: what they put in is negative, interest during construction included."""
        return self.project_usd + self.grant_usd + self.drawn_usd - self.debt_service_usd

    @property
    def economic_usd(self) -> FloatArray:
        """Flow of society: benefit less building and operation, without taxes and loans."""
        return self.benefit_usd - self.construction_usd - self.operation_usd

    @property
    def interest_during_construction_usd(self) -> float:
        """Interest and fees paid before opening."""
        return float((self.interest_usd + self.fee_usd)[: self.opening].sum())

    def frame(self) -> pd.DataFrame:
        """Table with one row a year: the arrays and the flows made of them."""
        names = [field.name for field in fields(self) if field.name != "opening"]
        made = ("available_usd", "debt_service_usd", "project_usd", "equity_usd", "economic_usd")
        return pd.DataFrame({name: getattr(self, name) for name in (*names, *made)})


@dataclass(frozen=True)
class Appraisal:
    """What a case returns.

    Attributes
    ----------
    npv_usd, economic_npv_usd : float
        Present value of the project before finance, and to society.
    irr, equity_irr, economic_irr : Rate
        Rates of return of project (FIRR), owners and society (EIRR).
    payback_years : float
        Years from the first outlay; NaN if never.
    cover : Cover
        Debt service cover from opening; years are indices of the cash flow.
    loan_life_cover : float
        Present value of cash over that of debt service from opening, at the rate of discount.
    interest_during_construction_usd : float
        Interest and fees before opening.
    """

    npv_usd: float
    economic_npv_usd: float
    irr: Rate
    equity_irr: Rate
    economic_irr: Rate
    payback_years: float
    cover: Cover
    loan_life_cover: float
    interest_during_construction_usd: float


def cash_flow(case: Case) -> CashFlow:
    """Lay out the money of a case year by year.

    Parameters
    ----------
    case : Case
        Project and finance.

    Returns
    -------
    CashFlow
        Loans are drawn at the start of the years of building, in their currency at the rate of that day, and
        paid at the rate of the day of payment.

    Raises
    ------
    InputError
        A loan whose grace ends before the works are built.
    """
    project, start = case.project, int(np.flatnonzero(case.project.construction_usd)[0])
    lent = [_tranche_flows(tranche, project, start) for tranche in case.tranches if tranche.share > 0]
    years = max([len(project.construction_usd), *(len(flows[0]) for flows in lent)])
    drawn, interest, fee, principal = (
        sum((_padded(flows[part], years) for flows in lent), start=np.zeros(years)) for part in range(len(PARTS))
    )
    revenue, operation = _padded(project.revenue_usd, years), _padded(project.operation_usd, years)
    construction = _padded(project.construction_usd, years)
    profit = revenue - operation - interest - fee - _depreciation(project, years)
    return CashFlow(
        year=project.first_year + np.arange(years, dtype=np.int64),
        construction_usd=construction,
        grant_usd=case.grant_share * construction,
        drawn_usd=drawn,
        interest_usd=interest,
        fee_usd=fee,
        principal_usd=principal,
        revenue_usd=revenue,
        operation_usd=operation,
        tax_usd=_tax(profit, project.tax_pct),
        benefit_usd=_padded(project.benefit_usd, years),
        opening=project.opening,
    )


def appraise(flow: CashFlow, discount_pct: float, social_discount_pct: float) -> Appraisal:
    """Say what a case returns and whether its loans are served.

    Parameters
    ----------
    flow : CashFlow
        Money by year.
    discount_pct : float
        Cost of capital, percent a year.
    social_discount_pct : float
        Rate at which society discounts, percent a year.

    Returns
    -------
    Appraisal

    Raises
    ------
    InputError
        A rate not above -100.
    """
    service = np.where(np.arange(len(flow.year)) >= flow.opening, flow.debt_service_usd, 0.0)
    after = slice(min(flow.opening, len(flow.year) - 1), None)
    return Appraisal(
        npv_usd=net_present_value(flow.project_usd, discount_pct),
        economic_npv_usd=net_present_value(flow.economic_usd, social_discount_pct),
        irr=rate_of_return(flow.project_usd),
        equity_irr=rate_of_return(flow.equity_usd),
        economic_irr=rate_of_return(flow.economic_usd),
        payback_years=payback_years(flow.project_usd),
        cover=debt_service_cover(flow.available_usd, service),
        loan_life_cover=loan_life_cover(flow.available_usd[after], service[after], discount_pct),
        interest_during_construction_usd=flow.interest_during_construction_usd,
    )


def with_exchange_rate(
    case: Case,
    appreciation_pct: Mapping[str, float],
    *,
    revenue_depreciation_pct: float = 0.0,
    local_share: float = 1.0,
) -> Case:
    """Put a case under other exchange rates.

    Parameters
    ----------
    case : Case
        As it is.
    appreciation_pct : mapping of str to float
        Rise of loan currencies against the dollar, percent a year, by ISO 4217 code.
    revenue_depreciation_pct : float
        Fall of the currency in which tariffs are paid against the dollar: dollars of it shrink from the first
        year on by `1 / (1 + rate)` a year.
    local_share : float
        Part of revenue in that currency, 0 to 1; operation stays in dollars.

    Returns
    -------
    Case
        A copy.

    Raises
    ------
    UnknownName
        A currency in which no loan is.
    InputError
        A share outside 0 to 1, a rate not above -100.
    """
    currencies = sorted({tranche.loan.currency for tranche in case.tranches})
    for currency in appreciation_pct:
        if currency not in currencies:
            allowed = ", ".join(currencies) or "no loan is foreign"
            raise UnknownName(
                Problem("no loan is in this currency", "appreciation_pct", currency, allowed, "name one of these")
            )
    if not (0 <= local_share <= 1 and revenue_depreciation_pct > -100):
        got = f"{local_share:g} and {revenue_depreciation_pct:g} percent a year"
        allowed = "a share of 0 to 1 and more than -100 percent"
        raise InputError(Problem("no case of local revenue", "local_share", got, allowed, "mend it"))
    tranches = tuple(
        replace(t, appreciation_pct=appreciation_pct.get(t.loan.currency, t.appreciation_pct))
        for t in case.tranches
    )
    revenue = case.project.revenue_usd
    worth = (1 + revenue_depreciation_pct / 100) ** -np.arange(len(revenue), dtype=float)
    shrunk = revenue * (1 - local_share + local_share * worth)
    return replace(case, tranches=tranches, project=replace(case.project, revenue_usd=shrunk))


def _tranche_flows(tranche: Tranche, project: Project, start: int) -> list[FloatArray]:
    """Dollars drawn, and paid as interest, fees and principal, by year of the project."""
    outlay = np.trim_zeros(project.construction_usd, "b")[start:]
    rise = 1 + tranche.appreciation_pct / 100
    drawn = tranche.share * outlay * tranche.per_usd * rise ** -(start + np.arange(len(outlay), dtype=float))
    terms = tranche.loan.of(float(drawn.sum()), tuple(drawn / drawn.sum()))
    flows: Schedule = schedule(terms)
    dollars = rise ** (start + flows.time_years) / tranche.per_usd
    in_usd = replace(
        flows,
        drawn=flows.drawn * dollars,
        interest=flows.interest * dollars,
        fee=flows.fee * dollars,
        principal=flows.principal * dollars,
    )
    return [np.concatenate([np.zeros(start), in_usd.by_year(part)]) for part in PARTS]


def _depreciation(project: Project, years: int) -> FloatArray:
    cost = project.construction_usd.sum()
    age = np.arange(years, dtype=float) - project.opening
    left = np.clip(project.depreciation_years - age, 0.0, 1.0)
    return np.where(age >= 0, cost / project.depreciation_years * left, 0.0)


def _tax(profit: FloatArray, tax_pct: float) -> FloatArray:
    """Tax by year; losses wait until profits take them up."""
    loss, tax = 0.0, np.zeros(len(profit))
    for nth, gain in enumerate(profit):
        taxed = max(gain - loss, 0.0)
        loss = max(loss - gain, 0.0)
        tax[nth] = tax_pct / 100 * taxed
    return tax


def _padded(values: FloatArray, years: int) -> FloatArray:
    return np.concatenate([values, np.zeros(years - len(values))])


def _check_project(project: Project, names: tuple[str, ...]) -> None:
    arrays = {name: getattr(project, name) for name in names}
    lengths = {len(values) if values.ndim == 1 else -1 for values in arrays.values()}
    if len(lengths) != 1 or lengths & {0, -1}:
        got = ", ".join(f"{name} {values.shape}" for name, values in arrays.items())
        raise InputError(Problem("years do not match", "project", got, "one value a year in each", "align them"))
    for name, values in arrays.items():
        low = 0.0 if name in ("construction_usd", "operation_usd") else -np.inf
        if not (np.isfinite(values) & (values >= low)).all():
            allowed = f"finite numbers{' of at least 0' if low == 0 else ''}"
            raise InputError(Problem("no series of money", f"project, {name}", str(values), allowed, "mend it"))
    if not project.construction_usd.any():
        raise InputError(
            Problem("nothing is built", "project, construction_usd", "0", "an outlay above 0", "give the cost")
        )
    if not (0 <= project.tax_pct < 100 and project.depreciation_years > 0):
        got = f"{project.tax_pct:g} percent and {project.depreciation_years:g} years"
        allowed = "a tax of 0 to 100 percent and a life above 0"
        raise InputError(Problem("no tax", "project, tax_pct", got, allowed, "mend it"))
