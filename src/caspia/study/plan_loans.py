"""Terms on which each source of money lends to a state, and loans fitted to the works that they pay for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from caspia.data import NO_FACT, Dataset, attribute_column
from caspia.errors import InputError, Problem
from caspia.investment.cash_flow import Tranche
from caspia.investment.grant_element import concessionality
from caspia.investment.loans import Loan
from caspia.investment.terms import exchange, loan_terms, standards
from caspia.units import PRICE_YEAR

ANY = "any"
EXPORTED = "exported"
"""Stands for private money where ships or rolling stock are bought abroad."""
# Yen loans go by income group; of the World Bank's loans those that a group may ask for; Chinese banks lent to
# Kazakhstan at commercial terms, to the Kyrgyz Republic and Tajikistan by preferential credits; what a state pays
# itself is no loan.
TERMS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "yen": {
            "umic": ("loan-jica-umic-high-spec",),
            "lmic": ("loan-jica-lmic-high-spec",),
            "lic": ("loan-jica-lic-high-spec",),
            "ldc": ("loan-jica-lldc",),
            # Who is too rich for yen loans gets what the Japanese state lends for exports.
            ANY: ("loan-jbic-buyer", "loan-nexi-covered"),
        },
        "multilateral": {
            "lmic": ("loan-ida-blend",),
            "lic": ("loan-ida-regular",),
            "ldc": ("loan-ida-regular",),
            ANY: ("loan-ibrd",),
        },
        "chinese": {
            "lmic": ("loan-china-exim-pbc",),
            "lic": ("loan-china-exim-pbc",),
            "ldc": ("loan-china-exim-pbc",),
            ANY: ("loan-china-cdb",),
        },
        "private": {ANY: ("loan-syndicate-usd",)},
        EXPORTED: {ANY: ("loan-jbic-buyer", "loan-nexi-covered")},
        "other": {ANY: ("loan-ebrd",)},
        "national": {ANY: ()},
    }
)
PRIVATE_DEBT = 0.7
"""Share of private money that is borrowed; the rest is what owners bring, as lenders to railways and ports ask."""
POOL_ORDER = ("yen", "multilateral", "chinese", "private", "national", "other")
"""For money without a source the first of these that may pay for a project stands."""
LENDERS: Mapping[str, str] = MappingProxyType(
    {
        "yen": "JP",
        "export_credit": "JP",
        "policy_bank": "CN",
        "multilateral": "multilateral banks",
        "commercial": "commercial banks",
        "bond": "commercial banks",
    }
)
"""Who gives what is given in loans of each kind."""
PAYMENTS = 2
FASTEST_YEARS = 3.0
"""Years over which the ends of the change of exchange rates were seen."""


@dataclass(frozen=True)
class Part:
    """A loan's part in the cost of a project.

    Attributes
    ----------
    loan_id : str
        Of the table loans.
    share : float
        Of the cost.
    """

    loan_id: str
    share: float


def parts(data: Dataset, pays: Mapping[str, float], group: str, *, exported: bool) -> tuple[Part, ...]:
    """Loans behind the money of sources.

    Parameters
    ----------
    data : Dataset
        With the table loans.
    pays : mapping of str to float
        Share of the cost that each source pays.
    group : str
        Income group of the state that borrows.
    exported : bool
        Whether what is bought comes from abroad under export credit.

    Returns
    -------
    tuple of Part
        No lender bears more of the cost than it is known to; the rest is equity.

    Raises
    ------
    UnknownName
        The data lack a loan.
    """
    found: dict[str, float] = {}
    for source, share in pays.items():
        terms = TERMS[EXPORTED if source == "private" and exported else source]
        chosen = terms.get(group, terms[ANY])
        limits = [largest_share(data, key) for key in chosen]
        for key, limit in zip(chosen, limits, strict=True):
            if source == "private":
                # Export credits are parts of one contract; a syndicate lends what private money borrows.
                lent = share * (limit if exported else PRIVATE_DEBT)
            else:
                lent = min(share / len(chosen), limit)
            found[key] = found.get(key, 0.0) + lent
    return tuple(Part(key, share) for key, share in found.items() if share > 1e-9)


def largest_share(data: Dataset, loan_id: str) -> float:
    """Largest share of the cost of a work that a lender bears; 1 where none is known.

    Parameters
    ----------
    data : Dataset
        Tables.
    loan_id : str
        Of the table loans.

    Returns
    -------
    float

    Raises
    ------
    UnknownName
        No such loan.
    """
    loan_terms(data, loan_id)
    row = data.tables["loans"]["id"].tolist().index(loan_id)
    return float(data.values("loans", "max_share_of_cost_pct", 100.0)[row]) / 100.0


def fitted(loan: Loan, build_years: int, life_years: float) -> Loan:
    """A loan on the usual terms for works that take their time and last their time.

    Parameters
    ----------
    loan : Loan
        Usual terms.
    build_years : int
        Years over which it is drawn; where the grace would end with them it ends half a year later, and so does the
        tenor.
    life_years : float
        Years of use; the last repayment falls within them.

    Returns
    -------
    Loan

    Examples
    --------
    >>> usual = Loan(1.0, 5.0, 8.0, 2.0)
    >>> longer = fitted(usual, 4, 30.0)
    >>> longer.grace_years, longer.tenor_years
    (4.5, 10.5)
    """
    soonest = build_years + 1.0 / PAYMENTS
    late = max(soonest - loan.grace_years, 0.0)
    life = build_years + math.floor(life_years * PAYMENTS) / PAYMENTS
    tenor = max(min(loan.tenor_years + late, life), soonest)
    return replace(loan, tenor_years=tenor, grace_years=min(loan.grace_years + late, tenor))


def inflation_pct(data: Dataset) -> float:
    """Expected rise of prices in dollars, percent a year.

    Parameters
    ----------
    data : Dataset
        With the table currencies.

    Returns
    -------
    float

    Raises
    ------
    InputError
        The dollar is not in the table, or without inflation.
    """
    ids = data.tables["currencies"]["id"].tolist()
    row = ids.index("USD") if "USD" in ids else -1
    fact = data.object_facts("currencies")[row, attribute_column("inflation_pct_per_year")] if ids else NO_FACT
    if row < 0 or fact == NO_FACT:
        raise InputError(
            Problem("no inflation of the dollar", "currencies.csv, USD", "none", "a fact inflation_pct_per_year")
        )
    return float(data.facts.value[fact])


def tranche(data: Dataset, part: Part, build_years: int, life_years: float) -> Tranche:
    """A loan's part with its currency, in dollars of constant prices.

    What is lent in money that loses its worth is repaid in less: loans in dollars in so much less as prices rise.

    Parameters
    ----------
    data : Dataset
        Tables.
    part : Part
        Loan and share.
    build_years : int
        Years over which it is drawn.
    life_years : float
        Years of use.

    Returns
    -------
    Tranche

    Raises
    ------
    InputError
        The data lack the loan, its terms, its currency or the inflation of the dollar.
    """
    loan = fitted(loan_terms(data, part.loan_id, payments_per_year=PAYMENTS), build_years, life_years)
    rate = exchange(data, loan.currency, PRICE_YEAR)
    return Tranche(loan, part.share, rate.per_usd, _real_pct(data, rate.appreciation_pct[1]))


def strong_pct(data: Dataset, currency: str, years: float) -> float:
    """Rise of a strong currency against dollars of constant prices over many years, percent a year.

    The ends in the data are the fastest change over three years. Exchange rates walk at random, so that the end of
    the change over more years grows with the square root of time, and that of a year falls with it.

    Parameters
    ----------
    data : Dataset
        Tables.
    currency : str
        ISO 4217.
    years : float
        Years over which it rises.

    Returns
    -------
    float

    Raises
    ------
    InputError
        No rate of the currency.

    References
    ----------
    Meese, R. A., Rogoff, K. (1983). Empirical exchange rate models of the seventies. Journal of International
    Economics 14, 3-24.
    """
    _, expected, strong = exchange(data, currency, PRICE_YEAR).appreciation_pct
    beyond = _spread_pct(100.0 * ((100.0 + strong) / (100.0 + expected) - 1.0), years)
    return _real_pct(data, (100.0 + expected) * (1.0 + beyond / 100.0) - 100.0)


def weak_pct(data: Dataset, state: str, years: float) -> float:
    """Fall of a weak currency in which tariffs are paid, beyond what prices in it rise, percent a year.

    Parameters
    ----------
    data : Dataset
        Tables.
    state : str
        ISO 3166 alpha-2; its currency is that whose code begins with it, as ISO 4217 has it.
    years : float
        Years over which it falls.

    Returns
    -------
    float
        0 where no such currency is in the data.

    Raises
    ------
    InputError
        No rate of the currency.
    """
    own = [key for key in data.tables["currencies"]["id"] if str(key)[:2] == state]
    if not own:
        return 0.0
    weak, expected, _ = exchange(data, str(own[0]), PRICE_YEAR).appreciation_pct
    return _spread_pct(100.0 * ((100.0 + expected) / (100.0 + weak) - 1.0), years)


def grant_elements(data: Dataset, loan: Loan, group: str) -> dict[str, float]:
    """Grant element of a loan after the OECD and after IMF and World Bank, percent.

    Parameters
    ----------
    data : Dataset
        With the table discount_rates.
    loan : Loan
        With its drawdowns.
    group : str
        Income group of the borrower.

    Returns
    -------
    dict of str to float
        `oecd_dac` and `imf_wb`; NaN where no standard holds for the group.
    """
    table = data.tables["discount_rates"]
    found = {"oecd_dac": np.nan, "imf_wb": np.nan}
    for key, standard in standards(data).items():
        row = table.loc[table["id"] == key].iloc[0]
        if row["income_group"] in ("", group):
            found[str(row["method"])] = concessionality(loan, standard).grant_element_pct
    return found


def _real_pct(data: Dataset, nominal_pct: float) -> float:
    return 100.0 * ((100.0 + nominal_pct) / (100.0 + inflation_pct(data)) - 1.0)


def _spread_pct(fastest_pct: float, years: float) -> float:
    """Change a year over many years whose fastest is known for a few."""
    spread = math.sqrt(min(FASTEST_YEARS / years, 1.0))
    return 100.0 * math.expm1(max(math.log1p(fastest_pct / 100.0), 0.0) * spread)
