"""Negative binomial regression on own and neighbours' history at several half-lives, with uncertain parameters.

For some steps ahead together, deaths are negative binomial with log mean and log dispersion linear in the unit's
state. The decayed means of five years are the unit's own level; a normal prior pulls all coefficients towards 0, so
that a unit with little history is drawn to the others. Every member has its own parameters, drawn from a normal
distribution whose covariance is the sandwich over units (months of one unit are not independent, and the same outcome
stands in several rows).

Units whose state is exactly nothing (on a grid, half of them) are a kind of their own: they draw from everything that
followed such states. One curve through them and the others would need a dispersion without bounds.

Source: J. F. Lawless (1987), Canadian Journal of Statistics 15(3), 209-225; covariance: K.-Y. Liang and S. L. Zeger
(1986), Biometrika 73, 13-22.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import digamma, gammaln, ndtri

from dayafter.forecasting import kernels
from dayafter.forecasting.fitted import Fitted, MonthsBootstrap, choice_bootstrap, key_array
from dayafter.forecasting.panel import Bools, Counts, Floats, Ints, Panel
from dayafter.forecasting.states import Term, states
from dayafter.seeding import uniforms

TERMS: Final = (
    *(Term("deaths", half_life) for half_life in (1, 3, 6, 12, 24, 60)),
    *(Term("near", half_life) for half_life in (6, 60)),
    *(Term("months", half_life) for half_life in (3, 12, 60)),
)
ETA_LIMIT: Final = 12.0
LOG_DISPERSION_LIMIT: Final = 6.0
INTERCEPT_MEAN: Final = (-2.0, 1.0)
INTERCEPT_SD: Final = (5.0, 2.0)
"""Prior of the log mean and the log dispersion of a state near nothing."""
BEYOND: Final = 10.0
"""No draw has a mean of more than this many times the largest month ever seen."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What is fitted: rows of states, none of them nothing, with an outcome."""

    state: Floats  # (r, f), the first of each 1
    outcome: Floats  # (r,)
    weight: Floats  # (r,)
    """Rows that each one stands for, where only every so many are kept."""
    unit: Ints  # (r,)
    n_units: int


@dataclass(frozen=True, slots=True)
class Prior:
    """Independent normal priors of the parameters."""

    mean: Floats  # (2f,)
    precision: Floats  # (2f,)

    @classmethod
    def of(cls, n_terms: int, sd: float) -> Prior:
        """Coefficients around 0 with one spread; intercepts with their own."""
        mean, precision = np.zeros(2 * n_terms), np.full(2 * n_terms, sd**-2)
        mean[[0, n_terms]] = INTERCEPT_MEAN
        precision[[0, n_terms]] = np.array(INTERCEPT_SD) ** -2.0
        return cls(mean, precision)


@dataclass(frozen=True, slots=True)
class Estimate:
    """Parameters of one group of steps: those of the mean, then those of the dispersion."""

    theta: Floats  # (2f,)
    root: Floats  # (2f, 2f), lower triangle whose square is the covariance


def negative_log_posterior(theta: Floats, rows: Rows, prior: Prior) -> tuple[float, Floats, Floats]:
    """Value, gradient (2f,) and each row's own gradient (r, 2f) before weights.

    The density: mean μ = exp(xβ), shape r = exp(-xγ), P(y) ∝ Γ(y + r) / Γ(r) · (r / (r + μ))^r (μ / (r + μ))^y.
    """
    x, y = rows.state, rows.outcome
    f = x.shape[1]
    eta, log_dispersion = x @ theta[:f], x @ theta[f:]
    mean = np.exp(np.clip(eta, -ETA_LIMIT, ETA_LIMIT))
    shape = np.exp(-np.clip(log_dispersion, -LOG_DISPERSION_LIMIT, LOG_DISPERSION_LIMIT))
    whole = shape + mean
    log_p = (
        gammaln(y + shape) - gammaln(shape) - gammaln(y + 1) + shape * np.log(shape / whole) + y * np.log(mean / whole)
    )
    by_mean = np.where(np.abs(eta) < ETA_LIMIT, y - mean * (y + shape) / whole, 0.0)
    by_shape = digamma(y + shape) - digamma(shape) + np.log(shape / whole) + 1 - (y + shape) / whole
    by_dispersion = np.where(np.abs(log_dispersion) < LOG_DISPERSION_LIMIT, -by_shape * shape, 0.0)
    each = np.concatenate([x * by_mean[:, None], x * by_dispersion[:, None]], axis=1)
    away = theta - prior.mean
    gradient: Floats = -(rows.weight @ each) + prior.precision * away
    return float(-(rows.weight @ log_p) + 0.5 * (prior.precision * away**2).sum()), gradient, each


def estimate(rows: Rows, prior: Prior, start: Floats | None = None) -> Estimate:
    """Most probable parameters and their covariance over units, never wider than the prior."""
    found = minimize(
        lambda theta: negative_log_posterior(theta, rows, prior)[:2],
        prior.mean if start is None else start,
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": 200},
    )
    theta = np.asarray(found.x)
    n = theta.size
    hessian = np.empty((n, n))
    for i in range(n):
        step = np.zeros(n)
        step[i] = 1e-4
        up, down = (negative_log_posterior(theta + sign * step, rows, prior)[1] for sign in (1, -1))
        hessian[i] = (up - down) / 2e-4
    values, vectors = np.linalg.eigh((hessian + hessian.T) / 2)
    inverse = (vectors / np.maximum(values, prior.precision.min())) @ vectors.T
    each = negative_log_posterior(theta, rows, prior)[2]
    scores = np.zeros((rows.n_units, n))
    np.add.at(scores, rows.unit, each * rows.weight[:, None])
    # What the rows say and what the prior says: where the rows say nothing the prior's own spread is left.
    covariance = inverse @ (scores.T @ scores + np.diag(prior.precision)) @ inverse
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    return Estimate(theta, vectors * np.sqrt(np.clip(values, 0.0, 1 / prior.precision.min())))


@dataclass(frozen=True, slots=True)
class FittedRegression:
    """Estimates by group of steps, the units' states at the origin, and what units at peace draw from."""

    state: Floats  # (n, f)
    estimates: tuple[Estimate, ...]
    group: Ints  # (steps,)
    things: Ints  # (n,)
    log_mean_limit: float
    quiet: MonthsBootstrap
    is_quiet: Bools  # (n,)

    def sample(self, rows: Ints, members: Ints, seed: int) -> Counts:
        """See `dayafter.forecasting.fitted.Fitted`."""
        f = self.state.shape[1]
        drawn = np.stack([e.theta + self._normals(g, members, seed) @ e.root.T for g, e in enumerate(self.estimates)])
        mean_of, dispersion_of = np.ascontiguousarray(drawn[..., :f]), np.ascontiguousarray(drawn[..., f:])
        key = key_array(seed, "forecast/regression")
        out = np.zeros((rows.size, self.group.size, members.size), dtype=np.int32)
        quiet = self.is_quiet[rows]
        out[quiet] = self.quiet.sample(rows[quiet], members, seed)
        active = rows[~quiet]
        part = np.zeros((active.size, self.group.size, members.size), dtype=np.int32)
        kernels.regression(
            self.state, mean_of, dispersion_of, self.group, self.log_mean_limit, active, self.things, members, key, part
        )
        out[~quiet] = part
        return out

    def _normals(self, group: int, members: Ints, seed: int) -> Floats:
        numbers = np.arange(2 * self.state.shape[1], dtype=np.int64)
        normals: Floats = ndtri(uniforms(seed, "forecast/regression/parameters", members, numbers, month=group))
        return normals


@dataclass(frozen=True, slots=True)
class Regression:
    """The model with its numbers; calling it fits it."""

    terms: tuple[Term, ...] = TERMS
    prior_sd: float = 1.0
    n_groups: int = 3
    """Groups of steps with parameters of their own."""
    every_months: int = 4
    """Origins that are learned from, so many months apart."""
    history_months: int = 24
    rows_at_most: int = 5_000
    """Rows of each group of states with deaths of late, and as many of those without; every so many where there are
    more, with the weight of all. Thinned alike, a grid would leave hardly any war to learn from."""

    def __call__(self, panel: Panel, steps: Ints) -> Fitted:
        """See `dayafter.forecasting.fitted.Fit`."""
        state = states(panel, self.terms)
        blank: Bools = ~np.any(state, axis=2)
        now = panel.counts.shape[1] - 1
        prior = Prior.of(len(self.terms) + 1, self.prior_sd)
        groups = np.array_split(np.arange(steps.size), min(self.n_groups, steps.size))
        estimates: list[Estimate] = []
        followed: list[Counts] = []
        group = np.zeros(steps.size, dtype=np.int64)
        for number, places in enumerate(groups):
            group[places] = number
            rows, quiet = self._rows(panel, state, blank, steps[places])
            followed.append(quiet)
            estimates.append(estimate(rows, prior, estimates[-1].theta if estimates else None))
        current = np.concatenate([np.ones((len(panel.units), 1)), state[:, now].astype(np.float64)], axis=1)
        return FittedRegression(
            state=current,
            estimates=tuple(estimates),
            group=group,
            things=panel.things,
            log_mean_limit=float(np.log(BEYOND * max(1, int(panel.counts.max(initial=0))))),
            quiet=choice_bootstrap("forecast/regression/quiet", np.concatenate(followed), panel, steps.size),
            is_quiet=blank[:, now],
        )

    def _rows(self, panel: Panel, state: NDArray[np.float32], blank: Bools, steps: Ints) -> tuple[Rows, Counts]:
        """Earlier states and what followed them at these steps; and what followed those that are nothing."""
        n, t = panel.counts.shape
        units, months, leads, followed = [], [], [], []
        for place, lead in enumerate(steps):
            then = np.arange(self.history_months - 1 + place % self.every_months, t - lead, self.every_months)
            usable = panel.seen[:, then - self.history_months + 1] & panel.seen[:, then] & panel.seen[:, then + lead]
            followed.append(panel.counts[:, then + lead][usable & blank[:, then]])
            unit, index = np.nonzero(usable & ~blank[:, then])
            units.append(unit)
            months.append(then[index])
            leads.append(np.full(unit.size, lead))
        unit, month, lead_of = (np.concatenate(parts).astype(np.int64) for parts in (units, months, leads))
        of_late = state[unit, month, 0] > 0
        kept, weight = [], []
        for stratum in (np.flatnonzero(of_late), np.flatnonzero(~of_late)):
            every = max(1, -(-stratum.size // self.rows_at_most))
            kept.append(stratum[::every])
            weight.append(np.full(kept[-1].size, float(every)))
        rows = np.concatenate(kept)
        unit, month, lead_of = unit[rows], month[rows], lead_of[rows]
        x = np.concatenate([np.ones((unit.size, 1)), state[unit, month].astype(np.float64)], axis=1)
        outcome = panel.counts[unit, month + lead_of].astype(np.float64)
        return Rows(x, outcome, np.concatenate(weight), unit, n), np.concatenate(followed)
