"""Decayed bootstrap: an earlier month of the unit itself, the likelier the nearer.

With a short half-life it follows a war that grows or ends; it cannot foresee what a unit has never seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dayafter.forecasting.fitted import Fitted, months_bootstrap
from dayafter.forecasting.panel import Ints, Panel


@dataclass(frozen=True, slots=True)
class Decayed:
    """The model with its one number; calling it fits it."""

    half_life_months: float = 3.0
    least_weight: float = 1e-6
    """Months that weigh less are left out."""

    def __call__(self, panel: Panel, steps: Ints) -> Fitted:
        """See `dayafter.forecasting.fitted.Fit`."""
        width = int(np.ceil(-np.log2(self.least_weight) * self.half_life_months))
        weights = 0.5 ** (np.arange(width)[::-1] / self.half_life_months)
        return months_bootstrap("forecast/decayed", panel, weights, steps.size)
