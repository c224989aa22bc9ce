"""The sentences of finance: whether loans can be served, what exchange rates do, and who pays and who gains."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from caspia.view import records
from caspia.view.flow_ranges import dollars_text, figures, is_known
from caspia.view.flow_words import dollars
from caspia.view.formats import listed, number, percent
from caspia.view.plan_words import as_row, rate_text, ratio_text, span
from caspia.view.records import Range, Row

SERVED = 1.0
"""Cover of debt service from which on loans are served from revenue."""
_GAINS = ("received_usd", "revenue_usd", "user_benefit_usd")


def flat(record: Mapping[str, object]) -> Row:
    """Lay the numbers of `caspia.study.finance_frames.finance_record` out in one row.

    Parameters
    ----------
    record
        With `intervals`, `exchange_case` and `grant_element` as records of their own; what is flat stays.

    Returns
    -------
    Row
        Intervals as `npv_usd_p10` and so on; `exchange_npv_usd` and so on of the case of bad exchange rates;
        `grant_oecd` and `grant_imf`.

    Examples
    --------
    >>> flat({"irr": 0.07, "intervals": {"irr_p10": 0.04}, "grant_element": {"oecd": 0.3}})
    {'irr': 0.07, 'irr_p10': 0.04, 'grant_oecd': 0.3}
    """
    found = {key: value for key, value in record.items() if not isinstance(value, Mapping | list)}
    found |= _inner(record, "intervals")
    found |= {f"exchange_{key}": value for key, value in _inner(record, "exchange_case").items()}
    grants = _inner(record, "grant_element")
    found |= {name: grants[key] for key, name in (("oecd", "grant_oecd"), ("imf_wb", "grant_imf")) if key in grants}
    return found


def _inner(record: Mapping[str, object], key: str) -> Row:
    value = record.get(key)
    return as_row(value) if isinstance(value, Mapping) else {}


def finance_answer(row: Row, name: str = "The plan") -> str:
    """Answer whether loans can be served and what the works return.

    Parameters
    ----------
    row
        Numbers of a finance in one row, as `flat`.
    name
        Who costs and returns.

    Returns
    -------
    str
        With intervals; says so where nothing is lent.
    """
    lent = records.real(row, "loan_usd")
    loan = f", of which {dollars(lent)} are lent" if lent > 0 else ", none of it lent"
    cost = records.real(row, "cost_usd")
    start = f"{name} costs {dollars(cost)}{loan}" if math.isfinite(cost) else name
    return f"{start}, and nets {returns_text(row)}; {cover_text(row)}."


def returns_text(row: Row) -> str:
    """Say what owners and all together gain or lose, in present value.

    Parameters
    ----------
    row
        Numbers of a finance in one row.

    Returns
    -------
    str
        Present values and rates of return.
    """
    own, whole = (dollars_text(span(row, name)) for name in ("npv_usd", "economic_npv_usd"))
    rates = [rate_range(span(row, name)) for name in ("irr", "eirr")]
    return f"its owners {own} (IRR {rates[0]}) and all together {whole} (EIRR {rates[1]})"


def rate_range(value: Range) -> str:
    """Write a rate of return with its interval.

    Parameters
    ----------
    value
        Shares a year.

    Returns
    -------
    str
        In per cent.

    Examples
    --------
    >>> " ".join(rate_range(Range(0.02, 0.04, 0.07)).split())
    '4.0 % (2.0–7.0)'
    """
    said = rate_text(value.p50)
    if not is_known(value):
        return said
    return said + figures(value.scaled(100.0)).removeprefix(number(100.0 * value.p50))


def cover_text(row: Row) -> str:
    """Say whether revenue serves the loans in the worst year.

    Parameters
    ----------
    row
        Numbers of a finance in one row.

    Returns
    -------
    str
        A clause with the cover, the year and, where known, the share of worlds in which it fails.
    """
    cover = span(row, "dscr_min")
    if not math.isfinite(cover.p50):
        return "there is no debt to serve"
    year = records.real(row, "dscr_min_year")
    when = f", {year:.0f}" if math.isfinite(year) else ""
    verdict = "the loans can be served" if cover.p50 >= SERVED else "the loans cannot be served from revenue alone"
    failing = records.real(row, "unserved")
    doubt = f" (in {percent(failing)} of sampled worlds they cannot)" if failing > 0 and cover.p50 >= SERVED else ""
    return f"revenue covers debt service {ratio_text(cover)} times in the worst year{when}: {verdict}{doubt}"


def exchange_answer(row: Row) -> str:
    """Say what exchange rates that do harm change.

    Parameters
    ----------
    row
        Numbers of a finance in one row.

    Returns
    -------
    str
        Empty where no such case is there.
    """
    worth = records.real(row, "exchange_npv_usd")
    if not math.isfinite(worth):
        return ""
    change = worth - records.real(row, "npv_usd")
    cover = records.real(row, "exchange_dscr_min")
    covered = (
        f", and debt service is covered {number(cover)} times in the worst year" if math.isfinite(cover) else ""
    )
    return (
        "With loans in a currency that rises and tariffs in one that falls, the present value changes by "
        f"{dollars(change, signed=True)}{covered}."
    )


def grant_answer(row: Row) -> str:
    """Say how much of the loans is a gift.

    Parameters
    ----------
    row
        Numbers of a finance in one row.

    Returns
    -------
    str
        Empty where nothing is lent.
    """
    parts = [
        f"{percent(records.real(row, column))} by the method of {who}"
        for column, who in (("grant_oecd", "the OECD"), ("grant_imf", "IMF and World Bank"))
        if math.isfinite(records.real(row, column))
    ]
    return f"The grant element of the loans is {listed(parts)}." if parts else ""


def paid(row: Row) -> float:
    """What a party pays and gives.

    Parameters
    ----------
    row
        A row of plan_incidence.

    Returns
    -------
    float
        Present value in dollars.
    """
    return _sum(row, ("cost_usd", "given_usd"), 1.0)


def gained(row: Row) -> float:
    """What a party receives, earns and saves.

    Parameters
    ----------
    row
        A row of plan_incidence.

    Returns
    -------
    float
        Present value in dollars.
    """
    return _sum(row, _GAINS, 1.0)


def lost(row: Row) -> float:
    """What a party loses of its revenue and of what its users have.

    Parameters
    ----------
    row
        A row of plan_incidence.

    Returns
    -------
    float
        Present value in dollars, 0 or more.
    """
    return _sum(row, _GAINS, -1.0)


def _sum(row: Row, columns: Sequence[str], sign: float) -> float:
    """Sum of the numbers of one sign, as a positive number."""
    values = [sign * records.real(row, name) for name in columns]
    return math.fsum(value for value in values if value > 0)


def party(row: Row, names: Mapping[str, str]) -> str:
    """Name a party: a state by its name, lenders and others as they are.

    Parameters
    ----------
    row
        A row of plan_incidence.
    names
        Names of states by code.

    Returns
    -------
    str
        Name.

    Examples
    --------
    >>> party({"party": "KZ"}, {"KZ": "Kazakhstan"}), party({"party": "other"}, {})
    ('Kazakhstan', 'Others')
    """
    key = records.text(row, "party")
    said = records.text(row, "name") or names.get(key, key)
    return "Others" if said == "other" else said[:1].upper() + said[1:]


def incidence_answer(rows: Sequence[Row], names: Mapping[str, str]) -> str:
    """Say who gains most, who pays most and who loses.

    Parameters
    ----------
    rows
        Rows of plan_incidence.
    names
        Names of states by code.

    Returns
    -------
    str
        Empty where nobody gains or pays.
    """
    if not rows:
        return ""
    won = max(rows, key=lambda r: records.real(r, "net_usd"))
    payer = max(rows, key=paid)
    losers = [r for r in sorted(rows, key=lambda r: records.real(r, "net_usd")) if records.real(r, "net_usd") < 0]
    parts = []
    if records.real(won, "net_usd") > 0:
        parts.append(f"{party(won, names)} gains most, {dollars_text(span(won, 'net_usd'))} after what it pays")
    if paid(payer) > 0:
        share = percent(paid(payer) / math.fsum(map(paid, rows)))
        parts.append(f"{party(payer, names)} pays most, {dollars(paid(payer))} ({share} of all)")
    if losers:
        net = span(losers[0], "net_usd")
        loss = dollars_text(Range(-net.p90, -net.p50, -net.p10))
        parts.append(f"{party(losers[0], names)} loses most, {loss}")
    return "; ".join(parts)
