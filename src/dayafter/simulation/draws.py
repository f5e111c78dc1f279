"""Addressed luck: every random number of the process is a function of what it is for.

Address: (seed, purpose) is the key; (member, stable id of the thing, month, number of the draw) the counter. Never the
policy: two policies face the same luck, and a policy that changes nothing changes no byte. Counts come from inverting
their distribution at one uniform, so that a higher rate never gives fewer events (monotone coupling).

Arrays have the members innermost: (things, m).
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dayafter.arrays import Floats, Ints
from dayafter.kernels import plain
from dayafter.seeding import philox4x32, stream_key

COUNT_CAP: Final = 2000
"""Most events of one class in one place and month; a member that would pass it has gone wrong and is reported."""
LOG_MARK_MEDIAN: Final = math.log(4.3)
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

    At most `COUNT_CAP`.

    Parameters
    ----------
    u, rate : any shape; rate ≥ 0. dispersion : broadcasts to it, ≥ 0.
    """
    return plain.negative_binomial(u, rate, dispersion, COUNT_CAP)[0]


def binomial(u: Floats, number: Ints, chance: Floats) -> Ints:
    """Smallest x with P(X ≤ x) ≥ u, X binomial; grows with `number` and `chance` at the same u.

    Parameters
    ----------
    u, number : one shape. chance : broadcasts to it, in [0, 1).
    """
    return plain.binomial(u, number, np.broadcast_to(chance, u.shape))[0]


def marks(u: Floats) -> Ints:
    """Deaths of one fatal event: ceil(4.3 · exp(1.35 z) − ½), at least 1, z the standard normal quantile at u.

    Median and upper quantiles 4, 24, 40, 100, 284 at 50, 90, 95, 99 and 99.9 %: tail index below 2, so the variance
    may not exist; quote medians and exceedance.
    """
    return plain.deaths_of_event(u, 1.0, LOG_MARK_MEDIAN, MARK_SPREAD)[0]


def rounded(value: Floats, u: Floats) -> Ints:
    """floor(x + u): a whole number with expectation x; grows with x at the same u."""
    return np.floor(value + u).astype(np.int64)
