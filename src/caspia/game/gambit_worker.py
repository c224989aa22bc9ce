"""The process in which Gambit runs: a game on standard input, mixtures on standard output, both JSON."""

from __future__ import annotations

import json
import sys
from typing import Any


def solve(question: dict[str, Any]) -> list[list[list[float]]]:
    """Ask Gambit for the equilibria of a game.

    Parameters
    ----------
    question : dict
        `payoffs` (an array for each player, nested lists), `method`, and of quantal responses `precision`.

    Returns
    -------
    list
        Of each equilibrium the probability of every move of every player.
    """
    # Loaded here: this module is imported by tools that never solve.
    import numpy as np
    import pygambit

    payoffs = np.array(question["payoffs"], dtype=np.float64)
    game = pygambit.Game.from_arrays(*payoffs)
    if question["method"] == "quantal":
        found = [item.profile if hasattr(item, "profile") else item for item in _quantal(game, question)]
    else:
        solver = getattr(pygambit.nash, f"{question['method']}_solve")
        options = {"rational": False} if question["method"] == "enummixed" else {}
        found = list(solver(game, **options).equilibria)
    return [[[float(profile[move]) for move in player.strategies] for player in game.players] for profile in found]


def _quantal(game: Any, question: dict[str, Any]) -> list[Any]:
    """Point on the principal branch; the path is followed from random play up to the precision asked for."""
    import pygambit

    answer = pygambit.qre.logit_solve_lambda(game, float(question["precision"]))
    return list(answer)


if __name__ == "__main__":
    json.dump(solve(json.load(sys.stdin)), sys.stdout)
