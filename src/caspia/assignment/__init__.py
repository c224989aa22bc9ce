"""Flows on shared capacities: deterministic and stochastic equilibrium, and their certificates."""

from caspia.assignment.logit import LogitEquilibrium, fixed_point_residual, solve_logit
from caspia.assignment.routes import Choice, RouteTable, path_sizes

__all__ = ["Choice", "LogitEquilibrium", "RouteTable", "fixed_point_residual", "path_sizes", "solve_logit"]
