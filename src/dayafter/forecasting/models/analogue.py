"""Analogue bootstrap: what followed when some unit, then, was in a state like that of this unit now.

A state is a handful of decayed means (`states`). For a unit at the origin the nearest earlier states of all units are
looked up; a draw takes one of them, the likelier the nearer, and all months that followed it, in proportion to the two
units' present levels. So the months of a draw hang together, and a unit can see what it has never seen.

Units at peace, whose state is exactly nothing, are compared with all such states.

Source of the idea: E. N. Lorenz (1969), Journal of the Atmospheric Sciences 26, 636-646 (analogues); U. Lall and
A. Sharma (1996), Water Resources Research 32(3), 679-693 (nearest-neighbour bootstrap).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.spatial import cKDTree

from dayafter.forecasting import kernels
from dayafter.forecasting.fitted import Fitted, key_array
from dayafter.forecasting.panel import Bools, Counts, Floats, Ints, Panel
from dayafter.forecasting.states import Term, decayed_mean, states

TERMS: Final = (
    Term("deaths", 1, 0.25),
    Term("deaths", 6, 0.5),
    Term("deaths", 60, 0.25),
    Term("months", 3, 1.0),
    Term("months", 12, 2.0),
    Term("near", 6, 0.3),
)
LEAST_WEIGHT: Final = 1e-6


@dataclass(frozen=True, slots=True)
class AnaloguePaths:
    """The analogues of every unit, ready to draw from."""

    stream: str
    counts: Counts  # (n, t)
    unit_of: Ints  # (k,)
    month_of: Ints  # (k,)
    ratio: Floats  # (k,)
    cumulative: Floats  # (k,)
    start: Ints  # (n,)
    end: Ints  # (n,)
    lead: Ints  # (steps,)
    things: Ints  # (n,)

    def sample(self, rows: Ints, members: Ints, seed: int) -> Counts:
        """See `dayafter.forecasting.fitted.Fitted`."""
        out = np.zeros((rows.size, self.lead.size, members.size), dtype=np.int32)
        kernels.paths_bootstrap(
            self.counts, self.unit_of, self.month_of, self.ratio, self.cumulative, self.start, self.end, self.lead,
            rows, self.things, members, key_array(seed, self.stream), out,
        )  # fmt: skip
        return out


@dataclass(frozen=True, slots=True)
class Analogue:
    """The model with its numbers; calling it fits it."""

    terms: tuple[Term, ...] = TERMS
    n_nearest: int = 1000
    scale_half_life_months: float = 1.0
    """Of the level by which what followed is brought to this unit's proportion."""
    level_added: float = 2.0
    """Deaths a month added to both levels, so that a proportion of small numbers stays small."""
    history_months: int = 24
    """A state counts only where its unit had been seen so long."""
    pool_at_most: int = 400_000
    """Earlier states kept, every so many of them where there are more."""

    def __call__(self, panel: Panel, steps: Ints) -> Fitted:
        """See `dayafter.forecasting.fitted.Fit`."""
        now = panel.counts.shape[1] - 1
        state = states(panel, self.terms)
        level = (
            decayed_mean(panel.counts.astype(np.float64), panel.seen, self.scale_half_life_months) + self.level_added
        )
        usable = usable_months(panel, int(steps.max()), self.history_months)
        blank: Bools = ~np.any(state, axis=2)
        current = blank[:, now]
        units, months = _thinned(usable & ~blank, self.pool_at_most)
        quiet_units, quiet_months = _thinned(usable & blank, self.pool_at_most)
        active = np.flatnonzero(~current)
        k = min(self.n_nearest, units.size)
        nearest = np.zeros((active.size, k), dtype=np.int64)
        weight = np.ones((active.size, k))
        if active.size and k:
            tree = cKDTree(state[units, months], balanced_tree=False, compact_nodes=False)
            distance, found = tree.query(state[active, now], k=k, workers=1)
            distance, nearest = distance.reshape(-1, k), found.reshape(-1, k).astype(np.int64)
            reach = np.maximum(distance[:, -1:], 1e-9)
            weight = np.maximum(1 - (distance / reach) ** 2, LEAST_WEIGHT)  # V. A. Epanechnikov's kernel (1969)
        chosen_units, chosen_months = units[nearest.ravel()], months[nearest.ravel()]
        ratio = np.repeat(level[active, now], k) / level[chosen_units, chosen_months]
        n = len(panel.units)
        start = np.full(n, active.size * k, dtype=np.int64)
        end = np.full(n, active.size * k + quiet_units.size, dtype=np.int64)
        start[active] = np.arange(active.size) * k
        end[active] = start[active] + k
        return AnaloguePaths(
            stream="forecast/analogue",
            counts=panel.counts,
            unit_of=np.concatenate([chosen_units, quiet_units]),
            month_of=np.concatenate([chosen_months, quiet_months]),
            ratio=np.concatenate([ratio, np.ones(quiet_units.size)]),
            cumulative=np.concatenate([np.cumsum(weight, axis=1).ravel(), np.arange(1.0, quiet_units.size + 1)]),
            start=start,
            end=end,
            lead=steps,
            things=panel.things,
        )


def usable_months(panel: Panel, furthest: int, history_months: int) -> Bools:
    """(n, t), months after which everything asked for was seen, in units seen long enough before."""
    n, t = panel.counts.shape
    usable = np.zeros((n, t), dtype=np.bool_)
    back = history_months - 1
    if t - furthest > back:
        here = slice(back, t - furthest)
        usable[:, here] = panel.seen[:, : t - furthest - back] & panel.seen[:, here] & panel.seen[:, back + furthest :]
    return usable


def _thinned(wanted: Bools, at_most: int) -> tuple[Ints, Ints]:
    """Every so many of the states, evenly, so that no more than `at_most` are left."""
    units, months = np.nonzero(wanted)
    every = max(1, -(-units.size // at_most))
    return units[::every].astype(np.int64), months[::every].astype(np.int64)
