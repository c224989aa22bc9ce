"""What `caspia game` prints: the answer as a record of plain numbers and lists, and as tables of a result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from caspia.game import standard_error
from caspia.study import game_frames as frames
from caspia.study.game import GameAnswer, GameRequest, SampledAnswer, open_game, play, search
from caspia.study.study import Study

Tell = Callable[[str, int, int], None]
NEEDED = ("actors", "moves", "demand")
"""Without these there is no game."""


def game_answer(study: Study, request: GameRequest, tell: Tell | None = None) -> GameAnswer | SampledAnswer:
    """Play the game that was asked for.

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
    GameAnswer or SampledAnswer
        The second where starts are sampled.

    Raises
    ------
    InputError
        As `open_game`.
    NotConverged
        Flows of a profile were not found.
    """
    table = open_game(study, request, tell)
    return search(table, tell) if request.sample else play(table, tell)


def summary(answer: GameAnswer) -> dict[str, Any]:
    """The game in a few numbers.

    Parameters
    ----------
    answer : GameAnswer
        The game solved.

    Returns
    -------
    dict
        Size, status of the solvers, the outcome in turn, and the answer with its frequency and standard error.
    """
    payoffs, chance = answer.payoffs, answer.frequency
    player = frames.answering(answer)
    counts = np.bincount(chance.paths[:, player], minlength=payoffs.shape[player]) / len(chance.paths)
    best = int(counts.argmax())
    names = payoffs.data.tables["moves"].set_index("id")["name"]
    actors = payoffs.data.tables["actors"].set_index("id")["name"]
    return {
        "players": ";".join(payoffs.players),
        "year": answer.request.year,
        "profiles": answer.central.n_profiles,
        "solved": answer.solved,
        "draws": answer.request.draws,
        "seed": answer.request.seed,
        "pure": len(answer.equilibria),
        "without": chance.without,
        "several": chance.several,
        "mixed_status": answer.mixed.status,
        "quantal_status": answer.quantal.status,
        "outcome": frames.named(payoffs, answer.sequential.profile),
        "tied": ";".join(payoffs.players[row] for row in answer.sequential.tied),
        "answers": payoffs.players[player],
        "answers_name": actors[payoffs.players[player]],
        "answer": payoffs.moves[player][best],
        "answer_name": names[payoffs.moves[player][best]],
        "answer_share": float(counts[best]),
        "answer_se": float(standard_error(counts[[best]], len(chance.paths))[0]),
        "core_empty": "yes" if answer.coalitions.core.is_empty else "no",
        "core_excess_usd": answer.coalitions.core.excess,
        "surplus_usd": float(answer.coalitions.game.worth[-1]),
    }


def tables(answer: GameAnswer) -> dict[str, pd.DataFrame]:
    """The game as tables of a result.

    Parameters
    ----------
    answer : GameAnswer
        The game solved.

    Returns
    -------
    dict of str to pandas.DataFrame
    """
    made = {
        "game_summary": pd.DataFrame([summary(answer)]),
        "game_equilibria": frames.equilibria_frame(answer),
        "game_moves": frames.moves_frame(answer),
        "game_replies": frames.replies_frame(answer),
        "game_weights": frames.weights_frame(answer),
        "game_map": frames.map_frame(answer),
        "game_coalitions": frames.coalitions_frame(answer),
        "game_tariffs": frames.tariffs_frame(answer),
    }
    return {name: frame for name, frame in made.items() if len(frame.columns)}


def game_tables(study: Study, tell: Tell) -> dict[str, pd.DataFrame]:
    """The game of the report.

    Parameters
    ----------
    study : Study
        The world without any moves.
    tell : callable
        Told stage, number done and number of all.

    Returns
    -------
    dict of str to pandas.DataFrame
        `game_summary`, `game_equilibria`, `game_moves`, `game_replies`, `game_weights`, `game_map`,
        `game_coalitions`, `game_tariffs`; nothing where the data have no actors or demand, or the settings want no
        plans.

    Raises
    ------
    caspia.errors.NotConverged
        Flows of a profile were not found.
    """
    if not study.settings.rollout_draws or any(study.data.tables[name].empty for name in NEEDED):
        return {}
    return tables(play(open_game(study, GameRequest(seed=study.settings.seed), tell), tell))


def record(answer: GameAnswer | SampledAnswer) -> dict[str, Any]:
    """The answer for machines.

    Parameters
    ----------
    answer : GameAnswer or SampledAnswer
        The game solved or searched.

    Returns
    -------
    dict
        `players`, `equilibria`, `frequency`, `best_replies`, `sequential`, `coalition`, `stackelberg`, and more; of
        a searched game `players`, `equilibria` and what the search asked for.
    """
    if isinstance(answer, SampledAnswer):
        return {
            "players": _players(answer),
            "equilibria": _rows(frames.sampled_frame(answer)),
            "searched": {
                "profiles": int(np.prod([float(n) for n in answer.payoffs.shape])),
                "starts": answer.request.sample,
                "circles": answer.found.circles,
                "asked": answer.found.asked,
                "solved": answer.solved,
            },
        }
    table = frames.equilibria_frame(answer)
    payoffs, outcome = answer.payoffs, answer.sequential
    return {
        "players": _players(answer),
        "summary": summary(answer),
        "equilibria": _rows(table[table["kind"] != "sampled"]),
        "frequency": _rows(table[table["kind"].isin(("pure", "sampled"))].drop(columns=["probability"])),
        "best_replies": _rows(frames.moves_frame(answer)),
        "replies": _rows(frames.replies_frame(answer)),
        "sequential": {
            "order": [payoffs.players[row] for row in outcome.order],
            "profile": payoffs.made(outcome.profile),
            "gain_usd": dict(zip(payoffs.players, outcome.payoffs.tolist(), strict=True)),
            "tied": [payoffs.players[row] for row in outcome.tied],
        },
        "turns": _rows(frames.weights_frame(answer)),
        "mixed": {"method": answer.mixed.method, "status": answer.mixed.status, "note": answer.mixed.note},
        "quantal": {"status": answer.quantal.status, "note": answer.quantal.note},
        "coalition": {
            "states": _rows(frames.coalitions_frame(answer)),
            "surplus_usd": float(answer.coalitions.game.worth[-1]),
            "core_empty": answer.coalitions.core.is_empty,
            "core_excess_usd": answer.coalitions.core.excess,
            "balance": [
                {"states": list(states), "weight": weight} for states, weight in answer.coalitions.core.balance
            ],
        },
        "stackelberg": _rows(frames.tariffs_frame(answer)),
    }


def _players(answer: GameAnswer | SampledAnswer) -> list[dict[str, Any]]:
    payoffs = answer.payoffs
    names = payoffs.data.tables["actors"].set_index("id")["name"]
    return [
        {"id": actor, "name": names[actor], "moves": list(own)}
        for actor, own in zip(payoffs.players, payoffs.moves, strict=True)
    ]


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows for machines: profiles by actor, the greatest regret as `regret`, what is missing as none."""
    found = []
    for row in frame.to_dict("records"):
        cells = {str(key): _cell(value) for key, value in row.items()}
        if "profile" in cells:
            cells["profile"] = dict(item.split("=") for item in str(cells["profile"]).split(";"))
        if "regret_usd" in cells:
            cells["regret"] = cells["regret_usd"]
        found.append(cells)
    return found


def _cell(value: Any) -> Any:
    if isinstance(value, float | np.floating):
        return None if np.isnan(value) else float(value)
    return int(value) if isinstance(value, np.integer) else value
