"""Whether the loans of a plan can be served: cash flow, returns and cover of its projects and of all together.

All money is in dollars of one price year. Loans are in money that loses its worth: what is owed shrinks with it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import pandas as pd

from caspia.data import Dataset
from caspia.errors import InputError, Problem
from caspia.investment.cash_flow import (
    Appraisal,
    Case,
    CashFlow,
    Project,
    Tranche,
    appraise,
    cash_flow,
    with_exchange_rate,
)
from caspia.investment.returns import Cover, debt_service_cover
from caspia.investment.terms import financial_rate, social_rate
from caspia.study.candidates import FUNDS
from caspia.study.funding import Funding
from caspia.study.plan_loans import (
    LENDERS,
    Part,
    grant_elements,
    inflation_pct,
    largest_share,
    parts,
    strong_pct,
    tranche,
    weak_pct,
)
from caspia.study.project_money import PlanMoney, project_money

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Tell = Callable[[str, int, int], None]
EXPORTED = ("project-vessels", "project-rolling-stock")
"""Classes of works that are bought abroad as a whole."""
WEIGHTY = 0.1
"""Debt service over that of the heaviest year from which on a year may be the worst."""
NEEDED = ("life_years", "operating_margin", "upkeep_share")


@dataclass(frozen=True)
class FinanceRequest:
    """What is asked of the finance of a plan.

    Attributes
    ----------
    loan : str
        Loan that takes the place of all others; none if empty.
    loan_share : float or None
        Share of the cost that it bears; as much as its lender is known to bear if left out.
    discount_pct : float or None
        Cost of capital, percent a year in constant prices; that of the data if left out.
    strained : bool
        Whether the results are those at exchange rates that do the borrower harm.
    """

    loan: str = ""
    loan_share: float | None = None
    discount_pct: float | None = None
    strained: bool = False


@dataclass(frozen=True, eq=False)
class Finance:
    """Finance of the projects of a plan.

    Attributes
    ----------
    request : FinanceRequest
        What was asked.
    funding : Funding
        Projects, and who pays for them.
    money : PlanMoney
        Revenue and benefit by year.
    cases, strained_cases : tuple of Case
        Each project with its loans; the same with loans in strong and tariffs in weak currencies.
    flows : tuple of CashFlow
        Of each project, over the same years.
    whole, strained_whole : CashFlow
        Sum over the projects, in both cases.
    loans : pandas.DataFrame
        One row a project and loan: `project`, `loan_id`, `lender`, `party`, `currency`, `amount_usd`, `share`,
        `interest_pct`, `tenor_years`, `grace_years`, `grant_oecd_pct`, `grant_imf_pct`.
    margin : numpy.ndarray, shape (n,)
        Share of revenue that operation leaves.
    carriers_margin : float
        The same of carriers elsewhere.
    discount_pct, social_pct : float
        Rates of discount, percent a year.
    """

    request: FinanceRequest
    funding: Funding
    money: PlanMoney
    cases: tuple[Case, ...]
    strained_cases: tuple[Case, ...]
    flows: tuple[CashFlow, ...]
    whole: CashFlow
    strained_whole: CashFlow
    loans: pd.DataFrame
    margin: FloatArray
    carriers_margin: float
    discount_pct: float
    social_pct: float

    def appraisal(self, flow: CashFlow) -> Appraisal:
        """What a cash flow returns.

        Parameters
        ----------
        flow : CashFlow
            Of a project, or `whole`.

        Returns
        -------
        Appraisal
            The cover within is of the opening of the first project; `cover` has that of all.
        """
        return appraise(flow, self.discount_pct, self.social_pct)

    @staticmethod
    def tranche_flow(case: Case, lent: Tranche) -> CashFlow:
        """Cash flow of a case with one of its loans alone.

        Parameters
        ----------
        case : Case
            Of a project.
        lent : Tranche
            One of its loans.

        Returns
        -------
        CashFlow
        """
        return cash_flow(Case(case.project, (lent,)))

    @property
    def service_usd(self) -> FloatArray:
        """Debt service that the revenue of the whole plan has to bear, by year: each project's from its opening."""
        return _service(self.flows, len(self.whole.year))

    @property
    def cover(self) -> Cover:
        """Debt service cover of the whole plan by year, least among the years that weigh."""
        return weighty_cover(self.whole.available_usd, self.service_usd)

    @property
    def strained_cover(self) -> Cover:
        """The same at exchange rates that do the borrower harm."""
        whole = self.strained_whole
        service = _service(tuple(map(cash_flow, self.strained_cases)), len(whole.year))
        return weighty_cover(whole.available_usd, service)


def finance_plan(funding: Funding, request: FinanceRequest | None = None, tell: Tell | None = None) -> Finance:
    """Finance of the projects of a plan.

    Parameters
    ----------
    funding : Funding
        Projects, and who pays for them.
    request : FinanceRequest, optional
        What is asked.
    tell : callable, optional
        Told stage, number done and number of all.

    Returns
    -------
    Finance

    Raises
    ------
    InputError
        A loan, a rate or a quantity of a project is not in the data, or a share is out of range.
    caspia.errors.NotConverged
        No equilibrium was reached.
    """
    asked, data = request or FinanceRequest(), funding.planner.study.data
    check_finance(data, funding.ids, asked)
    life, margin = funding.values("life_years"), funding.values("operating_margin")
    discount = financial_rate(data) * 100.0 if asked.discount_pct is None else asked.discount_pct
    behind = [_parts(funding, place, asked) for place in range(len(funding.ids))]
    openings = dict(zip(funding.ids, funding.opening.tolist(), strict=True))
    money = project_money(funding.planner, openings, life.tolist(), int(funding.start.min()), tell)
    carriers = float(np.nanmean(data.values("projects", "operating_margin")))
    cases = [
        Case(
            _project(funding, money, place, float(margin[place]), carriers),
            tuple(tranche(data, part, int(funding.build_years[place]), life[place]) for part in behind[place]),
        )
        for place in range(len(funding.ids))
    ]
    strained = [_strained(funding, case, place, life[place]) for place, case in enumerate(cases)]
    flows = tuple(cash_flow(case) for case in (strained if asked.strained else cases))
    return Finance(
        request=asked,
        funding=funding,
        money=money,
        cases=tuple(strained if asked.strained else cases),
        strained_cases=tuple(strained),
        flows=flows,
        whole=total(flows),
        strained_whole=total(tuple(map(cash_flow, strained))),
        loans=_loans(funding, cases, behind),
        margin=margin,
        carriers_margin=carriers,
        discount_pct=discount,
        social_pct=100.0 * social_rate(data),
    )


def padded(values: FloatArray, years: int) -> FloatArray:
    """Values with zeros behind, up to a number of years.

    Parameters
    ----------
    values : numpy.ndarray, shape (k,)
        Values of the first years.
    years : int
        Number of years, at least k.

    Returns
    -------
    numpy.ndarray, shape (years,)
    """
    return np.concatenate([values, np.zeros(years - len(values))])


def weighty_cover(available_usd: FloatArray, service_usd: FloatArray) -> Cover:
    """Debt service cover whose least ratio is sought where it says something.

    Years with less than a tenth of the debt service of the heaviest year, in which a first loan begins or the last
    runs out, have a ratio and are not called the worst.

    Parameters
    ----------
    available_usd, service_usd : numpy.ndarray, shape (years,)
        Cash available for debt service, and debt service.

    Returns
    -------
    Cover

    Examples
    --------
    >>> found = weighty_cover(np.array([-1.0, 30.0, 24.0]), np.array([0.1, 20.0, 20.0]))
    >>> found.lowest, found.lowest_year, found.ratio.tolist()
    (1.2, 2, [-10.0, 1.5, 1.2])
    """
    heavy = np.where(service_usd >= WEIGHTY * service_usd.max(initial=0.0), service_usd, 0.0)
    found = debt_service_cover(available_usd, heavy)
    return Cover(debt_service_cover(available_usd, service_usd).ratio, found.lowest, found.lowest_year)


def due_usd(flow: CashFlow) -> FloatArray:
    """Debt service that revenue has to bear: all from opening on, and principal that falls due before.

    Interest before opening is part of what the work costs its owners.

    Parameters
    ----------
    flow : CashFlow
        Of one project.

    Returns
    -------
    numpy.ndarray, shape (years,)
    """
    is_open = np.arange(len(flow.year)) >= flow.opening
    return np.where(is_open, flow.debt_service_usd, flow.principal_usd)


def total(flows: tuple[CashFlow, ...]) -> CashFlow:
    """Sum of the cash flows of projects that begin in the same year.

    Parameters
    ----------
    flows : tuple of CashFlow
        One or more.

    Returns
    -------
    CashFlow
        It opens when the first of them does.
    """
    longest = max(flows, key=lambda flow: len(flow.year))
    names = [item.name for item in fields(CashFlow) if item.name not in ("year", "opening")]
    sums = {
        name: np.sum([padded(getattr(flow, name), len(longest.year)) for flow in flows], axis=0) for name in names
    }
    return CashFlow(year=longest.year, opening=min(flow.opening for flow in flows), **sums)


def _service(flows: tuple[CashFlow, ...], years: int) -> FloatArray:
    return np.asarray(np.sum([padded(due_usd(flow), years) for flow in flows], axis=0))


def check_finance(data: Dataset, ids: Collection[str], asked: FinanceRequest) -> None:
    """Refuse what can be refused before any flow is computed.

    Parameters
    ----------
    data : Dataset
        Tables.
    ids : collection of str
        Projects to be financed.
    asked : FinanceRequest
        What is asked.

    Raises
    ------
    InputError
        A loan or a rate is not in the data, a project lacks a quantity, or a number is out of range.
    """
    _check(asked)
    if asked.loan:
        largest_share(data, asked.loan)
    social_rate(data)
    financial_rate(data)
    inflation_pct(data)
    for name in NEEDED:
        values = data.values("projects", name)
        for row in np.flatnonzero(data.tables["projects"]["id"].isin(list(ids)).to_numpy() & np.isnan(values)):
            where, allowed = data.where("projects", int(row)), f"a fact {name} of the project or of its class"
            raise InputError(Problem(f"project without {name}", where, "no fact", allowed, "add the fact"))


def _check(asked: FinanceRequest) -> None:
    share, rate = asked.loan_share, asked.discount_pct
    if share is not None and not asked.loan:
        raise InputError(
            Problem("share without a loan", "--share", f"{share:g}", "a share of --loan", "name a loan")
        )
    if share is not None and not 0.0 <= share <= 1.0:
        raise InputError(Problem("share out of range", "--share", f"{share:g}", "0 to 1", "correct the share"))
    if rate is not None and not -50.0 < rate < 100.0:
        raise InputError(Problem("rate out of range", "--discount", f"{rate:g}", "-50 to 100 percent a year"))


def _group(funding: Funding, place: int) -> str:
    """Income group of the first state of a project, which borrows."""
    state = funding.column("countries")[place].split(";")[0]
    table = funding.planner.study.data.tables["countries"]
    found = table.loc[table["id"] == state, "income_group"]
    return str(found.iloc[0]) if len(found) else ""


def _parts(funding: Funding, place: int, asked: FinanceRequest) -> tuple[Part, ...]:
    data = funding.planner.study.data
    if asked.loan:
        largest = largest_share(data, asked.loan)
        share = largest if asked.loan_share is None else asked.loan_share
        return (Part(asked.loan, share),) if share > 0 else ()
    shares = funding.pays_usd[place] / funding.cost_usd[place]
    pays = {source: float(share) for source, share in zip(FUNDS, shares, strict=True) if share > 0}
    exported = funding.column("class_id")[place] in EXPORTED
    return parts(data, pays, _group(funding, place), exported=exported)


def _project(funding: Funding, money: PlanMoney, place: int, margin: float, carriers_margin: float) -> Project:
    """Cost and income of a project; what users pay it, is a gain of its owner that their benefit is short of."""
    years, revenue = money.years, money.revenue_usd[place]
    start, opening = int(funding.start[place]), int(money.usable[place])
    works = (years >= start) & (years < funding.opening[place])
    construction = np.where(works, funding.cost_usd[place] / works.sum(), 0.0)
    end = opening + int(np.ceil(funding.values("life_years")[place]))
    used = (years >= opening) & (years < end)
    cost = funding.planner.table.cost_usd[funding.row[place]]
    upkeep = funding.values("upkeep_share")[place] * cost * used
    return Project(
        first_year=int(years[0]),
        construction_usd=construction,
        revenue_usd=revenue,
        # Prices that fall take revenue and leave the cost of operation as it is. The margins of operators leave
        # upkeep paid already; it counts where there is less revenue than that takes.
        operation_usd=np.maximum((1.0 - margin) * np.maximum(revenue, 0.0), upkeep),
        benefit_usd=money.users_usd[place] + revenue + carriers_margin * money.others_usd[place],
    )


def _strained(funding: Funding, case: Case, place: int, life_years: float) -> Case:
    """A project at exchange rates that do harm: loans in a strong currency, tariffs in a weak one."""
    data = funding.planner.study.data
    tenor = {item.loan.currency: item.loan.tenor_years for item in case.tranches}
    state = funding.column("countries")[place].split(";")[0]
    return with_exchange_rate(
        case,
        {currency: strong_pct(data, currency, years) for currency, years in tenor.items()},
        revenue_depreciation_pct=weak_pct(data, state, life_years),
    )


def _loans(funding: Funding, cases: list[Case], behind: list[tuple[Part, ...]]) -> pd.DataFrame:
    data = funding.planner.study.data
    table = data.tables["loans"].set_index("id")
    columns = ["project", "loan_id", "lender", "party", "currency", "amount_usd", "share", "interest_pct"]
    columns += ["tenor_years", "grace_years", "grant_oecd_pct", "grant_imf_pct"]
    rows = []
    for place, (case, chosen) in enumerate(zip(cases, behind, strict=True)):
        drawn = (1.0 / int(funding.build_years[place]),) * int(funding.build_years[place])
        for part, lent in zip(chosen, case.tranches, strict=True):
            loan, row = lent.loan.of(1.0, drawn), table.loc[part.loan_id]
            grant = grant_elements(data, loan, _group(funding, place))
            rows.append(
                {
                    "project": funding.ids[place],
                    "loan_id": part.loan_id,
                    "lender": row["lender"],
                    "party": LENDERS.get(str(row["kind"]), str(row["lender"])),
                    "currency": loan.currency,
                    "amount_usd": part.share * funding.cost_usd[place],
                    "share": part.share,
                    "interest_pct": loan.interest_pct,
                    "tenor_years": loan.tenor_years,
                    "grace_years": loan.grace_years,
                    "grant_oecd_pct": grant["oecd_dac"],
                    "grant_imf_pct": grant["imf_wb"],
                }
            )
    return pd.DataFrame(rows, columns=columns)
