"""Terms of loans, standards of concessionality and exchange rates out of the tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from caspia.data import NO_FACT, Dataset, attribute_column
from caspia.errors import InputError, Problem, UnknownName
from caspia.investment.grant_element import Standard, concessionality
from caspia.investment.loans import Loan

NEEDED = ("interest_pct", "tenor_years", "grace_years")
OPTIONAL = ("front_end_fee_pct", "commitment_fee_pct")
SOCIAL = "dr-wb-social"
"""The rate that all values over time are discounted by unless another is named."""
FINANCIAL = "dr-ec-financial"
"""The rate that owners' money is discounted by unless another is named."""
ENDS = ("low", "value", "high")
STANDARDS = ("oecd_dac", "imf_wb")
"""Methods of discount rates that are standards of the grant element."""


@dataclass(frozen=True)
class Exchange:
    """Rate of a currency to the dollar and its expected change.

    Attributes
    ----------
    per_usd : float
        Units for a dollar, mean of the last year up to the one asked for.
    year : int
        That year.
    appreciation_pct : tuple of float
        Rise against the dollar a year: of a weak, the expected, of a strong currency.
    """

    per_usd: float
    year: int
    appreciation_pct: tuple[float, float, float]


def loan_terms(data: Dataset, loan_id: str, *, end: str = "value", payments_per_year: int = 2) -> Loan:
    """Terms of a lender as a loan of one unit of its currency, drawn at once.

    Parameters
    ----------
    data : Dataset
        Tables.
    loan_id : str
        An id of the table loans.
    end : str
        `low`, `value` or `high` end of the interest; the times are at their value.
    payments_per_year : int
        1, 2, 4 or 12; times are rounded to whole periods.

    Returns
    -------
    Loan
        `Loan.of` gives it an amount and drawdowns.

    Raises
    ------
    UnknownName
        No such loan.
    InputError
        The loan lacks interest, tenor or grace, or its facts are no loan.
    """
    row = _row(data, "loans", loan_id)
    found = {name: _fact(data, "loans", row, name) for name in (*NEEDED, *OPTIONAL)}
    lacking = [name for name in NEEDED if found[name] == NO_FACT]
    if lacking:
        got = f"no fact {', '.join(lacking)}"
        repair = "add the facts"
        raise InputError(Problem("loan lacks terms", data.where("loans", row), got, ", ".join(NEEDED), repair))
    facts, ends = data.facts, dict(zip(ENDS, (data.facts.low, data.facts.value, data.facts.high), strict=True))
    if end not in ends:
        raise InputError(Problem("no such end of an interval", "end", end, ", ".join(ENDS), "name one of these"))
    fees = {name: 0.0 if found[name] == NO_FACT else float(facts.value[found[name]]) for name in OPTIONAL}
    times = {name: float(facts.value[found[name]]) for name in ("tenor_years", "grace_years")}
    return Loan(
        amount=1.0,
        interest_pct=float(ends[end][found["interest_pct"]]),
        tenor_years=round(times["tenor_years"] * payments_per_year) / payments_per_year,
        grace_years=round(times["grace_years"] * payments_per_year) / payments_per_year,
        currency=str(data.tables["loans"]["currency"].iloc[row]),
        payments_per_year=payments_per_year,
        front_end_fee_pct=fees["front_end_fee_pct"],
        commitment_fee_pct=fees["commitment_fee_pct"],
    )


def standards(data: Dataset) -> dict[str, Standard]:
    """Standards of the grant element in the tables.

    Parameters
    ----------
    data : Dataset
        Tables.

    Returns
    -------
    dict of str to Standard
        By id of the table discount_rates; those of society and of owners are left out. Fees count by IMF and World
        Bank.
    """
    table = data.tables["discount_rates"]
    rate, threshold = (data.values("discount_rates", name) for name in ("discount_rate_pct", "threshold_pct"))
    return {
        row.id: Standard(row.name, float(rate[nth]), float(threshold[nth]), counts_fees=row.method == "imf_wb")
        for nth, row in enumerate(table.itertuples(index=False))
        if row.method in STANDARDS
    }


def social_rate(data: Dataset, key: str = SOCIAL) -> float:
    """Rate at which society discounts.

    Parameters
    ----------
    data : Dataset
        Tables.
    key : str
        Row of the table discount_rates whose method is social.

    Returns
    -------
    float
        Share a year.

    Raises
    ------
    InputError
        No such rate, or it is none of society.
    """
    return _rate(data, key, "social")


def financial_rate(data: Dataset, key: str = FINANCIAL) -> float:
    """Rate at which owners discount, in constant prices.

    Parameters
    ----------
    data : Dataset
        Tables.
    key : str
        Row of the table discount_rates whose method is financial.

    Returns
    -------
    float
        Share a year.

    Raises
    ------
    InputError
        No such rate, or it is none of owners.
    """
    return _rate(data, key, "financial")


def grant_elements(data: Dataset) -> pd.DataFrame:
    """Grant element of every loan by every standard that can apply to its borrowers.

    Parameters
    ----------
    data : Dataset
        Tables.

    Returns
    -------
    pandas.DataFrame
        One row a loan and standard: `loan_id`, `lender`, `borrower_group`, `currency`, `interest_pct`,
        `tenor_years`, `grace_years`, `standard_id`, `discount_pct`, `grant_element_pct`, `low_pct` and `high_pct`
        (interest at its high and low end), `threshold_pct`, `is_concessional`.

    Raises
    ------
    InputError
        As `loan_terms`.
    """
    groups = dict(
        zip(data.tables["discount_rates"]["id"], data.tables["discount_rates"]["income_group"], strict=True)
    )
    rows = []
    for loan in data.tables["loans"].itertuples(index=False):
        ends = {end: loan_terms(data, loan.id, end=end) for end in ENDS}
        for key, standard in standards(data).items():
            if loan.borrower_group not in ("any", groups[key]) and groups[key]:
                continue
            verdict = concessionality(ends["value"], standard)
            rows.append(
                {
                    "loan_id": loan.id,
                    "lender": loan.lender,
                    "borrower_group": loan.borrower_group,
                    "currency": loan.currency,
                    **{name: getattr(ends["value"], name) for name in NEEDED},
                    "standard_id": key,
                    "discount_pct": standard.discount_pct,
                    "grant_element_pct": verdict.grant_element_pct,
                    "low_pct": concessionality(ends["high"], standard).grant_element_pct,
                    "high_pct": concessionality(ends["low"], standard).grant_element_pct,
                    "threshold_pct": standard.threshold_pct,
                    "is_concessional": verdict.is_concessional,
                }
            )
    return pd.DataFrame(rows)


def exchange(data: Dataset, currency: str, year: int) -> Exchange:
    """Exchange rate of a currency.

    Parameters
    ----------
    data : Dataset
        Tables.
    currency : str
        ISO 4217.
    year : int
        The last year up to it counts.

    Returns
    -------
    Exchange

    Raises
    ------
    UnknownName
        No such currency.
    InputError
        No rate up to that year, or no expected change.
    """
    row = _row(data, "currencies", currency)
    series = data.series("currencies", "per_usd")
    known = series[(series["row"] == row) & (series["year"] <= year)]
    change = _fact(data, "currencies", row, "depreciation_pct_per_year")
    if known.empty or change == NO_FACT:
        got = f"{len(known)} rates up to {year}, {'no ' if change == NO_FACT else ''}expected change"
        raise InputError(
            Problem("no exchange rate", data.where("currencies", row), got, "facts of both kinds", "add the facts")
        )
    falls = np.array([ends[change] for ends in (data.facts.high, data.facts.value, data.facts.low)])
    weak, expected, strong = (100 * (1 / (1 + falls / 100) - 1)).tolist()
    return Exchange(float(known["value"].iloc[-1]), int(known["year"].iloc[-1]), (weak, expected, strong))


def _rate(data: Dataset, key: str, method: str) -> float:
    row = _row(data, "discount_rates", key)
    fact = _fact(data, "discount_rates", row, "discount_rate_pct")
    if fact == NO_FACT or data.tables["discount_rates"]["method"].iloc[row] != method:
        where = data.where("discount_rates", row)
        raise InputError(Problem(f"no {method} rate", where, key, f"method {method} and a fact", "add the fact"))
    return float(data.facts.value[fact]) / 100.0


def _row(data: Dataset, table: str, key: str) -> int:
    ids = data.tables[table]["id"].tolist()
    if key not in ids:
        raise UnknownName(
            Problem(f"no such row of {table}", f"{table}.csv, id", repr(key), ", ".join(ids), "name one of these")
        )
    return int(ids.index(key))


def _fact(data: Dataset, table: str, row: int, attribute: str) -> int:
    return int(data.object_facts(table)[row, attribute_column(attribute)])
