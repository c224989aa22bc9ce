"""Settings of the room's tests."""

from __future__ import annotations

from hypothesis import settings

# The first call of a compiled function takes seconds, and rates of return are searched on a grid: no deadlines.
settings.register_profile("investment", deadline=None, max_examples=20)
settings.load_profile("investment")
