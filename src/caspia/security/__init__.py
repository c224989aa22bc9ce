"""Security of supply: concentration, choice of origins, exposure, cover by stocks and worst closures, on arrays."""

from caspia.security.concentration import geopolrisk, hhi, instability, passage_concentration
from caspia.security.cover import days_of_cover, expected_shortfall, shortfall_days
from caspia.security.exposure import captive, exposure
from caspia.security.interdiction import Interdiction, worst_closures
from caspia.security.refill import Refill, refill
from caspia.security.supply import SupplyChoice, SupplyQuestion, choose_supply

__all__ = [
    "Interdiction",
    "Refill",
    "SupplyChoice",
    "SupplyQuestion",
    "captive",
    "choose_supply",
    "days_of_cover",
    "expected_shortfall",
    "exposure",
    "geopolrisk",
    "hhi",
    "instability",
    "passage_concentration",
    "refill",
    "shortfall_days",
    "worst_closures",
]
