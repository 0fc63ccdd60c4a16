"""Settings of all tests: no wall-clock deadlines, and a profile for long fuzzing.

    pytest tests/core/test_markers.py --hypothesis-profile=fuzz
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("default", deadline=None)
settings.register_profile(
    "fuzz",
    deadline=None,
    max_examples=120_000,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("default")
