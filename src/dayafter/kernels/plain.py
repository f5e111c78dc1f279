"""The same blocks for whole arrays in NumPy: the text that the compiled ones are held against, bit for bit.

Inputs are broadcast against one another. Written to be read; nothing here is compiled.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dayafter.kernels.counts import COUNT_LIMIT, FINE, INVALID, MEAN_LIMIT, OVERFLOW
from dayafter.kernels.elementary import (
    EXP_MAX,
    EXP_MIN,
    EXPM1_DIRECT,
    LN2_HIGH,
    LN2_LOW,
    LOG1P_DIRECT,
    LOG2_E,
    SQRT_HALF,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_FACTORIALS: Final = tuple(float(math.factorial(n)) for n in range(13, 1, -1))
_LOG_SERIES: Final = (21, 19, 17, 15, 13, 11, 9, 7, 5, 3)
_LOG_TINY, _HUGE, _LOG_HUGE = -700.0, 1e250, 575.6462732485114


def _exp_series(r: Floats) -> Floats:
    s = np.full_like(r, 1.0 / _FACTORIALS[0])
    for f in _FACTORIALS[1:]:
        s *= r
        s += 1.0 / f
    return s


def exp(x: ArrayLike) -> Floats:
    """Exponential; see `elementary.exp`."""
    x = np.asarray(x, dtype=np.float64)
    inside = np.clip(x, EXP_MIN, EXP_MAX)
    k = np.rint(inside * LOG2_E)
    r = (inside - k * LN2_HIGH) - k * LN2_LOW
    value = np.ldexp(1.0 + (r + r * r * _exp_series(r)), k.astype(np.int32))
    result: Floats = np.where(x < EXP_MIN, 0.0, np.where(x > EXP_MAX, np.inf, value))
    return result


def expm1(x: ArrayLike) -> Floats:
    """exp(x) − 1; see `elementary.expm1`."""
    x = np.asarray(x, dtype=np.float64)
    direct = np.abs(x) < EXPM1_DIRECT
    near = np.where(direct, x, 0.0)
    result: Floats = np.where(direct, near + near * near * _exp_series(near), exp(x) - 1.0)
    return result


def _two_artanh(s: Floats) -> Floats:
    z = s * s
    t = np.zeros_like(z)
    for n in _LOG_SERIES:
        t = t * z + 1.0 / n
    return 2.0 * s + 2.0 * s * (z * t)


def log(x: ArrayLike) -> Floats:
    """Natural logarithm; see `elementary.log`."""
    x = np.asarray(x, dtype=np.float64)
    m, k = np.frexp(np.where(x > 0.0, x, 1.0))
    small = m < SQRT_HALF
    m, k = np.where(small, 2.0 * m, m), np.where(small, k - 1, k)
    value = k * LN2_HIGH + (_two_artanh((m - 1.0) / (m + 1.0)) + k * LN2_LOW)
    result: Floats = np.where(x > 0.0, value, -np.inf)
    return result


def log1p(x: ArrayLike) -> Floats:
    """Natural logarithm of 1 + x; see `elementary.log1p`."""
    x = np.asarray(x, dtype=np.float64)
    direct = np.abs(x) < LOG1P_DIRECT
    near = np.where(direct, x, 0.0)
    result: Floats = np.where(direct, _two_artanh(near / (2.0 + near)), log(1.0 + x))
    return result


_NORMAL: Final = {  # Wichura's three pairs of polynomials, highest power first
    "central": (
        (2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
         1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0),
        (5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
         5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0),
    ),
    "near": (
        (7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e0,
         3.64784832476320460504e0, 5.76949722146069140550e0, 4.63033784615654529590e0, 1.42343711074968357734e0),
        (1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
         6.89767334985100004550e-1, 1.67638483018380384940e0, 2.05319162663775882187e0, 1.0),
    ),
    "far": (
        (2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
         2.96560571828504891230e-1, 1.78482653991729133580e0, 5.46378491116411436990e0, 6.65790464350110377720e0),
        (2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
         1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0),
    ),
}  # fmt: skip


def _polynomial(coefficients: tuple[float, ...], r: Floats) -> Floats:
    value = np.full_like(r, coefficients[0])
    for c in coefficients[1:]:
        value = value * r + c
    return value


def normal_quantile(u: ArrayLike) -> Floats:
    """Standard normal value below which a share u lies; see `elementary.normal_quantile`."""
    u = np.asarray(u, dtype=np.float64)
    q = u - 0.5
    top, low = _NORMAL["central"]
    central = 0.180625 - q * q
    middle = q * _polynomial(top, central) / _polynomial(low, central)
    r = np.sqrt(-log(np.where(q < 0.0, u, 1.0 - u)))
    near = _polynomial(_NORMAL["near"][0], r - 1.6) / _polynomial(_NORMAL["near"][1], r - 1.6)
    far = _polynomial(_NORMAL["far"][0], r - 5.0) / _polynomial(_NORMAL["far"][1], r - 5.0)
    size = np.where(r <= 5.0, near, far)
    result: Floats = np.where(np.abs(q) <= 0.425, middle, np.where(q < 0.0, -size, size))
    return result


def _invert(u: Floats, log_p0: Floats, rate: Floats, step: Floats, base: Floats, limit: Ints) -> Ints:
    """The smallest n with u ≤ P(0) + … + P(n), at most limit + 1; all one-dimensional. See `counts`."""
    n = np.zeros(u.shape, dtype=np.int64)
    p, total, log_p0 = np.ones_like(u), np.ones_like(u), log_p0.copy()
    while (a := np.flatnonzero((log_p0 < _LOG_TINY) & (n <= limit))).size:
        p[a] *= (rate[a] + step[a] * n[a]) / ((n[a] + 1) * base[a])
        total[a] += p[a]
        n[a] += 1
        b = a[total[a] > _HUGE]
        p[b] /= _HUGE
        total[b] /= _HUGE
        log_p0[b] += _LOG_HUGE
    unit = exp(log_p0)
    p, total = p * unit, total * unit
    ended = np.zeros(u.shape, dtype=bool)
    while (a := np.flatnonzero(~ended & (u > total) & (n <= limit))).size:
        p[a] *= (rate[a] + step[a] * n[a]) / ((n[a] + 1) * base[a])
        n[a] += 1
        ended[a] = (total[a] + p[a] == total[a]) & (rate[a] + step[a] * n[a] < n[a] * base[a])
        total[a] += p[a]
    return n


def surely_zero_below(mean: Floats) -> Floats:
    """A lower bound of P(no event); see `counts.surely_zero_below`."""
    bounded = np.minimum(mean, 1e30)  # its cube stays a number
    return 1.0 - bounded * (1.0 - bounded * (0.5 - bounded * (1.0 / 6.0)))


def log_zero_chance(mean: ArrayLike, dispersion: ArrayLike) -> Floats:
    """Logarithm of P(no event) of a month; see `counts.log_zero_chance`."""
    mean, alpha = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (mean, dispersion)))
    positive = alpha > 0.0
    result: Floats = np.where(positive, -log1p(alpha * mean) / np.where(positive, alpha, 1.0), -mean)
    return result


def zero_chance(mean: ArrayLike, dispersion: ArrayLike) -> Floats:
    """P(no event) of a month; see `counts.zero_chance`."""
    return exp(log_zero_chance(mean, dispersion))


def negative_binomial(
    u: ArrayLike, mean: ArrayLike, dispersion: ArrayLike, limit: int = COUNT_LIMIT
) -> tuple[Ints, Ints]:
    """Counts and statuses for arrays that broadcast to one shape; see `counts.negative_binomial`."""
    u, mean, alpha = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (u, mean, dispersion)))
    count, status = np.zeros(u.shape, dtype=np.int64), np.full(u.shape, FINE, dtype=np.int64)
    status[np.isnan(mean)] = INVALID
    some = (mean > 0.0) & ~(u <= surely_zero_below(mean))
    lam, alpha = np.minimum(mean[some], MEAN_LIMIT), alpha[some]
    scaled = alpha * lam
    n = _invert(u[some], log_zero_chance(lam, alpha), lam, scaled, 1.0 + scaled, np.full(lam.shape, limit))
    count[some] = np.minimum(n, limit)
    status[some] = np.where((n > limit) | (mean[some] > MEAN_LIMIT), OVERFLOW, FINE)
    return count, status


def poisson(u: ArrayLike, mean: ArrayLike, limit: int = COUNT_LIMIT) -> tuple[Ints, Ints]:
    """Counts without dispersion; see `negative_binomial`."""
    return negative_binomial(u, mean, 0.0, limit)


def binomial(u: ArrayLike, trials: ArrayLike, chance: ArrayLike) -> tuple[Ints, Ints]:
    """Counts and statuses; see `counts.binomial`."""
    u, chance = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (u, chance)))
    u, chance, trials = np.broadcast_arrays(u, chance, np.asarray(trials, dtype=np.int64))
    status = np.where(np.isnan(chance), INVALID, FINE).astype(np.int64)
    count = np.where((chance >= 1.0) & (trials > 0), trials, 0)
    some = (trials > 0) & (chance > 0.0) & (chance < 1.0)
    mirrored = chance[some] > 0.5
    m, q = trials[some], 1.0 - chance[some]
    p = np.where(mirrored, q, chance[some])
    v = np.where(mirrored, 1.0 - u[some], u[some])
    n = np.minimum(_invert(v, m * log1p(-p), m * p, -p, np.where(mirrored, chance[some], q), m), m)
    count[some] = np.where(mirrored, m - n, n)
    return count, status


def deaths_of_event(
    u: ArrayLike, p_fatal: ArrayLike, log_median: float, log_sd: float, limit: int = COUNT_LIMIT
) -> tuple[Ints, Ints]:
    """Deaths of events and statuses; see `counts.deaths_of_event`."""
    u, fatal = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (u, p_fatal)))
    deaths, status = np.zeros(u.shape, dtype=np.int64), np.full(u.shape, FINE, dtype=np.int64)
    some = ~(u <= 1.0 - fatal)
    v = (u[some] - (1.0 - fatal[some])) / fatal[some]
    size = exp(log_median + log_sd * normal_quantile(np.minimum(v, 1.0 - 2.0**-53)))
    beyond = size - 0.5 > limit
    deaths[some] = np.where(beyond, limit, np.maximum(1, np.ceil(np.where(beyond, 1.0, size - 0.5)))).astype(np.int64)
    status[some] = np.where(beyond, OVERFLOW, FINE)
    return deaths, status
