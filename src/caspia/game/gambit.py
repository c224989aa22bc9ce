"""Mixed and quantal-response equilibria from Gambit, in a process of its own that ends when its time is over."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from caspia.errors import InputError, Problem
from caspia.game.normal_form import NormalForm

FloatArray = npt.NDArray[np.float64]
Method = Literal["logit", "quantal", "enumpoly", "enummixed", "gnm", "ipa", "simpdiv"]
NASH: tuple[Method, ...] = ("logit", "gnm", "ipa", "simpdiv", "enumpoly", "enummixed")
"""Solvers of mixed equilibria; the first follows quantal responses to a limit and seldom fails."""
WORKER = "caspia.game.gambit_worker"
ACCEPTED = 1e-4
"""Regret, as a share of the spread of payoffs, up to which a mixture is an equilibrium."""


@dataclass(frozen=True, eq=False)
class Mixed:
    """What a solver found.

    Attributes
    ----------
    method : str
        Solver of Gambit.
    status : {"found", "none", "time limit", "failed"}
        Whether it found something; `none` where it ended without.
    mixtures : tuple of tuple of numpy.ndarray
        Probability of every move of every player, an entry for each equilibrium.
    regret : numpy.ndarray, shape (n_mixtures, n_players)
        What every player could gain by the best move, computed here and not by the solver.
    note : str
        What the solver said where it failed.
    """

    method: str
    status: Literal["found", "none", "time limit", "failed"]
    mixtures: tuple[tuple[FloatArray, ...], ...]
    regret: FloatArray
    note: str = ""


def mixed_equilibria(game: NormalForm, method: Method = "logit", *, limit_s: float = 10.0) -> Mixed:
    """Mixed equilibria of a game by a solver of Gambit.

    Parameters
    ----------
    game : NormalForm
        Players and payoffs; best without dominated moves, which only take time.
    method : str
        Solver, of `NASH`.
    limit_s : float
        Seconds after which the solver is ended.

    Returns
    -------
    Mixed
        Only mixtures whose regret, computed here, is small; an honest `none`, `time limit` or `failed` else.

    Raises
    ------
    InputError
        Unknown solver, or no time.

    References
    ----------
    Savani, R., Turocy, T. L. (2026). Gambit: the package for computation in game theory.
    """
    if method not in NASH:
        raise InputError(Problem("unknown solver", "game", repr(method), ", ".join(NASH), "name one of these"))
    status, found, note = _ask(game, {"method": method}, limit_s)
    return _checked(game, method, status, found, note)


def quantal_response(game: NormalForm, precision: float, *, limit_s: float = 10.0) -> Mixed:
    """Logit quantal-response equilibrium: players err, the less the more it costs them.

    Parameters
    ----------
    game : NormalForm
        Players and payoffs.
    precision : float
        How much the odds of two moves change (natural logarithm) for a unit of payoff between them; at 0 all moves
        are as likely, and with growing precision an equilibrium is approached.
    limit_s : float
        Seconds after which the solver is ended.

    Returns
    -------
    Mixed
        With the regret of a player who still errs, which is above 0. Checked here to be a fixed point.

    Raises
    ------
    InputError
        Precision below 0, or no time.

    References
    ----------
    McKelvey, R. D., Palfrey, T. R. (1995). Quantal response equilibria for normal form games. Games and Economic
    Behavior 10 (1), 6-38.
    """
    if not 0.0 <= precision < np.inf:
        raise InputError(Problem("precision out of range", "game", str(precision), "0 or more", "mend it"))
    status, found, note = _ask(game, {"method": "quantal", "precision": precision}, limit_s)
    kept = [mixture for mixture in found if _response_gap(game, mixture, precision) < 1e-3]
    if found and not kept:
        status, note = "failed", "the answer is no quantal response"
    regret = np.array([game.mixed_regret(mixture) for mixture in kept]).reshape(-1, len(game.players))
    return Mixed("quantal", status, tuple(kept), regret, note)


def _response_gap(game: NormalForm, mixture: tuple[FloatArray, ...], precision: float) -> float:
    """Greatest difference between a mixture and the logit response to it."""
    value, worst = game.expected(mixture), 0.0
    for row, own in enumerate(mixture):
        score = precision * value[row, : len(own)]
        answer = np.exp(score - score.max())
        worst = max(worst, float(np.abs(answer / answer.sum() - own).max()))
    return worst


def _checked(game: NormalForm, method: str, status: str, found: list[tuple[FloatArray, ...]], note: str) -> Mixed:
    flat = game.payoffs.reshape(len(game.players), -1)
    spread = np.maximum(flat.max(axis=1) - flat.min(axis=1), 1e-300)
    regrets = [game.mixed_regret(mixture) for mixture in found]
    kept = [row for row, regret in enumerate(regrets) if (regret <= ACCEPTED * spread).all()]
    if found and not kept:
        status, note = "none", "what the solver returned is no equilibrium"
    elif not found and status == "found":
        status = "none"
    regret = np.array([regrets[row] for row in kept]).reshape(-1, len(game.players))
    return Mixed(method, status, tuple(found[row] for row in kept), regret, note)  # type: ignore[arg-type]


def _ask(
    game: NormalForm, question: dict[str, object], limit_s: float
) -> tuple[Literal["found", "none", "time limit", "failed"], list[tuple[FloatArray, ...]], str]:
    """Answer of the process that runs the solver."""
    if not limit_s > 0:
        raise InputError(Problem("no time for the solver", "game", f"{limit_s} s", "above 0", "give it seconds"))
    text = json.dumps(question | {"payoffs": game.payoffs.tolist()})
    command = [sys.executable, "-m", WORKER]
    try:
        done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=limit_s, check=False)
    except subprocess.TimeoutExpired:
        return "time limit", [], f"ended after {limit_s:g} s"
    if done.returncode != 0:
        return "failed", [], (done.stderr.strip().splitlines() or ["no message"])[-1][:200]
    mixtures = [tuple(np.array(own, dtype=np.float64) for own in mixture) for mixture in json.loads(done.stdout)]
    return ("found" if mixtures else "none"), mixtures, ""
