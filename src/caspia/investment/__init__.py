"""Projects, portfolio choice and phasing, loans and cash flow, roll-out by year."""

from caspia.investment.horizon import Horizon, horizon
from caspia.investment.phasing import Phased, phase
from caspia.investment.portfolio import Portfolio, Valuer, by_order, choose, greedy
from caspia.investment.programme import NEVER, Programme
from caspia.investment.second_order import SecondOrder
from caspia.investment.worlds import Averse, Worlds, worst_mean

__all__ = [
    "NEVER",
    "Averse",
    "Horizon",
    "Phased",
    "Portfolio",
    "Programme",
    "SecondOrder",
    "Valuer",
    "Worlds",
    "by_order",
    "choose",
    "greedy",
    "horizon",
    "phase",
    "worst_mean",
]
