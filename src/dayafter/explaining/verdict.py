"""The rule by which an experiment is read, and how much data would settle it.

Three runs on the same luck: parameters as the priors give them; the direct ones with a sign drawn at random; the
direct ones off. *By construction* where the contrast takes the random sign in 95 % of draws or more, or less than a
tenth of it is left with the direct parameters off. Else the share of draws that agree with the claim decides: *holds*
from 0.9, *fails* up to 0.1, else *not identified*. Source of the rule: model notes, 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist
from typing import Final

import numpy as np

from dayafter.arrays import Bools, Floats, Ints

WIRED_FROM: Final = 0.95
LEFT_BELOW: Final = 0.10
HOLDS_FROM: Final = 0.90
FAILS_TO: Final = 0.10
SETTLED_AT: Final = 0.90
"""How sure of the sign data should make one, on average, to have settled it."""
MOST: Final = 100_000
_SIZES: Final = tuple(sorted({round(10 ** (k / 12)) for k in range(4, 61)}))
_GRID: Final = tuple(NormalDist().inv_cdf((k + 0.5) / 15) for k in range(15))
"""Equally likely errors of an estimate, in standard errors."""


class Verdict(StrEnum):
    """What an experiment says of its claim."""

    HOLDS = "holds"
    FAILS = "fails"
    NOT_IDENTIFIED = "not identified"
    BY_CONSTRUCTION = "by construction"
    NOT_TESTABLE = "not testable"


@dataclass(frozen=True, slots=True, eq=False)
class Contrast:
    """One run of an experiment: the mean difference of each draw, and what stands behind it."""

    difference: Floats  # (n,) of each draw, histories averaged out; in the direction of the outcome
    mean_with: float
    mean_without: float
    error: float
    """Half-width of the 90 % Monte Carlo interval of the mean difference: draws and histories resampled together."""
    spread: float
    """Sd of the outcome over members in the arm without: what a single case in the world would scatter by."""
    noise: float
    """Variance of a draw's mean difference that is left of histories."""
    draws: Ints  # (n,) numbers of the draws

    @property
    def mean(self) -> float:
        """Mean difference."""
        return float(self.difference.mean())

    @property
    def interval(self) -> tuple[float, float]:
        """The 90 % interval of the difference over parameter draws."""
        low, high = np.quantile(self.difference, (0.05, 0.95))
        return float(low), float(high)


def contrast_of(with_it: Floats, without: Floats, fine: Bools, draws: Ints) -> Contrast:
    """Group members by draw. Draws all of whose members went wrong are left out; ValueError where no draw is left."""
    kept = np.unique(draws[fine])
    if not kept.size:
        raise ValueError("every member went wrong")
    difference = with_it - without
    means, variances = np.empty(kept.size), np.zeros(kept.size)
    for n, draw in enumerate(kept):
        mine = difference[fine & (draws == draw)]
        means[n] = mine.mean()
        variances[n] = mine.var(ddof=1) / mine.size if mine.size > 1 else 0.0
    error = 1.645 * means.std(ddof=1) / np.sqrt(kept.size) if kept.size > 1 else float("inf")
    return Contrast(
        means, float(with_it[fine].mean()), float(without[fine].mean()), float(error), float(without[fine].std()),
        float(variances.mean()), kept,
    )  # fmt: skip


def share_of_sign(difference: Floats, says: int) -> float:
    """Share of draws whose difference has the sign that the claim says; an exact 0 counts half."""
    toward = difference * says
    return float(((toward > 0) + 0.5 * (toward == 0)).mean())


def agreement(difference: Floats, says: int, signs: Ints) -> float:
    """Share of draws whose difference, as the claim sees it, has the sign drawn for the direct parameters."""
    return share_of_sign(difference * signs, says)


def left_when_off(default: Contrast, off: Contrast) -> float | None:
    """|mean difference| off over that of the default; None where the default cannot be told from 0."""
    if abs(default.mean) <= default.error:
        return None
    return abs(off.mean) / abs(default.mean)


def verdict_of(share: float, agree: float | None, left: float | None) -> Verdict:
    """The rule."""
    if (agree is not None and agree >= WIRED_FROM) or (left is not None and left < LEFT_BELOW):
        return Verdict.BY_CONSTRUCTION
    if share >= HOLDS_FROM:
        return Verdict.HOLDS
    return Verdict.FAILS if share <= FAILS_TO else Verdict.NOT_IDENTIFIED


def data_wanted(difference: Floats, noise: float, spread: float) -> int | None:
    """How many observations, half of them with and half without, make one 90 % sure of the sign on average.

    The truth is one of the draws' differences (histories' noise shrunk away); what is seen is the difference of two
    means of unpaired cases, each scattering by `spread`; what one then believes follows Bayes' rule. The direct
    parameters should have a random sign, so that the belief before is open; 0 where it is not, as the sign does not
    hang on them. None beyond `MOST`, and where the draws differ by no more than the luck of their histories.

    Source: expected value of sample information, as in H. Raiffa and R. Schlaifer (1961), Applied Statistical Decision
    Theory, ch. 4; the loss is that of naming the wrong sign.
    """
    variance = float(difference.var())
    if variance <= noise or spread <= 0:
        return None
    centre = difference.mean()
    truth = centre + (difference - centre) * np.sqrt(1 - noise / variance)
    up = share_of_sign(truth, 1)
    if max(up, 1 - up) >= SETTLED_AT:
        return 0
    for n in _SIZES:
        if _sureness(truth, spread * 2 / np.sqrt(n)) >= SETTLED_AT:
            return 2 * -(-n // 2)
    return None


def _sureness(truth: Floats, error: float) -> float:
    """Expected chance that is given to the likelier sign once an estimate with this error is in."""
    seen = truth[:, None] + error * np.array(_GRID)
    apart = (seen[:, :, None] - truth) / error
    weight = np.exp(-0.5 * (apart**2 - (apart**2).min(axis=2, keepdims=True)))
    weight /= weight.sum(axis=2, keepdims=True)
    up = (weight * ((truth > 0) + 0.5 * (truth == 0))).sum(axis=2)
    return float(np.maximum(up, 1 - up).mean())
