"""Draws from the posterior by importance: propose from a normal, weigh by the record, fit the normal anew.

On the scale of the standard normals (`dayafter.priors.posterior`) the prior is a unit normal, so a normal proposal is
a posterior that is not finished, and proposals and shipped posteriors are drawn by the same code at the same
addresses. Stages begin at the prior; where the record is too loud for one step it is turned up step by step. The last
stage has fresh members and weighs them in full, so what it gives is a plain importance sample, exact as their number
grows; adapting decides how well it does, never what it aims at.

Sources: O. Cappé, A. Guillin, J.-M. Marin and C. P. Robert (2004), Population Monte Carlo, Journal of Computational and
Graphical Statistics 13(4), 907-929; random weights by an unbiased estimate: P. Fearnhead, O. Papaspiliopoulos, G. O.
Roberts and A. Stuart (2010), JRSS B 72(4), 497-512.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from dayafter.arrays import Bools, CompiledCase, Floats
from dayafter.calibration.likelihood import PARTICLES, bases, coordinates, expose, log_likelihood, normals, start
from dayafter.calibration.observed import Observed
from dayafter.errors import DayafterError
from dayafter.priors import Posterior
from dayafter.simulation.surplus import Surplus

MEMBERS: Final = 16384
ADAPTING: Final = 4096
"""Members of each stage before the last."""
STAGES: Final = 12
WANTED: Final = 0.1
"""Effective members, as a share, from which a stage is good enough; a step of the turning up keeps at least as many."""
WIDER: Final = 1.2
"""Proposals are this much wider than the fit, so that weights stay bounded in the tails."""
LEAST: Final = 400.0
"""Effective members below which a result is refused."""
STRIDE: Final = 1 << 24
"""Stages take their members from ranges this far apart."""
SIGMAS: Final = 4.0
"""Monte Carlo standard errors by which a mean, a variance or a correlation must differ from the prior's to be kept."""
AT_LEAST: Final = 0.05
"""And by how much at least, so that a long run does not keep what is certain and too small to matter."""


class CalibrationError(DayafterError):
    """The record and the process are too far apart, or the effort was too small, for a posterior to be trusted."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Weighted draws of the coordinates."""

    names: tuple[str, ...]
    z: Floats  # (n, m)
    weights: Floats  # (m,), they sum to 1
    log_evidence: float
    """Logarithm of the record's probability under the prior."""
    stages: tuple[float, ...]
    """Share of effective members in each stage; the last is the result's."""

    @property
    def effective(self) -> float:
        """Effective members, 1 / Σ w²."""
        return float(1 / np.square(self.weights).sum())


def sample(
    case: CompiledCase,
    observed: Observed,
    seed: int,
    *,
    members: int = MEMBERS,
    adapting: int = ADAPTING,
    least: float = LEAST,
    particles: int = PARTICLES,
    threads: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Sample:
    """Draw from the posterior.

    Parameters
    ----------
    members : of the last stage. adapting : of each stage before it. least : effective members below which a result is
        refused. particles : of the filter. progress : called with (stages done, the most there are).

    Raises
    ------
    CalibrationError : fewer than `least` effective members come of it.
    """
    proposal = Posterior((), np.zeros(0), np.zeros((0, 0)), bases())
    surplus = start(case, seed, np.arange(1), proposal, None).surplus
    shares: list[float] = []
    for stage in range(STAGES):
        if progress is not None:
            progress(stage, STAGES)
        z, own, record = _weigh(case, observed, seed, (stage, adapting), proposal, surplus, (particles, threads))
        heat = _heat(own, record)
        weights = _normalised(own + heat * record)
        shares.append(_effective(_normalised(own + record)) / z.shape[1])
        proposal = fit_normal(coordinates(observed), z, weights, widen=WIDER)
        if heat == 1.0 and (shares[-1] >= WANTED or stage > 1):
            break
    z, own, record = _weigh(case, observed, seed, (STAGES, members), proposal, surplus, (particles, threads))
    total = own + record
    weights = _normalised(total)
    shares.append(_effective(weights) / members)
    if _effective(weights) < least:
        raise CalibrationError(
            f"only {_effective(weights):.0f} of {members} members carry weight, at least {least:.0f} must: the record "
            "is far from what the process can give, or too few members were taken; take more members, and look at the "
            "counts by place and month"
        )
    evidence = float(total.max() + np.log(np.exp(total - total.max()).mean()))
    return Sample(coordinates(observed), z, weights, evidence, tuple(shares))


def _weigh(  # noqa: PLR0917  # what a stage is made of
    case: CompiledCase,
    observed: Observed,
    seed: int,
    who: tuple[int, int],
    proposal: Posterior,
    surplus: Surplus,
    how: tuple[int, int],
) -> tuple[Floats, Floats, Floats]:
    """(n, m) coordinates; (m,) log prior less log proposal; (m,) log likelihood."""
    stage, n = who
    members = np.arange(n, dtype=np.int64) + stage * STRIDE
    setting = start(case, seed, members, proposal, surplus)
    record = log_likelihood(expose(setting, observed), observed, seed, particles=how[0], threads=how[1])
    after, plain = normals(observed, proposal, seed, members)
    own = np.full(n, float(np.log(np.diag(proposal.factor)).sum()))
    own += 0.5 * (np.square(plain) - np.square(after)).sum(axis=0)
    return after, own, record


def _normalised(log_weights: Floats) -> Floats:
    weights = np.exp(log_weights - log_weights.max())
    shares: Floats = weights / weights.sum()
    return shares


def _effective(weights: Floats) -> float:
    return float(1 / np.square(weights).sum())


def _heat(own: Floats, record: Floats) -> float:
    """How far the record can be turned up, 0 to 1, with `WANTED` of the members still effective."""
    enough = WANTED * own.size
    if _effective(_normalised(own + record)) >= enough:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        if _effective(_normalised(own + middle * record)) >= enough:
            low = middle
        else:
            high = middle
    return max(low, 1e-3)


def fit_normal(names: tuple[str, ...], z: Floats, weights: Floats, *, widen: float = 1.0) -> Posterior:
    """The normal with the mean and covariance of weighted draws, over the coordinates that differ from the prior.

    Parameters
    ----------
    z : (n, m). weights : (m,), sum 1. widen : factor on the standard deviations.
    """
    mean = z @ weights
    apart = z - mean[:, None]
    covariance = (apart * weights) @ apart.T
    kept = np.flatnonzero(informed(z, weights))
    part = covariance[np.ix_(kept, kept)]
    factor = np.linalg.cholesky(part + 1e-9 * np.eye(kept.size)) * widen if kept.size else np.zeros((0, 0))
    return Posterior(tuple(names[at] for at in kept), mean[kept], np.tril(factor), bases())


def informed(z: Floats, weights: Floats) -> Bools:
    """(n,): coordinates whose mean, variance or correlation with one of these differs from the prior beyond noise."""
    mean = z @ weights
    apart = z - mean[:, None]
    square = np.square(apart)
    variance = square @ weights
    noise_mean = np.sqrt(square @ np.square(weights))
    noise_variance = np.sqrt(np.square(square - variance[:, None]) @ np.square(weights))
    moved = (np.abs(mean) > SIGMAS * noise_mean) & (np.abs(mean) > AT_LEAST)
    moved |= (np.abs(variance - 1) > SIGMAS * noise_variance) & (np.abs(variance - 1) > AT_LEAST)
    scaled = apart / np.sqrt(variance)[:, None]
    correlation = (scaled * weights) @ scaled.T
    noise = np.sqrt(np.square(scaled) * np.square(weights) @ np.square(scaled).T)
    tied = (np.abs(correlation) > SIGMAS * noise) & (np.abs(correlation) > AT_LEAST)
    np.fill_diagonal(tied, val=False)
    found: Bools = moved | (tied & moved[None, :]).any(axis=1)
    return found
