"""Concentration stays within its bounds, and the GeoPolRisk score is that of the published example."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from caspia.security import geopolrisk, hhi, instability, passage_concentration

AMOUNTS = arrays(float, st.integers(1, 8), elements=st.floats(0.0, 1e9))
SHARES = arrays(float, st.integers(1, 8), elements=st.floats(0.0, 1.0))
PUBLISHED = (
    ("Antimony", 0.276644236014858, 0.27518350428575905, 0.07612793030702521),
    ("Chromite", 0.3070140864060876, 0.6469527152383301, 0.19862359681683367),
    ("Copper", 0.10368441992479659, 0.4892134607645782, 0.050723813898777524),
    ("Rare earth", 0.5282617688739127, 0.12750347510271168, 0.06735521129532937),
    ("Crude oil", 0.08372461716439887, 0.4179064599373614, 0.03498905836878478),
)
"""Concentration of production, import risk and score of China in 2022, as the example of the library geopolrisk-py
(Koyamparambath and others, Journal of Open Source Software, doi 10.21105/joss.09600) prints them."""


@given(AMOUNTS)
def test_index_is_between_one_in_n_and_one(amount: np.ndarray) -> None:
    found = float(hhi(amount))
    if amount.sum() == 0:
        assert found == 0.0
    else:
        assert 1.0 / len(amount) - 1e-12 <= found <= 1.0 + 1e-12


@given(AMOUNTS, st.floats(1e-3, 1e3))
def test_index_knows_no_unit(amount: np.ndarray, factor: float) -> None:
    assert float(hhi(amount * factor)) == pytest.approx(float(hhi(amount)), abs=1e-9)


@given(SHARES)
def test_passage_index_is_at_most_the_largest_share(share: np.ndarray) -> None:
    found = float(passage_concentration(share))
    assert 0.0 <= found <= share.max() + 1e-12


@given(arrays(float, 5, elements=st.floats(0.01, 1.0)))
def test_passage_index_is_the_usual_one_where_each_tonne_passes_one(amount: np.ndarray) -> None:
    share = amount / amount.sum()
    assert float(passage_concentration(share)) == pytest.approx(float(hhi(share)), abs=1e-12)


def test_states_in_series_do_not_thin_the_index() -> None:
    assert float(passage_concentration([1.0, 1.0, 1.0])) == 1.0


@pytest.mark.parametrize(("name", "concentration", "risk", "score"), PUBLISHED)
def test_score_is_the_published_one(name: str, concentration: float, risk: float, score: float) -> None:
    # One producer has the concentration 1, so that its score is the import risk alone; scores are products of both.
    alone, weighted = geopolrisk([5.0], [7.0], [risk])
    assert float(weighted) == pytest.approx(risk, rel=1e-12), name
    assert float(alone) * concentration == pytest.approx(score, rel=1e-9)
    many = np.full(4, 2.0)
    assert float(geopolrisk(many, [7.0], [risk])[0]) == pytest.approx(float(hhi(many)) * risk, rel=1e-12)


def test_worked_example_of_the_library() -> None:
    # Its own test: imports of 2,000 weighted to 1,000, production of 500 at home, concentration 0.3.
    score, risk = geopolrisk([5, 1, 1, 1, 1, 1], [2000.0], [0.5], domestic=500.0)
    assert float(risk) == pytest.approx(0.4)
    assert float(score) == pytest.approx(0.3 * 1000.0 / 2500.0)


def test_import_risk_by_hand() -> None:
    # 60 t from a state of instability 0.5, 40 t from one of 0.25, 100 t made at home: (30 + 10) / 200.
    score, risk = geopolrisk([3.0, 1.0], [60.0, 40.0], [0.5, 0.25], domestic=100.0)
    assert float(risk) == pytest.approx(0.2)
    assert float(score) == pytest.approx(0.2 * (0.75**2 + 0.25**2))


@given(st.floats(-2.5, 2.5))
def test_instability_is_a_share(stability: float) -> None:
    assert 0.0 <= float(instability(stability)) <= 1.0


@given(arrays(float, 4, elements=st.floats(0.0, 1e6)), st.floats(0.0, 1e6), st.floats(0.0, 1e6))
def test_home_production_never_raises_the_score(imports: np.ndarray, less: float, more: float) -> None:
    unstable = np.array([0.1, 0.4, 0.6, 0.9])
    scores = [float(geopolrisk([2, 1], imports, unstable, domestic=home)[0]) for home in sorted((less, more))]
    assert scores[1] <= scores[0] + 1e-12
