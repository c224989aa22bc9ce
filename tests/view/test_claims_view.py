"""Claims as people see them: verdicts in words and colour, measures with units, a page that stays whole."""

from __future__ import annotations

import io
import math
import re

import html5lib
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.console import Console

from caspia.view import claims_answers, claims_chapter, claims_terminal, evidence, records, report
from caspia.view.formats import THIN_SPACE

VERDICTS = ("holds", "fails", "open", "untested")


def row(verdict: str, hostile: str = "A claim", **more: object) -> dict[str, object]:
    """A row of claims."""
    probability = {"holds": 1.0, "fails": 0.0, "open": 0.4, "untested": math.nan}[verdict]
    value = math.nan if verdict == "untested" else 4.2e6
    return {
        "id": f"clm-{verdict}",
        "statement": hostile,
        "verdict": verdict,
        "probability": probability,
        "value": value,
        "low": value * 0.9,
        "high": value * 1.1,
        "unit": "t",
        "operator": ">=",
        "threshold": 1e7,
        "tolerance_share": math.nan,
        "reason": "As announced",
        "measure": hostile,
        "scope": "Here",
        "who": "A minister",
        "said_on": "2025-12",
        "kind": "model",
        "test": "rollout",
        "draws": 60,
        "holds_from": 0.9,
        "fails_to": 0.1,
        "command": "caspia rollout",
        "source_id": "tariffs",
        "note": hostile,
        "why_untested": "nothing moves" if verdict == "untested" else "",
        "source": "Title",
    } | more


@pytest.fixture
def judged(result, hostile):
    table = pd.DataFrame([row(verdict, hostile) for verdict in VERDICTS])
    return records.Prepared(type(result)({**result.tables, "claims": table}, result.manifest))


def spaced(text: str) -> str:
    return text.replace(THIN_SPACE, " ")


@pytest.mark.parametrize(
    ("cells", "measured", "threshold"),
    [
        ({}, "4.2 (3.8–4.6) million t", "at least 10 million t"),
        (
            {"unit": "share", "value": 0.5, "low": 0.4, "high": 0.6, "threshold": 0.4},
            "50 (40–60) %",
            "at least 40 %",
        ),
        (
            {"unit": "papers", "value": 60, "low": 51, "high": 65, "threshold": 14},
            "60 (51–65) papers",
            "at least 14 papers",
        ),
        (
            {"unit": "papers", "value": 14, "low": 14, "high": 14, "threshold": 14},
            "14 papers",
            "at least 14 papers",
        ),
        (
            {"unit": "JPY", "value": 3e12, "low": 3e12, "high": 3e12, "threshold": 3e13},
            "3.0 trillion JPY",
            "at least 30 trillion JPY",
        ),
        (
            {"unit": "times", "value": 1.4, "low": 1.0, "high": 2.0, "threshold": 1.5},
            "1.4 (1.0–2.0)",
            "at least 1.5",
        ),
        (
            {"unit": "TEU", "value": 79436, "low": 78003, "high": 82100, "threshold": 9e4},
            "79 400 (78 000–82 100) TEU",
            "at least 90 000 TEU",
        ),
        (
            {
                "unit": "USD",
                "operator": "=",
                "tolerance_share": 0.1,
                "threshold": 1.9e10,
                "value": 2e10,
                "low": 2e10,
                "high": 2e10,
            },
            "20 billion USD",
            "19 billion USD, ± 10 %",
        ),
    ],
)
def test_numbers_are_written_in_the_unit_of_the_claim(cells, measured: str, threshold: str) -> None:
    made = row("open", **cells)
    assert spaced(claims_answers.measured_text(made)) == measured
    assert spaced(claims_answers.threshold_text(made)) == threshold


@given(st.lists(st.sampled_from(VERDICTS), min_size=1, max_size=12))
def test_the_sentence_counts_every_claim_once(verdicts: list[str]) -> None:
    said = claims_answers.claims_answer([row(verdict) for verdict in verdicts])
    whole, *parts = (int(found) for found in re.findall(r"\d+", said))
    assert whole == len(verdicts) == sum(parts)


@given(st.floats(0, 1))
@example(0.005)
@example(0.995)
def test_certainty_is_not_rounded_to(probability: float) -> None:
    said = spaced(claims_answers.probability_text(row("open", probability=probability)))
    assert (said == "100 %") == (probability == 1)
    assert (said == "0 %") == (probability == 0)


def test_claims_that_hold_come_first_and_the_likelier_before() -> None:
    rows = [row(verdict) for verdict in VERDICTS] + [row("open", probability=0.6)]
    found = claims_answers.ordered(rows)
    assert [each["verdict"] for each in found] == ["holds", "open", "open", "fails", "untested"]
    assert found[1]["probability"] == 0.6


def test_the_chapter_says_verdicts_in_words_and_signs(judged) -> None:
    catalogue = evidence.catalogue(judged)
    chapter = claims_chapter.claims_chapter(judged, catalogue)
    assert chapter is not None
    assert {line.look.word for line in chapter.lines} == set(VERDICTS)
    assert len({look.glyph for look, _ in chapter.legend}) == len(VERDICTS)
    assert [source.id for source in chapter.sources] == ["tariffs"]
    untested = next(line for line in chapter.lines if line.look.word == "untested")
    assert (untested.share, untested.measured) == ("", "nothing moves")


def test_no_chapter_without_claims(result) -> None:
    assert claims_chapter.claims_chapter(result, {}) is None
    assert 'id="claims"' not in report.render_report(result)


def test_the_page_stays_whole_with_hostile_claims(judged, tmp_path) -> None:
    page = report.render_report(judged)
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    table = next(each for each in tree.iter("table") if each.get("id") == "claims-table")
    rows = list(table.find("tbody").iter("tr"))
    assert len(rows) == len(VERDICTS)
    assert not list(table.iter("script"))
    for cells in rows:
        assert len(list(cells.iter("td"))) == 6
    assert any(each.get("href") == "#claims" for each in tree.iter("a"))


@pytest.mark.parametrize("width", [40, 80, 120, 200])
def test_tables_fit_the_terminal(width: int) -> None:
    rows = [row(verdict) for verdict in VERDICTS]
    for table in (
        claims_terminal.claims_table(rows, width=width),
        claims_terminal.claim_table(rows[0], width=width),
    ):
        console = Console(width=width, file=io.StringIO(), highlight=False)
        console.print(table)
        lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
        assert max(map(len, lines)) <= width
