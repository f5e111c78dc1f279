"""The weighted median: the position that beats every other in a vote by power and interest."""

from __future__ import annotations

import numpy as np

from dayafter.arrays import Floats
from dayafter.settlement.problem import Problem


def median_of(position: Floats, weight: Floats) -> float:
    """The point with at most half of the weight on either side; the middle where a whole stretch qualifies.

    Parameters
    ----------
    position : (a,). weight : (a,), ≥ 0; all alike where they sum to 0.
    """
    voice = weight if weight.sum() > 0 else np.ones_like(weight)
    order = np.argsort(position, kind="stable")
    position, voice = position[order][voice[order] > 0], voice[order][voice[order] > 0]
    below = np.cumsum(voice)
    half = below[-1] / 2
    first = int(np.searchsorted(below, half * (1 - 1e-12)))
    tied = bool(abs(below[first] - half) <= 1e-12 * below[-1]) and first + 1 < position.size
    return float((position[first] + position[first + 1]) / 2 if tied else position[first])


def weighted_median(problem: Problem) -> Floats:
    """(i,) median of the positions weighted by capability × salience.

    Source: D. Black, The Theory of Committees and Elections (1958): on one dimension with single-peaked preferences
    no position beats the median's.
    """
    values = []
    for i in range(len(problem.issues)):
        _, position, salience, capability = problem.on(i)
        values.append(median_of(position, salience * capability))
    return np.array(values)
