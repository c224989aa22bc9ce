"""Pure functions from facts to money, time, emission and generalised cost of arcs."""

from caspia.cost._server_parts import CLOSURES
from caspia.cost.arc_costs import ArcCosts, arc_costs
from caspia.cost.capacity import Measure, Servers, read_key
from caspia.cost.cargo import Cargo, cargo_of
from caspia.cost.empties import empty_haul_usd_per_t
from caspia.cost.lookup import Lookup
from caspia.cost.sampling import Sampler, interval, pert_quantile
from caspia.cost.servers import SERVED, find_servers
from caspia.cost.variables import Quantity, Reading, Terms, Variables, gather

__all__ = [
    "CLOSURES",
    "SERVED",
    "ArcCosts",
    "Cargo",
    "Lookup",
    "Measure",
    "Quantity",
    "Reading",
    "Sampler",
    "Servers",
    "Terms",
    "Variables",
    "arc_costs",
    "cargo_of",
    "empty_haul_usd_per_t",
    "find_servers",
    "gather",
    "interval",
    "pert_quantile",
    "read_key",
]
