"""Flows: demand on routes of least cost over servers whose delay grows with their load."""

from caspia.assignment.certificate import Certificate, certify
from caspia.assignment.compress import Grouping, group_servers
from caspia.assignment.equilibrium import equilibrium
from caspia.assignment.logit import LogitEquilibrium, answers_at, fixed_point_residual, solve_logit
from caspia.assignment.overlaps import Overlaps, find_overlaps, useless_variants
from caspia.assignment.problem import Demand, Problem, check_problem, road_problem
from caspia.assignment.result import Equilibrium, Routes
from caspia.assignment.routes import Choice, RouteTable, path_sizes
from caspia.assignment.sensitivity import capacity_worth
from caspia.assignment.stochastic import StochasticEquilibrium, stochastic_equilibrium

__all__ = [
    "Certificate",
    "Choice",
    "Demand",
    "Equilibrium",
    "Grouping",
    "LogitEquilibrium",
    "Overlaps",
    "Problem",
    "RouteTable",
    "Routes",
    "StochasticEquilibrium",
    "answers_at",
    "capacity_worth",
    "certify",
    "check_problem",
    "equilibrium",
    "find_overlaps",
    "fixed_point_residual",
    "group_servers",
    "path_sizes",
    "road_problem",
    "solve_logit",
    "stochastic_equilibrium",
    "useless_variants",
]
