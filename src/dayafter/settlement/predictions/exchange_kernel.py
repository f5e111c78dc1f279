"""The compiled search for exchanges. Arrays in, arrays and a count out; `reference.best_exchange` is its plain twin."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dayafter.kernels.cache import compiled

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_LEAST_GAIN = 1e-9


@compiled
def exchange_rounds(
    position: Floats, salience: Floats, weight: Floats, part: Bools, n_rounds: int
) -> tuple[Floats, Floats, int]:
    """Trade votes between pairs of actors over pairs of issues, the best trade first.

    Parameters
    ----------
    position, salience : (a, i), 0 to 1. weight : (a, i), capability × salience, 0 where an actor takes no part.
    part : (a, i). n_rounds : an actor's vote on an issue is traded once a round.

    Returns
    -------
    (a, i) votes after the trades, (i,) outcomes, and the number of trades.
    """
    n_actors, n_issues = position.shape
    vote = position.copy()
    total = weight.sum(axis=0)
    outcome = (weight * vote).sum(axis=0) / total
    n_trades = 0
    for _ in range(n_rounds):
        free = part.copy()
        before = n_trades
        while True:
            best, giver, taker, p_best, q_best, shift = _LEAST_GAIN, -1, -1, -1, -1, 0.0
            for i in range(n_actors):
                for j in range(n_actors):
                    if i == j:
                        continue
                    for p in range(n_issues):
                        if not (free[i, p] and part[j, p] and weight[i, p] > 0.0):
                            continue
                        if (vote[i, p] - outcome[p]) * (vote[j, p] - outcome[p]) >= 0.0:
                            continue
                        most_p = min(
                            weight[i, p] * abs(vote[i, p] - vote[j, p]) / total[p], abs(outcome[p] - vote[j, p])
                        )
                        for q in range(n_issues):
                            if q == p or not (free[j, q] and part[i, q] and weight[j, q] > 0.0):
                                continue
                            if (vote[i, q] - outcome[q]) * (vote[j, q] - outcome[q]) >= 0.0:
                                continue
                            rate = (salience[i, p] + salience[j, p]) / (salience[i, q] + salience[j, q])
                            most_q = min(
                                weight[j, q] * abs(vote[j, q] - vote[i, q]) / total[q], abs(outcome[q] - vote[i, q])
                            )
                            a = min(most_p, most_q / rate)
                            gain = a * (salience[i, q] * rate - salience[i, p])
                            if gain > best:
                                best, giver, taker, p_best, q_best, shift = gain, i, j, p, q, a
            if giver < 0:
                break
            rate = (salience[giver, p_best] + salience[taker, p_best]) / (
                salience[giver, q_best] + salience[taker, q_best]
            )
            for who, toward, issue, step in ((giver, taker, p_best, shift), (taker, giver, q_best, shift * rate)):
                side = 1.0 if vote[toward, issue] > vote[who, issue] else -1.0
                vote[who, issue] += side * step * total[issue] / weight[who, issue]
                outcome[issue] += side * step
                free[who, issue] = False
            n_trades += 1
        if n_trades == before:
            break
    return vote, outcome, n_trades
