"""Counts from one uniform each, by inverting their distribution: exact, and never fewer where the mean is higher.

The same uniform at a higher mean gives as many events or more, so two policies that face the same luck differ only by
what they do. A rejection sampler would use up a random number of uniforms and lose that.

Each function gives a count and a status; the caller decides what becomes of a member that went wrong.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from dayafter.kernels.cache import compiled
from dayafter.kernels.elementary import exp, log1p, normal_quantile

FINE: Final = 0
OVERFLOW: Final = 1
"""The mean or the count was larger than its limit; the count given is the one at the limit."""
INVALID: Final = 2
"""The mean was not a number; the count given is 0."""

MEAN_LIMIT: Final = 1e5
COUNT_LIMIT: Final = (1 << 20) - 1

_LOG_TINY: Final = -700.0
"""Below this logarithm the chance of 0 events is kept in scaled form, for it would leave the range of numbers."""
_HUGE: Final = 1e250
_LOG_HUGE: Final = 575.6462732485114


@compiled
def _invert(u: float, log_p0: float, rate: float, step: float, base: float, limit: int) -> int:
    """The smallest n with u ≤ P(0) + … + P(n), at most `limit` + 1.

    P(n + 1) = P(n) · (rate + step · n) / ((n + 1) · base): Poisson (step 0, base 1), negative binomial
    (step > 0) and binomial (step < 0) follow the same rule (H. H. Panjer 1981, ASTIN Bulletin 12(1), 22-26).
    """
    n, p, total = 0, 1.0, 1.0
    while log_p0 < _LOG_TINY and n <= limit:  # far above 0: sum in units of P(0) until these can be told from 0
        p *= (rate + step * n) / ((n + 1) * base)
        total += p
        n += 1
        if total > _HUGE:
            p, total, log_p0 = p / _HUGE, total / _HUGE, log_p0 + _LOG_HUGE
    unit = exp(log_p0)
    p, total = p * unit, total * unit
    while u > total and n <= limit:
        p *= (rate + step * n) / ((n + 1) * base)
        n += 1
        if total + p == total and (rate + step * n) < n * base:  # the rest of the tail is below one rounding
            break
        total += p
    return n


@compiled
def surely_zero_below(mean: float) -> float:
    """A lower bound of P(no event) at this mean ≥ 0 and any dispersion: 1 - λ + λ²/2 - λ³/6, at most exp(-λ).

    A uniform below it gives 0 without a logarithm, in most cells of most months.
    """
    return 1.0 - mean * (1.0 - mean * (0.5 - mean * (1.0 / 6.0)))


@compiled
def log_zero_chance(mean: float, dispersion: float) -> float:
    """Logarithm of P(no event) of a month with this mean λ ≥ 0 and dispersion α ≥ 0."""
    if dispersion > 0.0:
        return -log1p(dispersion * mean) / dispersion
    return -mean


@compiled
def zero_chance(mean: float, dispersion: float) -> float:
    """P(no event) of a month with this mean λ ≥ 0 and dispersion α ≥ 0."""
    return exp(log_zero_chance(mean, dispersion))


@compiled
def count_given_log_zero(u: float, mean: float, dispersion: float, log_p0: float, limit: int) -> tuple[int, int]:
    """`negative_binomial` for a mean of 0 or more whose `log_zero_chance` is at hand."""
    lam = min(mean, MEAN_LIMIT)
    scaled = dispersion * lam
    n = _invert(u, log_p0, lam, scaled, 1.0 + scaled, limit)
    if n > limit:
        return limit, OVERFLOW
    return n, OVERFLOW if mean > MEAN_LIMIT else FINE


@compiled
def negative_binomial(u: float, mean: float, dispersion: float, limit: int) -> tuple[int, int]:
    """Events of a month: mean λ, variance λ + α λ², Poisson at α = 0.

    Parameters
    ----------
    u : in (0, 1). mean : λ, events; 0 or less gives no event. dispersion : α ≥ 0. limit : largest count given.

    Returns
    -------
    the count; `FINE`, `OVERFLOW` or `INVALID`.
    """
    if mean <= 0.0 or u <= surely_zero_below(mean):
        return 0, FINE
    if math.isnan(mean):
        return 0, INVALID
    return count_given_log_zero(u, mean, dispersion, log_zero_chance(min(mean, MEAN_LIMIT), dispersion), limit)


@compiled
def poisson(u: float, mean: float, limit: int) -> tuple[int, int]:
    """Events at a mean λ without dispersion; see `negative_binomial`."""
    return negative_binomial(u, mean, 0.0, limit)


@compiled
def binomial(u: float, trials: int, chance: float) -> tuple[int, int]:
    """Successes among `trials` ≥ 0, each with this chance (cut to 0..1).

    Returns
    -------
    the count, 0..trials, rising with u and with the chance; `FINE` or `INVALID`.
    """
    if math.isnan(chance):
        return 0, INVALID
    if trials <= 0 or chance <= 0.0:
        return 0, FINE
    if chance >= 1.0:
        return trials, FINE
    if chance <= 0.5:
        q = 1.0 - chance
        n = _invert(u, trials * log1p(-chance), trials * chance, -chance, q, trials)
        return min(n, trials), FINE
    q = 1.0 - chance  # count the failures, from the other end
    n = _invert(1.0 - u, trials * log1p(-q), trials * q, -q, chance, trials)
    return trials - min(n, trials), FINE


@compiled
def deaths_of_event(u: float, p_fatal: float, log_median: float, log_sd: float, limit: int) -> tuple[int, int]:
    """Deaths of one event: none with 1 - p_fatal, else ceil(LogNormal(log_median, log_sd) - 1/2), at least 1.

    Returns
    -------
    the deaths; `FINE` or `OVERFLOW` (more than `limit`; the limit is given).
    """
    nobody = 1.0 - p_fatal
    if u <= nobody:
        return 0, FINE
    v = (u - nobody) / p_fatal
    size = exp(log_median + log_sd * normal_quantile(min(v, 1.0 - 2.0**-53)))
    if size - 0.5 > limit:
        return limit, OVERFLOW
    return max(1, int(np.ceil(size - 0.5))), FINE
