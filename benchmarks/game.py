"""Seconds of a full game on the built-in data: routes, moves, profiles, preferences, bargains."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import caspia
from caspia.game import frequency, mixed_equilibria
from caspia.study.game import GameRequest, margins, open_game
from caspia.study.game_bargains import coalitions, leader_tariffs

DRAWS = 200


@contextmanager
def timed(name: str, much: str = "") -> Iterator[None]:
    """Print the seconds of what is done inside."""
    start = time.perf_counter()
    yield
    print(f"{name:<58}{time.perf_counter() - start:8.1f} s  {much}", flush=True)


def main() -> None:
    """Play the game of the report, part by part."""
    start = time.perf_counter()
    with timed("data"):
        study = caspia.load("caspian")
    with timed("routes of the base year, once"):
        study.flow_model()
    with timed("moves compiled, once"):
        table = open_game(study, GameRequest(draws=DRAWS))
        payoffs = table.payoffs
        payoffs.outcomes.prepare()
    with timed(f"game of {len(payoffs.players)} players, {len(payoffs.profiles)} profiles, two threads"):
        solved = payoffs.outcomes.many([payoffs.made(profile) for profile in payoffs.profiles])
        game = payoffs.weighted()
    print(f"{'':<58}{solved:8} equilibria of flows")
    with timed(f"{DRAWS} sampled preferences"):
        chance = frequency(game, payoffs.draws(DRAWS, 2025), table.order)
    central = game.at(payoffs.central())
    with timed("mixed equilibrium by Gambit"):
        print(f"{'':<58}{mixed_equilibria(central.without_dominated()[0]).status:>8}")
    made = payoffs.made(chance.profiles[0])
    with timed("coalitions of corridor states, 64 equilibria"):
        coalitions(payoffs.outcomes, made)
    with timed("tariffs of five leaders"):
        leader_tariffs(payoffs.outcomes, made, margins(payoffs))
    print(f"{'all':<58}{time.perf_counter() - start:8.1f} s")


if __name__ == "__main__":
    main()
