"""The compiled rounds of the expected-utility model. Arrays and numbers in, arrays and a count out.

`reference.challenge_round` is the plain twin. Serial; a round costs of the order of n³ steps for n actors.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dayafter.kernels.cache import compiled

Floats = NDArray[np.float64]


@compiled
def _support(x: Floats, weight: Floats) -> Floats:
    """(a, a) what those who stand nearer to the row's position than to the column's bring to bear for it."""
    n = x.size
    support = np.zeros((n, n))
    for i in range(n):
        for j in range(i):
            for k in range(n):
                cast = weight[k] * (abs(x[k] - x[j]) - abs(x[k] - x[i]))
                if cast > 0.0:
                    support[i, j] += cast
                else:
                    support[j, i] -= cast
    return support


@compiled
def _chance(mine: float, theirs: float) -> float:
    total = mine + theirs
    return mine / total if total > 0.0 else 0.5


@compiled
def _exponents(x: Floats, weight: Floats, care: Floats, span: float, support: Floats) -> Floats:
    """(a,) exponents of risk: 2 for an actor who stands where challengers gain least, ½ where they gain most.

    For every actor the sum of what all others expect from challenging it, at each position that it could take.
    """
    n = x.size
    exponent = np.ones(n)
    for i in range(n):
        low, high, own = np.inf, -np.inf, 0.0
        for m in range(n):
            total = 0.0
            for j in range(n):
                if j == i:
                    continue
                # The contest of j against i at m differs from that of positions j and m by i's own voice.
                was = weight[i] * (abs(x[i] - x[m]) - abs(x[i] - x[j]))
                gap = abs(x[j] - x[m])
                attack = support[j, m] - max(was, 0.0)
                defence = support[m, j] + min(was, 0.0) + weight[i] * gap
                p = _chance(max(attack, 0.0), max(defence, 0.0))
                total += 2.0 * gap / span * (care[i] * (2.0 * p - 1.0) + 1.0 - care[i])
            low, high = min(low, total), max(high, total)
            if m == i:
                own = total
        if high - low > 1e-12:
            risk = (2.0 * own - high - low) / (high - low)
            exponent[i] = (1.0 - risk / 3.0) / (1.0 + risk / 3.0)
    return exponent


@compiled
def _gains(x: Floats, care: Floats, span: float, support: Floats, exponent: Floats) -> Floats:
    """(a, a) what the row expects from challenging the column, over leaving it alone."""
    n = x.size
    gain = np.zeros((n, n))
    for i in range(n):
        calm = 2.0 - 4.0 * 0.5 ** exponent[i]
        for j in range(n):
            if i == j:
                continue
            far = min(abs(x[i] - x[j]) / span, 1.0)
            win = 2.0 - 4.0 * (0.5 - 0.5 * far) ** exponent[i]
            lose = 2.0 - 4.0 * (0.5 + 0.5 * far) ** exponent[i]
            p = _chance(support[i, j], support[j, i])
            gain[i, j] = care[j] * (p * win + (1.0 - p) * lose) + (1.0 - care[j]) * win - calm
    return gain


@compiled
def challenge_rounds(position: Floats, care: Floats, capability: Floats, n_rounds: int) -> tuple[Floats, int]:
    """Rounds of challenges on one issue.

    Parameters
    ----------
    position, care (salience), capability : (a,), the first two 0 to 1. n_rounds : at most so many.

    Returns
    -------
    (t, a) positions and the number of turns filled; it ends early when nobody moves.
    """
    n = position.size
    path = np.zeros((n_rounds + 1, n))
    path[0] = position
    span = position.max() - position.min()
    weight = care * capability
    for turn in range(n_rounds):
        x = path[turn]
        path[turn + 1] = x
        if span <= 0.0:
            return path, turn + 1
        support = _support(x, weight)
        gain = _gains(x, care, span, support, _exponents(x, weight, care, span, support))
        moved = 0.0
        for i in range(n):
            least = np.inf
            for j in range(n):
                mine, theirs = gain[i, j], gain[j, i]
                gap = x[j] - x[i]
                if theirs <= 0.0 or gap == 0.0:
                    continue  # j makes no demand
                if mine > 0.0:
                    if theirs <= mine:
                        continue  # a clash that i expects to win
                elif -mine < theirs:
                    gap *= -mine / theirs  # a compromise; else i gives in
                if gap != 0.0 and abs(gap) < least:
                    least = abs(gap)
                    path[turn + 1, i] = x[i] + gap
            moved = max(moved, abs(path[turn + 1, i] - x[i]))
        if moved <= 1e-6 * span:
            return path, turn + 2
    return path, n_rounds + 1
