"""Kinds of jobs on supply security, risk, the game and claims: from the ask to a sentence and a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from caspia.study.claims_answer import claims_answer as answer_claims
from caspia.study.exporters import export_worlds, find_exporter
from caspia.study.exporters import exporter as answer_exporter
from caspia.study.game import GameRequest
from caspia.study.game_answer import game_answer as answer_game
from caspia.study.game_answer import record as game_record
from caspia.study.risk import RiskRequest
from caspia.study.risk import risk_answer as answer_risk
from caspia.study.secure import SecureRequest
from caspia.study.secure import secure as answer_secure
from caspia.view import claims_answers, game_answers, game_terminal, risk_words, secure_answers
from caspia.web.bench import Bench, Found, Tell
from caspia.web.models_jobs import ClaimsAsk, ExporterAsk, GameAsk, RiskAsk, SecureAsk
from caspia.web.plain import plain


def secure(bench: Bench, ask: Mapping[str, Any], tell: Tell) -> Found:
    """How secure supply is, as `caspia secure COMMODITY`.

    Parameters
    ----------
    bench : Bench
        What the job works with.
    ask : mapping
        Of a `SecureAsk`.
    tell : callable
        Told stage, number done and number of all.

    Returns
    -------
    (str, dict)
    """
    asked = SecureAsk.model_validate(ask)
    tell("Supply", 0, 1)
    request = SecureRequest(
        asked.commodity,
        asked.importer,
        tuple(asked.without),
        bench.starts(asked.plan),
        asked.within_cost_pct / 100.0,
        asked.within_days,
        asked.draws,
    )
    record = plain(answer_secure(bench.world(asked.world), request).record())
    tell("Supply", 1, 1)
    return secure_answers.secure_answer(record, record["transit"], record["bypass"]), record


def exporter(bench: Bench, ask: Mapping[str, Any], tell: Tell) -> Found:
    """How diversified a state exports, as `caspia secure --exporter`.

    Parameters
    ----------
    bench : Bench
        What the job works with.
    ask : mapping
        Of an `ExporterAsk`.
    tell : callable
        Told stage, number done and number of all.

    Returns
    -------
    (str, dict)
    """
    asked = ExporterAsk.model_validate(ask)
    world = bench.world(asked.world)
    study = replace(world, settings=replace(world.settings, flow_draws=asked.draws)) if asked.draws else world
    state = find_exporter(study, asked.exporter)
    worlds = export_worlds(study, bench.starts(asked.plan), tell, draw=asked.draws > 0)
    record = plain(answer_exporter(worlds, state).record())
    return secure_answers.exporter_answer(record, record["worlds"]), record


def risk(bench: Bench, ask: Mapping[str, Any], tell: Tell) -> Found:
    """Drawn years of closures and doubtful facts, as `caspia risk`.

    Parameters
    ----------
    bench : Bench
        What the job works with.
    ask : mapping
        Of a `RiskAsk`.
    tell : callable
        Told stage, number done and number of all.

    Returns
    -------
    (str, dict)
    """
    asked = RiskAsk.model_validate(ask)
    request = RiskRequest(asked.n, asked.seed, asked.year, keep=bench.keep, critical=asked.critical)
    answer = answer_risk(bench.world(asked.world), request, tell)
    record = plain(answer.record())
    return risk_words.risk_answer(plain(answer.metrics), plain(answer.critical)), record


def game(bench: Bench, ask: Mapping[str, Any], tell: Tell) -> Found:
    """What is stable and what others answer, as `caspia game`.

    Parameters
    ----------
    bench : Bench
        What the job works with.
    ask : mapping
        Of a `GameAsk`.
    tell : callable
        Told stage, number done and number of all.

    Returns
    -------
    (str, dict)
    """
    asked = GameAsk.model_validate(ask)
    request = GameRequest(
        tuple(asked.players), asked.year, asked.case, asked.draws, asked.seed, asked.sample, asked.limit_s
    )
    record = plain(game_record(answer_game(bench.world(asked.world), request, tell)))
    if "searched" in record:
        return game_terminal.searched_answer(record["searched"], len(record["equilibria"])), record
    return game_answers.game_answer(record["summary"], record["best_replies"]), record


def claims(bench: Bench, ask: Mapping[str, Any], tell: Tell) -> Found:
    """Which public claims hold, as `caspia claims`.

    Parameters
    ----------
    bench : Bench
        What the job works with.
    ask : mapping
        Of a `ClaimsAsk`.
    tell : callable
        Told stage, number done and number of all.

    Returns
    -------
    (str, dict)
    """
    asked = ClaimsAsk.model_validate(ask)
    record = plain(answer_claims(bench.study, tuple(asked.ids), tell).record())
    return claims_answers.claims_answer(record["claims"]), record


MORE: Mapping[str, Callable[[Bench, Mapping[str, Any], Tell], Found]] = {
    "secure": secure,
    "exporter": exporter,
    "risk": risk,
    "game": game,
    "claims": claims,
}
"""Function of every kind of job of these rooms."""
