"""Weighted means: what comes out when everybody's voice counts by power, or by power and interest."""

from __future__ import annotations

import numpy as np

from dayafter.arrays import Floats
from dayafter.settlement.problem import Problem


def compromise(problem: Problem) -> Floats:
    """(i,) mean of the positions weighted by capability × salience.

    Where a draw leaves nobody who weighs anything, the plain mean of those who take part.

    Sources: C. H. Achen, "Institutional realism and bargaining models", in R. Thomson, F. N. Stokman, C. H. Achen and
    T. König (eds.), The European Union Decides (2006), ch. 4: the mean is a first-order approximation of the
    asymmetric Nash solution where failing to agree is bad for all; J. Van den Bos, Dutch EC Decision Making (1991).
    """
    return _mean(problem, problem.weight)


def weighted_mean(problem: Problem) -> Floats:
    """(i,) mean of the positions weighted by capability alone: the base line that knows nothing of interest."""
    return _mean(problem, np.where(problem.takes_part, problem.capability, 0.0))


def dispersion(problem: Problem) -> Floats:
    """(i,) standard deviation of the positions, weighted by capability × salience: how far apart the voices are."""
    centre = compromise(problem)
    spread: Floats = np.sqrt(_mean_of((problem.position - centre) ** 2, problem.weight, problem))
    return spread


def _mean(problem: Problem, weight: Floats) -> Floats:
    return _mean_of(problem.position, weight, problem)


def _mean_of(values: Floats, weight: Floats, problem: Problem) -> Floats:
    total = weight.sum(axis=0)
    voice = np.where(total > 0, weight, problem.takes_part)
    # A share before the sum: a position times a huge weight must not overflow.
    share = voice / voice.sum(axis=0)
    mean: Floats = (share * values).sum(axis=0)
    return mean
