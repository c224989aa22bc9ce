"""Flows: demand on routes of least cost over servers whose delay grows with their load."""

from caspia.assignment.certificate import Certificate, certify
from caspia.assignment.equilibrium import equilibrium
from caspia.assignment.problem import Demand, Problem, check_problem, road_problem
from caspia.assignment.result import Equilibrium, Routes

__all__ = [
    "Certificate",
    "Demand",
    "Equilibrium",
    "Problem",
    "Routes",
    "certify",
    "check_problem",
    "equilibrium",
    "road_problem",
]
