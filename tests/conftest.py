"""What every test shares: how hypothesis draws its examples, and when garbage is looked for.

The default profile draws the same examples on every run and every machine, so that a red test is red for everybody.
`HYPOTHESIS_PROFILE=search python -m pytest` looks for new ones.
"""

from __future__ import annotations

import gc
import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "fixed",
    derandomize=True,
    deadline=None,  # two tests share two cores: a clock would fail them at random
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("search", derandomize=False, deadline=None, max_examples=2000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))

# What is imported and collected stays until the end: looking through it for garbage, again and again, took a fifth of
# the time of the tests.
gc.disable()


def pytest_collection_finish(session: pytest.Session) -> None:
    """From here on garbage is looked for among what tests make, and less often."""
    gc.enable()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
