"""Negative binomial regression on own and neighbours' history at several half-lives, with uncertain parameters.

For some steps ahead together, deaths are negative binomial with log mean and log dispersion linear in the unit's
state. The decayed means of five years are the unit's own level; a normal prior pulls all coefficients towards 0, so
that a unit with little history is drawn to the others. Every member has its own parameters, drawn from a normal
distribution whose covariance is the sandwich over units (months of one unit are not independent, and the same outcome
stands in several rows).

Source: J. F. Lawless (1987), Canadian Journal of Statistics 15(3), 209-225; covariance: K.-Y. Liang and S. L. Zeger
(1986), Biometrika 73, 13-22.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import minimize
from scipy.special import digamma, gammaln, ndtri

from dayafter.forecasting import kernels
from dayafter.forecasting.fitted import Fitted, key_array
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


@dataclass(frozen=True, slots=True)
class Rows:
    """What is fitted: rows of states with an outcome; the rows of quiet states without deaths stand in one."""

    state: Floats  # (r, f), the first of each 1
    outcome: Floats  # (r,)
    weight: Floats  # (r,)
    unit: Ints  # (r,)
    quiet: Floats  # (n,), rows of each unit that the last row stands for


@dataclass(frozen=True, slots=True)
class Estimate:
    """Parameters of one group of steps: those of the mean, then those of the dispersion."""

    theta: Floats  # (2f,)
    root: Floats  # (2f, 2f), lower triangle whose square is the covariance


def negative_log_posterior(theta: Floats, rows: Rows, precision: Floats) -> tuple[float, Floats, Floats]:
    """Value, gradient (2f,) and each row's own gradient (r, 2f) before weights.

    The density: mean μ = exp(xβ), shape r = exp(-xγ), P(y) ∝ Γ(y + r) / Γ(r) · (r / (r + μ))^r (μ / (r + μ))^y.
    """
    x, y = rows.state, rows.outcome
    f = x.shape[1]
    mean = np.exp(np.clip(x @ theta[:f], -ETA_LIMIT, ETA_LIMIT))
    shape = np.exp(-np.clip(x @ theta[f:], -LOG_DISPERSION_LIMIT, LOG_DISPERSION_LIMIT))
    whole = shape + mean
    log_p = (
        gammaln(y + shape) - gammaln(shape) - gammaln(y + 1) + shape * np.log(shape / whole) + y * np.log(mean / whole)
    )
    by_mean = y - mean * (y + shape) / whole
    by_shape = digamma(y + shape) - digamma(shape) + np.log(shape / whole) + 1 - (y + shape) / whole
    each = np.concatenate([x * by_mean[:, None], x * (-by_shape * shape)[:, None]], axis=1)
    gradient: Floats = -(rows.weight @ each) + precision * theta
    return float(-(rows.weight @ log_p) + 0.5 * (precision * theta**2).sum()), gradient, each


def estimate(rows: Rows, prior_sd: float, start: Floats | None = None) -> Estimate:
    """Most probable parameters and their covariance over units."""
    f = rows.state.shape[1]
    precision = np.full(2 * f, prior_sd**-2)
    precision[[0, f]] = 1e-4  # the intercepts are free
    first = np.zeros(2 * f)
    first[0], first[f] = -2.0, 1.0
    found = minimize(
        lambda theta: negative_log_posterior(theta, rows, precision)[:2],
        first if start is None else start,
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": 300},
    )
    theta = np.asarray(found.x)
    hessian = np.empty((2 * f, 2 * f))
    for i in range(2 * f):
        step = np.zeros(2 * f)
        step[i] = 1e-4
        up, down = (negative_log_posterior(theta + sign * step, rows, precision)[1] for sign in (1, -1))
        hessian[i] = (up - down) / 2e-4
    values, vectors = np.linalg.eigh((hessian + hessian.T) / 2)
    inverse = (vectors / np.maximum(values, 1e-3)) @ vectors.T
    each = negative_log_posterior(theta, rows, precision)[2]
    scores = np.zeros((rows.quiet.size, 2 * f))
    np.add.at(scores, rows.unit[:-1], each[:-1] * rows.weight[:-1, None])
    scores += rows.quiet[:, None] * each[-1]
    covariance = inverse @ (scores.T @ scores) @ inverse
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    return Estimate(theta, vectors * np.sqrt(np.maximum(values, 0.0)))


@dataclass(frozen=True, slots=True)
class FittedRegression:
    """Estimates by group of steps, and the units' states at the origin."""

    state: Floats  # (n, f)
    estimates: tuple[Estimate, ...]
    group: Ints  # (steps,)
    things: Ints  # (n,)

    def sample(self, rows: Ints, members: Ints, seed: int) -> Counts:
        """See `dayafter.forecasting.fitted.Fitted`."""
        f = self.state.shape[1]
        drawn = np.stack([e.theta + self._normals(g, members, seed) @ e.root.T for g, e in enumerate(self.estimates)])
        out = np.zeros((rows.size, self.group.size, members.size), dtype=np.int32)
        mean_of, dispersion_of = np.ascontiguousarray(drawn[..., :f]), np.ascontiguousarray(drawn[..., f:])
        key = key_array(seed, "forecast/regression")
        kernels.regression(self.state, mean_of, dispersion_of, self.group, rows, self.things, members, key, out)
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
    rows_at_most: int = 10_000
    """Rows of each group, every so many of them where there are more."""

    def __call__(self, panel: Panel, steps: Ints) -> Fitted:
        """See `dayafter.forecasting.fitted.Fit`."""
        state = states(panel, self.terms)
        now = panel.counts.shape[1] - 1
        groups = np.array_split(np.arange(steps.size), min(self.n_groups, steps.size))
        estimates: list[Estimate] = []
        group = np.zeros(steps.size, dtype=np.int64)
        for number, places in enumerate(groups):
            group[places] = number
            rows = self._rows(panel, state, steps[places])
            estimates.append(estimate(rows, self.prior_sd, estimates[-1].theta if estimates else None))
        current = np.concatenate([np.ones((len(panel.units), 1)), state[:, now].astype(np.float64)], axis=1)
        return FittedRegression(current, tuple(estimates), group, panel.things)

    def _rows(self, panel: Panel, state: np.ndarray[tuple[int, int, int], np.dtype[np.float32]], steps: Ints) -> Rows:
        """Earlier states and what followed them at these steps."""
        n, t = panel.counts.shape
        blank: Bools = ~np.any(state, axis=2)
        quiet = np.zeros(n)
        units, months, leads = [], [], []
        for place, lead in enumerate(steps):
            then = np.arange(self.history_months - 1 + place % self.every_months, t - lead, self.every_months)
            usable = panel.seen[:, then - self.history_months + 1] & panel.seen[:, then] & panel.seen[:, then + lead]
            empty = blank[:, then] & (panel.counts[:, then + lead] == 0)
            quiet += (usable & empty).sum(axis=1)
            unit, index = np.nonzero(usable & ~empty)
            units.append(unit)
            months.append(then[index])
            leads.append(np.full(unit.size, lead))
        unit, month, lead_of = (np.concatenate(parts).astype(np.int64) for parts in (units, months, leads))
        every = max(1, -(-unit.size // self.rows_at_most))
        unit, month, lead_of = unit[::every], month[::every], lead_of[::every]
        x = np.concatenate([np.ones((unit.size, 1)), state[unit, month].astype(np.float64)], axis=1)
        last = np.zeros((1, x.shape[1]))
        last[0, 0] = 1.0
        return Rows(
            state=np.concatenate([x, last]),
            outcome=np.append(panel.counts[unit, month + lead_of].astype(np.float64), 0.0),
            weight=np.append(np.full(unit.size, float(every)), quiet.sum()),
            unit=np.append(unit, 0),
            quiet=quiet,
        )
