"""How much of a loan is a gift: the grant element after the OECD and after IMF and World Bank."""

from __future__ import annotations

from dataclasses import dataclass

from caspia.errors import InputError, Problem
from caspia.investment.loans import Loan, Repayment, schedule


@dataclass(frozen=True)
class Standard:
    """A standard of concessionality.

    Attributes
    ----------
    name : str
        Usual name.
    discount_pct : float
        Rate of discount, percent a year, compounded yearly.
    threshold_pct : float
        Least grant element of a concessional loan.
    counts_fees : bool
        Whether fees are payments of the borrower (IMF and World Bank) or left out (OECD formula).
    """

    name: str
    discount_pct: float
    threshold_pct: float
    counts_fees: bool = False


@dataclass(frozen=True)
class Concessionality:
    """Verdict on a loan by a standard.

    Attributes
    ----------
    standard : Standard
        What it was held against.
    grant_element_pct : float
        Percent of what is lent, both sides in present value.
    grant_equivalent : float
        The same in units of the currency, at the first drawdown.
    is_concessional : bool
        Whether the threshold is reached.
    """

    standard: Standard
    grant_element_pct: float
    grant_equivalent: float
    is_concessional: bool


def formula_grant_element_pct(loan: Loan, discount_pct: float) -> float:
    """Grant element by the published formula, for a loan drawn at once and without fees.

    Parameters
    ----------
    loan : Loan
        Equal parts of principal; fees and years of drawing are left out of account.
    discount_pct : float
        Rate of discount, percent a year; a period is discounted by the root, as published.

    Returns
    -------
    float
        Percent of the amount; negative if the loan costs more than the discount rate.

    Raises
    ------
    InputError
        The loan is not repaid in equal parts, or the rate is not above zero.

    Notes
    -----
    With `a` payments a year, tenor `M`, `INT = G - 1/a` for a grace `G`, interest `R` and
    `d = (1 + I)**(1/a) - 1`:
    `GE = 100 (1 - R/(a d)) (1 - ((1+d)**(-a INT) - (1+d)**(-a M)) / (d (a M - a INT)))`.
    IMF and World Bank publish the same formula and differ in rate, threshold and fees.

    References
    ----------
    OECD DAC, Converged statistical reporting directives, annex on the technical calculation of the grant element
    (formula for equal principal payments).

    World Bank, IDA: Grant element calculations, https://ida.worldbank.org/financing/grant-element-calculations.

    Examples
    --------
    >>> round(formula_grant_element_pct(Loan(1.0, 2.0, 20, 5), 10.0), 4)
    53.1012
    """
    _refuse_discount(discount_pct, lowest=0.0)
    if loan.repayment is not Repayment.EQUAL_PRINCIPAL:
        allowed = f"repayment {Repayment.EQUAL_PRINCIPAL}"
        raise InputError(
            Problem(
                "the formula is for equal parts of principal",
                "loan, repayment",
                loan.repayment,
                allowed,
                "use grant_element_pct",
            )
        )
    rate = (1 + discount_pct / 100) ** (1 / loan.payments_per_year) - 1
    waiting, count = loan.first_repayment - 1, loan.periods
    profile = 1 - ((1 + rate) ** -waiting - (1 + rate) ** -count) / (rate * (count - waiting))
    return float(100 * (1 - loan.interest_pct / 100 / loan.payments_per_year / rate) * profile)


def grant_element_pct(loan: Loan, discount_pct: float, *, counts_fees: bool = True) -> float:
    """Grant element from the flows of the loan itself.

    Parameters
    ----------
    loan : Loan
        Any repayment, years of drawing and fees.
    discount_pct : float
        Rate of discount, percent a year, compounded yearly.
    counts_fees : bool
        Whether fees count as payments of the borrower.

    Returns
    -------
    float
        `100 (1 - present value of payments / present value of drawdowns)`.

    Raises
    ------
    InputError
        Nothing is lent, or the rate is not above -100.

    References
    ----------
    IMF and World Bank (2013), Unification of discount rates used in external debt analysis for low-income
    countries.

    Examples
    --------
    >>> gift = Loan(1.0, 0.7, 40, 10, front_end_fee_pct=0.2)
    >>> round(grant_element_pct(gift, 5.0), 2), round(grant_element_pct(gift, 5.0, counts_fees=False), 2)
    (57.88, 58.08)
    """
    _refuse_discount(discount_pct, lowest=-100.0)
    if loan.amount <= 0:
        raise InputError(
            Problem("nothing is lent", "loan, amount", f"{loan.amount:g}", "more than 0", "give the amount")
        )
    flows = schedule(loan)
    factor = (1 + discount_pct / 100) ** -flows.time_years
    paid = flows.interest + flows.principal + (flows.fee if counts_fees else 0.0)
    return float(100 * (1 - (factor @ paid) / (factor @ flows.drawn)))


def concessionality(loan: Loan, standard: Standard) -> Concessionality:
    """Judge a loan by a standard.

    Parameters
    ----------
    loan : Loan
        Terms with the amount.
    standard : Standard
        Rate of discount, threshold, treatment of fees.

    Returns
    -------
    Concessionality
        Grant element, grant equivalent and verdict.

    Raises
    ------
    InputError
        As `grant_element_pct`.

    Examples
    --------
    >>> imf = Standard("IMF and World Bank", 5.0, 35.0, counts_fees=True)
    >>> verdict = concessionality(Loan(100.0, 1.5, 30, 10), imf)
    >>> round(verdict.grant_element_pct, 1), verdict.is_concessional
    (42.3, True)
    """
    element = grant_element_pct(loan, standard.discount_pct, counts_fees=standard.counts_fees)
    flows = schedule(loan)
    lent = float(((1 + standard.discount_pct / 100) ** -flows.time_years) @ flows.drawn)
    return Concessionality(standard, element, element / 100 * lent, element >= standard.threshold_pct)


def _refuse_discount(discount_pct: float, lowest: float) -> None:
    if not lowest < discount_pct < 1000:
        allowed = f"more than {lowest:g} and less than 1000 percent a year"
        raise InputError(
            Problem("no such rate of discount", "discount_pct", f"{discount_pct:g}", allowed, "mend the rate")
        )
