"""Projects, portfolio choice and phasing, loans and cash flow, roll-out by year; knows no table."""

from caspia.investment.horizon import Horizon, horizon
from caspia.investment.phasing import Phased, phase
from caspia.investment.portfolio import Portfolio, Valuer, by_order, choose, greedy
from caspia.investment.programme import NEVER, Programme
from caspia.investment.second_order import SecondOrder

__all__ = [
    "NEVER",
    "Horizon",
    "Phased",
    "Portfolio",
    "Programme",
    "SecondOrder",
    "Valuer",
    "by_order",
    "choose",
    "greedy",
    "horizon",
    "phase",
]
