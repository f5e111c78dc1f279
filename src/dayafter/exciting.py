"""The simulation's self-exciting process as a forecast model; joins `simulation` and `forecasting`.

Deaths are turned into events of a mean size; events excite later ones in the same unit and next door, over three
months, around a background that each unit brings along: the decayed mean of its own events, so that what drifts is not
taken for contagion (a constant background would be; see docs/why/simulation.md). The parameters are estimated on the
last years of all units and every member has its own draw of them. The paths are those of the compiled violence process.

    λ[t,i] = κ b[t,i] + ε + Σ_l w[l] (n N[t-l,i] + m Σ_j N[t-l,j] / neighbours)      N ~ negative binomial, dispersion α
    deaths = N + sum of N log-normal sizes, by its first two moments

Source of the sum of log-normals: L. F. Fenton (1960), IRE Transactions on Communications Systems 8(1), 57-67.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import gammaln, ndtri

from dayafter.forecasting.fitted import Fitted
from dayafter.forecasting.panel import Counts, Floats, Ints, Panel
from dayafter.forecasting.states import decayed_mean
from dayafter.seeding import uniforms
from dayafter.simulation.violence import Members, ViolenceProcess
from dayafter.simulation.violence_run import simulate_violence

STREAM: Final = "forecast/self-exciting"
N_LAGS: Final = 3
SIZE_LOG_SD: Final = 1.35
"""Of deaths in one event, as in the simulation (docs/why/simulation.md)."""
LARGEST: Final = 1_000_000
VARIANCE_LIMIT: Final = 0.9
"""Bound of n² (1 + α), for n the offspring of own and neighbours together: below 1 the process has a variance."""
NAMES: Final = ("background", "base rate", "own offspring", "neighbours' offspring", "decay", "dispersion")


@dataclass(frozen=True, slots=True)
class Parameters:
    """Draws of the parameters, (m,) each, in the order of `NAMES`."""

    background: Floats  # κ, share of the decayed mean
    base: Floats  # ε, events a month in any unit
    own: Floats  # n
    near: Floats  # m
    decay: Floats  # weight of a lag beside the one before
    dispersion: Floats  # α


def natural(theta: Floats) -> Parameters:
    """Parameters from numbers without bounds (6,) or (m, 6): logs and shares, so that every draw is possible."""
    kappa, base, total, share, decay, alpha = np.moveaxis(np.atleast_2d(theta), 1, 0)
    dispersion = np.exp(np.clip(alpha, -6.0, 6.0))
    offspring = np.sqrt(VARIANCE_LIMIT / (1 + dispersion)) / (1 + np.exp(-total))
    own = offspring / (1 + np.exp(-share))
    return Parameters(
        np.exp(np.minimum(kappa, 3.0)), np.exp(np.minimum(base, 3.0)), own, offspring - own,
        1 / (1 + np.exp(-decay)), dispersion,
    )  # fmt: skip


def lag_weights(decay: Floats) -> Floats:
    """(m, lags), shares that fall by the decay and sum to 1."""
    weights = decay[:, None] ** np.arange(N_LAGS)
    shares: Floats = weights / weights.sum(axis=1, keepdims=True)
    return shares


@dataclass(frozen=True, slots=True)
class _Rows:
    """Unit-months that are learned from."""

    count: Floats  # (r,)
    background: Floats  # (r,)
    own: Floats  # (r, lags), events of the months before, the last first
    near: Floats  # (r, lags), mean over neighbours
    weight: Floats  # (r,)


def negative_log_likelihood(theta: Floats, rows: _Rows) -> float:
    """Of the counts, given what came before, plus a weak normal prior that keeps every parameter in reach."""
    p = natural(theta)
    weights = lag_weights(p.decay)[0]
    rate = p.background * rows.background + p.base + p.own * (rows.own @ weights) + p.near * (rows.near @ weights)
    shape = 1 / p.dispersion
    whole = shape + rate
    value = (
        gammaln(rows.count + shape) - gammaln(shape) - gammaln(rows.count + 1)
        + shape * np.log(shape / whole) + rows.count * np.log(rate / whole)
    )  # fmt: skip
    return float(-(rows.weight @ value) + 0.5 * (((theta - PRIOR_MEAN) / PRIOR_SD) ** 2).sum())


PRIOR_MEAN: Final = np.array([-0.5, -5.0, -0.5, 2.0, -0.5, 0.0])
PRIOR_SD: Final = np.array([2.0, 4.0, 2.0, 2.0, 1.5, 2.0])


@dataclass(slots=True)
class _Last:
    """The paths that were drawn last: chunks of units ask for the same members one after another."""

    asked: tuple[int, bytes] | None = None
    deaths: NDArray[np.int32] = field(default_factory=lambda: np.zeros((0, 0, 0), dtype=np.int32))


@dataclass(frozen=True, slots=True)
class FittedExciting:
    """The process with what it starts from, the estimate and its root of the covariance."""

    theta: Floats  # (6,)
    root: Floats  # (6, 6)
    background: Floats  # (n,), b at the origin
    history: Ints  # (lags, n), the last month first
    size: float
    """Mean deaths in an event."""
    panel: Panel
    lead: Ints  # (steps,)
    last: _Last = field(default_factory=_Last)

    def sample(self, rows: Ints, members: Ints, seed: int) -> Counts:
        """See `dayafter.forecasting.fitted.Fitted`. Holds the paths of all units of the members asked for."""
        asked = (seed, members.tobytes())
        if self.last.asked != asked:
            order = np.argsort(members, kind="stable")
            deaths = self._deaths(members[order], seed)
            self.last.deaths, self.last.asked = deaths[:, :, np.argsort(order, kind="stable")], asked
        return np.ascontiguousarray(self.last.deaths[rows])

    def parameters(self, members: Ints, seed: int) -> Parameters:
        """Each member's own draw."""
        luck = uniforms(seed, f"{STREAM}/parameters", members, np.arange(len(NAMES), dtype=np.int64))
        return natural(self.theta + ndtri(luck) @ self.root.T)

    def _deaths(self, members: Ints, seed: int) -> NDArray[np.int32]:
        """(n, steps, m); members rising."""
        drawn, middle = self.parameters(members, seed), natural(self.theta)
        n = len(self.panel.units)
        months = int(self.lead[-1])
        level = middle.background[0] * self.background + middle.base[0]
        degree = np.diff(self.panel.near_start)
        targets = np.repeat(np.arange(n), degree)
        offspring = np.concatenate([np.full(n, middle.own[0]), middle.near[0] / np.maximum(degree[targets], 1)])
        process = ViolenceProcess(
            background=np.repeat(level[None, :], months, axis=0),
            things=self.panel.things,
            targets=np.concatenate([np.arange(n), targets]),
            sources=np.concatenate([np.arange(n), self.panel.near]),
            offspring=offspring,
            lag_weights=lag_weights(middle.decay)[0],
            history=self.history,
        )
        # Neighbours' offspring move with the own; held where the process would lose its variance.
        most = np.sqrt(VARIANCE_LIMIT / (1 + drawn.dispersion)) / (middle.own[0] + middle.near[0])
        gain = np.minimum(drawn.own / middle.own[0], most)
        # The level where most events are: base rate and share of the background make up for one another in a draw.
        usual = (self.background**2).sum() / max(self.background.sum(), 1e-9)
        scale = (drawn.background * usual + drawn.base) / (middle.background[0] * usual + middle.base[0])
        same_level = np.zeros(members.size)
        crowd = Members(members, drawn.dispersion, scale, gain, same_level)
        events = simulate_violence(process, crowd, seed=seed, threads=1, keep_paths=True).paths
        assert events is not None  # they were asked for
        out = np.empty((n, self.lead.size, members.size), dtype=np.int32)
        for place, ahead in enumerate(self.lead):
            out[:, place] = self._sizes(events[ahead - 1], members, seed, int(ahead))
        return out

    def _sizes(self, events: NDArray[np.int32], members: Ints, seed: int, month: int) -> NDArray[np.int32]:
        """Deaths (n, m) in so many events: one in each, and more by the log-normal law."""
        unit, member = np.nonzero(events)
        luck = uniforms(seed, f"{STREAM}/deaths", members, self.panel.things, month)[member, unit]
        number = events[unit, member].astype(np.float64)
        spread = np.sqrt(np.log1p(np.expm1(SIZE_LOG_SD**2) / number))
        more = number * (self.size - 1) * np.exp(ndtri(luck) * spread - spread**2 / 2)
        out = np.zeros(events.shape, dtype=np.int32)
        out[unit, member] = np.minimum(number + np.rint(more), LARGEST)
        return out


@dataclass(frozen=True, slots=True)
class Exciting:
    """The model with its numbers; calling it fits it."""

    half_life_months: float = 12.0
    """Of the background that a unit brings along."""
    learned_months: int = 120
    rows_at_most: int = 30_000
    """Unit-months with anything in them, every so many where there are more."""
    deaths_per_event: float = 10.7
    """The mean of the simulation's sizes: 4.3 · exp(1.35² / 2)."""

    def __call__(self, panel: Panel, steps: Ints) -> Fitted:
        """See `dayafter.forecasting.fitted.Fit`."""
        events = np.ceil(panel.counts / self.deaths_per_event)
        total = events.sum()
        size = float(panel.counts.sum() / total) if total else self.deaths_per_event
        background = decayed_mean(events, panel.seen, self.half_life_months)
        rows = self._rows(panel, events, background)
        found = minimize(negative_log_likelihood, PRIOR_MEAN, args=(rows,), method="L-BFGS-B", options={"maxiter": 60})
        theta = np.asarray(found.x)
        last = events[:, -N_LAGS:][:, ::-1].T.astype(np.int64)
        history = np.zeros((N_LAGS, len(panel.units)), dtype=np.int64)
        history[: last.shape[0]] = last
        return FittedExciting(theta, _root(theta, rows), background[:, -1], history, size, panel, steps)

    def _rows(self, panel: Panel, events: Floats, background: Floats) -> _Rows:
        """The last years; unit-months with nothing in them and nothing before stand in one row."""
        t = events.shape[1]
        degree = np.maximum(np.diff(panel.near_start), 1)[:, None]
        near = (panel.neighbours() @ events) / degree
        months = np.arange(max(N_LAGS, t - self.learned_months), t)
        before = months[:, None] - 1 - np.arange(N_LAGS)
        something = (
            (events[:, months] > 0) | (background[:, months - 1] > 0)
            | (near[:, before].sum(axis=2) > 0) | (events[:, before].sum(axis=2) > 0)
        )  # fmt: skip
        seen = panel.seen[:, months]
        unit, place = np.nonzero(something & seen)
        every = max(1, -(-unit.size // self.rows_at_most))
        unit, place = unit[::every], place[::every]
        nothing = float((~something & seen).sum())
        zeros = np.zeros((1, N_LAGS))
        month = months[place]
        return _Rows(
            count=np.append(events[unit, month], 0.0),
            background=np.append(background[unit, month - 1], 0.0),
            own=np.concatenate([events[unit[:, None], before[place]], zeros]),
            near=np.concatenate([near[unit[:, None], before[place]], zeros]),
            weight=np.append(np.full(unit.size, float(every)), nothing),
        )


def _root(theta: Floats, rows: _Rows) -> Floats:
    """(6, 6), a root of the covariance: of the inverse curvature, by differences, never wider than the prior."""
    n = theta.size
    hessian = np.empty((n, n))
    steps = 1e-3 * np.eye(n)
    for i in range(n):
        for j in range(i, n):
            signs = ((1, 1), (1, -1), (-1, 1), (-1, -1))
            corners = [negative_log_likelihood(theta + a * steps[i] + b * steps[j], rows) for a, b in signs]
            hessian[i, j] = hessian[j, i] = (corners[0] - corners[1] - corners[2] + corners[3]) / 4e-6
    values, vectors = np.linalg.eigh(hessian)
    root: Floats = vectors / np.sqrt(np.maximum(values, PRIOR_SD.max() ** -2.0))
    return root
