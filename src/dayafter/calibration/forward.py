"""Records drawn forward from drawn parameters: what the likelihood is the likelihood of, in plain NumPy.

For checks: made-up records whose truth is known (simulation-based calibration), and records of the months that were
held back (posterior predictive checks). It shares no code with the filter, so each checks the other.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from dayafter.arrays import Floats, Ints
from dayafter.calibration.likelihood import Exposed
from dayafter.calibration.observed import THRESHOLD_CLASSES, Observed
from dayafter.priors import standard_normals
from dayafter.seeding import stable_id
from dayafter.simulation.draws import binomial, marks, negative_binomial, uniform_pair
from dayafter.simulation.layout import CLASSES
from dayafter.simulation.state import N_LAGS

STREAM: Final = "calibration/forward"
_CROSSING: Final = 4


def draw_records(exposed: Exposed, observed: Observed, seed: int) -> Ints:
    """Recorded events in the freed months of a record, drawn anew for each member: (t, p, k, m).

    Violence starts at rest in the first freed month of a place. Where a source has a threshold, a class that it binds
    is recorded in a calendar year only if its deaths in the places reach it.
    """
    n_months, n_places, n_classes = observed.counts.shape
    m = exposed.members.size
    lags = np.zeros((N_LAGS, n_places, n_classes, m))
    seen = np.zeros((n_months, n_places, n_classes, m), dtype=np.int64)
    deaths = np.zeros_like(seen)
    drift = np.zeros((n_places, m))
    ids = np.array([stable_id(place, kind.value) for place in observed.places for kind in CLASSES], dtype=np.int64)
    places = np.array([stable_id(place) for place in observed.places], dtype=np.int64)
    for t in range(n_months):
        fresh = np.ones(n_places, dtype=np.bool_) if t == 0 else ~observed.used[t - 1]
        z = standard_normals(seed, f"{STREAM}/drift", exposed.members, places, t).T
        drift = np.where(fresh[:, None], z, exposed.phi * drift + np.sqrt(1 - exposed.phi**2) * z)
        factor = np.exp(exposed.sigma * drift - exposed.sigma**2 / 2)
        rate = np.where(exposed.mu > 0, exposed.mu * factor[:, None] + _offspring(exposed, lags), 0.0)
        rate = np.where(observed.used[t][:, None, None], rate, 0.0)
        u, v = uniform_pair(seed, STREAM, exposed.members, ids, t)
        r, _ = uniform_pair(seed, f"{STREAM}/record", exposed.members, ids, t)
        events = negative_binomial(u.reshape(rate.shape), rate, exposed.alpha)
        seen[t] = binomial(r.reshape(rate.shape), events, np.broadcast_to(exposed.shares, rate.shape))
        fatal = binomial(v.reshape(rate.shape), events, np.broadcast_to(exposed.fatal, rate.shape))
        deaths[t] = _toll(exposed, fatal, ids, seed, t)
        lags = np.concatenate([events[None].astype(np.float64), lags[:-1]])
    return _above_threshold(observed, seen, deaths)


def _offspring(exposed: Exposed, lags: Floats) -> Floats:
    """(p, k, m), as `steps_violence.excitation` has it."""
    weight = np.stack([np.ones_like(exposed.decay), exposed.decay, exposed.decay**2])
    past = (lags * (weight / weight.sum(axis=0))[:, None, None]).sum(axis=0)
    own, cross, near = exposed.rates
    children: Floats = own * past
    crossing = past[:, :_CROSSING]
    children[:, :_CROSSING] += cross * (crossing.sum(axis=1, keepdims=True) - crossing)
    for p, other in zip(exposed.near_from, exposed.near_to, strict=True):
        children[p] += near * past[other]
    return children


def _toll(exposed: Exposed, fatal: Ints, ids: Ints, seed: int, month: int) -> Ints:
    """(p, k, m) deaths of fatal events, one mark each."""
    flat = fatal.reshape(-1, fatal.shape[2])
    toll = np.zeros_like(flat)
    for row in range(flat.shape[0]):
        for number in range(int(flat[row].max(initial=0))):
            there = np.flatnonzero(flat[row] > number)
            u, _ = uniform_pair(
                seed, f"{STREAM}/mark", exposed.members[there], ids[row : row + 1], month, number=number
            )
            toll[row, there] += marks(u[0])
    return toll.reshape(fatal.shape)


def _above_threshold(observed: Observed, seen: Ints, deaths: Ints) -> Ints:
    if not observed.threshold:
        return seen
    for year in np.unique(observed.years):
        span = observed.years == year
        for k, kind in enumerate(CLASSES):
            if kind.value in THRESHOLD_CLASSES:
                seen[span, :, k] *= deaths[span, :, k].sum(axis=(0, 1)) >= observed.threshold
    return seen


def with_counts(observed: Observed, counts: Ints) -> Observed:
    """The same months and places with other counts (t, p, k)."""
    total = (counts * observed.used[:, :, None]).sum(axis=(0, 1))
    by_class = {kind.value: int(n) for kind, n in zip(CLASSES, total, strict=True)}
    return Observed(
        observed.places, observed.first_month, counts.copy(), observed.used.copy(), observed.threshold, {}, by_class, {}
    )
