"""Indexed analogues: what followed states of which the same was to be expected.

`analogue` compares states term by term. Here two regressions first say what a state leads to, how often somebody will
die in the months asked for and how many, and states are alike where these two say the same. So many terms can be used,
of the unit's own history, its neighbours' and a wide surrounding, without the distance between states losing its sense.

Units that saw a death in the last year are compared with such states only. All others are sorted by the first index
alone, and each draws from a hundredth of all quiet states around its own: chances of a few in a thousand need many.

Source: A. Henzi, G.-R. Kleger and J. F. Ziegel (2023), Distributional (single) index models, Journal of the American
Statistical Association 118(541), 489-503, for distributions given an index; here nearest neighbours stand in for
isotonic regression, so that the months of a draw hang together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import minimize
from scipy.spatial import cKDTree

from dayafter.forecasting.fitted import Fitted
from dayafter.forecasting.models.analogue import LEAST_WEIGHT, AnaloguePaths, usable_months
from dayafter.forecasting.panel import Bools, Floats, Ints, Panel
from dayafter.forecasting.states import Term, decayed_mean, states

TERMS: Final = (
    *(Term("deaths", half_life) for half_life in (1, 3, 6, 12, 24, 60, 120)),
    *(Term("months", half_life) for half_life in (3, 12, 60)),
    *(Term("near", half_life) for half_life in (3, 12, 60)),
    *(Term("near months", half_life) for half_life in (3, 12, 60)),
    *(Term("wide", half_life) for half_life in (1, 6, 24)),
)
YEAR: Final = 12
LOGIT_SCALE: Final = 0.5
"""How much a logit of the share of months weighs beside a log of deaths where two states are compared."""
RIDGE: Final = 1.0


@dataclass(frozen=True, slots=True)
class _States:
    """Earlier states of which it is known what followed."""

    unit: Ints  # (k,)
    month: Ints  # (k,)
    terms: Floats  # (k, f), with their squares and a 1
    share: Floats  # (k,), of the months asked for with deaths
    log_mean: Floats  # (k,), log(1 + mean deaths of the months asked for)


def _expanded(state: Floats) -> Floats:
    """(k, 1 + 2f), a 1, the terms and their squares."""
    return np.concatenate([np.ones((len(state), 1)), state, state**2], axis=1)


def _scale(terms: Floats) -> Floats:
    """(f,), by what each term is divided so that the penalty treats them alike; 1 for one that never changes."""
    spread = terms.std(axis=0)
    scale: Floats = np.where(spread > 1e-9, spread, 1.0)
    return scale


def logistic(terms: Floats, share: Floats) -> Floats:
    """(f,) coefficients of the log odds of a share, by penalised likelihood; the first, of the 1, is free."""
    scale = _scale(terms)
    x = terms / scale

    def loss(beta: Floats) -> tuple[float, Floats]:
        eta = x @ beta
        value = (np.logaddexp(0.0, eta) - share * eta).sum() + 0.5 * RIDGE * (beta[1:] ** 2).sum()
        with np.errstate(over="ignore"):  # the share of what overflows is 0
            gradient = x.T @ (1 / (1 + np.exp(-eta)) - share)
        gradient[1:] += RIDGE * beta[1:]
        return float(value), gradient

    found = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 100})
    beta: Floats = np.asarray(found.x) / scale
    return beta


def least_squares(terms: Floats, wanted: Floats) -> Floats:
    """(f,) coefficients of a mean, with a small penalty that keeps them defined."""
    scale = _scale(terms)
    x = terms / scale
    beta: Floats = np.linalg.solve(x.T @ x + RIDGE * np.eye(x.shape[1]), x.T @ wanted) / scale
    return beta


@dataclass(frozen=True, slots=True)
class Indexed:
    """The model with its numbers; calling it fits it."""

    terms: tuple[Term, ...] = TERMS
    n_nearest: int = 1000
    quiet_share: float = 0.01
    """Of all quiet states, how many a quiet unit draws from."""
    quiet_groups: int = 200
    """Quiet units are sorted into so many groups that draw from the same states."""
    scale_half_life_months: float = 1.0
    level_added: float = 2.0
    """See `Analogue`."""
    every_months: int = 6
    """Origins that are learned from, so many months apart."""
    history_months: int = 24
    quiet_at_most: int = 200_000
    """Quiet states that the logit is fitted to, every so many of them where there are more."""

    def __call__(self, panel: Panel, steps: Ints) -> Fitted:
        """See `dayafter.forecasting.fitted.Fit`."""
        t = panel.counts.shape[1]
        furthest = int(steps.max())
        months = np.arange(t - 1 - furthest, self.history_months - 2, -self.every_months)[::-1]
        state = states(panel, self.terms, np.append(months, t - 1))
        lately = _any_lately(panel)
        usable = usable_months(panel, furthest, self.history_months)[:, months]
        active = np.flatnonzero(lately[:, -1])
        quiet = np.flatnonzero(~lately[:, -1])
        hot = self._gathered(panel, steps, state, months, usable & lately[:, months])
        cold = self._gathered(panel, steps, state, months, usable & ~lately[:, months])
        current = _expanded(state[:, -1].astype(np.float64))
        chosen, weight = self._nearest(hot, current[active])
        level = self.level_added + decayed_mean(
            panel.counts.astype(np.float64), panel.seen, self.scale_half_life_months
        )
        unit_of, month_of = hot.unit[chosen.ravel()], hot.month[chosen.ravel()]
        ratio = np.repeat(level[active, -1], chosen.shape[1]) / level[unit_of, month_of]
        place, group, size = self._grouped(cold, current[quiet])
        start, end = np.zeros((2, len(panel.units)), dtype=np.int64)
        start[active] = np.arange(active.size) * chosen.shape[1]
        end[active] = start[active] + chosen.shape[1]
        start[quiet] = chosen.size + group * size
        end[quiet] = start[quiet] + size
        return AnaloguePaths(
            stream="forecast/indexed",
            counts=panel.counts,
            unit_of=np.concatenate([unit_of, cold.unit[place]]),
            month_of=np.concatenate([month_of, cold.month[place]]),
            ratio=np.concatenate([ratio, np.ones(place.size)]),
            cumulative=np.concatenate(
                [np.cumsum(weight, axis=1).ravel(), np.tile(np.arange(1.0, size + 1), place.size // max(size, 1))]
            ),
            start=start,
            end=end,
            lead=steps,
            things=panel.things,
        )

    def _gathered(
        self, panel: Panel, steps: Ints, state: np.ndarray[tuple[int, int, int], np.dtype[np.float32]], months: Ints,
        wanted: Bools,
    ) -> _States:  # fmt: skip
        """The states wanted (n, months), and what followed them."""
        unit, place = np.nonzero(wanted)
        month = months[place]
        followed = panel.counts[unit[:, None], month[:, None] + steps]
        return _States(
            unit=unit,
            month=month,
            terms=_expanded(state[unit, place].astype(np.float64)),
            share=(followed > 0).mean(axis=1),
            log_mean=np.log1p(followed.mean(axis=1)),
        )

    def _nearest(self, hot: _States, now: Floats) -> tuple[Ints, Floats]:
        """For each unit that saw deaths of late the states nearest by both indices (units, k), and their weights."""
        k = min(self.n_nearest, hot.unit.size)
        if not k or not len(now):
            return np.zeros((len(now), 0), dtype=np.int64), np.zeros((len(now), 0))
        by_share, by_mean = logistic(hot.terms, hot.share), least_squares(hot.terms, hot.log_mean)
        then, here = (np.stack([terms @ by_share * LOGIT_SCALE, terms @ by_mean], axis=1) for terms in (hot.terms, now))
        distance, found = cKDTree(then).query(here, k=k, workers=1)
        distance, found = distance.reshape(-1, k), found.reshape(-1, k).astype(np.int64)
        reach = np.maximum(distance[:, -1:], 1e-9)
        return found, np.maximum(1 - (distance / reach) ** 2, LEAST_WEIGHT)

    def _grouped(self, cold: _States, now: Floats) -> tuple[Ints, Ints, int]:
        """Places of the quiet states (groups · size,), the group of each quiet unit, and the size of a group."""
        n = cold.unit.size
        group = np.zeros(len(now), dtype=np.int64)
        if not n or not len(now):
            return np.zeros(0, dtype=np.int64), group, 0
        every = max(1, -(-n // self.quiet_at_most))
        beta = logistic(cold.terms[::every], cold.share[::every])
        index = cold.terms @ beta
        order = np.argsort(index, kind="stable")
        size = min(n, max(int(np.ceil(self.quiet_share * n)), self.n_nearest))
        centre = np.searchsorted(index[order], now @ beta)
        first = np.clip(centre - size // 2, 0, n - size)
        # Units whose windows begin near one another share one, from the middle of theirs.
        ranks = np.argsort(np.argsort(first, kind="stable"), kind="stable")
        group = ranks * min(self.quiet_groups, len(now)) // len(now)
        shared = np.array([int(np.median(first[group == g])) for g in range(int(group.max()) + 1)])
        return order[(shared[:, None] + np.arange(size)).ravel()], group, size


def _any_lately(panel: Panel) -> Bools:
    """(n, t), whether the unit saw a death in the twelve months up to each."""
    total = np.cumsum(panel.counts > 0, axis=1)
    before = np.concatenate([np.zeros((len(panel.units), YEAR), dtype=total.dtype), total[:, :-YEAR]], axis=1)
    lately: Bools = total > before[:, : total.shape[1]]
    return lately
