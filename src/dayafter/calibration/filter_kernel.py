"""Likelihood of a record under one set of parameters: a particle filter, compiled, one member after another.

What is hidden are the events that nobody recorded and the drift of each place's background. A particle carries both.
The recorded count of a month is negative binomial when a negative binomial number of events is thinned, and the missed
part given the recorded one is negative binomial again, so a particle is weighed by the record before it moves and no
particle is wasted on a month that it cannot explain. The estimate of the likelihood is unbiased for any number of
particles; importance weights that use it are exact (M. K. Pitt and N. Shephard 1999, JASA 94(446), 590-599; P.
Fearnhead, O. Papaspiliopoulos and G. O. Roberts 2008, JRSS B 70(4), 755-777).

Where a source has a threshold, a class of a year in which it holds nothing says little: either its deaths stayed below
the threshold, or every event was missed. There events are drawn blindly, and the year's end weighs them.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dayafter.kernels.cache import compiled
from dayafter.kernels.counts import binomial, deaths_of_event, negative_binomial
from dayafter.kernels.elementary import exp, log, log1p, normal_quantile
from dayafter.kernels.philox import uniform

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

LIMIT: Final = 2000
DEATHS_LIMIT: Final = 1 << 40
N_LAGS: Final = 3
N_CROSSING: Final = 4
_LOG_MEDIAN: Final = 1.4586150226995167  # ln 4.3
_LOG_SD: Final = 1.35
_BIG: Final = np.uint64(4096)
_DRIFT: Final = np.uint64(1 << 30)
_RESAMPLE: Final = np.uint64(1 << 31)


@compiled
def log_count_chance(y: int, mean: float, dispersion: float) -> float:
    """Logarithm of P(y) of a negative binomial with mean ≥ 0 and variance mean + dispersion · mean², dispersion > 0."""
    if mean <= 0.0:
        return 0.0 if y == 0 else -math.inf
    total = -log1p(dispersion * mean) * (1.0 / dispersion + y)
    for n in range(y):
        total += log((1.0 + dispersion * n) * mean / (n + 1.0))
    return total


@compiled
def _excited(
    p: int, k: int, r: int, lags: Floats, weights: Floats, rates: Floats, near_from: Ints, near_to: Ints
) -> float:
    """Offspring that earlier events give class k of place p: own, cross-class, from neighbours; as in the process."""
    total = 0.0
    for lag in range(N_LAGS):
        w = weights[lag]
        total += w * rates[0] * lags[r, lag, p, k]
        if k < N_CROSSING:
            for other in range(N_CROSSING):
                if other != k:
                    total += w * rates[1] * lags[r, lag, p, other]
        for edge in range(near_from.size):
            if near_from[edge] == p:
                total += w * rates[2] * lags[r, lag, near_to[edge], k]
    return total


@compiled
def _resample(log_weights: Floats, u: float, ancestors: Ints) -> None:
    """Systematic resampling: how often each particle goes on, in order."""
    n = log_weights.size
    top = log_weights.max()
    total = 0.0
    for r in range(n):
        total += exp(log_weights[r] - top)
    at, below = 0, exp(log_weights[0] - top) / total
    for r in range(n):
        wanted = (r + u) / n
        while below < wanted and at < n - 1:
            at += 1
            below += exp(log_weights[at] - top) / total
        ancestors[r] = at


@compiled
def _month_of_place(
    t: int, p: int, r: int, member: np.uint64, keys: tuple[np.uint64, np.uint64], record: Ints, blind: Bools,
    mu: Floats, shares: Floats, fatal: Floats, alpha: float, background: float, weights: Floats, rates: Floats,
    lags: Floats, n_before: float, now: Floats, toll: Floats, thinned: Floats, near_from: Ints, near_to: Ints,
) -> float:  # fmt: skip
    """One particle's month in one place: its weight from the record, and its new events (`now`, `toll`, `thinned`)."""
    gained = 0.0
    particle, month = np.uint64(r), np.uint64(t)
    for k in range(mu.shape[0]):
        now[r, p, k] = 0.0
        if mu[k] <= 0.0:
            continue
        rate = mu[k] * background
        if n_before > 0.0:
            rate += _excited(p, k, r, lags, weights, rates, near_from, near_to)
        thing = np.uint64(p * 8 + k)
        u = uniform(keys[0], keys[1], member, thing, month, particle)
        share = shares[k]
        if not blind[k]:
            y = record[k]
            gained += log_count_chance(y, share * rate, alpha)
            grown = 1.0 / alpha + y
            mean = (1.0 - share) * rate * grown / (1.0 / alpha + share * rate)
            missed, _ = negative_binomial(u, mean, 1.0 / grown, LIMIT)
            now[r, p, k] = y + missed
            continue
        number, _ = negative_binomial(u, rate, alpha, LIMIT)
        now[r, p, k] = number
        if number == 0:
            continue
        thinned[r, k] += number * log1p(-share)
        v = uniform(keys[0], keys[1], member, thing + _BIG, month, particle)
        dead, _ = binomial(v, number, fatal[k])
        for event in range(dead):
            w = uniform(keys[0], keys[1], member, thing + _BIG * np.uint64(event + 2), month, particle)
            deaths, _ = deaths_of_event(w, 1.0, _LOG_MEDIAN, _LOG_SD, DEATHS_LIMIT)
            toll[r, k] += deaths
    return gained


@compiled
def _year_end(r: int, blind: Bools, threshold: float, toll: Floats, thinned: Floats) -> float:
    """What the silence of a year weighs: nothing below the threshold of deaths, every event missed above it."""
    gained = 0.0
    for k in range(blind.size):
        if blind[k] and toll[r, k] >= threshold:
            gained += thinned[r, k]
        toll[r, k], thinned[r, k] = 0.0, 0.0
    return gained


@compiled
def filter_members(
    members: Ints, keys: tuple[np.uint64, np.uint64], n_particles: int, record: Ints, used: Bools, year: Ints,
    blind: Bools, threshold: float, mu: Floats, shares: Floats, fatal: Floats, alpha: Floats, sigma: Floats,
    phi: Floats, decay: Floats, rates: Floats, near_from: Ints, near_to: Ints, out: Floats,
) -> None:  # fmt: skip
    """Log likelihood of the record for each member.

    Parameters
    ----------
    members : (m,), numbers that address the luck. record : (t, p, k) recorded events. used : (t, p).
    year : (t,) position of the calendar year. blind : (years, k). threshold : deaths a year. mu : (p, k, m) background.
    shares, fatal : (k, m). alpha, sigma, phi, decay : (m,). rates : (3, m) own, cross, neighbour. out : (m,), written.
    """
    n_months, n_places, n_classes = record.shape
    lags = np.zeros((n_particles, N_LAGS, n_places, n_classes))
    old_lags = np.zeros_like(lags)
    now = np.zeros((n_particles, n_places, n_classes))
    drift, old_drift = np.zeros((n_particles, n_places)), np.zeros((n_particles, n_places))
    toll, old_toll = np.zeros((n_particles, n_classes)), np.zeros((n_particles, n_classes))
    thinned, old_thinned = np.zeros((n_particles, n_classes)), np.zeros((n_particles, n_classes))
    log_weights = np.zeros(n_particles)
    ancestors = np.zeros(n_particles, dtype=np.int64)
    weights = np.zeros(N_LAGS)
    for i in range(members.size):
        member = np.uint64(members[i])
        lags[:], now[:], toll[:], thinned[:], log_weights[:] = 0.0, 0.0, 0.0, 0.0, 0.0
        whole = 1.0 + decay[i] + decay[i] * decay[i]
        weights[0], weights[1], weights[2] = 1.0 / whole, decay[i] / whole, decay[i] * decay[i] / whole
        total, before = 0.0, 0.0
        for t in range(n_months):
            last = t + 1 == n_months
            for r in range(n_particles):
                gained = 0.0
                n_before = lags[r].max()
                for p in range(n_places):
                    if not used[t, p]:
                        now[r, p, :] = 0.0
                        continue
                    u = uniform(keys[0], keys[1], member, _DRIFT + np.uint64(p), np.uint64(t), np.uint64(r))
                    fresh = t == 0 or not used[t - 1, p]
                    z = normal_quantile(u)
                    drift[r, p] = z if fresh else phi[i] * drift[r, p] + math.sqrt(1.0 - phi[i] * phi[i]) * z
                    background = exp(sigma[i] * drift[r, p] - 0.5 * sigma[i] * sigma[i])
                    gained += _month_of_place(
                        t, p, r, member, keys, record[t, p], blind[year[t]], mu[p, :, i], shares[:, i], fatal[:, i],
                        alpha[i], background, weights, rates[:, i], lags, n_before, now, toll, thinned,
                        near_from, near_to,
                    )  # fmt: skip
                if last or year[t + 1] != year[t]:
                    gained += _year_end(r, blind[year[t]], threshold, toll, thinned)
                log_weights[r] += gained
                for lag in range(N_LAGS - 1, 0, -1):
                    lags[r, lag] = lags[r, lag - 1]
                lags[r, 0] = now[r]
            top = log_weights.max()
            if top == -math.inf:
                total = -math.inf
                break
            sums, squares = 0.0, 0.0
            for r in range(n_particles):
                w = exp(log_weights[r] - top)
                sums += w
                squares += w * w
            after = top + log(sums / n_particles)
            total += after - before
            before = after
            if not last and sums * sums < 0.5 * n_particles * squares:
                u = uniform(keys[0], keys[1], member, _RESAMPLE, np.uint64(t), np.uint64(0))
                _resample(log_weights, u, ancestors)
                old_lags[:], old_drift[:], old_toll[:], old_thinned[:] = lags, drift, toll, thinned
                for r in range(n_particles):
                    a = ancestors[r]
                    lags[r], drift[r], toll[r], thinned[r] = old_lags[a], old_drift[a], old_toll[a], old_thinned[a]
                log_weights[:] = 0.0
                before = 0.0
        out[i] = total
