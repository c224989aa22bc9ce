"""Players, moves and payoffs: equilibria, turns, leaders, coalitions. Knows no network."""

from caspia.game.coalitions import CoalitionGame, Core, coalition_game, core, shapley, shortfall
from caspia.game.gambit import Mixed, mixed_equilibria, quantal_response
from caspia.game.leader import Leader, best_choice
from caspia.game.normal_form import NormalForm, Profile, along
from caspia.game.preferences import (
    Frequency,
    Turn,
    WeightedGame,
    frequency,
    importance,
    outcome_map,
    standard_error,
    turning_points,
)
from caspia.game.search import Searched, search_equilibria
from caspia.game.sequential import Sequential, backward_induction

__all__ = [
    "CoalitionGame",
    "Core",
    "Frequency",
    "Leader",
    "Mixed",
    "NormalForm",
    "Profile",
    "Searched",
    "Sequential",
    "Turn",
    "WeightedGame",
    "along",
    "backward_induction",
    "best_choice",
    "coalition_game",
    "core",
    "frequency",
    "importance",
    "mixed_equilibria",
    "outcome_map",
    "quantal_response",
    "search_equilibria",
    "shapley",
    "shortfall",
    "standard_error",
    "turning_points",
]
