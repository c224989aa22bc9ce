"""Supply drawn at random: ways of a few origins with costs, limits and passages."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from caspia.security import SupplyQuestion


@st.composite
def questions(draw: st.DrawFn) -> SupplyQuestion:
    """A question whose shortage is dearer than every way."""
    seed = draw(st.integers(0, 2**32 - 1))
    random = np.random.default_rng(seed)
    origins, ways, places = (int(random.integers(1, most)) for most in (6, 10, 4))
    cost = random.uniform(1.0, 100.0, ways)
    limit = np.where(random.random(ways) < 0.6, np.inf, random.uniform(0.0, 5.0, ways))
    return SupplyQuestion(
        origin=random.integers(0, origins, ways).astype(np.int64),
        cost=cost,
        way_limit=limit,
        available=random.uniform(0.0, 6.0, origins),
        origin_limit=float(random.choice([0.3, 0.5, 0.65, 1.0])),
        passes=random.random((ways, places)) < 0.4,
        passage_limit=random.choice([0.0, 0.3, 0.7, 1.0], places),
        need=float(random.uniform(0.5, 8.0)),
        shortage_cost=200.0,
    )
