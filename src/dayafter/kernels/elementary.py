"""Exponential, logarithm and normal quantile from correctly rounded operations only: the same bits on every machine.

A system's mathematical library rounds its last digit in its own way, and NumPy takes another path again on some
processors, so results would depend on the machine. Here each function is additions, multiplications, divisions and
exact shifts of the exponent. Errors measured against SciPy stand in the tests: at most 2 units in the last place for
`exp` and `log`, 4 for `log1p` and `expm1`. The plain twins are in `plain`.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from dayafter.kernels.cache import compiled

LOG2_E: Final = 1.4426950408889634
LN2_HIGH: Final = 0.693147180369123816490  # its last 21 binary digits are zero, so that whole multiples are exact
LN2_LOW: Final = 1.90821492927058770002e-10
EXP_MAX: Final = 709.0
EXP_MIN: Final = -708.0
SQRT_HALF: Final = 0.7071067811865476
_MANTISSA: Final = np.uint64(0x000FFFFFFFFFFFFF)
_HALF_EXPONENT: Final = np.uint64(0x3FE0000000000000)
_EXPONENT_AT: Final = np.uint64(52)
EXPM1_DIRECT: Final = 0.34
"""Up to this size of x the series for exp(x) - 1 takes x itself: no power of 2 is split off."""
LOG1P_DIRECT: Final = 0.25
"""Up to this size of x the series for log(1 + x) takes x itself, since 1 + x would round it away."""


@compiled
def _exp_series(r: float) -> float:
    """(exp(r) − 1 − r) / r² by Taylor's series to the 13th power; |r| up to 0.3466, so that the rest is below 5e-18."""
    s = 1.0 / 6227020800.0
    s = s * r + 1.0 / 479001600.0
    s = s * r + 1.0 / 39916800.0
    s = s * r + 1.0 / 3628800.0
    s = s * r + 1.0 / 362880.0
    s = s * r + 1.0 / 40320.0
    s = s * r + 1.0 / 5040.0
    s = s * r + 1.0 / 720.0
    s = s * r + 1.0 / 120.0
    s = s * r + 1.0 / 24.0
    s = s * r + 1.0 / 6.0
    return s * r + 0.5


@compiled
def exp(x: float) -> float:
    """Exponential: 0 below -708 (what would be below the normal numbers), infinite above 709."""
    if x < EXP_MIN:
        return 0.0
    if x > EXP_MAX:
        return math.inf
    k = np.rint(x * LOG2_E)
    r = (x - k * LN2_HIGH) - k * LN2_LOW
    s = 1.0 + (r + r * r * _exp_series(r))
    return float(s * np.uint64(np.int64(k) + 1023 << 52).view(np.float64))  # times 2 to the k, exactly


@compiled
def expm1(x: float) -> float:
    """exp(x) − 1, exact to the last digits also where x is small.

    Written without two ways to go, as `log1p` is: a compiler then takes several members at once.
    """
    is_small = -EXPM1_DIRECT < x < EXPM1_DIRECT
    k = 0.0 if is_small else np.rint(x * LOG2_E)
    r = (x - k * LN2_HIGH) - k * LN2_LOW
    rise = r + r * r * _exp_series(r)  # with k = 0 this is it
    whole = float((1.0 + rise) * np.uint64(np.int64(k) + 1023 << 52).view(np.float64)) - 1.0
    whole = -1.0 if x < EXP_MIN else whole
    whole = math.inf if x > EXP_MAX else whole
    return rise if is_small else whole


@compiled
def _two_artanh(s: float) -> float:
    """Twice the inverse hyperbolic tangent of s, |s| at most 0.1716; the rest of the series is below 3e-17 of it."""
    z = s * s
    t = 1.0 / 21.0
    t = t * z + 1.0 / 19.0
    t = t * z + 1.0 / 17.0
    t = t * z + 1.0 / 15.0
    t = t * z + 1.0 / 13.0
    t = t * z + 1.0 / 11.0
    t = t * z + 1.0 / 9.0
    t = t * z + 1.0 / 7.0
    t = t * z + 1.0 / 5.0
    t = t * z + 1.0 / 3.0
    return 2.0 * s + 2.0 * s * (z * t)


@compiled
def log(x: float) -> float:
    """Natural logarithm of a positive normal number (2.3e-308 and above); minus infinity for 0."""
    if x <= 0.0:
        return -math.inf
    bits = np.float64(x).view(np.uint64)
    m = float(np.uint64((bits & _MANTISSA) | _HALF_EXPONENT).view(np.float64))  # x = m times 2 to the k, m in [1/2, 1)
    k = int(bits >> _EXPONENT_AT) - 1022
    if m < SQRT_HALF:
        m, k = 2.0 * m, k - 1
    return k * LN2_HIGH + (_two_artanh((m - 1.0) / (m + 1.0)) + k * LN2_LOW)


@compiled
def log1p(x: float) -> float:
    """Natural logarithm of 1 + x, exact to the last digits also where x is small; x above -1."""
    is_small = -LOG1P_DIRECT < x < LOG1P_DIRECT
    y = 1.0 + x
    bits = np.float64(y).view(np.uint64)
    m = float(np.uint64((bits & _MANTISSA) | _HALF_EXPONENT).view(np.float64))
    k = float(int(bits >> _EXPONENT_AT) - 1022)
    is_low = m < SQRT_HALF
    m, k = (2.0 * m if is_low else m), (k - 1.0 if is_low else k)
    t = _two_artanh((x if is_small else m - 1.0) / (2.0 + x if is_small else m + 1.0))
    whole = k * LN2_HIGH + (t + k * LN2_LOW)
    whole = -math.inf if y <= 0.0 else whole
    return t if is_small else whole


@compiled
def _central(q: float) -> float:
    r = 0.180625 - q * q
    top = ((((((2.5090809287301226727e3 * r + 3.3430575583588128105e4) * r + 6.7265770927008700853e4) * r
          + 4.5921953931549871457e4) * r + 1.3731693765509461125e4) * r + 1.9715909503065514427e3) * r
          + 1.3314166789178437745e2) * r + 3.3871328727963666080e0  # fmt: skip
    low = ((((((5.2264952788528545610e3 * r + 2.8729085735721942674e4) * r + 3.9307895800092710610e4) * r
          + 2.1213794301586595867e4) * r + 5.3941960214247511077e3) * r + 6.8718700749205790830e2) * r
          + 4.2313330701600911252e1) * r + 1.0  # fmt: skip
    return q * top / low


@compiled
def _near_tail(r: float) -> float:
    top = ((((((7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r + 2.41780725177450611770e-1) * r
          + 1.27045825245236838258e0) * r + 3.64784832476320460504e0) * r + 5.76949722146069140550e0) * r
          + 4.63033784615654529590e0) * r + 1.42343711074968357734e0  # fmt: skip
    low = ((((((1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r + 1.51986665636164571966e-2) * r
          + 1.48103976427480074590e-1) * r + 6.89767334985100004550e-1) * r + 1.67638483018380384940e0) * r
          + 2.05319162663775882187e0) * r + 1.0  # fmt: skip
    return top / low


@compiled
def _far_tail(r: float) -> float:
    top = ((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 1.24266094738807843860e-3) * r
          + 2.65321895265761230930e-2) * r + 2.96560571828504891230e-1) * r + 1.78482653991729133580e0) * r
          + 5.46378491116411436990e0) * r + 6.65790464350110377720e0  # fmt: skip
    low = ((((((2.04426310338993978564e-15 * r + 1.42151175831644588870e-7) * r + 1.84631831751005468180e-5) * r
          + 7.86869131145613259100e-4) * r + 1.48753612908506148525e-2) * r + 1.36929880922735805310e-1) * r
          + 5.99832206555887937690e-1) * r + 1.0  # fmt: skip
    return top / low


@compiled
def normal_quantile(u: float) -> float:
    """The standard normal value below which a share u lies, 0 < u < 1; relative error about 1e-15.

    Source: M. J. Wichura (1988), Algorithm AS 241, Applied Statistics 37(3), 477-484.
    """
    q = u - 0.5
    if -0.425 <= q <= 0.425:
        return _central(q)
    tail = u if q < 0.0 else 1.0 - u
    r = math.sqrt(-log(tail))
    size = _near_tail(r - 1.6) if r <= 5.0 else _far_tail(r - 5.0)
    return -size if q < 0.0 else size
