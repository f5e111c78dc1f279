"""How far the coefficients move when other processes had been seen: whole processes drawn with replacement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from dayafter.seeding import uniforms
from studies.deal_durability.agreements import Agreements, Floats
from studies.deal_durability.hazard import Fit, fit

REPLICATES: Final = 500


@dataclass(frozen=True, slots=True)
class Spread:
    """Coefficients of the bootstrap samples."""

    theta: Floats
    """(replicate, parameter); samples whose search found no maximum are left out and counted."""
    failed: int

    def interval(self, column: int) -> tuple[float, float]:
        """The 5 % and 95 % points of one coefficient."""
        low, high = np.quantile(self.theta[:, column], [0.05, 0.95])
        return float(low), float(high)


def bootstrap(agreements: Agreements, found: Fit, seed: int, replicates: int = REPLICATES) -> Spread:
    """Fits to samples of as many processes, drawn with replacement. The choice of terms is not made again."""
    n = agreements.n_processes
    luck = uniforms(seed, "deal-durability/bootstrap", np.arange(replicates), np.arange(n))
    thetas, failed = [], 0
    for row in luck:
        often = np.bincount((row * n).astype(np.int64), minlength=n).astype(np.float64)
        try:
            sample = fit(agreements, found.model, process_weight=often, start=found.theta, information=False)
        except RuntimeError:
            failed += 1
        else:
            thetas.append(sample.theta)
    return Spread(np.array(thetas), failed)
