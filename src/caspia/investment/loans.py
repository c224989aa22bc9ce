"""Loans: what is drawn, what is paid, what is owed, period by period."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import pandas as pd

from caspia.errors import InputError, Problem
from caspia.units import FloatArray

SHARE_TOLERANCE = 1e-9
MAX_TENOR_YEARS = 100.0


class Repayment(StrEnum):
    """How principal is repaid after the years of grace."""

    EQUAL_PRINCIPAL = "equal_principal"
    ANNUITY = "annuity"
    BULLET = "bullet"


@dataclass(frozen=True)
class Loan:
    """A loan at a fixed rate, in its own currency.

    Time runs in years from the first drawdown. The share of a year is drawn at its start; interest, fees and
    principal are paid at the end of each period. The first repayment of principal falls at the end of the
    grace and the last at the end of the tenor, both by the reckoning of the OECD, so that 30 years with 10 of
    grace and half-yearly payments make 41 instalments. Without grace it falls at the end of the first period.

    Attributes
    ----------
    amount : float
        Sum lent, in units of the currency.
    interest_pct : float
        Nominal interest, percent a year; a period bears its share of it.
    tenor_years : float
        From the first drawdown to the last repayment.
    grace_years : float
        From the first drawdown to the first repayment of principal.
    currency : str
        ISO 4217.
    payments_per_year : int
        1, 2, 4 or 12.
    repayment : Repayment
        Equal parts of principal, equal payments (annuity), or all at the end (bullet).
    disbursement : tuple of float
        Share drawn at the start of each year; sums to one.
    front_end_fee_pct : float
        Percent of the amount, paid at the first drawdown.
    commitment_fee_pct : float
        Percent a year on what is not yet drawn.

    Raises
    ------
    InputError
        Grace longer than tenor, grace shorter than the years of drawing, times that are no whole number of
        periods, negative numbers, shares that do not sum to one.

    Examples
    --------
    >>> loan = Loan(amount=82.0, interest_pct=1.5, tenor_years=30, grace_years=10)
    >>> paid = schedule(loan)
    >>> int((paid.principal > 0).sum()), round(float(paid.principal.max()), 6)
    (41, 2.0)
    """

    amount: float
    interest_pct: float
    tenor_years: float
    grace_years: float = 0.0
    currency: str = "USD"
    payments_per_year: int = 2
    repayment: Repayment = Repayment.EQUAL_PRINCIPAL
    disbursement: tuple[float, ...] = (1.0,)
    front_end_fee_pct: float = 0.0
    commitment_fee_pct: float = 0.0

    def __post_init__(self) -> None:
        """Refuse terms that are no loan."""
        _check_numbers(self)
        _check_times(self)
        _check_disbursement(self)

    @property
    def periods(self) -> int:
        """Number of periods from the first drawdown to the last repayment."""
        return round(self.tenor_years * self.payments_per_year)

    @property
    def first_repayment(self) -> int:
        """Period, counted from one, at whose end principal is repaid for the first time."""
        if self.repayment is Repayment.BULLET:
            return self.periods
        return max(round(self.grace_years * self.payments_per_year), 1)

    def of(self, amount: float, disbursement: tuple[float, ...] | None = None) -> Loan:
        """Lend another sum on the same terms.

        Parameters
        ----------
        amount : float
            Sum lent.
        disbursement : tuple of float, optional
            Share drawn at the start of each year; as before if left out.

        Returns
        -------
        Loan
        """
        return replace(self, amount=amount, disbursement=disbursement or self.disbursement)


@dataclass(frozen=True)
class Schedule:
    """Payments of a loan; row k is the end of period k, row 0 the first drawdown.

    Attributes
    ----------
    time_years : numpy.ndarray, shape (periods + 1,)
        Years since the first drawdown.
    drawn, interest, fee, principal, balance : numpy.ndarray, shape (periods + 1,)
        Received, paid, paid, repaid, and owed after that, in units of the currency.
    """

    time_years: FloatArray
    drawn: FloatArray
    interest: FloatArray
    fee: FloatArray
    principal: FloatArray
    balance: FloatArray

    @property
    def debt_service(self) -> FloatArray:
        """Interest, fees and principal paid at the end of each period."""
        return self.interest + self.fee + self.principal

    def frame(self) -> pd.DataFrame:
        """Table with one row a period: the arrays and `debt_service`."""
        names = ("time_years", "drawn", "interest", "fee", "principal", "balance", "debt_service")
        return pd.DataFrame({name: getattr(self, name) for name in names})

    def by_year(self, name: str) -> FloatArray:
        """Sum one of the arrays of money over years.

        Parameters
        ----------
        name : str
            `drawn`, `interest`, `fee`, `principal` or `debt_service`.

        Returns
        -------
        numpy.ndarray, shape (years,)
            Sum of each year from the first drawdown. A drawdown belongs to the year that it opens, a payment to
            the year that it closes, what is paid at the very start to the first.
        """
        is_draw = name == "drawn"
        place = np.floor(self.time_years + 1e-9) if is_draw else np.ceil(self.time_years - 1e-9) - 1
        years = int(np.ceil(self.time_years[-1] - 1e-9))
        index = np.clip(place, 0, years - 1).astype(int)
        return np.bincount(index, weights=getattr(self, name), minlength=years).astype(float)


def schedule(loan: Loan) -> Schedule:
    """Lay out a loan period by period.

    Parameters
    ----------
    loan : Loan
        Terms.

    Returns
    -------
    Schedule
        Principal repaid sums to the amount; the balance never falls below zero and ends at zero.

    References
    ----------
    JICA (2014), General terms and conditions for Japanese ODA loans, articles on repayment and interest:
    half-yearly equal parts of principal, interest on the balance.

    Examples
    --------
    >>> schedule(Loan(100.0, 10.0, 2, payments_per_year=1)).frame()[["interest", "principal", "balance"]].round(1)
       interest  principal  balance
    0       0.0        0.0    100.0
    1      10.0       50.0     50.0
    2       5.0       50.0      0.0
    """
    count, rate = loan.periods, loan.interest_pct / 100 / loan.payments_per_year
    drawn = np.zeros(count + 1)
    starts = np.arange(len(loan.disbursement)) * loan.payments_per_year
    drawn[starts] = loan.amount * np.array(loan.disbursement)
    principal = _principal(loan, rate)
    balance = np.cumsum(drawn) - np.cumsum(principal)
    interest = np.concatenate([[0.0], rate * balance[:-1]])
    undrawn = np.maximum(loan.amount - np.cumsum(drawn), 0.0)
    fee = np.concatenate([[0.0], loan.commitment_fee_pct / 100 / loan.payments_per_year * undrawn[:-1]])
    fee[0] = loan.front_end_fee_pct / 100 * loan.amount
    # Sums of shares leave dust of the size of rounding.
    balance[np.abs(balance) < SHARE_TOLERANCE * loan.amount] = 0.0
    return Schedule(np.arange(count + 1) / loan.payments_per_year, drawn, interest, fee, principal, balance)


def _principal(loan: Loan, rate: float) -> FloatArray:
    first, count = loan.first_repayment, loan.periods
    instalments = count - first + 1
    principal = np.zeros(count + 1)
    # Equal payments repay more from period to period, by the interest that falls away.
    growth = 1 + rate if loan.repayment is Repayment.ANNUITY else 1.0
    parts = growth ** np.arange(instalments, dtype=float)
    principal[first:] = loan.amount * parts / parts.sum()
    return principal


def _refuse(what: str, where: str, got: str, allowed: str, repair: str) -> InputError:
    return InputError(Problem(what, f"loan, {where}", got, allowed, repair))


def _check_numbers(loan: Loan) -> None:
    names = ("amount", "interest_pct", "tenor_years", "grace_years", "front_end_fee_pct", "commitment_fee_pct")
    for name in names:
        value = float(getattr(loan, name))
        if not (np.isfinite(value) and value >= 0):
            raise _refuse("not a number of a loan", name, f"{value:g}", "a finite number of at least 0", "mend it")
    if loan.payments_per_year not in (1, 2, 4, 12):
        got = str(loan.payments_per_year)
        raise _refuse("no such rhythm of payment", "payments_per_year", got, "1, 2, 4 or 12", "choose one")


def _check_times(loan: Loan) -> None:
    if loan.grace_years > loan.tenor_years:
        raise _refuse(
            "grace is longer than the tenor",
            "grace_years",
            f"grace of {loan.grace_years:g} and tenor of {loan.tenor_years:g} years",
            "a grace of at most the tenor, both from the first drawdown",
            "shorten the grace or lengthen the tenor",
        )
    if not 0 < loan.tenor_years <= MAX_TENOR_YEARS:
        allowed = f"more than 0 and at most {MAX_TENOR_YEARS:g} years"
        raise _refuse("no such tenor", "tenor_years", f"{loan.tenor_years:g}", allowed, "mend it")
    for name in ("tenor_years", "grace_years"):
        periods = getattr(loan, name) * loan.payments_per_year
        if abs(periods - round(periods)) > 1e-6:
            got = f"{getattr(loan, name):g} years with {loan.payments_per_year} payments a year"
            raise _refuse("no whole number of periods", name, got, "whole periods", "round it to a payment date")


def _check_disbursement(loan: Loan) -> None:
    shares = np.asarray(loan.disbursement, dtype=float)
    if not len(shares) or (shares < 0).any() or not abs(shares.sum() - 1) <= SHARE_TOLERANCE:
        got = ", ".join(f"{share:g}" for share in shares) or "no share"
        allowed = "shares of at least 0 that sum to 1"
        raise _refuse("drawdowns do not make the loan", "disbursement", got, allowed, "scale the shares")
    last = np.flatnonzero(shares)[-1]
    if last * loan.payments_per_year >= loan.first_repayment:
        raise _refuse(
            "repayment begins before the loan is drawn",
            "grace_years",
            f"last drawdown after {last} years, first repayment after "
            f"{loan.first_repayment / loan.payments_per_year:g}",
            "a grace that lasts beyond the last drawdown",
            "lengthen the grace or draw sooner",
        )
