"""The solved game as tables: equilibria, best replies, replies to what went before, turns, coalitions, tariffs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from caspia.game import NormalForm, Profile, along, backward_induction, importance, outcome_map, standard_error
from caspia.study.game import GameAnswer, SampledAnswer
from caspia.study.game_payoffs import Payoffs

FloatArray = npt.NDArray[np.float64]
MOST = 20
"""Profiles that are shown at most."""
GRID = 13
"""Values of each weight on the map of outcomes."""
PERCENTILES = (10.0, 90.0)
ANSWERS = "RU"
"""Actor whose answer is asked for first."""


def named(payoffs: Payoffs, profile: Sequence[int]) -> str:
    """A profile as text.

    Parameters
    ----------
    payoffs : Payoffs
        Players and moves.
    profile : sequence of int
        Move of every player.

    Returns
    -------
    str
        As `JP=mov-jp-core;KZ=mov-kz-balance`.
    """
    return ";".join(f"{actor}={move}" for actor, move in payoffs.made(tuple(profile)).items())


def answering(answer: GameAnswer) -> int:
    """Player whose answer is asked for: Russia, or who moves last where it does not play.

    Parameters
    ----------
    answer : GameAnswer
        The game solved.

    Returns
    -------
    int
    """
    players = answer.payoffs.players
    return players.index(ANSWERS) if ANSWERS in players else answer.sequential.order[-1]


def equilibria_frame(answer: GameAnswer) -> pd.DataFrame:
    """Equilibria at the most likely weights, and profiles that are stable in sampled preferences.

    Parameters
    ----------
    answer : GameAnswer
        The game solved.

    Returns
    -------
    pandas.DataFrame
        `kind` (pure, mixed, quantal, in turn, or sampled for what is stable in some draws only), `profile` (of
        mixed ones the most likely move of each player), `probability` of that, `regret_usd` (the greatest of a
        player), `share` of the draws in which the profile is a pure equilibrium, `share_se`, `share_in_turn`.
    """
    payoffs, n = answer.payoffs, len(answer.weights)
    rows = [_checked(answer, "pure", profile, 1.0) for profile in answer.equilibria]
    rows.append(_checked(answer, "in turn", answer.sequential.profile, 1.0))
    for found in (answer.mixed, answer.quantal):
        for mixture, regret in zip(found.mixtures, found.regret, strict=True):
            top = tuple(kept[int(own.argmax())] for kept, own in zip(answer.kept, mixture, strict=True))
            likely = float(np.prod([own.max() for own in mixture]))
            if found is answer.quantal or likely < 1.0 - 1e-6:
                rows.append(("quantal" if found is answer.quantal else "mixed", top, likely, float(regret.max())))
    others = [item for item in answer.frequency.profiles[:MOST] if item not in set(answer.equilibria)]
    rows += [_checked(answer, "sampled", profile, np.nan) for profile in others]
    share = dict(zip(answer.frequency.profiles, answer.frequency.share, strict=True))
    held = [share.get(profile, 0.0) for _, profile, _, _ in rows]
    paths = [float((answer.frequency.paths == np.array(profile)).all(axis=1).mean()) for _, profile, _, _ in rows]
    return pd.DataFrame(
        {
            "kind": [row[0] for row in rows],
            "profile": [named(payoffs, row[1]) for row in rows],
            "probability": [row[2] for row in rows],
            "regret_usd": [row[3] for row in rows],
            "share": held,
            "share_se": standard_error(np.array(held), n),
            "share_in_turn": paths,
        }
    )


def _checked(answer: GameAnswer, kind: str, profile: Profile, likely: float) -> tuple[str, Profile, float, float]:
    return kind, profile, likely, float(answer.central.regret(profile).max())


def moves_frame(answer: GameAnswer) -> pd.DataFrame:
    """Every move of every player against the outcome in turn.

    Parameters
    ----------
    answer : GameAnswer
        The game solved.

    Returns
    -------
    pandas.DataFrame
        `player`, `move`, `name`, `kind`, `played` (yes in the outcome), `gain_usd` over the move that is played
        there, all others moving as there, with `gain_usd_p10` and `gain_usd_p90` over the sampled preferences,
        `best_share` (how often it is the best reply there) with `best_se`, `turn_share` (how often it is played in
        turn) with `turn_se`, `quantal` (its probability with errors), `precedent`, `source_id`.
    """
    payoffs, outcome, n = answer.payoffs, answer.sequential.profile, len(answer.weights)
    table = payoffs.data.tables["moves"].set_index("id")
    gains = _gains(answer)
    rows = []
    for player, own in enumerate(payoffs.moves):
        drawn = gains[player]
        best = drawn.argmax(axis=1)
        likely = along(answer.central.payoffs[player], player, outcome)
        for move, key in enumerate(own):
            low, high = np.percentile(drawn[:, move], PERCENTILES)
            rows.append(
                {
                    "player": payoffs.players[player],
                    "move": key,
                    "name": table.loc[key, "name"],
                    "kind": table.loc[key, "kind"],
                    "played": "yes" if move == outcome[player] else "no",
                    "gain_usd": float(likely[move] - likely[outcome[player]]),
                    "gain_usd_p10": float(low),
                    "gain_usd_p90": float(high),
                    "best_share": float((best == move).mean()),
                    "turn_share": float((answer.frequency.paths[:, player] == move).mean()),
                    "quantal": _quantal(answer, player, move),
                    "precedent": table.loc[key, "precedent"],
                    "source_id": table.loc[key, "source_id"],
                }
            )
    frame = pd.DataFrame(rows)
    for name in ("best", "turn"):
        at = int(frame.columns.get_loc(f"{name}_share")) + 1
        frame.insert(at, f"{name}_se", standard_error(frame[f"{name}_share"].to_numpy(), n))
    return frame


def _gains(answer: GameAnswer) -> list[FloatArray]:
    """Gain of each move of each player over the one that is played, in every draw."""
    game, outcome = answer.game, answer.sequential.profile
    worth = answer.weights[:, game.weight_of].prod(axis=2) * game.sign
    found = []
    for player in range(len(game.players)):
        mine = np.flatnonzero(game.owner == player)
        rows = np.array([along(game.features[row], player, outcome) for row in mine])
        found.append(worth[:, mine] @ (rows - rows[:, [outcome[player]]]))
    return found


def _quantal(answer: GameAnswer, player: int, move: int) -> float:
    """Probability of a move where players err; 0 for moves that never pay, NaN where nothing was found."""
    if not answer.quantal.mixtures:
        return float("nan")
    kept = answer.kept[player]
    return float(answer.quantal.mixtures[0][player][kept.index(move)]) if move in kept else 0.0


def replies_frame(answer: GameAnswer) -> pd.DataFrame:
    """What who answers would do after everything that may go before.

    Parameters
    ----------
    answer : GameAnswer
        The game solved.

    Returns
    -------
    pandas.DataFrame
        `player` (Russia, where it plays), `before` (the moves made before it), `reply` (the most frequent over the
        draws) with its `share` and `share_se`, `other` (the next) with `other_share`, and `likely` (the reply at
        the most likely weights).
    """
    payoffs, player = answer.payoffs, answering(answer)
    order = answer.sequential.order
    depth = order.index(player)
    likely = answer.sequential.plans[depth]
    drawn = np.stack([backward_induction(answer.game.at(w), order).plans[depth] for w in answer.weights])
    rows = []
    for before in np.ndindex(likely.shape):
        counts = np.bincount(drawn[(slice(None), *before)], minlength=len(payoffs.moves[player])) / len(drawn)
        chosen = int(counts.argmax())
        others = np.where(np.arange(len(counts)) == chosen, -1.0, counts)
        names = [
            f"{payoffs.players[who]}={payoffs.moves[who][row]}" for who, row in zip(order, before, strict=False)
        ]
        rows.append(
            {
                "player": payoffs.players[player],
                "before": ";".join(names),
                "reply": payoffs.moves[player][chosen],
                "share": float(counts[chosen]),
                "share_se": float(standard_error(counts[[chosen]], len(drawn))[0]),
                "other": payoffs.moves[player][int(others.argmax())] if others.max() > 0 else "",
                "other_share": max(float(others.max()), 0.0),
                "likely": payoffs.moves[player][int(likely[before])],
            }
        )
    return pd.DataFrame(rows)


def weights_frame(answer: GameAnswer) -> pd.DataFrame:
    """Weights with their intervals, where each turns the outcome, and how much it tells of the answer.

    Parameters
    ----------
    answer : GameAnswer
        The game solved.

    Returns
    -------
    pandas.DataFrame
        `key` (fact), `name`, `unit`, `low`, `value`, `high`; `player` who would leave the outcome first and `move`
        it would make at `turns_at` (the nearest such value, within the interval where there is one), `within`
        (yes where that lies in the interval); `importance`: correlation of the weight with the answer being the
        one of the outcome, -1 to 1.
    """
    payoffs, player = answer.payoffs, answering(answer)
    held = answer.frequency.paths[:, player] == answer.sequential.profile[player]
    told = importance(answer.weights, held)
    rows = []
    for number, weight in enumerate(payoffs.weights):
        if not weight.key:
            continue
        own = [turn for turn in answer.turns if turn.weight == number]
        near = min(own, key=lambda turn: abs(turn.at - weight.value), default=None)
        rows.append(
            {
                "key": weight.key,
                "name": weight.name,
                "unit": weight.unit,
                "low": weight.low,
                "value": weight.value,
                "high": weight.high,
                "player": "" if near is None else payoffs.players[near.player],
                "move": "" if near is None else payoffs.moves[near.player][near.move],
                "turns_at": np.nan if near is None else near.at,
                "within": "yes" if near is not None and weight.low <= near.at <= weight.high else "no",
                "importance": float(told[number]),
            }
        )
    frame = pd.DataFrame(rows)
    order = (-frame["importance"].abs()).argsort(kind="stable")
    return frame.iloc[order].reset_index(drop=True)


def map_frame(answer: GameAnswer) -> pd.DataFrame:
    """What is answered where the two weights that tell most of it take other values.

    Parameters
    ----------
    answer : GameAnswer
        The game solved.

    Returns
    -------
    pandas.DataFrame
        `x_key`, `x_name`, `x`, `y_key`, `y_name`, `y`, `player`, `move` and `profile`; a row for each point of a
        grid over both intervals, all other weights as most likely.
    """
    payoffs, player = answer.payoffs, answering(answer)
    table = weights_frame(answer)
    keys = [weight.key for weight in payoffs.weights]
    free = table[table["high"] > table["low"]]
    if len(free) < 2:
        return pd.DataFrame()
    chosen = [keys.index(key) for key in free["key"].iloc[:2]]
    axes = [np.linspace(payoffs.weights[k].low, payoffs.weights[k].high, GRID) for k in chosen]

    def outcome(game: NormalForm) -> int:
        return int(np.ravel_multi_index(backward_induction(game, answer.sequential.order).profile, payoffs.shape))

    found = outcome_map(answer.game, payoffs.central(), ((chosen[0], axes[0]), (chosen[1], axes[1])), outcome)
    rows = []
    for i, j in np.ndindex(found.shape):
        profile = [int(row) for row in np.unravel_index(found[i, j], payoffs.shape)]
        x, y = (payoffs.weights[k] for k in chosen)
        rows.append(
            {
                "x_key": x.key,
                "x_name": x.name,
                "x": float(axes[0][i]),
                "y_key": y.key,
                "y_name": y.name,
                "y": float(axes[1][j]),
                "player": payoffs.players[player],
                "move": payoffs.moves[player][profile[player]],
                "profile": named(payoffs, profile),
            }
        )
    return pd.DataFrame(rows)


def coalitions_frame(answer: GameAnswer) -> pd.DataFrame:
    """What transit on the corridor is worth to its states together and apart.

    Parameters
    ----------
    answer : GameAnswer
        The game solved.

    Returns
    -------
    pandas.DataFrame
        `state`, `earned_usd` (what it earns more with the corridor than without), `shapley_usd` (what it adds on
        average), `core_usd` (a sharing that leaves no group worse off than necessary), `without_usd` (what is left
        to the others where it lets nothing pass).
    """
    found = answer.coalitions
    n = len(found.game.players)
    everyone = 2**n - 1
    return pd.DataFrame(
        {
            "state": list(found.game.players),
            "earned_usd": found.earned_usd,
            "shapley_usd": found.shapley_usd,
            "core_usd": found.core.shares,
            "without_usd": [float(found.game.worth[everyone ^ (1 << row)]) for row in range(n)],
        }
    )


def tariffs_frame(answer: GameAnswer) -> pd.DataFrame:
    """What states would charge for boxes in transit that know how shippers answer.

    Parameters
    ----------
    answer : GameAnswer
        The game solved.

    Returns
    -------
    pandas.DataFrame
        `state`, `surcharge` (share of the rates of now), `profit_usd` with `bound_usd` (no surcharge brings more),
        `profit_now_usd`, `revenue_usd`, `revenue_now_usd`, `margin`, `certified` (yes where traffic fell with every
        surcharge that was tried, as the bound supposes), `evaluations`.
    """
    return pd.DataFrame(
        [
            {
                "state": item.state,
                "surcharge": item.leader.choice,
                "profit_usd": item.leader.value,
                "bound_usd": item.leader.bound,
                "profit_now_usd": item.now_usd,
                "revenue_usd": item.revenue_usd,
                "revenue_now_usd": item.revenue_now_usd,
                "margin": item.margin,
                "certified": "yes" if item.leader.falls and not item.leader.at_end else "no",
                "evaluations": len(item.leader.points),
            }
            for item in answer.tariffs
        ]
    )


def sampled_frame(answer: SampledAnswer) -> pd.DataFrame:
    """Equilibria that a search found.

    Parameters
    ----------
    answer : SampledAnswer
        The game searched.

    Returns
    -------
    pandas.DataFrame
        `kind` (pure), `profile`, `regret_usd`, `reached` (starts that ended there), `share` (of the sampled
        preferences in which it stays an equilibrium), `share_se`.
    """
    found, n = answer.found, answer.request.draws
    return pd.DataFrame(
        {
            "kind": ["pure"] * len(found.equilibria),
            "profile": [named(answer.payoffs, item) for item in found.equilibria],
            "regret_usd": found.regret.max(axis=1) if len(found.regret) else np.empty(0),
            "reached": found.reached,
            "share": answer.share,
            "share_se": standard_error(answer.share, n),
        }
    )
