"""Posterior predictive checks: what a calibration expects of the record that it saw, and of months held back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dayafter.arrays import CompiledCase
from dayafter.calibration.fit import calibrate
from dayafter.calibration.forward import draw_records
from dayafter.calibration.likelihood import bases, expose, start
from dayafter.calibration.observed import Observed
from dayafter.priors import Posterior
from dayafter.simulation.layout import INSURGENT

DRAWN: Final = 4000

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Check:
    """One number of a record: as it was, and as records drawn under the prior and the posterior have it."""

    name: str
    seen: float
    prior: tuple[float, float, float]
    posterior: tuple[float, float, float]
    """5, 50 and 95 % of drawn records."""
    at_most: float
    """Share of drawn records (posterior) with no more than was seen, half of the ties counted."""


NUMBERS: Final[tuple[tuple[str, Callable[[Counts], Counts]], ...]] = (
    ("recorded insurgent events", lambda c: c.sum(axis=(0, 1))),
    ("place-months with one or more", lambda c: (c > 0).sum(axis=(0, 1))),
    ("most in one place and month", lambda c: c.max(axis=(0, 1))),
    ("places with one or more", lambda c: (c.sum(axis=0) > 0).sum(axis=0)),
    ("most in one place", lambda c: c.sum(axis=0).max(axis=0)),
)
"""Each of (t, p, m) recorded insurgent events of months that speak."""


def check_seen(case: CompiledCase, observed: Observed, posterior: Posterior) -> list[Check]:
    """The record that the posterior saw."""
    return _checks(case, observed, posterior, observed.used)


def check_held_back(
    case: CompiledCase, observed: Observed, last_seen: int, *, members: int, threads: int = 1
) -> tuple[list[Check], list[Check]]:
    """Calibrate on the months to `last_seen` and draw the later ones: all places, and place by place."""
    seen = observed.until(last_seen)
    posterior = calibrate(case, seen, members=members, threads=threads).posterior
    held = observed.used.copy()
    held[: seen.n_months] = False
    by_place = []
    for p, place in enumerate(observed.places):
        mask = np.zeros_like(held)
        mask[:, p] = held[:, p]
        one = _checks(case, observed, posterior, mask)[0]
        by_place.append(Check(f"{place}: recorded insurgent events", one.seen, one.prior, one.posterior, one.at_most))
    return _checks(case, observed, posterior, held), by_place


def _checks(case: CompiledCase, observed: Observed, posterior: Posterior, mask: NDArray[np.bool_]) -> list[Check]:
    prior = Posterior((), np.zeros(0), np.zeros((0, 0)), bases())
    who = np.arange(DRAWN, dtype=np.int64)
    surplus = start(case, 1, np.arange(1), prior, None).surplus
    drawn = []
    for one in (prior, posterior):
        records = draw_records(expose(start(case, 1, who, one, surplus), observed), observed, 1)
        drawn.append(records[:, :, INSURGENT] * mask[:, :, None])
    seen = (observed.counts[:, :, INSURGENT] * mask)[..., None]
    found = []
    for name, number in NUMBERS:
        before, after, was = (number(counts) for counts in (*drawn, seen))
        at_most = float((after < was[0]).mean() + 0.5 * (after == was[0]).mean())
        found.append(Check(name, float(was[0]), _three(before), _three(after), at_most))
    return found


def _three(values: Counts) -> tuple[float, float, float]:
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
    return float(low), float(middle), float(high)
