"""Settings of the room's tests."""

from __future__ import annotations

from hypothesis import settings

# Rates of return are searched on a grid, so that a slow machine must not fail an example.
settings.register_profile("investment", deadline=None, max_examples=60)
settings.load_profile("investment")
