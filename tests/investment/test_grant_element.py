"""Grant elements: published values, the formula against the flows, and what must hold for any loan."""

from __future__ import annotations

from dataclasses import replace

import pytest
from drawn_loans import loans
from hypothesis import assume, given
from hypothesis import strategies as st

from caspia.errors import InputError
from caspia.investment.grant_element import Standard, concessionality, formula_grant_element_pct, grant_element_pct
from caspia.investment.loans import Loan, Repayment, schedule
from caspia.investment.terms import exchange, grant_elements, loan_terms, standards

EQUAL = [Repayment.EQUAL_PRINCIPAL]
TOLERANCE = 5e-5
"""The published values have four decimals."""


@pytest.mark.parametrize(
    ("terms", "discount", "published"),
    [((2.0, 20, 5), 10, 53.1012), ((4.8, 10, 3), 7, 10.5544), ((5.91425, 15, 5), 10, 23.5777)],
    ids=["aiddata-46348", "aiddata-95376", "aiddata-85162"],
)
def test_published_values(terms, discount, published):
    """AidData publishes these for three loans of Chinese banks, china.aiddata.org/projects/ID.

    46348, Bishkek-Naryn-Torugart road: 2 percent, 20 years, 5 of grace. 95376, bank of Uzbekistan: 4.8 percent,
    10 years, 3 of grace. 85162, bank of Belarus: 5.91425 percent, 15 years, 5 of grace. The rates of discount (10
    percent by the old OECD standard, 7 by the standard of 2014 for lower-middle income) are not named on the pages;
    of the rates in use they alone give the published values, and that to the last decimal.
    """
    loan = Loan(1.0, *terms)
    assert formula_grant_element_pct(loan, discount) == pytest.approx(published, abs=TOLERANCE)
    assert grant_element_pct(loan, discount) == pytest.approx(published, abs=TOLERANCE)


def dac_terms(loan, discount):
    """The quantities of the annex: discount a period, instalments, and the growth over both parts of the life."""
    per_year = loan.payments_per_year
    waiting = loan.grace_years - 1 / per_year
    rate = (1 + discount / 100) ** (1 / per_year) - 1
    repaying = loan.tenor_years - waiting
    return rate, per_year * repaying, (1 + discount / 100) ** waiting, (1 + discount / 100) ** repaying


@pytest.mark.parametrize("discount", [5.0, 6.0, 7.0, 9.0, 10.0])
def test_worked_loan_of_the_dac_annex(discount):
    """The example of the DAC: 1000 units on 1 January 2001, 10 years, 2.5 percent, repaid from July 2003.

    Annex 3 of the DAC directives, "Methods used for calculating the grant element", as kept at
    https://paperzz.com/doc/8929037/grant-element: its loan is repaid in 16 instalments, and it prints a general
    formula for equal principal and one for annuities. Its printed results were not to be had, so that its formulas
    are held against the flows.
    """
    loan = Loan(1000.0, 2.5, 10, 2.5)
    rate, count, waited, repaid = dac_terms(loan, discount)
    assert count == 16
    instalments = schedule(loan).principal
    assert (instalments > 0).sum() == 16
    assert schedule(loan).time_years[instalments > 0][0] == 2.5

    interest = loan.interest_pct / 100 / loan.payments_per_year
    of_grace = interest * (1 - 1 / waited) / rate
    of_principal = (1 - 1 / repaid) / rate / count / waited
    of_interest = interest / count / waited * (1 / repaid - 1 + rate * count) / rate**2
    assert grant_element_pct(loan, discount) == pytest.approx(100 * (1 - of_grace - of_principal - of_interest))

    level = 1 / ((1 + interest) ** count - 1) + 1
    of_annuity = interest * level * (1 - 1 / repaid) / rate / waited
    annuity = replace(loan, repayment=Repayment.ANNUITY)
    assert grant_element_pct(annuity, discount) == pytest.approx(100 * (1 - of_grace - of_annuity))


def test_by_hand():
    """One payment a year, 100 lent at 2 percent, repaid at once after 2 years, discounted at 10 percent."""
    loan = Loan(100.0, 2.0, 2, 2, payments_per_year=1)
    assert grant_element_pct(loan, 10.0) == pytest.approx(100 - 2 / 1.1 - 102 / 1.21)


@given(loans(EQUAL, at_once=True, fees=False), st.floats(0.5, 15))
def test_formula_is_the_sum_of_the_flows(loan, discount):
    assert formula_grant_element_pct(loan, discount) == pytest.approx(grant_element_pct(loan, discount), abs=1e-6)


@given(loans(fees=False))
def test_loan_at_the_rate_of_discount_is_no_gift(loan):
    discount = 100 * ((1 + loan.interest_pct / 100 / loan.payments_per_year) ** loan.payments_per_year - 1)
    assert grant_element_pct(loan, discount) == pytest.approx(0, abs=1e-6)


@given(loans(), st.floats(1, 15), st.floats(0.01, 5))
def test_dearer_loans_are_less_of_a_gift(loan, discount, more):
    less = grant_element_pct(replace(loan, interest_pct=loan.interest_pct + more), discount)
    assert less < grant_element_pct(loan, discount)
    assert grant_element_pct(loan, discount) <= grant_element_pct(loan, discount, counts_fees=False)


@given(loans(EQUAL, at_once=True, fees=False), st.floats(1, 15), st.integers(1, 10))
def test_cheap_loans_are_more_of_a_gift_the_longer_they_last(loan, discount, years):
    effective = 100 * ((1 + loan.interest_pct / 100 / loan.payments_per_year) ** loan.payments_per_year - 1)
    assume(effective < discount - 0.01)
    now = grant_element_pct(loan, discount)
    assert grant_element_pct(replace(loan, tenor_years=loan.tenor_years + years), discount) > now
    grace = min(loan.first_repayment + loan.payments_per_year * years, loan.periods) / loan.payments_per_year
    assume(grace * loan.payments_per_year > loan.first_repayment)
    assert grant_element_pct(replace(loan, grace_years=grace), discount) > now


@given(loans(), st.floats(1, 15), st.floats(0.01, 100))
def test_amount_does_not_matter(loan, discount, factor):
    scaled = grant_element_pct(loan.of(loan.amount * factor), discount)
    assert scaled == pytest.approx(grant_element_pct(loan, discount), abs=1e-7)


def test_verdict():
    standard = Standard("umic", 6.0, 10.0)
    verdict = concessionality(Loan(200.0, 3.0, 20, 5, front_end_fee_pct=5), standard)
    without_fees = formula_grant_element_pct(Loan(1.0, 3.0, 20, 5), 6.0)
    assert verdict.grant_element_pct == pytest.approx(without_fees)
    assert verdict.grant_equivalent == pytest.approx(2 * without_fees)
    assert verdict.is_concessional
    assert not concessionality(Loan(200.0, 5.5, 20, 5), standard).is_concessional


@pytest.mark.parametrize(
    "call",
    [
        lambda: formula_grant_element_pct(Loan(1.0, 2.0, 20, 5), 0.0),
        lambda: formula_grant_element_pct(Loan(1.0, 2.0, 20, 5, repayment=Repayment.ANNUITY), 5.0),
        lambda: grant_element_pct(Loan(0.0, 2.0, 20, 5), 5.0),
        lambda: grant_element_pct(Loan(1.0, 2.0, 20, 5), float("nan")),
    ],
)
def test_what_has_no_grant_element_is_refused(call):
    with pytest.raises(InputError):
        call()


def test_built_in_loans(real):
    """Every loan of the tables can be judged, within its interval; yen loans are gifts in part, bonds are none."""
    table = grant_elements(real.data)
    assert set(table["loan_id"]) == set(real.data.tables["loans"]["id"])
    assert (
        (table["low_pct"] <= table["grant_element_pct"]) & (table["grant_element_pct"] <= table["high_pct"])
    ).all()
    oecd = table[table["standard_id"].str.startswith("dr-oecd")]
    assert oecd["is_concessional"][oecd["loan_id"].str.startswith("loan-jica")].all()
    imf = table[table["standard_id"] == "dr-imf-wb"].set_index("loan_id")
    assert not imf["is_concessional"]["loan-ktz-eurobond"]
    assert imf["is_concessional"]["loan-jica-lmic-high-spec"]


def test_standards_of_the_tables(real):
    """OECD: 9, 7 and 6 percent and 45, 15 and 10; IMF and World Bank: 5 and 35 percent."""
    found = {key: (s.discount_pct, s.threshold_pct) for key, s in standards(real.data).items()}
    assert found == {
        "dr-imf-wb": (5, 35),
        "dr-oecd-ldc": (9, 45),
        "dr-oecd-lic": (9, 45),
        "dr-oecd-lmic": (7, 15),
        "dr-oecd-umic": (6, 10),
    }


def test_terms_and_rates_of_the_tables(real):
    loan = loan_terms(real.data, "loan-jica-lmic-general")
    assert (loan.interest_pct, loan.tenor_years, loan.grace_years, loan.currency) == (2.9, 30, 10, "JPY")
    assert loan_terms(real.data, "loan-jica-lmic-general", end="low").interest_pct == 2.0
    yen = exchange(real.data, "JPY", 2023)
    assert (round(yen.per_usd, 2), yen.year) == (140.5, 2023)
    weak, expected, strong = yen.appreciation_pct
    assert weak < expected < strong


@pytest.mark.parametrize(
    "call",
    [
        lambda data: loan_terms(data, "loan-of-nobody"),
        lambda data: loan_terms(data, "loan-adb", end="middle"),
        lambda data: exchange(data, "XXX", 2025),
        lambda data: exchange(data, "JPY", 1990),
    ],
)
def test_unknown_terms_are_refused(real, call):
    with pytest.raises(InputError):
        call(real.data)
