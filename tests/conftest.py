"""What every test shares: how hypothesis draws its examples.

The default profile draws the same examples on every run and every machine, so that a red test is red for everybody.
`HYPOTHESIS_PROFILE=search python -m pytest` looks for new ones.
"""

from __future__ import annotations

import os

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
