"""What to build: choices within a budget, on networks whose users choose for themselves, and with proof."""

from caspia.investment.design import DesignResult, NetworkDesign, design, enumerate_designs
from caspia.investment.fixed_charge import FixedCharge, FixedChargeResult, solve_fixed_charge
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

__all__ = [
    "DesignResult",
    "FixedCharge",
    "FixedChargeResult",
    "Found",
    "Lane",
    "NetworkDesign",
    "Node",
    "Visit",
    "check_budget",
    "design",
    "enumerate_all",
    "enumerate_designs",
    "improve",
    "plain_lane",
    "search",
    "solve_fixed_charge",
]
