"""What to build and when, with proof; loans and cash flow; roll-out by year."""

from caspia.investment.building import by_order, greedy, payments
from caspia.investment.design import DesignResult, NetworkDesign, design, enumerate_designs
from caspia.investment.fixed_charge import FixedCharge, FixedChargeResult, solve_fixed_charge
from caspia.investment.horizon import Horizon, horizon
from caspia.investment.phasing import Phased, phase
from caspia.investment.portfolio import Portfolio, Valuer, choose
from caspia.investment.programme import NEVER, Programme
from caspia.investment.search import (
    Found,
    Lane,
    Node,
    Visit,
    check_budget,
    enumerate_all,
    improve,
    plain_lane,
    search,
)
from caspia.investment.second_order import SecondOrder
from caspia.investment.worlds import Averse, Worlds, worst_mean

__all__ = [
    "NEVER",
    "Averse",
    "DesignResult",
    "FixedCharge",
    "FixedChargeResult",
    "Found",
    "Horizon",
    "Lane",
    "NetworkDesign",
    "Node",
    "Phased",
    "Portfolio",
    "Programme",
    "SecondOrder",
    "Valuer",
    "Visit",
    "Worlds",
    "by_order",
    "check_budget",
    "choose",
    "design",
    "enumerate_all",
    "enumerate_designs",
    "greedy",
    "horizon",
    "improve",
    "payments",
    "phase",
    "plain_lane",
    "search",
    "solve_fixed_charge",
    "worst_mean",
]
