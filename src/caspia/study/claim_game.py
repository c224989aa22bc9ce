"""Tests of claims about what states will do: their moves in the game of the corridor, over sampled preferences."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from caspia.game import backward_induction, frequency
from caspia.study.claim_world import ClaimWorld
from caspia.study.claims import Claim, Sample
from caspia.study.game import GameRequest, open_game

PREFERENCES = 200
"""Sampled preferences."""


def declines(claim: Claim, world: ClaimWorld) -> Sample:
    """Share of some states that make none of the moves of a kind, where all move in turn.

    Parameters
    ----------
    claim : Claim
        Parameters `players` (actors of the game), `states` (those that are asked about), `kind` (of the moves that
        they may decline) and `year`.
    world : ClaimWorld
        With the game.

    Returns
    -------
    Sample
        At the likely preferences, and in every draw of them.

    Raises
    ------
    InputError
        A player is unknown, or one that is asked about does not play.
    """
    players, asked = claim.parameters["players"], claim.parameters["states"]
    settings = world.study.settings
    request = GameRequest(players, int(claim.number("year")), draws=PREFERENCES, seed=settings.seed)
    table = open_game(world.study, request, world.tell)
    payoffs = table.payoffs
    if missing := sorted(set(asked) - set(payoffs.players)):
        raise claim.wrong(f"{', '.join(missing)} does not play", ", ".join(payoffs.players))
    payoffs.outcomes.many([payoffs.made(profile) for profile in payoffs.profiles], world.tell)
    game, kinds = payoffs.weighted(), _kinds(world)
    rows = [payoffs.players.index(state) for state in asked]

    def declining(path: npt.ArrayLike) -> float:
        moves = [payoffs.moves[row][int(np.asarray(path)[row])] for row in rows]
        return float(np.mean([kinds[move] != claim.one("kind") for move in moves]))

    chance = frequency(game, payoffs.draws(request.draws, request.seed), table.order)
    likely = backward_induction(game.at(payoffs.central()), table.order).profile
    return Sample(declining(likely), np.array([declining(path) for path in chance.paths]))


def _kinds(world: ClaimWorld) -> dict[str, str]:
    moves = world.study.data.tables["moves"]
    return dict(zip(moves["id"], moves["kind"], strict=True))
