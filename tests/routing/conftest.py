"""Settings and fixtures of the room's tests."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_graphs import grid
from hypothesis import settings

from caspia.routing import Graph, build_graph

# The first call of a compiled function takes seconds, so that no example can have a deadline.
settings.register_profile("routing", deadline=None, max_examples=60)
settings.load_profile("routing")


@pytest.fixture
def square() -> tuple[Graph, np.ndarray]:
    """Return a grid of 400 vertices and its lengths."""
    tail, head, length = grid(20, seed=1)
    return build_graph(tail, head, 400), length
