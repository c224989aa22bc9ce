"""The chapter on claims (Q11): which public statements hold, with the number behind each verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from caspia.view import records
from caspia.view.chapters import raw
from caspia.view.claims_answers import (
    LOOKS,
    Look,
    claims_answer,
    measured_text,
    ordered,
    probability_text,
    threshold_text,
)
from caspia.view.evidence import Source
from caspia.view.records import ResultLike, Row

CLAIMS = "claims"
"""Id of the chapter, and of its table."""
NAME = "Claims: what is said and what holds"
_HOW = (
    "Each claim is a row of the table claims: who said it, a test by name, what the test is about, and a "
    "threshold with its reason, all declared before the result. A test holds facts against each other or "
    "computes with the model: ways of the reference consignments, flows of the base year, the roll-out to "
    "2040 with what is paid for alone or with the plan that 3 trillion yen can pay.",
    "Every test gives draws: of the intervals of facts, of shipments on a way, of flows in draws of all "
    "facts, or of delays, growth, yields and the sea in a roll-out. The probability is the share of draws in "
    "which the measure stands to the threshold as claimed. From 90 % on the claim holds, down to 10 % it "
    "fails, between the two it stays open.",
    "A verdict is about the measure: other words for the claim may ask for another measure or threshold, "
    "which a row of the table states. The probability tells what the facts leave open, and not that the "
    "model may err.",
)


@dataclass(frozen=True)
class ClaimLine:
    """One claim as the page shows it."""

    id: str
    look: Look
    statement: str
    said: str
    source: Source | None
    measure: str
    scope: str
    reason: str
    note: str
    kind: str
    """observed where facts are held against each other, modelled otherwise."""
    measured: str
    value: str
    low: str
    high: str
    threshold: str
    limit: str
    probability: str
    share: str
    """Length of the bar in per cent; empty where there is no probability."""
    command: str


@dataclass(frozen=True)
class ClaimsChapter:
    """The answer, its claims and how they were tested."""

    id: str
    name: str
    answer: str
    legend: tuple[tuple[Look, int], ...]
    """Verdicts and the number of claims of each."""
    lines: tuple[ClaimLine, ...]
    how: tuple[str, ...]
    sources: tuple[Source, ...]


def claims_chapter(result: ResultLike, catalogue: dict[str, Source]) -> ClaimsChapter | None:
    """Make the chapter on claims.

    Parameters
    ----------
    result
        The result of a study.
    catalogue
        Sources by id.

    Returns
    -------
    ClaimsChapter or None
        None where the result holds no claims.
    """
    rows = ordered(records.rows(result, CLAIMS))
    if not rows:
        return None
    lines = tuple(_line(row, catalogue) for row in rows)
    cited = {line.source.id: line.source for line in lines if line.source is not None}
    return ClaimsChapter(
        id=CLAIMS,
        name=NAME,
        answer=claims_answer(rows),
        legend=tuple((look, count) for look, count in _counts(lines) if count),
        lines=lines,
        how=_HOW,
        sources=tuple(sorted(cited.values(), key=lambda source: source.title.lower())),
    )


def _counts(lines: Sequence[ClaimLine]) -> list[tuple[Look, int]]:
    return [(look, sum(line.look == look for line in lines)) for look in LOOKS.values()]


def _line(row: Row, catalogue: dict[str, Source]) -> ClaimLine:
    probability = records.real(row, "probability")
    return ClaimLine(
        id=records.text(row, "id"),
        look=LOOKS[records.text(row, "verdict")],
        statement=records.text(row, "statement"),
        said=f"{records.text(row, 'who')}, {records.text(row, 'said_on')}",
        source=catalogue.get(records.text(row, "source_id")),
        measure=records.text(row, "measure"),
        scope=records.text(row, "scope"),
        reason=records.text(row, "reason"),
        note=records.text(row, "note"),
        kind="observed" if records.text(row, "kind") == "facts" else "modelled",
        measured=measured_text(row),
        value=raw(records.real(row, "value")),
        low=raw(records.real(row, "low")),
        high=raw(records.real(row, "high")),
        threshold=threshold_text(row),
        limit=raw(records.real(row, "threshold")),
        probability=probability_text(row),
        share=f"{100 * probability:.3g}" if math.isfinite(probability) else "",
        command=records.text(row, "command"),
    )
