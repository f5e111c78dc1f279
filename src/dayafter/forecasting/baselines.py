"""The benchmarks of the public prediction challenge: what a model has to beat, always reported beside it.

Source: H. Hegre et al. (2025), "The 2023/24 VIEWS prediction challenge"; conflictology is a word of that challenge for
the plain distribution of a unit's last twelve months.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from dayafter.forecasting import kernels
from dayafter.forecasting.fitted import Fitted, key_array, months_bootstrap, pooled_bootstrap
from dayafter.forecasting.panel import Counts, Floats, Ints, Panel

YEAR: Final = 12
LONG: Final = 240


@dataclass(frozen=True, slots=True)
class Zero:
    """Nobody dies."""

    n_steps: int

    def sample(self, rows: Ints, members: Ints, seed: int) -> Counts:  # noqa: ARG002  # the protocol's words
        """See `Fitted`."""
        return np.zeros((rows.size, self.n_steps, members.size), dtype=np.int32)


@dataclass(frozen=True, slots=True)
class LastPoisson:
    """Poisson numbers around each unit's last value."""

    last: Floats  # (n,)
    things: Ints
    n_steps: int

    def sample(self, rows: Ints, members: Ints, seed: int) -> Counts:
        """See `Fitted`."""
        out = np.zeros((rows.size, self.n_steps, members.size), dtype=np.int32)
        key = key_array(seed, "forecast/last-poisson")
        kernels.poisson(self.last, rows, self.things, members, key, out)
        return out


def zero(panel: Panel, steps: Ints) -> Fitted:  # noqa: ARG001  # the words of every model
    """No deaths in any draw."""
    return Zero(steps.size)


def last_poisson(panel: Panel, steps: Ints) -> Fitted:
    """The last value that was seen of a unit is the mean of a Poisson distribution for all steps."""
    last = np.zeros(len(panel.units))
    for month in range(panel.counts.shape[1]):
        last = np.where(panel.seen[:, month], panel.counts[:, month], last)
    return LastPoisson(last, panel.things, steps.size)


def bootstrap_240(panel: Panel, steps: Ints) -> Fitted:
    """Any of the last 240 months of any unit, all alike: the challenge's benchmark knows no units."""
    return pooled_bootstrap("forecast/bootstrap-240", panel, LONG, steps.size)


def bootstrap_240_own(panel: Panel, steps: Ints) -> Fitted:
    """Any of a unit's own last 240 months, all alike."""
    return months_bootstrap("forecast/bootstrap-240-own", panel, np.ones(LONG), steps.size)


def conflictology(panel: Panel, steps: Ints) -> Fitted:
    """Any of a unit's last twelve months, all alike."""
    return months_bootstrap("forecast/conflictology", panel, np.ones(YEAR), steps.size)


def conflictology_near(panel: Panel, steps: Ints) -> Fitted:
    """Any of the last twelve months of a unit and of its neighbours, all alike."""
    return months_bootstrap("forecast/conflictology-near", panel, np.ones(YEAR), steps.size, near=True)
