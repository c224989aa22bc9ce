"""The frozen multimodal graph and the tables' expansion into it."""

from caspia.network.build import build_network
from caspia.network.check import check_network
from caspia.network.closures import Closure, resolve_closure, resolve_rule, rule_binds
from caspia.network.network import (
    FORMS,
    LAND_MODES,
    MODES,
    SEA_MODES,
    TABLE_OF_KIND,
    ArcKind,
    Arcs,
    Network,
    Role,
    Vertices,
)
from caspia.network.parts import parts_of
from caspia.network.places import find_place, normalise, search_places
from caspia.network.refit import refit, same_graph

__all__ = [
    "FORMS",
    "LAND_MODES",
    "MODES",
    "SEA_MODES",
    "TABLE_OF_KIND",
    "ArcKind",
    "Arcs",
    "Closure",
    "Network",
    "Role",
    "Vertices",
    "build_network",
    "check_network",
    "find_place",
    "normalise",
    "parts_of",
    "refit",
    "resolve_closure",
    "resolve_rule",
    "rule_binds",
    "same_graph",
    "search_places",
]
