"""What is moved from where to where, in tonnes and boxes by year, whatever the way."""

from caspia.demand.cells import CASES, FIRST_YEAR, LAST_OBSERVED_YEAR, LAST_YEAR, Case, demand_cells, t_per_teu
from caspia.demand.reconcile import reconcile
from caspia.demand.spread import Pairs, pair_weights, reweigh, spread

__all__ = [
    "CASES",
    "FIRST_YEAR",
    "LAST_OBSERVED_YEAR",
    "LAST_YEAR",
    "Case",
    "Pairs",
    "demand_cells",
    "pair_weights",
    "reconcile",
    "reweigh",
    "spread",
    "t_per_teu",
]
