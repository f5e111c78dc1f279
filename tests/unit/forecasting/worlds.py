"""Made-up panels for the tests."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from dayafter.forecasting.panel import Panel, make_panel

FIRST = 121


def made_up(n_units: int = 8, n_months: int = 90, seed: int = 1, *, late_unit: bool = True) -> Panel:
    """Wars that come and go; the first unit is always at peace, the last one may exist only from month 20."""
    luck = np.random.default_rng(seed)
    war = luck.random((n_units, n_months)) < 0.15
    level = np.zeros((n_units, n_months))
    for month in range(1, n_months):
        level[:, month] = np.where(war[:, month], luck.gamma(0.5, 80, n_units), 0.8 * level[:, month - 1])
    counts = luck.poisson(level)
    counts[0] = 0
    seen = np.ones(counts.shape, dtype=np.bool_)
    if late_unit:
        seen[-1, :20] = False
    return make_panel(range(1, n_units + 1), FIRST, counts, seen, [(i, i + 1) for i in range(1, n_units)])


seeds = st.integers(0, 50)
