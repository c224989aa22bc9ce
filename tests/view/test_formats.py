"""Numbers as people read them."""

from __future__ import annotations

import pytest

from caspia.view import formats

T = formats.THIN_SPACE


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.0421, "0.042"),
        (1.04, "1.0"),
        (9.96, "10"),
        (31.4, "31"),
        (99.6, "100"),
        (104.4, "104"),
        (999.7, f"1{T}000"),
        (5263, f"5{T}260"),
        (1234567, f"1{T}230{T}000"),
        (-31.4, "−31"),
        (float("nan"), "–"),
        (float("inf"), "–"),
    ],
)
def test_number(value, text):
    assert formats.number(value) == text


def test_interval():
    assert formats.interval(31.2, 24.0, 43.1, "days") == "31 (24–43) days"
    assert formats.interval(31.2, float("nan"), 43.1, "days") == "31 days"
    assert formats.interval(float("nan"), 1.0, 2.0, "days") == "–"


@pytest.mark.parametrize(
    ("ratio", "said"),
    [
        (1.52, "1.5 times as much"),
        (1.15, f"15{T}% more"),
        (1.01, "about as much"),
        (0.7, f"30{T}% less"),
    ],
)
def test_times(ratio, said):
    assert formats.times(ratio) == said


def test_percent_and_lists():
    assert formats.percent(-0.104, signed=True) == f"−10{T}%"
    assert formats.percent(float("nan")) == "–"
    assert formats.listed(["a", "b", "c"], "or") == "a, b or c"
    assert formats.listed([]) == ""
    assert formats.plural(2, "country", "countries") == "2 countries"
