"""Settings of the room's tests."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# Files take their time on a busy machine; a path from a fixture is overwritten by every example.
settings.register_profile(
    "exchange", deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("exchange")
