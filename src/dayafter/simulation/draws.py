"""Addressed luck: every random number of the process is a function of what it is for.

Address: (seed, purpose) is the key; (member, stable id of the thing, month, number of the draw) the counter. Never the
policy: two policies face the same luck, and a policy that changes nothing changes no byte. Counts come from inverting
their distribution at one uniform, so that a higher rate never gives fewer events (monotone coupling).

Arrays have the members innermost: (things, m).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dayafter.arrays import Floats, Ints
from dayafter.seeding import philox4x32, stream_key

COUNT_CAP: Final = 2000
"""Most events of one class in one place and month; a member that would pass it has gone wrong and is reported."""
MARK_MEDIAN: Final = 4.3
MARK_SPREAD: Final = 1.35
"""Deaths of a fatal event: ceil(LogNormal(ln 4.3, 1.35) − ½), at least 1 (model notes, 2.2)."""

VIOLENCE: Final = "violence"
MARK: Final = "violence/mark"
RECORD: Final = "violence/record"
DEAL_END: Final = "deal/end"
DEAL_MADE: Final = "deal/made"
SPLINTER: Final = "deal/splinter"
SHOCK: Final = "shock"
CONTROL: Final = "control"
BATCH: Final = "population/batch"
ROUNDING: Final = "population/rounding"
TRANCHE: Final = "aid/tranche"
BROKER: Final = "broker"


def uniform_pair(
    seed: int, purpose: str, members: Ints, things: Ints, month: int, *, number: int = 0
) -> tuple[Floats, Floats]:
    """Two independent uniforms in (0, 1) for each (thing, member), from one block of Philox4x32-10.

    The first equals `dayafter.seeding.uniforms` at number 0. Order of the words: 0 and 1 give the first, 2 and 3 the
    second; each is (word << 20 ^ other >> 12 + ½) / 2^52.

    Parameters
    ----------
    members : (m,). things : (n,), stable ids.

    Returns
    -------
    two arrays (n, m).
    """
    counter = np.empty((things.size, members.size, 4), dtype=np.uint32)
    counter[..., 0] = members.astype(np.uint32)[None, :]
    counter[..., 1] = things.astype(np.uint32)[:, None]
    counter[..., 2] = np.uint32(month)
    counter[..., 3] = np.uint32(number)
    words = philox4x32(counter, stream_key(seed, purpose)).astype(np.uint64)
    return _uniform(words[..., 0], words[..., 1]), _uniform(words[..., 2], words[..., 3])


def _uniform(high: NDArray[np.uint64], low: NDArray[np.uint64]) -> Floats:
    bits = (high << np.uint64(20)) ^ (low >> np.uint64(12))
    uniform: Floats = (bits.astype(np.float64) + 0.5) * 2.0**-52
    return uniform


def negative_binomial(u: Floats, rate: Floats, dispersion: Floats) -> Ints:
    """Smallest n with P(N ≤ n) ≥ u, N negative binomial with mean λ and variance λ + αλ²; Poisson for α = 0.

    P(0) = (1 + αλ)^(−1/α), P(n+1) = P(n) · λ (1 + αn) / ((n + 1)(1 + αλ)); for α = 0 P(0) = exp(−λ). Sums run upwards.
    Stops at `COUNT_CAP`. Where P(0) underflows (λ above 700) the count is the cap.

    Parameters
    ----------
    u, rate : any shape; rate ≥ 0. dispersion : broadcasts to it, ≥ 0.
    """
    alpha = np.broadcast_to(dispersion, rate.shape)
    grown = 1 + alpha * rate
    safe = np.where(alpha > 0, alpha, 1.0)
    p = np.where(alpha > 0, np.exp(-np.log1p(alpha * rate) / safe), np.exp(-rate))
    count = np.zeros(rate.shape, dtype=np.int64)
    below = p.copy()
    n = 0
    active = np.flatnonzero((u > below).ravel())
    flat_u, flat_rate, flat_alpha, flat_grown = u.ravel(), rate.ravel(), alpha.ravel(), grown.ravel()
    flat_p, flat_below, flat_count = p.ravel(), below.ravel(), count.ravel()
    while active.size and n < COUNT_CAP:
        step = flat_rate[active] * (1 + flat_alpha[active] * n) / ((n + 1) * flat_grown[active])
        flat_p[active] = flat_p[active] * step
        flat_below[active] = flat_below[active] + flat_p[active]
        n += 1
        flat_count[active] = n
        # A tail whose terms have vanished cannot be climbed further: rounding, not luck.
        dead = (flat_p[active] < 1e-300) | ((flat_p[active] < 1e-17) & (flat_below[active] > 0.5))
        ended = dead & (n > flat_rate[active])
        active = active[(flat_u[active] > flat_below[active]) & ~ended]
    return flat_count.reshape(rate.shape)


def binomial(u: Floats, number: Ints, chance: Floats) -> Ints:
    """Smallest x with P(X ≤ x) ≥ u, X binomial; grows with `number` and `chance` at the same u.

    P(0) = (1 − p)^n, P(x+1) = P(x) · (n − x) / (x + 1) · p / (1 − p). Sums run upwards.

    Parameters
    ----------
    u, number : one shape. chance : broadcasts to it, in [0, 1).
    """
    p = np.broadcast_to(chance, u.shape)
    odds = (p / (1 - p)).ravel()
    flat_u, flat_n = u.ravel(), number.ravel()
    term = np.exp(flat_n * np.log1p(-p.ravel()))
    below = term.copy()
    count = np.zeros(flat_n.shape, dtype=np.int64)
    active = np.flatnonzero((flat_u > below) & (flat_n > 0))
    x = 0
    while active.size:
        term[active] = term[active] * ((flat_n[active] - x) / (x + 1) * odds[active])
        below[active] = below[active] + term[active]
        x += 1
        count[active] = x
        active = active[(flat_u[active] > below[active]) & (x < flat_n[active])]
    return count.reshape(u.shape)


def marks(first: Floats, second: Floats) -> Ints:
    """Deaths of one fatal event from two uniforms: ceil(4.3 · exp(1.35 z) − ½), at least 1.

    z by G. E. P. Box and M. E. Muller (1958): √(−2 ln u₁) · cos(2π u₂). Median and upper quantiles 4, 24, 40, 100,
    284 at 50, 90, 95, 99 and 99.9 %: tail index below 2, so the variance may not exist; quote medians and exceedance.
    """
    z = np.sqrt(-2 * np.log(first)) * np.cos(2 * np.pi * second)
    deaths = np.ceil(MARK_MEDIAN * np.exp(MARK_SPREAD * z) - 0.5)
    whole: Ints = np.maximum(deaths, 1).astype(np.int64)
    return whole


def rounded(value: Floats, u: Floats) -> Ints:
    """floor(x + u): a whole number with expectation x; grows with x at the same u."""
    return np.floor(value + u).astype(np.int64)
