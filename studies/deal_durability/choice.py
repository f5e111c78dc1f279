"""Terms are chosen by how well they predict processes that the fit has not seen, never by significance.

A term is taken when its gain exceeds the gain's standard error over processes (the one-standard-error rule of
L. Breiman, J. H. Friedman, R. A. Olshen and C. J. Stone 1984, Classification and Regression Trees, ch. 3).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from dayafter.seeding import uniforms
from studies.deal_durability.agreements import Agreements, Floats, Ints
from studies.deal_durability.hazard import Fit, Likelihood, Model, fit

FOLDS: Final = 10
REPEATS: Final = 5


def folds(n_processes: int, seed: int, repeat: int) -> Ints:
    """The fold of each process: a random order dealt out in turn, so that folds differ by at most one process.

    Returns
    -------
    (process,), 0 to `FOLDS` − 1.
    """
    luck = uniforms(seed, "deal-durability/folds", np.array([repeat]), np.arange(n_processes))[0]
    fold = np.empty(n_processes, dtype=np.int64)
    fold[np.argsort(luck, kind="stable")] = np.arange(n_processes) % FOLDS
    return fold


@dataclass(frozen=True, slots=True)
class Score:
    """How well a model predicts processes left out."""

    fit: Fit
    """To all processes."""
    joint: Floats
    """(repeat, process), log score of all that happened to a process's agreements together, its frailty unknown."""
    alone: Floats
    """(repeat, process), sum of the log scores of each agreement taken alone."""

    @property
    def model(self) -> Model:
        """The model that was scored."""
        return self.fit.model

    @property
    def total(self) -> float:
        """Joint log score, summed over processes, mean over the repeats. Nearer 0 is better."""
        return float(self.joint.sum(axis=1).mean())

    @property
    def total_alone(self) -> float:
        """The same for agreements taken alone."""
        return float(self.alone.sum(axis=1).mean())

    def gain_over(self, other: Score) -> tuple[float, float, float]:
        """Gain in the joint score over another model: in all, the least of the repeats, and its standard error.

        The error is that of a sum over processes, had another sample of as many processes been drawn.
        """
        by_process = (self.joint - other.joint).mean(axis=0)
        least = float((self.joint - other.joint).sum(axis=1).min())
        return float(by_process.sum()), least, float(by_process.std(ddof=1) * np.sqrt(by_process.size))


def score(agreements: Agreements, model: Model, seed: int, repeats: int = REPEATS) -> Score:
    """Cross-validation that leaves whole processes out."""
    n = agreements.n_processes
    together = Likelihood(agreements, model)
    apart = Likelihood(replace(agreements, process=np.arange(agreements.months.size)), model)
    whole = fit(agreements, model)
    joint, alone = np.empty((repeats, n)), np.empty((repeats, n))
    for repeat in range(repeats):
        fold = folds(n, seed, repeat)
        for number in range(FOLDS):
            out = fold == number
            theta = fit(
                agreements, model, process_weight=(~out).astype(np.float64), start=whole.theta, information=False
            ).theta
            joint[repeat, out] = together(theta)[0][out]
            alone[repeat, out] = np.bincount(agreements.process, apart(theta)[0], minlength=n)[out]
    return Score(whole, joint, alone)


@dataclass(frozen=True, slots=True)
class Step:
    """One round of adding terms: every candidate, best first."""

    before: Score
    tried: tuple[Score, ...]

    @property
    def taken(self) -> bool:
        """Whether the best candidate's gain exceeds its standard error."""
        if not self.tried:
            return False
        gain, _, error = self.tried[0].gain_over(self.before)
        return gain > error


def choose(
    agreements: Agreements, base: Model, candidates: tuple[str, ...], seed: int, repeats: int = REPEATS
) -> tuple[Score, list[Step]]:
    """Terms added one by one, the best predictor first, for as long as the gain exceeds its standard error.

    Returns
    -------
    The score of the model reached, and the rounds that led to it; the last round is the one that added nothing.
    """
    current, steps = score(agreements, base, seed, repeats), []
    while left := [term for term in candidates if term not in current.model.terms]:
        tried = [score(agreements, replace(base, terms=(*current.model.terms, term)), seed, repeats) for term in left]
        step = Step(current, tuple(sorted(tried, key=lambda s: -s.total)))
        steps.append(step)
        if not step.taken:
            break
        current = step.tried[0]
    return current, steps
