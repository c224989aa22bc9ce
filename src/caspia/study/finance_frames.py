"""The finance of a plan as tables, and for machines."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from caspia.investment.cash_flow import CashFlow
from caspia.investment.incidence import incidence
from caspia.investment.returns import Rate
from caspia.study.candidates import FUNDS
from caspia.study.finance_worlds import finance_worlds
from caspia.study.plan_finance import Finance, due_usd, padded, weighty_cover

FloatArray = npt.NDArray[np.float64]
SMALL_USD = 1e3
"""Present values below this are not shown in the table of who bears and who gains."""


def years_frame(finance: Finance) -> pd.DataFrame:
    """Money of the whole plan by year.

    Parameters
    ----------
    finance : Finance
        Of `finance_plan`.

    Returns
    -------
    pandas.DataFrame
        `year`, `construction_usd`, `drawn_usd`, `revenue_usd`, `operation_usd`, `debt_service_usd`, `dscr` (NaN
        without debt service that revenue has to bear), `cash_usd` (of the owners: what they put in is negative),
        `benefit_usd`.
    """
    whole = finance.whole
    return pd.DataFrame(
        {
            "year": whole.year,
            "construction_usd": whole.construction_usd,
            "drawn_usd": whole.drawn_usd,
            "revenue_usd": whole.revenue_usd,
            "operation_usd": whole.operation_usd,
            "debt_service_usd": whole.debt_service_usd,
            "dscr": finance.cover.ratio,
            "cash_usd": whole.equity_usd,
            "benefit_usd": whole.benefit_usd,
        }
    )


def projects_frame(finance: Finance) -> pd.DataFrame:
    """Finance of each project.

    Parameters
    ----------
    finance : Finance
        Of `finance_plan`.

    Returns
    -------
    pandas.DataFrame
        `project`, `name`, `kind`, `countries`, `start_year`, `opening_year`, `cost_usd`, `loan_usd`, `revenue_usd`
        and `user_benefit_usd` (of the fifth year of use), `npv_usd`, `irr` (a share; None where there is none, with
        `irr_reason`), `economic_npv_usd`, `eirr`, `dscr_min`, `dscr_min_year` and `dscr_mean`
        (None without debt), `payback_years` (None if never).
    """
    funding, money = finance.funding, finance.money
    names = {name: funding.column(name) for name in ("name", "kind", "countries")}
    rows = []
    for place, flow in enumerate(finance.flows):
        fifth = int(money.usable[place] - money.years[0]) + 4
        rows.append(
            {
                "project": funding.ids[place],
                **{name: cells[place] for name, cells in names.items()},
                "start_year": int(funding.start[place]),
                "opening_year": int(money.usable[place]),
                "cost_usd": float(funding.cost_usd[place]),
                "loan_usd": float(flow.drawn_usd.sum()),
                "revenue_usd": float(money.revenue_usd[place, fifth]),
                "user_benefit_usd": float(money.users_usd[place, fifth]),
                **_returns(finance, flow),
            }
        )
    return pd.DataFrame(rows).astype({"dscr_min_year": "Int64"})


def incidence_frame(finance: Finance) -> pd.DataFrame:
    """Who bears the cost of a plan and who gains.

    States of a project bear its cost and take its revenue in equal parts; lenders give what is a gift in their
    loans; carriers elsewhere gain or lose what operation leaves them of their revenue.

    Parameters
    ----------
    finance : Finance
        Of `finance_plan`.

    Returns
    -------
    pandas.DataFrame
        As `incidence`, in present values at the social rate; parties are states, groups of lenders, and `other`.
    """
    funding, money, years = finance.funding, finance.money, len(finance.whole.year)
    costs: dict[str, FloatArray] = {}
    revenues: dict[str, FloatArray] = {}
    given: dict[tuple[str, str], FloatArray] = {}
    beside = _beside(finance)
    for place, flow in enumerate(finance.flows):
        states = funding.column("countries")[place].split(";")
        lenders = _gifts(finance, place, years)
        for state in states:
            part = 1.0 / len(states)
            _add(costs, state, part * padded(flow.construction_usd + flow.operation_usd, years))
            _add(revenues, state, part * padded(flow.revenue_usd, years))
            _add(revenues, state, part * padded(finance.carriers_margin * beside[place], years))
            for lender, gift in lenders.items():
                if lender != state:
                    key = lender, state
                    given[key] = given.get(key, np.zeros(years)) + part * gift
    users: dict[str, FloatArray] = {}
    for row, state in enumerate(money.states):
        _add(revenues, state, padded(finance.carriers_margin * money.state_others_usd[row], years))
        _add(users, state, padded(money.state_users_usd[row], years))
    table = incidence(costs, revenues, users, given, finance.social_pct)
    heads = ["cost_usd", "given_usd", "received_usd", "revenue_usd", "user_benefit_usd"]
    return table[table[heads].abs().max(axis=1) >= SMALL_USD].reset_index(drop=True)


def finance_record(finance: Finance, *, worlds: bool = True) -> dict[str, Any]:
    """The finance of a plan for machines.

    Parameters
    ----------
    finance : Finance
        Of `finance_plan`.
    worlds : bool
        Whether to count the intervals over sampled worlds.

    Returns
    -------
    dict
        `npv_usd`, `irr`, `irr_reason`, `economic_npv_usd`, `eirr`, `eirr_reason`, `dscr_min`, `dscr_min_year`,
        `dscr_mean` (all cash of the years of debt over all debt service; `dscr_min` is sought among years with a
        tenth of the debt service of the heaviest or more), `payback_years`, `cost_usd`, `pays_usd`
        by source, `loan_usd`, `grant_element` (`oecd`, `imf_wb`: shares of what is lent), `discount_pct`,
        `social_discount_pct`, `exchange_case`, `intervals`, and the tables `years`, `projects`, `loans`,
        `incidence`. Rates of return are shares a year, in constant prices.
    """
    whole, loans = finance.whole, finance.loans
    cover = finance.cover
    found = _returns(finance, whole) | {
        "dscr_min": _number(cover.lowest),
        "dscr_min_year": int(whole.year[cover.lowest_year]) if cover.lowest_year >= 0 else None,
        "dscr_mean": _mean_cover(whole, finance.service_usd),
        "cost_usd": float(finance.funding.cost_usd.sum()),
        "pays_usd": dict(zip(FUNDS, finance.funding.pays_usd.sum(axis=0).tolist(), strict=True)),
        "loan_usd": float(whole.drawn_usd.sum()),
        "grant_element": {
            "oecd": _weighted(loans, "grant_oecd_pct"),
            "imf_wb": _weighted(loans, "grant_imf_pct"),
        },
        "discount_pct": finance.discount_pct,
        "social_discount_pct": finance.social_pct,
        "exchange_case": _exchange_case(finance),
        "intervals": finance_worlds(finance).record() if worlds else None,
    }
    tables = {
        "years": years_frame(finance),
        "projects": projects_frame(finance),
        "loans": loans,
        "incidence": incidence_frame(finance),
    }
    return found | {name: _rows(frame) for name, frame in tables.items()}


def _returns(finance: Finance, flow: CashFlow) -> dict[str, Any]:
    found = finance.appraisal(flow)
    cover = weighty_cover(flow.available_usd, due_usd(flow))
    irr = _sound(found.irr, flow.available_usd)
    eirr = _sound(found.economic_irr, flow.benefit_usd - flow.operation_usd)
    return {
        "npv_usd": found.npv_usd,
        "irr": _rate(irr),
        "irr_reason": irr.reason,
        "economic_npv_usd": found.economic_npv_usd,
        "eirr": _rate(eirr),
        "eirr_reason": eirr.reason,
        "dscr_min": _number(cover.lowest),
        "dscr_min_year": int(flow.year[cover.lowest_year]) if cover.lowest_year >= 0 else None,
        "dscr_mean": _mean_cover(flow, due_usd(flow)),
        "payback_years": _number(found.payback_years),
    }


def _mean_cover(flow: CashFlow, service: FloatArray) -> float | None:
    """Cash of the years of debt over debt service; None without debt."""
    owing = service > 0
    return float(flow.available_usd[owing].sum() / service[owing].sum()) if owing.any() else None


def _exchange_case(finance: Finance) -> dict[str, Any]:
    """Results where loans are in strong currencies and tariffs in weak ones."""
    found, cover = finance.appraisal(finance.strained_whole), finance.strained_cover
    year = finance.strained_whole.year
    return {
        "npv_usd": found.npv_usd,
        "irr": _rate(_sound(found.irr, finance.strained_whole.available_usd)),
        "dscr_min": _number(cover.lowest),
        "dscr_min_year": int(year[cover.lowest_year]) if cover.lowest_year >= 0 else None,
    }


def _gifts(finance: Finance, place: int, years: int) -> dict[str, FloatArray]:
    """What each lender gives by the loans of a project: drawn less paid, by year in constant dollars.

    The loans of one project are drawn in the same years; what is paid goes by the terms of each.
    """
    case, rows = finance.cases[place], finance.loans[finance.loans["project"] == finance.funding.ids[place]]
    found: dict[str, FloatArray] = {}
    for lent, party in zip(case.tranches, rows["party"], strict=True):
        flow = finance.tranche_flow(case, lent)
        _add(found, str(party), padded(flow.drawn_usd - flow.debt_service_usd, years))
    return found


def _beside(finance: Finance) -> FloatArray:
    """What carriers take on arcs of the plan beyond the revenue of its projects, by project, shape (n, n_years)."""
    money = finance.money
    elsewhere = money.state_others_usd[money.builders].sum(axis=0)
    rest = money.others_usd.sum(axis=0) - elsewhere
    size = np.abs(money.others_usd)
    whole = size.sum(axis=0)
    share = np.where(whole > 0, size / np.where(whole > 0, whole, 1.0), 0.0)
    return np.asarray(share * rest)


def _add(heads: dict[str, FloatArray], key: str, values: FloatArray) -> None:
    heads[key] = heads[key] + values if key in heads else values


def _weighted(loans: pd.DataFrame, column: str) -> float | None:
    """Mean grant element of what is lent, as a share; None where nothing is or no standard holds."""
    known = loans[loans[column].notna()]
    if not known["amount_usd"].sum() > 0:
        return None
    return float(np.average(known[column], weights=known["amount_usd"]) / 100.0)


def _sound(rate: Rate, left_usd: FloatArray) -> Rate:
    """A rate of return, unless use costs more than it brings: a root of such flows is the rate of no investment."""
    return rate if left_usd.sum() > 0 else Rate(np.nan, "use costs more than it brings")


def _rate(rate: Rate) -> float | None:
    return None if np.isnan(rate.pct) else rate.pct / 100.0


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows without NaN, which JSON does not have."""
    known = frame.astype(object).where(frame.notna(), None)
    return [dict(zip(known.columns, row, strict=True)) for row in known.itertuples(index=False)]
