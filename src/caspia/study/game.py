"""The game of the corridor (Q6): who plays, what is stable, what Russia and China answer, and how often."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from caspia.demand import Case
from caspia.errors import InputError, Problem
from caspia.game import (
    Frequency,
    Mixed,
    NormalForm,
    Profile,
    Searched,
    Sequential,
    Turn,
    WeightedGame,
    backward_induction,
    frequency,
    mixed_equilibria,
    quantal_response,
    search_equilibria,
    turning_points,
)
from caspia.scenario.parse import nearest
from caspia.study.game_bargains import Coalitions, Tariff, coalitions, leader_tariffs
from caspia.study.game_model import move_model
from caspia.study.game_outcomes import Outcomes
from caspia.study.game_payoffs import Payoffs
from caspia.study.study import Study

FloatArray = npt.NDArray[np.float64]
Tell = Callable[[str, int, int], None]
LARGEST = 4_000
"""Profiles that are enumerated at most."""
YEARS = (2025, 2040)
PRECISION_PER_USD = 1e-8
"""Precision of quantal responses: a hundred million dollars a year make a move 2.7 times as likely."""


@dataclass(frozen=True)
class GameRequest:
    """What is asked of the game.

    Attributes
    ----------
    players : tuple of str
        Actors that play; those of the table that play by default if empty. All others keep their status quo.
    year : int
        Year of the demand.
    case : {"low", "central", "high"}
        Growth of demand.
    draws : int
        Sampled preferences.
    seed : int
        Seed of these, and of sampled starts.
    sample : int
        Starts of best replies for a game too large to enumerate; 0 enumerates.
    limit_s : float
        Seconds that a solver of mixed equilibria gets.
    """

    players: tuple[str, ...] = ()
    year: int = 2034
    case: Case = "central"
    draws: int = 200
    seed: int = 2025
    sample: int = 0
    limit_s: float = 10.0


@dataclass(frozen=True, eq=False)
class GameAnswer:
    """The game solved.

    Attributes
    ----------
    request : GameRequest
        What was asked.
    payoffs : Payoffs
        Players, moves and weights.
    game : WeightedGame
        All profiles.
    central : NormalForm
        At the most likely weights.
    equilibria : tuple of tuple of int
        Pure equilibria of that.
    mixed, quantal : Mixed
        By Gambit, without moves that never pay.
    kept : tuple of tuple of int
        Moves that are left there, by player.
    sequential : Sequential
        Outcome in turn.
    weights : numpy.ndarray, shape (n_draws, n_weights)
        Sampled preferences.
    frequency : Frequency
        How often which profile is stable over them.
    turns : tuple of Turn
        Weights at which a player leaves the profile that is played.
    coalitions : Coalitions
        What corridor states share.
    tariffs : tuple of Tariff
        What leading states would charge.
    solved : int
        Equilibria of flows behind the profiles.
    """

    request: GameRequest
    payoffs: Payoffs
    game: WeightedGame
    central: NormalForm
    equilibria: tuple[Profile, ...]
    mixed: Mixed
    quantal: Mixed
    kept: tuple[tuple[int, ...], ...]
    sequential: Sequential
    weights: FloatArray
    frequency: Frequency
    turns: tuple[Turn, ...]
    coalitions: Coalitions
    tariffs: tuple[Tariff, ...]
    solved: int


@dataclass(frozen=True, eq=False)
class SampledAnswer:
    """A game too large to enumerate, searched.

    Attributes
    ----------
    request : GameRequest
        What was asked.
    payoffs : Payoffs
        Players, moves and weights.
    found : Searched
        Equilibria that best replies ended in.
    share : numpy.ndarray, shape (n_equilibria,)
        Share of the sampled preferences in which each stays one.
    solved : int
        Equilibria of flows.
    """

    request: GameRequest
    payoffs: Payoffs
    found: Searched
    share: FloatArray
    solved: int


@dataclass(frozen=True, eq=False)
class Table:
    """A game that can be asked: moves compiled, nothing solved yet.

    Attributes
    ----------
    study : Study
        The world.
    request : GameRequest
        What was asked, with its players.
    payoffs : Payoffs
        Players, moves and weights.
    """

    study: Study
    request: GameRequest
    payoffs: Payoffs

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Players in the order in which they move."""
        turn = self.study.data.tables["actors"].set_index("id")["turn"]
        return tuple(sorted(range(len(self.payoffs.players)), key=lambda row: int(turn[self.payoffs.players[row]])))


def read_players(study: Study, wanted: Sequence[str]) -> tuple[str, ...]:
    """Actors that play, in the order of play.

    Parameters
    ----------
    study : Study
        Tables.
    wanted : sequence of str
        Ids of actors; those that play by default if empty.

    Returns
    -------
    tuple of str

    Raises
    ------
    InputError
        An actor is unknown or named twice, or there is none.
    """
    table = study.data.tables["actors"].sort_values("turn")
    known = table["id"].tolist()
    chosen = [key.strip().upper() for key in wanted] or table.loc[table["is_default"] == "yes", "id"].tolist()
    for key in chosen:
        if key not in known:
            allowed = nearest(key, known, limit=12)
            raise InputError(Problem("unknown player", "--players", repr(key), allowed, "name actors by their ids"))
    if len(set(chosen)) != len(chosen) or not chosen:
        got = ", ".join(chosen) or "nobody"
        raise InputError(
            Problem("players are not named once", "--players", got, ", ".join(known), "name each once")
        )
    return tuple(key for key in known if key in chosen)


def open_game(study: Study, request: GameRequest, tell: Tell | None = None) -> Table:
    """Check a request and compile its moves.

    Parameters
    ----------
    study : Study
        The world without any moves.
    request : GameRequest
        What is asked.
    tell : callable, optional
        Told stage, number done and number of all.

    Returns
    -------
    Table

    Raises
    ------
    InputError
        Unknown players, a year without demand, no draws, or a game too large to enumerate.
    """
    players = read_players(study, request.players)
    _check(request)
    moves = study.data.tables["moves"]
    counts = [int((moves["actor_id"] == actor).sum()) for actor in players]
    size = math.prod(counts)
    if size > LARGEST and not request.sample:
        raise InputError(
            Problem(
                what="game is too large to enumerate",
                where="--players",
                got=f"{size:,} profiles ({' x '.join(map(str, counts))} moves)",
                allowed=f"at most {LARGEST:,} profiles",
                repair="name fewer players, or add --sample 20 to search from twenty sampled profiles",
            )
        )
    compiled = move_model(study, players, (request.year, request.case), tell)
    outcomes = Outcomes(compiled, players)
    return Table(study, request, Payoffs(study.data, players, outcomes))


def _check(request: GameRequest) -> None:
    first, last = YEARS
    checks = (
        ("--year", request.year, first, last),
        ("--draws", request.draws, 1, 100_000),
        ("--sample", request.sample, 0, 10_000),
    )
    for where, got, low, high in checks:
        if not low <= got <= high:
            raise InputError(Problem("number out of range", where, str(got), f"{low} to {high:,}", "correct it"))
    if not 0 < request.limit_s <= 3600:
        raise InputError(Problem("time out of range", "--limit", f"{request.limit_s:g} s", "above 0, at most 3600"))


def play(table: Table, tell: Tell | None = None) -> GameAnswer:
    """Solve a game in all ways.

    Parameters
    ----------
    table : Table
        Of `open_game`.
    tell : callable, optional
        Told stage, number done and number of all.

    Returns
    -------
    GameAnswer

    Raises
    ------
    NotConverged
        Flows of a profile were not found.
    """
    payoffs, request = table.payoffs, table.request
    solved = payoffs.outcomes.many([payoffs.made(profile) for profile in payoffs.profiles], tell)
    game = payoffs.weighted()
    likely = payoffs.central()
    central = game.at(likely)
    _told(tell, "Equilibria", 0)
    small, kept = central.without_dominated()
    outcome = backward_induction(central, table.order)
    weights = payoffs.draws(request.draws, request.seed)
    made = payoffs.made(outcome.profile)
    answer = GameAnswer(
        request=request,
        payoffs=payoffs,
        game=game,
        central=central,
        equilibria=central.pure_equilibria(),
        mixed=mixed_equilibria(small, limit_s=request.limit_s),
        quantal=quantal_response(small, PRECISION_PER_USD, limit_s=request.limit_s),
        kept=kept,
        sequential=outcome,
        weights=weights,
        frequency=frequency(game, weights, table.order),
        turns=turning_points(game, likely, outcome.profile),
        coalitions=coalitions(payoffs.outcomes, made),
        tariffs=leader_tariffs(payoffs.outcomes, made, margins(payoffs)),
        solved=solved,
    )
    _told(tell, "Equilibria", 1)
    return answer


def _told(tell: Tell | None, stage: str, done: int) -> None:
    if tell is not None:
        tell(stage, done, 1)


def margins(payoffs: Payoffs) -> dict[str, float]:
    """Share of transit revenue that actors keep, by state.

    Parameters
    ----------
    payoffs : Payoffs
        Tables.

    Returns
    -------
    dict of str to float
    """
    data = payoffs.data
    table = data.tables["preferences"]
    value = data.values("preferences", "preference_weight")
    states = data.tables["actors"].set_index("id")["countries"]
    return {
        code: float(value[row])
        for row, (actor, component) in enumerate(zip(table["actor_id"], table["component"], strict=True))
        if component == "transit"
        for code in states[actor].split(";")
    }


def search(table: Table, tell: Tell | None = None) -> SampledAnswer:
    """Search a game too large to enumerate for equilibria.

    Parameters
    ----------
    table : Table
        Of `open_game`, with sampled starts.
    tell : callable, optional
        Told stage, number done and number of all.

    Returns
    -------
    SampledAnswer

    Raises
    ------
    NotConverged
        Flows of a profile were not found.
    """
    payoffs, request = table.payoffs, table.request
    payoffs.outcomes.prepare()
    likely, rows = payoffs.central(), {}
    start = payoffs.row((0,) * len(payoffs.shape))

    def features(profile: Profile) -> FloatArray:
        if profile not in rows:
            rows[profile] = payoffs.row(profile) - start
            _told(tell, "Profiles", 0)
        return rows[profile]

    owner, used, sign = payoffs.structure

    def gains(profile: Profile, weights: FloatArray) -> FloatArray:
        worth = weights[used].prod(axis=1) * sign * features(profile)
        return np.bincount(owner, worth, len(payoffs.players)).astype(np.float64)

    found = search_equilibria(
        payoffs.shape, lambda profile: gains(profile, likely), starts=request.sample, seed=request.seed
    )
    drawn = payoffs.draws(request.draws, request.seed)
    share = [np.mean([_stays(payoffs, item, w, gains) for w in drawn]) for item in found.equilibria]
    return SampledAnswer(request, payoffs, found, np.array(share), payoffs.outcomes.worlds)


def _stays(
    payoffs: Payoffs, profile: Profile, weights: FloatArray, gains: Callable[[Profile, FloatArray], FloatArray]
) -> bool:
    """Whether nobody gains by another move at some weights."""
    here = gains(profile, weights)
    for player, count in enumerate(payoffs.shape):
        for move in range(count):
            other = (*profile[:player], move, *profile[player + 1 :])
            if gains(other, weights)[player] > here[player] + 1e-6 * abs(here[player]) + 1.0:
                return False
    return True
