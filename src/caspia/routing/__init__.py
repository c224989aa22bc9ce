"""Least-cost paths, alternatives, gates, Pareto sets and cost matrices over arrays.

The room knows vertices, arcs and weights; what they stand for is the caller's business.
"""

from caspia.routing.alternatives import AlternativesOptions, alternatives
from caspia.routing.gates import best_through
from caspia.routing.graph import Graph, build_graph
from caspia.routing.matrix import cost_matrix
from caspia.routing.pareto import ParetoSet, pareto
from caspia.routing.search import Path, Tree, all_to_one, one_to_all, shortest_path
from caspia.routing.via import Kinds, RouteRows, ViaOptions, kind_of, routes_through

__all__ = [
    "AlternativesOptions",
    "Graph",
    "Kinds",
    "ParetoSet",
    "Path",
    "RouteRows",
    "Tree",
    "ViaOptions",
    "all_to_one",
    "alternatives",
    "best_through",
    "build_graph",
    "cost_matrix",
    "kind_of",
    "one_to_all",
    "pareto",
    "routes_through",
    "shortest_path",
]
